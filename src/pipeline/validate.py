"""Judge the staged tables by the Great Expectations suites in `expectations/`.

A suite is loaded as it stands: one JSON file a table, and `across.json` for what holds between tables.
Severity decides what a failure costs: `critical` on a table stops the run; `critical` on rows
quarantines them, and stops the run above a share; `warning` and `info` publish and report. An
expectation that could not run is an error, which stops the run: it is neither a failure nor a pass.

Great Expectations takes seconds of CPU to import, so this module is used in a process of its own
(`validation_process.py`) that is started first and asked last.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset as ds

from .errors import UsageError
from .laws import frames_with_laws
from .schemas import TABLES

if TYPE_CHECKING:
    import pandas as pd


_ONE_COLUMN = ("column", "column_A", "column_B")


class Status(StrEnum):
    """How an expectation came out."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One expectation's result. `row_keys` are the keys of failing rows, for expectations on rows."""

    table: str
    expectation: str
    column: str | None
    severity: str
    status: Status
    reason: str
    unexpected: int = 0
    rows: int = 0
    detail: str = ""
    on_rows: bool = False
    row_keys: tuple[str, ...] = ()

    def describe(self) -> str:
        """Say in a sentence what was asked and what was found."""
        where = f"{self.table}.{self.column}" if self.column else self.table
        if self.status is Status.ERROR:
            return f"{where}: {self.expectation} could not run: {self.detail}"
        rows = f" in {self.unexpected:,} of {self.rows:,} rows" if self.on_rows else ""
        return f"{where}: {self.expectation} {self.status}{rows} ({self.detail}). {self.reason}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """All outcomes of a run."""

    outcomes: tuple[Outcome, ...]

    def stopping(self, max_share: float) -> list[Outcome]:
        """Return the outcomes that stop a publication, given the share of rows that may be quarantined."""
        return [o for o in self.outcomes if _stops(o, max_share)]

    def quarantined(self) -> list[Outcome]:
        """Return the failures whose rows are to be quarantined."""
        return [o for o in self.outcomes if o.on_rows and o.severity == "critical" and o.status is Status.FAILED]

    def count(self, status: Status) -> int:
        """Return the number of expectations that came out so."""
        return sum(o.status is status for o in self.outcomes)

    def as_json(self) -> str:
        """Return the verdict as JSON that `from_json` reads."""
        return json.dumps([asdict(o) for o in self.outcomes], ensure_ascii=False, indent=1)

    def digest(self) -> str:
        """Return 12 hex digits that name this verdict."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()[:12]

    @classmethod
    def from_json(cls, text: str) -> Verdict:
        """Read what `as_json` wrote."""
        rows = json.loads(text)
        return cls(
            tuple(Outcome(**{**r, "status": Status(r["status"]), "row_keys": tuple(r["row_keys"])}) for r in rows)
        )


def validate_folder(folder: Path, suites: Path) -> Verdict:
    """Judge the tables staged in `folder` by the suites in the folder `suites`."""
    tables = {
        name: ds.dataset(folder / name, format="parquet", schema=schema).to_table() for name, schema in TABLES.items()
    }
    return validate_tables(tables, load_suites(suites))


