"""Cut a document's text into the lines that rules and model judge.

A line is a span without white space at its ends. Usually it is a line of the file; but text that was
wrapped at a fixed width is put together again (end-of-line hyphens included), and a whole page that came
as one line of Markdown is cut at its headings and list marks. Nothing is changed or left out: every
character that is not white space lies in exactly one line, and lines stand in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .flattened import cut_flattened
from .fragments import join_fragments
from .list_marks import POINTS, list_mark
from .markdown_lines import Layout, join_paragraphs, make_layout
from .markdown_view import MarkdownView
from .model import Markup
from .word_counts import measure_lines
from .wrapped import join_wrapped


@dataclass(slots=True, eq=False)
class Line:
    """A span of the text and what its shape says.

    `gap` counts the blank lines before it; `bullet` is its list mark with the space after it, or "";
    `words` counts words (two characters of Chinese or Japanese make one); `numbered` tells whether a digit is in it;
    `ends` whether it closes like a sentence; `markup` is the HTML's evidence, where there is any. Of Markdown, `linked`
    is the share of its characters that are links, `targets` where they lead, `level` that of a marked heading, and
    `italic` tells whether the whole line is in italics.
    """

    # Final and not frozen: the type checker guards it as well, and a page's 250 lines are made five times as fast.
    index: Final[int]
    start: Final[int]
    end: Final[int]
    text: Final[str]
    gap: Final[int]
    indent: Final[int]
    bullet: Final[str]
    words: Final[int]
    numbered: Final[bool]
    ends: Final[bool]
    markup: Final[Markup | None] = None
    linked: Final[float] = 0.0
    targets: Final[tuple[str, ...]] = ()
    level: Final[int] = 0
    italic: Final[bool] = False

    @property
    def is_prose(self) -> bool:
        """Tell whether the line reads like a paragraph: many words and a sentence's end."""
        return self.words >= PROSE_WORDS and self.ends

    @property
    def jumps(self) -> bool:
        """Tell whether the line has links and all of them lead to places in the page."""
        return bool(self.targets) and all(len(target) > 1 and target[0] == "#" for target in self.targets)


PROSE_WORDS = 20
"""Words from which a line that ends like a sentence counts as a paragraph of prose."""
# 20: of the development pages' lines of that shape 9 in 10 are content; at 12 it is 8 in 10.

_STOPS = frozenset(".!?…。！？؟۔։।။។።")
_CLOSERS = frozenset("'\"”’»)]\u200f\u200e")
UNMARKED, FIRST_UNMARKED, LAST_UNMARKED = 120, "\u0e01", "\u0edf"
"""Characters from which a line of Thai or Lao reads like sentences, and their first and last letter."""
_MAYBE_CLOSED = _CLOSERS | frozenset(map(chr, range(ord(FIRST_UNMARKED), ord(LAST_UNMARKED) + 1)))
_ENDS = re.compile(r"[.!?…。！？؟۔։।။។።]['\"”’»)\]\u200f\u200e]{0,3}(?:\[\d{1,3}\]){0,3}$")


def cut_lines(text: str, markup: Sequence[Markup] = (), layout: Layout | None = None) -> tuple[Line, ...]:
    r"""Return the lines of `text` in order; where it is Markdown, its `layout` says where they are.

    >>> [line.text for line in cut_lines("One line\r\n\r\n  - two \u2028 three")]
    ['One line', '- two', 'three']
    """
    spans = _file_lines(text) if layout is None else list(layout.spans)
    if layout is None and not markup:
        spans = _cut_markdown(text, join_fragments(text, join_wrapped(text, spans)))
    if not markup:
        spans = _part_date(text, cut_flattened(text, spans))
    by_start = {m.start: m for m in markup}
    words, numbered = measure_lines(text, [(start, end) for start, end, _, _ in spans])
    # Nearly all lines begin with a letter and end with none of the marks: those are not asked further.
    parts = [text[start:end] for start, end, _, _ in spans]
    bullets = ["" if p[0].isalpha() and p[1:2] not in POINTS else list_mark(p, 0, len(p)) for p in parts]
    ends = [p[-1] in _STOPS or (p[-1] in _MAYBE_CLOSED and ends_sentence(p)) for p in parts]
    found = map(by_start.get, [start for start, _, _, _ in spans])
    lines = [
        Line(i, start, end, part, gap, indent, bullet, count, digit, ended, said)
        for i, ((start, end, gap, indent), part, bullet, count, digit, ended, said) in enumerate(
            zip(spans, parts, bullets, words, numbered, ends, found, strict=True)
        )
    ]
    return tuple(lines if layout is None else _with_links(lines, layout))


CRAWLED = re.compile(r"date \d{4}-\d{2}(?:-\d{2})?(?!\S)")
"""How a crawler dates a document."""


