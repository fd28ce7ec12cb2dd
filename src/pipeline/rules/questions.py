"""Find what a question-and-answer site puts around its questions and answers: votes, stamps, buttons, the reply form.

The texts are the content. A page is such a site's where votes stand (an arrow up, a number, an arrow down), or two
stamps that say who asked or answered when; nothing is claimed on any other page.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from ..blocks import Line
from ..dates import find_dates
from ..model import Role
from .lexicon import fold
from .sheet import SOFT, Claim, Sheet, whole_line

FORUM_RULES = frozenset({"forum_box", "forum_head", "forum_button", "forum_page", "votes", "stamp"})
"""Rules whose claims show a page where readers' words are the content."""
SIGNS = 2
STAMP_WORDS, NAME_WORDS, ROW_WORDS = 10, 3, 10
FORM_LINES = 8
"""Lines below the head of the reply's form that belong to it."""

_ARROWS = re.compile(r"[▲▼△▽⬆⬇↑↓✓✔☆★\s]{1,8}")
_VOTES = re.compile(r"[▲△⬆↑]?\s?-?\d[\d,.]{0,6}\s?k?\s?[▼▽⬇↓]?")
_BADGES = re.compile(r"\d[\d,.]{0,8}k?(?: ?[●•] ?\d{1,4}){1,3}")
_SIGNED = re.compile(r"[–—-] ?\S.{0,40}")
_AGO = re.compile(r"\d{1,3} \w+ |\d{4}|\d[\d.,]*k? ")


def claim_questions(sheet: Sheet) -> Iterator[Claim]:
    """Claim the furniture of a site of questions and answers."""
    short = [line for line in sheet.open_lines() if line.words <= STAMP_WORDS + ROW_WORDS and not line.ends]
    arrows = {line.index for line in short if _ARROWS.fullmatch(line.text)}
    openings = _words()["stamps"]
    stamps = {x.index for x in short if sheet.said(x.index).startswith(openings) and _is_stamp(sheet, x)}
    if len(arrows) < 2 * SIGNS and len(stamps) < SIGNS:
        return
    told = arrows | stamps
    for line in short:
        i, said = line.index, sheet.folded[line.start : line.end].strip(" :•·|")
        if i in arrows or ({i - 1, i + 1} & arrows and _VOTES.fullmatch(line.text)) or _BADGES.fullmatch(line.text):
            yield whole_line(line, Role.NAVIGATION, "votes", "votes and badges beside a question or answer")
        elif i in stamps:
            yield whole_line(line, Role.NAVIGATION, "stamp", "who asked or answered, and when")
        elif i - 1 in told and len(line.text.split()) <= NAME_WORDS and _BADGES.fullmatch(_text(sheet, i + 1)):
            yield whole_line(line, Role.NAVIGATION, "stamp", "a name between a stamp and its badges", 0.9)
        elif _SIGNED.fullmatch(line.text) and find_dates(line.text):
            yield whole_line(line, Role.NAVIGATION, "stamp", "who commented, and when", 0.9)
        elif _is_row(said) or _is_count(said) or said.startswith(_words()["sorted"]):
            yield whole_line(line, Role.NAVIGATION, "question_row", "buttons and counts around an answer")
        elif said in _words()["reply"]:
            yield whole_line(line, Role.NAVIGATION, "reply_form", "the head of the reply's form")
            for below in sheet.lines[i + 1 : i + 1 + FORM_LINES]:
                if sheet.is_open(below.index):
                    yield whole_line(
                        below, Role.PROMOTION, "reply_form", "below the head of the reply's form", 0.8, SOFT
                    )


def is_question_site(sheet: Sheet) -> bool:
    """Tell whether two stamps say who asked or answered, and when: there what stands below a remark is an answer."""
    openings = _words()["stamps"]
    told = (line for line, said in zip(sheet.lines, sheet.ground.said, strict=True) if said.startswith(openings))
    return sum(1 for _ in itertools.islice((x for x in told if _is_stamp(sheet, x)), SIGNS)) >= SIGNS


def _text(sheet: Sheet, index: int) -> str:
    return sheet.lines[index].text if index < len(sheet.lines) else ""


def _is_stamp(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line says that somebody asked, answered or edited, and when: "asked Jul 11, 2024 at 20:45"."""
    said = sheet.folded[line.start : line.end]
    if line.words > STAMP_WORDS or not said.startswith(_words()["stamps"]) or not _AGO.search(said):
        return False
    word = next(w for w in _words()["stamps"] if said.startswith(w))
    return said[len(word) : len(word) + 1] == " " and len(said) - len(word) <= 40


def _is_row(said: str) -> bool:
    """Tell whether a line is two buttons or more of an answer, and nothing else."""
    left, count = said, 0
    for button in _words()["rows"]:
        if button in left:
            left, count = left.replace(button, " ", 1), count + 1
    return count >= 2 and not left.strip(" |·•,")


def _is_count(said: str) -> bool:
    number, _, word = said.partition(" ")
    return number.isdigit() and word in _words()["counts"]


@cache
def _words() -> Mapping[str, tuple[str, ...]]:
    path = files("pipeline") / "resources" / "clean" / "questions.toml"
    lists = tomllib.loads(path.read_text(encoding="utf-8"))
    # The longest first: "improve this answer" before "answer".
    return {name: tuple(sorted({fold(w) for w in words}, key=lambda w: (-len(w), w))) for name, words in lists.items()}
