"""Find what a forum puts around its posts: boxes of members, heads of posts, buttons, signatures, the page's foot.

The posts are the content. A page is a forum's where two boxes of members with counts stand ("Mensajes: 12",
"Çırak çiftçi · Mesajlar: 57"), or one and the name of a forum's software or its usual lines; nothing is claimed on
any other page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..blocks import Line
from ..dates import RELATIVE, find_dates
from ..model import Role
from .bars import is_row_of
from .sheet import FIRM, SOFT, Claim, Sheet, whole_line

BOX_WORDS = 14
HEAD_WORDS = 14
NAME_WORDS = 3
FOOT_WORDS = 25
SIGNATURE_LINES = 4
SIGNATURE_WORDS = 30
PAGE_SIGNS = 2
_RULE = re.compile(r"_{5,}|[-–—=*~]{10,}")
_NUMBER = re.compile(r"#\d{1,5}\b|№ ?\d{1,5}\b|\d{1,5}楼|\d{1,5}#")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d{2}\b")
_SOFTWARE = re.compile(r"phpbb|vbulletin|xenforo|mybb|discourse|invision|discuz|punbb|fluxbb", re.I)
_MADE = re.compile(r"[©®™]|\b(?:19|20)\d{2}\b|powered|group|limited|software", re.I)
_PAGE = re.compile(r"\d{1,4}\. ?\w{1,12} ?/ ?\d{1,4}|\w{1,12} \d{1,4} ?/ ?\d{1,4}")
_COUNT = re.compile(r"[^\w\n]{0,3}\d")


def claim_forum(sheet: Sheet) -> Iterator[Claim]:
    """Claim a forum's furniture; the posts and what they quote stay."""
    counts = _counts(sheet)
    page = sheet.ground.places.get(("forum_page", "has"), ())
    numbered = _numbered_heads(sheet)
    if len(counts) < 2 and not (counts and len(page) >= PAGE_SIGNS) and len(numbered) < 2:
        return
    boxes = counts | {i for i in sheet.ground.places.get(("forum_box", "has"), ()) if _is_box(sheet, sheet.lines[i])}
    heads = numbered | {line.index for line in sheet.lines if _is_head(sheet, line)}
    heads |= {i + 1 for i in boxes if i + 1 < len(sheet.lines) and _is_stamp(sheet.lines[i + 1])}
    heads |= {line.index for line in sheet.lines if _is_stamp(line) and _below_name(sheet, line)}
    names = {i - 1 for i in boxes | heads if i and _is_name(sheet, i - 1, boxes | heads)}
    signatures = _signatures(sheet, boxes | heads | names)
    bars = _repeated_bars(sheet)
    for line in sheet.open_lines():
        i = line.index
        if i in boxes:
            yield whole_line(line, Role.NAVIGATION, "forum_box", "the box of a forum's member")
        elif i in heads:
            yield whole_line(line, Role.NAVIGATION, "forum_head", "the head of a post: who, when, its number")
        elif i in names:
            yield whole_line(line, Role.NAVIGATION, "forum_head", "a name above a member's box", 0.9)
        elif i in signatures:
            yield whole_line(line, Role.NAVIGATION, "forum_signature", "a member's signature below a rule", 0.9)
        elif i in bars or (not line.ends and line.words <= BOX_WORDS and is_row_of("forum", sheet.said(i))):
            yield whole_line(line, Role.NAVIGATION, "forum_button", "buttons below a post")
    for line in sheet.open_with(("forum_page", "has")):
        # A post may speak of the forum's software.
        named = _SOFTWARE.search(line.text) is not None and not _MADE.search(line.text)
        if line.words <= FOOT_WORDS and not named and line.index not in boxes | heads | names | signatures:
            posts = boxes | heads
            edge = line.index < min(posts) or line.index > max(posts)
            said = "words around the posts of a thread"
            yield whole_line(line, Role.NAVIGATION, "forum_page", said, 0.9, FIRM if edge else SOFT)


def has_members(sheet: Sheet) -> bool:
    """Tell whether boxes of members with counts stand on the page, as in a forum."""
    counts = len(_counts(sheet))
    return counts >= 2 or (counts > 0 and len(sheet.ground.places.get(("forum_page", "has"), ())) >= PAGE_SIGNS)


def _counts(sheet: Sheet) -> set[int]:
    return {i for i in sheet.ground.places.get(("forum_count", "has"), ()) if _is_counted(sheet, sheet.lines[i])}


_POST = re.compile(r"#(\d{1,4})\b")


