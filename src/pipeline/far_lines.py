"""Let go of what the line model hardly believes above and below an article's text.

The model keeps the set of lines of greatest expected F1, and where the text is short, doubtful lines of the page's
furniture are in that set. Of the labelled pages (out of fold) 15 lines go of news, one of them content, and 26 of mixed
pages, of which 14 short ones are; word F1 of news .9271 -> .9285, of mixed pages as before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .rules.sheet import Sheet

SURE, SURE_WORDS = 0.6, 40
"""Probability of the prose that bounds the text, and its words at least."""
SURE_SHARE = 0.5
"""Part of the kept words that is sure prose: on a list of stories the doubtful lines are the text."""
DOUBT = 0.36
STEP = 3
"""Lines from one sure line to the next, prose or not: an essay may end in short paragraphs."""


def far_lines(sheet: Sheet, keep: Mapping[int, bool], probability: Sequence[float]) -> Iterator[int]:
    """Yield the lines of an article's HTML that the model keeps (`keep`) though they are doubtful and outside."""
    if not _states_article(sheet):
        return
    kept = [index for index, stays in keep.items() if stays]
    doubtful = [index for index in kept if probability[index] < DOUBT]
    if not doubtful:
        return
    sure = [line for line in sheet.lines if line.is_prose and probability[line.index] >= SURE]
    words = sum(line.words for line in sure)
    if words < SURE_WORDS or words < SURE_SHARE * sum(sheet.lines[index].words for index in kept):
        return
    last = sure[-1].index
    for index in range(last + 1, len(probability)):
        if index > last + STEP:
            break
        last = index if probability[index] >= SURE and keep.get(index) else last
    yield from (index for index in doubtful if not sure[0].index < index < last)


def _states_article(sheet: Sheet) -> bool:
    first = sheet.lines[0].markup if sheet.lines else None
    return first is not None and bool(first.features.get("states_article", 0) or first.features.get("states_news", 0))
