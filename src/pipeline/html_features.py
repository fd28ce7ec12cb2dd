"""Say in numbers what the markup tells about each rendered line: evidence for its role, no decision.

What matters most is where a line stands to the element that holds the page's prose: inside or not, how
deep, how many levels apart (29 % of the gain in trained trees). Then what the lines of the same tag.class
path are like, how much of the elements around is links, how often an element of the same shape is repeated
beside it, which landmarks it lies in, and what class names say. All is counted over arrays of the page's
elements; nothing is looked up upward line by line, so that a page nested 300,000 deep costs no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .html_boxes import COLUMNS as BOXES
from .html_boxes import describe_boxes
from .html_names import bits_of, described_kinds
from .html_render import LANDMARKS, Rendered
from .model import Markup

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CONTAINERS = (70, 50, 30)
"""Shares of the page's prose, in percent, whose smallest holders a line's place is measured against."""
ANCESTORS = 5
"""Levels above a line that are described."""
GROUPS = ("path_group", "parent_group", "shape_group")
"""Columns that are ids, not numbers: lines of one tag.class path, of one parent, of one shape and parent's shape."""
FOR_RULES = BOXES
"""Columns, the last ones, that rules ask and the model does not know."""


class LineFeatures(Mapping[str, float]):
    """The features of one line, by name: a view of the page's matrix."""

    __slots__ = ("index", "page")

    def __init__(self, page: NDArray[np.float32], index: int) -> None:
        self.page, self.index = page, index

    def __getitem__(self, name: str) -> float:
        """Return one feature; raises KeyError for a name that is none."""
        return float(self.page[self.index, _column_of()[name]])

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, in the order of the columns."""
        return iter(feature_names())

    def __len__(self) -> int:
        """Return the number of features."""
        return len(feature_names())


def describe_lines(
    rendered: Rendered, title: str | None = None, kinds: frozenset[str] = frozenset()
) -> tuple[Markup, ...]:
    """Return the markup evidence of each rendered line; `title` and `kinds` are what the page's head states.

    >>> from lxml import html
    >>> from .html_render import render
    >>> line, = describe_lines(render(html.fromstring("<div class='nav'><p><a href='/'>Home</a></p></div>")))
    >>> line.tag, line.path, line.features["link_share"], line.features["around_navigation"]
    ('p', 'div.nav>p', 1.0, 1.0)
    """
    lines, nodes = rendered.lines, rendered.nodes
    page = _page_matrix(rendered, title, kinds)
    paths: dict[int, str] = {}
    for node in set(lines.node):
        up = nodes.parent[node]
        paths[node] = f"{nodes.shape[up]}>{nodes.shape[node]}" if up >= 0 else nodes.shape[node]
    return tuple(
        Markup(start, end, nodes.tag[node], paths[node], LineFeatures(page, i))
        for i, (start, end, node) in enumerate(zip(lines.start, lines.end, lines.node, strict=True))
    )


def matrix(markup: Sequence[Markup]) -> tuple[NDArray[np.float64], Ints]:
    """Return the features (lines x columns, in the order of `numeric_names`) and the group ids (lines x `GROUPS`)."""
    names = feature_names()
    if not markup:
        return np.zeros((0, len(numeric_names()))), np.zeros((0, len(GROUPS)), np.int64)
    first = markup[0].features
    if isinstance(first, LineFeatures) and all(
        isinstance(m.features, LineFeatures) and m.features.page is first.page for m in markup
    ):
        whole = first.page[[m.features.index for m in markup if isinstance(m.features, LineFeatures)]]
    else:
        whole = np.array([[m.features.get(name, 0.0) for name in names] for m in markup], np.float32)
    cut = len(GROUPS)
    return whole[:, cut : -len(FOR_RULES)].astype(np.float64), whole[:, :cut].astype(np.int64)


def column(markup: Sequence[Markup], name: str) -> list[float]:
    """Return one feature of all lines; one by one it costs ten times as much."""
    features = [m.features for m in markup]
    first = features[0] if features else None
    if isinstance(first, LineFeatures) and all(isinstance(f, LineFeatures) and f.page is first.page for f in features):
        at = [f.index for f in features if isinstance(f, LineFeatures)]
        values: list[float] = first.page[at, _column_of()[name]].tolist()
        return values
    return [f.get(name, 0.0) for f in features]


@cache
def numeric_names() -> tuple[str, ...]:
    """Return the names of the columns that the model reads as numbers."""
    return feature_names()[len(GROUPS) : -len(FOR_RULES)]


@cache
def feature_names() -> tuple[str, ...]:
    """Return the names of all columns: the group ids, the numbers, then those for rules."""
    empty = Rendered.empty()
    return tuple(_columns(empty, None, frozenset()))


@cache
def _column_of() -> dict[str, int]:
    return {name: i for i, name in enumerate(feature_names())}


def _page_matrix(rendered: Rendered, title: str | None, kinds: frozenset[str]) -> NDArray[np.float32]:
    columns = _columns(rendered, title, kinds)
    page = np.empty((len(columns), len(rendered.lines.start)), np.float32)
    for row, column in zip(page, columns.values(), strict=True):
        row[:] = column
    return page.T


STATED_KINDS = ("article", "news", "forum", "product", "list")
"""What a page may say that it is; a column each."""


def _columns(rendered: Rendered, title: str | None, kinds: frozenset[str]) -> dict[str, Any]:
    page = _Page(rendered)
    columns: dict[str, Any] = {
        "path_group": page.path,
        "parent_group": page.node_of_parent,
        "shape_group": _dense(page.shape_pair),
    }
    _describe_line(columns, page)
    _describe_containers(columns, page)
    _describe_groups(columns, page)
    _describe_ancestors(columns, page)
    _describe_names(columns, page)
    _describe_title(columns, page, title)
    for kind in STATED_KINDS:
        columns[f"states_{kind}"] = np.full(len(page.texts), float(kind in kinds))
    describe_boxes(columns, page)
    return columns


# --- arrays of a page -------------------------------------------------------------------------------

_SENTENCE_END = re.compile(r"[.!?…。！？؟۔։।](?:[\s\"'”’»)\]]|$)")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_UNSPACED = re.compile(r"[\u0e01-\u0e4e\u0e81-\u0ecd\u1000-\u103f\u1780-\u17d3]+")
"""Thai, Lao, Burmese and Khmer, which write no space between words; Thai and Lao no mark at a sentence's end either."""
_UNENDED = re.compile(r"[\u0e01-\u0e4e\u0e81-\u0ecd]{12}")
_PROSE_WORDS = 10
OWN = 10.0
"""Words outside of links, menus and side columns from which they stand for the prose of a page that has none."""
_BESIDE = sum(1 << LANDMARKS.index(tag) for tag in ("nav", "footer", "aside"))


