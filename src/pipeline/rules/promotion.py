"""Find promotion: share bars, newsletter and donation boxes, teasers, comments, appeals to the reader.

A word alone drops nothing. A button is a whole line; a teaser list is a heading of the kind and a run of
short lines without prose; an appeal is one or more sentences that close the text and speak to the reader
about the site. Sentences of real prose that share these words stay.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from ..blocks import PROSE_WORDS, Line
from ..model import Role
from ..word_counts import count_words
from .lexicon import Cue, count_apart, load_openers
from .sheet import FIRM, MILD, SOFT, Claim, Sheet, trim, whole_line

BUTTONS = ("share", "donate", "newsletter", "advert", "offer")
TEASER_WORDS = 25
TEASER_RUN = 40
CLOSED = 0.9
CLOSED_RUN = 8
"""Lines of a list of headlines that the page ends with."""
OTHERS = frozenset({"legal", "comments", "newsletter", "donate", "cookie", "contents"})
"""Families whose line, standing alone, ends a run of teasers: another box of the page begins."""
POINTS = 0.1
"""Probability of being content from which a "read also" line between paragraphs is left to the model."""
# 0.1: "Read more: ..." is the author's own pointer in one of eight lines above it, in one of 30 below.
NAMED = 0.05
"""Probability of being content up to which an offer's words name what the model drops."""
# 0.05: "Learn more" and "Download" are content in one of six lines above it, on pages about a product.


def claim_buttons(sheet: Sheet) -> Iterator[Claim]:
    """Claim lines that say nothing but a button's words."""
    for line in sheet.open_with(*((family, "whole") for family in BUTTONS)):
        families = sheet.whole(line.index)
        hit = next(f for f in BUTTONS if f in families)
        if hit != "offer" or line.index > sheet.last_prose:
            inside = sheet.is_inside(line.index)
            below = NAMED if hit == "offer" else SOFT if inside else FIRM
            # A text about advertising says the word in other lines, too.
            if hit == "advert" and inside and not line.ends and not line.bullet:
                below = MILD if _is_said(sheet, line) else FIRM
            yield whole_line(line, Role.PROMOTION, hit, f"the line is a {hit} button", below=below)


def _is_said(sheet: Sheet, line: Line) -> bool:
    """Tell whether a marker's words stand in the running text, too."""
    said = sheet.folded[line.start : line.end].strip(" -–—=*.:[]()#|_")
    return any(x.ends and said in sheet.folded[x.start : x.end] for x in sheet.ground.wordy)


def claim_teasers(sheet: Sheet) -> Iterator[Claim]:
    """Claim headings of teaser lists with the short lines below them, and single "read also" lines."""
    done = -1
    for line in sheet.open_with(("related", "whole"), ("related", "opens")):
        if line.index <= done:
            continue
        families = sheet.whole(line.index)
        if "related" in families:
            run = list(_run(sheet, line))
            run = [] if _is_of_values(run) else run
            below = line.index > sheet.last_prose or (run and run[-1].index >= len(sheet.lines) - 1)
            bulleted = len(run) >= 2 and all(r.bullet for r in run)
            level = SOFT if sheet.is_inside(line.index) else FIRM
            yield whole_line(line, Role.PROMOTION, "related", "heading of a teaser list", below=level)
            if below or bulleted:
                strength = CLOSED if line.index > sheet.last_prose and _is_closed(sheet, run) else MILD
                for teaser in run:
                    if sheet.is_open(teaser.index):
                        said = "short lines under a teaser list's heading"
                        yield whole_line(teaser, Role.PROMOTION, "teaser", said, 0.9, strength)
                        done = teaser.index
        elif line.words <= TEASER_WORDS and not line.is_prose and _is_read_also(sheet, line):
            # "Also read:" and a headline is nobody's sentence; "See also:" may be the author's own.
            level = POINTS if line.text[-1] in ".。…" or sheet.opening(line.index, "related_weak") else FIRM
            yield whole_line(line, Role.PROMOTION, "read_also", "a label of teasers and a headline", 0.9, level)


def _is_closed(sheet: Sheet, run: list[Line]) -> bool:
    """Tell whether a run is a short list of headlines and the page ends with it, or goes on with another box."""
    headlines = list(itertools.takewhile(lambda r: sheet.is_open(r.index), run))
    if not 1 <= len(headlines) <= CLOSED_RUN or any(r.ends and r.text[-1] not in "?!؟？！…" for r in headlines):
        return False
    after = headlines[-1].index + 1
    return after >= len(sheet.lines) or not sheet.is_open(after) or bool(sheet.whole(after))


