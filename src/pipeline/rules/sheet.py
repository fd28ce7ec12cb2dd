"""The page as the rules see it: lines, the cues in them, and what was claimed so far.

A rule reads a sheet and yields claims; it never changes the sheet. The first claim on a character wins, so
the order of the rules in `clean.py` is their rank. What no rule claims is left to the line model.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True)
class Sheet:
    """A page ready for the rules. `claims` maps a line's index to the claims inside it, in order."""

    text: str
    lines: tuple[Line, ...]
    claims: Mapping[int, tuple[Claim, ...]] = field(default_factory=dict)
    folded: str = ""
    cues: Mapping[int, tuple[Cue, ...]] = field(default_factory=dict)
    stated_title: str = ""
    """The title that an HTML head states, folded."""

    def with_claims(self, claims: Iterable[Claim]) -> Sheet:
        """Return the sheet with new claims added where nothing was claimed yet."""
        merged = dict(self.claims)
        for claim in claims:
            index = self.index_at(claim.start)
            old = merged.get(index, ())
            if all(claim.end <= c.start or claim.start >= c.end for c in old):
                merged[index] = tuple(sorted((*old, claim), key=lambda c: c.start))
        return replace(self, claims=merged)

    def is_inside(self, index: int) -> bool:
        """Tell whether a line stands between the first and the last line of prose."""
        return self.first_prose <= index <= self.last_prose

    def with_agreement(self, unlikely: Collection[int]) -> Sheet:
        """Return the sheet without the claims that are not firm, but for those in `unlikely` lines."""
        left = {
            index: kept
            for index, claims in self.claims.items()
            if (kept := tuple(c for c in claims if c.firm or index in unlikely))
        }
        return replace(self, claims=left)

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
        """Index of the first line of prose that is not claimed, or the number of lines."""
        return self._prose[0]

    @cached_property
    def last_prose(self) -> int:
        """Index of the last line of prose that is not claimed, or -1."""
        return self._prose[1]

    @cached_property
    def _prose(self) -> tuple[int, int]:
        left = [x for x in self.lines if x.words >= PROSE_WORDS // 2 and not self._mostly_claimed(x)]
        prose = [x.index for x in left if x.is_prose] or [x.index for x in left]
        return (prose[0], prose[-1]) if prose else (len(self.lines), -1)

    def _mostly_claimed(self, line: Line) -> bool:
        return 2 * sum(c.end - c.start for c in self.claims.get(line.index, ())) > line.end - line.start

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


_COUNTS = re.compile(r"[^\w%$€£₽¥]+|[\d_]+")


def make_sheet(text: str, lines: tuple[Line, ...], stated_title: str = "") -> Sheet:
    """Return the sheet of a page: its lines with their cues, nothing claimed."""
    folded = fold(text)
    starts = [line.start for line in lines]
    cues: dict[int, list[Cue]] = {}
    for cue in find_cues(folded):
        index = bisect_right(starts, cue.start) - 1
        if index >= 0 and cue.end <= lines[index].end:
            cues.setdefault(index, []).append(cue)
    found = {i: tuple(c) for i, c in cues.items()}
    return Sheet(text, lines, {}, folded, found, fold(" ".join(stated_title.split())))


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
