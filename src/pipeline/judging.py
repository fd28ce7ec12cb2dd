"""Have one table judged by Great Expectations, in slices, with the answers a whole table would give.

An expectation on the values of a column (a value in a set, a text that matches) is asked of each value once, and
counts for as many rows as have it (`distinct.py`); that values are unique, of those that may not be. An
expectation on several columns of a row, or under a condition, is asked of all rows, some at a time. Any other (a
mean, a quantile) sees the whole table, but only the columns it asks about. Counts are added up over the slices
and `mostly` is applied to the sums. Rows of one document are in one slice, so that a key, which begins with the
document, is unique in all when it is in each. Which rows failed is looked up in a second reading, where any did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from .schemas import TABLES
from .verdict import Outcome, Status

if TYPE_CHECKING:
    import pandas as pd

    from .distinct import RepeatedKeys, RepeatedValues, Values

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
_ONE_COLUMN = frozenset(("column", "column_A", "column_B"))
_UNIQUE = "expect_column_values_to_be_unique"
_PLACE = "place_of_value"
_ROWS_AT_ONCE = 25_000
# Rows, or values of a column, that are judged at a time: a call of Great Expectations costs about 15 ms an
# expectation whatever its rows, 0.8 s for all of them. With 50,000 the validation of 100,000 short documents took 30 MB
# more at its peak, and as long.
_MAX_KEYS = 200_000
# Keys of failing rows that are kept for the quarantine; where more fail, it is done in rounds.
_EXAMPLES = 3

Expectation = Mapping[str, Any]


class TableJudge:
    """Judges the slices of one table: `see` them all, `finish`, `see_again` where that says so, then `outcomes`."""

    def __init__(self, gx: Any, batches: Any, table: str, suite: Mapping[str, Any]) -> None:
        """Take Great Expectations, its definition of batches of whole frames, and the suite of `table`."""
        self._gx = gx
        self._batch_of = batches
        self._table = table
        self._name = str(suite["name"])
        self._expectations: Sequence[Expectation] = suite["expectations"]
        self.asked = _names(self._expectations)
        """Columns that the suite asks about; None for all."""
        self._by_values: list[tuple[Expectation, _Sum]] = []
        self._by_rows: list[tuple[Expectation, _Sum]] = []
        self._by_table: list[Expectation] = []
        self._values: dict[str, Values] = {}
        self._keys: list[tuple[Expectation, RepeatedKeys]] = []
        self._unique: list[tuple[Expectation, RepeatedValues]] = []
        self._again: list[RepeatedValues] = []
        self._kept: list[pd.DataFrame] = []
        self._waiting: list[pd.DataFrame] = []
        self._begun = False
        self._rows = 0

    def see(self, frame: pd.DataFrame) -> None:
        """Take a slice."""
        if not self._begun:
            self._begin(frame)
        self._rows += len(frame)
        for name, values in self._values.items():
            values.add(frame[name])
        for _, keys in self._keys:
            keys.add(frame["row_key"])
        for _, repeated in self._unique:
            repeated.add(frame)
        if self._by_table:
            self._kept.append(_asked(frame, self._by_table))
        if self._by_rows:
            self._waiting.append(_asked(frame, [e for e, _ in self._by_rows]))
            if sum(map(len, self._waiting)) >= _ROWS_AT_ONCE:
                self._judge_rows()
        full = [name for name, values in self._values.items() if values.size >= _ROWS_AT_ONCE]
        if full:
            self._judge_values(full)

    def _begin(self, frame: pd.DataFrame) -> None:
        """Divide the expectations by what each has to see."""
        from .distinct import RepeatedKeys, RepeatedValues, Values

        self._begun = True
        for expectation in self._expectations:
            column = _column(expectation)
            kind = _kind(expectation, self._table, frame)
            if kind is _Kind.VALUES:
                self._by_values.append((expectation, _Sum()))
                self._values.setdefault(column, Values())
            elif kind is _Kind.ROWS:
                self._by_rows.append((expectation, _Sum()))
            elif kind is _Kind.KEYS:
                self._keys.append((expectation, RepeatedKeys()))
            elif kind is _Kind.UNIQUE:
                self._unique.append((expectation, RepeatedValues(column)))
            else:
                self._by_table.append(expectation)

    def finish(self) -> bool:
        """Judge what waits; return whether the slices are to be seen again, for the rows that failed."""
        if self._waiting:
            self._judge_rows()
        if self._by_values:
            self._judge_values([n for n, values in self._values.items() if values.size] or list(self._values))
        for expectation, total in self._by_values:
            total.rows, total.missing = self._rows, self._values[_column(expectation)].missing
        self._again = [repeated for _, repeated in self._unique if repeated.settle()]
        return bool(self._again or list(self._failed_values()))

    def see_again(self, frame: pd.DataFrame) -> None:
        """Take a slice again, to find the rows of values that failed."""
        for expectation, total in self._failed_values():
            if len(total.keys) < _MAX_KEYS:
                total.keys.update(total.rows_of(frame, _column(expectation)))
        for repeated in self._again:
            repeated.see_again(frame)

    def outcomes(self) -> list[Outcome]:
        """Return the outcomes of all expectations."""
        outcomes = [
            total.outcome(self._table, expectation) for expectation, total in (*self._by_values, *self._by_rows)
        ]
        outcomes += [self._unique_outcome(e, keys.frame(), 0) for e, keys in self._keys]
        outcomes += [self._unique_outcome(e, repeated.frame(), repeated.missing) for e, repeated in self._unique]
        if self._by_table:
            import pandas as pd

            batch = self._batch(pd.concat(self._kept, ignore_index=True))
            for at, result in self._results(batch, self._by_table, "BASIC"):
                total = self._total(batch, self._by_table[at], result)
                outcomes.append(total.outcome(self._table, self._by_table[at], bool(result.success)))
        return sorted(outcomes, key=lambda o: (o.column or "", o.expectation, o.reason))

    def _judge_values(self, columns: Sequence[str]) -> None:
        """Judge the values of some columns that wait, each once."""
        from .distinct import pad

        taken = {name: self._values[name].take() for name in columns}
        frame = pad({name: values for name, (values, _) in taken.items()})
        frame[_PLACE] = range(len(frame))
        batch = self._batch(frame)
        asked = [(e, total) for e, total in self._by_values if _column(e) in taken]
        for at, result in self._results(batch, [e for e, _ in asked], "BASIC"):
            expectation, total = asked[at]
            total.note(result)
            if (result.result or {}).get("unexpected_count"):
                values, rows = taken[_column(expectation)]
                found = (int(place) for place in self._failing(batch, expectation, _PLACE))
                total.take(values, rows, sorted(place for place in found if place < len(values)))

    def _judge_rows(self) -> None:
        """Judge the rows that wait."""
        import pandas as pd

        # Slices without rows say nothing of the types of columns.
        waiting, self._waiting = [f for f in self._waiting if len(f)] or self._waiting[:1], []
        frame = waiting[0] if len(waiting) == 1 else pd.concat(waiting, ignore_index=True)
        batch = self._batch(frame)
        for at, result in self._results(batch, [e for e, _ in self._by_rows], "BASIC"):
            expectation, total = self._by_rows[at]
            total.add(result)
            failed = bool((result.result or {}).get("unexpected_count"))
            if failed and _is_critical(expectation) and len(total.keys) < _MAX_KEYS:
                total.keys.update(self._failing(batch, expectation, "row_key"))

    def _unique_outcome(self, expectation: Expectation, frame: pd.DataFrame, missing: int) -> Outcome:
        """Judge the values that may be repeated, for all rows of the table."""
        batch = self._batch(frame)
        ((_, result),) = self._results(batch, [expectation], "BASIC")
        total = self._total(batch, expectation, result)
        total.rows, total.missing = self._rows, missing
        return total.outcome(self._table, expectation)

    def _total(self, batch: Any, expectation: Expectation, result: Any) -> _Sum:
        """Return what one result says, with the keys of failing rows."""
        total = _Sum()
        total.add(result)
        if total.on_rows and not result.success and _is_critical(expectation):
            total.keys.update(self._failing(batch, expectation, "row_key"))
        return total

    def _failed_values(self) -> Iterator[tuple[Expectation, _Sum]]:
        """Yield the expectations on values whose failing rows go to the quarantine."""
        for expectation, total in self._by_values:
            if _is_critical(expectation) and total.on_rows and not total.passes(expectation):
                yield expectation, total

    def _batch(self, frame: pd.DataFrame) -> Any:
        return self._batch_of.get_batch({"dataframe": frame})

    def _results(self, batch: Any, expectations: Sequence[Expectation], form: Any) -> Iterator[tuple[int, Any]]:
        """Yield the place of each expectation and its result, which come in an order of their own."""
        numbered = [{**e, "meta": {**e.get("meta", {}), "place": at}} for at, e in enumerate(expectations)]
        suite = self._gx.ExpectationSuite(name=self._name, expectations=numbered)
        for result in batch.validate(suite, result_format=form).results:
            yield int(result.expectation_config.meta["place"]), result

    def _failing(self, batch: Any, expectation: Expectation, column: str) -> Iterator[str]:
        """Run a failed expectation again for a column of its rows; only now, since it repeats the values."""
        wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": [column]}
        for _, result in self._results(batch, [expectation], wanted):
            for row in (result.result or {}).get("unexpected_index_list") or ():
                if column in row:
                    yield str(row[column])


class _Sum:
    """What an expectation found, added up over slices."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.on_rows = False
        self.rows = self.missing = self._unexpected = 0
        self._examples: list[str] = []
        self._observed: object = None
        self._raised = ""
        self._bad: list[pd.Series[Any]] = []

    def add(self, result: Any) -> None:
        """Take the result of some rows."""
        found = result.result or {}
        self.note(result)
        self.rows += int(found.get("element_count") or 0)
        self.missing += int(found.get("missing_count") or 0)
        self._unexpected += int(found.get("unexpected_count") or 0)
        self._say(found.get("partial_unexpected_list") or ())

    def note(self, result: Any) -> None:
        """Take what a result says besides counts."""
        found = result.result or {}
        self._raised = self._raised or _raised(result.exception_info)
        self.on_rows = self.on_rows or "unexpected_count" in found
        self._observed = found.get("observed_value")

    def take(self, values: pd.Series[Any], rows: Any, places: Sequence[int]) -> None:
        """Take the values at `places`, which failed, and count the rows that have them."""
        bad = values.take(places)
        self._unexpected += int(rows[places].sum())
        self._say(bad.iloc[:_EXAMPLES])
        self._bad.append(bad)

    def rows_of(self, frame: pd.DataFrame, column: str) -> list[str]:
        """Return the keys of the rows whose value failed."""
        found: list[str] = []
        for bad in self._bad:
            hit = frame[column].isin(bad.dropna())
            if bad.isna().any():
                hit = hit | frame[column].isna()
            found += map(str, frame["row_key"][hit])
        return found

    def _say(self, values: Iterable[Any]) -> None:
        shown = dict.fromkeys([*self._examples, *(str(v)[:60] for v in values)])
        self._examples = list(shown)[:_EXAMPLES]

    def outcome(self, table: str, expectation: Expectation, success: bool | None = None) -> Outcome:
        """Return the outcome; `success` is what the library said of the whole, if it saw the whole."""
        kwargs = expectation.get("kwargs", {})
        passed = self.passes(expectation) if success is None else success
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
            rows=self.rows,
            detail=self._raised or self._detail(kwargs, status),
            on_rows=self.on_rows,
            row_keys=tuple(sorted(self.keys)) if status is Status.FAILED else (),
        )

    def passes(self, expectation: Expectation) -> bool:
        """Say whether few enough rows failed."""
        if not self._unexpected:
            return True
        mostly = float(expectation.get("kwargs", {}).get("mostly", 1.0))
        asked = self.rows if expectation["type"] in _OF_NULLS else self.rows - self.missing
        return (asked - self._unexpected) / max(1, asked) >= mostly

    def _detail(self, kwargs: Mapping[str, Any], status: Status) -> str:
        asked = ", ".join(f"{k} {v}" for k, v in kwargs.items() if k not in ("column", "mostly"))[:300]
        if status is Status.PASSED:
            return asked
        seen = f"found {self._observed}" if self._observed is not None else ""
        examples = f"e.g. {self._examples}" if self._examples else ""
        return "; ".join(said for said in (asked, seen, examples) if said)


