"""Compute the pipeline's laws as boolean and count columns, which expectations then judge.

The laws: a block and a mention are the slice they claim to be; a document's blocks are in order,
disjoint, and together hold every character that is not white space; a sentence lies in one body block;
a topic's evidence lies in its sentence; every key points at a row that exists. The stages assert what
they can of this as they run. Here it is computed again from the tables alone, as a reader would, over Arrow
columns: a pandas frame gets what a suite asks about, and no text that only a law needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .characters import count_texts
from .model import DISPOSITION_OF, Disposition, Role
from .schemas import KEYS

if TYPE_CHECKING:
    import pandas as pd


LAW_COLUMNS = MappingProxyType(
    {
        "documents": (
            *("doc_id", "text", "published_on", "text_chars", "body_chars", "metadata_chars", "dropped_chars"),
            "sentence_count",
        ),
        "blocks": ("doc_id", "block_index", "start", "end", "text", "role", "disposition"),
        "sentences": ("doc_id", "sentence_index", "block_index", "start", "end", "topics"),
        "sentence_topics": ("doc_id", "sentence_index", "topic", "evidence"),
        "mentions": ("doc_id", "sentence_index", "start", "end", "text"),
    }
)
"""Columns of each table that the laws are computed from."""


@dataclass(slots=True)
class Tally:
    """Counts over all tables, added up slice by slice."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """Count the tables of a slice."""
        for name, count in _counted(tables):
            self.counts[name] = self.counts.get(name, 0) + count

    def frame(self) -> pd.DataFrame:
        """Return the suite's table `across`: one row of counts and shares."""
        import pandas as pd

        counts = self.counts
        row: dict[str, float] = {n: c for n, c in counts.items() if n.startswith(("orphan_", "internal_"))}
        row |= {"documents": counts["documents"], "sources": counts["sources"]}
        for name, part, whole, empty in _SHARES:
            row[name] = counts[part] / counts[whole] if counts[whole] else empty
        return pd.DataFrame([row])


_SHARES = (
    ("rejected_share", "rejected", "sources", 0.0),
    ("documents_without_body_share", "without_body", "documents", 0.0),
    ("body_share", "body_chars", "text_chars", 0.0),
    ("sentences_with_lexicon_share", "tagged", "sentences", 1.0),
)
"""Name, part, whole, and the share of nothing."""


Asked = Mapping[str, Collection[str] | None]
"""Columns by table that a frame is to have besides `row_key` and the laws; None, or no entry, is all."""


def frames_with_laws(tables: Mapping[str, pa.Table]) -> dict[str, pd.DataFrame]:
    """Return a pandas frame a table with `row_key` and its law columns, and `across` with one row of counts."""
    with_source = tables["sources"].column("doc_id").drop_null().combine_chunks()
    frames = document_frames({n: t for n, t in tables.items() if n not in ("sources", "quarantine")}, with_source)
    frames["sources"] = sources_frame(tables["sources"], tables["documents"].column("doc_id").combine_chunks())
    tally = Tally()
    tally.add(tables)
    return {**frames, "across": tally.frame()}


def document_frames(
    tables: Mapping[str, pa.Table], with_source: pa.Array, asked: Asked = MappingProxyType({})
) -> dict[str, pd.DataFrame]:
    """Return the frames of the tables by document, which have at least LAW_COLUMNS.

    `with_source` are the doc_ids that sources name.
    """
    laws = _laws(tables, with_source)
    return {name: _frame(table, name, asked.get(name)).assign(**laws[name]) for name, table in tables.items()}


def sources_frame(sources: pa.Table, documents: pa.Array, asked: Asked = MappingProxyType({})) -> pd.DataFrame:
    """Return the frame of some rows of `sources`; `documents` are the doc_ids of all documents."""
    ids = sources.column("doc_id")
    known = _truth(pc.and_(pc.is_in(ids, value_set=documents), ids.is_valid()))
    rejected = _truth(pc.equal(sources.column("status"), "rejected"))
    explained = _truth(pc.and_(ids.is_null(), sources.column("reason").is_valid()))
    law = {"law_has_document_or_reason": np.where(rejected, explained, known)}
    return _frame(sources, "sources", asked.get("sources")).assign(**law)


def _frame(table: pa.Table, name: str, asked: Collection[str] | None) -> pd.DataFrame:
    keys = [table.column(column).cast(pa.string()) for column in KEYS[name]]
    key = pc.binary_join_element_wise(*keys, ":") if len(keys) > 1 else keys[0]
    table = table.select([c for c in table.column_names if asked is None or c in asked])
    if "published_on" in table.column_names:
        # ISO text compares as dates do, and a suite can only write a date as text.
        at = table.column_names.index("published_on")
        table = table.set_column(at, "published_on", table.column(at).cast(pa.string()))
    frame: pd.DataFrame = table.append_column("row_key", key).to_pandas()
    return frame


