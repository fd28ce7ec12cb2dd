"""Tell a thread of comments by a second sign beside the stamps of one shape that its remarks have.

A heading of comments stands above the first remark, the page counts as many comments as there are, or most remarks
have a button to reply. A forum's first post has such a button, too, and its posts have numbers: no thread.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..blocks import Line
from .lexicon import fold
from .sheet import Sheet

ENTRIES = 3
"""Remarks that make a thread."""
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
NAME_WORDS, TEXT_WORDS = 6, 8
CERTAIN, LIKELY = 0.99, 0.8
TRIED = 40
"""Runs of stamps that are looked at, and headings: each may look through the rest of the page."""

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Thread:
    """Stamps of remarks, the line that the thread begins with, what shows that they are comments, and how surely."""

    heads: Sequence[Line]
    begin: int
    sign: str
    below: float
    under: int
    """The line that the post stands above."""
    signed: bool = False
    """Whether the stamps stand below the texts."""


def find_thread(sheet: Sheet, run: Sequence[Line], buttons: set[int]) -> Thread | None:
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
            return Thread(below, begin, "below a heading of comments", CERTAIN, index, signed)
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
        return Thread(rest, begin, "as many as the page counts comments", CERTAIN, begin)
    if answered and len(rest) >= ENTRIES and not _is_numbered(sheet, rest):
        return Thread(rest, begin, BUTTONS, LIKELY, begin)
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
        quoted = QUOTED.search(line.text) if line.numbered and line.words <= QUOTING_WORDS else None
        if quoted is None or not _DIGITS.search(line.text[: quoted.start()] + line.text[quoted.end() :]):
            continue
        said = fold(quoted.group(1)).strip()
        rest = len(line.text) - len(quoted.group())
        if rest <= REST_LENGTH and any(sheet.said(i).strip() == said for i in range(line.index)):
            return line.index
    return None


QUOTED = re.compile(r"[“\"«„「《‘]\s?([^“”\"«»„「」《》]{3,200})\s?[”\"»“」》’]")
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
