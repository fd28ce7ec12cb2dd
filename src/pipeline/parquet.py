"""Write a table as Parquet so that the same rows always give the same bytes.

The bytes depend on the rows and the settings only. How the rows arrive in chunks and calls does not
matter: row groups are cut where a count of rows or of text bytes is reached, and each is made one
chunk before it is written. A large table is split by the first bits of `doc_id` into parts of its own,
so that a changed document changes one part. Memory holds one row group, whatever the table's size.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .durable import DurableFile, make_folder, output_errors, sync_folder
from .errors import ContractError
from .settings import OutputSettings
from .slices import release_memory

GROUP_BYTES = 16 * 2**20
"""Text bytes that close a row group before its rows do: 1,000 documents of 17 kB."""
# 122,880 documents of 20 kB are 2.4 GB, more than one Arrow string array can hold (2 GiB), and a group stands in
# memory twice while it is written. Groups of 128 MB took 300 MB more and no less disk; of 32 MB 10 to 15 MB more, and
# 1 % more disk.

_PREFIX_DIGITS = 8
MAX_BUCKETS = 4_096


def write_table(table: pa.Table, folder: Path, settings: OutputSettings, buckets: int = 1) -> list[Path]:
    """Write `table` to `folder` as part-000.parquet and so on, and return the parts' paths.

    With `buckets` (a power of two) above one, rows are divided by `doc_id`, a part for each bucket that
    has rows; the rows must then be sorted by `doc_id`. A table without a key of documents (`doc_id`
    missing or nullable) stays one part. A table without rows gives one part with the schema. Every file
    is fsynced.

    Raises ContractError when the rows do not fit the schema or are not sorted, OutputError when the disk
    is full.
    """
    with TableWriter(folder, table.schema, settings, buckets) as writer:
        writer.write(table)
    return writer.paths


def choose_buckets(rows: int, bucket_rows: int) -> int:
    """Return the number of doc_id buckets for a version whose largest table has `rows`: a power of two.

    >>> choose_buckets(10, 100), choose_buckets(101, 100), choose_buckets(900, 100)
    (1, 2, 16)
    """
    buckets = 1
    while rows > buckets * bucket_rows and buckets < MAX_BUCKETS:
        buckets *= 2
    return buckets


class TableWriter:
    """Write one table piece by piece, in the order of its key; a context manager.

    >>> import tempfile
    >>> piece = pa.table({"n": [1, 2]})
    >>> with TableWriter(Path(tempfile.mkdtemp()), piece.schema, OutputSettings()) as writer:
    ...     writer.write(piece)
    ...     writer.write(piece)
    >>> [path.name for path in writer.paths], writer.rows
    (['part-000.parquet'], 4)
    """

    def __init__(self, folder: Path, schema: pa.Schema, settings: OutputSettings, buckets: int = 1) -> None:
        """Make `folder`; see `write_table` for `buckets`."""
        if buckets < 1 or buckets & (buckets - 1) or buckets > MAX_BUCKETS:
            raise ValueError(f"buckets must be a power of two of at most {MAX_BUCKETS:,}, not {buckets}")
        at = schema.get_field_index("doc_id")
        self.paths: list[Path] = []
        self.rows = 0
        self._folder = folder
        self._schema = schema
        self._settings = settings
        self._buckets = buckets if at >= 0 and not schema.field(at).nullable else 1
        self._bucket = -1
        self._file: DurableFile | None = None
        self._writer: pq.ParquetWriter | None = None
        self._pending: list[pa.Table] = []
        self._pending_rows = 0
        self._pending_bytes = 0
        with output_errors(folder):
            make_folder(folder)

    def write(self, table: pa.Table) -> None:
        """Add rows, which must not come before those already written."""
        with output_errors(self._folder):
            for bucket, rows in self._by_bucket(_fitting(table, self._schema, self._folder)):
                if bucket < self._bucket:
                    raise ContractError(f"rows of {self._folder.name} are not sorted by doc_id. Sort before writing.")
                if bucket > self._bucket:
                    self._end_part()
                    self._start_part(bucket)
                self._add(rows)
        self.rows += table.num_rows

    def close(self) -> None:
        """Write what is pending and the footers, and fsync parts and folder."""
        with output_errors(self._folder):
            if not self.paths:
                self._start_part(0)
            self._end_part()
            sync_folder(self._folder)

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the writer; after an exception, leave the open part unfinished."""
        try:
            if kind is None:
                self.close()
        finally:
            if self._file is not None and self._writer is not None:
                self._file.abandon()
                with suppress(OSError, pa.ArrowException):
                    self._writer.close()

    def _start_part(self, bucket: int) -> None:
        path = self._folder / f"part-{bucket:03d}.parquet"
        self._bucket = bucket
        self._file = DurableFile(path)
        self._writer = pq.ParquetWriter(
            self._file,
            self._schema,
            compression="zstd",
            compression_level=self._settings.compression_level,
            write_page_index=True,
            write_page_checksum=True,
        )
        self.paths.append(path)

    def _end_part(self) -> None:
        if self._file is None or self._writer is None:
            return
        self._flush()
        self._writer.close()
        self._file.close()
        self._file = self._writer = None

    def _by_bucket(self, table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
        """Yield the rows of each bucket that has some; sorted rows make each bucket one slice."""
        if self._buckets == 1:
            if table.num_rows:
                yield 0, table
            return
        prefixes = _document_prefixes(table.column("doc_id"), self._folder)
        bits = 4 * _PREFIX_DIGITS
        bounds = [(bucket << bits) // self._buckets for bucket in range(self._buckets + 1)]
        cuts = np.searchsorted(prefixes, np.array(bounds, np.int64))
        for bucket, (start, stop) in enumerate(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)):
            if stop > start:
                yield bucket, table.slice(start, stop - start)

    def _add(self, table: pa.Table) -> None:
        """Queue rows, closing a row group after each row that fills it."""
        filled = np.concatenate(([0], np.cumsum(_text_bytes(table))))
        start, total = 0, table.num_rows
        while start < total:
            full = np.searchsorted(filled, filled[start] + GROUP_BYTES - self._pending_bytes)
            stop = min(total, start + self._settings.row_group_rows - self._pending_rows, max(int(full), start + 1))
            self._pending.append(table.slice(start, stop - start))
            self._pending_rows += stop - start
            self._pending_bytes += int(filled[stop] - filled[start])
            if self._pending_rows >= self._settings.row_group_rows or self._pending_bytes >= GROUP_BYTES:
                self._flush()
            start = stop

    def _flush(self) -> None:
        if not self._pending_rows or self._writer is None:
            return
        pending, self._pending, self._pending_rows, self._pending_bytes = self._pending, [], 0, 0
        # Column by column, each let go when it was copied: the group does not stand in memory twice.
        columns = []
        for field in self._schema:
            columns.append(pa.chunked_array([c for t in pending for c in t.column(0).chunks], field.type))
            pending = [t.remove_column(0) for t in pending]
            columns[-1] = columns[-1].combine_chunks()
        group = pa.table(columns, schema=self._schema)
        del columns
        release_memory()
        self._writer.write_table(group, row_group_size=group.num_rows)
        del group
        release_memory()


def _fitting(table: pa.Table, schema: pa.Schema, folder: Path) -> pa.Table:
    """Return the table with exactly the schema; raises ContractError where a value does not fit."""
    try:
        if not table.schema.equals(schema, check_metadata=True):
            table = table.select(schema.names).cast(schema)
    except (KeyError, ValueError) as error:  # ArrowInvalid is a ValueError
        raise ContractError(f"{folder.name}: rows do not fit the schema: {error}") from error
    for field in schema:
        nulls = table.column(field.name).null_count
        if nulls and not field.nullable:
            raise ContractError(f"{folder.name}.{field.name} is empty in {nulls:,} rows but is promised in every row.")
    return table


def _document_prefixes(ids: pa.ChunkedArray, folder: Path) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the first 32 bits of each doc_id as a number, not descending."""
    coded = pc.utf8_slice_codeunits(ids, 0, _PREFIX_DIGITS).combine_chunks().dictionary_encode()
    try:
        numbers = np.array([int(prefix, 16) for prefix in coded.dictionary.to_pylist()], np.int64)
    except ValueError:
        raise ContractError(f"{folder.name}.doc_id holds something that is not hexadecimal.") from None
    prefixes: np.ndarray[tuple[int], np.dtype[np.int64]] = numbers[coded.indices.to_numpy()]
    if np.any(prefixes[1:] < prefixes[:-1]):
        raise ContractError(f"rows of {folder.name} are not sorted by doc_id. Sort before writing.")
    return prefixes


def _text_bytes(table: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the bytes of text in each row, of the columns that are text."""
    total = np.zeros(table.num_rows, np.int64)
    for field, column in zip(table.schema, table.columns, strict=True):
        if pa.types.is_string(field.type) or pa.types.is_binary(field.type):
            total += pc.fill_null(pc.binary_length(column), 0).to_numpy()
    return total
