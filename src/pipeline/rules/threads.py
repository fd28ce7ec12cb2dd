"""Find the readers' comments below an article: a heading of comments, then names, dates, texts and "reply".

One such line proves nothing. A thread is a region that begins with a heading of comments (or, without one, with the
first of three comments), stands below an article's prose and holds at least two entries, each with a time of its
own or a button to reply. In a forum the posts are the content: nothing stands above them, and nothing is claimed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from ..blocks import Line
from ..dates import RELATIVE, find_dates
from ..model import Role
from .questions import is_question_site
from .sheet import Claim, Sheet, whole_line

ABOVE_WORDS = 40
"""Words of prose above a thread that make the page an article."""
ENTRIES = 2
BARE_ENTRIES = 3
"""Entries that make a thread without a heading."""
LONG_ABOVE, SURE_ENTRIES = 80, 3
"""Words of prose above a heading of comments, and entries below it, from which the thread may be the longer part."""
# Of 4,300 words more that this takes on the labelled whole pages none is content; without a look below the thread
# it took the comments of a site that lives of them.
STAMP_WORDS = 9
NAME_WORDS = 4
ENTRY_LINES = 12
"""Lines without a time or a button that end a thread: another part of the page begins."""
COUNTED = 1
"""Headings with a number of comments on the page of one article."""
THREAD_LINES = 3000
TRIED = 8
"""Headings of comments that are tried: each may look through the rest of the page."""
BELIEVED = 0.3
CERTAIN = 0.95
LIKELY = 0.7


def claim_threads(sheet: Sheet) -> Iterator[Claim]:
    """Claim the lines of a thread of comments below the article."""
    replies = _buttons(sheet)
    headings = [i for i in sheet.ground.places.get(("comments", "whole"), ()) if i not in replies and sheet.is_open(i)]
    if (not headings and len(replies) < BARE_ENTRIES) or is_question_site(sheet):
        return
    # A list of articles counts the comments of each; the bar above one article says the number of the heading below.
    counted = len({number.group() for i in headings if (number := _NUMBER.search(sheet.folded, *_span(sheet, i)))})
    for index in headings[:TRIED] if counted <= COUNTED else ():
        marks = _marks(sheet, index + 1, replies)
        if len(marks) >= ENTRIES and _is_below_prose(sheet, index, marks[-1], len(marks)):
            yield from _region(sheet, index, marks, replies, CERTAIN)
            return
    first = min(replies, default=0)
    start = max(0, first - ENTRY_LINES)
    stamps = [i for i in range(start, first) if _is_stamp(sheet, sheet.lines[i])]
    if len(replies) < BARE_ENTRIES or not stamps:
        return
    begin = max(0, stamps[0] - 1)
    marks = _marks(sheet, begin, replies)
    if len(set(marks) & replies) >= BARE_ENTRIES and _is_below_prose(sheet, begin, marks[-1]):
        yield from _region(sheet, begin, marks, replies, LIKELY)


NAMED = re.compile(r"(?:\d{1,3}[.)] {0,2})?(?:[*_]{0,3})[^\s:：.!?;,][^:：.!?;,\n]{0,39}[:：]\**[ \t]?\S")
"""How a comment begins that has no line of its own for the name: "Ann of Leith: well said"."""
NAMED_WORDS = 5
COUNT_MOST = 60
SHARE_ABOVE = 0.6
"""Share of a page's words that stand above the comments of an article."""


def claim_named_comments(sheet: Sheet) -> Iterator[Claim]:
    """Claim comments of the form "name: text" below a heading of comments with their number."""
    places = sheet.ground.places
    headings = sorted({*places.get(("comments", "whole"), ()), *places.get(("thread", "whole"), ())})
    if not headings:
        return
    words = list(itertools.accumulate((line.words for line in sheet.lines), initial=0))
    for index in headings:
        heading = sheet.lines[index]
        number = _NUMBER.search(sheet.folded[heading.start : heading.end])
        told = sheet.claims.get(index, ())
        if number is None or any(c.role is not Role.PROMOTION for c in told):
            continue
        count = int(number.group())
        if not 1 <= count <= COUNT_MOST or words[index] < SHARE_ABOVE * words[-1]:
            continue
        entries = []
        for line in sheet.lines[index + 1 : index + 2 + 3 * count]:
            if not _is_named(line) or sheet.whole(line.index):
                break
            entries.append(line)
        if entries and len(entries) >= count / 2:
            said = f"{len(entries)} comments below a heading that counts {count}"
            if not told:
                yield whole_line(heading, Role.PROMOTION, "comment_thread", said, 0.9)
            for line in entries:
                yield whole_line(line, Role.PROMOTION, "comment_thread", said, 0.9, CERTAIN)


