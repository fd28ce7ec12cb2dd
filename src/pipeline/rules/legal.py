"""Find legal footers, cookie banners and contact lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..blocks import Line
from ..line_forms import QUOTES, is_labelled
from ..model import Role
from .head_lines import head_lines
from .lexicon import Cue, count_apart
from .sheet import FIRM, MILD, SOFT, Claim, Sheet, find_all, whole_line

RIGHTS_WORDS = 60
BARE = 8
"""Words up to which a contact line says nothing but the contact."""
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright|&copy;)[ ,]{0,3}(?:copyright[ ,]{0,3})?(?:19|20)\d{2}|(?:19|20)\d{2} ?(?:©|\(c\) )|^[^\w©]*©"
)
_EMAIL = re.compile(r"[\w.+\-]{1,64}@(?:[\w\-]{1,63}\.){1,4}[a-zA-Z]{2,12}\b")
_CLOSE = 20
_SIGNS = ("©", "(c)", "copyright", "&copy;")
_PHONE = re.compile(r"(?<![\w.])[+(]?\d[\d\s().\-–]{6,20}\d(?!\w)")


def claim_legal(sheet: Sheet) -> Iterator[Claim]:
    """Claim rights notices and legal links outside the text."""
    yield from _notices(sheet)
    places = {sheet.index_at(at) for sign in _SIGNS for at in find_all(sheet.folded, sign)}
    signs = {i for i in places if _COPYRIGHT.search(sheet.folded[sheet.lines[i].start : sheet.lines[i].end])}
    told = {line.index for line in sheet.open_with(("legal", "whole"), ("rights", "has"))}
    for index in sorted(told | signs):
        line = sheet.lines[index]
        if not sheet.is_open(index) or (sheet.first_prose < index < sheet.last_prose and line.words > 12):
            continue
        if "legal" in sheet.whole(line.index):
            if not sheet.first_prose <= line.index <= sheet.last_prose:
                yield whole_line(line, Role.LEGAL, "legal_link", "the line is a legal link")
        elif line.words <= 25 and index > sheet.last_prose and index in signs:
            yield whole_line(line, Role.LEGAL, "copyright", "a copyright sign and a year or a name")
        elif (cues := sheet.having(line.index, "rights")) and _is_rights_notice(sheet, line, cues):
            yield whole_line(line, Role.LEGAL, "rights_notice", "words of a rights notice at the edge")


def _notices(sheet: Sheet) -> Iterator[Claim]:
    """Claim what a label tells: "Copyright notice: ..." and imprints with two labels or more, at the page's end."""
    # The notice may be the page's last line of prose, and another notice may follow it.
    end = min(sheet.last_prose, len(sheet.lines) - NOTICES)
    for line in sheet.open_with(("notice", "opens"), ("imprint", "has")):
        if line.index < end or line.words > NOTICE_WORDS:
            continue
        labels = sheet.having(line.index, "imprint")
        apart = count_apart(labels)
        if sheet.opening(line.index, "notice") and line.index >= sheet.last_prose:
            # "Disclaimer:" alone may be the author's own word about his text.
            below = FIRM if sheet.having(line.index, "rights") else SOFT
            yield whole_line(line, Role.LEGAL, "rights_notice", "a label of a notice about rights", 0.95, below)
        elif apart >= 2 and any(c.start - line.start <= 12 for c in labels):
            yield whole_line(line, Role.LEGAL, "imprint", f"{apart} labels of an imprint", 0.95)


NOTICES = 8
"""Lines at a page's end in which its imprint stands."""
NOTICE_WORDS = 150


RIGHTS_SHARE = 0.18
"""Part of a short line that words of a notice are at least, where it has one of them: courts rule on copies, too."""


def _is_rights_notice(sheet: Sheet, line: Line, cues: Sequence[Cue]) -> bool:
    if line.words <= 25:
        said = max(cue.end - cue.start for cue in cues) / (line.end - line.start)
        edge = line.index > sheet.last_prose or not line.is_prose
        return edge and (len(cues) > 1 or said >= RIGHTS_SHARE or not line.ends)
    return line.words <= RIGHTS_WORDS and len(cues) >= 2 and line.index > sheet.last_prose


