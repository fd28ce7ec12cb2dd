"""Where a batch's work is done: in this process, or in worker processes that import no Prefect.

A Prefect task on a thread waits for the worker; the worker imports only `pipeline`, which saves the
four CPU seconds and 100 MB that Prefect costs in every process of a process-pool task runner.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Workers:
    """Run calls on `count` processes, or here when one is enough; a context manager."""

    def __init__(self, count: int) -> None:
        """Start nothing yet. `count` is at least 1."""
        self._pool: ProcessPoolExecutor | None = None
        if count > 1:
            # Spawned, not forked: the parent has threads (Prefect's) and a fork would copy their locks.
            self._pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _begin)

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return `function(*args, **kwargs)`, computed on a worker."""
        if self._pool is None:
            return function(*args, **kwargs)
        return self._pool.submit(function, *args, **kwargs).result()

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


def _begin() -> None:
    """Leave Ctrl-C to the parent, and do not outlive it: a worker whose parent was killed would wait for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
