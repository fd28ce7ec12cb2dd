"""Find out what a run has to do, before Prefect or Great Expectations is imported.

A document's work is keyed by the sha256 of its bytes and the digest of the stage that does it: the
stage's code, resources and settings. Clean and tag have digests of their own. The last version is the
cache: rows whose keys still hold are reused from it, and when all hold there is nothing to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import CorruptVersionError, UsageError
from .halves import CACHE, Input, LeftBatch, find_batches
from .last_taxonomy import TaggedBy, keep_taxonomy, tagged_by
from .model import Source, SourceStatus
from .read import list_sources
from .records import reading_order, split_record
from .settings import Settings
from .suites import load_suites
from .taxonomy import load_taxonomy, packaged_texts
from .version import Version, list_versions, open_version, served_version

if TYPE_CHECKING:
    import pyarrow as pa

    from .remote import RemoteFolder

_PACKAGE = Path(__file__).parent

_TAG_CODE = (
    "tag.py",
    "taxonomy.py",
    "topic_context.py",
    "topic_encoder.py",
    "topic_model.py",
    "topic_phrases.py",
    "topic_signals.py",
    "topic_weights.py",
    "word_forms.py",
)
_NAMES_CODE = ("entities.py", "entity_context.py", "gazetteer.py")
_TAG_RESOURCES, _NAMES_RESOURCES = ("taxonomy",), ("entities",)
# A changed name tags all again; a changed taxonomy leaves the names that were found, a fifth of tagging.
# schemas.py and tables.py are not here but in clean: they write each document's rows, which an unchanged digest keeps.
_OUTPUT_CODE = (
    "tabulate.py",
    "candidates.py",
    "catalog.py",
    "characters.py",
    "copies.py",
    "distinct.py",
    "settle.py",
    "duplicates.py",
    "parquet.py",
    "laws.py",
    "judging.py",
    "validate.py",
    "verdict.py",
    "quarantine.py",
    "suites.py",
)
# What neither decides a row nor how it is written: changing it makes no document stale.
_NEUTRAL_CODE = (
    "__init__.py",
    "batch.py",
    "divide.py",
    "durable.py",
    "errors.py",
    "explain.py",
    "failpoints.py",
    "halves.py",
    "kept_tags.py",
    "last_taxonomy.py",
    "manifest.py",
    "plan.py",
    "publish.py",
    "remote.py",
    "remote_notes.py",
    "remote_store.py",
    "run.py",
    "settings.py",
    "signatures.py",
    "slices.py",
    "staged.py",
    "taxonomy_change.py",
    "topic_tools.py",
    "validation_process.py",
    "version.py",
)
# What a batch's files depend on besides its stage. They outlive a run only when it did not end.
_BATCH_CODE = (
    "batch.py",
    "duplicates.py",
    "halves.py",
    "kept_tags.py",
    "last_taxonomy.py",
    "signatures.py",
    "taxonomy_change.py",
)

_PASSING = frozenset(("unreadable", "changed"))
# Reasons that lie in the moment, not in the bytes: who reads the same bytes again may be luckier.

_NEUTRAL_RESOURCES = ("report",)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do with each document, by doc_id, and the digests that say so."""

    folder: Path | RemoteFolder
    output: Path
    sources: tuple[Source, ...]
    digests: dict[str, str]
    clean: tuple[Source, ...]
    """One source a document that is to be cleaned and tagged."""
    retag: tuple[str, ...] = ()
    same_names: bool = False
    """Whether the mentions of documents that are tagged again stay as they are."""
    tagged_by: TaggedBy | None = None
    """The taxonomy of the last version, where names stay: compared with the one in use, it tells what it touches."""
    keep: tuple[str, ...] = ()
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
    sources = tuple(list_sources(folder, settings.read, output / CACHE / "listings"))
    previous, note = _last_version(output)
    if previous is None or full:
        clean = _one_source_a_document(sources)
        plan = Plan(folder, output, sources, digests, clean, previous=previous, note=note)
        return plan if full else _with_left(plan)
    plan = _with_left(_compared(Plan(folder, output, sources, digests, (), previous=previous), previous))
    if plan.retag and plan.same_names:
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


def seal_digest(digests: Mapping[str, str], work: str) -> str:
    """Return what stands for all that decides the files of a batch: "clean", "tag", or "export" of published texts.

    "topics" is to tag without looking for names. That is more than decides the rows: a batch also has signatures,
    and a form of its own.
    """
    stage = digests[{"export": "clean", "topics": "tag"}.get(work, work)]
    return _digest([_PACKAGE / name for name in _BATCH_CODE], f"{work} {stage}", ())