def claim_cookies(sheet: Sheet) -> Iterator[Claim]:
    """Claim cookie banners: their sentence, and the buttons right below it."""
    banner = -10
    for line in sheet.open_with(("cookie", "has"), ("cookie", "whole"), ("legal", "whole")):
        # In quotation marks it is what a sign or a speaker of the story says.
        cues = [c for c in sheet.having(line.index, "cookie") if not _is_quoted(sheet.text, c.start, c.end)]
        edge = line.index <= sheet.first_prose + 2 or line.index >= sheet.last_prose - 2
        # Articles about cookies say these words, too: in a sentence of the text it takes two of them.
        short = line.words <= (15 if sheet.is_inside(line.index) else 60)
        if cues and edge and (len(cues) >= 2 or short) and line.words <= 120:
            banner = line.index
            below = SOFT if sheet.is_inside(line.index) else FIRM
            yield whole_line(line, Role.LEGAL, "cookie_banner", "asks for consent to cookies", below=below)
        elif line.index - banner <= 4 and sheet.whole(line.index) & {"cookie", "legal"}:
            yield whole_line(line, Role.LEGAL, "cookie_button", "a button below a cookie banner")


def _is_quoted(text: str, start: int, end: int) -> bool:
    """Tell whether a quotation mark stands close by on either side."""
    around = text[max(0, start - _CLOSE) : start], text[end : end + _CLOSE]
    return all(any(mark in side for mark in QUOTES) for side in around)


def claim_contacts(sheet: Sheet) -> Iterator[Claim]:
    """Claim contact lines below the text: a contact label with an address, number or mail, or a mail alone."""
    for line in sheet.open_with(("contact", "opens")):
        if line.words > 45 or line.index < sheet.last_prose or not sheet.opening(line.index, "contact"):
            continue
        if _EMAIL.search(line.text) or _PHONE.search(line.text):
            # A label and a number below the text, and nothing else, are no sentence of it.
            bare = line.ends or line.words <= BARE
            below = FIRM if line.index > sheet.last_prose and bare else MILD
            said = "a contact label with a mail address or number"
            yield whole_line(line, Role.CONTACT, "contact", said, 0.9, below)
    for index in sorted({sheet.index_at(at) for at in find_all(sheet.text, "@")}):
        line = sheet.lines[index]
        alone = index > sheet.last_prose and line.words <= 6 and _EMAIL.fullmatch(line.text.strip(" <>()•*-"))
        if alone and sheet.is_open(index):
            yield whole_line(line, Role.CONTACT, "mail_address", "a mail address alone on its line", 0.9, MILD)


def claim_credits(sheet: Sheet) -> Iterator[Claim]:
    """Claim the lines that say who took the picture, and nothing else; amid the text those outside lists of labels."""
    said = "who took the picture, and nothing else"
    around = {line.index for line in head_lines(sheet)}
    for line in sheet.open_with(("caption", "opens")):
        if not _is_credit(sheet, line) or (sheet.is_inside(line.index) and _is_listed(sheet, line)):
            continue
        if line.index in around:
            yield whole_line(line, Role.LEGAL, "photo_credit", said, 0.9, CREDIT)
        elif sheet.having(line.index, "credit") and not _is_listed(sheet, line):
            yield whole_line(line, Role.LEGAL, "photo_credit", said, 0.9, CREDIT_AMID)


def _is_listed(sheet: Sheet, line: Line) -> bool:
    """Tell whether another label with its value stands beside a line: "Music: ...", "Photos: ...", "Light: ..."."""
    beside = [sheet.lines[i] for i in (line.index - 1, line.index + 1) if 0 <= i < len(sheet.lines)]
    labelled = [x for x in beside if sheet.is_open(x.index) and is_labelled(x) and not x.is_prose]
    return len(labelled) > (line.index > sheet.last_prose)


CREDIT_WORDS, CREDIT, CREDIT_AMID = 4, 0.7, 0.9
"""Words of a name behind a picture's label, and the probability from which the line is left to the model, around the
text and amid it."""


def _is_credit(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line is a picture's label with a mark and a name: "Photo: Ann Lee", "Фото: пресс-служба"."""
    cue = sheet.opening(line.index, "caption")
    if cue is None or line.ends or line.numbered or line.words > 2 * CREDIT_WORDS + 2:
        return False
    marked = sheet.text[cue.end - 1] in ":：=＝" or sheet.text[cue.end : cue.end + 2].lstrip()[:1] in tuple(":：")
    name = sheet.text[cue.end : line.end].strip(" :：=＝")
    # "Photo: Ann Lee / Example Agency"
    parts = [part.split() for part in name.split("/", 1)]
    short = all(1 <= len(part) <= CREDIT_WORDS for part in parts) and len(name) <= 40
    return marked and short and not name[0].islower()
