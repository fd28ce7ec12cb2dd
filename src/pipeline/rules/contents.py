"""Find tables of contents, and lists that name the page's own headings."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator

from ..blocks import Line
from ..model import Role
from .sheet import FIRM, MILD, SOFT, Claim, Sheet, whole_line

_ANCHORS = re.compile(r"\[[^\[\]]{1,200}\]\(#[^()\s]{0,200}\)")
_LEADER = re.compile(r"(?: ?[.·…_]){3,} ?\d{1,4}$")
_EDIT = re.compile(r" ?\[[^\[\]\n]{2,60}\]$")
_NUMBER = re.compile(r"[ •*\-–—]{0,4}(\d{1,2}(?:\.\d{1,2}){0,3})[.)]?[ \t]+\S")
_ROMAN = "ivxIVX"
_NUMBERING = re.compile(rf"^(?:[\d.)(\s•*\-–—]+|[{_ROMAN}]+[.)])\s*")


def claim_contents(sheet: Sheet) -> Iterator[Claim]:
    """Claim tables of contents: the heading alone, with anchors, or with entries that are the page's headings."""
    places = sheet.ground.places
    hidden = [i for i in places.get(("contents", "opens"), ()) if _is_hidden(sheet, sheet.lines[i])]
    listed_at = tuple(sorted({*places.get(("contents", "whole"), ()), *hidden}))
    anchored = "](#" in sheet.text
    headings: dict[str, int] = {}
    for line in sheet.lines if listed_at else ():
        if line.words <= ENTRY_WORDS and len(line.text) <= ENTRY_LENGTH:
            headings[_entry(sheet, line)] = line.index
    done = -1
    for line in sheet.lines if anchored else [sheet.lines[i] for i in listed_at]:
        if line.index <= done:
            continue
        if anchored and _ANCHORS.search(line.text) and not _ANCHORS.sub("", line.text).strip(" *+-–•\t0123456789.#"):
            yield whole_line(line, Role.CONTENTS, "contents", "a link to a place on the same page")
        if line.words > 6 or ("contents" not in sheet.whole(line.index) and line.index not in hidden):
            continue
        entries: list[Line] = []
        numbers: list[tuple[int, ...]] = []
        repeated = 0
        for follower in sheet.lines[line.index + 1 : line.index + 60]:
            # A heading that Markdown marks heads something, and lists nothing.
            if len(follower.text) > ENTRY_LENGTH or follower.level:
                break
            again = headings.get(_entry(sheet, follower), -1) > follower.index
            number = entry_number(follower.text)
            counted = bool(number) and (numbers[-1] < number if numbers else number == (1,))
            known = again or follower.jumps or bool(_ANCHORS.search(follower.text) or _LEADER.search(follower.text))
            if not (known or counted) or follower.words > 20 or not sheet.is_open(follower.index):
                break
            # The list of numbers ends where the text begins with its own "1.".
            numbers += [number] if counted else []
            repeated += known
            entries.append(follower)
        nearby = line.index + 1 < len(sheet.lines)
        plain = not entries and nearby and _says_contents(sheet, line)
        if entries or plain or (nearby and line.index <= sheet.last_prose):
            said = f"contents heading with {len(entries)} entries"
            # Two entries that all stand below as lines of their own leave no doubt: of 60 such lists that the
            # labels call content, every one is a list of the page's headings.
            sure = len(entries) >= 2 and 2 * repeated >= len(entries)
            yield whole_line(line, Role.CONTENTS, "contents", said, below=FIRM if sure or plain else SOFT)
            level = FIRM if sure else MILD
            for entry in entries:
                yield whole_line(entry, Role.CONTENTS, "contents", "a heading of the page, listed", 0.9, level)
                done = entry.index


