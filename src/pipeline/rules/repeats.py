"""Find lines that occur again and again.

Copies of a short line that stand together, or at the page's end, are a widget's headlines, not content; so
are runs of short lines (menus) that stand on the page twice. A repeated line between paragraphs stays: a
refrain, a speaker's name, the head of a table, code. But for a headline in another language than the text, or
one whose words the text does not know: that is another story's, wherever its copies stand.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

from ..blocks import Line, ends_sentence
from ..model import Role
from .sheet import FIRM, MILD, Claim, Sheet, find_all, whole_line

TWICE = 0.1
"""Probability of being content from which a line that stands twice is left to the model."""
# 0.1: a product's name stands twice in a row on its own page; above 0.1 one copy in eight is content.
MENU_WORDS = 6
MENU_RUN = 4
"""Short lines in the same order at two places that make a menu."""


def claim_repeats(sheet: Sheet, repeat_min: int) -> Iterator[Claim]:
    """Claim copies of a headline that stand together below or above the text.

    `repeat_min` is the number of copies from which a line is a repeat (>= 2).
    """
    for same in sheet.ground.copies.values():
        copies = [x for x in same if sheet.is_open(x.index) and 3 <= x.words <= 30 and not x.ends and not x.bullet]
        if len(copies) < repeat_min:
            continue
        together = all(b.index - a.index == 1 for a, b in itertools.pairwise(copies))
        outside = all(c.index > sheet.last_prose or c.index < sheet.first_prose for c in copies)
        if outside and together:
            said = f"{len(copies)} copies in a row outside the text"
            for copy in copies:
                yield whole_line(copy, Role.REPEATED, "repeated_line", said, below=FIRM if len(copies) > 2 else TWICE)


def claim_strays(sheet: Sheet, is_foreign: Callable[[str, str], bool]) -> Iterator[Claim]:
    """Claim the copies of a headline of another story that are strewn over the text.

    `is_foreign(line, prose)` tells whether a line is of another language than the prose.
    """
    strewn: dict[str, list[Line]] = {}
    for said, same in sheet.ground.copies.items():
        copies = [line for line in same if sheet.is_open(line.index) and _may_be_stray(line)]
        if len(copies) >= STRAYS or _is_pair(copies):
            strewn[said] = copies
    # Several lines that take turns are speakers, a refrain or the heads of a form.
    if not strewn or len(strewn) > 2:
        return
    prose = "\n".join(line.text for line in sheet.lines if _is_running(line))[:2_000]
    for said, copies in strewn.items():
        beside = sum(any(_is_running_at(sheet, c.index + k) for k in (-2, -1, 1, 2)) for c in copies)
        # The copies themselves make the model doubt the text: many of them beside sentences need no word of its.
        inside = beside >= STRAYS or any(c.index > sheet.first_prose for c in copies)
        if len(prose) < PROSE or not inside:
            continue
        strewn_evenly = 3 * beside >= 2 * len(copies)
        # A question may be the text's own refrain: only one of another story's words is not.
        if beside and not copies[0].ends and is_foreign(copies[0].text, prose):
            why = f"{len(copies)} copies of a headline in another language than the text"
        elif strewn_evenly and _is_unknown(sheet, said, copies):
            why = f"{len(copies)} copies of a headline whose words the text does not know"
        else:
            continue
        own = {copy.start for copy in copies}
        for copy in copies:
            yield whole_line(copy, Role.REPEATED, "stray_headline", why, 0.95)
        for at in find_all(sheet.folded, said):
            if at not in own and _is_at_edge(sheet, at, at + len(said)):
                yield Claim(at, at + len(said), Role.REPEATED, "stray_headline", why, 0.9)


OWN_STRAYS = 4
"""Copies from which a headline in the text's own words is a box's between the paragraphs."""
OWN_WORDS = 6
"""Words from which such a line is a headline: section labels that come again are shorter."""


def claim_own_strays(sheet: Sheet) -> Iterator[Claim]:
    """Claim a headline whose words the text knows and that stands between its paragraphs four times or more.

    Runs behind the title's rules: what is claimed here is no title. Where other lines come again between the
    paragraphs, too, they are speakers, a refrain or the labels of sections, and stay.
    """
    between: dict[str, list[Line]] = {}
    for said, same in sheet.ground.copies.items():
        if len(same) < STRAYS:
            continue
        copies = [line for line in same if sheet.is_open(line.index)]
        inner = sum(_is_running_at(sheet, c.index - 1) and _is_running_at(sheet, c.index + 1) for c in copies)
        if len(copies) >= STRAYS and 3 * inner >= 2 * len(copies):
            between[said] = copies
    if len(between) != 1:
        return
    (copies,) = between.values()
    first = copies[0]
    if len(copies) < OWN_STRAYS or first.words < OWN_WORDS or first.ends or not _may_be_stray(first):
        return
    for copy in copies:
        yield whole_line(copy, Role.REPEATED, "stray_headline", f"{len(copies)} copies between paragraphs", 0.9)


def _may_be_stray(line: Line) -> bool:
    """Tell whether a line has a headline's shape."""
    asks = line.ends and line.text[-1] in "?؟？…" and line.words >= 6
    return 4 <= line.words <= 30 and (asks or not line.ends) and not line.bullet and line.text[-1] not in ":："


