"""List and read the records of a file that holds many: JSON, JSON Lines, CSV, Parquet, WARC, zip and tar.

A record's source is `file#n`, n being its number in the file from 0, and for a member of an archive
`file#n/path/in/archive`. One bad record is one rejected row. Files are read as streams, a record at a time;
a worker keeps its place in the file it reads, so that it goes through each file once, whatever its batches.
"""

from __future__ import annotations

import atexit
import io
import os
import re
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from .errors import RejectedError
from .model import Source, SourceStatus
from .read import media_type_of
from .record_model import Items, Record, failed
from .settings import ReadSettings
from .streams import ALWAYS, RATIO, Stream, open_regular

RECORD_SUFFIXES = (
    *(
        f".{kind}{packed}"
        for kind in ("jsonl", "ndjson", "json", "csv", "tsv", "warc")
        for packed in ("", ".gz", ".zst")
    ),
    *(".parquet", ".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst"),
)
"""How the name of a file of records ends, in lower case."""


def is_record_file(path: str) -> bool:
    """Tell by its name whether a file holds records.

    >>> is_record_file("a/Crawl.WARC.gz"), is_record_file("a.txt.gz")
    (True, False)
    """
    return path.lower().endswith(RECORD_SUFFIXES)


def list_records(full: bytes, path: str, sha: str, size: int, settings: ReadSettings) -> Iterator[Source]:
    """Yield a source for every record of a file, in the file's order; `sha` and `size` are the file's own.

    What holds of the whole file (it is no sound archive, records that hold no page) is a rejected row under
    the file's own name.
    """
    count = held = 0
    bound = min(settings.max_archive_bytes, max(ALWAYS, RATIO * size))
    try:
        with open_regular(full) as raw:
            for number, make in _capped(raw, path, settings):
                count += 1
                record = make()
                # Streams are bounded as they expand; a table's repeated value, or a page packed twice, is seen here.
                held += len(record.content)
                if held > bound:
                    detail = f"The records hold more than {bound:,} bytes, {RATIO} times the file; stopped here."
                    yield _source_of(Record(number, error=RejectedError("too_large", detail)), path, sha, size)
                    return
                yield _source_of(record, path, sha, size)
    except RejectedError as error:
        yield _source_of(Record(None, error=error), path, sha, size)
        return
    if not count:
        yield _source_of(Record(None, error=RejectedError("empty", "The file holds no record.")), path, sha, size)


def read_record(full: bytes, source_path: str, sha: str | None, settings: ReadSettings) -> Record:
    """Return a record that was listed, checked against its digest.

    Raises RejectedError: "changed" when it is no longer the one that was listed, or its own reason.
    """
    place = split_record(source_path)
    if place is None:
        raise RejectedError("changed", "The path names no record of a file.")
    make = _reached(full, place, settings)
    record = make() if make is not None else None
    if record is None or (record.error is None and record.digest() != sha):
        raise RejectedError("changed", "The file changed after it was listed. Run again when it is complete.")
    if record.error is not None:
        raise record.error
    return record


@dataclass(frozen=True, slots=True)
class Place:
    """The parts of a record's source path."""

    file: str
    number: int
    name: str | None


_SUFFIX = "|".join(map(re.escape, RECORD_SUFFIXES))
_PLACE = re.compile(rf"(?:{_SUFFIX})#(\d{{1,12}})(?:/|\Z)", re.IGNORECASE)


def split_record(source_path: str) -> Place | None:
    """Return file, number and member of a record's source path, or None for that of a file.

    >>> split_record("a/pages.zip#7/news/b.html")
    Place(file='a/pages.zip', number=7, name='news/b.html')
    """
    found = _PLACE.search(source_path)
    if found is None:
        return None
    return Place(source_path[: found.start(1) - 1], int(found[1]), source_path[found.end() :] or None)


def reading_order(source_path: str) -> tuple[str, int]:
    """Return a key that sorts sources as a worker goes through files: `a#2` before `a#10`."""
    place = split_record(source_path)
    return (source_path, -1) if place is None else (place.file, place.number)


def _source_of(record: Record, path: str, sha: str, size: int) -> Source:
    full = path + record.suffix
    media_type = media_type_of(record.name) if record.name else record.media_type
    status, error = SourceStatus.REJECTED, record.error
    if error is not None:
        whole = record.number is None
        size = size if whole else 0
        return Source(
            full, sha if whole else None, size, media_type, status=status, reason=error.reason, detail=error.detail
        )
    digest, size = record.digest(), len(record.content)
    if not record.content.strip():
        detail = "The record holds nothing but white space." if size else "The record has no bytes."
        return Source(full, digest, size, media_type, status=status, reason="empty", detail=detail)
    return Source(full, digest, size, media_type, doc_id=digest[:32])


# --- going through a file ---------------------------------------------------------------------------


def _items(raw: io.FileIO, path: str, settings: ReadSettings, start: int = 0) -> Items:
    from .record_archives import read_tar, read_zip
    from .record_csv import read_table
    from .record_json import read_objects
    from .record_rows import read_lines, read_rows
    from .record_warc import read_warc

    name = path.lower()
    codec = "gz" if name.endswith((".gz", ".tgz")) else "zst" if name.endswith(".zst") else ""
    if name.endswith(".zip"):
        return read_zip(raw, settings, start)
    if name.endswith(".parquet"):
        return read_rows(raw, settings, start)
    if ".warc" in name[-9:]:
        return read_warc(raw, codec, settings)
    stream = Stream(raw, codec, settings.max_archive_bytes)
    if name.endswith((".tar", ".tar.gz", ".tgz", ".tar.zst")):
        return read_tar(stream, settings)
    if ".csv" in name[-8:] or ".tsv" in name[-8:]:
        return read_table(stream, settings)
    if name.removesuffix(".gz").removesuffix(".zst").endswith(".json"):
        return read_objects(stream, settings)
    return read_lines(stream, settings)


def _capped(raw: io.FileIO, path: str, settings: ReadSettings) -> Items:
    """Yield the items of a file up to the most that a file may hold."""
    for number, make in _items(raw, path, settings):
        if number is not None and number >= settings.max_records:
            yield failed(
                number, "too_many", f"The file holds more than {settings.max_records:,} records; stopped here."
            )
            return
        yield number, make


class _Cursor(threading.local):
    """Where this thread stands in the file it reads; a cache only, a lost place is found from the start."""

    file: tuple[object, ...] | None = None
    items: Items | None = None
    next: int = 0


_cursor = _Cursor()


@atexit.register
def _close() -> None:
    # A generator that is closed while the interpreter ends finds its modules emptied, and says so on stderr.
    if isinstance(_cursor.items, Generator):
        _cursor.items.close()


def _reached(full: bytes, place: Place, settings: ReadSettings) -> Callable[[], Record] | None:
    """Go on to a record from where this thread stands, or from the start; None where the file has none such."""
    try:
        found = os.stat(full)
        key = (full, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, settings)
        if _cursor.items is None or _cursor.file != key or place.number < _cursor.next:
            _cursor.file, _cursor.items, _cursor.next = key, _opened(full, place, settings), 0
        for number, make in _cursor.items:
            if number is None:
                continue
            _cursor.next = number + 1
            if number >= place.number:
                return make if number == place.number else None
    except OSError as error:
        raise RejectedError("unreadable", f"The file could not be read: {error.strerror or error}.") from error
    _cursor.items = None
    return None


def _opened(full: bytes, place: Place, settings: ReadSettings) -> Items:
    with open_regular(full) as raw:
        yield from _items(raw, place.file, settings, place.number)
