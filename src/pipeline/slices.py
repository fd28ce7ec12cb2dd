"""Read rows sorted by `doc_id` in slices, from wherever they stand, so that no table is ever held whole.

A slice is a range of document identifiers. Identifiers begin with random digits, so ranges of equal width
hold about equally many documents. A batch's Arrow file is mapped into memory and its pages are given back
when a slice was read; a published table is read as a stream. Both must be sorted by `doc_id`: rows that are not
come out in a slice where their document is not, and whoever reads must look (`tabulate`, `laws`).
"""

from __future__ import annotations

import mmap
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from .errors import ContractError

SLICE_BYTES = 8 * 2**20
"""Bytes of one table that a slice should hold in memory. Rows are copied twice on their way: 25 MB in all."""
# 16 MB take 15 to 20 MB more at the peak of 100,000 documents; 32 MB another 40, and save a tenth of the time.
MAX_SLICES = 65_536

LAST = "~"
"""A bound after every document: "~" sorts after all hexadecimal digits."""

_DIGITS = 6
_ROWS_AT_ONCE = 16_384
_TEXTS_AT_ONCE = 256
# Rows decoded at a time from a published table; whole documents are large, so of them fewer.
_BUFFER_BYTES = 2**16
# Bytes of a column that are read from a file at a time.
_KEY_BYTES = 64
# A row's key takes this much in memory, and next to nothing in a file, where it is a run of equal values.


class Rows(Protocol):
    """Rows that are sorted by doc_id and given out from the first to the last."""

    bytes: int
    """About how many bytes all rows take in memory."""

    def until(self, bound: str) -> pa.Table:
        """Return the next rows whose doc_id is less than `bound`."""


def slice_bounds(slices: int) -> list[str]:
    """Return the upper bounds of slices of equal width, in order; the last holds all that is left.

    >>> slice_bounds(4)
    ['400000', '800000', 'c00000', '~']
    """
    whole = 16**_DIGITS
    return [*(f"{whole * (i + 1) // slices:0{_DIGITS}x}" for i in range(slices - 1)), LAST]


def count_slices(size: int) -> int:
    """Return into how many slices so many bytes are divided: a power of two.

    >>> count_slices(10), count_slices(5 * SLICE_BYTES)
    (1, 8)
    """
    slices = 1
    while size > slices * SLICE_BYTES and slices < MAX_SLICES:
        slices *= 2
    return slices


