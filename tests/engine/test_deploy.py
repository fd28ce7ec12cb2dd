"""prefect.yaml, as someone who runs Prefect with work pools uses it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.version import open_version

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.engine


def test_a_worker_runs_the_deployment_with_the_parameters_it_is_given(
    prefect_server: dict[str, str], ask: Callable[..., Any], built: Path, seeds: Path, tmp_path: Path
) -> None:
    here = tmp_path / "repository"
    shutil.copytree(ROOT / "flows", here / "flows", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "prefect.yaml", here)
    environment = {**prefect_server, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(here)])}

    def prefect(*arguments: str) -> None:
        command = [sys.executable, "-m", "prefect", "--no-prompt", *arguments]
        done = subprocess.run(command, env=environment, cwd=here, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr

    output = tmp_path / "out"
    prefect("work-pool", "create", "corpus", "--type", "process")
    prefect("deploy", "--name", "reprocess")
    parameters = [f"--param=source={seeds}", f"--param=output={output}", f"--param=expectations={ROOT}/expectations"]
    prefect("deployment", "run", "build-corpus/reprocess", *parameters)
    prefect("worker", "start", "--pool", "corpus", "--run-once")
    assert open_version(output).digest == open_version(built).digest
    deployment = next(d for d in ask("deployments/filter") if d["work_pool_name"] == "corpus")
    assert deployment["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert [s["schedule"]["cron"] for s in deployment["schedules"]] == ["0 6 * * *"]
    completed = {"state": {"type": {"any_": ["COMPLETED"]}}}
    (run,) = ask("flow_runs/filter", deployments={"id": {"any_": [deployment["id"]]}}, flow_runs=completed)
    assert run["parameters"]["source"] == str(seeds)
    assert {"corpus", "scheduled"} <= set(run["tags"])
    # `corpus serve` gives its deployment the same name, and other tests use this server.
    prefect("deployment", "delete", "build-corpus/reprocess")
