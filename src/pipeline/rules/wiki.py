"""Find what encyclopaedias and wikis put beside their text: edit links, contents in one line, marks of templates."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from ..blocks import Line, ends_sentence
from ..model import Role
from .contents import entry_number
from .lexicon import fold, load_list
from .sheet import Claim, Sheet, trim, whole_line

CONTENTS_WORDS = 160
ENTRY_WORDS = 14
TEMPLATES = 6
_CLOSES = re.compile(r"[\]］】}]")
_LINK = re.compile(r"\s?[\[［【]([^\[\]\n【】]{2,60})[\]］】]$")
_MARK = re.compile(r"(?<=\s)\d{1,2}(?:\.\d{1,2})?[.)]?(?=\s)")
_BREAK = re.compile(r"\s[|•·–—]\s|\s{3,}|;\s")
_TEMPLATE = re.compile(r"\{\{[^{}\n]{1,80}\}\}$")


def claim_contents_lines(sheet: Sheet) -> Iterator[Claim]:
    """Claim tables of contents that came as one line: "Contents: 1. The coast 2. The plants"."""
    for line in sheet.open_with(("contents", "opens")):
        cue = sheet.opening(line.index, "contents") if 4 <= line.words <= CONTENTS_WORDS else None
        if cue and _is_contents(sheet, line, cue.end):
            said = "a label of contents and a row of headings"
            yield whole_line(line, Role.CONTENTS, "contents_line", said, 0.95)


def _is_contents(sheet: Sheet, line: Line, at: int) -> bool:
    """Tell whether numbers from 1 on, or headings of the page between marks, follow the label that ends at `at`."""
    rest = _LINK_HEAD.sub("", sheet.text[at : line.end].strip(" :：.*#-–—"), count=1)
    marks = [m.group().strip(".)") for m in _MARK.finditer(" " + rest)]
    counted, expected = 0, 1
    for mark in marks:
        # "1 History 1.1 Keepers 2 Structure": sub-entries stand between.
        if mark == str(expected):
            counted, expected = counted + 1, expected + 1
    if entry_number(rest) == (1,) and counted >= 2:
        return all(len(part.split()) <= ENTRY_WORDS for part in _MARK.split(" " + rest))
    parts = [fold(part).strip(" :.#") for part in _BREAK.split(rest)]
    if len(parts) < 3:
        return False
    headings = {sheet.folded[x.start : x.end].strip(" :.#") for x in sheet.lines[line.index + 1 :] if x.words <= 20}
    return sum(part in headings for part in parts) >= 2


_LINK_HEAD = re.compile(r"^[\[(（][^\[\]()\n（）]{2,30}[\])）]\s*")


def claim_edit_links(sheet: Sheet) -> Iterator[Claim]:
    """Claim the "[edit | edit source]" behind a heading, and a template's mark behind a paragraph."""
    # A page about templates shows many.
    few = sheet.text.count("{{") <= TEMPLATES
    for line in (sheet.lines[mark.start()] for mark in _CLOSES.finditer(sheet.ground.tails)):
        if line.text[-1] != "}" and (found := _LINK.search(line.text)):
            said = [part.strip() for part in re.split(r"[|·/•]", fold(found.group(1)))]
            if all(part in _edits() for part in said):
                start, end = trim(sheet.text, line.start + found.start(), line.end)
                yield Claim(start, end, Role.NAVIGATION, "edit_link", "an encyclopaedia's link to edit a part", 0.95)
        elif few and line.text.endswith("}}") and (found := _TEMPLATE.search(line.text)) and found.start():
            before = line.text[: found.start()].rstrip()
            if ends_sentence(before):
                start = line.start + found.start()
                yield Claim(start, line.end, Role.MACHINE_ARTIFACT, "template", "a mark that a template left", 0.95)


CELLS, NOTICE_WORDS = 3, 40
"""Cells of the row over an article from which it is one, and words of a notice about it at most."""
_CELL = re.compile(r"\s?[|•·]\s?|\s{2,}|\u3000")


def claim_wiki_page(sheet: Sheet) -> Iterator[Claim]:
    """Claim the row of tabs over a wiki's article; on such a page also jumps, notices on the article, the licence."""
    lists = _page_words()
    above = (line for line in sheet.lines[: sheet.first_prose + 1] if sheet.is_open(line.index))
    rows = [line for line in above if _is_tabs(line, lists["tab"])]
    for line in rows:
        yield whole_line(line, Role.NAVIGATION, "wiki_tabs", "the row of tabs over a wiki's article", 0.95)
    told = any(c.rule in ("origin", "edit_link") for found in sheet.claims.values() for c in found)
    closing = [sheet.lines[mark.start()].text[-64:] for mark in _CLOSES.finditer(sheet.ground.tails)]
    linked = sum(1 for text in closing if (m := _LINK.search(text)) and fold(m.group(1)).strip() in _edits())
    if not rows and not told and linked < EDITED:
        return
    names = [sheet.said(line.index).strip() for line in sheet.lines[:TOP_LINES] if 1 <= line.words <= 5]
    for line in sheet.open_lines():
        said = sheet.said(line.index)
        if line.index < sheet.first_prose and line.index > 0 and _is_origin(said.strip(), names):
            yield whole_line(line, Role.NAVIGATION, "origin", "says from which wiki the article is", 0.9)
            continue
        if line.words > NOTICE_WORDS or line.text[0] in '"“«„':
            continue
        edge = line.index > sheet.last_prose - 1 or line.index <= sheet.first_prose
        if edge and said.startswith(lists["jump"]):
            yield whole_line(line, Role.NAVIGATION, "wiki_jump", "links to the parts of a wiki's page", 0.95)
        elif edge and any(piece in said for piece in lists["notice"]):
            yield whole_line(line, Role.NAVIGATION, "wiki_notice", "a note on the article itself", 0.9)
        elif line.index >= sheet.last_prose and any(piece in said for piece in lists["licence"]):
            yield whole_line(line, Role.LEGAL, "wiki_licence", "the licence below a wiki's article", 0.9)


def _is_origin(said: str, names: Sequence[str]) -> bool:
    """Tell whether a line is a word or two and the name that stands in the first lines: "From Example Wiki"."""
    named = [name for name in names if len(name) > 3 and said.endswith(f" {name}")]
    return any(len(said) - len(name) <= ORIGIN_CHARACTERS for name in named)


TOP_LINES, ORIGIN_CHARACTERS = 3, 12
EDITED = 2
"""Links to edit a part from which a page is a wiki's."""


def _is_tabs(line: Line, tabs: Sequence[str]) -> bool:
    if not CELLS <= line.words <= CELLS * 6 or line.ends or len(line.text) > 160 or not _CELL.search(line.text, 3):
        return False
    cells = [fold(cell).strip(" []*") for cell in _CELL.split(line.text)]
    return len(cells) >= CELLS and sum(cell in tabs for cell in cells) >= max(CELLS, len(cells) - 1)


@cache
def _page_words() -> Mapping[str, tuple[str, ...]]:
    path = files("pipeline") / "resources" / "clean" / "wiki.toml"
    lists = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: tuple(sorted({fold(p) for row in rows.values() for p in row})) for name, rows in lists.items()}


@cache
def _edits() -> frozenset[str]:
    return frozenset(fold(p) for phrases in load_list("navigation")["edit"]["whole"].values() for p in phrases)
