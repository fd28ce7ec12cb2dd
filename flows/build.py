"""The flow: raw documents in, a validated and published version out.

    read -> clean (a batch) -> tag (a batch) -> tabulate -> validate -> publish

Batches run side by side on threads that wait for worker processes. Validation runs in a process that is
started first, because importing Great Expectations takes as long as a small run.
"""

# No `from __future__ import annotations` here: a scheduled run loads this module in a process where Prefect
# cannot resolve annotations that are text ("BuildModel is not fully defined").
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from prefect import flow, tags
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from flows import tasks
from flows.paths import expectations_folder
from flows.workers import Workers
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
    source: Annotated[str, Field(description="Folder of raw documents.")] = "seeds",
    output: Annotated[str, Field(description="Folder that holds the versions.")] = "output",
    full: Annotated[bool, Field(description="Make every document again, reusing nothing.")] = False,
    workers: Annotated[int, Field(ge=1, description="Worker processes for batches.")] = 1,
    settings: Annotated[Settings | None, Field(description="Settings that differ from the defaults.")] = None,
    expectations: Annotated[str | None, Field(description="Folder of expectation suites.")] = None,
) -> Built:
    """Build a version of the corpus and publish it if it is new and passes."""
    settings = settings or Settings()
    suites = expectations_folder(expectations)
    plan = tasks.read(Path(source), Path(output), settings, suites, full)
    if plan.up_to_date:
        return Built(plan, None, {})
    with (
        Workers(min(workers, max(1, -(-len(plan.clean) // settings.batch_documents)))) as pool,
        Run(plan, settings, suites, pool.call) as run,
        ValidationProcess(run.work / "validation.log") as process,
        tags("corpus", Path(source).resolve().name),
    ):
        tagged = []
        for label in run.batches:
            cleaned = tasks.clean.submit(run, label, return_state=False)
            tagged.append(tasks.tag.submit(run, label, wait_for=[cleaned], return_state=False))
        rows = tasks.tabulate(run, wait_for=tagged)
        tasks.show_documents(run)
        verdict = tasks.validate(run, process)
        tasks.show_validation(run, verdict)
        tasks.report(run, verdict)
        published = tasks.publish(run, verdict)
        return Built(plan, published, rows, verdict.count(Status.FAILED))
