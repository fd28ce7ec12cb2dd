"""Say of each document what of the last version still holds.

All of it is column work: a nightly run of millions of documents, of which one changed, makes no record of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .model import SourceStatus
from .records import split_record
from .source_rows import SourceRows

if TYPE_CHECKING:
    from .version import Version

_PASSING = ("unreadable", "changed")
# Reasons that lie in the moment, not in the bytes: who reads the same bytes again may be luckier.


@dataclass(frozen=True, slots=True)
class Reuse:
    """What is to be done with the documents of some sources, and the sources as far as they were read before."""

    sources: SourceRows
    clean: SourceRows
    """One source a document that is to be cleaned and tagged, in the order of reading."""
    retag: pa.Array
    keep: pa.Array
    removed: tuple[str, ...]
    nothing_new: bool
    """Whether the sources are those of the version, and nothing is to be made but what its quarantine held."""


def find_reusable(sources: SourceRows, previous: Version, *, same_clean: bool, same_tag: bool) -> Reuse:
    """Compare sources, sorted by path, with the rows of a version.

    `same_clean` and `same_tag` say whether the stages are still those that made it.
    """
    rows, documents = previous.table("sources"), previous.table("documents", ["doc_id", "source_path"])
    published = documents.column("doc_id").combine_chunks()
    # Rows in quarantine are not in the tables, so their documents are made again whenever a run is made at all.
    keys = previous.table("quarantine", ["row_key"]).column("row_key").to_pylist()
    held = pa.array(sorted({key.split(":")[0] for key in keys}), pa.string())
    if same_clean:
        sources = _refused(sources, rows, pa.concat_arrays([published, held]))
    ids = sources.column("doc_id")
    was_held = _is_in(ids, held)
    kept = np.zeros(len(ids), bool)
    if same_clean:
        kept = _same_kind(sources, ids, documents) & ~was_held
        sources = _as_read(sources, ids, kept, rows)
    first = np.zeros(len(ids), bool)
    first[sources.first_of_documents()] = True
    stay = ids.filter(pa.array(first & kept))
    none = stay.slice(0, 0)
    # Both are sorted by path.
    told = ("source_path", "source_sha256", "bytes")
    unchanged = sources.table.select(told).equals(rows.select(told))
    new = first & ~kept & ~(was_held & (same_clean and same_tag))
    return Reuse(
        sources,
        clean=sources.take(np.flatnonzero(first & ~kept)).in_reading_order(),
        retag=none if same_tag else stay,
        keep=stay if same_tag else none,
        removed=tuple(sorted(published.filter(pc.invert(pc.is_in(published, value_set=ids.drop_null()))).to_pylist())),
        nothing_new=unchanged and not new.any() and (same_tag or not len(stay)),
    )


def _refused(sources: SourceRows, rows: pa.Table, known: pa.Array) -> SourceRows:
    """Reject again what was rejected for its bytes, without reading it, unless a document has these bytes."""
    reasons = pa.array(_PASSING, pa.string())
    bad = pc.and_(pc.equal(rows.column("status"), str(SourceStatus.REJECTED)), rows.column("source_sha256").is_valid())
    bad = rows.filter(pc.and_(bad, pc.invert(pc.is_in(rows.column("reason"), value_set=reasons))))
    if not bad.num_rows:
        return sources
    # Looked up by key, the first of equal ones is found: the last is wanted.
    bad = bad.take(pa.array(range(bad.num_rows - 1, -1, -1), pa.int64()))
    ids = sources.column("doc_id")
    at = pc.index_in(sources.column("source_sha256"), value_set=bad.column("source_sha256").combine_chunks())
    where = _valid(ids) & _valid(at) & ~_is_in(ids, known)
    found = bad.take(at.filter(pa.array(where)))
    return sources.fill(
        where,
        {
            "status": pa.repeat(str(SourceStatus.REJECTED), int(where.sum())),
            "doc_id": pa.nulls(int(where.sum()), pa.string()),
            "reason": found.column("reason").combine_chunks(),
            "detail": found.column("detail").combine_chunks(),
        },
    )


def _same_kind(sources: SourceRows, ids: pa.Array, documents: pa.Table) -> NDArray[np.bool_]:
    """Say of which sources a document was published that was read in the same way."""
    at = pc.index_in(ids, value_set=documents.column("doc_id").combine_chunks())
    now = sources.column("source_path")
    was = documents.column("source_path").combine_chunks().take(at)
    same = pc.fill_null(pc.equal(now, was), False).to_numpy(zero_copy_only=False).copy()
    for row in np.flatnonzero(_valid(was) & _valid(ids) & ~same):
        same[row] = _kind(now[int(row)].as_py()) == _kind(was[int(row)].as_py())
    return np.asarray(same & _valid(ids), bool)


def _as_read(sources: SourceRows, ids: pa.Array, kept: NDArray[np.bool_], rows: pa.Table) -> SourceRows:
    """Fill in what reading found of documents that stay."""
    now, then = (
        pc.equal(table.column("status"), str(SourceStatus.PUBLISHED)).combine_chunks()
        for table in (sources.table, rows)
    )
    where = kept & now.to_numpy(zero_copy_only=False)
    read = rows.filter(then)
    at = pc.index_in(ids.filter(pa.array(where)), value_set=read.column("doc_id").combine_chunks())
    found = {name: read.column(name).combine_chunks().take(at) for name in ("encoding", "media_type", "detail")}
    return sources.fill(where, found)


def _kind(path: str) -> str:
    """Return the suffixes that decide how a file is read: the same bytes as .txt and .html are two documents."""
    place = split_record(path)
    if place is not None and place.name is None:
        return "#"  # a record's digest covers its media type
    # As Path.suffixes has them, which costs 15 us a path.
    name = path.rpartition("/")[2].lower()
    suffixes = [] if name.endswith(".") else name.lstrip(".").split(".")[1:]
    return ".".join(("", *(suffixes[-2:] if suffixes[-1:] == ["gz"] else suffixes[-1:])))


def _is_in(ids: pa.Array, some: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(pc.is_in(ids, value_set=some).to_numpy(zero_copy_only=False), bool) & _valid(ids)


def _valid(values: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(values.is_valid().to_numpy(zero_copy_only=False), bool)
