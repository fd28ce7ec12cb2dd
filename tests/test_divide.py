"""A plan is divided so that every worker has a batch that is worth its start."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.divide import divide, useful_workers
from pipeline.last_taxonomy import TaggedBy
from pipeline.model import Source
from pipeline.plan import Plan
from pipeline.settings import Settings
from pipeline.source_rows import SourceRows

SEARCHED = TaggedBy(Path("taxonomy"), "tag", "rest")


def source(number: int, size: int) -> Source:
    sha = hashlib.sha256(str(number).encode()).hexdigest()
    return Source(f"{number}.txt", sha, size, "text/plain", doc_id=sha[:32])


def plan(documents: int, size: int, *, again: bool = False, by: TaggedBy | None = None) -> Plan:
    sources = SourceRows.of(source(number, size) for number in range(documents))
    ids = pa.array([str(s.doc_id) for s in sources] if again else [], pa.string())
    return Plan(Path("in"), Path("out"), sources, {}, sources[:0] if again else sources, ids, tagged_by=by)


@pytest.mark.parametrize(
    ("documents", "size", "again", "by", "useful"),
    [
        (100, 2_000, False, None, 1),  # less work than starting a worker
        (3_000, 2_000, False, None, 3),  # six megabytes: two for each
        (400, 20_000, False, None, 4),
        (10_000, 2_000, True, None, 3),  # tagging is a third of the work
        (10_000, 2_000, True, SEARCHED, 1),  # and searching a tenth
        (100_000, 2_000, True, SEARCHED, 4),
        (0, 0, False, None, 1),
    ],
)
def test_workers_are_as_many_as_there_is_work_for(
    documents: int, size: int, again: bool, by: TaggedBy | None, useful: int
) -> None:
    assert useful_workers(plan(documents, size, again=again, by=by), Settings(), 4) == useful


def test_batches_smaller_than_usual_are_made_where_they_are_asked_for() -> None:
    assert useful_workers(plan(4, 100), Settings(batch_documents=2), 2) == 2


@given(
    documents=st.integers(0, 300),
    size=st.integers(0, 2_000_000),
    again=st.booleans(),
    workers=st.integers(1, 8),
    most=st.integers(1, 400),
)
def test_every_document_is_in_one_batch(documents: int, size: int, again: bool, workers: int, most: int) -> None:
    some, settings = plan(documents, size, again=again), Settings(batch_documents=most)
    batches = [batch for _, batch in divide(some, settings, Path("work"), workers)]
    found = [key for batch in batches for key in batch.inputs]
    assert len(found) == len(set(found)) == documents
    assert all(len(batch.inputs) <= most for batch in batches)
    assert 1 <= useful_workers(some, settings, workers) <= max(1, workers)
    assert len({batch.folder for batch in batches}) == len(batches)