class FileRows:
    """The rows of an Arrow file that a batch wrote."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        """Map the file; `columns` are those that are given out."""
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        table = pa.ipc.open_file(pa.py_buffer(self._map)).read_all()
        self._ids = table.column("doc_id")
        self._table = table.select(list(columns))
        self._at = 0
        self.bytes = len(self._map)
        self.rows: int = table.num_rows

    def until(self, bound: str) -> pa.Table:
        """Return the next rows whose doc_id is less than `bound`."""
        end = bisect_left(self._ids, bound, lo=self._at, key=_text)
        # Copied, and the file's pages given back: those of all batches would stand in memory at once.
        rows = self._table.take(pa.array(np.arange(self._at, end)))
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)
        self._at = end
        return rows


class TableRows:
    """The rows of a published or staged table, read as a stream; those of some documents can be left out."""

    def __init__(
        self,
        dataset: ds.Dataset,
        columns: Sequence[str],
        without: pa.Array | None = None,
    ) -> None:
        """Start reading. `without` are the doc_ids, sorted, whose rows are passed over."""
        self._columns = list(columns)
        self._schema = pa.schema([dataset.schema.field(name) for name in columns])
        self._without = without if without is not None else pa.array([], pa.string())
        whole_texts = "text" in columns and "text_chars" in dataset.schema.names
        asked = self._columns if "doc_id" in columns else ["doc_id", *columns]
        self._batches = stream_rows(dataset, asked, _TEXTS_AT_ONCE if whole_texts else _ROWS_AT_ONCE)
        self._waiting: pa.Table | None = self._next()
        groups = [
            fragment.metadata.row_group(i)
            for fragment in dataset.get_fragments()
            for i in range(fragment.metadata.num_row_groups)
        ]
        first = self._waiting.nbytes / self._waiting.num_rows if self._waiting is not None else 0
        # In a file equal values take the place of one: of a table with many, the first rows say more.
        self.bytes = max(
            sum(group.total_byte_size + _KEY_BYTES * group.num_rows for group in groups),
            int(first * sum(group.num_rows for group in groups)),
        )

    def until(self, bound: str) -> pa.Table:
        """Return the next rows whose doc_id is less than `bound`."""
        found: list[pa.Table] = []
        while (rows := self._waiting or self._next()) is not None:
            end = bisect_left(rows.column("doc_id"), bound, key=_text)
            found.append(rows.slice(0, end).select(self._columns))
            self._waiting = rows.slice(end) if end < rows.num_rows else None
            if self._waiting is not None:
                break
        return pa.concat_tables(found) if found else self._schema.empty_table()

    def _next(self) -> pa.Table | None:
        for rows in self._batches:
            if rows.num_rows and len(self._without):
                ids = rows.column("doc_id")
                first = bisect_left(self._without, _text(ids[0]), key=_text)
                last = bisect_left(self._without, _text(ids[-1]) + LAST, key=_text)
                rows = rows.filter(pc.invert(pc.is_in(ids, value_set=self._without.slice(first, last - first))))
            if rows.num_rows:
                return rows
        return None


class PairedRows:
    """Rows of one file with a column of another that has the same rows."""

    def __init__(self, rows: FileRows, column: str, other: FileRows) -> None:
        """Take `column` from `other`."""
        self._rows = rows
        self._column = column
        self._other = other
        self.bytes = rows.bytes + other.bytes
        self.rows = rows.rows

    def until(self, bound: str) -> pa.Table:
        """Return the next rows whose doc_id is less than `bound`."""
        table = self._rows.until(bound)
        return replace_column(table, self._column, self._other.until(bound).column(self._column))


class OverlaidRows:
    """Rows of which those of some documents take a column from files; these have the same rows, by the same key."""

    def __init__(self, rows: Rows, key: str, column: str, files: Sequence[FileRows]) -> None:
        """Take `column` from `files`, which give out doc_id, `key` and it; a document is in one of them."""
        self._rows = rows
        self._key = key
        self._column = column
        self._files = files
        self.bytes = rows.bytes + sum(file.bytes for file in files)

    def until(self, bound: str) -> pa.Table:
        """Return the next rows whose doc_id is less than `bound`. Raises ContractError where rows do not match."""
        table = self._rows.until(bound)
        over = pa.concat_tables([file.until(bound) for file in self._files])
        ids = pc.unique(table.column("doc_id"))
        at = pc.fill_null(pc.index_in(over.column("doc_id"), value_set=ids), -1).to_numpy()
        order = np.argsort(at, kind="stable")
        places = np.flatnonzero(pc.is_in(table.column("doc_id"), value_set=pc.unique(over.column("doc_id"))).to_numpy())
        keys = (some.column(self._key).to_numpy() for some in (table, over))
        if not np.array_equal(next(keys)[places], next(keys)[order]):
            raise ContractError(f"rows that got new {self._column} are not those that were published.")
        index = np.arange(table.num_rows)
        index[places] = table.num_rows + order
        old = table.column(self._column)
        both = pa.chunked_array([*old.chunks, *over.column(self._column).cast(old.type).chunks], old.type)
        return replace_column(table, self._column, both.take(pa.array(index)))


def stream_rows(dataset: ds.Dataset, columns: Sequence[str], rows: int) -> Iterator[pa.Table]:
    """Yield so many rows of a dataset of Parquet files at a time, in order, with their pages checked.

    Not by the dataset's own scanner, which decodes a row group whole and reads ahead: 90 MB for five tables.
    """
    schema = pa.schema([dataset.schema.field(name) for name in columns])
    for fragment in dataset.get_fragments():
        with pq.ParquetFile(fragment.path, page_checksum_verification=True, buffer_size=_BUFFER_BYTES) as file:
            there = [name for name in columns if name in file.schema_arrow.names]
            for batch in file.iter_batches(rows, columns=there, use_threads=False):
                # A column that is younger than the file is null.
                found = [
                    batch.column(field.name) if field.name in there else pa.nulls(batch.num_rows, field.type)
                    for field in schema
                ]
                yield pa.table([a.cast(f.type) for a, f in zip(found, schema, strict=True)], schema=schema)


def read_columns(dataset: ds.Dataset, columns: Sequence[str]) -> pa.Table:
    """Return some columns of a dataset whole: of its short ones, a row a document."""
    schema = pa.schema([dataset.schema.field(name) for name in columns])
    return pa.concat_tables([schema.empty_table(), *stream_rows(dataset, columns, _ROWS_AT_ONCE)])


def fetch_rows(dataset: ds.Dataset, doc_ids: Sequence[str], columns: Sequence[str] = ()) -> pa.Table:
    """Return the rows of some documents, with all columns or with those that are named, `doc_id` among them."""
    wanted = pa.array(doc_ids, pa.string())
    rows = stream_rows(dataset, columns or dataset.schema.names, _ROWS_AT_ONCE)
    found = [some.filter(pc.is_in(some.column("doc_id"), value_set=wanted)) for some in rows]
    return pa.concat_tables(found) if found else dataset.schema.empty_table()


def release_memory() -> None:
    """Give freed memory back to the system: Arrow keeps it, and what a slice took would stand beside the next."""
    pa.default_memory_pool().release_unused()


def replace_column(table: pa.Table, column: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    """Return the table with other values in a column, cast to its type."""
    at = table.schema.get_field_index(column)
    field = table.schema.field(at)
    return table.set_column(at, field, values.cast(field.type))


def _text(value: Any) -> str:
    return str(value.as_py())
