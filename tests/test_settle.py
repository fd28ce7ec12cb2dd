from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.batch import write_arrow
from pipeline.errors import ContractError
from pipeline.model import Source, SourceStatus
from pipeline.settle import settle_sources
from pipeline.source_rows import SourceRows, make_sources

ONE = Source("one.txt", "a" * 64, 10, doc_id="a" * 32)
COPY = replace(ONE, source_path="two.txt", status=SourceStatus.DUPLICATE)
OTHER = Source("three.txt", "b" * 64, 20, doc_id="b" * 32)


def settled(folder: Path, sources: list[Source], read: list[Source], documents: list[str]) -> dict[str, dict[str, Any]]:
    """Return the settled rows by path, after one batch that read some of them."""
    (folder / "batch" / "cleaned").mkdir(parents=True)
    write_arrow(make_sources(read), folder / "batch" / "cleaned" / "sources.arrow")
    table = settle_sources(SourceRows.of(sources), [folder / "batch"], pa.array(documents, pa.string()))
    return {row["source_path"]: row for row in table.to_pylist()}


def test_a_source_tells_what_reading_found(tmp_path: Path) -> None:
    read = replace(ONE, encoding="utf-8", media_type="text/plain")
    rows = settled(tmp_path, [ONE, OTHER], [read], ["a" * 32, "b" * 32])
    assert (rows["one.txt"]["encoding"], rows["one.txt"]["media_type"]) == ("utf-8", "text/plain")
    assert rows["three.txt"]["encoding"] is None


def test_a_copy_is_read_as_its_original_was(tmp_path: Path) -> None:
    read = replace(ONE, encoding="utf-8", media_type="text/plain", detail="3 bad bytes")
    row = settled(tmp_path, [ONE, COPY], [read], ["a" * 32])["two.txt"]
    assert (row["encoding"], row["media_type"]) == ("utf-8", "text/plain")
    assert (row["status"], row["detail"]) == ("duplicate", "same bytes as one.txt")


def test_a_copy_is_rejected_as_its_original_was(tmp_path: Path) -> None:
    read = replace(ONE, status=SourceStatus.REJECTED, doc_id=None, reason="empty", detail="no letters")
    row = settled(tmp_path, [ONE, COPY, OTHER], [read], ["b" * 32])["two.txt"]
    assert (row["status"], row["doc_id"], row["reason"], row["detail"]) == ("rejected", None, "empty", "no letters")


def test_a_copy_without_an_original_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"two\.txt is a copy"):
        settled(tmp_path, [COPY], [], ["a" * 32])
