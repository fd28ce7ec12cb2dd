"""Which lines are kept, given what the line model believes of each: laws and small pages."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.line_model import APART, ISLAND, MAINLAND, best_level, choose_lines, drop_islands, keep_lines


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 99), st.integers(1, 20)), min_size=1, max_size=7))
def test_no_choice_of_lines_has_a_greater_expected_f1_than_those_above_the_best_level(
    rows: list[tuple[int, int]],
) -> None:
    probability = np.array([p / 100 for p, _ in rows])
    words = np.array([float(w) for _, w in rows])

    def quality(keep: np.ndarray) -> float:
        return float(2 * (probability * words)[keep].sum() / (words[keep].sum() + (probability * words).sum()))

    best = max(quality(np.array(c)) for c in itertools.product([False, True], repeat=len(rows)))
    assert quality(probability >= best_level(probability, words) - 1e-9) == pytest.approx(best, abs=1e-6)


def test_bullets_between_sure_lines_stay_and_a_teaser_list_after_them_goes() -> None:
    probability = np.array([0.95, 0.9, 0.3, 0.29, 0.97, 0.3, 0.29, 0.1])
    keep = keep_lines(probability, np.array([40.0, 30, 4, 4, 50, 8, 8, 8]))
    assert keep.tolist() == [True, True, True, True, True, False, False, False]


def test_doubtful_lines_far_from_a_sure_article_go_and_those_beside_it_stay() -> None:
    article, teasers, menu = [0.97, 0.96, 0.95], [0.42, 0.4, 0.44], [0.02] * APART
    probability = np.array([*teasers, *menu, *article, *teasers, *menu, *teasers])
    words = np.where(probability > 0.9, 100.0, 8.0)
    keep = drop_islands(probability > 0.3, probability, words)
    assert np.flatnonzero(keep).tolist() == list(range(6, 12))


def test_a_page_on_which_much_stands_apart_keeps_it_all() -> None:
    post, answers, furniture = [0.95, 0.96], [0.42, 0.44], [0.02] * APART
    probability = np.array([*post, *furniture, *answers, *furniture, *answers])
    keep = probability > 0.3
    assert drop_islands(keep, probability, np.full(len(keep), 30.0)).tolist() == keep.tolist()


def test_a_page_without_a_sure_part_keeps_what_is_likely() -> None:
    probability = np.array([0.4, 0.02, 0.02, 0.02, 0.02, MAINLAND - 0.01])
    keep = probability > 0.3
    assert drop_islands(keep, probability, np.full(6, 20.0)).tolist() == keep.tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 60)), max_size=40))
def test_dropping_islands_adds_no_line_and_takes_no_likely_one(rows: list[tuple[int, int]]) -> None:
    probability = np.array([p / 100 for p, _ in rows])
    words = np.array([float(w) for _, w in rows])
    keep = keep_lines(probability, words)
    left = drop_islands(keep, probability, words)
    assert not (left & ~keep).any()
    assert left.any() == keep.any()
    assert left.sum() == keep.sum() or probability[keep & ~left].min() < ISLAND
    assert drop_islands(left, probability, words).tolist() == left.tolist()


def test_the_model_for_html_keeps_what_stands_apart() -> None:
    probability = np.array([0.97, 0.97, 0.02, 0.02, 0.02, 0.02, 0.42])
    words = np.array([40.0, 40, 1, 1, 1, 1, 20])
    assert choose_lines(probability, words, "html").tolist() == [True, True, False, False, False, False, True]
    assert choose_lines(probability, words, "text").tolist() == [True, True, *[False] * 5]
