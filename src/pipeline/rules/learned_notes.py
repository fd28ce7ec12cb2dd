"""Claim short lines at a text's edge whose words are those of notes, by learned weights (`note_words.py`).

The lists of the other rules know kinds of notes; this one knows the words that notes of all kinds have in common. It
comes after them, on pages that are not English, and only above the first and from the last paragraph on, where a
site's notes stand.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..blocks import Line
from ..line_forms import QUOTES
from ..model import Role
from .note_words import load_note_weights, score_note
from .promotion import SPEAKER
from .sheet import SOFT, Claim, Sheet, whole_line
from .site_notes import LEVEL

LEAST_WORDS, WORDS, VERSE_WORDS = 4, 28, 14


def claim_learned_notes(sheet: Sheet) -> Iterator[Claim]:
    """Claim lines that read like notes: likely ones softly, sure ones whatever the line model believes."""
    if not sheet.ground.foreign:
        return  # The line model knows English notes better: of the lines that went by this, a third were content.
    for line in sheet.open_lines():
        if sheet.first_prose <= line.index < sheet.last_prose or line.words > WORDS or line.index == sheet.first_prose:
            continue
        # A word or two may be a heading, and an item part of a list that stays.
        if line.words < LEAST_WORDS or line.bullet or line.text[:1].isspace():
            continue
        if SPEAKER.match(line.text) or any(mark in line.text for mark in QUOTES):
            continue
        known = load_note_weights()
        score = score_note(line.text, sheet.cues(line.index))
        if score.log_odds < (known.sure if _is_verse(sheet, line) else known.likely):
            continue
        below = LEVEL if score.log_odds >= known.sure else SOFT
        said = ", ".join(f'"{word}"' for word in score.words)
        yield whole_line(line, Role.PROMOTION, "learned_note", f"reads like a site's note: {said}", 0.8, below)


def _is_verse(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line does not end and stands by others like it: a song speaks to "you", too."""
    beside = sheet.lines[max(0, line.index - 1) : line.index] + sheet.lines[line.index + 1 : line.index + 2]
    return not line.ends and any(
        sheet.is_open(x.index) and not x.ends and LEAST_WORDS - 1 <= x.words <= VERSE_WORDS for x in beside
    )
