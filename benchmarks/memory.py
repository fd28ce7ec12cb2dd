"""How much memory each process of a run takes at its peak, by the number of documents.

usage: python benchmarks/memory.py [--sizes 2000 20000] [--sentences 12] [--workers 2]

Makes corpora of distinct short documents (made_corpus.py) and calls `corpus run` on each. Every fifth of a
second it reads the peak (VmHWM) of each process of the run from /proc, and prints for each role the
largest: the command with Prefect, its temporary server, the worker processes and the validation.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from made_corpus import make_corpus

ROOT = Path(__file__).parent.parent
ROLES = ("command", "server", "worker", "validation")


def processes_of(root: int) -> dict[int, str]:
    """The process and all below it, by role."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    found = {root: "command"}
    while True:
        more = {pid for pid, parent in parents.items() if parent in found and pid not in found}
        if not more:
            return found
        found |= {pid: role_of(pid) for pid in more}


def role_of(pid: int) -> str:
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "other"
    if "validation_process" in line:
        return "validation"
    if "uvicorn" in line or "prefect" in line:
        return "server"
    return "worker" if "spawn_main" in line else "other"


def peak_of(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def measure(folder: Path, output: Path, workers: int, extra: list[str]) -> tuple[dict[str, int], float, float]:
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "OMP_NUM_THREADS": "1"}
    command = [
        sys.executable,
        "-m",
        "flows.cli",
        "run",
        str(folder),
        "--output",
        str(output),
        "--workers",
        str(workers),
    ]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run = subprocess.Popen([*command, *extra], env=env, stdout=subprocess.PIPE, text=True)
    peaks = dict.fromkeys(ROLES, 0)
    while run.poll() is None:
        for pid, role in processes_of(run.pid).items():
            peaks[role] = max(peaks.get(role, 0), peak_of(pid))
        time.sleep(0.2)
    if run.returncode:
        raise SystemExit(f"the run ended with {run.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return peaks, cpu, time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_000, 20_000])
    parser.add_argument("--sentences", type=int, default=12)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    print(f"{'documents':>9} {'MB':>6}  " + "".join(f"{role:>12}" for role in ROLES) + "   CPU s  wall s")
    for documents in arguments.sizes:
        with tempfile.TemporaryDirectory() as root:
            size = make_corpus(documents, Path(root) / "documents", arguments.sentences)
            peaks, cpu, wall = measure(Path(root) / "documents", Path(root) / "output", arguments.workers, [])
        figures = "".join(f"{peaks[role] / 1024:9.0f} MB" for role in ROLES)
        print(f"{documents:9,} {size / 1e6:6.1f}  {figures} {cpu:7.1f} {wall:7.1f}", flush=True)


if __name__ == "__main__":
    main()
