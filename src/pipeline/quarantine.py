"""Move rows that failed a critical expectation out of the tables, whole and with the reason.

What hangs on a removed row goes with it, so that every key still points at a row: a document takes all
its rows, a sentence its topics and mentions. A block is part of its document's ledger, so a failing
block takes the document. The rows are kept as JSON in the quarantine table.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from .model import SourceStatus
from .parquet import TableWriter, choose_buckets, write_table
from .schemas import KEYS, TABLES
from .settings import OutputSettings
from .slices import TableRows, count_slices, replace_column, slice_bounds
from .staged import StagedTables
from .verdict import Outcome

_DEPENDENTS = ("documents", "blocks", "sentences", "sentence_topics", "mentions")


def quarantine_folder(
    folder: Path, failures: Sequence[Outcome], settings: OutputSettings, scratch: Path
) -> dict[str, int]:
    """Move failing rows of the tables staged in `folder` to its quarantine table, and return the row counts.

    The tables are written anew in `scratch`, slice by slice, and then take the place of the old ones.
    """
    staged = StagedTables(folder)
    rows = {name: staged.dataset(name).count_rows() for name in TABLES}
    buckets = choose_buckets(max(rows.values()), settings.bucket_rows)
    readers = {name: TableRows(staged.dataset(name), TABLES[name].names) for name in _DEPENDENTS}
    writers = {name: TableWriter(scratch / name, TABLES[name], settings, buckets) for name in _DEPENDENTS}
    moved = [staged.dataset("quarantine").to_table()]
    for bound in slice_bounds(count_slices(sum(reader.bytes for reader in readers.values()))):
        some = {name: reader.until(bound) for name, reader in readers.items()}
        left = quarantine_rows({**some, "sources": TABLES["sources"].empty_table()}, failures)
        moved.append(left["quarantine"])
        for name, writer in writers.items():
            writer.write(left[name])
    for writer in writers.values():
        writer.close()
    written = {name: writer.rows for name, writer in writers.items()}
    sources = _rejected(staged.dataset("sources").to_table(), _documents_of(failures))
    quarantine = pa.concat_tables(moved).sort_by([(k, "ascending") for k in KEYS["quarantine"]])
    for name, table in (("sources", sources), ("quarantine", quarantine)):
        write_table(table, scratch / name, settings)
        written[name] = table.num_rows
    for name in TABLES:
        shutil.rmtree(folder / name)
        (scratch / name).rename(folder / name)
    return {name: written[name] for name in TABLES}


def quarantine_rows(tables: Mapping[str, pa.Table], failures: Sequence[Outcome]) -> dict[str, pa.Table]:
    """Return the tables without the failing rows and with the quarantine table filled."""
    documents = _documents_of(failures)
    sentences: dict[tuple[str, int], Outcome] = {}
    single: dict[str, dict[str, Outcome]] = {"sentence_topics": {}, "mentions": {}}
    for failure in failures:
        for key in failure.row_keys:
            if failure.table == "sentences":
                doc_id, index = key.split(":")
                sentences.setdefault((doc_id, int(index)), failure)
            elif failure.table in single:
                single[failure.table].setdefault(key, failure)
    result = dict(tables)
    moved: list[dict[str, str]] = []
    for name in _DEPENDENTS:
        table = tables[name]
        why = [_reason(row, name, documents, sentences, single) for row in table.select(KEYS[name]).to_pylist()]
        bad = pa.array([w is not None for w in why], pa.bool_())
        reasons = [w for w in why if w is not None]
        moved += [_moved(name, row, w) for row, w in zip(table.filter(bad).to_pylist(), reasons, strict=True)]
        result[name] = table.filter(pc.invert(bad))
    result["sentences"] = _topics_again(result["sentences"], result["sentence_topics"])
    result["documents"] = _counts_again(result["documents"], result["sentences"])
    result["sources"] = _rejected(tables["sources"], documents)
    rows = pa.Table.from_pylist(moved, schema=TABLES["quarantine"])
    result["quarantine"] = rows.sort_by([(k, "ascending") for k in KEYS["quarantine"]])
    return result


def _reason(
    row: Mapping[str, object],
    table: str,
    documents: Mapping[str, Outcome],
    sentences: Mapping[tuple[str, int], Outcome],
    single: Mapping[str, Mapping[str, Outcome]],
) -> Outcome | None:
    doc_id = str(row["doc_id"])
    if doc_id in documents:
        return documents[doc_id]
    if "sentence_index" in row:
        hit = sentences.get((doc_id, int(str(row["sentence_index"]))))
        if hit is not None:
            return hit
    return single.get(table, {}).get(_key(row, table))


def _key(row: Mapping[str, object], table: str) -> str:
    return ":".join(str(row[k]) for k in KEYS[table])


def _moved(table: str, row: dict[str, object], failure: Outcome) -> dict[str, str]:
    where = f"{failure.table}.{failure.column}" if failure.column else failure.table
    return {
        "table": table,
        "row_key": _key(row, table),
        "expectation": f"{where} {failure.expectation}",
        "detail": f"{failure.reason} {failure.detail}".strip(),
        "row": json.dumps(row, ensure_ascii=False, default=str, sort_keys=True),
    }


def _topics_again(sentences: pa.Table, topics: pa.Table) -> pa.Table:
    """List in each sentence the topics whose rows are left."""
    left: dict[tuple[str, int], list[str]] = {}
    for row in topics.select(["doc_id", "sentence_index", "topic"]).to_pylist():
        left.setdefault((row["doc_id"], row["sentence_index"]), []).append(row["topic"])
    listed = [
        None if row["topics"] is None else sorted(left.get((row["doc_id"], row["sentence_index"]), []))
        for row in sentences.select(["doc_id", "sentence_index", "topics"]).to_pylist()
    ]
    at = sentences.schema.get_field_index("topics")
    return sentences.set_column(at, sentences.schema.field(at), pa.array(listed, sentences.schema.field(at).type))


def _counts_again(documents: pa.Table, sentences: pa.Table) -> pa.Table:
    """Count in each document the sentences that are left."""
    counted = {str(row["values"]): int(row["counts"]) for row in sentences.column("doc_id").value_counts().to_pylist()}
    counts = [counted.get(doc_id, 0) for doc_id in documents.column("doc_id").to_pylist()]
    at = documents.schema.get_field_index("sentence_count")
    return documents.set_column(at, documents.schema.field(at), pa.array(counts, pa.int64()))


def _documents_of(failures: Sequence[Outcome]) -> dict[str, Outcome]:
    """Return the documents that are moved whole, with the first failure of each."""
    documents: dict[str, Outcome] = {}
    for failure in failures:
        if failure.table in ("documents", "blocks"):
            for key in failure.row_keys:
                documents.setdefault(key.split(":")[0], failure)
    return documents


def _rejected(sources: pa.Table, documents: Mapping[str, Outcome]) -> pa.Table:
    """Say of the sources of documents that were moved whole that they are rejected, and why."""
    failing = pa.array(sorted(documents), pa.string())
    reasons = pa.array([documents[doc_id].reason for doc_id in sorted(documents)], pa.string())
    where = pc.index_in(sources.column("doc_id"), value_set=failing)
    hit = pc.and_(where.is_valid(), sources.column("doc_id").is_valid())
    said = {
        "status": str(SourceStatus.REJECTED),
        "doc_id": None,
        "reason": "quarantined",
        "detail": reasons.take(where),
    }
    for column, value in said.items():
        sources = replace_column(sources, column, pc.if_else(hit, value, sources.column(column)))
    return sources
