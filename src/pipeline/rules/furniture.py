"""Find what pages put around an article: buttons, counters, requests to follow, walls, notices, leaks of templates.

Each is a line of its own, short, and made of a known phrase or shape; a sentence of the text that shares the words
stays. Outside the text such a line is claimed for good; between paragraphs the phrase must be one that no author
writes, or the model must agree.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from ..blocks import Line
from ..model import Role
from ..prose_guard import is_trained
from .lexicon import count_apart
from .promotion import saying_span
from .sheet import FIRM, MILD, SOFT, Claim, Sheet, find_all, whole_line
from .subscribing import COMMON_NETWORKS

WIDGET_WORDS = 10
FOLLOW_WORDS = 18
WALL_WORDS = 30
NOTICE_WORDS = 60
AMONG = 0.7
"""Probability of being content from which a furniture phrase between paragraphs is left to the model."""
CERTAIN = 0.95
BOX = 3
"""Short lines on either side of a wall's sentence that belong to its box."""


_LETTER, _APART = "[AАΑאعअঅก]", r"[\s|/]{1,3}"
_SIZES = re.compile(
    rf"(?:^|[\s:：|])(?:{_LETTER}[-+−–]?(?:{_APART}{_LETTER}[-+−–]?){{2}}|[AАΑ][-+−–]{_APART}[AАΑ][-+−–]?"
    r"|[小中大][|｜/\s]{1,3}[小中大](?:[|｜/\s]{1,3}[小中大])?)(?=[\s|]|$)"
)
SIZE_SIGNS = (
    *("A+", "А+", "Α+", "অ+", "अ+", "A A", "А А", "Α Α", "ع ع", "א א", "अ अ", "ก ก"),
    *("中 大", "大 中", "中\u3000大", "大\u3000中"),
)
SIZE_WORDS = 16


def _font_sizes(sheet: Sheet) -> Iterator[Claim]:
    """Claim the bar that sets the size of the letters: "Font size: A- A A+", "字号：大 中 小"."""
    for index in sorted({sheet.index_at(at) for sign in SIZE_SIGNS for at in find_all(sheet.text, sign)} - {-1}):
        line = sheet.lines[index]
        if line.words > SIZE_WORDS or line.ends or sheet.is_inside(index) or len(line.text) > 80:
            continue
        if sheet.is_open(index) and _SIZES.search(line.text):
            yield whole_line(line, Role.NAVIGATION, "font_size", "a bar that sets the size of letters", 0.95)


def claim_furniture(sheet: Sheet) -> Iterator[Claim]:
    """Claim buttons, counters, pagination, ratings, requests to follow, notices of errors and disclaimers."""
    yield from _widgets(sheet)
    yield from _counters(sheet)
    yield from _requests(sheet)
    yield from _notices(sheet)
    yield from _adverts(sheet)
    yield from _font_sizes(sheet)
    for line in sheet.open_with(("origin", "opens"), ("origin", "has")):
        named = sheet.opening(line.index, "origin") or sheet.having(line.index, "origin")
        if line.words <= 12 and line.index <= sheet.first_prose and named:
            yield whole_line(line, Role.NAVIGATION, "origin", "names the encyclopaedia above its article")


def _widgets(sheet: Sheet) -> Iterator[Claim]:
    foreign: bool | None = None
    for line in sheet.open_with(("widget", "whole")):
        # "print()" is code.
        if line.words <= WIDGET_WORDS and "(" not in line.text:
            # Encyclopaedias set their "[edit]" between headings and paragraphs.
            bracketed = line.text[0] in "[【" and line.text[-1] in "]】"
            below = SOFT if sheet.is_inside(line.index) and not bracketed else FIRM
            if below == SOFT and line.words > 1:
                # The model knows buttons in English only; elsewhere it believes in them beside paragraphs.
                foreign = not is_trained(sheet.ground.wordy) if foreign is None else foreign
                below = CERTAIN if foreign else SOFT
            yield whole_line(line, Role.NAVIGATION, "widget", "the line is a button of the page", below=below)
    for line in sheet.open_ending(_CLOSES):
        # "Listen to the article (4 min.)", "Discussion (14 comments)"; "print(12345)" is code.
        opened = line.text.rfind("(" if line.text[-1] == ")" else "（")
        if (
            opened > 0
            and line.text[opened - 1] in " \u00a0\u3000"
            and line.words <= WIDGET_WORDS + 2
            and _COUNTED.fullmatch(line.text, opened)
        ):
            begin, end = line.start + len(line.bullet), line.start + len(line.text[:opened].rstrip())
            said = {c.family for c in sheet.cues(line.index) if c.mode == "whole" and (c.start, c.end) == (begin, end)}
            if said & {"widget", "comments"}:
                evidence = "a button of the page and a count"
                yield whole_line(line, Role.NAVIGATION, "widget", evidence, 0.9, CERTAIN)
    for line in sheet.open_with(("yes_no", "whole")):
        near = range(max(0, line.index - 2), line.index)
        if line.words <= 2 and any("widget" in sheet.whole(i) and sheet.lines[i].text[-1] in "?؟？" for i in near):
            yield whole_line(line, Role.NAVIGATION, "widget", "the answer to a question about the page")


