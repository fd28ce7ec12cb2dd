"""Files of records, made in memory: WARC, zip, tar, JSON Lines; and what becomes of them when they are read."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.model import Page, SourceStatus
from pipeline.pages import read_page
from pipeline.read import list_sources
from pipeline.settings import ReadSettings

SETTINGS = ReadSettings()
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


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def listed(folder: Path, read: ReadSettings = SETTINGS) -> dict[str, str | None]:
    return {s.source_path: s.reason for s in list_sources(folder, read)}


def pages(folder: Path, read: ReadSettings = SETTINGS) -> dict[str, Page]:
    published = [s for s in list_sources(folder, read) if s.status is SourceStatus.PUBLISHED]
    return {s.source_path: read_page(folder, s, read) for s in published}


def parquet(rows: list[dict[str, Any]] | pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows), out, **options)
    return out.getvalue()


def zstd(data: bytes) -> bytes:
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as stream:
        stream.write(data)
    return bytes(out.getvalue().to_pybytes())


ROWS = [{"id": f"r{i}", "text": PROSE.format(i), "url": f"https://www.example.org/{i}"} for i in range(5)]


def csv_of(rows: list[dict[str, Any]], separator: str = ",") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


HOLDERS: dict[str, bytes] = {
    "a.csv": csv_of(ROWS),
    "a.csv.gz": gzip.compress(csv_of(ROWS)),
    "a.csv.zst": zstd(csv_of(ROWS)),
    "a.tsv": csv_of(ROWS, "\t"),
    "a.jsonl": json_lines(*ROWS),
    "a.ndjson": json_lines(*ROWS),
    "a.jsonl.gz": gzip.compress(json_lines(*ROWS)),
    "a.jsonl.zst": zstd(json_lines(*ROWS)),
    "a.json": json.dumps(ROWS, indent=1).encode(),
    "a.json.gz": gzip.compress(json.dumps(ROWS).encode()),
    "a.json.zst": zstd(json_lines(*ROWS)),
    "a.parquet": parquet(ROWS, row_group_size=2),
    "a.zip": zip_of({f"{i}.txt": PROSE.format(i).encode() for i in range(5)}),
    "a.tar": tar_of({f"{i}.txt": PROSE.format(i).encode() for i in range(5)}),
    "a.tar.gz": tar_of({f"{i}.txt": PROSE.format(i).encode() for i in range(5)}, mode="w:gz"),
    "a.tgz": gzip.compress(tar_of({f"{i}.txt": PROSE.format(i).encode() for i in range(5)})),
    "a.tar.zst": zstd(tar_of({f"{i}.txt": PROSE.format(i).encode() for i in range(5)})),
    "a.warc": b"".join(warc_record(response(page(str(i)).encode())) for i in range(5)),
    "a.warc.gz": warc_gz(warc_record(response(page(str(i)).encode())) for i in range(5)),
    "one_member.warc.gz": gzip.compress(b"".join(warc_record(response(page(str(i)).encode())) for i in range(5))),
    "a.warc.zst": zstd(b"".join(warc_record(response(page(str(i)).encode())) for i in range(5))),
}
