"""Count topics and the countries, regions and organisations named, for the page of a version.

Topics are counted over `sentence_topics`, the long table: counting the lists in `sentences` costs 18 to
65 times more. A sentence gets one number, so that "which sentences have both" is a question to numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .report_data import Count, spread_examples
from .staged import Tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ENTITIES = 16
_TOPICS = 24
_CROSSED = 12
_PERIODS = 36


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic: sentences and documents that have it, and (doc_id, sentence_index) of its clearest sentences."""

    topic: str
    sentences: int
    documents: int
    share: float
    examples: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Crossing:
    """How often each row goes with each column; `shares` are of the largest cell off the diagonal."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    shares: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Periods:
    """Counts by month or year of publication, each row over the same periods."""

    labels: tuple[str, ...]
    documents: tuple[int, ...]
    undated: int
    topics: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Topics:
    """Everything that is counted of topics and names."""

    tagged: int
    untaggable: int
    rows: tuple[TopicRow, ...]
    together: Crossing | None
    countries: tuple[Count, ...]
    organisations: tuple[Count, ...]
    regions: tuple[Count, ...]
    with_countries: Crossing | None
    periods: Periods | None


def count_topics(tables: Tables, documents: pa.Table) -> Topics:
    """Return what is counted of topics, countries, regions and organisations."""
    doc_ids = documents.column("doc_id").combine_chunks()
    topics = tables.dataset("sentence_topics").to_table(columns=["doc_id", "sentence_index", "topic", "score"])
    mentions = tables.dataset("mentions").to_table(columns=["doc_id", "sentence_index", "kind", "entity_id", "name"])
    untaggable = tables.dataset("sentences").count_rows(filter=pc.field("topics").is_null())
    sentence = _sentence_keys(topics, doc_ids)
    rows = _topic_rows(topics, int(np.unique(sentence).size))
    names = [row.topic for row in rows]
    marked = _incidence(sentence, topics.column("topic"), names)
    countries = mentions.filter(pc.equal(mentions.column("kind"), "country"))
    listed = {kind: _entities(mentions, kind) for kind in ("country", "organisation", "region")}
    return Topics(
        tagged=marked[0].size,
        untaggable=untaggable,
        rows=rows,
        together=_together(names[:_CROSSED], marked[1][:, :_CROSSED]),
        countries=listed["country"],
        organisations=listed["organisation"],
        regions=listed["region"],
        with_countries=_with_countries(
            names[:_CROSSED], marked, _sentence_keys(countries, doc_ids), countries, listed["country"][:10]
        ),
        periods=_periods(tables, documents, names[:_CROSSED]),
    )


def _sentence_keys(rows: pa.Table, doc_ids: pa.Array) -> NDArray[np.int64]:
    """Return one number a row that names its sentence."""
    document = pc.fill_null(pc.index_in(rows.column("doc_id"), value_set=doc_ids), -1).to_numpy().astype(np.int64)
    keys: NDArray[np.int64] = (document << 32) + rows.column("sentence_index").to_numpy()
    return keys


def _incidence(
    sentence: NDArray[np.int64], values: pa.ChunkedArray, names: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the distinct sentences, sorted, and whether each has each of the names."""
    distinct, at = np.unique(sentence, return_inverse=True)
    code = pc.fill_null(pc.index_in(values, value_set=pa.array(names, pa.string())), -1).to_numpy()
    marked = np.zeros((distinct.size, len(names)), bool)
    marked[at[code >= 0], code[code >= 0]] = True
    return distinct, marked


def _topic_rows(topics: pa.Table, tagged: int) -> tuple[TopicRow, ...]:
    grouped = topics.group_by("topic").aggregate([([], "count_all"), ("doc_id", "count_distinct")])
    found = sorted(grouped.to_pylist(), key=lambda r: (-r["count_all"], r["topic"]))[:_TOPICS]
    return tuple(
        TopicRow(
            r["topic"],
            r["count_all"],
            r["doc_id_count_distinct"],
            r["count_all"] / max(1, tagged),
            _clearest(topics.filter(pc.equal(topics.column("topic"), r["topic"]))),
        )
        for r in found
    )


def _clearest(rows: pa.Table) -> tuple[tuple[str, int], ...]:
    """Return the sentences with the highest scores, one a document while there are enough documents."""
    order = [("score", "descending"), ("doc_id", "ascending"), ("sentence_index", "ascending")]
    best = rows.take(pc.select_k_unstable(rows, k=min(50, rows.num_rows), sort_keys=order)).sort_by(order)
    return spread_examples(best.rename_columns({"sentence_index": "block_index"}), np.arange(best.num_rows))


