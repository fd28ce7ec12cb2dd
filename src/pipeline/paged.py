r"""Find what paper puts between the pages of a text: page numbers, running heads, the lines that a browser prints.

A text that was a PDF holds them in the midst of its paragraphs. One alone proves nothing: numbers must count up from
page to page, and beside them must stand a running head, a form feed, or a sentence that the page breaks; numbers of
chapters and of paragraphs have none of these. A running head is a line that stands beside two page breaks or more.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

LONGEST, MOST_WORDS = 240, 18
"""Characters and words of such a line, at most."""
MOST_CANDIDATES = 3_000
BETWEEN = 150
"""Characters between two page numbers, at least: those of a list of stories stand closer."""
LEAST = 3
"""Numbers that count up from which they may be those of pages; of "2 of 7" two are enough."""
WIDE, BROKEN, BROKEN_SHARE = 30, 4, 0.2
"""Characters of a line of text, lines that break a sentence, and their share, from which a text is a printed page's."""
BESIDE = 2
"""Lines from a page break within which a running head stands."""

_PAGE = (
    r"(?:pages?|pag|pg|p|seite|página|pág|pagina|strona|str|страница|стр|сторінка|стор|sayfa|səhifə|side|sida|sivu|"
    r"oldal|strana|stránka|pagină|σελίδα|σελ|halaman|trang|صفحه|صفحة|ص|页|頁|第|ページ|페이지|עמוד|էջ|पृष्ठ)\.?"
)
_NUMBER = re.compile(
    rf"[-–—|\[(•·*\s]{{0,4}}(?:{_PAGE}\s?)?(\d{{1,4}})(?:\s?(?:/|\||of|von|de|di|sur|van|z|ze|из|з|від|af|av|dan|من|از|"
    r"の|中|共)\s?(\d{1,4}))?\s?(?:页|頁|ページ|페이지|\. oldal)?[-–—|\])•·*\s]{0,4}",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"[0-9]+")
_FIGURES = frozenset("0123456789")
_DASHED = re.compile(r"[-–—]\s?\d{1,4}\s?[-–—]")
"""A number between two dashes is a page's; no list counts so."""
_APART = re.compile(r"\s{2,}|\t|\s[|·•]\s")
"""What parts a page's number from the rest of its running head."""
_PRINTED_FOOT = re.compile(r"(?:https?://|file:///|www\.)\S{4,400}\s{1,20}\d{1,3}\s?/\s?\d{1,3}")
_PRINTED_HEAD = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4},? (?:at |à |um |um )?\d{1,2}[:.h]\d{2}(?:\s?[AaPp]\.?[Mm]\.?)?\s{1,20}\S.{2,200}"
)
_ENDS, _BULLETS = frozenset(".!?…。！？؟۔։।:;,"), frozenset("•*-–—·◦▪")
_STOPS = frozenset('.!?…。！？؟۔।:;"”»')


PAGES = 100
"""Texts whose marks are remembered: a text is cut before its lines are judged."""


@lru_cache(maxsize=PAGES)
def page_marks(text: str) -> Mapping[int, str]:
    r"""Return which lines of a text stand between its pages, by where they begin, and what they are.

    They are a "page_number", a "running_head" or a "print_line".

    >>> page_marks("https://a.example/x\t1/3\nThe text goes on.\nhttps://a.example/x\t2/3")
    {0: 'print_line', 42: 'print_line'}
    """
    raws = text.splitlines(keepends=True)
    bares = [raw.strip() for raw in raws]
    lines = [bare for bare in bares if bare]
    feeds = _feeds(raws, bares) if "\f" in text else frozenset[int]()
    marks = _marks(lines, feeds)
    if not marks:
        return {}
    places = itertools.accumulate(map(len, raws), initial=0)
    starts = [at + raw.index(bare[0]) for at, raw, bare in zip(places, raws, bares, strict=False) if bare]
    return {starts[i]: rule for i, rule in sorted(marks.items())}


