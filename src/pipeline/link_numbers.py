"""Find the numbers that a browser for terminals writes before each link: "The [12]council said on [13]Monday".

They count the page's links from its top and are glued to the word behind them; a footnote's mark is glued to the word
before it, and an entry of a bibliography has a space behind its number. No reader sees them.
"""

from __future__ import annotations

import itertools
import re

LEAST = 4
"""Numbers that a text holds at least."""
COUNTED = 0.8
"""Share of them that are one more than the number before, or two over a picture without words."""

_MARK = re.compile(r"(?<![^\W_])\[(\d{1,4})\](?=[^\s\[\]().,;:!?])")


def link_numbers(text: str) -> list[tuple[int, int]]:
    """Return the spans of the numbers before a text's links, in order; none where they do not count up.

    >>> link_numbers("[1]Home [2]News The [3]council met in [4]Bath.")
    [(0, 3), (8, 11), (20, 23), (38, 41)]
    """
    if text.count("]") < LEAST:
        return []
    marks = list(_MARK.finditer(text))
    if len(marks) < LEAST:
        return []
    numbers = [int(mark.group(1)) for mark in marks]
    counted = sum(1 <= b - a <= 2 for a, b in itertools.pairwise(numbers))
    if counted < COUNTED * (len(numbers) - 1) or numbers[0] > LEAST:
        return []
    return [mark.span() for mark in marks]
