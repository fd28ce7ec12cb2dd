"""Run the structural rules over pages, in the order of `RULES`; each sees what those before it claimed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .blocks import Line
from .markup_guard import protected_lines
from .model import Page
from .preformatted import spare_listings
from .rules.order import RULES
from .rules.sheet import Sheet, make_sheet
from .score_lines import Scored
from .settings import CleanSettings

if TYPE_CHECKING:
    from .line_model import LineScores


def claim_lines(page: Page, lines: tuple[Line, ...], scores: LineScores | None, settings: CleanSettings) -> Sheet:
    """Return the page's sheet after all structural rules."""
    return claim_pages([(page, lines, scores)], settings)[0]


def claim_pages(pages: Sequence[Scored], settings: CleanSettings) -> list[Sheet]:
    """Return the pages' sheets after all structural rules."""
    sheets = [
        make_sheet(page.text, lines, _stated_title(page), None if scores is None else scores.probability.tolist())
        for page, lines, scores in pages
    ]
    listings = [protected_lines(sheet) for sheet in sheets]
    for rule in RULES:
        sheets = [
            sheet.with_claims(spare_listings(sheet, rule(sheet, settings), listed) if listed else rule(sheet, settings))
            for sheet, listed in zip(sheets, listings, strict=True)
        ]
    return sheets


def _stated_title(page: Page) -> str:
    return next((f.value for f in page.facts if f.name == "title"), "")