def _is_at_edge(sheet: Sheet, start: int, end: int) -> bool:
    """Tell whether a span is glued to the end of a paragraph, behind a sentence's end."""
    index = sheet.index_at(start)
    line = sheet.lines[index] if index >= 0 else None
    if line is None or line.end != end or line.start >= start:
        return False
    before = sheet.text[line.start : start].rstrip()
    return sheet.text[start - 1].isspace() and (ends_sentence(before) or _is_armenian_stop(before))


STRAYS = 3
"""Copies from which a headline between paragraphs is taken for another story's."""
PROSE = 120
"""Characters of running text below which nothing is said of its language."""
UNKNOWN_WORDS = 5
"""Words of a headline of whose words the text may know none."""
KNOWN_SHARE = 0.2
"""Share of a stray headline's longer words that may occur elsewhere in the text."""
KNOWN_MORE = 0.4
"""The same for four copies and more."""
# 0.4: "person" and "accident" stand in many a text; a refrain or a speaker's name shares half of its words with it.


LONG_HEADLINE, KNOWN_LONG = 8, 0.2
"""Words of a long headline, and the share of them that the text may know beyond."""


def _is_pair(copies: list[Line]) -> bool:
    """Tell whether a line stands twice, one right below the other."""
    return len(copies) == 2 and copies[1].index == copies[0].index + 1


def _is_running(line: Line) -> bool:
    return line.words >= 8 and (line.ends or _is_armenian_stop(line.text))


def _is_armenian_stop(text: str) -> bool:
    """Tell whether `text` ends in the colon that Armenian is often typed with for its full stop."""
    return text[-1] == ":" and "\u0561" <= text[-2:-1] <= "\u0587"


def _is_running_at(sheet: Sheet, index: int) -> bool:
    return 0 <= index < len(sheet.lines) and _is_running(sheet.lines[index])


_LETTERS = re.compile(r"[^\W\d_]{4,}|[\uac00-\ud7a3]{2,}")
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]{2,}")


def _is_unknown(sheet: Sheet, said: str, copies: list[Line]) -> bool:
    """Tell whether a headline of five words or more shares next to no long word with the rest of the text."""
    words = long_words(said)
    if copies[0].words < UNKNOWN_WORDS or len(words) < 4:
        return False
    own = {line.index for line in copies}
    others = " ".join(sheet.folded[x.start : x.end] for x in sheet.lines if x.index not in own).replace(said, " ")
    share = KNOWN_SHARE if sheet.folded.count(said) <= STRAYS else KNOWN_MORE
    # A refrain or the head of a form is shorter: of a long headline half may be everyday words.
    share += KNOWN_LONG if copies[0].words >= LONG_HEADLINE and not copies[0].ends else 0.0
    # The first five letters (of Korean two): an inflected form is the same word, and so is a compound.
    return sum(w[: 2 if "\uac00" <= w[0] <= "\ud7a3" else 5] in others for w in words) <= share * len(words)


def long_words(folded: str) -> set[str]:
    """Return the words of four letters or more, and of Chinese and Japanese the pairs of characters."""
    pairs = {run[i : i + 2] for run in _HAN.findall(folded) for i in range(len(run) - 1)}
    return pairs | {w for w in _LETTERS.findall(folded) if not _HAN.match(w)}


def claim_repeated_menus(sheet: Sheet) -> Iterator[Claim]:
    """Claim runs of short lines that stand on the page twice in the same order, outside the prose."""
    again = {line.index for copies in sheet.ground.copies.values() for line in copies if _is_short(line)}
    seen: dict[tuple[str, ...], int] = {}
    marked: set[int] = set()
    for i in sorted(again):
        if not again.issuperset(range(i + 1, i + MENU_RUN)):
            continue
        run = sheet.ground.said[i : i + MENU_RUN]
        if len(set(run)) < MENU_RUN:
            continue
        first = seen.setdefault(run, i)
        if i - first >= MENU_RUN:
            marked.update(range(i, i + MENU_RUN), range(first, first + MENU_RUN))
    known = {i for i in marked if sheet.whole(i) & {"menu", "legal", "share", "newsletter"}}
    for index in sorted(marked):
        # Product cards and code repeat runs too; a menu has a menu's words and stands outside the prose.
        outside = index < sheet.first_prose or index > sheet.last_prose
        if outside and sheet.is_open(index) and len(known.intersection(range(index - 8, index + 9))) >= 2:
            said = "a run of short lines that stands on the page twice"
            yield whole_line(sheet.lines[index], Role.NAVIGATION, "repeated_menu", said, 0.9, MILD)


def _is_short(line: Line) -> bool:
    return line.words <= MENU_WORDS and not line.ends
