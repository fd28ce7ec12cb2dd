"""Find pointers to other stories by their form: "read also" and a headline, lists of teasers, links to neighbours.

What is asked of a line is more than a word: behind "Read also" stands a mark and a headline, under "You may also like"
a list of entries with dates, around a pager arrows. The weaker forms are left to `promotion.claim_teasers`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import date

from ..blocks import Line, ends_sentence
from ..dates import find_dates
from ..model import Role
from .lexicon import Cue
from .sheet import FIRM, SOFT, Claim, Sheet, whole_line

POINTER_WORDS = 30
TAIL_WORDS = 22
ENTRY_WORDS = 30
ENTRIES = 24
STRONG = 0.85
"""Probability of being content from which an entry below a sure heading is left to the model."""
MARKS = ":：՝>|»→–—-."
_DIGIT = re.compile(r"\d")
_HEAD = re.compile(r"[\s\"'«„“‘¿¡(\[]*")
_ARROW = "←→«»‹›◄►⟵⟶◀▶<>"
_LINKED = re.compile(r"[*\-•·]? ?\[([^\[\]]{2,200})\]\([^()\s]{1,300}\)")
_BACK = re.compile(r"[←«‹<◄]")
_BULLET = "・·•-–—*▪■◦»›>▸►"


def claim_pointers(sheet: Sheet) -> Iterator[Claim]:
    """Claim "Read also: ..." lines, the same glued to a paragraph's end, and links to the posts before and after."""
    for line in sheet.open_with(("also", "opens"), ("also_marked", "opens")):
        cues = [c for c in sheet.cues(line.index) if c.mode == "opens" and c.family in ("also", "also_marked")]
        opening = _opening(sheet, line, cues)
        if opening and line.words <= POINTER_WORDS and _points(sheet, line, opening):
            said = "words of a pointer, a mark and a headline"
            below = FIRM if opening.family == "also" else SOFT
            yield whole_line(line, Role.PROMOTION, "read_also", said, 0.9, below)
        elif not opening and line.words > TAIL_WORDS // 2:
            yield from _tails(sheet, line, cues)
    for line in sheet.open_beginning(_BRACKETS):
        if line.words <= POINTER_WORDS and _is_bracketed(sheet, line):
            said = "words of a pointer in brackets, and a headline"
            yield whole_line(line, Role.PROMOTION, "read_also", said, 0.9)
    for line in sheet.open_with(("pager", "opens")):
        if line.words <= POINTER_WORDS and _is_pager(sheet, line):
            yield whole_line(line, Role.NAVIGATION, "pager", "links to the posts before and after", 0.95)
    for line in sheet.open_beginning(_BACK):
        bar = line.text[-1] in "→»›>►" and " | " in line.text
        if bar and line.index >= sheet.last_prose and line.words <= POINTER_WORDS:
            yield whole_line(line, Role.NAVIGATION, "pager", "a row of links between two arrows", 0.95)


_BRACKETS = re.compile(r"[\[【［〔]")
_LABEL = re.compile(r"[\[【［〔]\s?([^\]】］〕\n]{2,24}?)\s?[\]】］〕]\s*(?=[^\W_]|[\"'“„«‘「『])")


