"""Keep, in the midst of prose, what the line model drops there without knowing it.

*Runs*: three lines or more, one below the other, that nearly all end like a clause or a sentence are verse, talk or a
poem's stanza. Of the 79 such lines that the model still drops on the labelled whole pages 31 are content (out of fold;
the others are mostly the furniture of forums). Of single lines that it drops between two paragraphs, sentence or not,
three in four are boilerplate.

*Foreign sentences*: the training pages are English. Of single lines dropped between paragraphs of 154 marked pages in
other languages the nine sentences were all body, and so were headings between them. So elsewhere the model's word alone
does not take them: short sentences stay, so do the items of a list of which one stays, and a line above one that stays.

*Paragraphs of HTML*: of a page's expected best level, sentences of twelve words and more are kept from a part that is
smaller than for other lines, and smaller still where three of the same element stay. Out of fold on the bench, after
the other guards: prose lines lost 1.52 -> 1.16 %, word F1 -.0008 on mixed pages and -.0003 on news. Of an article of
400 lines whose probabilities sank slowly, thirty paragraphs among kept ones had gone.

Else HTML is left alone: there the markup says more than the words.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from .blocks import Line
from .model import Role
from .rules.sheet import Sheet

TRAINED = "en"
"""The language of the line model's training pages."""
SAMPLE = 1_000
"""Characters of kept prose from which the language is told."""
LEAST = 0.1
"""Probability of being content below which a line goes in any language."""
PARAGRAPH_WORDS = 12
"""Words from which a kept line that ends like a sentence bounds the prose."""
SHORTEST = 2
"""Words that such a line has at least."""
RUN, RUN_WORDS = 3, 14
"""Lines that make a run, and words that each has at most."""
RUN_ENDS, RUN_DISTINCT = 0.75, 0.6
"""Share of a run's lines that end like a clause, and that are not copies of others (a refrain has few)."""

LEVEL, LEVEL_AMONG = 0.6, 0.5
"""Part of the best level that is enough for a paragraph of HTML, and for one among `AMONG` kept ones of its element."""
AMONG, LINKED = 3, 0.3
"""Kept paragraphs of an element, and the share of its characters in links up to which a line is a paragraph."""

_ENGLISH = frozenset(
    ["the", "of", "and", "that", "with", "was", "for", "by", "has", "from", "this", "are", "his", "it"]
)
_PLAIN = re.compile(r"[^\W\d_]|[\"'“„”«‹‘¿¡—–-]")
_SIGNS = re.compile(r"[|>©®→←↑#{}\[\]<]|https?:|www\.|@|^[^«]*»$")
_ENDS = re.compile(r"[.!?…։:,;。！？؟۔।，；]\s?['\"”’»)\]\u200f\u200e]{0,3}$")


def runs_of_lines(sheet: Sheet, lines: Sequence[Line], keep: Mapping[int, bool]) -> Iterator[Line]:
    """Yield those of the open `lines` that the model drops (`keep`) though they make a run in the midst of prose."""
    prose = _paragraphs(lines, keep)
    if not prose:
        return
    first, last = prose[0].index, prose[-1].index
    run: list[Line] = []
    for line in lines:
        short = SHORTEST <= line.words <= RUN_WORDS and not keep[line.index]
        if short and first < line.index < last and line.text[0].isalpha() and _is_plain(sheet, line):
            if run and run[-1].index != line.index - 1:
                yield from _verse(run)
                run = []
            run.append(line)
    yield from _verse(run)
    yield from _stanzas(sheet, first, last, keep)


def _stanzas(sheet: Sheet, first: int, last: int, keep: Mapping[int, bool]) -> Iterator[Line]:
    """Yield the dropped lines of stanzas between blank lines of which the model keeps most; numbers are no verse."""
    for _, group in itertools.groupby(sheet.lines[first + 1 : last], key=_stanza_number(sheet.lines)):
        stanza = list(group)
        kept = sum(keep.get(line.index, False) for line in stanza)
        if len(stanza) < STANZA or kept == len(stanza) or kept < STANZA_SHARE * len(stanza):
            continue
        if all(x.words <= RUN_WORDS and not x.bullet and not x.numbered and _is_plain(sheet, x) for x in stanza):
            yield from (x for x in stanza if not keep[x.index] and x.words >= SHORTEST)


