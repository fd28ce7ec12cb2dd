"""Read the line breaks and inline lists of a text as a person does.

A blank line, a bullet, a list number, a dash that opens a turn of speech and a short line that the next
word would still have fitted on end what they close. The break of a wrapped line does not.
"""

from __future__ import annotations

import re
from itertools import pairwise

_LINE = re.compile(r"[^\r\n\u2028\u2029\x0b\x0c\x85]+")
_ITEM = re.compile(
    r"\s*(?:[•◦▪▫■□●○‣⁃∙·►▶✓*–—-]\s|[•◦▪●‣⁃►]|\(?(?:\d{1,3}|[a-zA-Zа-яА-Я])[.)]\s|[A-ZА-ЯЁ][\w .'’-]{0,30}:\s)"
)
_FIRST_WORD = re.compile(r"\s*(\S{1,40})")
_GOES_ON = frozenset(",;،؛、，—–-‐:")
_MIN_WIDTH = 30
# Narrower lines are verse, captions or cells: the width of a column says nothing there.
_LIST = re.compile(r"[•◦▪●‣⁃∙·-]?\s?(\d{1,3}|[a-zA-Z])(\.\)|[.)])\s?")
_MAX_ITEMS = 500
_LONGEST = 30
_BULLETS = "•▪●◦‣"
_MIN_BULLETS = 2


def split_lines(text: str, never: frozenset[str] = frozenset()) -> list[tuple[int, int]]:
    r"""Return the stretches of text between structural breaks, trimmed, in order.

    A line that ends in one of the abbreviations `never` is wrapped: "in St." before "Albans".

    >>> split_lines("one two\nthree\n\nfour")
    [(0, 13), (15, 19)]
    """
    begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
    if begin >= end:
        return []
    if "\n" not in text and len(text[begin:end].splitlines()) == 1:
        return [(begin, end)]
    lines = [(m.start(), m.end()) for m in _LINE.finditer(text) if not m.group().isspace()]
    lines = [_trim(text, a, b) for a, b in lines]
    runs = [lines[0]]
    for ((a, b), (c, d)), width in zip(pairwise(lines), _paragraph_widths(text, lines), strict=False):
        if _joins(text, a, b, c, d, width) or (never and _is_abbreviated(text, a, b, c, never)):
            runs[-1] = (runs[-1][0], d)
        else:
            runs.append((c, d))
    return runs


def list_starts(text: str, begin: int, end: int) -> list[int]:
    """Return where the items of an inline list begin, last first: "1) One 2) Two", "a. One b. Two".

    Only a stretch that opens with the first marker is a list, and each next marker must count on.
    """
    first = _LIST.match(text, begin, end)
    if first is None:
        return _bullet_starts(text, begin, end)
    marker, closer = first.groups()
    prefix = text[begin : first.start(1)].strip()
    starts: list[int] = []
    place = first.end()
    while len(starts) < _MAX_ITEMS:
        marker = str(int(marker) + 1) if marker.isdigit() else chr(ord(marker) + 1)
        found = text.find(f"{marker}{closer}", place, end)
        if found < 0:
            break
        head = found
        while head > place and text[head - 1] in " \u00a0" + prefix:
            head -= 1
        gap = text[head:found]
        behind = text[found + len(marker) + len(closer) : found + len(marker) + len(closer) + 1]
        if not gap or not (gap[0].isspace()) or (prefix and prefix not in gap) or not behind.isspace():
            break
        starts.append(head + len(gap) - len(gap.lstrip()))
        place = found + len(marker) + len(closer)
    return starts[::-1]


def _bullet_starts(text: str, begin: int, end: int) -> list[int]:
    """Return where bullets stand inside a line, last first.

    Two of one kind make a list if words stand between them: one is a decoration, and "• oil • gas" one phrase.
    """
    for bullet in () if text.isascii() else _BULLETS:
        if text.find(bullet, begin, end) >= 0:
            starts = [begin + m.start() for m in re.finditer(rf"(?<=\s){bullet}(?=\s)", text[begin:end])]
            if len(starts) >= _MIN_BULLETS and all(" " in text[a + 1 : b].strip() for a, b in pairwise(starts)):
                return starts[::-1]
    return []


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    line = text[start:end]
    return end - len(line.lstrip()), start + len(line.rstrip())


def _paragraph_widths(text: str, lines: list[tuple[int, int]]) -> list[int]:
    """Return for each line the length of the longest line of its paragraph."""
    widths: list[int] = []
    group: list[int] = []
    for i, (a, b) in enumerate(lines):
        group.append(b - a)
        if i + 1 == len(lines) or _blank_between(text, b, lines[i + 1][0]):
            widths += [max(group)] * len(group)
            group = []
    return widths


def _blank_between(text: str, end: int, start: int) -> bool:
    return len(text[end:start].splitlines()) >= 2 or "\u2029" in text[end:start]


def _is_abbreviated(text: str, a: int, b: int, c: int, never: frozenset[str]) -> bool:
    if text[b - 1] != "." or not text[c].isalpha() or _blank_between(text, b, c):
        return False
    word = text[max(a, b - _LONGEST) : b - 1].rsplit(None, 1)[-1:]
    return bool(word) and word[0].isalpha() and word[0][0].isupper() and word[0].lower() in never


def _joins(text: str, a: int, b: int, c: int, d: int, width: int) -> bool:
    if _blank_between(text, b, c) or _ITEM.match(text, c, d):
        return False
    last, first = text[b - 1], text[c]
    if first.islower():
        return True
    word = _FIRST_WORD.match(text, c, d)
    fitted = b - a + 1 + (len(word.group(1)) if word else 0) <= width
    if width >= _MIN_WIDTH and not fitted:
        return True
    return last in _GOES_ON and last != ":"