_CLOSES = re.compile(r"[)）]")
_COUNTED = re.compile(r"[(（]\d{1,5}(?::\d\d)?[ \u00a0]?[^\W\d_]{0,14}\.?[)）]")
"""A number of minutes or comments in brackets, with its word."""
ADVERT_WORDS = 45
TEXT_WORDS = 16
_SELLER = re.compile(r"\b(?:инн|огрн|erid|ооо|оао|ао|ип|тов|фоп|єдрпоу)\b")
_CALL = re.compile(r"[!！%]|\d{3}[\d \-()]{4}|://|www\.")


def _adverts(sheet: Sheet) -> Iterator[Claim]:
    """Claim advertisements that say what they are, as the law of some countries asks: "Реклама. ООО ..., ИНН ..."."""
    for line in sheet.open_with(("advert", "opens")):
        cue = sheet.opening(line.index, "advert")
        rest = sheet.folded[cue.end : line.end] if cue else ""
        if rest[:1] in tuple(".:|") and line.words <= ADVERT_WORDS:
            if _SELLER.search(rest):
                yield whole_line(line, Role.PROMOTION, "advert_line", "an advertisement with its seller", 0.95)
            elif _CALL.search(rest) and line.words <= 25:
                yield whole_line(line, Role.PROMOTION, "advert_line", "an advertisement that says so", 0.9, SOFT)
    for index in sheet.ground.places.get(("advert", "whole"), ()):
        if index + 1 >= len(sheet.lines):
            return
        below = sheet.lines[index + 1]
        calls = below.gap == 0 and "!" in below.text and 2 <= below.words <= TEXT_WORDS
        if calls and sheet.is_open(below.index) and below.text[0] not in '"“«„—–-':
            said = "a cry right below an advertisement's marker"
            yield whole_line(below, Role.PROMOTION, "advert_text", said, 0.85, AMONG)


_PAGES = re.compile(
    r"(?:page|seite|página|pagina|strona|страница|сторінка|sayfa|səhifə|էջ|עמוד|صفحة|صفحه|ページ) ?\d{1,4} "
    r"?(?:of|von|de|di|z|из|з|dan|/|מתוך|من|از) ?\d{1,4}"
)
_HELPFUL = re.compile(r"\d+ (?:out )?of \d+ (?:people |users )?found this helpful\.?")
_TICKER = re.compile(r"[A-Z][A-Z.]{0,7}:?[ \t]*[$€£]?[\d.,]{0,9}[ \t]*[+\-−▲▼][ \t]?\d{1,3}[.,]\d{1,2} ?%")
_STARS = re.compile(r"[★☆⭐]{3,5}[\s\d.,/()|–-]*(?:\w+[\s\d.,]*){0,4}")


_PAGE_ROW = re.compile(
    r"(?:[^\W\d_]{4,12}: ?)?1(?:[ |·]{1,3}\d{1,3}){1,12}(?: ?(?:…|\.{3}) ?\d{1,4})?"
    r"(?:[ |·]{1,3}[^\W\d_]{3,14})? ?[»›>→]"
)
_OPENS_COUNT, _CLOSES_COUNT = re.compile(r"[★☆⭐\d]"), re.compile(r"[\d%»›>→]")


