"""The page as the rules see it: lines, the cues in them, and what was claimed so far.

A rule reads a sheet and yields claims; it never changes the sheet. The first claim on a character wins, so
the order of the rules in `order.py` is their rank. What no rule claims is left to the line model.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from ..blocks import Line
from ..model import DISPOSITION_OF, Disposition, Role
from .ground import WORDY, Ground, make_ground
from .lexicon import Cue

FIRM = 2.0
"""Of a claim that the model cannot overrule."""
SOFT = 0.5
"""Of a claim that gives way where the model takes the line for content."""
# 0.5: above it, out of fold, a third to a half of the words that such claims take are content.
FOREIGN = 0.9
"""The same of a dropped line in a language that the model was not trained on: there it believes in any sentence."""
# 0.9: of 475 and 90 marked pages 5 lines of junk go, none of the body; at 0.95 6 lines of the body go with 6 of junk.
MILD = 0.3
"""Of a claim that gives way as soon as the model is in doubt."""
# 0.3: teasers, "read also" lines and copies above it are content in a third of their words, below it in one of 20.


@dataclass(slots=True, eq=False)
class Claim:
    """A span that a rule claims for a role, with its evidence in words.

    The claim holds only where the line model's probability that the line is content is less than `below`; one of
    strong evidence is `FIRM`.
    """

    # Final and not frozen, as `Line` is.
    start: Final[int]
    end: Final[int]
    role: Final[Role]
    rule: Final[str]
    evidence: Final[str] = ""
    confidence: Final[float] = 1.0
    below: Final[float] = FIRM


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
            likely = self.likely(index, 0.0)
            if likely >= claim.below and (likely >= FOREIGN or not self._drops_foreign(claim)):
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

    def _drops_foreign(self, claim: Claim) -> bool:
        """Tell whether a soft claim drops a line on a page that the model reads worse than others."""
        dropped = claim.below == SOFT and DISPOSITION_OF[claim.role] is Disposition.DROPPED
        return dropped and self.ground.foreign

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
        if claims[0].start == line.start and claims[0].end == line.end:
            return line.start, line.start
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

    def open_beginning(self, marks: re.Pattern[str]) -> Iterator[Line]:
        """Yield the lines in which nothing was claimed and whose first character is one of `marks`."""
        found = [m.start() for m in marks.finditer(self.ground.heads)]
        return (self.lines[i] for i in found if i not in self.claims)

    def open_ending(self, marks: re.Pattern[str]) -> Iterator[Line]:
        """Yield the lines in which nothing was claimed and whose last character is one of `marks`."""
        found = [m.start() for m in marks.finditer(self.ground.tails)]
        return (self.lines[i] for i in found if i not in self.claims)

    def said(self, index: int) -> str:
        """Return what a line says, folded."""
        return self.ground.said[index]

    def whole(self, index: int) -> frozenset[str]:
        """Return the families of which a phrase is all that the line says, marks and counts aside."""
        return self.ground.whole.get(index, _NONE)

    def opening(self, index: int, family: str) -> Cue | None:
        """Return the longest cue of `family` that opens the line (after a list mark), or None."""
        kind = (family, "opens")
        best: Cue | None = None
        for start, end, meaning in self.ground.phrases.get(index, ()):
            if kind not in meaning.kinds:
                continue
            line = self.lines[index]
            at = line.start + len(line.bullet)
            longer = start - at <= 2 and (best is None or end > best.end)
            if longer and not self.text[at:start].strip(_BEFORE):
                best = Cue(start, end, *kind)
        return best

    def having(self, index: int, family: str) -> list[Cue]:
        """Return the `has` cues of `family` in the line, in order."""
        return self.finding(index, family, "has")

    def finding(self, index: int, family: str, mode: str) -> list[Cue]:
        """Return the cues of a family and mode in the line, in order."""
        kind = (family, mode)
        phrases = self.ground.phrases.get(index, ())
        return [Cue(start, end, family, mode) for start, end, meaning in phrases if kind in meaning.kinds]

    def cues(self, index: int) -> tuple[Cue, ...]:
        """Return the cues in a line, in order of their ends."""
        known = self.ground.cues.get(index)
        if known is None:
            phrases = self.ground.phrases.get(index, ())
            known = tuple(Cue(start, end, *kind) for start, end, meaning in phrases for kind in meaning.kinds)
            self.ground.cues[index] = known
        return known


_BEFORE = " *_[(（【|\"'“«"
"""Marks that may stand before the cue that opens a line."""
_NONE: frozenset[str] = frozenset()


def make_sheet(
    text: str, lines: tuple[Line, ...], stated_title: str = "", probability: Sequence[float] | None = None
) -> Sheet:
    """Return the sheet of a page: its lines with their cues, nothing claimed."""
    return Sheet(make_ground(text, lines, stated_title, probability))


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
