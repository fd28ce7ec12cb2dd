"""The reference pages say what the program does: they are generated, and held equal here."""

from __future__ import annotations

from pathlib import Path

import click

from flows.cli import cli
from flows.references import command_reference, data_dictionary
from pipeline.schemas import TABLES

DOCS = Path(__file__).parent.parent / "docs"


def test_the_data_dictionary_is_as_generated() -> None:
    assert (DOCS / "data-dictionary.md").read_text("utf-8") == data_dictionary(list(TABLES)), "run `make docs`"


def test_the_command_reference_is_as_generated() -> None:
    assert (DOCS / "commands.md").read_text("utf-8") == command_reference(cli), "run `make docs`"


def test_every_command_teaches_with_an_example() -> None:
    def leaves(group: click.Group) -> list[click.Command]:
        found: list[click.Command] = []
        for command in group.commands.values():
            found += leaves(command) if isinstance(command, click.Group) else [command]
        return found

    assert [c.name for c in leaves(cli) if "Example: corpus " not in (c.help or "")] == []


def test_every_option_says_what_it_does() -> None:
    silent = [
        f"{name} {option.opts[0]}"
        for name, command in cli.commands.items()
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert silent == []
