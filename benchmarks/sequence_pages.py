"""Choose the pages from which the nets learn, and how often each is seen.

The second net for text sees what the first does not: the text that the product renders of a page's HTML, short
articles in long pages, both in other languages too, the marked pages of the tests, and pages that were cleaned before.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parent)]

import marked_pages  # noqa: E402
from html_pages import read_labelled  # noqa: E402
from short_pages import SUFFIX as SHORT  # noqa: E402
from short_pages import shorten_pages  # noqa: E402
from strewn_pages import SUFFIX as STREWN  # noqa: E402
from strewn_pages import strew_pages  # noqa: E402
from train_cleaner import is_made  # noqa: E402
from train_pages import Sample, translate  # noqa: E402

from pipeline.line_features import PageLines  # noqa: E402

RENDERED = "rendered"
MADE_SHARE, SHORT_SHARE, STREWN_SHARE = 0.5, 0.3, 0.15
"""Part of the made pages that is seen in an epoch: translated, spliced or rendered; shortened, or rendered and
translated; strewn."""
MARKED_TIMES, STREWN_MARKED = 1.5, 0.3
"""How often a marked page is seen in an epoch, and one that was strewn."""
FOREIGN_RENDERED = 0.25
"""Share of the rendered pages, shortened ones too, that are translated."""


def more_samples(data: Path, cases: Path, real: Sequence[Sample]) -> list[Sample]:
    """Return what the second net learns from besides."""
    rendered = [s for s in read_rendered(data) if 1 in s.labels]
    short = shorten_pages([*real, *rendered])
    marked = marked_pages.read_marked(cases)
    strewn = strew_pages([*(s for s in real if s.kind == "article" and s.view == "full"), *marked])
    foreign = translate([s for s in [*rendered, *short] if s.view == RENDERED], FOREIGN_RENDERED)
    return [*rendered, *short, *foreign, *marked, *strewn]


def read_rendered(data: Path) -> list[Sample]:
    """Return the labelled pages as the text that the product renders of their HTML."""
    return [
        Sample(
            page.id,
            page.domain,
            page.ptype,
            "article" if page.dataset == "aed" else "page",
            PageLines(page.lines, page.gaps),
            page.labels,
            RENDERED,
        )
        for page in read_labelled(data / "html")
        if page.lines
    ]


def times_seen(sample: Sample) -> float:
    """Return how often a page is seen in an epoch, on average."""
    marked = sample.view == marked_pages.VIEW
    if sample.id.endswith(STREWN):
        return STREWN_MARKED if marked else STREWN_SHARE
    if marked:
        return MARKED_TIMES
    if sample.id.endswith(SHORT) or (sample.language and sample.view == RENDERED):
        return SHORT_SHARE
    return MADE_SHARE if sample.language or is_made(sample) or sample.view == RENDERED else 1.0
