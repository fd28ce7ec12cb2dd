"""Choose among the languages of one script by letter statistics.

The statistics are the n-gram profiles that langdetect ships, and seven of its successor's, counted together in
`resources/languages/ngrams.npz` (`benchmarks/build_ngrams.py`). Where langdetect deals random samples, every
n-gram is counted here: nothing is drawn, so any thread, process and order gives the same answer. A text
whose n-grams the best language does not know is in none of them.
"""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate, chain
from typing import Any

_MEMO = 20_000
_LONGEST = 100
_PRIOR = 6.0
# Log odds for the languages that most of the web is written in: about three n-grams' worth. On 25 characters it
# lifts 92.0 to 93.6 % right, on sentences 98.2 to 98.5; a paragraph outweighs it a hundredfold.
_FLOOR = 0.5 / 10_000
# langdetect's own smoothing.


class Fit:
    """The best language of a text, its confidence, and the share of the text's trigrams that it knows."""

    __slots__ = ("_known", "_languages", "_scores", "best", "confidence", "trigrams")

    def __init__(self, languages: Sequence[str], scores: list[float], known: list[int], trigrams: int) -> None:
        self._languages, self._scores, self._known, self.trigrams = languages, scores, known, trigrams
        self._weigh()

    @property
    def language(self) -> str:
        """The best language."""
        return self._languages[self.best]

    @property
    def known(self) -> float:
        """The share of the text's trigrams that the best language knows."""
        return self._known[self.best] / self.trigrams

    def support(self, counts: Mapping[str, int], weight: float) -> Fit:
        """Return the fit with `weight` more log odds for each of a language's own words in the text."""
        scores = [
            score + weight * counts.get(language, 0)
            for language, score in zip(self._languages, self._scores, strict=True)
        ]
        return Fit(self._languages, scores, self._known, self.trigrams)

    def rivals(self, odds: float) -> list[str]:
        """Return the languages within `odds` of the best, the best included."""
        return [c for c, s in zip(self._languages, self._scores, strict=True) if s >= self._scores[self.best] - odds]

    def _weigh(self) -> None:
        scores = self._scores
        self.best = max(range(len(scores)), key=scores.__getitem__)
        # N-grams overlap three times and depend on one another: each counts for a sixth of an independent one.
        odds = [math.exp(max(-60.0, (score - scores[self.best]) / 6)) for score in scores]
        self.confidence = round(1 / sum(odds), 4)


def fit_languages(sample: str, script: str, common: frozenset[str]) -> Fit | None:
    """Return how the best of a script's languages fits the sample, or None where no n-gram is known to any of them."""
    import numpy as np

    table = _table(script)
    words = sample.translate(_translation()).split(" ")
    if sum(map(str.isupper, words)) * 2 > len(words):
        # A capital word is an acronym to the profiles; a text of them is a headline.
        words = sample.replace("İ", "i").lower().translate(_translation()).split(" ")
    found = [sums for sums in table.score(words) if sums is not None]
    if not found:
        return None
    letters, scores, known = zip(*found, strict=True)
    prior = [_PRIOR if language in common else 0.0 for language in table.languages]
    total = np.frombuffer(b"".join(scores), ODDS).reshape(len(found), -1).sum(axis=0) + prior
    trigrams = np.frombuffer(b"".join(known), COUNTS).reshape(len(found), -1).sum(axis=0)
    return Fit(table.languages, total.tolist(), trigrams.tolist(), sum(letters))


ODDS, COUNTS = "f8", "u8"
"""The types of a word's log odds and of its numbers of trigrams."""


