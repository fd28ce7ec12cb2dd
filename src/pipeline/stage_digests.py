"""The digest of each stage: of its code, its resources and its settings.

A document's work is keyed by the sha256 of its bytes and the digest of the stage that does it (`plan.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from .settings import Settings
from .taxonomy import packaged_texts

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
    "reuse.py",
    "run.py",
    "settings.py",
    "signatures.py",
    "slices.py",
    "stage_digests.py",
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

_NEUTRAL_RESOURCES = ("report",)


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


def phrases_apart(settings: Settings) -> str:
    """Return the sha256 of all that decides tags besides the phrases of the taxonomy and learned weights."""
    root = _PACKAGE / "resources" / "taxonomy"
    phrases = packaged_texts().keys()
    others = [p for p in root.rglob("*") if p.relative_to(root).as_posix() not in phrases]
    names = [p for name in _NAMES_RESOURCES for p in (_PACKAGE / "resources" / name).rglob("*")]
    code = [_PACKAGE / name for name in (*_TAG_CODE, *_NAMES_CODE)]
    tag = settings.tag.model_copy(update={"taxonomy": None})
    return _digest([*code, *names, *others], settings.model_copy(update={"tag": tag}).digest("tag"), ())


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
