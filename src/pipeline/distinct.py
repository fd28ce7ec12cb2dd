"""Say of a column in slices what an expectation has to see of it, which is far less than all of it.

An expectation on values asks nothing of the row a value stands in: it is asked of every value once, and counts for
as many rows as have it. A table of a million blocks has 21 roles. An expectation that values are unique is asked of
those that occur more than once, with one that does not. What is left is exact: the same counts, and the same rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


class Values:
    """The distinct values of a column, in the order in which they come, and the rows that have each."""

    def __init__(self) -> None:
        self._waiting: list[tuple[pd.Series[Any], NDArray[np.int64]]] = []
        self.missing = 0
        """Rows without a value."""
        self.size = 0
        """Values that wait."""

    def add(self, column: pd.Series[Any]) -> None:
        """Take note of the values of a slice."""
        self.missing += int(column.isna().sum())
        # A slice without rows says nothing of the type of its columns.
        if len(column) or not self._waiting:
            self._waiting.append(_distinct(column, np.ones(len(column), np.int64)))
            self.size += len(self._waiting[-1][0])

    def take(self) -> tuple[pd.Series[Any], NDArray[np.int64]]:
        """Return the values that wait, each once, and their rows; from now on they do not wait."""
        waiting = [w for w in self._waiting if len(w[0])] or self._waiting[:1]
        # The type of the column is kept for a take without values.
        self._waiting, self.size = [(waiting[0][0].iloc[:0], waiting[0][1][:0])], 0
        values = waiting[0][0] if len(waiting) == 1 else pd.concat([v for v, _ in waiting], ignore_index=True)
        return _distinct(values, np.concatenate([rows for _, rows in waiting]))


class RepeatedKeys:
    """The keys that occur more than once in a slice, where slices have no key in common."""

    def __init__(self) -> None:
        self._single: list[pd.Series[Any]] = []
        self._repeated: list[pd.Series[Any]] = []

    def add(self, keys: pd.Series[Any]) -> None:
        """Take note of the keys of a slice."""
        again = keys.duplicated(keep=False)
        if again.any():
            self._repeated.append(keys[again])
        if not self._single or (self._single[0].empty and len(keys)):
            self._single = [keys[~again].iloc[:1]]

    def frame(self) -> pd.DataFrame:
        """Return all rows of repeated keys, and one that is not."""
        return pd.DataFrame({"row_key": pd.concat([*self._single, *self._repeated], ignore_index=True)})


class RepeatedValues:
    """The values of a column that occur more than once in all slices: 8 bytes a row, and a second look at a few."""

    def __init__(self, column: str) -> None:
        self.column = column
        self.missing = 0
        self._hashes: list[NDArray[np.uint64]] = []
        self._suspects: NDArray[np.uint64] = np.empty(0, np.uint64)
        self._rows: list[pd.DataFrame] = []

    def add(self, frame: pd.DataFrame) -> None:
        """Take note of the values of a slice."""
        self.missing += int(frame[self.column].isna().sum())
        self._hashes.append(_hashes(frame[self.column].dropna()))
        if not self._rows or (self._rows[0].empty and len(frame)):
            self._rows = [self._of(frame).iloc[:1]]

    def settle(self) -> bool:
        """Say whether there may be values that occur more than once, so that the slices must be seen again."""
        hashes = np.sort(np.concatenate(self._hashes))
        self._hashes = []
        self._suspects = np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
        if len(self._suspects):
            self._rows = [self._rows[0].iloc[:0]]
        return bool(len(self._suspects))

    def see_again(self, frame: pd.DataFrame) -> None:
        """Keep the rows of a slice whose values may be repeated."""
        some = self._of(frame[frame[self.column].notna()])
        # Two values may have one hash; whoever judges sees the values.
        self._rows.append(some[np.isin(_hashes(some[self.column]), self._suspects)])

    def frame(self) -> pd.DataFrame:
        """Return the rows to judge, with their keys: those that may be repeated, or one where there are none."""
        return pd.concat(self._rows, ignore_index=True)

    def _of(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame[list(dict.fromkeys((self.column, "row_key")))]


def pad(columns: dict[str, pd.Series[Any]]) -> pd.DataFrame:
    """Return columns of different lengths as one frame; what lacks repeats the column's first value."""
    length = max((len(values) for values in columns.values()), default=0)
    frame = {}
    for name, values in columns.items():
        places = np.arange(length)
        places[len(values) :] = 0
        frame[name] = values.take(places).reset_index(drop=True)
    return pd.DataFrame(frame)


def _distinct(values: pd.Series[Any], rows: NDArray[np.int64]) -> tuple[pd.Series[Any], NDArray[np.int64]]:
    codes, known = pd.factorize(values, use_na_sentinel=False)
    first = np.zeros(len(known), np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # backwards: the first writes last
    counts = np.bincount(codes, weights=rows, minlength=len(known)).astype(np.int64)
    return values.take(first).reset_index(drop=True), counts


def _hashes(values: pd.Series[Any]) -> NDArray[np.uint64]:
    return np.asarray(pd.util.hash_pandas_object(values, index=False), np.uint64)
