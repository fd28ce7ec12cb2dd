"""Read the pages of a zip or tar: a record is a member, and nothing is ever written to disk.

A member's name is its path in the archive and decides its type, as a file's name does. A name that leads out
of the archive, a link, a device, an encrypted member, an archive within the archive and a member that expands
too much are each refused with a reason; folders and hidden names are passed over, as in a folder of files.
Numbers count every member, so that `#7` is the eighth.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from functools import partial
from typing import Any

from .errors import RejectedError
from .record_model import Items, Record, failed
from .settings import ReadSettings
from .streams import ALWAYS, RATIO, Stream

PAGE_SUFFIX = re.compile(r"\.(?:txt|md|html?|xhtml)(?:\.gz)?$", re.IGNORECASE)
_NESTED = re.compile(
    r"\.(?:zip|tar|tgz|tbz2?|txz|7z|rar|gz|bz2|xz|zst|warc|jsonl|ndjson|json|csv|tsv|parquet|jar|docx|epub)$",
    re.IGNORECASE,
)
_MAX_NAME, _MAX_DEPTH = 1_024, 32
# Characters and folders of a member's path; the longest of a site mirrored by wget that we saw has 255 and 14.


def read_zip(raw: io.FileIO, settings: ReadSettings, start: int = 0) -> Items:
    """Yield the members of a zip from number `start` on; raises RejectedError "corrupt" or "too_many"."""
    entries = _directory_bytes(raw) // _ENTRY
    if entries > settings.max_records:
        raise RejectedError(
            "too_many", f"The archive may list {entries:,} members; the cap is {settings.max_records:,}."
        )
    try:
        archive = zipfile.ZipFile(raw)
    except (*_BROKEN, UnicodeDecodeError) as error:
        raise RejectedError("corrupt", f"The file is not a sound zip: {_short(error)}.") from error
    packed = max(1, raw.seek(0, io.SEEK_END))
    bound = min(settings.max_archive_bytes, max(ALWAYS, RATIO * packed))
    expanded = 0
    for number, entry in enumerate(archive.infolist()):
        if number < start or entry.is_dir() or _is_hidden(entry.filename):
            continue
        if (why := _refused(entry.filename) or _too_large(entry, settings)) is not None:
            yield failed(number, *why)
            continue
        # Members that share their bytes make a bomb of which each member looks harmless.
        expanded += entry.file_size
        if expanded > bound:
            yield failed(number, "too_large", f"The archive expands to more than {bound:,} bytes; stopped here.")
            return
        yield number, partial(_from_zip, number, archive, entry)


def read_tar(stream: Stream, settings: ReadSettings) -> Items:
    """Yield the members of a tar; damage ends them with one rejected record."""
    number = -1
    try:
        forward = _Forward(stream, 2 * settings.max_bytes)
        with tarfile.open(fileobj=forward, mode="r:") as archive:
            while (member := archive.next()) is not None:
                number += 1
                archive.members = []  # type: ignore[attr-defined]  # tarfile keeps every member it has seen
                if member.isdir() or _is_hidden(member.name):
                    continue
                if (why := _refused(member.name)) is not None:
                    yield failed(number, *why)
                else:
                    yield number, partial(_from_tar, number, archive, member, settings)
        if stream.last.strip(b"\0"):
            # tarfile takes a damaged header for the end of the archive.
            yield failed(number + 1, "corrupt", "The archive is damaged here; what follows was not read.")
    except (tarfile.TarError, RejectedError, *_BROKEN) as error:
        if number < 0 and not isinstance(error, RejectedError):
            raise RejectedError("corrupt", f"The file is not a sound tar: {_short(error)}.") from error
        reason = error.reason if isinstance(error, RejectedError) else "corrupt"
        said = error.detail if isinstance(error, RejectedError) else f"The archive is damaged here: {_short(error)}."
        yield failed(number + 1, reason, f"{said} What follows was not read.")


_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(NotImplementedError, ValueError, OverflowError),
)


# --- names ------------------------------------------------------------------------------------------


def _refused(name: str) -> tuple[str, str, str | None] | None:
    """Return reason, detail and the name to show, when a member's path or type cannot be taken."""
    path = name.replace("\\", "/")
    shown = repr(name[:200])
    if path.startswith("/") or re.match(r"[A-Za-z]:", path) or ".." in path.split("/"):
        return "outside", f"The member {shown} leads out of the archive.", None
    if len(path) > _MAX_NAME or path.count("/") >= _MAX_DEPTH or not path.isprintable():
        return "bad_name", f"The member's path is too long, too deep or unprintable: {shown}.", None
    if PAGE_SUFFIX.search(path):
        return None
    if _NESTED.search(path):
        return "nested_archive", "An archive within an archive is not opened; put it beside instead.", path
    return "unsupported_type", "The member's name does not end as that of a text or HTML page does.", path


