"""Find the lines between paragraphs, and the sentences inside them, that only ask the reader to comment or subscribe.

"What do you think? Write to us in the comments!" looks like any sentence amid sentences: the line model, which learned
from English pages, believes in it, in most other languages even more. All that such a line or sentence says is the
request, with at most a question to the reader before it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..blocks import Line
from ..line_forms import QUOTES
from ..model import Role
from ..word_counts import count_words
from .actions import is_article
from .lexicon import Cue, count_apart, load_openers
from .promotion import ASKING, SPEAKER, cut_sentences, is_sites, opens_quotation
from .sheet import Claim, Sheet, whole_line

FAMILIES = (*ASKING, "newsletter", "call")
ASK_WORDS, QUESTION_WORDS = 20, 9
"""Words of a line that asks, and of a question before it, at most."""
SHORT_WORDS = 12
"""Words of a line that asks by one phrase alone; where sentences have marks it ends with one, as no heading does."""
ARTICLE_WORDS, PARAGRAPHS = 100, 3
"""Words and paragraphs of prose from which one phrase at a sentence's edge is enough."""
STORY_WORDS, STORY_PARAGRAPHS, STORY_SHARE = 50, 2, 0.28
"""The same of a short page with lists, and the share of its prose: a sentence amid a paragraph is enough there."""
SENTENCE_WORDS = 16
"""Words of a paragraph's sentence that asks, at most."""
BEHIND = "behind a question"
EDGE_SAID = "it begins or ends so"
EDGE = 3
"""Characters between a request's phrase and the edge of its sentence: marks and quotation marks."""
POLITE, END_WORDS = 6, 9
"""The same where a polite form ends the request, and words of a paragraph's sentence that only ends with one."""
LEVEL, CALL_LEVEL = 0.99, 0.9
"""Probability of being content from which a line that asks is left to the model, and one that only calls to click."""


def claim_questions(sheet: Sheet) -> Iterator[Claim]:
    """Claim a question with the request behind it: other rules would take the request and leave the question."""
    for claim in claim_asking_lines(sheet):
        line = sheet.lines[sheet.index_at(claim.start)]
        if claim.evidence.endswith(BEHIND) and not _phrases(sheet, line, cut_sentences(sheet, line)[0]):
            yield claim


def claim_asking_lines(sheet: Sheet) -> Iterator[Claim]:
    """Claim short lines that only ask: by two phrases, by a cry, by a question before, or by a phrase at the edge."""
    for line in sheet.open_with(*((family, "has") for family in FAMILIES)):
        if line.words > ASK_WORDS or any(mark in line.text for mark in QUOTES) or SPEAKER.match(line.text):
            continue
        spans = cut_sentences(sheet, line)
        asked = [_phrases(sheet, line, span) for span in spans]
        if not any(asked) or not all(
            phrases or _is_short_question(sheet, span) for span, phrases in zip(spans, asked, strict=True)
        ):
            continue
        why = next(filter(None, (_sign(sheet, line, s, p, len(spans)) for s, p in zip(spans, asked, strict=True))), "")
        weak = why == EDGE_SAID
        if weak and (line.words > SHORT_WORDS or not (line.ends or line.text[-1] >= "\u0e00")):
            continue
        own = any(_is_of_site(sheet, span, phrases) for span, phrases in zip(spans, asked, strict=True) if phrases)
        # "Get a free quote today!" is what a firm's page says; between an article's paragraphs it is no part of it.
        calls = all(c.family == "call" for phrases in asked for c in phrases)
        if calls and not (is_article(sheet) or _is_foreign_story(sheet)):
            continue
        # What any firm says of itself may be the page's text, and so may a single phrase but on a page of prose.
        prose = not weak or is_article(sheet, ARTICLE_WORDS, PARAGRAPHS) or (calls and _is_foreign_story(sheet))
        if why and own and prose:
            said = f"a line that asks the reader to act: {why}"
            yield whole_line(line, Role.PROMOTION, "asking_line", said, 0.9, CALL_LEVEL if calls else LEVEL)


