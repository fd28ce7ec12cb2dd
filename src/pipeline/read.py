r"""List the input files and read one of them.

A source is a regular file below the folder, or an object at an address (`remote`), whose name ends in
.txt, .md, .html, .htm or .xhtml, or in one of these and .gz; or a record of a file that holds many (`records`).
Listing hashes every file as a stream, in the order of the relative POSIX paths, and gives each a row: published,
duplicate (the same bytes under an earlier name) or rejected with a reason. Hidden names are passed over. No link is
followed out of the folder, nothing that could block is opened, and a name that is not UTF-8 is written with `\xNN`,
from which `read_bytes` finds the file again.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .errors import RejectedError, UsageError
from .model import Source, SourceStatus
from .settings import ReadSettings
from .streams import CHUNK, FileDigest, digest_chunks, expand_gzip, open_regular

if TYPE_CHECKING:
    from .listings import Listings
    from .remote import RemoteFolder
    from .source_rows import SourceRows

_AT_ONCE = 4_096
# Files whose rows are held as records, before they become columns.

MEDIA_TYPES = {
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
}
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


class File(Protocol):
    """A file that may be a source; each method raises OSError where it cannot be read."""

    def size(self) -> int:
        """Return its size, as far as that is known before it is read."""

    def digest(self, limit: int) -> FileDigest:
        """Return the digest of its bytes, of `limit` at most."""

    def path(self) -> bytes:
        """Return the full path of a local file with its bytes."""

    def mark(self) -> None:
        """Keep in mind which bytes it has, for those who look for one of its records."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A regular file of this machine."""

    full: bytes

    def size(self) -> int:
        """Return its size."""
        return os.stat(self.full).st_size

    def digest(self, limit: int) -> FileDigest:
        """Return the digest of its bytes, of `limit` at most."""
        return digest_chunks(_chunks(self.full, limit))

    def path(self) -> bytes:
        """Return its path."""
        return self.full

    def mark(self) -> None:
        """Do nothing: the file is there."""


def list_sources(folder: Path | RemoteFolder, settings: ReadSettings, cache: Path | None = None) -> SourceRows:
    """Return a row for every input below `folder`, sorted by path; `folder` is local, or an address (`remote`).

    Rejections carry a fixed word in `reason` (docs/inputs.md). With `cache`, a folder, the records of a file
    that has not changed are not read again. Raises UsageError when there is no such folder.
    """
    from .listings import Listings  # reads through this module
    from .source_rows import SourceRows

    parts: list[SourceRows] = []
    alone: list[Source] = []
    with Listings(cache, settings) as listings:
        for path, file in _files(folder, settings):
            if isinstance(file, RejectedError):
                alone.append(_rejected(path, file, 0))
            elif isinstance(found := _sources(path, file, settings, listings), Source):
                alone.append(found)
            else:
                parts.append(found)
            if len(alone) >= _AT_ONCE:
                parts.append(SourceRows.of(alone))
                alone = []
    return SourceRows.join([*parts, SourceRows.of(alone)]).with_duplicates()


def read_bytes(folder: Path | RemoteFolder, source: Source, settings: ReadSettings) -> bytes:
    """Return the bytes of a listed source, expanded where they are gzip.

    Raises RejectedError: "changed" when the file is no longer the one that was listed, "unreadable",
    "outside", "corrupt" (bad gzip), "too_large" or "empty" (nothing but white space after expanding).
    """
    try:
        path = find_file(folder, source.source_path, source.source_sha256)
        data = b"".join(_chunks(path, settings.max_bytes + 1))
    except OSError as error:
        raise RejectedError("unreadable", f"The file could not be read: {error.strerror}.") from error
    if hashlib.sha256(data).hexdigest() != source.source_sha256:
        raise RejectedError("changed", "The file changed after it was listed. Run again when it is complete.")
    if source.source_path.lower().endswith(".gz"):
        data = expanded(data, settings)
    return data


def find_file(folder: Path | RemoteFolder, source_path: str, sha256: str | None = None) -> bytes:
    """Return the full path of a listed file; `sha256`, where it is known, is that of its bytes.

    Raises RejectedError "outside" when it became a link that leads out, "changed" when it is another object now.
    """
    if not isinstance(folder, Path):
        return folder.local(_raw_path(source_path).decode("utf-8", "surrogateescape"), sha256)
    path = os.path.join(os.fsencode(folder), _raw_path(source_path))
    if not _is_inside(os.path.realpath(path), os.path.realpath(os.fsencode(folder))):
        raise RejectedError("outside", "The file is a link that leads out of the input folder.")
    return path


def expanded(data: bytes, settings: ReadSettings) -> bytes:
    """Return what gzip holds; raises RejectedError "corrupt", "too_large" or "empty"."""
    data = expand_gzip(data, settings.max_bytes)
    if not data.strip():
        raise RejectedError("empty", "The file holds nothing but white space when expanded.")
    return data


def media_type_of(path: str) -> str | None:
    """Return the media type that the name of a file promises, or None when it is not one of ours.

    >>> media_type_of("a/Page.HTM.gz"), media_type_of("a/photo.jpg")
    ('text/html', None)
    """
    name = path.lower().removesuffix(".gz")
    dot = name.rfind(".")
    return MEDIA_TYPES.get(name[dot:]) if dot > name.rfind("/") else None


# --- finding the files ------------------------------------------------------------------------------