def _laws(tables: Mapping[str, pa.Table], with_source: pa.Array) -> dict[str, dict[str, NDArray[Any]]]:
    """Return the law columns of each table."""
    documents, blocks, sentences = tables["documents"], tables["blocks"], tables["sentences"]
    topics, mentions = tables["sentence_topics"], tables["mentions"]
    # Also of documents that there are not: rows of one are held against each other all the same.
    ids = pc.unique(pa.chunked_array([c for t in tables.values() for c in t.column("doc_id").chunks], pa.string()))
    place = {name: pc.index_in(t.column("doc_id"), value_set=ids).to_numpy() for name, t in tables.items()}
    sentence_keys = _keys(place["sentences"], sentences, "sentence_index")
    texts = dict(zip(documents.column("doc_id").to_pylist(), documents.column("text").to_pylist(), strict=True))
    block_of = _find(_keys(place["sentences"], sentences, "block_index"), _keys(place["blocks"], blocks, "block_index"))
    topic_keys = _keys(place["sentence_topics"], topics, "sentence_index")
    sentence_of_topic = _find(topic_keys, sentence_keys)
    sentence_of_mention = _find(_keys(place["mentions"], mentions, "sentence_index"), sentence_keys)
    return {
        "documents": {
            **_of_documents(documents, blocks, place, len(ids)),
            "law_sentence_count": _amount(place["sentences"], None, len(ids))[place["documents"]]
            == _numbers(documents, "sentence_count"),
            "law_has_source": _truth(pc.is_in(documents.column("doc_id"), value_set=with_source)),
        },
        "blocks": {
            "law_is_slice": _is_slice(blocks, texts),
            "law_in_order": _in_order(blocks, place["blocks"], "block_index", step=1),
            "law_role_decides_disposition": _role_decides(blocks),
        },
        "sentences": {
            "law_in_body_block": _in_body(sentences, blocks, block_of),
            "law_in_order": _in_order(sentences, place["sentences"], "sentence_index"),
            "law_topics_have_rows": _topics_agree(sentences, topics, sentence_keys, topic_keys),
        },
        "sentence_topics": {
            "law_has_sentence": sentence_of_topic >= 0,
            **_evidence(topics, sentences, sentence_of_topic),
        },
        "mentions": {
            "law_has_sentence": sentence_of_mention >= 0,
            "law_in_sentence": _within(
                _numbers(mentions, "start"), _numbers(mentions, "end"), sentences, sentence_of_mention
            ),
            "law_is_slice": _is_slice(mentions, texts),
        },
    }


def _of_documents(
    documents: pa.Table, blocks: pa.Table, place: Mapping[str, NDArray[Any]], count: int
) -> dict[str, NDArray[Any]]:
    """Return the laws of counted characters."""
    counted = count_texts(blocks.column("text"))
    own, of_block = place["documents"], place["blocks"]
    laws: dict[str, NDArray[Any]] = {}
    for disposition in Disposition:
        some = _truth(pc.equal(blocks.column("disposition"), str(disposition)))
        total = _amount(of_block, np.where(some, counted, 0), count)[own]
        laws[f"law_{disposition}_chars"] = total == _numbers(documents, f"{disposition}_chars")
    in_text = count_texts(documents.column("text"))
    chars = _numbers(documents, "text_chars")
    laws["law_ledger_complete"] = (_amount(of_block, counted, count)[own] == in_text) & (chars == in_text)
    laws["body_share"] = _numbers(documents, "body_chars") / np.maximum(chars, 1)
    return laws


def _amount(place: NDArray[Any], values: NDArray[np.int64] | None, count: int) -> NDArray[Any]:
    """Return the sum of the values at each of so many places; without values, how often each occurs."""
    # Exact, though bincount adds as floats: below 2 ** 53.
    return np.bincount(place, weights=values, minlength=count)


def _numbers(table: pa.Table, column: str) -> NDArray[np.int64]:
    return np.asarray(table.column(column).to_numpy(), np.int64)


def _truth(values: pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), bool)


def _keys(place: NDArray[Any], table: pa.Table, index: str) -> NDArray[np.int64]:
    """Return a number for each row that names its document and its index in that."""
    return (place.astype(np.int64) << 32) | (_numbers(table, index) & 0xFFFFFFFF)


