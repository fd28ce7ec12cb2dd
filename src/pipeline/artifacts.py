"""Flag what a machine or an unfinished page left inside the body.

Flags do not delete: a sentence with "the provided data mentions" is still a sentence that was published,
and an analyst wants to see it and to know. A flag's pattern is tried only where its sign stands, a literal in lower
case, and signs are looked for once a document: most blocks have none.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from .joined_search import search_each

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick


def find_flags(text: str, signs: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return the sorted flags of one sentence: "citation_needed", "machine_text", "template".

    `signs` are those of a text that the sentence is a part of, where they are known.

    >>> find_flags("As an AI language model, I cannot say.")
    ('machine_text',)
    """
    if signs is None:
        signs = find_signs(text)
    lower = text.lower()
    patterns = (found for sign in signs if sign in lower for found in _patterns()[sign])
    return tuple(sorted({flag for flag, pattern in patterns if _compile(pattern).search(text)}))


def find_signs(text: str) -> tuple[str, ...]:
    """Return the signs that stand in a text: its sentences have no other flags than theirs.

    >>> find_signs("A [list] of models.")
    ('[',)
    """
    return find_all_signs([text])[0]


def find_all_signs(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the signs that stand in each of some texts; looking through all at once costs a fifth.

    >>> find_all_signs(["A [list] of models.", "None."])
    [('[',), ()]
    """
    automaton, signs = _automaton()
    held: list[tuple[str, ...]] = [()] * len(texts)
    try:
        for number, matches in search_each(automaton, [text.lower() for text in texts]):
            held[number] = tuple([signs[index] for index in sorted({match[0] for match in matches})])
    except UnicodeEncodeError:
        # A lone surrogate, which only a library's caller can bring: no text that was read holds one.
        return [signs] * len(texts)
    return held


@cache
def _patterns() -> dict[str, list[tuple[str, str]]]:
    """Return the (flag, pattern) pairs of each sign."""
    path = files("pipeline") / "resources" / "sentences" / "artifacts.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    patterns: dict[str, list[tuple[str, str]]] = {}
    for flag in data:
        for sign, pattern in data[flag]:
            patterns.setdefault(sign, []).append((flag, pattern))
    return patterns


@cache
def _automaton() -> tuple[AhoCorasick, tuple[str, ...]]:
    """Return what finds all signs in one pass: a search for each of the 114 takes four times as long."""
    from ahocorasick_rs import AhoCorasick, MatchKind

    signs = tuple(_patterns())
    return AhoCorasick(signs, matchkind=MatchKind.Standard), signs


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
