"""Read JSON Lines and Parquet: a record is a line or a row.

A line is numbered by its place in the file, blank ones too, so that `#7` is line 8. A line that is no JSON
object, or longer than a document may be, is refused and the next one read. A Parquet file is read in small
batches, columns that no setting names are never touched, and repeated values stay a dictionary, so that a
small file cannot fill the memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from .encodings import decode
from .errors import RejectedError
from .record_fields import field_roots, make_record
from .record_model import Items, Record, failed
from .settings import ReadSettings
from .streams import CHUNK, Stream

BATCH_ROWS = 256
"""Rows of a table that are in memory at once."""


def read_lines(stream: Stream, settings: ReadSettings) -> Items:
    """Yield the records of JSON Lines; damage of the compressed stream ends them with one rejected record."""
    number = -1
    try:
        for number, line in enumerate(read_physical_lines(stream, 2 * settings.max_bytes)):
            if line is None:
                yield failed(number, "too_large", f"The line is longer than {2 * settings.max_bytes:,} bytes.")
            elif line.strip(b" \t\r\n\x00"):
                yield number, partial(_from_line, number, line, settings)
    except RejectedError as error:
        yield failed(number + 1, error.reason, f"{error.detail} What follows was not read.")


def read_rows(raw: Any, settings: ReadSettings, start: int = 0) -> Items:
    """Yield the records of a Parquet file, from the row group that holds row `start` on.

    Raises RejectedError "corrupt", or "no_text" when no column holds text.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        file = pq.ParquetFile(raw, pre_buffer=False, page_checksum_verification=True)
        roots = field_roots(settings)
        columns = [f.name for f in file.schema_arrow if f.name in roots]
        if not columns:
            found = ", ".join(file.schema_arrow.names[:20])
            raise RejectedError("no_text", f"No column is named as the settings say; columns found: {found[:300]}.")
        whole = [f.name for f in file.schema_arrow if f.name in columns and _is_text(f.type)]
        file = pq.ParquetFile(raw, pre_buffer=False, page_checksum_verification=True, read_dictionary=whole)
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            if number + rows <= start:
                number += rows
                continue
            for batch in file.iter_batches(BATCH_ROWS, [group], columns, use_threads=False):
                for i in range(batch.num_rows):
                    yield number, partial(_from_row, number, batch, i, settings)
                    number += 1
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        if number == 0:
            raise RejectedError("corrupt", f"The file is not sound Parquet: {_short(error)}.") from error
        yield failed(number, "corrupt", f"The Parquet file is damaged here: {_short(error)}. The rest was not read.")


def read_physical_lines(stream: Stream, limit: int) -> Iterator[bytes | None]:
    """Yield the lines without their ends; None for one over the limit, of which no more is held than that."""
    held: list[bytes] = []
    size = 0
    while data := stream.read(CHUNK):
        *ended, rest = data.split(b"\n")
        for part in ended:
            size += len(part)
            yield b"".join((*held, part)) if size <= limit else None
            held, size = [], 0
        size += len(rest)
        held = [*held, rest] if size <= limit else []
    if size:
        yield b"".join(held) if size <= limit else None


def _from_line(number: int, line: bytes, settings: ReadSettings) -> Record:
    try:
        text, replaced = line.decode("utf-8-sig"), 0
    except UnicodeDecodeError:
        try:
            decoded = decode(line)
        except RejectedError as error:
            return Record(number, error=error)
        text, replaced = decoded.text, decoded.replaced
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        detail = f"Line {number + 1} is no JSON: {_short(error) or 'nested too deep'}."
        return Record(number, error=RejectedError("malformed", detail))
    if not isinstance(row, dict):
        return Record(number, error=RejectedError("malformed", f"Line {number + 1} is JSON, but no object."))
    record = make_record(number, row, settings, replaced)
    return bounded(record, settings)


def _from_row(number: int, batch: Any, i: int, settings: ReadSettings) -> Record:
    row = {name: _scalar(column[i]) for name, column in zip(batch.schema.names, batch.columns, strict=True)}
    return bounded(make_record(number, row, settings), settings)


def _scalar(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        # Arrow does not look whether a column of text is UTF-8; bytes are decoded as those of a file are.
        text = getattr(scalar, "value", scalar)
        return bytes(text.as_buffer()) if hasattr(text, "as_buffer") else None
    except (ValueError, OverflowError):
        return None  # a date beyond the year 9999


def bounded(record: Record, settings: ReadSettings) -> Record:
    """Return the record, or its refusal where its content is over the cap."""
    if len(record.content) <= settings.max_bytes:
        return record
    detail = f"{len(record.content):,} bytes; the cap for a document is {settings.max_bytes:,}."
    return Record(record.number, error=RejectedError("too_large", detail))


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_string(kind))


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200].rstrip(".")
