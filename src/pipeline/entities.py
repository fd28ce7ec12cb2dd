"""Find the countries, regions and organisations that a text names.

A mention is a slice of the text with the thing it names and the kind of evidence: its name, a demonym ("Iranian"), a
metonym (a capital or seat of power that stands for the state: "Tehran provides"), or an abbreviation. The longest match
wins; mentions never overlap. A name that can be something else ("Michael Jordan", "Washington Post", "in Moscow", the
language "Persian") is a mention only when the words around it say so; when they do not, it is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from .entity_context import WINDOW, Context, Match
from .gazetteer import Check, Gazetteer, Term, fold, load_gazetteer
from .joined_search import search_each
from .model import EntityKind, Mention

_AT_ONCE = 1_000
"""Texts that are searched together."""


def find_mentions(text: str, language: str = "en") -> list[Mention]:
    """Return what `text` names, in order and without overlap; offsets are code points of `text`.

    `language` is ISO 639-1; a language without names ("und" too) gives an empty list.

    >>> [(m.text, m.entity_id, m.evidence) for m in find_mentions("Moscow backed Iranian ties with the EU.")]
    [('Moscow', 'RU', 'metonym'), ('Iranian', 'IR', 'demonym'), ('EU', 'EU', 'abbreviation')]
    """
    return find_all_mentions([text], language)[0]


def find_all_mentions(texts: Sequence[str], language: str) -> list[list[Mention]]:
    """Return what `find_mentions` gives for each of some texts; one search through all of them costs half."""
    found: list[list[Mention]] = [[] for _ in texts]
    gazetteer = load_gazetteer(language)
    if gazetteer is None:
        return found
    for first in range(0, len(texts), _AT_ONCE):
        folded = list(map(fold, texts[first : first + _AT_ONCE]))
        for number, hits in search_each(gazetteer.automaton, folded):
            found[first + number] = _mentions(texts[first + number], folded[number], hits, gazetteer, language)
    return found


def _mentions(
    text: str, folded: str, hits: list[tuple[int, int, int]], gazetteer: Gazetteer, language: str
) -> list[Mention]:
    matches = Context(folded, gazetteer, _longest(folded, hits, gazetteer)).accepted()
    if language == "en" and any(m.term.entity_id == "UN" for m in matches):
        matches = list(_with_un_bodies(folded, matches))
    return [
        Mention(m.start, m.end, text[m.start : m.end], m.term.kind, m.term.entity_id, m.term.name, m.term.evidence)
        for m in matches
    ]


def _longest(folded: str, hits: list[tuple[int, int, int]], gazetteer: Gazetteer) -> list[Match]:
    """Keep, from left to right, the longest match that starts and ends where a word does."""
    matches: list[Match] = []
    position = 0
    for index, start, end in sorted(hits, key=_by_start_then_length):
        if start < position:
            continue
        bounds = _bounds(folded, start, end, gazetteer)
        if bounds is not None and bounds[0] >= position:
            matches.append(Match(*bounds, gazetteer.terms[index]))
            position = bounds[1]
    return matches


def _by_start_then_length(hit: tuple[int, int, int]) -> tuple[int, int]:
    return hit[1], -hit[2]


def _bounds(folded: str, start: int, end: int, gazetteer: Gazetteer) -> tuple[int, int] | None:
    """Return the span of the name as written, with its endings, or None if it is part of another word."""
    if not gazetteer.has_word_boundaries:
        return None if _cuts_katakana(folded, start) or _cuts_katakana(folded, end) else (start, end)
    if start and _in_word(folded[start - 1]):
        first = start - 1
        while first and start - first < 5 and _in_word(folded[first - 1]):
            first -= 1
        prefix = folded[first:start]
        if prefix not in gazetteer.prefixes:
            return None
        if prefix.endswith("ال"):
            start -= 2
    if end < len(folded) and _in_word(folded[end]):
        last = end + 1
        while last < len(folded) and last - end < 9 and _in_word(folded[last]):
            last += 1
        if folded[end:last] not in gazetteer.suffixes:
            return None
        end = last
    return None if _is_address(folded, start, end) else (start, end)


def _cuts_katakana(folded: str, place: int) -> bool:
    """Tell whether a place is inside a run of katakana, which is one word: インド is not in ウインドウ."""
    return 0 < place < len(folded) and _is_katakana(folded[place - 1]) and _is_katakana(folded[place])


def _is_katakana(char: str) -> bool:
    return "\u30a1" <= char <= "\u30fa" or "\u30fc" <= char <= "\u30ff"


def _in_word(char: str) -> bool:
    if char.isalnum() or char == "_":
        return True
    # Vowel signs of Indic scripts belong to the word; Arabic's do not end up between a name and its ending.
    return char > "\u02ff" and unicodedata.category(char)[0] == "M" and not "\u0610" <= char <= "\u0670"


def _is_address(folded: str, start: int, end: int) -> bool:
    """Tell whether the name is part of a web or mail address or a handle."""
    before = folded[start - 1] if start else " "
    after = folded[end] if end < len(folded) else " "
    if before == "@" or after == "@":
        return True
    if after == ".":
        top_level = folded[end + 1 : end + 2]
        if top_level.islower() and top_level.isascii():
            return True
    if before in "/.-=?&%":
        token = folded[max(0, start - WINDOW) : start].rpartition(" ")[2]
        return "://" in token or "www." in token or (before == "." and token[:-1].islower())
    return False


# "United Nations Mission for X (UNMX)": the body of the UN is named, with its abbreviation beside it.
_UN_BODY = re.compile(
    r"(?:,? (?:[A-Z][A-Za-z'/-]{1,30}|of|on|for|the|in|and|to|against)){1,16} \(([A-Z][A-Za-z]{2,11})\)"
)


def _with_un_bodies(folded: str, matches: list[Match]) -> Iterator[Match]:
    """Widen "United Nations" to the body it begins, where the body's abbreviation follows in parentheses."""
    end = 0
    for match in matches:
        if match.start < end:
            continue
        found = _UN_BODY.match(folded, match.end) if match.term.entity_id == "UN" else None
        if found is not None:
            stop = found.start(1) - 2
            name = folded[match.start : stop]
            match = Match(match.start, stop, Term(EntityKind.ORGANISATION, found[1], name, "name", Check.NONE))
        end = match.end
        yield match
