from __future__ import annotations

import hashlib
import json
import random
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import duplicates
from pipeline.duplicates import estimate_similarity, find_duplicates, shingle_hashes, sign_bodies, sign_documents
from pipeline.model import Block, Document, Role

CASES = json.loads((Path(__file__).parent / "cases/duplicates.json").read_text(encoding="utf-8"))
SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
WORDS = ("budget", "river", "council", "harvest", "tunnel", "signal", "market", "winter", "treaty", "engine")


def article(seed: int, sentences: int = 40) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.choice(WORDS) + str(rng.randrange(60)) for _ in range(12)) + "." for _ in range(sentences)]


def edited(lines: list[str], share: float, seed: int) -> str:
    rng, other = random.Random(seed), article(seed + 10_000, len(lines))
    changed = set(rng.sample(range(len(lines)), round(share * len(lines))))
    return "\n".join(other[i] if i in changed else line for i, line in enumerate(lines))


def document(*blocks: tuple[Role, str]) -> Document:
    text = "\n".join(t for _, t in blocks)
    made, at = [], 0
    for role, part in blocks:
        made.append(Block(at, at + len(part), part, role, "test"))
        at += len(part) + 1
    return Document(hashlib.sha256(text.encode()).hexdigest()[:32], "a.txt", "text/plain", text, tuple(made))


def tokens(text: str) -> list[int]:
    codes, classes, _ = duplicates._folded([text])
    return [int(h) for h in duplicates._tokens(codes, classes)[0]]


@pytest.mark.parametrize("case", CASES["folds"], ids=lambda c: c["why"])
def test_what_does_not_count_is_folded_away(case: dict[str, str]) -> None:
    assert tokens(case["one"]) == tokens(case["other"]) != []


@pytest.mark.parametrize("case", CASES["differs"], ids=lambda c: c["why"])
def test_what_counts_is_kept(case: dict[str, str]) -> None:
    assert tokens(case["one"]) != tokens(case["other"])


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=30))
def test_canonically_equal_texts_have_equal_tokens(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    if any(unicodedata.category(c) == "Mc" for c in composed):
        return  # a few Indian vowel signs are composed of two others and stay as they stand
    assert tokens(unicodedata.normalize("NFD", composed)) == tokens(composed)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=5), st.lists(st.integers(0, 30), max_size=4))
def test_a_signature_depends_on_its_own_text_alone(texts: list[str], seeds: list[int]) -> None:
    together = [*texts, *("\n".join(article(s, 5)) for s in seeds), *texts]
    assert sign_bodies(together) == [sign_bodies([text])[0] for text in together]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(Role), st.sampled_from(["\n".join(article(s)) for s in range(6)])), max_size=5)
)
def test_signing_documents_is_signing_their_bodies(blocks: list[tuple[Role, str]]) -> None:
    made = document(*blocks)
    assert sign_documents([made]) == sign_bodies([made.body()])


def test_signatures_are_the_same_in_every_process_and_release() -> None:
    # Signatures of an earlier run are compared with those of this one: when this changes, every body is signed anew.
    signatures = sign_bodies([p.read_text(encoding="utf-8") for p in SEEDS])
    assert [len(s) for s in signatures] == [duplicates.BINS] * 5
    assert (
        hashlib.sha256(b"".join(signatures)).hexdigest()
        == "04bb75d7355d719794f16094c614bb1f60551a6388b080cb3fddc69e70db6fc6"
    )


def test_threads_give_the_same_signatures() -> None:
    texts = ["\n".join(article(i)) + chr(0x3B1 + i) * 5 for i in range(24)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda t: sign_bodies([t])[0], texts)) == sign_bodies(texts)


@pytest.mark.parametrize("text", ["", "\n \n", "Subscribe to our newsletter.", "ha " * 5_000, "?!", "\ud800 \udfff"])
def test_a_body_with_too_little_text_has_no_signature(text: str) -> None:
    assert sign_bodies([text]) == [b""]


def test_bodies_without_a_signature_are_nobody_s_duplicate() -> None:
    found = find_duplicates(
        ["a", "b", "c"], [b"", b"", sign_bodies(["\n".join(article(1))])[0]], [None] * 3, list("abc")
    )
    assert found == [(None, None)] * 3


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2, 0.4, 0.6, 1.0])
def test_the_estimate_is_near_the_exact_similarity(share: float) -> None:
    errors = []
    for seed in range(20):
        lines = article(seed, sentences=10 + 10 * seed)
        one, other = "\n".join(lines), edited(lines, share, seed)
        a, b = shingle_hashes(one), shingle_hashes(other)
        both = len(np.intersect1d(a, b))
        errors.append(estimate_similarity(*sign_bodies([one, other])) - both / (len(a) + len(b) - both))
    # Four standard errors of 256 bins at a similarity of one half, and of the mean of twenty.
    assert max(map(abs, errors)) < 0.125
    assert abs(sum(errors) / len(errors)) < 0.03


