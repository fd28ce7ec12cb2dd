"""Find the author's name that stands alone on its line beside the title, without a label.

Two or three capitalised words may as well be a section ("Middle East") or a place. A line is a name only where a
date stands next to it or the title right above it, it is no known name of a desk, place or section, and none of its
words occurs in the text without a capital: a section's words do, a person's do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..blocks import Line
from ..model import Role
from .lexicon import fold
from .names import filler_words, name_span, signature_words
from .sheet import MILD, Claim, Sheet, find_all, trim, whole_line

REACH = 5
"""Lines from the title within which the name stands."""


def claim_lone_names(sheet: Sheet) -> Iterator[Claim]:
    """Claim the one line beside the title that is a person's name (or two or three), if no byline was found."""
    claims = [c for found in sheet.claims.values() for c in found]
    title = next((c for c in claims if c.role is Role.TITLE), None)
    if title is None or any(c.role is Role.BYLINE for c in claims):
        return
    at = sheet.index_at(title.start)
    dated = {sheet.index_at(c.start) for c in claims if c.role is Role.DATE and c.rule != "updated"}
    for index in (*range(at + 1, min(at + 1 + REACH, len(sheet.lines))), *range(at - 1, max(-1, at - 3), -1)):
        line = sheet.lines[index]
        if index > sheet.first_prose or not sheet.is_open(index) or not _looks_like_name(sheet, line):
            continue
        beside = bool(dated & {index - 1, index + 1})
        if not beside and not (dated and abs(index - at) == 1):
            continue
        if not any(
            _stands_uncapitalised(sheet.text, w.strip(",;").lower()) for w in line.text.split() if w[0].isupper()
        ):
            said = "two or three capitalised words alone beside title and date"
            yield whole_line(line, Role.BYLINE, "lone_name", said, 0.8, MILD if line.text.isascii() else 0.9)
            return


def _looks_like_name(sheet: Sheet, line: Line) -> bool:
    if line.ends or line.bullet or sheet.whole(line.index) or line.words > PEOPLE * 3 + 2:
        return False
    if len(line.text) > LONGEST:
        return False
    at = line.start
    people = 0
    for mark in (*_BETWEEN.finditer(sheet.text, line.start, line.end), None):
        if not _is_person(sheet, at, mark.start() if mark else line.end):
            return False
        people += 1
        at = mark.end() if mark else line.end
    return people <= PEOPLE


PEOPLE = 3
"""Names on one line."""
LONGEST = 200
"""Characters above which a line is no list of names, however few its words."""
_BETWEEN = re.compile(r"\s{0,4}[,;&]\s{0,4}|\s{1,4}(?:and|и|та|й|ve|və|և|und|et|y|e|i)\s{1,4}")


_GLUED = re.compile(r"By(?=[A-Z][a-z])")
"""A label and a name that stood in two elements: "ByAnn Lee"."""
_RUN_ON = re.compile(r"(?<!\bM)(?<!\bMa)(?<!\bD)(?<!\bL)[a-z][A-Z]")
"""Two elements' text without a space between: "Miguel CortinaWriter"."""


def without_label(text: str, start: int, end: int) -> int:
    """Return where the name begins in a claim of this rule."""
    return start + (2 if _GLUED.match(text, start, end) else 0)


def _is_person(sheet: Sheet, start: int, end: int) -> bool:
    start += 2 if _GLUED.match(sheet.text, start, end) else 0
    words = sheet.text[start:end].split()
    if _RUN_ON.search(sheet.text, start, end):
        return False
    if not 2 <= len(words) <= 3 or not all(w[0].isupper() and not w.isupper() for w in words):
        return False
    if name_span(sheet.text, start, end) != (start, end):
        return False
    odd = signature_words("no_person")
    return not any(fold(w) in odd or fold(w) in filler_words() for w in words)


def _stands_uncapitalised(text: str, word: str) -> bool:
    """Tell whether a word stands in the text without a capital."""
    for at in find_all(text, word):
        before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
        if not before.isalpha() and not after.isalpha():
            return True
    return False


_MAIL = re.compile(r"(from|to|cc|date|sent|subject|reply-to) ?: ?(?=\S)", re.I)
MAIL_LINES = 8


def claim_mail_head(sheet: Sheet) -> Iterator[Claim]:
    """Claim the head of a letter at the document's top: who wrote, to whom, when, and what the title is."""
    found: list[tuple[Line, str, int]] = []
    for line in sheet.lines[:MAIL_LINES]:
        label = _MAIL.match(sheet.text, line.start, line.end)
        if label is None:
            break
        found.append((line, label.group(1).lower(), label.end()))
    names = {name for _, name, _ in found}
    # "Subject: ..." alone may open any text; a letter also says from whom or to whom.
    if len(found) < 2 or not names & {"from", "to"}:
        return
    for line, name, end in found:
        if name in ("date", "sent"):
            yield whole_line(line, Role.DATE, "mail_date", "a letter's head")
            continue
        role = {"from": Role.BYLINE, "subject": Role.TITLE}.get(name, Role.CONTACT)
        yield Claim(*trim(sheet.text, line.start, end), Role.MACHINE_ARTIFACT, "mail_label", "a letter's head")
        start, stop = trim(sheet.text, end, line.end)
        if start < stop:
            yield Claim(start, stop, role, f"mail_{name}", "a letter's head")
