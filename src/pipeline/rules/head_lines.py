"""Say which lines are asked for header and signature: those above the first prose, beside it, and below the last.

The head of an article may stand far above its text, with buttons, players and lists of videos between them.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..blocks import Line
from ..dates import find_dates
from ..model import Role
from .bylines import BESIDE, HEAD_WORDS, REACH, byline_name
from .sheet import Sheet

HEAD_CHARACTERS = 300
"""Characters above which a line is no header line; of a longer one only the beginning is read."""
DIARY_WORDS = 4
NEAR = 8
"""Lines below the last prose in which a byline or date may still stand."""


def head_lines(sheet: Sheet) -> Iterator[Line]:
    """Yield the open short lines right above the text, beside its first lines and right below it."""
    first, below = sheet.first_prose, sheet.last_prose + 1
    # Verse and lists have no prose: their header stands at their top.
    above = sheet.lines[max(0, first - REACH) : first] if first < len(sheet.lines) else sheet.lines[:REACH]
    above = (*(sheet.lines[i] for i in far_header(sheet)), *above)
    beside = [
        line
        for line in sheet.lines[first : first + BESIDE]
        # "30 октября 2025 г." ends with an abbreviation.
        if line.words <= HEAD_WORDS // 2 and (not line.ends or (line.numbered and line.words <= DIARY_WORDS))
    ]
    beside = [line for line in beside if line.index < below]
    for line in (*above, *beside, *_below(sheet, max(below, first))):
        if line.words <= HEAD_WORDS and len(line.text) <= HEAD_CHARACTERS and sheet.is_open(line.index):
            yield line
    # A paragraph may carry the machine's date in front.
    if sheet.first_prose < len(sheet.lines) and sheet.is_open(sheet.first_prose):
        yield sheet.lines[sheet.first_prose]


def far_header(sheet: Sheet) -> range:
    """Return the lines around the one byline with a date that stands far above the text, if nothing nearer is one.

    Buttons, players and lists of videos may part the head of an article from its text by a hundred lines.
    """
    first = sheet.first_prose
    if not REACH < first < len(sheet.lines):
        return range(0)
    bylines = sheet.ground.places.get(("byline", "opens"), ())
    found = [i for i in bylines if first - FAR <= i < first and _is_byline(sheet, i) and _is_dated(sheet, i)]
    if len(found) != 1 or found[0] >= first - REACH:
        return range(0)
    return range(max(0, found[0] - AROUND), min(first - REACH, found[0] + AROUND + 1))


FAR, AROUND, DATED = 100, 4, 3
"""Lines above the text in which a far header stands, lines of it on either side, and those in which its date stands."""


def is_only_dated(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line is the one with a date among those above the text: buttons may part it from the text.

    In a list of other stories every second line has one.
    """
    first = sheet.first_prose
    if not max(0, first - REACH) <= line.index < first < len(sheet.lines):
        return False
    others = sheet.lines[max(0, first - REACH) : first + BESIDE]
    return not any(
        x.numbered and x.index != line.index and x.words <= HEAD_WORDS and find_dates(x.text) for x in others
    )


def _is_byline(sheet: Sheet, index: int) -> bool:
    line = sheet.lines[index]
    short = line.words <= HEAD_WORDS and len(line.text) <= HEAD_CHARACTERS
    return short and sheet.opening(index, "byline") is not None and byline_name(sheet, line) is not None


def _is_dated(sheet: Sheet, index: int) -> bool:
    """Tell whether a full date stands in a byline or in one of the short lines beside it."""
    around = sheet.lines[max(0, index - DATED) : index + DATED + 1]
    return any(x.numbered and x.words <= HEAD_WORDS and any(d.value for d in find_dates(x.text)) for x in around)


def _below(sheet: Sheet, first: int) -> Iterator[Line]:
    """Yield the lines right below the text; a made-up profile between them does not count."""
    left = NEAR
    for line in sheet.lines[first:]:
        left -= all(c.role is not Role.FAKE_PROFILE for c in sheet.claims.get(line.index, ()))
        if left < 0:
            return
        yield line
