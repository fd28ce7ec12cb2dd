"""Describe a version: its files, their hashes, the tables' columns, and the facts of the run that made it.

The manifest is written last, so a folder that has one is complete. The content digest covers the tables'
files only: two runs that make the same tables have the same digest, whatever their reports say. The
manifest carries a seal over itself, so that `verify` sees a changed word in it too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .durable import write_file
from .errors import ContractError, CorruptVersionError
from .schemas import KEYS, TABLES, describe

MANIFEST = "manifest.json"
FORMAT = 1
OWN_KEYS = frozenset({"format", "name", "digest", "previous", "created_at", "tables", "files", "seal"})
"""What the manifest states of itself; every other key is a fact of the run."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file of a version: its path below it (with `/`), sha256 (64 hex digits) and size in bytes."""

    path: str
    sha256: str
    size: int
    rows: int | None = None
    """Rows of a table's part; None for any other file."""

    @property
    def table(self) -> str | None:
        """The table whose part this is."""
        first = self.path.split("/")[0]
        return first if self.rows is not None and first in TABLES else None


def describe_files(folder: Path) -> tuple[FileRecord, ...]:
    """Read every file below `folder` but the manifest, and return their records, by path.

    Raises ContractError when a table is missing, a part has other columns than `schemas.TABLES`, or
    something is neither a file nor a folder.
    """
    records = [_describe_file(folder, path) for path in list_files(folder) if path != MANIFEST]
    missing = [table for table in TABLES if not any(r.table == table for r in records)]
    if missing:
        raise ContractError(f"{folder} has no part of {', '.join(missing)}. Write every table, also an empty one.")
    return tuple(records)


def list_files(folder: Path) -> list[str]:
    """Return the paths of all files below `folder`, relative, with `/`, sorted."""
    found = []
    for path in folder.rglob("*"):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise ContractError(f"{path} is neither a file nor a folder. A version holds nothing else.")
        if path.is_file():
            found.append(path.relative_to(folder).as_posix())
    return sorted(found)


def content_digest(files: Iterable[FileRecord]) -> str:
    """Return the sha256 over the tables' files, as 64 hex digits.

    >>> part = FileRecord("sources/part-000.parquet", "ab" * 32, 10, rows=1)
    >>> content_digest([part]) == content_digest([part, FileRecord("report.html", "cd" * 32, 5)])
    True
    """
    lines = sorted(f"{f.path} {f.sha256}" for f in files if f.table)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def make_manifest(
    name: str, previous: str | None, files: Iterable[FileRecord], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the manifest of a version. Raises ContractError when a fact takes the name of one of its keys."""
    taken = OWN_KEYS & set(facts)
    if taken:
        raise ContractError(f"the manifest states {', '.join(sorted(taken))} itself; name the fact something else.")
    files = tuple(files)
    manifest: dict[str, Any] = {
        **facts,
        "format": FORMAT,
        "name": name,
        "digest": content_digest(files),
        "previous": previous,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "tables": {table: _describe_table(table, files) for table in TABLES},
        "files": {
            f.path: {"sha256": f.sha256, "bytes": f.size, **({} if f.rows is None else {"rows": f.rows})} for f in files
        },
    }
    return manifest | {"seal": seal_of(manifest)}


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> Path:
    """Write the manifest of the version in `folder` and fsync it."""
    write_file(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    return folder / MANIFEST


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of the version in `folder`.

    Raises FileNotFoundError when there is none and CorruptVersionError when it does not hold what every
    manifest holds.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
    except ValueError as error:
        raise CorruptVersionError(f"{path} is not JSON: {error}. {_ADVICE}") from None
    lacking = OWN_KEYS - set(manifest) if isinstance(manifest, dict) else OWN_KEYS
    if lacking:
        raise CorruptVersionError(f"{path} lacks {', '.join(sorted(lacking))}. {_ADVICE}")
    if manifest["format"] != FORMAT:
        raise CorruptVersionError(
            f"{path} has format {manifest['format']!r}; this release reads format {FORMAT}. "
            "Read it with the release that wrote it, or run `corpus run --full`."
        )
    return dict(manifest)


def records_of(manifest: Mapping[str, Any]) -> tuple[FileRecord, ...]:
    """Return the files that a manifest lists, by path."""
    return tuple(
        FileRecord(path, f["sha256"], f["bytes"], f.get("rows")) for path, f in sorted(manifest["files"].items())
    )


def facts_of(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a manifest tells of the run: all but what it states of itself."""
    return {key: value for key, value in manifest.items() if key not in OWN_KEYS}


def seal_of(manifest: Mapping[str, Any]) -> str:
    """Return the sha256 over a manifest without its seal, as 64 hex digits."""
    open_part = {key: value for key, value in manifest.items() if key != "seal"}
    return hashlib.sha256(json.dumps(open_part, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def hash_file(path: Path) -> str:
    """Return the sha256 of a file, as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_ADVICE = "Open an older version by its name (`corpus versions`), or run `corpus run --full` to publish a new one."


def _describe_file(folder: Path, path: str) -> FileRecord:
    full = folder / path
    table = path.split("/")[0]
    rows = _check_part(full, table) if table in TABLES and full.suffix == ".parquet" else None
    return FileRecord(path, hash_file(full), full.stat().st_size, rows)


def _check_part(path: Path, table: str) -> int:
    """Return the rows of a table's part; raises ContractError when it is not one."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as part:
            schema, rows = part.schema_arrow, part.metadata.num_rows
    except (pa.ArrowInvalid, OSError) as error:
        raise ContractError(f"{path} is not a whole Parquet file: {error}") from error
    if not schema.equals(TABLES[table]):
        raise ContractError(f"{path} has other columns than schemas.TABLES[{table!r}]: {schema.names}")
    return int(rows)


def _describe_table(table: str, files: Iterable[FileRecord]) -> dict[str, Any]:
    parts = [f for f in files if f.table == table]
    keys = ("name", "type", "nullable", "description")
    return {
        "rows": sum(f.rows or 0 for f in parts),
        "bytes": sum(f.size for f in parts),
        "key": list(KEYS[table]),
        "columns": [dict(zip(keys, column, strict=True)) for column in describe(table)],
    }
