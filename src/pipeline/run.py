"""One run from a plan to a published version, step by step, without an engine.

`flows/` calls the steps as Prefect tasks; `build_version` calls them one after the other, and a test
holds that both give the same bytes. A run keeps its batches' files in a work folder of its own, stages
the tables, has them judged, and either publishes them or puts them aside.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from . import __version__
from .batch import BatchReport, clean_batch, tag_batch
from .diff import compare_tables
from .diff_model import Difference
from .errors import UsageError, ValidationFailedError
from .model import Source
from .parquet import write_table
from .plan import Plan
from .publish import Published, open_staging, publish_version, reject_version
from .quarantine import quarantine_rows
from .report import write_report
from .schemas import TABLES
from .settings import Settings
from .staged import StagedTables
from .tabulate import Kept, export_for_tagging, tabulate
from .taxonomy import load_taxonomy
from .validate import Status, Verdict, validate_folder


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of documents: to be cleaned and tagged (`sources`), or only tagged again (`doc_ids`)."""

    folder: Path
    sources: tuple[Source, ...] = ()
    doc_ids: tuple[str, ...] = ()


Judge = Callable[[Path, Path, Path], Verdict]
"""`judge(folder, suites, answer_file)` returns the verdict on the tables in `folder`."""


def build_version(plan: Plan, settings: Settings, expectations: Path, judge: Judge | None = None) -> Published:
    """Do all steps of a run in this process, or with another's `judge`.

    Raises ValidationFailedError when the tables fail a critical expectation; they are then under
    `output/rejected/`, and the version served before stays.
    """
    with Run(plan, settings, expectations) as run:
        for label in run.batches:
            run.clean(label)
            run.tag(label)
        run.tabulate()
        verdict = run.validate(judge or _judge_here)
        run.report(verdict)
        return run.publish(verdict)


def preview_difference(plan: Plan, settings: Settings, expectations: Path) -> Difference:
    """Do all steps of a run but validating and publishing, and return what it would change.

    Raises UsageError when there is no version to compare with.
    """
    if plan.previous is None:
        raise UsageError(f"{plan.output} holds no version to compare with. Publish one first, without --dry-run.")
    with Run(plan, settings, expectations) as run:
        for label in run.batches:
            run.clean(label)
            run.tag(label)
        run.tabulate()
        return compare_tables(plan.previous, StagedTables(run.folder), plan.previous.name, "this run")


