"""What the page of a version counts and lists of documents and sources, piece by piece: no column is held whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .report_data import LISTED, Count
from .slices import stream_rows
from .staged import Tables

_ROWS_AT_ONCE = 65_536


def stream(tables: Tables, table: str, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield some columns of a table, some rows at a time."""
    return stream_rows(tables.dataset(table), columns, _ROWS_AT_ONCE)


def tally(tables: Tables, table: str, column: str, **where: str) -> Counter[str | None]:
    """Count the values of a column, of all rows or of those in which other columns have the given values."""
    found: Counter[str | None] = Counter()
    for rows in stream(tables, table, [column, *where]):
        for name, value in where.items():
            rows = rows.filter(pc.equal(rows.column(name), value))
        for counted in pc.value_counts(rows.column(column)).to_pylist():
            found[counted["values"]] += counted["counts"]
    return found


def listed(counts: Mapping[str | None, int], most: int = LISTED) -> tuple[Count, ...]:
    """Return the most frequent values with their shares, most frequent first; null is "unknown".

    >>> listed({"en": 3, None: 1})
    (Count(label='en', count=3, share=0.75, documents=0, hint=''), Count(label='unknown', count=1, share=0.25, \
documents=0, hint=''))
    """
    total = max(1, sum(counts.values()))
    named = [("unknown" if value is None else str(value), count) for value, count in counts.items()]
    named.sort(key=lambda pair: (-pair[1], pair[0]))
    return tuple(Count(label, n, n / total) for label, n in named[:most])


def add_up(tables: Tables, table: str, columns: Sequence[str]) -> dict[str, int]:
    """Return the sum of each column."""
    sums = dict.fromkeys(columns, 0)
    for rows in stream(tables, table, columns):
        for name in columns:
            sums[name] += int(pc.sum(rows.column(name)).as_py() or 0)
    return sums


def count_missing(tables: Tables, table: str, columns: Sequence[str]) -> dict[str, int]:
    """Return how many rows have no value in each column."""
    missing = dict.fromkeys(columns, 0)
    for rows in stream(tables, table, columns):
        for name in columns:
            missing[name] += rows.column(name).null_count
    return missing


def first_rows(tables: Tables, table: str, columns: Sequence[str], most: int, **where: str) -> list[dict[str, Any]]:
    """Return the first rows in which some columns have the given values."""
    found: list[dict[str, Any]] = []
    for rows in stream(tables, table, list(dict.fromkeys((*columns, *where)))):
        for name, value in where.items():
            rows = rows.filter(pc.equal(rows.column(name), value))
        found += rows.slice(0, most - len(found)).to_pylist()
        if len(found) >= most:
            break
    return found


def nearest(tables: Tables, most: int) -> list[dict[str, Any]]:
    """Return the documents that repeat another most nearly: doc_id, source_path, duplicate_of, similarity."""
    order = [("similarity", "descending"), ("doc_id", "ascending")]
    best: pa.Table | None = None
    for rows in stream(tables, "documents", ["doc_id", "source_path", "duplicate_of", "similarity"]):
        near = rows.filter(rows.column("duplicate_of").is_valid())
        best = near if best is None else pa.concat_tables([best, near])
        best = best.sort_by(order).slice(0, most).combine_chunks()
    rows_found: list[dict[str, Any]] = best.to_pylist() if best is not None else []
    return rows_found


def paths_of(tables: Tables, doc_ids: Sequence[str]) -> dict[str, str]:
    """Return the path of each of some documents."""
    wanted = pa.array(doc_ids, pa.string())
    found: dict[str, str] = {}
    for rows in stream(tables, "documents", ["doc_id", "source_path"]) if doc_ids else ():
        some = rows.filter(pc.is_in(rows.column("doc_id"), value_set=wanted))
        found |= zip(some.column("doc_id").to_pylist(), some.column("source_path").to_pylist(), strict=True)
    return found
