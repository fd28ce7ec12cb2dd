"""Make pages with more boilerplate that reads like prose, for training the line model.

What the model takes for content and is not, stands mostly in lists of teasers and in other stories on the same page
(of the loss on news pages nine tenths are words kept too many). Real pages with many of them come from a few sites.
Here teasers made of the sentences of other articles, and the first paragraphs of another article, are put around the
article of a real page. Labels stay; what is put in is boilerplate. Hosts and donors are of one fold, so that no
text of a held-out page is learned from. Deterministic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from train_pages import FOLDS, Sample, fold_of

SUFFIX = "+spliced"
SHARE = 0.5
HEADINGS = (
    "Most Read",
    "Related",
    "Read more",
    "Trending now",
    "Latest stories",
    "You may also like",
    "Top stories",
    "",
)
BENEATH = ("Dec 23, 2023", "By Staff Writer", "3 hours ago", "12 comments", "News")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")


def splice_pages(samples: Sequence[Sample], seed: int = 11) -> list[Sample]:
    """Return a copy with spliced-in boilerplate of half of the whole article pages."""
    rng = np.random.default_rng(seed)
    hosts = [s for s in samples if s.kind == "article" and s.view == "full" and s.labels.count(1) >= 5]
    by_fold = [[s for s in hosts if fold_of(s.domain) == fold] for fold in range(FOLDS)]
    out = []
    for sample in hosts:
        if rng.random() < SHARE:
            donors = [d for d in by_fold[fold_of(sample.domain)] if d.domain != sample.domain]
            out.append(_splice(sample, donors, rng))
    return out


def _splice(sample: Sample, donors: Sequence[Sample], rng: np.random.Generator) -> Sample:
    lines, gaps, labels = list(sample.page.lines), list(sample.page.gaps), list(sample.labels)
    first, last = labels.index(1), len(labels) - 1 - labels[::-1].index(1)
    kind = rng.random()
    below = min(len(lines), last + 1 + int(rng.integers(0, 6)))
    places = []
    if kind > 0.3:
        places += [(below, True)] if rng.random() < 0.4 else [(below, False)] * int(rng.integers(1, 4))
    if kind < 0.45:
        places.append((int(rng.integers(max(0, first - 12), first + 1)), True))
    for place, teasers in places:
        new = _teasers(donors, rng) if teasers else _story(donors[rng.integers(len(donors))], rng)
        between = [int(rng.random() < 0.15) for _ in new]
        between[0] = int(rng.integers(0, 3))
        lines[place:place], gaps[place:place], labels[place:place] = new, between, [0] * len(new)
    return replace(sample, id=sample.id + SUFFIX, page=replace(sample.page, lines=lines, gaps=gaps), labels=labels)


def _teasers(donors: Sequence[Sample], rng: np.random.Generator) -> list[str]:
    style, heading = int(rng.integers(4)), HEADINGS[rng.integers(len(HEADINGS))]
    out = [heading] if heading else []
    for _ in range(int(rng.integers(5, 40))):
        donor = donors[rng.integers(len(donors))]
        body = [x for x, y in zip(donor.page.lines, donor.labels, strict=True) if y == 1 and len(x.split()) >= 8]
        line = body[0 if rng.random() < 0.5 else rng.integers(len(body))] if body else "Read the whole story"
        words = _SENTENCE_END.split(line.strip())[0].split()[: int(rng.integers(8, 28))]
        line = " ".join(words).rstrip('.!?"”') if style < 3 else " ".join(words)
        out.append(f"  • {line}" if style == 0 else line)
        if style == 2 and rng.random() < 0.8:
            out.append(BENEATH[rng.integers(len(BENEATH))])
    return out


def _story(donor: Sample, rng: np.random.Generator) -> list[str]:
    first = list(donor.labels).index(1)
    return list(donor.page.lines[max(0, first - 2) : first + int(rng.integers(2, 14))])
