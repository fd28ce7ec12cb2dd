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
from dataclasses import dataclass

from ..blocks import Line
from ..dates import RELATIVE, find_dates
from ..model import Role
from .forum import has_members
from .lexicon import fold
from .questions import is_question_site
from .sheet import Claim, Sheet, whole_line

ENTRIES = 3
"""Remarks that make a thread."""
STAMP_WORDS, STAMP_LENGTH = 12, 90
ENTRY_LINES = 60
"""Lines from one stamp to the next, at most: remarks may be long."""
LONG_LINES = 16
"""Lines between two stamps from which half must be sentences: a list of goods has remarks on each between its data."""
SAID_WORDS = 3
ABOVE_WORDS, ABOVE_BUTTONS = 60, 100
"""Words of likely prose above the first remark, and where buttons alone are the second sign."""
BELIEVED = 0.25
WITH_BUTTON = 0.6
"""Part of the remarks that have a button to reply."""
HEADING_LINES = 30
"""Lines above the first remark in which a heading of comments stands; the form to write one may lie between."""
COUNT_SHARE = 0.15
"""Part of the stated number by which the remarks may differ from it."""
INVITED = 0.25
"""Part of the remarks that may hold a heading of comments themselves."""
NEAR, FORM_WORDS = 4, 80
"""Lines below a heading in which a thread begins with it; words of prose about commenting that may lie between."""
COUNTS = 3
"""Different numbers of comments or readers that a page of one article states at most: a list of stories states many."""
MANY = 10
"""Remarks from which the stated number may differ: some are hidden, and answers to the post are counted apart."""
MOST_TIMES = 15
"""Times that a thread may be longer than the post: longer ones are what the page is for."""
NAME_WORDS, TEXT_WORDS = 6, 8
CERTAIN, LIKELY = 0.99, 0.8
TRIED = 40
"""Runs of stamps that are looked at, and headings: each may look through the rest of the page."""


@dataclass(frozen=True, slots=True)
class _Thread:
    """Stamps of remarks, the line that the thread begins with, what shows that they are comments, and how surely."""

    heads: Sequence[Line]
    begin: int
    sign: str
    below: float
    under: int
    """The line that the post stands above."""
    signed: bool = False
    """Whether the stamps stand below the texts."""


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
        thread = _thread(sheet, run, buttons)
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
        line.numbered and _QUOTED.search(line.text) for line in sheet.lines[begin:] if line.words <= QUOTING_WORDS
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


def _thread(sheet: Sheet, run: Sequence[Line], buttons: set[int]) -> _Thread | None:
    """Return the thread that a run of stamps makes with a second sign, or None."""
    places = sheet.ground.places
    stretches = [range(a.index, b.index) for a, b in itertools.pairwise(run)]
    with_button = [any(i in buttons for i in stretch) for stretch in stretches]
    known = {*places.get(("comments", "whole"), ())} - buttons
    if sum(with_button) >= WITH_BUTTON * len(with_button):
        # "Replies", "Отзывы": reviews of goods have no button to reply.
        known |= {*places.get(("thread", "whole"), ())} - buttons
    high = run[-1].index
    quoting = _quoting(sheet, run[0].index)
    headings = sorted(known if quoting is None else {*known, quoting})
    if sum(run[0].index < i < high for i in headings) > max(1, INVITED * len(run)):
        # A blog's list of posts invites to comment on each.
        return None
    # Of several headings the last one above enough remarks: the bar above the article counts them, too.
    for index in reversed([i for i in headings if run[0].index - HEADING_LINES <= i < high][-TRIED:]):
        below = [head for head in run if head.index > index]
        if len(below) >= max(ENTRIES, len(run) - 1) and _is_heading_of(sheet, index, below[0].index):
            begin = index if below[0].index - index <= NEAR else _first(sheet, below)
            signed = any(x.words >= TEXT_WORDS and x.ends for x in sheet.lines[index + 1 : below[0].index])
            return _Thread(below, begin, "below a heading of comments", CERTAIN, index, signed)
    # The post's own date may be of the same shape; no button to reply stands before the first remark.
    rest = run if with_button[0] else run[1:]
    answered = sum(with_button) >= max(ENTRIES - 1, WITH_BUTTON * (len(rest) - 1))
    counters = {*headings, *places.get(("counter", "whole"), ())}
    counts = [int(n.group()[:5]) for i in counters if i < high and (n := _DIGITS.search(sheet.lines[i].text))]
    begin = _first(sheet, rest)
    if _is_answered_above(sheet, begin, buttons):
        # A board has the buttons below its first post, too.
        return None
    told = len(set(counts)) <= COUNTS and any(_agrees(count, len(rest)) for count in counts)
    if told and (answered or _is_named(sheet, rest)):
        return _Thread(rest, begin, "as many as the page counts comments", CERTAIN, begin)
    if answered and len(rest) >= ENTRIES and not _is_numbered(sheet, rest):
        return _Thread(rest, begin, BUTTONS, LIKELY, begin)
    return None


