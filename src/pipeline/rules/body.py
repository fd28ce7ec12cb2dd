"""Say what the kept lines are: heading, label, list item, quotation, table, caption or paragraph."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from ..blocks import Line
from ..model import Role
from .sheet import Claim, Sheet, whole_line

HEADING_WORDS = 18
LIST_HEADING_WORDS = 6
"""Words of a line without a sentence's end that is a heading because a list stands below it."""
CAPTION_WORDS = 60
CAPTION_LEVEL = 0.4
"""Probability of being content from which a caption's shape makes a caption."""
# 0.4: out of fold, of the captions' words below 0.3 none are content on 1,536 pages, above 0.5 half.

_TAGS: Mapping[str, Role] = {
    **{f"h{n}": Role.HEADING for n in range(1, 7)},
    "li": Role.LIST_ITEM,
    "dd": Role.LIST_ITEM,
    "dt": Role.LABEL,
    "td": Role.TABLE,
    "th": Role.TABLE,
    "tr": Role.TABLE,
    "table": Role.TABLE,
    "blockquote": Role.QUOTE,
    "figcaption": Role.CAPTION,
}


def claim_captions(sheet: Sheet) -> Iterator[Claim]:
    """Claim captions: a caption's label or a credit in parentheses, or the lead picture's line."""
    drawn = {line.index for line in sheet.lines if line.markup and line.markup.tag == "figcaption"}
    told = {line.index for line in sheet.open_with(("caption", "opens"), ("credit", "has"))}
    for index in sorted({*drawn, *told, max(0, sheet.first_prose - 1)}):
        if index >= len(sheet.lines) or not sheet.is_open(index):
            continue
        line = sheet.lines[index]
        if not 2 <= line.words <= CAPTION_WORDS:
            continue
        tag = line.markup.tag if line.markup else ""
        label = sheet.opening(line.index, "caption")
        # Captions are body, and a claim must not keep what the model drops: a teaser's picture has one, too.
        believed = sheet.likely(index) >= CAPTION_LEVEL
        if believed and (tag == "figcaption" or (label and _labelled(sheet, line, label.end))):
            yield whole_line(line, Role.CAPTION, "caption", "a caption's label or element")
        elif believed and line.words <= 45 and _has_credit(sheet, line):
            yield whole_line(line, Role.CAPTION, "caption", "a picture credit in parentheses at the end")
        elif _is_lead_caption(sheet, line):
            yield whole_line(
                line, Role.CAPTION, "lead_caption", "below the title; the next paragraph says it again", 0.8
            )


def _labelled(sheet: Sheet, line: Line, end: int) -> bool:
    said = sheet.text[line.start : end]
    # A bare credit ("Photo: Getty Images") describes nothing; the model decides on it.
    if len(sheet.text[end : line.end].split()) < 5:
        return False
    if said.rstrip()[-1:] in ":：=＝՝" or "[" in said:
        return True
    # "Figure 3" and "Photo by Ann Lee" are captions; "Photo of the year awards began" is prose.
    after = sheet.text[end : end + 12].lstrip(" .")
    return (
        bool(after)
        and (after[0].isdigit() or (said.lower().rstrip().endswith(" by") and after[0].isupper()))
        and line.words <= 45
    )


_CREDIT = re.compile(r"[(\[|/–—-]\s*([^()\[\]|]{3,80})[)\]]?\.?$")


def _has_credit(sheet: Sheet, line: Line) -> bool:
    cues = sheet.having(line.index, "credit")
    if not cues:
        return False
    m = _CREDIT.search(sheet.text, max(line.start, line.end - 90), line.end)
    if m is None or len(sheet.text[line.start : m.start()].split()) < 5:
        return False
    return any(c.start >= m.start() for c in cues) and sheet.text[line.end - 1] in ")]"


def _is_lead_caption(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line between title and first prose has no sentence's end and is said again below.

    A standfirst says new things; the caption of the lead picture takes its words from the text.
    """
    if not 8 <= line.words <= 40 or line.ends or line.index != sheet.first_prose - 1:
        return False
    titled = any(c.role is Role.TITLE for i in range(line.index) for c in sheet.claims.get(i, ()))
    if not titled:
        return False
    # Without any prose there is no line that could say it again.
    if sheet.first_prose >= len(sheet.lines):
        return False
    prose = sheet.lines[sheet.first_prose]
    said = _pieces(sheet.folded[prose.start : prose.end])
    words = _pieces(sheet.folded[line.start : line.end])
    pairs = set(itertools.pairwise(words))
    again = pairs & set(itertools.pairwise(said))
    return len(again) >= 0.7 * len(pairs)


def _pieces(folded: str) -> list[str]:
    return re.findall(r"[^\W_]+", folded)


# --- what a kept line is ----------------------------------------------------------------------------


def body_role(line: Line, text: str, following: Line | None) -> tuple[Role, str]:
    """Return the role of a kept line's `text` and the rule that says so; `following` is the next kept line."""
    tag = line.markup.tag if line.markup else ""
    if tag in _TAGS:
        return _TAGS[tag], "markup"
    if line.markup and (tag == "pre" or line.markup.features.get("in_pre", 0.0) > 0):
        # There "# ..." is a remark in code, "> ..." a prompt, and a short line no heading.
        return Role.PARAGRAPH, "preformatted"
    first, last = text[0], text[-1]
    if (first == "#" and _HEADING.match(text)) or (line.level and len(text) == len(line.text)):
        return Role.HEADING, "markdown"
    if first == ">" and text.startswith("> "):
        return Role.QUOTE, "markdown"
    if ("|" in (first, last) and text.count("|") >= 2) or text.count("\t") >= 2:
        return Role.TABLE, "table_row"
    if line.bullet and not _is_numbered_heading(line, following):
        return Role.LIST_ITEM, "list_mark"
    if looks_like_heading(line, following):
        return Role.HEADING, "heading"
    return Role.PARAGRAPH, "prose"


_HEADING = re.compile(r"#{1,6} \S")


def looks_like_heading(line: Line, following: Line | None) -> bool:
    """Tell whether a line is a heading: short, no sentence's end but "?", and longer text below it."""
    if not 1 <= line.words <= HEADING_WORDS or following is None:
        return False
    last = line.text.rstrip("\"'”’»)")[-1:]
    if last in ".。…;,:،؛-–—" or (line.ends and last not in "?!؟？！"):
        return False
    first = line.text.lstrip("\"'“‘«([¿¡")[:1]
    if first.islower() or (line.ends and (line.words < 2 or line.text[0] in '"“«—–-')):
        return False
    if following.bullet and not line.bullet and line.words <= LIST_HEADING_WORDS:
        return True
    # Verse and lists of short lines have no longer line below; a second heading may stand between.
    return following.words > line.words and (
        following.words >= 12 or (following.ends and following.words >= 2 * line.words)
    )


def _is_numbered_heading(line: Line, following: Line | None) -> bool:
    return (
        line.bullet[0].isdigit()
        and following is not None
        and not following.bullet
        and looks_like_heading(line, following)
    )
