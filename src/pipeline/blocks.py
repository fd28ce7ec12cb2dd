"""Cut a document's text into the lines that rules and model judge.

A line is a span without white space at its ends. Usually it is a line of the file; but text that was
wrapped at a fixed width is put together again (end-of-line hyphens included), and a whole page that came
as one line of Markdown is cut at its headings and list marks. Nothing is changed or left out: every
character that is not white space lies in exactly one line, and lines stand in order.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .flattened import cut_flattened
from .fragments import join_fragments
from .markdown_lines import Layout, join_paragraphs, make_layout
from .markdown_view import MarkdownView
from .model import Markup
from .paged import page_marks
from .word_counts import measure_lines


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

BULLET = re.compile(r"(?:[•‣⁃∙◦●○▪▫■□►▶➤➢✓✔★·*–—\-+]|\(?\d{1,3}[.)]|[a-zA-Z][.)])[ \t\u00a0]+")
_POINTS = (".", ")")
"""What stands behind a letter that is a list mark."""
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
        spans = _cut_markdown(text, join_fragments(text, _join_wrapped(text, spans)))
    if not markup:
        spans = _part_date(text, cut_flattened(text, spans))
    by_start = {m.start: m for m in markup}
    words, numbered = measure_lines(text, [(start, end) for start, end, _, _ in spans])
    # Nearly all lines begin with a letter and end with none of the marks: those are not asked further.
    parts = [text[start:end] for start, end, _, _ in spans]
    bullets = ["" if p[0].isalpha() and p[1:2] not in _POINTS else _bullet(p, 0, len(p)) for p in parts]
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


def _bullet(text: str, start: int, end: int) -> str:
    """Return the list mark that opens a line, with the space after it, or ""."""
    # Nearly all lines begin with a letter, and of letters only "a." and "a)" are marks.
    if text[start].isalpha() and text[start + 1 : start + 2] not in _POINTS:
        return ""
    mark = BULLET.match(text, start, end)
    return mark.group() if mark else ""


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
    lines = join_paragraphs(view.source, written, lines) or _join_wrapped(written, lines)
    return make_layout(view, _cut_markdown(view.source, lines))


# --- text wrapped at a fixed width ------------------------------------------------------------------

_NARROW, _WIDE = 30, 120
_CODE = re.compile(r"[{}<>=|\\]|;$|::|\w\(|\)$|://")
_APART = frozenset("«–—-")
_HYPHENS = "-\u00ad\u2010"
_HYPHEN = re.compile(rf"[^\W\d_]{{2}}[{_HYPHENS}]$")


def _join_wrapped(text: str, spans: list[_Span]) -> list[_Span]:
    """Join lines that a fixed width broke: the next line's first word did not fit any more."""
    marks = page_marks(text)
    groups: list[list[_Span]] = []
    for i, span in enumerate(spans):
        apart = bool(marks) and (span[0] in marks or (i > 0 and spans[i - 1][0] in marks))
        if groups and span[2] == 0 and not apart and not _bullet(text, span[0], span[1]):
            groups[-1].append(span)
        else:
            groups.append([span])
    widths = [w for g in groups if len(g) >= 3 and (w := _wrap_width(text, g))]
    run_on = _run_on_width(text, groups)
    if not widths and not run_on:
        return spans
    width = max([*widths, run_on])
    proved = run_on > 0
    first = next((b[0] for g in groups for a, b in itertools.pairwise(g) if proved and _runs_on(text, a, b)), 0)
    joined: list[_Span] = []
    for group in groups:
        # Two lines alone, or lines of other lengths, prove no width: there the text must also run on.
        own = _wrap_width(text, group) if len(group) >= 3 else 0
        for i, span in enumerate(group):
            pair = i > 0 and (group[i - 1], span)
            sure = proved and pair and (span[0] > first or _breaks_small(text, pair[0]))
            if pair and (_overflows(text, *pair, own) if own else _continues(text, *pair, width, bool(sure))):
                joined[-1] = (joined[-1][0], span[1], joined[-1][2], joined[-1][3])
            else:
                joined.append(span)
    return joined


def _wrap_width(text: str, group: list[_Span]) -> int:
    """Return the width a group of lines was wrapped at, or 0.

    Verse and lists fail here: their lines end early, or do not run on in the middle of a sentence.
    """
    width = max(map(_length, group))
    if not _NARROW <= width <= _WIDE:
        return 0
    pairs = list(itertools.pairwise(group))
    if _is_caseless_list(text, group):
        return 0
    if sum(1 for s in group if _CODE.search(text, s[0], s[1])) >= 0.3 * len(group):
        return 0
    soft = [p for p in pairs if _overflows(text, *p, width)]
    running = sum(1 for a, b in soft if _runs_on(text, a, b) or _breaks_behind_article(text, a))
    return width if len(soft) >= 0.75 * len(pairs) and running >= 0.4 * len(pairs) else 0


RUN_ON_PAIRS, RUN_ON_SHARE, RUN_ON_ALL, SLACK = 8, 0.85, 0.25, 6
"""Lines broken in the middle of a sentence that prove a width, the share of them that fill it, and of all lines; and
the characters by which who breaks lines by hand misses the width."""