def validate_tables(tables: Mapping[str, pa.Table], suites: Mapping[str, dict[str, Any]]) -> Verdict:
    """Judge tables by suites, both by table name; `across` is the suite between tables."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    import great_expectations as gx

    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("staged")
    frames = frames_with_laws(tables)
    outcomes: list[Outcome] = []
    for name, suite in suites.items():
        batch_of = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("all")
        outcomes += _judge(gx, batch_of, frames[name], name, suite)
    return Verdict(tuple(outcomes))


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
        except (UnicodeDecodeError, json.JSONDecodeError) as error:
            raise UsageError(f"{path}: not JSON: {error}") from None
        if not isinstance(suite, dict) or not isinstance(suite.get("expectations"), list):
            raise UsageError(f'{path}: a suite is an object with a list "expectations".')
        for number, expectation in enumerate(suite["expectations"]):
            if expectation.get("severity") not in ("critical", "warning", "info"):
                raise UsageError(f'{path}: expectation {number} needs a "severity": critical, warning or info.')
        suites[path.stem] = suite
    if not suites:
        raise UsageError(f"{folder} holds no suites. Nothing is published unvalidated.")
    return suites


def _judge(gx: Any, batch_of: Any, frame: pd.DataFrame, table: str, suite: dict[str, Any]) -> list[Outcome]:
    batch = batch_of.get_batch({"dataframe": _asked(frame, suite["expectations"])})
    outcomes = []
    for result in batch.validate(_suite(gx, suite["name"], suite["expectations"]), result_format="BASIC").results:
        outcome = _outcome(table, result)
        if outcome.on_rows and outcome.severity == "critical" and outcome.status is Status.FAILED:
            outcome = _outcome(table, _with_row_keys(gx, batch, result))
        outcomes.append(outcome)
    return sorted(outcomes, key=lambda o: (o.column or "", o.expectation, o.reason))


def _asked(frame: pd.DataFrame, expectations: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the columns that the expectations ask about, or all where one asks in another way than by name.

    Great Expectations pickles the frame it is given to tell it from others: 10 of 22 CPU seconds for 249,000
    sentences and 528,000 blocks with their texts, 0.1 without.
    """
    names = {"row_key"}
    for expectation in expectations:
        kwargs = expectation.get("kwargs", {})
        others = [k for k in kwargs if k == "row_condition" or (k.startswith("column") and k not in _ONE_COLUMN)]
        if others or expectation["type"].startswith(("expect_table_column", "unexpected_rows")):
            return frame
        names.update(kwargs[k] for k in _ONE_COLUMN if k in kwargs)
    return frame[[column for column in frame.columns if column in names]]


def _suite(gx: Any, name: str, expectations: Sequence[Mapping[str, Any]]) -> Any:
    return gx.ExpectationSuite(name=name, expectations=[dict(e) for e in expectations])


def _with_row_keys(gx: Any, batch: Any, result: Any) -> Any:
    """Run a failed expectation again for the keys of its rows; only now, since it repeats the values."""
    config = result.expectation_config.to_json_dict()
    config["kwargs"].pop("batch_id", None)
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": ["row_key"]}
    return batch.validate(_suite(gx, "rows", [config]), result_format=wanted).results[0]


def _outcome(table: str, result: Any) -> Outcome:
    config = result.expectation_config.to_json_dict()
    kwargs = {k: v for k, v in config["kwargs"].items() if k != "batch_id"}
    found = result.result or {}
    raised = _raised(result.exception_info)
    status = Status.ERROR if raised else Status.PASSED if result.success else Status.FAILED
    columns = kwargs.get("column") or "+".join(kwargs[k] for k in ("column_A", "column_B") if k in kwargs) or None
    keys = {str(row["row_key"]) for row in found.get("unexpected_index_list") or () if "row_key" in row}
    return Outcome(
        table=table,
        expectation=config["type"],
        column=columns,
        severity=str(config.get("severity", "critical")),
        status=status,
        reason=str(config.get("meta", {}).get("reason", "")),
        unexpected=int(found.get("unexpected_count") or 0),
        rows=int(found.get("element_count") or 0),
        detail=raised or _detail(kwargs, found, status),
        on_rows="unexpected_count" in found,
        row_keys=tuple(sorted(keys)),
    )


def _raised(info: Mapping[str, Any] | None) -> str:
    """Return the last line of an exception in an expectation, or an empty string."""
    for entry in (info, *(info or {}).values()):
        if isinstance(entry, Mapping) and entry.get("raised_exception"):
            return str(entry.get("exception_message") or "raised an exception")[:500]
    return ""


def _detail(kwargs: Mapping[str, Any], found: Mapping[str, Any], status: Status) -> str:
    asked = ", ".join(f"{k} {v}" for k, v in kwargs.items() if k not in ("column", "mostly"))[:300]
    if status is Status.PASSED:
        return asked
    seen = found.get("observed_value")
    values = [str(v)[:60] for v in found.get("partial_unexpected_list") or ()][:3]
    return "; ".join(
        x for x in (asked, f"found {seen}" if seen is not None else "", f"e.g. {values}" if values else "") if x
    )


def _stops(outcome: Outcome, max_share: float) -> bool:
    if outcome.status is Status.ERROR:
        return True
    if outcome.status is Status.PASSED or outcome.severity != "critical":
        return False
    return not outcome.on_rows or outcome.unexpected > max_share * outcome.rows
