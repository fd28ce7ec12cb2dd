"""The sources of a run as columns: a record of one takes 400 bytes and more, a row here a third of that.

Records are made when they are asked for, so that whoever goes through millions of sources holds a few at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Self, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .model import Source, SourceStatus
from .records import reading_order
from .schemas import SOURCES
from .slices import replace_column
from .tables import make_sources

_AT_ONCE = 4_096
# Records that are there at once, where all are gone through: 2 MB.


class SourceRows(Sequence[Source]):
    """Sources in the columns of the table `sources`, each given out as a record."""

    __slots__ = ("table",)

    def __init__(self, table: pa.Table) -> None:
        """Take rows of the schema `SOURCES`."""
        self.table: pa.Table = table.combine_chunks()

    @classmethod
    def of(cls, sources: Iterable[Source]) -> Self:
        """Return the rows of some records, in their order."""
        given, pieces = iter(sources), [SOURCES.empty_table()]
        while some := list(islice(given, _AT_ONCE)):
            pieces.append(make_sources(some))
        return cls(pa.concat_tables(pieces))

    @classmethod
    def join(cls, parts: Iterable[SourceRows]) -> Self:
        """Return the rows of all parts, sorted by path."""
        table = pa.concat_tables([SOURCES.empty_table(), *(part.table for part in parts)])
        return cls(table.take(pc.sort_indices(table.column("source_path"))))

    @property
    def bytes(self) -> int:
        """What all of them hold."""
        return int(pc.sum(self.table.column("bytes")).as_py() or 0)

    def take(self, rows: NDArray[np.int64]) -> SourceRows:
        """Return some of the rows, in the order in which they are named, in memory of their own."""
        return SourceRows(self.table.take(pa.array(rows, pa.int64())))

    def first_of_documents(self) -> NDArray[np.int64]:
        """Return the first row of each document, in order."""
        ids = self.table.column("doc_id").combine_chunks()
        known = np.flatnonzero(ids.is_valid().to_numpy(zero_copy_only=False))
        # A code a document, in the order in which documents come: where it is a new one, it is the highest so far.
        codes = ids.drop_null().dictionary_encode().indices.to_numpy()
        before = np.concatenate([[-1], np.maximum.accumulate(codes)[:-1]]) if len(codes) else codes
        return np.asarray(known[codes > before], np.int64)

    def with_duplicates(self) -> SourceRows:
        """Say of all but the first of the sources with the same bytes that they are duplicates."""
        first = self.first_of_documents()
        ids, paths = (self.table.column(name).combine_chunks() for name in ("doc_id", "source_path"))
        again = ids.is_valid().to_numpy(zero_copy_only=False).copy()
        again[first] = False
        rows = np.flatnonzero(again)
        at = pc.index_in(ids.take(pa.array(rows)), value_set=ids.take(pa.array(first)))
        earlier = paths.take(pa.array(first).take(at))
        return self.fill(
            again,
            {
                "status": pa.repeat(str(SourceStatus.DUPLICATE), len(rows)),
                "reason": pa.repeat("same_bytes", len(rows)),
                "detail": pc.binary_join_element_wise("The same bytes as ", earlier, ".", ""),
            },
        )

    def fill(self, where: NDArray[np.bool_], columns: Mapping[str, pa.Array]) -> SourceRows:
        """Return the rows with other values where a mask says so: one for each row of the mask that is true."""
        table = self.table
        if where.any():
            for name, values in columns.items():
                old = table.column(name).combine_chunks()
                table = replace_column(table, name, pc.replace_with_mask(old, pa.array(where), values.cast(old.type)))
        return SourceRows(table)

    def in_reading_order(self) -> SourceRows:
        """Put records of one file one after the other, so that a batch reads on where the last one stopped."""
        paths = self.table.column("source_path")
        if not pc.any(pc.match_substring(paths, "#")).as_py():
            return SourceRows(self.table.take(pc.sort_indices(paths)))
        codes, numbers = np.empty(len(self), np.int64), np.empty(len(self), np.int64)
        files: dict[str, int] = {}
        for row, path in enumerate(paths):
            file, numbers[row] = reading_order(path.as_py())
            codes[row] = files.setdefault(file, len(files))
        rank = np.empty(len(files), np.int64)
        rank[[files[file] for file in sorted(files)]] = np.arange(len(files))
        return self.take(np.lexsort((numbers, rank[codes])))

    def __len__(self) -> int:
        """Return how many there are."""
        return int(self.table.num_rows)

    @overload
    def __getitem__(self, at: int) -> Source: ...

    @overload
    def __getitem__(self, at: slice) -> SourceRows: ...

    def __getitem__(self, at: int | slice) -> Source | SourceRows:
        """Return one record, or the rows of a slice."""
        if isinstance(at, slice):
            return self.take(np.arange(*at.indices(len(self))))
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        return next(_records(self.table.slice(at % len(self), 1)))

    def __iter__(self) -> Iterator[Source]:
        """Go through the records."""
        for start in range(0, len(self), _AT_ONCE):
            yield from _records(self.table.slice(start, _AT_ONCE))

    def __eq__(self, other: object) -> bool:
        """Say whether the other has the same sources in the same order."""
        if isinstance(other, SourceRows):
            return bool(self.table.equals(other.table))
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(Source.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Say how many there are: a record each would be pages."""
        return f"<{len(self):,} sources>"


def _records(table: pa.Table) -> Iterator[Source]:
    columns = [table.column(name).to_pylist() for name in SOURCES.names]
    for path, sha256, size, media_type, encoding, status, doc_id, reason, detail in zip(*columns, strict=True):
        yield Source(path, sha256, size, media_type, encoding, SourceStatus(status), doc_id, reason, detail)
