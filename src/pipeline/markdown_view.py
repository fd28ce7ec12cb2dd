r"""Read Markdown as a reader sees it, and say where each character of that stands in the source.

Crawlers and converters write pages as Markdown: a sentence then holds addresses, pictures and marks of emphasis. Rules,
models and lexicons know words, not that; so they read the view, in which this syntax is left out, and spans go back to
the source. The source stays as it is: nothing of it is changed, and every character keeps its place in the ledger.

HTML that was rendered is its own view.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from .link_numbers import link_numbers
from .markdown_syntax import Link, Side, Syntax, find_syntax
from .read import HTML_TYPES


@dataclass(frozen=True, slots=True)
class MarkdownView:
    """A text without its syntax; `syntax` is what was left out of `source[start:end]`, in order and apart."""

    source: str
    start: int
    end: int
    syntax: tuple[Syntax, ...]
    links: tuple[Link, ...]
    text: str
    _starts: tuple[int, ...]
    _places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the source that holds these characters of the view; it neither begins nor ends in syntax.

        >>> view = view_markdown("See [the pact](https://a.example/x) now.")
        >>> view.text, view.span(4, 12)
        ('See the pact now.', (5, 13))
        """
        if start >= end:
            at = self._place(start)
            return at, at
        return self._place(start), self._place(end - 1) + 1

    def place_of(self, at: int) -> int:
        """Return where a place of the source stands in the view; a place in syntax, where that was left out."""
        piece = max(bisect_right(self._places, at) - 1, 0)
        following = self._starts[piece + 1] if piece + 1 < len(self._starts) else len(self.text)
        return min(self._starts[piece] + max(at - self._places[piece], 0), following)

    def overwritten(self) -> str:
        """Return the source with its syntax written over by the characters beside it, as wide as it was."""
        parts: list[str] = []
        at = self.start
        for one in self.syntax:
            parts.append(self.source[at : one.start])
            beside = _FILLING
            if one.side is Side.RIGHT:
                beside = self.source[one.end : one.end + 1]
            elif one.side is Side.LEFT:
                beside = self.source[one.start - 1 : one.start]
            kept = beside if beside.strip() else _FILLING
            parts += [c if c == "\n" else kept for c in self.source[one.start : one.end]]
            at = one.end
        return "".join([*parts, self.source[at : self.end]])

    def part(self, start: int, end: int) -> MarkdownView:
        """Return the view of a part of the source."""
        first = bisect_right(self.syntax, start, key=lambda s: s.end)
        last = bisect_right(self.syntax, end - 1, key=lambda s: s.start)
        inside = (Syntax(max(s.start, start), min(s.end, end), s.side) for s in self.syntax[first:last])
        return _view(self.source, start, end, tuple([s for s in inside if s.start < s.end]))

    def italic_spans(self) -> list[tuple[int, int]]:
        """Return where passages in italics stand in the view, in order."""
        marks = [s for s in self.syntax if s.end - s.start == 1 and self.source[s.start] in "*_"]
        pairs = itertools.pairwise(marks)
        return [
            (self.place_of(a.end), self.place_of(b.start))
            for a, b in pairs
            if (a.side, b.side) == (Side.RIGHT, Side.LEFT)
        ]

    def link_spans(self) -> list[tuple[int, int, str]]:
        """Return where the words of the links stand in the view, in order, and where they lead."""
        return [(self.place_of(k.start), self.place_of(k.end), k.target) for k in self.links]

    def _place(self, at: int) -> int:
        piece = max(bisect_right(self._starts, at) - 1, 0)
        return self._places[piece] + at - self._starts[piece]


_FILLING = "|"
"""What is written over a picture: a line of it continues none and is continued by none."""


def read_view(text: str, media_type: str) -> MarkdownView | None:
    """Return the view of a document's text, or None where it is its own view, as what was rendered from HTML is."""
    return None if media_type in HTML_TYPES else view_markdown(text) or _view_numbered(text)


def _view_numbered(text: str) -> MarkdownView | None:
    """Return the view of a page that a browser for terminals wrote with a number before each link, else None."""
    numbers = tuple(Syntax(start, end, Side.RIGHT) for start, end in link_numbers(text))
    return _view(text, 0, len(text), numbers) if numbers else None


def view_markdown(text: str) -> MarkdownView | None:
    """Return the view of a text, or None where it is no Markdown and so is its own view.

    >>> view_markdown("Prices rose 5 * 3 [sic] (see below).") is None
    True
    """
    syntax, links = find_syntax(text)
    return _view(text, 0, len(text), syntax, links) if syntax else None


def _view(source: str, start: int, end: int, syntax: tuple[Syntax, ...], links: tuple[Link, ...] = ()) -> MarkdownView:
    edges = [start, *(edge for s in syntax for edge in (s.start, s.end)), end]
    pieces = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b] or [(start, start)]
    lengths = [b - a for a, b in pieces]
    starts = (0, *list(accumulate(lengths))[:-1])
    text = "".join([source[a:b] for a, b in pieces])
    return MarkdownView(source, start, end, syntax, links, text, starts, tuple([a for a, _ in pieces]))


def _by_start(link: Link) -> int:
    return link.start
