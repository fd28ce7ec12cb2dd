"""One run from a plan to a published version, step by step, without an engine.

`flows/` calls the steps as Prefect tasks; `build_version` calls them one after the other, and a test
holds that both give the same bytes. A run keeps its batches' files in a work folder of its own, stages
the tables, has them judged, and either publishes them or puts them aside. Batches that a run finished
before it failed are kept for the next (`halves.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from . import __version__
from .batch import clean_batch, tag_batch
from .diff import Columns, compare_tables
from .diff_model import Difference
from .divide import Batch, divide
from .durable import OutputError, output_errors
from .errors import UsageError, ValidationFailedError
from .halves import CLEANED, TAGGED, WORK, BatchReport, drop_batches, make_half, rescue_batches
from .kept_tags import UNTOUCHED, read_untouched
from .last_taxonomy import TaggedBy, compare_taxonomies
from .plan import Plan, keep_for_comparison
from .publish import Published, open_staging, publish_version, reject_version
from .quarantine import quarantine_folder
from .report import write_report
from .settings import Settings
from .signatures import signature_cache
from .stage_digests import seal_digest
from .staged import StagedTables
from .tabulate import Ingredients, Kept, columns_made, export_for_tagging, write_tables
from .taxonomy import load_taxonomy
from .validate import Outcome, Status, Verdict, validate_folder
from .version import open_version

if TYPE_CHECKING:
    from .remote import RemoteFolder

T = TypeVar("T")
_ROUNDS = 3
# Rows leave in rounds where one that left makes another fail: its topics, its document's count.


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

    The run that follows takes over the batches that were made for this.
    Raises UsageError when there is no version to compare with.
    """
    if plan.previous is None:
        raise UsageError(f"{plan.output} holds no version to compare with. Publish one first, without --dry-run.")
    with Run(plan, settings, expectations) as run:
        for label in run.batches:
            run.clean(label)
            run.tag(label)
        run.tabulate()
        difference = compare_tables(plan.previous, StagedTables(run.folder), plan.previous.name, "this run")
        run.keep_batches()
        return difference


