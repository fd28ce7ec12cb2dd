"""Find the head over a post on a board: labels on lines of their own, each with its value on the line below.

Offices, schools and clubs publish by such programs ("Department", "Press office", "Date", "2023-11-09", "Views",
"3104"), and some write label and value in one line, or all of them ("Office: press Number: 14"). One label proves
nothing, for "Date" may head a section. Two of different kinds above the text, one of them over a date or a number,
are a program's, and so is a line that holds nothing but two labels and their values.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ..blocks import Line
from ..dates import find_dates
from ..model import Role
from .lexicon import fold
from .sheet import Claim, Sheet, whole_line

HEAD_LINES, VALUE_WORDS, KINDS = 40, 5, 2
"""Lines among which the head ends, words of a value, and kinds of label (or labels in a line) that make one."""
_LABEL = re.compile(r"(?:^|[\s|])([^\W\d_][^\s:：|]{1,14}) ?[:：] ?(?=\S)")


@dataclass(frozen=True, slots=True)
class _Pair:
    """A label, the line of its value (its own, where both stand in one), its kind, and whether it is a program's."""

    label: Line
    value: Line
    kind: str
    sure: bool


def claim_board_heads(sheet: Sheet) -> Iterator[Claim]:
    """Claim the labels of such a head and their values; a date is the page's, the line above the head its title."""
    pairs = _pairs(sheet)
    alone = {pair.label.index for pair in pairs if pair.label is pair.value}
    crowded = any(sum(p.label.index == i for p in pairs) >= KINDS for i in alone)
    if not crowded and (len({p.kind for p in pairs}) < KINDS or not any(p.sure for p in pairs)):
        return
    said = f"a label of a board's head and its value, one of {len(pairs)}"
    above = sheet.lines[pairs[0].label.index - 1] if pairs[0].label.index else None
    if above is not None and sheet.is_open(above.index) and _may_be_title(above):
        yield whole_line(above, Role.TITLE, "title", "the line over a board's head", 0.8)
    for pair in pairs:
        yield whole_line(pair.label, Role.NAVIGATION, "board_head", said, 0.9)
        dated = pair.kind == "date" and pair.sure
        role = Role.DATE if dated else Role.NAVIGATION
        yield whole_line(pair.value, role, "date" if dated else "board_head", said, 0.9)


def _pairs(sheet: Sheet) -> list[_Pair]:
    """Return labels above the text with their values, where each pair touches the next or nearly."""
    table = _labels()
    pairs: list[_Pair] = []
    at = 0
    lines = sheet.lines[:HEAD_LINES]
    while at < len(lines):
        label = lines[at]
        found = _inline(label) if sheet.is_open(at) else []
        if not found and at + 1 < len(lines) and sheet.is_open(at) and sheet.is_open(at + 1):
            value = lines[at + 1]
            kind = table.get(sheet.said(at).rstrip(" :")) if label.words <= VALUE_WORDS else None
            if kind and value.words <= VALUE_WORDS and not value.ends and sheet.said(at + 1) not in table:
                found = [_Pair(label, value, kind, _is_sure(value.text, kind))]
        if found and pairs and at - pairs[-1].value.index > KINDS:
            pairs = []
        pairs += found
        at = found[-1].value.index + 1 if found else at + 1
    return pairs


def _inline(line: Line) -> list[_Pair]:
    """Return the labels of a line that is all labels and values, if it holds no date: that has its own rule."""
    if line.words > 4 * VALUE_WORDS or line.ends or (":" not in line.text and "：" not in line.text):
        return []
    marks = list(_LABEL.finditer(line.text))
    kinds = [_labels().get(fold(m.group(1))) for m in marks]
    if not kinds or not all(kinds) or marks[0].start() or find_dates(line.text):
        return []
    ends = [m.start() for m in marks[1:]] + [len(line.text)]
    values = [line.text[m.end() : end].strip() for m, end in zip(marks, ends, strict=True)]
    return [_Pair(line, line, kind, _is_sure(v, kind)) for kind, v in zip(kinds, values, strict=True) if kind]


def _is_sure(value: str, kind: str) -> bool:
    """Tell whether a date stands at a date's label, or a number at that of a count.

    >>> _is_sure("3,104", "views"), _is_sure("2K", "views"), _is_sure("from the tower", "views")
    (True, True, False)
    """
    if kind == "date":
        return bool(find_dates(value))
    return kind == "views" and value.replace(",", "").replace(".", "").strip("kKmM ").isdecimal()


def _may_be_title(line: Line) -> bool:
    plain = not line.ends and not line.bullet and line.text[-1] not in ":："
    return plain and 2 <= line.words <= 30 and len(line.text) >= 8


@cache
def _labels() -> Mapping[str, str]:
    path = files("pipeline") / "resources" / "clean" / "board.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {fold(x): kind for kind, languages in table.items() for said in languages.values() for x in said}
