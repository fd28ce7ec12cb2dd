"""Parts that break under a whole run: it ends with a clear state, the old version is served, the next run heals."""

from __future__ import annotations

import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.durable import OutputError
from pipeline.plan import make_plan
from pipeline.run import Run, build_version
from pipeline.settings import Settings
from pipeline.verdict import Verdict
from pipeline.version import open_version
from tests.made_records import PROSE

ROOT = Path(__file__).parent.parent.parent
MEGABYTE = 2**20
pytestmark = pytest.mark.engine


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(6):
        add(folder, f"{number}.txt")
    return folder


@pytest.fixture
def output(documents: Path, suites: Path, tmp_path: Path) -> Path:
    """An output that serves a version of the documents, to which one more is then added."""
    publish(documents, tmp_path / "out", suites)
    for number in range(6, 10):
        add(documents, f"{number}.txt")
    return tmp_path / "out"


def add(folder: Path, name: str) -> None:
    (folder / name).write_text("\n\n".join(PROSE.format(f"{name} {i}") for i in range(40)), encoding="utf-8")


def publish(folder: Path, output: Path, suites: Path) -> None:
    settings = Settings()
    build_version(make_plan(folder, output, settings, suites), settings, suites, lambda *_: Verdict(()))


def start(documents: Path, output: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "flows.cli", "run", str(documents), "--output", str(output), "--workers", "2"]
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return subprocess.Popen(
        [*command, "--set", "batch_documents=2", "--full"],
        env={**environment, "PYTHONPATH": path},
        cwd=output.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def heal(documents: Path, output: Path, environment: dict[str, str]) -> None:
    run = start(documents, output, environment)
    _, said = run.communicate(timeout=240)
    assert run.returncode == 0, said


def children(pid: int, mark: bytes) -> Iterator[int]:
    """The processes below `pid` whose command line holds `mark`."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    for child in parents:
        above = child
        while above in parents and above != pid:
            above = parents[above]
        try:
            if above == pid and child != pid and mark in Path(f"/proc/{child}/cmdline").read_bytes():
                yield child
        except OSError:
            continue


def kill_when(run: subprocess.Popen[str], mark: bytes, ready: Callable[[], bool]) -> int:
    """Kill the run's processes with `mark` when it is at work, and return how many there were."""
    until = time.monotonic() + 240
    while time.monotonic() < until and run.poll() is None:
        found = list(children(run.pid, mark))
        if found and ready():
            for pid in found:
                os.kill(pid, signal.SIGKILL)
            return len(found)
        time.sleep(0.02)
    raise AssertionError(f"no such process was at work: {run.communicate()}")


def at_work(output: Path) -> Callable[[], bool]:
    """Whether a batch of the run is begun."""
    return lambda: any((output / ".staging").glob("*/work/clean-*"))


def test_a_killed_worker_fails_the_run_and_the_next_run_heals(
    documents: Path, output: Path, prefect_server: dict[str, str]
) -> None:
    before = open_version(output).name
    run = start(documents, output, prefect_server)
    assert kill_when(run, b"spawn_main", at_work(output))
    _, said = run.communicate(timeout=240)
    assert run.returncode == 1, said
    assert "A worker process died" in said.splitlines()[-1]
    assert open_version(output).name == before
    heal(documents, output, prefect_server)
    assert open_version(output).rows("documents") == 10
    assert open_version(output).verify() == []


def test_a_lost_server_fails_the_run_and_the_next_run_heals(
    documents: Path, output: Path, prefect_server: dict[str, str], tmp_path: Path
) -> None:
    """The run has a temporary server of its own, which is killed when it is at work."""
    before = open_version(output).name
    own = {k: v for k, v in prefect_server.items() if k not in ("PREFECT_API_URL", "PREFECT_SERVER_API_PORT")}
    run = start(
        documents, output, {**own, "PREFECT_HOME": str(tmp_path / "prefect"), "PREFECT_CLIENT_MAX_RETRIES": "1"}
    )
    assert kill_when(run, b"uvicorn", at_work(output))
    _, said = run.communicate(timeout=240)
    served = open_version(output)
    assert served.verify() == []
    # It may have been so far that it could publish; if not, it says so and the old version stays.
    assert run.returncode == (0 if served.name != before else 1), said
    heal(documents, output, prefect_server)
    assert open_version(output).rows("documents") == 10


def locked(home: Path) -> None:
    """Hold the write lock of Prefect's database for longer than it waits for one, as another program may."""
    with sqlite3.connect(home / "prefect.db", timeout=60, isolation_level=None) as held:
        held.execute("BEGIN EXCLUSIVE")
        time.sleep(15)
        held.execute("ROLLBACK")
    held.close()


def deleted(home: Path) -> None:
    """Remove Prefect's database with what belongs to it."""
    files = list(home.glob("prefect.db*"))
    assert files
    for file in files:
        file.unlink()


@pytest.mark.parametrize("fault", [locked, deleted])
def test_a_locked_or_deleted_database_of_prefect_costs_at_most_this_run(
    fault: Callable[[Path], None], documents: Path, output: Path, prefect_server: dict[str, str], tmp_path: Path
) -> None:
    before = open_version(output).name
    own = {k: v for k, v in prefect_server.items() if k not in ("PREFECT_API_URL", "PREFECT_SERVER_API_PORT")}
    own |= {"PREFECT_HOME": str(tmp_path / "prefect"), "PREFECT_CLIENT_MAX_RETRIES": "1"}
    own |= {"PREFECT_SERVER_DATABASE_TIMEOUT": "5"}
    run = start(documents, output, own)
    until = time.monotonic() + 240
    while not at_work(output)():
        assert run.poll() is None and time.monotonic() < until, run.communicate()
        time.sleep(0.02)
    fault(tmp_path / "prefect")
    _, said = run.communicate(timeout=240)
    served = open_version(output)
    assert served.verify() == []
    assert run.returncode == (0 if served.name != before else 1), said
    assert [p.name for p in (output / ".staging").iterdir()] == []
    heal(documents, output, own)
    assert open_version(output).rows("documents") == 10


def test_a_disk_full_while_the_page_is_written_publishes_nothing(
    documents: Path, suites: Path, disk: Callable[[str], Path]
) -> None:
    output = disk("size=60m") / "out"
    publish(documents, output, suites)
    before = open_version(output).name
    add(documents, "more.txt")
    settings = Settings()
    with (
        pytest.raises((OutputError, OSError), match=r"(?i)space|full"),
        Run(make_plan(documents, output, settings, suites), settings, suites) as run,
    ):
        for label in run.batches:
            run.clean(label)
            run.tag(label)
        run.tabulate()
        fill(output)
        run.report(Verdict(()))
        run.publish(Verdict(()))
    (output / "ballast").unlink()
    assert open_version(output).name == before and open_version(output).verify() == []
    publish(documents, output, suites)
    assert open_version(output).rows("documents") == 7


def fill(folder: Path) -> None:
    """Take all the room that is left."""
    with (folder / "ballast").open("wb", buffering=0) as file:
        for size in (MEGABYTE, 4_096, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue


@pytest.mark.parametrize("kind", ["txt", "html"])
def test_a_document_of_100_megabytes_is_rejected_within_a_gigabyte(kind: str, documents: Path, tmp_path: Path) -> None:
    with (documents / f"huge.{kind}").open("w", encoding="utf-8") as file:
        for _ in range(100):
            file.write(f"<p>{PROSE}</p>\n" * (MEGABYTE // (len(PROSE) + 8)))
    source, output = str(documents), str(tmp_path / "out")
    run = [sys.executable, str(ROOT / "tests" / "building.py"), source, output, "1", "sorted"]
    done = subprocess.run(
        run,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (1_000 * MEGABYTE, 1_000 * MEGABYTE)),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = {row["source_path"]: row for row in open_version(tmp_path / "out").table("sources").to_pylist()}
    assert (rows[f"huge.{kind}"]["status"], rows[f"huge.{kind}"]["reason"]) == ("rejected", "too_large")
    assert open_version(tmp_path / "out").rows("documents") == 6


def test_a_server_that_does_not_answer_is_said_in_a_sentence(documents: Path, tmp_path: Path) -> None:
    """Prefect prints a traceback of seventy lines."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}/api"
    call = [sys.executable, "-m", "flows.cli", "run", str(documents), "--output", str(tmp_path / "new")]
    env = {**os.environ, "PREFECT_API_URL": address, "PREFECT_HOME": str(tmp_path / "home")}
    done = subprocess.run(call, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"failed: no Prefect server answers at {address}.")
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "new" / "versions").iterdir())
