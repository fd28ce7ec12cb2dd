"""What is an address, and runs over one: the same version as from a folder, and what was fetched is removed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.paths import check_apart, input_folder
from pipeline.plan import Plan, make_plan
from pipeline.read import list_sources
from pipeline.remote import RemoteFolder, folder_of
from pipeline.run import build_version
from pipeline.validation_process import ValidationProcess
from pipeline.version import open_version
from tests.object_store import SETTINGS, TEXT, Store, listed, put, put_folder, put_mixed, remote


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    return put_mixed(tmp_path / "mixed")


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
