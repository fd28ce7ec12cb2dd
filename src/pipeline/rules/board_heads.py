"""Find the head over a post on a board: labels on lines of their own, each with its value on the line below.

Offices, schools and clubs publish by such programs ("Department", "Press office", "Date", "2023-11-09", "Views",
"3104"). One label proves nothing, for "Date" may head a section; two of different kinds above the text, one of them
over a date or a number, are a program's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from ..blocks import Line
from ..dates import find_dates
from ..model import Role
from .lexicon import fold
from .sheet import Claim, Sheet, whole_line

HEAD_LINES, VALUE_WORDS, KINDS = 40, 5, 2
"""Lines among which the head ends, words of a value, and kinds of label that make one."""


def claim_board_heads(sheet: Sheet) -> Iterator[Claim]:
    """Claim the labels of such a head and their values; a date is the page's."""
    pairs = _pairs(sheet)
    if len({kind for _, _, kind in pairs}) < KINDS or not any(_is_sure(value, kind) for _, value, kind in pairs):
        return
    said = f"a label of a board's head over its value, one of {len(pairs)}"
    above = sheet.lines[pairs[0][0].index - 1] if pairs[0][0].index else None
    if above is not None and sheet.is_open(above.index) and _may_be_title(above):
        yield whole_line(above, Role.TITLE, "title", "the line over a board's head", 0.8)
    for label, value, kind in pairs:
        yield whole_line(label, Role.NAVIGATION, "board_head", said, 0.9)
        dated = kind == "date" and bool(find_dates(value.text))
        role = Role.DATE if dated else Role.NAVIGATION
        yield whole_line(value, role, "date" if dated else "board_head", said, 0.9)


def _pairs(sheet: Sheet) -> list[tuple[Line, Line, str]]:
    """Return labels above the text with their values and kinds, where each pair touches the next or nearly."""
    table = _labels()
    pairs: list[tuple[Line, Line, str]] = []
    at = 0
    # Words of a page's head in two-line pairs are no prose: what the model thinks of them does not matter.
    lines = sheet.lines[:HEAD_LINES]
    while at + 1 < len(lines):
        label, value = lines[at], lines[at + 1]
        kind = table.get(sheet.said(label.index).rstrip(" :")) if label.words <= VALUE_WORDS else None
        fits = kind and value.words <= VALUE_WORDS and not value.ends and table.get(sheet.said(value.index)) is None
        if not kind or not fits or not (sheet.is_open(label.index) and sheet.is_open(value.index)):
            at += 1
            continue
        if pairs and label.index - pairs[-1][1].index > 2:
            pairs = []
        pairs.append((label, value, kind))
        at += 2
    return pairs


def _may_be_title(line: Line) -> bool:
    plain = not line.ends and not line.bullet and line.text[-1] not in ":："
    return plain and 2 <= line.words <= 30 and len(line.text) >= 8


def _is_sure(value: Line, kind: str) -> bool:
    """Tell whether a date stands below a date's label, or a number below that of a count."""
    if kind == "date":
        return bool(find_dates(value.text))
    return kind == "views" and value.text.replace(",", "").replace(".", "").strip().isdecimal()


@cache
def _labels() -> Mapping[str, str]:
    path = files("pipeline") / "resources" / "clean" / "board.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {fold(x): kind for kind, languages in table.items() for said in languages.values() for x in said}
