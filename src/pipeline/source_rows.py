"""The sources of a run as columns: a record of one takes 400 bytes and more, a row here less than half of that.

Records are made when they are asked for, so that whoever goes through millions of sources holds a few at a time. Some
of the rows (those to clean, those of a batch) are row numbers into all of them, and while a run assembles its tables
all of them can stand in a file.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .model import Source, SourceStatus
from .records import reading_order
from .schemas import SOURCES
from .slices import release_memory, replace_column

_AT_ONCE = 4_096
# Records that are there at once, where all are gone through: 2 MB.


def make_sources(sources: Sequence[Source]) -> pa.Table:
    """Return the `sources` rows of some records, in their order."""
    return pa.table(
        [
            pa.array([s.source_path for s in sources], pa.string()),
            pa.array([s.source_sha256 for s in sources], pa.string()),
            pa.array([s.size for s in sources], pa.int64()),
            pa.array([s.media_type for s in sources], pa.string()),
            pa.array([s.encoding for s in sources], pa.string()),
            pa.array([str(s.status) for s in sources], pa.string()),
            pa.array([s.doc_id for s in sources], pa.string()),
            pa.array([s.reason for s in sources], pa.string()),
            pa.array([s.detail for s in sources], pa.string()),
        ],
        schema=SOURCES,
    )


class _Store:
    """A table that can move to a file under the feet of those who hold some of its rows."""

    __slots__ = ("map", "table")

    def __init__(self, table: pa.Table) -> None:
        self.table: pa.Table = table.combine_chunks()
        self.map: mmap.mmap | None = None


class SourceRows(Sequence[Source]):
    """Sources in the columns of the table `sources`, each given out as a record."""

    __slots__ = ("_rows", "_store")

    def __init__(self, table: pa.Table) -> None:
        """Take rows of the schema `SOURCES`."""
        self._store = _Store(table)
        self._rows: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, sources: Iterable[Source]) -> SourceRows:
        """Return the rows of some records, in their order."""
        given, pieces = iter(sources), [SOURCES.empty_table()]
        while some := list(islice(given, _AT_ONCE)):
            pieces.append(make_sources(some))
        return cls(pa.concat_tables(pieces))

    @classmethod
    def join(cls, parts: Iterable[SourceRows]) -> SourceRows:
        """Return the rows of all parts, sorted by path."""
        table = pa.concat_tables([SOURCES.empty_table(), *(part.table for part in parts)])
        return cls(table.take(pc.sort_indices(table.column("source_path"))))

    @property
    def table(self) -> pa.Table:
        """The rows as a table."""
        return self._store.table if self._rows is None else self._store.table.take(pa.array(self._rows))

    def column(self, name: str) -> pa.Array:
        """Return one column."""
        whole = self._store.table.column(name).combine_chunks()
        return whole if self._rows is None else whole.take(pa.array(self._rows))

    @property
    def bytes(self) -> int:
        """What all of them hold."""
        return int(pc.sum(self.column("bytes")).as_py() or 0)

    def take(self, rows: NDArray[np.int64]) -> SourceRows:
        """Return some of the rows, in the order in which they are named."""
        some = SourceRows.__new__(SourceRows)
        some._store = self._store
        some._rows = np.asarray(rows, np.int64) if self._rows is None else self._rows[rows]
        return some

    def first_of_documents(self) -> NDArray[np.int64]:
        """Return the first row of each document, in order."""
        ids = self.column("doc_id")
        known = np.flatnonzero(ids.is_valid().to_numpy(zero_copy_only=False))
        # A code a document, in the order in which documents come: where it is a new one, it is the highest so far.
        codes = ids.drop_null().dictionary_encode().indices.to_numpy()
        before = np.concatenate([[-1], np.maximum.accumulate(codes)[:-1]]) if len(codes) else codes
        return np.asarray(known[codes > before], np.int64)

    def with_duplicates(self) -> SourceRows:
        """Say of all but the first of the sources with the same bytes that they are duplicates."""
        first = self.first_of_documents()
        ids, paths = self.column("doc_id"), self.column("source_path")
        again = np.array(ids.is_valid().to_numpy(zero_copy_only=False))
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
        if not where.any():
            return self
        table = self.table
        for name, values in columns.items():
            old = table.column(name).combine_chunks()
            table = replace_column(table, name, pc.replace_with_mask(old, pa.array(where), values.cast(old.type)))
        return SourceRows(table)

    def in_reading_order(self) -> SourceRows:
        """Put records of one file one after the other, so that a batch reads on where the last one stopped."""
        paths = self.column("source_path")
        if not pc.any(pc.match_substring(paths, "#")).as_py():
            return self.take(pc.sort_indices(paths).to_numpy())
        codes, numbers = np.empty(len(self), np.int64), np.empty(len(self), np.int64)
        files: dict[str, int] = {}
        for row, path in enumerate(paths):
            file, numbers[row] = reading_order(path.as_py())
            codes[row] = files.setdefault(file, len(files))
        rank = np.empty(len(files), np.int64)
        rank[[files[file] for file in sorted(files)]] = np.arange(len(files))
        return self.take(np.lexsort((numbers, rank[codes])))

    def spill(self, path: Path) -> None:
        """Move all rows to a file, for these and for all that were taken of them; it may be removed meanwhile."""
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, SOURCES) as writer:
            writer.write_table(self._store.table)
        with path.open("rb") as file:
            self._store.map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._store.table = pa.ipc.open_file(pa.py_buffer(self._store.map)).read_all()
        release_memory()

    def release(self) -> None:
        """Give back the memory of what was read of the file, if they were moved to one."""
        if self._store.map is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._store.map.madvise(mmap.MADV_DONTNEED)

    def __len__(self) -> int:
        """Return how many there are."""
        return int(self._store.table.num_rows) if self._rows is None else len(self._rows)

    @overload
    def __getitem__(self, at: int) -> Source: ...

    @overload
    def __getitem__(self, at: slice) -> SourceRows: ...

    def __getitem__(self, at: int | slice) -> Source | SourceRows:
        """Return one record, or some of the rows."""
        numbers = np.arange(len(self))[at]
        return self.take(numbers) if isinstance(at, slice) else next(iter(self.take(np.array([numbers]))))

    def __iter__(self) -> Iterator[Source]:
        """Go through the records."""
        for start in range(0, len(self), _AT_ONCE):
            yield from _records(self.take(np.arange(start, min(start + _AT_ONCE, len(self)))).table)

    def __eq__(self, other: object) -> bool:
        """Say whether the other has the same sources in the same order."""
        if isinstance(other, SourceRows):
            return bool(self.table.equals(other.table))
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(Source.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Callable[[pa.Table], SourceRows], tuple[pa.Table]]:
        """Send these rows to another process, not all that they were taken of."""
        return SourceRows, (self.table,)

    def __repr__(self) -> str:
        """Say how many there are: a record each would be pages."""
        return f"<{len(self):,} sources>"


def _records(table: pa.Table) -> Iterator[Source]:
    columns = [table.column(name).to_pylist() for name in SOURCES.names]
    for path, sha256, size, media_type, encoding, status, doc_id, reason, detail in zip(*columns, strict=True):
        yield Source(path, sha256, size, media_type, encoding, SourceStatus(status), doc_id, reason, detail)
