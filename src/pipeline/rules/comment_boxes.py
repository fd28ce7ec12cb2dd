"""Claim the boxes that the markup calls comments, below an article.

In a forum the comments are the text, and class names do not tell it from an article. The line model does: where it
believes little in the boxes and there is prose above them, that prose is an article. Of 76 labelled pages with kept
words in such boxes (out of fold) 64 are forums; of those that do not state it and have prose above, the model's mean
probability of the boxes is .41 or more. So 19 lines go, none of them content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..blocks import Line
from ..model import Role
from .questions import is_question_site
from .remarks import claim_items
from .sheet import Claim, Sheet, whole_line

ABOVE_WORDS = 40
"""Words of likely prose outside the boxes that stand above them."""
LIKELY = 0.5
MOST, MOST_OF_ARTICLE = 0.35, 0.5
"""Mean probability of the boxes' prose up to which they go, and where the page states that it is an article."""
SAID_WORDS = 8
"""Words from which a line of a box is what somebody says, not a name or a button."""
BELIEVED = 0.7
"""Probability from which a line of a box stays."""


def claim_comment_boxes(sheet: Sheet) -> Iterator[Claim]:
    """Claim the lines of comments below an article, where the markup calls them so."""
    boxed = _boxed(sheet)
    if not boxed:
        yield from claim_items(sheet)
        return
    inside = frozenset(boxed)
    outside = [x for x in sheet.lines if x.is_prose and x.index not in inside and sheet.likely(x.index) >= LIKELY]
    above = 0
    begin = len(sheet.lines)
    for line in outside:
        above += line.words
        if above >= ABOVE_WORDS:
            begin = line.index
            break
    below = [sheet.lines[index] for index in boxed if index > begin]
    prose = [line for line in below if line.words >= SAID_WORDS]
    if not prose or _mean(sheet, prose) > _limit(below[0]):
        return
    for line in below:
        if sheet.is_open(line.index):
            yield whole_line(line, Role.PROMOTION, "comment_box", "the markup calls its box comments", 0.8, BELIEVED)


def _boxed(sheet: Sheet) -> list[int]:
    """Return the lines in boxes of comments; none on a page that says that it is a forum."""
    from ..html_features import column

    markup = [line.markup for line in sheet.lines if line.markup is not None]
    if not markup or len(markup) < len(sheet.lines) or markup[0].features.get("states_forum", 0.0) > 0:
        return []
    boxed = [line.index for line, box in zip(sheet.lines, column(markup, "comment_box"), strict=True) if box > 0]
    if boxed and (is_question_site(sheet) or any(_ANSWER.search(box.path) for box in markup)):
        # What stands below a question and its answers is part of both.
        return []
    return boxed


_ANSWER = re.compile(
    r"(?<![a-z])(?:accepted-?answer|answer-?cell|post-?cell|suggested-?answer)(?![a-z])", re.IGNORECASE
)


def _mean(sheet: Sheet, lines: Sequence[Line]) -> float:
    return sum(line.words * sheet.likely(line.index) for line in lines) / sum(line.words for line in lines)


def _limit(line: Line) -> float:
    stated = line.markup is not None and (
        line.markup.features.get("states_article", 0.0) > 0 or line.markup.features.get("states_news", 0.0) > 0
    )
    return MOST_OF_ARTICLE if stated else MOST
