"""Read tables written as text, CSV and TSV: a record is a row, its fields are named by the first row.

What parts the fields (comma, semicolon, tab, bar) is told by the first row. A field may hold line breaks in quotation
marks. Bytes are parted before they are decoded, so that one bad byte costs one character of one field. A row that is
too long, or has another number of fields than the first, is refused and the next one read; a quotation mark that is
never closed costs the rows up to the bound, not the file.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from functools import partial

from .encodings import decode
from .errors import RejectedError
from .record_fields import field_roots, make_record
from .record_model import Items, Record, failed
from .record_rows import bounded, read_physical_lines
from .settings import ReadSettings
from .streams import Stream

_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_SEPARATORS = "\t;,|"
"""What may part fields; of equally many the first counts, since commas stand in names too."""


_TOLD = re.compile(r"\ufeff?sep=([\t;,|])\s*$", re.IGNORECASE)
"""What a spreadsheet writes above the first row."""


class _TooLongError(Exception):
    """A row holds more bytes than a record may."""


_ENDED = re.compile(r"[^\r]*(?:\r\n?|$)")


class _Feed:
    """The lines of a file, for a reader of rows; a row that grows too long is cut off."""

    def __init__(self, lines: Iterator[bytes | None], most: int) -> None:
        self._lines, self._most = lines, most
        self._held: list[str] = []
        self.size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._held:
            return self._held.pop()
        line = next(self._lines)
        self.size += self._most + 1 if line is None else len(line)
        if line is None or self.size > self._most:
            raise _TooLongError
        # One character a byte: fields are bytes again before they are decoded.
        text = line.decode("latin-1") + "\n"
        if "\r" not in text[:-2]:
            return text
        # Excel's "CSV (Macintosh)" ends its rows so; inside quotation marks the reader puts the parts together again.
        self._held = [part for part in _ENDED.findall(text) if part][::-1]
        return self._held.pop()


def read_table(stream: Stream, settings: ReadSettings) -> Items:
    """Yield the records of a CSV or TSV file; raises RejectedError "no_text" when no column holds text."""
    most = 2 * settings.max_bytes
    csv.field_size_limit(max(csv.field_size_limit(), most + 1))
    feed = _Feed(_as_bytes(read_physical_lines(stream, most)), most)
    number = -1
    try:
        first = next(feed, None)
        if first is None:
            return
        if told := _TOLD.match(first):
            first, separator = next(feed, ""), told[1]
        else:
            separator = max(_SEPARATORS, key=first.count)
            # A first row of one name: nothing parts the rows below.
            separator = separator if separator in first else "\x1f"
        names = [_name(field) for field in next(csv.reader(_chained(first, feed), delimiter=separator))]
        if not field_roots(settings) & set(names):
            found = ", ".join(names[:20])
            raise RejectedError("no_text", f"No column is named as the settings say; columns found: {found[:300]}.")
        rows = csv.reader(feed, delimiter=separator)
        while True:
            feed.size = 0
            try:
                row = next(rows)
            except StopIteration:
                return
            except _TooLongError:
                number += 1
                yield failed(
                    number, "too_large", f"The row is longer than {most:,} bytes, or a quotation mark is open."
                )
                rows = csv.reader(feed, delimiter=separator)
                continue
            except csv.Error as error:
                number += 1
                yield failed(number, "corrupt", f"The row cannot be read: {error}.")
                rows = csv.reader(feed, delimiter=separator)
                continue
            if any(map(str.strip, row)):
                number += 1
                yield number, partial(_from_row, number, names, row, settings)
    except csv.Error as error:
        raise RejectedError("corrupt", f"The first row cannot be read: {error}.") from None
    except _TooLongError:
        raise RejectedError("too_large", f"The first row is longer than {most:,} bytes.") from None
    except RejectedError as error:
        if number < 0:
            raise
        yield failed(number + 1, error.reason, f"{error.detail} What follows was not read.")


def _chained(first: str, feed: _Feed) -> Iterator[str]:
    yield first
    yield from feed


def _name(field: str) -> str:
    return _decoded(field.encode("latin-1"))[0].strip("\ufeff \t\r\n").lower()


def _as_bytes(lines: Iterator[bytes | None]) -> Iterator[bytes | None]:
    """Yield the lines in an encoding in which separators are single bytes: what Excel saves as Unicode is none."""
    first = next(lines, None)
    if first is None:
        return
    encoding = next((name for mark, name in _MARKS.items() if first.startswith(mark)), None)
    if encoding is None:
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from lines
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    held = ""
    for line in _again(first[2:], lines):
        # A line was ended at a byte 0x0A, which may be half of a character.
        held += decoder.decode(line + b"\n")
        *ended, held = held.split("\n")
        yield from (part.encode() for part in ended)
    if held.strip("\x00\n"):
        yield held.encode()


def _again(first: bytes, lines: Iterator[bytes | None]) -> Iterator[bytes]:
    yield first
    yield from (line for line in lines if line is not None)


def _decoded(field: bytes) -> tuple[str, int]:
    try:
        return field.decode("utf-8"), 0
    except UnicodeDecodeError:
        decoded = decode(field)
        return decoded.text, decoded.replaced


def _from_row(number: int, names: list[str], row: list[str], settings: ReadSettings) -> Record:
    if len(row) != len(names):
        detail = f"The row has {len(row):,} fields, the first row {len(names):,}."
        return Record(number, error=RejectedError("malformed", detail))
    values: dict[str, str | None] = {}
    replaced = 0
    for name, field in zip(names, row, strict=True):
        try:
            text, spots = _decoded(field.encode("latin-1"))
        except RejectedError as error:
            return Record(number, error=error)
        values.setdefault(name, text if text.strip() else None)
        replaced += spots
    return bounded(make_record(number, values, settings, replaced), settings)
