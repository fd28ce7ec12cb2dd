"""Read what class, id, role and itemprop say an element is for.

A name such as `RelatedPosts__item-3` is cut into words (related, posts, item), and the words are looked
up in `resources/html/class_words.toml`. The kinds of an element are bits of one number, so that what
stands around a line is one `or`.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise


@lru_cache(maxsize=1 << 16)
def kinds_of(names: str) -> int:
    """Return the kinds that the words of `names` belong to, as bits in the order of `kind_names`.

    >>> bits = kinds_of("RelatedPosts__item-3 navBar")
    >>> [kind for i, kind in enumerate(kind_names()) if bits >> i & 1]
    ['content', 'related', 'navigation', 'listing']
    """
    whole, beginnings = _dictionary()
    words = _words(names)
    bits = 0
    for word in words:
        bits |= whole.get(word, 0)
        for size in range(3, min(len(word), _LONGEST) + 1):
            bits |= beginnings.get(word[:size], 0)
    for pair in pairwise(words):
        bits |= whole.get(" ".join(pair), 0)
    return bits


@lru_cache(maxsize=1 << 16)
def shape_of(tag: str, names: str) -> str:
    """Return tag and classes with numbers taken out, so that the items of a list have one shape.

    >>> shape_of("div", "post-1234 hentry")
    'div.post-.hentry'
    """
    if not names:
        return tag
    return ".".join([tag, *_DIGITS.sub("", names[:_MAX_NAMES]).split()[:6]])


@cache
def kind_names() -> tuple[str, ...]:
    """Return the names of the kinds; the i-th stands for bit i."""
    return tuple(_table())


FOR_RULES = ("comments", "forums", "post", "sidebox", "blogtalk")
"""Kinds, the last ones, that rules ask and the line model does not know."""


@cache
def described_kinds() -> tuple[str, ...]:
    """Return the names of the kinds that the line model knows."""
    return kind_names()[: -len(FOR_RULES)]


@cache
def bits_of(*names: str) -> int:
    """Return the bits of some kinds, together."""
    return sum(1 << kind_names().index(name) for name in names)


_DIGITS = re.compile(r"\d+")
_CUT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LONGEST = 14
_MAX_NAMES = 400
# Names beyond 400 characters are lists of utility classes, which say how an element looks.


def _words(names: str) -> list[str]:
    return [w.lower() for w in _CUT.findall(names[:_MAX_NAMES])]


@cache
def _table() -> dict[str, list[str]]:
    text = files("pipeline").joinpath("resources/html/class_words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _dictionary() -> tuple[dict[str, int], dict[str, int]]:
    """Return the bits of whole words and pairs, and of word beginnings."""
    whole: dict[str, int] = {}
    beginnings: dict[str, int] = {}
    for i, entries in enumerate(_table().values()):
        for entry in entries:
            word = entry.removesuffix("$")
            where = whole if entry.endswith("$") or " " in word else beginnings
            where[word] = where.get(word, 0) | 1 << i
            if " " in word:
                joined = word.replace(" ", "")
                beginnings[joined] = beginnings.get(joined, 0) | 1 << i
    return whole, beginnings
