"""Ctrl-C as a terminal sends it, to every process of a run: it ends at once, quietly, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.plan import make_plan
from pipeline.run import build_version
from pipeline.settings import Settings
from pipeline.verdict import Verdict
from pipeline.version import open_version
from tests.made_records import PROSE

ROOT = Path(__file__).parent.parent.parent
LIMIT = 20.0
"""Seconds. On a machine with nothing else to do it takes one; without our own way to stop it takes minutes."""
pytestmark = pytest.mark.engine


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(12):
        text = "\n\n".join(PROSE.format(f"{number} {i}") for i in range(40))
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def output(documents: Path, suites: Path, tmp_path: Path) -> Path:
    """An output that serves a version."""
    publish(documents, tmp_path / "out", suites)
    (documents / "more.txt").write_text(PROSE.format("more"), encoding="utf-8")
    return tmp_path / "out"


def publish(documents: Path, output: Path, suites: Path) -> None:
    settings = Settings()
    build_version(make_plan(documents, output, settings, suites), settings, suites, lambda *_: Verdict(()))


def start(documents: Path, output: Path, environment: dict[str, str], *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "flows.cli", "run", str(documents), "--output", str(output), "--full", "--quiet"]
    return subprocess.Popen(
        [*command, "--set", "batch_documents=2", *more],
        env={**environment, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        cwd=output.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a group of its own, as a shell gives to a command
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,
    )


def alive(session: int) -> list[str]:
    """The command lines of the processes of a session."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.getsid(int(entry.name)) == session:
                state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
                found += [(entry / "cmdline").read_text().replace("\0", " ")] if state != "Z" else []
        except OSError:
            continue
    return found


def stop_when(run: subprocess.Popen[str], ready: Callable[[], bool]) -> tuple[str, str]:
    until = time.monotonic() + 240
    while not ready():
        assert run.poll() is None and time.monotonic() < until, f"it was never so far: {run.communicate()}"
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGINT)
    try:
        return run.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        raise AssertionError("it does not end") from None


def nothing_left(run: subprocess.Popen[str], output: Path) -> None:
    until = time.monotonic() + LIMIT
    while left := alive(run.pid):
        assert time.monotonic() < until, left
        time.sleep(0.05)
    assert [p.name for p in (output / ".staging").iterdir()] == []


def own_server(environment: dict[str, str], home: Path) -> dict[str, str]:
    """An environment in which the run starts a temporary server."""
    kept = {k: v for k, v in environment.items() if k not in ("PREFECT_API_URL", "PREFECT_SERVER_API_PORT")}
    return {**kept, "PREFECT_HOME": str(home)}


def test_ctrl_c_while_the_server_starts_ends_everything(
    documents: Path, output: Path, prefect_server: dict[str, str], tmp_path: Path
) -> None:
    before = open_version(output).name
    run = start(documents, output, own_server(prefect_server, tmp_path / "prefect"))
    said = stop_when(run, lambda: any("uvicorn" in line for line in alive(run.pid)))
    assert (run.returncode, *said) == (130, "", "stopped\n")
    nothing_left(run, output)
    assert open_version(output).name == before


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_while_batches_are_cleaned_ends_everything(
    workers: str, documents: Path, output: Path, prefect_server: dict[str, str], tmp_path: Path
) -> None:
    before = open_version(output).name
    run = start(documents, output, own_server(prefect_server, tmp_path / "prefect"), "--workers", workers)
    said = stop_when(run, lambda: any((output / ".staging").glob("*/work/clean-*")))
    assert (run.returncode, *said) == (130, "", "stopped\n")
    nothing_left(run, output)
    assert open_version(output).name == before and open_version(output).verify() == []


@pytest.mark.parametrize("moment", ["tables/sentences/*", "tables/report.html"])
def test_ctrl_c_later_leaves_a_whole_version_served_and_prefect_knows(
    moment: str,
    documents: Path,
    output: Path,
    suites: Path,
    prefect_server: dict[str, str],
    ask: Callable[..., Any],
) -> None:
    """While the tables are written and judged, and while the version is published."""
    before = open_version(output).name
    run = start(documents, output, prefect_server)
    out, error = stop_when(run, lambda: any((output / ".staging").glob(f"*/{moment}")))
    # It may have been done before the signal came; then it says nothing, being quiet.
    assert (run.returncode, out, error) in ((130, "", "stopped\n"), (0, "", ""))
    nothing_left(run, output)
    assert open_version(output).verify() == []
    begun = {"start_time": {"is_null_": False}}  # what a deployment has scheduled comes later than any run
    (last,) = ask("flow_runs/filter", flow_runs=begun, sort="START_TIME_DESC", limit=1)
    if run.returncode == 130:
        assert open_version(output).name == before or moment == "tables/report.html"
        assert last["state"]["type"] == "CANCELLED"
        publish(documents, output, suites)
    assert open_version(output).rows("documents") == 13
