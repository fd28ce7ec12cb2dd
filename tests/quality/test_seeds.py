"""How well the seeds come out, against hand labels. Floors only go up.

`gold/` holds the labels: of lines (seed_blocks), of sentences and other units by exact span
(seed_sentences), of topics and of mentions. Offsets are code points into the file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.version import open_version

GOLD = Path(__file__).parent / "gold"
SPANS_F1, TOPICS_F1, MENTIONS_P, MENTIONS_R = 0.99, 0.85, 0.95, 0.90


def gold(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (GOLD / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def rows(built: Path) -> dict[str, list[dict[str, Any]]]:
    """The published rows, with `doc` in place of doc_id: the first three digits of the file's name."""
    version = open_version(built)
    name = {d["doc_id"]: d["source_path"][:3] for d in version.documents().to_pylist()}
    tables = ("documents", "blocks", "sentences", "sentence_topics", "mentions")
    return {t: [{**r, "doc": name[r["doc_id"]]} for r in version.table(t).to_pylist()] for t in tables}


def share_kept(blocks: list[dict[str, Any]], doc: str, start: int, end: int, text: str, disposition: str) -> float:
    kept = sum(
        not text[k].isspace()
        for b in blocks
        if b["doc"] == doc and b["disposition"] == disposition
        for k in range(max(b["start"], start), min(b["end"], end))
    )
    return kept / sum(not c.isspace() for c in text[start:end])


def units(*kinds: str) -> list[dict[str, Any]]:
    return [u for u in gold("seed_sentences") if u["kind"] in kinds]


def test_no_sentence_is_lost_or_cut(rows: dict[str, list[dict[str, Any]]]) -> None:
    texts = {d["doc"]: d["text"] for d in rows["documents"]}
    for unit in units("sentence"):
        doc = unit["doc"][:3]
        share = share_kept(rows["blocks"], doc, unit["start"], unit["end"], texts[doc], "body")
        assert share == 1.0, unit["text"]


def test_all_boilerplate_is_dropped(rows: dict[str, list[dict[str, Any]]]) -> None:
    texts = {d["doc"]: d["text"] for d in rows["documents"]}
    for unit in units("boilerplate"):
        doc = unit["doc"][:3]
        share = share_kept(rows["blocks"], doc, unit["start"], unit["end"], texts[doc], "dropped")
        assert share == 1.0, unit["text"]


def test_headings_labels_and_captions_keep_their_role(rows: dict[str, list[dict[str, Any]]]) -> None:
    roles = {(b["doc"], b["start"]): b["role"] for b in rows["blocks"]}
    for unit in units("heading"):
        if unit["sub"] in ("section", "label"):
            bullet = unit["text"].startswith("•")
            start = unit["start"]
            want = "heading" if unit["sub"] == "section" else "label"
            assert roles[unit["doc"][:3], start] == want, (bullet, unit["text"])
    captions = [b["text"] for b in rows["blocks"] if b["role"] == "caption"]
    assert len(captions) == 2


def test_sentence_spans_are_exact(rows: dict[str, list[dict[str, Any]]]) -> None:
    want = {(u["doc"][:3], u["start"], u["end"]) for u in units("sentence")}
    skip = {(u["doc"][:3], u["start"], u["end"]) for u in units("caption")}
    got = {(s["doc"], s["start"], s["end"]) for s in rows["sentences"]} - skip
    assert 2 * len(want & got) / (len(want) + len(got)) >= SPANS_F1


@pytest.mark.parametrize("record", gold("seed_blocks"), ids=lambda r: r["id"][:3])
def test_metadata_is_what_the_document_states(rows: dict[str, list[dict[str, Any]]], record: dict[str, Any]) -> None:
    (document,) = (d for d in rows["documents"] if d["doc"] == record["id"][:3])
    stated = document["published_on"] and document["published_on"].isoformat()
    assert (document["title"], stated, document["author"], document["site"]) == (
        record["title"],
        record["publish_date"],
        record["author"],
        record["site"],
    )


def test_topics_reach_their_floor(rows: dict[str, list[dict[str, Any]]]) -> None:
    hits = given = wanted = 0
    for unit in gold("seed_topics"):
        if unit.get("start") is None:
            continue
        end = unit["start"] + len(unit["text"])
        inside = [s for s in rows["sentences"] if s["doc"] == unit["doc"][:3] and unit["start"] <= s["start"] < end]
        if inside:
            got, want = {t for s in inside for t in s["topics"]}, set(unit["topics"])
            hits, given, wanted = hits + len(got & want), given + len(got), wanted + len(want)
    assert 2 * hits / (given + wanted) >= TOPICS_F1


def test_mentions_reach_their_floors(rows: dict[str, list[dict[str, Any]]]) -> None:
    spans = {(s["doc"], s["start"], s["end"]) for s in rows["sentences"]}
    want = set()
    covered = []
    for unit in gold("seed_entities"):
        doc, start = unit["doc"][:3], unit["start"]
        if any(d == doc and start <= a < start + len(unit["text"]) for d, a, _ in spans):
            covered.append((doc, start, start + len(unit["text"])))
            want |= {(doc, start + e["start"], start + e["end"]) for e in unit["entities"]}
    got = {(m["doc"], m["start"], m["end"]) for m in rows["mentions"]}
    got = {g for g in got if any(d == g[0] and a <= g[1] < b for d, a, b in covered)}
    assert len(want & got) / len(got) >= MENTIONS_P
    assert len(want & got) / len(want) >= MENTIONS_R
