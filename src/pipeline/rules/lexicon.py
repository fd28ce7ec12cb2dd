"""Find the cues of the word lists (`resources/clean/*.toml`) in a text.

A cue is a phrase of a family ("share", "byline", ...) in one of three modes: `whole` (the line says nothing
else), `opens` (the line begins with it) and `has` (anywhere). Text and phrases are folded in the same way,
character by character, so that offsets stay those of the text. One automaton finds all phrases in one pass.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LISTS = ("promotion", "navigation", "legal", "heads", "furniture")


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase found in the text: its span, family and mode."""

    start: int
    end: int
    family: str
    mode: str


def find_cues(folded: str) -> Iterator[Cue]:
    """Yield the cues that stand in a folded text as whole words, in order of their ends.

    >>> [(c.family, c.mode) for c in find_cues(fold("Поделиться")) if c.family == "share"]
    [('share', 'whole')]
    """
    automaton, meanings, leads = _automaton()
    padded = f"\n{folded}\n"
    for number, left, right in automaton.find_matches_as_indexes(padded, overlapping=True):
        start, end = left - 1 + leads[number], right - 1
        if end > len(folded):
            continue
        # Most hits are pieces of longer words: look at the neighbours first, and at scripts only where they touch.
        before, after = padded[start], padded[end + 1]
        if before.isalnum() and _joins(before, folded[start]):
            continue
        if after.isalnum() and _joins(folded[end - 1], after):
            continue
        for family, mode in meanings[number]:
            yield Cue(start, end, family, mode)


def fold(text: str) -> str:
    """Return `text` in lower case with look-alike letters, digits, quotes and spaces made equal.

    The length never changes.

    >>> fold("İSTANBUL’da ۱۴۰۳")
    "istanbul'da 1403"
    """
    # str.translate looks every character up; replacing the few that occur is four times as fast.
    for character in _SAME.keys() & set(text):
        text = text.replace(character, _SAME[character])
    return text.lower()


def _joins(left: str, right: str) -> bool:
    """Tell whether two neighbouring characters belong to one word."""
    # Chinese, Japanese and Korean write no spaces (or particles without one) between words.
    return left.isalnum() and right.isalnum() and not (left >= "\u3040" <= right and left <= "\ud7a3" >= right)


def _same_characters() -> Mapping[str, str]:
    same = dict.fromkeys("’‘ʼ`´ʹ׳", "'") | dict.fromkeys("“”„«»״", '"') | dict.fromkeys("‐‑‒–−", "-")
    same |= {"İ": "i", "ı": "i", "ё": "е", "Ё": "е"} | dict(zip("يىئكأإآٱ", "یییکاااا", strict=True))
    same |= dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f\u200c\u200b\u3000\t", " ")
    return same | {chr(base + d): str(d) for base in (0x0660, 0x06F0, 0xFF10, 0x0966) for d in range(10)}


_SAME = _same_characters()


_SHORT = 3
_LEADS = " \n\r|()[]{}<>*/\\,;:.!?\"'«»„&#+=~_-–—•·►▶»→\u200e\u200f\u202a\u202b\ufeff"
"""What stands before a short word. Three in four of all hits were pieces of longer words ("on", "le", "te"): words of
up to three letters are looked for with their boundary, which halves the time of the search."""


@cache
def _automaton() -> tuple[Any, list[list[tuple[str, str]]], list[int]]:
    """Return the automaton, and by number of its patterns what they mean and how long their lead is."""
    import ahocorasick_rs

    meanings: dict[str, set[tuple[str, str]]] = {}
    for name in LISTS:
        for family, modes in load_list(name).items():
            for mode, languages in modes.items():
                for phrases in languages.values():
                    for phrase in phrases:
                        key = fold(phrase).strip()
                        # A whole line is compared without its closing marks, so the cue has none either.
                        key = key.strip(" :.!?…") if mode == "whole" else key
                        meanings.setdefault(key, set()).add((family, mode))
    patterns: list[str] = []
    said: list[list[tuple[str, str]]] = []
    leads: list[int] = []
    for key in sorted(meanings):
        short = len(key) <= _SHORT and key.isascii() and key.isalpha()
        found = sorted(meanings[key])
        for pattern in [lead + key for lead in sorted(set(_LEADS))] if short else [key]:
            patterns.append(pattern)
            said.append(found)
            leads.append(int(short))
    return ahocorasick_rs.AhoCorasick(patterns, matchkind=ahocorasick_rs.MatchKind.Standard), said, leads


@cache
def load_list(name: str) -> Mapping[str, Mapping[str, Mapping[str, list[str]]]]:
    """Load a word list: family, then mode, then language, then phrases."""
    path = files("pipeline") / "resources" / "clean" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