def _files(folder: Path | RemoteFolder, settings: ReadSettings) -> Iterator[tuple[str, File | RejectedError]]:
    """Yield (safe relative path, file or the reason why it is refused), in no order."""
    if isinstance(folder, Path):
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder. Give the folder that holds the raw documents.")
        for path, full in _walk(folder):
            yield path, full if isinstance(full, RejectedError) else LocalFile(full)
        return
    for name, file in folder.walk(lambda name: _cap(name, settings)):
        yield _safe_name(name.encode("utf-8", "surrogateescape")), file


def _walk(folder: Path) -> Iterator[tuple[str, bytes | RejectedError]]:
    """Yield (safe relative path, full path or the reason why it is refused), in no order."""
    top = os.fsencode(folder)
    root = os.path.realpath(top)
    stack = [top]
    while stack:
        here = stack.pop()
        try:
            with os.scandir(here) as entries:
                found = [e for e in entries if not e.name.startswith(b".")]
        except OSError as error:
            yield _safe_path(here, top), _unreadable(error)
            continue
        for entry in found:
            if entry.is_symlink():
                if (link := _judge_link(entry.path, root)) is not None:
                    yield _safe_path(entry.path, top), link
            elif entry.is_dir(follow_symlinks=False):
                stack.append(entry.path)
            elif entry.is_file(follow_symlinks=False):
                yield _safe_path(entry.path, top), entry.path
            else:
                yield _safe_path(entry.path, top), RejectedError("not_a_file", "It is a pipe, socket or device.")


def _judge_link(path: bytes, root: bytes) -> bytes | RejectedError | None:
    """Return the path of a link to a file inside, a reason, or None for a folder that is listed anyway."""
    if not _is_inside(os.path.realpath(path), root):
        return RejectedError("outside", "The link leads out of the input folder; copy the file into it instead.")
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        return _unreadable(error)
    if stat.S_ISDIR(mode):
        return None
    return path if stat.S_ISREG(mode) else RejectedError("not_a_file", "The link leads to a pipe, socket or device.")


def _is_inside(path: bytes, root: bytes) -> bool:
    return path == root or path.startswith(root.rstrip(b"/") + b"/")


_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")
_LIKE_A_RECORD = re.compile(rb"(\.(?:jsonl|ndjson|json|csv|tsv|warc|tar|gz|zst|parquet|zip|tgz))#(?=\d)", re.IGNORECASE)


def _safe_path(path: bytes, top: bytes) -> str:
    r"""Write a path below `top` as text; a byte that is no UTF-8, and a `\xNN` that stands in it, as `\xNN`.

    So is the `#` of a file that is named as a record would be: `a.zip#1`.
    """
    # What is found below `top` begins with it; os.path.relpath would cost 30 us a file.
    return _safe_name(path[len(top) :].replace(os.sep.encode(), b"/").lstrip(b"/") or b".")


def _safe_name(relative: bytes) -> str:
    safe = _LIKE_A_RECORD.sub(rb"\1\\x23", _ESCAPED.sub(rb"\\x5cx\1", relative))
    return safe.decode("utf-8", "backslashreplace")


def _raw_path(safe: str) -> bytes:
    return _ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), safe.encode())


# --- one file ---------------------------------------------------------------------------------------


def _sources(path: str, file: File, settings: ReadSettings, listings: Listings) -> Source | SourceRows:
    """Return the row of a file, or those of the records that it holds."""
    from .records import RECORD_SUFFIXES, is_record_file

    media_type, size, sha = media_type_of(path), 0, None
    has_records = is_record_file(path)
    try:
        size = file.size()
        if media_type is None and not has_records:
            known = ", ".join((*MEDIA_TYPES, *RECORD_SUFFIXES))
            raise RejectedError("unsupported_type", f"The name ends in none of {known} (pages also .gz).")
        cap = _cap(path, settings)
        if size > cap:
            raise RejectedError("too_large", f"{size:,} bytes; the cap for {media_type or 'such a file'} is {cap:,}.")
        found = file.digest(cap + 1)
        sha, size = found.sha256, found.size
        if size > cap:
            # Its size was not known, or it has grown; what was read is not all of it.
            sha = None
            raise RejectedError("too_large", f"More than {cap:,} bytes, the cap for {media_type or 'such a file'}.")
        if found.is_blank:
            detail = "The file holds nothing but white space." if size else "The file has no bytes."
            raise RejectedError("empty", detail)
        if has_records:
            file.mark()
            return listings.of(file, path, sha, size)
    except RejectedError as error:
        return _rejected(path, error, size, media_type, sha)
    except OSError as error:
        return _rejected(path, _unreadable(error), 0, media_type)
    return Source(path, sha, size, media_type, doc_id=sha[:32])


def _cap(path: str, settings: ReadSettings) -> int:
    """Return the most bytes that a file of this name may have; 0 for one that is no input."""
    from .records import is_record_file

    if is_record_file(path):
        return settings.max_archive_bytes
    media_type = media_type_of(path)
    is_page = media_type in HTML_TYPES and not path.lower().endswith(".gz")
    most = min(settings.max_bytes, settings.max_html_bytes) if is_page else settings.max_bytes
    return most if media_type else 0


def _chunks(path: bytes, limit: int) -> Iterator[bytes]:
    """Yield at most `limit` bytes of a regular file."""
    with open_regular(path) as raw:
        while limit > 0 and (chunk := raw.read(min(CHUNK, limit))):
            limit -= len(chunk)
            yield chunk


def _rejected(
    path: str, error: RejectedError, size: int, media_type: str | None = None, sha: str | None = None
) -> Source:
    return Source(path, sha, size, media_type, status=SourceStatus.REJECTED, reason=error.reason, detail=error.detail)


def _unreadable(error: OSError) -> RejectedError:
    return RejectedError("unreadable", f"The file could not be read: {error.strerror or error}.")
