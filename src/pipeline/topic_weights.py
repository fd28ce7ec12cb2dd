"""Weigh evidence and words by what labelled sentences taught: one linear model a topic.

A sentence holds pieces of evidence (phrases of the lexicon by topic, kind and second-level topic, what
heading and neighbours speak of) and words. Each has a weight for each topic, in hundredths of a log odds,
in a table of text that can be read and reviewed: `resources/taxonomy/learned_<language>.tsv`. Sums are of
integers, so that one sentence has one score on every machine. `benchmarks/train_topics.py` writes the table.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .errors import UsageError
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

    def __post_init__(self) -> None:
        """Give each word a character, so that one pass over the characters of a text finds the rows of its words."""
        from ahocorasick_rs import AhoCorasick, MatchKind

        forms = dict.fromkeys(form for words in self.words for form in words.split())
        codes = {form: chr(0x100 + n) for n, form in enumerate(forms)}
        patterns = ["".join([codes[form] for form in words.split()]) for words in self.words]
        object.__setattr__(self, "_automaton", AhoCorasick(patterns or ["\0"], matchkind=MatchKind.Standard))
        object.__setattr__(
            self, "_coder", Coder(self.language, lambda token: codes.get(word_form(token, self.language), _UNKNOWN))
        )

    def weigh(self, evidence: Iterable[str], text: str, topics: Iterable[str]) -> dict[str, float]:
        """Return the log odds of the topics for a sentence, from its pieces of evidence and its words.

        A topic that the table does not have, a user's own, is left out.
        """
        known = self.evidence
        pieces = {known[name] for name in (BIAS, *evidence) if name in known}
        words = {row for row, _, _ in self._find(text)}
        length = math.sqrt(max(sum(map(self.lengths.__getitem__, words)) / _UNIT, SHORTEST))
        odds: dict[str, float] = {}
        for topic in topics:
            if topic in self.of_words:
                of_evidence, of_words = self.of_evidence[topic].__getitem__, self.of_words[topic].__getitem__
                odds[topic] = (sum(map(of_evidence, pieces)) + sum(map(of_words, words)) / length) / _UNIT
        return odds

    def telling_words(self, text: str, topic: str, most: int) -> list[tuple[int, int]]:
        """Return where the words that speak most for a topic begin and end, in reading order."""
        found: dict[int, tuple[int, int]] = {}
        for row, start, end in self._find(text):
            if any([len(word) >= _SHORTEST_SHOWN for word in self.words[row].split()]):
                found.setdefault(row, (start, end - 1))
        column = self.of_words[topic]
        weighed = sorted((-column[row], place) for row, place in found.items())
        telling = sorted(place for weight, place in weighed[:most] if -weight >= _TELLING)
        spans = [found.span() for found in self._coder.token.finditer(text)] if telling else []
        return [(spans[first][0], spans[last][1]) for first, last in telling]

    def _find(self, text: str) -> list[tuple[int, int, int]]:
        """Return the words of a text that the table holds: row, first word, the word after the last."""
        found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(
            self._coder.code(text), overlapping=True
        )
        return found


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
