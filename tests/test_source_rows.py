"""Sources as columns give what a list of records gives."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Source, SourceStatus
from pipeline.records import reading_order
from pipeline.source_rows import SourceRows

STATUSES = st.sampled_from(SourceStatus)
TEXTS = st.none() | st.text(max_size=4)
NAMES = st.text("ab/é#0129", min_size=1, max_size=6) | st.from_regex(r"[ab]\.jsonl#[0-9]{1,2}", fullmatch=True)


@st.composite
def sources(draw: st.DrawFn) -> list[Source]:
    """Draw sources of different paths, of which some hold the same bytes."""
    paths = draw(st.lists(NAMES, unique=True, max_size=12))
    digests = draw(st.lists(st.none() | st.sampled_from("abcd"), min_size=len(paths), max_size=len(paths)))
    return [
        Source(path, 64 * d if d else None, draw(st.integers(0, 9)), draw(TEXTS), doc_id=32 * d if d else None)
        for path, d in zip(paths, digests, strict=True)
    ]


def twice(given: list[Source]) -> list[Source]:
    """Say of records what `with_duplicates` says of columns."""
    seen: dict[str, str] = {}
    found = []
    for source in given:
        first = seen.setdefault(source.doc_id, source.source_path) if source.doc_id else source.source_path
        if first != source.source_path:
            detail = f"The same bytes as {first}."
            source = replace(source, status=SourceStatus.DUPLICATE, reason="same_bytes", detail=detail)
        found.append(source)
    return found


@given(sources(), STATUSES, TEXTS)
def test_records_come_out_as_they_went_in(given: list[Source], status: SourceStatus, text: str | None) -> None:
    records = [replace(s, status=status, encoding=text, reason=text, detail=text) for s in given]
    rows = SourceRows.of(records)
    assert list(rows) == records == [rows[i] for i in range(len(rows))]
    assert rows == records and rows == SourceRows.of(records) and len(rows) == len(records)
    assert rows.bytes == sum(s.size for s in records)
    assert list(rows[1:4]) == records[1:4] and list(rows[2:][1:]) == records[3:]


@given(sources())
def test_copies_are_those_of_the_first_path(given: list[Source]) -> None:
    rows = SourceRows.join([SourceRows.of(given[::2]), SourceRows.of(given[1::2])])
    ordered = sorted(given, key=lambda s: s.source_path)
    assert list(rows) == ordered
    assert list(rows.with_duplicates()) == twice(ordered)
    firsts = {s.doc_id: s for s in reversed(ordered) if s.doc_id}
    assert {s.doc_id: s for s in rows.take(rows.first_of_documents())} == firsts


@given(sources())
def test_records_of_a_file_are_read_in_their_order(given: list[Source]) -> None:
    assert list(SourceRows.of(given).in_reading_order()) == sorted(given, key=lambda s: reading_order(s.source_path))


def test_an_index_beyond_the_end_is_refused() -> None:
    with pytest.raises(IndexError):
        SourceRows.of([])[0]


def test_a_batch_is_sent_without_the_other_rows() -> None:
    rows = SourceRows.of(Source(f"{i:05d}.txt", f"{i:064d}", i, doc_id=f"{i:032d}") for i in range(5_000))
    some = rows.take(np.arange(10, 15))
    sent = pickle.dumps(some)
    assert list(pickle.loads(sent)) == list(some) == list(rows)[10:15]
    assert len(sent) < 5_000


def test_rows_that_stand_in_a_file_are_the_same_when_it_is_gone(tmp_path: Path) -> None:
    rows = SourceRows.of(Source(f"{i}.txt", f"{i:064d}", i, doc_id=f"{i:032d}") for i in range(100))
    some, before = rows[3:5], list(rows)
    rows.spill(tmp_path / "sources")
    rows.release()
    (tmp_path / "sources").unlink()
    assert list(rows) == before and list(some) == before[3:5]
    assert list(rows.take(np.array([9, 1]))) == [before[9], before[1]]
