"""The schedule on a real Prefect server on loopback: seen to fire, and everything it started stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.serve import parse_interval
from pipeline.errors import UsageError
from pipeline.version import list_versions, open_version, served_version

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(("text", "seconds"), [("15s", 15), ("30m", 1_800), ("1h", 3_600), ("2d", 172_800)])
def test_an_interval_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert parse_interval(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "0s", "1", "h", "1w", "-1h", "1h30m"])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="interval"):
        parse_interval(text)


@pytest.mark.engine
def test_scheduled_runs_fire_and_publish_what_was_added(
    prefect_server: dict[str, str], ask: Callable[..., Any], seeds: Path, tmp_path: Path
) -> None:
    def completed() -> list[Any]:
        state = {"type": {"any_": ["COMPLETED"]}}
        return list(ask("flow_runs/filter", flow_runs={"state": state, "tags": {"all_": ["scheduled"]}}))

    documents, output = tmp_path / "documents", tmp_path / "out"
    documents.mkdir()
    first, second = sorted(seeds.iterdir())[:2]
    shutil.copy(first, documents)
    environment = {**prefect_server, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    command = [sys.executable, "-m", "flows.cli", "serve", str(documents), "--output", str(output), "--every", "15s"]
    with (tmp_path / "serve.log").open("wb") as log:
        served = subprocess.Popen(
            command, env=environment, cwd=tmp_path, stdout=log, stderr=subprocess.STDOUT, preexec_fn=_hear_ctrl_c
        )
    try:
        # A version stands in its folder a moment before it is served.
        _wait(lambda: served_version(output), served, tmp_path / "serve.log")
        assert open_version(output).documents().num_rows == 1
        shutil.copy(second, documents)
        _wait(lambda: open_version(output).documents().num_rows == 2, served, tmp_path / "serve.log")
        assert len(list_versions(output)) == 2
        # A run that finds nothing new completes and publishes nothing.
        _wait(lambda: len(completed()) >= 3, served, tmp_path / "serve.log")
        assert len(list_versions(output)) == 2
    finally:
        served.send_signal(signal.SIGINT)
        try:
            served.wait(60)
        except subprocess.TimeoutExpired:
            served.kill()
            served.wait()
    assert served.returncode == 130
    names = {d["name"]: d for d in ask("deployments/filter")}
    assert names["reprocess"]["paused"]  # stopped serving: nothing falls due that nobody runs
    assert names["reprocess"]["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"


def _hear_ctrl_c() -> None:
    """Undo what a shell does to commands in the background: they, and all they start, would ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _wait(happened: Callable[[], object], process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1_800):
        if happened():
            return
        assert process.poll() is None, log.read_text()[-3000:]
        time.sleep(0.1)
    raise AssertionError(f"it did not happen within 180 s: {log.read_text()[-3000:]}")
