"""Claim a thread of comments by the shape that repeats in it, in any language.

Each remark has a line that says when, written by the same program and so of one shape ("12. Juni 2019 um 9:30 Uhr",
"(22 juin 2018 @11h13)"), and a text. Three of one shape make a thread where a second sign agrees: a heading of
comments above the first, a count of comments anywhere above that they reach, or a button to reply in most of them.
Diaries, minutes, live blogs and lists of stories have the stamps and none of these. In a forum the first post has the
shape of the others: nothing stands above it, and nothing is claimed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from ..blocks import Line
from ..dates import RELATIVE, find_dates
from ..model import Role
from .forum import has_members
from .questions import is_question_site
from .sheet import Claim, Sheet, whole_line
from .thread_signs import BELIEVED, BUTTONS, ENTRIES, QUOTED, QUOTING_WORDS, TEXT_WORDS, TRIED, Thread, find_thread

STAMP_WORDS, STAMP_LENGTH = 12, 90
ENTRY_LINES = 60
"""Lines from one stamp to the next, at most: remarks may be long."""
LONG_LINES = 16
"""Lines between two stamps from which half must be sentences: a list of goods has remarks on each between its data."""
SAID_WORDS = 3
ABOVE_WORDS, ABOVE_BUTTONS = 60, 100
"""Words of likely prose above the first remark, and where buttons alone are the second sign."""
MOST_TIMES = 15
"""Times that a thread may be longer than the post: longer ones are what the page is for."""


def claim_entries(sheet: Sheet) -> Iterator[Claim]:
    """Claim the lines of a thread whose remarks have stamps of one shape."""
    begin = _post_end(sheet)
    if not _may_talk(sheet, begin):
        return
    shapes: dict[str, list[Line]] = {}
    for line in sheet.lines[begin:]:
        if shape := _stamp(sheet, line):
            shapes.setdefault(shape, []).append(line)
    end = max((heads[-1].index for heads in shapes.values()), default=0)
    found = [heads for heads in shapes.values() if len(heads) >= ENTRIES]
    buttons = _buttons(sheet)
    runs = (run for heads in sorted(found, key=len, reverse=True)[:TRIED] for run in _runs(sheet, heads))
    for run in itertools.islice(runs, TRIED):
        thread = find_thread(sheet, run, buttons)
        if thread is None:
            continue
        last = thread.heads[-1].index if thread.signed else _last(sheet, thread.heads, buttons)
        if not _is_below_post(sheet, thread, max(last, end)):
            continue
        if has_members(sheet) or is_question_site(sheet):
            return
        said = f"a thread of {len(thread.heads)} remarks with stamps of one shape, {thread.sign}"
        for line in sheet.lines[thread.begin : last + 1]:
            if sheet.is_open(line.index):
                yield whole_line(line, Role.PROMOTION, "comment_thread", said, 0.85, thread.below)


def _post_end(sheet: Sheet) -> int:
    """Return the line below which remarks may stand: enough prose is above it."""
    above = 0
    for line in sheet.ground.wordy:
        above += line.words if line.ends and sheet.likely(line.index, 1.0) >= BELIEVED else 0
        if above >= ABOVE_WORDS:
            return line.index + 1
    return len(sheet.lines)


def _may_talk(sheet: Sheet, begin: int) -> bool:
    """Tell whether any second sign of a thread stands on the page: most pages need no look at their dates."""
    places = sheet.ground.places
    families = ("comments", "thread", "reply", "report", "counter")
    if any(places.get((family, "whole")) for family in families):
        return True
    return any(
        line.numbered and QUOTED.search(line.text) for line in sheet.lines[begin:] if line.words <= QUOTING_WORDS
    )


def _stamp(sheet: Sheet, line: Line) -> str:
    """Return the shape of a line that says when somebody wrote, and little else; "" for another."""
    if not line.numbered or line.words > STAMP_WORDS or len(line.text) > STAMP_LENGTH:
        return ""
    if (line.ends and line.text[-1] not in ").…") or (line.text[0] in "—–" and "(@" in line.text):
        # A sentence, or the end of an embedded post: "— Ann Lee (@annlee) April 21, 2023".
        return ""
    dates = find_dates(line.text)
    if dates:
        return shape_of(line.text, dates[0].start)
    ago = RELATIVE.search(sheet.folded, line.start, line.end)
    return shape_of(line.text, ago.start() - line.start) if ago else ""


def shape_of(text: str, start: int = 0) -> str:
    """Return how a stamp is written that begins at `start`: numbers as 0, words as one letter, a name before as one.

    >>> shape_of("12. Juni 2019 um 9:30 Uhr"), shape_of("G. Lee, 2019-05-03 12:30", 8)
    ('0. a 0 a 0:0 a', 'a, 0-0-0 0:0')
    """
    before = text[:start].strip("•*–- ")
    shape = _WORDS.sub("a", _LETTERS.sub("a", _DIGITS.sub("0", text[start:])))
    return f"a{before[-1] if not before[-1].isalnum() else ''} {shape}" if before else shape


_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"a(?:[ '’.\-\u00a0]a)+")


def _runs(sheet: Sheet, heads: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the runs of stamps of one shape that have a text between each and the next."""
    run = [heads[0]]
    for head in heads[1:]:
        between = sheet.lines[run[-1].index + 1 : head.index]
        long = len(between) > LONG_LINES and sum(x.words >= TEXT_WORDS for x in between) < len(between) / 2
        if long or len(between) > ENTRY_LINES:
            if len(run) >= ENTRIES:
                yield run
            run = [head]
        elif any(x.words >= SAID_WORDS for x in between):
            run.append(head)
    if len(run) >= ENTRIES:
        yield run


def _buttons(sheet: Sheet) -> set[int]:
    places = sheet.ground.places
    return {*places.get(("reply", "whole"), ()), *places.get(("report", "whole"), ())}


def _is_below_post(sheet: Sheet, thread: Thread, last: int) -> bool:
    """Tell whether a post stands above the thread, and the thread is not what the page is for."""
    post = (x for x in sheet.ground.wordy if x.index < thread.under and x.ends)
    above = sum(x.words for x in post if sheet.likely(x.index, 1.0) >= BELIEVED)
    within = sum(x.words for x in sheet.ground.wordy if thread.begin <= x.index <= last)
    if thread.sign == BUTTONS:
        return above >= max(ABOVE_BUTTONS, within)
    return above >= max(ABOVE_WORDS, within / MOST_TIMES)


def _last(sheet: Sheet, run: Sequence[Line], buttons: set[int]) -> int:
    """Return the last line of the last remark: its button, or as many lines as most remarks have."""
    sizes = sorted(b.index - a.index for a, b in itertools.pairwise(run))
    usual = sizes[len(sizes) // 2]
    begin = run[-1].index
    last = begin
    for line in sheet.lines[begin + 1 : begin + 1 + max(2 * usual, 4)]:
        if line.index in buttons:
            return line.index
        if sheet.whole(line.index) & _OTHERS or line.index - begin >= max(usual, 2):
            break
        last = line.index
    return last


_OTHERS = frozenset({"related", "also", "legal", "contents", "donate", "comments", "newsletter", "follow"})
"""Families whose line ends a thread: another box of the page, or the form to write a comment, begins."""
