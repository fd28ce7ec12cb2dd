"""Cut a whole page that came as one line, where its furniture shows the seams.

A scraper that joins white space leaves head, body and foot in one line: "Home News Council backs night buses By Ann
Lee 3 May 2024 Share on Facebook Night buses will return ...". Rules and model judge lines, so such a line is cut
before and behind what its words show to be furniture: buttons and menu words in capitals side by side, a request
that fills a sentence, a byline with its date, the copyright line. Prose is never cut inside a sentence but at
words of furniture that begin with a capital. What the pieces are is left to rules and model.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LEAST, SHORT, SHORT_CUTS = 900, 500, 6
"""Characters from which a line may be a whole page, those of a short one, and the seams that it shows at least."""
# Of 822 paragraphs of 500 to 900 characters 17 would be cut by the rule for long lines, one (a profile) by this.
MOST = 200_000
"""Characters above which it is no page but a book or a table."""
SHARE = 0.8
"""Of the page's characters that such lines hold."""

SHORTEST = 12
"""Characters that a page's pieces have on average, at least."""

_BUTTONS = frozenset(
    ["share", "newsletter", "donate", "advert", "comments", "menu", "legal", "cookie", "widget", "reply", "related"]
)
_REQUESTS = frozenset(["newsletter", "cookie", "paywall", "follow", "rights", "disclaimer", "typo", "liked"])
_LABELS = frozenset(["byline", "updated", "date", "tags", "related", "source"])
_LONGEST = 40
"""Words that a sentence with a request has at most, and a label with its text; of more, some are prose."""
_TEASER = 12
_REACH = 400
"""Characters within which such a sentence ends."""
_BETWEEN = re.compile(r"[\s|•·/›»>,:()\[\]\d*–—-]{0,12}")
_COUNT = re.compile(r"(?<!\S)\d{1,3}\s?$")
_STOP = re.compile(r"[.!?…։。！？؟]['\"”’»)\]]*(?=\s|$)|(?<=[。！？])")
_RIGHTS = re.compile(
    r"(?:©|\([cC]\)|℗)(?:\s?\d{4}(?:\s?[-–]\s?\d{4})?)?(?:\s?[^\W\d_a-z][\w'’.-]{0,30})?(?:\s[^\W\d_a-z][\w'’.-]{0,30}){0,3}"
)
_NAME = re.compile(r"[^\W\d_a-zа-яё][\w'’.-]{0,30}")


@dataclass(frozen=True, slots=True)
class _Cue:
    start: int
    end: int
    family: str
    mode: str


