"""Find what stands below the end of an article: teasers, remarks and boxes that look like its text.

A sentence below the text may be the text's. But behind two kinds of boxes that stand at an article's end (a share bar
and a heading of other stories, a rights notice and tags, ...) nothing of it follows, and behind one kind no list of
links does, where the page has a headline and a byline or date above its text. The end is the last paragraph that the
line model believes. Forums and sites of questions have an end below each post, and nothing is claimed there; nor in
HTML, where the markup says more, nor where what would go is much beside the text above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..blocks import Line
from ..model import DISPOSITION_OF, Disposition, Role
from .questions import FORUM_RULES, is_question_site
from .sheet import Claim, Sheet, whole_line

PROSE_WORDS, PARAGRAPHS = 120, 3
"""Words and paragraphs of believed prose that make a page an article."""
LEAST_KINDS, LINES, LIST_LINES = 2, 3, 6
"""Kinds of boxes below the text, and lines of them, from which its end is sure; lines for one kind and a list."""
PASSED = 0.3
"""Probability of being content below which a line that no rule claims is passed over as one of a box."""
BELIEVED, LEVEL, LOOSE = 0.5, 0.6, 0.4
"""Probability of being content from which a line is left to the model, and one that is neither sentence nor item."""
# Out of fold on 1,536 labelled pages, whole and cut down, 2,880 words that the model keeps go here and are boilerplate,
# 8 are content. Below one kind of box a quarter of the words is content, but of lists under a byline's text none.
SHARE = 0.5
"""Part of the prose above that may go here."""

ISLAND = 0.7
"""Probability of being content from which a paragraph below two kinds of boxes is the text's all the same."""

_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("legal_link", "copyright", "rights_notice"), "legal"),
    **dict.fromkeys(("related", "read_also", "teaser"), "related"),
    **dict.fromkeys(("comment_prompt", "engine_note"), "comments"),
    "comment_thread": "thread",
    **dict.fromkeys(("share", "share_bar"), "share"),
    **dict.fromkeys(("newsletter", "newsletter_box"), "newsletter"),
    **dict.fromkeys(("author_note", "biography"), "author"),
    "follow": "follow",
    "tags": "tags",
    "contact": "contact",
    "pager": "pager",
}
"""What a rule's claim below the text says of it."""
_INNER = frozenset({"share", "comments", "newsletter", "follow"})
"""Kinds that letters and long reads also put between their paragraphs: one of the two is another."""
_NUMBERED = re.compile(r"\(?\d")


def claim_after_end(sheet: Sheet) -> Iterator[Claim]:
    """Claim what looks like text below the boxes that close an article."""
    if not sheet.ground.probability or not sheet.lines or sheet.lines[0].markup:
        return
    believed = [x for x in sheet.ground.wordy if x.is_prose and sheet.likely(x.index) >= BELIEVED]
    prose = [x for x in believed if sheet.is_open(x.index)]
    if len(prose) < PARAGRAPHS:
        return
    article = _is_article(sheet, prose[0].index)
    for level in (ISLAND, BELIEVED):
        # A box below the end may hold a paragraph that the model half believes.
        end, found = _below(sheet, prose[0].index, level, article)
        if not found:
            # Where more paragraphs are the text's, less stands below it.
            return
        above = [x.words for x in prose if x.index <= end]
        below = sum(line.words for line, _ in found if line.ends)
        if len(above) >= PARAGRAPHS and sum(above) >= PROSE_WORDS and below <= SHARE * sum(above):
            # Asked last: it looks at every line of the page.
            for line, said in [] if is_question_site(sheet) else found:
                yield whole_line(line, Role.PROMOTION, "after_end", said, 0.9, max(level, LEVEL))
            return


def _below(sheet: Sheet, first: int, level: float, article: bool) -> tuple[int, list[tuple[Line, str]]]:
    """Return the text's last paragraph and the open lines below the boxes behind it, with what was seen there.

    A paragraph of `level` and more is the text's wherever it stands, one of less where no boxes stand before it.
    """
    end, passed = first, 0
    kinds: dict[str, None] = {}
    found: list[tuple[Line, str]] = []
    probability = sheet.ground.probability
    for line in sheet.lines[first:]:
        likely = probability[line.index]
        claims = sheet.claims.get(line.index)
        if claims:
            for claim in claims:
                if claim.rule in FORUM_RULES:
                    return first, []
                if claim.rule in _KINDS:
                    kinds[_KINDS[claim.rule]] = None
            passed += not any(DISPOSITION_OF[c.role] is Disposition.BODY for c in claims)
        elif likely < PASSED:
            passed += 1
        elif line.is_prose and likely >= BELIEVED and (likely >= level or not _is_closed(kinds, passed)):
            end, passed, kinds, found = line.index, 0, {}, []
        elif (line.is_prose and likely >= BELIEVED) or _is_beyond(line, likely, kinds, passed, article):
            found.append((line, f"below the text's end: {', '.join(kinds)}"))
    return end, found


def _is_beyond(line: Line, likely: float, kinds: Mapping[str, None], passed: int, article: bool) -> bool:
    if _is_closed(kinds, passed):
        return likely < (LEVEL if line.bullet or line.ends else LOOSE)
    listed = line.bullet and not line.ends and not _NUMBERED.match(line.bullet)
    return bool(kinds and passed >= LIST_LINES and article and listed and likely < LEVEL)


def _is_closed(kinds: Mapping[str, None], passed: int) -> bool:
    """Tell whether the boxes seen behind a paragraph close the text."""
    return len(kinds) >= LEAST_KINDS and passed >= LINES and not kinds.keys() <= _INNER


def _is_article(sheet: Sheet, first: int) -> bool:
    """Tell whether a title and a byline or date stand above the text."""
    roles = {c.role for i in range(first + 1) for c in sheet.claims.get(i, ())}
    return Role.TITLE in roles and bool(roles & {Role.BYLINE, Role.DATE})
