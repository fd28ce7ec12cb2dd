"""Claim what the engines behind most sites write at the form to comment and at players, in their translations' words.

"Your email address will not be published. Required fields are marked *" stands below a large part of all posts, in the
reader's language. Such sentences end like any other, and a line model that learned from English pages believes in them
elsewhere. Versions of an engine differ in some words, so a note is known by a piece of it that nobody else writes; the
piece is a good part of the line, or of the sentence at a paragraph's end.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Role
from .promotion import cut_sentences
from .sheet import Claim, Sheet, whole_line

WHOLE = 0.6
"""Part of a line that its notes are where all of it goes, with the fields between them."""
RULED_WORDS, WHOLE_RULED = 30, 0.3
"""The same of so short a line whose other sentences speak of comments, too."""
SHARE, SHARE_OF_MANY = 0.3, 0.2
"""Part of a line or sentence that the pieces are: of one piece, and of two and more."""
LEVEL = 0.995
"""Probability of being content from which a line is left to the model."""


def claim_engine_notes(sheet: Sheet) -> Iterator[Claim]:
    """Claim lines, and sentences of paragraphs, that are an engine's notes."""
    for line in sheet.open_with(("engine_note", "has")):
        pieces = [(c.start, c.end) for c in sheet.having(line.index, "engine_note")]
        spans = cut_sentences(sheet, line)
        notes = [span for span in spans if _is_note(pieces, *span)]
        part = sum(end - start for start, end in notes) / (line.end - line.start)
        # Rules for comments go with the note: "Comments in bad taste will be removed."
        others = [span for span in spans if span not in notes]
        words = sheet.having(line.index, "comment_word") if notes and line.words <= RULED_WORDS else []
        ruled = all(any(a <= c.start < b for c in words) for a, b in others)
        if part >= (WHOLE_RULED if ruled else WHOLE):
            said = "an engine's note at a form, a player or a page's tools"
            yield whole_line(line, Role.PROMOTION, "engine_note", said, 0.95, LEVEL)
            continue
        for start, end in notes:
            said = "a sentence of an engine's form to comment"
            yield Claim(start, end, Role.PROMOTION, "engine_note", said, 0.9)


def _is_note(pieces: list[tuple[int, int]], start: int, end: int) -> bool:
    covered, count, reached = 0, 0, start
    for low, high in sorted(pieces):
        if low >= reached and high <= end:
            covered, count, reached = covered + high - low, count + 1, high
    return count > 0 and covered >= (SHARE_OF_MANY if count > 1 else SHARE) * (end - start)
