"""Count topics and the countries, regions and organisations named, for the page of a version.

Topics are counted over `sentence_topics`, the long table: counting the lists in `sentences` costs 18 to
65 times more. The tables are read in slices and what slices count is added up, so that memory does not grow
with them; what is listed is known after the first reading and crossed in a second. Within a slice a sentence
gets one number, so that "which sentences have both" is a question to numpy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .report_data import Count, spread_examples
from .slices import TableRows, count_slices, read_columns, release_memory, slice_bounds, stream_rows
from .staged import Tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ENTITIES = 16
_TOPICS = 24
_CROSSED = 12
_PERIODS = 36
_ROWS_AT_ONCE = 65_536
_LOOKED_AT = 50
# Sentences of a topic among which examples are looked for.


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


@dataclass(slots=True)
class _Count:
    rows: int = 0
    documents: int = 0


def count_topics(tables: Tables) -> Topics:
    """Return what is counted of topics, countries, regions and organisations."""
    counted, tagged = _count_names(tables)
    rows = _topic_rows(tables, counted, tagged)
    listed = {kind: _entities(counted, kind) for kind in ("country", "organisation", "region")}
    names, countries = [row.topic for row in rows[:_CROSSED]], [c.label for c in listed["country"][:10]]
    # Four bytes a document.
    dates = read_columns(tables.dataset("documents"), ["published_on"]).column("published_on")
    span = _span(dates)
    together, with_countries, by_period = _crossed(tables, names, countries, span)
    return Topics(
        tagged=tagged,
        untaggable=_count_null(tables, "sentences", "topics"),
        rows=rows,
        together=_together(names, together),
        countries=listed["country"],
        organisations=listed["organisation"],
        regions=listed["region"],
        with_countries=_with_countries(names, countries, with_countries),
        periods=_periods(dates, span, names, by_period) if span else None,
    )


def _count_null(tables: Tables, table: str, column: str) -> int:
    """Return the rows without a value; a scan with a filter would decode whole row groups at once."""
    return sum(rows.column(column).null_count for rows in stream_rows(tables.dataset(table), [column], _ROWS_AT_ONCE))


def _slices(tables: Tables, *wanted: tuple[str, Sequence[str]]) -> Iterator[tuple[pa.Table, ...]]:
    """Yield columns of tables, slice by slice; a document is in one slice, so what slices count adds up."""
    readers = [TableRows(tables.dataset(table), columns) for table, columns in wanted]
    for bound in slice_bounds(count_slices(sum(reader.bytes for reader in readers))):
        yield tuple(reader.until(bound).combine_chunks() for reader in readers)
        release_memory()


def _count_names(tables: Tables) -> tuple[dict[tuple[str, ...], _Count], int]:
    """Return the counts of ("topic", name) and of (kind, identifier, name), and of the sentences with a topic."""
    found: dict[tuple[str, ...], _Count] = {}
    tagged = 0
    entity = ["kind", "entity_id", "name"]
    wanted = ("sentence_topics", ["doc_id", "sentence_index", "topic"]), ("mentions", ["doc_id", *entity])
    for topics, mentions in _slices(tables, *wanted):
        tagged += int(np.unique(_sentence_keys(topics, pc.unique(topics.column("doc_id")))).size)
        for rows, columns, prefix in ((topics, ["topic"], ("topic",)), (mentions, entity, ())):
            grouped = rows.group_by(columns).aggregate([([], "count_all"), ("doc_id", "count_distinct")])
            for row in grouped.to_pylist():
                count = found.setdefault((*prefix, *(row[c] for c in columns)), _Count())
                count.rows += row["count_all"]
                count.documents += row["doc_id_count_distinct"]
    return found, tagged


def _crossed(
    tables: Tables, names: Sequence[str], countries: Sequence[str], span: _Span | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Count the sentences with two topics, with a topic and a country, and the rows of each topic by period."""
    together = np.zeros((len(names), len(names)), np.int64)
    with_countries = np.zeros((len(names), len(countries)), np.int64)
    by_period = np.zeros((len(names), len(span.labels) if span else 0), np.int64)
    wanted = ("doc_id", "sentence_index")
    tagged = ("sentence_topics", [*wanted, "topic", "published_on"])
    for topics, mentions in _slices(tables, tagged, ("mentions", [*wanted, "kind", "name"])):
        named = mentions.filter(pc.equal(mentions.column("kind"), "country"))
        ids = pc.unique(
            pa.chunked_array([*topics.column("doc_id").chunks, *named.column("doc_id").chunks], pa.string())
        )
        sentence, marked = _incidence(_sentence_keys(topics, ids), topics.column("topic"), names)
        together += _product(marked, marked)
        other, has = _incidence(_sentence_keys(named, ids), named.column("name"), countries)
        _, left, right = np.intersect1d(sentence, other, assume_unique=True, return_indices=True)
        with_countries += _product(marked[left], has[right])
        if span:
            dated = topics.filter(topics.column("published_on").is_valid())
            place, topic = span.places(dated.column("published_on")), _codes(dated.column("topic"), names)
            np.add.at(by_period, (topic[topic >= 0], place[topic >= 0]), 1)
    return together, with_countries, by_period


