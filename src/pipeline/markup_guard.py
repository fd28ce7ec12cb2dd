"""Keep what the markup shows to be part of the text and the line model drops: whole tables and lists, the standfirst.

The line model judges line by line, so of a table of figures it keeps the rows with words and drops the others. On
the labelled pages, out of fold, 13 of 13 data tables that it drops between two lines that stay are content on mixed
pages, and of the rows that it drops of lists of which it keeps more than half, three in five are. So a data table
stays whole between lines that stay, a list where more than half of its items do.

A standfirst is told by its class below the headline, or by its place between headline and byline. News labels count it
in 4 of 5 cases, those of mixed pages leave it out in 3 of 4; an analyst wants it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from .blocks import Line
from .model import Markup, Role
from .preformatted import kept_listings, listed_lines
from .rules.sheet import Sheet

Saved = tuple[Line, str, str]
"""A line that stays, the rule that says so, and its evidence."""

_CELLS = frozenset(("td", "th", "tr"))
_ITEMS = frozenset(("li", "dd", "dt"))
_TABLE, _LIKELY = 3, 0.3
"""Rows, and their mean probability of being content, from which rules spare a table."""
_ROWS, _LIST = 2, 3
"""Lines that a data table and a list have at least."""
_IN_LINKS = 0.5
"""Share of its characters in links from which a line is one."""


def kept_by_markup(sheet: Sheet, keep: Mapping[int, bool], probability: Sequence[float]) -> Iterator[Saved]:
    """Yield the lines of a page of HTML that the model drops (`keep`) and the markup keeps."""
    if not sheet.lines or any(line.markup is None for line in sheet.lines):
        return
    for line in kept_listings(sheet, keep, probability):
        yield line, "listing", "a line of a listing that stays as a whole"
    for rows in _runs(sheet.lines, _is_cell, _no_key):
        if len(rows) >= _ROWS and _is_data(rows) and (_between(rows, keep) == 2 or _mostly_kept(rows, keep)):
            yield from ((row, "data_table", "a row of a table that stays as a whole") for row in _gone(rows, keep))
    for items in _runs(sheet.lines, _is_item, _path):
        if len(items) >= _LIST and _mostly_kept(items, keep):
            yield from ((item, "list_of_kept", "most of its list stays") for item in _gone(items, keep))
    yield from _standfirst(sheet, keep)
    yield from _captions(sheet, keep, probability)
    yield from _headings(sheet, keep, probability)


def protected_lines(sheet: Sheet) -> frozenset[int]:
    """Return the lines of listings and data tables: a date or a menu's word in one of them is what it holds."""
    if not sheet.lines or sheet.lines[0].markup is None:
        return frozenset()
    found = set(listed_lines(sheet))
    for rows in _runs(sheet.lines, _is_cell, _no_key):
        likely = sum(sheet.likely(row.index) for row in rows)
        if len(rows) >= _TABLE and _is_data(rows) and likely >= _LIKELY * len(rows):
            found.update(row.index for row in rows)
    return frozenset(found)


# --- pieces --------------------------------------------------------------------------------------


def _runs(
    lines: Sequence[Line], is_part: Callable[[Markup], bool], key: Callable[[Markup], str]
) -> Iterator[list[Line]]:
    """Yield the runs of neighbouring lines that are parts of one piece."""
    run: list[Line] = []
    last = ""
    for line in lines:
        markup = line.markup
        if markup is not None and is_part(markup):
            if run and (run[-1].index != line.index - 1 or key(markup) != last):
                yield run
                run = []
            run.append(line)
            last = key(markup)
    if run:
        yield run


def _is_cell(markup: Markup) -> bool:
    return markup.tag in _CELLS


def _is_item(markup: Markup) -> bool:
    return markup.tag in _ITEMS or markup.path.startswith(("li>", "li.", "dd>", "dd."))


def _no_key(_: Markup) -> str:
    return ""


def _path(markup: Markup) -> str:
    return markup.path


def _is_data(rows: Sequence[Line]) -> bool:
    """Tell whether rows hold data in several cells; a layout table holds links, or a cell a row."""
    several = sum("\t" in row.text for row in rows)
    return several >= 0.6 * len(rows) and sum(map(_link_share, rows)) < _IN_LINKS * len(rows)


def _between(run: Sequence[Line], keep: Mapping[int, bool]) -> int:
    """Return how many of the two lines around a run stay."""
    return keep.get(run[0].index - 1, False) + keep.get(run[-1].index + 1, False)


def _mostly_kept(run: Sequence[Line], keep: Mapping[int, bool]) -> bool:
    """Tell whether more than half of a run stays, and a line beside it."""
    return 2 * sum(keep.get(x.index, False) for x in run) > len(run) and _between(run, keep) > 0


def _gone(run: Sequence[Line], keep: Mapping[int, bool]) -> Iterator[Line]:
    return (line for line in run if not keep.get(line.index, True))


def _link_share(line: Line) -> float:
    return line.markup.features.get("link_share", 0.0) if line.markup else 0.0


