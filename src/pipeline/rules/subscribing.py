"""Find the request to subscribe that is glued to a paragraph: its first or last sentence.

One phrase may be the story's own; it takes two, one of them at an edge of the sentence, or a short sentence that cries
what only a site cries. The question that names the reader's wish goes with the request behind it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Role
from ..word_counts import count_words
from .lexicon import Cue, load_openers
from .promotion import ASKING, cut_sentences, is_sites
from .sheet import Claim, Sheet

COMMON_NETWORKS = frozenset(
    {"link", "line", "mail", "email", "e-mail", "print", "copy", "pocket", "threads", "messenger", "x"}
)
"""Names of networks that are also everyday words."""
CRY_WORDS, LAST_WORDS = 14, 18
"""Words of a request that cries, and of one whose request stands last, at most."""


def claim_newsletter_sentences(sheet: Sheet) -> Iterator[Claim]:
    """Claim the first or last sentence of a paragraph where it asks for a subscription in two phrases.

    One of them opens it, or closes it: Persian and Turkish put the request last. A short sentence that cries needs
    one phrase.
    """
    for line in sheet.open_with(("newsletter", "has"), *((family, "has") for family in ASKING)):
        sentences = cut_sentences(sheet, line) if line.is_prose else []
        if len(sentences) < 2:
            continue
        for start, end in (sentences[0], sentences[-1]):
            cues = [c for c in sheet.cues(line.index) if c.mode == "has" and c.family in ("newsletter", *ASKING)]
            inside = [c for c in cues if start <= c.start and c.end <= end]
            # A long sentence that only ends in such words tells of them: "... where people read our newsletter".
            short = count_words(sheet.text[start:end]) <= LAST_WORDS
            opens = any(c.start - start <= 3 or (short and end - c.end <= 2) for c in inside)
            opens = opens or sheet.folded.startswith(load_openers("wish"), start)
            apart, reached = 0, start
            for cue in sorted(inside, key=lambda c: (c.end, c.start)):
                if reached <= cue.start:
                    apart, reached = apart + 1, cue.end
            quoted = sheet.text[start] in '"“«„' or sheet.text[end - 1] in '"”»'
            # "Subscribe to the channel on WhatsApp": the network is the second phrase.
            apart += any(
                c.family == "network" and start <= c.start and c.end <= end and _is_network(sheet, c)
                for c in sheet.cues(line.index)
            )
            # "Don't forget to like and share this post!"
            cries = sheet.text[end - 1] in "!！" and count_words(sheet.text[start:end]) <= CRY_WORDS
            asks = opens and apart >= 2
            if (asks or (cries and is_sites(sheet, start, end))) and end - start <= 220 and not quoted:
                said = "a sentence that asks for a subscription, at the edge of a paragraph"
                start = _with_wish(sheet, sentences, start)
                yield Claim(start, end, Role.PROMOTION, "newsletter_sentence", said, 0.9)


def _is_network(sheet: Sheet, cue: Cue) -> bool:
    return sheet.folded[cue.start : cue.end] not in COMMON_NETWORKS


def _with_wish(sheet: Sheet, sentences: list[tuple[int, int]], start: int) -> int:
    """Return where a request begins with the question before it: "Want our analysis every morning? Subscribe ..."."""
    index = next((i for i, s in enumerate(sentences) if s[0] == start), 0)
    if index < 2:
        return start
    before, end = sentences[index - 1]
    asks = sheet.text[end - 1] in "?؟？" and sheet.folded.startswith(load_openers("wish"), before)
    return before if asks else start
