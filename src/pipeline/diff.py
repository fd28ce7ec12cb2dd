"""Compare two versions: what came, what went, and which rule did it.

Documents are matched by content first (the same `doc_id`), then by path. Where both sides have a
document, its sentences are compared as texts: one that is only in the older version is lost, one that is
only in the newer is gained. Each says why: a rule labelled its block otherwise, the same body was cut
otherwise, or the source's own text changed. Nothing is lost in the comparison: where tables differ in
something that is none of these, `Difference.tables` and `other_documents` still say so.

Only documents whose rows differ are looked at one by one, in chunks of `doc_id` prefixes, so that
memory stays bounded however large the versions are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from filecmp import cmp
from functools import partial
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .diff_documents import DocumentRows, compare_document
from .diff_model import Change, Difference, DocumentChange, DocumentDifference
from .schemas import TABLES
from .staged import Tables, of_documents
from .version import Version

if TYPE_CHECKING:
    import pyarrow as pa

_BY_DOCUMENT = ("documents", "blocks", "sentences", "sentence_topics", "mentions")
_WHOLE = ("sources", "quarantine")

_CHUNK_ROWS = 1_000_000
"""Rows of the largest table that are compared at a time, at most.

Chunks 16 times smaller cost 155 CPU s instead of 54 on 100,000 documents in one part: row groups are read again."""

Columns = Mapping[str, Sequence[str]]
"""Columns by table."""

_CHANGED_AT_ONCE = 500
"""Documents fetched at a time where path by path must be compared."""

_SAME_TEXT: Columns = {
    "documents": tuple(name for name in TABLES["documents"].names if name != "text"),
    "sentences": ("doc_id", "sentence_index", "start", "end", "text"),
    "sentence_topics": ("doc_id", "sentence_index", "topic", "score", "evidence"),
}
"""Columns that are looked at in documents whose text, blocks and sentences are the same."""
_KEPT_TEXT: Columns = {
    "documents": ("text",),
    "blocks": TABLES["blocks"].names,
    "sentences": ("sentence_index", "start", "end", "text"),
}


def compare_versions(a: Version, b: Version, *, limit: int | None = None) -> Difference:
    """Return what is different in `b`, the newer version, seen from `a`, the older.

    With `limit`, at most so many differing documents are compared sentence by sentence;
    `Difference.examined` and `differing` say how many of how many. Raises CorruptVersionError when a
    file of a version is missing or damaged.
    """
    if a.digest == b.digest:
        return Difference(a.name, b.name)
    return compare_tables(a, b, a.name, b.name, limit=limit)


def compare_tables(
    a: Tables,
    b: Tables,
    before: str,
    after: str,
    *,
    limit: int | None = None,
    may_differ: Columns | None = None,
) -> Difference:
    """Compare two sets of tables that are called `before` and `after`; see `compare_versions`.

    `may_differ` says for each table by document which columns can differ in a document that both have: a run that
    kept rows knows, and the others are not read. A table that it does not name is the same.
    """
    index_a, index_b = _index(a), _index(b)
    documents, pairs = _matched(index_a, index_b)
    tables = {name for name in _WHOLE if not _equal(a, b, name)}
    if documents:
        tables.add("documents")
    same = frozenset(index_a) & frozenset(index_b)
    found: list[DocumentDifference] = []
    waiting: list[tuple[str, str]] = []
    differing = 0
    for doc_id, names, rows in _same_documents(a, b, same, may_differ):
        tables.update(names)
        differing += 1
        if limit is not None and len(found) + len(waiting) >= limit:
            continue
        if rows is None:
            waiting.append((doc_id, doc_id))
        else:
            found.append(compare_document(*rows()))
    found += _compared(a, b, waiting, may_differ)
    other = sum(difference.is_empty for difference in found)
    differing += len(pairs)
    found += _compared(a, b, pairs if limit is None else pairs[: max(0, limit - len(found))])
    found.sort(key=lambda d: (d.source_path, d.doc_id))
    return Difference(
        before=before,
        after=after,
        documents=documents,
        sentences=tuple(s for d in found for s in d.sentences),
        topics=tuple(t for d in found for t in d.topics),
        metadata=tuple(m for d in found for m in d.metadata),
        blocks=tuple(x for d in found for x in d.blocks),
        tables=tuple(name for name in (*_WHOLE[:1], *_BY_DOCUMENT, *_WHOLE[1:]) if name in tables),
        examined=len(found),
        differing=differing,
        other_documents=other,
    )


def summarise(changes: Iterable[Any]) -> list[tuple[str, int]]:
    """Count changes by the sentence that says why, most frequent first.

    >>> summarise([])
    []
    """
    counted = Counter(change.why() for change in changes)
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def _index(tables: Tables) -> dict[str, tuple[str, int]]:
    """Return (source_path, sentence_count) by doc_id."""
    rows = tables.dataset("documents").to_table(columns=["doc_id", "source_path", "sentence_count"])
    columns = (rows.column(name).to_pylist() for name in rows.column_names)
    return {doc_id: (path, count) for doc_id, path, count in zip(*columns, strict=True)}


def _matched(
    a: Mapping[str, tuple[str, int]], b: Mapping[str, tuple[str, int]]
) -> tuple[tuple[DocumentChange, ...], list[tuple[str, str]]]:
    """Return the changes of whole documents, by path, and the pairs of doc_ids that have one path."""
    changes = [
        DocumentChange(Change.MOVED, b[doc][0], doc, doc, a[doc][1], b[doc][1], moved_from=a[doc][0])
        for doc in a.keys() & b.keys()
        if a[doc][0] != b[doc][0]
    ]
    gone = {path: (doc, count) for doc, (path, count) in a.items() if doc not in b}
    new = {path: (doc, count) for doc, (path, count) in b.items() if doc not in a}
    pairs = []
    for path in sorted(gone.keys() | new.keys()):
        one, before = gone.get(path, (None, 0))
        two, after = new.get(path, (None, 0))
        kind = Change.REMOVED if two is None else Change.ADDED if one is None else Change.CHANGED
        changes.append(DocumentChange(kind, path, one, two, before, after))
        if one is not None and two is not None:
            pairs.append((one, two))
    return tuple(sorted(changes, key=lambda c: (c.source_path, c.change))), pairs


def _same_files(a: Tables, b: Tables, name: str) -> bool:
    """Say whether a table's files are the same byte for byte, which costs less than to read its rows."""
    ones, twos = (sorted(tables.dataset(name).files) for tables in (a, b))
    return len(ones) == len(twos) and all(cmp(one, two, shallow=False) for one, two in zip(ones, twos, strict=True))


