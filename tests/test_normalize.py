from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.normalize import normalize_text

CASES = json.loads((Path(__file__).parent / "cases/normalize.json").read_text(encoding="utf-8"))["cases"]
TRICKY = "ab-\n \t\u00ad\u200b\u200c\u200d\u00a0ée\u0301ابیक्ष好の👩🚀Ω1²\u2028\r\x00\x1f\u115f가\u1100\u1161'“—"


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["why"])
def test_the_reader_s_text_of_a_slice(case: dict[str, str]) -> None:
    assert normalize_text(case["text"]) == case["normal"]


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(alphabet=TRICKY, max_size=40), st.text(max_size=40)))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalize_text(text)
    assert normalize_text(once) == once


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(alphabet=TRICKY, max_size=40), st.text(max_size=40)))
def test_no_letter_or_digit_is_lost(text: str) -> None:
    assert visible(normalize_text(text)) == visible(text)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=TRICKY + "\"'«»„”‘’‹›–−‐‑֊־", max_size=40))
def test_quotes_and_dashes_stay_but_for_the_hyphen_of_a_broken_word(text: str) -> None:
    def marks(value: str) -> list[str]:
        return [c for c in value if c not in "-‐֊" and (c in "\"'" or unicodedata.category(c) in ("Pd", "Pi", "Pf"))]

    assert marks(normalize_text(text)) == marks(text)
    if "\n" not in text:
        assert normalize_text(text).count("-") == text.count("-")


@pytest.mark.parametrize("plane", range(17))
def test_every_character_of_unicode_keeps_the_laws(plane: int) -> None:
    for begin in range(plane << 16, (plane + 1) << 16, 1_024):
        block = [chr(code) for code in range(begin, begin + 1_024) if not 0xD800 <= code < 0xE000]
        for text in ("x".join(block), " ".join(block), "-\n".join(block)):
            once = normalize_text(text)
            assert normalize_text(once) == once
            assert visible(once) == visible(text)


def visible(value: str) -> list[str]:
    return [c for c in unicodedata.normalize("NFD", value) if c.isalnum()]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_white_space_is_single_spaces_inside_and_none_around(text: str) -> None:
    normal = normalize_text(text)
    assert normal == " ".join(normal.split())
