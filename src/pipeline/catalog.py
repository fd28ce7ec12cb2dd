"""What the rows of one document take from the corpus around it, a row a document, sorted by `doc_id`.

A document's own rows are made by its batch alone. The file it is called after, its place among all
documents in time, and the document it nearly repeats depend on the others: they are found here, over
short columns, for all documents at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .candidates import SignedDocuments, find_originals
from .errors import ContractError


@dataclass(frozen=True, slots=True)
class Catalog:
    """The documents of a version, sorted by doc_id."""

    doc_ids: pa.Array
    published_on: pa.Array
    source_path: pa.Array
    duplicate_of: pa.Array
    similarity: pa.Array
    rank: NDArray[np.int64]
    """Place of each document by date (none is last), then by file name."""
    by_rank: NDArray[np.int64]
    """Position of the document of each rank."""

    def between(self, start: int, end: int) -> Catalog:
        """Return a range of the documents; ranks stay those of the whole."""
        length = end - start
        return Catalog(
            self.doc_ids.slice(start, length),
            self.published_on.slice(start, length),
            self.source_path.slice(start, length),
            self.duplicate_of.slice(start, length),
            self.similarity.slice(start, length),
            self.rank[start:end],
            self.by_rank,
        )


def make_catalog(documents: pa.Table, sources: pa.Table, signatures: SignedDocuments, scratch: Path) -> Catalog:
    """Return the catalog of documents (`doc_id`, `published_on`), given all sources and all signatures.

    `scratch` is a folder for files that are of no use afterwards.
    Raises ContractError when a document has no source or no signature.
    """
    order = pc.sort_indices(documents.column("doc_id"))
    doc_ids = documents.column("doc_id").combine_chunks().take(order)
    dates = documents.column("published_on").combine_chunks().take(order)
    first = _first_source(doc_ids, sources)
    days = pc.fill_null(dates.cast(pa.int32()), np.iinfo(np.int32).max).to_numpy(zero_copy_only=False)
    by_rank = np.lexsort((first, days))
    rank = np.empty(len(by_rank), np.int64)
    rank[by_rank] = np.arange(len(by_rank))
    paths = sources.column("source_path").combine_chunks().take(pa.array(first))
    original, similarity = _originals(doc_ids, by_rank, signatures, scratch)
    none = original < 0
    return Catalog(
        doc_ids,
        dates,
        paths,
        doc_ids.take(pa.array(original, mask=none)),
        pa.array(similarity, pa.float64(), mask=none),
        rank,
        by_rank,
    )


def _first_source(doc_ids: pa.Array, sources: pa.Table) -> NDArray[np.int64]:
    """Return for each document the first row of `sources`, which are sorted by path, that holds it."""
    document = pc.fill_null(pc.index_in(sources.column("doc_id"), value_set=doc_ids), -1).to_numpy()
    rows = np.flatnonzero(document >= 0)[::-1]
    first = np.full(len(doc_ids), -1, np.int64)
    first[document[rows]] = rows  # in reverse: the first writes last
    if len(first) and first.min() < 0:
        raise ContractError(f"document {doc_ids[int(first.argmin())]} has no row in sources.")
    return first


def _originals(
    doc_ids: pa.Array, by_rank: NDArray[np.int64], signatures: SignedDocuments, scratch: Path
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return for each document the position of the one it nearly repeats, or -1, and their similarity."""
    where = pc.index_in(doc_ids, value_set=signatures.doc_ids)
    if where.null_count:
        raise ContractError(f"{where.null_count:,} documents have no signature.")
    rows = where.to_numpy().astype(np.int64)
    order = by_rank[signatures.signed[rows[by_rank]]]
    original, similarity = np.full(len(doc_ids), -1, np.int64), np.zeros(len(doc_ids))
    for row, leader, share in find_originals(signatures.pieces, rows[order], scratch):
        original[order[row]], similarity[order[row]] = order[leader], share
    return original, similarity
