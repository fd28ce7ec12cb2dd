"""Read tables wherever they stand: in a version, or in a folder that is not one yet, or never will be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .schemas import TABLES

if TYPE_CHECKING:
    import pyarrow.dataset as ds


class Tables(Protocol):
    """Tables by name: a `Version`, or `StagedTables`."""

    def dataset(self, table: str) -> ds.Dataset:
        """Return a table as a pyarrow dataset, sorted by key."""


@dataclass(frozen=True, slots=True)
class StagedTables:
    """The tables that are written under a folder."""

    folder: Path

    def dataset(self, table: str) -> ds.Dataset:
        """Return a table as a pyarrow dataset, sorted by key."""
        import pyarrow.dataset as ds

        return ds.dataset(self.folder / table, schema=TABLES[table], format="parquet")


def of_documents(doc_ids: Sequence[str]) -> ds.Expression:
    """Return the filter that keeps the rows of some documents; of none, when there are none."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    # The type is said, because a set of no values has none and Arrow then refuses the comparison.
    return ds.field("doc_id").isin(pa.array(doc_ids, pa.string()))
