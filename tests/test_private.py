"""What a run keeps for itself nobody else on the machine can read or reach, whatever the umask."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows import serve
from flows.environment import prepare_environment
from pipeline.publish import open_staging


@pytest.fixture
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def others(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode) & 0o077


@pytest.mark.usefixtures("no_umask")
def test_what_is_staged_is_its_owners_only(tmp_path: Path) -> None:
    with open_staging(tmp_path) as staging:
        assert others(staging.root) == 0


class Started:
    """Stands for the process that would be started, and keeps how."""

    calls: list[list[str]]

    def __init__(self, command: list[str], **_: Any) -> None:
        Started.calls = [command]

    def terminate(self) -> None: ...

    kill = terminate

    def wait(self, _seconds: float | None = None) -> int:
        return 0


@pytest.mark.usefixtures("no_umask")
def test_the_server_of_a_schedule_listens_on_loopback_and_its_log_is_its_owners_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setattr(subprocess, "Popen", Started)
    monkeypatch.setattr(serve, "_wait_until_healthy", lambda *_: None)
    with serve.local_server(tmp_path / "log") as address:
        assert address.startswith("http://127.0.0.1:")
    (command,) = Started.calls
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert others(tmp_path / "log") == 0


def test_the_temporary_server_of_a_run_is_told_to_listen_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.environ", {})
    prepare_environment()
    assert os.environ["PREFECT_SERVER_API_HOST"] == "127.0.0.1"
