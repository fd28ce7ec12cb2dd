"""Find the name of the site: above the text, in the rights notice below it, behind the title.

A page seldom says "this site is ...": it shows its name in the first lines and says it again elsewhere. Two signs
that agree (the line, and a rights notice, the domain or an appeal with the same name) are certain. One sign must be
strong: a word that such names have ("Gazette", "Anzeiger") over a menu or a headline, or the first heading over a
row of menu words. Sections, persons and makers of software are no sites; null beats a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ..blocks import Line
from ..dates import find_dates
from ..model import Role
from .names import is_small
from .rights import SIGNS, addresses_in, is_domain_of, names_in_notices, page_addresses
from .sheet import MILD, SOFT, Claim, Sheet, find_all, whole_line
from .site_names import EDGE, LONG_ROW, LONGEST, NAME_WORDS, clean_name, is_medium, is_menu_row, words_of

TOP = 12
"""Lines above the text in which the name is looked for."""
LINE_WORDS = 14
"""Words above which a line is no masthead."""
APPEAL = 4
"""Words that an appeal or a notice says beside the name."""
FEW = 6
"""Words up to which a line between the name and the text may be a row of a menu and no headline."""


def claim_masthead(sheet: Sheet) -> Iterator[Claim]:
    """Claim the line above the text that names the site."""
    if any(c.role is Role.SITE and c.rule == "site_line" for found in sheet.claims.values() for c in found):
        return
    weak: Claim | None = None
    fresh = True
    for line in sheet.lines[: min(sheet.first_prose, TOP)]:
        if not sheet.is_open(line.index):
            continue
        name = _masthead(sheet, line)
        if name and _has_headline(sheet, line):
            if said := _second_sign(sheet, line, name, fresh):
                yield whole_line(line, Role.SITE, "masthead", f"{said}: {sheet.text[slice(*name)]}", 0.95)
                return
            if fresh and weak is None and (said := _single_sign(sheet, line, name)):
                weak = whole_line(line, Role.SITE, "masthead", f"{said}: {sheet.text[slice(*name)]}", 0.8, SOFT)
            elif fresh and weak is None and _over_trail(sheet, line, name):
                said = f"the first line, above a menu or the way to the page: {sheet.text[slice(*name)]}"
                weak = whole_line(line, Role.SITE, "first_line", said, 0.7, MILD)
        fresh = fresh and is_menu_row(sheet, line)
    if weak is not None:
        yield weak


def claim_title_tails(sheet: Sheet) -> Iterator[Claim]:
    """Claim the title's copy that carries the site's name behind it, as the bar of a browser shows it."""
    title = next((c for found in sheet.claims.values() for c in found if c.role is Role.TITLE), None)
    if title is None:
        return
    said = sheet.folded[title.start : title.end].strip("# ")
    for line in sheet.lines[: sheet.index_at(title.start) + 2]:
        if not sheet.is_open(line.index) or not sheet.folded.startswith(said, line.start) or len(line.text) > LONG_ROW:
            continue
        mark = _TAIL.match(sheet.text, line.start + len(said), line.end)
        last = list(_TAIL.finditer(sheet.text, line.start + len(said), line.end))
        name = clean_name(sheet, last[-1].end(), line.end) if mark else None
        if mark and name:
            yield Claim(
                line.start, line.start + len(said), Role.REPEATED, "title_copy", "the title and the site's name"
            )
            yield Claim(mark.start(), line.end, Role.SITE, "site_tail", "the title and the site's name", 0.9)
            return


def masthead_name(sheet: Sheet, claim: Claim) -> tuple[int, int] | None:
    """Return the span of the name in the claim of a masthead or of a title's tail."""
    line = sheet.lines[sheet.index_at(claim.start)]
    if claim.start == line.start:
        return _masthead(sheet, line)
    marks = list(_TAIL.finditer(sheet.text, claim.start, claim.end))
    return clean_name(sheet, marks[-1].end() if marks else claim.start, claim.end)


