"""What runs on 10,000 documents cost: the first, one that finds nothing new, one with a hundredth changed, one with
two phrases more in the taxonomy, one that tags all again; and what of the first is Prefect's.

usage: python benchmarks/large.py [--documents 10000] [--sentences 12] [--workers 2] [--folder DIR]

Makes distinct short documents (made_corpus.py), or takes those in DIR, and calls `corpus run` on them with a Prefect
server that runs already. Prints CPU seconds (of the command and all its processes, and what the server took beside)
and wall seconds, and each as a share of the first run. Prefect's part is measured by a flow of its own: as many tasks
on as many threads and as many artifacts, doing nothing, its import and its server's time included.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from made_corpus import make_corpus
from memory import processes_of
from throughput import cpu_of

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
BATCH = 1_000
_BAR_SECONDS = 5.0
# The command as it is installed, but for the last line, which says whether Prefect was imported.
COMMAND = """
import sys
from flows.cli import main
main()
print("prefect" in sys.modules)
"""
# One phrase that no document holds, and one that one in twenty does.
TAXONOMY = """
extends: packaged
lexicons:
  - language: en
    topics:
      energy:
        strong: [tidal barrage, grain]
"""
# What a run asks of Prefect (flows/build.py): two tasks a batch on threads, nine others one after the other, a bar
# that moves every five seconds, a table and two pages.
TASKS = """
import sys
from flows.environment import prepare_environment
prepare_environment()
from prefect import flow, task
from prefect.artifacts import (
    create_markdown_artifact, create_progress_artifact, create_table_artifact, update_progress_artifact
)
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import ThreadPoolTaskRunner

@task(cache_policy=NO_CACHE)
def nothing(*_):
    pass

@flow(persist_result=False, task_runner=ThreadPoolTaskRunner(max_workers=32))
def empty(batches: int, moves: int):
    nothing()
    bar = create_progress_artifact(0.0, key="batches")
    begun = []
    for _ in range(batches):
        first = nothing.submit(return_state=False)
        begun += [first, nothing.submit(wait_for=[first], return_state=False)]
    for number, future in enumerate(begun):
        future.result()
        if number * moves // len(begun) < (number + 1) * moves // len(begun):
            update_progress_artifact(bar, 100.0 * number / len(begun))
    for _ in range(8):
        nothing()
    create_table_artifact(key="documents", table=[{"a": 1}])
    create_markdown_artifact(key="validation", markdown="nothing")
    create_markdown_artifact(key="version", markdown="nothing")

empty(*map(int, sys.argv[1:]))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of a command with its processes, of the server meanwhile, and wall seconds."""

    cpu: float
    server: float
    wall: float
    printed: str


def measured(server: int, code: str, *arguments: object) -> Cost:
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "OMP_NUM_THREADS": "1"}
    before, served, started = resource.getrusage(resource.RUSAGE_CHILDREN), cpu_of(server), time.perf_counter()
    call = [sys.executable, "-c", code, *map(str, arguments)]
    printed = subprocess.run(call, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - started
    time.sleep(2)  # what the client sent last, the server still writes down
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, cpu_of(server) - served, wall, printed.strip())


def change(folder: Path) -> None:
    """Give every hundredth document a sentence more."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file())[::100]:
        path.write_bytes(path.read_bytes() + b"\n\nThe council met again on Monday and said no more.\n")


def main() -> None:
    from flows.environment import prepare_environment
    from flows.serve import local_server

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--sentences", type=int, default=12)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="take these documents instead of making some")
    arguments = parser.parse_args()
    prepare_environment()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        folder = work / "documents"
        if arguments.folder:
            shutil.copytree(arguments.folder, folder)
        else:
            make_corpus(arguments.documents, folder, arguments.sentences)
        files = [p for p in folder.rglob("*") if p.is_file()]
        size = sum(p.stat().st_size for p in files)
        print(f"{len(files):,} documents, {size / 1e6:.1f} MB", flush=True)
        os.environ["PREFECT_HOME"] = str(work / "prefect")
        with local_server(work / "server.log"):
            server = next(pid for pid, role in processes_of(os.getpid()).items() if role == "server")
            run = ("run", folder, "--output", work / "out", "--quiet", "--workers", arguments.workers)
            first = measured(server, COMMAND, *run)
            print(f"  {'':38s} {'CPU s':>7s} {'server':>7s} {'wall s':>7s}   of the first run's CPU")
            show("the first run", first, first)
            same = measured(server, COMMAND, *run)
            imported = "Prefect was imported" if same.printed == "True" else "without importing Prefect"
            show(f"nothing new, {imported}", same, first)
            change(folder)
            show("one document in a hundred changed", measured(server, COMMAND, *run), first)
            mine = work / "mine.yml"
            mine.write_text(TAXONOMY, encoding="utf-8")
            phrase = measured(server, COMMAND, *run, "--set", f"tag.taxonomy={mine}")
            show("two phrases more in the taxonomy", phrase, first)
            again = measured(server, COMMAND, *run, "--set", "tag.threshold=1.5")
            show("all tagged again", again, first)
            batches = max(arguments.workers, -(-len(files) // BATCH))
            # The first flow on a server pays for what it loads.
            measured(server, TASKS, 1, 1)
            alone = measured(server, TASKS, batches, min(batches, 1 + int(first.wall / _BAR_SECONDS)))
            show(f"Prefect alone, {2 * batches + 9} tasks that do nothing", alone, first)


def show(what: str, cost: Cost, first: Cost) -> None:
    share = (cost.cpu + cost.server) / (first.cpu + first.server)
    print(f"  {what:38s} {cost.cpu:7.1f} {cost.server:7.1f} {cost.wall:7.1f}   {100 * share:5.1f} %", flush=True)


if __name__ == "__main__":
    main()