def _feeds(raws: Sequence[str], bares: Sequence[str]) -> frozenset[int]:
    """Return the numbers of the lines, blank ones not counted, that a form feed stands before."""
    feeds: list[int] = []
    number, fed = 0, False
    for raw, bare in zip(raws, bares, strict=True):
        if bare:
            if fed or raw[0] == "\f":
                feeds.append(number)
            number += 1
            fed = False
        # A form feed ends the line before it, or stands alone.
        fed = fed or raw[-1] == "\f"
    return frozenset(feeds)


def _marks(lines: Sequence[str], feeds: frozenset[int]) -> dict[int, str]:
    """Return the marks by the number of their line; `feeds` are the lines that a form feed stands before."""
    short = [i for i, text in enumerate(lines) if len(text) <= LONGEST]
    marks = dict.fromkeys(_printed(lines, short), "print_line")
    # What a page of the web repeats and counts (posts, products, steps) stands between whole paragraphs.
    if not marks and len(feeds) < 2 and not _is_broken(lines):
        return {}
    numbered = [i for i in short if i not in marks and _has_digit(lines[i])]
    if len(numbered) > MOST_CANDIDATES:
        return marks
    heads = _repeated(lines, short)
    for chain in (*_numbers(lines, numbered), *_counted_heads(lines, numbered)):
        if _are_pages(lines, chain, feeds, heads):
            rule = "page_number" if _NUMBER.fullmatch(lines[chain[0]]) else "running_head"
            marks |= dict.fromkeys(chain, rule)
    breaks = sorted({*marks, *feeds})
    for same in heads.values() if len(breaks) >= 2 else ():
        beside = [i for i in same if i not in marks and any(abs(i - at) <= BESIDE for at in breaks)]
        if len(beside) >= 2:
            marks |= dict.fromkeys(beside, "running_head")
    return marks


def _is_broken(lines: Sequence[str]) -> bool:
    """Tell whether a text's lines end in the midst of its sentences, as those of a printed page do."""
    # Of two lines one below the other the first is wide; the last line of all stands above none.
    pairs = [pair for pair in itertools.pairwise(lines) if len(pair[0]) > WIDE]
    broken = sum([len(below) > WIDE and below[0].islower() and above[-1] not in _STOPS for above, below in pairs])
    return broken >= BROKEN and broken >= BROKEN_SHARE * len(pairs)


def _has_digit(text: str) -> bool:
    # Page numbers stand at the edges of their lines.
    return text[-1] in _FIGURES or text[0] in _FIGURES or _NUMBER.fullmatch(text) is not None


def _printed(lines: Sequence[str], short: Sequence[int]) -> Iterator[int]:
    """Yield the heads and feet that a browser prints: the date and the title; the address and the page of all pages."""
    feet = [i for i, text in enumerate(lines) if text[-1].isdigit() and _PRINTED_FOOT.fullmatch(text)]
    yield from feet
    heads: dict[str, list[int]] = defaultdict(list)
    for i in short:
        if lines[i][0].isdigit() and _PRINTED_HEAD.fullmatch(lines[i]):
            heads[lines[i]].append(i)
    for same in heads.values():
        if feet and (len(same) > 1 or same[0] <= feet[0]):
            yield from same


def _repeated(lines: Sequence[str], short: Sequence[int]) -> dict[str, list[int]]:
    """Return the places of the short lines that stand twice or more, their numbers aside."""
    places: dict[str, list[int]] = defaultdict(list)
    for i in short:
        if lines[i][-1] not in _ENDS and lines[i][0] not in _BULLETS:
            places[_DIGITS.sub("#", lines[i])].append(i)
    return {
        said: found
        for said, found in places.items()
        if len(found) > 1 and any(c.isalpha() for c in said) and len(said.split()) <= MOST_WORDS
    }


