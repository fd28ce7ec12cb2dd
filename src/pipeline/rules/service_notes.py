"""Claim what a site says as a machine at a text's edge: what was not found, what has ended, who paid, how to sort.

None of these sentences is about what the text is about, and each ends like any other. As in `site_notes.py`, no word
alone is proof: two pieces in one short line above or below the text are, what it is about (a page sought, free
articles, quotes) and what is said of it (not found, left this month, delayed). A story may say both of its own things,
in more words: the pieces must be a good part of the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..blocks import Line
from ..model import Role
from .promotion import SPEAKER
from .sheet import SOFT, Claim, Sheet, whole_line
from .site_notes import LEVEL, is_pair

INSIDE = 0.6
"""Part of a line between paragraphs that the pieces are at least."""

_QUESTIONS = "?؟？;"


@dataclass(frozen=True, slots=True)
class _Note:
    """A kind of note: the families of its two pieces, its words at most, and what is claimed of it."""

    about: str
    said: str
    most: int
    share: float
    """Part of the line that its pieces are at least; between that of notes and that of sentences of stories."""
    evidence: str
    role: Role = Role.PROMOTION
    near: bool = False
    """Whether the pieces may overlap, as where a language puts both into one word."""
    asks: bool = False
    """Whether it is a question."""
    counts: bool = False
    """Whether it holds a number."""


_NOTES = (
    _Note("sought_page", "page_gone", 24, 0.5, "a page that was not found", Role.MACHINE_ARTIFACT),
    _Note(
        "browser_check", "browser_check", 20, 0.25, "a check of the reader's browser", Role.MACHINE_ARTIFACT, near=True
    ),
    _Note("live_word", "live_end", 20, 0.5, "a live report that has ended"),
    _Note("show_act", "older_posts", 7, 0.8, "a button for older posts"),
    _Note("swipe_act", "more_photos", 12, 0.4, "how to see more pictures"),
    _Note("advertiser", "no_editors", 28, 0.39, "who paid for the text", Role.LEGAL),
    _Note("free_left", "quota_left", 16, 0.5, "how many articles are left"),
    _Note("tip_word", "newsroom_word", 20, 0.25, "asks for tips", asks=True),
    _Note("remark_word", "moderated", 20, 0.37, "how comments are moderated"),
    _Note("sort_act", "sort_key", 14, 0.45, "how to sort comments"),
    _Note("market_data", "delayed", 14, 0.24, "how late quotes are", Role.LEGAL, counts=True),
    _Note("age_need", "view_this", 20, 0.41, "who may see the page", Role.LEGAL),
    _Note("this_piece", "was_helpful", 12, 0.36, "asks whether the page was helpful", asks=True),
    _Note("mail_stop", "any_time", 24, 0.48, "how to stop mail"),
    _Note("sign_in", "save_this", 18, 0.5, "asks to sign in"),
    _Note("press_word", "contact_act", 24, 0.5, "whom the press may ask", Role.CONTACT),
    _Note("job_word", "by_mail", 14, 0.6, "offers jobs by mail"),
    _Note("text_piece", "years_old", 14, 0.42, "how old the text is", Role.LEGAL),
    _Note("goes_on", "after_ad", 12, 0.55, "where the text goes on"),
    _Note("click_act", "enlarge_it", 14, 0.3, "how to enlarge a picture"),
    _Note("larger_map", "larger_map", 6, 0.7, "a button of a map", near=True),
    _Note("download_act", "pdf_word", 12, 0.4, "what can be downloaded"),
    _Note("cookie_word", "settings_change", 16, 0.4, "where cookies are set", Role.LEGAL),
    _Note("survey_act", "survey_word", 18, 0.34, "asks to answer a survey"),
    _Note("quiz_act", "quiz_word", 14, 0.42, "asks to take a quiz"),
    _Note("price_word", "vat_word", 18, 0.4, "what prices include", Role.LEGAL),
    _Note("text_piece", "read_count", 12, 0.4, "how often the text was read", counts=True),
    _Note("all_pieces", "of_author", 10, 0.65, "a way to the author's texts", Role.NAVIGATION),
    _Note("reprint_word", "no_permission", 24, 0.5, "that it may not be copied", Role.LEGAL),
    _Note("earlier_version", "error_fixed", 22, 0.5, "that an error was corrected", Role.LEGAL),
)


def claim_service_notes(sheet: Sheet) -> Iterator[Claim]:
    """Claim short lines that hold both pieces of a kind of note; between paragraphs, those that say little else."""
    for note in _NOTES:
        for line in sheet.open_with((note.about, "has")):
            inside = sheet.first_prose < line.index < sheet.last_prose
            share = max(note.share, INSIDE) if inside else note.share
            if SPEAKER.match(line.text) or not _is_note(sheet, line, note, share):
                continue
            if is_pair(sheet, line, (line.start, line.end), [note.about], [note.said], note.most, near=note.near):
                below = SOFT if inside or line.index == sheet.first_prose else LEVEL
                yield whole_line(line, note.role, "service_note", note.evidence, 0.9, below)


def _is_note(sheet: Sheet, line: Line, note: _Note, share: float) -> bool:
    if note.asks and not any(mark in line.text for mark in _QUESTIONS):
        return False
    if note.counts and not any(c.isdigit() for c in line.text):
        return False
    found = {(c.start, c.end) for family in (note.about, note.said) for c in sheet.having(line.index, family)}
    covered, reached = 0, line.start
    for start, end in sorted(found):
        covered += max(0, end - max(start, reached))
        reached = max(reached, end)
    return covered >= share * (line.end - line.start)
