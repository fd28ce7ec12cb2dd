"""Compute the pipeline's laws as boolean and count columns, which expectations then judge.

The laws: a block and a mention are the slice they claim to be; a document's blocks are in order,
disjoint, and together hold every character that is not white space; a sentence lies in one body block;
a topic's evidence lies in its sentence; every key points at a row that exists. The stages assert what
they can of this as they run. Here it is computed again from the tables alone, as a reader would.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .model import DISPOSITION_OF, Disposition, Role
from .schemas import KEYS
from .tables import count_characters

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

    def add(self, frames: Mapping[str, pd.DataFrame]) -> None:
        """Count the tables of a slice."""
        for name, count in _counted(frames):
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


def frames_with_laws(tables: Mapping[str, pa.Table]) -> dict[str, pd.DataFrame]:
    """Return a pandas frame a table with `row_key` and its law columns, and `across` with one row of counts."""
    with_source = tables["sources"].column("doc_id").drop_null().combine_chunks()
    frames = document_frames({n: t for n, t in tables.items() if n not in ("sources", "quarantine")}, with_source)
    frames["sources"] = sources_frame(tables["sources"], tables["documents"].column("doc_id").combine_chunks())
    tally = Tally()
    tally.add(frames)
    return {**frames, "across": tally.frame()}


def document_frames(
    tables: Mapping[str, pa.Table], with_source: pa.Array, evidence: bool = True
) -> dict[str, pd.DataFrame]:
    """Return the frames of the tables by document, which have at least LAW_COLUMNS.

    `with_source` are the doc_ids that sources name. Without `evidence` that column, 800 bytes a row in pandas,
    is not in the frame; its law is.
    """
    frames = {name: _frame(table, name) for name, table in tables.items() if name != "sentence_topics"}
    topics = tables["sentence_topics"]
    frames["sentence_topics"] = _frame(topics if evidence else topics.drop_columns(["evidence"]), "sentence_topics")
    texts = dict(_rows(frames["documents"], "doc_id", "text"))
    _blocks(frames["blocks"], texts)
    _documents(frames["documents"], frames["blocks"], frames["sentences"])
    ids = tables["documents"].column("doc_id")
    frames["documents"]["law_has_source"] = pc.is_in(ids, value_set=with_source).to_numpy(zero_copy_only=False)
    _sentences(frames["sentences"], frames["blocks"], frames["sentence_topics"])
    _evidence(frames["sentence_topics"], frames["sentences"], topics.column("evidence"))
    _inside_sentences(frames["mentions"], frames["sentences"])
    _mentions(frames["mentions"], texts)
    return frames


def sources_frame(sources: pa.Table, documents: pa.Array) -> pd.DataFrame:
    """Return the frame of some rows of `sources`; `documents` are the doc_ids of all documents."""
    frame = _frame(sources, "sources")
    known = pc.is_in(sources.column("doc_id"), value_set=documents).to_numpy(zero_copy_only=False)
    known &= sources.column("doc_id").is_valid().to_numpy(zero_copy_only=False)
    rejected = frame["status"] == "rejected"
    frame["law_has_document_or_reason"] = np.where(rejected, frame["doc_id"].isna() & frame["reason"].notna(), known)
    return frame


def _frame(table: pa.Table, name: str) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas(date_as_object=True)
    if "published_on" in frame:
        # ISO text compares as dates do, and a suite can only write a date as text.
        frame["published_on"] = [None if d is None else d.isoformat() for d in frame["published_on"]]
    frame["row_key"] = _key(frame, KEYS[name])
    return frame


def _key(frame: pd.DataFrame, columns: tuple[str, ...]) -> Any:
    key = frame[columns[0]].astype(str)
    for column in columns[1:]:
        key = key + ":" + frame[column].astype(str)
    return key


def _blocks(blocks: pd.DataFrame, texts: Mapping[str, str]) -> None:
    rows = _rows(blocks, "doc_id", "start", "end", "text")
    blocks["law_is_slice"] = [texts.get(doc, "")[start:end] == text for doc, start, end, text in rows]
    blocks["law_in_order"] = _in_order(blocks, "block_index", step=1)
    expected = {str(role): str(DISPOSITION_OF[role]) for role in Role}
    blocks["law_role_decides_disposition"] = blocks["role"].map(expected) == blocks["disposition"]


def _documents(documents: pd.DataFrame, blocks: pd.DataFrame, sentences: pd.DataFrame) -> None:
    counted = [count_characters(text) for (text,) in _rows(blocks, "text")]
    for disposition in Disposition:
        of_kind = np.where(blocks["disposition"] == str(disposition), counted, 0)
        total = documents["doc_id"].map(_sums(blocks["doc_id"], of_kind)).fillna(0)
        documents[f"law_{disposition}_chars"] = total == documents[f"{disposition}_chars"]
    in_text = np.array([count_characters(text) for (text,) in _rows(documents, "text")], np.int64)
    in_blocks = documents["doc_id"].map(_sums(blocks["doc_id"], counted)).fillna(0)
    documents["law_ledger_complete"] = (in_blocks == in_text) & (documents["text_chars"] == in_text)
    rows = documents["doc_id"].map(sentences["doc_id"].value_counts()).fillna(0)
    documents["law_sentence_count"] = rows == documents["sentence_count"]
    documents["body_share"] = documents["body_chars"] / documents["text_chars"].clip(lower=1)


def _sums(keys: Any, values: Any) -> Any:
    import pandas as pd

    return pd.Series(values, dtype="int64").groupby(keys.to_numpy()).sum()


def _sentences(sentences: pd.DataFrame, blocks: pd.DataFrame, topics: pd.DataFrame) -> None:
    columns = ["doc_id", "block_index", "start", "end", "disposition"]
    joined = sentences[["doc_id", "block_index", "start", "end"]].merge(
        blocks[columns], on=["doc_id", "block_index"], how="left", suffixes=("", "_of_block")
    )
    sentences["law_in_body_block"] = (
        (joined["disposition"] == "body")
        & (joined["start"] >= joined["start_of_block"])
        & (joined["end"] <= joined["end_of_block"])
        & (joined["start"] < joined["end"])
    ).to_numpy()
    sentences["law_in_order"] = _in_order(sentences, "sentence_index")
    sentences["law_topics_have_rows"] = _topics_agree(sentences, topics)


def _topics_agree(sentences: pd.DataFrame, topics: pd.DataFrame) -> list[bool]:
    given: dict[tuple[str, int], list[str]] = {}
    for doc, index, topic in _rows(topics, "doc_id", "sentence_index", "topic"):
        given.setdefault((doc, index), []).append(topic)
    listed = _rows(sentences, "doc_id", "sentence_index", "topics")
    return [given.get((doc, index), []) == ([] if names is None else list(names)) for doc, index, names in listed]


def _inside_sentences(rows: pd.DataFrame, sentences: pd.DataFrame) -> None:
    lower, upper = _sentence_spans(rows, sentences)
    rows["law_in_sentence"] = (rows["start"].to_numpy() >= lower) & (rows["end"].to_numpy() <= upper)


def _evidence(rows: pd.DataFrame, sentences: pd.DataFrame, evidence: pa.ChunkedArray) -> None:
    lower, upper = _sentence_spans(rows, sentences)
    spans = evidence.combine_chunks()
    start, end = (pc.struct_field(pc.list_flatten(spans), name).to_numpy() for name in ("start", "end"))
    row = pc.list_parent_indices(spans).to_numpy()
    inside = (lower[row] <= start) & (start < end) & (end <= upper[row])
    rows["law_has_evidence"] = pc.list_value_length(spans).to_numpy(zero_copy_only=False) > 0
    law = np.ones(len(rows), bool)
    law[row[~inside]] = False
    rows["law_evidence_in_sentence"] = law


def _sentence_spans(rows: pd.DataFrame, sentences: pd.DataFrame) -> tuple[Any, Any]:
    """Say of each row whether its sentence exists, and return where that starts and ends."""
    keys = ["doc_id", "sentence_index"]
    joined = rows[keys].merge(sentences[[*keys, "start", "end"]], on=keys, how="left")
    rows["law_has_sentence"] = joined["start"].notna().to_numpy()
    return joined["start"].to_numpy(float, na_value=np.nan), joined["end"].to_numpy(float, na_value=np.nan)


def _mentions(mentions: pd.DataFrame, texts: Mapping[str, str]) -> None:
    rows = _rows(mentions, "doc_id", "start", "end", "text")
    mentions["law_is_slice"] = [texts.get(doc, "")[start:end] == text for doc, start, end, text in rows]


def _rows(frame: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Yield rows of some columns.

    Iterating a pandas column of Arrow strings costs 1.3 us a value, an object array 0.03.
    """
    return zip(*(frame[column].to_numpy(dtype=object) for column in columns), strict=True)


