"""Search many short texts with one pass of an automaton.

A call costs as much as the search of a sentence. So the texts are joined by a mark, searched once, and the matches
given back to their texts. No pattern may hold the mark: then no match reaches from one text into the next, and each
text has the matches that it has alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

MARK = "\n"
"""What stands between the texts; no pattern holds it."""


def search_each(automaton: Any, texts: Sequence[str]) -> Iterator[tuple[int, list[tuple[int, int, int]]]]:
    """Yield the number of each text with matches, and those: pattern, start and end, in the order of their ends.

    >>> from ahocorasick_rs import AhoCorasick
    >>> list(search_each(AhoCorasick(["oil", "gas"]), ["gas", "none", "no oil, no gas"]))
    [(0, [(1, 0, 3)]), (2, [(0, 3, 6), (1, 11, 14)])]
    """
    matches = automaton.find_matches_as_indexes(MARK.join(texts), overlapping=True)
    ends = list(accumulate(len(text) + len(MARK) for text in texts))
    number, first, end_of_text = -1, 0, 0
    own: list[tuple[int, int, int]] = []
    for pattern, start, end in matches:
        if start >= end_of_text:
            if own:
                yield number, own
                own = []
            number = bisect_right(ends, start)
            end_of_text = ends[number]
            first = end_of_text - len(texts[number]) - len(MARK)
        own.append((pattern, start - first, end - first))
    if own:
        yield number, own
