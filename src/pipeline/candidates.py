"""Find the documents that may nearly repeat another, by way of files, so that memory does not grow with signatures.

A signature takes 256 bytes. Its keys, one a band, are written to a file band by band in pieces, and read back a
band at a time: 4 bytes a document, and 24 while they are sorted. The signatures themselves are read again only of
documents that share a key with another, and stand in a file. The answer is that of `duplicates.follow_originals` for
all signatures.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .duplicates import BANDS, BINS, band_keys, follow_shared, share_buckets

_AT_ONCE = 4_096
# Signatures whose keys are made at a time: 1 MB, and as much for the keys.
_KEY_BYTES = 4


class SignedDocuments(Protocol):
    """The signatures of documents, which are read some at a time."""

    doc_ids: pa.Array
    signed: NDArray[np.bool_]
    """Which signatures are not empty."""

    def pieces(self) -> Iterable[pa.Array]:
        """Return the signatures, some at a time, in the order of `doc_ids`; anew at each call."""


def find_originals(
    signatures: Callable[[], Iterable[pa.Array]], order: NDArray[np.int64], scratch: Path
) -> Iterator[tuple[int, int, float]]:
    """Yield (row, the earlier row it repeats, similarity), rows being places in `order`.

    `signatures` reads all of them anew at each call, some at a time. `order` are the places of those that are not
    empty, in the order that decides; `scratch` is a folder for a file that is of no use afterwards.
    """
    signed = np.sort(order)
    place = np.searchsorted(signed, order)
    path = scratch / "bands"
    with path.open("wb") as file:
        sizes = [_write_keys(file, piece) for piece in _matrices(signatures(), signed)]
    with path.open("rb") as file:
        shared = share_buckets(_band(file, band, sizes)[place] for band in range(BANDS))
    path.unlink()
    wanted = order[shared.rows]
    if len(wanted):
        path = scratch / "shared"
        _write_in_order(path, signatures, wanted)
        # Mapped: a pair is looked at now and then, and where no document repeats another, none at all.
        with path.open("rb") as raw:
            mapped = mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ)
        path.unlink()
        matrix = np.frombuffer(mapped, np.uint8).reshape(-1, BINS)
        forget = partial(mapped.madvise, mmap.MADV_DONTNEED) if hasattr(mmap, "MADV_DONTNEED") else None
        yield from follow_shared(matrix, shared, forget=forget)


def _write_in_order(path: Path, signatures: Callable[[], Iterable[pa.Array]], wanted: NDArray[np.int64]) -> None:
    """Write the signatures at some places to a file, in the order in which these are given."""
    by_place = np.argsort(wanted, kind="stable")
    with path.open("wb") as file:
        at = 0
        for piece in _matrices(signatures(), wanted[by_place]):
            for row, place in zip(piece, by_place[at : at + len(piece)].tolist(), strict=True):
                # Written, not mapped: a full disk is then an error and not the end of the process.
                file.seek(BINS * place)
                file.write(row.tobytes())
            at += len(piece)


def _matrices(pieces: Iterable[pa.Array], rows: NDArray[np.int64]) -> Iterator[NDArray[np.uint8]]:
    """Yield the signatures at some places, which rise, a row each, in pieces."""
    start = 0
    for piece in pieces:
        lower, upper = np.searchsorted(rows, [start, start + len(piece)])
        for first in range(lower, upper, _AT_ONCE):
            some = pc.take(piece, pa.array(rows[first : min(upper, first + _AT_ONCE)] - start))
            yield np.frombuffer(b"".join(some.to_pylist()), np.uint8).reshape(-1, BINS)
        start += len(piece)


def _write_keys(file: BinaryIO, matrix: NDArray[np.uint8]) -> int:
    """Write the keys of some signatures, band by band, and return how many signatures they are of."""
    file.write(np.ascontiguousarray(band_keys(matrix).T).tobytes())
    return len(matrix)


def _band(file: BinaryIO, band: int, sizes: list[int]) -> NDArray[np.uint32]:
    """Read the keys of one band, of all signatures."""
    keys = np.empty(sum(sizes), "<u4")
    start = 0
    for size in sizes:
        file.seek(_KEY_BYTES * (BANDS * start + band * size))
        keys[start : start + size] = np.frombuffer(file.read(_KEY_BYTES * size), "<u4")
        start += size
    return keys
