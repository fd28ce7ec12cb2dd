"""Fixtures shared by all tests. The seeds are the only real documents; everything else is made."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from pipeline.publish import Published
from pipeline.settings import Settings
from pipeline.validation_process import ValidationProcess
from tests.made_runs import SETTINGS, Build, plan_for
from tests.object_store import Store

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
SUITES = ROOT / "expectations"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regold", action="store_true", help="rewrite tests/golden from what the code does now")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts a server or process, so that `-m "not engine"` is the suite that takes seconds."""
    for item in items:
        starts = {"validation", "prefect_server"} & set(getattr(item, "fixturenames", ()))
        if starts or "crash" in item.path.parts:
            item.add_marker(pytest.mark.engine)


@pytest.fixture(scope="session")
def seeds() -> Path:
    return SEEDS


@pytest.fixture(scope="session")
def suites() -> Path:
    return SUITES


@pytest.fixture(scope="session")
def validation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValidationProcess]:
    """Great Expectations in a process of its own; its import is paid once."""
    with ValidationProcess(tmp_path_factory.mktemp("validation") / "log") as process:
        yield process


@pytest.fixture
def build(validation: ValidationProcess) -> Build:
    """Build a version of a folder with the plain functions."""
    from pipeline.run import build_version

    def call(
        folder: Path, output: Path, suites: Path, settings: Settings = SETTINGS, *, full: bool = False
    ) -> Published:
        plan = plan_for(folder, output, suites, settings, full=full)
        return build_version(plan, settings, suites, validation.judge)

    return call


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, validation: ValidationProcess) -> Path:
    """The output folder of one run over the seeds, made by the plain functions. Read it, never write it."""
    from pipeline.plan import make_plan
    from pipeline.run import build_version
    from pipeline.settings import Settings

    output = tmp_path_factory.mktemp("built")
    settings = Settings()
    build_version(make_plan(SEEDS, output, settings, SUITES), settings, SUITES, validation.judge)
    return output


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory, validation: ValidationProcess) -> Path:
    """An output folder with two versions: of four seeds, then of all five. Read it, never write it."""
    from pipeline.plan import make_plan
    from pipeline.run import build_version
    from pipeline.settings import Settings

    folder, output = tmp_path_factory.mktemp("documents"), tmp_path_factory.mktemp("grown")
    settings = Settings()
    first, *others = sorted(SEEDS.iterdir())
    for added in (others, [first]):
        for path in added:
            shutil.copy(path, folder)
        build_version(make_plan(folder, output, settings, SUITES), settings, SUITES, validation.judge)
    return output


@pytest.fixture
def corpus_folder(tmp_path: Path) -> Path:
    """A folder of the caller's own with copies of the seeds."""
    folder = tmp_path / "documents"
    shutil.copytree(SEEDS, folder)
    return folder


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A real Prefect server on loopback with a database of its own; yields the environment that uses it."""
    from flows.environment import prepare_environment

    home = tmp_path_factory.mktemp("prefect")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    before = dict(os.environ)
    prepare_environment()
    environment = {**os.environ, "PREFECT_HOME": str(home), "PREFECT_SERVER_API_PORT": str(port)}
    os.environ.clear()
    os.environ.update(before)
    log = (home / "server.log").open("wb")
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/health", server, home / "server.log")
        yield {**environment, "PREFECT_API_URL": f"http://127.0.0.1:{port}/api"}
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1_200):
        if server.poll() is not None:
            raise AssertionError(f"the Prefect server ended: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the Prefect server did not answer within 120 s")


@pytest.fixture
def ask(prefect_server: dict[str, str]) -> Callable[..., Any]:
    """Ask the server's API, as its page does: `ask("flow_runs/filter", limit=1)`."""

    def post(path: str, **body: Any) -> Any:
        request = urllib.request.Request(
            f"{prefect_server['PREFECT_API_URL']}/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    return post


@pytest.fixture
def corpus(prefect_server: dict[str, str], tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Call the `corpus` command in a process of its own, with a real server, from an empty folder."""

    def call(*arguments: object, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "flows.cli", *map(str, arguments)]
        return subprocess.run(
            command,
            env={**prefect_server, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=300,
        )

    return call


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