def _counters(sheet: Sheet) -> Iterator[Claim]:
    found = {line.index for line in sheet.open_with(("counter", "whole"))}
    for index in sorted(found):
        line = sheet.lines[index]
        if line.numbered and line.words <= 6 and not line.ends:
            below = SOFT if sheet.is_inside(index) else FIRM
            yield whole_line(line, Role.NAVIGATION, "counter", "a count of readers or reactions", below=below)
    starred, counted = sheet.open_beginning(_OPENS_COUNT), sheet.open_ending(_CLOSES_COUNT)
    for index in sorted({line.index for line in (*starred, *counted)} - found):
        line = sheet.lines[index]
        if len(line.text) > 60:
            continue
        if line.text[0] in "★☆⭐" and _STARS.fullmatch(line.text) and not sheet.is_inside(line.index):
            # Bare stars may be the text's own verdict on a hotel or a film.
            below = FIRM if line.numbered else MILD
            yield whole_line(line, Role.NAVIGATION, "rating", "stars and a count of votes", 0.9, below)
        elif _PAGE_ROW.fullmatch(line.text):
            yield whole_line(line, Role.NAVIGATION, "pagination", "the numbers of the pages", 0.95)
        elif line.text[-1].isdigit() and _PAGES.fullmatch(sheet.folded[line.start : line.end]):
            yield whole_line(line, Role.NAVIGATION, "pagination", "the number of a page and of all pages")
        elif line.text[-1] == "%" and not sheet.is_inside(line.index) and _TICKER.fullmatch(line.text):
            yield whole_line(line, Role.NAVIGATION, "ticker", "a share's symbol and its change", 0.9)
        elif line.text[0].isdigit() and _HELPFUL.fullmatch(sheet.folded[line.start : line.end]):
            yield whole_line(line, Role.NAVIGATION, "counter", "how many found the page helpful")


def _requests(sheet: Sheet) -> Iterator[Claim]:
    for line in sheet.open_with(("follow", "has"), ("liked", "has"), ("follow_verb", "has")):
        if line.words > FOLLOW_WORDS or line.is_prose or _is_quoted(sheet, line):
            continue
        told = [c for c in sheet.cues(line.index) if c.mode == "has" and c.family in ("follow", "liked")]
        named = any(
            c.family == "network" and sheet.folded[c.start : c.end] not in COMMON_NETWORKS
            for c in sheet.cues(line.index)
        )
        verbs = sheet.having(line.index, "follow_verb")
        # "Follow the steps" is an instruction: a bare verb needs a network, and to stand at an end of the line.
        ends = any(c.start - line.start <= 2 + len(line.bullet) or line.end - c.end <= 3 for c in verbs)
        if told or (named and ends and line.words <= 12):
            # Two requests in one short line are nobody's but the site's.
            twice = count_apart([*told, *sheet.having(line.index, "appeal")]) >= 2
            # And "Follow us on Telegram!" is, with its sign.
            cries = named and bool(verbs) and line.text[-1] in "!！"
            below = FIRM if not sheet.is_inside(line.index) else CERTAIN if twice or cries else AMONG
            start, end = saying_span(sheet, line, [*told, *verbs])
            said = "asks the reader to follow, support or write to the site"
            yield Claim(start, end, Role.PROMOTION, "follow", said, 0.9, below)
            yield from _second_line(sheet, line)


def _second_line(sheet: Sheet, line: Line) -> Iterator[Claim]:
    """Claim the line that ends the sentence of a request below the text."""
    if line.ends or line.index <= sheet.last_prose or line.index + 1 >= len(sheet.lines):
        return
    if not line.gap:
        # Without an empty line above the request, none below it does not tell that its sentence goes on.
        return
    below = sheet.lines[line.index + 1]
    if (
        below.gap == 0
        and below.ends
        and below.words <= WIDGET_WORDS
        and sheet.is_open(below.index)
        and not below.bullet
    ):
        yield whole_line(below, Role.PROMOTION, "follow", "the second line of a request", 0.8, SOFT)


def _notices(sheet: Sheet) -> Iterator[Claim]:
    for line in sheet.open_with(("typo", "has"), ("disclaimer", "has")):
        if line.words > NOTICE_WORDS or _is_quoted(sheet, line):
            continue
        inside = sheet.first_prose < line.index < sheet.last_prose
        if sheet.having(line.index, "typo"):
            # "An error in the text is an event here": one phrase alone must be nearly all of the line.
            if line.words <= 25 and (len(sheet.having(line.index, "typo")) >= 2 or (not inside and line.words <= 8)):
                yield whole_line(line, Role.PROMOTION, "typo_notice", "asks the reader to report errors in the text")
        elif not inside or line.words <= 12:
            # "The views are those of the author and do not necessarily reflect ..." says it twice.
            twice = count_apart(sheet.having(line.index, "disclaimer")) >= 2
            below = SOFT if sheet.is_inside(line.index) and not twice else FIRM
            yield whole_line(line, Role.LEGAL, "disclaimer", "says who answers or pays for the text", 0.9, below)


