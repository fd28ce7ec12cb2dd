"""Decide on a listing as one piece: what stands in <pre>, and code in boxes of other elements.

A line of code has no words that tell content from navigation, and the line model drops a third of one listing and
keeps the rest. So a listing stays whole where its lines together look like content, or where the line above or below
it stays: out of fold, on the 97 labelled pages with <pre>, words of content lost fall from 8,440 to 4,843
(word F1 .8912 to .8941). A listing that touches nothing that stays is left to the model. Line numbers beside the
code and the button that copies it are no part of it.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from .blocks import Line
from .model import Role
from .rules.sheet import Claim, Sheet, whole_line

_BOX = re.compile(
    r"(?<![a-z])(?:code(?:block|hilite|mirror)?|highlight|hljs|prism|syntaxhighlighter|crayon|prettyprint|cm-line|blob-(?:code|num))"
    r"(?![a-z])",
    re.IGNORECASE,
)
_CODE = re.compile(r"[{};]\s*$|[=!]=|[=-]>|::|\w\([\w\"', .]*\)|</|/>|\w\s?=\s?\S|^\s*(?:\$|#|//|--|import|from) ")
_CODE_SHARE = 0.3
"""Share of the lines of a box that look like code; boxes called "highlights" hold prose."""
_PIECE = 3
"""Lines that such a box has at least, and numbers that make a margin of line numbers."""
_NUMBER = re.compile(r"(\d{1,6})(?:\t|$)")


def claim_code_furniture(sheet: Sheet) -> Iterator[Claim]:
    """Claim the line numbers beside a listing's lines and the buttons that copy it."""
    for piece in _pieces(sheet.lines):
        yield from _numbers(piece)
        above = sheet.lines[max(0, piece[0].index - 3) : piece[0].index]
        below = sheet.lines[piece[-1].index + 1 : piece[-1].index + 3]
        buttons = [line for line in (*above, *piece, *below) if len(line.text) <= _LONGEST and _is_button(line.text)]
        for line in buttons:
            yield whole_line(line, Role.NAVIGATION, "code_button", "copies the listing beside it")
        pressed = {line.index for line in buttons}
        for line in (*above, *below):
            if line.index not in pressed and pressed & {line.index - 1, line.index + 1} and _is_label(line):
                yield whole_line(line, Role.NAVIGATION, "code_button", "names the language of the listing beside it")


def listed_lines(sheet: Sheet) -> frozenset[int]:
    """Return the lines of listings in which only this module and the detector of fake profiles may claim.

    A date, a menu's word or a rights notice inside a listing is what a program wrote. A page that is all one <pre>
    is text, and a listing that the model is sure is no content may be anything.
    """
    page = sum(line.words for line in sheet.lines)
    found: set[int] = set()
    for piece in _pieces(sheet.lines):
        words = sum(line.words for line in piece)
        if 2 * words <= page and not any(line.is_prose for line in piece):
            likely = [sheet.likely(line.index) for line in sheet.lines[piece[0].index : piece[-1].index + 1]]
            if sum(likely) >= _PROTECTED * len(likely):
                found.update(line.index for line in piece)
    return frozenset(found)


def spare_listings(sheet: Sheet, claims: Iterable[Claim], listed: frozenset[int]) -> Iterator[Claim]:
    """Yield the claims that may stand: those outside the `listed` lines, and those that know listings."""
    for claim in claims:
        knows = claim.rule in _FURNITURE or claim.role is Role.FAKE_PROFILE
        if knows or sheet.index_at(claim.start) not in listed:
            yield claim


_PROTECTED = 0.1
"""Mean probability of being content from which a listing is protected."""
_FURNITURE = ("code_button", "line_numbers")


def kept_listings(sheet: Sheet, keep: Mapping[int, bool], probability: Sequence[float]) -> Iterator[Line]:
    """Yield the lines that the model drops (`keep`) of listings that stay as a whole."""
    level = 0.0
    for piece in _pieces(sheet.lines):
        open_lines = [line for line in piece if line.index in keep]
        gone = [line for line in open_lines if not keep[line.index]]
        if not gone:
            continue
        level = level or _level(sheet.lines, probability)
        if _touches(sheet, piece, keep) or _pooled(open_lines, probability) >= level:
            yield from gone


