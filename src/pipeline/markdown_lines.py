"""Lay a Markdown page out: join the lines of its paragraphs, and say which lines are headings.

By Markdown's rules lines without a blank line between are one paragraph, but many a text writes a paragraph a line. So
they are joined where nearly all of them end where the next word did not fit, links and marks counted as written.
Without such a width only those are that break a sentence before a small letter, beside a link or when they are long.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .markdown_view import MarkdownView

Span = tuple[int, int, int, int]
"""start, end, blank lines before, indent."""
FILLED_PAIRS, FILLED_SHARE = 6, 0.9
"""Lines that another continues, and the share of them that fill the width, that prove it."""
_WIDTHS = (78, 79, 80, 72, 76, 100, 120)
"""What converters wrap at; html2text, the commonest, at 78."""
_OPENS = re.compile(r"[#>|]|(?:\d{1,3}[.)]|[*+-])[ \t]|={3,}$|-{3,}$")
"""What begins a line that continues none."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The lines of a Markdown view.

    `text` is the view's with spaces where a line's parts were broken, `spans` are the lines in it, and `levels` says
    where headings start and their level.
    """

    view: MarkdownView
    text: str
    spans: tuple[Span, ...]
    levels: Mapping[int, int]


def make_layout(view: MarkdownView, lines: Iterable[Span]) -> Layout:
    """Return the layout of a view; `lines` are those of its source."""
    spans: list[Span] = []
    levels: dict[int, int] = {}
    unseen = 0
    for start, end, gap, indent in lines:
        low, high = view.place_of(start), view.place_of(end)
        part = view.text[low:high]
        if bare := part.strip():
            left = low + len(part) - len(part.lstrip())
            spans.append((left, left + len(bare), gap + unseen, indent))
            unseen = 0
            if bare[0] == "#" and (mark := _HEADING_MARK.match(bare)):
                levels[left] = len(mark[1])
        else:
            if spans and gap == unseen == 0 and (level := "=-".find(view.source[start]) + 1):
                levels[spans[-1][0]] = level
            # A line of nothing but syntax parts like a blank one.
            unseen += gap + 1
    text = view.text
    if any("\n" in text[start:end] for start, end, _, _ in spans):
        pieces = [""]
        at = 0
        for start, end, _, _ in spans:
            pieces += (text[at:start], _BREAK.sub(_spaces, text[start:end]))
            at = end
        text = "".join([*pieces, text[at:]])
    return Layout(view, text, tuple(spans), levels)


_HEADING_MARK = re.compile(r"(#{1,6})[ \t]+(?=\S)")
_BREAK = re.compile(r"\r?\n(?:[ \t]*>)*|\r")
"""A break in a line's midst, with the mark of a quotation on the next."""


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match[0])


def join_paragraphs(source: str, written: str, spans: Sequence[Span]) -> list[Span] | None:
    """Return the lines with those of a paragraph joined, or None where no width is proved.

    `written` is the source with its syntax written over, as wide as it was.
    """
    soft = [
        (a, b)
        for a, b in itertools.pairwise(spans)
        if b[2] == 0
        and source[a[1] : a[1] + 2] != "  "
        and (not _OPENS.match(written, b[0]) or written[a[0]] == written[b[0]] == ">")
        and written[a[0]] != "|"
    ]
    running = {b for a, b in soft if _is_broken(source, written, a, b)}
    least = max(FILLED_PAIRS, FILLED_SHARE * len(soft))
    filled = next((some for width in _WIDTHS if len(some := _filled(written, soft, width)) >= least), running)
    if not filled:
        return None
    joined: list[Span] = []
    for span in spans:
        if span in filled:
            joined[-1] = (joined[-1][0], span[1], *joined[-1][2:])
        else:
            joined.append(span)
    return joined


_LONG_LINE = 60
"""Characters from which a line is no entry of a menu."""


def _is_broken(source: str, written: str, line: Span, following: Span) -> bool:
    """Tell whether a sentence is broken between two lines, as far as capitals and links tell."""
    last, first = written[line[1] - 1], written[following[0]]
    # The letters of Georgian count as small and have no capitals at a word's head.
    if written[line[0]] == "#" or not first.islower() or first.title() == first or not (last.isalnum() or last in ",;"):
        return False
    closes = source[line[1] - 1] != last
    opens = source[following[0]] != first
    return closes != opens or line[1] - line[0] >= _LONG_LINE


def _filled(text: str, pairs: Sequence[tuple[Span, Span]], width: int) -> set[Span]:
    """Return the lines whose first word did not fit into the line before; only a word alone may be too wide."""
    found = set()
    for a, b in pairs:
        first = text[b[0] : b[1]].lstrip("> ").split(None, 1)[:1]
        length = a[1] - a[0] + min(a[3], 8)
        if first and length + 1 + len(first[0]) > width and (length <= width or " " not in text[a[0] : a[1]]):
            found.add(b)
    return found
