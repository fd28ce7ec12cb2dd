"""Settle the table of sources: what the plan listed, as reading left it.

Reading finds the encoding, or a reason to reject. Copies of a document get what was found of the first: how
it was read, or why it was rejected. All of it is column work, since there may be millions.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from .batch import read_arrow
from .errors import ContractError
from .halves import CLEANED
from .model import SourceStatus
from .slices import replace_column
from .source_rows import SourceRows

_FOUND = ("media_type", "encoding", "status", "doc_id", "reason", "detail")


def settle_sources(sources: SourceRows, batches: Sequence[Path], documents: pa.ChunkedArray) -> pa.Table:
    """Return the rows of `sources` after the batches that cleaned some of them.

    `documents` are the doc_ids that there are. Raises ContractError when a copy has no original.
    """
    table = _as_read(sources.table, batches)
    status, ids = table.column("status"), table.column("doc_id")
    rejected = _first_of(table, "source_sha256", pc.equal(status, str(SourceStatus.REJECTED)), last=True)
    copied = pc.equal(status, str(SourceStatus.DUPLICATE))
    lost = pc.and_(pc.invert(pc.is_in(ids, value_set=documents)), ids.is_valid())
    why = pc.index_in(table.column("source_sha256"), value_set=rejected.column("source_sha256"))
    lost = pc.and_(lost, why.is_valid())
    table = _like_first(table, pc.and_(copied, pc.invert(lost)))
    reasons = rejected.take(why.filter(lost))
    for column in ("status", "doc_id", "reason", "detail"):
        table = _with(table, column, lost, reasons.column(column))
    return table.combine_chunks()


def _like_first(table: pa.Table, copied: pa.ChunkedArray) -> pa.Table:
    """Say of copies how the first source with the same bytes was read, and which it is."""
    copies = table.column("doc_id").filter(copied)
    published = pc.equal(table.column("status"), str(SourceStatus.PUBLISHED))
    published = pc.and_(published, pc.is_in(table.column("doc_id"), value_set=copies))
    originals = _first_of(table, "doc_id", published)
    where = pc.index_in(copies, value_set=originals.column("doc_id"))
    if where.null_count:
        path = table.column("source_path").filter(copied).filter(where.is_null())[0]
        raise ContractError(f"{path} is a copy of a document that no source holds.")
    same = originals.take(where)
    for column in ("encoding", "media_type"):
        table = _with(table, column, copied, same.column(column))
    as_first = pc.binary_join_element_wise("same bytes as", same.column("source_path"), " ")
    return _with(table, "detail", copied, as_first)


def _first_of(table: pa.Table, key: str, among: pa.ChunkedArray, last: bool = False) -> pa.Table:
    """Return the first row (or the last) of each key, of some rows that have one."""
    some = table.filter(pc.and_(among, table.column(key).is_valid()))
    # Looked up by key, the first of equal ones is found: where the last is wanted, it comes first.
    return some.take(pa.array(range(some.num_rows - 1, -1, -1), pa.int64())) if last else some


def _with(table: pa.Table, column: str, where: pa.ChunkedArray, values: pa.ChunkedArray) -> pa.Table:
    """Put values into a column where a mask says so: one for each row of the mask that is true."""
    old = table.column(column).combine_chunks()
    new = pa.concat_arrays([pa.array([], old.type), *values.cast(old.type).chunks])
    return replace_column(table, column, pc.replace_with_mask(old, where.combine_chunks(), new))


def _as_read(table: pa.Table, batches: Sequence[Path]) -> pa.Table:
    """Fill in what reading found of the sources in the batches."""
    found = [read_arrow(folder / CLEANED / "sources.arrow", ["source_path", *_FOUND]) for folder in batches]
    if not found:
        return table
    read = pa.concat_tables(found).combine_chunks()
    del found
    at = pc.index_in(table.column("source_path"), value_set=read.column("source_path").combine_chunks())
    seen, rows = at.is_valid(), at.drop_null()
    for column in _FOUND:
        table = _with(table, column, seen, read.column(column).take(rows))
    return table