def claim_asking_sentences(sheet: Sheet) -> Iterator[Claim]:
    """Claim the sentences of a paragraph that only ask, with a question to the reader right before them."""
    for line in sheet.open_with(*((family, "has") for family in FAMILIES)):
        spans = cut_sentences(sheet, line)
        if len(spans) < 2 or SPEAKER.match(line.text):
            continue
        for number, span in enumerate(spans):
            phrases = _phrases(sheet, line, span)
            if not phrases or not _is_plain(sheet, line, span):
                continue
            before = spans[number - 1] if number and _asks_reader(sheet, line, spans[number - 1]) else None
            why = _sign(sheet, line, span, phrases, 2 if before else 1)
            if not why or not _is_of_site(sheet, span, phrases):
                continue
            # "They asked whether she had considered a newsletter." ends in such words and asks nobody.
            plain = why == EDGE_SAID and all(c.family != "call" for c in phrases)
            if not is_article(sheet, ARTICLE_WORDS, PARAGRAPHS) and (plain or not _is_story(sheet, spans)):
                continue
            said = f"a sentence that asks the reader to act: {why}"
            yield Claim((before or span)[0], span[1], Role.PROMOTION, "asking_sentence", said, 0.85)


def _is_story(sheet: Sheet, spans: list[tuple[int, int]]) -> bool:
    """Tell whether a short page is prose enough for a request amid a paragraph of such sentences to be the site's."""
    return len(spans) > 2 and is_article(sheet, STORY_WORDS, STORY_PARAGRAPHS, STORY_SHARE)


def _is_foreign_story(sheet: Sheet) -> bool:
    """Tell whether a short page, in a language that the model did not learn, is prose enough for a line that calls."""
    return sheet.ground.foreign and is_article(sheet, STORY_WORDS, STORY_PARAGRAPHS, STORY_SHARE)


def _is_plain(sheet: Sheet, line: Line, span: tuple[int, int]) -> bool:
    """Tell whether a sentence is short, and nobody's quoted words."""
    start, end = span
    said = sheet.text[start:end]
    # "The sign on the door read: Write to us in the comments!"
    if count_words(said) > SENTENCE_WORDS or any(mark in said for mark in f"{QUOTES}:："):
        return False
    above = sheet.text[line.start : start]
    return not opens_quotation(above) and not above.rstrip().endswith((":", "：", ","))


def _asks_reader(sheet: Sheet, line: Line, span: tuple[int, int]) -> bool:
    """Tell whether a sentence is a short question that names the reader or the text."""
    if not _is_short_question(sheet, span):
        return False
    start, end = span
    wishes = sheet.folded.startswith(load_openers("wish"), start)
    return wishes or any(c.family in ("you", "liked") and start <= c.start < end for c in sheet.cues(line.index))


def _is_of_site(sheet: Sheet, span: tuple[int, int], phrases: list[Cue]) -> bool:
    return is_sites(sheet, *span) or any(c.family in ("newsletter", "call") for c in phrases)


def _phrases(sheet: Sheet, line: Line, span: tuple[int, int]) -> list[Cue]:
    start, end = span
    return [
        c
        for c in sheet.cues(line.index)
        if c.mode == "has" and c.family in FAMILIES and start <= c.start and c.end <= end
    ]


def _is_short_question(sheet: Sheet, span: tuple[int, int]) -> bool:
    said = sheet.text[slice(*span)]
    return (said[-1] in "?؟？;" or "՞" in said) and count_words(said) <= QUESTION_WORDS


def _sign(sheet: Sheet, line: Line, span: tuple[int, int], phrases: list[Cue], sentences: int) -> str:
    """Return why a sentence with such phrases is a request, or ""."""
    start, end = span
    if not phrases:
        return ""
    if sentences > 1:
        return BEHIND
    if count_apart([*phrases, *_verbs(sheet, line, span, phrases)]) >= 2:
        return "two phrases"
    if sheet.text[end - 1] in "!！":
        return "it cries"
    # Japanese and Korean close a request politely: "お聞かせください。", "팔로우하세요."
    polite = "\u3040" <= sheet.text[end - 2 : end - 1] <= "\ud7a3"
    # "... show appreciation for customers in the comments" is a long sentence that only ends so.
    short = count_words(sheet.text[start:end]) <= (END_WORDS if line.words > ASK_WORDS else SHORT_WORDS)
    if any(c.start - start <= EDGE or (short and end - c.end <= (POLITE if polite else EDGE)) for c in phrases):
        return EDGE_SAID
    return ""


def _verbs(sheet: Sheet, line: Line, span: tuple[int, int], phrases: list[Cue]) -> list[Cue]:
    """Return the verbs of subscribing beside the name of a newsletter: "뉴스레터를" and "구독하세요"."""
    if all(c.family != "newsletter" for c in phrases):
        return []
    kinds = (("follow_verb", "has"), ("newsletter", "whole"))
    return [
        c for c in sheet.cues(line.index) if (c.family, c.mode) in kinds and span[0] <= c.start and c.end <= span[1]
    ]
