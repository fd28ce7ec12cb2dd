"""The flow: raw documents in, a validated and published version out.

    read -> clean (a batch) -> tag (a batch) -> tabulate -> validate -> publish

Batches run side by side on threads that wait for worker processes. Validation runs in a process that is
started first, because importing Great Expectations takes as long as a small run.
"""

# No `from __future__ import annotations` here: a scheduled run loads this module in a process where Prefect
# cannot resolve annotations that are text ("BuildModel is not fully defined").
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from prefect import flow, tags
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from flows import tasks
from flows.paths import check_apart, expectations_folder, input_folder
from flows.stopping import cancel_run, on_stop, stoppable, stopped_at_once
from flows.workers import Engine as Engine
from flows.workers import open_pool
from pipeline.divide import useful_workers
from pipeline.durable import remove_tree
from pipeline.plan import Plan
from pipeline.publish import Published
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.validate import Status
from pipeline.validation_process import ValidationProcess

# Threads only wait for workers; more of them than cores costs nothing and keeps every worker busy.
_THREADS = 32


@dataclass(frozen=True, slots=True)
class Built:
    """What a run did: its plan, and the version that is served after it."""

    plan: Plan
    published: Published | None
    """None when the last version was up to date."""
    rows: dict[str, int]
    problems: int = 0
    """Expectations below critical that failed."""
    done: str = ""
    """What was made and what was kept, in words."""


def _run_name() -> str:
    return f"build {Path(flow_run.get_parameters()['source']).name}"


@flow(
    name="build-corpus",
    flow_run_name=_run_name,
    persist_result=False,
    task_runner=ThreadPoolTaskRunner(max_workers=_THREADS),  # type: ignore[arg-type]
    description="Clean, segment, tag and validate a folder of raw documents, and publish them as a version.",
)
def build(
    source: Annotated[str, Field(description="Folder of raw documents, or an address as fsspec has them.")] = "seeds",
    output: Annotated[str, Field(description="Folder that holds the versions.")] = "output",
    full: Annotated[bool, Field(description="Make every document again, reusing nothing.")] = False,
    workers: Annotated[int, Field(ge=1, description="Worker processes for batches.")] = 1,
    settings: Annotated[Settings | None, Field(description="Settings that differ from the defaults.")] = None,
    expectations: Annotated[str | None, Field(description="Folder of expectation suites.")] = None,
    engine: Annotated[Engine, Field(description="What runs the batches: process, or dask.")] = Engine.PROCESS,
    dask_address: Annotated[str | None, Field(description="Scheduler of a Dask cluster, tcp://host:8786.")] = None,
) -> Built:
    """Build a version of the corpus and publish it if it is new and passes."""
    settings = settings or Settings()
    suites = expectations_folder(expectations)
    folder = input_folder(source, Path(output))
    check_apart(folder, Path(output))
    plan = tasks.read(folder, Path(output), settings, suites, full)
    if plan.up_to_date:
        return Built(plan, None, {})
    if engine is Engine.DASK:
        # The cluster's workers have a current folder of their own.
        plan = replace(plan, folder=plan.folder.resolve(), output=plan.output.resolve())
    workers = useful_workers(plan, settings, workers)
    with (
        stopped_at_once(),
        stoppable(open_pool(engine, workers, dask_address)) as pool,
        stoppable(Run(plan, settings, suites, pool.call, workers)) as run,
        stoppable(ValidationProcess(run.work / "validation.log")) as process,
        on_stop(partial(cancel_run, str(flow_run.get_id()))),
        # Again: a batch that this process itself was at may have written meanwhile.
        on_stop(partial(remove_tree, run.work.parent), last=True),
        tags(*_tags(source)),
    ):
        progress = tasks.BatchProgress(len(run.batches))
        begun: list[list[Any]] = []
        for label in run.batches:
            # What is only tagged again has nothing to clean.
            cleaned = [tasks.clean.submit(run, label, return_state=False)] if run.batches[label].sources else []
            begun.append([*cleaned, tasks.tag.submit(run, label, wait_for=cleaned, return_state=False)])
        # A batch that failed says why here. A task that waits for it is only passed over, and the next one stumbles.
        for futures in begun:
            for future in futures:
                future.result()
            progress.advance()
        rows = tasks.tabulate(run, wait_for=[future for futures in begun for future in futures])
        tasks.show_documents(run)
        verdict = tasks.validate(run, process)
        tasks.show_validation(run, verdict)
        tasks.report(run, verdict)
        published = tasks.publish(run, verdict)
        tasks.show_version(run, published)
        return Built(plan, published, rows, verdict.count(Status.FAILED), run.describe())


def build_tagged(source: str, *arguments: Any, planned: Plan | None = None, **named: Any) -> Built:
    """Call the flow with tags on the run itself, by which its page finds the runs of one corpus.

    `planned` is what the caller knows already of what there is to do: listing is not done twice.
    """
    told = tasks.PLANNED.set(planned)
    try:
        with tags(*_tags(source)):
            built: Built = build(source, *arguments, **named)
    finally:
        tasks.PLANNED.reset(told)
    return built


def _tags(source: str) -> tuple[str, str]:
    return "corpus", Path(source).resolve().name