def _numbers(lines: Sequence[str], numbered: Sequence[int]) -> Iterator[list[int]]:
    """Yield the longest run of lines that are a number and count up, and those that say "2 of 7"."""
    plain: list[tuple[int, int]] = []
    of_all: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for i in numbered:
        if found := _NUMBER.fullmatch(lines[i]):
            if found.group(2):
                of_all[found.group(2)].append((i, int(found.group(1))))
            else:
                plain.append((i, int(found.group(1))))
    chain = _longest_run(lines, plain)
    if len(chain) >= LEAST:
        yield chain
    for pages in of_all.values():
        chain = _longest_run(lines, pages)
        if len(chain) >= 2:
            yield chain


def _counted_heads(lines: Sequence[str], numbered: Sequence[int]) -> Iterator[list[int]]:
    """Yield the runs of lines that say the same beside a number at their edge that counts up."""
    groups: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for i in numbered:
        if _NUMBER.fullmatch(lines[i]) or len(lines[i].split()) > MOST_WORDS:
            continue
        numbers = list(_DIGITS.finditer(lines[i]))
        for at in (0, -1):
            edge = numbers[at]
            whole = edge.start() == 0 if at == 0 else edge.end() == len(lines[i])
            if whole and edge.end() - edge.start() <= 4:
                rest = lines[i][: edge.start()] + lines[i][edge.end() :]
                groups[rest.strip(), at].append((i, int(edge.group())))
    for (rest, _), pages in groups.items():
        chain = _longest_run(lines, pages) if len(pages) >= 2 and any(c.isalpha() for c in rest) else []
        # "Chapter 1", "Chapter 2" count up, too: two say nothing, and three only with what _are_pages asks.
        if len(chain) >= LEAST or (len(chain) == 2 and _APART.search(lines[chain[0]])):
            yield chain


def _longest_run(lines: Sequence[str], numbers: Sequence[tuple[int, int]]) -> list[int]:
    """Return the longest run of (line, number) that counts up by one, or two over an empty page."""
    if len(numbers) < 2:
        return []
    at = [0]
    for text in lines:
        at.append(at[-1] + len(text) + 1)
    best: dict[int, list[int]] = {}
    for i, number in numbers:
        before = max(
            (best[n] for n in (number - 1, number - 2) if n in best and at[i] - at[best[n][-1] + 1] >= BETWEEN),
            key=len,
            default=[],
        )
        if len(before) + 1 > len(best.get(number, ())):
            best[number] = [*before, i]
    return max(best.values(), key=len)


def _are_pages(
    lines: Sequence[str], chain: Sequence[int], feeds: frozenset[int], heads: Mapping[str, Sequence[int]]
) -> bool:
    """Tell whether lines that count up stand where pages break."""
    found = _NUMBER.fullmatch(lines[chain[0]])
    if all(_DASHED.fullmatch(lines[i]) for i in chain):
        return True
    if (found and found.group(2)) or (not found and all(_APART.search(lines[i]) for i in chain)):
        return True
    if sum(1 for i in chain if {i, i + 1, i - 1} & feeds) >= 2:
        return True
    near = sum(1 for same in heads.values() if sum(1 for i in chain if _has_near(same, i)) >= max(2, len(chain) // 2))
    if near and found:
        return True
    broken = sum(1 for i in chain if _breaks_sentence(lines, i))
    return broken >= max(2, len(chain) // 3)


def _has_near(places: Sequence[int], index: int) -> bool:
    return any(0 < abs(i - index) <= BESIDE for i in places)


def _breaks_sentence(lines: Sequence[str], index: int) -> bool:
    """Tell whether a sentence goes on behind a line, over a running head that may stand beside it."""
    for before in (1, 2):
        for after in (1, 2):
            if index - before < 0 or index + after >= len(lines):
                continue
            above, below = lines[index - before], lines[index + after]
            wide = len(above) > 40 and len(below) > 20
            if wide and above[-1] not in _STOPS and below[0].islower() and not above[-1].isdigit():
                return True
    return False
