"""Documents at an address: the same rows as from a folder, each object fetched once, and what a store may do wrong."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from flows.paths import check_apart, input_folder
from pipeline.durable import OutputError
from pipeline.errors import RejectedError, UsageError
from pipeline.model import Source, SourceStatus
from pipeline.pages import read_page
from pipeline.plan import Plan, make_plan
from pipeline.read import list_sources
from pipeline.remote import RemoteFolder, folder_of
from pipeline.remote_notes import read_notes, stamp_of
from pipeline.run import build_version
from pipeline.settings import ReadSettings, Settings
from pipeline.validation_process import ValidationProcess
from pipeline.version import open_version

SETTINGS = Settings()
TEXT = "The ministers met in Baku on Monday. They spoke of gas, of oil and of the railway to the north.\n"


class Store(MemoryFileSystem):
    """An object store in memory: it states an etag, counts what is fetched, and fails when told to."""

    protocol = "store"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    cachable = False
    fetched: ClassVar[Counter[str]] = Counter()
    failing: ClassVar[dict[str, list[Exception]]] = {}
    says: ClassVar[str] = "ETag"
    sizes: ClassVar[bool] = True
    grown: ClassVar[str] = ""

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(super()._strip_protocol(path.removeprefix("store:/")))

    def info(self, path: str, **given: Any) -> dict[str, Any]:
        found = dict(super().info(path, **given))
        return self._stated(found)

    def find(self, path: str, **given: Any) -> dict[str, Any]:
        found = super().find(path, **given)
        return {name: self._stated(dict(entry)) for name, entry in found.items()}

    def _stated(self, entry: dict[str, Any]) -> dict[str, Any]:
        if entry["type"] == "file" and self.says:
            content = self.store[entry["name"]].getvalue()
            entry[self.says] = hashlib.md5(content).hexdigest() if self.says == "ETag" else 1_000_000_000.0
        if not self.sizes:
            entry["size"] = None
        return entry

    def _open(self, path: str, mode: str = "rb", **given: Any) -> Any:
        if mode == "rb":
            name = path.removeprefix("/bucket/")
            self.fetched[name] += 1
            if self.failing.get(name):
                raise self.failing[name].pop(0)
        if mode == "rb" and self.grown:
            return io.BytesIO(self.store[path].getvalue() + self.grown.encode())
        return super()._open(path, mode, **given)


class Shelves(fsspec.AbstractFileSystem):
    """A store that lists a folder at a time, as most do, and does not always answer."""

    protocol = "shelves"
    cachable = False
    broken: ClassVar[set[str]] = set()

    def info(self, path: str, **given: Any) -> dict[str, Any]:
        return {"name": path, "type": "directory", "size": 0}

    def ls(self, path: str, detail: bool = True, **given: Any) -> list[Any]:
        name = self._strip_protocol(path)
        if name in self.broken:
            raise OSError(5, "no answer")
        deeper = {"name": f"{name}/deeper", "type": "directory", "size": 0}
        return [{"name": f"{name}/a.txt", "type": "file", "size": len(TEXT)}, *([deeper] if name == "root" else [])]

    def _open(self, path: str, mode: str = "rb", **given: Any) -> Any:
        return io.BytesIO(TEXT.encode())


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Store]]:
    fsspec.register_implementation("store", Store, clobber=True)
    monkeypatch.setattr("pipeline.remote._WAIT_SECONDS", 0.0)
    Store.store.clear()
    Store.pseudo_dirs[:] = [""]
    Store.failing.clear()
    Store.fetched.clear()
    Store.says, Store.sizes, Store.grown = "ETag", True, ""
    yield Store
    Store.store.clear()


def put(name: str, content: bytes | str) -> None:
    Store().pipe_file(f"/bucket/{name}", content.encode() if isinstance(content, str) else content)


def put_folder(folder: Path) -> None:
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        put(path.relative_to(folder).as_posix(), path.read_bytes())


def remote(tmp_path: Path) -> RemoteFolder:
    found = folder_of("store://bucket", tmp_path / "out" / ".cache")
    assert isinstance(found, RemoteFolder)
    return found


def listed(tmp_path: Path, settings: ReadSettings = SETTINGS.read) -> list[Source]:
    return list_sources(remote(tmp_path), settings, tmp_path / "out" / ".cache" / "listings")


def reasons(sources: list[Source]) -> dict[str, str | None]:
    return {source.source_path: source.reason for source in sources}


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder with one of each kind of input."""
    folder = tmp_path / "mixed"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "a.txt").write_text(TEXT)
    (folder / "b.html").write_text(f"<html><body><p>{TEXT}</p><p>{TEXT[::-1]}</p></body></html>")
    (folder / "deep" / "er" / "same.txt").write_text(TEXT)
    (folder / "deep" / "empty.txt").write_text(" \n")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8")
    (folder / "a.zip#7.txt").write_text(TEXT + "A name like a record's.")
    (folder / "lines.jsonl").write_text(json.dumps({"text": TEXT + "One."}) + "\n" + json.dumps({"text": TEXT}) + "\n{")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "x.txt").write_text(TEXT)
    with zipfile.ZipFile(folder / "pages.zip", "w") as archive:
        archive.writestr("news/c.txt", TEXT + "Two.")
    with tarfile.open(folder / "pages.tar.gz", "w:gz") as tar:
        member = tarfile.TarInfo("d.txt")
        member.size = len(TEXT)
        tar.addfile(member, io.BytesIO(TEXT.encode()))
    rows = {"text": [TEXT + "Three.", TEXT + "Four."], "url": ["https://a.example/1", None]}
    pq.write_table(pa.table(rows), folder / "rows.parquet")
    return folder


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