def _level(lines: Sequence[Line], probability: Sequence[float]) -> float:
    """Return the probability from which the model keeps lines of this page."""
    import numpy as np

    from .line_model import LENIENCE, best_level

    return LENIENCE * best_level(np.array(probability), np.array([line.words for line in lines], np.float64))


def _pieces(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the listings: lines in <pre> that follow each other, and boxes of code."""
    from .html_features import column

    markup = [line.markup for line in lines if line.markup is not None]
    if not markup or len(markup) < len(lines):
        return
    piece: list[Line] = []
    boxed = False
    for line, said, inside in zip(lines, markup, column(markup, "in_pre"), strict=True):
        listed = inside > 0 or said.tag == "pre"
        box = not listed and _is_box(said.path)
        if piece and (boxed if listed else not box or not boxed):
            yield from _piece(piece, boxed)
            piece = []
        if listed or box:
            piece.append(line)
            boxed = box
    yield from _piece(piece, boxed)


@lru_cache(maxsize=1 << 14)
def _is_box(path: str) -> bool:
    return _BOX.search(path) is not None


def _piece(piece: list[Line], boxed: bool) -> Iterator[list[Line]]:
    if boxed:
        signs = sum(_CODE.search(line.text) is not None for line in piece)
        if len(piece) < _PIECE or signs < _CODE_SHARE * len(piece):
            return
    if piece:
        yield piece


def _touches(sheet: Sheet, piece: Sequence[Line], keep: Mapping[int, bool]) -> bool:
    """Tell whether the line right above or below a listing stays; its buttons and numbers do not count."""
    for index, step in ((piece[0].index - 1, -1), (piece[-1].index + 1, 1)):
        at = index
        while (claims := sheet.claims.get(at)) and claims[0].rule in _FURNITURE:
            at += step
        if keep.get(at, False):
            return True
    return False


def _pooled(lines: Sequence[Line], probability: Sequence[float]) -> float:
    """Return the probability that the lines' mean log odds by words give."""
    odds = total = 0.0
    for line in lines:
        p = min(max(probability[line.index], 1e-6), 1 - 1e-6)
        odds += (line.words + 0.5) * math.log(p / (1 - p))
        total += line.words + 0.5
    return 1.0 / (1.0 + math.exp(-odds / total)) if total else 0.0


# --- what stands around the code ------------------------------------------------------------------


def _numbers(piece: Sequence[Line]) -> Iterator[Claim]:
    """Claim the numbers that count a listing's lines, alone on a line or in a cell before the code."""
    run: list[tuple[Line, int]] = []
    for line in (*piece, None):
        found = _NUMBER.match(line.text) if line else None
        if run and (found is None or int(found[1]) != run[-1][1] + 1):
            if len(run) >= _PIECE and run[0][1] <= 1:
                for numbered, number in run:
                    end = numbered.start + len(str(number))
                    yield Claim(numbered.start, end, Role.NAVIGATION, "line_numbers", "counts the listing's lines")
            run = []
        if line and found and str(int(found[1])) == found[1]:
            run.append((line, int(found[1])))


def _is_button(text: str) -> bool:
    said = text.casefold().strip(" \t.!:…•|[]()")
    # "python Copy": the language's name stands beside the button.
    return said in _buttons() or said.partition(" ")[2] in _buttons()


_LABEL_WORDS = 2


def _is_label(line: Line) -> bool:
    """Tell whether a line beside the button may name the language: a word or two, no heading."""
    heading = line.markup is not None and line.markup.tag[:1] == "h" and line.markup.tag[1:].isdigit()
    return line.words <= _LABEL_WORDS and not line.ends and line.text[-1] not in ":," and not heading


_LONGEST = 40


@cache
def _buttons() -> frozenset[str]:
    text = files("pipeline").joinpath("resources/html/code_buttons.toml").read_text(encoding="utf-8")
    return frozenset(said.casefold() for words in tomllib.loads(text).values() for said in words)
