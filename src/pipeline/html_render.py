"""Render a page's tree to text once, boilerplate included, and remember where each line came from.

The walk is one pass without recursion. Block elements and <br> break lines; a paragraph, heading, list or
table stands between blank lines; list items carry "• " or their number; cells of a row are separated by
tabs, and a long cell ends its line; white space is collapsed as browsers do, except in <pre>. Scripts,
styles, form fields and templates that wait for a script are no text; <noscript> is taken only when the rest of the
page is nearly empty, or holds less than half of the prose that stands there. What CSS hides is rendered and marked,
since a static page does not tell what its scripts will show.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .html_names import bits_of, kinds_of, shape_of
from .html_noscript import is_hidden_article, waits_for_scripts


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


BLOCKS = _tags(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol optgroup p pre "
    "search section summary table tbody tfoot thead tr td th ul xmp noscript template"
)
"""Elements that start and end a line."""

_MARGIN = _tags("p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre figure fieldset hr article section")
_SKIPPED = _tags(
    "script style template iframe object embed applet svg canvas audio video datalist select textarea "
    "annotation annotation-xml noframes noembed title meta link map progress meter"
)
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
_CELLS = frozenset(("td", "th"))
_CLICKED = frozenset(("a", "button", "label"))
_BOLD = frozenset(("b", "strong"))
_LABELS = frozenset(("b", "strong", "span"))
_ENDS_LABEL = re.compile(
    r"[^\s\d()\[\]{}<>«»“”‘’\"'/\\|#@$€£+=*&·•,;–—\-\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]{2}[?!:.…]?$"
)
# Not behind a bracket, a single letter, nor in a script that sets no space between words.
_LONG_CELL = 80
# 80: a cell with a sentence in it belongs to a layout table or is read alone; data cells are shorter.
_NEARLY_EMPTY = 200
# 200 characters: a page that is built by scripts shows a logo, "Loading" and a footer.

_LINE_NUMBER = re.compile(r"(?<![a-z])(?:line-?nos?|line-?num(?:ber)?s?|ln|hljs-ln-n|blob-num)(?![a-z])", re.IGNORECASE)
"""Classes of the element that holds a line's number in a box of code."""

_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Nodes:
    """The block elements of the page, in document order; parallel lists. The first is the root.

    The elements inside element i are i + 1 to `last[i]` - 1. `shape` is tag and classes; `path` numbers the
    shapes from the root down to the element. `kinds` are the bits of the element's own names (`html_names`),
    `around` those of all elements around it and of itself, and `inside` has a bit for every landmark
    (`LANDMARKS`) among these.
    """

    parent: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)
    tag: list[str] = field(default_factory=list)
    shape: list[str] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    around: list[int] = field(default_factory=list)
    inside: list[int] = field(default_factory=list)
    path: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines that are not blank; parallel lists. Offsets are into the rendered text.

    `node` is the innermost block element, `kinds` the bits of its names and of the inline elements in it
    that the line begins in. `link_chars` and `bold_chars` count the characters in links and in bold,
    `links` the links. A line
    that holds a <time> has the kind "date" in `time`.
    """

    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    gap: list[int] = field(default_factory=list)
    node: list[int] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    link_chars: list[int] = field(default_factory=list)
    links: list[int] = field(default_factory=list)
    bold_chars: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    time: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page as text, with its lines and the elements they stand in."""

    text: str
    lines: Lines
    nodes: Nodes

    @staticmethod
    def empty() -> Rendered:
        """Return a page without a line."""
        return Rendered("", Lines(), Nodes())


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
    r"""Render an lxml element and all below it.

    >>> from lxml import html
    >>> page = render(html.fromstring("<div><p>One<br>two</p><ul><li>a</li><li><a>b</a></li></ul></div>"))
    >>> page.text
    'One\ntwo\n\n• a\n• b'
    >>> page.lines.link_chars
    [0, 0, 0, 1]
    """
    rendered = _Walk(with_noscript=False).run(root)
    empty = len(rendered.text) < _NEARLY_EMPTY
    if empty or waits_for_scripts(root):
        fuller = _Walk(with_noscript=True).run(root)
        if empty and len(fuller.text) >= max(_NEARLY_EMPTY, 2 * len(rendered.text)):
            return fuller
        if not empty and is_hidden_article(fuller.lines, rendered.lines):
            return fuller
    return rendered


