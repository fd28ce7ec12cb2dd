"""Find the boxes of a page that only rules ask for: readers' comments, the post above them, the columns beside it.

All of it rests on names of elements (class, id, role) and on which element holds which; a box is the outermost element
of its kind. The line model does not know these columns, so that their words may change without new weights.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .html_names import bits_of
from .html_render import LANDMARKS, Rendered

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

COLUMNS = ("comment_box", "forum_named", "post_box", "side_box", "blog_talk", "own_box")
"""Number of the box of comments around a line; whether elements around it are called a forum's; 1 for a line in an
<article>, 2 where an element around is also called a post's or an article's text, 0 for others and for comments;
number of the box beside the text; 1 on a page with names that only programs for blogs give to comments; 1 in the one
article or post that the headline belongs to."""


class PageArrays(Protocol):
    """What is asked of a page's arrays (`html_features`)."""

    rendered: Rendered
    parent: Ints
    last: Ints
    node: Ints


def describe_boxes(columns: dict[str, Any], page: PageArrays) -> None:
    """Add the columns for rules; `from_title` must be there."""
    nodes = page.rendered.nodes
    kinds = np.array(nodes.kinds or [0], np.int64)
    around = np.array(nodes.around or [0], np.int64)
    landmarks = np.array(nodes.inside or [0], np.int64)
    heads = page.node[np.asarray(columns["from_title"]) == 0]
    boxes = _outermost(page, (kinds & bits_of("comments")) > 0, heads)
    columns["comment_box"] = boxes[page.node]
    columns["forum_named"] = _forum_names(page, around, boxes)[page.node]
    in_post = _posts(page, kinds, landmarks, boxes)
    named = (around & bits_of("post")) > 0
    columns["post_box"] = (in_post * (1 + named))[page.node]
    columns["blog_talk"] = np.full(len(page.node), float(((kinds & bits_of("blogtalk")) > 0).any()))
    columns["side_box"] = _sides(page, kinds, landmarks, in_post, heads)[page.node]
    columns["own_box"] = _own(page, in_post, heads)[page.node]


def _outermost(page: PageArrays, called: Bools, heads: Ints) -> Ints:
    """Return for each element the number of the outermost called element around it, 0 for none.

    An element that also holds the headline is the page's or the article's ("comments-open"), and no box.
    """
    box = np.zeros(len(page.last), np.int64)
    end = number = 0
    for node in np.flatnonzero(called).tolist():
        last = int(page.last[node])
        if node < end or ((heads >= node) & (heads < last)).any():
            continue
        end, number = last, number + 1
        box[node:last] = number
    return box


def _forum_names(page: PageArrays, around: Ints, boxes: Ints) -> Bools:
    """Tell of each element whether it stands in one that is called a forum's; of a box of comments, what is around it.

    A box's own list may be called so ("ul.forum" of messages below an article): its parent is not asked.
    """
    named = (around & bits_of("forums")) > 0
    for node in np.flatnonzero(np.diff(boxes, prepend=0)).tolist():
        if boxes[node]:
            up = max(int(page.parent[max(int(page.parent[node]), 0)]), 0)
            named[node : int(page.last[node])] = named[up]
    return named


def _posts(page: PageArrays, kinds: Ints, landmarks: Ints, boxes: Ints) -> Bools:
    """Tell of each element whether it lies in an article or post, but in no comment."""
    article = _spread(page, (landmarks & 1 << LANDMARKS.index("article")) > 0)
    # Classes of the page's root say of what kind the page is, and hold all of it.
    named = _spread(page, ((kinds & bits_of("post")) > 0) & _is_inner(page))
    in_post: Bools = (article | named) & (boxes == 0)
    return in_post


def _own(page: PageArrays, in_post: Bools, heads: Ints) -> Ints:
    """Return 1 for the elements of the article or post that the headline belongs to, 0 for all others.

    It holds the headline, or it is the only one and begins within `HEAD_LINES` lines below it.
    """
    box = np.zeros(len(page.last), np.int64)
    begins = np.flatnonzero(np.diff(in_post.astype(np.int64), prepend=0) > 0).tolist()
    # Two that touch are one run in `in_post`: cut it at the outermost elements.
    outer = [(node, int(page.last[node])) for start in begins for node in _siblings(page, in_post, start)]
    holding = [span for span in outer if ((heads >= span[0]) & (heads < span[1])).any()]
    if not holding and len(outer) == 1 and len(heads):
        lines = np.flatnonzero((page.node >= outer[0][0]) & (page.node < outer[0][1]))
        head = int(np.flatnonzero(page.node == heads[0])[0])
        holding = outer if len(lines) and 0 < lines[0] - head <= HEAD_LINES else []
    if len(holding) == 1:
        box[slice(*holding[0])] = 1
    return box


def _siblings(page: PageArrays, in_post: Bools, start: int) -> list[int]:
    """Return the outermost elements of a run of elements in posts."""
    found, node = [], start
    while node < len(in_post) and in_post[node]:
        found.append(node)
        node = int(page.last[node])
    return found


HEAD_LINES = 12
"""Lines between the headline and the element of the article, at most."""


def _is_inner(page: PageArrays) -> Bools:
    tags = page.rendered.nodes.tag or [""]
    return np.array([tag not in ("html", "body") for tag in tags], np.bool_)


def _spread(page: PageArrays, called: Bools) -> Bools:
    """Tell of each element whether it is a called one or lies in one."""
    inside = np.zeros(len(page.last), np.bool_)
    end = 0
    for node in np.flatnonzero(called).tolist():
        if node >= end:
            end = int(page.last[node])
            inside[node:end] = True
    return inside


def _sides(page: PageArrays, kinds: Ints, landmarks: Ints, in_post: Bools, heads: Ints) -> Ints:
    """Return for each element the number of the sidebar around it, 0 for none: neither in a post nor around one."""
    aside = (landmarks & 1 << LANDMARKS.index("aside")) > 0
    called = (aside | ((kinds & bits_of("sidebox")) > 0)) & _is_inner(page) & ~in_post
    holds = np.concatenate(([0], np.cumsum(in_post)))
    called &= holds[page.last] == holds[:-1]
    return _outermost(page, called, heads)
