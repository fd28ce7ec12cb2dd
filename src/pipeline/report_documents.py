"""Choose the documents that the page shows block by block, and fetch the texts of all examples.

The page has a budget of bytes. While everything fits, everything is shown. Beyond that the page shows the
documents of which the largest share was dropped, because there a wrong rule costs most, and a random
sample, because a page of worst cases misleads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .schemas import TABLES
from .slices import fetch_rows
from .staged import Tables

TEXT_CHARS = 1_500
"""Characters of a block that are shown."""
DOCUMENTS = 120
"""Documents shown at most; half of them the most shortened, half at random."""

_DOCUMENT_BYTES = 150_000
_SENTENCE_CHARS = 600
_BLOCK_BYTES = 700  # markup around a block's text, measured on the seeds: 640
_LEAST_CHARS = 400  # of the shortest documents any rule takes a large share

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block as the page shows it; `topics` are (topic, phrases) of its sentences."""

    index: int
    start: int
    end: int
    text: str
    cut: int
    """Characters that are not shown."""
    role: str
    disposition: str
    rule: str
    evidence: str
    confidence: float
    topics: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document's page: its row of `documents`, its blocks, and how many of them are left out."""

    row: Mapping[str, Any]
    blocks: tuple[ShownBlock, ...]
    left_out: int
    strip: tuple[tuple[str, float, float], ...]
    """(disposition, start, width) of runs of blocks, in percent of the document."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text that shows what a rule or topic does: pieces, of which some are marked, and where it stands."""

    pieces: tuple[tuple[str, bool], ...]
    evidence: str
    source_path: str
    doc_id: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The documents shown and the examples by key: blocks, and sentences by topic."""

    documents: tuple[ShownDocument, ...]
    blocks: Mapping[Key, Example]
    sentences: Mapping[tuple[str, str, int], Example]


CHOSEN_BY = ("doc_id", "text_chars", "dropped_chars")
"""The columns of documents by which those to show are chosen."""


def choose_documents(documents: Iterable[pa.Table], most: int = DOCUMENTS) -> tuple[str, ...]:
    """Return the doc_ids of the documents to show, those that matter most first.

    `documents` are the rows of all, some at a time.
    """
    order = [("share", "descending"), ("doc_id", "ascending")]
    first: list[str] = []
    worst, count = None, 0
    for rows in documents:
        count += rows.num_rows
        first += rows.column("doc_id").slice(0, most - len(first)).to_pylist()
        chars = rows.column("text_chars")
        share = pc.divide(pc.cast(rows.column("dropped_chars"), pa.float64()), pc.max_element_wise(chars, 1))
        weight = pc.if_else(pc.greater_equal(chars, _LEAST_CHARS), share, -1.0)
        ranked = pa.table({"doc_id": rows.column("doc_id"), "share": weight})
        worst = ranked if worst is None else pa.concat_tables([worst, ranked])
        if worst.num_rows > most // 2:
            worst = worst.take(pc.select_k_unstable(worst, k=most // 2, sort_keys=order))
    if worst is None or count <= most:
        return tuple(first)
    both = zip(worst.sort_by(order).column("doc_id").to_pylist(), first, strict=False)
    return tuple(dict.fromkeys([*(doc_id for pair in both for doc_id in pair), *first]))[:most]


def fetch_shown(
    tables: Tables,
    chosen: Sequence[str],
    blocks: Iterable[Key],
    sentences: Mapping[str, Iterable[Key]],
    budget: int,
) -> Shown:
    """Fetch the chosen documents while they fit into `budget` bytes, and the texts of the examples.

    `blocks` are the keys of blocks, `sentences` the keys of sentences by topic.
    """
    keys = list(blocks)
    wanted = [(topic, *key) for topic, some in sentences.items() for key in some]
    ids = sorted({*chosen, *(k[0] for k in keys), *(k[1] for k in wanted)})
    rows = _rows_of(tables, ids, chosen, keys, [(doc_id, index) for _, doc_id, index in wanted])
    row_of = {row["doc_id"]: row for row in fetch_rows(tables.dataset("documents"), ids, _OF_DOCUMENTS).to_pylist()}
    shown, used = [], 0
    for doc_id in chosen:
        document, size = _shown(row_of[doc_id], *(rows[n].get(doc_id, []) for n in rows))
        if used + size > budget:
            continue
        used += size
        shown.append(document)
    return Shown(
        documents=tuple(sorted(shown, key=lambda d: str(d.row["source_path"]))),
        blocks={key: _block_example(rows["blocks"], key, row_of) for key in keys},
        sentences={key: _sentence_example(rows, key, row_of) for key in wanted},
    )


def _rows_of(
    tables: Tables, ids: Sequence[str], whole: Sequence[str], blocks: Sequence[Key], sentences: Sequence[Key]
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return the rows of each table by document: all of some documents, and of others those of single examples."""
    found = {name: fetch_rows(tables.dataset(name), ids, columns) for name, columns in _COLUMNS.items()}
    for name in ("sentences", "sentence_topics"):
        found[name] = _needed(found[name], "sentence_index", whole, sentences)
    inside = (found["sentences"].column(name).to_pylist() for name in ("doc_id", "block_index"))
    found["blocks"] = _needed(found["blocks"], "block_index", whole, [*blocks, *zip(*inside, strict=True)])
    return {name: _grouped(table) for name, table in found.items()}


_OF_DOCUMENTS = tuple(name for name in TABLES["documents"].names if name not in ("text", "facts"))
# Those that the page does not need are as long as all others.

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "blocks": (),
    "sentences": ("doc_id", "sentence_index", "block_index", "start", "end"),
    "sentence_topics": ("doc_id", "sentence_index", "topic", "evidence"),
}
"""What is shown of each table; nothing said is all. A sentence's text is taken from its block."""


