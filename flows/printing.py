"""Print foreign text in a terminal: plain, in columns, without letting it speak to the terminal."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Sequence
from typing import Any

import click

from pipeline.visible import show_line

_OBEYED = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Of what JSON may hold unescaped: control characters of eight bits, and what turns the reading direction."""


def plain(value: object) -> str:
    r"""Return a cell for the terminal: one line, with a sign for each control character.

    >>> plain("a\x1b[31m\nb")
    'a�[31m b'
    """
    return "" if value is None else show_line(str(value))


def json_text(value: object, indent: int | None = None) -> str:
    r"""Return JSON for programs and terminals: letters as they are, what a terminal would obey as an escape.

    A number that JSON does not know becomes null.

    >>> print(json_text({"text": "é\x9b", "share": float("nan")}))
    {"text": "é\u009b", "share": null}
    """
    try:
        written = json.dumps(value, ensure_ascii=False, default=str, indent=indent, allow_nan=False)
    except ValueError:
        written = json.dumps(_finite(value), ensure_ascii=False, default=str, indent=indent)
    return _OBEYED.sub(lambda found: f"\\u{ord(found.group()):04x}", written)


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    return [_finite(part) for part in value] if isinstance(value, list | tuple) else value


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