def _is_hidden(name: str) -> bool:
    """Tell whether a part of the path is hidden or belongs to what macOS adds.

    >>> [_is_hidden(n) for n in ("a/.git/b.txt", "__MACOSX/a.txt", "./a.txt", "../a.txt")]
    [True, True, False, False]
    """
    parts = [p for p in name.replace("\\", "/").split("/") if p not in (".", "..")]
    return any(p.startswith(".") for p in parts) or "__MACOSX" in parts


def _tidy(name: str) -> str:
    return "/".join(p for p in name.replace("\\", "/").split("/") if p not in ("", "."))


# --- members ----------------------------------------------------------------------------------------


def _too_large(entry: zipfile.ZipInfo, settings: ReadSettings) -> tuple[str, str, str | None] | None:
    """Return reason, detail and name when a member states that it is over the cap or expands too much."""
    detail = None
    if entry.file_size > settings.max_bytes:
        detail = f"{entry.file_size:,} bytes; the cap is {settings.max_bytes:,}."
    elif entry.file_size > max(ALWAYS, RATIO * entry.compress_size):
        detail = f"The member expands more than {RATIO} times."
    return ("too_large", detail, _tidy(entry.filename)) if detail else None


def _from_zip(number: int, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Record:
    name = _tidy(entry.filename)
    try:
        if entry.flag_bits & 1:
            raise RejectedError("encrypted", "The member is encrypted.")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise RejectedError("not_a_file", "The member is a link.")
        with archive.open(entry) as member:
            content = member.read(entry.file_size + 1)
        if len(content) != entry.file_size:
            raise RejectedError("corrupt", "The member's size is not the one that the archive states.")
    except RejectedError as error:
        return Record(number, name=name, error=error)
    except (*_BROKEN, RuntimeError) as error:
        detail = f"The member cannot be expanded: {_short(error)}."
        return Record(number, name=name, error=RejectedError("corrupt", detail))
    return Record(number, content, name=name)


def _from_tar(number: int, archive: tarfile.TarFile, member: tarfile.TarInfo, settings: ReadSettings) -> Record:
    name = _tidy(member.name)
    try:
        if not member.isreg():
            raise RejectedError("not_a_file", "The member is a link, pipe or device.")
        if member.size > settings.max_bytes:
            raise RejectedError("too_large", f"{member.size:,} bytes; the cap is {settings.max_bytes:,}.")
        content = archive.extractfile(member).read()  # type: ignore[union-attr]
    except RejectedError as error:
        return Record(number, name=name, error=error)
    except (tarfile.TarError, *_BROKEN) as error:
        detail = f"The member cannot be read: {_short(error)}."
        return Record(number, name=name, error=RejectedError("corrupt", detail))
    if len(content) != member.size:
        return Record(number, name=name, error=RejectedError("corrupt", "The member is cut off."))
    return Record(number, content, name=name)


_ENTRY = 46
# Bytes of an entry in a zip's directory, without its name.


def _directory_bytes(raw: io.FileIO) -> int:
    """Return the size of a zip's directory, which zipfile would read whole, without reading it."""
    size = raw.seek(0, io.SEEK_END)
    raw.seek(max(0, size - (1 << 16) - 22))
    tail = raw.read() or b""
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        return 0
    claimed = int(struct.unpack_from("<L", tail, at + 12)[0])
    return size if claimed == 0xFFFFFFFF else min(claimed, size)


class _Forward(io.RawIOBase):
    """What tarfile needs of a file, over a stream; one read never fills the memory."""

    def __init__(self, stream: Stream, limit: int) -> None:
        self._stream = stream
        self._limit = limit

    def read(self, size: int = -1, /) -> bytes:
        if size > self._limit:
            raise RejectedError("too_large", f"A header of the archive claims {size:,} bytes.")
        return self._stream.read(size)

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._stream.seek(offset, whence)


def _short(error: BaseException) -> Any:
    return " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
