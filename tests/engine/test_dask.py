"""Batches on a real Dask cluster on loopback, of which a worker is killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flows.workers import Engine, open_pool
from pipeline.errors import UsageError
from pipeline.version import open_version

ROOT = Path(__file__).parent.parent.parent
Corpus = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.engine


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[Path, list[subprocess.Popen[bytes]]]]:
    """The file that names a scheduler, and its two workers."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    file = tmp_path / "scheduler.json"

    def start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"]
        with (tmp_path / f"{module}-{len(started)}.log").open("wb") as log:
            return subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=log, stderr=subprocess.STDOUT)

    started: list[subprocess.Popen[bytes]] = []
    started.append(start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)))
    for _ in range(2):
        started.append(start("dask_worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-nanny"))
    try:
        yield file, started[1:]
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def test_a_cluster_that_loses_a_worker_publishes_the_same_bytes(
    cluster: tuple[Path, list[subprocess.Popen[bytes]]], corpus: Corpus, built: Path, seeds: Path, tmp_path: Path
) -> None:
    file, workers = cluster
    output, config = tmp_path / "out", tmp_path / "corpus.toml"
    config.write_text("batch_documents = 1\n")
    _until(file.exists, workers)
    address = _address(file)
    arguments = ("--output", output, "--settings", config, "--engine", "dask", "--dask-address", address)
    with ThreadPoolExecutor(1) as thread:
        run = thread.submit(corpus, "run", seeds, *arguments)
        _until(lambda: run.done() or any(output.glob(".staging/*/work/*/cleaned")), workers)
        workers[0].send_signal(signal.SIGKILL)
        result = run.result()
    assert result.returncode == 0, result.stderr
    assert "; 5 cleaned" in result.stdout
    assert workers[0].wait(20) == -signal.SIGKILL
    assert workers[1].poll() is None
    assert open_version(output).digest == open_version(built).digest


def test_dask_that_is_not_installed_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'corpus-pipeline\[dask\]'"):
        open_pool(Engine.DASK, 1)


def _address(file: Path) -> str:
    return str(json.loads(file.read_text())["address"])


def _until(happened: Callable[[], object], processes: list[subprocess.Popen[bytes]]) -> None:
    for _ in range(3_000):
        if happened():
            return
        assert all(p.poll() is None for p in processes), "the cluster died before"
        time.sleep(0.05)
    raise AssertionError("it did not happen within 150 s")