def _is_shown(element: Any, tag: str) -> bool:
    """Tell whether a template is one that browsers show where it stands (declarative shadow DOM)."""
    return tag == "template" and (element.get("shadowrootmode") or "") == "open"


class _Walk:
    """The state of one pass."""

    def __init__(self, *, with_noscript: bool) -> None:
        self.skipped = _SKIPPED if with_noscript else _SKIPPED | {"noscript"}
        self.nodes, self.lines = Nodes(), Lines()
        self.paths: dict[tuple[int, str], int] = {}
        self.out: list[str] = []
        self.at = 0
        # The line being built: its pieces, and how much of it stands in links and in bold.
        self.buffer: list[str] = []
        self.space = self.cell = False
        self.length = self.link_chars = self.bold_chars = self.links = self.time = 0
        # What comes before the next line: blank lines and the mark of a list item.
        self.gap = self.breaks = 0
        self.mark = ""
        # The elements around: the block element, the kinds of what is inside it, counters.
        self.node = -1
        self.near: list[int] = []
        self.hidden = self.in_link = self.in_bold = self.in_pre = self.numbered = 0
        self.lists: list[int] = []
        self.cells: list[int] = []
        self.closed = ""

    def run(self, root: Any) -> Rendered:
        """Walk from `root` and return what was rendered."""
        from lxml.etree import iterwalk

        walk = iterwalk(root, events=("start", "end"))
        skipped, start, end, add = self.skipped, self.start, self.end, self.add
        for event, element in walk:
            tag = element.tag
            if event == "start":
                if tag.__class__ is not str or (tag in skipped and not _is_shown(element, tag)):
                    walk.skip_subtree()
                    continue
                start(element, tag)
                text = element.text
            else:
                if tag.__class__ is str and (tag not in skipped or _is_shown(element, tag)):
                    end(tag)
                text = element.tail if element is not root else None
            if text:
                add(text)
        self.flush()
        return Rendered("".join(self.out), self.lines, self.nodes)

    # --- elements

    def start(self, element: Any, tag: str) -> None:
        """Open an element: block elements end the line and become a node."""
        attributes = element.attrib
        names, kinds, role, hides = "", 0, "", False
        if attributes:
            get = attributes.get
            names, role = get("class", ""), get("role", "")
            key = f"{names} {get('id', '')} {role} {get('itemprop', '')}"
            kinds = kinds_of(key) if len(key) > 3 else 0
            style = get("style")
            hides = "hidden" in attributes or (style is not None and _HIDING.search(style) is not None)
        if self.hidden or hides:
            self.hidden += 1
        if tag in BLOCKS or self.node < 0:
            self.start_block(tag, names, kinds, role)
            if tag == "ol":
                first = attributes.get("start", "")
                self.lists[-1] = int(first) if first.isascii() and first.isdigit() and len(first) < 7 else 1
            return
        self.near.append(self.near[-1] | kinds)
        if self.in_pre and names and _LINE_NUMBER.search(names):
            self.numbered = len(self.near)
        if tag == "br":
            self.break_line()
        elif tag in _CLICKED:
            self.in_link += tag == "a"
            self.links += tag == "a"
            # Links side by side are set apart by style sheets, not by white space; so are a box's label and its links.
            labelled = self.closed in _LABELS and bool(self.buffer) and _ENDS_LABEL.search(self.buffer[-1]) is not None
            self.space = self.space or self.closed in _CLICKED or tag == "button" or labelled
        elif tag in _BOLD:
            self.in_bold += 1
        elif tag in ("span", "time"):
            self.time |= bits_of("date") if tag == "time" else 0
            # So are the author and the date of a byline; a drop cap's single letter is not.
            if names and self.closed == "span" and self.buffer and len(self.buffer[-1]) > 1:
                self.space = True
        elif tag in ("img", "input"):
            self.space = True

    def start_block(self, tag: str, names: str, kinds: int, role: str) -> None:
        if tag in _CELLS:
            self.cells.append(self.length)
        else:
            self.flush()
        self.margin(tag)
        nodes, parent = self.nodes, self.node
        shape = shape_of(tag, names)
        bit = _LANDMARK_BIT.get(tag, 0) | _ROLE_BIT.get(role, 0)
        self.node = len(nodes.parent)
        nodes.parent.append(parent)
        nodes.last.append(0)
        nodes.depth.append(nodes.depth[parent] + 1 if parent >= 0 else 0)
        nodes.tag.append(tag)
        nodes.shape.append(shape)
        nodes.kinds.append(kinds)
        up = nodes.path[parent] if parent >= 0 else -1
        nodes.path.append(self.paths.setdefault((up, shape), len(self.paths)))
        nodes.around.append((nodes.around[parent] | self.near[-1] if parent >= 0 else 0) | kinds)
        nodes.inside.append((nodes.inside[parent] if parent >= 0 else 0) | bit)
        self.near.append(kinds)
        self.closed = ""
        if tag in _LISTS:
            self.lists.append(0)
        elif tag == "li":
            self.mark = self.list_mark()
        elif tag == "pre":
            self.in_pre += 1

    def end(self, tag: str) -> None:
        """Close an element."""
        if self.numbered == len(self.near):
            # A number in the margin is set apart from the line of code, as in a table's cell.
            self.numbered, self.cell = 0, bool(self.buffer)
        self.near.pop()
        if self.hidden:
            self.hidden -= 1
        if tag not in BLOCKS and self.near:
            self.closed = "span" if tag in ("span", "time") else tag
            if tag == "a":
                self.in_link -= 1
            elif tag in _BOLD:
                self.in_bold -= 1
            return
        if tag in _CELLS and self.length - self.cells.pop() < _LONG_CELL:
            self.cell = bool(self.buffer)
        else:
            self.flush()
        if tag in _LISTS:
            self.lists.pop()
        elif tag == "li":
            self.mark = ""
        elif tag == "pre":
            self.in_pre -= 1
        self.margin(tag)
        self.closed = ""
        self.nodes.last[self.node] = len(self.nodes.parent)
        self.node = self.nodes.parent[self.node]

    def margin(self, tag: str) -> None:
        if tag in _MARGIN and not (tag in _LISTS and self.lists):
            self.gap = 1

    def list_mark(self) -> str:
        """Return the mark of the list item that opens."""
        if not self.lists or not self.lists[-1]:
            return "• "
        self.lists[-1] += 1
        return f"{self.lists[-1] - 1}. "

    # --- text

    def add(self, text: str) -> None:
        """Add a piece of text to the line; white space collapses, but for <pre>."""
        self.closed = ""
        if self.in_pre:
            self.add_preformatted(text)
            return
        words = text.split()
        if not words:
            self.space = True
            return
        self.put(" ".join(words), text[0].isspace())
        self.space = text[-1].isspace()

    def put(self, piece: str, space: bool) -> None:
        if not self.buffer:
            lines = self.lines
            lines.node.append(self.node)
            lines.kinds.append(self.near[-1])
            lines.hidden.append(1 if self.hidden else 0)
            self.length = 0
        elif self.cell:
            piece = "\t" + piece
        elif self.space or space:
            piece = " " + piece
        self.cell = False
        size = len(piece)
        self.length += size
        if self.in_link > 0:
            self.link_chars += size
        if self.in_bold > 0:
            self.bold_chars += size
        self.buffer.append(piece)

    def add_preformatted(self, text: str) -> None:
        for i, row in enumerate(text.splitlines() or [""]):
            if i:
                self.break_line()
            if row.strip():
                self.put(row.rstrip() if self.buffer else row.strip(), False)
            elif row:
                self.space = True
        if text[-1] in "\r\n":
            self.break_line()

    def break_line(self) -> None:
        """End the line as <br> does; a second one leaves a blank line."""
        if self.buffer:
            self.flush()
            self.breaks = 1
        elif self.breaks:
            self.gap = 1

    def flush(self) -> None:
        """End the line, if it holds anything."""
        self.space = self.cell = False
        self.breaks = 0
        if not self.buffer:
            return
        out, lines = self.out, self.lines
        line = "".join(self.buffer)
        lead = ("\n\n" if self.gap else "\n") if out else ""
        start = self.at + len(lead)
        out += (lead, self.mark, line)
        self.at += len(lead) + len(self.mark) + len(line)
        lines.start.append(start)
        lines.end.append(self.at)
        lines.gap.append(1 if self.gap and lead else 0)
        lines.link_chars.append(self.link_chars)
        lines.bold_chars.append(self.bold_chars)
        lines.links.append(self.links)
        lines.time.append(self.time)
        self.buffer = []
        self.mark = ""
        self.gap = self.length = self.link_chars = self.bold_chars = self.links = self.time = 0
