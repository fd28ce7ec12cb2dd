"""Divide what a plan has to do into batches, each for one worker at a time.

A batch is at most `batch_documents` and 24 MB. Where there are more workers than that makes batches, batches are made
smaller, but never so small that starting a worker costs more than it saves. How documents are divided does not show
in the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .halves import Input, claim_batch
from .model import Source, SourceStatus
from .plan import Plan, input_of
from .settings import Settings

_BATCH_BYTES = 24_000_000
# A worker takes about 25 times a batch's bytes at its peak: 600 MB. A thousand pages of the development set are 18 MB.
_LEAST_DOCUMENTS, _LEAST_WORK = 50, 2_000_000
# Batches are made smaller than asked, down to so many documents and bytes to clean, so that every worker has one. A
# worker takes two CPU seconds to start and to load what it needs, in which a megabyte and more is cleaned and tagged:
# for a hundred short documents two workers took 3.9 CPU seconds, this process 0.7.
_TAG_SHARE, _SEARCH_SHARE = 3, 10
# Tagging a byte again takes a third of what cleaning and tagging it does, searching it for phrases a tenth.


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of documents: to be cleaned and tagged (`sources`), or only tagged again (`doc_ids`)."""

    folder: Path
    sources: Sequence[Source] = ()
    doc_ids: tuple[str, ...] = ()
    left: bool = False
    """Whether another run left it."""

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Return what the batch is made of."""
        return tuple(map(input_of, self.sources)) or tuple(map(input_of, self.doc_ids))


def divide(plan: Plan, settings: Settings, folder: Path, workers: int) -> Iterator[tuple[str, Batch]]:
    """Yield the batches of a plan with their labels; their folders are below `folder`. What was left is taken over."""
    size = settings.batch_documents
    paths = plan.clean.column("source_path")
    ids = plan.retag.take(pc.sort_indices(plan.retag))
    is_left, is_left_again = np.zeros(len(paths), bool), np.zeros(len(ids), bool)
    number = 0
    for left in plan.left:
        target = folder / f"left-{number:06d}"
        if claim_batch(left, target):
            number += 1
            rows = _places([name for name, sha256 in left.inputs if sha256], paths)
            rows_again = _places([name for name, sha256 in left.inputs if not sha256], ids)
            is_left[rows], is_left_again[rows_again] = True, True
            count = _documents(len(rows) + len(rows_again))
            doc_ids = ids.take(pa.array(rows_again)).to_pylist()
            yield f"taken over {number} ({count})", Batch(target, plan.clean.take(rows), tuple(doc_ids), left=True)
    to_clean = plan.clean.take(np.flatnonzero(~is_left))
    ids = ids.filter(pa.array(~is_left_again))
    clean = _cut(to_clean.column("bytes").to_pylist(), _most(len(to_clean), to_clean.bytes, size, workers))
    for i, some in enumerate(clean):
        sources = to_clean[some]
        label = f"batch {i + 1} of {len(clean)} ({_documents(len(sources))})"
        yield label, Batch(folder / f"clean-{i:06d}", sources=sources)
    # In the order of doc_id: a batch then reads neighbouring rows of the last version.
    retag = _cut([0] * len(ids), _most(len(ids), _work_again(plan), size, workers))
    for i, some in enumerate(retag):
        doc_ids = ids[some].to_pylist()
        label = f"again batch {i + 1} of {len(retag)} ({_documents(len(doc_ids))})"
        yield label, Batch(folder / f"tag-{i:06d}", doc_ids=tuple(doc_ids))


def useful_workers(plan: Plan, settings: Settings, workers: int) -> int:
    """Return how many of so many workers there is enough to do for."""
    size = settings.batch_documents
    batches = _batches(len(plan.clean), plan.clean.bytes, size, workers)
    again = _work_again(plan)
    batches += min(_batches(len(plan.retag), again, size, workers), max(1, again // _LEAST_WORK))
    return max(1, min(workers, batches))


def _cut(sizes: Sequence[int], most: int) -> list[slice]:
    """Cut items of some sizes into batches of at most `most` and _BATCH_BYTES.

    >>> _cut([1, 1, 1], 2)
    [slice(0, 2, None), slice(2, 3, None)]
    """
    starts: list[int] = []
    filled = 0
    for i, size in enumerate(sizes):
        if not starts or i - starts[-1] >= most or filled + size > _BATCH_BYTES:
            starts.append(i)
            filled = 0
        filled += size
    return [slice(start, end) for start, end in zip(starts, [*starts[1:], len(sizes)], strict=False)]


def _places(names: Sequence[str], among: pa.Array) -> NDArray[np.int64]:
    found = pc.index_in(pa.array(names, pa.string()), value_set=among).drop_null()
    return np.asarray(found.to_numpy(), np.int64)


def _most(documents: int, work: int, most: int, workers: int) -> int:
    """Return how many documents a batch may have, so that each worker has one that is worth it; `work` is in bytes."""
    worth = -(-documents * _LEAST_WORK // max(1, work))
    return min(most, max(_LEAST_DOCUMENTS, worth, -(-documents // workers)))


def _batches(documents: int, work: int, most: int, workers: int) -> int:
    return -(-documents // _most(documents, work, most, workers))


def _work_again(plan: Plan) -> int:
    """Return the bytes that take as long to clean and tag as what is to be tagged again, or to be searched for that."""
    table = plan.sources.table
    published = pc.equal(table.column("status"), str(SourceStatus.PUBLISHED))
    again = pc.and_(published, pc.is_in(table.column("doc_id"), value_set=plan.retag))
    held = pc.sum(table.column("bytes").filter(again)).as_py() or 0
    return int(held) // (_SEARCH_SHARE if plan.tagged_by else _TAG_SHARE)


def _documents(count: int) -> str:
    """Write a number of documents.

    >>> _documents(1), _documents(1000)
    ('1 document', '1,000 documents')
    """
    return f"{count:,} document{'s' if count != 1 else ''}"
