"""`corpus settings` and `corpus completion`: what a run would use, and help with typing."""

from __future__ import annotations

from pathlib import Path

import click

from flows.options import HELP, JSON, SET, SETTINGS_FILE, parse_assignments
from flows.printing import json_text, print_table
from pipeline.errors import UsageError

_SHELLS = ("bash", "zsh", "fish")


@click.command(context_settings=HELP)
@SETTINGS_FILE
@SET
@JSON
def settings(file: Path | None, assignments: tuple[str, ...], as_json: bool) -> None:
    """Show each setting, its value, and where it was said.

    The last that speaks wins: the defaults, [tool.corpus] in ./pyproject.toml, ./corpus.toml, environment
    variables (CORPUS_CLEAN_POLICY=page), and --set on the command line.

    Example: corpus settings --set clean.policy=page
    """
    from pipeline.settings import explain_settings

    stated = explain_settings(file, parse_assignments(assignments))
    if as_json:
        rows = {s.name: {"value": s.value, "origin": s.origin, "meaning": s.meaning} for s in stated}
        click.echo(json_text(rows, indent=1))
        return
    print_table(
        ["setting", "value", "said by", "meaning"],
        [(s.name, _shown(s.value), s.origin, s.meaning) for s in stated],
        len(stated),
    )


@click.command(context_settings=HELP)
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(shell: str) -> None:
    """Print a script that lets SHELL complete commands, options and values.

    Example: corpus completion bash >> ~/.bashrc
    """
    from click.shell_completion import get_completion_class

    from flows.cli import cli

    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"There is no completion for {shell}.")
    if shell == "bash":
        # click starts a shell to ask for its version, which is not there on every machine; the script does not need it.
        kind._check_version = staticmethod(lambda: None)  # type: ignore[attr-defined]
    click.echo(kind(cli, {}, "corpus", "_CORPUS_COMPLETE").source())


def _shown(value: object) -> str:
    if value is None:
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


COMMANDS = (settings, completion)
