from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from flows.workers import Workers

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.engine


def test_workers_are_other_processes_and_one_worker_is_this_one() -> None:
    with Workers(1) as here:
        assert here.call(os.getpid) == os.getpid()
    with Workers(2) as there:
        assert there.call(os.getpid) != os.getpid()


def test_one_worker_does_one_thing_at_a_time() -> None:
    at_once: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        at_once.append(number)
        most.append(len(at_once))
        time.sleep(0.01)
        at_once.remove(number)

    with Workers(1) as here, ThreadPoolExecutor(8) as threads:
        list(threads.map(partial(here.call, work), range(8)))
    assert (len(most), max(most)) == (8, 1)


def look(name: str) -> tuple[bool, int]:
    """Give Arrow a list, as every batch does, and say whether that imported a module."""
    import pyarrow as pa

    return name in sys.modules, len(pa.array([1, 2]))


def test_a_worker_and_the_command_leave_pandas_out() -> None:
    with Workers(2) as workers:
        assert workers.call(look, "pandas") == (False, 2)
    code = (
        "import sys\n"
        "from flows.environment import leave_pandas_out\n"
        "leave_pandas_out()\n"
        "import pipeline.run, pyarrow as pa\n"
        "print(len(pa.array([1, 2])), 'pandas' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    assert subprocess.check_output([sys.executable, "-c", code], env=environment, text=True) == "2 False\n"


def test_a_worker_does_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    code = (
        "import os, time\n"
        "from flows.workers import Workers\n"
        "if __name__ == '__main__':\n"
        "    workers = Workers(2)\n"
        "    print(workers.call(os.getpid), flush=True)\n"
        "    time.sleep(60)\n"
    )
    script = tmp_path / "orphans.py"
    script.write_text(code)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    parent = subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.PIPE)
    try:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
    finally:
        parent.kill()
        parent.communicate()
    for _ in range(100):
        if not _alive(worker):
            return
        time.sleep(0.1)
    raise AssertionError(f"worker {worker} is still there")


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