def printed_name(sheet: Sheet, claim: Claim) -> tuple[int, int] | None:
    """Return the span of the name in a print header: "This article was printed from NAME", "NAME – print version"."""
    line = sheet.lines[sheet.index_at(claim.start)]
    if _printed(sheet, line):
        return _masthead(sheet, line)
    words = [c for c in sheet.having(line.index, "archive") if c.start > line.start and line.end - c.end <= PRINT_MORE]
    marks = list(_PRINT.finditer(sheet.text, line.start, words[0].start)) if words and line.index < PRINT_LINES else []
    if not marks or marks[-1].end() != words[0].start:
        return None
    name = clean_name(sheet, line.start, marks[-1].start())
    # Behind the title stands such a button, too.
    title = next((c for found in sheet.claims.values() for c in found if c.role is Role.TITLE), None)
    said = sheet.folded[title.start : title.end] if title else ""
    short = name is not None and len(sheet.text[slice(*name)].split()) <= TRAIL_WORDS
    return name if name and short and not said.startswith(sheet.folded[slice(*name)]) else None


PRINT_LINES, PRINT_MORE = 3, 2
"""First lines of a page in which a print header stands, and characters behind its words."""
_PRINT = re.compile(r"\s?[|｜:•·»›/–—-]{1,2}\s?")


def known_name(sheet: Sheet, start: int, end: int) -> bool:
    """Tell whether a span is a name that the page gives its site elsewhere, or has the look of one."""
    said = sheet.folded[start:end].strip(EDGE)
    heads = [c for found in sheet.claims.values() for c in found if c.role is Role.SITE]
    if any(said in sheet.folded[c.start : c.end] for c in heads):
        return True
    named = any(sheet.folded[a:b] == said for a, b in names_in_notices(sheet))
    return named or is_medium(sheet.text[start:end])


def site_tail(sheet: Sheet, start: int, end: int) -> tuple[int, int] | None:
    """Return the span of the site's name behind a headline: "Harbour opens again | Example Gazette"."""
    marks = list(_TAIL.finditer(sheet.text, start, end)) if end - start <= LONG_ROW else []
    if not marks or len(marks) > 2:
        return None
    mark = marks[-1]
    name = clean_name(sheet, mark.end(), end)
    if name is None or len(sheet.text[start : mark.start()].split()) < 2 or name[1] < end - 1:
        return None
    return name if known_name(sheet, *name) else None


_PARTS = re.compile(r"[|•·›»→｜\t]|\s[-–—/>:]\s|\s{3}|https?://")
_CELLS = re.compile(r"\s?[|•·›»→｜\t/]\s?|\s{2,}|\u3000")
_TAIL = re.compile(r"\s?[|｜]\s?|\s[-–—·•»]\s")


def _masthead(sheet: Sheet, line: Line) -> tuple[int, int] | None:
    """Return the span of what may be the site's name in a line: its first part."""
    if line.words > LINE_WORDS or len(line.text) > 2 * LONGEST or line.ends or line.bullet:
        return None
    if sheet.whole(line.index) or sheet.opening(line.index, "byline") or sheet.opening(line.index, "caption"):
        return None
    start, printed = line.start, _printed(sheet, line)
    if printed:
        start = printed
    stop = _PARTS.search(sheet.text, start + 1, line.end)
    name = clean_name(sheet, start, stop.start() if stop else line.end)
    if name is None or find_dates(line.text):
        return None
    # What stands behind the name is a section, an issue's number, an address: not a second half of a headline.
    rest = sheet.folded[name[1] : line.end].strip(EDGE)
    if rest and not ("://" in rest or len(rest.split()) <= FEW):
        return None
    return name


def _printed(sheet: Sheet, line: Line) -> int:
    """Return where the name begins behind "printed from", or 0."""
    folded = sheet.said(line.index)
    if not folded.startswith(_printed_words()):
        return 0
    found = [len(p) for p in _printed_words() if folded.startswith(p) and p != folded]
    return line.start + max(found) if found else 0


@cache
def _printed_words() -> tuple[str, ...]:
    return tuple(sorted(words_of("printed")))


