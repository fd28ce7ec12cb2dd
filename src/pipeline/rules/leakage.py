"""Find what a text generator said beside the text it made: of itself, of its work, and what else it could do.

"As an AI language model, I do not have access to current data", "Here is the rewritten article:", "Let me know if you
need any other modifications." Such a line is dropped where all of it is that. Inside a paragraph of the text the
sentence stays and is flagged (see `artifacts.py`), and so does all that a story about these machines quotes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from ..blocks import Line
from ..model import Role
from .lexicon import fold, load_list
from .promotion import cut_sentences
from .sheet import Claim, Sheet, whole_line

LEAK_WORDS = 60
INTRODUCTION_WORDS = 24
NEAR = 40
"""Characters into a sentence up to which the generator names itself: "I'm sorry, but as an AI language model"."""
FIRST_LINES = 3
_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_COLONS = ":：՝"


def claim_leakage(sheet: Sheet) -> Iterator[Claim]:
    """Claim the lines that are all the generator's own words."""
    found = {
        line.index: line
        for line in sheet.open_with(("generator_self", "has"), ("generator_work", "has"), ("generator_offer", "has"))
        if line.words <= LEAK_WORDS and line.text[0] not in '"“«„‘—–>'
    }
    leaks: dict[int, str] = {}
    for index, line in found.items():
        if _is_introduction(sheet, line):
            leaks[index] = "announces the text that a generator wrote"
        elif _is_confession(sheet, line):
            leaks[index] = "a generator speaks of itself"
    first, last = sheet.first_prose, sheet.last_prose
    for index, line in found.items():
        edge = index < first or index > last
        if index not in leaks and (edge or leaks) and _is_offer(sheet, line):
            leaks[index] = "a generator offers to change its text"
    if not leaks or _is_about_generators(sheet, leaks):
        return
    for index, said in sorted(leaks.items()):
        yield whole_line(sheet.lines[index], Role.MACHINE_ARTIFACT, "generator_leak", said, 0.95)


def _is_introduction(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line is "Sure! Here is the rewritten article:"."""
    if line.words > INTRODUCTION_WORDS or line.text.rstrip("*_ ")[-1:] not in _COLONS:
        return False
    if not sheet.having(line.index, "generator_work"):
        return False
    folded = sheet.folded[line.start : line.end]
    words = _TOKEN.findall(folded)
    here, work = _words("here"), _words("work")
    opens = words[0] in here[0] or folded.lstrip("*_# ").startswith(here[1])
    named = any(w in work[0] for w in words) or any(piece in folded for piece in work[1])
    # "The revised text of the agreement:" may stand above a quotation: without "here is" only the page's head tells.
    return named and (opens or line.index < FIRST_LINES) and (line.index < FIRST_LINES or line.words <= 14)


def _is_confession(sheet: Sheet, line: Line) -> bool:
    """Tell whether the generator names itself at the head of the line and says "I", in every sentence of it."""
    cues = sheet.having(line.index, "generator_self")
    if not cues:
        return False
    sentences = cut_sentences(sheet, line)
    start, end = sentences[0]
    opening = [c for c in cues if c.start - start <= NEAR and c.end <= end]
    if not opening:
        return False
    cue = max(opening, key=lambda c: c.end)
    said = sheet.folded[cue.start : cue.end]
    # "En tant que modèle de langage, le perroquet ...": in the phrase's own language there must be an "I".
    told = _says_i(sheet.folded[cue.start : end], _languages().get(said, ()))
    return told and all(_is_own(sheet, line, *s) for s in sentences[1:])


def _is_own(sheet: Sheet, line: Line, start: int, end: int) -> bool:
    cues = ("generator_self", "generator_work", "generator_offer")
    told = any(c.family in cues and start <= c.start < end for c in sheet.cues(line.index))
    return told or _says_i(sheet.folded[start:end])


def _is_offer(sheet: Sheet, line: Line) -> bool:
    """Tell whether every sentence of a line is the generator's, and the line has two signs of it or stands alone."""
    if not sheet.having(line.index, "generator_offer"):
        return False
    return all(_is_own(sheet, line, *s) for s in cut_sentences(sheet, line)) and line.words <= 40


def _says_i(folded: str, languages: tuple[str, ...] = ()) -> bool:
    """Tell whether a text says "I" in one of the languages, or in any when none is named."""
    table, pieces = _first_person()
    words = frozenset[str]().union(*(table.get(code, _NOBODY) for code in languages or table))
    return any(w in words for w in folded.replace("'", " ").replace(",", " ").replace(".", " ").split()) or any(
        piece in folded for piece in pieces
    )


_NOBODY: frozenset[str] = frozenset()


def _is_about_generators(sheet: Sheet, leaks: dict[int, str]) -> bool:
    """Tell whether the other lines speak of such machines twice or more: then their words may be quotations."""
    spans = [(line.start, line.end) for line in sheet.lines if line.index in leaks]
    rest = [sheet.folded[a:b] for a, b in _between(spans, len(sheet.folded))]
    return sum(part.count(word) for part in rest for word in _subjects()) >= 2


def _between(spans: list[tuple[int, int]], end: int) -> Iterator[tuple[int, int]]:
    at = 0
    for start, stop in spans:
        yield at, start
        at = stop
    yield at, end


@cache
def _table() -> dict[str, dict[str, object]]:
    path = files("pipeline") / "resources" / "clean" / "generator_words.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def _first_person() -> tuple[dict[str, frozenset[str]], tuple[str, ...]]:
    table = dict(_table()["first_person"])
    pieces = table.pop("pieces")
    assert isinstance(pieces, list)
    return {code: frozenset(fold(str(said)).split()) for code, said in table.items()}, tuple(map(fold, pieces))


@cache
def _languages() -> dict[str, tuple[str, ...]]:
    """Return the languages in which a generator names itself so, by phrase."""
    found: dict[str, tuple[str, ...]] = {}
    for code, phrases in load_list("generator")["generator_self"]["has"].items():
        for phrase in phrases:
            found[fold(phrase)] = (*found.get(fold(phrase), ()), code)
    return found


@cache
def _words(name: str) -> tuple[frozenset[str], tuple[str, ...]]:
    table = _table()[name]
    words, pieces = table["words"], table["pieces"]
    assert isinstance(words, str) and isinstance(pieces, list)
    return frozenset(fold(words).split()), tuple(fold(piece) for piece in pieces)


@cache
def _subjects() -> tuple[str, ...]:
    words = _table()["subject"]["words"]
    assert isinstance(words, list)
    return tuple(fold(word) for word in words)
