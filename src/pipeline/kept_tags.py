"""Take the tags of documents that a changed taxonomy cannot touch from the last version.

`last_taxonomy.py` keeps the taxonomy of a version, `taxonomy_change.py` compares it with the one in use. The rows of
documents without a changed phrase stay as they are, but for the taxonomy's version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.dataset as ds

from .slices import replace_column
from .taxonomy_change import TaxonomyChange
from .version import Version

Run = tuple[str, str, str | None, Sequence[str]]
"""Sentences that stand together: their document, their language, their heading, their texts."""


@dataclass(frozen=True, slots=True)
class KeptTags:
    """The tags of a version, of which a change of the taxonomy leaves some."""

    version: Version
    change: TaxonomyChange

    def find_touched(self, runs: Iterable[Run]) -> frozenset[str]:
        """Return the documents whose tags may change."""
        touched: set[str] = set()
        for doc_id, language, heading, texts in runs:
            if doc_id not in touched and self.change.touches(language, [*texts, heading or ""]):
                touched.add(doc_id)
        return frozenset(touched)

    def topics(self, doc_ids: Sequence[str]) -> Mapping[tuple[str, int], list[str] | None]:
        """Return the topics of the sentences of these documents."""
        rows = self._rows("sentences", doc_ids, ["doc_id", "sentence_index", "topics"])
        columns = (rows.column(name).to_pylist() for name in rows.column_names)
        return {(doc_id, index): topics for doc_id, index, topics in zip(*columns, strict=True)}

    def sentence_topics(self, doc_ids: Sequence[str], taxonomy_version: str) -> pa.Table:
        """Return the rows of these documents, with the version of the taxonomy that gives them now."""
        rows = self._rows("sentence_topics", doc_ids, None)
        rows = replace_column(rows, "taxonomy_version", pa.repeat(taxonomy_version, rows.num_rows))
        # Filled in with the dates of all documents, as in rows that are new.
        return replace_column(rows, "published_on", pa.nulls(rows.num_rows))

    def _rows(self, table: str, doc_ids: Sequence[str], columns: list[str] | None) -> pa.Table:
        dataset, ids = self.version.dataset(table), ds.field("doc_id")
        if not doc_ids:
            return dataset.head(0, columns=columns)
        # The range lets whole row groups be passed over.
        some = (ids >= min(doc_ids)) & (ids <= max(doc_ids)) & ids.isin(pa.array(doc_ids, pa.string()))
        return dataset.to_table(columns=columns, filter=some)
