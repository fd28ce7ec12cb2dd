"""Have one table judged by Great Expectations, in slices, with the answers a whole table would give.

An expectation on rows (a value in a set, a text that matches) asks nothing of other rows: its counts are
added up over the slices and its `mostly` is applied to the sums. Every other expectation (a mean, a
quantile, uniqueness of anything but the key) sees the whole table, but only the columns it asks about.
Rows of one document are in one slice, so that a key, which begins with the document, is unique in all
when it is in each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .verdict import Outcome, Status

if TYPE_CHECKING:
    import pandas as pd

_ON_ROWS = frozenset(
    (
        "expect_column_values_to_be_between",
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_not_be_in_set",
        "expect_column_values_to_be_null",
        "expect_column_values_to_not_be_null",
        "expect_column_values_to_match_regex",
        "expect_column_values_to_not_match_regex",
        "expect_column_values_to_match_regex_list",
        "expect_column_values_to_not_match_regex_list",
        "expect_column_value_lengths_to_be_between",
        "expect_column_value_lengths_to_equal",
        "expect_column_pair_values_a_to_be_greater_than_b",
        "expect_column_pair_values_to_be_equal",
        "expect_column_pair_values_to_be_in_set",
        "expect_select_column_values_to_be_unique_within_record",
    )
)
_OF_NULLS = ("expect_column_values_to_be_null", "expect_column_values_to_not_be_null")
_ONE_COLUMN = ("column", "column_A", "column_B")
_ROWS_AT_ONCE = 100_000
# A call of Great Expectations costs about 15 ms an expectation whatever its rows, 0.8 s for all of them. Of 6.8 MB in
# 16 slices: 12.5 CPU s when each slice is judged alone, 3.6 in this way. 200,000 took 1 GB of memory at the peak.
_MAX_KEYS = 200_000
# Keys of failing rows that are kept for the quarantine; where more fail, it is done in rounds.
_EXAMPLES = 3

Expectation = Mapping[str, Any]


class TableJudge:
    """Judges the slices of one table as they come."""

    def __init__(self, gx: Any, batches: Any, table: str, suite: Mapping[str, Any]) -> None:
        """Take Great Expectations, its definition of batches of whole frames, and the suite of `table`."""
        self._gx = gx
        self._batch_of = batches
        self._table = table
        self._name = str(suite["name"])
        expectations: Sequence[Expectation] = suite["expectations"]
        self._by_rows = [(e, _Sum()) for e in expectations if _is_on_rows(e, table)]
        self._by_table = [e for e in expectations if not _is_on_rows(e, table)]
        self.asked = _names(expectations)
        """Columns that the suite asks about; None for all."""
        self._kept: list[pd.DataFrame] = []
        self._waiting: list[pd.DataFrame] = []
        self._seen = False

    def see(self, frame: pd.DataFrame) -> None:
        """Take a slice: for the expectations on rows when there are enough rows, for the others at the end."""
        if self._by_table:
            self._kept.append(_asked(frame, self._by_table))
        if self._by_rows:
            self._waiting.append(_asked(frame, [e for e, _ in self._by_rows]))
            if sum(map(len, self._waiting)) >= _ROWS_AT_ONCE:
                self._judge_rows()

    def _judge_rows(self) -> None:
        """Judge the rows that wait by the expectations on rows."""
        import pandas as pd

        # Slices without rows say nothing of the types of columns.
        waiting, self._waiting = [f for f in self._waiting if len(f)] or self._waiting[:1], []
        frame = waiting[0] if len(waiting) == 1 else pd.concat(waiting, ignore_index=True)
        if self._seen and frame.empty:
            return
        self._seen = True
        batch = self._batch(frame)
        for at, result in self._results(batch, [e for e, _ in self._by_rows], "BASIC"):
            expectation, total = self._by_rows[at]
            total.add(result)
            failed = bool((result.result or {}).get("unexpected_count"))
            if failed and expectation.get("severity") == "critical" and len(total.keys) < _MAX_KEYS:
                total.keys.update(self._row_keys(batch, expectation))

    def outcomes(self) -> list[Outcome]:
        """Return the outcomes of all expectations, when every slice has been seen."""
        if self._waiting:
            self._judge_rows()
        outcomes = [total.outcome(self._table, expectation) for expectation, total in self._by_rows]
        if self._by_table:
            import pandas as pd

            batch = self._batch(pd.concat(self._kept, ignore_index=True))
            for at, result in self._results(batch, self._by_table, "BASIC"):
                total = _Sum()
                total.add(result)
                expectation = self._by_table[at]
                if total.on_rows and not result.success and expectation.get("severity") == "critical":
                    total.keys.update(self._row_keys(batch, expectation))
                outcomes.append(total.outcome(self._table, expectation, bool(result.success)))
        return sorted(outcomes, key=lambda o: (o.column or "", o.expectation, o.reason))

    def _batch(self, frame: pd.DataFrame) -> Any:
        return self._batch_of.get_batch({"dataframe": frame})

    def _results(self, batch: Any, expectations: Sequence[Expectation], form: Any) -> Iterator[tuple[int, Any]]:
        """Yield the place of each expectation and its result, which come in an order of their own."""
        numbered = [{**e, "meta": {**e.get("meta", {}), "place": at}} for at, e in enumerate(expectations)]
        suite = self._gx.ExpectationSuite(name=self._name, expectations=numbered)
        for result in batch.validate(suite, result_format=form).results:
            yield int(result.expectation_config.meta["place"]), result

    def _row_keys(self, batch: Any, expectation: Expectation) -> Iterator[str]:
        """Run a failed expectation again for the keys of its rows; only now, since it repeats the values."""
        wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": ["row_key"]}
        for _, result in self._results(batch, [expectation], wanted):
            for row in (result.result or {}).get("unexpected_index_list") or ():
                if "row_key" in row:
                    yield str(row["row_key"])


class _Sum:
    """What an expectation found, added up over slices."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.on_rows = False
        self._rows = self._missing = self._unexpected = 0
        self._examples: list[str] = []
        self._observed: object = None
        self._raised = ""

    def add(self, result: Any) -> None:
        """Take the result of one slice."""
        found = result.result or {}
        self._raised = self._raised or _raised(result.exception_info)
        self.on_rows = self.on_rows or "unexpected_count" in found
        self._rows += int(found.get("element_count") or 0)
        self._missing += int(found.get("missing_count") or 0)
        self._unexpected += int(found.get("unexpected_count") or 0)
        self._examples += [str(v)[:60] for v in found.get("partial_unexpected_list") or ()]
        self._examples = self._examples[:_EXAMPLES]
        self._observed = found.get("observed_value")

    def outcome(self, table: str, expectation: Expectation, success: bool | None = None) -> Outcome:
        """Return the outcome; `success` is what the library said of the whole, if it saw the whole."""
        kwargs = expectation.get("kwargs", {})
        passed = self._passes(expectation) if success is None else success
        status = Status.ERROR if self._raised else Status.PASSED if passed else Status.FAILED
        pair = "+".join(kwargs[k] for k in ("column_A", "column_B") if k in kwargs)
        return Outcome(
            table=table,
            expectation=expectation["type"],
            column=kwargs.get("column") or pair or None,
            severity=str(expectation.get("severity", "critical")),
            status=status,
            reason=str(expectation.get("meta", {}).get("reason", "")),
            unexpected=self._unexpected,
            rows=self._rows,
            detail=self._raised or self._detail(kwargs, status),
            on_rows=self.on_rows,
            row_keys=tuple(sorted(self.keys)) if status is Status.FAILED else (),
        )

    def _passes(self, expectation: Expectation) -> bool:
        if not self._unexpected:
            return True
        mostly = float(expectation.get("kwargs", {}).get("mostly", 1.0))
        asked = self._rows if expectation["type"] in _OF_NULLS else self._rows - self._missing
        return (asked - self._unexpected) / max(1, asked) >= mostly

    def _detail(self, kwargs: Mapping[str, Any], status: Status) -> str:
        asked = ", ".join(f"{k} {v}" for k, v in kwargs.items() if k not in ("column", "mostly"))[:300]
        if status is Status.PASSED:
            return asked
        seen = f"found {self._observed}" if self._observed is not None else ""
        examples = f"e.g. {self._examples}" if self._examples else ""
        return "; ".join(said for said in (asked, seen, examples) if said)


