"""Keep, in the midst of prose, the sentences of languages that the line model has hardly read.

Its training pages are English. On the bench an English line that it drops between two paragraphs, sentence or not, is
boilerplate in three of four cases; of such lines on 154 marked pages in other languages the nine sentences were all
body, and so were verse and headings between them. So elsewhere the model's word alone does not take them: short
sentences stay, so do the items of a list of which one stays, and a line above one that stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from .blocks import Line
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

_PLAIN = re.compile(r"[^\W\d_]|[\"'“„”«‹‘¿¡—–-]")
_SIGNS = re.compile(r"[|>©®→←↑#{}\[\]<]|https?:|www\.|@|^[^«]*»$")
_ENDS = re.compile(r"[.!?…։:,;。！？؟۔।，；]\s?['\"”’»)\]\u200f\u200e]{0,3}$")


def foreign_sentences(
    sheet: Sheet, lines: Sequence[Line], keep: Mapping[int, bool], probability: Sequence[float]
) -> Iterator[Line]:
    """Yield those of the open `lines` that the model drops (`keep`) though they stand in the midst of foreign prose."""
    prose = [line for line in lines if keep[line.index] and line.ends and line.words >= PARAGRAPH_WORDS]
    if not prose:
        return
    first, last = prose[0].index, prose[-1].index
    doubtful = [
        line
        for line in lines
        if (first < line.index < last or line.bullet or _heads_list(sheet, line))
        and not keep[line.index]
        and probability[line.index] >= LEAST
        and (line.words >= SHORTEST or _heads_list(sheet, line))
        and _PLAIN.match(line.text)
        and not _SIGNS.search(line.text)
        and not sheet.claims.get(line.index)
    ]
    if not doubtful or _is_trained(prose):
        return
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


def _has_sibling(sheet: Sheet, line: Line, stays: set[int]) -> bool:
    """Tell whether the next or the last item of the list that the line is in stays; an item may have two lines."""
    if not line.bullet:
        return False
    near = (line.index + step for step in (-2, -1, 1, 2))
    return any(i in stays and sheet.lines[i].bullet == line.bullet for i in near)


def _heads_list(sheet: Sheet, line: Line) -> bool:
    """Tell whether an item of a list stands right below the line."""
    return line.index + 1 < len(sheet.lines) and bool(sheet.lines[line.index + 1].bullet)


def _is_trained(prose: Sequence[Line]) -> bool:
    from .language import detect_language

    return detect_language(" ".join(line.text for line in prose)[:SAMPLE]).code == TRAINED