def _is_named(line: Line) -> bool:
    found = NAMED.match(line.text)
    return found is not None and len(found.group().split()) <= NAMED_WORDS + 2


_NUMBER = re.compile(r"\d{1,4}")


def _span(sheet: Sheet, index: int) -> tuple[int, int]:
    return sheet.lines[index].start, sheet.lines[index].end


def _marks(sheet: Sheet, start: int, replies: set[int]) -> list[int]:
    """Return the lines from `start` on that are a time or a button to reply, up to the first long stretch without."""
    marks: list[int] = []
    reached = start
    for line in sheet.lines[start : start + THREAD_LINES]:
        if line.index - reached > ENTRY_LINES or (sheet.whole(line.index) & _OTHERS and (marks or not replies)):
            break
        if line.index in replies or (_is_stamp(sheet, line) and _has_name(sheet, line)):
            # A name's line and its time's are one entry, and so are the time and the button of a short comment.
            if not marks or line.index - marks[-1] > 1:
                marks.append(line.index)
            reached = line.index
    return marks


_OTHERS = frozenset({"related", "also", "legal", "contents", "donate"})
"""Families whose line ends a thread: another box of the page begins."""


def _buttons(sheet: Sheet) -> set[int]:
    """Return the lines that are a button to reply, also one that counts: "Reply 2 Votes"."""
    places = sheet.ground.places
    near = (sheet.lines[i] for i in places.get(("reply", "within"), ()))
    counted = {x.index for x in near if x.words <= BUTTON_WORDS and x.numbered and not x.ends}
    return {*places.get(("reply", "whole"), ()), *places.get(("report", "whole"), ()), *counted}


BUTTON_WORDS = 4
_CLOCK = re.compile(r"\b\d{1,2}(?::\d{2}(?::\d{2})?(?: ?[ap]\.?m\b)?|\.\d{2} ?[ap]\.?m\b| ?[ap]m\b)")


def _is_stamp(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line is a time, with who wrote, or begins with both: "Ann at 2:31 am June 6, 2013 I agree ..."."""
    if not line.numbered:
        return False
    short = line.words <= STAMP_WORDS and not line.ends
    if short and (find_dates(line.text) or RELATIVE.search(sheet.folded, line.start, line.end)):
        return True
    clock = _CLOCK.search(sheet.folded, line.start, min(line.end, line.start + HEAD_LENGTH))
    if clock is None:
        return False
    if short and any(c.isdigit() for c in sheet.text[line.start + len(line.bullet) : clock.start()]):
        # A day without a year: "Ann Lee May 19th at 10:40 am", "Kim on Sep 21, 3:38 PM said:".
        return True
    # "Source: ... Time: 2019-09-23 14:34 Author:" is a notice on the article.
    if any(c.family in ("source", "date", "editor") for c in sheet.cues(line.index)):
        return False
    # The day stands right beside the clock, before a remark or behind a name.
    near = sheet.text[max(line.start, clock.start() - 24) : min(line.end, clock.end() + 24)]
    return bool(find_dates(near))


HEAD_LENGTH = 70
"""Characters of a line in which the time of a remark stands."""


def _has_name(sheet: Sheet, line: Line) -> bool:
    """Tell whether a name can stand before the time, in its line or the one above: headlines have more words."""
    return line.words >= 3 or (line.index > 0 and sheet.lines[line.index - 1].words <= NAME_WORDS)


def _is_below_prose(sheet: Sheet, begin: int, end: int, marks: int = 0) -> bool:
    """Tell whether an article stands above the lines from `begin` to `end`, and is no shorter than they are."""
    prose = [x for x in sheet.ground.wordy if x.ends and sheet.likely(x.index, 1.0) >= BELIEVED]
    above = sum(x.words for x in prose if x.index < begin)
    # Under a sure heading remarks may outweigh a short article; where talk goes on below them, it is the text.
    sure = above >= LONG_ABOVE and marks >= SURE_ENTRIES
    if sure and above >= sum(x.words for x in prose if x.index > end):
        return True
    return above >= ABOVE_WORDS and above >= sum(x.words for x in sheet.ground.wordy if begin <= x.index <= end)


def _region(sheet: Sheet, begin: int, marks: list[int], replies: set[int], below: float) -> Iterator[Claim]:
    last = marks[-1]
    if last not in replies:
        # The last comment has a time above its text: the text belongs to it, up to the next box or gap of the page.
        for line in sheet.lines[last + 1 : last + 1 + ENTRY_LINES // 2]:
            if sheet.whole(line.index) & _OTHERS:
                break
            last = line.index
            if line.ends:
                break
    said = f"a thread of {len(marks)} entries with times or buttons to reply, below the article"
    for line in sheet.lines[begin : last + 1]:
        if sheet.is_open(line.index):
            yield whole_line(line, Role.PROMOTION, "comment_thread", said, 0.9, below)
