"""Make pages whose furniture is far longer than their article, for training the line model.

News pages show a short article among lists of other stories and threads of comments; the labelled pages show long
articles. Of 83 real pages that nobody tuned for, text kept the most boilerplate where three to fifteen lines of body
stood among a hundred and more others. Here all but two to seven paragraphs of a page's article go, from its end or its
middle, and often what stands below another page's article is put below it. Host and donor are of one fold, so that
no text of a held-out page is learned from. Labels stay. Deterministic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from train_pages import FOLDS, Sample, fold_of

SUFFIX = "+short"
LEAST = 8
"""Lines of content that an article has, so that something is left to take away."""
KEPT = (2, 7)
"""Paragraphs of twelve words and more that stay, least and most."""
PARAGRAPH_WORDS = 12
FROM_MIDDLE = 0.35
"""Share of pages whose paragraphs go from the middle, so that the article's own end stays."""
BORROWED, LONGEST = 0.6, 120
"""Share of pages that get what stands below another article, and lines of it at most."""


def shorten_pages(samples: Sequence[Sample], seed: int = 47) -> list[Sample]:
    """Return a copy with a short article of each whole article page."""
    rng = np.random.default_rng(seed)
    hosts = [s for s in samples if s.kind == "article" and s.view != "main" and list(s.labels).count(1) >= LEAST]
    by_fold = [[s for s in hosts if fold_of(s.domain) == fold] for fold in range(FOLDS)]
    return [_shorten(s, by_fold[fold_of(s.domain)], rng) for s in hosts]


def _shorten(host: Sample, donors: Sequence[Sample], rng: np.random.Generator) -> Sample:
    labels = list(host.labels)
    first, last = labels.index(1), len(labels) - 1 - labels[::-1].index(1)
    long = [k for k in range(first, last + 1) if labels[k] == 1 and len(host.page.lines[k].split()) >= PARAGRAPH_WORDS]
    keep = int(rng.integers(KEPT[0], KEPT[1] + 1))
    begin, end = last + 1, last + 1
    if len(long) > keep:
        above = keep if rng.random() >= FROM_MIDDLE else int(rng.integers(1, keep + 1))
        begin = long[above]
        # From the middle: the last paragraphs stay.
        end = long[len(long) - (keep - above)] if above < keep else last + 1
    gone = {k for k in range(begin, end) if labels[k] != 0}
    at = [k for k in range(len(labels)) if k not in gone]
    lines, gaps = [host.page.lines[k] for k in at], [host.page.gaps[k] for k in at]
    labels = [labels[k] for k in at]
    if rng.random() < BORROWED:
        donor = donors[rng.integers(len(donors))]
        below = len(donor.labels) - list(donor.labels)[::-1].index(1)
        tail = slice(below, min(len(donor.labels), below + LONGEST))
        if donor.domain != host.domain:
            lines, gaps = [*lines, *donor.page.lines[tail]], [*gaps, *donor.page.gaps[tail]]
            labels += donor.labels[tail]
    page = replace(host.page, lines=lines, gaps=gaps)
    return replace(host, id=f"{host.id}{SUFFIX}", page=page, labels=labels)
