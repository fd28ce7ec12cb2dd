"""Read the name that a byline's label announces."""

from __future__ import annotations

import re

from ..blocks import Line
from ..dates import find_dates
from .lexicon import Cue, fold
from .names import is_small, name_span, signature_words
from .rights import names_in_notices
from .sheet import Sheet
from .site_names import is_medium

HEAD_WORDS = 25
"""Words above which a line is no header line."""
REACH = 20
"""Lines above the first prose that belong to the header."""
BESIDE = 4
"""Lines from the first prose on in which a bare date or byline belongs to the header: a standfirst is prose, too."""


def byline_name(sheet: Sheet, line: Line) -> tuple[int, int] | None:
    """Return the span of the name that a byline line states, if it states nothing but a name and a function."""
    cue = sheet.opening(line.index, "byline")
    # "글" is a label, "글자크기" the size of letters.
    if not cue or (_is_hangul(sheet.text[cue.end - 1 : cue.end]) and _is_hangul(sheet.text[cue.end : cue.end + 1])):
        return None
    name = name_span(sheet.text, cue.end, line.end) or handle_span(sheet, cue, line.end)
    if not name:
        return None
    if not is_credible(sheet, line, cue, name):
        return None
    after = sheet.text[name[1] : line.end].strip(" *_")
    # "By John Smith, Staff Writer" is a byline; "By John Smith the house was ..." is not.
    if after and (after[0] not in ",|•·-–—(/[" or len(after) > 80 or line.ends):
        return None
    return name


def _is_hangul(character: str) -> bool:
    return "\uac00" <= character <= "\ud7a3"


def handle_span(sheet: Sheet, cue: Cue, end: int) -> tuple[int, int] | None:
    """Return the span of the name under which somebody writes in a forum, behind "Thread starter:"."""
    if sheet.folded[cue.start : cue.end].strip(" :") not in signature_words("starter"):
        return None
    handle = _HANDLE.match(sheet.text, cue.end, end)
    return handle.span(1) if handle else None


_HANDLE = re.compile(r"[\s:：]*([^\W_][\w.\-]{2,29})(?=\s*(?:[,|·•»;–—-]|\s{2}|$))")


def is_credible(sheet: Sheet, line: Line, cue: Cue, name: tuple[int, int]) -> bool:
    """Tell whether what follows a byline label is a name, not a menu's "By Industry"."""
    words = sheet.text[slice(*name)].split()
    weak = any(c.family == "byline_weak" and c.start == cue.start for c in sheet.cues(line.index))
    # "Автор" alone opens sentences, too; with its colon it is a label.
    weak = weak and (sheet.text[cue.start].isascii() or sheet.text[cue.end - 1] not in ":：")
    # "By Industry" opens a menu as often as "By Reuters" a story: behind a preposition a name has two words.
    asian = sheet.text[name[0]] >= "\u3040"
    if weak and ((len(words) < 2 and not asian) or words[0][0].islower() or not _is_placed(sheet, line)):
        return False  # "De la Enciclopedia ...": a name behind a preposition begins with no article
    # "De Stedendriehoek Courant": what looks like a preposition is a Dutch newspaper's article.
    said = sheet.folded[cue.start : name[1]]
    article = weak and sheet.folded[cue.start : cue.end] == "de"
    if article and (
        is_medium(sheet.text[slice(*name)]) or any(said == sheet.folded[a:b] for a, b in names_in_notices(sheet))
    ):
        return False
    return not any(fold(w) in signature_words("no_name") for w in words)


def _is_placed(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line stands where bylines do: near the text, or right beside a date above it."""
    if near_text(sheet, line) or _is_only_byline(sheet, line):
        return True
    beside = (sheet.lines[i] for i in (line.index - 1, line.index + 1) if 0 <= i < sheet.first_prose < len(sheet.lines))
    return any(x.numbered and x.words <= HEAD_WORDS and find_dates(x.text) for x in beside)


def _is_only_byline(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line is the only one above the text that opens with a byline's label: buttons may follow it.

    In a list of other stories there are several.
    """
    first = sheet.first_prose
    if not max(0, first - REACH) <= line.index < first < len(sheet.lines):
        return False
    others = sheet.lines[max(0, first - REACH) : first]
    return all(x.index == line.index or sheet.opening(x.index, "byline") is None for x in others)


def near_text(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line stands right above the text or at its beginning."""
    first = sheet.first_prose if sheet.first_prose < len(sheet.lines) else 0
    return first - 8 <= line.index < first + BESIDE


def is_quoted(line: Line) -> bool:
    """Tell whether a line is a quotation: the name below it says who said it."""
    return line.text[0] in ">\"“«„‘'‹「『" or line.text[-1] in '"”»“’›」』'


def signed_by(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the span of the login that ends a line behind a date and a label, as blogs print it: "par ann_l".

    A word with a capital may be an agency's name or a section's. The caller must see the date right before the label.
    """
    login = _LOGIN.match(text, start, end)
    if login is None or not is_small(login[1][0]) or login.end() < end:
        return None
    return None if fold(login[1]) in signature_words("no_login") else login.span(1)


_LOGIN = re.compile(r"[\s:：]{0,4}@?([^\W\d_][\w.\-]{2,29})")
