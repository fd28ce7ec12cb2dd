"""The flow's tasks, one call each.

A task gets the run, which knows the plan and the folders; what a batch produces stays in its folder.
Prefect looks into collections and dataclasses that pass between tasks, and may keep what they return:
`Run` is a plain object, and reports are small.
"""

from __future__ import annotations

import threading
import time
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from prefect import task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE

from flows.messages import documents_rows, validation_markdown, version_markdown
from flows.progress import announce
from pipeline.halves import BatchReport
from pipeline.plan import Plan, is_current, make_plan
from pipeline.publish import Published
from pipeline.remote import RemoteFolder
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.validate import Verdict
from pipeline.validation_process import ValidationProcess

_BAR_SECONDS = 5.0
# To move the bar costs the run and its server as much as a task does.

PLANNED: ContextVar[Plan | None] = ContextVar("planned", default=None)
"""The plan that a caller of the flow has made of the same run, a moment ago."""


@task(name="read", task_run_name="read", cache_policy=NO_CACHE)
def read(folder: Path | RemoteFolder, output: Path, settings: Settings, expectations: Path, full: bool) -> Plan:
    """List the inputs and find out what is new since the last version."""
    planned = PLANNED.get()
    if planned is not None and is_current(planned):
        return planned
    return make_plan(folder, output, settings, expectations, full=full)


@task(name="clean", task_run_name="clean {label}", cache_policy=NO_CACHE)
def clean(run: Run, label: str) -> BatchReport | None:
    """Extract, clean and segment one batch."""
    announce("clean")
    report = run.clean(label)
    if report is not None:
        announce("clean", report.documents, report.characters)
    return report


@task(name="tag", task_run_name="tag {label}", cache_policy=NO_CACHE)
def tag(run: Run, label: str) -> BatchReport:
    """Tag the sentences of one batch and find its mentions."""
    report = run.tag(label)
    announce("tag", report.documents, report.characters)
    return report


@task(name="tabulate", task_run_name="tabulate", cache_policy=NO_CACHE)
def tabulate(run: Run) -> dict[str, int]:
    """Assemble and stage the tables; return their row counts."""
    announce("tabulate")
    return run.tabulate()


@task(name="validate", task_run_name="validate", cache_policy=NO_CACHE)
def validate(run: Run, process: ValidationProcess) -> Verdict:
    """Judge the staged tables by the suites in `expectations/`."""
    announce("validate")
    return run.validate(process.judge)


@task(name="report", task_run_name="report", cache_policy=NO_CACHE)
def report(run: Run, verdict: Verdict) -> Path:
    """Write the version's page, report.html."""
    announce("report")
    return run.report(verdict)


@task(name="publish", task_run_name="publish", cache_policy=NO_CACHE)
def publish(run: Run, verdict: Verdict) -> Published:
    """Rename the staged version into place and move `latest`; or put it aside and raise."""
    announce("publish")
    return run.publish(verdict)


@task(name="show version", task_run_name="show version", cache_policy=NO_CACHE)
def show_version(run: Run, published: Published) -> None:
    """Show on the run's page which version it published, and where its report is."""
    markdown = version_markdown(published, run.rows)
    create_markdown_artifact(key="version", markdown=markdown, description="What is served now.")


class BatchProgress:
    """A bar on the run's page that moves as batches are tagged; none for a run of a single batch."""

    def __init__(self, batches: int) -> None:
        """Put the bar on the page, at nothing."""
        self._batches, self._done = batches, 0
        self._moved = time.monotonic()
        self._lock = threading.Lock()
        self._id: Any = None
        if batches > 1:
            self._id = create_progress_artifact(0.0, key="batches", description="Batches done.")

    def advance(self) -> None:
        """Count one more batch."""
        with self._lock:
            self._done += 1
            now = time.monotonic()
            if self._id is not None and (self._done == self._batches or now - self._moved >= _BAR_SECONDS):
                self._moved = now
                update_progress_artifact(self._id, 100.0 * self._done / self._batches)


@task(name="show documents", task_run_name="show documents", cache_policy=NO_CACHE)
def show_documents(run: Run) -> None:
    """Show on the run's page what became of each document."""
    rows, description = documents_rows(run.folder)
    create_table_artifact(key="documents", table=rows, description=description)


@task(name="show validation", task_run_name="show validation", cache_policy=NO_CACHE)
def show_validation(run: Run, verdict: Verdict) -> None:
    """Show on the run's page how the expectations came out."""
    markdown = validation_markdown(verdict, run.settings.output.max_quarantine_share)
    create_markdown_artifact(key="validation", markdown=markdown, description="What the expectations found.")
