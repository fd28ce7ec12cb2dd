"""Find the mark that makes a line an item of a list: "• ", "1. ", "a) "."""

from __future__ import annotations

import re

BULLET = re.compile(r"(?:[•‣⁃∙◦●○▪▫■□►▶➤➢✓✔★·*–—\-+]|\(?\d{1,3}[.)]|[a-zA-Z][.)])[ \t\u00a0]+")
POINTS = (".", ")")
"""What stands behind a letter that is a list mark."""


def list_mark(text: str, start: int, end: int) -> str:
    """Return the list mark that opens a line, with the space after it, or ""."""
    # Nearly all lines begin with a letter, and of letters only "a." and "a)" are marks.
    if text[start].isalpha() and text[start + 1 : start + 2] not in POINTS:
        return ""
    mark = BULLET.match(text, start, end)
    return mark.group() if mark else ""