def _equal(a: Tables, b: Tables, name: str) -> bool:
    one, two = a.dataset(name), b.dataset(name)
    return bool(one.count_rows() == two.count_rows() and one.to_table().equals(two.to_table()))


def _compared(
    a: Tables, b: Tables, pairs: Sequence[tuple[str, str]], may_differ: Columns | None = None
) -> list[DocumentDifference]:
    """Compare documents, some at a time; `may_differ` holds for pairs of the same document."""
    found: list[DocumentDifference] = []
    columns = {name: TABLES[name].names for name in _BY_DOCUMENT if name != "mentions"}
    if may_differ is not None and not _meet(may_differ, _KEPT_TEXT):
        columns = {name: list(names) for name, names in _SAME_TEXT.items()}
    for start in range(0, len(pairs), _CHANGED_AT_ONCE):
        some = pairs[start : start + _CHANGED_AT_ONCE]
        ones = _fetch(a, [one for one, _ in some], columns)
        same = {n: t for n, t in ones.items() if may_differ is not None and not _meet(may_differ, {n: columns[n]})}
        twos = _fetch(b, [two for _, two in some], columns, same)
        runs_a, runs_b = _runs(ones), _runs(twos)
        found += [compare_document(_rows(ones, runs_a, one), _rows(twos, runs_b, two)) for one, two in some]
    return found


