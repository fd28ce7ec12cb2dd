"""Read documents that stand on another machine, at any address that fsspec knows, such as s3://bucket/prefix.

Nothing is written there. A listing asks the store for all names, and fetches each object as a stream into
`output/.cache/objects`, where it is called by the sha256 of its bytes and read like any local file; the run that
publishes removes it. What the store says of an object is noted beside that sha256 (`remote_notes.py`): while it says
the same, the object is fetched again only by the batch that has to clean it, and checked against the sha256.

Reading that fails is tried again. What then cannot be read is a rejected source, for which the next run asks anew.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from .durable import output_errors, remove_tree
from .errors import RejectedError, UsageError
from .remote_notes import Note, read_notes, stamp_of, write_notes
from .remote_store import as_os_errors, list_objects, open_place, read_object, short_error
from .streams import FileDigest, digest_chunks

OBJECTS = "objects"
_THREADS = 8
# A store answers a request in 30 to 100 ms, however small the object; more requests at once wait for the network.
_AT_ONCE = 1_000
_TRIES = 3
_WAIT_SECONDS = 0.5

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*(?:://|::)", re.IGNORECASE)
_SECRET = re.compile(r"://[^/@]*:[^/@]*@")


@dataclass(frozen=True, slots=True)
class RemoteFolder:
    """A folder, bucket or prefix at an address; `cache` is the local folder for what is fetched and noted."""

    url: str
    cache: Path
    fresh: bool = False
    """Whether notes are passed over, and every object is fetched."""

    @property
    def name(self) -> str:
        """Return the last part of the address, fit for a file's name."""
        last = re.split(r"[?#]", self.url)[0].rstrip("/").rsplit("/", 1)[-1]
        return re.sub(r"[^\w.-]+", "-", last).strip(".-") or "remote"

    def resolve(self) -> RemoteFolder:
        """Return the same with an absolute path, for workers whose current folder is another."""
        return replace(self, cache=self.cache.resolve())

    def walk(self, cap_of: Callable[[str], int]) -> Iterator[tuple[str, RemoteObject]]:
        """Yield the relative name and the object of every object that is not hidden, in the order of names.

        `cap_of` returns the most bytes that an object of some name may have; larger ones are not fetched.
        Raises UsageError when nothing is at the address, or nothing answers there.
        """
        listed = self._listed()
        _use(self._objects.resolve())
        known = {} if self.fresh else read_notes(self.cache, self.url)
        kept: dict[str, Note] = {}
        names = sorted(listed)
        now = time.time()

        def find(name: str) -> tuple[RemoteObject, Note | None]:
            return self._found(name, listed[name], cap_of(name), known.get(name), now)

        try:
            with ThreadPoolExecutor(_THREADS) as threads:
                for start in range(0, len(names), _AT_ONCE):
                    some = names[start : start + _AT_ONCE]
                    for name, (found, note) in zip(some, threads.map(find, some), strict=True):
                        known.pop(name, None)
                        if note is not None:
                            kept[name] = note
                        yield name, found
            known.clear()
        finally:
            # Of a listing that was cut off, what was not reached stays known.
            write_notes(self.cache, self.url, {**known, **kept})

    def _found(
        self, name: str, info: Mapping[str, Any], cap: int, known: Note | None, now: float
    ) -> tuple[RemoteObject, Note | None]:
        """Return an object, fetched where that is needed, and what is to be noted of it."""
        if info.get("size") is None and cap:
            # The list of a web server names files and no more; of a single one it says what it knows.
            place = open_place(self.url)
            with suppress(OSError), as_os_errors():
                info = place.files.info(place.full(name))
        size, stamp = info.get("size"), stamp_of(info, now)
        if known is not None and (known.stamp, known.listed) == (stamp, size):
            return RemoteObject(self, name, size, known.digest), known
        if cap == 0 or (size or 0) > cap:
            return RemoteObject(self, name, size), None
        try:
            found = self._fetch(name, cap + 1)
        except OSError as error:
            return RemoteObject(self, name, size, error=error), None
        # An object of another size was replaced after it was listed: the stamp is not of these bytes.
        note = Note(stamp, size, found) if stamp is not None and found.size == size else None
        return RemoteObject(self, name, size, found), note

    def local(self, name: str, sha256: str | None) -> bytes:
        """Return the path of a local file with the bytes that an object had when it was listed.

        Without `sha256` it is that of the last listing. Raises RejectedError "changed" when they are other bytes
        now, OSError when they cannot be read.
        """
        if sha256 is None:
            try:
                sha256 = self._mark(name).read_text(encoding="ascii")
            except OSError:
                raise RejectedError("changed", "The object was not there when the others were listed.") from None
        path = self._objects / sha256
        if not path.is_file() and self._fetch(name).sha256 != sha256:
            raise RejectedError("changed", "The object changed after it was listed. Run again when it is complete.")
        return os.fsencode(path)

    def mark(self, name: str, sha256: str) -> None:
        """Keep in mind which bytes an object had when it was listed, for those who know its name alone."""
        with output_errors(self._objects):
            self._objects.mkdir(parents=True, exist_ok=True)
            handle, path = tempfile.mkstemp(prefix=".mark-", dir=self._objects)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(sha256)
            os.replace(path, self._mark(name))

    def drop(self) -> None:
        """Remove what was fetched, unless another run that is under way may read it."""
        objects = self._objects.resolve()
        own = _users.pop(objects, None)
        try:
            others = [p for p in objects.glob("*.user") if own is None or str(p) != own.lock_file]
            if not any(map(_is_alive, others)):
                remove_tree(objects)
        finally:
            if own is not None:
                own.release()

    @property
    def _objects(self) -> Path:
        return self.cache / OBJECTS

    def _mark(self, name: str) -> Path:
        return self._objects / f"{hashlib.sha256(f'{self.url} {name}'.encode()).hexdigest()}.mark"

    def _fetch(self, name: str, limit: int | None = None) -> FileDigest:
        """Fetch an object, of `limit` bytes at most, and return its digest; tried again where the network fails."""
        for left in range(_TRIES - 1, -1, -1):
            try:
                return self._fetch_once(name, limit)
            except (FileNotFoundError, PermissionError):
                raise
            except OSError:
                if not left:
                    raise
                time.sleep(_WAIT_SECONDS)
        raise AssertionError("unreachable")

    def _fetch_once(self, name: str, limit: int | None) -> FileDigest:
        place = open_place(self.url)
        with output_errors(self._objects):
            self._objects.mkdir(parents=True, exist_ok=True)
            handle, path = tempfile.mkstemp(prefix=".fetched-", dir=self._objects)
        try:
            with os.fdopen(handle, "wb") as target:
                found = digest_chunks(_copied(read_object(place, name, limit), target, self._objects))
            with output_errors(self._objects):
                os.replace(path, self._objects / found.sha256)
            return found
        except BaseException:
            with suppress(OSError):
                os.unlink(path)
            raise

    def _listed(self) -> dict[str, Mapping[str, Any]]:
        """Return what the store says of each object, by its name relative to the address."""
        open_place.cache_clear()
        place = open_place(self.url)
        try:
            with as_os_errors():
                one = {place.root: place.files.info(place.root)} if place.is_file else {}
                found = one or list_objects(place.files, place.root)
        except OSError as error:
            raise UsageError(f"{self.url} cannot be listed: {short_error(error)}.") from None
        if not found:
            raise UsageError(f"{self.url} lists nothing. Give the address of what holds the raw documents.")
        names: dict[str, Mapping[str, Any]] = {}
        for full, info in found.items():
            name = full.removeprefix(place.base).lstrip("/") if full.startswith(place.base) else ""
            hidden = any(part.startswith(".") for part in name.split("/"))
            if name and not hidden and not full.endswith("/") and info.get("type", "file") == "file":
                names[name] = info
        return names


