"""Find buttons that open the rest of a story: alone on a line, behind a paragraph, behind a teaser that "…" cuts off.

A sentence may tell somebody to read more: only what stands behind a sentence's end, behind "…" or in brackets at the
end of a line is a button.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..blocks import Line, ends_sentence
from ..model import Role
from .sheet import FIRM, SOFT, Claim, Sheet, whole_line

POINTER_WORDS = 14
"""Words of a line that says where the whole text stands."""
TEASER_WORDS = 45
"""Words of a teaser with its button."""
_AFTER = " .…»›>→)]】）＞\"'*_"
_OPEN = " [【（(«‹<＜*_"
_CUT = ("…", "...", "[..]")


def claim_read_more(sheet: Sheet) -> Iterator[Claim]:
    """Claim buttons that open the rest of a story, and teasers that end in one."""
    for line in sheet.open_with(("more", "whole")):
        if len(sheet.whole(line.index)) > 1:
            # "Read more" also heads lists of other stories, which another rule reads.
            continue
        below = SOFT if sheet.is_inside(line.index) else FIRM
        yield whole_line(line, Role.NAVIGATION, "read_more", "a button that opens the rest", 0.9, below)
    for line in sheet.open_with(("more", "opens")):
        if line.words <= POINTER_WORDS and sheet.opening(line.index, "more"):
            below = SOFT if sheet.is_inside(line.index) else FIRM
            yield whole_line(line, Role.PROMOTION, "read_more", "says where the whole text stands", 0.9, below)
    tails = [
        (line, start)
        for line in sheet.open_with(("more", "within"))
        if "more" not in sheet.whole(line.index) and (start := _tail(sheet, line)) is not None
    ]
    cut = {line.index for line, start in tails if _before(sheet, line, start).endswith(_CUT)}
    last = max((x.index for x in sheet.ground.wordy if x.is_prose and x.index not in cut), default=-1)
    for line, start in tails:
        beside = cut & {line.index - 1, line.index + 1}
        # Of a page that shows no more, the cut text is the text.
        other = last >= 0 or beside
        if line.index in cut and line.words <= TEASER_WORDS and other and (line.index > last or beside):
            said = "a text cut off, and a button that opens the rest"
            yield whole_line(line, Role.PROMOTION, "teaser", said, 0.9)
        else:
            yield Claim(start, line.end, Role.NAVIGATION, "read_more", "a button behind the paragraph", 0.9)


def _tail(sheet: Sheet, line: Line) -> int | None:
    """Return where the button begins that ends a line, with its bracket."""
    cues = [c for c in sheet.finding(line.index, "more", "whole") if not sheet.text[c.end : line.end].strip(_AFTER)]
    if not cues:
        return None
    start = min(c.start for c in cues)
    before = sheet.text[line.start : start].rstrip(" ")
    bracketed = before[-1:] in ("[", "【", "（", "(")
    before = _before(sheet, line, start)
    if not before or not (bracketed or before.endswith(_CUT) or ends_sentence(before)):
        return None
    while start > line.start and sheet.text[start - 1] in _OPEN:
        start -= 1
    while sheet.text[start] == " ":
        start += 1
    return start


def _before(sheet: Sheet, line: Line, start: int) -> str:
    """Return what stands before a button, without its bracket."""
    return sheet.text[line.start : start].rstrip(_OPEN)
