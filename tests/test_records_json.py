"""JSON files: lists, single objects, objects one after the other, and damage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.made_records import listed, pages, write

ROWS = [{"text": "The ministers met."}, {"text": "Sie gingen über die Brücke.", "title": "Brücke"}]


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2),
        "\n".join(map(json.dumps, ROWS)),
        "\n".join(json.dumps(row, indent=2) for row in ROWS),
        "\ufeff " + json.dumps(ROWS, ensure_ascii=False),
    ],
    ids=["a list", "an indented list", "lines", "indented objects", "a mark before"],
)
def test_objects_are_records(tmp_path: Path, data: str) -> None:
    write(tmp_path, "a.json", data.encode())
    assert {k: p.text for k, p in pages(tmp_path).items()} == {f"a.json#{i}": r["text"] for i, r in enumerate(ROWS)}


def test_one_object_is_one_record(tmp_path: Path) -> None:
    write(tmp_path, "a.json", json.dumps(ROWS[1]).encode("utf-16"))
    assert [p.text for p in pages(tmp_path).values()] == [ROWS[1]["text"]]


def test_what_is_no_object_is_refused_and_the_next_read(tmp_path: Path) -> None:
    write(tmp_path, "a.json", json.dumps([1, ROWS[0], None, {"title": "no text"}, ROWS[1]]).encode())
    assert listed(tmp_path) == {
        "a.json#0": "malformed",
        "a.json#1": None,
        "a.json#2": "malformed",
        "a.json#3": "no_text",
        "a.json#4": None,
    }


def test_damage_ends_a_list(tmp_path: Path) -> None:
    write(tmp_path, "a.json", json.dumps(ROWS).encode()[:-10])
    assert listed(tmp_path) == {"a.json#0": None, "a.json#1": "malformed"}


def test_damage_in_a_line_costs_that_line(tmp_path: Path) -> None:
    first, last = map(json.dumps, ROWS)
    write(tmp_path, "a.json", f"{first}\n{{broken\n{last}\n".encode())
    assert list(listed(tmp_path).values()) == [None, "malformed", None]


def test_nesting_without_end_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.json", b"[" * 100_000)
    assert listed(tmp_path) == {"a.json#0": "malformed"}


def test_a_file_too_large_to_hold_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.record_json.MOST_BYTES", 50)
    write(tmp_path, "a.json", json.dumps(ROWS).encode())
    assert listed(tmp_path) == {"a.json": "too_large"}


def test_an_empty_list_holds_no_record(tmp_path: Path) -> None:
    write(tmp_path, "a.json", b"[]")
    assert listed(tmp_path) == {"a.json": "empty"}