# --- what is an address -----------------------------------------------------------------------------


def test_a_folder_with_the_name_of_an_address_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a::b").mkdir()
    assert folder_of("a::b", tmp_path) == Path("a::b")
    assert folder_of("documents", tmp_path) == Path("documents")
    assert folder_of(f"file://{tmp_path}", tmp_path) == tmp_path


@pytest.mark.parametrize(
    ("address", "name"),
    [("s3://b/news/", "news"), ("gs://b", "b"), ("zip://::s3://b/a.zip", "a.zip"), ("x://b/?q=../..", "b")],
)
def test_a_run_is_called_after_the_last_part_of_its_address(tmp_path: Path, address: str, name: str) -> None:
    found = folder_of(address, tmp_path)
    assert isinstance(found, RemoteFolder) and found.name == name


def test_the_output_is_never_in_an_address(tmp_path: Path) -> None:
    check_apart(input_folder("store://bucket", tmp_path / "out"), tmp_path / "out")


# --- runs -------------------------------------------------------------------------------------------


def built(folder: Path | RemoteFolder, output: Path, suites: Path, validation: ValidationProcess) -> tuple[Plan, str]:
    plan = make_plan(folder, output, SETTINGS, suites)
    if plan.up_to_date:
        return plan, ""
    published = build_version(plan, SETTINGS, suites, validation.judge)
    return plan, published.digest


def test_a_version_built_from_an_address_is_that_built_from_a_folder(
    store: type[Store], mixed: Path, suites: Path, tmp_path: Path, validation: ValidationProcess
) -> None:
    put_folder(mixed)
    _, here = built(mixed, tmp_path / "here", suites, validation)
    _, there = built(remote(tmp_path), tmp_path / "out", suites, validation)
    assert here == there
    assert not (tmp_path / "out" / ".cache" / "objects").exists()

    store.fetched.clear()
    plan, _ = built(remote(tmp_path), tmp_path / "out", suites, validation)
    assert plan.up_to_date and not store.fetched

    (mixed / "a.txt").write_text(TEXT + "Now there is more.")
    put("a.txt", TEXT + "Now there is more.")
    _, here = built(mixed, tmp_path / "here", suites, validation)
    _, there = built(remote(tmp_path), tmp_path / "out", suites, validation)
    assert here == there
    # Files of records are read again for the copy that is the first now; what is kept is not.
    assert store.fetched["b.html"] == 0 and store.fetched["a.txt"] == 1


def test_objects_that_could_not_be_read_are_asked_for_by_the_next_run(
    store: type[Store], suites: Path, tmp_path: Path, validation: ValidationProcess
) -> None:
    put("a.txt", TEXT)
    put("b.txt", TEXT[::-1])
    plan = make_plan(remote(tmp_path), tmp_path / "out", SETTINGS, suites)
    remote(tmp_path).drop()
    store.failing["b.txt"] = [OSError(5, "reset by peer")] * 3
    build_version(plan, SETTINGS, suites, validation.judge)
    assert open_version(tmp_path / "out").rows("documents") == 1
    plan, digest = built(remote(tmp_path), tmp_path / "out", suites, validation)
    assert [s.source_path for s in plan.clean] == ["b.txt"] and digest
    plan, _ = built(remote(tmp_path), tmp_path / "out", suites, validation)
    assert plan.up_to_date


def test_what_was_fetched_is_removed_by_whatever_path_it_is_named(
    store: type[Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put("a.txt", TEXT)
    folder = folder_of("store://bucket", Path("out") / ".cache")
    assert isinstance(folder, RemoteFolder)
    list_sources(folder, SETTINGS.read)
    folder.resolve().drop()
    assert not Path("out/.cache/objects").exists()


def test_what_another_run_reads_is_not_removed(store: type[Store], tmp_path: Path) -> None:
    put("a.txt", TEXT)
    listed(tmp_path)
    code = (
        "import sys, tempfile, time; from filelock import FileLock\n"
        "lock = FileLock(sys.argv[1]); lock.acquire(); print('held', flush=True); time.sleep(60)"
    )
    other = tmp_path / "out" / ".cache" / "objects" / "other.user"
    with subprocess.Popen([sys.executable, "-c", code, str(other)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"held\n"
        remote(tmp_path).drop()
        assert other.parent.is_dir()
        process.kill()
    remote(tmp_path).drop()
    assert not other.parent.exists()


@pytest.mark.engine
def test_the_command_reads_an_address_on_two_workers(
    tmp_path: Path, seeds: Path, prefect_server: dict[str, str]
) -> None:
    """A zip is a file system of fsspec that other processes see too."""
    archive = Path(shutil.make_archive(str(tmp_path / "seeds"), "zip", seeds))
    outputs = []
    for source, output in ((f"zip://::{archive}", tmp_path / "there"), (str(seeds), tmp_path / "here")):
        call = [sys.executable, "-m", "flows.cli", "run", source, "--output", str(output), "--workers", "2", "--json"]
        env = {**prefect_server, "CORPUS_BATCH_DOCUMENTS": "2"}
        done = subprocess.run(call, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        outputs.append(json.loads(done.stdout))
    assert outputs[0]["version"] == outputs[1]["version"]