class Run:
    """The state of one run; a context manager that leaves no work folder behind.

    A plain class on purpose: Prefect looks into the fields of dataclasses that pass between tasks.
    """

    def __init__(
        self,
        plan: Plan,
        settings: Settings,
        expectations: Path,
        call: Callable[..., Any] | None = None,
        workers: int = 1,
    ) -> None:
        """Divide the plan into batches. `call(function, *args)` runs a batch's work on a worker, here by default."""
        self.plan = plan
        self.settings = settings
        self.expectations = expectations
        self.rows: dict[str, int] = {}
        self.taken_over = 0
        """Documents found cleaned by a run that did not end."""
        self._tags_kept: dict[str, int] = {}
        """Documents of each batch that a changed taxonomy does not touch."""
        self._call = call or (lambda function, *args: function(*args))
        self._staging = open_staging(plan.output)
        self.folder: Path = self._staging.folder
        self.work = self._staging.root / WORK
        self.work.mkdir()
        with output_errors(self.work):
            plan.sources.spill(self.work / "sources")
        self.batches = dict(divide(plan, settings, self.work, workers))

    def clean(self, label: str) -> BatchReport | None:
        """Extract, clean and segment a batch's documents; nothing to do for one that is only tagged again."""
        batch = self.batches[label]
        if not batch.sources:
            return None
        report: BatchReport = self._call(clean_one, batch, self.plan.folder, self.settings, self.plan.digests)
        self.taken_over += len(batch.sources) if report.taken_over and batch.left else 0
        return report

    def tag(self, label: str) -> BatchReport:
        """Tag a batch's sentences and find its mentions."""
        version = self.plan.previous.path if self.plan.previous is not None else None
        batch, names = self.batches[label], not self.plan.same_names
        given = batch, version, self.settings, self.plan.digests, names, self.plan.tagged_by
        report: BatchReport = self._call(tag_one, *given)
        self._tags_kept[label] = report.counts.get("tags_kept", 0)
        return report

    def tabulate(self) -> dict[str, int]:
        """Assemble the tables, write them into the staging folder, and return their row counts."""
        kept = None
        retagged = [b.folder for b in self.batches.values() if b.doc_ids]
        if self.plan.previous is not None and len(self.plan.keep) + len(self.plan.retag):
            untouched = pa.concat_arrays([pa.array([], pa.string()), *map(_untouched, retagged)])
            whole = pa.concat_arrays([self.plan.keep, untouched])
            again = self.plan.retag.filter(pc.invert(pc.is_in(self.plan.retag, value_set=untouched)))
            same_form = self._is_written_alike() and not self.plan.previous.rows("quarantine")
            kept = Kept(self.plan.previous, whole, again, self.plan.same_names, same_form)
        given = Ingredients(
            sources=self.plan.sources,
            cleaned=[b.folder for b in self.batches.values() if b.sources],
            retagged=retagged,
            kept=kept,
            taxonomy_version=load_taxonomy(self.settings.tag.taxonomy).version,
            signatures=signature_cache(self.plan.output, seal_digest(self.plan.digests, "clean")),
        )
        self.rows = write_tables(given, self.folder, self.settings.output, self.work)
        return self.rows

    def describe(self) -> str:
        """Return in words what was done: "3 cleaned, 41 tagged again, 9,956 kept"."""
        plan = self.plan
        said = [f"{len(plan.clean) - self.taken_over:,} cleaned"]
        untouched = sum(self._tags_kept.values())
        said += [f"{len(plan.retag) - untouched:,} tagged again", f"{len(plan.keep) + untouched:,} kept"]
        if self.taken_over:
            said.append(f"{self.taken_over:,} taken over from an interrupted run")
        if plan.removed:
            said.append(f"{len(plan.removed):,} removed")
        return ", ".join(said)

    def validate(self, judge: Judge) -> Verdict:
        """Have the staged tables judged; quarantine rows where that is enough, and judge what is left.

        The verdict returned tells of the failures that led to the quarantine as well. Rows that keep failing,
        because each quarantine makes others fail, stop the run.
        """
        share = self.settings.output.max_quarantine_share
        moved: list[Outcome] = []
        for number in range(1 + _ROUNDS):
            verdict = judge(self.folder, self.expectations, self.work / f"verdict-{number}.json")
            failures = verdict.quarantined()
            if not failures or verdict.stopping(share):
                return verdict.with_failures(moved)
            if number < _ROUNDS:
                scratch = self.work / f"quarantine-{number}"
                self.rows = quarantine_folder(self.folder, failures, self.settings.output, scratch)
                moved += failures
        return verdict.stopped_by(failures)

    def report(self, verdict: Verdict) -> Path:
        """Write the page that tells a person what came in and what became of it."""
        share, name = self.settings.output.max_quarantine_share, self.plan.folder.resolve().name
        previous = self.plan.previous
        # A comparison quotes the old sentences, and with them what is to be marked now.
        if previous is not None and _redaction(previous.facts) != self.settings.clean.redact:
            previous = None
        same = self.may_differ()
        return write_report(
            self.folder, verdict, previous=previous, may_differ=same, name=name, max_quarantine_share=share
        )

    def publish(self, verdict: Verdict) -> Published:
        """Publish the staged tables, or put them aside and raise ValidationFailedError."""
        stopping = verdict.stopping(self.settings.output.max_quarantine_share)
        if stopping:
            aside = self.reject(verdict)
            raise ValidationFailedError(
                f"{stopping[0].describe()}{f' (and {len(stopping) - 1} more)' if len(stopping) > 1 else ''}. "
                f"Nothing was published; the tables and validation.json are in {aside}."
            )
        published = publish_version(self._staging, output=self.plan.output, facts=self.facts(verdict))
        drop_batches(self.plan.output)
        keep_for_comparison(self.plan, self.settings, self.expectations)
        if not isinstance(self.plan.folder, Path):
            self.plan.folder.drop()
        return published

    def may_differ(self) -> Columns | None:
        """Return the columns in which documents that the last version has too may differ; None where it may be any."""
        plan, before = self.plan, self.plan.previous
        if before is None or not self._is_written_alike():
            return None
        # Documents that were, or are now, in quarantine have other rows.
        known = len(plan.keep) + len(plan.retag) + len(plan.removed)
        if known != before.rows("documents") or self.rows["quarantine"]:
            return None
        again = len(plan.retag) > 0
        return columns_made(topics=again, names=again and not plan.same_names)

    def _is_written_alike(self) -> bool:
        """Say whether the tables of the last version were assembled and written as they are now."""
        before = self.plan.previous
        return before is not None and before.facts.get("digests", {}).get("output") == self.plan.digests["output"]

    def reject(self, verdict: Verdict) -> Path:
        """Move the staged tables and the verdict under `output/rejected/` and return that folder."""
        (self.folder / "validation.json").write_text(verdict.as_json(), encoding="utf-8")
        name = f"{self.plan.folder.resolve().name}-{verdict.digest()}"
        return reject_version(self._staging, self.plan.output, name, self.facts(verdict))

    def keep_batches(self) -> None:
        """Leave the finished batches to the next run, which takes over those that it needs."""
        rescue_batches(self._staging.root, self.plan.output)

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
        """Remove the staging; after an error, keep the finished batches for the next run."""
        # Where the disk is full, what they take is what the next run needs.
        if kind is not None and not isinstance(error, OutputError):
            self.keep_batches()
        self._staging.close()