def _needed(rows: pa.Table, index: str, whole: Sequence[str], keys: Sequence[Key]) -> pa.Table:
    """Return the rows of whole documents, and those of single keys."""
    ids = rows.column("doc_id")
    named = pc.binary_join_element_wise(ids, rows.column(index).cast(pa.string()), ":")
    single = pc.is_in(named, value_set=pa.array([f"{doc_id}:{at}" for doc_id, at in keys], pa.string()))
    return rows.filter(pc.or_(pc.is_in(ids, value_set=pa.array(whole, pa.string())), single))


def _grouped(table: pa.Table) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        found.setdefault(row["doc_id"], []).append(row)
    return found


def _shown(
    document: dict[str, Any],
    blocks: list[dict[str, Any]],
    sentences: list[dict[str, Any]],
    topics: list[dict[str, Any]],
) -> tuple[ShownDocument, int]:
    """Return a document's page and about how many bytes it takes."""
    block_of = {s["sentence_index"]: s["block_index"] for s in sentences}
    terms: dict[int, dict[str, dict[str, None]]] = {}
    for row in topics:
        phrases = terms.setdefault(block_of.get(row["sentence_index"], -1), {}).setdefault(row["topic"], {})
        phrases.update((e["term"], None) for e in row["evidence"])
    shown, used = [], 2_000
    for block in blocks:
        text = block["text"]
        given = terms.get(block["block_index"], {})
        tags = tuple((topic, ", ".join(list(found)[:8])) for topic, found in sorted(given.items()))
        size = _escaped_bytes(text[:TEXT_CHARS]) + 3 * _escaped_bytes(block["evidence"]) + _BLOCK_BYTES
        size += sum(60 + _escaped_bytes(t) for pair in tags for t in pair)
        if used + size > _DOCUMENT_BYTES:
            break
        used += size
        shown.append(
            ShownBlock(
                index=block["block_index"],
                start=block["start"],
                end=block["end"],
                text=text[:TEXT_CHARS],
                cut=max(0, len(text) - TEXT_CHARS),
                role=block["role"],
                disposition=block["disposition"],
                rule=block["rule"],
                evidence=block["evidence"],
                confidence=block["confidence"],
                topics=tags,
            )
        )
    return ShownDocument(document, tuple(shown), len(blocks) - len(shown), tuple(_strip(blocks))), used


def _escaped_bytes(text: str) -> int:
    """Return the bytes of a text in HTML, at most."""
    return len(text.encode()) + 5 * sum(text.count(c) for c in "&<>'\"")


def _strip(blocks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, float, float]]:
    """Yield runs of blocks with one disposition, as wide as their text."""
    whole = sum(b["end"] - b["start"] for b in blocks) or 1
    at, start, kind = 0, 0, ""
    for block in blocks:
        if block["disposition"] != kind:
            if at > start:
                yield kind, 100 * start / whole, 100 * (at - start) / whole
            start, kind = at, block["disposition"]
        at += block["end"] - block["start"]
    if at > start:
        yield kind, 100 * start / whole, 100 * (at - start) / whole


def _block_example(
    blocks: Mapping[str, list[dict[str, Any]]], key: Key, documents: Mapping[str, Mapping[str, Any]]
) -> Example:
    block = next(b for b in blocks[key[0]] if b["block_index"] == key[1])
    return Example(((shorten(block["text"]), False),), block["evidence"], _path(documents, key[0]), key[0])


def _path(documents: Mapping[str, Mapping[str, Any]], doc_id: str) -> str:
    # A rejected run may have blocks of no document; its page is made all the same.
    return str(documents[doc_id]["source_path"]) if doc_id in documents else doc_id


def _sentence_example(
    rows: Mapping[str, Mapping[str, list[dict[str, Any]]]],
    key: tuple[str, str, int],
    documents: Mapping[str, Mapping[str, Any]],
) -> Example:
    """Return a sentence with the words marked that gave it the topic."""
    topic, doc_id, index = key
    sentence = next((s for s in rows["sentences"].get(doc_id, ()) if s["sentence_index"] == index), None)
    inside = sentence["block_index"] if sentence else None
    block = next((b for b in rows["blocks"].get(doc_id, ()) if b["block_index"] == inside), None)
    if sentence is None or block is None:
        return Example((), "", _path(documents, doc_id), doc_id)
    given = [r for r in rows["sentence_topics"][doc_id] if r["sentence_index"] == index and r["topic"] == topic]
    first = block["start"]
    text = block["text"][sentence["start"] - first : sentence["end"] - first][:_SENTENCE_CHARS]
    spans = sorted((e["start"], e["end"]) for row in given for e in row["evidence"])
    marks = [(a - sentence["start"], b - sentence["start"]) for a, b in spans]
    return Example(tuple(_pieces(text, marks)), "", _path(documents, doc_id), doc_id)


def _pieces(text: str, marks: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """Yield the text in pieces, marked or not; overlapping marks are one.

    >>> list(_pieces("gas and oil prices", [(8, 11), (8, 18)]))
    [('gas and ', False), ('oil prices', True)]
    """
    merged: list[tuple[int, int]] = []
    for start, end in marks:
        start, end = max(0, start), min(len(text), end)
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    at = 0
    for start, end in merged:
        if start > at:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False


def shorten(text: str, most: int = 280) -> str:
    """Return the beginning of a text on one line.

    >>> shorten("a  b" * 3, 6)
    'a ba b ...'
    """
    line = " ".join(text[: 2 * most].split())
    return line if len(line) <= most and len(text) <= 2 * most else f"{line[:most]} ..."
