"""Put lines together that a fixed width broke: the next line's first word did not fit any more.

Verse, lists and menus have lines of such lengths, too. A group of lines proves a width where nearly every line would
have gone beyond it by the next word and runs on in the midst of a sentence; in a script without capitals any line seems
to run on, so there the group must hold the ends of sentences.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from .fragments import Span
from .list_marks import list_mark
from .paged import page_marks

_NARROW, _WIDE = 30, 120
_CODE = re.compile(r"[{}<>=|\\]|;$|::|\w\(|\)$|://")
_APART = frozenset("«–—-")
_HYPHENS = "-\u00ad\u2010"
_HYPHEN = re.compile(rf"[^\W\d_]{{2}}[{_HYPHENS}]$")


def join_wrapped(text: str, spans: list[Span]) -> list[Span]:
    """Join lines that a fixed width broke: the next line's first word did not fit any more."""
    marks = page_marks(text)
    groups: list[list[Span]] = []
    for i, span in enumerate(spans):
        apart = bool(marks) and (span[0] in marks or (i > 0 and spans[i - 1][0] in marks))
        if groups and span[2] == 0 and not apart and not list_mark(text, span[0], span[1]):
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
    joined: list[Span] = []
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


def _wrap_width(text: str, group: list[Span]) -> int:
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


def _run_on_width(text: str, groups: list[list[Span]]) -> int:
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


def _length(span: Span) -> int:
    """Return how wide a line is: a paragraph's first line may be set in."""
    return span[1] - span[0] + min(span[3], 8)


def _continues(text: str, line: Span, following: Span, width: int, proved: bool) -> bool:
    """Tell whether the following line goes on with this one, in a text that was wrapped at `width`."""
    if following[3] > line[3] and list_mark(text, line[0], line[1]) and text[following[0]].islower():
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


def _overflows(text: str, line: Span, following: Span, width: int) -> bool:
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


_FIRST_UNSPACED, _LAST_THAI, _THAI_WORD = "\u0e01", "\u17d3", 6
_UNSPACED = re.compile(r"(?P<wide>[\u3040-\u30ff\u3400-\u9fff])|[\u0e01-\u0e4e\u0e81-\u0ecd\u1000-\u103f\u1780-\u17d3]")


def _is_caseless_list(text: str, group: Sequence[Span]) -> bool:
    """Tell whether lines of a script without capitals hold next to no sentence's end; of Thai, next to no space.

    There any line seems to run on: forty headlines would be one paragraph.
    """
    first = text[group[0][0]]
    if len(group) < _LIST or not first.isalpha() or first.lower() != first.upper() or first > _LAST_THAI:
        return False
    if first >= _FIRST_UNSPACED:
        spaces = sum(text.count(" ", start, end) for start, end, _, _ in group)
        return spaces * _LINES_A_SPACE < len(group)
    stops = sum(1 for _ in _STOP.finditer(text, group[0][0], group[-1][1]))
    return stops * _LINES_A_STOP < len(group)


_STOP = re.compile(r"[.!?؟…।۔։](?!\S)")
_LIST, _LINES_A_STOP, _LINES_A_SPACE = 6, 10, 2


def _is_hyphenated(text: str, line: Span) -> bool:
    """Tell whether a line ends in the midst of a word."""
    # Next to no line ends with a hyphen: the pattern is asked of those alone.
    return text[line[1] - 1] in _HYPHENS and _HYPHEN.search(text, max(line[0], line[1] - 3), line[1]) is not None


def _breaks_small(text: str, line: Span) -> bool:
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


def _breaks_behind_article(text: str, line: Span) -> bool:
    """Tell whether a line breaks before what is a noun, which German writes with a capital."""
    return text[max(line[0], line[1] - 10) : line[1]].rsplit(None, 1)[-1] in _ARTICLES


def _runs_on(text: str, line: Span, following: Span) -> bool:
    last, first = text[line[1] - 1], text[following[0]]
    if _is_hyphenated(text, line):
        return True
    # A letter that is neither case belongs to a script without capitals.
    return first.isalpha() and not first.isupper() and (last.isalnum() or last in ",;،؛，、)»”’")
