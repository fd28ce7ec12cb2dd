"""Change files so that a crash leaves the old state or the new one, and a full disk is an error.

A full disk shows as a short `write()` and not always as an exception, so every write is counted; what
is not yet on the disk is lost with the power, so files and the folders that name them are fsynced
before anything refers to them.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from .errors import PipelineError
from .failpoints import Point, failpoint

_WRITE_BYTES = 2**20
# Arrow writes each page and each header by itself, about 70 calls for a table of 16 columns and two rows.


class OutputError(PipelineError):
    """The output cannot be written: the disk is full, or the file system refuses."""


class DurableFile:
    """A file that is written once from its start, counted, and fsynced when closed.

    Has the methods that Arrow's writers need. Leaving the `with` block by an exception closes the file
    without the checks: its content is then of no use to anyone.
    """

    def __init__(self, path: Path) -> None:
        """Create `path`, or empty it."""
        failpoint(Point.FILE_OPENED)
        self.path = path
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_CLOEXEC", 0), 0o666)
        self._waiting = bytearray()
        self._size = 0
        self._abandoned = False
        self.closed = False

    def write(self, data: bytes | memoryview) -> int:
        """Write all of `data` and return its length in bytes. Raises OSError when the disk is full."""
        size = len(memoryview(data).cast("B"))
        if not self._abandoned:
            self._waiting += data
            self._size += size
            if len(self._waiting) >= _WRITE_BYTES:
                self._write_out()
        return size

    def tell(self) -> int:
        """Return the bytes written so far."""
        return self._size

    def flush(self) -> None:
        """Do nothing: what waits in memory is written when the file is closed, and not of use before."""

    def writable(self) -> bool:
        """Return True."""
        return True

    def close(self) -> None:
        """Fsync the file, and raise OSError if it does not hold the bytes that were written."""
        if self.closed:
            return
        self.closed = True
        try:
            if self._abandoned:
                return
            self._write_out()
            failpoint(Point.FILE_SYNCED)
            os.fsync(self._fd)
            found = os.fstat(self._fd).st_size
            if found != self._size:
                raise OSError(errno.EIO, f"holds {found:,} of {self._size:,} bytes", str(self.path))
        finally:
            os.close(self._fd)

    def abandon(self) -> None:
        """Close the file unfinished; whoever still writes to it, such as a writer that closes itself, is not heard."""
        self._abandoned = True
        self.close()

    def __enter__(self) -> Self:
        """Return the file."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file; after an exception, without the checks."""
        if kind is None:
            self.close()
        else:
            self.abandon()

    def _write_out(self) -> None:
        with memoryview(self._waiting) as waiting:
            start = 0
            while start < len(waiting):
                failpoint(Point.FILE_WRITTEN)
                written = os.write(self._fd, waiting[start:])
                if written == 0:
                    raise OSError(errno.ENOSPC, "write() took no byte", str(self.path))
                start += written
        self._waiting.clear()


def write_file(path: Path, content: str) -> None:
    """Write a new file in UTF-8 and fsync it."""
    with DurableFile(path) as file:
        file.write(content.encode())


def replace_file(path: Path, content: str) -> None:
    """Replace a file at once: a reader, and whoever comes after a crash, sees the old content or the new."""
    temporary = temporary_of(path)
    write_file(temporary, content)
    rename(temporary, path)


def replace_link(path: Path, target: str) -> bool:
    """Let the symbolic link `path` name `target`, at once; return False where links are not to be had."""
    temporary = temporary_of(path)
    remove(temporary)
    failpoint(Point.LINKED)
    try:
        os.symlink(target, temporary, target_is_directory=True)
    except OSError as error:
        if error.errno in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EOPNOTSUPP) or os.name == "nt":
            return False
        raise
    rename(temporary, path)
    return True


def replace_by_hard_link(path: Path, existing: Path) -> None:
    """Let `path` name the inode of `existing`; where the file system cannot, `path` stays as it is."""
    temporary = temporary_of(path)
    failpoint(Point.HARD_LINKED)
    try:
        os.link(existing, temporary)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        return
    os.replace(temporary, path)


def rename(source: Path, target: Path) -> None:
    """Rename within one file system and fsync the folder that names the target."""
    failpoint(Point.RENAMED)
    os.replace(source, target)
    sync_folder(target.parent)


def remove(path: Path) -> None:
    """Remove a file or link; nothing happens when there is none."""
    failpoint(Point.REMOVED)
    with suppress(FileNotFoundError):
        path.unlink()


def remove_tree(path: Path) -> None:
    """Remove a folder with all it holds; what cannot be removed now is left to the next run."""
    with suppress(OSError):
        failpoint(Point.REMOVED)
        # Errors are passed over one by one: two runs may be removing the same folder, and each goes on to its end.
        shutil.rmtree(path, ignore_errors=True)


def make_folder(path: Path) -> None:
    """Make a folder and those above it."""
    if not path.is_dir():
        failpoint(Point.FOLDER_MADE)
        path.mkdir(parents=True, exist_ok=True)


def sync_folder(path: Path) -> None:
    """Fsync a folder, so that the names in it survive a loss of power."""
    failpoint(Point.FOLDER_SYNCED)
    if os.name == "nt":
        return  # Windows has no fsync of a folder; NTFS journals the names itself
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems have no fsync of folders
            raise
    finally:
        os.close(fd)


def temporary_of(path: Path) -> Path:
    """Return the name that `path` is written under before it takes its place: one a path, so junk cannot pile up."""
    return path.with_name(f".{path.name}.tmp")


@contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """Turn the operating system's errors into one that says where, why and what to do."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise OutputError(
            f"{path} cannot be written: {why}. What is served is whole and was not touched by half. "
            "Make room or give another --output, and run again: what this run left is then removed."
        ) from error