def _run_on_width(text: str, groups: list[list[_Span]]) -> int:
    """Return the width of a text whose lines nearly all break in mid-sentence where the next word did not fit, or 0.

    Without blank lines between paragraphs a group holds headings, buttons and the ends of paragraphs, too.
    """
    pairs = [p for g in groups for p in itertools.pairwise(g) if not _is_caseless_list(text, g)]
    running = [p for p in pairs if _runs_on(text, *p) and _length(p[0]) >= _NARROW]
    if len(running) < RUN_ON_PAIRS or len(running) < RUN_ON_ALL * len(pairs):
        return 0
    width = max(_length(a) for a, _ in running)
    if width > _WIDE or sum(1 for a, _ in running if _CODE.search(text, a[0], a[1])) >= 0.3 * len(running):
        return 0
    return width if sum(1 for p in running if _overflows(text, *p, width - SLACK)) >= RUN_ON_SHARE * len(running) else 0


def _length(span: _Span) -> int:
    """Return how wide a line is: a paragraph's first line may be set in."""
    return span[1] - span[0] + min(span[3], 8)


def _continues(text: str, line: _Span, following: _Span, width: int, proved: bool) -> bool:
    """Tell whether the following line goes on with this one, in a text that was wrapped at `width`."""
    if following[3] > line[3] and _bullet(text, line[0], line[1]) and text[following[0]].islower():
        return True  # the second line of a list's item is set in
    if not _overflows(text, line, following, width):
        return proved and _runs_on(text, line, following) and _overflows(text, line, following, width - SLACK)
    last, first = text[line[1] - 1], text[following[0]]
    if _runs_on(text, line, following) or (last.islower() and first.isdigit()):
        return True
    # German writes its nouns with capitals, and names begin a line in any language.
    plain = not (_CELLS.search(text, line[0], line[1]) or _CELLS.search(text, following[0], following[1]))
    return proved and plain and (last in ",;" or (last.isalnum() and not last.isupper())) and first.isalnum()


_CELLS = re.compile(r"[|·•©→›»►]|\S {2,}\S|\t")
"""What parts a row of buttons or a rights notice."""


def _overflows(text: str, line: _Span, following: _Span, width: int) -> bool:
    """Tell whether the following line's first word would have gone beyond `width`."""
    if _is_hyphenated(text, line) and text[following[0]].islower():
        return True
    words = text[following[0] : min(following[1], following[0] + width)].split(None, 2)
    # French sets its quotation marks apart, and Slavic prepositions of one letter ("w", "о") close no line.
    alone = len(words) > 1 and (words[0] in _APART or (len(words[0]) == 1 and words[0].isalpha()))
    first = " ".join(words[:2]) if alone else words[0]
    if first[0] >= _FIRST_UNSPACED and (unspaced := _UNSPACED.match(first)):
        # Where no space parts words a line breaks between any two of them.
        first = first[: 2 if unspaced.lastgroup == "wide" else _THAI_WORD]
    return _length(line) + 1 + len(first) > width and _length(line) > width // 2


_FIRST_UNSPACED, _THAI_WORD = "\u0e01", 6
_UNSPACED = re.compile(r"(?P<wide>[\u3040-\u30ff\u3400-\u9fff])|[\u0e01-\u0e4e\u0e81-\u0ecd\u1000-\u103f\u1780-\u17d3]")


def _is_caseless_list(text: str, group: Sequence[_Span]) -> bool:
    """Tell whether lines of a script without capitals, but with spaces and stops, hold next to no sentence's end.

    There any line seems to run on: forty headlines would be one paragraph.
    """
    first = text[group[0][0]]
    if not first.isalpha() or first.lower() != first.upper() or first >= _FIRST_UNSPACED:
        return False
    stops = sum(1 for _ in _STOP.finditer(text, group[0][0], group[-1][1]))
    return stops * _LINES_A_STOP < len(group)


_STOP = re.compile(r"[.!?؟…।۔։](?!\S)")
_LINES_A_STOP = 10


def _is_hyphenated(text: str, line: _Span) -> bool:
    """Tell whether a line ends in the midst of a word."""
    # Next to no line ends with a hyphen: the pattern is asked of those alone.
    return text[line[1] - 1] in _HYPHENS and _HYPHEN.search(text, max(line[0], line[1] - 3), line[1]) is not None


def _breaks_small(text: str, line: _Span) -> bool:
    """Tell whether a line breaks behind a word written small: above the text stand names and rows of a menu, too."""
    return text[line[0] : line[1]].rsplit(None, 1)[-1][0].islower()


_ARTICLES = frozenset(
    (
        *("der", "das", "dem", "den", "des", "ein", "eine", "einen", "einem", "einer", "eines", "und", "oder", "von"),
        *("vom", "zu", "zum", "zur", "im", "auf", "aus", "bei", "mit", "für", "über", "unter", "nach", "vor", "durch"),
        *("ist", "sind", "hat", "wird", "als", "wie", "nicht", "auch", "nur", "noch", "seit", "ohne", "ihre", "seine"),
    )
)
"""Short words of German that close no sentence; "die", "in", "am" and "war" are words of English, too."""


def _breaks_behind_article(text: str, line: _Span) -> bool:
    """Tell whether a line breaks before what is a noun, which German writes with a capital."""
    return text[max(line[0], line[1] - 10) : line[1]].rsplit(None, 1)[-1] in _ARTICLES


def _runs_on(text: str, line: _Span, following: _Span) -> bool:
    last, first = text[line[1] - 1], text[following[0]]
    if _is_hyphenated(text, line):
        return True
    # A letter that is neither case belongs to a script without capitals.
    return first.isalpha() and not first.isupper() and (last.isalnum() or last in ",;،؛，、)»”’")


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