def _has_headline(sheet: Sheet, line: Line) -> bool:
    """Tell whether another line above the text can be the headline, and the text does not begin with this one."""
    prose = sheet.lines[sheet.first_prose] if sheet.first_prose < len(sheet.lines) else None
    if prose and sheet.folded.startswith(sheet.folded[line.start : line.end].strip(EDGE), prose.start):
        return False
    stop = min(sheet.first_prose, line.index + 1 + TOP)
    below = sheet.lines[line.index + 1 : stop]
    return any(sheet.is_open(x.index) and x.words >= 2 and not is_menu_row(sheet, x) for x in below)


def _second_sign(sheet: Sheet, line: Line, name: tuple[int, int], fresh: bool) -> str:
    """Return what else on the page says that a name is the site's, or ""."""
    said = sheet.folded[name[0] : name[1]]
    if _printed(sheet, line):
        return "what the page was printed from"
    if "://" in line.text and is_domain_of(said, sheet.text[name[1] : line.end]):
        return "the name and its address"
    text = sheet.text[slice(*name)]
    if len(said) < 4 and not any(c > "\u1100" for c in said):
        return ""
    if any(
        sheet.folded.startswith(said, start) and not _touches(sheet.folded, start, start + len(said))
        for start, _ in names_in_notices(sheet)
    ):
        return "above the text and in the rights notice"
    several = len(text.split()) >= 2 or is_medium(text) or text[0] >= "\u3040"
    for at in find_all(sheet.text, text) if several else ():
        index = sheet.index_at(at)
        if index == line.index or _touches(sheet.text, at, at + len(text)):
            continue
        other = sheet.lines[index]
        outside = not sheet.first_prose <= index <= sheet.last_prose
        if outside and (sheet.having(index, "rights") or any(sign in other.text for sign in SIGNS)):
            return "above the text and in the rights notice"
        roles = {c.role for c in sheet.claims.get(index, ()) if c.start <= at < c.end}
        below = sheet.lines[line.index + 1]
        if index > sheet.last_prose and is_menu_row(sheet, below):
            roles = roles or {Role.PROMOTION}
        if fresh and roles & {Role.LEGAL, Role.PROMOTION, Role.CONTACT} and other.words >= len(text.split()) + APPEAL:
            return "above the text and in the page's furniture"
    # Links lead to other sites, too: below the first line few names that only a link's address has are the site's.
    addresses = page_addresses(sheet) if line.index == 0 else addresses_in(sheet.text)
    return "above the text and in an address" if is_domain_of(said, addresses) else ""


def _touches(text: str, start: int, end: int) -> bool:
    """Tell whether a find is a piece of a longer word; Hebrew and Arabic write "of" and "to" in front of a name."""
    before, after = text[start - 1 : start], text[end : end + 1]
    wide = text[start] >= "\u3040"
    prefixed = before in ("ל", "ב", "ה", "ש", "מ", "و", "ل", "ب") and not text[start - 2 : start - 1].isalnum()
    return not wide and ((before.isalnum() and not prefixed) or (after.isalnum() and after.isascii()))


def _single_sign(sheet: Sheet, line: Line, name: tuple[int, int]) -> str:
    """Return the one strong sign of a name that nothing else repeats, or ""."""
    text = sheet.text[slice(*name)]
    below = sheet.lines[line.index + 1]
    over_menu = is_menu_row(sheet, below)
    if is_medium(text) and over_menu:
        return "a word of such names, above a menu"
    if is_medium(text) and any(c.role is Role.DOCUMENT_ID for c in sheet.claims.get(below.index, ())):
        return "a word of such names, above the article's number"
    # Above a headline alone such a line may be the headline: "The Last Post". An issue's number makes it a masthead.
    if is_medium(text) and line.end > name[1] + 1:
        return "a word of such names, with a section or an issue"
    if is_medium(text.title()) and below.words <= NAME_WORDS and _is_told_of(sheet, below):
        return "a word of such names, above the name of what the text is about"
    marked = line.text.startswith("# ") and any(x.text.startswith("## ") for x in sheet.lines[:TOP])
    if marked and over_menu:
        return "the first heading, above a menu"
    return ""