@cache
def _beside_kinds() -> int:
    return bits_of("navigation", "sidebox", "cookie")


class _Page:
    """The page's lines and elements as arrays."""

    def __init__(self, rendered: Rendered) -> None:
        lines, nodes, text = rendered.lines, rendered.nodes, rendered.text
        self.rendered = rendered
        self.texts = [text[a:b] for a, b in zip(lines.start, lines.end, strict=True)]
        self.parent = np.array([-1, *nodes.parent][1:] or [-1], np.int64)
        self.last = np.array(nodes.last or [1], np.int64)
        self.depth = np.array(nodes.depth or [0], np.int64)
        self.node = np.array(lines.node, np.int64)
        self.chars = np.array(lines.end, np.float64) - np.array(lines.start, np.float64)
        self.words = _count_words(self.texts)
        self.link_share = np.minimum(np.array(lines.link_chars, np.float64) / np.maximum(self.chars, 1.0), 1.0)
        ends = np.array([_SENTENCE_END.search(t) is not None for t in self.texts], np.bool_)
        if _UNENDED.search(text):
            ends |= np.array([_UNENDED.search(t) is not None for t in self.texts], np.bool_)
        prose = ends & (self.words >= _PROSE_WORDS) & (self.link_share < 0.5)
        self.prose = self.words * (1.0 - self.link_share) * prose
        if self.prose.sum() < 30:
            # A page without prose (a table, a poem, a picture): what is no link stands for it, first of all what does
            # not lie beside the page's own part: a blog's thousand labels would outweigh its few lines.
            unlinked = self.words * (1.0 - self.link_share)
            inside = np.array(nodes.inside or [0], np.int64)[self.node]
            around = np.array(nodes.around or [0], np.int64)[self.node]
            own = unlinked * ((self.link_share < 0.5) & (inside & _BESIDE == 0) & (around & _beside_kinds() == 0))
            self.prose = own if own.sum() > OWN else unlinked
        ids: dict[str, int] = {}
        shape = np.array([ids.setdefault(s, len(ids)) for s in nodes.shape] or [0], np.int64)
        self.shape = shape
        self.up = np.maximum(self.parent, 0)
        self.path = np.array(nodes.path or [0], np.int64)[self.node]
        self.node_of_parent = self.up[self.node]
        self.shape_pair = shape[self.node] * (len(ids) + 1) + shape[self.node_of_parent]

    def below(self, value: Floats) -> Floats:
        """Return for each element the sum of `value` over the lines in it."""
        summed = np.concatenate(([0.0], np.cumsum(np.bincount(self.node, value, len(self.last)))))
        return summed[self.last] - summed[:-1]


