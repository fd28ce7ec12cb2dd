"""Read the pages of a WARC: a record is an HTTP response (or a stored resource) with HTML or plain text.

fastwarc reads the records' headers; the block is taken whole and its length compared, because a file that was
cut off would otherwise give half a page in silence. The HTTP body is put together (chunks) and expanded (gzip,
deflate, brotli) within the bounds of a document. Damage costs the record it stands in: reading goes on at
the next record that begins. Requests, metadata and revisits hold no page; they are counted in a row for the file.
"""

from __future__ import annotations

import io
import zlib
from collections import Counter
from functools import partial
from typing import Any

from .errors import RejectedError
from .record_model import Items, Record, Stated, failed
from .settings import ReadSettings
from .streams import CHUNK, Stream, expand_gzip

_MEDIA_TYPES = {
    "text/html": "text/html",
    "application/xhtml+xml": "application/xhtml+xml",
    "text/plain": "text/plain",
    "text/markdown": "text/markdown",
    "": "text/html",
}
# A response without a type is a page more often than not, and text that is none has no markup and is read as text.
_START = b"WARC/1."
_GZIP = b"\x1f\x8b\x08"


def read_warc(raw: io.FileIO, codec: str, settings: ReadSettings) -> Items:
    """Yield the records of a WARC that should be pages, numbered among all records of the file.

    Raises RejectedError "corrupt" when not a single record can be read.
    """
    from fastwarc.warc import ArchiveIterator

    number = 0
    passed_over: Counter[str] = Counter()
    at: int | None = 0
    while at is not None:
        raw.seek(at)
        stream = Stream(raw, codec, settings.max_archive_bytes)
        began = here = at
        try:
            for record in ArchiveIterator(stream, parse_http=False, stream_detect=False):
                here = began + record.stream_pos
                kind = str(record.record_type)
                if kind not in ("response", "resource", "conversion"):
                    passed_over[kind] += 1
                else:
                    yield from _item(number, record, kind, settings)
                number += 1
            at = None
        except (OSError, RejectedError, ValueError) as caught:
            error = stream.error or caught
            said = (error.detail if isinstance(error, RejectedError) else str(error)).rstrip(".")[:200]
            if isinstance(error, RejectedError) and error.reason == "too_large":
                yield failed(number, "too_large", f"{said}. What follows was not read.")
                return
            at = _next_start(raw, stream.member_at if codec else here, codec)
            if number == 0 and at is None:
                raise RejectedError("corrupt", f"The file is not a sound WARC: {said}.") from error
            more = "Nothing after it could be read." if at is None else "Reading goes on at the next record."
            yield failed(number, "corrupt", f"The file is damaged here: {said}. {more}")
            number += 1
    if passed_over:
        counts = ", ".join(f"{count:,} {kind}" for kind, count in sorted(passed_over.items()))
        yield failed(None, "no_pages", f"Records that hold no page and were passed over: {counts}.")


def _item(number: int, record: Any, kind: str, settings: ReadSettings) -> Items:
    """Yield what a response gives; its block is read at once, because the next record would pass over it."""
    length = record.content_length
    limit = settings.max_bytes + (1 << 16)
    if length > limit:
        yield failed(number, "too_large", f"{length:,} bytes; the cap is {settings.max_bytes:,}.")
        return
    block = record.reader.read(length)
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ") or None
    if len(block) < length:
        raise RejectedError("corrupt", f"the record states {length:,} bytes and has {len(block):,}")
    stated_type = record.headers.get("Content-Type") or ""
    is_http = "application/http" in stated_type.lower()
    yield number, partial(_page, number, block, url, "" if is_http else stated_type or kind, settings)


def _page(number: int, block: bytes, url: str | None, own_type: str, settings: ReadSettings) -> Record:
    """Return the page of a record's block; `own_type` is empty where an HTTP head says what it is."""
    try:
        if own_type:
            return _typed(number, block, own_type, url, settings)
        head, _, body = block.partition(b"\r\n\r\n") if b"\r\n\r\n" in block else block.partition(b"\n\n")
        status, fields = _http_head(head)
        if status not in (200, 203, 206):
            raise RejectedError("no_pages", f"The server answered {status}, not with a page.")
        if "chunked" in fields.get("transfer-encoding", "").lower():
            body = _joined_chunks(body)
        body = _expanded(body, fields.get("content-encoding", ""), settings)
        return _typed(number, body, fields.get("content-type", ""), url, settings)
    except RejectedError as error:
        return Record(number, error=error)


