"""Claim what sites say around an article: of their mail, terms and comments, where the text first appeared, who pays.

Such sentences end like any other, and a line model that learned from English pages believes in them elsewhere. No one
phrase is proof: people write of privacy policies, and novels are first published somewhere. Two pieces in one short
sentence are: where mail comes to and what comes, that one agrees and to which papers, comments and what becomes of
them, the text itself and its origin. Below the text, in a short line, two commoner words do ("first" and "comment").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..blocks import Line
from ..line_forms import QUOTES
from ..model import Role
from ..word_counts import count_words
from .promotion import SPEAKER, cut_sentences
from .sheet import SOFT, Claim, Sheet, whole_line

WORDS, CONSENT_WORDS, COMMENT_WORDS = 28, 45, 18
"""Words of a sentence that asks for an address or says where a text appeared, of one about terms, and of a rule."""
LAST_WORDS, STATE_WORDS, PODCAST_WORDS, POLL_WORDS = 22, 12, 14, 12
"""Words of a line below the text, of one about the page itself, about a podcast and about a vote."""
LEVEL = 0.995
"""Probability of being content from which a line is left to the model."""

_PAIRS = (
    # Kinds of pieces of which one each must stand apart in a sentence; words at most; role, rule, evidence.
    (("mail_place",), ("mail_what", "mail_ask"), WORDS, Role.PROMOTION, "newsletter", "says what comes by mail"),
    (("mail_way",), ("mail_what",), WORDS, Role.PROMOTION, "newsletter", "says what comes by mail"),
    (("consent_act",), ("consent_doc",), CONSENT_WORDS, Role.LEGAL, "consent", "what the reader agrees to"),
    (("comment_rule",), ("comment_word",), COMMENT_WORDS, Role.PROMOTION, "comment_rules", "rules for comments"),
)


def claim_site_notes(sheet: Sheet) -> Iterator[Claim]:
    """Claim the sentences that ask for an address, and those on what a reader agrees to."""
    for first, second, most, role, rule, said in _PAIRS:
        for line in sheet.open_with(*((family, "has") for family in first)):
            if "@" in line.text or SPEAKER.match(line.text):
                continue
            spans = cut_sentences(sheet, line)
            found = [span for span in spans if is_pair(sheet, line, span, first, second, most)]
            inside = sheet.first_prose < line.index < sheet.last_prose
            if found and 2 * sum(b - a for a, b in found) > line.end - line.start:
                # A story may tell of comments and their rules between its paragraphs.
                below = SOFT if rule == "comment_rules" and inside else LEVEL
                yield whole_line(line, role, rule, said, 0.9, below)
            elif rule != "comment_rules":
                yield from (Claim(a, b, role, rule, said, 0.85) for a, b in found)


_LAST_PAIRS = (
    # The same of short lines below the text, whose pieces are common words; whether the line must ask something.
    (("first_of_all",), ("comment_word",), 14, "comment_prompt", "asks for the first comment", False),
    (("support_act",), ("support_for",), LAST_WORDS, "donate", "asks to pay for the site", False),
    (("player_word",), ("player_fault",), LAST_WORDS, "player", "a player that cannot play", False),
    (("error_word",), ("report_act",), LAST_WORDS, "typo_notice", "asks to report errors in the text", True),
    (("subscriber_word",), ("read_on",), LAST_WORDS, "paywall", "the rest is for subscribers", False),
)


def claim_last_notes(sheet: Sheet) -> Iterator[Claim]:
    """Claim short lines from the last paragraph on that ask for comments, money or corrections, or cannot play."""
    for first, second, most, rule, said, asks in _LAST_PAIRS:
        for line in sheet.open_with(*((family, "has") for family in first)):
            if line.index < sheet.last_prose or line.index == sheet.first_prose or "@" in line.text:
                continue
            if asks and not any(mark in line.text for mark in "?؟？;!！"):
                continue
            if not SPEAKER.match(line.text) and is_pair(sheet, line, (line.start, line.end), first, second, most):
                yield whole_line(line, Role.PROMOTION, rule, said, 0.85, SOFT)


_EDGE_PAIRS = (
    # The same of a line above or below the text; words at most, and whether its pieces may overlap.
    (("first_published",), ("this_text",), WORDS, True, Role.LEGAL, "first_published", "says where the text appeared"),
    (("page_state",), ("page_word",), STATE_WORDS, True, Role.LEGAL, "page_note", "says how the page is kept"),
    (("outside_word",), ("outside_of",), WORDS, False, Role.LEGAL, "outside_note", "says what comes from elsewhere"),
    (("commission_word",), ("link_word",), WORDS, False, Role.LEGAL, "affiliate_note", "says what links earn"),
    (("podcast_word",), ("podcast_act",), PODCAST_WORDS, False, Role.PROMOTION, "podcast_note", "names a podcast"),
    (("poll_act",), ("poll_word",), POLL_WORDS, False, Role.PROMOTION, "poll", "asks to vote"),
)


def claim_edge_notes(sheet: Sheet) -> Iterator[Claim]:
    """Claim the line above or below a text that says where it first appeared, who made it, or how the page is kept."""
    for first, second, most, near, role, rule, said in _EDGE_PAIRS:
        for line in sheet.open_with(*((family, "has") for family in first)):
            if line.words > WORDS or sheet.first_prose < line.index < sheet.last_prose or SPEAKER.match(line.text):
                continue
            if is_pair(sheet, line, (line.start, line.end), first, second, most, near=near):
                below = SOFT if line.index == sheet.first_prose else LEVEL
                yield whole_line(line, role, rule, said, 0.9, below)


def is_pair(
    sheet: Sheet,
    line: Line,
    span: tuple[int, int],
    first: Sequence[str],
    second: Sequence[str],
    most: int,
    near: bool = False,
) -> bool:
    """Tell whether a short sentence holds a piece of either kind; those may overlap where they are `near`."""
    start, end = span
    if any(mark in sheet.text[start:end] for mark in QUOTES if not near) or count_words(sheet.text[start:end]) > most:
        return False
    cues = [c for c in sheet.cues(line.index) if c.mode == "has" and start <= c.start and c.end <= end]
    one = [c for c in cues if c.family in first]
    other = [c for c in cues if c.family in second]
    return any(near or a.end <= b.start or b.end <= a.start for a in one for b in other)
