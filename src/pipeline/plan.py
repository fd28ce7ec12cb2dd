"""Find out what a run has to do, before Prefect or Great Expectations is imported.

A document's work is keyed by the sha256 of its bytes and the digest of the stage that does it: the
stage's code, resources and settings. Clean and tag have digests of their own. The last version is the
cache: rows whose keys still hold are reused from it, and when all hold there is nothing to do.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import CorruptVersionError, UsageError
from .halves import CACHE, Input, LeftBatch, find_batches
from .last_taxonomy import TaggedBy, keep_taxonomy, tagged_by
from .model import Source
from .read import list_sources
from .settings import Settings
from .stage_digests import phrases_apart, seal_digest, stage_digests
from .suites import load_suites
from .taxonomy import load_taxonomy
from .version import Version, list_versions, open_version, served_version

if TYPE_CHECKING:
    import pyarrow as pa

    from .remote import RemoteFolder
    from .source_rows import SourceRows


def _no_ids() -> pa.Array:
    import pyarrow as pa

    return pa.array([], pa.string())


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do with each document, by doc_id, and the digests that say so."""

    folder: Path | RemoteFolder
    output: Path
    sources: SourceRows
    digests: dict[str, str]
    clean: SourceRows
    """One source a document that is to be cleaned and tagged, in the order of reading."""
    retag: pa.Array = field(default_factory=_no_ids)
    same_names: bool = False
    """Whether the mentions of documents that are tagged again stay as they are."""
    tagged_by: TaggedBy | None = None
    """The taxonomy of the last version, where names stay: compared with the one in use, it tells what it touches."""
    keep: pa.Array = field(default_factory=_no_ids)
    removed: tuple[str, ...] = ()
    left: tuple[LeftBatch, ...] = ()
    """Finished batches of a run that did not end, made of some of `clean` or `retag`."""
    previous: Version | None = field(default=None, compare=False)
    up_to_date: bool = False
    note: str | None = None
    """Why the last version was not used, if it was not."""

    def describe(self) -> str:
        """Return the counts in words: "3 to clean, 41 to tag again, 9,956 kept"."""
        again = "to search for changed phrases" if self.tagged_by else "to tag again"
        said = [f"{len(self.clean):,} to clean", f"{len(self.retag):,} {again}", f"{len(self.keep):,} kept"]
        if self.left:
            said.append(f"{sum(len(batch.inputs) for batch in self.left):,} of them begun by an interrupted run")
        if self.removed:
            said.append(f"{len(self.removed):,} removed")
        return ", ".join(said)


def make_plan(
    folder: Path | RemoteFolder, output: Path, settings: Settings, expectations: Path, *, full: bool = False
) -> Plan:
    """Compare the input folder and the stages' digests with the last version.

    With `full`, nothing is reused: of the last version, or of a run that did not end. Raises UsageError when
    `folder` is not a folder.
    """
    if isinstance(folder, Path) and not folder.is_dir():
        raise UsageError(f"{folder} is not a folder. Give the folder that holds the raw documents.")
    load_suites(expectations)
    if settings.tag.taxonomy:
        load_taxonomy(settings.tag.taxonomy)
    if settings.tag.encoder:
        from .topic_encoder import load_encoder  # numpy

        load_encoder(settings.tag.encoder)
    digests = stage_digests(settings, expectations)
    sources = list_sources(folder, settings.read, output / CACHE / "listings")
    previous, note = _last_version(output)
    if previous is None or full:
        clean = sources.take(sources.first_of_documents()).in_reading_order()
        plan = Plan(folder, output, sources, digests, clean, previous=previous, note=note)
        return plan if full else _with_left(plan)
    plan = _with_left(_compared(Plan(folder, output, sources, digests, sources[:0], previous=previous), previous))
    if len(plan.retag) and plan.same_names:
        file = tagged_by(output, previous.facts["digests"]["tag"], phrases_apart(settings))
        plan = replace(plan, tagged_by=file if file.path.is_file() else None)
    if plan.up_to_date and not isinstance(folder, Path):
        folder.drop()
    return plan


def is_current(plan: Plan) -> bool:
    """Say whether the version that a plan rests on is still the one that is served."""
    with suppress(CorruptVersionError):
        return served_version(plan.output) == (plan.previous.name if plan.previous is not None else None)
    return False


def input_of(item: Source | str) -> Input:
    """Return what names a source, or a document that is tagged again, among the inputs of a batch."""
    return (item, "") if isinstance(item, str) else (item.source_path, item.source_sha256 or "")


def keep_for_comparison(plan: Plan, settings: Settings, expectations: Path) -> None:
    """Keep the taxonomy of a version that was published by a plan, unless it is another by now."""
    if stage_digests(settings, expectations)["tag"] == plan.digests["tag"]:
        file = tagged_by(plan.output, plan.digests["tag"], phrases_apart(settings))
        keep_taxonomy(file, settings.tag.taxonomy)


def _compared(plan: Plan, previous: Version) -> Plan:
    """Divide the documents by what of the last version still holds."""
    from .reuse import find_reusable

    # The newest facts, not the manifest's: a changed rule that changes no row publishes nothing.
    before = dict(previous.facts.get("digests", {}))
    same_clean, same_tag = (before.get(k) == plan.digests[k] for k in ("clean", "tag"))
    found = find_reusable(plan.sources, previous, same_clean=same_clean, same_tag=same_tag)
    return replace(
        plan,
        sources=found.sources,
        clean=found.clean,
        retag=found.retag,
        same_names=before.get("names") == plan.digests["names"],
        keep=found.keep,
        removed=found.removed,
        up_to_date=found.nothing_new and before == plan.digests,
    )


def _with_left(plan: Plan) -> Plan:
    """Find the batches that a run left which did not end."""
    cleaned = find_batches(plan.output, seal_digest(plan.digests, "clean"), map(input_of, plan.clean))
    doc_ids = (doc_id.as_py() for doc_id in plan.retag)
    exported = find_batches(plan.output, seal_digest(plan.digests, "export"), map(input_of, doc_ids))
    return replace(plan, left=(*cleaned, *exported))


def _last_version(output: Path) -> tuple[Version | None, str | None]:
    """Open the version that is served, if there is one that can be trusted."""
    if not list_versions(output):
        return None, None
    try:
        return open_version(output), None
    except CorruptVersionError as error:
        return None, f"the last version cannot be reused: {error}"
