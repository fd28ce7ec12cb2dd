"""Note what a store said of each object when it was fetched; while it says the same, the object is the same.

A stamp is the store's own word for an object's content: its etag, its checksum or its generation. Where there is none
it is the time of the last change, and that counts only when it lay a minute back at the fetch, because a store that
tells time in seconds may change an object twice in one. An object with neither is fetched at every listing. Notes
are a cache, keyed by the address: damaged or missing ones cost a fetch, and `--full` passes them over.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from .streams import FileDigest

_CONTENT = ("ETag", "etag", "md5Hash", "content_md5", "Content-MD5", "checksum", "generation", "VersionId", "oid")
_TIME = ("LastModified", "last_modified", "Last-Modified", "mtime", "modified", "updated")
_SETTLED_SECONDS = 60.0
_FIELDS = ("name", "stamp", "listed", "sha256", "size", "blank")


@dataclass(frozen=True, slots=True)
class Note:
    """The stamp and size under which an object was listed, and what was fetched then."""

    stamp: str
    listed: int | None
    digest: FileDigest


def stamp_of(info: Mapping[str, Any], now: float) -> str | None:
    """Return what the store says of an object's content, or None where that does not tell a change.

    `info` is what fsspec lists of the object, `now` the time of the listing in seconds.

    >>> stamp_of({"ETag": '"a1"'}, 0.0), stamp_of({"mtime": 90.0}, 100.0), stamp_of({"mtime": 30.0}, 100.0)
    ('ETag "a1"', None, 'mtime 30.0')
    """
    for key in _CONTENT:
        if info.get(key):
            return f"{key} {info[key]}"
    for key in _TIME:
        seconds = _seconds(info.get(key))
        if seconds is not None:
            return f"{key} {seconds}" if now - seconds >= _SETTLED_SECONDS else None
    return None


def _seconds(value: object) -> float | None:
    """Return a time as seconds since 1970: given as such, as a datetime, or as HTTP writes it."""
    if isinstance(value, str):
        try:
            value = parsedate_to_datetime(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    return float(value) if isinstance(value, int | float) else None


def read_notes(cache: Path, url: str) -> dict[str, Note]:
    """Return the notes of an address by the object's name; none where they are not sound."""
    path = _place(cache, url)
    if not path.is_file():
        return {}
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path, page_checksum_verification=True)
        if table.schema.metadata.get(b"url") != url.encode():
            return {}
        columns = [table.column(name).to_pylist() for name in _FIELDS]
    except (OSError, pa.ArrowException, KeyError, AttributeError, UnicodeDecodeError):
        return {}
    return {
        name: Note(stamp, listed, FileDigest(sha256, size, blank))
        for name, stamp, listed, sha256, size, blank in zip(*columns, strict=True)
    }


def write_notes(cache: Path, url: str, notes: Mapping[str, Note]) -> None:
    """Replace the notes of an address at once; where nothing can be written nothing is kept."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = sorted(notes.items())
    table = pa.table(
        {
            "name": pa.array([name for name, _ in rows], pa.string()),
            "stamp": pa.array([note.stamp for _, note in rows], pa.string()),
            "listed": pa.array([note.listed for _, note in rows], pa.int64()),
            "sha256": pa.array([note.digest.sha256 for _, note in rows], pa.string()),
            "size": pa.array([note.digest.size for _, note in rows], pa.int64()),
            "blank": pa.array([note.digest.is_blank for _, note in rows], pa.bool_()),
        }
    ).replace_schema_metadata({"url": url})
    with suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".notes-", dir=cache)
        os.close(handle)
        try:
            pq.write_table(table, name, compression="zstd", write_page_checksum=True)
            os.replace(name, _place(cache, url))
        except BaseException:
            os.unlink(name)
            raise


def _place(cache: Path, url: str) -> Path:
    return cache / f"remote-{hashlib.sha256(url.encode()).hexdigest()[:16]}.parquet"
