"""Claim what stands beside an article that has an element of its own: teasers, cards and links of other stories.

A short text below which twenty teasers with a sentence each stand looks like a page of teasers to the line model. The
markup says otherwise where the headline belongs to one article's or post's element: what lies outside of it and is a
link, or one of several elements of the same shape around a link, is another story. A page of which as many sentences
stand outside of that element, in no such list, is none of this kind.

Where no element is called so, the one around headline and text would have to do: on the labelled pages lists of content
went with it twice as often as others (some 630 lines for 300), so nothing is claimed there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log1p

from ..blocks import Line
from ..model import Role
from .sheet import FIRM, Claim, Sheet, whole_line
from .sidebars import OTHERS

OWN_WORDS = 4
"""Words of the element's own text below the headline."""
DOUBTFUL = 0.05
"""Probability from which a line is claimed: what the model is sure of needs no rule."""
SHAPES = 4
"""Elements of one shape and parent that make a list."""
LEVELS = 3
"""Elements around a line of which that is asked."""
NEAR = 3
"""Lines between a line of a teaser and its link."""
_IN_LINKS = 0.5


def claim_beside_article(sheet: Sheet) -> Iterator[Claim]:
    """Claim the lines of lists of links and teasers outside of the article's own element."""
    from ..html_features import column

    markup = [line.markup for line in sheet.lines if line.markup is not None]
    if not markup or len(markup) < len(sheet.lines):
        return
    stated = markup[0].features
    box = column(markup, "own_box")
    if 1 not in box or any(stated.get(f"states_{kind}", 0.0) > 0 for kind in OTHERS):
        return
    is_own = [at == 1 for at in box]
    linked = [share >= _IN_LINKS for share in column(markup, "link_share")]
    titles = column(markup, "from_title")
    own = [x for x in sheet.lines if is_own[x.index] and not linked[x.index] and titles[x.index] > 0]
    words = sum(x.words for x in own if sheet.is_open(x.index))
    if words < OWN_WORDS:
        return
    others = [x for x in sheet.lines if not is_own[x.index]]
    repeated = _repeated([column(markup, f"above{level}_repeats") for level in range(LEVELS)])
    listed = {x.index for x in others if _is_listed(x, linked, repeated, is_own)}
    rest = sum(x.words for x in others if x.index not in listed and x.is_prose and sheet.is_open(x.index))
    if rest > words:
        return
    for line in others:
        if line.index in listed and sheet.is_open(line.index) and sheet.likely(line.index) >= DOUBTFUL:
            said = "a link or one of several teasers outside of the article's own element"
            yield whole_line(line, Role.NAVIGATION, "beside_article", said, 0.9, FIRM)


def _repeated(levels: Sequence[Sequence[float]]) -> list[bool]:
    """Tell of each line whether an element around it is one of `SHAPES` of its shape."""
    least = log1p(SHAPES) - 1e-6
    return [any(level[i] >= least for level in levels) for i in range(len(levels[0]))]


def _is_listed(line: Line, linked: Sequence[bool], repeated: Sequence[bool], is_own: Sequence[bool]) -> bool:
    """Tell whether a line is a link, or stands beside one in elements of one shape."""
    i = line.index
    if linked[i]:
        return True
    if not repeated[i]:
        return False
    near = range(max(0, i - NEAR), min(len(linked), i + NEAR + 1))
    return any(linked[k] and repeated[k] and not is_own[k] for k in near)
