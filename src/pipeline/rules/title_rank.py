"""Rank the lines above the text by how likely each is the document's title.

The weights (`resources/clean/title_weights.toml`, fitted by `benchmarks/train_titles.py`) make a softmax over the
candidates (`title_candidates.py`) and the answer "none", so that a page without a headline gets no title; the winner's
share is its confidence.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from .sheet import Sheet
from .site_names import is_section
from .title_candidates import HELD, Candidate, page_features, title_candidates
from .title_words import bare


@dataclass(frozen=True, slots=True)
class Winner:
    """The line taken for the title, its share among all answers (0 to 1), and what spoke for it."""

    candidate: Candidate
    share: float
    said: tuple[str, ...]


FAVOUR = 1.0
"""What the answer "none" gives up: on marked pages the best candidate is right more often than the fit believes."""
# 1.0: over 0.0 it finds 5 % more titles of labelled pages, and of those that it adds three in ten are right.


def rank_title(sheet: Sheet) -> Winner | None:
    """Return the candidate that wins against the others and against "none"; None where "none" wins."""
    candidates = title_candidates(sheet)
    if not candidates:
        return None
    weights = _weights()
    parts = [{name: value * weights[name] for name, value in c.features.items() if value and name in weights}
             for c in candidates]  # fmt: skip
    none = sum(value * weights.get(name, 0.0) for name, value in page_features(sheet, candidates).items()) - FAVOUR
    scores = [sum(part.values()) for part in parts]
    best = max(range(len(scores)), key=scores.__getitem__)
    if scores[best] <= none:
        return None
    best = _behind_way(sheet, candidates, _without_site(sheet, candidates, best))
    share = 1 / sum(math.exp(score - scores[best]) for score in (*scores, none))
    strongest = sorted(parts[best].items(), key=lambda item: -item[1])[:2]
    said = tuple(name.replace(":", " page, ").replace("_", " ") for name, value in strongest if value > 0)
    return Winner(candidates[best], share, said)


def _without_site(sheet: Sheet, candidates: Sequence[Candidate], best: int) -> int:
    """Return the number of the candidate that says the winner's beginning: the headline, not "Headline | Site"."""
    said = [bare(sheet.folded[c.start : c.end]) for c in candidates]
    shorter = [i for i, own in enumerate(said) if len(own) >= HELD and said[best].startswith(f"{own} ")]
    return max(shorter, key=lambda i: len(said[i]), default=best)


def _behind_way(sheet: Sheet, candidates: Sequence[Candidate], best: int) -> int:
    """Return the number of the candidate that a line above it repeats behind sections: "News World Ferry sold"."""
    for number, own in enumerate(candidates):
        said = sheet.folded[own.start : own.end]
        if len(said) < 2 * HELD:
            continue
        for line in sheet.lines[max(0, own.line.index - WAY_LINES) : own.line.index]:
            if not sheet.said(line.index).endswith(f" {said}"):
                continue
            way = sheet.said(line.index).removesuffix(said).split()
            if len(way) <= WAY_WORDS and any(is_section(word) for word in way):
                return number
    return best


WAY_LINES, WAY_WORDS = 4, 4
"""Lines above a headline in which the way to the page stands, and words of the way."""


@cache
def _weights() -> Mapping[str, float]:
    path = files("pipeline") / "resources" / "clean" / "title_weights.toml"
    weights: Mapping[str, float] = tomllib.loads(path.read_text(encoding="utf-8"))["weights"]
    return weights
