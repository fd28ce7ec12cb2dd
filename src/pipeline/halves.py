"""Keep the finished batches of a run that did not end, so that the next run need not make them again.

A batch has two halves, folders called `cleaned` and `tagged`, and each appears whole, by a rename, with a
seal: by which stage's digest it was made, of which inputs, and the hash of each file. When a run fails,
or a dead run's staging is cleared away, its finished batches are moved to `output/.cache/batches`. A
later run takes over those whose stage and inputs are its own: it moves them into its own staging, so that
no two runs have one, and reads every file against its hash. What is damaged or fits no longer is removed
and made again, and a publication leaves none.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from . import durable
from .manifest import hash_file

CACHE = ".cache"
BATCHES = "batches"
WORK = "work"
"""The folder of a run's batches in its staging."""
CLEANED = "cleaned"
TAGGED = "tagged"

_SEAL = "seal.json"


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What a half of the work on a batch counted."""

    documents: int
    characters: int
    counts: dict[str, int]
    taken_over: bool = False
    """Whether it was found finished."""


Input = tuple[str, str]
"""What a batch is made of: (path, sha256) of a source, or (doc_id, "") of a document that is tagged again."""


@dataclass(frozen=True, slots=True)
class LeftBatch:
    """A batch that another run left, and what it was made of."""

    folder: Path
    inputs: tuple[Input, ...]


def make_half(
    folder: Path, half: str, digest: str, inputs: Sequence[Input], make: Callable[[Path], BatchReport]
) -> BatchReport:
    """Return the report on a half of the batch in `folder`: as it was left, or made now by `make(folder of the half)`.

    Two processes that make one half at once do no harm: the first that has it whole wins.
    """
    done = _sealed(folder / half, digest)
    if done is not None:
        return replace(BatchReport(**done["report"]), taken_over=True)
    shutil.rmtree(folder / half, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{half}-", dir=folder))
    report = make(unfinished)
    files = {path.name: hash_file(path) for path in sorted(unfinished.iterdir())}
    seal = {"digest": digest, "inputs": list(inputs), "files": files, "report": asdict(report)}
    (unfinished / _SEAL).write_text(json.dumps(seal, ensure_ascii=False), encoding="utf-8")
    try:
        durable.rename(unfinished, folder / half)
    except OSError:
        if not (folder / half / _SEAL).is_file():
            raise
        shutil.rmtree(unfinished, ignore_errors=True)
    return report


def rescue_batches(staging: Path, output: Path) -> None:
    """Move the finished batches of a staging to where the next run looks; what cannot be moved is given up.

    The caller owns the staging, or holds the lock under which dead ones are cleared away.
    """
    target = output / CACHE / BATCHES
    with suppress(OSError):
        for folder in sorted((staging / WORK).iterdir()):
            if (folder / CLEANED / _SEAL).is_file():
                target.mkdir(parents=True, exist_ok=True)
                # A name of its own: two runs may leave batches of one number. A rename replaces the empty folder.
                durable.rename(folder, Path(tempfile.mkdtemp(prefix="batch-", dir=target)))


def find_batches(output: Path, digest: str, wanted: Iterable[Input]) -> list[LeftBatch]:
    """Return the batches left that were made by what `digest` stands for, of `wanted` alone; no input twice."""
    made: list[LeftBatch] = []
    for folder in _left(output):
        seal = _seal(folder / CLEANED)
        if seal is not None and seal["digest"] == digest and seal["inputs"]:
            made.append(LeftBatch(folder, tuple((name, sha256) for name, sha256 in seal["inputs"])))
    left = set(wanted) if made else set()
    found = []
    for batch in sorted(made, key=lambda b: b.inputs):
        if left.issuperset(batch.inputs):
            left.difference_update(batch.inputs)
            found.append(batch)
    return found


def claim_batch(left: LeftBatch, folder: Path) -> bool:
    """Move a batch to `folder`; return False when it is gone, for another run has it."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        os.rename(left.folder, folder)
    except OSError:
        return False
    return True


def drop_batches(output: Path) -> int:
    """Remove all batches that were left, and return how many there were."""
    folders = list(_left(output))
    for folder in folders:
        durable.remove_tree(folder)
    with suppress(OSError):
        (output / CACHE / BATCHES).rmdir()
    return len(folders)


def _left(output: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from sorted(path for path in (output / CACHE / BATCHES).iterdir() if path.is_dir())


def _sealed(folder: Path, digest: str) -> dict[str, Any] | None:
    """Return a half's seal if it was made by what `digest` stands for and every file is as it was; else None."""
    seal = _seal(folder)
    if seal is None or seal["digest"] != digest:
        return None
    with suppress(OSError):
        if all(hash_file(folder / name) == sha256 for name, sha256 in seal["files"].items()):
            return seal
    return None


def _seal(folder: Path) -> dict[str, Any] | None:
    try:
        seal = json.loads((folder / _SEAL).read_bytes())
    except (OSError, ValueError):
        return None
    return seal if isinstance(seal, dict) and {"digest", "inputs", "files", "report"} <= seal.keys() else None
