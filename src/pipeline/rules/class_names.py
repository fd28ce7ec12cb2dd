"""Claim what an element's own class calls a box for readers: a call to action, a rating, links to related stories.

Class names say little of most lines, and the line model has seen them all. But of the lines that it keeps on the
labelled articles, forums and documentation (out of fold), none of 35 in a call to action, none of 25 in a dialog,
one of 15 in links to related stories and two of 77 in ratings is content. Only the innermost two elements are asked.

The names that software of forums and encyclopaedias gives to a part (a member's signature, the head of a post, a
list of references) say more: they are believed on pages of little prose, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from ..blocks import Line
from ..model import Role
from .sheet import Claim, Sheet, whole_line

CERTAIN = 0.85
"""Probability of being content from which the model is believed."""
LEAST_PROSE, MOST_OF_PROSE = 4, 0.1
"""Paragraphs that make a page of prose, and the most words that boxes of one name hold beside it: a shop's page is
made of such boxes."""
RATING_WORDS = 10
IN_LINKS = 0.5

_NAMES = {
    "cta": re.compile(r"(?<![a-z])cta(?![a-z])|call-?to-?action"),
    # What a site itself tells search engines to leave out.
    "no-content": re.compile(r"robots-nocontent"),
    "dialog": re.compile(r"(?<![a-z])(?:modal|popup|lightbox)(?![a-z])"),
    "rating": re.compile(r"(?<![a-z])(?:ratings?|votes|stars)(?![a-z])"),
    "related": re.compile(
        r"(?:see|read|lire|leia|lee|leggi)-?(?:also|more|next|aussi|tambem|mais|anche|tambien)|related"
    ),
    "pager": re.compile(r"(?<![a-z])(?:pagination|pager|page-numbers|page-links|nav-links)(?![a-z])"),
}
_NOT = re.compile(r"interest|correlat|un-?related")
_PARTS: Mapping[str, tuple[re.Pattern[str], Role, str]] = {
    # phpBB, vBulletin, XenForo. "methodSignature" and "member-signature" are code, a petition has "signatures".
    "signature": (
        re.compile(r"(?<![\w-])(?:post-?)?signature(?:-?container)?(?![\w])"),
        Role.NAVIGATION,
        "a signature",
    ),
    "post_head": (
        re.compile(r"(?<![\w-])(?:user-?info(?:_extra)?|post-?profile|post-?head|crawler-post-meta)(?![\w-])"),
        Role.NAVIGATION,
        "the head of a post or the box of its author",
    ),
    "hatnote": (
        re.compile(r"(?<![\w-])(?:hatnote|dablink)(?![\w-])"),
        Role.NAVIGATION,
        "a note on other pages of that name",
    ),
    "references": (
        re.compile(r"(?:^|>)ol\.(?:[\w.-]{0,60}\.)?references(?![\w-])"),
        Role.NAVIGATION,
        "a list of references",
    ),
}
"""What software calls a part of its pages: names, role, and what they mean."""
PART_CERTAIN = 0.97
"""Probability of being content from which the model is believed against such a name."""


def claim_class_names(sheet: Sheet) -> Iterator[Claim]:
    """Claim the lines of a page of HTML whose element is called a box for readers."""
    if not sheet.lines or sheet.lines[0].markup is None:
        return
    for line in sheet.open_lines():
        if line.markup is not None and (part := _part_of(line.markup.path)) and not _is_note(line, part):
            _, role, said = _PARTS[part]
            yield whole_line(line, role, part, f"its element is called {said}", 0.9, PART_CERTAIN)
    yield from _boxes(sheet)


def _boxes(sheet: Sheet) -> Iterator[Claim]:
    prose = [line.words for line in sheet.lines if line.is_prose and sheet.likely(line.index) >= CERTAIN]
    if len(prose) < LEAST_PROSE:
        return
    boxes: dict[str, list[Line]] = {}
    for line in sheet.open_lines():
        if line.markup is None:
            return
        name = _name_of(line.markup.path)
        if name and _is_box(line, name):
            boxes.setdefault(name, []).append(line)
    for name, lines in boxes.items():
        if sum(line.words for line in lines) <= MOST_OF_PROSE * sum(prose):
            role = Role.NAVIGATION if name == "pager" else Role.PROMOTION
            said = f"its element is called a {name} box"
            yield from (whole_line(line, role, "class_name", said, 0.8, CERTAIN) for line in lines)


def _is_note(line: Line, part: str) -> bool:
    """Tell whether an item among the references is a sentence of the author: it names no year and no address."""
    return part == "references" and line.ends and line.words >= NOTE_WORDS and not _SOURCE.search(line.text)


NOTE_WORDS = 6
_SOURCE = re.compile(r"(?<!\d)\d{4}(?!\d)|https?:|www\.|\bISBN\b|\bdoi\b")


@lru_cache(maxsize=1 << 14)
def _part_of(path: str) -> str:
    return next((part for part, (names, _, _) in _PARTS.items() if names.search(path.lower())), "")


@lru_cache(maxsize=1 << 14)
def _name_of(path: str) -> str:
    # "callToAction" is cut as "call-to-action" is.
    names = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", path).lower()
    if _NOT.search(names):
        return ""
    return next((name for name, words in _NAMES.items() if words.search(names)), "")


def _is_box(line: Line, name: str) -> bool:
    if name == "rating":
        return line.words <= RATING_WORDS and not line.ends
    share = line.markup.features.get("link_share", 0.0) if line.markup else 0.0
    return name in ("cta", "dialog", "no-content") or share >= IN_LINKS
