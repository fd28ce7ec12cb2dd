"""Settle the table of sources: what the plan listed, as reading left it.

Reading finds the encoding, or a reason to reject. Copies of a document get what was found of the first: how
it was read, or why it was rejected. All of it is column work: a Python record a source would take 500 bytes,
and there may be millions.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from .batch import read_arrow
from .errors import ContractError
from .halves import CLEANED
from .model import Source, SourceStatus
from .schemas import SOURCES
from .slices import replace_column
from .tables import make_sources

_FOUND = ("media_type", "encoding", "status", "doc_id", "reason", "detail")


def settle_sources(sources: Sequence[Source], batches: Sequence[Path], documents: pa.Array) -> pa.Table:
    """Return the rows of `sources`, sorted by path, after the batches that cleaned some of them.

    `documents` are the doc_ids that there are. Raises ContractError when a copy has no original.
    """
    table = _as_read(make_sources(sources), batches)
    # Backwards: where several have the same bytes, the last that was rejected says why.
    rejected = _backwards(table.filter(_has(table, SourceStatus.REJECTED)))
    rejected = rejected.filter(rejected.column("source_sha256").is_valid())
    published = _backwards(table.filter(_has(table, SourceStatus.PUBLISHED)))
    ids = table.column("doc_id")
    why = pc.index_in(table.column("source_sha256"), value_set=rejected.column("source_sha256").combine_chunks())
    lost = pc.and_(pc.invert(pc.is_in(ids, value_set=documents)), ids.is_valid())
    lost = pc.and_(lost, why.is_valid())
    copied = pc.and_(_has(table, SourceStatus.DUPLICATE), pc.invert(lost))
    first = pc.index_in(ids, value_set=published.column("doc_id").combine_chunks())
    orphans = table.filter(pc.and_(copied, first.is_null()))
    if orphans.num_rows:
        raise ContractError(f"{orphans.column('source_path')[0]} is a copy of a document that no source holds.")
    same = published.take(first)
    as_first = pc.binary_join_element_wise("same bytes as", same.column("source_path"), " ")
    for column in ("encoding", "media_type"):
        table = replace_column(table, column, pc.if_else(copied, same.column(column), table.column(column)))
    table = replace_column(table, "detail", pc.if_else(copied, as_first, table.column("detail")))
    reasons = rejected.take(why)
    for column in ("status", "doc_id", "reason", "detail"):
        table = replace_column(table, column, pc.if_else(lost, reasons.column(column), table.column(column)))
    return table.combine_chunks()


def _as_read(table: pa.Table, batches: Sequence[Path]) -> pa.Table:
    """Fill in what reading found of the sources in the batches."""
    found = [read_arrow(folder / CLEANED / "sources.arrow") for folder in batches]
    read = pa.concat_tables([SOURCES.empty_table(), *(rows.cast(SOURCES) for rows in found)]).combine_chunks()
    at = pc.index_in(table.column("source_path"), value_set=read.column("source_path").combine_chunks())
    rows = read.take(at)
    for column in _FOUND:
        table = replace_column(table, column, pc.if_else(at.is_valid(), rows.column(column), table.column(column)))
    return table


def _has(table: pa.Table, status: SourceStatus) -> pa.ChunkedArray:
    return pc.equal(table.column("status"), str(status))


def _backwards(table: pa.Table) -> pa.Table:
    return table.take(pa.array(range(table.num_rows - 1, -1, -1), pa.int64()))
