"""What fuzzing found stays mended, and mutations of real documents keep every law.

The long runs are made by `benchmarks/fuzz.py`; an input that broke a promise there is kept in `cases/fuzz/`, named by
its target and hash.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.fuzz import TARGETS, inputs, mutated
from pipeline import clean_text
from pipeline.encodings import decode, without_unsafe
from pipeline.errors import RejectedError, UsageError

FOUND = sorted((Path(__file__).parent / "cases" / "fuzz").iterdir())
STARTS = {target: inputs(target) for target in TARGETS}
seeds_of_chance = st.integers(0, 2**32)


def outcome(target: str, data: bytes) -> str:
    """Return "answered", or the words of the refusal; the targets themselves check the laws of what they answer."""
    try:
        TARGETS[target](data)
    except (RejectedError, UsageError) as error:
        return str(error)
    return "answered"


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_fuzzing_found_is_mended(path: Path) -> None:
    assert outcome(path.name.split("-")[0], path.read_bytes())


@pytest.mark.parametrize("target", sorted(set(TARGETS) - {"clean", "html", "redact"}))
@settings(max_examples=60, deadline=None)
@given(number=seeds_of_chance)
def test_a_mutated_input_is_answered_or_refused_in_words(target: str, number: int) -> None:
    chance = random.Random(number)
    assert outcome(target, mutated(chance.choice(STARTS[target]), STARTS[target], chance))


@pytest.mark.parametrize("target", ["clean", "html", "redact"])
@settings(max_examples=25, deadline=None)
@given(number=seeds_of_chance)
def test_mutated_documents_keep_every_law(target: str, number: int) -> None:
    chance = random.Random(number)
    assert outcome(target, mutated(chance.choice(STARTS[target])[:6_000], STARTS[target], chance)[:8_000])


@settings(max_examples=15, deadline=None)
@given(number=seeds_of_chance)
def test_a_document_cleaned_twice_is_the_same_and_leaves_no_trace_in_the_next(number: int) -> None:
    chance = random.Random(number)
    texts = []
    for _ in range(2):
        data = mutated(chance.choice(STARTS["clean"])[:4_000], STARTS["clean"], chance)[:5_000]
        try:
            texts.append(without_unsafe(decode(data)).text)
        except RejectedError:
            continue
    alone = [clean_text(text) for text in texts]
    assert [clean_text(text) for text in reversed(texts)] == alone[::-1]
