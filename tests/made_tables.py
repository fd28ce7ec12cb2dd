"""Small corpora made by hand, as staged tables: for the tests of the diff and of the page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.model import DISPOSITION_OF, Role
from pipeline.parquet import write_table
from pipeline.schemas import KEYS, TABLES
from pipeline.settings import OutputSettings

Block = tuple[str, str, str]
"""(role, rule, text); each body block is one sentence."""


@dataclass
class Made:
    """A document: its blocks, the topics of sentences by text, and its metadata."""

    path: str
    blocks: Sequence[Block]
    topics: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By sentence: the phrase that gives each topic."""
    mentions: Mapping[str, str] = field(default_factory=dict)
    """Country named in a sentence, by sentence."""
    title: str | None = None
    published_on: date | None = None
    confidence: float = 1.0
    duplicate_of: str | None = None
    language: str = "en"

    @property
    def text(self) -> str:
        return "\n".join(text for _, _, text in self.blocks)

    @property
    def doc_id(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:32]


def stage(
    folder: Path,
    documents: Sequence[Made],
    sources: Sequence[Mapping[str, Any]] = (),
    quarantine: Sequence[Mapping[str, str]] = (),
) -> Path:
    """Write the seven tables of a corpus under `folder`."""
    rows = make_rows(documents)
    rows["sources"] += [_source(d.path, "published", d.doc_id) for d in documents]
    rows["sources"] += [{**_source("", "rejected", None), **s} for s in sources]
    rows["quarantine"] += [dict(q) for q in quarantine]
    for name, schema in TABLES.items():
        table = pa.Table.from_pylist(rows[name], schema=schema).sort_by([(k, "ascending") for k in KEYS[name]])
        write_table(table, folder / name, OutputSettings(), 1)
    return folder


def make_rows(documents: Sequence[Made]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the tables that hold documents, by table."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for document in documents:
        _add(rows, document)
    return rows


def _source(path: str, status: str, doc_id: str | None) -> dict[str, Any]:
    return {"source_path": path, "bytes": 10, "media_type": "text/plain", "status": status, "doc_id": doc_id}


def _add(rows: dict[str, list[dict[str, Any]]], made: Made) -> None:
    key = {"doc_id": made.doc_id}
    at = index = 0
    chars = {"body": 0, "metadata": 0, "dropped": 0}
    for number, (role, rule, text) in enumerate(made.blocks):
        disposition = str(DISPOSITION_OF[Role(role)])
        span = {"start": at, "end": at + len(text)}
        chars[disposition] += len("".join(text.split()))
        rows["blocks"].append(
            key
            | span
            | {"block_index": number, "text": text, "role": role, "disposition": disposition, "rule": rule}
            | {"evidence": f"evidence of {rule}", "confidence": made.confidence}
        )
        if disposition == "body":
            topics = made.topics.get(text, {})
            place = key | {"sentence_index": index}
            rows["sentences"].append(
                place
                | span
                | {"block_index": number, "text": text, "role": role, "language": made.language, "flags": []}
                | {"topics": sorted(topics), "source_path": made.path, "published_on": made.published_on}
            )
            for topic, phrase in topics.items():
                start = at + text.index(phrase)
                found = {"start": start, "end": start + len(phrase), "term": phrase, "rule": "made"}
                rows["sentence_topics"].append(
                    place
                    | {"topic": topic, "score": 1.5, "confidence": 0.9, "evidence": [found]}
                    | {"taxonomy_version": "1", "published_on": made.published_on}
                )
            if text in made.mentions:
                name = made.mentions[text]
                start = at + text.index(name)
                rows["mentions"].append(
                    place
                    | {"start": start, "end": start + len(name), "text": name, "kind": "country"}
                    | {"entity_id": name[:2].upper(), "name": name, "evidence": "name"}
                )
            index += 1
        at += len(text) + 1
    rows["documents"].append(
        key
        | {"source_path": made.path, "media_type": "text/plain", "text": made.text, "title": made.title}
        | {"author": None, "site": None, "published_on": made.published_on, "language": made.language}
        | {
            "language_confidence": 1.0,
            "language_method": "made",
            "text_chars": sum(chars.values()),
            "sentence_count": index,
        }
        | {f"{name}_chars": count for name, count in chars.items()}
        | {"duplicate_of": made.duplicate_of, "similarity": 0.93 if made.duplicate_of else None}
        | {"facts": [], "flags": []}
    )
