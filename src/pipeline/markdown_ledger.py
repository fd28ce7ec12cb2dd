"""Carry a document that was judged in its Markdown view back to its source.

Every span is moved to the characters that were judged, and what syntax lies beside a block joins it: what opens a link
or an emphasis the block behind it, what closes one the block before it. A line of nothing but syntax (a picture, a
rule, the address of a link) is a block of its own, dropped as a machine's artifact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from .markdown_syntax import Side, Syntax
from .markdown_view import MarkdownView
from .model import Block, Document, Fact, Role


def carry_back(document: Document, view: MarkdownView) -> Document:
    """Return the document of `view.text` as a document of the source; the ledger stays complete."""
    return replace(
        document,
        text=view.source,
        blocks=tuple(_blocks(document.blocks, view)),
        facts=tuple([_fact(fact, view) for fact in document.facts]),
    )


def _fact(fact: Fact, view: MarkdownView) -> Fact:
    if fact.start is None or fact.end is None:
        return fact
    start, end = view.span(fact.start, fact.end)
    return replace(fact, start=start, end=end)


def _blocks(blocks: Sequence[Block], view: MarkdownView) -> Iterator[Block]:
    """Yield the blocks with the syntax around them."""
    spans = [view.span(block.start, block.end) for block in blocks]
    outside = _outside(spans, view.syntax)
    for i, (block, (start, end)) in enumerate(zip(blocks, spans, strict=True)):
        before, alone = _shared(outside[i], spans[i - 1][1] if i else None, start, view.source)
        yield from (_artifact(one, view) for one in alone)
        after, _ = _shared(outside[i + 1], end, spans[i + 1][0] if i + 1 < len(spans) else None, view.source)
        start = min([start, *(s.start for s in before[1])])
        end = max([end, *(s.end for s in after[0])])
        shown = view.part(start, end).text
        yield replace(block, start=start, end=end, text=view.source[start:end], shown=shown)
    last = spans[-1][1] if spans else None
    yield from (_artifact(one, view) for one in _shared(outside[-1], last, None, view.source)[1])


def _outside(spans: Sequence[tuple[int, int]], syntax: Sequence[Syntax]) -> list[list[Syntax]]:
    """Return the syntax before each span and behind the last; what lies inside one is left out."""
    outside: list[list[Syntax]] = [[] for _ in range(len(spans) + 1)]
    at = 0
    for one in syntax:
        while at < len(spans) and spans[at][1] <= one.start:
            at += 1
        if at == len(spans) or one.end <= spans[at][0]:
            outside[at].append(one)
    return outside


def _shared(
    between: Sequence[Syntax], left: int | None, right: int | None, source: str
) -> tuple[tuple[Sequence[Syntax], Sequence[Syntax]], Sequence[Syntax]]:
    """Return which syntax between two blocks joins the left one, the right one and neither.

    `left` is where the left one ends and `right` where the right one begins; None at the edge of the text.
    """
    to_left, to_right = 0, len(between)
    at = left
    while at is not None and to_left < to_right:
        one = between[to_left]
        if one.side is Side.RIGHT and right is not None and not _parted(source, one.end, right):
            break
        if _parted(source, at, one.start):
            break
        at, to_left = one.end, to_left + 1
    at = right
    while at is not None and to_right > to_left:
        one = between[to_right - 1]
        if _parted(source, one.end, at):
            break
        at, to_right = one.start, to_right - 1
    return (between[:to_left], between[to_right:]), between[to_left:to_right]


def _parted(source: str, start: int, end: int) -> bool:
    """Tell whether a line ends between two places."""
    return source.find("\n", start, end) >= 0


def _artifact(one: Syntax, view: MarkdownView) -> Block:
    text = view.source[one.start : one.end]
    start = one.start + len(text) - len(text.lstrip())
    text = text.strip()
    if "![" in text:
        kind, said = "picture", "a picture"
    elif "](" in text:
        kind, said = "empty_link", "a link without words, or to a picture"
    elif "]" in text:
        kind, said = "link_target", "the address of a link"
    else:
        kind, said = "ruler", "a line that draws a rule, or a mark alone"
    return Block(start, start + len(text), text, Role.MACHINE_ARTIFACT, f"markdown_{kind}", said)
