"""Find the tables in a text without markup: rows of cells, and the lines that belong to them.

A row is a line of two cells or more, parted by tabs, by wide gaps or by bars. A table is three rows or more, one below
the other, of which half hold a figure and enough have as many cells; the rows of a menu hold none, and a calendar
of a month only counts. It is text where it stands between two paragraphs that stay, right under a line that does, or
two lines (six, if one is a sentence) below a table that is. With it stay the lines that head it, the sentences between
it and the next table or line that stays, and those below it that the model half believes.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from .blocks import Line
from .rules.sheet import Sheet

ROWS, NUMBERED, ALIKE = 3, 0.5, 0.4
"""Rows of a table at least, and the shares of them that hold a figure and that have the usual number of cells."""
HEADS, HEAD_WORDS = 2, 12
"""Lines that head a table at most, and words of each."""
BETWEEN, SENTENCE_WORDS = 6, 12
"""Lines below a table that may stay with it, of which one is a sentence of so many words."""
BELIEVED = 0.25
"""Probability of a sentence below a table that stays with it."""
DAYS = 14
"""Numbers in their order from which a table is a calendar."""

_GAPS = (re.compile(r"\s*\t\s*"), re.compile(r" {2,}"), re.compile(r"\s*[|¦]\s*"))
_MARKS = ("\t", "  ", "|", "¦")
_LINKS = re.compile(r"[|>©®→←↑#{}<]|https?:|www\.|@")


def rows_of_tables(sheet: Sheet, stays: Mapping[int, bool], first: int, last: int) -> Iterator[int]:
    """Yield the indexes of the lines of tables amid kept text; `first` and `last` are paragraphs that stay."""
    if not any(mark in sheet.text for mark in _MARKS):
        return
    tables = [*_tables_of_text(sheet, stays, first, last)]
    rows = {line.index for table in tables for line in table}
    for table in tables:
        yield from (line.index for line in table)
        yield from _above(sheet, stays, rows, table[0].index)
        yield from _below(sheet, stays, rows, table[-1].index)
        yield from _text_below(sheet, stays, table[-1].index)


def _tables_of_text(sheet: Sheet, stays: Mapping[int, bool], first: int, last: int) -> Iterator[list[Line]]:
    """Yield the tables that are text, and those that go on from one across a few lines with a sentence."""
    before = -1
    for table in [run for run in _runs(sheet.lines) if _is_table(run)]:
        top, bottom = table[0].index, table[-1].index
        between = range(before + 1, top)
        goes_on = before >= 0 and len(between) <= BETWEEN and all(_may_stay(sheet, stays, i) for i in between)
        goes_on = goes_on and (len(between) <= HEADS or any(_is_sentence(sheet.lines[i]) for i in between))
        if first < top and (bottom < last or stays.get(top - 1, False) or goes_on):
            yield table
            before = bottom


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the runs of rows, one below the other."""
    run: list[Line] = []
    for line in lines:
        text = line.text
        if not ("\t" in text or "  " in text or "|" in text or "¦" in text) or _cells(text) < 2:
            continue
        if run and (line.gap > 1 or line.index != run[-1].index + 1):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _cells(text: str) -> int:
    """Return the number of cells of a line, 1 if nothing parts it."""
    for mark, gap in zip(_MARKS, _GAPS, strict=False):
        if mark in text:
            return sum(bool(cell) for cell in gap.split(text))
    return 1


def _is_table(run: Sequence[Line]) -> bool:
    if len(run) < ROWS or sum(line.numbered for line in run) < NUMBERED * len(run):
        return False
    counts = Counter(_cells(line.text) for line in run)
    return max(counts.values()) >= ALIKE * len(run) and not _is_calendar(run)


def _is_calendar(run: Sequence[Line]) -> bool:
    """Tell whether the rows count the days of a month."""
    numbers = [int(n) for n in re.findall(r"(?<!\S)\d{1,2}(?!\S)", " ".join(line.text for line in run))]
    return sum(b == a + 1 for a, b in itertools.pairwise(numbers)) >= DAYS


def _above(sheet: Sheet, stays: Mapping[int, bool], rows: set[int], top: int) -> list[int]:
    """Return the lines that head a table, below a line that stays or with the sentence that they stand under."""
    heads: list[int] = []
    at = top - 1
    while at >= 0 and len(heads) < HEADS and _may_stay(sheet, stays, at) and not _is_sentence(sheet.lines[at]):
        if sheet.lines[at].words > HEAD_WORDS:
            return []
        heads.append(at)
        at -= 1
    if at < 0 or stays.get(at, False) or at in rows:
        return heads
    return [at, *heads] if _may_stay(sheet, stays, at) and _is_sentence(sheet.lines[at]) else []


def _below(sheet: Sheet, stays: Mapping[int, bool], rows: set[int], bottom: int) -> list[int]:
    """Return the lines between a table and the next table or line that stays, if one of them is a sentence."""
    between: list[int] = []
    at = bottom + 1
    while at < len(sheet.lines) and len(between) <= BETWEEN and at not in rows and _may_stay(sheet, stays, at):
        between.append(at)
        at += 1
    meets = at in rows or stays.get(at, False)
    said = at in rows or any(_is_sentence(sheet.lines[i]) for i in between)
    return between if meets and said and len(between) <= BETWEEN else []


def _text_below(sheet: Sheet, stays: Mapping[int, bool], bottom: int) -> list[int]:
    """Return the sentences right below a table that the model half believes, and single lines between them.

    Where rows part them from the paragraphs above, it takes them for another story.
    """
    found: list[int] = []
    heads: list[int] = []
    for at in range(bottom + 1, len(sheet.lines)):
        if not _may_stay(sheet, stays, at) or len(heads) > 1:
            break
        if _is_sentence(sheet.lines[at]) and sheet.likely(at) >= BELIEVED:
            found += [*heads, at]
            heads = []
        else:
            heads.append(at)
    return found


def _may_stay(sheet: Sheet, stays: Mapping[int, bool], index: int) -> bool:
    """Tell whether the model drops a line that no rule claims and that shows no sign of a link."""
    open_line = not stays.get(index, True) and index not in sheet.claims
    return open_line and not _LINKS.search(sheet.lines[index].text)


def _is_sentence(line: Line) -> bool:
    return line.words >= SENTENCE_WORDS and (line.ends or line.text[-1] in ":：")
