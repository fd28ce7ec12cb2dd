"""Find what is no text in the source of a wiki's article: boxes, templates, categories, the parts that close it.

A text is such a source when it holds two of a wiki's signs: links in double brackets, headings between equals signs,
words in triple quotes, templates in double braces. From the first closing part (references, external links) on nothing
of the article follows.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from ..model import Role
from .lexicon import fold
from .sheet import Claim, Sheet, whole_line

SIGNS = 2
_SIGNS = (
    re.compile(r"\[\[[^\[\]\n]{1,200}\]\]"),
    re.compile(r"^(={2,5})[^=\n]{1,120}\1\s*$", re.M),
    re.compile(r"'''\S"),
)
_TEMPLATE = re.compile(r"\{\{[^{}\n]{0,400}\}\}")
_HEADING = re.compile(r"(={2,5})\s{0,3}([^=]{1,120}?)\s{0,3}\1")
_LINK = re.compile(r"\[\[[^\[\]|:]{1,40}:[^\[\]]{1,300}\]\]")
BOX_LINES = 80
"""Lines of a box of facts, at most."""


def claim_wiki_source(sheet: Sheet) -> Iterator[Claim]:
    """Claim a wiki's boxes, templates, categories and closing parts where the text is its source."""
    if not sheet.lines or sheet.lines[0].markup is not None or ("[[" not in sheet.text and "{{" not in sheet.text):
        return
    if sum(sign.search(sheet.text) is not None for sign in _SIGNS) + ("{{" in sheet.text) < SIGNS:
        return
    closed, depth, box = 0, 0, 0
    for line in sheet.lines:
        if not sheet.is_open(line.index):
            continue
        text = line.text
        heading = _HEADING.fullmatch(text)
        if heading:
            level, name = len(heading.group(1)), fold(heading.group(2)).strip()
            closed = level if name in _ends() else 0 if closed and level <= closed else closed
        if depth == 0 and text.startswith("{{") and text.count("{{") > text.count("}}"):
            depth, box = text.count("{{") - text.count("}}"), 0
            yield whole_line(line, Role.MACHINE_ARTIFACT, "wiki_template", "a box of facts in a wiki's source", 0.9)
        elif depth > 0 and box < BOX_LINES:
            depth, box = max(0, depth + text.count("{{") - text.count("}}")), box + 1
            yield whole_line(line, Role.MACHINE_ARTIFACT, "wiki_template", "a box of facts in a wiki's source", 0.9)
        elif closed:
            yield whole_line(line, Role.NAVIGATION, "wiki_end", "a part that closes a wiki's article", 0.9)
        elif text[0] == "{" and not _TEMPLATE.sub("", text).strip():
            yield whole_line(line, Role.MACHINE_ARTIFACT, "wiki_template", "a template in a wiki's source", 0.9)
        elif text[0] == "[" and not _LINK.sub("", text).strip():
            yield whole_line(line, Role.NAVIGATION, "wiki_link", "a category or another language's article", 0.95)


@cache
def _ends() -> frozenset[str]:
    path = files("pipeline") / "resources" / "clean" / "wiki_ends.toml"
    lists = tomllib.loads(path.read_text(encoding="utf-8"))
    return frozenset(fold(name) for names in lists.values() for name in names)
