"""Keep, in a text without markup, what has the form of content though the line model drops it amid kept prose.

Rows of figures, code and short items hold no words that tell text from menus, and the model loses them first. Its doubt
alone says little: of the lines that it drops between kept lines, however near the border, hardly four in ten are
content. What has a form is another matter, and stays on any probability:

- *articles of an encyclopaedia* (`wiki_guard`) and *tables* (`table_guard`);
- *code*: two lines or more between paragraphs of which half show the signs of a program;
- *announced lists*: three items or more right under a kept line that ends in a colon, or five names with figures
  under one without;
- *broken lists*: items that fall out of a list of which others stay, under a colon and above a kept line, or where the
  items are names with figures;
- *verse without marks*: four lines or more that all begin small.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from .blocks import Line
from .rules.sheet import Sheet
from .table_guard import rows_of_tables
from .wiki_guard import text_of_article

Saved = tuple[Line, str, str]
"""A line that stays, the rule that keeps it, and what it saw."""
Stays = Mapping[int, bool]
"""Of each open line, whether it stays."""
Guard = Callable[[Sheet, Stays, int, int], Iterator[int]]
"""Yields the indexes of lines to keep, given what stays and the first and last paragraph that does."""

PARAGRAPH_WORDS = 12
"""Words from which a kept line that ends like a sentence bounds the prose."""


def kept_by_form(sheet: Sheet, lines: Sequence[Line], keep: Stays, probability: Sequence[float]) -> Iterator[Saved]:
    """Yield those of the open `lines` that the model drops (`keep`) and their form keeps, with rule and evidence."""
    prose = [x.index for x in lines if x.ends and x.words >= PARAGRAPH_WORDS and keep[x.index] and x.markup is None]
    if prose:
        stays = dict(keep)
        for rule, said, guard in GUARDS:
            for index in guard(sheet, stays, prose[0], prose[-1]):
                if not stays.get(index, True):
                    stays[index] = True
                    yield sheet.lines[index], rule, said
        for index in _small_lines(sheet, stays, probability):
            yield sheet.lines[index], "verse", "lines that all begin small, one below the other"


def _runs(sheet: Sheet, stays: Stays, first: int, last: int) -> Iterator[list[int]]:
    """Yield the runs of neighbouring lines that the model drops and no rule claims, between two paragraphs."""
    run: list[int] = []
    claims = sheet.claims
    for index in [i for i, kept in stays.items() if not kept and first < i < last and i not in claims]:
        if run and index != run[-1] + 1:
            yield run
            run = []
        run.append(index)
    if run:
        yield run


# --- code -------------------------------------------------------------------------------------------

CODE, CODE_SHARE, CODE_WORDS = 2, 0.5, 8
"""Lines of a listing at least, the share of them that look like code, and words of each on average at most."""
_SIGNS = re.compile(
    r"[{;\[]$|^[}\])]{1,9}[;,)]{0,9}$|/>$|\)\s?=>$"
    r"|\w\)? => ?[\w({]|\w ?[=!]==? ?\w|\w::\w|</?[a-z][a-z0-9]{0,15}(?:\s[^<>\n]{0,80})?/?>"
    r"|[a-z]\([^()\n]{0,60}\)[;.{]|^[\w.]{1,40}\s?[:+-]?=\s?[^\s=]|^//\s?\w|^(?:import|from) [\w.]{1,40}(?: import|;?$)"
    r"|^(?:def|const|let|var|function) \w{1,40}\s?[=(]"
)
_MARKS = frozenset("{}[]<>=;:/)")
_OPENERS = ("import ", "from ")
_TEMPLATE = re.compile(r"^\{\{[^{}\n]{0,80}\}\}$")


def _code(sheet: Sheet, stays: Stays, first: int, last: int) -> Iterator[int]:
    """Yield the lines of listings."""
    for run in _runs(sheet, stays, first, last):
        lines = sheet.lines[run[0] : run[-1] + 1]
        few = len(run) < CODE or sum(line.words for line in lines) > CODE_WORDS * len(run)
        if not few and sum(_is_code(line.text) for line in lines) >= CODE_SHARE * len(run):
            yield from run


def _is_code(text: str) -> bool:
    # Nearly all lines of a menu hold none of the signs: the expression is asked of few.
    may_be = not _MARKS.isdisjoint(text) or text.startswith(_OPENERS)
    return may_be and _SIGNS.search(text) is not None and not _TEMPLATE.match(text)


# --- lists ------------------------------------------------------------------------------------------

ITEMS, HEAD_WORDS = 3, 3
"""Items of a list, and words of the line with a colon above it, at least."""
ANNOUNCED = 0.5
"""Probability of the line above a list from which all of its items stay."""
# Out of fold no list on a labelled page stays by it: at 0.4 the six items of one did, an advertisement's.
SHARE = 0.1
"""Share of a list's items that stay, or its first and its last one, from which all do."""
FIGURES, FIGURE_ITEMS = 0.8, 5
"""Share of a list's items that are a name with a figure, and items of such a list at least."""
_FIGURE = re.compile(r"^[^\d\n]{2,60}[\s:–—-]\s?[$€£+~-]?\d[\d.,\s]{0,12}%?$")
_YEAR = re.compile(r"(?:19|20)\d\d$")


