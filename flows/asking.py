"""`corpus query`: ask a version in SQL, and print or save the answer in the form a tool wants."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.options import HELP, OUTPUT, VERSION
from flows.printing import json_text, plain, print_table
from pipeline.errors import UsageError
from pipeline.visible import show_controls

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.version import Version


class Form(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"


_BINARY = (Form.PARQUET, Form.XLSX)
_MAX_ROWS, _MAX_COLUMNS = 2**20, 2**14
"""What a sheet holds, with its heading. xlsxwriter passes over what is beyond without a word."""
_MAX_CELL = 32_767
"""Characters that a cell of a spreadsheet holds; a longer text is cut, and ends with an ellipsis."""


@click.command(context_settings=HELP)
@click.argument("sql")
@OUTPUT
@VERSION
@click.option("--format", "form", type=click.Choice([f.value for f in Form]), help="How rows are written.")
@click.option("--to", "file", type=click.Path(path_type=Path), help="Write to this file; its suffix says the format.")
@click.option("--limit", default=50, type=click.IntRange(min=1), help="Rows shown as a table.", show_default=True)
def query(sql: str, output: Path, name: str | None, form: str | None, file: Path | None, limit: int) -> None:
    """Ask a version in SQL (DuckDB), with its tables by name.

    Example: corpus query "select topic, count(*) n from sentence_topics group by topic order by n desc"

    Example: corpus query "select * from mentions" --to mentions.xlsx
    """
    from pipeline.version import open_version

    wanted = _form(form, file)
    answer = _ask(open_version(output, name), sql)
    if wanted is Form.TABLE:
        rows = _rows(answer.slice(0, limit))
        print_table(answer.column_names, rows, limit, answer.num_rows)
        return
    written = _write(answer, wanted)
    if file is not None:
        try:
            file.write_bytes(written)
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {error.strerror or error}.") from None
        click.echo(f"{file}: {answer.num_rows:,} rows")
    elif sys.stdout.isatty():
        click.echo("\n".join(map(plain, written.decode().splitlines())))
    else:
        # As bytes: click takes escape sequences out of text that goes into a pipe, and a text keeps what it holds.
        click.echo(written, nl=False)


def defuse(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula.

    >>> defuse("=1+1"), defuse(3)
    ("'=1+1", 3)
    """
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value


def _form(form: str | None, file: Path | None) -> Form:
    """Return the format that was named, or the one that the file's suffix names."""
    wanted = Form(form) if form else None
    if wanted is None and file is not None:
        known = [f.value for f in Form if f is not Form.TABLE]
        if file.suffix[1:].lower() not in known:
            raise UsageError(f"{file}: name a file ending in {', '.join(f'.{k}' for k in known)}, or give --format.")
        wanted = Form(file.suffix[1:].lower())
    if wanted not in (None, Form.TABLE) and file is not None and file.suffix[1:].lower() in {*Form} - {wanted}:
        raise UsageError(f"{file} is named as {file.suffix[1:].lower()}, and --format says {wanted}. Leave one out.")
    if wanted is Form.TABLE and file is not None:
        raise UsageError("A table is for the terminal. Give --to a file in another format.")
    if wanted in _BINARY and file is None and sys.stdout.isatty():
        raise UsageError(f"{wanted} is not for the terminal. Say where to write it: --to answer.{wanted}")
    return wanted or Form.TABLE


def _ask(version: Version, sql: str) -> pa.Table:
    """Return the answer of a query that sees the version's tables and nothing else."""
    import duckdb

    connection = duckdb.connect(":memory:")
    for table in version.tables:
        connection.register(table, version.dataset(table))
    # The tables are registered: nothing else on this machine or the network is a query's business.
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    try:
        answer = connection.sql(sql)
        if answer is None:
            raise UsageError("That statement has no answer to show. Begin with `select`, `describe` or `summarize`.")
        return answer.to_arrow_table()
    except duckdb.Error as error:
        raise UsageError(f"{error}\nTables: {', '.join(version.tables)}. Columns: corpus schema.") from None


def _write(answer: pa.Table, form: Form) -> bytes:
    if form is Form.PARQUET:
        import pyarrow.parquet as pq

        sink = io.BytesIO()
        pq.write_table(answer, sink, compression="zstd")
        return sink.getvalue()
    if form is Form.JSON:
        return f"{json_text(answer.to_pylist())}\n".encode()
    write = _xlsx if form is Form.XLSX else _csv
    return write(answer.column_names, _rows(answer))


def _rows(answer: pa.Table) -> list[tuple[Any, ...]]:
    """Return the rows as tuples; not by name, since a query may call two columns the same."""
    return list(zip(*(column.to_pylist() for column in answer.columns), strict=True))


def _csv(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([defuse(c) for c in columns])
    writer.writerows([defuse(_cell(v)) for v in row] for row in rows)
    return out.getvalue().encode()


def _xlsx(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Return a workbook in which every text is text: no formula, no link, whatever it begins with."""
    import xlsxwriter

    if len(rows) >= _MAX_ROWS or len(columns) > _MAX_COLUMNS:
        raise UsageError(
            f"A sheet holds {_MAX_ROWS - 1:,} rows and {_MAX_COLUMNS:,} columns; the answer has {len(rows):,} and "
            f"{len(columns):,}. Narrow the query, or write .csv or .parquet."
        )
    sink = io.BytesIO()
    # in_memory: no temporary file with the texts of the corpus stays behind.
    with xlsxwriter.Workbook(sink, {"in_memory": True, "remove_timezone": True}) as book:
        sheet = book.add_worksheet("answer")
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for c, name in enumerate(columns):
            sheet.write_string(0, c, name, bold)
        for r, row in enumerate(rows, 1):
            for c, value in enumerate(row):
                _write_cell(sheet, r, c, _cell(value), day)
        sheet.freeze_panes(1, 0)
    return sink.getvalue()


def _write_cell(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    import datetime

    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float) and abs(value) < 1e15:
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, column, value, day)
    else:
        text = show_controls(str(value).replace("\r\n", "\n"))
        sheet.write_string(row, column, text if len(text) <= _MAX_CELL else f"{text[: _MAX_CELL - 4]} ...")


def _cell(value: object) -> object:
    """Return a list or structure as JSON, which every spreadsheet shows; other values as they are."""
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else value
