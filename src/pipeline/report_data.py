"""Count what came in and what each rule did, for the page of a version.

Counts are exact and made by Arrow and numpy over a few columns. Texts are a sample, and the page says so:
`doc_id` is the beginning of a hash, so the first rows of a table sorted by it are a random sample that is
the same every time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .slices import TableRows, count_slices, release_memory, slice_bounds
from .staged import Tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

LISTED = 50
"""Rows of a list on the page, such as rejected files; the rest is counted."""

_EXAMPLES = 3
_LOOKED_AT = 200
# Rows of a rule among which examples are looked for.
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


def count_rules(tables: Tables) -> tuple[RuleRow, ...]:
    """Return what each rule did, by disposition, most characters first."""
    found: dict[tuple[str, str, str], _Counted] = {}
    names = ["disposition", "role", "rule"]
    rows = TableRows(tables.dataset("blocks"), ["doc_id", "block_index", "start", "end", *names])
    # A document is in one slice, so the documents of the slices add up.
    for bound in slice_bounds(count_slices(rows.bytes)):
        blocks = rows.until(bound).combine_chunks()
        blocks = blocks.append_column("chars", pc.subtract(blocks.column("end"), blocks.column("start")))
        key = pc.binary_join_element_wise(*(blocks.column(n) for n in names), "\t")
        key = key.combine_chunks().dictionary_encode()
        codes = key.indices.to_numpy(zero_copy_only=False)
        known = {value: code for code, value in enumerate(key.dictionary.to_pylist())}
        grouped = blocks.group_by(names).aggregate([([], "count_all"), ("chars", "sum"), ("doc_id", "count_distinct")])
        for row in grouped.to_pylist():
            counted = found.setdefault((row["disposition"], row["role"], row["rule"]), _Counted())
            counted.blocks += row["count_all"]
            counted.characters += row["chars_sum"]
            counted.documents += row["doc_id_count_distinct"]
            if len(counted.examples) < _LOOKED_AT:
                where = np.flatnonzero(codes == known["\t".join(row[n] for n in names)])
                counted.examples += _keys(blocks, where[: _LOOKED_AT - len(counted.examples)])
        del blocks, key, codes, known, grouped
        release_memory()
    total = max(1, sum(counted.characters for counted in found.values()))
    listed = [
        RuleRow(*key, c.blocks, c.characters, c.documents, c.characters / total, _spread(c.examples))
        for key, c in found.items()
    ]
    return tuple(sorted(listed, key=lambda r: (_ORDER.get(r.disposition, 9), -r.characters, r.role, r.rule)))


@dataclass(slots=True)
class _Counted:
    blocks: int = 0
    characters: int = 0
    documents: int = 0
    examples: list[tuple[str, int]] = field(default_factory=list)


def spread_examples(rows: pa.Table, index: str) -> tuple[tuple[str, int], ...]:
    """Return the keys of a few rows, doc_id and `index`, one a document while there are enough documents."""
    return _spread(list(zip(rows.column("doc_id").to_pylist(), rows.column(index).to_pylist(), strict=True)))


def _keys(blocks: pa.Table, where: NDArray[np.int64]) -> list[tuple[str, int]]:
    some = blocks.select(["doc_id", "block_index"]).take(pa.array(where))
    return list(zip(some.column(0).to_pylist(), some.column(1).to_pylist(), strict=True))


def _spread(keys: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    first: dict[str, tuple[str, int]] = {}
    for doc_id, index in keys:
        first.setdefault(doc_id, (doc_id, index))
    chosen = list(first.values())
    chosen += [k for k in keys if k not in set(chosen)]
    return tuple(chosen[:_EXAMPLES])
