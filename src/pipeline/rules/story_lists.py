"""Find lists of other stories by their shape alone: ranks, dates behind headlines, a heading that names where they are.

`teasers.py` asks for a heading of the word lists above such a list. Here stand the forms that need none: headlines
that count up without a mark behind the number ("1Storm hits coast", "2Rents rise again"), headlines that each end with
their date, and "More from the Gazette:" or "Auch auf heise online:" over items that are no sentences. In the midst of
the text only the last is claimed, and where the line model is not sure of its items. Below sure prose also headlines in
turn with sentences that "..." cuts off: beside a short article twenty of them look like what the page is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..blocks import Line
from ..dates import find_dates
from ..model import Role
from .sheet import Claim, Sheet, whole_line

RANKS, DATED, ITEMS = 4, 3, 2
"""Lines that make a list of ranks, of headlines with dates, and of items below a heading that names their place."""
ITEM_WORDS, HEADING_WORDS, LIST = 25, 7, 12
LEVEL = 0.75
"""Probability of being content from which an item is left to the model."""
_RANK = re.compile(r"([1-9]\d?)(?=[^\W\d_]|[\[【「“\"])")
_TAIL = 14
"""Characters of a date at a line's end."""


def claim_story_lists(sheet: Sheet) -> Iterator[Claim]:
    """Claim lists of other stories below the text, and lists under the name of the place that they are from."""
    below = [x for x in sheet.lines[sheet.last_prose + 1 :] if x.numbered and sheet.is_open(x.index) and not x.is_prose]
    for rule, said, run in [*_ranked(below), *_dated(below)]:
        for line in run:
            yield whole_line(line, Role.PROMOTION, rule, said, 0.9, LEVEL)
    for heading in sheet.open_with(("more_from", "opens")):
        items = _items(sheet, heading)
        if len(items) >= ITEMS:
            said = "a heading that says where other stories are, and a list of them"
            yield whole_line(heading, Role.PROMOTION, "related", said, 0.9, LEVEL)
            for line in items:
                yield whole_line(line, Role.PROMOTION, "teaser", said, 0.9, LEVEL)


def claim_cut_teasers(sheet: Sheet) -> Iterator[Claim]:
    """Claim runs of headlines, each with a sentence that is cut off, below prose that the model is sure of.

    Of pages without markup alone: where there is one the model knows what is a link, and judged such lists better.
    """
    if not sheet.lines or sheet.lines[0].markup is not None:
        return
    cut = [x for x in sheet.lines if x.words >= CUT_WORDS and x.text.rstrip(_AFTER_CUT).endswith(_CUT)]
    if len(cut) < CUTS:
        return
    prose = [x.index for x in sheet.lines if x.is_prose and sheet.likely(x.index) >= SURE and x not in cut]
    if len(prose) < SURE_LINES:
        return
    # Lists that the text goes on below (courses in a table of an article) are its own.
    run: list[Line] = []
    for line in [x for x in cut if x.index > prose[-1]]:
        if run and not _in_turn(sheet.lines[run[-1].index + 1 : line.index]):
            yield from _claim_run(sheet, run)
            run = []
        run.append(line)
    yield from _claim_run(sheet, run)


def _in_turn(between: Sequence[Line]) -> bool:
    """Tell whether only a headline and short lines stand between two sentences that are cut off."""
    return len(between) <= BETWEEN and all(x.words <= HEADLINE and not x.is_prose for x in between)


def _claim_run(sheet: Sheet, run: Sequence[Line]) -> Iterator[Claim]:
    if len(run) < CUTS:
        return
    first = run[0].index - _in_turn(sheet.lines[run[0].index - 1 : run[0].index])
    for line in sheet.lines[first : run[-1].index + 1]:
        if sheet.is_open(line.index):
            said = f"{len(run)} sentences that are cut off, with their headlines, below the text"
            yield whole_line(line, Role.PROMOTION, "teaser", said, 0.9, SURE)


CUTS, CUT_WORDS = 3, 5
"""Sentences that are cut off that make a list, and words of one."""
BETWEEN, HEADLINE = 4, 16
"""Lines between two of them, and words of one."""
SURE, SURE_LINES = 0.6, 2
"""Probability, and number, of the lines of prose above such a list; from it on one of the list's lines stays."""
_CUT = ("...", "…", "[...", "[…", "(...", "(…", "。。。")
_AFTER_CUT = " ])›»>→"


def _ranked(lines: list[Line]) -> Iterator[tuple[str, str, list[Line]]]:
    """Yield runs of lines that begin with a number glued to a headline, counting up by one."""
    run: list[Line] = []
    last = 0
    for line in lines:
        rank = _RANK.match(line.text, len(line.bullet))
        number = int(rank.group(1)) if rank and not line.ends else 0
        if number and number == last + 1 and (not run or line.index - run[-1].index <= 2):
            run.append(line)
        else:
            if len(run) >= RANKS:
                yield "teaser", f"{len(run)} headlines that count up", run
            run = [line] if number else []
        last = number
    if len(run) >= RANKS:
        yield "teaser", f"{len(run)} headlines that count up", run


def _dated(lines: list[Line]) -> Iterator[tuple[str, str, list[Line]]]:
    """Yield runs of lines that each end with a date behind a headline."""
    run: list[Line] = []
    for line in [x for x in lines if _ends_with_date(x)]:
        if run and line.index != run[-1].index + 1:
            if len(run) >= DATED:
                yield "teaser", f"{len(run)} headlines with a date at their ends", run
            run = []
        run.append(line)
    if len(run) >= DATED:
        yield "teaser", f"{len(run)} headlines with a date at their ends", run


def _ends_with_date(line: Line) -> bool:
    tail = line.text[-_TAIL:].rstrip(" )]）")
    if line.words < 4 or not tail[-1:].isdigit():
        return False
    found = find_dates(tail)
    return bool(found) and found[-1].end == len(tail) and len(line.text) - _TAIL >= 6


def _items(sheet: Sheet, heading: Line) -> list[Line]:
    """Return the items right below a heading that names a place, if they are no sentences."""
    cue = sheet.opening(heading.index, "more_from")
    if cue is None or heading.words > HEADING_WORDS or heading.ends or heading.bullet:
        return []
    # "More from his agenda segment:" goes on with a small letter: a place has a name.
    name = sheet.text[cue.end : heading.end].strip(" :：*_")
    if not name or not (name[0].isupper() or name[0].isdigit() or heading.text[-1] in ":："):
        return []
    found: list[Line] = []
    for line in sheet.lines[heading.index + 1 : heading.index + 1 + LIST]:
        fit = (
            line.bullet
            and not line.bullet[0].isdigit()
            and line.words <= ITEM_WORDS
            and not (line.ends and line.text[-1] in ".。:：")
        )
        if not fit or not sheet.is_open(line.index):
            break
        found.append(line)
    return found
