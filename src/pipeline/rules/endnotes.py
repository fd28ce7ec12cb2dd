"""Find what a desk writes below an article: who reported and edited, where it was printed, whom to write to.

Each note is a line of its own that opens with the desk's words, and stands among the last paragraphs of the text or
outside it. "Editing by" and the like also open sentences: there it takes brackets or a semicolon. Nobody named in a
note becomes the author.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Role
from .sheet import Claim, Sheet, whole_line

NOTE_WORDS = 60
LAST = 3
"""Lines of prose at the end of the text among which such a note may stand."""
LEVEL = 0.8
"""Probability of being content from which a note is left to the model."""


def claim_desk_notes(sheet: Sheet) -> Iterator[Claim]:
    """Claim the notes of a desk at the end of the text and outside it."""
    places = sheet.ground.places
    if ("desk", "opens") not in places and ("credits", "opens") not in places:
        return
    prose = [x.index for x in sheet.ground.wordy if x.ends and sheet.is_open(x.index) and x.index <= sheet.last_prose]
    first = prose[-LAST] if len(prose) > LAST else sheet.last_prose
    for line in sheet.open_with(("desk", "opens"), ("credits", "opens")):
        if line.words > NOTE_WORDS or (sheet.first_prose < line.index < first):
            continue
        if sheet.opening(line.index, "desk"):
            said = "a note of the desk at the end of the text"
            yield whole_line(line, Role.LEGAL, "desk_note", said, 0.9, LEVEL)
        elif sheet.opening(line.index, "credits") and (line.text[0] in "([（" or ";" in line.text):
            said = "who reported and who edited, at the end of the text"
            yield whole_line(line, Role.LEGAL, "desk_note", said, 0.9, LEVEL)
