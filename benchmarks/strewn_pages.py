"""Make pages that were cleaned before, for training the line model.

On a real page much of the furniture stands together, and what is left of it tells that a page was never cleaned. Texts
of a corpus often were, badly: a few lines of boilerplate are strewn among the paragraphs, or none, and short lines
are headings, dates of a diary, items. Here all boilerplate of a page goes but up to three short runs. Deterministic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from train_pages import Sample

SUFFIX = "+strewn"
LEAST = 5
"""Lines of content that a page has."""
MOST_RUNS, MOST_LINES = 3, 3
"""Runs of boilerplate that are left, and lines of one."""


def strew_pages(samples: Sequence[Sample], seed: int = 31) -> list[Sample]:
    """Return a copy of each page of text around which nearly all boilerplate is left out."""
    rng = np.random.default_rng(seed)
    return [_strew(s, rng) for s in samples if list(s.labels).count(1) >= LEAST and 0 in s.labels]


def _strew(sample: Sample, rng: np.random.Generator) -> Sample:
    labels = np.array(sample.labels)
    junk = np.flatnonzero(labels == 0)
    stays = labels != 0
    for _ in range(int(rng.integers(0, MOST_RUNS + 1))):
        first = int(rng.choice(junk))
        stays[first : first + int(rng.integers(1, MOST_LINES + 1))] = True
    kept = np.flatnonzero(stays).tolist()
    page = replace(sample.page, lines=[sample.page.lines[k] for k in kept], gaps=[sample.page.gaps[k] for k in kept])
    return replace(sample, id=sample.id + SUFFIX, page=page, labels=labels[kept].tolist())
