"""Read the labelled pages, render them with the product's walk, and align the gold text to the lines.

A line is content when at least half of its words are found in the gold text, in order: runs of words are
looked up, the heaviest increasing chain of places is taken, and short lines count only between their
neighbours' places, so that "Share" in the menu is not taken for "Share" in the article.
"""

from __future__ import annotations

import gzip
import json
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import RejectedError
from pipeline.extract import extract_html
from pipeline.model import Page

WORD = re.compile(r"\w+")
_RUN = 3
_CANDIDATES = 6


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page with the gold text, and a label a line: 1 content, 0 boilerplate, -1 no words."""

    id: str
    domain: str
    dataset: str
    ptype: str
    data: bytes
    page: Page
    lines: list[str]
    gaps: list[int]
    labels: list[int]
    gold: dict[str, Any]


def read_labelled(folder: Path, step: int = 1) -> Iterator[LabelledPage]:
    """Yield the pages of `folder` (gold.jsonl.gz and *.html.gz); every `step`-th one."""
    with gzip.open(folder / "gold.jsonl.gz", "rt", encoding="utf-8") as rows:
        golds = [json.loads(row) for row in rows]
    for gold in golds[::step]:
        with gzip.open(folder / gold["file"]) as file:
            data = file.read()
        try:
            page = extract_html(data, gold["url"])
        except RejectedError:
            page = Page("", gold["file"], "text/html", "")
        lines = [page.text[m.start : m.end] for m in page.markup]
        yield LabelledPage(
            gold["id"],
            gold["domain"],
            gold["dataset"],
            gold["ptype"],
            data,
            page,
            lines,
            gaps_of(page),
            align(lines, gold["gold"]),
            gold,
        )


def gaps_of(page: Page) -> list[int]:
    """Return the blank lines before each line."""
    before = 0
    gaps = []
    for m in page.markup:
        gaps.append(max(0, page.text.count("\n", before, m.start) - 1))
        before = m.end
    return gaps


def align(lines: Sequence[str], gold: str) -> list[int]:
    """Return a label a line."""
    words = [WORD.findall(line.lower()) for line in lines]
    target = WORD.findall(gold.lower())
    runs: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i in range(len(target) - _RUN + 1):
        runs[tuple(target[i : i + _RUN])].append(i)
    places: list[tuple[int, int, int, int]] = []  # line, gold place of the line's first word, last, words found
    for i, line in enumerate(words):
        if len(line) <= _RUN:
            continue
        starts: Counter[int] = Counter()
        for k in range(len(line) - _RUN + 1):
            for at in runs.get(tuple(line[k : k + _RUN]), ())[:_CANDIDATES]:
                starts[at - k] += 1
        # Runs whose places differ by a few words (a footnote mark, a word cut) belong to one place: the commonest.
        group: list[int] = []
        for start in [*sorted(starts), 1 << 40]:
            if group and start - group[-1] > 12:
                if sum(starts[s] for s in group) >= 0.5 * (len(line) - _RUN + 1):
                    best = max(group, key=lambda s: starts[s])
                    places.append((i, max(best, 0), max(best, 0) + len(line), len(line)))
                group = []
            group.append(start)
    anchors = {i: (start, end) for i, start, end, _ in _heaviest_chain(places)}
    labels = []
    before = 0
    ordered = sorted(anchors)
    for i, line in enumerate(words):
        if not line:
            labels.append(-1)
            continue
        if i in anchors:
            labels.append(1)
            before = max(before, anchors[i][1] - 2)
            continue
        following = ordered[bisect_left(ordered, i)] if ordered and ordered[-1] > i else None
        limit = anchors[following][0] + 2 if following is not None else len(target)
        low = max(0, before - 2)
        at = _find(target, line, low, min(limit, low + 400)) if len(line) <= 2 * _RUN + 2 else -1
        labels.append(int(at >= 0))
        if at >= 0:
            before = at + len(line)
    return labels


def _heaviest_chain(places: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Return the places, one a line at most, whose gold places increase and which cover most words."""
    best: list[tuple[float, int]] = []
    for k, (line, start, _, size) in enumerate(places):
        score, back = 0.0, -1
        for j in range(max(0, k - 400), k):
            # A line may begin a little before its predecessor ends.
            if places[j][0] < line and places[j][2] - 3 - places[j][3] // 8 <= start and best[j][0] > score:
                score, back = best[j][0], j
        best.append((score + size, back))
    chain = []
    k = max(range(len(best)), key=lambda j: best[j][0], default=-1)
    while k >= 0:
        chain.append(places[k])
        k = best[k][1]
    return chain[::-1]


def _find(target: list[str], words: list[str], low: int, high: int) -> int:
    for at in range(low, high - len(words) + 1):
        if target[at : at + len(words)] == words:
            return at
    return -1


def word_f1(predicted: str, gold: str) -> float:
    """Return the F1 of the bags of lower-cased words, as the WCXB benchmark counts it."""
    a, b = Counter(WORD.findall(predicted.lower())), Counter(WORD.findall(gold.lower()))
    if not b:
        return float(not a)
    shared = sum((a & b).values())
    return 2 * shared / (sum(a.values()) + sum(b.values())) if shared else 0.0
