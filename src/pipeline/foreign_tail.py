"""Let go of what stands above and below an article in a language that the line model was not trained on.

The pages that it learned from are English. In other languages it is as sure of paragraphs, but doubts furniture less:
headlines of other stories, buttons and boxes get .2 to .45 where English ones get .05, and where the article is short
the set of lines of greatest expected F1 holds them all. What tells them is their form: beside paragraphs that the model
is sure of, lines of which most end like no sentence and that it half believes at best are no text. Teasers with a
sentence below each headline and a site's words about itself have no such form: they go where furniture that a rule
knows (a share bar, a list of stories, a notice) parts them from the text, and only by a lower level.

On 40 and 28 real pages as text that nobody had read (in many languages, English among them) F1 rose from .9121 to
.9238 and from .8778 to .9041, and 91 of 306 kept lines of junk went, none of the body. Then came what stands behind
furniture, and HTML: of 40, 29 and 28 unread pages as text 13 of 520 lines went (F1 .9245 as before, .8071 -> .8113,
.9180 -> .9191), as HTML 30 of 1,297 (.9434 -> .9478, .8625 as before, .9512 -> .9613), of 72 that were read 55 of 208
as text, none of the body. The adjoining lines below a single paragraph stay: as Markdown half of a body went with
them. On English pages (out of fold) such lines hold nearly as many words of content as others: there the model's word
stands. Behind furniture alone none of 890 words of whole pages of articles would be content, but 841 of 1,672 of other
pages, and no unread page would gain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from .blocks import Line
from .line_forms import holds_sentences, is_labelled
from .model import Role
from .prose_guard import is_trained
from .rules.sheet import Sheet

SURE, SURE_WORDS, PARAGRAPHS = 0.6, 60, 2
"""Probability of the paragraphs that make an article, their words at least, and their number; below a single paragraph
may stand a list or short lines that go on with it, so only what is behind furniture goes there."""
PART, DOUBT = 0.6, 0.5
"""Median probability of a group's lines: part of the paragraphs' mean, and level, up to which it goes."""
OPEN_SHARE, LEAST = 0.7, 3
"""Share of a group's lines that end like no sentence, and its lines, at least."""
PART_APART, LEAST_APART = 0.85, 2
"""Part of that level up to which sentences go behind furniture that a rule claims, and lines there at least."""
FURNITURE = 5
"""Lines of the page that a rule claims or the model drops, at least."""
VERSE_WORDS = 4
"""Words of a line that begins small from which it may be verse: tags and buttons are shorter."""
NEAR = 0.3
"""Probability from which the line right above the first paragraph may be its heading."""
STEP = 3
"""Lines from one sure line to the next: an essay may end in short paragraphs."""


def foreign_tail(sheet: Sheet, keep: Mapping[int, bool], probability: Sequence[float]) -> Iterator[int]:
    """Yield the open lines that are kept (`keep`) though they are the furniture around an article."""
    if not sheet.lines:
        return
    kept = [sheet.lines[i] for i, stays in keep.items() if stays]
    prose = [line for line in kept if line.is_prose and probability[line.index] >= SURE]
    if sum(line.words for line in prose) < SURE_WORDS:
        return
    # Of a poem with a preface, or a text that was cleaned before, nothing else goes.
    if len(sheet.lines) - len(kept) < FURNITURE:
        return
    sure = {line.index for line in kept if probability[line.index] >= SURE}
    first, last = prose[0].index, prose[-1].index
    for index in sorted(sure):
        if last < index <= last + STEP:
            last = index
    level = min(PART * _mean(prose, probability), DOUBT)
    below = [x for x in kept if x.index > last]
    above = [x for x in kept if x.index < first and (x.index < first - 1 or probability[x.index] < NEAR)]
    gone: list[Line] = []
    for group, apart in ((below, _apart(sheet, below, last)), (above, _apart(sheet, above[::-1], first))):
        near = len(prose) >= PARAGRAPHS and len(group) >= LEAST
        if near and _is_open(group) and _middle(group, probability) < level:
            gone += group
        elif len(apart) >= LEAST_APART and not _is_verse(apart):
            part = 1.0 if _is_open(apart) else PART_APART
            gone += apart if _middle(apart, probability) < part * level else ()
    if gone and not is_trained(prose):
        stays = sure | _chronicle(gone)
        yield from (line.index for line in gone if line.index not in stays)


def _chronicle(group: Sequence[Line]) -> set[int]:
    """Return the lines of which each begins with a later year than the one above, and the name over them.

    Lists of stories begin with days, and name the same year again and again.
    """
    found: set[int] = set()
    run: list[tuple[int, int]] = []
    for line in (*group, None):
        year = _YEAR.match(line.text) if line is not None else None
        if line is not None and year and (not run or (run[-1][0] + 1, True) == (line.index, run[-1][1] < int(year[1]))):
            run.append((line.index, int(year[1])))
            continue
        if len(run) >= YEARS:
            found.update(range(run[0][0] - 1, run[-1][0] + 1))
        run = [(line.index, int(year[1]))] if line is not None and year else []
    return found


YEARS = 3
"""Lines with a later year each that make a chronicle or a curriculum vitae."""
_YEAR = re.compile(r"\W{0,4}((?:1[5-9]|20)\d\d)(?![\d.,/:-]\d|\d)")


def _apart(sheet: Sheet, group: Sequence[Line], edge: int) -> Sequence[Line]:
    """Return the lines of a group behind a share bar, a list of stories or other furniture, on the way from the text.

    What follows the text without a break is its end, and so may be what stands behind an address or a name.
    """
    for number, line in enumerate(group):
        low, high = sorted((edge, line.index))
        between = (claim for i in range(low + 1, high) for claim in sheet.claims.get(i, ()))
        if any(claim.role in _FURNITURE and claim.rule not in _INNER for claim in between):
            return group[number:]
        edge = line.index
    return ()


_FURNITURE = frozenset({Role.PROMOTION, Role.NAVIGATION, Role.LEGAL})
_INNER = frozenset(
    [
        *("newsletter", "newsletter_box", "follow", "donate", "appeal", "inner_appeal", "asking_line"),
        *("asking_sentence", "comment_prompt", "read_also", "advert", "advert_line", "advert_text", "contents"),
        *("offer", "offer_line"),
    ]
)
"""Rules whose lines also stand between the paragraphs of an article, which goes on behind them."""


def _is_open(group: Sequence[Line]) -> bool:
    """Tell whether most lines are like headlines and buttons: no sentence ends them. "Length: 7 m" says something."""
    open_ended = sum(
        not line.ends and not is_labelled(line) and not holds_sentences(line, SPOKEN_WORDS) for line in group
    )
    return open_ended >= OPEN_SHARE * len(group) and not _is_verse(group)


SPOKEN_WORDS = 28
"""Words of a paragraph without a mark at its end: a teaser holds two sentences, too, but is shorter."""


def _is_verse(group: Sequence[Line]) -> bool:
    """Tell whether half of the lines or more begin small."""
    return 2 * sum(_begins_small(line) for line in group) >= len(group)


def _begins_small(line: Line) -> bool:
    return line.words >= VERSE_WORDS and line.text[len(line.bullet) : len(line.bullet) + 1].islower()


def _mean(group: Sequence[Line], probability: Sequence[float]) -> float:
    """Return the mean probability of some lines by words."""
    return sum(probability[x.index] * (x.words + 0.5) for x in group) / sum(x.words + 0.5 for x in group)


def _middle(group: Sequence[Line], probability: Sequence[float]) -> float:
    """Return the median of the lines' probabilities."""
    return sorted(probability[x.index] for x in group)[len(group) // 2]