def claim_listed_headings(sheet: Sheet) -> Iterator[Claim]:
    """Claim a list of three items or more that are the page's headings in their order, whatever stands above it."""
    places: dict[str, list[int]] | None = None
    for run in _lists(sheet):
        places = _heading_places(sheet) if places is None else places
        entries = [places.get(_entry(sheet, line), []) for line in run]
        found = [at[first] for at in entries if (first := bisect_right(at, run[-1].index)) < len(at)]
        if len(found) < LISTED or len(found) < LISTED_SHARE * len(run) or found != sorted(found):
            continue
        above = sheet.lines[run[0].index - 1] if run[0].index else None
        heads = above is not None and sheet.is_open(above.index) and above.words <= LISTED_HEAD and not above.ends
        for line in [above, *run] if above is not None and heads else run:
            yield whole_line(line, Role.CONTENTS, "contents", "a list of the headings below", 0.9)


def _heading_places(sheet: Sheet) -> dict[str, list[int]]:
    """Return by what they say the lines that stand over a text, in order: the items of another list are no headings."""
    places: dict[str, list[int]] = {}
    for line, below in itertools.pairwise(sheet.lines):
        short = line.words <= ENTRY_WORDS and len(line.text) <= ENTRY_LENGTH
        if short and not line.bullet and below.words >= TEXT_WORDS:
            places.setdefault(_entry(sheet, line), []).append(line.index)
    return places


TEXT_WORDS = 8
"""Words of the line below a heading."""
ENTRY_LENGTH = 500
"""Characters of an entry, at most: fuzzing found lines without spaces in which the leader's dots took seconds."""
LISTED, LISTED_SHARE, LISTED_HEAD, ENTRY_WORDS = 3, 0.75, 10, 20
"""Entries that stand below, their share of the list, words of the line above the list, and of an entry."""


def _lists(sheet: Sheet) -> Iterator[list[Line]]:
    """Yield the runs of open items with a list mark or number, one right below the other."""
    run: list[Line] = []
    for line in sheet.lines:
        short = line.bullet and line.words <= ENTRY_WORDS and len(line.text) <= ENTRY_LENGTH
        if short and not line.text.endswith(".") and sheet.is_open(line.index):
            run.append(line)
            continue
        if len(run) >= LISTED:
            yield run
        run = []


def _is_hidden(sheet: Sheet, line: Line) -> bool:
    """Tell whether a label of contents and a button to hide them are all of a line: "Contents [hide]"."""
    cue = sheet.opening(line.index, "contents")
    return cue is not None and _HIDE.fullmatch(sheet.text, cue.end, line.end) is not None


_HIDE = re.compile(r"[ :]{0,3}[\[(（][^\W\d_]{2,14}[\])）]")


def _says_contents(sheet: Sheet, line: Line) -> bool:
    """Tell whether a heading can mean nothing but a table of contents; "Contents" alone may be a box's."""
    said = _entry(sheet, line)
    return " " in said or said in _PLAIN or line.text[-1] in "])"


_PLAIN = frozenset(
    (
        *(
            "toc",
            "içindekiler",
            "mündəricat",
            "inhaltsverzeichnis",
            "inhoudsopgave",
            "inhaltsübersicht",
            "tartalomjegyzék",
            "innehållsförteckning",
            "indholdsfortegnelse",
            "innholdsfortegnelse",
            "sisällysluettelo",
            "оглавление",
            "բովանդակություն",
        ),
        *("目录", "目錄", "目次", "목차", "文章目录", "文章目錄", "本文目录", "内容目录"),
    )
)


def _entry(sheet: Sheet, line: Line) -> str:
    """Return what an entry or a heading says, without its number, page and edit link."""
    said = sheet.said(line.index)
    # What closes a line tells what need not be looked for in it.
    said = _EDIT.sub("", said) if said[-1] == "]" else said
    said = _LEADER.sub("", said) if said[-1:].isdigit() else said
    # Of letters only those of Roman numbers number an entry.
    if not said[:1].isalpha() or said[0] in _ROMAN:
        said = _NUMBERING.sub("", said)
    return said.strip(" :.#")


def entry_number(text: str) -> tuple[int, ...]:
    """Return the number that opens an entry, "1.2 The harbour" as (1, 2), or an empty tuple."""
    found = _NUMBER.match(text)
    return tuple(int(part) for part in found.group(1).split(".")) if found else ()
