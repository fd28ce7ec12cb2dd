"""Claim the boxes that the markup calls comments, below an article.

In a forum the comments are the text, and the name of the box alone does not tell it from an article. Two kinds of
evidence do. The structure: the page states that it is an article or has a post of its own element, prose stands in
that element and not in elements of the comments' shape, no element around either is called a forum's, and the box
holds times or buttons to reply. Or the line model, where it believes little in the boxes: of 76 labelled pages with
kept words in such boxes (out of fold) 64 are forums; of those that do not state it and have prose above, the model's
mean probability of the boxes is .41 or more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..blocks import Line
from ..dates import RELATIVE, find_dates
from ..model import Role
from .questions import is_question_site
from .remarks import claim_items
from .sheet import FIRM, Claim, Sheet, whole_line

ABOVE_WORDS = 40
"""Words of likely prose outside the boxes that stand above them."""
LIKELY = 0.5
POSSIBLE = 0.25
"""Probability from which prose in a post's own element is its text: a long thread takes the model's belief away."""
MOST, MOST_OF_ARTICLE = 0.35, 0.5
"""Mean probability of the boxes' prose up to which they go, and where the page states that it is an article."""
SAID_WORDS = 8
"""Words from which a line of a box is what somebody says, not a name or a button."""
BELIEVED = 0.7
"""Probability from which a line of a box stays, where the model's doubt is the evidence."""
NAMED = 2
"""Value of a line in an element that is called a post's or an article's text."""
STAMP_WORDS = 12
SHARED = 0.2
"""Most of a post's words that may stand in elements of the shape of the comments' own."""


def claim_comment_boxes(sheet: Sheet) -> Iterator[Claim]:
    """Claim the lines of comments below an article, where the markup calls them so."""
    boxed = _boxed(sheet)
    if not boxed:
        yield from claim_items(sheet)
        return
    if (thread := _below_post(sheet, boxed)) is not None:
        said = "the markup calls its box comments, below a post in an element of its own"
        yield from _claims(sheet, thread, said, 0.9, FIRM)
        return
    inside = frozenset(boxed)
    outside = [x for x in sheet.lines if x.is_prose and x.index not in inside and sheet.likely(x.index) >= LIKELY]
    below = _below(sheet, boxed, outside)
    prose = [line for line in below if line.words >= SAID_WORDS]
    if prose and _mean(sheet, prose) <= (MOST_OF_ARTICLE if _states_article(sheet) else MOST):
        yield from _claims(sheet, below, "the markup calls its box comments", 0.8, BELIEVED)


def _claims(sheet: Sheet, lines: Sequence[Line], said: str, sure: float, below: float) -> Iterator[Claim]:
    for line in lines:
        if sheet.is_open(line.index):
            yield whole_line(line, Role.PROMOTION, "comment_box", said, sure, below)


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


def _below(sheet: Sheet, boxed: Sequence[int], outside: Sequence[Line]) -> list[Line]:
    """Return the lines of boxes that stand below enough words of `outside`."""
    above = 0
    for line in outside:
        above += line.words
        if above >= ABOVE_WORDS:
            return [sheet.lines[index] for index in boxed if index > line.index]
    return []


def _below_post(sheet: Sheet, boxed: Sequence[int]) -> list[Line] | None:
    """Return the lines of the boxes below a post, or None where the markup does not show one, or a forum."""
    from ..html_features import column

    markup = [line.markup for line in sheet.lines if line.markup is not None]
    in_post, forum = column(markup, "post_box"), column(markup, "forum_named")
    # An <article> alone may be the first post of a board.
    blog = max(in_post) == NAMED or _states_article(sheet) or markup[0].features.get("blog_talk", 0.0) > 0
    if _states(sheet, "product") or not blog:
        return None
    inside = frozenset(boxed)
    least = POSSIBLE if any(in_post) or markup[0].features.get("blog_talk", 0.0) > 0 else LIKELY
    post = [
        x
        for x in sheet.lines
        if x.is_prose
        and x.index not in inside
        and (in_post[x.index] or not any(in_post))
        and sheet.likely(x.index) >= least
    ]
    below = _below(sheet, boxed, post)
    said = [x for x in below if x.words >= SAID_WORDS]
    if not said or any(forum[x.index] > 0 for x in (*said, *post)) or not any(_is_reply(sheet, x) for x in below):
        return None
    shapes = {_path(x) for x in said if x.ends}
    shared = sum(x.words for x in post if _path(x) in shapes)
    return below if shared <= SHARED * sum(x.words for x in post) else None


def _is_reply(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line says when somebody wrote, or is a button to answer."""
    if line.words > STAMP_WORDS or line.ends:
        return False
    if "reply" in sheet.whole(line.index):
        return True
    return line.numbered and bool(RELATIVE.search(sheet.folded, line.start, line.end) or find_dates(line.text))


def _path(line: Line) -> str:
    return line.markup.path if line.markup is not None else ""


def _mean(sheet: Sheet, lines: Sequence[Line]) -> float:
    return sum(line.words * sheet.likely(line.index) for line in lines) / sum(line.words for line in lines)


def _states_article(sheet: Sheet) -> bool:
    return _states(sheet, "article") or _states(sheet, "news")


def _states(sheet: Sheet, kind: str) -> bool:
    markup = sheet.lines[0].markup
    return markup is not None and markup.features.get(f"states_{kind}", 0.0) > 0