def _together(names: Sequence[str], marked: NDArray[np.bool_]) -> Crossing | None:
    if len(names) < 2:
        return None
    counts = _product(marked, marked)
    off = counts.copy()
    np.fill_diagonal(off, 0)
    return _crossing(names, names, counts, int(off.max()))


def _with_countries(
    names: Sequence[str],
    marked: tuple[NDArray[np.int64], NDArray[np.bool_]],
    sentence: NDArray[np.int64],
    countries: pa.Table,
    listed: Sequence[Count],
) -> Crossing | None:
    if not names or not listed:
        return None
    named, has = _incidence(sentence, countries.column("name"), [c.label for c in listed])
    both, in_topics, in_countries = np.intersect1d(marked[0], named, assume_unique=True, return_indices=True)
    if not both.size:
        return None
    counts = _product(marked[1][in_topics, : len(names)], has[in_countries])
    return _crossing(names, [c.label for c in listed], counts, int(counts.max()))


def _product(left: NDArray[np.bool_], right: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count for each pair of columns the rows in which both are set.

    One column at a time: a matrix product of integers is slower, one of floats takes 8 times the memory.
    """
    counts = [
        [int(np.count_nonzero(left[:, i] & right[:, j])) for j in range(right.shape[1])] for i in range(left.shape[1])
    ]
    return np.array(counts, np.int64).reshape(left.shape[1], right.shape[1])


def _crossing(rows: Sequence[str], columns: Sequence[str], counts: NDArray[np.int64], largest: int) -> Crossing:
    return Crossing(
        tuple(rows),
        tuple(columns),
        tuple(tuple(int(n) for n in line) for line in counts),
        tuple(tuple(min(1.0, int(n) / max(1, largest)) for n in line) for line in counts),
    )


def _entities(mentions: pa.Table, kind: str) -> tuple[Count, ...]:
    some = mentions.filter(pc.equal(mentions.column("kind"), kind))
    grouped = some.group_by(["entity_id", "name"]).aggregate([([], "count_all"), ("doc_id", "count_distinct")])
    found = sorted(grouped.to_pylist(), key=lambda r: (-r["count_all"], r["name"]))[:_ENTITIES]
    largest = max((r["count_all"] for r in found), default=1)
    return tuple(
        Count(r["name"], r["count_all"], r["count_all"] / largest, r["doc_id_count_distinct"], r["entity_id"])
        for r in found
    )


def _periods(tables: Tables, documents: pa.Table, names: Sequence[str]) -> Periods | None:
    dated = documents.column("published_on").drop_null()
    if not len(dated):
        return None
    first, last = pc.min(dated).as_py(), pc.max(dated).as_py()
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    by_month = months <= _PERIODS
    if by_month:
        starts = [(first.year + (first.month - 1 + i) // 12, (first.month - 1 + i) % 12 + 1) for i in range(months)]
        labels = [f"{year}-{month:02d}" for year, month in starts]
    else:
        # More years than fit are a few wrong or very old dates; the last ones are where the corpus is.
        labels = [str(year) for year in range(max(first.year, last.year - _PERIODS + 1), last.year + 1)]
        if int(labels[0]) > first.year:
            labels[0] = f"to {labels[0]}"
    rows = tables.dataset("sentence_topics").to_table(
        columns=["topic", "published_on"], filter=pc.field("published_on").is_valid()
    )
    place = _places(rows.column("published_on"), first, by_month, len(labels), last.year)
    topic = pc.fill_null(pc.index_in(rows.column("topic"), value_set=pa.array(names, pa.string())), -1).to_numpy()
    by_topic = [np.bincount(place[topic == i], minlength=len(labels)) for i in range(len(names))]
    return Periods(
        tuple(labels),
        _ints(np.bincount(_places(dated, first, by_month, len(labels), last.year), minlength=len(labels))),
        documents.num_rows - len(dated),
        tuple((name, _ints(counts)) for name, counts in zip(names, by_topic, strict=True) if counts.any()),
    )


def _places(dates: pa.ChunkedArray, first: Any, by_month: bool, periods: int, last_year: int) -> NDArray[np.int64]:
    """Return for each date the number of its period."""
    year = pc.year(dates).to_numpy().astype(np.int64)
    month: NDArray[np.int64] = (year - first.year) * 12 + pc.month(dates).to_numpy() - first.month
    place: NDArray[np.int64] = month if by_month else np.maximum(0, year - last_year + periods - 1)
    return place


def _ints(values: NDArray[Any]) -> tuple[int, ...]:
    return tuple(int(v) for v in values)
