"""Describe the lines above the text that may be the document's title.

A candidate is described by what holds in any language: its length and marks, the header lines around it, where it
stands, what the line model says of it and of its neighbours, and how many of its words the text below uses again
(`title_words.py`). `title_rank.py` chooses among them.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest

from ..blocks import Line
from ..dates import find_dates
from ..line_forms import holds_sentences
from ..model import Role
from ..word_counts import count_words
from .head_lines import far_header
from .lexicon import fold, load_list
from .names import name_span
from .sheet import Sheet
from .site_names import NAME_WORDS, is_medium, is_menu_row, is_section
from .title_words import addresses, bare, known_words, text_words

Features = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line, or what is left of it, that may be the title, and what describes it."""

    line: Line
    start: int
    end: int
    features: Features


REACH, TOP = 30, 12
"""Lines above the first prose that are looked at, and lines of a page without prose."""
MOST_WORDS, PARAGRAPH_WORDS = 40, 24
"""Words of a title at most, and from which a line with a sentence's end within is a paragraph."""
CREDIT_WORDS = 6
"""Words of a picture's credit."""
CLEAN = 8
"""Lines above the text up to which a document counts as cleaned before."""
HELD = 8
"""Characters of a headline that another line may hold."""
NEAR = 80
"""Characters by which a line that holds the headline and the site's name is longer."""
_KINDS = ("clean", "dated")
_BY_KIND = (
    *("line_0", "first", "first_open", "gap", "distance", "likely", "likely_above", "known_most", "known_first"),
    *("copies_2", "header_below", "in_longer", "words_3", "words_4", "words_5_6", "words_7_10", "capitals"),
    *("candidate_below", "candidate_above"),
)
"""Features that also count by the kind of page: cleaned before, with a date or byline above the text."""
_LENGTHS = (
    *((f"words_{n}", n, n) for n in range(1, 5)),
    *((f"words_{a}_{b}", a, b) for a, b in ((5, 6), (7, 10), (11, 15))),
)
"""Features of a candidate's length: name, fewest and most words."""


def title_candidates(sheet: Sheet) -> list[Candidate]:
    """Return the open lines above the text, described."""
    count, first = len(sheet.lines), sheet.first_prose
    low, high = (max(0, first - REACH), min(count, first + 2)) if first < count else (0, min(count, TOP))
    text, opening = text_words(sheet)
    hosts = {part.replace("-", "") for host in addresses(sheet.folded) for part in host.split(".")}
    above = _Above.of(sheet, high)
    found: list[tuple[Line, int, int, dict[str, float]]] = []
    far = far_header(sheet)
    for line in (*(sheet.lines[i] for i in far if i < low), *sheet.lines[low:high]):
        start, end = sheet.rest(line.index)
        is_open = sheet.is_open(line.index)
        if not 1 <= line.words <= MOST_WORDS or end - start < (2 if is_open else 12):
            continue
        if is_open and (_is_only_buttons(sheet, line) or is_dateline(sheet.text[start:end])):
            continue
        if is_open and line.words <= CREDIT_WORDS and _is_credit(sheet, line):
            continue
        # A short paragraph is no title, however little else the page has.
        if is_open and (sheet.having(line.index, "engine_note") or holds_sentences(line, PARAGRAPH_WORDS)):
            continue
        path = path_end(sheet.text, start, end) if is_open else None
        if path is not None and (path == end or sheet.folded.count(sheet.folded[path:end]) > 1):
            # The way to the page says nothing that the headline below it does not.
            continue
        start = path or start
        words = line.words if is_open and path is None else count_words(sheet.text[start:end])
        features = _shape(sheet, line, start, end, words)
        features.update(_place(sheet, line, not found, above))
        # A line that ends like a sentence heads a text only right over a byline or date.
        if features["sentence"] and not features["header_next"]:
            continue
        copies = len(sheet.ground.copies.get(sheet.said(line.index).strip(), (line,)))
        features["copies_2"], features["copies_3"] = float(copies == 2), float(copies > 2)
        own = bare(sheet.folded[start:end])
        features["in_longer"] = float(above.holds(own, line.index))
        features.update(known_words(sheet.folded[start:end], text, opening))
        features["address"] = float(words <= NAME_WORDS and len(own) >= 5 and own.replace(" ", "") in hosts)
        found.append((line, start, end, features))
    _relate(found)
    kinds = [kind for kind, holds in zip(_KINDS, _kinds(sheet), strict=True) if holds]
    candidates = []
    for line, start, end, features in found:
        features.update({f"{kind}:{name}": features[name] for kind in kinds for name in _BY_KIND if features.get(name)})
        candidates.append(Candidate(line, start, end, features))
    return candidates


