"""Where a batch's work is done: in this process, in worker processes, or on a Dask cluster.

A Prefect task on a thread waits for the worker; the worker imports only `pipeline`, which saves the
four CPU seconds and 100 MB that Prefect costs in every process of a process-pool task runner. A cluster's
workers must see the input and output folders under the same paths, and have this product installed.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from enum import StrEnum
from types import TracebackType
from typing import Any, ParamSpec, Protocol, Self, TypeVar

from flows.environment import leave_pandas_out
from pipeline.errors import PipelineError, UsageError

P = ParamSpec("P")
R = TypeVar("R")

_DASK_RETRIES = 3
# A batch whose worker is lost is made again elsewhere, and this often where it raised: a shared folder may hiccup.
_DASK_SECONDS = 30


class Engine(StrEnum):
    """What runs the batches."""

    PROCESS = "process"
    DASK = "dask"


class Pool(Protocol):
    """Runs calls on workers; a context manager."""

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return `function(*args, **kwargs)`, computed on a worker."""

    def __enter__(self) -> Self:
        """Return the pool."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the workers go."""


def open_pool(engine: Engine, count: int, address: str | None = None) -> Pool:
    """Return `count` workers of an engine; with `address`, those of the Dask cluster whose scheduler is there."""
    return DaskWorkers(count, address) if engine is Engine.DASK else Workers(count)


class Workers:
    """Run calls on `count` processes, or here when one is enough; a context manager."""

    def __init__(self, count: int) -> None:
        """Start nothing yet. `count` is at least 1."""
        self._pool: ProcessPoolExecutor | None = None
        # Here batches are made one at a time: ten on threads load what they need ten times, and hold ten batches.
        self._here = threading.Lock()
        if count > 1:
            # Spawned, not forked: the parent has threads (Prefect's) and a fork would copy their locks.
            self._pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _begin)

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return `function(*args, **kwargs)`, computed on a worker."""
        if self._pool is None:
            with self._here:
                return function(*args, **kwargs)
        try:
            return self._pool.submit(function, *args, **kwargs).result()
        except BrokenProcessPool as error:
            raise PipelineError(
                "A worker process died; the system kills what takes too much memory. Nothing was published. Run again, "
                "with fewer --workers or a smaller batch_documents: batches that were finished are taken over."
            ) from error

    def __enter__(self) -> Self:
        """Return the workers."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the processes; on an error or Ctrl-C at once, whatever they are doing."""
        if self._pool is None:
            return
        if kind is not None:
            for worker in multiprocessing.active_children():
                worker.terminate()
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)


class DaskWorkers:
    """Run calls on the workers of a Dask cluster, or of one that is started here."""

    def __init__(self, count: int, address: str | None = None) -> None:
        """Connect to the scheduler at `address` ("tcp://host:8786"); without one, start `count` workers here."""
        try:
            import distributed
        except ImportError:
            raise UsageError(
                "--engine dask needs Dask, which is not installed: pip install 'corpus-pipeline[dask]'"
            ) from None
        # What the cluster says when workers come and go is no news to who called this.
        logging.getLogger("distributed").setLevel(logging.ERROR)
        client: Any = distributed.Client
        try:
            if address:
                self._client: Any = client(address, timeout=_DASK_SECONDS, set_as_default=False)
            else:
                # No dashboard: nothing listens but on loopback, and no port is taken that another may want.
                self._client = client(
                    n_workers=count, threads_per_worker=1, dashboard_address=None, set_as_default=False
                )
        except OSError as error:
            raise PipelineError(f"no Dask scheduler answered at {address}: {error}") from error

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return `function(*args, **kwargs)`, computed on a worker."""
        # Not pure: equal calls are not to be taken for one, and no result is kept for a later run.
        future = self._client.submit(function, *args, **kwargs, pure=False, retries=_DASK_RETRIES)
        result: R = future.result()
        return result

    def __enter__(self) -> Self:
        """Return the workers."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the cluster, or stop it where it was started here."""
        self._client.close()
        if self._client.cluster is not None:
            self._client.cluster.close()


def _begin() -> None:
    """Leave Ctrl-C to the parent, and do not outlive it: a worker whose parent was killed would wait for ever."""
    leave_pandas_out()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