def _is_read_also(sheet: Sheet, line: Line) -> bool:
    cue = sheet.opening(line.index, "related")
    return cue is not None and line.end - cue.end > 2 and sheet.text[cue.end - 1] in ":：՝>"


def _run(sheet: Sheet, heading: Line) -> Iterator[Line]:
    """Yield the short lines that follow a heading, up to the next prose or the next box of the page."""
    for line in sheet.lines[heading.index + 1 : heading.index + 1 + TEASER_RUN]:
        if line.words > TEASER_WORDS or line.is_prose or sheet.whole(line.index) & OTHERS:
            return
        if any(c.role not in _AMONG_TEASERS for c in sheet.claims.get(line.index, ())):
            return
        yield line


def _is_of_values(run: list[Line]) -> bool:
    """Tell whether half of a list's items are a label and its value: "• Memory: 6 GB RAM" is no teaser."""
    labelled = sum(1 for line in run if line.bullet and _is_short(line) and _VALUE.match(line.text))
    return labelled >= 3 and 2 * labelled >= len(run)


def _is_short(line: Line) -> bool:
    return line.numbered or line.words <= VALUE_WORDS


VALUE_WORDS = 5
_VALUE = re.compile(r"\W{1,6}[^\W\d_][^:：.!?;\n]{1,30}[:：][ \t]?[^\W_]")
_AMONG_TEASERS = (Role.DATE, Role.BYLINE, Role.NAVIGATION, Role.PROMOTION, Role.REPEATED, Role.MACHINE_ARTIFACT)
"""What stands between teasers, too: their dates and authors, "share" and "read more"."""


def claim_boxes(sheet: Sheet) -> Iterator[Claim]:
    """Claim newsletter and offer sentences outside the text: short, at the edge, about the site."""
    for line in sheet.open_with(("newsletter", "has"), ("offer", "has")):
        # Who quotes a request does not make it, nor does who asks or answers: "Q: You also sent a newsletter."
        if line.text[0] in '"“«„' or SPEAKER.match(line.text):
            continue
        if line.words > 45 or (sheet.first_prose <= line.index <= sheet.last_prose and line.words > 12):
            continue
        below, edge = line.index > sheet.last_prose, not sheet.is_inside(line.index)
        cues = sheet.having(line.index, "newsletter")
        # "The banner “Subscribe to our newsletter” hangs over the gate."
        cues = [c for c in cues if not opens_quotation(sheet.text[line.start : c.start])]
        asks = cues and (_is_appeal(sheet, line.start, line.end) or count_apart(cues) >= 2)
        if asks and (edge or line.words <= 12):
            start, end = saying_span(sheet, line, [*cues, *_asking_cues(sheet, line)])
            yield Claim(start, end, Role.PROMOTION, "newsletter_box", "asks the reader to subscribe")
        elif cues and below and line.words <= 10 and _opens(line, cues):
            start, end = saying_span(sheet, line, cues)
            said = "asks the reader to subscribe, below the text"
            yield Claim(start, end, Role.PROMOTION, "newsletter_box", said, 0.9, MILD)
        elif edge and line.words <= 8 and not line.ends and sheet.having(line.index, "offer"):
            yield whole_line(line, Role.PROMOTION, "offer_line", "announces the site's own offer", 0.9, OFFERED)


SPEAKER = re.compile(r"[^\W\d_]{1,2}\s?[:：]\s")
OFFERED = 0.2
"""Probability of being content from which a short line about an offer is left to the model."""
# 0.2: above it 13 of 37 words are content, below it one in 50.


def _asking_cues(sheet: Sheet, line: Line) -> list[Cue]:
    return [c for c in sheet.cues(line.index) if c.mode == "has" and c.family in ASKING]


def _opens(line: Line, cues: list[Cue]) -> bool:
    """Tell whether a cue stands at the line's begin or end: languages differ in where the verb stands."""
    return any(c.start - line.start <= 2 + len(line.bullet) or line.end - c.end <= 2 for c in cues)


def claim_newsletter_texts(sheet: Sheet) -> Iterator[Claim]:
    """Claim the short line between a newsletter's heading and its button."""
    buttons = sheet.ground.places.get(("newsletter", "whole"), ())
    for first, second in itertools.pairwise(buttons):
        line = sheet.lines[first + 1]
        if second == first + 2 and line.words <= 20 and sheet.is_open(first + 1) and not line.bullet:
            yield whole_line(line, Role.PROMOTION, "newsletter_box", "between a newsletter's heading and button", 0.9)


