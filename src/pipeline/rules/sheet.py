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
from .lexicon import Cue, find_cues, fold


@dataclass(frozen=True, slots=True)
class Claim:
    """A span that a rule claims for a role, with its evidence in words.

    A claim that is not `firm` holds only where the line model does not believe strongly that the line is content.
    """

    start: int
    end: int
    role: Role
    rule: str
    evidence: str = ""
    confidence: float = 1.0
    firm: bool = True


@dataclass(frozen=True, slots=True)
class Ground:
    """What all sheets of a page share: text, lines and cues, indexed."""

    text: str
    folded: str
    lines: tuple[Line, ...]
    cues: Mapping[int, tuple[Cue, ...]]
    """Cues by line."""
    whole: Mapping[int, frozenset[str]]
    """Families of which a phrase is all that a line says, by line."""
    has: frozenset[tuple[int, str]]
    """Pairs of line and family with a `has` cue."""
    starts: tuple[int, ...]
    wordy: tuple[Line, ...]
    """Lines long enough to be prose."""
    stated_title: str = ""
    """The title that an HTML head states, folded."""
    probability: Sequence[float] = ()
    """The line model's probability of being content, by line; empty without a model."""


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
        """Return the sheet with new claims added where nothing was claimed yet."""
        merged = dict(self.claims)
        changed = False
        for claim in claims:
            changed = True
            index = self.index_at(claim.start)
            old = merged.get(index, ())
            if all(claim.end <= c.start or claim.start >= c.end for c in old):
                merged[index] = tuple(sorted((*old, claim), key=lambda c: c.start))
        return Sheet(self.ground, merged) if changed else self

    def is_inside(self, index: int) -> bool:
        """Tell whether a line stands between the first and the last line of prose."""
        return self.first_prose <= index <= self.last_prose

    def without_overruled(self, level: float) -> Sheet:
        """Return the sheet without the claims that are not firm in lines of at least `level` probability."""
        left = {
            index: kept
            for index, claims in self.claims.items()
            if (kept := tuple(c for c in claims if c.firm or self.likely(index, 0.0) < level))
        }
        return Sheet(self.ground, left)

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
        return (line for line in self.lines if line.index not in self.claims)

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
            if opens and not self.text[at : cue.start].strip(" *_[(|\"'“«") and (best is None or cue.end > best.end):
                best = cue
        return best

    def having(self, index: int, family: str) -> list[Cue]:
        """Return the `has` cues of `family` in the line, in order."""
        if (index, family) not in self.ground.has:
            return []
        return [c for c in self.cues(index) if c.mode == "has" and c.family == family]

    def cues(self, index: int) -> tuple[Cue, ...]:
        """Return the cues in a line, in order of their ends."""
        return self.ground.cues.get(index, ())


_NONE: frozenset[str] = frozenset()
_COUNTS = re.compile(r"[^\w%$€£₽¥]+|[\d_]+")


def make_sheet(
    text: str, lines: tuple[Line, ...], stated_title: str = "", probability: Sequence[float] | None = None
) -> Sheet:
    """Return the sheet of a page: its lines with their cues, nothing claimed."""
    folded = fold(text)
    starts = [line.start for line in lines]
    cues: dict[int, list[Cue]] = {}
    for cue in find_cues(folded):
        index = bisect_right(starts, cue.start) - 1
        if index >= 0 and cue.end <= lines[index].end:
            cues.setdefault(index, []).append(cue)
    ground = Ground(
        text,
        folded,
        lines,
        {i: tuple(c) for i, c in cues.items()},
        {i: families for i, c in cues.items() if (families := _whole(folded, lines[i], c))},
        frozenset((i, c.family) for i, found in cues.items() for c in found if c.mode == "has"),
        tuple(starts),
        tuple(line for line in lines if line.words >= PROSE_WORDS // 2),
        fold(" ".join(stated_title.split())),
        tuple(probability or ()),
    )
    return Sheet(ground)


def _whole(folded: str, line: Line, cues: list[Cue]) -> frozenset[str]:
    if line.end - line.start > 80:
        return _NONE
    families = set()
    for cue in cues:
        if cue.mode == "whole" and cue.family not in families:
            around = folded[line.start : cue.start] + " " + folded[cue.end : line.end]
            if not _COUNTS.sub("", around):
                families.add(cue.family)
    return frozenset(families)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def whole_line(
    line: Line, role: Role, rule: str, evidence: str = "", confidence: float = 1.0, firm: bool = True
) -> Claim:
    """Return a claim on all of a line."""
    return Claim(line.start, line.end, role, rule, evidence, confidence, firm)
