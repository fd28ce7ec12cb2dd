"""Mentions: cases as data, and the laws of spans."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.entities import compare
from pipeline.entities import find_mentions
from pipeline.gazetteer import fold, has_language, load_gazetteer
from pipeline.model import EntityKind

CASES = Path(__file__).parent / "cases"
LEXICONS = (
    *("ar", "az", "bg", "da", "de", "el", "en", "es", "fa", "fr", "he", "hy", "id", "it", "ja", "ka", "kk", "ko"),
    *("nb", "nl", "no", "pl", "pt", "ro", "ru", "sv", "tr", "uk", "zh"),
)


def read(name: str, *, known_failures: bool = False) -> list[Any]:
    rows = json.loads((CASES / name).read_text(encoding="utf-8"))
    return [pytest.param(r, id=r["why"]) for r in rows if r.get("known_failure", False) is known_failures]


def found(case: dict[str, Any]) -> list[list[str]]:
    return [[m.text, m.entity_id, m.evidence] for m in find_mentions(case["text"], case.get("language", "en"))]


@pytest.mark.parametrize("case", read("entities.json"))
def test_english_mentions_are_those_a_reader_sees(case: dict[str, Any]) -> None:
    assert found(case) == case["mentions"]


@pytest.mark.parametrize("case", read("entities_languages.json"))
def test_mentions_in_other_languages_keep_their_forms(case: dict[str, Any]) -> None:
    assert found(case) == case["mentions"]


@pytest.mark.parametrize(
    "case", read("entities.json", known_failures=True) + read("entities_languages.json", known_failures=True)
)
def test_a_known_failure_still_fails(case: dict[str, Any]) -> None:
    assert found(case) != case["mentions"], "it passes now: take the mark off"


WORDS = (
    "Iran|Moscow|the Kremlin|in|'s|’s|-|–|, |.|\n| |Western|West|U.S.|US|UN (|)|European Union|🙂|é|Иран|России|ایران|"
    "و|中国|Türkiye'nin|Republic of|Georgia|Jordan|Michael|Persian:|@|http://|/|of|to|from|between|and|United Nations|"
    "Mission|UNX|Berlin|Paris|said|ا|\u0301|\u200c"
)
PIECES = st.sampled_from(WORDS.split("|"))
TEXTS = st.lists(PIECES, max_size=30).map("".join) | st.lists(PIECES, max_size=30).map(" ".join) | st.text(max_size=80)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from(LEXICONS))
def test_a_mention_is_a_slice_and_mentions_do_not_overlap(text: str, language: str) -> None:
    end = 0
    for m in find_mentions(text, language):
        assert text[m.start : m.end] == m.text
        assert m.start >= end
        assert m.end > m.start
        assert m.name and m.entity_id
        assert m.evidence in {"name", "demonym", "metonym", "abbreviation"}
        end = m.end


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize("language", LEXICONS)
def test_a_country_is_a_code_of_two_letters_with_a_name(language: str) -> None:
    gazetteer = load_gazetteer(language)
    assert gazetteer is not None
    for term in gazetteer.terms:
        if term.entity_id and term.kind is EntityKind.COUNTRY:
            assert re.fullmatch(r"[A-Z]{2}", term.entity_id)
            assert term.name != term.entity_id, f"{term.entity_id} has no display name"


def test_languages_without_names_give_nothing() -> None:
    assert not has_language("und")
    assert not has_language("../en")
    assert find_mentions("Iran", "xx") == []
    assert find_mentions("", "en") == []


def test_norwegian_has_the_names_of_its_written_form() -> None:
    assert load_gazetteer("no") is load_gazetteer("nn") is load_gazetteer("nb")


def test_what_an_annotator_doubts_counts_neither_way() -> None:
    text = "Iran and Syria met."
    marks = [{"start": 9, "end": 14, "kind": "country", "id": "SY", "evidence": "name", "doubtful": True}]
    right, wrong, missed = compare({"text": text, "entities": marks})
    assert not right and not missed
    assert [m.text for m in wrong] == ["Iran"]


def test_a_gold_row_is_read_in_its_language() -> None:
    marks = [{"start": 0, "end": 5, "kind": "country", "id": "PL", "evidence": "name"}]
    right, wrong, missed = compare({"text": "Polsko.", "language": "pl", "entities": marks})
    assert [m.evidence for m in wrong] == ["demonym"] and not right and missed == marks


def test_threads_give_the_same_answer() -> None:
    text = "Moscow and Tehran told the EU that Russia’s position on West Asia is firm. " * 20
    load_gazetteer.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: find_mentions(text), range(16)))
    assert all(a == answers[0] for a in answers)
    assert len(answers[0]) == 100


def test_the_answer_does_not_depend_on_the_hash_seed() -> None:
    code = "from pipeline.entities import find_mentions as f; print(f('Georgia told Washington, the US and the SCO.'))"
    root = Path(__file__).parents[1] / "src"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


@pytest.mark.parametrize(
    "piece", ["Moscow, ", "Berlin and ", "Georgia ", "the WHO ", "AU-", "United Nations A ", "Jordan "]
)
def test_a_long_run_of_one_name_is_answered(piece: str) -> None:
    text = piece * 3000
    assert all(text[m.start : m.end] == m.text for m in find_mentions(text))
