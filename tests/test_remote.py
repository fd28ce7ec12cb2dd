"""Documents at an address: the same rows as from a folder, each object fetched once, and what a store may do wrong."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import fsspec
import pytest

from pipeline.durable import OutputError
from pipeline.errors import RejectedError, UsageError
from pipeline.model import SourceStatus
from pipeline.pages import read_page
from pipeline.read import list_sources
from pipeline.remote import folder_of
from pipeline.remote_notes import read_notes, stamp_of
from pipeline.settings import ReadSettings
from tests.object_store import SETTINGS, TEXT, Shelves, Store, listed, put, put_folder, put_mixed, reasons, remote


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    return put_mixed(tmp_path / "mixed")


def test_an_address_gives_the_rows_that_a_folder_gives(store: type[Store], mixed: Path, tmp_path: Path) -> None:
    put_folder(mixed)
    assert listed(tmp_path) == list_sources(mixed, SETTINGS.read)


def test_every_object_is_fetched_once_and_read_from_here(store: type[Store], mixed: Path, tmp_path: Path) -> None:
    put_folder(mixed)
    sources = listed(tmp_path)
    for source in sources:
        if source.status is SourceStatus.PUBLISHED:
            assert read_page(remote(tmp_path), source, SETTINGS.read) == read_page(mixed, source, SETTINGS.read)
    assert set(store.fetched.values()) == {1}
    # What is no input by its name is not fetched at all.
    assert "photo.jpg" not in store.fetched and ".hidden/x.txt" not in store.fetched


def test_what_did_not_change_is_not_fetched_again(store: type[Store], mixed: Path, tmp_path: Path) -> None:
    put_folder(mixed)
    first = listed(tmp_path)
    remote(tmp_path).drop()
    store.fetched.clear()
    assert listed(tmp_path) == first
    assert not store.fetched


@pytest.mark.parametrize("says", ["ETag", "mtime", ""])
def test_a_changed_object_is_seen(store: type[Store], tmp_path: Path, says: str) -> None:
    put("a.txt", TEXT)
    put("b.txt", TEXT + "One.")
    store.says = says
    before = {s.source_path: s.source_sha256 for s in listed(tmp_path)}
    put("b.txt", TEXT + "Two words.")  # of another length: an old time of change says nothing of the content
    store.fetched.clear()
    after = {s.source_path: s.source_sha256 for s in listed(tmp_path)}
    assert after["a.txt"] == before["a.txt"]
    assert after["b.txt"] == hashlib.sha256((TEXT + "Two words.").encode()).hexdigest()
    # A store that says nothing of its objects is asked for all of them.
    assert set(store.fetched) == ({"b.txt"} if says else {"a.txt", "b.txt"})


@pytest.mark.parametrize(
    ("info", "trusted"),
    [
        ({"ETag": '"abc"', "LastModified": 0}, True),
        ({"generation": 17}, True),
        ({"mtime": 900.0}, True),
        ({"mtime": 941.0}, False),  # a store that tells seconds may change it again in this one
        ({"Last-Modified": "Thu, 01 Jan 1970 00:01:00 GMT"}, True),
        ({"Last-Modified": "yesterday"}, False),
        ({"size": 12}, False),
        ({}, False),
    ],
)
def test_a_stamp_is_what_tells_a_change(info: dict[str, Any], trusted: bool) -> None:
    assert (stamp_of(info, 1_000.0) is not None) is trusted


def test_notes_that_are_damaged_cost_a_fetch(store: type[Store], tmp_path: Path) -> None:
    put("a.txt", TEXT)
    first = listed(tmp_path)
    (path,) = (tmp_path / "out" / ".cache").glob("remote-*.parquet")
    assert list(read_notes(path.parent, "store://bucket")) == ["a.txt"]
    assert read_notes(path.parent, "store://other") == {}
    path.write_bytes(path.read_bytes()[:-9])
    assert listed(tmp_path) == first
    assert store.fetched["a.txt"] == 2


def test_full_fetches_everything_anew(store: type[Store], tmp_path: Path) -> None:
    put("a.txt", TEXT)
    listed(tmp_path)
    fresh = folder_of("store://bucket", tmp_path / "out" / ".cache", fresh=True)
    list_sources(fresh, SETTINGS.read)
    assert store.fetched["a.txt"] == 2


# --- what goes wrong --------------------------------------------------------------------------------


def test_an_object_that_vanishes_is_a_row_with_its_reason(store: type[Store], tmp_path: Path) -> None:
    put("a.txt", TEXT)
    put("b.txt", TEXT + "One.")
    store.failing["b.txt"] = [FileNotFoundError(2, "No such key")]
    assert reasons(listed(tmp_path)) == {"a.txt": None, "b.txt": "unreadable"}


@pytest.mark.parametrize("error", [OSError(5, "reset by peer"), RuntimeError("signature does not match")])
def test_a_failing_network_is_tried_again(store: type[Store], tmp_path: Path, error: Exception) -> None:
    put("a.txt", TEXT)
    store.failing["a.txt"] = [error, error]
    assert reasons(listed(tmp_path)) == {"a.txt": None}
    store.failing["a.txt"] = [error, error, error]
    assert reasons(list_sources(folder_of("store://bucket", tmp_path / "other"), SETTINGS.read)) == {
        "a.txt": "unreadable"
    }


def test_an_object_that_changes_before_it_is_read_is_a_row(store: type[Store], tmp_path: Path) -> None:
    put("a.txt", TEXT)
    put("b.jsonl", json.dumps({"text": TEXT}))
    one, line = listed(tmp_path)
    remote(tmp_path).drop()
    with pytest.raises(RejectedError) as caught:  # the mark of the file of records went with what was fetched
        read_page(remote(tmp_path), line, SETTINGS.read)
    assert caught.value.reason == "changed"
    put("a.txt", TEXT + "More.")
    with pytest.raises(RejectedError) as caught:
        read_page(remote(tmp_path), one, SETTINGS.read)
    assert caught.value.reason == "changed"
    Store().rm_file("/bucket/a.txt")
    with pytest.raises(RejectedError) as caught:
        read_page(remote(tmp_path), one, SETTINGS.read)
    assert caught.value.reason == "unreadable"


def test_an_object_over_its_cap_is_not_fetched(store: type[Store], tmp_path: Path) -> None:
    put("a.txt", TEXT)
    assert reasons(listed(tmp_path, ReadSettings(max_bytes=20))) == {"a.txt": "too_large"}
    assert not store.fetched


def test_an_object_of_unknown_size_is_read_to_its_cap(store: type[Store], tmp_path: Path) -> None:
    put("a.txt", TEXT)
    store.sizes = False
    assert reasons(listed(tmp_path)) == {"a.txt": None}
    (found,) = listed(tmp_path, ReadSettings(max_bytes=20))
    assert (found.reason, found.source_sha256) == ("too_large", None)


def test_an_object_that_was_replaced_while_it_was_listed_is_not_noted(store: type[Store], tmp_path: Path) -> None:
    put("a.txt", TEXT)
    real, store.grown = TEXT, "And more."
    (first,) = listed(tmp_path)
    assert first.source_sha256 == hashlib.sha256((real + "And more.").encode()).hexdigest()
    store.grown = ""
    (second,) = listed(tmp_path)  # as it was: the same etag, and not what was fetched under it
    assert second.source_sha256 == hashlib.sha256(real.encode()).hexdigest()


def test_a_listing_that_is_cut_off_keeps_what_it_knows(store: type[Store], tmp_path: Path) -> None:
    for name in "abc":
        put(f"{name}.txt", TEXT + name)
    listed(tmp_path)
    put("d.txt", TEXT + "d")
    walk = remote(tmp_path).walk(lambda _: 1_000)
    assert next(walk)[0] == "a.txt"
    walk.close()  # type: ignore[attr-defined]
    store.fetched.clear()
    listed(tmp_path)
    assert set(store.fetched) <= {"d.txt"}


def test_a_disk_that_is_full_is_no_unreadable_object(
    store: type[Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("a.txt", TEXT)
    real = os.replace

    def full(source: Any, target: Any) -> None:
        if ".fetched-" in str(source):
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutputError, match="No space left"):
        listed(tmp_path)
    assert not list((tmp_path / "out").rglob(".fetched-*"))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("store://bucket/nothing", "there is nothing at store://bucket/nothing"),
        ("nobody://knows/it", "Protocol not known"),
        ("zip://::/no/such/file.zip", "there is nothing at"),
        ("github://a-b:c/d", "cannot be opened|there is nothing|not installed"),
    ],
)
def test_a_wrong_address_says_what_is_wrong(
    store: type[Store], tmp_path: Path, address: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("requests.sessions.Session.request", lambda *_, **__: (_ for _ in ()).throw(OSError("no net")))
    with pytest.raises(UsageError, match=said):
        list_sources(folder_of(address, tmp_path), SETTINGS.read)


@pytest.mark.parametrize("broken", ["root", "root/deeper"])
def test_a_folder_that_does_not_answer_is_no_empty_folder(tmp_path: Path, broken: str) -> None:
    fsspec.register_implementation("shelves", Shelves, clobber=True)
    Shelves.broken.clear()
    folder = folder_of("shelves://root", tmp_path)
    assert [s.source_path for s in list_sources(folder, SETTINGS.read)] == ["a.txt", "deeper/a.txt"]
    Shelves.broken.add(broken)
    with pytest.raises(UsageError, match="no answer"):
        list_sources(folder, SETTINGS.read)


def test_an_address_that_lists_nothing_is_a_wrong_call(store: type[Store], tmp_path: Path) -> None:
    Store().mkdir("/bucket")
    with pytest.raises(UsageError, match="lists nothing"):
        listed(tmp_path)


def test_a_driver_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(UsageError, match="Install s3fs"):
        list_sources(folder_of("s3://bucket/prefix", tmp_path), SETTINGS.read)


def test_a_password_in_an_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds a password") as caught:
        folder_of("ftp://me:secret@host/folder", tmp_path)
    assert "secret" not in str(caught.value)
