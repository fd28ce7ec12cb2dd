"""Ask a store of objects, through fsspec and whatever driver it has for the address, for names and for bytes.

Drivers raise what they like. Here it is a UsageError where an address leads nowhere, and an OSError where something
that was there cannot be read.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .errors import PipelineError, UsageError
from .streams import CHUNK

_BLOCK_BYTES = 4 * 2**20
# Asked for at a time and thread; s3fs would ask for 50 MB.


@dataclass(frozen=True, slots=True)
class Place:
    """A file system, and where in it an address leads: to a folder, or to a single file."""

    files: Any
    root: str
    is_file: bool

    @property
    def base(self) -> str:
        """Return the folder that names are relative to."""
        return self.root.rpartition("/")[0] if self.is_file else self.root.rstrip("/")

    def full(self, name: str) -> str:
        """Return the full name of a relative one."""
        return f"{self.base}/{name}" if self.base else name


@lru_cache(maxsize=4)
def open_place(url: str) -> Place:
    """Find where an address leads; raises UsageError where it leads nowhere."""
    import fsspec  # type: ignore[import-untyped]

    try:
        files, root = fsspec.core.url_to_fs(url)
        files.invalidate_cache()
        # A web server has pages, and lists of pages under a name that ends so.
        is_file = not root.endswith("/") if url.startswith("http") else files.info(root)["type"] == "file"
    except ImportError as error:
        raise UsageError(f"{url} needs a driver that is not installed: {short_error(error)}.") from None
    except FileNotFoundError as error:
        raise UsageError(f"there is nothing at {url}: {short_error(error)}.") from None
    except Exception as error:  # whatever a driver makes of a wrong address, credentials or network
        raise UsageError(f"{url} cannot be opened: {short_error(error)}.") from None
    return Place(files, str(root), bool(is_file))


def list_objects(files: Any, root: str) -> dict[str, Mapping[str, Any]]:
    """Return what there is below a folder; raises where any part of it cannot be listed.

    Object stores list a whole prefix at once, by a `find` of their own. The one that other drivers inherit passes over
    a folder that does not answer, and its documents would be taken for removed: those are gone through here.
    """
    from fsspec.asyn import AsyncFileSystem  # type: ignore[import-untyped]
    from fsspec.spec import AbstractFileSystem  # type: ignore[import-untyped]

    own = type(files)._find if isinstance(files, AsyncFileSystem) else type(files).find
    if own not in (AsyncFileSystem._find, AbstractFileSystem.find):
        listed: dict[str, Mapping[str, Any]] = files.find(root, detail=True)
        return listed
    found: dict[str, Mapping[str, Any]] = {}
    seen, waiting = {root}, [root]
    while waiting:
        for entry in files.ls(waiting.pop(), detail=True):
            name = entry["name"]
            if entry["type"] != "directory":
                found[name] = entry
            elif name not in seen and name.startswith(root):
                seen.add(name)
                waiting.append(name)
    return found


def read_object(place: Place, name: str, limit: int | None) -> Iterator[bytes]:
    """Yield what an object holds, `limit` bytes at most."""
    with as_os_errors(), place.files.open(place.full(name), "rb", block_size=_BLOCK_BYTES) as file:
        while limit is None or limit > 0:
            chunk = file.read(CHUNK if limit is None else min(CHUNK, limit))
            if not chunk:
                break
            limit = None if limit is None else limit - len(chunk)
            yield chunk


@contextmanager
def as_os_errors() -> Iterator[None]:
    """Turn what drivers raise, each in its own way, into an OSError."""
    try:
        yield
    except (OSError, PipelineError, GeneratorExit):
        raise
    except Exception as error:
        raise OSError(errno.EIO, short_error(error)) from error


def short_error(error: BaseException) -> str:
    """Return what an error says, on one line and without a full stop."""
    said = " ".join(str(error).split())[:300].rstrip(".")
    return said or type(error).__name__