def _count_words(texts: Sequence[str]) -> Floats:
    words = np.array([t.count(" ") + t.count("\t") + 1 for t in texts], np.float64)
    for i, text in enumerate(texts):
        if text.isascii():
            continue
        if ideographs := len(_CJK.findall(text)):
            words[i] += ideographs // 2
        elif letters := sum(map(len, _UNSPACED.findall(text))):
            words[i] += letters // 5
    return words


def _share(part: Floats, whole: Floats | float) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=np.greater(whole, 0))


# --- the columns ------------------------------------------------------------------------------------

_TAGS = {
    "p": ("p",),
    "h1": ("h1",),
    "h2": ("h2",),
    "h3": ("h3", "h4", "h5", "h6"),
    "li": ("li",),
    "cell": ("td", "th", "tr", "caption"),
    "div": ("div", "section", "article", "main", "body", "center"),
    "quote": ("blockquote",),
    "pre": ("pre", "xmp", "listing"),
    "figcaption": ("figcaption", "figure"),
    "term": ("dt", "dd"),
}
_KIND_OF_TAG = {tag: i for i, tags in enumerate(_TAGS.values()) for tag in tags}


def _describe_line(columns: dict[str, Any], page: _Page) -> None:
    lines, nodes = page.rendered.lines, page.rendered.nodes
    columns["link_share"] = page.link_share
    columns["links"] = np.minimum(np.array(lines.links, np.float64), 10.0)
    columns["bold_share"] = np.minimum(np.array(lines.bold_chars, np.float64) / np.maximum(page.chars, 1.0), 1.0)
    columns["hidden"] = np.array(lines.hidden, np.float64)
    columns["has_time"] = np.array(lines.time, np.int64) > 0
    columns["depth"] = np.minimum(page.depth[page.node], 40)
    kind = np.array([_KIND_OF_TAG.get(nodes.tag[n], -1) for n in lines.node], np.int64)
    for i, name in enumerate(_TAGS):
        columns[f"tag_{name}"] = kind == i


def _describe_containers(columns: dict[str, Any], page: _Page) -> None:
    """Say how each line stands to the smallest element that holds a share of the page's prose."""
    prose, words = page.below(page.prose), page.below(page.words)
    total = float(page.prose.sum())
    for percent in CONTAINERS:
        holds = np.flatnonzero(prose >= max(total * percent / 100.0, 1e-9))
        # The smallest by words; of equal ones the innermost, which comes last in document order.
        best = int(holds[np.lexsort((-holds, words[holds]))[0]]) if len(holds) else 0
        chain = _chain(page.parent, best)
        # The elements around `best` are nested, so the innermost that also holds a line is found by counting.
        begun = np.searchsorted(chain, page.node, side="right")
        open_ = len(chain) - np.searchsorted(page.last[chain][::-1], page.node, side="right")
        shared = np.minimum(begun, open_) - 1
        inside = (page.node >= best) & (page.node < page.last[best])
        columns[f"inside_{percent}"] = inside
        columns[f"down_{percent}"] = np.minimum(page.depth[page.node] - shared, 20)
        columns[f"up_{percent}"] = np.minimum(page.depth[best] - shared, 20)
        at = np.arange(len(page.node))
        span = at[inside]
        first, last = (int(span[0]), int(span[-1])) if len(span) else (0, 0)
        columns[f"place_{percent}"] = np.clip((at - first) / max(last - first, 1), -1.0, 2.0)
        size = max(float(page.words[inside].sum()), 1.0)
        columns[f"prose_{percent}"] = np.full(len(at), float(page.prose[inside].sum()) / size)


def _chain(parent: Ints, node: int) -> Ints:
    """Return the elements from the root down to `node`."""
    chain = []
    while node >= 0:
        chain.append(node)
        node = int(parent[node])
    return np.array(chain[::-1], np.int64)


