"""Find sentences that stand in the corpus before, in memory that does not grow with the corpus.

The first of equal sentences is the one of the earliest document (by date, then by file name), and in it the
one with the lowest number. Sentences are compared by 128 bits of a hash of their normalised text; among 10^12
different sentences two have the same with a chance of 1 in 10^15. The hashes are divided by their
first bits over files, so that equal ones meet in one file and one file fits into memory; the answers are
written in the order in which the sentences come, so that they are read beside them.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PART_ROWS = 1_000_000
"""Sentences whose hashes are compared at a time: 32 MB, three times that while they are sorted."""

_SEEN = np.dtype([("high", "<u8"), ("low", "<u8"), ("rank", "<u4"), ("index", "<u4"), ("row", "<u8")])
_COPY = np.dtype([("row", "<u8"), ("rank", "<u4"), ("index", "<u4")])
_READ_ROWS = 65_536


class Copies:
    """Sentences seen, and the copies among them; files in a scratch folder.

    Call `add` for all sentences, then `settle`, then `take` for the same sentences in the same order.
    """

    def __init__(self, folder: Path, rows: int) -> None:
        """Prepare for about so many rows."""
        folder.mkdir(parents=True, exist_ok=True)
        self._parts = 1
        while rows > self._parts * PART_ROWS:
            self._parts *= 2
        self._seen = [folder / f"seen-{i}" for i in range(self._parts)]
        self._copies = [folder / f"copies-{i}" for i in range(self._parts)]
        for path in self._seen:
            path.write_bytes(b"")
        self._added = self._taken = 0
        self._readers: list[_Reader] = []

    def add(self, texts: Iterable[bytes], ranks: NDArray[np.int64], indexes: NDArray[np.int32]) -> None:
        """Take note of sentences: their normalised texts in UTF-8, their documents' ranks and their numbers."""
        digests = b"".join(blake2b(text, digest_size=16).digest() for text in texts)
        rows = np.empty(len(ranks), _SEEN)
        hashes = np.frombuffer(digests, "<u8").reshape(-1, 2)
        rows["high"], rows["low"] = hashes[:, 0], hashes[:, 1]
        rows["rank"], rows["index"] = ranks, indexes
        rows["row"] = np.arange(self._added, self._added + len(rows))
        self._added += len(rows)
        part_of = rows["high"] % np.uint64(self._parts)
        for part, path in enumerate(self._seen):
            with path.open("ab") as file:
                file.write((rows if self._parts == 1 else rows[part_of == part]).tobytes())

    def settle(self) -> None:
        """Find the first of equal sentences, file by file."""
        for seen, copies in zip(self._seen, self._copies, strict=True):
            _copies_among(np.fromfile(seen, _SEEN)).tofile(copies)
            seen.unlink()
        self._readers = [_Reader(path) for path in self._copies]

    def take(self, rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return the copies among the next sentences: place, and rank and number of the first occurrence."""
        start, self._taken = self._taken, self._taken + rows
        found = np.concatenate([reader.until(self._taken) for reader in self._readers])
        found = found[np.argsort(found["row"], kind="stable")]
        return (
            found["row"].astype(np.int64) - start,
            found["rank"].astype(np.int64),
            found["index"].astype(np.int64),
        )


def _copies_among(rows: NDArray[Any]) -> NDArray[Any]:
    """Return the rows that are not the first of their hash, in order, with the first's rank and number."""
    order = np.argsort(rows["high"], kind="stable")
    high = rows["high"][order]
    same = np.zeros(len(rows) + 1, bool)
    same[1:-1] = high[1:] == high[:-1]
    some = rows[order[same[1:] | same[:-1]]]
    some = some[np.lexsort((some["index"], some["rank"], some["low"], some["high"]))]
    opens = np.ones(len(some), bool)
    opens[1:] = (some["high"][1:] != some["high"][:-1]) | (some["low"][1:] != some["low"][:-1])
    first = np.maximum.accumulate(np.where(opens, np.arange(len(some)), 0))
    copies = np.empty(int((~opens).sum()), _COPY)
    copies["row"] = some["row"][~opens]
    copies["rank"] = some["rank"][first[~opens]]
    copies["index"] = some["index"][first[~opens]]
    copies.sort(order="row")
    return copies


class _Reader:
    """Reads copies from a file, in the order of their rows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0
        self._waiting: NDArray[Any] = np.empty(0, _COPY)

    def until(self, row: int) -> NDArray[Any]:
        found = []
        while True:
            if not len(self._waiting):
                self._waiting = np.fromfile(self._path, _COPY, count=_READ_ROWS, offset=self._at * _COPY.itemsize)
                self._at += len(self._waiting)
                if not len(self._waiting):
                    break
            end = int(np.searchsorted(self._waiting["row"], row))
            found.append(self._waiting[:end])
            self._waiting = self._waiting[end:]
            if len(self._waiting):
                break
        return np.concatenate(found) if found else np.empty(0, _COPY)
