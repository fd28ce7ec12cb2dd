"""What one run costs over what Prefect alone costs.

usage: python benchmarks/engine_cost.py [--runs 3]

Times `corpus run seeds` beside an empty Prefect flow, in turn, each into an empty output folder: cold (each
with its temporary server) and with a server that already runs. Prints CPU seconds over all processes
(the server's own included) and wall seconds, and the ratio of the medians.
"""

from __future__ import annotations

import argparse
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent
EMPTY = "from prefect import flow\n@flow\ndef empty():\n    return 1\nempty()\n"
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(command: list[str], env: dict[str, str], server: int | None) -> tuple[float, float]:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    server_before = cpu_of(server) if server else 0.0
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu + (cpu_of(server) - server_before if server else 0.0), wall


def compare(runs: int, env: dict[str, str], server: int | None) -> None:
    figures: dict[str, list[tuple[float, float]]] = {"empty flow": [], "corpus run": []}
    for _ in range(runs):
        figures["empty flow"].append(timed([sys.executable, "-c", EMPTY], env, server))
        with tempfile.TemporaryDirectory() as output:
            command = [sys.executable, "-m", "flows.cli", "run", "seeds", "--output", output]
            figures["corpus run"].append(timed(command, env, server))
    for name, rows in figures.items():
        cpu, wall = (statistics.median(r[i] for r in rows) for i in (0, 1))
        print(
            f"  {name:12s} {cpu:6.2f} CPU s  {wall:6.2f} s wall   (CPU of each run: {[round(r[0], 1) for r in rows]})"
        )
    ratio = statistics.median(r[0] for r in figures["corpus run"]) / statistics.median(
        r[0] for r in figures["empty flow"]
    )
    print(f"  ratio of CPU {ratio:.2f}")


def unchanged(runs: int, env: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as output:
        command = [sys.executable, "-m", "flows.cli", "run", "seeds", "--output", output]
        timed(command, env, None)
        rows = [timed(command, env, None) for _ in range(runs)]
    cpu, wall = (statistics.median(r[i] for r in rows) for i in (0, 1))
    print(f"unchanged: {cpu:.2f} CPU s, {wall:.2f} s wall")


def main() -> None:
    from flows.environment import prepare_environment

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    prepare_environment()
    with tempfile.TemporaryDirectory() as home, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        env = {**os.environ, "PREFECT_HOME": home, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        env.pop("PREFECT_API_URL", None)
        # The first start makes Prefect's database; that is not what a run costs.
        timed([sys.executable, "-c", EMPTY], env, None)
        print("cold, with a temporary server:")
        compare(arguments.runs, env, None)
        unchanged(arguments.runs, env)
        start = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        server = subprocess.Popen(start, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}/api"
            while True:
                try:
                    urllib.request.urlopen(f"{address}/health", timeout=2).close()
                    break
                except OSError:
                    time.sleep(0.2)
            time.sleep(5)
            print("with a running server:")
            compare(arguments.runs, {**env, "PREFECT_API_URL": address}, server.pid)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