def stage_digests(settings: Settings, expectations: Path) -> dict[str, str]:
    """Return the sha256 of each stage's code, resources and settings: clean, tag, output, and names, a part of tag."""
    name_files = [_PACKAGE / name for name in _NAMES_CODE]
    name_files += [p for name in _NAMES_RESOURCES for p in (_PACKAGE / "resources" / name).rglob("*")]
    tag_files = [*name_files, *(_PACKAGE / name for name in _TAG_CODE)]
    tag_files += [p for name in _TAG_RESOURCES for p in (_PACKAGE / "resources" / name).rglob("*")]
    output_files = [_PACKAGE / name for name in _OUTPUT_CODE]
    neutral = [_PACKAGE / name for name in _NEUTRAL_CODE]
    neutral += [*_PACKAGE.glob("diff*.py"), *_PACKAGE.glob("report*.py")]
    neutral += [p for name in _NEUTRAL_RESOURCES for p in (_PACKAGE / "resources" / name).rglob("*")]
    other = {*tag_files, *output_files, *neutral}
    # A module that no list names belongs to clean: forgetting to list one costs work, never correctness.
    clean_files = [p for p in _PACKAGE.rglob("*") if p not in other and "expectations" not in p.parts]
    user = [Path(settings.tag.taxonomy)] if settings.tag.taxonomy else []
    libraries = (*_clean_libraries(), *(_versions("phonenumbers") if settings.clean.redact == "pii" else ()))
    return {
        "clean": _digest(clean_files, settings.digest("read", "clean"), libraries),
        "tag": _digest([*tag_files, *user], settings.digest("tag"), ()),
        "names": _digest(name_files, "", ()),
        "output": _digest(
            [*output_files, *expectations.glob("*.json")], settings.digest("output"), _versions("pyarrow")
        ),
    }


def keep_for_comparison(plan: Plan, settings: Settings, expectations: Path) -> None:
    """Keep the taxonomy of a version that was published by a plan, unless it is another by now."""
    if stage_digests(settings, expectations)["tag"] == plan.digests["tag"]:
        file = tagged_by(plan.output, plan.digests["tag"], phrases_apart(settings))
        keep_taxonomy(file, settings.tag.taxonomy)


def phrases_apart(settings: Settings) -> str:
    """Return the sha256 of all that decides tags besides the phrases of the taxonomy and learned weights."""
    root = _PACKAGE / "resources" / "taxonomy"
    phrases = packaged_texts().keys()
    others = [p for p in root.rglob("*") if p.relative_to(root).as_posix() not in phrases]
    names = [p for name in _NAMES_RESOURCES for p in (_PACKAGE / "resources" / name).rglob("*")]
    code = [_PACKAGE / name for name in (*_TAG_CODE, *_NAMES_CODE)]
    tag = settings.tag.model_copy(update={"taxonomy": None})
    return _digest([*code, *names, *others], settings.model_copy(update={"tag": tag}).digest("tag"), ())


