"""What listing and reading files of many records costs, in time and memory, each in a process of its own.

    python benchmarks/records.py [RECORDS] [CHARACTERS]

A record is made text of CHARACTERS; "read 1 in 10" is what one of ten workers does: every tenth batch of 1,000
records, in the file's order.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

KINDS = ("jsonl", "jsonl.gz", "parquet", "warc.gz", "zip", "tar.gz")


def texts(count: int, size: int) -> Iterator[str]:
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghijklmnop", k=rng.randint(2, 9))) for _ in range(5_000)]
    base = " ".join(rng.choices(words, k=max(100_000, size)))
    for i in range(count):
        start = (i * 7_919) % (len(base) - size)
        yield f"{i} {base[start : start + size]}"


def make(path: Path, kind: str, count: int, size: int) -> None:
    if kind.startswith("jsonl"):
        with gzip.open(path, "wb", compresslevel=1) if kind.endswith("gz") else path.open("wb") as lines:
            for i, text in enumerate(texts(count, size)):
                lines.write(json.dumps({"id": i, "text": text, "url": f"https://example.org/{i}"}).encode() + b"\n")
    elif kind == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        with pq.ParquetWriter(path, pa.schema([("id", pa.string()), ("text", pa.string())])) as writer:
            rows = [{"id": str(i), "text": text} for i, text in enumerate(texts(count, size))]
            writer.write_table(pa.Table.from_pylist(rows, writer.schema), row_group_size=10_000)
    elif kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for i, text in enumerate(texts(count, size)):
                archive.writestr(f"pages/{i}.txt", text)
    elif kind == "tar.gz":
        with tarfile.open(path, "w:gz", compresslevel=1) as tape:
            for i, text in enumerate(texts(count, size)):
                info = tarfile.TarInfo(f"pages/{i}.txt")
                info.size = len(text)
                tape.addfile(info, io.BytesIO(text.encode()))
    else:
        with path.open("wb") as crawl:
            for i, text in enumerate(texts(count, size)):
                block = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + text.encode()
                head = (
                    f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{i}>\r\n"
                    f"WARC-Date: 2024-01-01T00:00:00Z\r\nWARC-Target-URI: https://example.org/{i}\r\n"
                    f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
                )
                crawl.write(gzip.compress(head.encode() + block + b"\r\n\r\n", 1))


def peak() -> int:
    return int(Path("/proc/self/status").read_text(encoding="ascii").partition("VmHWM:")[2].split()[0]) // 1024


def measure(kind: str, folder: Path) -> None:
    from pipeline.read import list_sources
    from pipeline.records import list_records, read_record, reading_order
    from pipeline.settings import ReadSettings

    settings = ReadSettings()
    path = folder / f"a.{kind}"
    full, size = os.fsencode(path), path.stat().st_size
    list(list_records(full, path.name, "", size, ReadSettings(max_records=1)))  # what is imported once
    before, start, held = peak(), time.process_time(), 0
    for source in list_records(full, path.name, "", size, settings):
        held += source.size
    streamed, listed = peak() - before, time.process_time() - start
    sources = list_sources(folder, settings, folder.parent / "cache")
    start = time.process_time()
    assert list_sources(folder, settings, folder.parent / "cache") == sources
    again = time.process_time() - start
    ordered = sorted(sources, key=lambda source: reading_order(source.source_path))
    start = time.process_time()
    for batch in range(0, len(ordered), 10_000):
        for source in ordered[batch : batch + 1_000]:
            read_record(full, source.source_path, source.source_sha256, settings)
    tenth = time.process_time() - start
    count = len(sources)
    print(
        f"| {kind} | {count:,} | {held / 1e6:,.0f} | {listed:.1f} | {held / 1e6 / listed:.0f} | {streamed} "
        f"| {again:.1f} | {tenth:.1f} |",
        flush=True,
    )


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        measure(sys.argv[2], Path(sys.argv[3]))
        return
    given = [int(argument) for argument in sys.argv[1:]]
    count, size = (*given, *(100_000, 3_000)[len(given) :])
    print("| file | records | MB | list, CPU s | MB/s | memory, MB | list again | read 1 in 10 |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as root:
            folder = Path(root) / "in"
            folder.mkdir()
            make(folder / f"a.{kind}", kind, count, size)
            subprocess.run([sys.executable, __file__, "--one", kind, str(folder)], check=True)


if __name__ == "__main__":
    main()