def _is_credit(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line is a picture's: "Photo: example.org"; "Photo of the year: a fox" may be a headline."""
    credit = sheet.opening(line.index, "caption")
    return credit is not None and sheet.text[credit.end - 1 : line.end].lstrip(" ")[:1] in tuple(":：/")


def path_end(text: str, start: int, end: int) -> int | None:
    """Return where the headline begins behind the way to it: "News / World / Ferry leaves with a piano on board".

    That is the line's end where it says the way alone ("Home > News > World", "Example / News"); None if it is none.
    """
    marks = [m for m in _STEP.finditer(text, start, end)]
    if not marks or len({m[1] for m in marks}) > 1:
        return None
    edges = [start, *(e for m in marks for e in m.span()), end]
    parts = [text[a:b].strip() for a, b in zip(edges[::2], edges[1::2], strict=True)]
    if not all(len(part.split()) <= STEP_WORDS and len(part) <= STEP for part in parts[:-1]):
        return None
    last = parts[-1]
    short = len(last.split()) <= STEP_WORDS and len(last) <= STEP
    if len(parts) >= MANY_STEPS:
        return end if short else marks[-1].end()
    return end if short and any(is_section(fold(part)) for part in parts) else None


STEP_WORDS, STEP, MANY_STEPS = 3, 30, 3
"""Words and characters of a section on the way to a page, and parts that make a way without a known section."""
_STEP = re.compile(r"\s([>»→/›])\s")


def is_dateline(text: str) -> bool:
    """Tell whether a short line is the place and agency that a text opens with: "New York CNN —".

    >>> is_dateline("New York CNN —"), is_dateline("SEOUL, Aug. 20 (Yonhap) --"), is_dateline("The harbour —")
    (True, True, False)
    """
    mark = _DASH.search(text[-4:])
    if mark is None or len(text.split()) > DATELINE:
        return False
    return any(word.strip("(),.").isupper() and len(word.strip("(),.")) > 1 for word in text.split()) or ")" in text


DATELINE = 8
"""Words of a dateline, its dash included."""
_DASH = re.compile(r"[ )\]](?:[—–]|--)$")


def _is_only_buttons(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line is three buttons or more side by side, and next to nothing else."""
    spans = sorted((c.start, -c.end) for c in sheet.cues(line.index) if c.mode == "whole" and c.family in _BUTTON_KINDS)
    reached, count, covered = line.start, 0, 0
    for start, end in spans:
        if start >= reached:
            count, covered, reached = count + 1, covered - end - start, -end
    return count >= BUTTONS and covered >= 0.8 * (line.end - line.start)


_BUTTON_KINDS = frozenset(["menu", "newsletter", "widget", "share", "legal"])


def page_features(sheet: Sheet, candidates: Sequence[Candidate]) -> Features:
    """Return what speaks for a page without a title."""
    count, first = len(sheet.lines), sheet.first_prose
    words = sum(line.words for line in sheet.lines)
    prose = sum(line.words for line in sheet.lines if line.is_prose)
    clean, dated = _kinds(sheet)
    return {
        "none": 1.0,
        "none:clean": float(clean),
        "none:dated": float(dated),
        "none:prose": prose / max(words, 1),
        "none:lines": math.log1p(count),
        "none:no_prose": float(first >= count),
        "none:candidates": math.log1p(len(candidates)),
    }


def has_header(sheet: Sheet, indexes: range) -> bool:
    """Tell whether a date or byline was claimed in one of the lines."""
    return any(c.role in (Role.DATE, Role.BYLINE) for i in indexes for c in sheet.claims.get(i, ()))


@dataclass(frozen=True, slots=True)
class _Above:
    """What is asked of the lines above the text for each candidate: their words, and which hold a date or byline."""

    said: Mapping[int, str]
    joined: str
    by_size: Sequence[tuple[int, int, str]]
    """The same by length: length, line, words."""
    headers: Sequence[bool]
    menus: int
    """The first line that is neither claimed nor a row of a menu."""

    @staticmethod
    def of(sheet: Sheet, high: int) -> _Above:
        """Return this of the first `high` lines. Shorter lines than `HELD` can hold no headline and are left out."""
        said = {x.index: bare(sheet.said(x.index)) for x in sheet.lines[:high] if x.end - x.start > HELD + 3}
        headers = [False] * len(sheet.lines)
        for i in sheet.claims:
            headers[i] = has_header(sheet, range(i, i + 1))
        rows = (i for i, x in enumerate(sheet.lines) if sheet.is_open(i) and not is_menu_row(sheet, x))
        by_size = sorted([(len(text), i, text) for i, text in said.items()])
        return _Above(said, "\n".join(said.values()), by_size, headers, next(rows, len(sheet.lines)))

    def holds(self, own: str, index: int) -> bool:
        """Tell whether a line other than `index` says a headline and a little more."""
        # Nearly always the words stand in their own line only, and the lines need not be asked one by one.
        if len(own) < HELD or self.joined.count(own) <= self.said.get(index, "").count(own):
            return False
        low, high = (bisect_left(self.by_size, (len(own) + size, -1, "")) for size in (4, NEAR))
        return any([i != index and own in other for _, i, other in self.by_size[low:high]])

    def headed(self, low: int, high: int) -> bool:
        """Tell whether one of the lines from `low` to before `high` holds a date or byline."""
        return True in self.headers[low:high]


LINKS = re.compile(r"https?://|www\.|@|[|›>→‹] ?|(?<=\s)»(?=\s)|\.{3}|©")
_CELLS = re.compile(r"\S {2,8}\S.{0,200}\S {2,8}\S|[▾▼\t]")
"""What parts the names of a menu's row: wide gaps, arrows, tabs."""
_PRICE = re.compile(r"[$€£₽¥%]")
_GLUED = re.compile(r"[a-zа-яёα-ω][A-ZА-ЯЁΑ-Ω]")
CLOCK = re.compile(r"(?<![\d:])\d{1,2}:\d{2}(?![\d:])")
_ASKS = "?!؟？！\"'”»)’"
_UNFINISHED = ".:;,…؛،：；"


def _shape(sheet: Sheet, line: Line, start: int, end: int, words: int) -> dict[str, float]:
    text, folded = sheet.text[start:end], sheet.folded[start:end]
    last = text[-1:]
    features = {name: float(a <= words <= b) for name, a, b in _LENGTHS}
    initials = [t[0] for t in text.split() if t[0].isalpha()]
    # A line without a digit has no date; most have none, and need not be searched.
    numbered = line.numbered and (len(text) == len(line.text) or any(map(str.isdigit, text)))
    # "ผล DNA ยืนยัน": capitals among letters of a script that has none are no headline in capitals.
    upper = text.isupper() and (text.isascii() or 2 * sum(map(str.isupper, text)) > sum(map(str.isalpha, text)))
    features |= {
        "words_29": float(words > 28),
        "sentence": float(line.ends and last not in _ASKS),
        "unfinished": float(not line.ends and last in _UNFINISHED),
        "opener": float(folded.strip(" .:") in _openers()),
        "button": float(bool(sheet.whole(line.index))),
        "section": float(is_section(folded)),
        "name": float(NAME[0] <= words <= NAME[1] and name_span(sheet.text, start, end) == (start, end)),
        "medium": float(words <= NAME_WORDS and is_medium(text)),
        "menu": float(is_menu_row(sheet, line)),
        "buttons": float(_is_buttons(sheet, line)),
        "links": float(LINKS.search(text) is not None),
        "caption": float(sheet.opening(line.index, "caption") is not None),
        "updated": float(sheet.opening(line.index, "updated") is not None),
        "byline": float(sheet.opening(line.index, "byline") is not None),
        "date": float(numbered and bool(find_dates(text))),
        "clock": float(numbered and CLOCK.search(text) is not None),
        "capitals": sum([c.isupper() for c in initials]) / len(initials) if initials else 0.0,
        "upper": float(upper),
        "upper_short": float(words <= KICKER and upper),
        "lower": float(text[:1].islower()),
        "digits": float(numbered),
        "cells": float(_CELLS.search(text) is not None),
        "list": float(bool(line.bullet)),
        "marked": float(line.text.startswith("# ")),
        "price": float(_PRICE.search(text) is not None),
        "glued": float(_GLUED.search(text) is not None),
    }
    return features


def _place(sheet: Sheet, line: Line, is_first_open: bool, above: _Above) -> dict[str, float]:
    index, count, first = line.index, len(sheet.lines), sheet.first_prose
    above_text = first - index if first < count else 3
    stop = min(first + 4, count)
    return {
        "gap": float(line.gap > 0),
        "gap_below": float(index + 1 < count and sheet.lines[index + 1].gap > 0),
        "distance": math.log1p(max(above_text, 0)),
        "below_text": float(above_text <= 0),
        "next_to_text": float(above_text == 1),
        "line_0": float(index == 0),
        "first": float(_is_first(sheet, index, above)),
        "first_open": float(is_first_open),
        "top": float(index == 0 and first <= CLEAN and above.headed(1, min(stop, 5))),
        "header_below": float(above.headed(index + 1, min(stop, index + 5))),
        "header_next": float(above.headed(index + 1, index + 2)),
        "header_above": float(above.headed(max(0, index - 2), index)),
        "likely": sheet.likely(index),
        "likely_below": sheet.likely(index + 1) if index + 1 < count else 0.0,
        "likely_above": sheet.likely(index - 1) if index else 0.0,
    }


NAME = (2, 4)
"""Words of a person's name."""
KICKER = 2
"""Words of a line above a headline that names its section."""


def _is_first(sheet: Sheet, index: int, above: _Above) -> bool:
    """Tell whether only furniture, and a kicker, stands above a line."""
    if index and (sheet.lines[index - 1].words <= KICKER and not sheet.lines[index - 1].ends):
        index -= 1
    return index <= above.menus


BUTTONS = 3
"""Phrases from which a line is a row of buttons."""


def _is_buttons(sheet: Sheet, line: Line) -> bool:
    """Tell whether most of a line's characters are phrases that are buttons where they stand alone."""
    spans = {(c.start, c.end) for c in sheet.cues(line.index) if c.mode == "whole" and line.start <= c.start < line.end}
    covered = {at for start, end in spans for at in range(start, min(end, line.end))}
    return len(spans) >= BUTTONS and 2 * len(covered) > line.end - line.start


def _relate(found: Sequence[tuple[Line, int, int, dict[str, float]]]) -> None:
    """Add what a candidate is beside the others."""
    most = max((features.get("known_often", 0.0) for *_, features in found), default=0.0)
    headlines = {line.index: end - start for line, start, end, features in found if _may_head(features)}
    heads_deck = False
    for (line, start, end, features), under in zip_longest(found, found[1:]):
        features["known_most"] = features.get("known_often", 0.0) / most if most else 0.0
        above, below = headlines.get(line.index - 1), headlines.get(line.index + 1)
        longer = below is not None and below > 1.3 * (end - start)
        features["candidate_above"] = float(above is not None)
        features["candidate_below"] = float(below is not None)
        features["longer_below"] = float(longer)
        features["shorter_above"] = float(above is not None and 1.3 * above < end - start)
        # A headline, its deck, and then the byline or date.
        features["deck"] = float(heads_deck)
        heads_deck = longer and under is not None and under[3]["header_next"] > 0 and not features["words_1"]
        features["heads_deck"] = float(heads_deck)
        # "The Last Post" over a deck and a byline is no newspaper's name.
        features["medium"] *= not heads_deck


def _may_head(features: Features) -> bool:
    odd = ("button", "menu", "buttons", "words_1", "words_2", "sentence")
    return not any(features[name] for name in odd)


def _kinds(sheet: Sheet) -> tuple[bool, bool]:
    """Tell whether the page was cleaned before, and whether a date or byline stands above the text."""
    first = sheet.first_prose
    return first <= CLEAN, has_header(sheet, range(min(first + 4, len(sheet.lines))))


@cache
def _openers() -> frozenset[str]:
    """Return the headings that open a text and are no title: "Executive summary"."""
    return frozenset(fold(p) for phrases in load_list("openers")["opener"].values() for p in phrases)
