from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tomllib
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import build_ngrams
from pipeline import language_ngrams
from pipeline.language import detect_block, detect_document, detect_language
from pipeline.model import UNDETERMINED, Block, Role

CASES = json.loads((Path(__file__).parent / "cases/language.json").read_text(encoding="utf-8"))["cases"]
SENTENCES = json.loads((Path(__file__).parent / "cases/language_sentences.json").read_text(encoding="utf-8"))["cases"]
TEXTS = [case["text"] for case in CASES]
LANGUAGES = Path(__file__).parents[1] / "src/pipeline/resources/languages"
SCRIPTS = tomllib.loads((LANGUAGES / "languages.toml").read_text(encoding="utf-8"))["script"]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['language']}-{c['text'][:12]}")
def test_a_paragraph_tells_its_language_and_how_it_was_found(case: dict[str, str]) -> None:
    found = detect_language(case["text"])
    assert (found.code, found.method) == (case["language"], case["method"])


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['language']}-{c['text'][:12]}")
def test_half_a_paragraph_tells_it_too(case: dict[str, str]) -> None:
    if case["language"] != "und":
        assert detect_language(case["text"][: len(case["text"]) // 2 + 8]).code == case["language"]


@pytest.mark.parametrize("case", SENTENCES, ids=lambda c: f"{c['language']}-{c['text'][:20]}")
def test_one_sentence_tells_its_language_from_its_relatives_or_is_undetermined(case: dict[str, str]) -> None:
    found = detect_language(case["text"])
    assert found.code == case.get("known_failure", case["language"])
    # Where it is wrong today it is at least not sure.
    assert "known_failure" not in case or found.confidence < 0.7


def test_three_sentences_of_a_language_are_always_right() -> None:
    texts: dict[str, list[str]] = {}
    for case in SENTENCES:
        texts.setdefault(case["language"], []).append(case["text"])
    texts.pop("und")
    wrong = {
        code: detect_language(" ".join(found)).code
        for code, found in texts.items()
        if len(found) > 1 and detect_language(" ".join(found)).code != code
    }
    assert not wrong


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_any_text_has_an_answer_and_a_confidence_between_0_and_1(text: str) -> None:
    found = detect_language(text)
    assert 0.0 <= found.confidence <= 1.0
    assert found.code == "und" or len(found.code) == 2


def test_threads_give_the_answers_of_one_thread() -> None:
    texts = TEXTS * 5
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(detect_language, texts)) == [detect_language(t) for t in texts]


def test_a_new_process_with_another_hash_seed_and_order_gives_the_same_answers() -> None:
    code = (
        "import json, sys; sys.path.insert(0, sys.argv[1]); from pipeline.language import detect_language as d\n"
        "from concurrent.futures import ThreadPoolExecutor as P\n"
        "print(json.dumps([(f.code, f.confidence) for f in P(8).map(d, json.load(sys.stdin))]))"
    )
    root = str(Path(__file__).parents[1] / "src")
    run = subprocess.run(
        [sys.executable, "-c", code, root],
        input=json.dumps(TEXTS[::-1]),
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "11"},
    )
    assert json.loads(run.stdout)[::-1] == [[f.code, f.confidence] for f in map(detect_language, TEXTS)]


def test_addresses_do_not_count() -> None:
    assert (
        detect_language("https://example.com/this/is/an/english/address/and/more name@example.com @someone")
        == UNDETERMINED
    )


def test_a_document_s_language_is_its_body_s() -> None:
    russian = next(t for c, t in zip(CASES, TEXTS, strict=True) if c["language"] == "ru")
    english = next(t for c, t in zip(CASES, TEXTS, strict=True) if c["language"] == "en")
    blocks = [
        Block(0, len(t), t, role, "test") for role, t in ((Role.PROMOTION, english * 9), (Role.PARAGRAPH, russian))
    ]
    assert detect_document(blocks).code == "ru"


def test_a_document_without_body_is_undetermined() -> None:
    assert detect_document([]) == UNDETERMINED


def test_a_short_block_has_the_document_s_language() -> None:
    assert detect_block("Die Lage ist ernst.", "en") == "en"


def test_langdetect_agrees_on_paragraphs_where_it_knows_the_language() -> None:
    # Same profiles, another estimate: langdetect draws n-grams at random, we count them all.
    from langdetect import DetectorFactory, detect

    DetectorFactory.seed = 0
    for case in CASES:
        if case["method"] == "langdetect":
            assert detect(case["text"]) == case["language"]


def test_langdetect_rs_agrees_where_it_is_installed() -> None:
    if importlib.util.find_spec("langdetect_rs") is not None:
        import langdetect_rs

        for case in CASES:
            if case["method"] == "langdetect":
                assert langdetect_rs.detect(case["text"]) == case["language"]


def test_every_profile_of_our_own_is_a_candidate_and_counts_letters_only() -> None:
    candidates = {code for script in SCRIPTS.values() for code in script.get("candidates", ())}
    profiles = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in build_ngrams.OWN.glob("*.json")}
    assert profiles and profiles.keys() <= candidates
    for profile in profiles.values():
        assert len(profile["n_words"]) == 3
        assert all(1 <= len(gram) <= 3 and n > 0 for gram, n in profile["freq"].items())
        assert all(char == " " or char.isalpha() for gram in profile["freq"] for char in gram)


def test_the_ngrams_that_ship_are_those_of_the_profiles_and_the_candidates() -> None:
    built = build_ngrams.build(SCRIPTS)
    with np.load(LANGUAGES / "ngrams.npz", allow_pickle=False) as shipped:
        assert sorted(shipped.files) == sorted(built)
        assert all(np.array_equal(shipped[name], built[name]) for name in built)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(sorted({word for text in TEXTS for word in text.split()})), min_size=3, max_size=30))
def test_what_was_read_before_changes_no_answer(words: list[str]) -> None:
    text = " ".join(words)
    after_others = detect_language(text)
    language_ngrams._TABLES.clear()
    assert detect_language(text) == after_others


@pytest.mark.parametrize("code", ["he", "ja", "ru", "ar", "th", "hy"])
def test_names_in_latin_letters_do_not_make_a_sentence_english(code: str) -> None:
    text = next(c["text"] for c in SENTENCES if c["language"] == code and c["text"].split()[0].isascii() is False)
    letters = sum(map(str.isalpha, text))
    names = "Windows Enterprise Firefox "
    assert detect_language(text + " " + (names * 9)[: letters // 2]).code == code


def test_decomposed_letters_are_the_same_language() -> None:
    for case in CASES:
        assert detect_language(unicodedata.normalize("NFD", case["text"])).code == case["language"]
