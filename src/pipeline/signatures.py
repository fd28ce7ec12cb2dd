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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .duplicates import sign_bodies
from .halves import CACHE
from .model import Disposition
from .slices import TableRows, slice_bounds
from .version import Version

SIGNATURES = "signatures.arrow"

_SCHEMA = pa.schema([pa.field("doc_id", pa.string()), pa.field("signature", pa.binary())])
_HASH_BYTES = 32
_SLICE_DOCUMENTS = 1_000
_PIECE = 4_096
# Signatures that are written and read at a time: 1 MB.


def make_signatures(doc_ids: Sequence[str], signatures: Sequence[bytes]) -> pa.Table:
    """Return the table of signatures, with empty ones where there is too little text."""
    return pa.table([pa.array(doc_ids, pa.string()), pa.array(signatures, pa.binary())], schema=_SCHEMA)


def signature_cache(output: Path, digest: str) -> Path:
    """Return the path of the file for signatures that were made by what `digest` stands for."""
    return output / CACHE / f"signatures-{digest[:16]}"


class Signatures:
    """The signatures in a file that `write_signatures` wrote; what is held is their documents and which are empty."""

    def __init__(self, path: Path) -> None:
        """Read the file once."""
        self._path = path
        ids, signed = [pa.array([], pa.string())], [np.empty(0, bool)]
        for batch in _batches(path):
            ids.append(batch.column("doc_id"))
            signed.append(pc.greater(pc.binary_length(batch.column("signature")), 0).to_numpy(zero_copy_only=False))
        self.doc_ids = pa.concat_arrays(ids)
        self.signed = np.concatenate(signed)

    def pieces(self) -> Iterator[pa.Array]:
        """Yield the signatures, some at a time, in the order of `doc_ids`."""
        return (batch.column("signature") for batch in _batches(self._path))


def _batches(path: Path, start: int = 0) -> Iterator[pa.RecordBatch]:
    # Read, not mapped: what was mapped counts as this process's memory until the system wants it back.
    with path.open("rb") as raw:
        raw.seek(start)
        with pa.PythonFile(raw, "r") as file, pa.ipc.open_stream(file) as reader:
            yield from reader


def write_signatures(tables: Iterable[pa.Table], path: Path) -> None:
    """Write signatures to a file, in the order in which they come and in pieces of a size."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, _SCHEMA) as writer:
        waiting: list[pa.Table] = []
        for table in tables:
            waiting.append(table.cast(_SCHEMA))
            if sum(map(len, waiting)) >= _PIECE:
                writer.write_table(pa.concat_tables(waiting).combine_chunks())
                waiting = []
        if waiting:
            writer.write_table(pa.concat_tables(waiting).combine_chunks())


def known_signatures(path: Path, wanted: pa.Array) -> Iterator[pa.Table]:
    """Yield the signatures of `wanted` documents that a cache file has; none when it is missing or damaged."""
    with suppress(OSError, pa.ArrowInvalid):
        with path.open("rb") as file:
            said = file.read(_HASH_BYTES)
            if hashlib.file_digest(file, "sha256").digest() != said:
                return
        for batch in _batches(path, _HASH_BYTES):
            table = pa.Table.from_batches([batch])
            if not table.schema.equals(_SCHEMA):
                return
            yield table.filter(pc.is_in(table.column("doc_id"), value_set=wanted))


def keep_signatures(plain: Path, path: Path) -> None:
    """Replace the cache file by what `write_signatures` wrote to `plain`, and remove those of other keys.

    Where that fails, as on a full disk, the cache is lost and no more.
    """
    temporary = plain.with_name(path.name)
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
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
    rows = TableRows(version.dataset("blocks"), ["doc_id", "disposition", "text"])
    slices = 1 + version.rows("documents") // _SLICE_DOCUMENTS
    left = set(doc_ids.to_pylist())
    for bound in slice_bounds(slices):
        blocks = rows.until(bound)
        body = pc.equal(blocks.column("disposition"), str(Disposition.BODY))
        columns = blocks.filter(pc.and_(body, pc.is_in(blocks.column("doc_id"), value_set=doc_ids))).to_pydict()
        pairs = zip(columns["doc_id"], columns["text"], strict=True)
        bodies = {doc_id: "\n\n".join(text for _, text in some) for doc_id, some in groupby(pairs, lambda p: p[0])}
        left -= bodies.keys()
        yield make_signatures(list(bodies), sign_bodies(list(bodies.values())))
    yield make_signatures(sorted(left), [b""] * len(left))