@dataclass(frozen=True, slots=True)
class RemoteObject:
    """An object that was listed: fetched or known from before, or too large to be fetched, or unreadable."""

    folder: RemoteFolder
    name: str
    listed: int | None
    content: FileDigest | None = None
    error: OSError | None = None

    def size(self) -> int:
        """Return the size that the store states, or that of what was fetched."""
        return self.listed if self.listed is not None else self.content.size if self.content else 0

    def digest(self, limit: int) -> FileDigest:
        """Return the digest of its bytes; raises OSError where they could not be read."""
        if self.content is None:
            raise self.error or OSError(errno.EIO, "the object was not fetched")
        return self.content

    def path(self) -> bytes:
        """Return the path of a local file with its bytes."""
        return self.folder.local(self.name, self.digest(0).sha256)

    def mark(self) -> None:
        """Keep in mind which bytes it has, for those who look for one of its records."""
        self.folder.mark(self.name, self.digest(0).sha256)


def folder_of(source: str | Path, cache: Path, *, fresh: bool = False) -> Path | RemoteFolder:
    """Return the folder that `source` names: a local one, or one at an address.

    A folder that exists under that very name is local. Raises UsageError for an address with a password in it.
    """
    text = str(source)
    if not _ADDRESS.match(text) or os.path.isdir(text):
        return Path(source)
    if text.startswith("file://"):
        return Path(text.removeprefix("file://"))
    if _SECRET.search(text):
        raise UsageError(
            "the address holds a password, which Prefect would keep and show. Leave it out, and put it where "
            "the driver looks: its environment variables, or fsspec's own configuration (~/.config/fsspec)."
        )
    return RemoteFolder(text, cache, fresh)


_users: dict[Path, FileLock] = {}
# A file that a run locks while it reads what it fetched; a lock is let go when its process ends, however it ends.


def _use(objects: Path) -> None:
    """Say that this process reads what is fetched, until `drop`."""
    if objects in _users:
        return
    with output_errors(objects):
        objects.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(suffix=".user", dir=objects)
        os.close(handle)
    lock = FileLock(path, thread_local=False)
    lock.acquire(timeout=0)
    _users[objects] = lock


def _is_alive(path: Path) -> bool:
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def _copied(chunks: Iterator[bytes], target: BinaryIO, objects: Path) -> Iterator[bytes]:
    """Write the chunks while they pass: a disk that is full is no object that cannot be read."""
    for chunk in chunks:
        with output_errors(objects):
            target.write(chunk)
        yield chunk
    with output_errors(objects):
        target.flush()
