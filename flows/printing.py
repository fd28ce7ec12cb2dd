"""Print foreign text in a terminal: plain, in columns, without letting it speak to the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click


def plain(value: object) -> str:
    r"""Return a cell for the terminal: one line, no control characters.

    >>> plain("a\x1b[31m\nb")
    'a[31m b'
    """
    text = "" if value is None else str(value)
    return "".join(c if c.isprintable() else " " if c in "\n\t" else "" for c in text)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], limit: int, total: int | None = None) -> None:
    """Print rows as columns, at most `limit` of them; `total` is how many there are when `rows` are not all."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for i, column in enumerate(columns):
        numbers = bool(rows) and all(isinstance(r[i], int | float) for r in rows[:20])
        table.add_column(Text(plain(column)), justify="right" if numbers else "left", overflow="fold")
    for row in rows[:limit]:
        table.add_row(*(Text(plain(v)) for v in row))
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    left = (len(rows) if total is None else total) - limit
    if left > 0:
        click.echo(f"... {left:,} more rows; use --limit or --format csv")