def _part_date(text: str, spans: list[_Span]) -> list[_Span]:
    """Part the date that a crawler writes in front of a document's first line, " date 2025-01-24 Headline", from it."""
    date = CRAWLED.match(text, spans[0][0], spans[0][1]) if spans else None
    if date is None:
        return spans
    start, end, gap, indent = spans[0]
    rest = date.end()
    while rest < end and text[rest].isspace():
        rest += 1
    return [(start, date.end(), gap, indent), (rest, end, 1, 0), *spans[1:]] if rest < end else spans


def _with_links(lines: Sequence[Line], layout: Layout) -> Iterator[Line]:
    """Yield the lines with what of them is links, whether they are in italics, and their level as headings."""
    links, italics, levels = layout.view.link_spans(), dict(layout.view.italic_spans()), layout.levels
    at = 0
    for line in lines:
        length, targets = 0, []
        while at < len(links) and links[at][1] <= line.start:
            at += 1
        # A link may hold several lines, and a line several links.
        following = at
        while following < len(links) and links[following][0] < line.end:
            start, end, target = links[following]
            length += max(min(end, line.end) - max(start, line.start), 0)
            targets.append(target)
            following += 1
        italic = italics.get(line.start, 0) >= line.end
        if length or italic or line.start in levels:
            share = min(length / max(len(line.text) - len(line.bullet), 1), 1.0)
            yield Line(
                line.index, line.start, line.end, line.text, line.gap, line.indent, line.bullet, line.words,
                line.numbered, line.ends, None, share, tuple(targets), levels.get(line.start, 0), italic,
            )  # fmt: skip
        else:
            yield line


def ends_sentence(text: str) -> bool:
    """Tell whether `text` closes with the mark of a sentence's end.

    Thai and Lao have none: a line as long as a paragraph counts as closed.

    >>> ends_sentence("He left.”"), ends_sentence("A headline")
    (True, False)
    """
    last = text[-1:]
    if len(text) >= UNMARKED and FIRST_UNMARKED <= last <= LAST_UNMARKED:
        return True
    # Only behind a closing mark does more need be asked.
    return last in _STOPS or (last in _CLOSERS and _ENDS.search(text[-16:]) is not None)


_Span = tuple[int, int, int, int]
"""start, end, blank lines before, indent."""


def _file_lines(text: str) -> list[_Span]:
    spans: list[_Span] = []
    at = gap = 0
    for raw in text.splitlines(keepends=True):
        bare = raw.strip()
        if bare:
            start = at if raw[0] == bare[0] else at + len(raw) - len(raw.lstrip())
            spans.append((start, start + len(bare), gap, start - at))
            gap = 0
        else:
            gap += 1
        at += len(raw)
    return spans


def lay_out(view: MarkdownView) -> Layout:
    """Return where the lines of a Markdown page are: as its source was wrapped, with links and marks as written."""
    written = view.overwritten()
    lines = _file_lines(written)
    lines = join_paragraphs(view.source, written, lines) or join_wrapped(written, lines)
    return make_layout(view, _cut_markdown(view.source, lines))


# --- a page that came as one line of Markdown -------------------------------------------------------

_LONG = 400
_MARKDOWN = re.compile(r"(?<=\s)(?:#{1,6} (?=[^\s#])|[*+\-] +(?=\[)|\d{1,3}\. (?=\[))")
_ENTRY = re.compile(r"\[([^\[\]]{2,200})\]\(#[^()\s]{0,200}\)")


def _cut_markdown(text: str, spans: list[_Span]) -> list[_Span]:
    """Cut the long lines that hold several headings or list marks."""
    if not ("# " in text or "[" in text):
        return spans
    titles = {m.group(1).strip() for m in _ENTRY.finditer(text)} if "](#" in text else set()
    cut: list[_Span] = []
    for span in spans:
        cut += _pieces(text, span, titles) if span[1] - span[0] >= _LONG else (span,)
    return cut


def _pieces(text: str, span: _Span, titles: set[str]) -> Iterator[_Span]:
    start, end, gap, indent = span
    marks = list(_MARKDOWN.finditer(text, start, end))
    if len(marks) < 2:
        yield span
        return
    cuts: list[int] = []
    for mark in marks:
        cuts.append(mark.start())
        # The contents name the headings, so they tell where a heading ends and its paragraph begins.
        if mark.group().startswith("#"):
            at = mark.end()
            named = max((t for t in titles if text.startswith(t, at)), key=len, default="")
            if named:
                cuts.append(at + len(named))
    for a, b in zip([start, *cuts], [*cuts, end], strict=True):
        part = text[a:b]
        if bare := part.strip():
            left = a + len(part) - len(part.lstrip())
            yield left, left + len(bare), gap, indent
            gap, indent = 0, 0
