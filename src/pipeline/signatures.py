"""Keep the signatures by which near-duplicates are found, so that those of unchanged documents are not made again.

They stand in one file under the output folder, named for what decides them: the code that makes them and
the digest of cleaning. The file is a cache and no source of truth. It carries its own hash; where it is
missing or damaged, or lacks a document, the signature is made again from the published blocks, which gives
the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds

from .duplicates import sign_bodies
from .halves import CACHE
from .model import Disposition
from .slices import TableRows, slice_bounds
from .version import Version

SIGNATURES = "signatures.arrow"

_SCHEMA = pa.schema([pa.field("doc_id", pa.string()), pa.field("signature", pa.binary())])
_HASH_BYTES = 32
_SLICE_DOCUMENTS = 1_000


def make_signatures(doc_ids: Sequence[str], signatures: Sequence[bytes]) -> pa.Table:
    """Return the table of signatures, with empty ones where there is too little text."""
    return pa.table([pa.array(doc_ids, pa.string()), pa.array(signatures, pa.binary())], schema=_SCHEMA)


def signature_cache(output: Path, digest: str) -> Path:
    """Return the path of the file for signatures that were made by what `digest` stands for."""
    return output / CACHE / f"signatures-{digest[:16]}"


def read_signatures(path: Path) -> pa.Table:
    """Return the signatures in a cache file; none when it is missing or damaged."""
    with suppress(OSError, pa.ArrowInvalid):
        content = path.read_bytes()
        if hashlib.sha256(content[_HASH_BYTES:]).digest() == content[:_HASH_BYTES]:
            with pa.ipc.open_file(pa.py_buffer(content[_HASH_BYTES:])) as reader:
                table = reader.read_all()
                if table.schema.equals(_SCHEMA):
                    return table
    return _SCHEMA.empty_table()


def write_signatures(table: pa.Table, path: Path, scratch: Path) -> None:
    """Replace the cache file, by way of `scratch`, and remove those of other keys.

    Where that fails, as on a full disk, the cache is lost and no more.
    """
    temporary, plain = scratch / path.name, scratch / f"{path.name}.arrow"
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        # By way of a file and not of memory, where a million signatures would stand twice more.
        with pa.OSFile(str(plain), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        with plain.open("rb") as content, temporary.open("wb") as file:
            file.write(hashlib.file_digest(content, "sha256").digest())
            content.seek(0)
            shutil.copyfileobj(content, file)
        plain.unlink()
        os.replace(temporary, path)
        for other in path.parent.glob("signatures-*"):
            if other != path:
                other.unlink()


def sign_published(version: Version, doc_ids: pa.Array) -> Iterator[pa.Table]:
    """Yield the signatures of published documents, made from their blocks, a slice at a time."""
    body = ds.field("disposition") == str(Disposition.BODY)
    wanted = body & ds.field("doc_id").isin(doc_ids)
    rows = TableRows(version.dataset("blocks"), ["doc_id", "text"], keep=wanted)
    slices = 1 + version.rows("documents") // _SLICE_DOCUMENTS
    left = set(doc_ids.to_pylist())
    for bound in slice_bounds(slices):
        columns = rows.until(bound).to_pydict()
        pairs = zip(columns["doc_id"], columns["text"], strict=True)
        bodies = {doc_id: "\n\n".join(text for _, text in some) for doc_id, some in groupby(pairs, lambda p: p[0])}
        left -= bodies.keys()
        yield make_signatures(list(bodies), sign_bodies(list(bodies.values())))
    yield make_signatures(sorted(left), [b""] * len(left))
