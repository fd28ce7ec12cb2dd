"""Where the files that ship with the product are, in the repository and when installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pipeline
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.remote import RemoteFolder

_PACKAGE = Path(pipeline.__file__).parent


def expectations_folder(given: str | None = None) -> Path:
    """Return the folder of expectation suites: the one given, the repository's, or the installed one."""
    if given is not None:
        folder = Path(given)
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder of expectation suites.")
        return folder
    beside = _PACKAGE.parent.parent / "expectations"
    return beside if beside.is_dir() else _PACKAGE / "expectations"


def input_folder(source: str, output: Path, *, fresh: bool = False) -> Path | RemoteFolder:
    """Return the folder of raw documents: a local one, or one at an address such as s3://bucket/prefix.

    What is fetched from there is kept below `output` while it is read; with `fresh` everything is fetched anew.
    Raises UsageError when a local folder is not there.
    """
    from pipeline.halves import CACHE
    from pipeline.remote import folder_of

    folder = folder_of(source, output / CACHE, fresh=fresh)
    if isinstance(folder, Path) and not folder.is_dir():
        raise UsageError(f"{source} is not a folder. Give the folder that holds the raw documents.")
    return folder


def check_apart(source: Path | RemoteFolder, output: Path) -> None:
    """Raise UsageError when the output lies in the input folder: a run would read its own tables as documents.

    Folders whose name begins with a dot are passed over when reading, so there it may lie.
    """
    if not isinstance(source, Path):
        return
    inside = output.resolve()
    if not inside.is_relative_to(source.resolve()):
        return
    if not any(part.startswith(".") for part in inside.relative_to(source.resolve()).parts):
        raise UsageError(
            f"the output {output} lies in the input folder {source}: the next run would read its tables as documents. "
            "Give another folder, with --output."
        )
