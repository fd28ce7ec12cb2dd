"""Keep the end of a long text, where the line model believes less and less of what is the same text.

The model knows pages of a few dozen paragraphs. In one of a hundred its probability sinks slowly, from paragraph to
paragraph, until it falls below the level that is kept: half of an article was lost so. Where the text really ends,
at comments or other stories, it falls at once. So behind fifteen paragraphs that stay, three or more that follow
stay too as long as each is believed at least .6 times as much as the five before it, up to a line that a rule takes
for other stories' or comments'. On the labelled whole pages that keeps 19 lines: 5 labelled content, 5 the last
questions and the author's note of a long article that the gold leaves out, 9 a shop's terms of use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .blocks import Line
from .rules.sheet import Sheet

PARAGRAPHS = 15
"""Paragraphs that stay before the first that is looked at."""
SLOPE, WINDOW = 0.6, 5
"""Part of the median of the last paragraphs' probabilities that the next has at least, and how many those are."""
LEAST = 0.02
"""Probability below which nothing is kept so."""
WORDS = 20
"""Words of a paragraph, which ends like a sentence."""
SENTENCE = 8
"""Words of a sentence."""
RUN, APART = 3, 3
"""Paragraphs that are kept together at least, and other dropped lines between two of them at most."""
OTHER_STORIES = frozenset({"related", "teaser", "comment_prompt", "comments"})
"""Rules whose claim on a line says that the text is over, or broken off."""


def slow_decline(
    sheet: Sheet, lines: Sequence[Line], keep: Mapping[int, bool], probability: Sequence[float]
) -> Iterator[Line]:
    """Yield the dropped paragraphs of the open `lines` that go on a long text without markup, and what lies between."""
    paragraphs = [line for line in lines if _is_paragraph(line)]
    if len(paragraphs) <= PARAGRAPHS or all(keep[x.index] for x in paragraphs) or lines[0].markup is not None:
        return
    believed: list[float] = []
    kept = 0
    run: list[Line] = []
    between: list[Line] = []
    strange = 0
    for line in sheet.lines[: paragraphs[-1].index + 1]:
        if keep.get(line.index, False):
            if _is_paragraph(line):
                yield from _whole(run)
                run, between, strange = [], [], 0
                kept += 1
                believed.append(probability[line.index])
        elif kept >= PARAGRAPHS and _goes_on(sheet, keep, line, probability[line.index], believed):
            run += [*(between if run else []), line]
            between, strange = [], 0
            believed.append(probability[line.index])
        else:
            between.append(line)
            strange += not _is_sentence(line)
            ends = any(claim.rule in OTHER_STORIES for claim in sheet.claims.get(line.index, ()))
            if strange > APART or ends:
                yield from _whole(run)
                run, between, believed = [], [], []
    yield from _whole(run)


def _goes_on(sheet: Sheet, keep: Mapping[int, bool], line: Line, level: float, believed: Sequence[float]) -> bool:
    """Tell whether a dropped line is a paragraph that is believed hardly less than the paragraphs before it."""
    paragraph = _is_paragraph(line) and line.index in keep and line.index not in sheet.claims
    if not paragraph or len(believed) < WINDOW:
        return False
    return level >= max(LEAST, SLOPE * sorted(believed[-WINDOW:])[WINDOW // 2])


def _whole(run: Sequence[Line]) -> Sequence[Line]:
    """Return the lines of a run that has paragraphs enough."""
    return run if sum(map(_is_paragraph, run)) >= RUN else []


def _is_paragraph(line: Line) -> bool:
    return line.words >= WORDS and line.ends and not line.bullet


def _is_sentence(line: Line) -> bool:
    return line.words >= SENTENCE and line.ends and not line.bullet
