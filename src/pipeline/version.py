"""Read a published version: a fixed set of files that no later run changes.

`open_version` finds out once which version is served and from then on reads that one only: two tables
joined through the `latest` link can come from two versions (10 of 706 joins, measured against a busy
writer), two tables of a `Version` cannot.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import ContractError, CorruptVersionError, UsageError
from .manifest import MANIFEST, content_digest, facts_of, hash_file, list_files, read_manifest, records_of, seal_of
from .schemas import TABLES

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

LATEST = "latest"
POINTER = "latest.json"
VERSIONS = "versions"

_NAME = re.compile(r"v(\d{6,12})-[0-9a-f]{12}")
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Version:
    """A published version, pinned: whatever is published or served later, this reads the same rows."""

    name: str
    path: Path
    """The version's folder, absolute."""
    manifest: Mapping[str, Any] = field(repr=False, compare=False)
    digest: str
    """sha256 over the tables' files, 64 hex digits."""
    facts: Mapping[str, Any] = field(repr=False, compare=False)
    """What the last run that made exactly these tables says of itself: settings, digests, validation."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables."""
        return tuple(TABLES)

    def rows(self, table: str) -> int:
        """Return the number of rows of a table, without reading it."""
        return int(self.manifest["tables"][_known(table)]["rows"])

    def table(self, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return a table, or some of its columns, sorted by key.

        The schema is that of `schemas.TABLES`; a column that is younger than the version is null. Raises
        CorruptVersionError when a file is missing or a page does not match its checksum.
        """
        import pyarrow as pa

        try:
            return self.dataset(table).to_table(columns=list(columns) if columns is not None else None)
        except (OSError, pa.ArrowInvalid) as error:
            raise CorruptVersionError(
                f"{self.path / table} cannot be read: {error}. Run `corpus verify --version {self.name}` to see "
                "which files are damaged."
            ) from error

    def dataset(self, table: str) -> ds.Dataset:
        """Return a table as a pyarrow dataset, to be read in pieces; pages are checked when read."""
        import pyarrow.dataset as ds

        scan = ds.ParquetFragmentScanOptions(page_checksum_verification=True)
        paths = [str(self.path / f.path) for f in records_of(self.manifest) if f.table == _known(table)]
        return ds.dataset(paths, schema=TABLES[table], format=ds.ParquetFileFormat(default_fragment_scan_options=scan))

    def sources(self) -> pa.Table:
        """Return the table with a row an input file."""
        return self.table("sources")

    def documents(self) -> pa.Table:
        """Return the table with a row a document."""
        return self.table("documents")

    def blocks(self) -> pa.Table:
        """Return the table with a row a block, kept or dropped."""
        return self.table("blocks")

    def sentences(self) -> pa.Table:
        """Return the table with a row a sentence of the body."""
        return self.table("sentences")

    def sentence_topics(self) -> pa.Table:
        """Return the table with a row a sentence and topic."""
        return self.table("sentence_topics")

    def mentions(self) -> pa.Table:
        """Return the table with a row a country, region or organisation named."""
        return self.table("mentions")

    def quarantine(self) -> pa.Table:
        """Return the table of rows that failed an expectation."""
        return self.table("quarantine")

    def verify(self) -> list[str]:
        """Read every file and return what differs from the manifest, a sentence each; empty when nothing does."""
        try:
            manifest = read_manifest(self.path)
            found = set(list_files(self.path)) - {MANIFEST}
        except (CorruptVersionError, ContractError) as error:
            return [str(error)]
        except FileNotFoundError:
            return [f"{MANIFEST} is missing."]
        problems = []
        if seal_of(manifest) != manifest["seal"]:
            problems.append(f"{MANIFEST} does not match its own seal: it was changed after it was published.")
        records = records_of(manifest)
        if content_digest(records) != manifest["digest"] or not self.name.endswith(manifest["digest"][:12]):
            problems.append(f"{MANIFEST} lists other tables than its digest {manifest['digest'][:12]} stands for.")
        for record in records:
            file = self.path / record.path
            if record.path not in found:
                problems.append(f"{record.path} is missing.")
            elif (size := file.stat().st_size) != record.size:
                problems.append(f"{record.path} has {size:,} bytes, not the {record.size:,} that were published.")
            elif hash_file(file) != record.sha256:
                problems.append(f"{record.path} has other bytes than were published.")
        problems += [
            f"{path} was not published with this version." for path in sorted(found - {r.path for r in records})
        ]
        return problems


def open_version(output: str | Path, name: str | None = None) -> Version:
    """Return the version that `output` serves now, or the one called `name` (or by the start of its name).

    `output` may also be the folder of one version, such as "output/latest". Raises UsageError when there
    is no such version, and CorruptVersionError when a file of it is missing or has another size than the
    manifest says (`Version.verify` reads the bytes too).
    """
    output = Path(output).absolute()
    if name is None and not (output / VERSIONS).is_dir() and (output / MANIFEST).is_file():
        folder = output.resolve()
        return _open(folder, read_manifest(folder)["name"], {})
    if name is not None:
        found = _find(output, name)
        return _open(output / VERSIONS / found, found, _confirmed(output, found))
    for _ in range(_TRIES):
        served = served_version(output)
        if served is None:
            raise UsageError(f"{output} serves no version. Build one with `corpus run --output {output}`.")
        try:
            return _open(output / VERSIONS / served, served, _confirmed(output, served))
        except CorruptVersionError:
            # Between the two looks another may have been published and this one removed.
            if served_version(output) == served:
                raise
    raise CorruptVersionError(f"{output / LATEST} names a version that is gone each time it is read. Run it again.")


def list_versions(output: str | Path) -> list[str]:
    """Return the names of the versions in `output`, the oldest first."""
    try:
        names = [p.name for p in (Path(output) / VERSIONS).iterdir() if _NAME.fullmatch(p.name)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(names, key=version_number)


def served_version(output: Path) -> str | None:
    """Return the name of the version that `output` serves: by the link, or by `latest.json` where there is none.

    The version itself is not looked at. Raises CorruptVersionError when the link names no version.
    """
    try:
        target = os.readlink(output / LATEST)
    except (FileNotFoundError, NotADirectoryError):
        return read_pointer(output).get("version")
    except OSError:  # a folder, where a copy followed the link: its own manifest says which version it is
        try:
            return str(read_manifest(output / LATEST)["name"])
        except (FileNotFoundError, NotADirectoryError):
            return read_pointer(output).get("version")
    found = Path(target).name
    if not _NAME.fullmatch(found):
        raise CorruptVersionError(
            f"{output / LATEST} names {target!r}, which is not a version. Remove the link; the next `corpus run` "
            "makes a new one."
        )
    return found


def read_pointer(output: Path) -> dict[str, Any]:
    """Return what `latest.json` says: version, path, digest and facts; empty when there is nothing usable."""
    try:
        found = json.loads((output / POINTER).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    usable = isinstance(found, dict) and _NAME.fullmatch(str(found.get("version")))
    return dict(found) if usable else {}


def version_number(name: str) -> int:
    """Return the number in a version's name.

    >>> version_number("v000012-1a2b3c4d5e6f")
    12
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise UsageError(f"{name!r} is not the name of a version, such as v000012-1a2b3c4d5e6f.")
    return int(found[1])


def _open(folder: Path, name: str, confirmed: Mapping[str, Any]) -> Version:
    try:
        manifest = read_manifest(folder)
        for record in records_of(manifest):
            size = (folder / record.path).stat().st_size
            if size != record.size:
                raise CorruptVersionError(
                    f"{folder / record.path} has {size:,} bytes, not the {record.size:,} that were published. {_ADVICE}"
                )
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CorruptVersionError(f"{error.filename} is missing. {_ADVICE}") from None
    return Version(name, folder, manifest, manifest["digest"], confirmed or facts_of(manifest))


_ADVICE = "Open an older version by its name (`corpus versions`), or run `corpus run --full` to publish a new one."


def _confirmed(output: Path, name: str) -> Mapping[str, Any]:
    pointer = read_pointer(output)
    return pointer.get("facts", {}) if pointer.get("version") == name else {}


def _find(output: Path, name: str) -> str:
    """Return the full name of the version that `name` is the start of."""
    names = list_versions(output)
    found = [n for n in names if n == name] or [n for n in names if name and n.startswith(name)]
    if len(found) == 1:
        return found[0]
    what = f"{len(found)} versions begin with {name!r}" if found else f"there is no version {name!r}"
    there = f"There are: {', '.join(names[-5:])}." if names else f"Build one with `corpus run --output {output}`."
    raise UsageError(f"In {output} {what}. {there}")


def _known(table: str) -> str:
    if table not in TABLES:
        raise UsageError(f"There is no table {table!r}. There are: {', '.join(TABLES)}.")
    return table