class _Kind(Enum):
    """What an expectation has to see."""

    VALUES = auto()
    KEYS = auto()
    UNIQUE = auto()
    ROWS = auto()
    TABLE = auto()


def _kind(expectation: Expectation, table: str, frame: pd.DataFrame) -> _Kind:
    """Return what an expectation has to see of a table of which `frame` is a slice."""
    column, known = _column(expectation), TABLES.get(table)
    alone = column in frame and _names([expectation]) == {"row_key", column}
    # Lists have no place among distinct values.
    alone = alone and not (known is not None and column in known.names and pa.types.is_nested(known.field(column).type))
    if expectation["type"] in _ON_ROWS:
        return _Kind.VALUES if alone else _Kind.ROWS
    if expectation["type"] == _UNIQUE and alone:
        # Sources are not divided by document.
        return _Kind.KEYS if column == "row_key" and table != "sources" else _Kind.UNIQUE
    return _Kind.TABLE


def _column(expectation: Expectation) -> str:
    return str(expectation.get("kwargs", {}).get("column"))


def _is_critical(expectation: Expectation) -> bool:
    return bool(expectation.get("severity") == "critical")


def _asked(frame: pd.DataFrame, expectations: Sequence[Expectation]) -> pd.DataFrame:
    """Return the columns that the expectations ask about.

    Great Expectations pickles the frame it is given to tell it from others: 10 of 22 CPU seconds for 249,000
    sentences and 528,000 blocks with their texts, 0.1 without.
    """
    names = _names(expectations)
    if names is not None and not any(e.get("kwargs", {}).keys() & _ONE_COLUMN for e in expectations):
        # Rows are counted: a byte each will do.
        return frame[["row_key"]].isna()
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
