"""Publish staged tables as a version: all of it at once, or nothing.

    output/.staging/run-xxxx/     tables of a run that is under way, private to it
    output/versions/v000012-…     complete versions; none is ever changed
    output/latest, latest.json    the version that is served
    output/rejected/<run>/        tables that failed validation; never linked

A version is hashed, described and fsynced in its staging folder, renamed into `versions/`, and only then
does `latest` move, all under a file lock. Whatever step a run dies at, a reader sees the old version or
the new one, and the next run removes what is left: stagings whose owner is gone, temporary names, and a
publication that had got as far as its rename is finished, because it had passed everything before it.
"""

from __future__ import annotations

import errno
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import get_ident
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from . import durable
from .durable import OutputError, output_errors
from .errors import CorruptVersionError, UsageError
from .failpoints import Point, failpoint
from .halves import drop_batches, rescue_batches
from .manifest import (
    FileRecord,
    content_digest,
    describe_files,
    facts_of,
    make_manifest,
    read_manifest,
    records_of,
    write_manifest,
)
from .version import (
    LATEST,
    POINTER,
    VERSIONS,
    Version,
    list_versions,
    open_version,
    read_pointer,
    served_version,
    version_number,
)

STAGING = ".staging"
REJECTED = "rejected"
KEPT_REJECTED = 5

_LOCK = ".lock"
_OWNER = ".owner"
_INTENT = ".publishing"
# A publication holds the lock while it compares, links and renames, not while it hashes: seconds.
_LOCK_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Published:
    """The version that is served after a publication, and whether this publication made it."""

    path: Path
    name: str
    digest: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Staging:
    """A folder of one run's own; a context manager that removes it.

    `folder` becomes the version. `root` is the folder around it, for files that must not be published.
    """

    root: Path
    folder: Path
    _owner: FileLock

    def close(self) -> None:
        """Remove what was not published; calling it twice does no harm."""
        durable.remove_tree(self.root)
        self._owner.release()

    def __enter__(self) -> Self:
        """Return the staging."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what was not published."""
        self.close()


def check_output(output: str | Path) -> None:
    """Raise UsageError unless versions can be written to `output`; heal what a crash left there.

    Call it before any work: a run of an hour must not end at a folder that cannot be written.
    """
    output = Path(output)
    try:
        durable.make_folder(output / VERSIONS)
        durable.make_folder(output / STAGING)
        # Healed before it is probed: what a dead run left may be what fills the disk.
        with _locked(output, wait=False) as held:
            if held:
                _heal(output)
        try:
            _probe(output)
        except OSError as error:
            # Batches kept for this run are worth less than room for it.
            if error.errno != errno.ENOSPC or not drop_batches(output):
                raise
            _probe(output)
    except OSError as error:
        raise UsageError(
            f"{output} cannot be written: {error.strerror or error}. Give a folder that can, with --output."
        ) from None


def _probe(output: Path) -> None:
    probe = output / STAGING / f"probe-{os.getpid()}-{get_ident()}"
    durable.write_file(probe, "written to see whether it can be\n")
    durable.remove(probe)


def open_staging(output: str | Path) -> Staging:
    """Make a staging folder of the caller's own below `output`, after healing what a crash left there."""
    output = Path(output)
    with output_errors(output):
        durable.make_folder(output / VERSIONS)
        durable.make_folder(output / STAGING)
        # Under the lock: nobody may take a staging for stale between its making and its owner's lock.
        with _locked(output):
            _heal(output)
            failpoint(Point.FOLDER_MADE)
            root = Path(tempfile.mkdtemp(prefix="run-", dir=output / STAGING))
            # Not bound to this thread: an engine opens, publishes and closes on threads of its own.
            owner = FileLock(root / _OWNER, thread_local=False)
            owner.acquire(timeout=0)
            durable.make_folder(root / "tables")
    return Staging(root, root / "tables", owner)