def _find(keys: NDArray[np.int64], among: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each key the first row of `among` that has it, or -1."""
    if not len(among):
        return np.full(len(keys), -1, np.int64)
    order = np.argsort(among, kind="stable")  # sorted already where all is well, and then cheap
    known = among[order]
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[at] == keys, order[at], -1)


def _is_slice(rows: pa.Table, texts: Mapping[str, str]) -> NDArray[np.bool_]:
    columns = (rows.column(name).to_pylist() for name in ("doc_id", "text"))
    spans = (_numbers(rows, name).tolist() for name in ("start", "end"))
    found = [texts.get(doc, "")[start:end] == text for doc, text, start, end in zip(*columns, *spans, strict=True)]
    return np.array(found, bool)


def _role_decides(blocks: pa.Table) -> NDArray[np.bool_]:
    roles = pa.array([str(role) for role in Role])
    expected = pa.array([str(DISPOSITION_OF[role]) for role in Role])
    said = expected.take(pc.index_in(blocks.column("role"), value_set=roles).combine_chunks())
    return _truth(pc.equal(said, blocks.column("disposition").combine_chunks()))


def _within(
    start: NDArray[np.int64], end: NDArray[np.int64], rows: pa.Table, found: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Say whether each span lies in the span of the row that was found for it."""
    lower, upper = (np.append(_numbers(rows, name), -1)[found] for name in ("start", "end"))
    return (found >= 0) & (start >= lower) & (end <= upper)


def _in_body(sentences: pa.Table, blocks: pa.Table, block_of: NDArray[np.int64]) -> NDArray[np.bool_]:
    start, end = _numbers(sentences, "start"), _numbers(sentences, "end")
    body = np.append(_truth(pc.equal(blocks.column("disposition"), str(Disposition.BODY))), False)
    return body[block_of] & _within(start, end, blocks, block_of) & (start < end)


def _topics_agree(
    sentences: pa.Table, topics: pa.Table, keys: NDArray[np.int64], topic_keys: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Say of each sentence whether the topics it lists are those that have rows, in their order."""
    listed = sentences.column("topics").combine_chunks()
    names, of_sentence = pc.list_flatten(listed), pc.list_parent_indices(listed).to_numpy()
    rows = topics.column("topic").combine_chunks()
    if np.array_equal(keys[of_sentence], topic_keys) and names.cast(rows.type).equals(rows):
        return np.ones(len(keys), bool)
    given: dict[int, list[str]] = {}
    for key, topic in zip(topic_keys.tolist(), rows.to_pylist(), strict=True):
        given.setdefault(key, []).append(topic)
    both = zip(keys.tolist(), listed.to_pylist(), strict=True)
    return np.array([given.get(key, []) == (some or []) for key, some in both], bool)


def _evidence(topics: pa.Table, sentences: pa.Table, found: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    spans = topics.column("evidence").combine_chunks()
    start, end = (
        pc.struct_field(pc.list_flatten(spans), name).to_numpy().astype(np.int64) for name in ("start", "end")
    )
    row = pc.list_parent_indices(spans).to_numpy()
    inside = _within(start, end, sentences, found[row]) & (start < end)
    law = np.ones(len(topics), bool)
    law[row[~inside]] = False
    has = _truth(pc.greater(pc.list_value_length(spans), 0))
    return {"law_has_evidence": has, "law_evidence_in_sentence": law}


def _in_order(rows: pa.Table, place: NDArray[Any], index: str, step: int | None = None) -> NDArray[np.bool_]:
    """Say for each row whether it follows the one before it in its document; `step` asks for numbers without gaps.

    Sentences may have gaps: a quarantined one keeps its number.
    """
    number, start, end = (_numbers(rows, name) for name in (index, "start", "end"))
    first = np.ones(len(number), bool)
    first[1:] = place[1:] != place[:-1]
    follows = np.ones(len(number), bool)
    rises = number[1:] == number[:-1] + step if step else number[1:] > number[:-1]
    follows[1:] = rises & (start[1:] >= end[:-1])
    return np.where(first, number == 0 if step else number >= 0, follows) & (start < end)


def _counted(tables: Mapping[str, pa.Table]) -> Iterator[tuple[str, int]]:
    if "sources" in tables:
        sources = tables["sources"]
        yield "sources", len(sources)
        yield "rejected", _count(pc.equal(sources.column("status"), "rejected"))
        yield "internal_errors", _count(pc.equal(sources.column("reason"), "internal_error"))
    if "documents" in tables:
        documents, sentences = tables["documents"], tables["sentences"]
        yield "documents", len(documents)
        yield "without_body", _count(pc.equal(documents.column("body_chars"), 0))
        yield "body_chars", int(_numbers(documents, "body_chars").sum())
        yield "text_chars", int(_numbers(documents, "text_chars").sum())
        yield "sentences", len(sentences)
        yield "tagged", len(sentences) - sentences.column("topics").null_count
        known = documents.column("doc_id").combine_chunks()
        for name in ("blocks", "sentences", "sentence_topics", "mentions"):
            belongs = pc.is_in(tables[name].column("doc_id"), value_set=known)
            yield f"orphan_{name}", len(belongs) - _count(belongs)


def _count(values: pa.ChunkedArray) -> int:
    return int(pc.sum(values).as_py() or 0)