def _stanza_number(lines: Sequence[Line]) -> Callable[[Line], int]:
    numbers = list(itertools.accumulate(int(line.gap > 0) for line in lines))
    return lambda line: numbers[line.index]


STANZA, STANZA_SHARE = 4, 0.6
"""Short lines between blank lines that make a stanza, and the share of them that the model keeps."""
# Of such lines of the labelled pages, whole and cut down, 21 of 41 are content; of the marked ones all three are.


def listed_headings(sheet: Sheet, lines: Sequence[Line], keep: Mapping[int, bool]) -> Iterator[Line]:
    """Yield the dropped lines over kept text that the page's table of contents lists.

    On the bench 38 of 65 such words of whole pages were content, and no line of a page cut down is one.
    """
    listed = [c for claims in sheet.claims.values() for c in claims if c.role is Role.CONTENTS]
    if not listed:
        return
    after = sheet.index_at(max(c.start for c in listed))
    entries = {
        _UNNUMBERED.sub("", entry).strip(_EDGES)
        for claim in listed
        for entry in _ENTRIES.split(sheet.folded[claim.start : min(claim.end, claim.start + CONTENTS_LENGTH)])
    }
    for line in lines:
        if line.index <= after or keep[line.index] or line.bullet or line.index + 1 >= len(sheet.lines):
            continue
        said = _UNNUMBERED.sub("", sheet.said(line.index)).strip(_EDGES)
        if len(said) > 2 and said in entries and keep.get(line.index + 1, False) and not sheet.whole(line.index):
            yield line


CONTENTS_LENGTH = 4_000
_EDGES = " .:#*•–—-|"
_UNNUMBERED = re.compile(r"^[\s#*•–—-]*(?:\d{1,2}(?:\.\d{1,2}){0,2}[.)]?\s+)?")
_ENTRIES = re.compile(r"\s[–—|•·-]\s|\s(?=\d{1,2}[.)]\s)|[:：]\s|\n")


def _verse(run: list[Line]) -> list[Line]:
    ends = sum(_ENDS.search(line.text) is not None for line in run)
    distinct = len({line.text for line in run})
    return run if len(run) >= RUN and ends >= RUN_ENDS * len(run) and distinct >= RUN_DISTINCT * len(run) else []


def foreign_sentences(
    sheet: Sheet, lines: Sequence[Line], keep: Mapping[int, bool], probability: Sequence[float]
) -> Iterator[Line]:
    """Yield those of the open `lines` that the model drops (`keep`) though they stand in the midst of foreign prose."""
    prose = _paragraphs(lines, keep)
    if not prose:
        return
    first, last = prose[0].index, _end_of_text(sheet, lines, prose[-1])
    doubtful = [
        line
        for line in lines
        if not keep[line.index]
        and probability[line.index] >= LEAST
        and (first < line.index < last or line.bullet or _heads_list(sheet, line))
        # Of "Rok 1977" the year is a word, too.
        and (line.words >= SHORTEST or (line.numbered and " " in line.text) or _heads_list(sheet, line))
        and _is_plain(sheet, line)
    ]
    if not doubtful or is_trained(prose):
        return
    said = Counter(line.text.casefold() for line in sheet.lines)
    doubtful = [x for x in doubtful if said[x.text.casefold()] < COPIES or _ENDS.search(x.text)]
    stays = {index for index, kept in keep.items() if kept}
    saved = [line for line in doubtful if first < line.index < last and _ENDS.search(line.text)]
    stays |= {line.index for line in saved}
    for line in reversed(doubtful):
        inside = first < line.index < last or _heads_list(sheet, line)
        above = inside and line.index + 1 in stays and (line.gap > 0 or line.index - 1 in stays)
        if line.index not in stays and (above or _has_sibling(sheet, line, stays)):
            saved.append(line)
            stays.add(line.index)
    yield from sorted(saved, key=lambda line: line.index)


