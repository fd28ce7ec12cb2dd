"""Find what of a Markdown text no reader sees: brackets and addresses of links, pictures, emphasis, escapes, rulers.

A text is Markdown when it holds a link or picture with an address, or two passages in `**bold**`. What marks lines
stays (`#`, `>`, list marks, bars of tables): the cutter reads it. Converters are not strict: they break addresses at
hyphens, leave spaces in them and icons without words; so this follows what they write more than the standard, and in
linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum


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


def find_syntax(text: str) -> tuple[tuple[Syntax, ...], tuple[Link, ...]]:
    """Return the syntax, in order and apart, and the links of a text; nothing of one that is no Markdown."""
    if not any(sign in text for sign in ("](", "]:", "**")):
        return (), ()
    links, syntax = _read_links(text)
    if not syntax and len(_BOLD.findall(text)) < _BOLD_PASSAGES:
        return (), ()
    found = [*_apart(sorted((*syntax, *_marks(text)), key=lambda s: (s.start, -s.end)))]
    return tuple(_whole_lines(text, found)), tuple(sorted(links, key=lambda link: link.start))


_BOLD_PASSAGES = 2
"""Passages in bold that make a text without links Markdown: one may be a footnote's stars."""


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
    r"\([ \t]{0,5}(?P<address><[^<>\n]{0,2000}>"
    r"|(?:[^\s()\\<>]++|\\.|(?<=-)\n(?=\S)|\((?:[^\s()\\]|\\.){0,500}\)){0,2000}"
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
# A pattern that begins with a character is looked for ten times as fast as one that begins by looking back.
_STRONG = re.compile(r"\*(?<!\\\*)\*+")
_EMPHASIS = (
    re.compile(r"(?P<open>\*(?<![\w*\\]\*))(?=[^\s*])[^*\n]{1,500}(?<=[^\s*\\])(?P<close>\*)(?![\w*])"),
    re.compile(r"(?P<open>_(?<![\w\\]_)_{0,2})(?=[^\s_])[^_\n]{1,500}(?<=[^\s_\\])(?P<close>_{1,3})(?!\w)"),
)
_EMPTY = re.compile(r"__(?<![\w\\]__)(?!\w)")
"""What converters leave of an icon: emphasis on nothing."""
_ESCAPE = re.compile(r"\\(?=[\\`*_{}\[\]()#+\-.!|>~<])")
_RULER = re.compile(
    r"^[ ]{0,3}(?:={3,}[ \t]*|-{3,}[ \t]*|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|\*\*[ \t]*|#{1,6}[ \t]*|(?:>[ \t]*)+)$",
    re.MULTILINE,
)
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
