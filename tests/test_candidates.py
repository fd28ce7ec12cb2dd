"""Near-duplicates found by way of files, as they are found in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import candidates
from pipeline.candidates import find_originals
from pipeline.duplicates import BINS, follow_originals


def signatures_of(copies: list[tuple[int, float]]) -> np.ndarray:
    """A signature a row: one of a few originals, some of its bins changed."""
    rows = []
    for number, (original, share) in enumerate(copies):
        row = np.random.default_rng(original).integers(1, 256, BINS, dtype=np.uint8)
        changing = np.random.default_rng(1_000 + number)
        row[changing.random(BINS) < share] = changing.integers(0, 256, BINS, dtype=np.uint8)[0]
        rows.append(row)
    return np.array(rows, np.uint8).reshape(-1, BINS)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from([0.0, 0.1, 0.3, 0.6])), max_size=30),
    st.integers(1, 7),
    st.randoms(use_true_random=False),
)
def test_signatures_in_pieces_give_what_all_at_once_give(copies, piece, random) -> None:  # type: ignore[no-untyped-def]
    matrix = signatures_of(copies)
    # Empty signatures stand between the others and are passed over.
    column = [row.tobytes() for row in matrix]
    places = list(range(len(column)))
    for at in sorted(random.sample(range(len(column) + 1), min(3, len(column) + 1)), reverse=True):
        column.insert(at, b"")
    places = [i for i, signature in enumerate(column) if signature]
    random.shuffle(places)
    order = np.array(places, np.int64)

    def pieces() -> Iterator[pa.Array]:
        return (pa.array(column[i : i + piece], pa.binary()) for i in range(0, len(column), piece))

    ordered = np.frombuffer(b"".join(column[i] for i in places), np.uint8).reshape(-1, BINS)
    with TemporaryDirectory() as folder:
        assert list(find_originals(pieces, order, Path(folder))) == list(follow_originals(ordered))


def test_many_signatures_are_read_some_at_a_time(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(candidates, "_AT_ONCE", 3)
    matrix = signatures_of([(i % 4, 0.1) for i in range(20)])
    column = pa.array([row.tobytes() for row in matrix], pa.binary())
    found = list(find_originals(lambda: [column], np.arange(20), tmp_path))
    assert found == list(follow_originals(matrix))
    assert [row for row, _, _ in found] == list(range(4, 20))
    assert list(tmp_path.iterdir()) == []