def _numbered_heads(sheet: Sheet) -> set[int]:
    """Return the heads of posts that count up, each with its time: "#2  3 days ago, 22:17", "#3 · May 4, 2024"."""
    found: list[tuple[int, int]] = []
    for line in (sheet.lines[m.start()] for m in _HASH.finditer(sheet.ground.heads)):
        number = _POST.match(line.text)
        if number is None or line.words > HEAD_WORDS or line.ends:
            continue
        timed = RELATIVE.search(sheet.folded, line.start, line.end) or _CLOCK.search(line.text) or find_dates(line.text)
        if timed and (not found or int(number.group(1)) > found[-1][1]):
            found.append((line.index, int(number.group(1))))
    return {index for index, _ in found} if len(found) >= 2 else set()


_HASH = re.compile("#")


def _repeated_bars(sheet: Sheet) -> set[int]:
    """Return the rows of short cells that stand twice or more, their counts aside: "Quote   Like (3)   Report"."""
    rows: dict[str, list[int]] = {}
    for line in sheet.open_lines():
        if line.words <= BOX_WORDS and not line.ends and len(line.text) <= BAR_LENGTH:
            cells = [cell for cell in _CELLS.split(line.text.strip("|")) if cell.strip()]
            if len(cells) >= BAR_CELLS and all(len(cell.split()) <= NAME_WORDS for cell in cells):
                rows.setdefault(_DIGITS.sub("", sheet.said(line.index)), []).append(line.index)
    return {index for copies in rows.values() if len(copies) >= 2 for index in copies}


BAR_LENGTH, BAR_CELLS = 90, 3
_CELLS = re.compile(r"\s{2,}|\s?[|·•]\s?|\u3000")
_DIGITS = re.compile(r"[\d()\[\].,]+")


def _is_counted(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line is a short box with a count: "Mesajlar: 57"."""
    if line.words > BOX_WORDS or line.ends:
        return False
    return any(_COUNT.match(sheet.text, c.end, line.end) is not None for c in sheet.having(line.index, "forum_count"))


def _is_box(sheet: Sheet, line: Line) -> bool:
    opens = any(c.start - line.start <= 1 for c in sheet.having(line.index, "forum_box"))
    return opens and line.words <= BOX_WORDS // 2 and (not line.ends or line.text[-2].isdigit())


def _is_head(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line is a post's head: "Re: ...", "name » 18 Feb 2024, 08:03", "12 Nisan 2024 22:40 #2"."""
    if line.words > HEAD_WORDS + 6 or (line.ends and line.text[-1] not in "?!.…"):
        return False
    if sheet.folded.startswith(("re: ", "re : ", "ответ: ", "aw: "), line.start):
        return line.index > 0
    if _PAGE.fullmatch(line.text):
        return True
    if line.words > HEAD_WORDS or line.ends or not _CLOCK.search(line.text):
        return False
    # Not every language's short months are known as dates: between a name's arrow and a clock stands one.
    numbered = _NUMBER.search(line.text) is not None or line.text.startswith("#")
    return "»" in line.text or (numbered and bool(find_dates(line.text)))


def _is_stamp(line: Line) -> bool:
    """Tell whether a line is a date and a clock, and nothing else."""
    if line.words > STAMP_WORDS or line.ends or not line.numbered or not _CLOCK.search(line.text):
        return False
    dates = find_dates(line.text)
    return len(dates) == 1 and dates[0].start <= 4 and len(line.text) - dates[0].end <= CLOCK_CHARACTERS


STAMP_WORDS, CLOCK_CHARACTERS = 5, 12


def _below_name(sheet: Sheet, line: Line) -> bool:
    """Tell whether a member's name stands right above a stamp: a word or two, one of which is no plain word."""
    above = sheet.lines[line.index - 1] if line.index else None
    short = above is not None and len(above.text.split()) <= NAME_WORDS - 1 and not above.ends
    return above is not None and short and any(c.isdigit() or c in "_." for c in above.text)


def _is_name(sheet: Sheet, index: int, told: set[int]) -> bool:
    line = sheet.lines[index]
    apart = line.gap > 0 or index == 0 or bool(sheet.claims.get(index - 1)) or not sheet.lines[index - 1].ends
    return index not in told and 1 <= len(line.text.split()) <= NAME_WORDS and not line.ends and apart


def _signatures(sheet: Sheet, told: set[int]) -> set[int]:
    """Return the lines of members' signatures: a rule of underscores and what follows it up to the next gap."""
    found: set[int] = set()
    for line in sheet.lines:
        if not _RULE.fullmatch(line.text) or not any(i < line.index for i in told):
            continue
        found.add(line.index)
        for below in sheet.lines[line.index + 1 : line.index + 1 + SIGNATURE_LINES]:
            part = sheet.folded[below.start : below.end]
            if below.gap or below.index in told or below.words > SIGNATURE_WORDS or is_row_of("forum", part):
                break
            found.add(below.index)
    return found
