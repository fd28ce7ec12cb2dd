"""Tell what the words of a line above the text say: which of them the text below uses again, and addresses in it.

Words are compared by their first letters, so that an inflected form is the same word in most languages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from .repeats import long_words
from .sheet import Sheet

TEXT_LINES = 80
"""Lines of the text whose words are compared."""
LONG = 8
"""Words of a line of text."""
OFTEN = 4
"""Lines in which a word stands often."""


def bare(folded: str) -> str:
    """Return the words of a folded text, one space between them.

    >>> bare('"a new line", opened')
    'a new line opened'
    """
    return _MARKS.sub(" ", folded).strip()


def stems(folded: str) -> set[str]:
    """Return the first five letters of the long words: an inflected form is the same word."""
    if folded.isascii():
        return set(_ASCII_STEM.findall(folded))
    return {word[:5] for word in long_words(folded)} if max(folded) >= _FIRST_HAN else set(_STEM.findall(folded))


_STEM, _ASCII_STEM = re.compile(r"([^\W\d_]{4,5})[^\W\d_]*"), re.compile(r"([a-z]{4,5})[a-z]*")
"""The same in a folded line of letters, and in one of ASCII, as most English ones are, in half of the time."""
_FIRST_HAN = "\u3040"


def text_words(sheet: Sheet) -> tuple[Counter[str], set[str]]:
    """Return in how many lines of the text each word stands, and the words of its first paragraph."""
    first = min(sheet.first_prose, len(sheet.lines))
    long = [line for line in sheet.lines if line.words >= LONG]
    text = [line for line in long if line.index >= first and sheet.likely(line.index) >= 0.3] or long
    words = [stems(sheet.folded[line.start : line.end]) for line in text[:TEXT_LINES]]
    return Counter(chain.from_iterable(words)), words[0] if words else set()


def known_words(folded: str, text: Counter[str], opening: set[str]) -> dict[str, float]:
    """Return how often the text uses the words of a folded line again, and how many its first paragraph holds."""
    own = stems(folded)
    if not own:
        return {}
    often = sum([min(text.get(stem, 0), OFTEN) for stem in own]) / OFTEN / len(own)
    return {"known_often": often, "known_first": len(own & opening) / len(own)}


def addresses(folded: str) -> Iterator[str]:
    """Yield the addresses in a folded text; from its points, because few stand before a letter."""
    done = 0
    for dot in _DOT.finditer(folded):
        start = dot.start()
        while start > done and ((before := folded[start - 1]).isalnum() or before in "_.-"):
            start -= 1
        # Up to the last point it is the same address, which was read already or is none.
        is_new = start > done or not done
        done = dot.end()
        if is_new and (host := _HOST.match(folded, start)):
            yield host.group()


_MARKS = re.compile(r"[\W_]+")
_DOT = re.compile(r"\.(?=[a-z])")
_HOST = re.compile(r"(?:[a-z0-9-]{1,60}\.){1,4}[a-z]{2,10}(?![\w.])")
"""An address whose parts may be the site's name written together."""