def _is_on_rows(expectation: Expectation, table: str) -> bool:
    if expectation["type"] == "expect_column_values_to_be_unique":
        # Sources are not divided by document.
        return expectation.get("kwargs", {}).get("column") == "row_key" and table != "sources"
    return expectation["type"] in _ON_ROWS


def _asked(frame: pd.DataFrame, expectations: Sequence[Expectation]) -> pd.DataFrame:
    """Return the columns that the expectations ask about.

    Great Expectations pickles the frame it is given to tell it from others: 10 of 22 CPU seconds for 249,000
    sentences and 528,000 blocks with their texts, 0.1 without.
    """
    names = _names(expectations)
    return frame if names is None else frame[[column for column in frame.columns if column in names]]


def _names(expectations: Sequence[Expectation]) -> set[str] | None:
    """Return the names of the columns that are asked about, or None where one asks in another way than by name."""
    names = {"row_key"}
    for expectation in expectations:
        kwargs = expectation.get("kwargs", {})
        others = [k for k in kwargs if k == "row_condition" or (k.startswith("column") and k not in _ONE_COLUMN)]
        if others or expectation["type"].startswith(("expect_table_column", "unexpected_rows")):
            return None
        names.update(kwargs[k] for k in _ONE_COLUMN if k in kwargs)
    return names


def _raised(info: Mapping[str, Any] | None) -> str:
    """Return the last line of an exception in an expectation, or an empty string."""
    for entry in (info, *(info or {}).values()):
        if isinstance(entry, Mapping) and entry.get("raised_exception"):
            return str(entry.get("exception_message") or "raised an exception")[:500]
    return ""
