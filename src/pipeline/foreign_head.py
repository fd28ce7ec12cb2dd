"""Let go of short lines around the headline of a text in a language that the line model was not trained on.

Above a headline stand sections, kickers and buttons, between it and the first paragraph buttons, sizes of letters and
pieces of the byline. In English the model knows their words; elsewhere it takes them for headings. A heading over the
first paragraph stands right above it; a salutation, a label and a list's item end with a mark or begin with one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .blocks import Line
from .model import Role
from .prose_guard import is_trained
from .rules.sheet import Sheet

ABOVE, BELOW = 6, 4
"""Words of a line above the headline, and below it, that may go."""
LINES = 5
"""Lines between headline and text that may go."""
WORDS = 25
"""Words of believed prose in the text."""


def foreign_head(sheet: Sheet, keep: Mapping[int, bool]) -> Iterator[int]:
    """Yield the open lines that are kept (`keep`) though they stand around the headline and say next to nothing."""
    first = sheet.first_prose
    if first >= len(sheet.lines) or sheet.lines[0].markup:
        return
    title = next((i for i in range(first) if any(c.role is Role.TITLE for c in sheet.claims.get(i, ()))), None)
    if title is None:
        return
    found = [sheet.lines[i] for i in range(first) if keep.get(i) and sheet.is_open(i)]
    found = [x for x in found if _is_bare(x, ABOVE if x.index < title else BELOW) and x.index < first - 1]
    # A heading may stand over a list, or over a short paragraph.
    found = [x for x in found if x.index < title or not _is_said(sheet, keep, sheet.lines[x.index + 1])]
    # Many short lines between headline and text are a list of its own.
    found = [x for x in found if x.index < title] if sum(x.index > title for x in found) > LINES else found
    prose = [x for x in sheet.ground.wordy if x.index >= first and keep.get(x.index)]
    if found and sum(x.words for x in prose) >= WORDS and not is_trained(prose):
        yield from (line.index for line in found)


def _is_said(sheet: Sheet, keep: Mapping[int, bool], line: Line) -> bool:
    """Tell whether a line is an item or says something, so that a heading may stand above it."""
    said = bool(line.bullet) or line.ends or line.words > BELOW
    return said and sheet.is_open(line.index) and keep.get(line.index, False)


def _is_bare(line: Line, most: int) -> bool:
    """Tell whether a line is so many words without a mark at its ends, and no row of a table."""
    if "|" in line.text or "\t" in line.text:
        return False
    return line.words <= most and not line.ends and not line.bullet and line.text[-1] not in ",;:،؛，；："
