"""Load the expectation suites of a folder: one JSON file a table, and `across.json` for what holds between tables.

A run loads them before any work, so that a mistake in a suite costs a second and not the run. Great
Expectations is not needed for that, and only what is certain to be wrong is refused here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .errors import UsageError
from .schemas import TABLES


def load_suites(folder: Path) -> dict[str, dict[str, Any]]:
    """Read `<table>.json` for each table that has one, and `across.json`.

    Raises UsageError, with the file, for bad JSON, an unknown table or severity, or an empty folder.
    """
    known = [*(name for name in TABLES if name != "quarantine"), "across"]
    suites: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.json")):
        if path.stem not in known:
            raise UsageError(
                f"{path}: there is no table {path.stem!r}. A suite is named for one of: {', '.join(known)}."
            )
        try:
            suite = json.loads(path.read_text(encoding="utf-8"))
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise UsageError(f"{path}: not JSON: {error}") from None
        if not isinstance(suite, dict) or not isinstance(suite.get("expectations"), list):
            raise UsageError(f'{path}: a suite is an object with a list "expectations".')
        for number, expectation in enumerate(suite["expectations"]):
            if not isinstance(expectation, dict) or not isinstance(expectation.get("type"), str):
                raise UsageError(f'{path}: expectation {number} is no object with a "type".')
            if expectation.get("severity") not in ("critical", "warning", "info"):
                raise UsageError(f'{path}: expectation {number} needs a "severity": critical, warning or info.')
        suites[path.stem] = suite
    if not suites:
        raise UsageError(f"{folder} holds no suites. Nothing is published unvalidated.")
    return suites
