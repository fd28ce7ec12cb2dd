"""Count what came in and what each rule did, for the page of a version.

Counts are exact and made by Arrow and numpy over a few columns. Texts are a sample, and the page says so:
`doc_id` is the beginning of a hash, so the first rows of a table sorted by it are a random sample that is
the same every time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .staged import Tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

LISTED = 50
"""Rows of a list on the page, such as rejected files; the rest is counted."""

_EXAMPLES = 3
_ORDER = {"body": 0, "metadata": 1, "dropped": 2}


@dataclass(frozen=True, slots=True)
class Count:
    """A bar of a chart: what is counted, how often, its share of the whole or of the largest bar (0 to 1)."""

    label: str
    count: int
    share: float
    documents: int = 0
    hint: str = ""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What one rule did: blocks, characters (spaces included) and documents, and where examples of it stand."""

    disposition: str
    role: str
    rule: str
    blocks: int
    characters: int
    documents: int
    share: float
    """Share of all characters in blocks."""
    examples: tuple[tuple[str, int], ...]
    """(doc_id, block_index) of a few, from different documents where there are."""


def count_by(table: pa.Table, column: str, most: int = LISTED) -> tuple[Count, ...]:
    """Return how often each value of a column occurs, most frequent first; null is "unknown"."""
    counted = [
        (str(row["values"]) if row["values"] is not None else "unknown", int(row["counts"]))
        for row in pc.value_counts(table.column(column)).to_pylist()
    ]
    counted.sort(key=lambda pair: (-pair[1], pair[0]))
    return tuple(Count(label, n, n / max(1, table.num_rows)) for label, n in counted[:most])


def count_rules(tables: Tables) -> tuple[RuleRow, ...]:
    """Return what each rule did, by disposition, most characters first."""
    names = ["disposition", "role", "rule"]
    blocks = tables.dataset("blocks").to_table(columns=["doc_id", "block_index", "start", "end", *names])
    blocks = blocks.append_column("chars", pc.subtract(blocks.column("end"), blocks.column("start")))
    total = max(1, int(pc.sum(blocks.column("chars")).as_py() or 0))
    key = pc.binary_join_element_wise(*(blocks.column(n) for n in names), "\t").combine_chunks().dictionary_encode()
    codes = key.indices.to_numpy(zero_copy_only=False)
    known = {value: code for code, value in enumerate(key.dictionary.to_pylist())}
    grouped = blocks.group_by(names).aggregate([([], "count_all"), ("chars", "sum"), ("doc_id", "count_distinct")])
    rows = []
    for row in grouped.to_pylist():
        where = np.flatnonzero(codes == known["\t".join(row[n] for n in names)])
        rows.append(
            RuleRow(
                disposition=row["disposition"],
                role=row["role"],
                rule=row["rule"],
                blocks=row["count_all"],
                characters=row["chars_sum"],
                documents=row["doc_id_count_distinct"],
                share=row["chars_sum"] / total,
                examples=spread_examples(blocks, where),
            )
        )
    return tuple(sorted(rows, key=lambda r: (_ORDER.get(r.disposition, 9), -r.characters, r.role, r.rule)))


def spread_examples(blocks: pa.Table, where: NDArray[np.int64]) -> tuple[tuple[str, int], ...]:
    """Return a few of the rows, one a document while there are enough documents."""
    some = blocks.select(["doc_id", "block_index"]).take(pa.array(where[:200]))
    keys = list(zip(some.column(0).to_pylist(), some.column(1).to_pylist(), strict=True))
    first: dict[str, tuple[str, int]] = {}
    for doc_id, index in keys:
        first.setdefault(doc_id, (doc_id, index))
    chosen = list(first.values())
    chosen += [k for k in keys if k not in set(chosen)]
    return tuple(chosen[:_EXAMPLES])
