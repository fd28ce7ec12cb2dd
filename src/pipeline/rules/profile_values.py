"""Find made-up author profiles whose keys are of no listed language: by the values that placeholder generators write.

A run of "key : value" lines of one form, around a date of birth as a whole value, is such a profile when its values
are of four families (date, telephone, address with a postal code, login, number, lorem ipsum) and one is lorem ipsum:
an event's date, place and telephone are none. `profile.py` reads the keys; this rule none, so it takes whole lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..blocks import Line
from ..model import Role
from .profile import FRAME, PHONE, POSTCODE, find_lorem
from .sheet import Claim, Sheet, whole_line

FAMILIES = 4
"""Families of values that make a profile, lorem ipsum and the date of birth among them; and its lines, at least."""
KEY_WORDS, VALUE_WORDS = 4, 14
LONGEST = 260
"""Characters of a pair's line."""
HEADING_WORDS = 6

_DATE = r"(?:19|20)\d\d([\-./])[01]?\d{1}\1[0-3]?\d"
_HINT = re.compile(rf"[:：=|][ \t]*[\"'`]?{_DATE}[\"'`]?[ \t]*[,|]?[ \t]*$", re.M)
"""A date as the whole value of a key: one search a page, and nearly all pages end here."""
_PAIR = re.compile(r"[\"'`*|\s]{0,4}([^\W\d][^:：=|\"'`]{0,38}?)[\"'`*\s]{0,4}[:：=|]\s{0,3}(\S.*)")
_LOGIN = re.compile(r"@?[a-z]{2,20}(?:[._]?\d{1,4}|[._][a-z]{2,20}\d{0,4})")
_NUMBER = re.compile(r"\d[\d.,  ]{0,9}")
_MARKS = " \t\"'`,|*"


def claim_value_profiles(sheet: Sheet) -> Iterator[Claim]:
    """Claim the runs of pairs whose values are a made-up person's."""
    done = -1
    for hint in _HINT.finditer(sheet.folded):
        index = sheet.index_at(hint.start())
        if index <= done or index < 0 or not sheet.is_open(index):
            continue
        run = _run(sheet, index)
        done = run[-1].index
        found = {family for line in run if (family := _family(sheet, line))}
        if "lorem" not in found or min(len(found), len(run)) < FAMILIES:
            continue
        said = "keys and values of " + ", ".join(sorted(found))
        for line in _with_frame(sheet, run):
            yield whole_line(line, Role.FAKE_PROFILE, "fake_profile", said, 0.95)


def _run(sheet: Sheet, index: int) -> Sequence[Line]:
    """Return the open lines around `index` that are pairs of one form."""
    form = _form(sheet, sheet.lines[index])
    low = high = index
    while low > 0 and _goes_on(sheet, low - 1, low, form):
        low -= 1
    while high + 1 < len(sheet.lines) and _goes_on(sheet, high + 1, high + 1, form):
        high += 1
    return sheet.lines[low : high + 1]


def _goes_on(sheet: Sheet, index: int, lower: int, form: tuple[bool, bool]) -> bool:
    """Tell whether a line continues a run; `lower` is the lower of the two lines, with the gap between them."""
    line = sheet.lines[index]
    if not sheet.is_open(index) or sheet.lines[lower].gap or _form(sheet, line) != form:
        return False
    value = _value(sheet, line)
    return value is not None and (len(value.split()) <= VALUE_WORDS or any(find_lorem(value, 0)))


def _form(sheet: Sheet, line: Line) -> tuple[bool, bool]:
    """Tell whether a line has a list mark, and whether its key stands in quotation marks."""
    first = line.start + len(line.bullet)
    return bool(line.bullet), sheet.text[first : first + 1] in ('"', "'", "`")


def _value(sheet: Sheet, line: Line) -> str | None:
    """Return the value of a line that is a key of a few words and its value, or None."""
    if line.end - line.start > LONGEST:
        return None
    pair = _PAIR.match(sheet.folded, line.start + len(line.bullet), line.end)
    if pair is None or len(pair.group(1).split()) > KEY_WORDS:
        return None
    return pair.group(2).strip(_MARKS)


def _family(sheet: Sheet, line: Line) -> str:
    """Name the family of a line's value, or ""."""
    value = _value(sheet, line) or ""
    if re.fullmatch(_DATE, value):
        return "birth date"
    if any(find_lorem(value, 0)):
        return "lorem"
    if sum(c.isdigit() for c in value) >= 7 and PHONE.fullmatch(value):
        return "phone"
    if "," in value and any(c.isalpha() for c in value) and POSTCODE.search(value):
        return "address"
    if _LOGIN.fullmatch(value):
        return "login"
    return "number" if _NUMBER.fullmatch(value) else ""


def _with_frame(sheet: Sheet, run: Sequence[Line]) -> Sequence[Line]:
    """Add the braces around a run and the heading right above it."""
    low, high = run[0].index, run[-1].index
    while high + 1 < len(sheet.lines) and _is_frame(sheet, sheet.lines[high + 1]):
        high += 1
    while low > 0 and _is_frame(sheet, sheet.lines[low - 1]):
        low -= 1
    above = sheet.lines[low - 1] if low else None
    if above and sheet.is_open(above.index) and above.words <= HEADING_WORDS and above.text[-1] in ":：":
        low -= 1
    return sheet.lines[low : high + 1]


def _is_frame(sheet: Sheet, line: Line) -> bool:
    said = sheet.folded[line.start + len(line.bullet) : line.end]
    return sheet.is_open(line.index) and line.words == 0 and FRAME.fullmatch(said) is not None
