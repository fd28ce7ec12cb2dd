"""Read rows sorted by `doc_id` in slices, from wherever they stand, so that no table is ever held whole.

A slice is a range of document identifiers. Identifiers begin with random digits, so ranges of equal width
hold about equally many documents. A batch's Arrow file is mapped into memory and its pages are given back
after each slice; a published table is read as a stream. Both must be sorted by `doc_id`: rows that are not
come out in a slice where their document is not, and whoever reads must look (`tabulate`, `laws`).
"""

from __future__ import annotations

import mmap
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

SLICE_BYTES = 32 * 2**20
"""Bytes of one table that a slice should hold in memory. Rows are copied twice on their way: 100 MB in all."""
MAX_SLICES = 65_536

_DIGITS = 6
_LAST = "~"
# "~" sorts after every hexadecimal digit.
_ROWS_AT_ONCE = 16_384
_TEXTS_AT_ONCE = 256
# Rows decoded at a time from a published table; whole documents are large, so of them fewer.
_KEY_BYTES = 64
# A row's key takes this much in memory, and next to nothing in a file, where it is a run of equal values.


class Rows(Protocol):
    """Rows that are sorted by doc_id and given out from the first to the last."""

    bytes: int
    """About how many bytes all rows take in memory."""

    def until(self, bound: str) -> pa.Table:
        """Return the next rows whose doc_id is less than `bound`."""

    def forget(self) -> None:
        """Give back what was read; the rows that were given out are not used after this."""


def slice_bounds(slices: int) -> list[str]:
    """Return the upper bounds of slices of equal width, in order; the last holds all that is left.

    >>> slice_bounds(4)
    ['400000', '800000', 'c00000', '~']
    """
    whole = 16**_DIGITS
    return [*(f"{whole * (i + 1) // slices:0{_DIGITS}x}" for i in range(slices - 1)), _LAST]


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
        """Return the next rows whose doc_id is less than `bound`; they are views of the file."""
        end = bisect_left(self._ids, bound, lo=self._at, key=_text)
        rows = self._table.slice(self._at, end - self._at)
        self._at = end
        return rows

    def forget(self) -> None:
        """Give the pages that were read back to the system; they can be read again."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)


class TableRows:
    """The rows of a published or staged table, read as a stream; those of some documents can be left out."""

    def __init__(
        self,
        dataset: ds.Dataset,
        columns: Sequence[str],
        without: pa.Array | None = None,
        keep: ds.Expression | None = None,
    ) -> None:
        """Start reading. `without` are the doc_ids, sorted, whose rows are passed over; `keep` is a filter."""
        self._columns = list(columns)
        self._schema = pa.schema([dataset.schema.field(name) for name in columns])
        self._without = without if without is not None else pa.array([], pa.string())
        whole_texts = "text" in columns and "text_chars" in dataset.schema.names
        # One row group at a time and no threads: what is read ahead would stand in memory.
        self._batches = iter(
            dataset.to_batches(
                columns=list(columns) if "doc_id" in columns else ["doc_id", *columns],
                batch_size=_TEXTS_AT_ONCE if whole_texts else _ROWS_AT_ONCE,
                filter=keep,
                batch_readahead=0,
                fragment_readahead=0,
                use_threads=False,
            )
        )
        self._waiting: pa.Table | None = None
        self.bytes = sum(
            fragment.metadata.row_group(i).total_byte_size + _KEY_BYTES * fragment.metadata.row_group(i).num_rows
            for fragment in dataset.get_fragments()
            for i in range(fragment.metadata.num_row_groups)
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

    def forget(self) -> None:
        """Do nothing: what was read is held by nobody."""

    def _next(self) -> pa.Table | None:
        for batch in self._batches:
            rows = pa.Table.from_batches([batch])
            if rows.num_rows and len(self._without):
                ids = rows.column("doc_id")
                first = bisect_left(self._without, _text(ids[0]), key=_text)
                last = bisect_left(self._without, _text(ids[-1]) + _LAST, key=_text)
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

    def forget(self) -> None:
        """Give back the pages of both files."""
        self._rows.forget()
        self._other.forget()


def replace_column(table: pa.Table, column: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    """Return the table with other values in a column, cast to its type."""
    at = table.schema.get_field_index(column)
    field = table.schema.field(at)
    return table.set_column(at, field, values.cast(field.type))


def _text(value: Any) -> str:
    return str(value.as_py())
