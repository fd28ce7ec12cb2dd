"""Divide what a plan has to do into batches, each for one worker at a time.

A batch is at most `batch_documents` and 24 MB. Where there are more workers than that makes batches, batches are made
smaller, but never so small that starting a worker costs more than it saves. How documents are divided does not show
in the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from .halves import Input, claim_batch
from .model import Source, SourceStatus
from .plan import Plan, input_of
from .settings import Settings

T = TypeVar("T")
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
    sources: tuple[Source, ...] = ()
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
    by_input = {input_of(source): source for source in plan.clean}
    again = {input_of(doc_id): doc_id for doc_id in plan.retag}
    number = 0
    for left in plan.left:
        target = folder / f"left-{number:06d}"
        if claim_batch(left, target):
            number += 1
            sources = tuple(by_input.pop(key) for key in left.inputs if key in by_input)
            doc_ids = tuple(again.pop(key) for key in left.inputs if key in again)
            count = _documents(len(sources) + len(doc_ids))
            yield f"taken over {number} ({count})", Batch(target, sources, doc_ids, left=True)
    to_clean = tuple(by_input.values())
    most = _most(len(to_clean), _bytes_of(to_clean), size, workers)
    clean = _cut(to_clean, most, lambda source: source.size)
    for i, sources in enumerate(clean):
        label = f"batch {i + 1} of {len(clean)} ({_documents(len(sources))})"
        yield label, Batch(folder / f"clean-{i:06d}", sources=sources)
    # In the order of doc_id: a batch then reads neighbouring rows of the last version.
    most = _most(len(again), _work_again(plan), size, workers)
    retag = _cut(tuple(sorted(again.values())), most, lambda _: 0)
    for i, doc_ids in enumerate(retag):
        label = f"again batch {i + 1} of {len(retag)} ({_documents(len(doc_ids))})"
        yield label, Batch(folder / f"tag-{i:06d}", doc_ids=doc_ids)


def useful_workers(plan: Plan, settings: Settings, workers: int) -> int:
    """Return how many of so many workers there is enough to do for."""
    size = settings.batch_documents
    batches = _batches(len(plan.clean), _bytes_of(plan.clean), size, workers)
    again = _work_again(plan)
    batches += min(_batches(len(plan.retag), again, size, workers), max(1, again // _LEAST_WORK))
    return max(1, min(workers, batches))


def _cut(items: tuple[T, ...], most: int, size: Callable[[T], int]) -> list[tuple[T, ...]]:
    """Cut items into batches of at most `most` and _BATCH_BYTES.

    >>> _cut(tuple("abcde"), 2, lambda _: 1)
    [('a', 'b'), ('c', 'd'), ('e',)]
    """
    batches: list[list[T]] = []
    filled = _BATCH_BYTES
    for item in items:
        if not batches or len(batches[-1]) >= most or filled + size(item) > _BATCH_BYTES:
            batches.append([])
            filled = 0
        batches[-1].append(item)
        filled += size(item)
    return [tuple(batch) for batch in batches]


def _most(documents: int, work: int, most: int, workers: int) -> int:
    """Return how many documents a batch may have, so that each worker has one that is worth it; `work` is in bytes."""
    worth = -(-documents * _LEAST_WORK // max(1, work))
    return min(most, max(_LEAST_DOCUMENTS, worth, -(-documents // workers)))


def _batches(documents: int, work: int, most: int, workers: int) -> int:
    return -(-documents // _most(documents, work, most, workers))


def _bytes_of(sources: Iterable[Source]) -> int:
    return sum(source.size for source in sources)


def _work_again(plan: Plan) -> int:
    """Return the bytes that take as long to clean and tag as what is to be tagged again, or to be searched for that."""
    again = frozenset(plan.retag)
    held = _bytes_of(s for s in plan.sources if s.doc_id in again and s.status is SourceStatus.PUBLISHED)
    return held // (_SEARCH_SHARE if plan.tagged_by else _TAG_SHARE)


def _documents(count: int) -> str:
    """Write a number of documents.

    >>> _documents(1), _documents(1000)
    ('1 document', '1,000 documents')
    """
    return f"{count:,} document{'s' if count != 1 else ''}"
