"""Split the body into sentences.

A sentence ends at a final mark before white space and something that can open a sentence, unless the
word before the mark is an abbreviation, an initial or an ordinal of its language. A sentence is a slice
of its block: text is never changed here, and spans are sorted, disjoint and cover every character that
is not white space. Every decision looks back and ahead a bounded number of characters, so that time
grows with the length of the text and nothing else.
"""

from __future__ import annotations

import re

from .errors import ContractError
from .sentence_rules import FULL_STOPS, HARD_MARKS, OPENERS, Rules, load_rules

_LOOK = 30
# Longest word looked at. Longer ones are never abbreviations; without a cap "A. A. A." of 1 MB is quadratic.
_NEXT_WORD = re.compile(r"\w[\w'’]{0,23}")
_ROMAN = re.compile(r"[IVXLC]{1,7}\Z")


def split_text(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Return the sentence spans of running text: half-open, in code points, trimmed of white space.

    `language` is an ISO 639-1 code; one without rules of its own takes the default rules.

    >>> split_text("Gen. Ali spoke. He left.")
    [(0, 15), (16, 24)]
    """
    rules = load_rules(language)
    spans: list[tuple[int, int]] = []
    for begin, end in _split_lines(text):
        _split_run(text, begin, end, rules, spans)
    _assert_cover(text, spans)
    return spans


def _split_lines(text: str) -> list[tuple[int, int]]:
    begin = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    return [(begin, end)] if begin < end else []


def _split_run(text: str, begin: int, end: int, rules: Rules, spans: list[tuple[int, int]]) -> None:
    start = begin
    for match in rules.pattern.finditer(text, begin, end):
        here = match.end()
        if here >= end:
            break
        if match.lastgroup == "gap":
            if not _mark_ends(text, match, start, rules):
                continue
            stop = match.end("tail")
        else:
            if not _face_ends(text, match, start):
                continue
            stop = match.end("face")
        if stop > start:
            spans.append((start, stop))
            start = here
    spans.append((start, end))


def _mark_ends(text: str, match: re.Match[str], start: int, rules: Rules) -> bool:
    mark, tail, gap = match.group("mark", "tail", "gap")
    after = match.end()
    first = text[after]
    if mark[-1] in HARD_MARKS or mark[0] in HARD_MARKS:
        return True
    if not gap:
        return _glued_ends(text, match, start)
    opened = after
    while first in OPENERS and opened - after < 4 and opened + 1 < len(text):
        opened += 1
        first = text[opened]
    if first.islower():
        return False
    if not first.isalnum() and first not in "-–—•@#":
        return False
    if mark not in FULL_STOPS:
        return True
    return _stop_ends(text, match.start(), start, opened, first, tail, rules)


def _stop_ends(text: str, at: int, start: int, opened: int, first: str, tail: str, rules: Rules) -> bool:
    if text[at - 1 : at].isspace():
        return True
    words = text[max(start, at - _LOOK) : at].rsplit(None, 1)
    word = words[-1].lstrip(OPENERS) if words else ""
    lower = word.lower()
    if lower in rules.never:
        return False
    if lower in rules.capital:
        return first.isupper() or not first.isalpha() or first.lower() == first.upper()
    follower = _NEXT_WORD.match(text, opened)
    behind = follower.group() if follower else ""
    if lower in rules.number:
        return not (first.isdigit() or _ROMAN.match(behind))
    if word.isdigit():
        if at - len(word) == start and len(word) <= 3:
            return False
        if rules.ordinals and len(word) <= 2:
            return behind.lower() in rules.openers and behind.lower() not in rules.months
        return True
    initial = len(word) == 1 and word.isalpha() and word.isupper()
    if initial or lower in rules.opener or (len(word) >= 3 and word[-2] == "." and word[-1].isalpha()):
        if initial and at - 1 == start:
            return False
        return behind.lower() in rules.openers and text[opened + len(behind) : opened + len(behind) + 1] != "."
    return True


def _glued_ends(text: str, match: re.Match[str], start: int) -> bool:
    at, after = match.start(), match.end()
    return (
        text[at - 3 : at].isalpha()
        and text[at - 2 : at].islower()
        and at - 3 >= start
        and text[after].isupper()
        and text[after + 1 : after + 2].islower()
        and len(match.group("mark")) == 1
    )


def _face_ends(text: str, match: re.Match[str], start: int) -> bool:
    first = text[match.end()]
    if not first.isupper():
        return False
    face = match.group("face")
    if face[0] == ")":
        return "(" not in text[max(start, match.start() - 200) : match.start()]
    return True


def _assert_cover(text: str, spans: list[tuple[int, int]]) -> None:
    last = 0
    for start, end in spans:
        if start >= end or start < last or (start > last and not text[last:start].isspace()):
            raise ContractError(f"sentence span {start}..{end} loses or doubles text after {last}; report this text.")
        last = end
    if last < len(text) and not text[last:].isspace():
        raise ContractError(f"text after {last} is in no sentence; report this text.")
