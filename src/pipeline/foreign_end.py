"""Let go of headlines, buttons and boxes below a sign that a text has ended, in languages the model was not trained on.

Of a short text that a crude extractor left, the line model believes nearly all: paragraphs make a page clean, and the
words of buttons it knows in English only. But below the last paragraph an article's page shows where the text ends: a
wall before the rest, a form to comment, a heading of other stories, a request to subscribe, a share bar, a notice of
rights. What stands behind such a line and ends like no sentence is the page's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence, Set

from .blocks import Line
from .line_forms import holds_sentences, is_labelled
from .prose_guard import is_trained
from .rules.questions import FORUM_RULES, is_question_site
from .rules.repeats import long_words
from .rules.sheet import Sheet

WORDS = 25
"""Words of believed prose above the sign."""
LONGEST = 25
"""Words of a line that may go."""
ASKED = 8
"""Words up to which a line that ends in a question or a cry may go."""
CERTAIN = 0.93
"""Probability of being content from which a line is left to the model."""
MOST = 2
"""Words that may go for each word of prose above."""
SAID_WORDS = 12
"""Words of a line with a sentence's end within, with which the text goes on."""
SENTENCE, BELIEVED = 5, 0.5
"""Words of a sentence below the sign with which the text goes on, and the probability it needs."""
_SIGNS = frozenset(
    [
        *("paywall", "player", "widget", "read_more", "read_also", "related", "teaser", "pager", "counter"),
        *("comment_prompt", "comment_thread", "engine_note", "newsletter", "newsletter_box", "follow"),
        *("appeal", "asking_line", "share", "share_bar", "tags", "typo_notice"),
        *("copyright", "rights_notice", "legal_link"),
    ]
)
"""Rules whose claim on a line below the text says that it has ended."""
VALUE_WORDS = 10
"""Words of a label with its value: a headline that names somebody and a colon is longer."""


def foreign_end(sheet: Sheet, keep: Mapping[int, bool], probability: Sequence[float]) -> Iterator[int]:
    """Yield the open lines that are kept (`keep`) though they stand below a sign that the text has ended."""
    last = sheet.last_prose
    if last < 0 or sheet.lines[0].markup:
        return
    # What also stands between the paragraphs ends each post of a blog, or is a habit of the author's.
    inner = {c.rule for i in range(sheet.first_prose, last) for c in sheet.claims.get(i, ())}
    sign = next((i for i in range(last + 1, len(sheet.lines)) if _is_sign(sheet, i, inner)), None)
    below = [line for line in sheet.lines[(last if sign is None else sign) + 1 :] if sheet.is_open(line.index)]
    if sign is None and not _are_headlines(sheet, below, last):
        return
    found = [line for line in below if keep.get(line.index)]
    # Where a sentence or a verse follows, the text goes on.
    if not found or any(_goes_on(line, probability[line.index]) for line in found):
        return
    prose = [x for x in sheet.ground.wordy if x.index <= last and keep.get(x.index)]
    above = sum(x.words for x in prose)
    # A diary of short lines without stops is longer than the two paragraphs in it that end like prose.
    if above < WORDS or sum(line.words for line in found) > MOST * above or is_trained(prose):
        return
    if any(c.rule in FORUM_RULES for claims in sheet.claims.values() for c in claims) or is_question_site(sheet):
        return
    for line in found:
        fit = line.words <= LONGEST and not (line.words <= VALUE_WORDS and is_labelled(line)) and _is_open(line)
        if fit and probability[line.index] < CERTAIN:
            yield line.index


def _are_headlines(sheet: Sheet, found: Sequence[Line], last: int) -> bool:
    """Tell whether the last lines of a page are headlines of other stories, though no sign stands above them.

    They are long, end like no sentence, begin with different words, and the text knows few of these.
    """
    if len(found) < HEADLINES or sheet.lines[last].text[-1] in ":：" or len(sheet.lines) - last - 1 > 2 * len(found):
        return False
    fit = [x for x in found if HEADLINE_WORDS <= x.words <= LONGEST and _is_open(x) and not x.bullet[:1].isdigit()]
    opening = {x.text.split()[0] for x in fit}
    if len(fit) < len(found) or len(opening) <= len(found) // 2 or any(x.text[0].islower() for x in fit):
        return False
    # Those who sign a letter, a table of results, a programme: names, marks between parts, figures.
    if 2 * sum(_is_entry(x) for x in fit) >= len(fit):
        return False
    text = sheet.folded[: sheet.lines[last].end]
    words = set().union(*(long_words(sheet.folded[x.start : x.end]) for x in fit))
    return sum(w[:5] in text for w in words) <= KNOWN * len(words)


def _is_entry(line: Line) -> bool:
    """Tell whether a line looks like a list's: most words have capitals, or a mark parts it."""
    words = [word for word in line.text.split() if word[0].isalpha()]
    capital = sum(word[0].isupper() for word in words)
    return capital >= ENTRY * max(len(words), 1) or _PARTED.search(line.text) is not None


ENTRY = 0.6
"""Share of a line's words with a capital from which it is a list of names."""
_PARTED = re.compile(r"[,،，、/|()（）\t]| [-–—] |\d\s?[:：]\s?\d")
HEADLINES, HEADLINE_WORDS = 4, 6
"""Lines that are headlines without a sign above them, and words of each."""
KNOWN = 0.3
"""Share of their longer words that the text may know."""


def _goes_on(line: Line, likely: float) -> bool:
    """Tell whether a line is one of a text: a believed sentence, or one that a comma or colon ends."""
    if line.text[-1] in ",;:،؛，；：" or (line.words >= SENTENCE and _smiles(line.text)):
        return True
    return not _is_open(line) and line.words >= SENTENCE and likely >= BELIEVED


def _smiles(text: str) -> bool:
    """Tell whether a line ends in a picture or a smile of brackets, which close sentences in chats."""
    return text.endswith("))") or unicodedata.category(text[-1]) in ("So", "Sk")


def _is_open(line: Line) -> bool:
    """Tell whether a line ends like no sentence; a button may ask or cry."""
    if holds_sentences(line, SAID_WORDS):
        return False
    return not line.ends or (line.text[-1] in "?!？！؟" and line.words <= ASKED)


def _is_sign(sheet: Sheet, index: int, inner: Set[str]) -> bool:
    return any(claim.rule in _SIGNS and claim.rule not in inner for claim in sheet.claims.get(index, ()))
