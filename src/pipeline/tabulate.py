"""Assemble the tables of a version from the batches of a run and the rows kept from the last version.

Rows of unchanged documents come from the last version's tables, rows of changed ones from the batch
folders; what depends on other documents or on the file's name (source paths, duplicates, dates beside
each row) is filled in here for all of them. So an incremental run gives what a full run gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .batch import read_arrow, write_arrow
from .model import Source, SourceStatus
from .schemas import KEYS, TABLES
from .tables import make_sources
from .version import Version

_PER_DOCUMENT = ("documents", "blocks", "sentences", "sentence_topics", "mentions")


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of the last version that a run reuses, by doc_id."""

    version: Version
    whole: frozenset[str]
    """Documents whose rows stay as they are."""
    retagged: frozenset[str]
    """Documents whose blocks and sentences stay, but whose topics and mentions are made again."""


def tabulate(
    sources: Sequence[Source], cleaned: Sequence[Path], retagged: Sequence[Path] = (), kept: Kept | None = None
) -> dict[str, pa.Table]:
    """Return every table of the version, sorted by key, with the schemas of `schemas.TABLES`.

    `cleaned` are folders of `clean_batch` and `tag_batch`, `retagged` folders of `export_for_tagging`
    and `tag_batch`.
    """
    parts: dict[str, list[pa.Table]] = {name: [] for name in _PER_DOCUMENT}
    for folder in cleaned:
        for name in _PER_DOCUMENT:
            parts[name].append(read_arrow(folder / f"{name}.arrow"))
        parts["sentences"][-1] = _with_topics(parts["sentences"][-1], folder)
    for folder in retagged:
        parts["sentences"].append(_with_topics(read_arrow(folder / "sentences.arrow"), folder))
        for name in ("sentence_topics", "mentions"):
            parts[name].append(read_arrow(folder / f"{name}.arrow"))
    if kept is not None:
        for name in _PER_DOCUMENT:
            ids = kept.whole | kept.retagged if name in ("documents", "blocks") else kept.whole
            parts[name].append(_rows_of(kept.version.table(name), ids))
    tables = {name: _concatenated(parts[name], name) for name in _PER_DOCUMENT}
    tables["sources"] = make_sources(_settled(sources, tables["documents"]))
    tables["documents"] = _with_paths(tables["documents"], tables["sources"])
    documents = tables["documents"]
    tables["sentences"] = _with_column(tables["sentences"], "source_path", documents)
    for name in ("sentences", "sentence_topics"):
        tables[name] = _with_column(tables[name], "published_on", documents)
    tables["sentences"] = _with_duplicates(tables["sentences"], documents)
    tables["quarantine"] = TABLES["quarantine"].empty_table()
    return {name: _sorted(tables[name], name) for name in TABLES}


def export_for_tagging(version: Version, doc_ids: Sequence[str], folder: Path) -> Path:
    """Write the texts and sentences of published documents as `tag_batch` reads them; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("documents", "sentences"):
        write_arrow(_rows_of(version.table(name), frozenset(doc_ids)), folder / f"{name}.arrow")
    return folder


def _with_topics(sentences: pa.Table, folder: Path) -> pa.Table:
    """Fill the topics column from the batch's own tagging, which has a row a sentence in the same order."""
    topics = read_arrow(folder / "topics.arrow").column("topics")
    return _replaced(sentences, "topics", topics)


def _rows_of(table: pa.Table, doc_ids: frozenset[str]) -> pa.Table:
    wanted = pa.array(sorted(doc_ids), pa.string())
    return table.filter(pc.is_in(table.column("doc_id"), value_set=wanted))


def _concatenated(parts: Sequence[pa.Table], name: str) -> pa.Table:
    schema = TABLES[name]
    cast = [part.select(schema.names).cast(schema) for part in parts]
    return pa.concat_tables(cast) if cast else schema.empty_table()