def claim_comments(sheet: Sheet) -> Iterator[Claim]:
    """Claim the prompts of a comment form."""
    for line in sheet.open_with(("comments", "whole")):
        if line.words <= 8:
            below = MILD if sheet.is_inside(line.index) else FIRM
            yield whole_line(line, Role.PROMOTION, "comment_prompt", "the line is a comment form's prompt", below=below)
    for line in sheet.lines:
        # "3 comments on “The man who wrote his address in stone”"
        if line.text[-1] in '”"»“' and line.text.lstrip("# *")[:1].isdigit() and line.words <= COUNTED_WORDS:
            near = [c for c in sheet.cues(line.index) if c.family in ("comments", "thread") and c.mode == "whole"]
            if sheet.is_open(line.index) and any(c.start - line.start <= 9 for c in near):
                yield whole_line(line, Role.PROMOTION, "comment_prompt", "counts the comments on the text", 0.95)


COUNTED_WORDS = 24


# --- appeals at the end of the text -----------------------------------------------------------------

_BREAK = re.compile(r"[.!?…؟۔։।။።][\"”’»)]{0,2}\s+|[。！？][”」』）]{0,2}\s*")
ASKING = ("appeal", "follow", "liked")
APPEAL_SENTENCES = 12
"""Closing sentences of a paragraph that are looked at."""
TAIL = 5
"""Prose lines at the end of the text in which an appeal may stand."""


def claim_appeals(sheet: Sheet) -> Iterator[Claim]:
    """Claim the closing sentences that speak to the reader about the site, cut off from their paragraph."""
    if not any((family, "has") in sheet.ground.places for family in ASKING):
        return
    tail = [line for line in sheet.open_lines() if line.index <= sheet.last_prose and line.words >= 5][-TAIL:]
    tail += [line for line in sheet.open_lines() if line.index > sheet.last_prose and line.ends]
    for line in reversed(tail):
        sentences = cut_sentences(sheet, line)[-APPEAL_SENTENCES:]
        hard = [_is_appeal(sheet, *s) for s in sentences]
        soft = [_is_question(sheet, *s) for s in sentences]
        cut = len(sentences)
        while cut and (hard[cut - 1] or soft[cut - 1]):
            cut -= 1
        # A question to the reader belongs to the appeal that follows it; without one it is prose.
        cut = cut if any(hard[cut:]) else len(sentences)
        if cut == len(sentences):
            if line.words >= 12:
                return
            continue
        said = "closing sentences that ask the reader to act"
        # One such phrase is as often the author's own; it takes two, or a question to the reader, against the model.
        strength = sum(_strength(sheet, *s) for s in sentences[cut:]) + any(soft[cut:])
        # What any firm says of itself may be the text: "Do you need help? Call us or contact us today."
        own = any(is_sites(sheet, *s) for s in sentences[cut:])
        below = FIRM if strength >= 2 and own else MILD
        yield Claim(sentences[cut][0], line.end, Role.PROMOTION, "appeal", said, 0.9, below)
        if sentences[cut][0] > line.start + len(line.bullet):
            return


def claim_inner_appeals(sheet: Sheet) -> Iterator[Claim]:
    """Claim sentences in the middle of a paragraph that can only be the site's: two phrases, one of them first."""
    for line in sheet.open_with(*((family, "has") for family in ASKING)):
        # A paragraph that was cut into lines may end without its sentence's end.
        if line.words < PROSE_WORDS:
            continue
        for start, end in cut_sentences(sheet, line):
            if _is_appeal(sheet, start, end) and _strength(sheet, start, end) >= 2 and _opens_sentence(sheet, start):
                quoted = opens_quotation(sheet.text[line.start : start])
                # "Follow our trail, a supplier told the reporter, «and you will see ...»": somebody speaks.
                quoted = quoted or any(mark in sheet.text[start:end] for mark in (", «", ", “", ': "', ": «", ": “"))
                if not quoted:
                    said = "a sentence that asks the reader to act, inside a paragraph"
                    yield Claim(start, end, Role.PROMOTION, "inner_appeal", said, 0.9, INNER)


def opens_quotation(before: str) -> bool:
    """Tell whether a quotation is open where a text ends, so that what follows is somebody's words."""
    pairs = (("“", "”"), ("«", "»"), ("„", "“"), ("「", "」"))
    return any(before.count(a) > before.count(b) for a, b in pairs) or before.count('"') % 2 == 1


INNER = 0.97
"""Probability of being content from which a paragraph with an appeal in it is left as it is."""


def _strength(sheet: Sheet, start: int, end: int) -> int:
    """Weigh an appeal: its phrases, and one more where the sentence begins with a request that only sites make."""
    index = sheet.index_at(start)
    first = any(c.family in _SITES and c.mode == "has" and 0 <= c.start - start <= 3 for c in sheet.cues(index))
    return _count_appeals(sheet, start, end) + first


