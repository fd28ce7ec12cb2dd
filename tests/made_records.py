"""Files of records, made in memory: WARC, zip, tar, JSON Lines."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

PROSE = "The ministers of energy met in Baku on Monday. They agreed on a new pipeline, officials said. It is called {}."


def page(title: str, prose: str = PROSE) -> str:
    return f"<html><head><title>{title}</title></head><body><p>{prose.format(title)}</p></body></html>"


def response(body: bytes, *fields: str, status: str = "200 OK", kind: str = "text/html") -> bytes:
    """An HTTP answer as a crawler saw it."""
    head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *fields]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def warc_record(
    block: bytes,
    kind: str = "response",
    url: str = "http://example.org/a",
    content_type: str = "application/http; msgtype=response",
) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"
        f"WARC-Target-URI: {url}\r\nContent-Type: {content_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def warc_gz(records: Iterable[bytes]) -> bytes:
    return b"".join(gzip.compress(record) for record in records)


def json_lines(*rows: Any) -> bytes:
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def zip_of(members: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tar_of(members: Mapping[str, bytes], kinds: Mapping[str, bytes] | None = None, mode: str = "w") -> bytes:
    """A tar; `kinds` gives the type of members that are not files, whose data is where they lead."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.type = (kinds or {}).get(name, tarfile.REGTYPE)
            if info.type == tarfile.REGTYPE:
                info.size = len(data)
            else:
                info.linkname = data.decode()
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def encrypted(archive: bytes) -> bytes:
    """Say of every member of a zip that it is encrypted."""
    data = bytearray(archive)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)