def _settled(sources: Sequence[Source], documents: pa.Table) -> list[Source]:
    """Give copies of a document what was found of the first: how it was read, or why it was rejected."""
    present = set(documents.column("doc_id").to_pylist())
    rejected = {s.source_sha256: s for s in sources if s.status is SourceStatus.REJECTED and s.source_sha256}
    first = {s.doc_id: s for s in sources if s.status is SourceStatus.PUBLISHED}
    settled = []
    for source in sources:
        if source.doc_id is not None and source.doc_id not in present and source.source_sha256 in rejected:
            why = rejected[source.source_sha256]
            source = replace(source, status=why.status, doc_id=None, reason=why.reason, detail=why.detail)
        elif source.status is SourceStatus.DUPLICATE:
            same = first[source.doc_id]
            detail = f"same bytes as {same.source_path}"
            source = replace(source, encoding=same.encoding, media_type=same.media_type, detail=detail)
        settled.append(source)
    return settled


def _with_paths(documents: pa.Table, sources: pa.Table) -> pa.Table:
    """Set source_path to the first input file, by name, that holds the document."""
    first: dict[str, str] = {}
    for doc_id, path in zip(
        sources.column("doc_id").to_pylist(), sources.column("source_path").to_pylist(), strict=True
    ):
        if doc_id is not None and doc_id not in first:
            first[doc_id] = path
    paths = [first[i] for i in documents.column("doc_id").to_pylist()]
    return _replaced(documents, "source_path", pa.array(paths, pa.string()))


def _with_column(table: pa.Table, column: str, documents: pa.Table) -> pa.Table:
    """Copy a column of `documents` beside each row of a table that has doc_id."""
    where = pc.index_in(table.column("doc_id"), value_set=documents.column("doc_id").combine_chunks())
    return _replaced(table, column, documents.column(column).combine_chunks().take(where))


def _with_duplicates(sentences: pa.Table, documents: pa.Table) -> pa.Table:
    """Point each sentence that occurs before, by date and then by file name, at its first occurrence."""
    if sentences.num_rows == 0:
        return sentences
    # Python's sort: Arrow's takes a null's place in one way up to version 24 and in another from 25 on.
    dates, paths = (documents.column(c).to_pylist() for c in ("published_on", "source_path"))
    order = sorted(range(documents.num_rows), key=lambda i: (dates[i] or date.max, paths[i]))
    rank_of_document = np.empty(documents.num_rows, np.int64)
    rank_of_document[order] = np.arange(documents.num_rows)
    where = pc.index_in(sentences.column("doc_id"), value_set=documents.column("doc_id").combine_chunks())
    rank = rank_of_document[where.to_numpy()]
    code = sentences.column("text").combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    index = sentences.column("sentence_index").to_numpy()
    by_text = np.lexsort((index, rank, code))
    opens = np.ones(len(by_text), bool)
    opens[1:] = code[by_text][1:] != code[by_text][:-1]
    first = np.empty(len(by_text), np.int64)
    first[by_text] = by_text[np.maximum.accumulate(np.where(opens, np.arange(len(by_text)), 0))]
    repeats = pa.array(first != np.arange(len(first)))
    doc = pc.if_else(repeats, sentences.column("doc_id").combine_chunks().take(pa.array(first)), None)
    number = pc.if_else(repeats, sentences.column("sentence_index").combine_chunks().take(pa.array(first)), None)
    return _replaced(_replaced(sentences, "duplicate_of_doc", doc), "duplicate_of_index", number)


def _replaced(table: pa.Table, column: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    at = table.schema.get_field_index(column)
    return table.set_column(at, table.schema.field(at), values.cast(table.schema.field(at).type))


def _sorted(table: pa.Table, name: str) -> pa.Table:
    keys = [(key, "ascending") for key in KEYS[name]]
    return table.select(TABLES[name].names).cast(TABLES[name]).sort_by(keys).combine_chunks()
