"""Validate in a process of its own, started first and asked last.

Importing Great Expectations costs seconds of CPU and about 300 MB. The child imports it while the
parent works, then answers requests: which folder to judge, by which suites, and where to write the
verdict. It ends when its standard input is closed, so it never outlives the parent.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

from .errors import ContractError
from .validate import Verdict, validate_folder


class ValidationProcess:
    """A child process that judges folders; a context manager that never leaves it behind."""

    def __init__(self, log: Path) -> None:
        """Start the child. `log` is the file for what it prints."""
        self._log = log
        environment = {**os.environ, "GX_ANALYTICS_ENABLED": "False", "PYTHONPATH": os.pathsep.join(sys.path)}
        with log.open("wb") as printed:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "pipeline.validation_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=printed,
                # Arrow's own allocator keeps what was freed: a fifth of the peak.
                env={"ARROW_DEFAULT_MEMORY_POOL": "system", **environment},
            )

    @property
    def pid(self) -> int:
        """Return the child's process id."""
        return self._child.pid

    def judge(self, folder: Path, suites: Path, verdict: Path) -> Verdict:
        """Judge the tables in `folder` by the suites in `suites`; `verdict` is the file the child answers in.

        Raises ContractError when the child ended without an answer.
        """
        assert self._child.stdin is not None and self._child.stdout is not None
        request = {"folder": str(folder), "suites": str(suites), "verdict": str(verdict)}
        answer = b""
        try:
            self._child.stdin.write(json.dumps(request).encode() + b"\n")
            self._child.stdin.flush()
            answer = self._child.stdout.readline()
        except BrokenPipeError:
            pass
        if answer.strip() != b"done":
            printed = self._log.read_text(encoding="utf-8", errors="replace")[-2_000:]
            raise ContractError(
                f"The validation ended with {self._child.wait()} and no verdict; nothing is published. "
                f"It printed: {printed.strip() or 'nothing'}"
            )
        return Verdict.from_json(verdict.read_text(encoding="utf-8"))

    def __enter__(self) -> Self:
        """Return the running process."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the child; it has nothing to lose."""
        self._child.kill()
        self._child.communicate()


class _Deferred(ModuleType):
    """A module that is imported when something of it is first used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def _defer(name: str) -> None:
    """Put off an import. importlib's own LazyLoader does not: `import x` itself reads `x.__spec__` and wakes it."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        return
    module = _Deferred(name)
    module.__spec__ = spec
    module.__path__ = spec.submodule_search_locations or []
    sys.modules[name] = module


def main() -> None:
    """Import what validation needs, then answer requests until standard input is closed."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print must not be taken for an answer
    # Great Expectations draws charts with altair, computes one expectation (KL divergence) with scipy.stats, checks
    # configurations that are read from files with jsonschema and renders Markdown with mistune, and imports them
    # always. SQLAlchemy it does without where that is not installed; here it is for Prefect's sake. All five: 1.6 of
    # its 3.9 CPU seconds, and 22 MB.
    for name in ("altair", "scipy.stats", "jsonschema", "mistune"):
        _defer(name)
    sys.modules["sqlalchemy"] = None  # type: ignore[assignment]
    # What an import makes stays: collecting garbage meanwhile costs a tenth of it and finds none.
    gc.disable()
    import great_expectations  # noqa: F401

    gc.enable()
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        verdict = validate_folder(Path(request["folder"]), Path(request["suites"]))
        Path(request["verdict"]).write_text(verdict.as_json(), encoding="utf-8")
        answers.write("done\n")
        answers.flush()


if __name__ == "__main__":
    main()
