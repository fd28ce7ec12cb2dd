"""What each stage of a run costs, how runs scale with workers, and what a rerun costs.

usage: python benchmarks/throughput.py FOLDER [--workers 2] [--datatrove PYTHON]

FOLDER holds raw documents (benchmarks/made_corpus.py makes some). Prints, from one call on one machine:

- CPU seconds of each stage in this process (validation in its own, without its import): in all, once a run, and a
  megabyte more; and what of them near-duplicates and repeated sentences take;
- the wall time of cleaning and tagging with one worker process and with more, and the ratio;
- CPU seconds of `corpus run` over those of the stages: what Prefect adds, with a server that runs already;
- what a run costs that finds nothing new, one in which a document in a hundred changed, and one that tags all again;
- with `--datatrove`, the interpreter of an environment that has datatrove: its comparable pipeline.
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
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
T = TypeVar("T")

DATATROVE = """
import sys, time
from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.filters import C4QualityFilter, GopherQualityFilter, GopherRepetitionFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import ParquetWriter
from datatrove.utils.text import split_into_sentences
split_into_sentences("One. Two.", "eng")
started = time.process_time()
filters = [GopherRepetitionFilter(), C4QualityFilter(), GopherQualityFilter()]
steps = [JsonlReader(sys.argv[1]), *filters, ParquetWriter(sys.argv[2])]
LocalPipelineExecutor(pipeline=steps, tasks=1, workers=1, logging_dir=sys.argv[2] + "/logs").run()
print("CPU", time.process_time() - started)
"""


def timed(function: Callable[[], T]) -> tuple[T, float]:
    started = time.process_time()
    result = function()
    return result, time.process_time() - started


# Calls that find near-duplicates (signing in cleaning, comparing in tabulating) and sentences that stand twice.
DUPLICATES = (
    ("batch", "sign_documents"),
    ("batch", "make_signatures"),
    ("tabulate", "write_signatures"),
    ("tabulate", "keep_signatures"),
    ("tabulate", "make_catalog"),
)
spent = {"near-duplicates": 0.0, "repeated sentences": 0.0}


def watch(owner: Any, name: str, what: str) -> None:
    """Add up in `spent` what the calls of a function cost."""
    call = getattr(owner, name)

    @wraps(call)
    def watched(*arguments: Any, **named: Any) -> Any:
        started = time.process_time()
        try:
            return call(*arguments, **named)
        finally:
            spent[what] += time.process_time() - started

    setattr(owner, name, watched)


def stages(folder: Path, output: Path) -> dict[str, float]:
    """Run the stages here and return the CPU seconds of each."""
    from pipeline.plan import make_plan
    from pipeline.run import Run
    from pipeline.settings import Settings
    from pipeline.validation_process import ValidationProcess

    settings, suites = Settings(), ROOT / "expectations"
    plan, cost = timed(lambda: make_plan(folder, output, settings, suites))
    costs = {"read": cost, "clean": 0.0, "tag": 0.0}
    with Run(plan, settings, suites) as run, ValidationProcess(run.work / "log") as process:
        for label in run.batches:
            costs["clean"] += timed(lambda label=label: run.clean(label))[1]  # type: ignore[misc]
            costs["tag"] += timed(lambda label=label: run.tag(label))[1]  # type: ignore[misc]
        costs["tabulate"] = timed(run.tabulate)[1]
        # The first answer waits for the import, which a run hides behind its batches.
        run.validate(process.judge)
        before = cpu_of(process.pid)
        verdict = run.validate(process.judge)
        costs["validate"] = cpu_of(process.pid) - before
        costs["report"] = timed(lambda: run.report(verdict))[1]
        costs["publish"] = timed(lambda: run.publish(verdict))[1]
    return costs


def stage_costs(files: Sequence[Path], folder: Path, work: Path, size: int) -> float:
    """Print what each stage costs once a run and what it costs a megabyte; return the sum for `folder`.

    A line through two points: `folder`, and a part of it that is large enough to fill the report.
    """
    part = files[:: max(2, len(files) // 150)]
    for number, path in enumerate(part):
        target = work / "part" / f"{number}-{path.name}"
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)
    few = sum(path.stat().st_size for path in part)
    # The first run pays for what is loaded once a process.
    stages(work / "part", work / "warm")
    for module, name in DUPLICATES:
        watch(import_module(f"pipeline.{module}"), name, "near-duplicates")
    for name in ("add", "settle", "take"):
        watch(import_module("pipeline.copies").Copies, name, "repeated sentences")
    less = stages(work / "part", work / "few")
    spent.update(dict.fromkeys(spent, 0.0))
    more = stages(folder, work / "all")
    total = sum(more.values())
    slopes = {name: max(0.0, (more[name] - less[name]) / (size - few) * 1e6) for name in more}
    print(f"  {'stage':9s} {'CPU s':>8s} {'once':>8s} {'s/MB':>8s}   share of the slope")
    for name, seconds in more.items():
        once = max(0.0, seconds - slopes[name] * size / 1e6)
        share = slopes[name] / sum(slopes.values())
        print(f"  {name:9s} {seconds:8.2f} {once:8.2f} {slopes[name]:8.3f}   {100 * share:4.1f} %")
    slope = sum(slopes.values())
    print(f"  {'all':9s} {total:8.2f} {total - slope * size / 1e6:8.2f} {slope:8.3f}   {1 / slope:.2f} MB a CPU s")
    for what, seconds in spent.items():
        print(f"  of these, {what}: {seconds:.2f} CPU s, {100 * seconds / total:.1f} %")
    return total


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def batches(folder: Path, output: Path, workers: int) -> float:
    """Return the wall seconds of cleaning and tagging on worker processes that have all worked on a batch before."""
    from flows.workers import Workers
    from pipeline.plan import make_plan
    from pipeline.run import Run
    from pipeline.settings import Settings

    settings, suites, count = Settings(batch_documents=40), ROOT / "expectations", max(2, workers)
    plan = make_plan(folder, output, settings, suites)
    with Workers(count) as pool, Run(plan, settings, suites, pool.call) as run:

        def work(label: str) -> None:
            run.clean(label)
            run.tag(label)

        labels = list(run.batches)
        # However many workers are measured, the same batches are: those left when each process has had one.
        with ThreadPoolExecutor(count) as threads:
            list(threads.map(work, labels[:count]))
        started = time.perf_counter()
        with ThreadPoolExecutor(workers) as threads:
            list(threads.map(work, labels[count:]))
        return time.perf_counter() - started


def command(folder: Path, output: Path, *arguments: str) -> tuple[float, float]:
    """Return CPU seconds of `corpus run` with its children, and wall seconds."""
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    call = [sys.executable, "-m", "flows.cli", "run", str(folder), "--output", str(output), "--quiet", *arguments]
    subprocess.run(call, env=env, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.perf_counter() - started


def datatrove(python: str, folder: Path, work: Path, size: int) -> None:
    import json

    (work / "in").mkdir()
    with (work / "in" / "pages.jsonl").open("w", encoding="utf-8") as file:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            file.write(json.dumps({"id": path.name, "text": path.read_text(encoding="utf-8", errors="replace")}) + "\n")
    call = [python, "-c", DATATROVE, str(work / "in"), str(work / "out")]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    seconds = float(next(line for line in done.stdout.splitlines() if line.startswith("CPU")).split()[1])
    print(f"datatrove: {seconds:.1f} CPU s, {size / 1e6 / seconds:.3f} MB per CPU s")


def changed(folder: Path, work: Path) -> Path:
    """Return a copy of the folder in which every hundredth document has a sentence more."""
    copy = work / "changed" / folder.name
    shutil.copytree(folder, copy)
    for path in sorted(p for p in copy.rglob("*") if p.is_file())[::100]:
        path.write_bytes(path.read_bytes() + b"\n\nThe council met again on Monday and said no more.\n")
    return copy


def main() -> None:
    from flows.environment import prepare_environment
    from flows.serve import local_server

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--datatrove")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    size = sum(p.stat().st_size for p in files)
    print(f"{len(files):,} documents, {size / 1e6:.1f} MB", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        total = stage_costs(files, folder, work, size)
        if arguments.workers > 1:
            one, more = (batches(folder, work / f"workers-{n}", n) for n in (1, arguments.workers))
            print(f"batches: {one:.1f} s on one worker, {more:.1f} s on {arguments.workers}: {one / more:.2f} times")
        prepare_environment()
        os.environ["PREFECT_HOME"] = str(work / "prefect")
        with local_server(work / "server.log"):
            first, _ = command(folder, work / "out")
            print(f"corpus run: {first:.1f} CPU s, {first - total:.1f} more than its stages", flush=True)
            cpu, wall = command(folder, work / "out")
            print(f"nothing new: {cpu:.2f} CPU s, {wall:.2f} s wall", flush=True)
            some, _ = command(changed(folder, work), work / "out")
            print(
                f"one document in a hundred changed: {some:.1f} CPU s, {some / first:.2f} of the first run", flush=True
            )
            again, _ = command(work / "changed" / folder.name, work / "out", "--set", "tag.threshold=1.5")
            print(f"tagging all again: {again:.1f} CPU s, {again / first:.2f} of the first run", flush=True)
        if arguments.datatrove:
            datatrove(arguments.datatrove, folder, work, size)


if __name__ == "__main__":
    main()
