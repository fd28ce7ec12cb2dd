"""Remember the records of a file, so that an unchanged file of a million records is hashed and not read again.

An entry is keyed by the sha256 of the file's bytes, the settings of reading, and the code and libraries that
read; it holds the rows that `records.list_records` gave. It is a cache and never the truth: one that is damaged or
missing is made anew, one that no file asked for is removed, and where nothing can be written nothing is kept.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .model import SourceStatus
from .records import list_records
from .schemas import SOURCES
from .settings import ReadSettings
from .source_rows import SourceRows

if TYPE_CHECKING:
    from .read import File

_FIELDS = ("source_sha256", "bytes", "media_type", "doc_id", "reason", "detail")
_CODE = ("encodings", "listings", "model", "read", "record_*", "records", "streams")


class Listings:
    """The entries of a cache folder; a context manager that removes those no file asked for."""

    def __init__(self, folder: Path | None, settings: ReadSettings) -> None:
        """Use `folder`, which need not exist yet; None remembers nothing."""
        self._folder = folder
        self._settings = settings
        self._used: set[str] = set()

    def of(self, file: File, path: str, sha: str, size: int) -> SourceRows:
        """Return the sources of a file's records."""
        if self._folder is None:
            return SourceRows.of(list_records(file.path(), path, sha, size, self._settings))
        entry = self._folder / f"{self._key(path, sha)}.parquet"
        self._used.add(entry.name)
        known = _read(entry, path)
        if known is None:
            full = file.path()
            before = os.stat(full)
            known = SourceRows.of(list_records(full, path, sha, size, self._settings))
            after = os.stat(full)
            # A file that changed since it was hashed must not be remembered under that hash.
            if (before.st_size, before.st_mtime_ns, size) == (after.st_size, after.st_mtime_ns, before.st_size):
                _write(entry, known, path)
        return known

    def _key(self, path: str, sha: str) -> str:
        kind = "".join(Path(path.lower()).suffixes[-2:])
        return hashlib.sha256("\n".join((sha, kind, self._settings.model_dump_json(), _code())).encode()).hexdigest()

    def __enter__(self) -> Self:
        """Return the listings."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the entries that were not asked for, if all was well."""
        if self._folder is None or error is not None or not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            if path.name not in self._used:
                path.unlink(missing_ok=True)


@cache
def _code() -> str:
    """Return a digest of the code and the libraries that a listing rests on."""
    total = hashlib.sha256(f"fastwarc=={version('fastwarc')} pyarrow=={version('pyarrow')}".encode())
    for path in sorted(p for name in _CODE for p in Path(__file__).parent.glob(f"{name}.py")):
        total.update(path.read_bytes())
    return total.hexdigest()


def _read(entry: Path, path: str) -> SourceRows | None:
    """Return the sources of an entry, or None when there is none that is sound."""
    if not entry.is_file():
        return None
    try:
        table = pq.read_table(entry, page_checksum_verification=True)
        if table.schema.metadata.get(b"rows") != str(table.num_rows).encode():
            return None
        columns = {name: table.column(name) for name in _FIELDS}
        columns["source_path"] = pc.binary_join_element_wise(path, table.column("suffix"), "")
        refused, well = (str(status) for status in (SourceStatus.REJECTED, SourceStatus.PUBLISHED))
        columns["status"] = pc.if_else(columns["reason"].is_valid(), refused, well)
        columns["encoding"] = pa.nulls(table.num_rows, pa.string())
        rows = pa.table([columns[name] for name in SOURCES.names], schema=SOURCES)
        rows.validate(full=True)
    except (OSError, pa.ArrowException, KeyError, AttributeError):
        return None
    return SourceRows(rows)


def _write(entry: Path, sources: SourceRows, path: str) -> None:
    """Write an entry whole or not at all; a folder that cannot be written is no error."""
    suffixes = pc.utf8_slice_codeunits(sources.table.column("source_path"), len(path))
    table = sources.table.select(_FIELDS).add_column(0, "suffix", suffixes)
    table = table.replace_schema_metadata({"rows": str(len(sources))})
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="new-", dir=entry.parent)
        os.close(handle)
        try:
            pq.write_table(table, name, compression="zstd", write_page_checksum=True)
            os.replace(name, entry)
        except BaseException:
            os.unlink(name)
            raise
    except OSError:
        return
