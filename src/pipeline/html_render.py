"""Render a page's tree to text once, boilerplate included, and remember where each line came from.

The walk is one pass without recursion. Block elements and <br> break lines; a paragraph, heading, list or
table stands between blank lines; list items carry "• " or their number; cells of a row are separated by
tabs, and a long cell ends its line; white space is collapsed as browsers do, except in <pre>. Scripts,
styles, templates and form fields are no text; <noscript> is taken only when the rest of the page is nearly
empty. What CSS hides is rendered and marked, since a static page does not tell what its scripts will show.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .html_names import kinds_of, shape_of

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol optgroup p pre "
    "search section summary table tbody tfoot thead tr td th ul xmp noscript".split()
)
"""Elements that start and end a line."""

_MARGIN = frozenset("p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre figure fieldset hr article section".split())
_SKIPPED = frozenset(
    "script style template head iframe object embed applet svg canvas audio video datalist select textarea "
    "annotation annotation-xml noframes noembed title meta link map progress meter".split()
)
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
_CELLS = frozenset(("td", "th"))
_LONG_CELL = 80
# 80: a cell with a sentence in it belongs to a layout table or is read alone; data cells are shorter.
_NEARLY_EMPTY = 200
# 200 characters: a page that is built by scripts shows a logo, "Loading" and a footer.
_MAX_INDENT = 8

_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Nodes:
    """The block elements of the page, in document order; parallel lists. The first is the root.

    `kinds` are the bits of the element's own names (`html_names`), `path` numbers the tag.class path from
    the root, `inside` has a bit for every landmark (`LANDMARKS`) around the element, itself included.
    """

    parent: list[int] = field(default_factory=list)
    tag: list[str] = field(default_factory=list)
    shape: list[str] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    around: list[int] = field(default_factory=list)
    inside: list[int] = field(default_factory=list)
    path: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines that are not blank; parallel lists. Offsets are into the rendered text.

    `kinds` are the bits of the innermost element, inline ones included; `link_chars` counts the
    characters that stand in links, `links` the links.
    """

    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    gap: list[int] = field(default_factory=list)
    node: list[int] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    link_chars: list[int] = field(default_factory=list)
    links: list[int] = field(default_factory=list)
    bold_chars: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page as text, with its lines and the elements they stand in."""

    text: str
    lines: Lines
    nodes: Nodes


LANDMARKS = (
    *("nav", "header", "footer", "aside", "main", "article", "form", "table", "ul", "ol", "figure", "blockquote"),
    *("section", "pre", "dl", "li", "address", "details", "dialog"),
)
"""Elements whose inside a line may be in; bit i of `Nodes.inside` is the i-th."""
_LANDMARK_BIT = {tag: 1 << i for i, tag in enumerate(LANDMARKS)}
_ROLE_BIT = {
    "navigation": _LANDMARK_BIT["nav"],
    "banner": _LANDMARK_BIT["header"],
    "contentinfo": _LANDMARK_BIT["footer"],
    "complementary": _LANDMARK_BIT["aside"],
    "main": _LANDMARK_BIT["main"],
    "article": _LANDMARK_BIT["article"],
    "dialog": _LANDMARK_BIT["dialog"],
    "alertdialog": _LANDMARK_BIT["dialog"],
}


def render(root: Any) -> Rendered:
    """Render an lxml element and all below it.

    >>> from lxml import html
    >>> page = render(html.fromstring("<div><p>One<br>two</p><ul><li>a</li><li><a>b</a></li></ul></div>"))
    >>> page.text
    'One\\ntwo\\n\\n  • a\\n  • b'
    >>> page.lines.link_chars
    [0, 0, 0, 1]
    """
    rendered = _Walk(with_noscript=False).run(root)
    if len(rendered.text) < _NEARLY_EMPTY:
        fuller = _Walk(with_noscript=True).run(root)
        if len(fuller.text) >= max(_NEARLY_EMPTY, 2 * len(rendered.text)):
            return fuller
    return rendered


class _Walk:
    """The state of one pass."""

    def __init__(self, *, with_noscript: bool) -> None:
        self.skipped = _SKIPPED if with_noscript else _SKIPPED | {"noscript"}
        self.nodes, self.lines = Nodes(), Lines()
        self.paths: dict[tuple[int, str], int] = {}
        self.out: list[str] = []
        self.at = 0
        # The line being built: its pieces, and what of it stands in links and in bold.
        self.buffer: list[str] = []
        self.space = False
        self.length = self.link_chars = self.bold_chars = self.links = 0
        self.gap = 0
        self.mark = ""
        self.cell = False
        self.cell_from = 0
        # The elements around: one entry an open element.
        self.node = -1
        self.kinds: list[int] = [0]
        self.inline: list[str] = [""]
        self.hidden = self.in_link = self.in_bold = self.in_pre = 0
        self.lists: list[int] = []

    def run(self, root: Any) -> Rendered:
        from lxml.etree import iterwalk

        self.open_block(root, root.tag if isinstance(root.tag, str) else "html", "", 0)
        walk = iterwalk(root, events=("start", "end"))
        skipped, opened, closed, add = self.skipped, self.start, self.end, self.add
        for event, element in walk:
            tag = element.tag
            if event == "start":
                if tag.__class__ is not str or tag in skipped:
                    walk.skip_subtree()
                    continue
                if element is not root:
                    opened(element, tag)
                text = element.text
            else:
                if element is root:
                    break
                if tag.__class__ is str and tag not in skipped:
                    closed(tag)
                text = element.tail
            if text:
                add(text)
        self.flush()
        return Rendered("".join(self.out), self.lines, self.nodes)

    # --- elements

    def start(self, element: Any, tag: str) -> None:
        attributes = element.attrib
        names, kinds, hides = "", 0, False
        if attributes:
            get = attributes.get
            names = get("class") or ""
            more = [v for key in ("id", "role", "itemprop", "data-testid", "data-component", "rel") if (v := get(key))]
            if names or more:
                kinds = kinds_of(f"{names} {' '.join(more)}")
            style = get("style")
            hides = bool("hidden" in attributes or (style and _HIDING.search(style)))
        self.hidden = self.hidden + 1 if self.hidden or hides else 0
        if tag in BLOCKS:
            role = attributes.get("role") if attributes else None
            self.flush()
            if tag in _MARGIN:
                self.gap = max(self.gap, 1) if not (tag in _LISTS and self.lists) else self.gap
            self.open_block(element, tag, names, kinds, _ROLE_BIT.get(role, 0) if role else 0)
            if tag in _LISTS:
                start = attributes.get("start", "") if attributes else ""
                self.lists.append(0 if tag != "ol" else int(start) if start.isdigit() and len(start) < 7 else 1)
            elif tag == "li":
                self.mark = self.list_mark()
            elif tag in _CELLS:
                self.cell_from = self.length
            elif tag == "pre":
                self.in_pre += 1
            self.inline.append("")
        else:
            if tag == "br":
                self.flush(line_break=True)
            elif tag in ("a", "button", "label"):
                self.in_link += tag == "a"
                self.links += tag == "a"
                self.space = True if self.buffer and not self.space and self.inline[-1] != tag else self.space
            elif tag in ("b", "strong"):
                self.in_bold += 1
            elif tag in ("input", "img"):
                self.space = True
            elif self.buffer and not self.space and tag in ("span", "time") and names:
                self.space = len(self.buffer[-1]) > 1 and self.closed_span
            self.inline.append(tag)
        self.closed_span = False
        self.kinds.append(kinds)

    def end(self, tag: str) -> None:
        self.kinds.pop()
        self.inline.pop()
        self.closed_span = False
        if self.hidden:
            self.hidden -= 1
        if tag not in BLOCKS:
            if tag == "a":
                self.in_link -= 1
            elif tag in ("b", "strong"):
                self.in_bold -= 1
            elif tag in ("span", "time"):
                self.closed_span = True
            if tag in ("a", "button", "label"):
                self.closed_link = True
            return
        if tag in _CELLS and self.length - self.cell_from < _LONG_CELL:
            self.cell = True
        else:
            self.flush()
        if tag in _LISTS:
            self.lists.pop()
        elif tag == "li":
            self.mark = ""
        elif tag == "pre":
            self.in_pre -= 1
        if tag in _MARGIN:
            self.gap = max(self.gap, 1) if not (tag in _LISTS and self.lists) else self.gap
        self.node = self.nodes.parent[self.node]
