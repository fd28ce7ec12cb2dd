"""Time and memory that large bad inputs cost: each is listed, read, cleaned and segmented in a process of its own.

python benchmarks/bad_inputs.py            all of them, as a table
python benchmarks/bad_inputs.py NAME ...   some of them
"""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

WORDS = "The ministers of energy met in Baku on Monday and agreed on a new pipeline. "
DEEP, LINKS, LINES = 300_000, 200_000, 1_000_000


def _zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(50):
            archive.writestr(f"{i}.txt", bytes(19_000_000))
    return out.getvalue()


def _entities() -> bytes:
    levels = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY e0 "ha">{levels}]><html><p>&e9; {WORDS}</p></html>'.encode()


def _million_records() -> bytes:
    return b"".join(json.dumps({"id": i, "text": f"{WORDS}{i}"}).encode() + b"\n" for i in range(LINES))


INPUTS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a line of 200 MB": ("a.txt", lambda: b"x" * 200_000_000),
    "a line of 4.9 MB": ("a.txt", lambda: (WORDS * 64_000).encode()),
    "a line of 4.9 MB without a space": ("a.txt", lambda: b"x" * 4_900_000),
    "1,000,000 lines": ("a.txt", lambda: b"x\n" * LINES),
    "99,000 lines, all different": ("a.txt", lambda: b"".join(b"line no %d\n" % i for i in range(99_000))),
    "a JSON line of 200 MB": ("a.jsonl", lambda: b'{"text": "' + b"x" * 200_000_000 + b'"}\n{"text": "Last."}\n'),
    "100,000 copies of one line": ("a.txt", lambda: b"The ministers met in Baku on Monday.\n" * 100_000),
    "HTML nested 300,000 deep": ("a.html", lambda: b"<div>" * DEEP + WORDS.encode() + b"</div>" * DEEP),
    "HTML of 50 MB": ("a.html", lambda: b"<p>" + (WORDS * 660_000).encode() + b"</p>"),
    "HTML of 4 MB": ("a.html", lambda: f"<p>{WORDS}</p>".encode() * 48_000),
    "200,000 links": ("a.html", lambda: b"".join(b"<a href=%d>%d</a>" % (i, i) for i in range(LINKS))),
    "200,000 attributes": ("a.html", lambda: b"<p " + b"".join(b"a%d=1 " % i for i in range(LINKS)) + b">Words.</p>"),
    "entity bomb": ("a.xhtml", _entities),
    "gzip bomb": ("a.txt.gz", lambda: gzip.compress(bytes(1_000_000_000))),
    "gzip bomb of lines": ("a.jsonl.gz", lambda: gzip.compress(bytes(1_000_000_000))),
    "zip bomb": ("a.zip", _zip_bomb),
    "1,000,000 records (listing only)": ("a.jsonl", _million_records),
}


def measure(name: str, folder: Path) -> None:
    """Print one line of the table for the input that lies in `folder`."""
    from pipeline.clean import clean_pages
    from pipeline.errors import RejectedError
    from pipeline.model import SourceStatus
    from pipeline.pages import read_page
    from pipeline.read import list_sources
    from pipeline.segment import segment_document
    from pipeline.settings import Settings

    settings = Settings()
    start = time.process_time()
    outcomes: Counter[str] = Counter()
    for source in list_sources(folder, settings.read):
        outcome = str(source.status) if source.reason is None else f"{source.status}: {source.reason}"
        if source.status is SourceStatus.PUBLISHED and "listing only" not in name:
            try:
                (document,) = clean_pages([read_page(folder, source, settings.read)], settings.clean)
                segment_document(document)
            except RejectedError as error:
                outcome = f"rejected: {error.reason}"
        outcomes[outcome] += 1
    said = ", ".join(f"{count:,} {what}" if count > 1 else what for what, count in outcomes.items())
    # Not ru_maxrss: that begins with what the parent held, which made the input.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024
    print(f"| {name} | {said} | {time.process_time() - start:.1f} | {peak:,} |", flush=True)


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        measure(sys.argv[2], Path(sys.argv[3]))
        return
    print("| input | outcome | CPU s | peak MB |\n|---|---|---:|---:|", flush=True)
    for name in sys.argv[1:] or INPUTS:
        file, make = INPUTS[name]
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / file).write_bytes(make())
            command = [sys.executable, __file__, "--one", name, folder]
            subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, timeout=900)


if __name__ == "__main__":
    main()
