"""Judge the staged tables by the Great Expectations suites in `expectations/`.

A suite is loaded as it stands: one JSON file a table, and `across.json` for what holds between tables.
Tables are judged in slices of documents, so that memory holds a slice; `judging.py` adds the answers up
to what whole tables would give. Severity decides what a failure costs (`verdict.py`).

Great Expectations takes seconds of CPU to import, so this module is used in a process of its own
(`validation_process.py`) that is started first and asked last.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from .judging import TableJudge
from .laws import LAW_COLUMNS, Tally, document_frames, sources_frame
from .schemas import TABLES
from .slices import TableRows, count_slices, read_columns, release_memory, slice_bounds, stream_rows
from .staged import StagedTables
from .suites import load_suites
from .verdict import Outcome, Status, Verdict

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Outcome", "Status", "Verdict", "load_suites", "validate_folder"]

_SOURCES_AT_ONCE = 16_384


def validate_folder(folder: Path, suites: Path) -> Verdict:
    """Judge the tables staged in `folder` by the suites in the folder `suites`."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    given = load_suites(suites)
    import great_expectations as gx

    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    # One for all tables: each asset that is added writes the whole context down anew.
    asset = context.data_sources.add_pandas("staged").add_dataframe_asset("table")
    batches = asset.add_batch_definition_whole_dataframe("all")
    judges = {name: TableJudge(gx, batches, name, suite) for name, suite in given.items()}
    tally = Tally()
    for tables, frames in _slices(StagedTables(folder), judges):
        tally.add(tables)
        _see(judges, frames)
        # Not held while the next slice is made.
        del tables, frames
    _see(judges, {"across": tally.frame()})
    again = [name for name, judge in judges.items() if judge.finish()]
    if again:
        for _, frames in _slices(StagedTables(folder), judges):
            for name in (name for name in again if name in frames):
                judges[name].see_again(frames[name])
    return Verdict(tuple(outcome for name in given for outcome in judges[name].outcomes()))


def _see(judges: Mapping[str, TableJudge], frames: Mapping[str, pd.DataFrame]) -> None:
    for name, frame in frames.items():
        if name in judges:
            judges[name].see(frame)


def _slices(
    tables: StagedTables, judges: Mapping[str, TableJudge]
) -> Iterator[tuple[dict[str, pa.Table], dict[str, pd.DataFrame]]]:
    """Yield the tables, and their frames with laws: the sources, then slice by slice those by document."""
    asked = {name: judge.asked for name, judge in judges.items()}
    asked |= {name: set() for name in TABLES if name not in judges}
    documents = _column(tables, "documents", "doc_id")
    with_source = _column(tables, "sources", "doc_id").drop_null()
    for sources in _pieces(tables, "sources"):
        yield {"sources": sources}, {"sources": sources_frame(sources, documents, asked)}
    readers = {name: TableRows(tables.dataset(name), _read(name, judges)) for name in LAW_COLUMNS}
    # Not a slice of each table but of all: frames, and texts as Python objects, take several times what Arrow takes.
    slices = count_slices(sum(reader.bytes for reader in readers.values()))
    for bound in slice_bounds(slices):
        some = {name: reader.until(bound) for name, reader in readers.items()}
        frames = document_frames(some, with_source, asked)
        yield some, frames
        del some, frames
        release_memory()


def _pieces(tables: StagedTables, name: str) -> Iterator[pa.Table]:
    """Yield the rows of a table, some at a time; of one without rows, none."""
    rows = stream_rows(tables.dataset(name), TABLES[name].names, _SOURCES_AT_ONCE)
    yield next(rows, TABLES[name].empty_table())
    yield from rows


def _read(table: str, judges: Mapping[str, TableJudge]) -> list[str]:
    """Return the columns to read: those of the laws and those that the suite asks about."""
    wanted = {*LAW_COLUMNS[table], *_wanted(table, judges)}
    return [name for name in TABLES[table].names if name in wanted]


def _wanted(table: str, judges: Mapping[str, TableJudge]) -> set[str]:
    if table not in judges:
        return set()
    asked = judges[table].asked
    return set(TABLES[table].names) if asked is None else asked


def _column(tables: StagedTables, table: str, column: str) -> pa.Array:
    return read_columns(tables.dataset(table), [column]).column(column).combine_chunks()
