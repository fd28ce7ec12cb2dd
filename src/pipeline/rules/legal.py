"""Find legal footers, cookie banners and contact lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..blocks import Line
from ..model import Role
from .sheet import Claim, Sheet, whole_line

RIGHTS_WORDS = 60
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright|&copy;)\s*(?:copyright\s*)?(?:19|20)\d{2}|(?:19|20)\d{2}\s*(?:©|\(c\)\s)|^©", re.I
)
_EMAIL = re.compile(r"[\w.+\-]{1,64}@(?:[\w\-]{1,63}\.){1,4}[a-zA-Z]{2,12}\b")
_PHONE = re.compile(r"(?<![\w.])[+(]?\d[\d\s().\-–]{6,20}\d(?!\w)")


def claim_legal(sheet: Sheet) -> Iterator[Claim]:
    """Claim rights notices and legal links outside the text."""
    for line in sheet.open_lines():
        if sheet.first_prose < line.index < sheet.last_prose and line.words > 12:
            continue
        if "legal" in sheet.whole(line.index):
            if not sheet.first_prose <= line.index <= sheet.last_prose:
                yield whole_line(line, Role.LEGAL, "legal_link", "the line is a legal link")
        elif line.words <= 25 and line.index > sheet.last_prose and _COPYRIGHT.search(line.text):
            yield whole_line(line, Role.LEGAL, "copyright", "a copyright sign and a year or a name")
        elif (cues := len(sheet.having(line.index, "rights"))) and _is_rights_notice(sheet, line, cues):
            yield whole_line(line, Role.LEGAL, "rights_notice", "words of a rights notice at the edge")


def _is_rights_notice(sheet: Sheet, line: Line, cues: int) -> bool:
    if line.words <= 25:
        return line.index > sheet.last_prose or not line.is_prose
    return line.words <= RIGHTS_WORDS and cues >= 2 and line.index > sheet.last_prose


def claim_cookies(sheet: Sheet) -> Iterator[Claim]:
    """Claim cookie banners: their sentence, and the buttons right below it."""
    banner = -10
    for line in sheet.open_lines():
        cues = sheet.having(line.index, "cookie")
        edge = line.index <= sheet.first_prose + 2 or line.index >= sheet.last_prose - 2
        # Articles about cookies say these words, too: in a sentence of the text it takes two of them.
        short = line.words <= (15 if sheet.is_inside(line.index) else 60)
        if cues and edge and (len(cues) >= 2 or short) and line.words <= 120:
            banner = line.index
            yield whole_line(
                line, Role.LEGAL, "cookie_banner", "asks for consent to cookies", firm=not sheet.is_inside(line.index)
            )
        elif line.index - banner <= 4 and sheet.whole(line.index) & {"cookie", "legal"}:
            yield whole_line(line, Role.LEGAL, "cookie_button", "a button below a cookie banner")


def claim_contacts(sheet: Sheet) -> Iterator[Claim]:
    """Claim contact lines below or above the text: a contact label with an address, number or mail."""
    for line in sheet.open_lines():
        if line.words > 45 or line.index < sheet.last_prose:
            continue
        cue = sheet.opening(line.index, "contact")
        if cue and (_EMAIL.search(line.text) or _PHONE.search(line.text)):
            yield whole_line(
                line,
                Role.CONTACT,
                "contact",
                "a contact label with a mail address or number",
                0.9,
                line.index > sheet.last_prose,
            )
        elif line.words <= 6 and _EMAIL.fullmatch(line.text.strip(" <>()•*-")):
            yield whole_line(line, Role.CONTACT, "mail_address", "a mail address alone on its line", 0.9, False)