def test_a_copy_in_other_boilerplate_is_a_duplicate() -> None:
    body = "\n".join(article(1))
    one = document((Role.NAVIGATION, "Home News Sport Weather Video Audio " * 60), (Role.PARAGRAPH, body))
    other = document((Role.PARAGRAPH, body), (Role.LEGAL, "All rights reserved by the publisher. " * 60))
    assert find_duplicates(["a", "b"], sign_documents([one, other]), [None, None], ["a", "b"]) == [
        (None, None),
        ("a", 1.0),
    ]


def test_copies_are_found_among_other_articles_and_nothing_else_is() -> None:
    originals = [article(seed) for seed in range(60)]
    texts = ["\n".join(lines) for lines in originals]
    copies = [edited(lines, 0.2, seed) for seed, lines in enumerate(originals)]
    names = [f"{i:03d}" for i in range(120)]
    found = find_duplicates(names, sign_bodies(texts + copies), [None] * 120, names)
    assert [d for d, _ in found[:60]] == [None] * 60
    assert [d for d, _ in found[60:]] == names[:60]


@settings(max_examples=60, deadline=None)
@given(
    st.permutations(range(12)),
    st.lists(st.sampled_from([None, date(2020, 1, 1), date(2024, 5, 6)]), min_size=12, max_size=12),
)
def test_the_first_by_date_and_then_by_name_is_the_original_in_any_order(order: list[int], dates: list[Any]) -> None:
    texts = [edited(article(i % 3), 0.025 * (i // 3), i) for i in range(12)]
    names = [f"doc{i:02d}" for i in range(12)]
    paths = [f"folder/{(i * 7) % 12:02d}.txt" for i in range(12)]
    signatures = sign_bodies(texts)
    shuffled = find_duplicates(*([column[i] for i in order] for column in (names, signatures, dates, paths)))
    answer = {names[i]: found for i, found in zip(order, shuffled, strict=True)}
    for group in range(3):
        members = [i for i in range(12) if i % 3 == group]
        first = min(members, key=lambda i: (dates[i] is None, dates[i] or date.min, paths[i]))
        assert answer[names[first]] == (None, None)
        assert {answer[names[i]][0] for i in members if i != first} == {names[first]}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from([0.0, 0.1, 0.25, 0.4, 0.6])), min_size=2, max_size=14))
def test_a_duplicate_points_at_an_original_it_is_itself_similar_to(made: list[tuple[int, float]]) -> None:
    signatures = sign_bodies([edited(article(seed), share, number) for number, (seed, share) in enumerate(made)])
    names = [f"{i:02d}" for i in range(len(made))]
    found = find_duplicates(names, signatures, [None] * len(made), names)
    for i, (leader, similarity) in enumerate(found):
        if leader is not None:
            assert int(leader) < i
            assert found[int(leader)] == (None, None)
            assert similarity == estimate_similarity(signatures[int(leader)], signatures[i]) >= duplicates.THRESHOLD


def test_a_chain_of_small_changes_does_not_join_its_ends() -> None:
    one, other = article(1, 40), article(2, 40)
    steps = ["\n".join(other[:k] + one[k:]) for k in (0, 8, 16, 24, 32, 40)]
    names = list("abcdef")
    found = dict(zip(names, find_duplicates(names, sign_bodies(steps), [None] * 6, names), strict=True))
    # Each is similar to the one before (32 of 48 lines in common), and none to the one before that (24 of 56).
    assert [found[name][0] for name in names] == [None, "a", None, "c", None, "e"]


def test_a_text_longer_than_a_piece_is_signed_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = article(3, 400)
    monkeypatch.setattr(duplicates, "_PIECE", 4_000)
    sliced, shifted, short = sign_bodies(["\n".join(lines), "\n".join(lines[1:]), "\n".join(lines[:40])])
    monkeypatch.undo()
    assert estimate_similarity(sliced, sign_bodies(["\n".join(lines)])[0]) > 0.93
    assert estimate_similarity(sliced, shifted) > 0.93
    assert estimate_similarity(sliced, short) < 0.2


def test_thousands_of_equal_documents_are_each_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    monkeypatch.setattr(duplicates, "_similarities", lambda rows, one: compared.append(len(rows)) or np.ones(len(rows)))
    names = [f"{i:05d}" for i in range(3_000)]
    found = find_duplicates(names, sign_bodies(["\n".join(article(1))]) * 3_000, [None] * 3_000, names)
    assert found[1:] == [("00000", 1.0)] * 2_999
    assert sum(compared) == 2_999


def test_a_shared_band_costs_a_bounded_number_of_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    rows = rng.integers(1, 256, (1_000, duplicates.BINS), dtype=np.uint8)
    rows[:, :4] = 7
    compared: list[int] = []
    real = duplicates._similarities
    monkeypatch.setattr(duplicates, "_similarities", lambda r, one: compared.append(len(r)) or real(r, one))
    names = [f"{i:05d}" for i in range(1_000)]
    assert find_duplicates(names, [r.tobytes() for r in rows], [None] * 1_000, names) == [(None, None)] * 1_000
    assert duplicates._MAX_LEADERS <= max(compared) <= duplicates._MAX_LEADERS + 8