def _announced(sheet: Sheet, stays: Stays, first: int, last: int) -> Iterator[int]:
    """Yield the items right under a kept line: of a list that its colon announces, or names with figures."""
    for items in _lists(sheet, first, len(sheet.lines)):
        above = sheet.lines[items[0] - 1]
        if len(items) < ITEMS or not stays.get(above.index, False) or any(i in sheet.claims for i in items):
            continue
        says = above.index <= last and _announces(above) and sheet.likely(above.index) >= ANNOUNCED
        says = says and not any(stays[i] for i in items)
        figures = items[-1] < last and not stays[items[0]] and len(items) >= FIGURE_ITEMS and _counts(sheet, items)
        if says or figures:
            yield from items


def _broken(sheet: Sheet, stays: Stays, first: int, last: int) -> Iterator[int]:
    """Yield the items of lists of which others stay."""
    for items in _lists(sheet, first, last):
        if len(items) < ITEMS or any(i in sheet.claims for i in items):
            continue
        kept = [stays[i] for i in items]
        if not (kept[0] and kept[-1]) and sum(kept) < max(1, SHARE * len(items)):
            continue
        above = sheet.lines[items[0] - 1]
        framed = stays.get(above.index, False) and _announces(above) and stays.get(items[-1] + 1, False)
        if framed or (len(items) >= FIGURE_ITEMS and _counts(sheet, items)):
            yield from items


def _announces(line: Line) -> bool:
    return line.text[-1] in ":：" and line.words >= HEAD_WORDS


def _counts(sheet: Sheet, items: Sequence[int]) -> bool:
    """Tell whether nearly all items are a name with a figure that is no year."""
    texts = [sheet.lines[i].text for i in items]
    return sum(bool(_FIGURE.match(t)) and not _YEAR.search(t) for t in texts) >= FIGURES * len(texts)


def _lists(sheet: Sheet, first: int, end: int) -> Iterator[list[int]]:
    """Yield the lists between two lines: items with one kind of mark, one right below the other."""
    items: list[int] = []
    for line in [x for x in sheet.lines[first + 1 : end] if x.bullet]:
        if items and (line.gap or line.index != items[-1] + 1 or _kind(line) != _kind(sheet.lines[items[-1]])):
            yield items
            items = []
        items.append(line.index)
    if items:
        yield items


def _kind(line: Line) -> str:
    """Return a list mark without its number or letter."""
    mark = line.bullet.strip()
    return mark if len(mark) == 1 else "".join(c for c in mark if not c.isalnum())


# --- verse ------------------------------------------------------------------------------------------

VERSE, VERSE_WORDS, LINE_WORDS = 4, 3, (2, 14)
"""Lines of verse at least, words of a line on average at least, and words of each."""
VERSE_LEVEL, DISTINCT = 0.05, 0.9
"""Mean probability below which small lines are a menu's, and the share of them that are no copies."""
_NO_VERSE = re.compile(r"[\d:|>©®→←↑#{}\[\]<=_@]|www\.")


def _small_lines(sheet: Sheet, stays: Stays, probability: Sequence[float]) -> Iterator[int]:
    """Yield the dropped lines of verse that has neither capitals nor marks, anywhere in a page."""
    run: list[Line] = []
    for line in (*sheet.lines, None):
        fits = line is not None and line.text[0].islower() and _is_verse(sheet, stays, line)
        if run and (line is None or not fits or line.gap > 1):
            if _is_stanza(run, probability):
                yield from (x.index for x in run if not stays[x.index])
            run = []
        if line is not None and fits:
            run.append(line)


def _is_verse(sheet: Sheet, stays: Stays, line: Line) -> bool:
    low, high = LINE_WORDS
    # Two lines of verse may have been joined as if a fixed width had broken them.
    words = [len(part.split()) for part in line.text.split("\n")]
    open_line = line.index in stays and line.index not in sheet.claims
    return open_line and low <= min(words) and max(words) <= high and not _NO_VERSE.search(line.text)


def _is_stanza(run: Sequence[Line], probability: Sequence[float]) -> bool:
    return (
        len(run) >= VERSE
        and sum(line.words for line in run) >= VERSE_WORDS * len(run)
        and len({line.text for line in run}) >= DISTINCT * len(run)
        and sum(probability[line.index] for line in run) >= VERSE_LEVEL * len(run)
    )


GUARDS: tuple[tuple[str, str, Guard], ...] = (
    (
        "wiki_article",
        "inside an encyclopaedia's article",
        lambda sheet, stays, _first, _last: text_of_article(sheet, stays),
    ),
    ("table", "rows of a table amid kept text", rows_of_tables),
    ("code", "lines of a program amid kept text", _code),
    ("announced_list", "a list that the line above announces", _announced),
    ("broken_list", "an item of a list of which others stay", _broken),
)
"""The guards that need kept prose around, in order: rule, evidence, function."""
