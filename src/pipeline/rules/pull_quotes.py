"""Claim pull quotes: a sentence of the text, set again in large letters beside it.

A box for quotations (an aside, a blockquote, an element called "pull quote") whose words all stand inside a longer
paragraph says nothing new: of 57 such lines on the labelled pages 45 are no content. A quotation
that stands nowhere else is body, and so is a sentence that is repeated without a box: there two in three are content.
A paragraph that the markup hides and that stands elsewhere in full is a copy for another size of screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ..blocks import Line
from ..model import Role
from .sheet import Claim, Sheet, whole_line

LEAST_WORDS, MOST_WORDS = 4, 60
LEAST_CHARS = 15
"""Letters and spaces of a pull quote at least: shorter ones may stand in a paragraph by chance."""
PARAGRAPH_WORDS = 10
SIGNATURE_WORDS = 8
"""Words of the line that names the speaker, at most."""

_BOX = re.compile(r"(?:^|>)(?:blockquote|aside)\b|quote|call-?out|zitat|citat|(?<![a-z])cita(?![a-z])", re.IGNORECASE)
_FRAME = re.compile(r"\W{0,3}(?:start|begin) quote\W{0,3}$|\W{0,3}end quote(?: [^.!?]{0,100})?$")
"""What is written around a quotation for those who hear the page, with the speaker's name behind it."""
_SIGNS = re.compile(r"[\W_]+")


def claim_pull_quotes(sheet: Sheet) -> Iterator[Claim]:
    """Claim the lines of quotation boxes that a paragraph says, what decorates them, and hidden copies."""
    if not sheet.lines or sheet.lines[0].markup is None:
        return
    yield from _hidden_copies(sheet)
    boxed = _boxed(sheet)
    asked = [x for x in sheet.open_lines() if x.index in boxed and LEAST_WORDS <= x.words <= MOST_WORDS]
    if not asked:
        return
    long = [x for x in sheet.lines if x.words >= PARAGRAPH_WORDS]
    prose = "|".join(f" {_plain(sheet, x)} " for x in long if x.index not in boxed)
    # Of boxes a longer one counts: a quotation in the text may be a blockquote itself.
    others = [_plain(sheet, x) for x in long if x.index in boxed]
    for line in asked:
        words = _plain(sheet, line)
        if len(words) >= LEAST_CHARS and (f" {words} " in prose or _is_part(words, others)):
            yield whole_line(line, Role.REPEATED, "pull_quote", "a paragraph says it")
            for index in (line.index - 1, line.index + 1):
                if 0 <= index < len(sheet.lines) and (
                    (index in boxed and _decorates(sheet.lines[index], line)) or _FRAME.match(sheet.said(index))
                ):
                    yield whole_line(sheet.lines[index], Role.REPEATED, "pull_quote", "beside a repeated quotation")


def _hidden_copies(sheet: Sheet) -> Iterator[Claim]:
    """Claim the hidden paragraphs that a shown one says word for word."""
    from ..html_features import column

    markup = [line.markup for line in sheet.lines if line.markup is not None]
    if len(markup) < len(sheet.lines) or not any(hidden := column(markup, "hidden")):
        return
    shown = {sheet.said(x.index) for x in sheet.lines if x.words >= COPY_WORDS and not hidden[x.index]}
    for line in sheet.open_lines():
        # Lines of code and of tables that several tabs show are no copies of paragraphs.
        if hidden[line.index] and line.is_prose and line.words >= COPY_WORDS and sheet.said(line.index) in shown:
            yield whole_line(line, Role.REPEATED, "hidden_copy", "hidden by the markup; a shown paragraph says it")


COPY_WORDS = 8
"""Words of a hidden copy at least: shorter lines are labels."""


def _is_part(words: str, others: Sequence[str]) -> bool:
    return any(len(other) > len(words) and f" {words} " in f" {other} " for other in others)


def _plain(sheet: Sheet, line: Line) -> str:
    return _SIGNS.sub(" ", sheet.said(line.index)).strip()


def _boxed(sheet: Sheet) -> set[int]:
    """Return the lines that stand in boxes for quotations."""
    from ..html_features import column

    markup = [line.markup for line in sheet.lines if line.markup is not None]
    if len(markup) < len(sheet.lines):
        return set()
    inside = column(markup, "in_blockquote")
    return {i for i, (said, quoted) in enumerate(zip(markup, inside, strict=True)) if quoted or _names_box(said.path)}


@lru_cache(maxsize=1 << 14)
def _names_box(path: str) -> bool:
    return _BOX.search(path) is not None


def _decorates(line: Line, quote: Line) -> bool:
    """Tell whether a line of the same box is a quotation mark or the speaker's name behind a dash."""
    if line.markup is None or quote.markup is None or line.words > SIGNATURE_WORDS:
        return False
    group = "parent_group"
    if line.markup.features.get(group, -1.0) != quote.markup.features.get(group, -2.0):
        return False
    return line.text[0] in "—–-―" or not any(c.isalnum() for c in line.text)
