"""The page as the rules see it: lines, the cues in them, and what was claimed so far.

A rule reads a sheet and yields claims; it never changes the sheet. The first claim on a character wins, so
the order of the rules in `clean.py` is their rank. What no rule claims is left to the line model.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..blocks import PROSE_WORDS, Line
from ..model import Role
from .lexicon import Cue, Meanings, find_phrases, fold

FIRM = 2.0
"""Of a claim that the model cannot overrule."""
SOFT = 0.5
"""Of a claim that gives way where the model takes the line for content."""
# 0.5: above it, out of fold, a third to a half of the words that such claims take are content.
MILD = 0.3
"""Of a claim that gives way as soon as the model is in doubt."""
# 0.3: teasers, "read also" lines and copies above it are content in a third of their words, below it in one of 20.


@dataclass(frozen=True, slots=True)
class Claim:
    """A span that a rule claims for a role, with its evidence in words.

    The claim holds only where the line model's probability that the line is content is less than `below`; one of
    strong evidence is `FIRM`.
    """

    start: int
    end: int
    role: Role
    rule: str
    evidence: str = ""
    confidence: float = 1.0
    below: float = FIRM


Phrase = tuple[int, int, Meanings]
"""A phrase of the word lists: start, end, and the families and modes it is in."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What all sheets of a page share: text, lines and cues, indexed."""

    text: str
    folded: str
    lines: tuple[Line, ...]
    phrases: Mapping[int, Sequence[Phrase]]
    """Phrases by line, in order of their ends."""
    whole: Mapping[int, frozenset[str]]
    """Families of which a phrase is all that a line says, by line."""
    places: Mapping[tuple[str, str], tuple[int, ...]]
    """Lines in order by family and mode of their cues; under "whole" only lines that say nothing else."""
    starts: tuple[int, ...]
    wordy: tuple[Line, ...]
    """Lines long enough to be prose."""
    stated_title: str = ""
    """The title that an HTML head states, folded."""
    probability: Sequence[float] = ()
    """The line model's probability of being content, by line; empty without a model."""
    cues: dict[int, tuple[Cue, ...]] = field(default_factory=dict)
    """Cues by line, made when they are asked for: nobody asks for two thirds of them."""


