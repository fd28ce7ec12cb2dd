"""Reference pages that are generated, so that they cannot say another thing than the program does.

`docs/data-dictionary.md` comes from the schemas and the keys, `docs/commands.md` from the commands' own
help. Tests hold the committed pages equal to what this returns; `make docs` writes them again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

_DICTIONARY = """# Data dictionary

Every table of a version is a folder of Parquet files, sorted by its key. Offsets count Unicode code points in
`documents.text`. The same words stand in each file's own schema as field metadata, and in `corpus schema`.
This page is written by `make docs`.
"""
_COMMANDS = """# Commands

What each command takes, as `corpus COMMAND --help` prints it. Exit codes: 0, 1 (the data failed; the version served
before is still served), 2 (the call was wrong), 130 (stopped with Ctrl-C). This page is written by `make docs`.
"""


def data_dictionary(tables: Sequence[str]) -> str:
    """Return the columns of `tables` as a page of Markdown."""
    from pipeline.schemas import KEYS, describe

    parts = [_DICTIONARY]
    for table in tables:
        rows = [
            f"| `{name}` | {_escape(kind)} | {'yes' if null else ''} | {_escape(meaning)} |"
            for name, kind, null, meaning in describe(table)
        ]
        key = ", ".join(f"`{k}`" for k in KEYS[table])
        head = [f"\n## {table}\n", f"Key: {key}.\n", "| column | type | may be null | meaning |", "|---|---|---|---|"]
        parts.append("\n".join([*head, *rows]) + "\n")
    return "".join(parts)


def command_reference(group: click.Group) -> str:
    """Return the help of every command below `group` as a page of Markdown."""
    parts = [_COMMANDS]
    for path, command in _commands(group, "corpus"):
        context = click.Context(command, info_name=path, terminal_width=100, help_option_names=["-h", "--help"])
        parts.append(f"\n## {path}\n\n```text\n{command.get_help(context)}\n```\n")
    return "".join(parts)


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    for name in sorted(group.commands):
        command = group.commands[name]
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _escape(text: str) -> str:
    return text.replace("|", "\\|")