class _Table:
    """The log probabilities of the n-grams of a script's languages, and which trigrams each language knows.

    The score of a word is kept while the process lives, up to `_MEMO` words: most of a text are words met
    before. A score is the same number kept or worked out anew, so that answers do not depend on what was kept.
    """

    def __init__(self, rows: Mapping[str, int], odds: Any, known: Any, languages: tuple[str, ...]) -> None:
        self.rows, self.odds, self.known, self.languages = rows, odds, known, languages
        self._memo: dict[str, tuple[int, bytes, bytes] | None] = {"": None}

    def score(self, words: Sequence[str]) -> list[tuple[int, bytes, bytes] | None]:
        """Return the letters of each word and what it adds to each language: log odds, and trigrams that it knows.

        Numbers are as bytes (`ODDS`, `COUNTS`), which are joined in a third of the time of arrays. A word of which no
        n-gram is known has None.
        """
        memo = self._memo
        if len(memo) > _MEMO:
            memo = self._memo = {"": None}
        if new := [word for word in dict.fromkeys(words) if word not in memo]:
            memo.update(self._sum(new))
        return [memo[word] for word in words]

    def _sum(self, words: Sequence[str]) -> dict[str, tuple[int, bytes, bytes] | None]:
        """Work out what words add, all at once: numpy asks as much for one word as for a text's forty new ones."""
        import numpy as np

        found = {word: [row for row in map(self.rows.get, _ngrams(word)) if row is not None] for word in words}
        sums: dict[str, tuple[int, bytes, bytes] | None] = dict.fromkeys(words)
        if known := [word for word, rows in found.items() if rows]:
            rows = list(chain.from_iterable(found.values()))
            starts = list(accumulate((len(found[word]) for word in known), initial=0))[:-1]
            odds, trigrams = (
                np.add.reduceat(table.take(rows, axis=0), starts, dtype=kind)
                for table, kind in ((self.odds, ODDS), (self.known, COUNTS))
            )
            for word, *added in zip(known, odds, trigrams, strict=True):
                sums[word] = (min(len(word), _LONGEST), *(array.tobytes() for array in added))
        return sums


def _ngrams(word: str) -> list[str]:
    if len(word) > 1 and word.isupper():
        return []
    word = word[:_LONGEST]
    padded = f" {word} "
    pairs = [padded[i : i + 2] for i in range(len(padded) - 1)]
    return [*word, *pairs, *(padded[i : i + 3] for i in range(len(padded) - 2))]


class _Normal(dict[int, str]):
    """The characters as the profiles know them, put down when first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = _folded()
        value = " " if char.isspace() or char.isdigit() else chr(folded[code]) if code < len(folded) else char
        self[code] = value
        return value


@cache
def _translation() -> _Normal:
    return _Normal()


@cache
def _folded() -> Any:
    return _arrays(("folded",))[0]


_LOCK = threading.Lock()
_TABLES: dict[str, _Table] = {}


def _table(script: str) -> _Table:
    table = _TABLES.get(script)
    if table is None:
        with _LOCK:
            table = _TABLES.get(script)
            if table is None:
                table = _TABLES[script] = _load(script)
    return table


def _load(script: str) -> _Table:
    import numpy as np

    names = ("languages", "grams", "row", "column", "count")
    languages, grams, row, column, count = _arrays(f"{script}_{name}" for name in names)
    codes = tuple(bytes(languages).decode().split())
    texts = bytes(grams).decode().split("\n")
    length = np.fromiter(map(len, texts), np.int64, len(texts))[row]
    # The share of each n-gram of a language among those of its length.
    group = column.astype(np.int64) * 4 + length
    share = count / np.bincount(group, count)[group]
    odds = np.full((len(texts), len(codes)), np.log(_FLOOR))
    odds[row, column] = np.log(_FLOOR + share)
    known = np.zeros(odds.shape, np.uint8)
    known[row, column] = length == 3
    return _Table(dict(zip(texts, range(len(texts)), strict=True)), odds, known, codes)


def _arrays(names: Iterable[str]) -> list[Any]:
    import numpy as np

    path = files("pipeline") / "resources" / "languages" / "ngrams.npz"
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
        return [arrays[name] for name in names]
