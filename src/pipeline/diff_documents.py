"""Compare one document as two versions hold it: sentences, topics, metadata, blocks.

The two may differ in their labels only, or in their text too. A sentence that one side lacks is looked
up in the other side's text, and the block that lies there tells what became of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .diff_model import (
    BlockChange,
    Cause,
    Change,
    DocumentDifference,
    Label,
    MetadataChange,
    SentenceChange,
    TopicChange,
)
from .model import Disposition

_METADATA = ("title", "author", "published_on", "site", "language", "duplicate_of")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DocumentRows:
    """A document's rows of each table, as dictionaries by column, in the order of their keys."""

    document: Row
    blocks: Sequence[Row]
    sentences: Sequence[Row]
    topics: Sequence[Row]


def compare_document(a: DocumentRows, b: DocumentRows) -> DocumentDifference:
    """Return what is different in `b`, the newer state of the document `a`."""
    lost, gained, both = _matched(a.sentences, b.sentences)
    sentences = [_sentence(Change.LOST, row, a, b) for row in lost]
    sentences += [_sentence(Change.GAINED, row, b, a) for row in gained]
    return DocumentDifference(
        source_path=b.document["source_path"],
        doc_id=b.document["doc_id"],
        sentences=tuple(sorted(sentences, key=lambda s: (s.start, s.end, s.change))),
        topics=tuple(_topics(a, b, both)),
        metadata=tuple(_metadata(a.document, b.document)),
        blocks=tuple(_blocks(a, b)),
    )


def _matched(a: Sequence[Row], b: Sequence[Row]) -> tuple[list[Row], list[Row], list[tuple[Row, Row]]]:
    """Return the sentences that are only in `a`, only in `b`, and in both; the n-th copy matches the n-th."""
    waiting: dict[str, list[Row]] = {}
    for row in reversed(b):
        waiting.setdefault(row["text"], []).append(row)
    lost, both = [], []
    for row in a:
        copies = waiting.get(row["text"])
        if copies:
            both.append((row, copies.pop()))
        else:
            lost.append(row)
    gained = sorted((r for rows in waiting.values() for r in rows), key=lambda r: int(r["sentence_index"]))
    return lost, gained, both


def _sentence(change: Change, row: Row, own: DocumentRows, other: DocumentRows) -> SentenceChange:
    """Say why `row`, a sentence of `own`, is not one of `other`."""
    here = _label_at(own.blocks, row["start"], row["end"])
    there = None
    at = _place_in(other.document["text"], row, own.document["text"])
    if at is not None:
        there = _label_at(other.blocks, at, at + row["end"] - row["start"])
    cause = Cause.SOURCE if there is None else Cause.CUT if there.disposition == Disposition.BODY else Cause.RULE
    before, after = (here, there) if change is Change.LOST else (there, here)
    doc_id, path = own.document["doc_id"], own.document["source_path"]
    return SentenceChange(change, path, doc_id, row["start"], row["end"], row["text"], cause, before, after)


def _place_in(text: str, row: Row, own: str) -> int | None:
    """Return where the sentence's characters stand in the other side's text: the place next to its own."""
    start, end = row["start"], row["end"]
    wanted = own[start:end]
    if text[start:end] == wanted:
        return int(start)
    after = text.find(wanted, start)
    before = text.rfind(wanted, 0, end)
    places = [place for place in (before, after) if place >= 0]
    return min(places, key=lambda place: abs(place - start), default=None)


def _label_at(blocks: Sequence[Row], start: int, end: int) -> Label | None:
    """Return the label of the block that holds most of the span."""
    first = max(0, bisect_right(blocks, start, key=lambda b: int(b["start"])) - 1)
    best, most = None, 0
    for block in blocks[first:]:
        if block["start"] >= end:
            break
        held = min(end, block["end"]) - max(start, block["start"])
        if held > most:
            best, most = block, held
    return _label(best) if best is not None else None


def _label(block: Row) -> Label:
    return Label(block["role"], block["disposition"], block["rule"])


def _topics(a: DocumentRows, b: DocumentRows, both: Sequence[tuple[Row, Row]]) -> Iterator[TopicChange]:
    topics_a, topics_b = _by_sentence(a.topics), _by_sentence(b.topics)
    for one, two in both:
        had = topics_a.get(one["sentence_index"], {})
        has = topics_b.get(two["sentence_index"], {})
        for topic in sorted(had.keys() ^ has.keys()):
            change, row, sentence = (Change.LOST, had[topic], one) if topic in had else (Change.GAINED, has[topic], two)
            yield TopicChange(
                change=change,
                source_path=b.document["source_path"],
                doc_id=row["doc_id"],
                sentence_index=sentence["sentence_index"],
                text=sentence["text"],
                topic=topic,
                score=row["score"],
                terms=tuple(dict.fromkeys(e["term"] for e in row["evidence"])),
            )


def _by_sentence(topics: Sequence[Row]) -> dict[int, dict[str, Row]]:
    found: dict[int, dict[str, Row]] = {}
    for row in topics:
        found.setdefault(row["sentence_index"], {})[row["topic"]] = row
    return found


def _metadata(a: Row, b: Row) -> Iterator[MetadataChange]:
    for name in _METADATA:
        if a[name] != b[name]:
            yield MetadataChange(
                source_path=b["source_path"],
                doc_id=b["doc_id"],
                name=name,
                before=_text(a[name]),
                after=_text(b[name]),
                rule_before=_rule_of(a, name),
                rule_after=_rule_of(b, name),
            )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _rule_of(document: Row, name: str) -> str | None:
    if name == "language":
        return str(document["language_method"])
    return next((str(f["rule"]) for f in document.get("facts") or () if f["name"] == name), None)


def _blocks(a: DocumentRows, b: DocumentRows) -> Iterator[BlockChange]:
    """Yield the blocks that are the same slice of both texts and have another label."""
    known = {(row["start"], row["end"], row["text"]): row for row in a.blocks}
    for row in b.blocks:
        old = known.get((row["start"], row["end"], row["text"]))
        if old is not None and _label(old) != _label(row):
            yield BlockChange(
                source_path=b.document["source_path"],
                doc_id=b.document["doc_id"],
                start=row["start"],
                end=row["end"],
                text=row["text"],
                before=_label(old),
                after=_label(row),
            )
