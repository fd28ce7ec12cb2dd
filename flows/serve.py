"""The scheduled reprocessing: one deployment of the build flow, on a local Prefect server.

Runs never overlap: a run that falls due while another works is cancelled, since the next one sees the
same files. A run that finds nothing new ends at once, so runs that were missed cost little.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from flows.stopping import on_stop, pause_deployment, stop_children
from pipeline.errors import PipelineError, UsageError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.remote import RemoteFolder

DEPLOYMENT = "reprocess"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def serve(
    source: Path | RemoteFolder, output: Path, every: timedelta | None, cron: str | None, settings: Settings
) -> None:
    """Serve the build flow on a schedule until stopped. PREFECT_API_URL must name a running server."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.types.entrypoint import EntrypointType

    from flows.build import build

    parameters = {
        "source": str(source.resolve() if isinstance(source, Path) else source.url),
        "output": str(output.resolve()),
        "settings": settings.model_dump(mode="json"),
    }
    with on_stop(partial(stop_children, partial(pause_deployment, f"{build.name}/{DEPLOYMENT}"))):
        build.serve(
            name=DEPLOYMENT,
            interval=every,
            cron=cron,
            parameters=parameters,
            tags=["corpus", "scheduled"],
            description=f"Bring {output} up to date with {source}.",
            global_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
            limit=1,
            entrypoint_type=EntrypointType.MODULE_PATH,
            print_starting_message=False,
        )


@contextmanager
def local_server(log: Path, port: int | None = None) -> Iterator[str]:
    """Use the Prefect server the environment names, or start one on loopback; yield its API address.

    A server that was started here is stopped on leaving. `log` is the file for what it prints.
    """
    named = os.environ.get("PREFECT_API_URL")
    if named:
        yield named
        return
    port = port or _free_port()
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    address = f"http://127.0.0.1:{port}/api"
    # The page asks port 4200 unless it is told; a server on another port would show an empty page.
    environment = {**os.environ, "PREFECT_SERVER_UI_API_URL": address}
    # For its user only: it names folders and documents.
    with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        # A session of its own: Ctrl-C goes to us first, and the server is stopped after the runner.
        server = subprocess.Popen(
            command, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        # Killed at Ctrl-C, and last: it still hears which run was cancelled. SQLite loses nothing by that.
        with on_stop(server.kill, last=True):
            _wait_until_healthy(address, server, log)
            os.environ["PREFECT_API_URL"] = address
            yield address
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def parse_interval(text: str) -> timedelta:
    """Return the time span that "15s", "30m", "1h" or "2d" means.

    >>> parse_interval("90m")
    datetime.timedelta(seconds=5400)
    """
    match = re.fullmatch(r"(\d{1,6})\s*([smhd])", text.strip())
    if match is None or int(match[1]) == 0:
        raise UsageError(f"{text!r} is no interval. Write a number and a unit: 15s, 30m, 1h or 2d.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def check_cron(text: str) -> None:
    """Raise UsageError unless Prefect, which will read it, understands a cron line."""
    from prefect.client.schemas.schedules import CronSchedule

    try:
        CronSchedule(cron=text)
    except ValueError:
        raise UsageError(
            f'{text!r} is no cron line. Write minute, hour, day, month and weekday: "0 6 * * *" is 6:00 every day.'
        ) from None


def _free_port() -> int:
    """Return 4200, Prefect's own port, or another when it is taken."""
    for wanted in (4200, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise PipelineError("no free port on 127.0.0.1")


def _wait_until_healthy(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1_800):
        if server.poll() is not None:
            printed = log.read_text(encoding="utf-8", errors="replace")[-2_000:]
            raise PipelineError(f"the Prefect server ended with {server.returncode}: {printed}")
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise PipelineError(f"the Prefect server at {address} did not answer within 180 s; see {log}")
