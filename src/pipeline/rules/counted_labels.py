"""Claim lists of labels with the number of their entries: "Politics (123)", "March 2014 (12)", "Müller (3)".

A blog writes such a list of its categories, labels or months beside every post, and a short post is outweighed by it.
A text has lists with numbers in brackets, too: years of films, ages, goals, sections of a manual. So the lines follow
each other, the numbers are no years, do not count up and do not only fall, a space parts them from their label, and the
list lies outside of the prose or the line model does not believe in it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from ..blocks import Line
from ..model import Role
from .sheet import FIRM, MILD, SOFT, Claim, Sheet, whole_line

LABELS, MANY = 5, 8
"""Lines that make a list, and those that make one of which the model need not be unsure."""
LABEL_WORDS = 6
_COUNTED = re.compile(r"(?P<space>[\s\u00a0])?[(（\[]\s?(?P<count>\d{1,3}(?:[.,\s\u00a0]?\d{3})*)\s?[)）\]]$")
_LETTER = re.compile(r"[^\W_]")
_YEARS = range(1800, 2101)
_OLDEST = 110


def claim_counted_labels(sheet: Sheet) -> Iterator[Claim]:
    """Claim runs of labels with the number of their entries in brackets."""
    run: list[tuple[Line, str, int]] = []
    for line in sheet.open_ending(_CLOSING):
        found = _COUNTED.search(line.text) if line.numbered and line.words <= LABEL_WORDS else None
        label = line.text[len(line.bullet) : found.start()].strip() if found else ""
        fits = found is not None and _LETTER.search(label) is not None and (found["space"] or label[-1] >= "\u3040")
        if run and (not fits or line.index != run[-1][0].index + 1):
            yield from _claim_list(sheet, run)
            run = []
        if fits and found is not None:
            run.append((line, label.casefold(), int(re.sub(r"\D", "", found["count"]))))
    yield from _claim_list(sheet, run)


_CLOSING = re.compile(r"[)）\]]")


def _claim_list(sheet: Sheet, run: Sequence[tuple[Line, str, int]]) -> Iterator[Claim]:
    if len(run) < LABELS or not _counts_entries([count for *_, count in run]):
        return
    lines = [line for line, *_ in run]
    doubtful = any(sheet.is_inside(x.index) for x in lines) or _may_be_ages([count for *_, count in run])
    below = MILD if doubtful else FIRM if len(run) >= MANY else SOFT
    for line in lines:
        said = f"{len(run)} labels with the number of their entries"
        yield whole_line(line, Role.NAVIGATION, "counted_labels", said, 0.9, below)


def _counts_entries(counts: Sequence[int]) -> bool:
    """Tell whether numbers may count entries: no years, not in order of size, not all the same."""
    years = sum(count in _YEARS for count in counts)
    rising = sum(b > a for a, b in itertools.pairwise(counts))
    falling = sum(b <= a for a, b in itertools.pairwise(counts))
    return 2 * years < len(counts) and 0 < rising < len(counts) - 1 and falling > 0


def _may_be_ages(counts: Sequence[int]) -> bool:
    """Tell whether numbers may be the ages of people: all between ten and a hundred."""
    return all(10 <= count <= _OLDEST for count in counts)
