"""Find what programs leave that turn pages into text: lists of links, pictures' names, buttons' marks, rules, notes.

A browser for terminals lists the page's addresses at its end, a feed says where an entry appeared first, and a picture
leaves its file's name in brackets. None of these is a sentence anybody wrote.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from html import unescape
from importlib.resources import files

from ..blocks import Line
from ..model import Role
from .lexicon import find_cues, fold
from .sheet import Claim, Sheet, whole_line

LEAST_LINKS = 3
"""Addresses that count up from which they are a browser's list."""
HEAD_WORDS = 4
NOTE_WORDS = 60
ENTITY_LENGTH = 80
_LINK = re.compile(r"(\d{1,4})\. ?(?:https?|ftp|file|mailto|javascript|gopher|about|tel):\S{0,2000}")
_RULE = re.compile(r"[=–—_~*+.,:<>«»‹›•·|\-×✕✖☰▲▼⇧❯❮]|(?!-+[ \t]+-)[=\-–—_~*+.,:<>«»‹›•·\s]{2,2000}|\[\s?\]")
"""Signs that draw a rule or part the links of a menu; bars and gaps part the columns of a table, braces close code."""
_PICTURE = re.compile(
    r"[\[(<]?[^\[\]()<>\s]{1,120}\.(?:jpe?g|png|gif|webp|svg|bmp|tiff?)[\])>]?|\[(?:IMAGE|IMG|INLINE|LINK|USEMAP|EMBED)\]",
    re.IGNORECASE,
)
_BUTTON = re.compile(r"\(BUTTON\)|\[BUTTON\]")
_ENTITY = re.compile(r"&(?:#\d{2,6}|#x[0-9a-fA-F]{2,5}|[a-zA-Z]{2,8});")
_POST = re.compile(r"[^\[\]\n]{1,80}, \[\d{1,4}[./-]\d{1,2}[./-]\d{2,4},? \d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?\]")
_CLOSES = re.compile(r"\]")
_OPENS = re.compile(r"[\[(<=\-–—_~*+|.,:<>«»‹›•·×✕✖☰▲▼⇧❯❮]")


def claim_dumps(sheet: Sheet) -> Iterator[Claim]:
    """Claim what a program left beside the text that it made of a page."""
    if not sheet.lines or sheet.lines[0].markup is not None:
        return
    yield from _links(sheet)
    yield from _notes(sheet)
    yield from _entities(sheet)
    yield from _posts(sheet)


def _links(sheet: Sheet) -> Iterator[Claim]:
    """Claim the numbered addresses at a text's end, with the lines over them: "References", "Visible links"."""
    run: list[Line] = []
    at = len(sheet.lines)
    heads: list[Line] = []
    for line in reversed(sheet.lines):
        found = _LINK.fullmatch(line.text)
        if found and sheet.is_open(line.index):
            run.append(line)
            at = line.index
            run += heads
            heads = []
        elif run and line.index >= at - 2 - len(heads) and line.words <= HEAD_WORDS and not heads[2:]:
            # Between the visible and the hidden links stands a heading, over them one or two.
            heads.append(line)
        else:
            break
    numbers = [int(found.group(1)) for line in run if (found := _LINK.fullmatch(line.text))]
    if len(numbers) < LEAST_LINKS or any(a <= b for a, b in itertools.pairwise(numbers)):
        return
    top = [line for line in heads if not line.ends or line.text[-1] == ":"]
    for line in (*run, *top):
        if sheet.is_open(line.index):
            yield whole_line(line, Role.NAVIGATION, "link_list", "a browser's list of the page's addresses", 0.95)


def claim_signs(sheet: Sheet) -> Iterator[Claim]:
    """Claim lines that draw a rule, a picture's name in brackets, and buttons' marks."""
    if not sheet.lines or sheet.lines[0].markup is not None:
        return
    for line in sheet.open_beginning(_OPENS):
        if line.words == 0 and "..." not in line.text and _RULE.fullmatch(line.text):
            yield whole_line(line, Role.MACHINE_ARTIFACT, "ruler", "signs without a word", 0.9)
        elif line.text[0] in "[(<" and _PICTURE.fullmatch(line.text):
            yield whole_line(line, Role.MACHINE_ARTIFACT, "image_link", "the name of a picture's file", 0.95)
        elif line.text[0] in "[(" and _BUTTON.match(line.text):
            yield whole_line(line, Role.NAVIGATION, "widget", "the mark of a button", 0.95)


def _notes(sheet: Sheet) -> Iterator[Claim]:
    """Claim the note that a blog's software adds to an entry: "The post ... appeared first on ..."."""
    last = [line for line in sheet.lines[-LAST_LINES:] if line.words <= NOTE_WORDS and sheet.is_open(line.index)]
    tail = sheet.folded[last[0].start :] if last else ""
    notes = [note for note in _feed_notes() if note[1] in tail]
    for line in last if notes else ():
        said = sheet.said(line.index)
        if any(_is_note(sheet.text[line.start : line.end], said, *note) for note in notes):
            yield whole_line(line, Role.PROMOTION, "feed_note", "says where a feed's entry appeared first", 0.95)


def _is_note(text: str, said: str, before: str, between: str, behind: str) -> bool:
    """Tell whether a headline and a name, which begin with no small letter, stand in a note's places."""
    at = said.find(between, len(before))
    if at < 0 or not said.startswith(before) or not said.rstrip(" .").endswith(behind):
        return False
    return not text[len(before)].islower() and not text[at + len(between) :][:1].islower()


LAST_LINES = 8
"""Lines of a text among which a feed's note stands."""


def _posts(sheet: Sheet) -> Iterator[Claim]:
    """Claim the heads that a messenger's export writes over each post: "The channel, [12.03.2023 09:14]"."""
    heads = [line for line in sheet.open_ending(_CLOSES) if len(line.text) <= 120 and _POST.fullmatch(line.text)]
    if len(heads) >= 2:
        for line in heads:
            yield whole_line(line, Role.NAVIGATION, "post_head", "who posted in a channel, and when", 0.95)


def _entities(sheet: Sheet) -> Iterator[Claim]:
    """Claim buttons with signs that were left as HTML writes them: "Read more &raquo;"."""
    found = sorted({sheet.index_at(m.start()) for m in _ENTITY.finditer(sheet.text)}) if "&" in sheet.text else []
    for line in (sheet.lines[i] for i in found if sheet.is_open(i)):
        if len(line.text) > ENTITY_LENGTH:
            continue
        text = unescape(line.text)
        bare = "".join(c if c.isalnum() or c.isspace() else " " for c in text).strip()
        if not any(c.isalpha() for c in bare):
            yield whole_line(line, Role.MACHINE_ARTIFACT, "ruler", "signs without a word", 0.9)
            continue
        folded = fold(bare)
        whole = {c.family for c in find_cues(folded) if c.mode == "whole" and c.end - c.start == len(folded)}
        if whole & _BUTTONS:
            yield whole_line(line, Role.NAVIGATION, "widget", "the line is a button of the page")


_BUTTONS = frozenset(("widget", "share", "menu", "related", "comments", "newsletter", "legal"))


@cache
def _feed_notes() -> tuple[tuple[str, str, str], ...]:
    path = files("pipeline") / "resources" / "clean" / "dumps.toml"
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["feed"]["notes"]
    return tuple((fold(a), fold(b), fold(c)) for a, b, c in rows)
