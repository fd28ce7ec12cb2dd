r"""List the input files and read one of them.

A source is a regular file below the folder whose name ends in .txt, .md, .html, .htm or .xhtml, or in
one of these and .gz. Listing hashes every file as a stream, in the order of the relative POSIX paths, and
gives each a row: published, duplicate (the same bytes under an earlier name) or rejected with a reason.
Hidden names are passed over. No link is followed out of the folder, nothing that could block is opened,
and a name that is not UTF-8 is written with `\xNN`, from which `read_bytes` finds the file again.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path

from .errors import RejectedError, UsageError
from .model import Source, SourceStatus
from .settings import ReadSettings

MEDIA_TYPES = {
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
}
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})

_CHUNK = 1 << 20
_GZ_RATIO = 200
# 200: pages compress 4 to 12 times and lists of one repeated row about 100 times; deflate ends at 1,032.
_GZ_ALWAYS = 1 << 20
# A megabyte is harmless at any ratio.


def list_sources(folder: Path, settings: ReadSettings) -> list[Source]:
    """Return a row for every input below `folder`, sorted by relative POSIX path.

    Rejections carry a fixed word in `reason`: empty, too_large, unsupported_type, unreadable, outside
    or not_a_file. Raises UsageError when `folder` is not a folder.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder. Give the folder that holds the raw documents.")
    sources: list[Source] = []
    seen: dict[str, str] = {}
    for path, found in sorted(_walk(folder), key=lambda item: item[0]):
        source = _rejected(path, found, 0) if isinstance(found, RejectedError) else _source(path, found, settings)
        if source.status is SourceStatus.PUBLISHED and source.doc_id is not None:
            first = seen.setdefault(source.doc_id, path)
            if first != path:
                source = _duplicate(source, first)
        sources.append(source)
    return sources


def read_bytes(folder: Path, source: Source, settings: ReadSettings) -> bytes:
    """Return the bytes of a listed source, expanded where they are gzip.

    Raises RejectedError: "changed" when the file is no longer the one that was listed, "unreadable",
    "outside", "corrupt" (bad gzip), "too_large" or "empty" (nothing but white space after expanding).
    """
    path = os.path.join(os.fsencode(folder), _raw_path(source.source_path))
    root = os.path.realpath(os.fsencode(folder))
    if not _is_inside(os.path.realpath(path), root):
        raise RejectedError("outside", "The file is a link that leads out of the input folder.")
    try:
        data = b"".join(_chunks(path, settings.max_bytes + 1))
    except OSError as error:
        raise RejectedError("unreadable", f"The file could not be read: {error.strerror}.") from error
    if hashlib.sha256(data).hexdigest() != source.source_sha256:
        raise RejectedError("changed", "The file changed after it was listed. Run again when it is complete.")
    if source.source_path.lower().endswith(".gz"):
        data = _expand(data, settings.max_bytes)
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


def _safe_path(path: bytes, top: bytes) -> str:
    r"""Write a path below `top` as text; a byte that is no UTF-8, and a `\xNN` that stands in it, as `\xNN`."""
    relative = os.path.relpath(path, top).replace(os.sep.encode(), b"/")
    return _ESCAPED.sub(rb"\\x5cx\1", relative).decode("utf-8", "backslashreplace")


def _raw_path(safe: str) -> bytes:
    return _ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), safe.encode())


# --- one file ---------------------------------------------------------------------------------------


def _source(path: str, full: bytes, settings: ReadSettings) -> Source:
    media_type = media_type_of(path)
    try:
        size = os.stat(full).st_size
        if media_type is None:
            known = ", ".join(MEDIA_TYPES)
            detail = f"The name ends in none of {known} (each also .gz)."
            return _rejected(path, RejectedError("unsupported_type", detail), size)
        if size > (cap := _cap(path, media_type, settings)):
            detail = f"{size:,} bytes; the cap for {media_type} is {cap:,}."
            return _rejected(path, RejectedError("too_large", detail), size, media_type)
        total, size, blank = hashlib.sha256(), 0, True
        for chunk in _chunks(full, cap + 1):
            total.update(chunk)
            size += len(chunk)
            blank = blank and not chunk.strip()
    except OSError as error:
        return _rejected(path, _unreadable(error), 0, media_type)
    sha = total.hexdigest()
    if blank:
        detail = "The file holds nothing but white space." if size else "The file has no bytes."
        return _rejected(path, RejectedError("empty", detail), size, media_type, sha)
    return Source(path, sha, size, media_type, doc_id=sha[:32])


def _cap(path: str, media_type: str, settings: ReadSettings) -> int:
    is_page = media_type in HTML_TYPES and not path.lower().endswith(".gz")
    return min(settings.max_bytes, settings.max_html_bytes) if is_page else settings.max_bytes


def _chunks(path: bytes, limit: int) -> Iterator[bytes]:
    """Yield at most `limit` bytes of a regular file; never blocks on a pipe that took a file's place."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        while limit > 0 and (chunk := os.read(handle, min(_CHUNK, limit))):
            limit -= len(chunk)
            yield chunk
    finally:
        os.close(handle)


def _expand(data: bytes, max_bytes: int) -> bytes:
    """Expand gzip, members one after the other, within a bound on the size and on the ratio."""
    bound = min(max_bytes, max(_GZ_ALWAYS, _GZ_RATIO * len(data)))
    parts: list[bytes] = []
    room = bound + 1
    while data.strip(b"\0"):
        member = zlib.decompressobj(wbits=31)
        try:
            part = member.decompress(data, room)
        except zlib.error as error:
            raise RejectedError("corrupt", f"The file is not sound gzip: {error}.") from error
        parts.append(part)
        room -= len(part)
        if room <= 0:
            raise RejectedError("too_large", f"The file expands to more than {bound:,} bytes.")
        if not member.eof:
            raise RejectedError("corrupt", "The gzip stream ends before its end mark.")
        data = member.unused_data
    return b"".join(parts)


def _duplicate(source: Source, first: str) -> Source:
    return Source(
        source.source_path,
        source.source_sha256,
        source.size,
        source.media_type,
        status=SourceStatus.DUPLICATE,
        doc_id=source.doc_id,
        reason="same_bytes",
        detail=f"The same bytes as {first}.",
    )


def _rejected(
    path: str, error: RejectedError, size: int, media_type: str | None = None, sha: str | None = None
) -> Source:
    return Source(path, sha, size, media_type, status=SourceStatus.REJECTED, reason=error.reason, detail=error.detail)


def _unreadable(error: OSError) -> RejectedError:
    return RejectedError("unreadable", f"The file could not be read: {error.strerror or error}.")