def publish_version(staging: Staging, *, output: str | Path, facts: Mapping[str, Any]) -> Published:
    """Publish the staged tables, unless the version that is served has the same.

    Every table of `schemas.TABLES` must be staged (`parquet.write_table`); other files become part of the
    version, but not of its digest. `facts` are JSON values that the manifest states. Where the tables are
    the same, nothing is published, and `latest.json` takes the new facts.

    Raises ContractError when a table is missing or has other columns, OutputError when the disk is full;
    the version served before is then still served.
    """
    output = Path(output)
    with output_errors(output):
        files = describe_files(staging.folder)
        digest = content_digest(files)
        _settle(staging.folder, files)
        with _locked(output):
            _heal(output)
            served = _served(output)
            if served is not None and served.digest == digest:
                _point_at(output, served.name, served.manifest, facts)
                return Published(output / VERSIONS / served.name, served.name, digest, is_new=False)
            name = f"v{_next_number(output):06d}-{digest[:12]}"
            if served is not None:
                _share_files(staging.folder, files, served)
            manifest = make_manifest(name, served.name if served else None, files, facts)
            write_manifest(staging.folder, manifest)
            durable.sync_folder(staging.folder)
            durable.replace_file(output / _INTENT, name)
            durable.rename(staging.folder, output / VERSIONS / name)
            failpoint(Point.PUBLISHED)
            _point_at(output, name, manifest, facts)
            durable.remove(output / _INTENT)
    return Published(output / VERSIONS / name, name, digest, is_new=True)


def reject_version(staging: Staging, output: str | Path, run_name: str, facts: Mapping[str, Any]) -> Path:
    """Move the staged files to `output/rejected/<run_name>/`, for a person to look at; return that folder.

    It is never linked. An older one of the same name is replaced, and the newest five are kept.
    """
    output = Path(output)
    name = re.sub(r"[^\w.-]+", "-", run_name).strip(".-") or "run"
    target = output / REJECTED / name
    with output_errors(output):
        content = json.dumps({"status": REJECTED, "name": name, **facts}, ensure_ascii=False, indent=1, sort_keys=True)
        durable.write_file(staging.folder / "rejected.json", content + "\n")
        with _locked(output):
            durable.make_folder(target.parent)
            _discard(target, staging.root)
            os.utime(staging.folder)
            durable.rename(staging.folder, target)
            others = [p for p in target.parent.iterdir() if p != target]
            oldest_first = sorted(others, key=lambda p: (p.lstat().st_mtime_ns, p.name))
            for old in oldest_first[: max(0, len(others) + 1 - KEPT_REJECTED)]:
                _discard(old, staging.root)
    return target


def collect_garbage(output: str | Path, keep: int) -> list[str]:
    """Remove all versions but the newest `keep` and the one that is served; return the names removed.

    Files that a kept version shares with a removed one stay. What a crash left is removed too, also the
    finished batches that the next run would have taken over.
    """
    if keep < 1:
        raise UsageError(f"keep must be at least 1, not {keep}: the version that is served always stays.")
    output = Path(output)
    if not (output / VERSIONS).is_dir():
        raise UsageError(f"{output} holds no versions. Give the folder that `corpus run` wrote to, with --output.")
    with output_errors(output), _locked(output):
        durable.make_folder(output / STAGING)
        _heal(output)
        served = served_version(output)
        names = [name for name in list_versions(output)[:-keep] if name != served]
        for name in names:
            _discard(output / VERSIONS / name, output / STAGING)
        _remove_stale(output)
        drop_batches(output)
    return names


def _heal(output: Path) -> None:
    """Finish or undo what a run that died left; the caller holds the lock."""
    _remove_stale(output)
    for path in (output / LATEST, output / POINTER, output / _INTENT):
        temporary = durable.temporary_of(path)
        if temporary.is_symlink() or temporary.exists():
            durable.remove(temporary)
    intent = output / _INTENT
    if intent.exists():
        name = intent.read_text(encoding="utf-8")
        manifest = _manifest_of(output, name)
        if manifest is not None:
            _point_at(output, name, manifest, facts_of(manifest))
        durable.remove(intent)
    try:
        served = served_version(output)
    except CorruptVersionError:
        return  # a link that someone made: the reader is told, and publishing replaces it
    manifest = _manifest_of(output, served)
    if manifest is None:
        # The link or the version was removed by hand: the newest that is whole is better than none.
        whole = ((name, _manifest_of(output, name)) for name in reversed(list_versions(output)))
        served, manifest = next(((n, m) for n, m in whole if m is not None), (None, None))
    if served is not None and manifest is not None:
        pointer = read_pointer(output)
        facts = pointer.get("facts") if pointer.get("version") == served else None
        _point_at(output, served, manifest, facts if isinstance(facts, dict) else facts_of(manifest))


