"""Prefect's settings for this product, set before Prefect is imported.

`[tool.prefect]` in pyproject.toml is read only inside the repository; an installed `corpus` runs from
any folder. A user's own environment wins.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.errors import PipelineError

_DEFAULTS = {
    # A temporary server needs up to 50 s to start on a loaded machine, and Prefect gives up after 20.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    # Analytics calls out, and once failed a first run with "database is locked".
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "DO_NOT_TRACK": "1",
    # All runs of a user share one SQLite file; on a loaded machine 10 s were too few and a whole traceback was printed.
    "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
    # Its recorder writes what becomes of a task event by event, a transaction each, while the run writes too: half of
    # what the server costs a run, and where SQLite is found locked. Now every second, and what waits when it ends.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    # Results are passed in memory and as paths. A persisted result is a pickle, which can run code.
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
    "PREFECT_SERVER_API_HOST": "127.0.0.1",
    "GX_ANALYTICS_ENABLED": "False",
}


def prepare_environment() -> None:
    """Set what is not set yet."""
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)


class _Without:
    """A finder that finds no pandas."""

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        """Raise where a module is looked for that is not wanted."""
        if name == "pandas":
            raise ModuleNotFoundError(f"{name} is not for this process", name=name)


def leave_pandas_out() -> None:
    """Let no import find pandas from now on; for a process that is all ours.

    Arrow imports it to look at the first list that it is given: 0.25 CPU seconds and 33 MB a process. Nothing needs it
    but validation, which has a process of its own.
    """
    sys.meta_path.insert(0, _Without())


def use_plain_memory() -> None:
    """Let Arrow take its memory from the system's allocator; call it before Arrow is imported, in a process all ours.

    Its own allocator keeps much of what was freed: for 100,000 short documents the command took 406 MB with it and 333
    without, the validation 421 and 355, in about the same time.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def hush_own_server() -> None:
    """Keep the log of the server that a run starts for itself off the terminal; call it before Prefect is imported.

    In two of four runs of forty seconds its recorder met a locked database, printed two hundred lines of traceback, and
    tried again with success. What the run needs of its server and does not get is raised in the run.
    """
    os.environ.setdefault("PREFECT_SERVER_LOGGING_LEVEL", "CRITICAL")


@contextmanager
def reaching_server() -> Iterator[None]:
    """Say in a sentence that the server that the environment names does not answer."""
    try:
        yield
    except RuntimeError as error:
        if "Failed to reach API" not in str(error):
            raise
        raise PipelineError(
            f"no Prefect server answers at {os.environ.get('PREFECT_API_URL', 'its address')}. Start it, or unset "
            "PREFECT_API_URL: a run without it starts one of its own. Nothing was published."
        ) from None


def say_errors_once() -> None:
    """Keep what Prefect says of a failing run off the terminal; call it when Prefect is imported.

    The command says in a sentence what failed, and Prefect would print the whole traceback before it, once for the task
    and once for the run. Its server gets these records all the same and shows them on the run's page.
    """
    for name in ("prefect.flow_runs", "prefect.task_runs"):
        logger = logging.getLogger(name)
        logger.propagate = False
