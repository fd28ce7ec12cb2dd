"""Claim paragraphs of HTML that are one link and no more: "PHOTOS: The storm", "See the rating.", the next story.

Of such lines that the cleaner kept on the labelled articles (out of fold) between two paragraphs 47 of 266 are content
where the model gives them less than .6, and 4 of 25 where they begin with a label in capitals; below the last paragraph
10 of 91 where it gives them less than .8. Items of a list and headings that are links are content more often than not,
and sentences stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..blocks import Line
from ..model import Role
from .sheet import Claim, Sheet, whole_line

LIKELY = 0.6
LINKED, LINKED_BEHIND = 0.95, 0.6
"""Share of its characters in links from which a line is one, and from which it is one behind a label."""
SENTENCE_WORDS = 6
"""Words from which a line that ends like a sentence is one of the text."""
MOST_WORDS = 20
LEAST_PROSE, MOST_OF_PROSE = 4, 0.1
"""Paragraphs that make a page of prose, and the most words of such lines beside it: elsewhere links are the text."""
INSIDE, BELOW, LABELLED = 0.45, 0.7, 0.9
"""Probability of being content from which the model is believed: between paragraphs, below them, behind a label."""

_LABEL = re.compile(r"\W{0,2}[A-Z][A-Z’' ]{2,24}:\s?\S")


def claim_link_lines(sheet: Sheet) -> Iterator[Claim]:
    """Claim the lines of an article that are a link to something else."""
    prose = [line for line in sheet.lines if line.is_prose and sheet.likely(line.index) >= LIKELY]
    if len(prose) < LEAST_PROSE:
        return
    first, last = prose[0].index, prose[-1].index
    found = []
    for line in sheet.open_lines():
        if line.markup is None:
            return
        if line.index > first and _is_link(line):
            found.append(line)
    if sum(line.words for line in found) > MOST_OF_PROSE * sum(line.words for line in prose):
        return
    for line in found:
        below = LABELLED if _LABEL.match(line.text) else BELOW if line.index > last else INSIDE
        yield whole_line(line, Role.PROMOTION, "link_line", "a paragraph that is one link", 0.7, below)


def _is_link(line: Line) -> bool:
    """Tell whether a line is a paragraph of its own that is one link, and no item, heading, cell or quotation."""
    markup = line.markup
    if markup is None or line.bullet or line.words > MOST_WORDS or markup.tag not in ("p", "div"):
        return False
    features = markup.features
    labelled = _LABEL.match(line.text) is not None
    if features["links"] != 1 or features["link_share"] < (LINKED_BEHIND if labelled else LINKED):
        return False
    if line.ends and line.words >= SENTENCE_WORDS and not labelled:
        return False
    return not (features["in_blockquote"] or features["in_li"] or features["in_table"] or features["in_figure"])
