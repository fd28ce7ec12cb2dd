from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crash.publisher import Nursery, nursery


@pytest.fixture(scope="session")
def children() -> Iterator[Nursery]:
    with nursery() as opened:
        yield opened


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where the machine has one: a hundred publications then wait for no disk."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(dir=memory))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a small file system of its own; called again with other options, mount it anew."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = False

    def mount(options: str) -> Path:
        nonlocal mounted
        call = ["mount", "-t", "tmpfs", "-o", f"remount,{options}" if mounted else options, "tmpfs", str(folder)]
        done = subprocess.run(call, capture_output=True, text=True)
        if done.returncode:
            if os.environ.get("CORPUS_TESTS_NO_MOUNT") == "1":
                pytest.skip("CORPUS_TESTS_NO_MOUNT=1")
            pytest.fail(
                f"{' '.join(call)}: {done.stderr.strip()}\nA full and a read-only disk are tested on a real one, "
                "which takes the right to mount. Run as root, or leave these tests out with CORPUS_TESTS_NO_MOUNT=1."
            )
        mounted = True
        return folder

    yield mount
    if mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)
