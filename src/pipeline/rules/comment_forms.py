"""Claim the form to write a comment, and what stands below it on the page of an article.

A form is a line about commenting with the button to cancel an answer, or with three fields below it: name, address,
site, text. The text of an article has ended where readers are asked to write: what follows is a sidebar that was set
below (a programme, texts "about us", the latest stories), however much like an article it reads. In a forum and on a
site of questions the form stands below the posts, and nothing is claimed behind it. Of 13,123 words below such forms
on 45 labelled pages (whole and cut down) none is content.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from ..blocks import Line
from ..model import Role
from .forum import has_members
from .lexicon import fold
from .questions import is_question_site
from .sheet import FIRM, Claim, Sheet, whole_line

HEAD_WORDS, CANCEL_LINES = 12, 3
"""Words of the line that a form begins with, and lines from it in which the button to cancel stands."""
FIELDS = 3
"""Different fields that make a form, an address among them: name and address alone ask for a newsletter."""
FIELD_WORDS, FORM_LINES, REST_LINES = 7, 12, 8
"""Words of a field's label, lines of a form, and lines below its last field that belong to it."""
ABOVE_WORDS = 60
"""Words of likely prose above the form that make the page an article."""
LIKELY = 0.5
DOUBT = 0.75
"""Probability from which a line of the form itself stays: a sentence that only begins with the word."""
CERTAIN = 0.9
TRIED = 200
"""Lines about commenting, the last ones, that are looked at."""
MOST_TIMES = 5
"""Times that likely prose below the form may be longer than the post above."""


def claim_comment_forms(sheet: Sheet) -> Iterator[Claim]:
    """Claim the forms to write a comment, and the lines below the last one on the page of an article."""
    asked = [i for mode in ("whole", "within") for i in sheet.ground.places.get(("comments", mode), ())]
    end = last_form = 0
    cancels = False
    for index in sorted(set(asked))[-TRIED:]:
        if index < end or sheet.lines[index].words > HEAD_WORDS or (last := _last_field(sheet, index)) is None:
            continue
        last_form = index
        end = _end(sheet, last)
        cancels = any(_cancels(sheet, x) for x in sheet.lines[index : index + CANCEL_LINES])
        for line in sheet.lines[index:end]:
            if sheet.is_open(line.index):
                said = "a form to write a comment"
                below = FIRM if cancels and not line.is_prose else DOUBT
                yield whole_line(line, Role.PROMOTION, "comment_form", said, 0.9, below)
    believed = [x for x in sheet.lines if (cancels or x.is_prose) and sheet.likely(x.index) >= LIKELY]
    post = sum(x.words for x in believed if x.index < last_form)
    if not end or post < max(ABOVE_WORDS, sum(x.words for x in believed if x.index >= end) / MOST_TIMES):
        return
    if has_members(sheet) or is_question_site(sheet):
        return
    # A lesson on such forms may list their fields, and go on.
    below = FIRM if cancels else CERTAIN
    for line in sheet.lines[end:]:
        if sheet.is_open(line.index):
            said = "below the form to comment on the article"
            yield whole_line(line, Role.NAVIGATION, "after_form", said, 0.8, below)


def _last_field(sheet: Sheet, index: int) -> Line | None:
    """Return the last field of a form that begins with a line, or None for no form."""
    seen: dict[str, Line] = {}
    for line in sheet.lines[index : index + 1 + FORM_LINES]:
        kind = _field(sheet, line)
        if line.index < index + CANCEL_LINES and line.words <= HEAD_WORDS and _cancels(sheet, line):
            seen["cancel"] = line
        elif kind and line.index > index:
            seen.setdefault(kind, line)
        elif line.is_prose and sheet.likely(line.index) >= DOUBT:
            break
    if "cancel" not in seen and (len(seen) < FIELDS or "mail" not in seen):
        return None
    return max(seen.values(), key=lambda x: x.index)


def _cancels(sheet: Sheet, line: Line) -> bool:
    said = sheet.said(line.index)
    return any(word in said for word in _words()["cancel"])


def _field(sheet: Sheet, line: Line) -> str:
    if line.words > FIELD_WORDS or len(line.text) > FIELD_LENGTH:
        return ""
    said = sheet.said(line.index).strip(" *:•.")
    if not said.startswith(_all_fields()):
        return ""
    for kind, words in _words().items():
        for word in words if kind != "cancel" else ():
            if said.startswith(word) and not said[len(word) : len(word) + 2].strip("s").isalnum():
                return kind
    return ""


FIELD_LENGTH = 70


def _end(sheet: Sheet, last: Line) -> int:
    """Return the line behind the form: its buttons and notes follow the last field."""
    end = last.index + 1
    for line in sheet.lines[end : end + REST_LINES]:
        if line.is_prose and sheet.likely(line.index) >= DOUBT:
            break
        if _field(sheet, line) or any(cue.family in _NOTES for cue in sheet.cues(line.index)):
            end = line.index + 1
    return end


_NOTES = frozenset({"comments", "newsletter", "network"})
"""Families of what stands below the fields: notices by mail, an account of a network to write with."""


@cache
def _all_fields() -> tuple[str, ...]:
    return tuple(word for kind, words in _words().items() if kind != "cancel" for word in words)


@cache
def _words() -> Mapping[str, tuple[str, ...]]:
    path = files("pipeline") / "resources" / "clean" / "comment_form.toml"
    lists = tomllib.loads(path.read_text(encoding="utf-8"))
    return {kind: tuple(sorted({fold(w) for w in words}, key=lambda w: (-len(w), w))) for kind, words in lists.items()}
