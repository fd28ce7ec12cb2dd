"""Open an input file as a stream of bytes, expanded within a bound.

A stream goes forward only and holds a few buffers, never the file. What is compressed may grow to a fixed
multiple of what was read so far, so that a bomb is stopped early; a stream that ends before its end mark
or is damaged says so. Nothing but a regular file is opened, and opening never blocks.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .errors import RejectedError

CHUNK = 1 << 20
RATIO = 200
# 200: pages compress 4 to 12 times and lists of one repeated row about 100 times; deflate ends at 1,032.
ALWAYS = 1 << 20
# A megabyte is harmless at any ratio.


@dataclass(frozen=True, slots=True)
class FileDigest:
    """What a file holds: the sha256 of its bytes, how many there are, and whether all are white space."""

    sha256: str
    size: int
    is_blank: bool


def digest_chunks(chunks: Iterable[bytes]) -> FileDigest:
    """Return the digest of a file that comes in pieces.

    >>> digest_chunks([b" ", b"a"]).size, digest_chunks([]).is_blank
    (2, True)
    """
    total, size, blank = hashlib.sha256(), 0, True
    for chunk in chunks:
        total.update(chunk)
        size += len(chunk)
        blank = blank and not chunk.strip()
    return FileDigest(total.hexdigest(), size, blank)


def open_regular(path: bytes) -> io.FileIO:
    """Open a regular file for reading; never blocks on a pipe that took a file's place."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
    except OSError:
        os.close(handle)
        raise
    return io.FileIO(handle, "rb")


def expand_gzip(data: bytes, max_bytes: int) -> bytes:
    """Expand gzip, members one after the other, within a bound on the size and on the ratio."""
    bound = min(max_bytes, max(ALWAYS, RATIO * len(data)))
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


class Stream:
    """The content of a file from its beginning to its end: `read` gives at most what is asked for.

    Raises RejectedError: "corrupt", or "too_large" past the bound. A reader in another language may turn
    that into an error of its own: `error` keeps it.
    """

    def __init__(self, raw: io.FileIO, codec: str, max_bytes: int) -> None:
        """Read `raw` from where it stands; `codec` is "", "gz" or "zst"."""
        self.raw = raw
        self.error: RejectedError | None = None
        self.last = b""
        """What the last call of `read` gave."""
        self.member_at = raw.tell()
        """Where in the file the compressed member starts that was read last."""
        self._at = self._given = 0
        self._began = self.member_at
        self._max = max_bytes
        self._bounded = codec != ""
        self._next = {"": self._plain, "gz": self._gzip, "zst": self._zstd}[codec]
        self._member: Any = None
        self._input = b""
        self._ready = b""

    def read(self, size: int = -1) -> bytes:
        """Return `size` bytes, fewer only at the end; all that is left when `size` is negative."""
        parts: list[bytes] = []
        wanted = size if size >= 0 else self._max + 1
        while wanted > 0:
            if not self._ready:
                try:
                    self._ready = self._filled(wanted)
                except RejectedError:
                    if parts:
                        break  # what came before the damage is good; the next call raises
                    raise
                if not self._ready:
                    break
            part, self._ready = self._ready[:wanted], self._ready[wanted:]
            wanted -= len(part)
            parts.append(part)
        self.last = parts[0] if len(parts) == 1 else b"".join(parts)
        self._at += len(self.last)
        return self.last

    def tell(self) -> int:
        """Return how many bytes were read."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go forward to `offset`, reading what lies between."""
        if whence != os.SEEK_SET or offset < self._at:
            raise io.UnsupportedOperation("the stream goes forward only")
        if not self._bounded and not self._ready:
            self.raw.seek(offset - self._at, os.SEEK_CUR)
            self._at = self._given = offset
        while self._at < offset and self.read(min(CHUNK, offset - self._at)):
            pass
        return self._at

    def close(self) -> None:
        """Do nothing: the file is closed by who opened it."""

    def _filled(self, wanted: int) -> bytes:
        if self.error is not None:
            raise self.error
        try:
            data = self._next(wanted)
            grown = self._given = self._given + len(data)
            if grown > self._max:
                raise RejectedError("too_large", f"The file expands to more than {self._max:,} bytes.")
            if self._bounded and grown > ALWAYS and grown > RATIO * (self.raw.tell() - self._began):
                raise RejectedError("too_large", f"The file expands more than {RATIO} times.")
        except RejectedError as error:
            self.error = error
            raise
        return data

    def _plain(self, wanted: int) -> bytes:
        return self.raw.read(min(max(wanted, 1 << 16), CHUNK)) or b""

    def _gzip(self, _wanted: int) -> bytes:
        while True:
            if not self._input:
                self._input = self.raw.read(1 << 16) or b""
            if self._member is None:
                self._input = self._input.lstrip(b"\0")
                if not self._input:
                    if self.raw.tell() >= os.fstat(self.raw.fileno()).st_size:
                        return b""
                    continue
                self.member_at = self.raw.tell() - len(self._input)
                self._member = zlib.decompressobj(wbits=31)
            if not self._input:
                raise RejectedError("corrupt", "The gzip stream ends before its end mark.")
            try:
                data: bytes = self._member.decompress(self._input, CHUNK)
            except zlib.error as error:
                raise RejectedError("corrupt", f"The gzip stream is damaged: {error}.") from error
            self._input = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if self._member.eof:
                self._member = None
            if data:
                return data

    def _zstd(self, _wanted: int) -> bytes:
        import pyarrow as pa

        try:
            if self._member is None:
                self._member = pa.CompressedInputStream(pa.PythonFile(self.raw, "r"), "zstd")
            data: bytes = self._member.read(CHUNK)
        except (OSError, pa.ArrowException) as error:
            raise RejectedError("corrupt", f"The zstd stream is damaged: {error}.") from error
        return data