def _meet(some: Columns, others: Columns) -> bool:
    """Say whether both name a column of one table."""
    return any(not set(names).isdisjoint(some.get(table, ())) for table, names in others.items())


def _same_documents(
    a: Tables, b: Tables, same: frozenset[str], may_differ: Columns | None
) -> Iterator[tuple[str, tuple[str, ...], Callable[[], tuple[DocumentRows, DocumentRows]] | None]]:
    """Yield the documents that both have and whose rows differ, the names of the tables that do, and their rows.

    The rows are made when asked for: all 10,000 of a new taxonomy, of which a page shows 200, took 7 s. Where not all
    columns were read, there are none.
    """
    rows = max((t.dataset(name).count_rows() for t in (a, b) for name in _BY_DOCUMENT), default=0)
    equal = {name for name in _BY_DOCUMENT if _same_files(a, b, name)}
    if may_differ is not None:
        equal.update(set(_BY_DOCUMENT) - may_differ.keys())
    asked = [name for name in _BY_DOCUMENT if may_differ is None or name not in equal]
    for low, high in _prefixes(rows):
        read = {name: ["doc_id", *may_differ[name]] if may_differ is not None else None for name in asked}
        ones = {name: _between(a, name, low, high, read[name]) for name in asked}
        twos = {name: ones[name] if name in equal else _between(b, name, low, high, read[name]) for name in asked}
        differing = [name for name in asked if name not in equal and not ones[name].equals(twos[name])]
        if not differing:
            continue
        runs_a, runs_b = _runs(ones), _runs(twos)
        both = sorted(same & set().union(*(runs.keys() for runs in (*runs_a.values(), *runs_b.values()))))
        unlike = {name: _unlike(ones[name], twos[name], runs_a[name], runs_b[name], both) for name in differing}
        for doc_id in sorted(set().union(*unlike.values())):
            names = tuple(name for name in differing if doc_id in unlike[name])
            make = partial(_both_rows, (ones, runs_a), (twos, runs_b), doc_id) if may_differ is None else None
            yield doc_id, names, make


def _unlike(one: pa.Table, two: pa.Table, runs_a: _OneTable, runs_b: _OneTable, both: Sequence[str]) -> set[str]:
    """Return the documents whose rows differ in a table.

    Halved again and again where something differs: most documents are like their neighbours, and comparing each by
    itself cost two thirds of a page's time when one in a hundred had changed.
    """
    if one.num_rows == two.num_rows:
        # A new taxonomy changes one column in thirteen.
        names = [name for name in one.column_names if not one.column(name).equals(two.column(name))]
        one, two = one.select(names), two.select(names)
    if any(_is_all_other(one.column(name), two.column(name)) for name in one.column_names):
        return {doc_id for doc_id in both if doc_id in runs_a or doc_id in runs_b}
    rows_a, rows_b = _Runs(runs_a, both), _Runs(runs_b, both)
    found: set[str] = set()
    waiting = [(0, len(both))]
    while waiting:
        first, last = waiting.pop()
        some_a, some_b = rows_a.between(first, last), rows_b.between(first, last)
        if some_a is not None and some_b is not None and one.slice(*some_a).equals(two.slice(*some_b)):
            continue
        if last - first > 1:
            middle = (first + last) // 2
            waiting += [(first, middle), (middle, last)]
        else:
            found.update(both[first:last])
    return found


def _is_all_other(one: pa.ChunkedArray, two: pa.ChunkedArray) -> bool:
    """Say whether one text stands in all rows of both columns, and not the same: a new taxonomy's version does."""
    import pyarrow as pa

    if not (len(one) and len(two) and pa.types.is_string(one.type)) or one[0] == two[0]:
        return False
    return len(one.unique()) == len(two.unique()) == 1