def claim_view_counts(sheet: Sheet) -> Iterator[Claim]:
    """Claim a bare number right below or above the line with the date, over the text: how many have read it."""
    for index, claims in sheet.claims.items():
        if index >= sheet.first_prose or not any(c.role is Role.DATE for c in claims):
            continue
        for line in sheet.lines[max(0, index - 1) : index + 2]:
            number = line.text.strip().isdecimal() and len(line.text) <= COUNT_LENGTH
            if number and sheet.is_open(line.index) and line.index < sheet.first_prose:
                yield whole_line(line, Role.NAVIGATION, "counter", "a bare number beside the date", 0.8)


COUNT_LENGTH = 7


def claim_walls(sheet: Sheet) -> Iterator[Claim]:
    """Claim the wall before the rest of an article: its sentence and the short lines of its box."""
    walls: set[int] = set()
    for line in sheet.open_with(("paywall", "has")):
        if line.words > WALL_WORDS or line.is_prose or _is_quoted(sheet, line):
            continue
        cues = sheet.having(line.index, "paywall")
        opens = any(c.start - line.start <= 30 for c in cues) or line.words <= 12
        if opens:
            walls.add(line.index)
    for index in sorted(walls):
        cues = sheet.having(index, "paywall")
        alone = index - 1 not in walls and index + 1 not in walls and count_apart(cues) < 2
        below = SOFT if sheet.is_inside(index) and alone else FIRM
        start, end = saying_span(sheet, sheet.lines[index], cues)
        yield Claim(start, end, Role.PROMOTION, "paywall", "a wall before the rest of the text", 0.9, below)
    if len(walls) < 2:
        return
    around = {i for w in walls for i in range(w + 1, w + BOX + 1) if i > sheet.last_prose}
    around &= {i for w in walls for i in range(w - BOX, w)}
    for index in sorted(around - walls):
        line = sheet.lines[index]
        # The text's last words may stand between a wall above it and one below.
        if sheet.is_open(index) and line.words <= 12 and not line.ends:
            yield whole_line(line, Role.PROMOTION, "paywall", "inside the box of a wall", 0.8)


def _is_quoted(sheet: Sheet, line: Line) -> bool:
    return line.text[0] in '"“«„—–' and line.text[-1] in '"”»“.'


# --- what generators and templates left --------------------------------------------------------------

_TEMPLATE = re.compile(
    r"\{\{[^{}]{1,80}\}\}|\$\{[^{}]{1,80}\}|<%=?[^%]{1,80}%>|%%?[A-Z_][A-Z0-9_]{2,40}%%?|\[%[^%]{1,80}%\]|#\{[^{}]{1,80}\}"
)
_OPENS_VARIABLE = re.compile(r"[{$<%\[#]")
_TEMPLATES = 3
"""Template lines from which a page is about templates."""
_LATIN = re.compile(r"[^\W\d_]+")
_TELLING = ("ipsum", "consectetur", "voluptat", "dolorem", "tempor", "quia ", "eius", "molesti", "quisquam")
LOREM_WORDS = 8
LOREM_SHARE = 0.9


def claim_leaks(sheet: Sheet) -> Iterator[Claim]:
    """Claim variables that a template left empty and paragraphs of placeholder Latin."""
    from .profile import placeholder_words

    leaks = [line for line in sheet.open_beginning(_OPENS_VARIABLE) if _TEMPLATE.fullmatch(line.text)]
    if 0 < len(leaks) <= _TEMPLATES:
        for line in leaks:
            yield whole_line(line, Role.MACHINE_ARTIFACT, "template", "a variable that a template left")
    # Placeholder Latin of eight words holds one of these; a page without them is not read word by word.
    if not any(word in sheet.folded for word in _TELLING):
        return
    lorem = placeholder_words()
    found = []
    for line in sheet.open_lines():
        if line.words < LOREM_WORDS:
            continue
        said = sheet.said(line.index)
        # A real page is full of other words: three of a line's first six are enough to pass on.
        if sum(m.group() in lorem for m in itertools.islice(_LATIN.finditer(said, 0, 2000), 6)) < 4:
            continue
        words = _LATIN.findall(said, 0, 2000)
        if sum(w in lorem for w in words) >= LOREM_SHARE * len(words):
            found.append(line)
    told = {line.index for line in found}
    # Who writes about placeholder text, or about Cicero, quotes it.
    about = any(
        line.index not in told and ("lorem ipsum" in part or "cicero" in part or "placeholder" in part)
        for line in sheet.lines
        if found and (part := sheet.folded[line.start : line.end])
    )
    if not about:
        for line in found:
            yield whole_line(line, Role.MACHINE_ARTIFACT, "placeholder", "the words of placeholder Latin")