BUTTONS = "with buttons to reply"


def _is_heading_of(sheet: Sheet, index: int, first: int) -> bool:
    """Tell whether no other box and little prose stand between a heading and the first remark."""
    between = sheet.lines[index + 1 : first]
    if len(between) >= NEAR and "thread" in sheet.whole(index) and "comments" not in sheet.whole(index):
        # "Replies 154" stands on a board's list of numbers, too.
        return False
    prose = sum(x.words for x in between if x.is_prose and sheet.likely(x.index) >= BELIEVED)
    return prose <= FORM_WORDS and not any(sheet.whole(x.index) & _STORIES for x in between)


def _quoting(sheet: Sheet, first: int) -> int | None:
    """Return the line near the first remark that counts and quotes a line above it: "4 thoughts on “Ferry sold”"."""
    for line in reversed(sheet.lines[max(0, first - NEAR) : first + 1]):
        quoted = _QUOTED.search(line.text) if line.numbered and line.words <= QUOTING_WORDS else None
        if quoted is None or not _DIGITS.search(line.text[: quoted.start()] + line.text[quoted.end() :]):
            continue
        said = fold(quoted.group(1)).strip()
        rest = len(line.text) - len(quoted.group())
        if rest <= REST_LENGTH and any(sheet.said(i).strip() == said for i in range(line.index)):
            return line.index
    return None


_QUOTED = re.compile(r"[“\"«„「《‘]\s?([^“”\"«»„「」《》]{3,200})\s?[”\"»“」》’]")
QUOTING_WORDS, REST_LENGTH = 30, 40


_STORIES = frozenset({"related", "also"})


def _agrees(count: int, entries: int) -> bool:
    return count >= ENTRIES and abs(entries - count) <= (COUNT_SHARE * count if count >= MANY else 0)


def _is_numbered(sheet: Sheet, run: Sequence[Line]) -> bool:
    """Tell whether the stamps carry the numbers of posts ("#1"), as a forum's do."""
    near = (sheet.lines[i].text for x in run for i in range(x.index, min(x.index + 2, len(sheet.lines))))
    return sum(_POST.search(text) is not None for text in near) >= ENTRIES


_POST = re.compile(r"#\d{1,4}(?!\d)")


def _is_answered_above(sheet: Sheet, begin: int, buttons: set[int]) -> bool:
    """Tell whether a button to reply stands between the first prose and the first remark."""
    prose = next((x.index for x in sheet.ground.wordy if x.ends), begin)
    return any(prose < index < begin and not _is_form(sheet, index - 1) for index in buttons)


def _is_form(sheet: Sheet, index: int) -> bool:
    """Tell whether a line speaks of commenting, and so a button below it is the form's."""
    return any(cue.family == "comments" for cue in sheet.cues(index))


def _is_named(sheet: Sheet, run: Sequence[Line]) -> bool:
    """Tell whether a name stands above every stamp, or in front of the time."""
    above = [sheet.lines[x.index - 1] for x in run if x.index]
    return len(above) == len(run) and all(_is_name(sheet, x) for x in above)


def _is_name(sheet: Sheet, line: Line) -> bool:
    return line.words <= NAME_WORDS and not line.ends and not sheet.whole(line.index)


def _first(sheet: Sheet, run: Sequence[Line]) -> int:
    return run[0].index - 1 if _is_named(sheet, run) else run[0].index


def _is_below_post(sheet: Sheet, thread: _Thread, last: int) -> bool:
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
