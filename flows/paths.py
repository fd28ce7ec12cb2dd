"""Where the files that ship with the product are, in the repository and when installed."""

from __future__ import annotations

from pathlib import Path

import pipeline
from pipeline.errors import UsageError

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


def check_apart(source: Path, output: Path) -> None:
    """Raise UsageError when the output lies in the input folder: a run would read its own tables as documents.

    Folders whose name begins with a dot are passed over when reading, so there it may lie.
    """
    inside = output.resolve()
    if not inside.is_relative_to(source.resolve()):
        return
    if not any(part.startswith(".") for part in inside.relative_to(source.resolve()).parts):
        raise UsageError(
            f"the output {output} lies in the input folder {source}: the next run would read its tables as documents. "
            "Give another folder, with --output."
        )
