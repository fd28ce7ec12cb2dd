"""Ctrl-C ends a run within two seconds, whatever it is at.

Left to itself it takes minutes: a terminal sends Ctrl-C to every process of the group, so Prefect's temporary server
ends first and Prefect's client asks it again and again, and Prefect's threads are waited for until their batches
are done (measured: still there after 60 s). So a run does not unwind. The temporary server is started deaf to Ctrl-C;
when the signal comes, the main thread halts, what the run has open is closed by another thread, Prefect is told
that the run was cancelled, and the process ends with 130. A run may be killed at any moment and leaves a whole
version served (`tests/crash`), so ending like that costs nothing.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

STOPPED = 130
"""The exit code of what Ctrl-C ended, as shells have it: 128 and the signal's number."""
_SECONDS, _LAST_SECONDS = 1.5, 0.3
# For all that is to be closed; what is not done by then is left to the next run, as after a kill.

_closing: list[Callable[[], object]] = []
_closing_last: list[Callable[[], object]] = []


@contextmanager
def stoppable(opened: AbstractContextManager[T]) -> Iterator[T]:
    """Enter a context manager; Ctrl-C leaves it too, from another thread."""
    with opened as entered, on_stop(partial(opened.__exit__, KeyboardInterrupt, KeyboardInterrupt(), None)):
        yield entered


@contextmanager
def on_stop(call: Callable[[], object], *, last: bool = False) -> Iterator[None]:
    """Have `call` made when Ctrl-C comes meanwhile: in the order of entering, but `last` after all others."""
    calls = _closing_last if last else _closing
    calls.append(call)
    try:
        yield
    finally:
        calls.remove(call)


@contextmanager
def stopped_at_once(said: str = "") -> Iterator[None]:
    """End the process with 130 when Ctrl-C comes meanwhile, after closing what is `stoppable`; say `said` then.

    Where signals are not ours to hear (another thread than the main one, Windows, a command that a shell started in
    the background) nothing is changed, nor where a caller waits for Ctrl-C like this already.
    """
    before = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or os.name == "nt" or before in (signal.SIG_IGN, _halt):
        yield
        return
    # The pipe is written by the interpreter the moment the signal comes, also while the main thread is in Arrow or
    # waits for a lock; the handler itself runs when it comes back to Python.
    heard, told = os.pipe()
    os.set_blocking(told, False)
    listener = threading.Thread(target=_listen, args=(heard, said), daemon=True, name="ctrl-c")
    listener.start()
    old = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    signal.signal(signal.SIGINT, _halt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        signal.set_wakeup_fd(old)
        os.write(told, b"\0")  # no signal has this number: the listener ends
        listener.join()
        os.close(told)
        os.close(heard)


def start_server_deaf() -> None:
    """Start Prefect's temporary server, where one will be needed, so that Ctrl-C does not reach it.

    A process inherits the signals that its starter's thread has blocked. What goes wrong here is met again, and told,
    by the flow.
    """

    def start() -> None:
        from prefect.client.orchestration import get_client

        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        with suppress(Exception):
            get_client(sync_client=True)

    starter = threading.Thread(target=start, daemon=True, name="prefect-server")
    starter.start()
    starter.join()


def cancel_run(flow_run_id: str) -> None:
    """Tell Prefect that a run was stopped."""
    from uuid import UUID

    from prefect.client.orchestration import get_client
    from prefect.states import Cancelled

    with get_client(sync_client=True) as client:
        client.set_flow_run_state(UUID(flow_run_id), Cancelled(message="Stopped by Ctrl-C."), force=True)


def pause_deployment(name: str) -> None:
    """Tell Prefect that nobody serves a deployment any more, so that nothing falls due."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        client.pause_deployment(client.read_deployment_by_name(name).id)


def stop_children(meanwhile: Callable[[], object]) -> None:
    """Send Ctrl-C to this process's children, as a terminal has done already, and wait until they have ended.

    While they end, `meanwhile` is called: what it tells a server may not wait for a child that takes its time. Left
    alone are children with a session of their own, such as a server. Without /proc the terminal's Ctrl-C has to do.
    """
    own = Path(f"/proc/{os.getpid()}/task")
    found = [int(pid) for task in own.glob("*/children") for pid in task.read_text().split()]
    session = os.getsid(0)
    found = [pid for pid in found if _is_alive(pid) and os.getsid(pid) == session]
    for pid in found:
        with suppress(OSError):
            os.kill(pid, signal.SIGINT)
    with suppress(Exception):
        meanwhile()
    while any(map(_is_alive, found)):
        time.sleep(0.02)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _halt(_number: int, _frame: Any) -> None:
    """Let the main thread do nothing more: what it has open is being closed."""
    while True:
        time.sleep(60)


def _listen(heard: int, said: str) -> None:
    while number := os.read(heard, 1)[0]:
        if number == signal.SIGINT:
            _stop(said)


def _stop(said: str) -> None:
    # Threads whose workers or files go away now would print why.
    logging.disable(logging.CRITICAL)
    for calls, seconds in ((_closing, _SECONDS), (_closing_last, _LAST_SECONDS)):
        closer = threading.Thread(target=_close, args=(tuple(calls),), daemon=True)
        closer.start()
        closer.join(seconds)
    _kill_server()
    if said:
        # The bar hides the cursor and leaves its line unfinished.
        shown = f"\r\x1b[K\x1b[?25h{said}\n" if sys.stderr.isatty() else f"{said}\n"
        with suppress(OSError):
            os.write(2, shown.encode())
    os._exit(STOPPED)


def _close(calls: tuple[Callable[[], object], ...]) -> None:
    for call in calls:
        with suppress(Exception, KeyboardInterrupt):
            call()


def _kill_server() -> None:
    """End the temporary server, if this process started one."""
    module = sys.modules.get("prefect.server.api.server")
    process = module.SubprocessASGIServer().server_process if module is not None else None
    if process is not None:
        process.kill()
        with suppress(Exception):
            process.wait(1)