def _is_bracketed(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line is "[Related] A headline": the words of a pointer alone in brackets, and more behind them."""
    label = _LABEL.match(sheet.text, line.start, line.end)
    told = [(c.start, c.end) for c in sheet.cues(line.index) if c.mode == "whole" and c.family in ("also", "related")]
    return label is not None and label.span(1) in told


def _opening(sheet: Sheet, line: Line, cues: list[Cue]) -> Cue | None:
    """Return the longest of the cues at the head of a line, behind marks only."""
    at = line.start + len(line.bullet)
    opening = [c for c in cues if c.start - at <= 4 and not sheet.text[at : c.start].strip(" *_[(（【|\"'“«→►>")]
    return max(opening, key=lambda c: c.end, default=None)


def _points(sheet: Sheet, line: Line, cue: Cue) -> bool:
    rest = sheet.text[cue.end : line.end].lstrip(" *_")
    if len(rest) <= 2:
        return False
    marked = rest[0] in MARKS
    # "See the report." behind the words is a sentence; a headline has no full stop at its end.
    stops = line.ends and line.text[-1] in ".。։"
    if cue.family == "also_marked":
        return rest[0] in ":：՝" and not stops and line.words <= TAIL_WORDS
    if marked:
        return not (stops and line.words > TAIL_WORDS)
    found = _HEAD.match(rest)
    first = rest[found.end() : found.end() + 1] if found else ""
    return first.isupper() and not stops and line.text[-1] not in ",;" and line.words >= 5


def _tails(sheet: Sheet, line: Line, cues: list[Cue]) -> Iterator[Claim]:
    """Claim a pointer that stands behind the last sentence of a paragraph."""
    for cue in sorted((c for c in cues if c.family == "also"), key=lambda c: (c.start, -c.end)):
        before = sheet.text[line.start : cue.start].rstrip(" (*_[")
        end = _end_of_tail(sheet, line, cue)
        rest = sheet.text[cue.end : end].lstrip(" ")
        if rest[:1] in tuple(":：՝") and len(rest) > 8 and len(rest.split()) <= TAIL_WORDS and ends_sentence(before):
            said = "a pointer and a headline behind the paragraph"
            yield Claim(line.start + len(before) + 1, end, Role.PROMOTION, "read_also", said, 0.9)
            return


_SENTENCE = re.compile(r"[.!…。។।][\"”’»)]{0,2}\s+(?=[\"“«„(]?[^\W\d_a-zа-яё])")


def _end_of_tail(sheet: Sheet, line: Line, cue: Cue) -> int:
    """Return where a pointer behind a sentence ends: with its bracket, at the next sentence, or with the line."""
    if sheet.text[line.start : cue.start].rstrip(" *_")[-1:] in ("(", "["):
        closed = sheet.text.find(")" if "(" in sheet.text[cue.start - 3 : cue.start] else "]", cue.end, line.end)
        if closed >= 0:
            return closed + 1
    after = _SENTENCE.search(sheet.text, cue.end, line.end)
    return after.end() if after else line.end


def _is_pager(sheet: Sheet, line: Line) -> bool:
    cues = [c for c in sheet.cues(line.index) if c.family == "pager" and c.mode == "opens"]
    opening = _opening_of_pager(sheet, line, cues)
    if opening is None:
        return False
    linked = _LINKED.fullmatch(line.text)
    last = linked.group(1)[-1] if linked else line.text[-1]
    arrow = line.text[0] in _ARROW or last in _ARROW
    marked = sheet.text[opening.end : line.end].lstrip()[:1] in tuple(":：")
    said = sheet.text[opening.start : opening.end]
    post = " " in said or len(said) >= 10 or (len(said) >= 3 and "\u3040" <= said[0] <= "\ud7a3")
    # "Next: the committee decides" may be a sentence: one bare word needs an arrow, and either stands below the text.
    return line.index > sheet.last_prose and (arrow or (marked and post)) and not (line.ends and line.words > 12)


def _opening_of_pager(sheet: Sheet, line: Line, cues: list[Cue]) -> Cue | None:
    near = [c for c in cues if c.start - line.start <= 3]
    fit = [c for c in near if not sheet.text[line.start : c.start].strip(_ARROW + " *_[(")]
    return max(fit, key=lambda c: c.end, default=None)


def claim_lists(sheet: Sheet) -> Iterator[Claim]:
    """Claim sure headings of other stories, and the list below: entries with dates, with marks, or cut off by "..."."""
    done = -1
    for line in sheet.open_with(("also", "whole"), ("related", "whole")):
        if line.index <= done or not sheet.whole(line.index) & {"also", "related"}:
            continue
        sure = "also" in sheet.whole(line.index) and line.words > 1
        run = _entries(sheet, line)
        dated = [x.index for x in run if _is_dated(x)]
        cut = [x.index for x in run if x.text.endswith(("...", "…"))]
        marked = [x for x in run if x.text[0] in _BULLET and not (x.ends and x.text[-1] in ".。")]
        if sure and (group := _group(sheet, line)):
            why = "a heading of other stories and headlines in one block"
            yield whole_line(line, Role.PROMOTION, "related", why, 0.95)
            for entry in group:
                yield whole_line(entry, Role.PROMOTION, "teaser", why, 0.9, STRONG)
            done = group[-1].index
            continue
        # On a page of listings "Latest" and "Featured" head the page's own entries.
        if not sure and line.index < sheet.last_prose:
            continue
        said = "a heading of other stories, and a list of them"
        last = line.index
        if len(dated) >= 2 or (sure and dated and cut):
            last = max(dated + cut)
            follows = last + 1 < len(sheet.lines) and _is_dated(sheet.lines[line.index + 1]) and last == dated[-1]
            # Where the dates open the entries, the last one's first sentence stands below it.
            last += follows and any(x.index == last + 1 for x in run) and not sheet.lines[last].words > 12
        elif sure and len(marked) >= 2 and marked[-1].index - line.index == len(marked):
            last = marked[-1].index
        elif sure and line.index > sheet.last_prose and (headlines := _headlines(sheet, run)):
            last = headlines[-1].index
        elif not sure or line.index > sheet.last_prose or (run and run[-1].index == len(sheet.lines) - 1):
            # The list at the page's end is found without dates, too.
            continue
        yield whole_line(line, Role.PROMOTION, "related", said, 0.95)
        for entry in sheet.lines[line.index + 1 : last + 1]:
            if sheet.is_open(entry.index):
                yield whole_line(entry, Role.PROMOTION, "teaser", said, 0.9, FIRM if _is_dated(entry) else STRONG)
        done = last


def _group(sheet: Sheet, heading: Line) -> list[Line]:
    """Return the headlines that make one block with their heading, between blank lines and paragraphs of the text."""
    found = list(itertools.takewhile(lambda x: x.gap == 0, sheet.lines[heading.index + 1 : heading.index + 2 + GROUP]))
    after = heading.index + 1 + len(found)
    closed = after < len(sheet.lines) and sheet.lines[after].gap > 0
    fit = all(sheet.is_open(x.index) and _is_headline(x) and x.words >= HEADLINE_WORDS for x in found)
    return found if heading.gap > 0 and closed and 1 <= len(found) <= GROUP and fit else []


GROUP, HEADLINE_WORDS = 5, 4
"""Headlines of such a block, and words that each has at least."""


def _headlines(sheet: Sheet, run: list[Line]) -> list[Line]:
    """Return the lines right below a sure heading that look like headlines, if they are few."""
    found = list(itertools.takewhile(lambda x: sheet.is_open(x.index) and _is_headline(x), run))
    return found if len(found) <= HEADLINES else []


def _is_headline(line: Line) -> bool:
    return 2 <= line.words <= 20 and (not line.ends or line.text[-1] in "?!؟？！…") and line.text[-1] not in ":,;"


HEADLINES = 8


def claim_dated(sheet: Sheet) -> Iterator[Claim]:
    """Claim dated teasers below the text under a heading of any words: the latest stands first, as in no timeline."""
    run: list[tuple[Line, date]] = []
    below = (line for line in sheet.lines[sheet.last_prose + 1 :] if line.numbered)
    for line in below:
        found = _opening_date(line) if sheet.is_open(line.index) and not line.is_prose else None
        if found is None:
            continue
        near = bool(run) and line.index - run[-1][0].index <= 2
        if near and run[-1][1] > found:
            run.append((line, found))
        elif not near and len(run) >= 2:
            break
        elif not near:
            run = [(line, found)]
    if len(run) < 2:
        return
    said = f"{len(run)} entries with dates, the latest first, below the text"
    first, last = run[0][0].index, run[-1][0].index
    head = sheet.lines[first - 1] if first else None
    if head and head.words <= 6 and not head.ends and sheet.is_open(head.index) and head.index > sheet.last_prose:
        yield whole_line(head, Role.PROMOTION, "related", said, 0.85, STRONG)
    for entry in sheet.lines[first : last + 1]:
        if sheet.is_open(entry.index):
            yield whole_line(entry, Role.PROMOTION, "teaser", said, 0.85, STRONG)


def _opening_date(line: Line) -> date | None:
    """Return the date that opens a line before a dash or mark and a headline."""
    if not line.text.lstrip(_BULLET + " ")[:1].isalnum() or not _DIGIT.search(line.text, 0, 40):
        return None
    head = line.text[:48]
    first = find_dates(head)
    if not first or first[0].value is None or head[: first[0].start].strip(_BULLET + " "):
        return None
    rest = line.text[first[0].end :].lstrip(" .")
    return first[0].value if rest[:1] in tuple("-–—|:•·") and len(rest) > 12 else None


def _entries(sheet: Sheet, heading: Line) -> list[Line]:
    """Return the lines below a heading up to the text's next paragraph or the next box."""
    found: list[Line] = []
    for line in sheet.lines[heading.index + 1 : heading.index + 1 + ENTRIES]:
        if sheet.whole(line.index) & _BOXES or line.words > ENTRY_WORDS:
            break
        if line.is_prose and not _is_dated(line) and not line.text.endswith(("...", "…")):
            break
        found.append(line)
    return found


_BOXES = frozenset({"legal", "comments", "newsletter", "donate", "cookie", "contents", "share"})


def _is_dated(line: Line) -> bool:
    """Tell whether a line opens or closes with a date, behind a list mark or in brackets."""
    if not line.numbered:
        return False
    head = line.text.lstrip(_BULLET + " ([（")[:40]
    first = find_dates(head)
    if first and first[0].start <= 1:
        return True
    # "[A headline](/page) - 3/05/2026. Its first sentence."
    behind = line.text.find("](")
    if 0 <= behind < 200 and (close := line.text.find(")", behind)) > 0:
        dates = find_dates(line.text[close + 1 : close + 30])
        if dates and not line.text[close + 1 : close + 1 + dates[0].start].strip(_BULLET + " ,(|"):
            return True
    tail = line.text[-24:].rstrip(" )]）.")
    closing = find_dates(tail)
    return bool(closing) and closing[-1].end >= len(tail) - 1
