"""Find what encyclopaedias and wikis put beside their text: edit links, contents in one line, marks of templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ..blocks import Line, ends_sentence
from ..model import Role
from .lexicon import fold, load_list
from .navigation import entry_number
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


@cache
def _edits() -> frozenset[str]:
    return frozenset(fold(p) for phrases in load_list("navigation")["edit"]["whole"].values() for p in phrases)