def _typed(number: int, body: bytes, content_type: str, url: str | None, settings: ReadSettings) -> Record:
    kind, _, parameters = content_type.partition(";")
    kind = kind.strip().lower()
    media_type = _MEDIA_TYPES.get("text/plain" if kind == "conversion" else kind)
    if media_type is None:
        raise RejectedError("unsupported_type", f"The record holds {kind[:80]}, not HTML or plain text.")
    if len(body) > settings.max_bytes:
        raise RejectedError("too_large", f"More than {settings.max_bytes:,} bytes.")
    if not body.strip():
        raise RejectedError("empty", "The record holds nothing but white space.")
    charset = next((p.partition("=")[2] for p in parameters.split(";") if "charset=" in p.lower()), "").strip("\"' ")
    return Record(number, body, media_type, stated=Stated(url=url, charset=charset[:40] or None))


def _http_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Return the status and the fields of an HTTP head; the last of equal names counts."""
    first, *lines = head.decode("latin-1").splitlines() or [""]
    words = first.split(None, 2)
    if not words or not words[0].upper().startswith("HTTP/"):
        raise RejectedError("corrupt", "The record has no HTTP head.")
    status = int(words[1]) if len(words) > 1 and words[1].isascii() and words[1].isdigit() and len(words[1]) < 4 else 0
    pairs = (line.partition(":") for line in lines[:1_000])
    return status, {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def _joined_chunks(body: bytes) -> bytes:
    """Put a chunked body together; a body that is none, because the crawler did it, stays as it is."""
    parts: list[bytes] = []
    at = 0
    while (end := body.find(b"\n", at, at + 1_024)) >= 0:
        size_text = body[at:end].split(b";")[0].strip()
        try:
            size = int(size_text, 16) if size_text.isalnum() and len(size_text) <= 8 else -1
        except ValueError:
            size = -1
        if size < 0:
            break
        if size == 0:
            return b"".join(parts)
        parts.append(body[end + 1 : end + 1 + size])
        at = end + 1 + size
        at += 2 if body[at : at + 2] == b"\r\n" else 1
    # Chunks whose end is missing were cut off by the crawler's limit; what came first is the page.
    return b"".join(parts) if len(parts) > 1 else body


def _expanded(body: bytes, coding: str, settings: ReadSettings) -> bytes:
    """Undo the content's codings, last one first, within the bounds of a document."""
    for name in reversed([c.strip().lower() for c in coding.split(",")][:3]):
        if name in ("gzip", "x-gzip") and body.startswith(_GZIP):
            body = expand_gzip(body, settings.max_bytes)
        elif name == "deflate" and (plain := _inflated(body, settings.max_bytes)) is not None:
            body = plain
        elif name == "br":
            body = _unbrotlied(body, settings.max_bytes)
    return body


def _inflated(body: bytes, limit: int) -> bytes | None:
    """Expand deflate with or without a zlib head; None for what is neither, because the crawler expanded it."""
    for bits in (15, -15):
        expand = zlib.decompressobj(wbits=bits)
        try:
            plain = expand.decompress(body, limit + 1)
        except zlib.error:
            continue
        if len(plain) > limit:
            raise RejectedError("too_large", f"The page expands to more than {limit:,} bytes.")
        return plain if expand.eof else None
    return None


def _unbrotlied(body: bytes, limit: int) -> bytes:
    """Expand brotli; what is no brotli was expanded by the crawler and stays as it is."""
    import brotli  # type: ignore[import-untyped]

    expand = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    data = body
    try:
        while not expand.is_finished() and size <= limit:
            part = expand.process(data, output_buffer_limit=CHUNK)
            if not part and expand.can_accept_more_data():
                return body if not parts else b"".join(parts)
            data = b""
            parts.append(part)
            size += len(part)
    except brotli.error:
        return body
    if size > limit:
        raise RejectedError("too_large", f"The page expands to more than {limit:,} bytes.")
    return b"".join(parts)


def _next_start(raw: io.FileIO, at: int, codec: str) -> int | None:
    """Return where the next record begins after the one at `at`: a WARC head, or a gzip member that holds one."""
    if codec == "zst":
        return None
    mark = _GZIP if codec else b"\n" + _START
    raw.seek(at + 1)
    base, window = at + 1, b""
    while data := raw.read(CHUNK):
        window += data
        found = window.find(mark)
        while found >= 0:
            if not codec:
                return base + found + 1
            if _begins_record(window[found : found + 4_096]):
                return base + found
            found = window.find(mark, found + 1)
        keep = window[-4_096:] if len(data) == CHUNK else b""
        base += len(window) - len(keep)
        window = keep
    return None


def _begins_record(data: bytes) -> bool:
    try:
        return zlib.decompressobj(wbits=31).decompress(data, 16).startswith(_START)
    except zlib.error:
        return False
