"""Show foreign text: what would act instead of being read is replaced by a sign, and the rest stays as it is.

A control character steers a terminal (ESC, and in eight bits U+009B) or is not allowed in HTML; an override of the
reading direction shows a text other than it is. Each becomes U+FFFD, so that a reader sees that something stood
there. Marks that spelling needs stay: joiners in Persian and Indic words, direction marks, embeddings.
"""

from __future__ import annotations

import re

_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e\ud800-\udfff]")
_STEERING = re.compile("[\u061c\u200e\u200f\u202a-\u202c\u2066-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")


def show_controls(text: str) -> str:
    r"""Return text in which control characters and overrides are signs; tabs and line feeds stay.

    >>> show_controls("a\x1b[31m\x9b31m\u202e\n")
    'a�[31m�31m�\n'
    """
    return _ACTING.sub("\ufffd", text)


def show_line(text: str) -> str:
    r"""Return text for one line of a terminal: every kind of white space is a space, and no mark turns the direction.

    A terminal has no paragraphs that would end an embedding, so all marks of direction go; a joiner stays.

    >>> show_line("a\x1b[31m\nb\u00a0c\u3000d\u202e")
    'a�[31m b c d�'
    """
    # Line ends first: of those that are no plain line feed, U+0085 and U+2028 would become signs.
    line = "".join(" " if c.isspace() and c not in "\x1c\x1d\x1e\x1f" else c for c in text)
    return _STEERING.sub("", show_controls(line))
