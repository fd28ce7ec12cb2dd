"""Options and arguments that several commands share, so that they are called the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from pipeline.errors import UsageError

HELP = {"help_option_names": ["-h", "--help"]}
"""Settings of every command's context: without them a command that is called alone, as in a test, knows no -h."""
OUTPUT = click.option(
    "--output",
    default="output",
    type=click.Path(path_type=Path),
    help="Folder that holds the versions.",
    show_default=True,
)
VERSION = click.option("--version", "name", help="A version by name or its beginning; the latest when not given.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
SETTINGS_FILE = click.option(
    "--settings", "file", type=click.Path(path_type=Path), help="A TOML file instead of ./corpus.toml."
)
SET = click.option(
    "--set", "assignments", multiple=True, metavar="NAME=VALUE", help="A setting, such as clean.policy=page."
)


def parse_assignments(assignments: Iterable[str]) -> dict[str, str]:
    """Return the values of `--set NAME=VALUE` options by name.

    >>> parse_assignments(["clean.policy=page"])
    {'clean.policy': 'page'}
    """
    given = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--set {assignment}: write NAME=VALUE, such as --set clean.policy=page.")
        given[name.strip()] = value.strip()
    return given
