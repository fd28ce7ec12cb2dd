"""Find the text of an encyclopaedia's article by the links that edit its parts.

A page of which two headings or more have such a link is an article, and its text lies between the first of them and the
first part that closes articles (see also, references, notes; `wiki_ends.toml`), or the last part where no such heading
is known. All of it stays: tables of songs and episodes, lists, whatever the line model thinks. Of what stands
above, between the name of the site and the first part, paragraphs stay and so do the rows of a box of facts. What
closes an article is left to the model, which drops references and links as what they are: no sentences of its own.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from .rules.lexicon import fold
from .rules.sheet import Sheet

PARTS = 2
"""Headings with a link to edit from which a page is an article."""
ROWS = 3
"""Rows of a name and what is said of it that make a box of facts."""


def text_of_article(sheet: Sheet, stays: Mapping[int, bool]) -> Iterator[int]:
    """Yield the indexes of an encyclopaedia article's lines that no rule claims, dropped or not."""
    heads = _headings(sheet)
    if len(heads) < PARTS:
        return
    first = heads[0]
    end = next((i for i in heads if _says(sheet, i) in _ends()), heads[-1])
    top = max((i for i in range(first) if any(c.rule == "origin" for c in sheet.claims.get(i, ()))), default=-1)
    yield from (i for i in range(top + 1, first) if sheet.lines[i].is_prose and i not in sheet.claims)
    yield from _facts(sheet, top + 1, first)
    yield from (i for i in range(first, end) if i in stays)


def _headings(sheet: Sheet) -> list[int]:
    """Return the lines whose part can be edited: of a link that is all of its line, the line above."""
    found = []
    for index in sorted(sheet.claims):
        for claim in sheet.claims[index]:
            if claim.rule == "edit_link":
                alone = claim.start == sheet.lines[index].start
                found.append(max(index - 1, 0) if alone else index)
    return found


def _says(sheet: Sheet, index: int) -> str:
    """Return what a heading says without its link."""
    start, end = sheet.rest(index)
    return sheet.folded[start:end].strip(" :.#*=")


def _facts(sheet: Sheet, start: int, end: int) -> Iterator[int]:
    """Yield the lines of the boxes of facts: neighbours without a blank line, with three rows of two cells or more."""
    numbers = list(itertools.accumulate(int(line.gap > 0) for line in sheet.lines[:end]))
    for _, group in itertools.groupby(range(start, end), key=lambda i: numbers[i]):
        box = list(group)
        if sum("\t" in sheet.lines[i].text for i in box) >= ROWS:
            yield from (i for i in box if i not in sheet.claims)


@cache
def _ends() -> frozenset[str]:
    text = files("pipeline").joinpath("resources/clean/wiki_ends.toml").read_text(encoding="utf-8")
    return frozenset(fold(said) for row in tomllib.loads(text).values() for said in row)
