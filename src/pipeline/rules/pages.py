"""Claim what paper puts between the pages of a text without markup: page numbers, running heads, a browser's lines."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Role
from ..paged import page_marks
from .sheet import Claim, Sheet, whole_line

_SAID = {
    "page_number": (Role.NAVIGATION, "the number of a page, between two pages of a text"),
    "running_head": (Role.REPEATED, "a running head, beside the numbers of the pages"),
    "print_line": (Role.NAVIGATION, "a line that a browser prints on each page"),
}


def claim_page_marks(sheet: Sheet) -> Iterator[Claim]:
    """Claim the lines between the pages of a text."""
    if not sheet.lines or sheet.lines[0].markup is not None:
        return
    marks = page_marks(sheet.text)
    for line in (sheet.lines[sheet.index_at(start)] for start in marks):
        if line.start in marks:
            role, said = _SAID[marks[line.start]]
            yield whole_line(line, role, marks[line.start], said, 0.95)