class Run:
    """The state of one run; a context manager that leaves no work folder behind.

    A plain class on purpose: Prefect looks into the fields of dataclasses that pass between tasks.
    """

    def __init__(
        self, plan: Plan, settings: Settings, expectations: Path, call: Callable[..., Any] | None = None
    ) -> None:
        """Divide the plan into batches. `call(function, *args)` runs a batch's work, here by default."""
        self.plan = plan
        self.settings = settings
        self.expectations = expectations
        self.reports: dict[str, BatchReport] = {}
        self.rows: dict[str, int] = {}
        self._call = call or (lambda function, *args: function(*args))
        self._staging = open_staging(plan.output)
        self.folder: Path = self._staging.folder
        self.work = Path(tempfile.mkdtemp(prefix="work-", dir=self._staging.root))
        self.batches = self._divided()

    def clean(self, label: str) -> BatchReport | None:
        """Extract, clean and segment a batch's documents; nothing to do for one that is only tagged again."""
        batch = self.batches[label]
        if not batch.sources:
            return None
        report: BatchReport = self._call(clean_batch, batch.sources, self.plan.folder, self.settings, batch.folder)
        self.reports[label] = report
        return report

    def tag(self, label: str) -> BatchReport:
        """Tag a batch's sentences and find its mentions."""
        batch = self.batches[label]
        if batch.doc_ids and self.plan.previous is not None:
            export_for_tagging(self.plan.previous, batch.doc_ids, batch.folder)
        report: BatchReport = self._call(tag_batch, batch.folder, self.settings)
        return report

    def tabulate(self) -> dict[str, int]:
        """Assemble the tables, write them into the staging folder, and return their row counts."""
        read = {s.source_path: s for report in self.reports.values() for s in report.sources}
        sources = [read.get(s.source_path, s) for s in self.plan.sources]
        kept = None
        if self.plan.previous is not None and (self.plan.keep or self.plan.retag):
            kept = Kept(self.plan.previous, frozenset(self.plan.keep), frozenset(self.plan.retag))
        cleaned = [b.folder for b in self.batches.values() if b.sources]
        retagged = [b.folder for b in self.batches.values() if b.doc_ids]
        return self._stage(tabulate(sources, cleaned, retagged, kept))

    def validate(self, judge: Judge) -> Verdict:
        """Have the staged tables judged; quarantine rows where that is enough, and judge what is left.

        The verdict returned tells of the failures that led to the quarantine as well.
        """
        verdict = judge(self.folder, self.expectations, self.work / "verdict.json")
        failures = verdict.quarantined()
        if not failures or verdict.stopping(self.settings.output.max_quarantine_share):
            return verdict
        tables = {name: _read(self.folder / name, name) for name in TABLES}
        self._stage(quarantine_rows(tables, failures))
        again = judge(self.folder, self.expectations, self.work / "verdict-after-quarantine.json")
        if again.quarantined() or again.stopping(0.0):
            return again
        left = {(o.table, o.expectation, o.column, o.reason): o for o in failures}
        return Verdict(tuple(left.get((o.table, o.expectation, o.column, o.reason), o) for o in again.outcomes))

    def report(self, verdict: Verdict) -> Path:
        """Write the page that tells a person what came in and what became of it."""
        share, name = self.settings.output.max_quarantine_share, self.plan.folder.resolve().name
        return write_report(self.folder, verdict, previous=self.plan.previous, name=name, max_quarantine_share=share)

    def publish(self, verdict: Verdict) -> Published:
        """Publish the staged tables, or put them aside and raise ValidationFailedError."""
        stopping = verdict.stopping(self.settings.output.max_quarantine_share)
        if stopping:
            aside = self.reject(verdict)
            raise ValidationFailedError(
                f"{stopping[0].describe()}{f' (and {len(stopping) - 1} more)' if len(stopping) > 1 else ''}. "
                f"Nothing was published; the tables and validation.json are in {aside}."
            )
        return publish_version(self._staging, output=self.plan.output, facts=self.facts(verdict))

    def reject(self, verdict: Verdict) -> Path:
        """Move the staged tables and the verdict under `output/rejected/` and return that folder."""
        (self.folder / "validation.json").write_text(verdict.as_json(), encoding="utf-8")
        name = f"{self.plan.folder.resolve().name}-{verdict.digest()}"
        return reject_version(self._staging, self.plan.output, name, self.facts(verdict))

    def facts(self, verdict: Verdict) -> dict[str, Any]:
        """Return what the manifest tells of the run; nothing in it depends on the clock or the machine."""
        return {
            "code_version": __version__,
            "digests": self.plan.digests,
            "settings": self.settings.model_dump(mode="json"),
            "settings_digest": self.settings.digest(),
            "taxonomy_version": load_taxonomy(self.settings.tag.taxonomy).version,
            "validation": {
                "passed": verdict.count(Status.PASSED),
                "failed": [
                    {
                        "table": o.table,
                        "column": o.column,
                        "expectation": o.expectation,
                        "severity": o.severity,
                        "unexpected": o.unexpected,
                        "reason": o.reason,
                    }
                    for o in verdict.outcomes
                    if o.status is not Status.PASSED
                ],
            },
        }

    def __enter__(self) -> Self:
        """Return the run."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the work folder and what is left of the staging folder."""
        shutil.rmtree(self.work, ignore_errors=True)
        self._staging.close()

    def _divided(self) -> dict[str, Batch]:
        size = self.settings.batch_documents
        clean, retag = self.plan.clean, self.plan.retag
        batches: dict[str, Batch] = {}
        for i in range(0, len(clean), size):
            folder = self.work / f"clean-{i // size:06d}"
            batches[_label(i, size, len(clean))] = Batch(folder, sources=clean[i : i + size])
        for i in range(0, len(retag), size):
            folder = self.work / f"tag-{i // size:06d}"
            batches[f"again {_label(i, size, len(retag))}"] = Batch(folder, doc_ids=retag[i : i + size])
        return batches

    def _stage(self, tables: dict[str, pa.Table]) -> dict[str, int]:
        largest = max(t.num_rows for t in tables.values())
        buckets = _buckets(largest, self.settings.output.bucket_rows)
        for name, table in tables.items():
            shutil.rmtree(self.folder / name, ignore_errors=True)
            write_table(
                table, self.folder / name, self.settings.output, buckets if "doc_id" in table.column_names else 1
            )
        self.rows = {name: table.num_rows for name, table in tables.items()}
        return self.rows


def _judge_here(folder: Path, suites: Path, _answer: Path) -> Verdict:
    return validate_folder(folder, suites)


def _label(start: int, size: int, total: int) -> str:
    """Say which batch this is.

    >>> _label(1000, 1000, 2500)
    'batch 2 of 3 (1,000 documents)'
    """
    count = min(size, total - start)
    return f"batch {start // size + 1} of {-(-total // size)} ({count:,} document{'s' if count != 1 else ''})"


def _buckets(rows: int, bucket_rows: int) -> int:
    """Return the number of doc_id buckets: one while small, then a power of two.

    >>> _buckets(10, 100), _buckets(101, 100), _buckets(900, 100)
    (1, 2, 16)
    """
    buckets = 1
    while rows > buckets * bucket_rows:
        buckets *= 2
    return buckets


def _read(folder: Path, name: str) -> pa.Table:
    import pyarrow.dataset as ds

    return ds.dataset(folder, format="parquet", schema=TABLES[name]).to_table()