def html_paragraphs(sheet: Sheet, keep: Mapping[int, bool], probability: Sequence[float]) -> Iterator[Line]:
    """Yield those lines of an HTML page that the model drops (`keep`) though they are paragraphs it half believes."""
    paragraphs = [line for line in sheet.lines if line.index in keep and _is_paragraph(line)]
    dropped = [line for line in paragraphs if not keep[line.index]]
    if not dropped:
        return
    import numpy as np

    from .line_model import best_level

    level = best_level(np.array(probability), np.array([max(line.words, 1) for line in sheet.lines], np.float64))
    kept = Counter(_element(line) for line in paragraphs if keep[line.index])
    for line in dropped:
        share = LEVEL_AMONG if kept[_element(line)] >= AMONG else LEVEL
        if probability[line.index] >= share * level:
            yield line


def _is_paragraph(line: Line) -> bool:
    """Tell whether a line of HTML is a sentence or more, and neither a list's item nor made of links."""
    if line.markup is None or line.words < PARAGRAPH_WORDS or not line.ends:
        return False
    return bool(_PLAIN.match(line.text)) and line.markup.features.get("link_share", 0.0) <= LINKED


def _element(line: Line) -> tuple[float, float]:
    """Return what tells the elements of a page apart: the parent, and the path of tags and classes."""
    features = line.markup.features if line.markup else {}
    return features.get("parent_group", -1.0), features.get("path_group", -1.0)


def _end_of_text(sheet: Sheet, lines: Sequence[Line], paragraph: Line) -> int:
    """Return the index behind the short sentences that follow the last paragraph, up to what a rule claims."""
    end = paragraph.index + 1
    for line in sheet.lines[end : end + TAIL]:
        # A request cries or asks; a teaser ends without a mark, as a heading does.
        heads = line.words <= HEADING_WORDS and line.text[-1] not in "!?:" and line.index == end
        if not _is_plain(sheet, line) or line.words > PARAGRAPH_WORDS + RUN_WORDS:
            break
        if line.text[-1] in _STOPS:
            end = line.index + 1
        elif not heads:
            break
    return end


COPIES = 3
"""Times that a page says the same without a sentence's end, from which it is a label of goods or entries."""
TAIL, HEADING_WORDS = 8, 6
"""Lines behind the last paragraph that are looked at, and words of a heading among them."""
_STOPS = '.…։。۔।”»"'


def _paragraphs(lines: Sequence[Line], keep: Mapping[int, bool]) -> list[Line]:
    """Return the kept paragraphs of a page without markup."""
    return [x for x in lines if keep[x.index] and x.ends and x.words >= PARAGRAPH_WORDS and x.markup is None]


def _is_plain(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line has no signs of links and menus and no rule claims a part of it."""
    return bool(_PLAIN.match(line.text)) and not _SIGNS.search(line.text) and not sheet.claims.get(line.index)


def _has_sibling(sheet: Sheet, line: Line, stays: set[int]) -> bool:
    """Tell whether the next or the last item of the list that the line is in stays; an item may have two lines."""
    if not line.bullet:
        return False
    near = (line.index + step for step in (-2, -1, 1, 2))
    return any(i in stays and sheet.lines[i].bullet == line.bullet for i in near)


def _heads_list(sheet: Sheet, line: Line) -> bool:
    """Tell whether an item of a list stands right below the line."""
    return line.index + 1 < len(sheet.lines) and bool(sheet.lines[line.index + 1].bullet)


def is_trained(prose: Sequence[Line]) -> bool:
    """Tell whether some paragraphs are in the language of the line model's training pages."""
    from .language import detect_language

    sample = " ".join(line.text for line in prose)[:SAMPLE]
    words = sample.lower().split()
    share = sum(word in _ENGLISH for word in words) / len(words)
    # Where a text shows a tenth of such words, or hardly one, its statistics need not be asked (1 ms a page).
    if share >= 0.1 or share <= 0.01:
        return share >= 0.1
    return detect_language(sample).code == TRAINED
