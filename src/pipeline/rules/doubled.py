"""Find links to other stories by what is said twice in them, by counts glued to them, and by rows of headlines.

A linked picture has a text of its own, and a crude extract writes it before the headline that links to the same place:
"Storm closes the port Storm closes the port", "PortPort authority warns", "Ann Bell Ann Bell Why the tide turns". In
a list of columns each lead ends in its count of comments, on a line of its own or glued to the next lead. The headlines
of a running ticker stand in one line, with gaps between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ..blocks import Line
from ..model import Role
from .lexicon import LISTS, fold, load_list
from .sheet import FOREIGN, Claim, Sheet, whole_line

LEADS = 3
"""Lines between the name above a column and its count of comments."""
CAPTION_WORDS = 4
"""Words of a picture's text at least."""
HEADLINES, HEADLINE_WORDS = 5, 4
"""Headlines in one line, and words that they have on average, from which it is a ticker's."""
# Of the labelled pages' lines 80 that are doubled whole are boilerplate and 4 products' names, 27 and 1 with a glued
# head, 15 and 1 with doubled words before a headline. Rows with tabs are tables.
_HEAD, _FAR = 4, 64
"""Letters that must come again, and how far behind the line's beginning they may."""
_WORDS = re.compile(r"([^\W\d_][^\s]{1,30}(?: [^\W\d_][^\s]{1,30}){1,2}) \1 (?=[^\s]+ [^\s]+)")
_GLUED = re.compile(r"([^\W\d_]\w{4,30}(?: \w{2,20}){0,2})\1")
_COUNT = re.compile(r"\d{1,5} ?([^\W\d_]{3,20})")
_GAP = re.compile(r" ?\.{3,6} {8,40}| {3,8}(?! )")


def claim_doubled(sheet: Sheet) -> Iterator[Claim]:
    """Claim links that say their text twice, columns above their counts of comments, and rows of headlines."""
    counted: list[Line] = []
    yield from _captions(sheet)
    for line in sheet.open_lines():
        if line.words >= HEADLINES * HEADLINE_WORDS and _is_row(line.text):
            yield whole_line(line, Role.PROMOTION, "headline_row", "headlines with gaps between them", 0.9)
        elif _is_pair(sheet, line):
            said = "a headline twice over the button that leads to it"
            for index in (line.index, line.index + 1):
                yield whole_line(sheet.lines[index], Role.PROMOTION, "doubled_link", said, 0.9)
        elif kind := _kind_of(line):
            yield from _column(sheet, line) if kind == "names" else _link(sheet, line, kind)
        elif line.text[0].isdigit() and _glued_count(line.text):
            counted.append(line)
    if counted:
        # The text behind a count may stand on the page by itself, too.
        behind = {fold(line.text[_glued_count(line.text) :]) for line in counted}
        alike = [x for x in sheet.open_lines() if x.words > LEADS and sheet.said(x.index) in behind]
        for line in (*counted, *alike):
            said = "a count of comments glued to the text of another story"
            yield whole_line(line, Role.PROMOTION, "glued_count", said, 0.9)


