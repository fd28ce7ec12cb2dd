"""Weigh evidence and words by what labelled sentences taught: one linear model a topic.

A sentence holds pieces of evidence (phrases of the lexicon by topic, kind and second-level topic, what
heading and neighbours speak of) and words. Each has a weight for each topic, in hundredths of a log odds,
in a table of text that can be read and reviewed: `resources/taxonomy/learned_<language>.tsv`. Sums are of
integers, so that one sentence has one score on every machine. `benchmarks/train_topics.py` writes the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from .errors import UsageError
from .word_forms import fold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BIAS = "bias"
"""The row that every sentence has."""
EVIDENCE, WORD = "evidence", "word"
SHORTEST = 200.0
"""The least squared length of a sentence, some ten words: in a shorter one no word counts more."""
_UNIT = 100.0
_CACHE_WORDS = 200_000
_YEAR = re.compile(r"([12][0-9])[0-9]{2}(?:s|'s)?$")
_TELLING = 30
"""Hundredths of a log odds, before a sentence's length divides them, from which a word is evidence."""


class _Word(NamedTuple):
    """A word as the table knows it: its row, the words that make a pair after it, and its folded form."""

    row: int
    after: Mapping[str, int]
    form: str


@dataclass(frozen=True, slots=True)
class TopicWeights:
    """The table of one language: a row a piece of evidence or word, a column a topic."""

    language: str
    topics: Mapping[str, int]
    """The place of each topic in what `weigh` returns."""
    evidence: Mapping[str, int]
    words: Mapping[str, int]
    pairs: Mapping[str, Mapping[str, int]]
    table: NDArray[np.int32]
    """A column a topic, before it one for how much of a sentence's length a word takes: its squared rarity."""
    _cache: dict[str, _Word] = field(default_factory=dict, repr=False, compare=False)

    def weigh(self, evidence: Sequence[Sequence[str]], tokens: Sequence[Sequence[str]]) -> list[list[float]]:
        """Return the log odds of each topic for each sentence, from its pieces of evidence and its tokens."""
        import numpy as np

        known, find = self.evidence.get, self._rows
        bias = known(BIAS, -1)
        pieces = self._sum([{bias, *[known(name, -1) for name in names]} for names in evidence])
        words = self._sum([find(found) for found in tokens])
        length = np.sqrt(np.maximum(words[:, :1] / _UNIT, SHORTEST))
        odds: list[list[float]] = ((pieces[:, 1:] + words[:, 1:] / length) / _UNIT).tolist()
        return odds

    def telling_words(self, tokens: Sequence[str], topic: str, most: int) -> list[tuple[int, int]]:
        """Return the first and last token of the words that speak most for a topic, in reading order."""
        column = self.topics[topic] + 1
        found: dict[int, tuple[int, int]] = {}
        words = [self._look_up(t) for t in tokens]
        for place, word in enumerate(words):
            found.setdefault(word.row, (place, place))
            if place:
                found.setdefault(words[place - 1].after.get(word.form, -1), (place - 1, place))
        found.pop(-1, None)
        weighed = sorted((-int(self.table[row, column]), place) for row, place in found.items())
        return sorted(place for weight, place in weighed[:most] if -weight >= _TELLING)

    def _rows(self, tokens: Sequence[str]) -> set[int]:
        cache = self._cache
        try:
            words = [cache[t] for t in tokens]
        except KeyError:
            words = [self._look_up(t) for t in tokens]
        rows = {row for row, _, _ in words}
        after: Mapping[str, int] = {}
        for _, follows, form in words:
            if form in after:
                rows.add(after[form])
            after = follows
        rows.discard(-1)
        return rows

    def _look_up(self, token: str) -> _Word:
        known = self._cache.get(token)
        if known is None:
            if len(self._cache) >= _CACHE_WORDS:
                self._cache.clear()
            form = word_form(token, self.language)
            known = self._cache[token] = _Word(self.words.get(form, -1), self.pairs.get(form, {}), form)
        return known

    def _sum(self, rows: Sequence[set[int]]) -> NDArray[np.int32]:
        """Add up the rows of each sentence. A row of -1 is the last one, of zeros."""
        import numpy as np

        flat = [-1]
        starts = []
        for found in rows:
            starts.append(len(flat))
            flat += found
            flat.append(-1)
        if not starts:
            return np.zeros((0, len(self.topics) + 1), np.int32)
        sums: NDArray[np.int32] = np.add.reduceat(self.table[flat], starts, axis=0)
        return sums


def word_form(token: str, language: str) -> str:
    """Return the form by which a word is known to the table; numbers are told by their kind only.

    >>> [word_form(t, "en") for t in ("Talks", "1918", "2024", "12.5", ",")]
    ['talks', '<past>', '<recent>', '<number>', '']
    """
    if not (token[0].isalnum()):
        return ""
    if token[0].isdigit():
        year = _YEAR.match(token)
        return "<number>" if year is None else "<past>" if token[0] == "1" else "<recent>"
    return fold(token, language)


def read_weights(text: str, language: str) -> TopicWeights:
    """Read a table: a header with the topics, then a line a row: what it is, its name, its length, a number a topic."""
    import numpy as np

    header, *lines = text.rstrip("\n").split("\n")
    kind, name, length, *topics = header.split("\t")
    if (kind, name, length) != ("kind", "name", "length"):
        raise UsageError(f"learned_{language}.tsv: the header is {header[:60]!r}, not kind, name, length and topics.")
    known: dict[str, dict[str, int]] = {EVIDENCE: {}, WORD: {}}
    table = np.zeros((len(lines) + 1, len(topics) + 1), np.int32)
    for place, (kind, name, numbers) in enumerate(_read_lines(lines)):
        known[kind][name] = place
        table[place] = numbers
    pairs: dict[str, dict[str, int]] = {}
    for name, place in known[WORD].items():
        first, space, second = name.partition(" ")
        if space:
            pairs.setdefault(first, {})[second] = place
    return TopicWeights(language, {t: i for i, t in enumerate(topics)}, known[EVIDENCE], known[WORD], pairs, table)


def _read_lines(lines: Sequence[str]) -> Iterator[tuple[str, str, list[int]]]:
    for line in lines:
        kind, name, *numbers = line.split("\t")
        yield kind, name, [int(n) for n in numbers]
