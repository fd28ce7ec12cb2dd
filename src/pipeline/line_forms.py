"""Say of a line's form whether it is a label with its value, or holds sentences, in any language."""

from __future__ import annotations

import re

from .blocks import Line

_LABEL = re.compile(r"\W{0,4}[^\W\d_][^:：.!?;\n]{0,30}[:：][ \t]?\S")
QUOTES = '"“”„«»「」『』'
"""Quotation marks: who quotes a request does not make it."""
_STOP = re.compile(r"[.!?…؟۔।][)\"”»]?\s+\S|[。！？]\S")
_LOOKED_AT = 2_000
"""Characters of a line in which a stop is looked for."""


def is_labelled(line: Line) -> bool:
    """Tell whether a line begins with a few words and a colon, and goes on: "Length: 7 m"."""
    return _LABEL.match(line.text) is not None


def holds_sentences(line: Line, words: int) -> bool:
    """Tell whether a line of so many words has a sentence's end within: who chats may close with a smile."""
    return line.words >= words and _STOP.search(line.text, 0, _LOOKED_AT) is not None