def _is_pair(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line and its copy below stand over a button: "Storm closes port", the same, "Show the story"."""
    below = sheet.lines[line.index + 1 : line.index + 3]
    if line.ends or line.words < LEADS or len(below) < 2 or below[0].text != line.text or "/" in line.text:
        return False
    return bool(sheet.whole(below[1].index) & {"more", "also", "related"})


def _captions(sheet: Sheet) -> Iterator[Claim]:
    """Claim a picture's text above the same with its source behind it: "Storm in port", "Storm in port Example TV"."""
    for line in sheet.open_lines():
        # The first lines may be the page's headline, and the same with the site's name.
        if line.index < 2 or line.ends or line.bullet or not CAPTION_WORDS <= line.words <= 4 * CAPTION_WORDS:
            continue
        said = sheet.said(line.index)
        for below in sheet.lines[line.index + 1 : line.index + 3]:
            source = below.text[len(line.text) :]
            if source and below.text.startswith(line.text) and _is_source(source) and sheet.is_open(below.index):
                copies = sheet.ground.copies.get(said, [line])
                credited = [below, *(x for x in sheet.ground.copies.get(sheet.said(below.index), ()) if x is not below)]
                for copy in (*copies, *credited[1:]):
                    yield whole_line(copy, Role.REPEATED, "caption_copy", "a picture's text, and again with its source")
                yield whole_line(below, Role.CAPTION, "caption", "a picture's text with its source behind it", 0.8)
                break


def _is_source(rest: str) -> bool:
    """Tell whether what stands behind a caption's text is the name of its source, with no mark between.

    >>> _is_source(" Example TV"), _is_source("TV24"), _is_source(" - Example TV"), _is_source(" Read more »")
    (True, True, False, False)
    """
    return rest.strip()[:1].isupper() and rest.count(" ") <= 3 and rest[0] not in "-–—|:,.;/" and rest[-1].isalnum()


def is_doubled(text: str) -> bool:
    """Tell whether a line is one text twice, of three words or more.

    >>> is_doubled("Storm closes port Storm closes port"), is_doubled("Storm closes portStorm closes port")
    (True, True)
    """
    half = len(text) // 2
    if half < 12 or text[:_HEAD] != text[-half : -half + _HEAD]:
        return False
    apart = text[half : len(text) - half]
    return text[:half] == text[-half:] and apart in ("", " ") and text.count(" ", 0, half) >= 2


def _kind_of(line: Line) -> str:
    text = line.text
    if len(text) < 12:
        return ""
    # "Get off there. Get off there." is somebody's speech.
    if not line.ends and is_doubled(text):
        return "whole"
    if not text[0].isupper() or text.find(text[:_HEAD], _HEAD, _FAR) < 0:
        return ""
    if _GLUED.match(text):
        return "glued"
    doubled = _WORDS.match(text)
    return "names" if doubled and not line.ends and doubled.group(1).split()[-1][0].isupper() else ""


def _link(sheet: Sheet, line: Line, kind: str) -> Iterator[Claim]:
    # Above the text a page's own headline may stand twice in a line.
    if line.index > sheet.first_prose:
        said = "the text of a picture and of a link, the same" if kind == "whole" else "a label glued to a headline"
        yield whole_line(line, Role.PROMOTION, "doubled_link", said, 0.9, FOREIGN)


def _column(sheet: Sheet, line: Line) -> Iterator[Claim]:
    """Claim a name that stands twice before a headline, and the lead below it where a count of comments ends it."""
    below = sheet.lines[line.index + 1 : line.index + 2 + LEADS]
    ends = next((x.index for x in below if sheet.whole(x.index) & {"comments", "counter"}), None)
    said = "a name and its picture's, before a headline"
    yield whole_line(line, Role.PROMOTION, "doubled_link", said, 0.9, FOREIGN)
    for index in range(line.index + 1, ends + 1) if ends is not None else ():
        if sheet.is_open(index):
            yield whole_line(sheet.lines[index], Role.PROMOTION, "teaser", f"{said}, and a count of comments", 0.9)


def _is_row(text: str) -> bool:
    """Tell whether a line is a row of headlines.

    >>> _is_row("    ".join(["Mayor of the port resigns", "Storm closes the schools", "Fish is dearer than ever"] * 2))
    True
    """
    if "   " not in text or "\t" in text:
        return False
    parts = [part for part in _GAP.split(text.strip()) if part]
    words = [part.count(" ") + 1 for part in parts]
    small = sum(part[0].islower() for part in parts)
    # A text whose gaps a program widened has sentences between them.
    ended = sum(part[-1] in ".。;{}" or ". " in part for part in parts)
    many = len(parts) >= HEADLINES and sum(words) >= HEADLINE_WORDS * len(parts)
    return many and 5 * ended <= len(parts) and 5 * small <= len(parts)


def _glued_count(text: str) -> int:
    """Return where "16 comments" ends that opens a line and to which another text is glued; 0 where none does.

    >>> _glued_count("16 commentsStorm closes the port"), _glued_count("16 comments on the storm")
    (11, 0)
    """
    counted = _COUNT.match(text)
    if counted is None:
        return 0
    word = counted.group(1)
    capital = next((i for i, letter in enumerate(word) if i and letter.isupper()), 0)
    return counted.start(1) + capital if capital and fold(word[:capital]) in _counted() else 0


@cache
def _counted() -> frozenset[str]:
    said = [load_list(name).get(family, {}).get("whole", {}) for name in LISTS for family in ("comments", "counter")]
    return frozenset(fold(phrase) for languages in said for phrases in languages.values() for phrase in phrases)
