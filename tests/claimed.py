"""What the structural rules claim in a text, without a model."""

from __future__ import annotations

from pipeline.blocks import cut_lines
from pipeline.claim_lines import claim_lines
from pipeline.model import Page
from pipeline.settings import CleanSettings


def rules_of(text: str) -> dict[str, str]:
    """Return the rule that claims each span of a text, without a model."""
    sheet = claim_lines(Page("0", "0", "text/plain", text), cut_lines(text), None, CleanSettings())
    return {text[c.start : c.end]: c.rule for claims in sheet.claims.values() for c in claims}