class _Runs:
    """Where the rows of some documents stand in a table that is sorted by document."""

    def __init__(self, runs: _OneTable, doc_ids: Sequence[str]) -> None:
        self._first: list[int] = []
        self._end: list[int] = []
        self._rows = [0]
        at = 0
        for doc_id in doc_ids:
            start, count = runs.get(doc_id, (at, 0))
            at = start + count
            self._first.append(start)
            self._end.append(at)
            self._rows.append(self._rows[-1] + count)

    def between(self, first: int, last: int) -> tuple[int, int] | None:
        """Return the first row and the number of rows of some documents; None where others stand between them."""
        rows = self._rows[last] - self._rows[first]
        if not rows:
            return 0, 0
        while self._end[first] == self._first[first]:
            first += 1
        return (self._first[first], rows) if self._end[last - 1] - self._first[first] == rows else None


def _prefixes(rows: int) -> Iterator[tuple[str, str]]:
    """Yield bounds of doc_ids, low <= doc_id < high, that cover all in chunks of about `_CHUNK_ROWS`."""
    digits = 0
    while rows > _CHUNK_ROWS * 16**digits:
        digits += 1
    edges = [format(i, f"0{digits}x") if digits else "" for i in range(16**digits)]
    # "~" sorts after every hexadecimal digit.
    yield from zip(edges, [*edges[1:], "~"], strict=True)


def _between(tables: Tables, name: str, low: str, high: str, columns: Sequence[str] | None) -> pa.Table:
    import pyarrow.dataset as ds

    doc_id = ds.field("doc_id")
    some = (doc_id >= low) & (doc_id < high) if low else None
    return tables.dataset(name).to_table(columns=columns, filter=some).combine_chunks()


def _fetch(
    tables: Tables, doc_ids: Sequence[str], columns: Columns, known: Mapping[str, pa.Table] = MappingProxyType({})
) -> dict[str, pa.Table]:
    """Return the rows of some documents, in some columns of each table; those of the tables in `known` are these."""
    some = of_documents(doc_ids)
    return {
        name: known[name] if name in known else tables.dataset(name).to_table(columns=list(names), filter=some)
        for name, names in columns.items()
    }


_OneTable = Mapping[str, tuple[int, int]]
_AllTables = dict[str, dict[str, tuple[int, int]]]
"""By table and doc_id: the first row and the number of rows."""


def _runs(tables: Mapping[str, pa.Table]) -> _AllTables:
    return {name: _runs_of(table.column("doc_id")) for name, table in tables.items()}


def _runs_of(doc_ids: pa.ChunkedArray) -> dict[str, tuple[int, int]]:
    """Return (first row, rows) by doc_id of a sorted column.

    >>> import pyarrow as pa
    >>> _runs_of(pa.chunked_array([["a", "a", "b"]]))
    {'a': (0, 2), 'b': (2, 1)}
    """
    import pyarrow.compute as pc

    counted = pc.value_counts(doc_ids)
    values, counts = (counted.field(i).to_pylist() for i in (0, 1))
    starts = accumulate(counts, initial=0)
    return {doc_id: (start, count) for doc_id, start, count in zip(values, starts, counts, strict=False)}


def _run(tables: Mapping[str, pa.Table], runs: _AllTables, name: str, doc_id: str) -> pa.Table:
    return tables[name].slice(*runs[name].get(doc_id, (0, 0)))


def _both_rows(
    a: tuple[Mapping[str, pa.Table], _AllTables], b: tuple[Mapping[str, pa.Table], _AllTables], doc_id: str
) -> tuple[DocumentRows, DocumentRows]:
    return _rows(*a, doc_id), _rows(*b, doc_id)


def _rows(tables: Mapping[str, pa.Table], runs: _AllTables, doc_id: str) -> DocumentRows:
    # Nothing is said of mentions.
    read = [name for name in tables if name != "mentions"]
    found: dict[str, list[dict[str, Any]]] = {n: _run(tables, runs, n, doc_id).to_pylist() for n in read}
    return DocumentRows(
        document=found["documents"][0],
        blocks=found.get("blocks", ()),
        sentences=found["sentences"],
        topics=found["sentence_topics"],
    )
