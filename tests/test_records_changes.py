"""Records that change, names that look like records, and the cache of listings."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import RejectedError
from pipeline.model import Source
from pipeline.pages import read_page
from pipeline.read import list_sources
from pipeline.settings import ReadSettings
from tests.made_records import (
    HOLDERS,
    SETTINGS,
    json_lines,
    write,
)

# --- changes and names ------------------------------------------------------------------------------


def test_a_record_that_changed_after_listing_is_rejected(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", json_lines({"text": "One."}, {"text": "Two."}))
    first, second = list_sources(tmp_path, SETTINGS)
    path.write_bytes(json_lines({"text": "Another."}))
    for source in (first, second):
        with pytest.raises(RejectedError, match="changed"):
            read_page(tmp_path, source, SETTINGS)
    path.unlink()
    with pytest.raises(RejectedError, match="unreadable"):
        read_page(tmp_path, first, SETTINGS)


def test_a_file_named_as_a_record_is_no_record(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", json_lines({"text": "One."}))
    write(tmp_path, "a.jsonl#0", b"Not a record.")
    write(tmp_path, "a.zip#0/b.txt", b"A file in an odd folder.")
    found = list_sources(tmp_path, SETTINGS)
    assert [s.source_path for s in found] == ["a.jsonl#0", r"a.jsonl\x230", r"a.zip\x230/b.txt"]
    assert read_page(tmp_path, found[2], SETTINGS).text == "A file in an odd folder."


# --- the cache of listings --------------------------------------------------------------------------


def listing(folder: Path, cache: Path, read: ReadSettings = SETTINGS) -> list[Source]:
    return list_sources(folder, read, cache)


def test_an_unchanged_file_is_not_read_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline import listings

    folder, cache = tmp_path / "in", tmp_path / "cache"
    for name in ("a.jsonl.gz", "a.warc.gz", "a.zip"):
        write(folder, name, HOLDERS[name])
    write(folder, "bad.jsonl", b"{bad\n")
    first = listing(folder, cache)
    read: list[str] = []
    real = listings.list_records
    monkeypatch.setattr(listings, "list_records", lambda *given: read.append(given[1]) or real(*given))
    assert listing(folder, cache) == first and read == []
    assert list_sources(folder, SETTINGS) == first and len(read) == 4
    read.clear()
    (folder / "a.zip").rename(folder / "renamed.zip")
    write(folder, "bad.jsonl", b"{worse\n")
    assert {s.source_path for s in listing(folder, cache)} >= {"renamed.zip#0/0.txt", "bad.jsonl#0"}
    assert read == ["bad.jsonl"]
    assert len(list(cache.iterdir())) == 4
    read.clear()
    listing(folder, cache, ReadSettings(text_fields=("body",)))
    assert len(read) == 4


@pytest.mark.parametrize("damage", ["cut", "flip", "text"])
def test_a_damaged_entry_of_the_cache_is_made_anew(tmp_path: Path, damage: str) -> None:
    folder, cache = tmp_path / "in", tmp_path / "cache"
    write(folder, "a.jsonl", HOLDERS["a.jsonl"])
    first = listing(folder, cache)
    (entry,) = cache.iterdir()
    sound = entry.read_bytes()
    flipped = bytearray(sound)
    flipped[40] ^= 0xFF
    entry.write_bytes({"cut": sound[:100], "flip": bytes(flipped), "text": b"not a table"}[damage])
    assert listing(folder, cache) == first
    assert [e.read_bytes() for e in cache.iterdir()] == [sound]


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder, "a.jsonl", HOLDERS["a.jsonl"])
    blocked = write(tmp_path, "file", b"x") / "cache"
    assert listing(folder, blocked) == list_sources(folder, SETTINGS)
