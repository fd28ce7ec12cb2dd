"""Make pages of one site's furniture around another site's article, for training the line model.

Real pages show each site's menus, boxes and lists around few articles, so a model learns both together. Here the
article of a page, from its first line of content to its last, stands in the place of another's. Host and donor are of
one fold, so that no text of a held-out page is learned from. Deterministic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from train_pages import FOLDS, Sample, fold_of

SUFFIX = "+swapped"
LEAST = 5
"""Lines of content that an article has."""


def swap_pages(samples: Sequence[Sample], seed: int = 23) -> list[Sample]:
    """Return a copy of each whole article page with the article of another site."""
    rng = np.random.default_rng(seed)
    hosts = [s for s in samples if s.kind == "article" and s.view == "full" and s.labels.count(1) >= LEAST]
    by_fold = [[s for s in hosts if fold_of(s.domain) == fold] for fold in range(FOLDS)]
    out = []
    for sample in hosts:
        donors = by_fold[fold_of(sample.domain)]
        donor = donors[rng.integers(len(donors))]
        if donor.domain != sample.domain:
            out.append(_swap(sample, donor))
    return out


def _swap(host: Sample, donor: Sample) -> Sample:
    """Return the host with the donor's article, the lines inside it that are none included."""
    (begin, end), (first, last) = _article(host), _article(donor)
    page = replace(
        host.page,
        lines=[*host.page.lines[:begin], *donor.page.lines[first:last], *host.page.lines[end:]],
        gaps=[*host.page.gaps[:begin], *donor.page.gaps[first:last], *host.page.gaps[end:]],
    )
    labels = [*host.labels[:begin], *donor.labels[first:last], *host.labels[end:]]
    return replace(host, id=host.id + SUFFIX, page=page, labels=labels)


def _article(sample: Sample) -> tuple[int, int]:
    labels = list(sample.labels)
    return labels.index(1), len(labels) - labels[::-1].index(1)
