"""The rules for furniture, threads, contents and names, without the line model: a claim is the rule's own."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rules.lexicon import find_cues, fold
from tests.claimed import rules_of

CASES = json.loads((Path(__file__).parent / "cases" / "clean_furniture.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=[f"{c['rule']}: {c['why']}" for c in CASES])
def test_a_rule_claims_its_lines_and_leaves_what_looks_alike(case: dict) -> None:
    found = rules_of(case["text"])
    assert {line: found.get(line) for line in case["claimed"]} == case["claimed"]
    assert {line: found.get(line) for line in case["open"]} == dict.fromkeys(case["open"])


@given(
    st.lists(
        st.sampled_from(["by", "on", "le", "bylaw", "once", " ", "\n", "|", "-", ":", "Ann", "’", "中"]), max_size=12
    )
)
def test_a_short_cue_is_found_wherever_it_stands_as_a_word(parts: list[str]) -> None:
    text = fold("".join(parts))
    found = {c.start for c in find_cues(text) if text[c.start : c.end] == "by"}
    alone = {
        i
        for i in range(len(text) - 1)
        if text.startswith("by", i) and not text[i - 1 : i].isalnum() and not text[i + 2 : i + 3].isalnum()
    }
    assert alone <= found | {i for i in alone if text[i - 1 : i] == "中" or text[i + 2 : i + 3] == "中"}
