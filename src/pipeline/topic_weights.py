"""Weigh evidence and words by what labelled sentences taught: one linear model a topic.

A sentence holds pieces of evidence (phrases of the lexicon by topic, kind and second-level topic, what
heading and neighbours speak of) and words. Each has a weight for each topic, in hundredths of a log odds,
in a table of text that can be read and reviewed: `resources/taxonomy/learned_<language>.tsv`. Sums are of
integers, so that one sentence has one score on every machine. `benchmarks/train_topics.py` writes the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .errors import UsageError
from .joined_search import search_each
from .topic_signals import Piece, name_piece
from .word_forms import Coder, fold

BIAS = "bias"
"""The row that every sentence has."""
EVIDENCE, WORD = "evidence", "word"
SHORTEST = 200.0
"""The least squared length of a sentence, some ten words: in a shorter one no word counts more."""
_UNIT = 100.0
_UNKNOWN = "_"
_YEAR = re.compile(r"([12][0-9])[0-9]{2}(?:s|'s)?$")
_SHORTEST_SHOWN = 4
"""Letters. "off" or "at the" may weigh something and tell a reader nothing."""
_TELLING = 30
"""Hundredths of a log odds, before a sentence's length divides them, from which a word is evidence."""
_AT_ONCE = 1_000
"""Sentences whose weights are added up together: 3 MB of numbers."""
_REMEMBERED = 100_000

_row = itemgetter(0)

Words = Sequence[tuple[int, int, int]]
"""The words of a text that the table holds: row, first word, the word after the last."""


@dataclass(frozen=True, slots=True)
class TopicWeights:
    """The table of one language: a row a piece of evidence or word, a column a topic."""

    language: str
    evidence: Mapping[str, int]
    """The row of each piece of evidence."""
    of_evidence: Mapping[str, Sequence[int]]
    """For each topic a weight a row."""
    words: Sequence[str]
    """The words and pairs of words, a row each."""
    of_words: Mapping[str, Sequence[int]]
    lengths: Sequence[int]
    """How much of a sentence's length the word of each row takes: its squared rarity."""
    _automaton: Any = field(init=False, repr=False, compare=False)
    _coder: Coder = field(init=False, repr=False, compare=False)
    _rows: _Rows = field(init=False, repr=False, compare=False)
    _sums: _Sums = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Give each word a character, so that one pass over the characters of a text finds the rows of its words."""
        from ahocorasick_rs import AhoCorasick, MatchKind

        forms = dict.fromkeys(form for words in self.words for form in words.split())
        codes = {form: chr(0x100 + n) for n, form in enumerate(forms)}
        patterns = ["".join([codes[form] for form in words.split()]) for words in self.words]
        coder = Coder(self.language, lambda token: codes.get(word_form(token, self.language), _UNKNOWN))
        object.__setattr__(self, "_automaton", AhoCorasick(patterns or ["\0"], matchkind=MatchKind.Standard))
        object.__setattr__(self, "_coder", coder)
        object.__setattr__(self, "_rows", _Rows(self.evidence))
        columns = (self.of_evidence.values(), self.of_words.values(), [self.lengths])
        object.__setattr__(self, "_sums", _Sums(*(_above_nothing(list(some)) for some in columns)))

    def find_words(self, texts: Sequence[str]) -> list[Words]:
        """Return the words of each text that the table holds; one search through all of them."""
        found: list[Words] = [()] * len(texts)
        for number, words in search_each(self._automaton, list(map(self._coder.code, texts))):
            found[number] = words
        return found

    def weigh(self, evidence: Iterable[Iterable[Piece]], words: Iterable[Words]) -> list[dict[str, float]]:
        """Return the log odds of every topic of the table for each of some sentences, from evidence and words."""
        always = {len(self.evidence), *self._rows[(BIAS,)]}
        pieces = [always.union(*map(self._rows.__getitem__, some)) for some in evidence]
        rows = [{len(self.words), *map(_row, some)} for some in words]
        odds: list[dict[str, float]] = []
        for first in range(0, len(rows), _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            length = np.sqrt(np.maximum(_add_up(self._sums.lengths, rows[some]) / _UNIT, SHORTEST))
            of_words = _add_up(self._sums.words, rows[some]) / length
            weighed = (_add_up(self._sums.evidence, pieces[some]) + of_words) / _UNIT
            odds += [dict(zip(self.of_words, row, strict=True)) for row in weighed.tolist()]
        return odds

    def telling_words(self, text: str, words: Words, topic: str, most: int) -> list[tuple[int, int]]:
        """Return where the words that speak most for a topic begin and end, in reading order.

        `words` are those that `find_words` found in `text`.
        """
        found: dict[int, tuple[int, int]] = {}
        for row, start, end in words:
            if any([len(word) >= _SHORTEST_SHOWN for word in self.words[row].split()]):
                found.setdefault(row, (start, end - 1))
        column = self.of_words[topic]
        weighed = sorted((-column[row], place) for row, place in found.items())
        telling = sorted(place for weight, place in weighed[:most] if -weight >= _TELLING)
        spans = [found.span() for found in self._coder.token.finditer(text)] if telling else []
        return [(spans[first][0], spans[last][1]) for first, last in telling]


class _Rows(dict[Piece, Sequence[int]]):
    """The rows of a piece of evidence; looked up by name once, because few differ."""

    def __init__(self, known: Mapping[str, int]) -> None:
        super().__init__()
        self._known = known

    def __missing__(self, piece: Piece) -> Sequence[int]:
        """Look up the names."""
        rows = tuple([self._known[name] for name in name_piece(piece) if name in self._known])
        if len(self) >= _REMEMBERED:
            self.clear()
        self[piece] = rows
        return rows


class _Sums(NamedTuple):
    """The weights of evidence and of words, and the lengths of these: a row each, and a last one of nothing."""

    evidence: NDArray[np.int64]
    words: NDArray[np.int64]
    lengths: NDArray[np.int64]


def _above_nothing(columns: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    return np.pad(np.array(columns, np.int64).T, ((0, 1), (0, 0)))


def _add_up(weights: NDArray[np.int64], rows: Sequence[set[int]]) -> NDArray[np.int64]:
    """Return the sums of some rows of a table each; none of them is empty."""
    flat = np.fromiter(chain.from_iterable(rows), np.intp)
    ends = np.cumsum(list(map(len, rows)))
    return np.add.reduceat(weights[flat], np.concatenate(([0], ends[:-1])), axis=0)


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
    header, *lines = text.rstrip("\n").split("\n")
    kind, name, length, *topics = header.split("\t")
    if (kind, name, length) != ("kind", "name", "length"):
        raise UsageError(f"learned_{language}.tsv: the header is {header[:60]!r}, not kind, name, length and topics.")
    rows: dict[str, dict[str, list[int]]] = {EVIDENCE: {}, WORD: {}}
    for line in lines:
        kind, name, *numbers = line.split("\t")
        rows[kind][name] = [int(n) for n in numbers]
    _, *of_evidence = zip(*rows[EVIDENCE].values(), strict=True)
    lengths, *of_words = zip(*rows[WORD].values(), strict=True)
    return TopicWeights(
        language,
        {name: row for row, name in enumerate(rows[EVIDENCE])},
        dict(zip(topics, of_evidence, strict=True)),
        tuple(rows[WORD]),
        dict(zip(topics, of_words, strict=True)),
        lengths,
    )