# --- captions and headings --------------------------------------------------------------------------

_CAPTION = re.compile(r"(?<![a-z])caption(?![a-z])")
_NO_CAPTION = re.compile(r"closed-caption|card|teaser|slide|related|widget|gallery|thumbs")
_BESIDE = 4
"""Lines between a caption or heading and the text around it, other captions and credits."""
_CAPTION_LEVEL = 0.25
"""Probability from which a picture's caption between paragraphs stays."""
# Labels count 4 % of the words of captions between paragraphs that stay, at .3 as at .1: at .03 word F1 of news
# is .0021 lower, of mixed pages .0010.
_CAPTION_WORDS = 60


def _captions(sheet: Sheet, keep: Mapping[int, bool], probability: Sequence[float]) -> Iterator[Saved]:
    """Yield the captions between two paragraphs that stay: their figure stands in the text."""
    for line in sheet.lines:
        i, markup = line.index, line.markup
        if keep.get(i, True) or markup is None or not _is_caption(markup):
            continue
        if markup.tag != "caption" and probability[i] < _CAPTION_LEVEL:
            continue
        if line.words > _CAPTION_WORDS or _link_share(line) >= _IN_LINKS:
            continue
        above = any(_is_text(sheet, k, keep) for k in range(max(0, i - _BESIDE), i))
        below = any(_is_text(sheet, k, keep) for k in range(i + 1, min(len(sheet.lines), i + 1 + _BESIDE)))
        if above and below:
            yield line, "caption", "a caption between paragraphs that stay"


def _is_caption(markup: Markup) -> bool:
    return markup.tag in ("figcaption", "caption") or _names_caption(markup.path)


@lru_cache(maxsize=1 << 14)
def _names_caption(path: str) -> bool:
    names = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", path).lower()
    return _CAPTION.search(names.replace("thumbcaption", "thumb-caption")) is not None and not _NO_CAPTION.search(names)


def _is_text(sheet: Sheet, index: int, keep: Mapping[int, bool]) -> bool:
    line = sheet.lines[index]
    return keep.get(index, False) and (line.is_prose or _is_cell_line(line))


def _is_cell_line(line: Line) -> bool:
    return line.markup is not None and line.markup.tag in _CELLS


_HEADS = frozenset(("h2", "h3", "h4", "h5", "h6", "summary"))
_SURE_BELOW = 0.6


def _headings(sheet: Sheet, keep: Mapping[int, bool], probability: Sequence[float]) -> Iterator[Saved]:
    """Yield the headings right above a paragraph that surely stays."""
    for line in sheet.lines[:-1]:
        if line.markup is None or line.markup.tag not in _HEADS or keep.get(line.index, True):
            continue
        below = sheet.lines[line.index + 1]
        sure = keep.get(below.index, False) and below.is_prose and probability[below.index] >= _SURE_BELOW
        if sure and _link_share(line) < _IN_LINKS and sheet.first_prose < line.index < sheet.last_prose:
            yield line, "heading_of_kept", "a heading over a paragraph that stays"


# --- the standfirst --------------------------------------------------------------------------------

_DECK = re.compile(
    r"(?<![a-z])(?:deks?|decks?|standfirst|stand-first|sub-?head(?:line|ing)?s?|sub-?titles?|strap-?line|excerpt|lede|lead|"
    r"chapo|chapeau|sapo|vorspann|teaser-text|entradilla|bajada|copete|sommario|occhiello|ingress|underrubrik)(?![a-z])"
)
_NOT_DECK = re.compile(
    r"author|bio|caption|image|photo|credit|tooltip|popup|modal|related|widget|card|price|field|product"
)
_BELOW_TITLE = 8
"""Lines below the headline in which a standfirst stands."""
_DECK_WORDS = 5


def _standfirst(sheet: Sheet, keep: Mapping[int, bool]) -> Iterator[Saved]:
    for line in sheet.lines[: sheet.first_prose]:
        if keep.get(line.index, True) or line.words < _DECK_WORDS or line.markup is None:
            continue
        features = line.markup.features
        if features["link_share"] >= _IN_LINKS or features["around_bio"] or features["has_time"]:
            continue
        if _names_deck(line.markup.path) and 0 < features["from_title"] <= _BELOW_TITLE:
            yield line, "standfirst", "the markup calls it so, below the headline"
        elif line.ends and _has_role(sheet, line.index - 1, Role.TITLE) and _has_role(sheet, line.index + 1, *_HEAD):
            yield line, "standfirst", "between the headline and a byline or date"


def _has_role(sheet: Sheet, index: int, *roles: Role) -> bool:
    claims = sheet.claims.get(index)
    return claims is not None and claims[0].role in roles


_HEAD = (Role.BYLINE, Role.DATE)


@lru_cache(maxsize=1 << 14)
def _names_deck(path: str) -> bool:
    # "heroSubtitle" is cut as "hero-subtitle" is.
    names = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", path).lower()
    return _DECK.search(names) is not None and _NOT_DECK.search(names) is None
