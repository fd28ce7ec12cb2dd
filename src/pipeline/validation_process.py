"""Validate in a process of its own, started first and asked last.

Importing Great Expectations costs seconds of CPU and about 300 MB. The child imports it while the
parent works, then waits for one line on its standard input: which folder to judge, by which suites, and
where to write the verdict. It ends when it has answered, or when the parent is gone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from .errors import ContractError
from .validate import Verdict, validate_folder


class ValidationProcess:
    """A child process that judges one folder; a context manager that never leaves it behind."""

    def __init__(self, suites: Path, log: Path) -> None:
        """Start the child. `suites` is the folder of suites, `log` the file for what the child prints."""
        self._suites = suites
        self._log = log
        environment = {**os.environ, "GX_ANALYTICS_ENABLED": "False", "PYTHONPATH": os.pathsep.join(sys.path)}
        with log.open("wb") as out:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "pipeline.validation_process"],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=environment,
            )

    def judge(self, folder: Path, verdict: Path) -> Verdict:
        """Judge the tables in `folder`; `verdict` is the file the child answers in.

        Raises ContractError when the child ended without an answer.
        """
        request = {"folder": str(folder), "suites": str(self._suites), "verdict": str(verdict)}
        try:
            self._child.communicate(json.dumps(request).encode() + b"\n")
        except BrokenPipeError:
            self._child.wait()
        if self._child.returncode != 0 or not verdict.is_file():
            printed = self._log.read_text(encoding="utf-8", errors="replace")[-2_000:]
            raise ContractError(
                f"The validation ended with {self._child.returncode} and no verdict; nothing is published. "
                f"It printed: {printed.strip() or 'nothing'}"
            )
        return Verdict.from_json(verdict.read_text(encoding="utf-8"))

    def __enter__(self) -> Self:
        """Return the running process."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the child if it still runs."""
        if self._child.poll() is None:
            self._child.kill()
        self._child.wait()
        if self._child.stdin is not None:
            self._child.stdin.close()


def main() -> None:
    """Import what validation needs, wait for a request, answer it."""
    import great_expectations  # noqa: F401

    line = sys.stdin.readline()
    if not line:
        return
    request = json.loads(line)
    verdict = validate_folder(Path(request["folder"]), Path(request["suites"]))
    path = Path(request["verdict"])
    partial = path.with_suffix(".partial")
    partial.write_text(verdict.as_json(), encoding="utf-8")
    partial.replace(path)


if __name__ == "__main__":
    main()
