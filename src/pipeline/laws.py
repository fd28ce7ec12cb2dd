"""Compute the pipeline's laws as boolean and count columns, which expectations then judge.

The laws: a block and a mention are the slice they claim to be; a document's blocks are in order,
disjoint, and together hold every character that is not white space; a sentence lies in one body block;
a topic's evidence lies in its sentence; every key points at a row that exists. The stages assert what
they can of this as they run. Here it is computed again from the tables alone, as a reader would.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from .model import DISPOSITION_OF, Disposition, Role
from .schemas import KEYS, TABLES
from .tables import count_characters

if TYPE_CHECKING:
    import pandas as pd


def frames_with_laws(tables: Mapping[str, pa.Table]) -> dict[str, pd.DataFrame]:
    """Return a pandas frame a table with `row_key` and its law columns, and `across` with one row of counts."""
    frames = {name: _frame(tables[name], name) for name in TABLES if name != "quarantine"}
    texts = dict(_rows(frames["documents"], "doc_id", "text"))
    _sources(frames["sources"], texts)
    _blocks(frames["blocks"], texts)
    _documents(frames["documents"], frames["blocks"], frames["sources"], frames["sentences"])
    _sentences(frames["sentences"], frames["blocks"], frames["sentence_topics"])
    _inside_sentences(frames["sentence_topics"], frames["sentences"])
    _inside_sentences(frames["mentions"], frames["sentences"])
    _mentions(frames["mentions"], texts)
    frames["across"] = _across(frames)
    return frames


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


def _sources(sources: pd.DataFrame, texts: Mapping[str, str]) -> None:
    has_document = sources["doc_id"].isin(list(texts))
    rejected = sources["status"] == "rejected"
    sources["law_has_document_or_reason"] = np.where(
        rejected, sources["doc_id"].isna() & sources["reason"].notna(), has_document
    )


def _blocks(blocks: pd.DataFrame, texts: Mapping[str, str]) -> None:
    rows = _rows(blocks, "doc_id", "start", "end", "text")
    blocks["law_is_slice"] = [texts.get(doc, "")[start:end] == text for doc, start, end, text in rows]
    blocks["law_in_order"] = _in_order(blocks, "block_index", step=1)
    expected = {str(role): str(DISPOSITION_OF[role]) for role in Role}
    blocks["law_role_decides_disposition"] = blocks["role"].map(expected) == blocks["disposition"]


def _documents(documents: pd.DataFrame, blocks: pd.DataFrame, sources: pd.DataFrame, sentences: pd.DataFrame) -> None:
    counted = [count_characters(text) for (text,) in _rows(blocks, "text")]
    for disposition in Disposition:
        of_kind = np.where(blocks["disposition"] == str(disposition), counted, 0)
        total = documents["doc_id"].map(_sums(blocks["doc_id"], of_kind)).fillna(0)
        documents[f"law_{disposition}_chars"] = total == documents[f"{disposition}_chars"]
    in_text = np.array([count_characters(text) for (text,) in _rows(documents, "text")], np.int64)
    in_blocks = documents["doc_id"].map(_sums(blocks["doc_id"], counted)).fillna(0)
    documents["law_ledger_complete"] = (in_blocks == in_text) & (documents["text_chars"] == in_text)
    documents["law_has_source"] = documents["doc_id"].isin(sources["doc_id"].dropna())
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
    joined = rows[["doc_id", "sentence_index"]].merge(
        sentences[["doc_id", "sentence_index", "start", "end"]], on=["doc_id", "sentence_index"], how="left"
    )
    rows["law_has_sentence"] = joined["start"].notna().to_numpy()
    lower, upper = joined["start"].to_numpy(), joined["end"].to_numpy()
    if "start" in rows:
        rows["law_in_sentence"] = (rows["start"].to_numpy() >= lower) & (rows["end"].to_numpy() <= upper)
    else:
        rows["law_has_evidence"] = [len(spans) > 0 for spans in rows["evidence"]]
        rows["law_evidence_in_sentence"] = [
            all(low <= e["start"] < e["end"] <= high for e in spans)
            for spans, low, high in zip(rows["evidence"], lower, upper, strict=True)
        ]


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


def _across(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    documents, sources = frames["documents"], frames["sources"]
    known = set(documents["doc_id"])
    counts: dict[str, float] = {"documents": len(documents), "sources": len(sources)}
    counts["rejected_share"] = float((sources["status"] == "rejected").mean()) if len(sources) else 0.0
    counts["internal_errors"] = int((sources["reason"] == "internal_error").sum())
    counts["documents_without_body_share"] = float((documents["body_chars"] == 0).mean()) if len(documents) else 0.0
    for name in ("blocks", "sentences", "sentence_topics", "mentions"):
        counts[f"orphan_{name}"] = int((~frames[name]["doc_id"].isin(known)).sum())
    text = int(documents["text_chars"].sum())
    counts["body_share"] = float(documents["body_chars"].sum() / text) if text else 0.0
    tagged = frames["sentences"]["topics"].notna()
    counts["sentences_with_lexicon_share"] = float(tagged.mean()) if len(tagged) else 1.0
    return pd.DataFrame([counts])
