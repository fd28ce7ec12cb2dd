r"""Read Markdown as a reader sees it, and say where each character of that stands in the source.

Crawlers and converters write pages as Markdown: a sentence then holds addresses, pictures and marks of emphasis. Rules,
models and lexicons know words, not that; so they read the view, in which this syntax is left out, and spans go back to
the source. The source stays as it is: nothing of it is changed, and every character keeps its place in the ledger.

What marks lines stays (`#`, `>`, list marks, bars of tables): the cutter reads it. A text is Markdown when it holds a
link or picture with an address, or two passages in `**bold**`; HTML that was rendered is not asked.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate

from .read import HTML_TYPES


class Side(IntEnum):
    """To which side a piece of syntax belongs when the text is cut beside it."""

    LEFT = 0
    RIGHT = 1
    ALONE = 2


@dataclass(frozen=True, slots=True)
class Syntax:
    """A span of the source that no reader sees."""

    start: int
    end: int
    side: Side


@dataclass(frozen=True, slots=True)
class Link:
    """The span of a link's words in the source, and where it leads."""

    start: int
    end: int
    target: str


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
        return [(self.place_of(k.start), self.place_of(k.end), k.target) for k in sorted(self.links, key=_by_start)]

    def _place(self, at: int) -> int:
        piece = max(bisect_right(self._starts, at) - 1, 0)
        return self._places[piece] + at - self._starts[piece]


_FILLING = "|"
"""What is written over a picture: a line of it continues none and is continued by none."""


def read_view(text: str, media_type: str) -> MarkdownView | None:
    """Return the view of a document's text, or None where it is its own view, as what was rendered from HTML is."""
    return None if media_type in HTML_TYPES else view_markdown(text)


def view_markdown(text: str) -> MarkdownView | None:
    """Return the view of a text, or None where it is no Markdown and so is its own view.

    >>> view_markdown("Prices rose 5 * 3 [sic] (see below).") is None
    True
    """
    if not any(sign in text for sign in ("](", "]:", "**")):
        return None
    links, syntax = _read_links(text)
    if not syntax and len(_BOLD.findall(text)) < _BOLD_PASSAGES:
        return None
    found = [*_apart(sorted((*syntax, *_marks(text)), key=lambda s: (s.start, -s.end)))]
    return _view(text, 0, len(text), tuple(_whole_lines(text, found)), tuple(links)) if found else None


_BOLD_PASSAGES = 2
"""Passages in bold that make a text without links Markdown: one may be a footnote's stars."""


def _view(source: str, start: int, end: int, syntax: tuple[Syntax, ...], links: tuple[Link, ...] = ()) -> MarkdownView:
    edges = [start, *(edge for s in syntax for edge in (s.start, s.end)), end]
    pieces = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b] or [(start, start)]
    lengths = [b - a for a, b in pieces]
    starts = (0, *list(accumulate(lengths))[:-1])
    text = "".join([source[a:b] for a, b in pieces])
    return MarkdownView(source, start, end, syntax, links, text, starts, tuple([a for a, _ in pieces]))


def _by_start(link: Link) -> int:
    return link.start


def _whole_lines(text: str, found: Sequence[Syntax]) -> Iterator[Syntax]:
    """Yield the spans; where they leave no letter or digit of a line but its mark, the line is one span."""
    at = 0
    while at < len(found):
        start = text.rfind("\n", 0, found[at].start) + 1
        end = text.find("\n", found[at].end)
        end = end if end >= 0 else len(text)
        last = at + 1
        while last < len(found) and found[last].end <= end:
            last += 1
        inside = found[at:last]
        edges = [start, *(edge for s in inside for edge in (s.start, s.end)), end]
        rest = "".join([text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)])
        if _MARK_ALONE.fullmatch(rest) and (whole := text[start:end].strip()):
            left = text.index(whole, start)
            yield Syntax(left, left + len(whole), Side.ALONE)
        else:
            yield from inside
        at = last


