"""The commands that read versions: query, schema, verify, versions, gc."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from pipeline.errors import UsageError

_OUTPUT = click.option(
    "--output", default="output", type=click.Path(path_type=Path), help="Folder that holds the versions."
)
_VERSION = click.option("--version", "name", help="A version by name; the latest when not given.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.argument("sql")
@_OUTPUT
@_VERSION
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", help="How rows are printed."
)
@click.option("--limit", default=50, type=click.IntRange(min=1), help="Rows shown as a table.")
def query(sql: str, output: Path, name: str | None, form: str, limit: int) -> None:
    """Ask a version in SQL (DuckDB), with its tables by name.

    Example: corpus query "select topic, count(*) n from sentence_topics group by topic order by n desc"
    """
    import duckdb

    from pipeline.version import open_version

    version = open_version(output, name)
    connection = duckdb.connect(":memory:")
    for table in version.tables:
        connection.register(table, version.dataset(table))
    # The tables are registered: nothing else on this machine or the network is a query's business.
    connection.execute("set enable_external_access = false")
    try:
        result = connection.execute(sql)
        columns = [str(c[0]) for c in result.description or ()]
        rows = result.fetchall()
    except duckdb.Error as error:
        raise UsageError(f"{error}\nTables: {', '.join(version.tables)}. Columns: corpus schema.") from None
    if form == "json":
        click.echo(json.dumps([dict(zip(columns, r, strict=True)) for r in rows], ensure_ascii=False, default=str))
    elif form == "csv":
        click.echo(_csv(columns, rows), nl=False)
    else:
        print_table(columns, rows, limit)


@click.command()
@click.argument("table", required=False)
@_JSON
def schema(table: str | None, as_json: bool) -> None:
    """Print the data dictionary: each column's type and meaning.

    Example: corpus schema sentences
    """
    from pipeline.schemas import TABLES, describe

    if table is not None and table not in TABLES:
        raise UsageError(f"There is no table {table!r}. There are: {', '.join(TABLES)}.")
    names = [table] if table else list(TABLES)
    if as_json:
        keys = ("name", "type", "nullable", "description")
        click.echo(json.dumps({n: [dict(zip(keys, c, strict=True)) for c in describe(n)] for n in names}, indent=1))
        return
    for n in names:
        click.secho(n, bold=True)
        rows = [(c, kind, "null" if null else "", text) for c, kind, null, text in describe(n)]
        print_table(["column", "type", "", "meaning"], rows, len(rows))
        click.echo()


@click.command()
@_OUTPUT
@_VERSION
@_JSON
def verify(output: Path, name: str | None, as_json: bool) -> None:
    """Check a version's files against the hashes in its manifest.

    Example: corpus verify --output output
    """
    from pipeline.version import open_version

    version = open_version(output, name)
    problems = version.verify()
    if as_json:
        click.echo(json.dumps({"version": version.name, "problems": problems}, ensure_ascii=False))
    else:
        for problem in problems:
            click.echo(problem, err=True)
        click.echo(f"{version.name}: " + (f"{len(problems)} problem(s)" if problems else "every file is as published"))
    if problems:
        sys.exit(1)


@click.command()
@_OUTPUT
@_JSON
def versions(output: Path, as_json: bool) -> None:
    """List the versions, the newest first.

    Example: corpus versions
    """
    from pipeline.version import list_versions, open_version

    names = list(reversed(list_versions(output)))
    if not names:
        raise UsageError(f"{output} holds no version. Build one with `corpus run`.")
    latest = open_version(output).name
    rows = []
    for name in names:
        counts = {t: open_version(output, name).rows(t) for t in ("documents", "sentences", "sentence_topics")}
        rows.append({"version": name, "latest": name == latest, **counts})
    if as_json:
        click.echo(json.dumps(rows))
        return
    shown = [
        (r["version"], "latest" if r["latest"] else "", r["documents"], r["sentences"], r["sentence_topics"])
        for r in rows
    ]
    print_table(["version", "", "documents", "sentences", "topics"], shown, len(shown))


@click.command()
@_OUTPUT
@click.option("--keep", default=10, type=click.IntRange(min=1), help="Versions to keep, the newest first.")
def gc(output: Path, keep: int) -> None:
    """Remove old versions. The one that is served is never removed.

    Example: corpus gc --keep 5
    """
    from pipeline.publish import collect_garbage

    removed = collect_garbage(output, keep)
    click.echo(f"removed {len(removed)} version(s)" + (f": {', '.join(removed)}" if removed else ""))


def defuse(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula.

    >>> defuse("=1+1"), defuse(3)
    ("'=1+1", 3)
    """
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value


def plain(value: object) -> str:
    r"""Return a cell for the terminal: one line, no control characters.

    >>> plain("a\x1b[31m\nb")
    'a[31m b'
    """
    text = "" if value is None else str(value)
    return "".join(c if c.isprintable() else " " if c in "\n\t" else "" for c in text)


def _csv(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([defuse(v) for v in row] for row in rows)
    return out.getvalue()


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], limit: int) -> None:
    """Print rows as columns, at most `limit` of them; foreign text is shown plain."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for i, column in enumerate(columns):
        numbers = bool(rows) and all(isinstance(r[i], int | float) for r in rows[:20])
        table.add_column(column, justify="right" if numbers else "left", overflow="fold")
    for row in rows[:limit]:
        table.add_row(*(Text(plain(v)) for v in row))
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    if len(rows) > limit:
        click.echo(f"... {len(rows) - limit:,} more rows; use --limit or --format csv")


COMMANDS = (query, schema, verify, versions, gc)
