"""What became of each expectation, and what it means for a publication.

Severity decides what a failure costs: `critical` on a table stops the run; `critical` on rows quarantines
them, and stops the run above a share; `warning` and `info` publish and report. An expectation that could
not run is an error, which stops the run: it is neither a failure nor a pass.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum


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

    def with_failures(self, moved: Sequence[Outcome]) -> Verdict:
        """Return this verdict with the failures that led to a quarantine, where no other failure has their place."""
        found = {_place(o): o for o in moved}
        return Verdict(tuple(o if o.status is Status.FAILED else found.get(_place(o), o) for o in self.outcomes))

    def stopped_by(self, failures: Sequence[Outcome]) -> Verdict:
        """Return this verdict with failures on rows that stop the run, whatever their share."""
        held = {_place(o): replace(o, on_rows=False, detail=f"{o.detail}; also after quarantine") for o in failures}
        return Verdict(tuple(held.get(_place(o), o) for o in self.outcomes))

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


def _place(outcome: Outcome) -> tuple[str, str, str | None, str]:
    return outcome.table, outcome.expectation, outcome.column, outcome.reason


def _stops(outcome: Outcome, max_share: float) -> bool:
    if outcome.status is Status.ERROR:
        return True
    if outcome.status is Status.PASSED or outcome.severity != "critical":
        return False
    return not outcome.on_rows or outcome.unexpected > max_share * outcome.rows
