"""What an expectation has to see of a column: as much as gives the same counts and the same rows."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import distinct
from pipeline.distinct import RepeatedKeys, RepeatedValues, Values, pad

WORDS = st.lists(st.sampled_from(["a", "b", "c", "", None]), max_size=12)
SLICES = st.lists(WORDS, min_size=1, max_size=5)


def column(words: list[str | None]) -> pd.Series:
    return pd.Series(words, dtype="str")


@settings(max_examples=60, deadline=None)
@given(SLICES, st.integers(0, 5))
def test_each_value_comes_once_with_the_rows_that_have_it(slices: list[list[str | None]], taken_after: int) -> None:
    values, found = Values(), Counter[str | None]()
    for number, words in enumerate(slices):
        values.add(column(words))
        if number in (taken_after, len(slices) - 1):
            some, rows = values.take()
            assert len(set(some)) == len(some) == len(rows)
            found.update(dict(zip((None if pd.isna(v) else v for v in some), rows.tolist(), strict=True)))
    everything = [word for words in slices for word in words]
    assert found == Counter(everything)
    assert values.missing == everything.count(None)


@settings(max_examples=60, deadline=None)
@given(SLICES, st.booleans())
def test_values_that_may_be_repeated_hold_all_that_are(slices: list[list[str | None]], weak_hash: bool) -> None:
    everything = Counter(word for words in slices for word in words if word is not None)
    repeated = {word for word, count in everything.items() if count > 1}
    frames = [pd.DataFrame({"name": column(words), "row_key": column(words)}) for words in slices]
    with pytest.MonkeyPatch.context() as patch:
        if weak_hash:
            patch.setattr(distinct, "_hashes", lambda values: values.str.len().to_numpy("uint64"))
        values = RepeatedValues("name")
        for frame in frames:
            values.add(frame)
        if values.settle():
            for frame in frames:
                values.see_again(frame)
        left = values.frame()["name"].dropna()
    assert {word for word, count in Counter(left).items() if count > 1} == repeated
    assert all(list(left).count(word) == everything[word] for word in repeated)


def test_a_repeated_key_keeps_all_its_rows_and_a_single_one_stands_for_the_rest() -> None:
    keys = RepeatedKeys()
    for some in ([], ["a:1", "a:2", "a:2"], ["b:1"]):
        keys.add(column(list(some)))
    assert keys.frame()["row_key"].tolist() == ["a:1", "a:2", "a:2"]


def test_columns_of_other_lengths_are_one_frame() -> None:
    frame = pad({"few": column(["x", "y"]), "many": pd.Series([1, 2, 3])})
    assert frame["few"].tolist() == ["x", "y", "x"]
    assert frame["many"].tolist() == [1, 2, 3]