def _describe_groups(columns: dict[str, Any], page: _Page) -> None:
    total_prose, total = float(page.prose.sum()), float(page.words.sum())
    for name, group in (("path", page.path), ("parent", page.node_of_parent), ("shape", _dense(page.shape_pair))):
        words, prose = _total_of(group, page.words), _total_of(group, page.prose)
        links, count = _total_of(group, page.words * page.link_share), _total_of(group, np.ones(len(group)))
        columns[f"{name}_prose"] = _share(prose, words)
        columns[f"{name}_prose_of_page"] = _share(prose, total_prose)
        columns[f"{name}_words_of_page"] = _share(words, total)
        columns[f"{name}_link_share"] = _share(links, words)
        columns[f"{name}_line_words"] = np.minimum(_share(words, count), 100.0)
        columns[f"{name}_lines"] = np.log1p(count)


def _total_of(group: Ints, value: Floats) -> Floats:
    """Return for each line the sum of `value` over its group."""
    return np.bincount(group, value)[group].astype(np.float64) if len(group) else value


def _dense(ids: Ints) -> Ints:
    return np.unique(ids, return_inverse=True)[1].astype(np.int64) if len(ids) else ids


def _describe_ancestors(columns: dict[str, Any], page: _Page) -> None:
    words, prose = page.below(page.words), page.below(page.prose)
    links, lines = page.below(page.words * page.link_share), page.below(np.ones(len(page.words)))
    twins = page.parent * (int(page.shape.max()) + 1) + page.shape
    repeats = np.bincount(_dense(twins))[_dense(twins)].astype(np.float64)
    total, total_prose = float(page.words.sum()), float(page.prose.sum())
    at = page.node
    for level in range(ANCESTORS):
        columns[f"above{level}_link_share"] = _share(links[at], words[at])
        columns[f"above{level}_prose"] = _share(prose[at], words[at])
        columns[f"above{level}_words"] = np.log1p(words[at])
        columns[f"above{level}_words_of_page"] = _share(words[at], total)
        columns[f"above{level}_prose_of_page"] = _share(prose[at], total_prose)
        columns[f"above{level}_line_words"] = np.minimum(_share(words[at], lines[at]), 100.0)
        columns[f"above{level}_repeats"] = np.log1p(repeats[at])
        at = page.up[at]


def _describe_names(columns: dict[str, Any], page: _Page) -> None:
    lines, nodes = page.rendered.lines, page.rendered.nodes
    inside = np.array(nodes.inside or [0], np.int64)[page.node]
    around = np.array(nodes.around or [0], np.int64)[page.node]
    near = np.array(lines.kinds, np.int64)
    above = np.array(nodes.kinds or [0], np.int64)[page.node_of_parent]
    landmarks = _bits(inside, len(LANDMARKS))
    columns |= {f"in_{name}": row for name, row in zip(LANDMARKS, landmarks, strict=True)}
    names = described_kinds()
    near_bits = _bits(near, len(names)) + 0.5 * _bits(above, len(names))
    for name, own, outer in zip(names, near_bits, _bits(around, len(names)), strict=True):
        columns[f"near_{name}"], columns[f"around_{name}"] = own, outer
    total = max(float(page.words.sum()), 1.0)
    for name, row in zip(LANDMARKS[:6], landmarks, strict=False):
        columns[f"page_{name}"] = np.full(len(near), float(page.words[row > 0].sum()) / total)


def _bits(values: Ints, count: int) -> Ints:
    """Return the lowest bits of each value, a row a bit."""
    return values >> np.arange(count)[:, None] & 1


_WORD = re.compile(r"\w+")


def _describe_title(columns: dict[str, Any], page: _Page, title: str | None) -> None:
    """Say which lines repeat the title, and how far below the last such line (or h1) a line stands."""
    wanted = set(_WORD.findall((title or "").lower()))
    agree = np.zeros(len(page.texts))
    # A line much shorter or longer than the title cannot share half of the words of both.
    low, high = (len(title) / 4, 3 * len(title)) if title and wanted else (1, 0)
    for i, text in enumerate(page.texts):
        if low <= len(text) <= high:
            words = set(_WORD.findall(text.lower()))
            agree[i] = len(words & wanted) / len(words | wanted) if words else 0.0
    columns["title_agreement"] = agree
    at = np.arange(len(page.texts))
    heads = np.flatnonzero((agree >= 0.6) | (np.asarray(columns["tag_h1"]) > 0))
    # Of several the one that most prose follows within 30 lines: headers and teasers repeat the title too.
    summed = np.concatenate(([0.0], np.cumsum(page.prose)))
    ahead = summed[np.minimum(heads + 30, len(at))] - summed[heads] + 20.0 * agree[heads]
    head = int(heads[int(np.argmax(ahead))]) if len(heads) else -1
    columns["from_title"] = np.clip(at - head, -30, 60) if head >= 0 else np.full(len(at), -31)
