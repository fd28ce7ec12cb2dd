"""Claim readers' remarks below an article by the shape of their markup alone, whatever its classes are called.

Remarks are siblings of one shape, each with a line of who and when, a text and a button that all of them have
("Reply"). Below a short article they outweigh it, so that neither the line model nor the words above and below tell
which of the two the page is for; but prose above them that stands in other elements than theirs is the article, where
the page states that it is one or a heading of comments stands between. Without either, a forum whose first post is set
in another shape looks the same, and nothing is claimed.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ..blocks import Line
from ..dates import RELATIVE, find_dates
from ..model import Role
from .questions import is_question_site
from .sheet import FIRM, Claim, Sheet, whole_line

ITEMS = 3
"""Remarks that make a thread."""
STAMP_WORDS, NAME_WORDS, BUTTON_WORDS = 10, 4, 3
ITEM_LINES = 12
"""Lines from one remark's head to the next, at most."""
SAID_WORDS = 4
ABOVE_WORDS = 20
"""Words of likely prose that stand above the first remark."""
HEADING_LINES = 3
"""Lines above the first remark in which a heading of comments stands."""
LIKELY, BELIEVED = 0.5, FIRM
WITH_BUTTON = 0.6
"""Part of the remarks that have the same button."""


def claim_items(sheet: Sheet) -> Iterator[Claim]:
    """Claim the lines of repeated siblings with a name, a time, a text and one button, below an article."""
    if len(sheet.lines) < 3 * ITEMS or any(line.markup is None for line in sheet.lines):
        return
    heads = _run(sheet, [line for line in sheet.lines if _is_head(sheet, line)])
    if len(heads) < ITEMS or _states(sheet, "forum"):
        return
    begin = heads[0].index - _has_name_above(sheet, heads)
    # A button to reply is of the same family; it may be that of a forum's first post.
    told = [sheet.whole(index) for index in range(max(0, begin - HEADING_LINES), begin)]
    headed = any("comments" in families and "reply" not in families for families in told)
    if not headed and not _states(sheet, "article") and not _states(sheet, "news"):
        return
    items = [sheet.lines[a.index + 1 : b.index] for a, b in itertools.pairwise(heads)]
    inside = {_path(line) for item in (*items, sheet.lines[begin : heads[0].index]) for line in item}
    said = {_path(line) for item in items for line in item if line.words >= SAID_WORDS and line.ends}
    end = heads[-1].index + 1
    while end < len(sheet.lines) and end - heads[-1].index <= ITEM_LINES and _path(sheet.lines[end]) in inside:
        end += 1
    above = [x for x in sheet.lines[:begin] if x.is_prose and sheet.likely(x.index) >= LIKELY]
    if not said or any(_path(x) in said for x in above) or sum(x.words for x in above) < ABOVE_WORDS:
        return
    if not _has_button([*items, sheet.lines[heads[-1].index + 1 : end]]) or is_question_site(sheet):
        return
    why = f"{len(heads)} siblings with a name, a time, a text and the same button, below the article"
    for line in sheet.lines[begin:end]:
        if sheet.is_open(line.index):
            yield whole_line(line, Role.PROMOTION, "comment_items", why, 0.8, BELIEVED)


def _path(line: Line) -> str:
    return line.markup.path if line.markup is not None else ""


def _is_head(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line says when somebody wrote, and holds little else."""
    if not line.numbered or line.words > STAMP_WORDS or line.ends or line.bullet:
        return False
    return bool(find_dates(line.text)) or RELATIVE.search(sheet.folded, line.start, line.end) is not None


def _run(sheet: Sheet, heads: Sequence[Line]) -> list[Line]:
    """Return the longest run of heads of one path, each with a text between it and the next."""
    best: list[Line] = []
    for path in [path for path, count in Counter(map(_path, heads)).items() if count >= ITEMS]:
        run: list[Line] = []
        for head in (x for x in heads if _path(x) == path):
            if run and not _is_item(sheet, run[-1].index, head.index):
                run = []
            run.append(head)
            best = [*run] if len(run) > len(best) else best
    return best


def _is_item(sheet: Sheet, head: int, following: int) -> bool:
    between = sheet.lines[head + 1 : following]
    return 0 < len(between) <= ITEM_LINES and any(x.words >= SAID_WORDS for x in between)


def _has_name_above(sheet: Sheet, heads: Sequence[Line]) -> int:
    """Return 1 where the line above every head is a name in one shape, or 0."""
    above = [sheet.lines[x.index - 1] for x in heads if x.index]
    named = len({_path(x) for x in above}) == 1 and all(x.words <= NAME_WORDS and not x.ends for x in above)
    return 1 if named and len(above) == len(heads) else 0


def _has_button(items: Sequence[Sequence[Line]]) -> bool:
    """Tell whether most of the remarks hold the same short line."""
    shown = Counter(text for item in items for text in {_LETTERS.sub("", x.text) for x in item if _is_button(x)})
    return any(count >= WITH_BUTTON * len(items) and text for text, count in shown.items())


def _is_button(line: Line) -> bool:
    return line.words <= BUTTON_WORDS and not line.ends and len(line.text) <= BUTTON_LENGTH


_LETTERS = re.compile(r"[\W\d_]+")
BUTTON_LENGTH = 24


def _states(sheet: Sheet, kind: str) -> bool:
    markup = sheet.lines[0].markup
    return markup is not None and markup.features.get(f"states_{kind}", 0.0) > 0
