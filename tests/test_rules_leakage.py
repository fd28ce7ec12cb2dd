"""What a text generator says beside its text: lines of their own go, in any language; stories about it stay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import pipeline
from pipeline.model import Disposition, Document, Role

CASES = json.loads((Path(__file__).parent / "cases" / "leakage.json").read_text(encoding="utf-8"))
BEFORE = (
    "The committee met again on Tuesday to discuss the new plan for the harbour, and several members asked for more "
    "time before the vote that is expected next month."
)
AFTER = (
    "Officials said that the talks had been constructive, that the work would go on through the winter, and that a "
    "second report would be published before the end of the year."
)


def clean(line: str) -> Document:
    return pipeline.clean_text("\n\n".join(["The harbour plan is put off again", BEFORE, line, AFTER]))


def roles(document: Document, line: str) -> set[Role]:
    return {b.role for b in document.blocks if b.text in line or line in b.text}


@pytest.mark.parametrize(
    ("language", "line"), CASES["leaks"], ids=[f"{x} {i}" for i, (x, _) in enumerate(CASES["leaks"])]
)
def test_a_generators_own_line_is_a_machine_artifact(language: str, line: str) -> None:
    assert roles(clean(line), line) == {Role.MACHINE_ARTIFACT}


@pytest.mark.parametrize(("why", "line"), CASES["stories"], ids=[why for why, _ in CASES["stories"]])
def test_a_story_that_sounds_like_a_generator_stays(why: str, line: str) -> None:
    document = clean(line)
    assert all(b.disposition is Disposition.BODY for b in document.blocks if b.start >= document.text.index(BEFORE))


def test_inside_a_paragraph_the_sentence_stays() -> None:
    line = f"{AFTER} As an AI language model, I cannot say more."
    assert Role.MACHINE_ARTIFACT not in {b.role for b in clean(line).blocks}


def test_an_interview_with_a_machine_stays() -> None:
    about = "The chatbot was asked by the clerk what it thought of bins. ChatGPT and its like answer such questions."
    leak = "As an AI language model, I do not have opinions about bins."
    document = pipeline.clean_text("\n\n".join(["A talk about bins", BEFORE, about, leak, AFTER]))
    assert Role.MACHINE_ARTIFACT not in {b.role for b in document.blocks}