def _compared(plan: Plan, previous: Version) -> Plan:
    """Divide the documents by what of the last version still holds."""
    import pyarrow.compute as pc

    # The newest facts, not the manifest's: a changed rule that changes no row publishes nothing.
    before = dict(previous.facts.get("digests", {}))
    documents = previous.table("documents", ["doc_id", "source_path"])
    paths = (documents.column(c).to_pylist() for c in ("doc_id", "source_path"))
    was = {doc_id: _kind(path) for doc_id, path in zip(*paths, strict=True)}
    rows = previous.table("sources")
    refused = {
        r["source_sha256"]: r
        for r in _with_status(rows, SourceStatus.REJECTED)
        if r["source_sha256"] and r["reason"] not in _PASSING
    }
    read = rows.filter(pc.equal(rows.column("status"), str(SourceStatus.PUBLISHED)))
    columns = (read.column(c).to_pylist() for c in ("doc_id", "encoding", "media_type", "detail"))
    notes = {doc_id: note for doc_id, *note in zip(*columns, strict=True)}
    # Rows in quarantine are not in the tables, so their documents are made again whenever a run is made at all.
    held = {key.split(":")[0] for key in previous.table("quarantine", ["row_key"]).column("row_key").to_pylist()}
    same_clean, same_tag = (before.get(k) == plan.digests[k] for k in ("clean", "tag"))
    known = set(was) | held
    clean, retag, keep, sources = [], [], [], []
    again: list[Source] = []
    decided: set[str] = set()
    for source in plan.sources:
        doc_id = source.doc_id
        if same_clean and doc_id is not None and source.source_sha256 in refused and doc_id not in known:
            row = refused[source.source_sha256]
            source = replace(
                source, status=SourceStatus.REJECTED, doc_id=None, reason=row["reason"], detail=row["detail"]
            )
            doc_id = None
        kept = same_clean and doc_id in was and doc_id not in held and was.get(doc_id) == _kind(source.source_path)
        if doc_id is not None and kept and source.status is SourceStatus.PUBLISHED:
            encoding, media_type, detail = notes[doc_id]
            source = replace(source, encoding=encoding, media_type=media_type, detail=detail)
        sources.append(source)
        if doc_id is None or doc_id in decided:
            continue
        decided.add(doc_id)
        if same_clean and same_tag and doc_id in held:
            again.append(source)
        elif not kept:
            clean.append(source)
        elif same_tag:
            keep.append(doc_id)
        else:
            retag.append(doc_id)
    listed = zip(*(rows.column(c).to_pylist() for c in ("source_path", "source_sha256", "bytes")), strict=True)
    # Both are sorted by path.
    unchanged = [(s.source_path, s.source_sha256, s.size) for s in sources] == list(listed)
    return replace(
        plan,
        sources=tuple(sources),
        clean=_in_reading_order((*clean, *again)),
        retag=tuple(retag),
        same_names=before.get("names") == plan.digests["names"],
        keep=tuple(keep),
        removed=tuple(sorted(set(was) - decided)),
        up_to_date=unchanged and not clean and not retag and before == plan.digests,
    )


def _with_status(sources: pa.Table, status: SourceStatus) -> list[dict[str, Any]]:
    import pyarrow.compute as pc

    rows: list[dict[str, Any]] = sources.filter(pc.equal(sources.column("status"), str(status))).to_pylist()
    return rows


def _with_left(plan: Plan) -> Plan:
    """Find the batches that a run left which did not end."""
    cleaned = find_batches(plan.output, seal_digest(plan.digests, "clean"), map(input_of, plan.clean))
    exported = find_batches(plan.output, seal_digest(plan.digests, "export"), map(input_of, plan.retag))
    return replace(plan, left=(*cleaned, *exported))


def _kind(path: str) -> str:
    """Return the suffixes that decide how a file is read: the same bytes as .txt and .html are two documents."""
    place = split_record(path)
    if place is not None and place.name is None:
        return "#"  # a record's digest covers its media type
    # As Path.suffixes has them, which costs 15 us a path.
    name = path.rpartition("/")[2].lower()
    suffixes = [] if name.endswith(".") else name.lstrip(".").split(".")[1:]
    return ".".join(("", *(suffixes[-2:] if suffixes[-1:] == ["gz"] else suffixes[-1:])))


def _last_version(output: Path) -> tuple[Version | None, str | None]:
    """Open the version that is served, if there is one that can be trusted."""
    if not list_versions(output):
        return None, None
    try:
        return open_version(output), None
    except CorruptVersionError as error:
        return None, f"the last version cannot be reused: {error}"


def _one_source_a_document(sources: Iterable[Source]) -> tuple[Source, ...]:
    first: dict[str, Source] = {}
    for source in sources:
        if source.doc_id is not None:
            first.setdefault(source.doc_id, source)
    return _in_reading_order(first.values())


def _in_reading_order(sources: Iterable[Source]) -> tuple[Source, ...]:
    """Put records of one file one after the other, so that a batch reads on where the last one stopped."""
    return tuple(sorted(sources, key=lambda source: reading_order(source.source_path)))


def _digest(files: Iterable[Path], settings_digest: str, libraries: Iterable[str]) -> str:
    total = hashlib.sha256(settings_digest.encode())
    for library in libraries:
        total.update(library.encode() + b"\0")
    for path in sorted(set(files)):
        if path.is_file() and path.suffix != ".pyc":
            name = path.relative_to(_PACKAGE) if path.is_relative_to(_PACKAGE) else Path(path.name)
            total.update(f"{name.as_posix()}\0{_file_digest(path, path.stat().st_mtime_ns)}\0".encode())
    return total.hexdigest()


@cache
def _file_digest(path: Path, _changed_at: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _clean_libraries() -> tuple[str, ...]:
    return _versions("lxml", "langdetect", "trafilatura", "charset-normalizer", "fastwarc", "brotli")


def _versions(*names: str) -> tuple[str, ...]:
    from importlib.metadata import version

    return tuple(f"{name}=={version(name)}" for name in names)