def _in_order(rows: pd.DataFrame, index: str, step: int | None = None) -> Any:
    """Say for each row whether it follows the one before it in its document; `step` asks for numbers without gaps.

    Sentences may have gaps: a quarantined one keeps its number.
    """
    doc, number = rows["doc_id"].to_numpy(), rows[index].to_numpy()
    start, end = rows["start"].to_numpy(), rows["end"].to_numpy()
    first = np.ones(len(rows), bool)
    first[1:] = doc[1:] != doc[:-1]
    follows = np.ones(len(rows), bool)
    rises = number[1:] == number[:-1] + step if step else number[1:] > number[:-1]
    follows[1:] = rises & (start[1:] >= end[:-1])
    return np.where(first, number == 0 if step else number >= 0, follows) & (start < end)


def _counted(frames: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, int]]:
    if "sources" in frames:
        sources = frames["sources"]
        yield "sources", len(sources)
        yield "rejected", int((sources["status"] == "rejected").sum())
        yield "internal_errors", int((sources["reason"] == "internal_error").sum())
    if "documents" in frames:
        documents, sentences = frames["documents"], frames["sentences"]
        yield "documents", len(documents)
        yield "without_body", int((documents["body_chars"] == 0).sum())
        yield "body_chars", int(documents["body_chars"].sum())
        yield "text_chars", int(documents["text_chars"].sum())
        yield "sentences", len(sentences)
        yield "tagged", int(sentences["topics"].notna().sum())
        known = pa.array(documents["doc_id"], pa.string())
        for name in ("blocks", "sentences", "sentence_topics", "mentions"):
            # Asked of Arrow: pandas makes a Python object of every known value first.
            belongs = pc.is_in(pa.array(frames[name]["doc_id"], pa.string()), value_set=known)
            yield f"orphan_{name}", len(belongs) - int(pc.sum(belongs).as_py() or 0)
