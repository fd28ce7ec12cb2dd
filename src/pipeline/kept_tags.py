"""Find the documents that a changed taxonomy cannot touch: they keep the tags of the last version.

`last_taxonomy.py` keeps the taxonomy of a version, `taxonomy_change.py` compares it with the one in use. A batch that
is tagged again has the rows of touched documents and a list of the others, whose rows `tabulate.py` takes from the
last version, but for the taxonomy's version.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa

from .taxonomy_change import TaxonomyChange

UNTOUCHED = "untouched.arrow"
"""The documents of a batch, tagged again, whose tags stay."""

Run = tuple[str, str, str | None, Sequence[str]]
"""Sentences that stand together: their document, their language, their heading, their texts."""


def find_touched(change: TaxonomyChange, runs: Iterable[Run]) -> frozenset[str]:
    """Return the documents whose tags may change."""
    touched: set[str] = set()
    for doc_id, language, heading, texts in runs:
        if doc_id not in touched and change.touches(language, [*texts, heading or ""]):
            touched.add(doc_id)
    return frozenset(touched)


def list_untouched(doc_ids: Sequence[str]) -> pa.Table:
    """Return the table that names documents whose tags stay.

    >>> list_untouched(["b", "a"]).column("doc_id").to_pylist()
    ['a', 'b']
    """
    return pa.table({"doc_id": pa.array(sorted(doc_ids), pa.string())})


def read_untouched(tagged: Path) -> pa.Array:
    """Return the documents that a tagged half of a batch lists."""
    with pa.OSFile(str(tagged / UNTOUCHED), "rb") as source, pa.ipc.open_file(source) as file:
        return file.read_all().column("doc_id").combine_chunks()