_MARK_ALONE = re.compile(r"\s*(?:[>#*+|\-]\s*)*(?:\d{1,3}[.)])?\s*")


def _apart(found: Sequence[Syntax]) -> Iterator[Syntax]:
    """Yield the spans that do not lie in an earlier one; what overlaps the end of an earlier one begins behind it."""
    at = 0
    for one in found:
        if one.end > at:
            yield Syntax(max(one.start, at), one.end, one.side)
            at = one.end


# --- links and pictures -----------------------------------------------------------------------------

_TOKEN = re.compile(r"!?\[|\]|\\[\[\]]")
_LONGEST_LABEL = 3_000
"""Characters of a link's words: of a block that is one link, several paragraphs."""
_TARGET = re.compile(
    r"\([ \t]{0,5}(?P<address><[^<>\n]{0,2000}>|(?:[^\s()\\<>]|\\.|(?<=-)\n(?=\S)|\((?:[^\s()\\]|\\.){0,500}\)){0,2000}"
    # Some converters leave spaces in an address.
    r"|https?://[^()<>]{0,1500})"
    r"(?:[ \t\n]{1,5}(?:\"(?:[^\"]|\"(?![ \t]{0,5}\))){0,500}\"|'[^'\n]{0,500}'|\([^()\n]{0,500}\)))?[ \t]{0,5}\)"
)
_ADDRESS = re.compile(
    r"<?(?:[a-zA-Z][a-zA-Z0-9+.\-]{1,20}:|/|#|\.{1,2}/|\?|www\.|[\w\-]+\.[a-zA-Z]{2,}(?:[/?#]|$)|[^\s()]+/[^\s()]*)"
)
_REFERENCE = re.compile(r"\[(?P<name>[^\[\]\n]{0,200})\]")
_DEFINITION = re.compile(
    r"^[ ]{0,3}\[(?P<name>[^\[\]\n]{1,200})\]:[ \t]{0,5}<?(?P<address>[^\s<>]{1,2000})>?"
    r"(?:[ \t]{1,5}(?:\"[^\"\n]{0,500}\"|'[^'\n]{0,500}'|\([^()\n]{0,500}\)))?[ \t]*$",
    re.MULTILINE,
)


def _read_links(text: str) -> tuple[list[Link], list[Syntax]]:
    """Return the links, and the syntax: of a link all but its words, a picture whole, a definition whole."""
    names: set[str] = set()
    syntax: list[Syntax] = []
    for definition in _DEFINITION.finditer(text) if "]:" in text else ():
        if _ADDRESS.match(definition["address"]) and not definition["name"].startswith("^"):
            names.add(_fold(definition["name"]))
            syntax.append(Syntax(*definition.span(), Side.ALONE))
    links: list[Link] = []
    open_marks: list[tuple[int, int]] = []
    for token in _TOKEN.finditer(text):
        said = token[0]
        if said[-1] == "[" and said[0] != "\\":
            open_marks.append(token.span())
        elif said == "]" and open_marks:
            start, inside = open_marks.pop()
            close = token.start()
            if close - inside > _LONGEST_LABEL:
                continue
            if end := _target_end(text, close + 1, text[inside:close], names):
                target = text[close + 1 : end]
                if text[start] == "!" or not _has_words(text, inside, close) or _is_picture(text, start, end, target):
                    if not (_is_alone(text, start, end) and _LOGO.search(target)):
                        syntax.append(Syntax(start, end, Side.ALONE))
                else:
                    links.append(Link(inside, close, target.strip("()<> ")))
                    syntax += (Syntax(start, inside, Side.RIGHT), Syntax(close, end, Side.LEFT))
    return links, syntax


_LOGO = re.compile(r"\blogo", re.I)
"""In the address of a picture that names the site: it stays in view for the rule that reads it."""
_PICTURE_FILE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp)\b[^()/]{0,200}\)?$", re.I)


