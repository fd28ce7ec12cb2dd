"""Kill whole `corpus run`s, wherever they are, and look at what is left.

A run is a tree of processes: the command, its workers, the validation. Each trial adds documents, starts
a run, and after a random time sends SIGKILL or SIGTERM to one of them. Then every process must end, what
is served must be whole by its hashes and no older than before, and the next call must find no junk.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.publish import check_output
from pipeline.version import list_versions, open_version, version_number

ROOT = Path(__file__).parent.parent.parent
ROLES = ("command", "worker", "validation")
SENTENCE = "The port of Sample City received {} ships in the year {}, said the harbour master. "


@dataclass(frozen=True)
class Trial:
    """What was killed, when, and whether batches were left for the next run."""

    victim: str
    signal: str
    seconds: float
    code: int
    batches_left: int
    published: bool


def kill_runs(folder: Path, trials: int, environment: Mapping[str, str], seed: int = 7) -> Iterator[Trial]:
    """Kill a run after the other on one output; a last, whole run must publish what a full run would."""
    documents, output = folder / "documents", folder / "output"
    documents.mkdir()
    config = folder / "corpus.toml"
    config.write_text("batch_documents = 2\n")
    moments = random.Random(seed)
    made = _add(documents, 0, 6)
    started = time.monotonic()
    assert _start(documents, output, config, environment).wait() == 0
    lasts = time.monotonic() - started
    killed = 0
    while killed < trials:
        before = open_version(output).name
        # Three are two batches, so that there are workers.
        made = _add(documents, made, 3)
        started = time.monotonic()
        run = _start(documents, output, config, environment)
        role = ROLES[killed % len(ROLES)]
        # The others are started late: a moment is chosen of the time in which there is one.
        _wait(run, role)
        seconds = moments.uniform(0, lasts if role == "command" else lasts / 3)
        _wait(run, role, seconds)
        if run.poll() is not None:
            # The moment lies behind the end: the machine has become faster, and this was no kill.
            assert run.returncode == 0
            lasts = min(lasts, time.monotonic() - started)
            continue
        victim, pid = next((found for found in _tree(run.pid) if found[0] == role), ("command", run.pid))
        kind = moments.choice([signal.SIGKILL, signal.SIGTERM])
        processes = [p for _, p in _tree(run.pid)]
        _send(pid, kind)
        code = run.wait(120)
        assert _all_end(processes), "a process outlives the run"
        served = open_version(output)
        assert served.verify() == []
        assert version_number(served.name) >= version_number(before)
        check_output(output)
        junk = sorted(str(p.relative_to(output)) for p in (output / ".staging").iterdir())
        assert junk == []
        left = len(list((output / ".cache" / "batches").glob("*")))
        killed += 1
        yield Trial(victim, kind.name, seconds, code, left, served.name != before)
    assert _start(documents, output, config, environment).wait() == 0
    assert _start(documents, folder / "full", config, environment).wait() == 0
    assert open_version(output).digest == open_version(folder / "full").digest
    assert not (output / ".cache" / "batches").exists()
    assert len(list_versions(output)) == len(list((output / "versions").iterdir()))


def _add(folder: Path, first: int, count: int) -> int:
    """Add documents and return the number of the next."""
    for number in range(first, first + count):
        text = "".join(SENTENCE.format(100 * number + i, 1900 + i) for i in range(30))
        (folder / f"{number:04d}.txt").write_text(f"Ships, part {number}\n\n{text}\n", encoding="utf-8")
    return first + count


def _start(documents: Path, output: Path, config: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flows.cli", "run", str(documents), "--output", str(output), "--workers", "2"]
    env = {**environment, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    return subprocess.Popen(
        [*command, "--settings", str(config)], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _wait(run: subprocess.Popen[bytes], role: str, seconds: float = 0) -> None:
    """Wait until the run has a process of that role, and then so long, or until it ends."""
    while run.poll() is None and role not in dict(_tree(run.pid)):
        time.sleep(0.05)
    end = time.monotonic() + seconds
    while time.monotonic() < end and run.poll() is None:
        time.sleep(0.01)


def _tree(root: int) -> list[tuple[str, int]]:
    """Return (role, pid) of a process and its children."""
    found = [("command", root)]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if parent == root:
                role = "validation" if b"validation_process" in line else "worker" if b"spawn_main" in line else "other"
                found.append((role, int(entry.name)))
    return sorted(found)


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _all_end(pids: list[int]) -> bool:
    for _ in range(300):
        if not any(_alive(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
