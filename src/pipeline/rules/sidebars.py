"""Claim the columns and boxes beside an article that has an element of its own.

A widget may hold whole paragraphs (a programme, "about us"), and the line model takes them for the text. The markup
says otherwise: `<aside>`, a box called a sidebar or a widget, that neither lies in the article's or post's element nor
holds it. Where no element is the article's, or the box stands in it (facts beside a paragraph), nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..blocks import Line
from ..model import Role
from .sheet import FIRM, Claim, Sheet, whole_line

POST_WORDS = 40
"""Words of likely prose in elements of articles or posts."""
LIKELY = 0.3
HEAD_LINES = 12
"""Lines between the headline and the post's first prose, at most."""
DOUBTFUL = 0.1
"""Probability from which a line is claimed: what the model is sure of needs no rule."""


def claim_sidebars(sheet: Sheet) -> Iterator[Claim]:
    """Claim the lines in boxes beside the element of the article or post."""
    from ..html_features import column

    markup = [line.markup for line in sheet.lines if line.markup is not None]
    if not markup or len(markup) < len(sheet.lines):
        return
    stated = markup[0].features
    sides, in_post = column(markup, "side_box"), column(markup, "post_box")
    if not any(sides) or not any(in_post) or any(stated.get(f"states_{kind}", 0.0) > 0 for kind in OTHERS):
        return
    post = [x for x in sheet.lines if in_post[x.index] and x.is_prose and sheet.likely(x.index) >= LIKELY]
    if sum(x.words for x in post) < POST_WORDS or not _is_headed(column(markup, "from_title"), post):
        return
    for line in sheet.open_lines():
        if sides[line.index] and sheet.likely(line.index) >= DOUBTFUL:
            said = "in a column or box beside the article's own element"
            yield whole_line(line, Role.NAVIGATION, "sidebar", said, 0.9, FIRM)


OTHERS = ("product", "list", "forum")
"""What a page may state that it is, of which a box beside the text may be part."""


def _is_headed(from_title: list[float], post: list[Line]) -> bool:
    """Tell whether the headline stands in the post or right above it."""
    return -1 <= from_title[post[0].index] <= HEAD_LINES
