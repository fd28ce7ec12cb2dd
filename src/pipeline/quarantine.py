"""Move rows that failed a critical expectation out of the tables, whole and with the reason.

What hangs on a removed row goes with it, so that every key still points at a row: a document takes all
its rows, a sentence its topics and mentions. A block is part of its document's ledger, so a failing
block takes the document. The rows are kept as JSON in the quarantine table.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from .model import SourceStatus
from .schemas import KEYS, TABLES
from .validate import Outcome

_DEPENDENTS = ("documents", "blocks", "sentences", "sentence_topics", "mentions")


def quarantine_rows(tables: Mapping[str, pa.Table], failures: Sequence[Outcome]) -> dict[str, pa.Table]:
    """Return the tables without the failing rows and with the quarantine table filled."""
    documents: dict[str, Outcome] = {}
    sentences: dict[tuple[str, int], Outcome] = {}
    single: dict[str, dict[str, Outcome]] = {"sentence_topics": {}, "mentions": {}}
    for failure in failures:
        for key in failure.row_keys:
            parts = key.split(":")
            if failure.table in ("documents", "blocks"):
                documents.setdefault(parts[0], failure)
            elif failure.table == "sentences":
                sentences.setdefault((parts[0], int(parts[1])), failure)
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


def _rejected(sources: pa.Table, documents: Mapping[str, Outcome]) -> pa.Table:
    rows = sources.to_pylist()
    for row in rows:
        failure = documents.get(row["doc_id"])
        if failure is not None:
            row.update(status=str(SourceStatus.REJECTED), doc_id=None, reason="quarantined", detail=failure.reason)
    return pa.Table.from_pylist(rows, schema=sources.schema)