def _point_at(output: Path, name: str, manifest: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    """Let `latest` and `latest.json` name a version; what already does is left alone."""
    target = f"{VERSIONS}/{name}"
    link = output / LATEST
    if link.is_dir() and not link.is_symlink():
        raise UsageError(_followed(output))
    if not link.is_symlink() or os.readlink(link) != target:
        durable.replace_link(link, target)
    pointer = {"version": name, "path": target, "digest": manifest["digest"], "facts": dict(facts)}
    content = json.dumps(pointer, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path = output / POINTER
    if not path.is_file() or path.read_text(encoding="utf-8") != content:
        durable.replace_file(path, content)


def _followed(output: Path) -> str:
    return (
        f"{output / LATEST} is a folder; it should be a link to a version. Probably a copy followed the link: "
        "remove the folder (the versions are under versions/) and run again."
    )


def _served(output: Path) -> Version | None:
    """Return the version that is served, if it is whole."""
    try:
        return open_version(output)
    except (UsageError, CorruptVersionError):
        return None


def _manifest_of(output: Path, name: str | None) -> dict[str, Any] | None:
    if name is None or name not in list_versions(output):
        return None
    try:
        return read_manifest(output / VERSIONS / name)
    except (FileNotFoundError, CorruptVersionError):
        return None


def _next_number(output: Path) -> int:
    return 1 + max((version_number(name) for name in list_versions(output)), default=0)


def _settle(folder: Path, files: Iterable[FileRecord]) -> None:
    """Fsync files and folders, and take the right to write: versions share files, an edit would reach them all."""
    for record in files:
        path = folder / record.path
        failpoint(Point.FILE_SYNCED)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        path.chmod(path.stat().st_mode & 0o555)
    for sub in sorted({(folder / record.path).parent for record in files}):
        durable.sync_folder(sub)


def _share_files(folder: Path, files: Iterable[FileRecord], previous: Version) -> None:
    """Hard-link the files that the previous version has byte for byte."""
    known = {(f.path, f.sha256) for f in records_of(previous.manifest)}
    folders = set()
    for record in files:
        # The bytes are compared, not the hashes: a file that rotted after its hash was taken must not spread.
        if (record.path, record.sha256) in known and _same_bytes(folder / record.path, previous.path / record.path):
            durable.replace_by_hard_link(folder / record.path, previous.path / record.path)
            folders.add((folder / record.path).parent)
    for sub in sorted(folders):
        durable.sync_folder(sub)


def _same_bytes(first: Path, second: Path) -> bool:
    with first.open("rb") as one, second.open("rb") as other:
        while True:
            chunk = one.read(2**20)
            if chunk != other.read(2**20):
                return False
            if not chunk:
                return True


def _discard(folder: Path, trash: Path) -> None:
    """Remove a folder that readers may see: it leaves their sight whole, by a rename, and is removed then."""
    if not folder.exists():
        return
    aside = Path(tempfile.mkdtemp(prefix="trash-", dir=trash))
    durable.rename(folder, aside / folder.name)
    durable.remove_tree(aside)


def _remove_stale(output: Path) -> None:
    """Remove the stagings whose owner is gone; the caller holds the lock."""
    for path in sorted((output / STAGING).iterdir()):
        if not path.is_dir() or path.is_symlink():
            durable.remove(path)
            continue
        owner = FileLock(path / _OWNER)
        # A staging gets its owner under the lock that is held here, so one without is nobody's. (No lock
        # file is made for it: on a full disk that would fail, and this is what makes room.)
        if (path / _OWNER).exists():
            try:
                owner.acquire(timeout=0)
            except (Timeout, FileNotFoundError):
                continue  # in use, or just now removed by its owner
        rescue_batches(path, output)
        durable.remove_tree(path)
        owner.release()


@contextmanager
def _locked(output: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold the lock of `output`; without `wait`, yield False at once where another run holds it."""
    lock = FileLock(output / _LOCK, thread_local=False)
    try:
        lock.acquire(timeout=_LOCK_SECONDS if wait else 0)
    except Timeout:
        if not wait:
            yield False
            return
        raise OutputError(
            f"another run has held {output / _LOCK} for {_LOCK_SECONDS:.0f} s. Look for it with "
            f"`fuser {output / _LOCK}`, end it if it hangs, and run again."
        ) from None
    try:
        yield True
    finally:
        lock.release()