@dataclass(frozen=True)
class Sheet:
    """A page ready for the rules. `claims` maps a line's index to the claims inside it, in order."""

    ground: Ground
    claims: Mapping[int, tuple[Claim, ...]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The page's text."""
        return self.ground.text

    @property
    def folded(self) -> str:
        """The page's text, folded character by character."""
        return self.ground.folded

    @property
    def lines(self) -> tuple[Line, ...]:
        """The page's lines."""
        return self.ground.lines

    def with_claims(self, claims: Iterable[Claim]) -> Sheet:
        """Return the sheet with new claims added where nothing was claimed yet.

        A claim that the model overrules is left out, so that a rule with better evidence may still come.
        """
        merged: dict[int, tuple[Claim, ...]] | None = None
        long = False
        for claim in claims:
            index = self.index_at(claim.start)
            if self.likely(index, 0.0) >= claim.below:
                continue
            merged = dict(self.claims) if merged is None else merged
            old = merged.get(index)
            if not old:
                merged[index] = (claim,)
            elif all(claim.end <= c.start or claim.start >= c.end for c in old):
                merged[index] = tuple(sorted((*old, claim), key=lambda c: c.start))
            long = long or self.lines[index].words >= WORDY
        if merged is None:
            return self
        sheet = Sheet(self.ground, merged)
        # Where the prose begins is asked after nearly every rule; claims on short lines do not move it.
        if not long and "_prose" in self.__dict__:
            sheet.__dict__["_prose"] = self._prose
        return sheet

    def is_inside(self, index: int) -> bool:
        """Tell whether a line stands between the first and the last line of prose."""
        return self.first_prose <= index <= self.last_prose

    def likely(self, index: int, unknown: float = 0.5) -> float:
        """Return the model's probability that a line is content, or `unknown` without a model."""
        return self.ground.probability[index] if self.ground.probability else unknown

    def rest(self, index: int) -> tuple[int, int]:
        """Return the span of a line that no claim covers, trimmed; empty when all is claimed.

        Claims inside a line lie at its ends; between two of them the longest open part counts.
        """
        line = self.lines[index]
        claims = self.claims.get(index)
        if not claims:
            return line.start, line.end
        edges = [line.start, *(e for c in claims for e in (c.start, c.end)), line.end]
        parts = [trim(self.text, edges[i], edges[i + 1]) for i in range(0, len(edges), 2)]
        return max(parts, key=lambda p: p[1] - p[0])

    def is_open(self, index: int) -> bool:
        """Tell whether nothing in the line was claimed."""
        return index not in self.claims

    @cached_property
    def first_prose(self) -> int:
        """Index of the first line of prose that the model believes in and no rule claims, or the number of lines."""
        return self._prose[0]

    @cached_property
    def last_prose(self) -> int:
        """Index of the last such line, or -1."""
        return self._prose[1]

    @cached_property
    def _prose(self) -> tuple[int, int]:
        left = [x for x in self.ground.wordy if not self._mostly_claimed(x)]
        believed = [x for x in left if self.likely(x.index, 1.0) >= 0.5] or left
        prose = [x.index for x in believed if x.is_prose] or [x.index for x in believed]
        return (prose[0], prose[-1]) if prose else (len(self.lines), -1)

    def _mostly_claimed(self, line: Line) -> bool:
        claims = self.claims.get(line.index)
        return claims is not None and 2 * sum(c.end - c.start for c in claims) > line.end - line.start

    def index_at(self, position: int) -> int:
        """Return the index of the line that holds a position (or stands before it); -1 before the first."""
        return bisect_right(self.ground.starts, position) - 1

    def open_lines(self) -> Iterator[Line]:
        """Yield the lines in which nothing was claimed."""
        return iter(self._open)

    @cached_property
    def _open(self) -> tuple[Line, ...]:
        claims = self.claims
        return tuple(line for line in self.lines if line.index not in claims)

    def open_with(self, *kinds: tuple[str, str]) -> Iterator[Line]:
        """Yield the lines in which nothing was claimed and a cue of one of the (family, mode) pairs stands."""
        places = self.ground.places
        # Few lines hold a cue: asking all lines of a page in every rule was half of the rules' time.
        found = places.get(kinds[0], ()) if len(kinds) == 1 else sorted({i for k in kinds for i in places.get(k, ())})
        return (self.lines[i] for i in found if i not in self.claims)

    def whole(self, index: int) -> frozenset[str]:
        """Return the families of which a phrase is all that the line says, marks and counts aside."""
        return self.ground.whole.get(index, _NONE)

    def opening(self, index: int, family: str) -> Cue | None:
        """Return the longest cue of `family` that opens the line (after a list mark), or None."""
        line = self.lines[index]
        at = line.start + len(line.bullet)
        best: Cue | None = None
        for cue in self.cues(index):
            opens = cue.mode == "opens" and cue.family == family and cue.start - at <= 2
            if opens and (best is None or cue.end > best.end) and not self.text[at : cue.start].strip(_BEFORE):
                best = cue
        return best

    def having(self, index: int, family: str) -> list[Cue]:
        """Return the `has` cues of `family` in the line, in order."""
        return [c for c in self.cues(index) if c.mode == "has" and c.family == family]

    def cues(self, index: int) -> tuple[Cue, ...]:
        """Return the cues in a line, in order of their ends."""
        known = self.ground.cues.get(index)
        if known is None:
            phrases = self.ground.phrases.get(index, ())
            known = tuple(Cue(start, end, family, mode) for start, end, said in phrases for family, mode in said)
            self.ground.cues[index] = known
        return known


_BEFORE = " *_[(（【|\"'“«"
"""Marks that may stand before the cue that opens a line."""
_NONE: frozenset[str] = frozenset()
_ROW = re.compile(r"[|·•/:：►»,،、]|\s[-–—]\s| {2}|[\])】）] ?[\[(【（]")
_SAYS = re.compile(r"[^\W\d_]|[%$€£₽¥]")
"""What is more than marks and counts beside a button's words."""
WORDY = PROSE_WORDS // 2
"""Words from which a line may be prose."""


def make_sheet(
    text: str, lines: tuple[Line, ...], stated_title: str = "", probability: Sequence[float] | None = None
) -> Sheet:
    """Return the sheet of a page: its lines with their cues, nothing claimed."""
    folded = fold(text)
    starts = [line.start for line in lines]
    phrases: dict[int, list[Phrase]] = {}
    places: dict[tuple[str, str], set[int]] = {}
    low = high = index = 0
    for phrase in find_phrases(folded):
        start, end, meanings = phrase
        # Phrases come in order of their ends, so that most stand in the line of the one before.
        if not low <= start < high:
            index = bisect_right(starts, start) - 1
            low, high = (starts[index], lines[index].end) if index >= 0 else (0, 0)
        if low <= start and end <= high:
            phrases.setdefault(index, []).append(phrase)
            for kind in meanings:
                places.setdefault(kind, set()).add(index)
    standing = sorted(set().union(*(found for (_, mode), found in places.items() if mode == "whole")))
    whole = {i: families for i in standing if (families := _whole(folded, lines[i], phrases[i]))}
    ground = Ground(
        text,
        folded,
        lines,
        phrases,
        whole,
        _places(places, whole),
        tuple(starts),
        tuple(line for line in lines if line.words >= WORDY),
        fold(" ".join(stated_title.split())),
        tuple(probability or ()),
    )
    return Sheet(ground)


def _places(
    places: Mapping[tuple[str, str], set[int]], whole: Mapping[int, frozenset[str]]
) -> Mapping[tuple[str, str], tuple[int, ...]]:
    """Return the lines of each kind of cue, in order; under "whole" only those that say nothing else."""
    alone: dict[tuple[str, str], list[int]] = {}
    for index, families in whole.items():
        for family in families:
            alone.setdefault((family, "whole"), []).append(index)
    inside = {kind: tuple(sorted(found)) for kind, found in places.items() if kind[1] != "whole"}
    return inside | {kind: tuple(found) for kind, found in alone.items()}


def _whole(folded: str, line: Line, phrases: Sequence[Phrase]) -> frozenset[str]:
    if line.end - line.start > 120:
        return _NONE
    whole = [(a, b, family) for a, b, meanings in phrases for family, mode in meanings if mode == "whole"]
    families = set()
    for start, end, family in whole:
        said = family in families or _SAYS.search(folded, line.start, start) or _SAYS.search(folded, end, line.end)
        if not said:
            families.add(family)
    if not families and len(whole) > 1 and _ROW.search(folded, whole[0][1], line.end):
        return _row(folded, line, whole)
    return frozenset(families - {"network"})


def _row(folded: str, line: Line, whole: list[tuple[int, int, str]]) -> frozenset[str]:
    """Return the families of the first part of a row of buttons, "Share: Facebook | Telegram", or none."""
    left = folded[line.start : line.end]
    for start, end, _ in sorted(whole, key=lambda w: w[0] - w[1]):
        a, b = start - line.start, end - line.start
        if left[a:b] == folded[start:end]:
            left = left[:a] + " " * (b - a) + left[b:]
    if _SAYS.search(left):
        return _NONE
    first = min(start for start, _, _ in whole)
    longest = max(end for start, end, _ in whole if start == first)
    return frozenset(family for start, end, family in whole if (start, end) == (first, longest)) - {"network"}


def find_all(text: str, part: str) -> Iterator[int]:
    """Yield the places at which `part` stands in `text`."""
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + len(part))


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def whole_line(
    line: Line, role: Role, rule: str, evidence: str = "", confidence: float = 1.0, below: float = FIRM
) -> Claim:
    """Return a claim on all of a line."""
    return Claim(line.start, line.end, role, rule, evidence, confidence, below)