def cut_flattened(text: str, spans: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Return `spans` (start, end, blank lines before, indent) with each line that holds a page cut into pieces."""
    large = [span for span in spans if SHORT <= span[1] - span[0] <= MOST]
    if not large or sum(b - a for a, b, _, _ in large) < SHARE * sum(b - a for a, b, _, _ in spans) or len(spans) > 9:
        return list(spans)
    pieces: list[tuple[int, int, int, int]] = []
    for start, end, gap, indent in spans:
        cuts = sorted(_cuts(text, start, end)) if SHORT <= end - start <= MOST else []
        # A page's pieces are dozens of characters long; a line of nothing but signs is not taken to pieces.
        if len(cuts) * SHORTEST > end - start or (end - start < LEAST and len(cuts) < SHORT_CUTS):
            cuts = []
        for a, b in zip([start, *cuts], [*cuts, end], strict=True):
            part = text[a:b]
            if bare := part.strip():
                left = a + len(part) - len(part.lstrip())
                pieces.append((left, left + len(bare), gap, indent))
                gap, indent = 0, 0
    return pieces


def _cuts(text: str, start: int, end: int) -> set[int]:
    """Return where the line from `start` to `end` is cut."""
    from .rules.lexicon import find_cues, fold

    line = text[start:end]
    cues = sorted(
        {_Cue(c.start, c.end, c.family, c.mode) for c in find_cues(fold(line))}, key=lambda c: (c.start, -c.end)
    )
    regions = sorted({*_buttons(line, cues), *_rights(line, cues)})
    regions = sorted({*(_with_sections(line, a, b) for a, b in regions), *_adverts(line, cues)})
    regions = sorted({*regions, *_requests(line, cues, _wide(line, regions))})
    regions = sorted({*regions, *_bylines(line, cues)})
    regions = sorted({*regions, *_dates(line, cues, _wide(line, regions))})
    regions += _labels(line, cues, regions)
    return {start + at for region in regions for at in region if 0 < at < len(line)}


def _buttons(line: str, cues: Sequence[_Cue]) -> Iterator[tuple[int, int]]:
    """Yield the runs of buttons and menu words: two side by side in capitals, or one of several words."""
    run: list[_Cue] = []
    for cue in [c for c in cues if c.mode == "whole" and c.family in _BUTTONS and _may_begin(line, c)]:
        if (run and cue.start < run[-1].end) or line[cue.end : cue.end + 2] == ": ":
            continue
        if run and not _BETWEEN.fullmatch(line, run[-1].end, cue.start):
            yield from _region(line, run)
            run = []
        run.append(cue)
    yield from _region(line, run)


def _may_begin(line: str, cue: _Cue) -> bool:
    """Tell whether a button's words begin with a capital or, in scripts that have none, stand apart."""
    if not is_uncased(line[cue.start]):
        return line[cue.start].isupper()
    return not line[cue.start - 1 : cue.start].isalnum() and not line[cue.end : cue.end + 1].isalnum()


def is_uncased(character: str) -> bool:
    """Tell whether a letter belongs to a script without capitals."""
    return (
        character.isalpha()
        and (not character.islower() or "\u10d0" <= character <= "\u10ff")
        and not (character.isupper())
    )


def _region(line: str, run: list[_Cue]) -> Iterator[tuple[int, int]]:
    if not run:
        return
    start, end = run[0].start, run[-1].end
    if is_uncased(line[start]):
        # Without capitals three buttons side by side; in Chinese and Japanese, which set no spaces, two apart.
        if len({c.start for c in run}) >= (2 if line[start] >= "\u3040" else 3):
            yield start, end
        return
    words = line[start:end].split()
    loud = words[0].isupper() and len(words[0]) > 3
    # One word in capitals may begin a sentence; two buttons, or one that says more, do not.
    if len(run) > 1 or loud or (len(words) > 1 and _follows_break(line, end)):
        count = _COUNT.search(line, max(0, start - 8), start)
        yield count.start() if count else start, end


_SECTION = re.compile(r"[\s|•·/›»>–—-]{1,5}([^\W\d_][\w&'’-]{2,24})(?=[\s|•·/›»>–—-]+[^\W\d_]|$)")
_SECTIONS = 4
"""Names of sections that are added to a run of buttons."""


def _with_sections(line: str, start: int, end: int) -> tuple[int, int]:
    """Return a run of buttons with the names of sections behind it: "Home › News › Transport | Ferry to stop ..."."""
    from .rules.lexicon import fold
    from .rules.site_names import is_section

    for _ in range(_SECTIONS):
        found = _SECTION.match(line, end)
        # "Economy grows by 3 %" is a headline: behind a section's name the next word begins with a capital.
        after = line[found.end() :].lstrip(" |•·/›»>–—-")[:1] if found else ""
        if found is None or not (found.group(1)[0].isupper() and after.isupper() and is_section(fold(found.group(1)))):
            break
        end = found.end(1)
    return start, end


_BEFORE = re.compile(r"[.!?…։。！？؟]['\"”’»)\]]{0,2}\s{1,3}$")


def _adverts(line: str, cues: Sequence[_Cue]) -> Iterator[tuple[int, int]]:
    """Yield an advertisement's marker between two sentences: the word alone, behind a full stop, before a capital."""
    for cue in cues:
        alone = cue.mode == "whole" and cue.family == "advert" and line[cue.start].isupper()
        if alone and _BEFORE.search(line, max(0, cue.start - 6), cue.start) and _follows_break(line, cue.end):
            yield cue.start, cue.end


def _follows_break(line: str, end: int) -> bool:
    """Tell whether what stands behind `end` begins anew: a capital, a digit, a sign, or nothing."""
    rest = line[end : end + 4].lstrip()
    return not rest or rest[0].isupper() or not rest[0].isalpha()


def _rights(line: str, cues: Sequence[_Cue]) -> Iterator[tuple[int, int]]:
    """Yield the copyright lines, each to the end of its sentence or the next request."""
    requests = [c.start for c in cues if c.family in _REQUESTS - {"rights"} and line[c.start].isupper()]
    for mark in _RIGHTS.finditer(line):
        end = _sentence_end(line, mark.start(), _TEASER)
        # A picture's "© Agency" may stand in the midst of prose: there only the mark and the name are cut off.
        end = mark.end() if end is None else end
        at = bisect_right(requests, mark.start())
        yield mark.start(), min(end, requests[at]) if at < len(requests) else end


def _requests(line: str, cues: Sequence[_Cue], regions: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the sentences beside other furniture that ask or state something of the site."""
    marks = [m.end() for m in _STOP.finditer(line)]
    begins, finishes = {a for a, _ in regions}, {b for _, b in regions}
    ends, stops = sorted({0, *marks, *finishes}), sorted({len(line), *marks, *begins})
    heads = [a for a, _ in regions]
    labels = {c.start for c in cues if c.mode == "opens" and c.family == "related" and line[c.end - 1] == ":"}
    for cue in cues:
        if cue.mode != "has" or cue.family not in _REQUESTS:
            continue
        region = bisect_right(heads, cue.start) - 1
        if region >= 0 and cue.start < regions[region][1]:
            continue
        a, b = ends[bisect_right(ends, cue.start) - 1], stops[bisect_left(stops, cue.end)]
        beside = a == 0 or b == len(line) or a in finishes or b in begins
        # "Related: A headline | Another Sign up for our newsletter.": a pointer's label opens what is no sentence.
        beside = beside or any(a <= at <= a + 1 and line[at].isupper() for at in labels)
        if beside and b - a < _REACH and len(line[a:b].split()) <= _LONGEST:
            yield a, b


def _wide(line: str, regions: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the regions with the white space around them."""
    wide = []
    for start, end in regions:
        while start and line[start - 1].isspace():
            start -= 1
        while end < len(line) and line[end].isspace():
            end += 1
        wide.append((start, end))
    return wide


def _bylines(line: str, cues: Sequence[_Cue]) -> Iterator[tuple[int, int]]:
    """Yield the bylines: the label, a name in capitals, and a date within what a role needs."""
    from .dates import find_dates

    for cue in cues:
        if cue.mode != "opens" or cue.family not in ("byline", "byline_weak"):
            continue
        name = _NAME.match(line, cue.end + 1)
        near = find_dates(line[cue.end : cue.end + 120]) if name and line[cue.end] in " :" else []
        if near and not _STOP.search(line, cue.end, cue.end + near[0].start):
            end = cue.end + near[0].end
            time = _CLOCK.match(line, end)
            yield cue.start, time.end() if time else end


def _dates(line: str, cues: Sequence[_Cue], regions: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the dates, with their labels, that close a headline between two pieces of furniture."""
    from .dates import find_dates

    named = [c for c in cues if c.mode == "opens" and c.family in ("date", "updated")]
    labels = [c for c in named if c.end - c.start > 2 or line[c.start] >= "\u3040"]
    for (_, start), (end, _) in itertools.pairwise([(0, 0), *regions]):
        head = line[start : min(end, start + _HEAD)]
        if not any(c.isdigit() for c in head):
            continue
        for found in find_dates(head):
            at, stop = start + found.start, start + found.end
            time = _CLOCK.match(line, stop)
            stop = time.end() if time else stop
            label = min((c.start for c in labels if start < c.start and 0 <= at - c.end <= 2), default=at)
            closes = stop >= end - 2 or (label < at and start > 0)
            if closes and at > start and not _STOP.search(line, start, at):
                yield label, stop


_HEAD = 240
"""Characters of a headline with its date, at most."""
_CLOCK = re.compile(r"[\s,|·•–—-]{1,4}\d{1,2}[:.h]\d{2}(?!\d)")


def _labels(line: str, cues: Sequence[_Cue], regions: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the labels ("Read more: ...") with their text, where it ends soon at another seam."""
    found: list[tuple[int, int]] = []
    opens = [c for c in cues if c.mode == "opens" and c.family in _LABELS and line[c.start].isupper()]
    seams = sorted({len(line), *(a for a, _ in regions), *(c.start for c in opens)})
    for cue in opens:
        after = seams[bisect_left(seams, cue.end)]
        if line[cue.end - 1] == ":" and after - cue.end < _REACH:
            stop = _STOP.search(line, cue.end, after)
            if (stop is None or stop.end() == after) and len(line[cue.end : after].split()) <= _TEASER:
                found.append((cue.start, after))
    return found


def _sentence_end(line: str, start: int, words: int) -> int | None:
    """Return where the sentence from `start` ends, or None if it has more than `words` words."""
    reach = line[start : start + _REACH]
    stop = _STOP.search(reach)
    end = stop.end() if stop else len(reach)
    short = (stop is not None or len(reach) < _REACH) and len(reach[:end].split()) <= words
    return start + end if short else None