def _untouched(folder: Path) -> pa.Array:
    tagged = folder / TAGGED
    return read_untouched(tagged) if (tagged / UNTOUCHED).is_file() else pa.array([], pa.string())


def _redaction(facts: Mapping[str, Any]) -> str:
    return str(facts.get("settings", {}).get("clean", {}).get("redact", "none"))


def _judge_here(folder: Path, suites: Path, _answer: Path) -> Verdict:
    return validate_folder(folder, suites)


def clean_one(
    batch: Batch, input_folder: Path | RemoteFolder, settings: Settings, digests: dict[str, str]
) -> BatchReport:
    """Clean a batch, unless it is found cleaned."""
    make = partial(clean_batch, batch.sources, input_folder, settings)
    return make_half(batch.folder, CLEANED, seal_digest(digests, "clean"), batch.inputs, make)


def tag_one(
    batch: Batch,
    version: Path | None,
    settings: Settings,
    digests: dict[str, str],
    names: bool = True,
    by: TaggedBy | None = None,
) -> BatchReport:
    """Tag a batch, unless it is found tagged; the texts of one that is only tagged again come from `version`.

    Without `names`, the mentions in such a batch are not looked for: those of `version` stay. `by` says which taxonomy
    gave the tags of `version`; those of documents that its change does not touch stay, too.
    """
    change = None
    if batch.doc_ids and version is not None:
        make = partial(export_for_tagging, open_version(version), batch.doc_ids)
        make_half(batch.folder, CLEANED, seal_digest(digests, "export"), batch.inputs, make)
        change = compare_taxonomies(by, settings.tag.taxonomy, digests["tag"]) if by is not None else None
    names = names or not batch.doc_ids
    tag = partial(tag_batch, batch.folder / CLEANED, settings, names=names, change=change)
    seal = seal_digest(digests, "tag" if names else "topics")
    if by is not None and change is not None:
        # Which documents are untouched holds for that version alone.
        seal = f"{seal} {by.tag}"
    return make_half(batch.folder, TAGGED, seal, batch.inputs, tag)