def is_sites(sheet: Sheet, start: int, end: int) -> bool:
    """Tell whether one of an appeal's phrases is a site's and not what any firm writes ("Contact us today")."""
    cues = [c for c in sheet.cues(sheet.index_at(start)) if c.mode == "has" and start <= c.start and c.end <= end]
    firms = [c for c in cues if c.family == "firm"]
    return any(c.family in ASKING and not any(f.start <= c.start and c.end <= f.end for f in firms) for c in cues)


def _opens_sentence(sheet: Sheet, start: int) -> bool:
    cues = sheet.cues(sheet.index_at(start))
    return any(c.family in ASKING and c.mode == "has" and 0 <= c.start - start <= 12 for c in cues)


_SITES = ("follow", "liked")


def saying_span(sheet: Sheet, line: Line, cues: list[Cue]) -> tuple[int, int]:
    """Return the span from the first to the last sentence of a line that holds a cue, and what is left if little is.

    A short paragraph may end in a request: what stands before it is the text's.
    """
    sentences = cut_sentences(sheet, line)
    having = [i for i, (a, b) in enumerate(sentences) if any(a <= c.start and c.end <= b for c in cues)]
    if not having:
        return line.start, line.end
    first, last = having[0], having[-1]
    before = count_words(sheet.text[line.start : sentences[first][0]])
    after = count_words(sheet.text[sentences[last][1] : line.end])
    start = sentences[first][0] if before >= LEFT_WORDS else line.start
    # Of a paragraph that was cut into lines, the next sentence's first words may stand behind the request.
    runs_on = after and not line.ends and sheet.text[sentences[last][1] - 1] in ".。"
    end = sentences[last][1] if after >= LEFT_WORDS or runs_on else line.end
    # A line that opens with a request is a box of the site to its end: "Enjoyed this essay? We live on readers."
    opens = first == 0 and any(c.start - line.start <= OPENING for c in cues)
    # Between paragraphs only a question that nobody but a site asks: "Enjoying this essay?".
    asked = opens and sheet.text[sentences[0][1] - 1] in "?؟？" and any(c.family == "liked" for c in cues)
    level = SOFT if line.text[0] >= "\u3040" else MILD
    outside = not sheet.is_inside(line.index) and sheet.likely(line.index, 0.0) < level
    if opens and after <= BOX_WORDS and not runs_on and (asked or outside):
        end = line.end
    return start, end


OPENING, BOX_WORDS = 3, 16
"""Characters before a request that opens its line, and words of the sentences behind it that belong to its box."""


LEFT_WORDS = 4
"""Words of other sentences beside a request from which they are the text's."""


def cut_sentences(sheet: Sheet, line: Line) -> list[tuple[int, int]]:
    """Return the spans of a line's sentences, roughly: at marks before a space."""
    cuts = [
        line.start + len(line.bullet),
        *(m.end() for m in _BREAK.finditer(sheet.text, line.start, line.end)),
        line.end,
    ]
    spans = [trim(sheet.text, a, b) for a, b in itertools.pairwise(cuts)]
    return [s for s in spans if s[0] < s[1]]


def _is_appeal(sheet: Sheet, start: int, end: int) -> bool:
    """Tell whether a sentence asks the reader to act on the site: its words, near its start or twice."""
    if end - start > 320:
        return False
    index = sheet.index_at(start)
    cues = [c for c in sheet.cues(index) if c.mode == "has" and start <= c.start and c.end <= end]
    appeals = [c for c in cues if c.family in ASKING]
    if not appeals:
        return False
    quoted = sheet.text[start] in '"“«„' or sheet.text[end - 1] in '"”»'
    opens = min(c.start for c in appeals) - start <= 60
    return opens and not quoted


def _count_appeals(sheet: Sheet, start: int, end: int) -> int:
    """Count the phrases of an appeal that do not overlap."""
    count, reached = 0, start
    cues = [c for c in sheet.cues(sheet.index_at(start)) if c.family in ASKING and c.mode == "has"]
    for cue in sorted(cues, key=lambda c: (c.end, c.start)):
        if reached <= cue.start and cue.end <= end:
            count, reached = count + 1, cue.end
    return count


def _is_question(sheet: Sheet, start: int, end: int) -> bool:
    """Tell whether a sentence is a question to the reader."""
    if sheet.text[end - 1] not in "?؟？" and "՞" not in sheet.text[start:end]:
        return False
    index = sheet.index_at(start)
    wishes = sheet.folded.startswith(load_openers("wish"), start)
    return wishes or any(c.family == "you" and start <= c.start < end for c in sheet.cues(index))
