"""The page as the rules see it: lines, the cues in them, and what was claimed so far.

A rule reads a sheet and yields claims; it never changes the sheet. The first claim on a character wins, so
the order of the rules in `clean.py` is their rank. What no rule claims is left to the line model.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..blocks import PROSE_WORDS, Line
from ..model import Role
from .lexicon import Cue, find_cues, fold


@dataclass(frozen=True, slots=True)
class Claim:
    """A span that a rule claims for a role, with its evidence in words."""

    start: int
    end: int
    role: Role
    rule: str
    evidence: str = ""
    confidence: float = 1.0


@dataclass(frozen=True)
class Sheet:
    """A page ready for the rules. `claims` maps a line's index to the claims inside it, in order."""

    text: str
    lines: tuple[Line, ...]
    claims: Mapping[int, tuple[Claim, ...]] = field(default_factory=dict)
    folded: str = ""
    cues: Mapping[int, tuple[Cue, ...]] = field(default_factory=dict)
    first_prose: int = 0
    """Index of the first line of prose, or the number of lines."""
    last_prose: int = -1
    """Index of the last line of prose, or -1."""

    def with_claims(self, claims: Iterable[Claim]) -> Sheet:
        """Return the sheet with new claims added where nothing was claimed yet."""
        merged = dict(self.claims)
        for claim in claims:
            index = self.index_at(claim.start)
            old = merged.get(index, ())
            if all(claim.end <= c.start or claim.start >= c.end for c in old):
                merged[index] = tuple(sorted((*old, claim), key=lambda c: c.start))
        return replace(self, claims=merged)

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

    def index_at(self, position: int) -> int:
        """Return the index of the line that holds a position (or stands before it); -1 before the first."""
        return bisect_right(self._starts, position) - 1

    def open_lines(self) -> Iterator[Line]:
        """Yield the lines in which nothing was claimed."""
        return (line for line in self.lines if line.index not in self.claims)

    def whole(self, index: int) -> frozenset[str]:
        """Return the families of which a phrase is all that the line says, marks and counts aside."""
        return self._whole.get(index, frozenset())

    def opening(self, index: int, family: str) -> Cue | None:
        """Return the longest cue of `family` that opens the line (after a list mark), or None."""
        line = self.lines[index]
        at = line.start + len(line.bullet)
        best: Cue | None = None
        for cue in self.cues.get(index, ()):
            opens = cue.mode == "opens" and cue.family == family and cue.start - at <= 2
            if opens and not self.text[at : cue.start].strip(" *_[(|\"'“«") and (best is None or cue.end > best.end):
                best = cue
        return best

    def having(self, index: int, family: str) -> list[Cue]:
        """Return the `has` cues of `family` in the line, in order."""
        return [c for c in self.cues.get(index, ()) if c.mode == "has" and c.family == family]

    @cached_property
    def _starts(self) -> list[int]:
        return [line.start for line in self.lines]

    @cached_property
    def _whole(self) -> Mapping[int, frozenset[str]]:
        found: dict[int, frozenset[str]] = {}
        for index, cues in self.cues.items():
            line = self.lines[index]
            if line.end - line.start > 80:
                continue
            families = set()
            for cue in cues:
                if cue.mode == "whole":
                    around = self.folded[line.start : cue.start] + " " + self.folded[cue.end : line.end]
                    if not _COUNTS.sub("", around):
                        families.add(cue.family)
            if families:
                found[index] = frozenset(families)
        return found


_COUNTS = re.compile(r"[\W\d_]+")


def make_sheet(text: str, lines: tuple[Line, ...]) -> Sheet:
    """Return the sheet of a page: its lines with their cues, nothing claimed."""
    folded = fold(text)
    starts = [line.start for line in lines]
    cues: dict[int, list[Cue]] = {}
    for cue in find_cues(folded):
        index = bisect_right(starts, cue.start) - 1
        if index >= 0 and cue.end <= lines[index].end:
            cues.setdefault(index, []).append(cue)
    prose = [line.index for line in lines if line.is_prose] or [
        line.index for line in lines if line.words >= PROSE_WORDS // 2
    ]
    first, last = (prose[0], prose[-1]) if prose else (len(lines), -1)
    return Sheet(text, lines, {}, folded, {i: tuple(c) for i, c in cues.items()}, first, last)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def whole_line(line: Line, role: Role, rule: str, evidence: str = "", confidence: float = 1.0) -> Claim:
    """Return a claim on all of a line."""
    return Claim(line.start, line.end, role, rule, evidence, confidence)
