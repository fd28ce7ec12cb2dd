"""Find menus, breadcrumbs, archive and print bars, lines of tags and reading times."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..blocks import Line
from ..model import Role
from .sheet import FIRM, SOFT, Claim, Sheet, whole_line

_TRAIL = re.compile(r"\s(?:›|»|>|/|→|::|❯|⟩|—>|\|)\s")


def claim_menus(sheet: Sheet) -> Iterator[Claim]:
    """Claim runs of menu words, skip links and breadcrumbs outside the prose."""
    above = sheet.lines[: max(sheet.first_prose, 1) + 3]
    trails = {line.index for line in above if line.words <= MENU_WORDS and _TRAIL.search(line.text)}
    menus = {line.index for line in sheet.open_with(("menu", "whole"))}
    for line in (sheet.lines[i] for i in sorted(trails | menus) if sheet.is_open(i)):
        if line.words > MENU_WORDS or line.ends:
            continue
        outside = not sheet.first_prose < line.index < sheet.last_prose
        if outside and _is_trail(sheet, line):
            # Of the trails of three places and more that the model takes for content none is.
            level = FIRM if len(_TRAIL.findall(line.text)) >= 2 else SOFT
            yield whole_line(line, Role.NAVIGATION, "breadcrumb", "a path of links", 0.9, level)
        elif outside and "menu" in sheet.whole(line.index) and _company(sheet, line):
            yield whole_line(line, Role.NAVIGATION, "menu", "menu words among short lines")


def _company(sheet: Sheet, line: Line) -> bool:
    """Tell whether another line of two neighbours on either side speaks the same kind of language."""
    near = [*range(max(0, line.index - 2), line.index), *range(line.index + 1, min(len(sheet.lines), line.index + 3))]
    return any(sheet.whole(i) & {"menu", "legal", "share", "newsletter", "cookie", "comments"} for i in near)


def _is_trail(sheet: Sheet, line: Line) -> bool:
    parts = _TRAIL.split(line.text)
    if len(parts) < 2 or any(len(p) > 60 for p in parts[:-1]):
        return False
    first = sheet.folded[line.start : line.start + len(parts[0])].strip(" •*/")
    home = any(
        c.family == "menu"
        and c.mode == "whole"
        and c.end - line.start <= len(parts[0]) + 2
        and first == sheet.folded[c.start : c.end]
        for c in sheet.cues(line.index)
    )
    return home and line.index < max(sheet.first_prose, 1) + 3


def claim_bars(sheet: Sheet) -> Iterator[Claim]:
    """Claim bars of web archives and print views: short lines above or below the text."""
    for line in sheet.open_with(("archive", "has")):
        address = line.text.strip("<>()[] ").startswith(("http://", "https://"))
        if line.words <= 25 and not line.is_prose and not sheet.is_inside(line.index) and not (address or line.bullet):
            said = "words of an archive or print bar at the edge"
            yield whole_line(line, Role.NAVIGATION, "archive_bar", said, 0.9)


MENU_WORDS = 14
"""Words above which a line is neither a path of links nor a row of a menu."""
TAG_WORDS = 25
READING_WORDS = 8


SHORT_READING = 6


def claim_tags(sheet: Sheet) -> Iterator[Claim]:
    """Claim the line that names the article's tags below its text, and that of the reading time above it."""
    for line in sheet.open_with(("tags", "opens")):
        edge = line.index >= sheet.last_prose or line.index < sheet.first_prose
        if edge and line.words <= TAG_WORDS and sheet.opening(line.index, "tags"):
            listed = not line.ends and not line.is_prose
            if listed:
                level = FIRM if line.index >= sheet.last_prose else SOFT
                yield whole_line(line, Role.NAVIGATION, "tags", "a label of tags at the text's edge", 0.9, level)
    timed = list(sheet.open_with(("reading", "has")))
    for line in timed:
        # "Lesezeit: 7 Min." ends with an abbreviation.
        counted = line.words <= READING_WORDS and line.numbered and (not line.ends or line.words <= SHORT_READING)
        # On a page of listings every entry has one, and there it may be all that the entry says.
        begins = any(c.start - line.start <= 2 for c in sheet.having(line.index, "reading"))
        alone = begins and line.words <= SHORT_READING
        if counted and (alone or sheet.first_prose - 10 <= line.index <= sheet.first_prose):
            below = FIRM if len(timed) == 1 else SOFT
            yield whole_line(line, Role.NAVIGATION, "reading_time", "how long the text takes to read", 0.9, below)
