"""Answer "why is this line here, or gone?" for one document of a version, or one file.

An explanation is data: a list of blocks with role, disposition, rule and evidence, and of each block's
sentences with topics and the words that gave them. The command line prints it; other programs read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from .errors import UsageError
from .version import Version


@dataclass(frozen=True, slots=True)
class Explanation:
    """A document's metadata and its blocks, as plain values."""

    document: dict[str, Any]
    blocks: tuple[dict[str, Any], ...]


def explain_document(version: Version, doc: str) -> Explanation:
    """Explain the document that `doc` names: a doc_id, a source path, or the beginning of either.

    Raises UsageError when none or several documents answer to it.
    """
    documents = version.table("documents")
    rows = documents.select(["doc_id", "source_path"]).to_pylist()
    found = [r["doc_id"] for r in rows if _answers(r, doc)]
    if len(found) != 1:
        some = ", ".join(f"{r['doc_id'][:8]} ({r['source_path']})" for r in rows if not found or r["doc_id"] in found)
        what = "No document answers" if not found else f"{len(found)} documents answer"
        raise UsageError(f"{what} to {doc!r}. There are: {some[:1_000]}.")
    doc_id = found[0]
    document = _rows(documents, doc_id)[0]
    sentences = _rows(version.table("sentences"), doc_id)
    topics = _rows(version.table("sentence_topics"), doc_id)
    mentions = _rows(version.table("mentions"), doc_id)
    blocks = []
    for block in _rows(version.table("blocks"), doc_id):
        inside = [s for s in sentences if s["block_index"] == block["block_index"]]
        block["sentences"] = [_sentence(s, topics, mentions) for s in inside]
        blocks.append(block)
    return Explanation({k: v for k, v in document.items() if k != "text"}, tuple(blocks))


def explain_file(path: Path) -> Explanation:
    """Clean one file that is in no version, and explain it: what the pipeline would do with it today."""
    from .clean import clean_page
    from .extract import extract_page
    from .language import detect_document
    from .read import list_sources, read_bytes
    from .settings import Settings

    settings = Settings()
    sources = [s for s in list_sources(path.parent, settings.read) if s.source_path == path.name]
    if not sources:
        raise UsageError(f"{path} is not a document that can be read.")
    if sources[0].reason:
        raise UsageError(f"{path} is rejected: {(sources[0].detail or sources[0].reason).rstrip('.')}.")
    page = extract_page(sources[0], read_bytes(path.parent, sources[0], settings.read), settings.read)
    document = clean_page(page, settings.clean)
    facts = document.as_dict()
    blocks = facts.pop("blocks")
    facts["language"] = detect_document(document.blocks).code
    return Explanation(facts, tuple({"block_index": i, **b, "sentences": []} for i, b in enumerate(blocks)))


def _answers(row: Mapping[str, str], doc: str) -> bool:
    path = row["source_path"]
    return (len(doc) >= 4 and row["doc_id"].startswith(doc)) or path == doc or Path(path).name.startswith(doc)


def _rows(table: Any, doc_id: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.filter(pc.equal(table.column("doc_id"), doc_id)).to_pylist()
    return rows


def _sentence(sentence: dict[str, Any], topics: list[dict[str, Any]], mentions: list[dict[str, Any]]) -> dict[str, Any]:
    index = sentence["sentence_index"]
    keys = ("sentence_index", "start", "end", "text", "language", "flags")
    return {
        **{k: sentence[k] for k in keys},
        "topics": [
            {
                "topic": t["topic"],
                "score": t["score"],
                "confidence": t["confidence"],
                "terms": [e["term"] for e in t["evidence"]],
            }
            for t in topics
            if t["sentence_index"] == index
        ],
        "mentions": [
            {"text": m["text"], "entity_id": m["entity_id"]} for m in mentions if m["sentence_index"] == index
        ],
    }