TRAIL_LINES, TRAIL_WORDS = 3, 5
"""Lines below a site's name in which a way to the page stands, and words of such a name at most."""
_STEP = re.compile(r"\s?[>»›→/|·•:＞]")


def _over_trail(sheet: Sheet, line: Line, name: tuple[int, int]) -> bool:
    """Tell whether a short first line is the site's name: over a menu, or a way to the page that begins at home.

    The title comes below. Sentences, and what the way to the page itself names, are no sites.
    """
    words = sheet.text[slice(*name)].split()
    if line.index > TRAIL_LINES or len(words) > TRAIL_WORDS or line.numbered:
        return False
    # "Example Pages – for those who walk": behind the name of the first line of all what the site is for.
    if name[1] < line.end - 1 and (line.index or not _begins_at_home(sheet, sheet.lines[line.index + 1])):
        return False
    cues = sheet.cues(line.index)
    # "Meridian Economy" holds a section's name; a row of buttons is nothing else.
    buttons = {(c.start, c.end) for c in cues if c.mode == "whole"}
    covered = sum(end - start for start, end in buttons) > COVERED * (name[1] - name[0])
    if covered or any(c.family.startswith("byline") for c in cues):
        return False
    # A row of languages or buttons is no name, nor is a phrase: "AZ RU EN", "Menu  Search", "digital platform of ...".
    small = [w for w in words if is_small(w[0]) and len(w) >= PHRASE_LETTERS]
    if len(small) > 1 or "  " in line.text or all(len(w) <= 2 for w in words) or is_menu_row(sheet, line):
        return False
    said = sheet.folded[slice(*name)]
    for below in sheet.lines[line.index + 1 : min(line.index + 1 + TRAIL_LINES, sheet.first_prose)]:
        if below.ends or below.words > LINE_WORDS + FEW or said in sheet.folded[below.start : below.end]:
            return False
        home = _begins_at_home(sheet, below)
        parts = _CELLS.split(below.text) if below.index == line.index + 1 else ()
        many = len(parts) >= MANY_BUTTONS and all(1 <= len(p.split()) <= BUTTON_WORDS for p in parts)
        if home or many or (len(parts) >= FEW_BUTTONS and is_menu_row(sheet, below)):
            rest = sheet.lines[below.index + 1 : min(below.index + 1 + TOP, sheet.first_prose + 1)]
            return any(x.words >= HEADLINE_WORDS and not is_menu_row(sheet, x) for x in rest)
    return False


COVERED = 0.6
"""Share of a first line that words of menus and buttons cover, above which it is no name."""
PHRASE_LETTERS = 5
"""Letters of a word written small of which a name has one at most."""
FEW_BUTTONS, MANY_BUTTONS, BUTTON_WORDS = 3, 4, 3
"""Parts from which a row right below the first line is a menu."""
HEADLINE_WORDS = 3


def _begins_at_home(sheet: Sheet, line: Line) -> bool:
    folded = sheet.folded[line.start : line.end].lstrip("[*# ")
    home = next((w for w in _home_words() if folded.startswith(w)), "")
    # Folded, "»" is a quotation mark.
    return bool(home) and _STEP.match(sheet.text[line.end - len(folded) + len(home) : line.end].lstrip("]")) is not None


@cache
def _home_words() -> tuple[str, ...]:
    return tuple(sorted(words_of("home"), key=lambda w: (-len(w), w)))


def _is_told_of(sheet: Sheet, line: Line) -> bool:
    """Tell whether the first paragraph begins with what a line says, an article aside, as an encyclopaedia's does."""
    if sheet.first_prose >= len(sheet.lines):
        return False
    prose = sheet.lines[sheet.first_prose]
    said = sheet.folded[line.start : line.end]
    return said in sheet.folded[prose.start : prose.start + len(said) + 8]
