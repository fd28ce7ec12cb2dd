"""Ask the line model what it thinks of the lines of many pages at once.

Text and HTML have weights of their own. Where trafilatura decides (`html_engine`), its answer takes the shape of
scores, so that all that follows is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .blocks import Line
from .model import Markup, Page
from .settings import CleanSettings

if TYPE_CHECKING:
    from .line_model import LineScores

Scored = tuple[Page, tuple[Line, ...], "LineScores | None"]
"""A page, its lines, and what the line model thinks of them."""
TRAFILATURA = "trafilatura"
"""The engine of another package, by its name in the settings."""


def score_lines(
    pages: Sequence[Page], cut: Sequence[tuple[Line, ...]], settings: CleanSettings
) -> list[LineScores | None]:
    """Return the line model's scores of all pages at once, text and HTML each with its own weights."""
    from .line_model import PageLines, score_pages

    inputs: dict[str, list[tuple[int, PageLines]]] = {"text": [], "html": []}
    scores: list[LineScores | None] = [None] * len(pages)
    for i, (page, lines) in enumerate(zip(pages, cut, strict=True)):
        texts, gaps = read_lines(lines)
        markup = [line.markup for line in lines if line.markup]
        if page.markup and settings.html_engine == TRAFILATURA and lines:
            # A page that trafilatura gave no answer for is judged as text.
            scores[i] = _verdict_of_trafilatura(markup, settings)
            if scores[i] is None:
                inputs["text"].append((i, PageLines(texts, gaps, settings.policy)))
        elif page.markup and len(markup) == len(lines):
            from .html_features import matrix

            inputs["html"].append((i, PageLines(texts, gaps, settings.policy, *matrix(markup))))
        elif lines:
            inputs["text"].append((i, PageLines(texts, gaps, settings.policy)))
    for kind, numbered in inputs.items():
        if numbered:
            for (i, _), score in zip(numbered, score_pages([p for _, p in numbered], kind), strict=True):
                scores[i] = score
    return scores


def read_lines(lines: Sequence[Line]) -> tuple[list[str], list[int]]:
    """Return the lines as the model reads them, and the blank lines before each."""
    return [" " * min(line.indent, 8) + line.text for line in lines], [line.gap for line in lines]


def _verdict_of_trafilatura(markup: Sequence[Markup], settings: CleanSettings) -> LineScores | None:
    """Return what trafilatura keeps in the shape of scores, sure of every line; None where it gave no answer."""
    import numpy as np

    from .line_model import LineScores
    from .trafilatura_engine import KEPT

    kept = np.array([m.features.get(KEPT, -1.0) for m in markup])
    if (kept < 0).any():
        return None
    return LineScores(np.where(kept > 0, 1 - _UNSURE, _UNSURE), kept > 0, settings.policy)


_UNSURE = 0.02
"""What is left of doubt where trafilatura decides: too little for a guard."""