def _is_picture(text: str, start: int, end: int, target: str) -> bool:
    """Tell whether a link leads to a picture's file and is all that its line says."""
    return _PICTURE_FILE.search(target) is not None and _is_alone(text, start, end)


def _is_alone(text: str, start: int, end: int) -> bool:
    left, right = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    return not text[left:start].strip() and not text[end : right if right >= 0 else len(text)].strip()


def _target_end(text: str, at: int, label: str, names: set[str]) -> int:
    """Return where the target behind a closing bracket ends, or 0 where there is none."""
    if target := _TARGET.match(text, at):
        return target.end() if not target["address"] or _ADDRESS.match(target["address"]) else 0
    if not names or len(label) > _LONGEST_NAME:
        return 0
    if named := _REFERENCE.match(text, at):
        return named.end() if _fold(named["name"] or label) in names else 0
    return at if _fold(label) in names else 0


_LONGEST_NAME = 200


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()


_PICTURE = re.compile(r"!\[[^\[\]]{0,1000}\]\([^()]{0,2000}\)")


def _has_words(text: str, start: int, end: int) -> bool:
    """Tell whether a link's words are more than a picture, which has a span of its own, or an icon's place."""
    label = text[start:end]
    return any(map(str.isalnum, _PICTURE.sub("", label) if "![" in label else label))


# --- emphasis, escapes, rules -----------------------------------------------------------------------

_BOLD = re.compile(r"\*\*(?=[^\s*])(?:[^*\n]|\n(?![ \t]*\n)){1,1000}(?<=[^\s*])\*\*")
_STRONG = re.compile(r"(?<![*\\])\*{2,}(?!\*)")
_EMPHASIS = (
    re.compile(r"(?<![\w*\\])(?P<open>\*)(?=[^\s*])[^*\n]{1,500}(?<=[^\s*\\])(?P<close>\*)(?![\w*])"),
    re.compile(r"(?<![\w\\])(?P<open>_{1,3})(?=[^\s_])[^_\n]{1,500}(?<=[^\s_\\])(?P<close>_{1,3})(?!\w)"),
)
_EMPTY = re.compile(r"(?<![\w_\\])__(?![\w_])")
"""What converters leave of an icon: emphasis on nothing."""
_ESCAPE = re.compile(r"\\(?=[\\`*_{}\[\]()#+\-.!|>~<])")
_RULER = re.compile(r"^[ ]{0,3}(?:={3,}[ \t]*|-{3,}[ \t]*|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$", re.MULTILINE)
_TABLE_RULER = re.compile(r"^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*){1,100}\|?[ \t]*$", re.MULTILINE)


def _marks(text: str) -> Iterator[Syntax]:
    """Yield marks of emphasis, backslashes that escape, and lines that only draw a rule."""
    for pattern in _EMPHASIS if "*" in text or "_" in text else ():
        for match in pattern.finditer(text):
            if len(match["open"]) == len(match["close"]):
                yield Syntax(*match.span("open"), Side.RIGHT)
                yield Syntax(*match.span("close"), Side.LEFT)
    for match in _STRONG.finditer(text) if "**" in text else ():
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        # "x ** 2", "x**2" and a lone "**" are no emphasis; other languages than English emphasise within words.
        if not (_is_plain(before) and _is_plain(after)) and (after.strip() or before.strip()):
            yield Syntax(*match.span(), Side.LEFT if before.strip() and not after.isalnum() else Side.RIGHT)
    for match in _EMPTY.finditer(text) if "__" in text else ():
        yield Syntax(match.start(), match.end(), Side.LEFT)
    for match in _ESCAPE.finditer(text) if "\\" in text else ():
        yield Syntax(match.start(), match.end(), Side.RIGHT)
    for pattern in (_RULER, _TABLE_RULER):
        for match in pattern.finditer(text):
            yield Syntax(match.start(), match.end(), Side.ALONE)


def _is_plain(character: str) -> bool:
    return character.isascii() and character.isalnum()
