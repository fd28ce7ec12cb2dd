"""What goes below the boxes that close an article, with probabilities given by the case instead of a model."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.blocks import cut_lines
from pipeline.claim_lines import claim_lines
from pipeline.model import Page
from pipeline.settings import CleanSettings

CASES = json.loads((Path(__file__).parent / "cases" / "clean_closing.json").read_text(encoding="utf-8"))["cases"]


def rules_of(rows: list[tuple[str, float]]) -> dict[str, str]:
    """Return the rule that claims each line of a page whose lines come with their probability of being content."""
    text = "\n\n".join(line for line, _ in rows)
    lines = cut_lines(text)
    assert [line.text for line in lines] == [line for line, _ in rows]
    scores = SimpleNamespace(probability=np.array([p for _, p in rows]))
    sheet = claim_lines(Page("0", "0", "text/plain", text), lines, scores, CleanSettings())
    return {text[c.start : c.end]: c.rule for claims in sheet.claims.values() for c in claims}


@pytest.mark.parametrize("case", CASES, ids=[c["why"] for c in CASES])
def test_only_what_stands_below_a_closed_text_goes(case: dict) -> None:
    found = rules_of(case["lines"])
    assert {line: found.get(line) for line in case["claimed"]} == dict.fromkeys(case["claimed"], "after_end")
    assert {line: found.get(line) for line in case["open"]} == dict.fromkeys(case["open"])


def test_a_forum_has_no_end_below_which_posts_go() -> None:
    rows = next(c["lines"] for c in CASES if c["claimed"])
    posts = [["Messages: 12", 0.1], ["Messages: 57", 0.1]]
    assert "after_end" in rules_of(rows).values()
    assert "after_end" not in rules_of([*rows[:7], *posts, *rows[7:]]).values()