def _sentence_keys(rows: pa.Table, doc_ids: pa.Array) -> NDArray[np.int64]:
    """Return one number a row that names its sentence."""
    document = pc.index_in(rows.column("doc_id"), value_set=doc_ids).to_numpy().astype(np.int64)
    keys: NDArray[np.int64] = (document << 32) + rows.column("sentence_index").to_numpy()
    return keys


def _incidence(
    sentence: NDArray[np.int64], values: pa.ChunkedArray, names: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the distinct sentences, sorted, and whether each has each of the names."""
    distinct, at = np.unique(sentence, return_inverse=True)
    code = _codes(values, names)
    marked = np.zeros((distinct.size, len(names)), bool)
    marked[at[code >= 0], code[code >= 0]] = True
    return distinct, marked


def _codes(values: pa.ChunkedArray, names: Sequence[str]) -> NDArray[np.int64]:
    """Return the place of each value among the names, or -1."""
    found = pc.index_in(values, value_set=pa.array(names, pa.string()))
    codes: NDArray[np.int64] = pc.fill_null(found, -1).to_numpy().astype(np.int64)
    return codes


def _topic_rows(tables: Tables, counted: Mapping[tuple[str, ...], _Count], tagged: int) -> tuple[TopicRow, ...]:
    topics = {key[1]: count for key, count in counted.items() if key[0] == "topic"}
    listed = sorted(topics, key=lambda t: (-topics[t].rows, t))[:_TOPICS]
    clearest = _clearest(tables, listed)
    return tuple(
        TopicRow(t, topics[t].rows, topics[t].documents, topics[t].rows / max(1, tagged), clearest[t]) for t in listed
    )


def _clearest(tables: Tables, names: Sequence[str]) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return for each topic the sentences with the highest scores, one a document while there are enough documents."""
    order = [("score", "descending"), ("doc_id", "ascending"), ("sentence_index", "ascending")]
    columns = ["doc_id", "sentence_index", "score"]
    best: dict[str, list[pa.Table]] = {name: [] for name in names}
    for (topics,) in _slices(tables, ("sentence_topics", [*columns, "topic"])):
        for name, found in best.items():
            some = topics.filter(pc.equal(topics.column("topic"), name)).select(columns)
            both = pa.concat_tables([*found, some])
            if both.num_rows > _LOOKED_AT:
                both = both.take(pc.select_k_unstable(both, k=_LOOKED_AT, sort_keys=order))
            found[:] = [both]
    return {
        name: spread_examples(pa.concat_tables(found).sort_by(order), "sentence_index") for name, found in best.items()
    }


def _together(names: Sequence[str], counts: NDArray[np.int64]) -> Crossing | None:
    if len(names) < 2:
        return None
    off = counts.copy()
    np.fill_diagonal(off, 0)
    return _crossing(names, names, counts, int(off.max()))


def _with_countries(names: Sequence[str], countries: Sequence[str], counts: NDArray[np.int64]) -> Crossing | None:
    return _crossing(names, countries, counts, int(counts.max())) if counts.any() else None


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


def _entities(counted: Mapping[tuple[str, ...], _Count], kind: str) -> tuple[Count, ...]:
    some = [(key, count) for key, count in counted.items() if key[0] == kind]
    found = sorted(some, key=lambda pair: (-pair[1].rows, pair[0][2], pair[0][1]))[:_ENTITIES]
    largest = max((count.rows for _, count in found), default=1)
    return tuple(
        Count(name, count.rows, count.rows / largest, count.documents, identifier)
        for (_, identifier, name), count in found
    )


@dataclass(frozen=True, slots=True)
class _Span:
    """The periods of a corpus: months, or years where there are too many months."""

    first: date
    last: date
    by_month: bool
    labels: tuple[str, ...]

    def places(self, dates: pa.ChunkedArray) -> NDArray[np.int64]:
        """Return for each date the number of its period."""
        year = pc.year(dates).to_numpy().astype(np.int64)
        months: NDArray[np.int64] = (year - self.first.year) * 12 + pc.month(dates).to_numpy() - self.first.month
        years: NDArray[np.int64] = np.maximum(0, year - self.last.year + len(self.labels) - 1)
        return months if self.by_month else years


def _span(dates: pa.ChunkedArray) -> _Span | None:
    dated = dates.drop_null()
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
    return _Span(first, last, by_month, tuple(labels))


def _periods(dates: pa.ChunkedArray, span: _Span, names: Sequence[str], by_topic: NDArray[np.int64]) -> Periods:
    dated = dates.drop_null()
    return Periods(
        span.labels,
        _ints(np.bincount(span.places(dated), minlength=len(span.labels))),
        dates.null_count,
        tuple((name, _ints(counts)) for name, counts in zip(names, by_topic, strict=True) if counts.any()),
    )


def _ints(values: NDArray[Any]) -> tuple[int, ...]:
    return tuple(int(v) for v in values)
