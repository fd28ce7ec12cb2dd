"""`corpus diff` and `corpus report`: what changed between two versions, and the page of one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.options import HELP
from flows.printing import json_text, plain
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.diff_model import Difference

_OUTPUT = click.option(
    "--output", default="output", type=click.Path(path_type=Path), help="Folder that holds the versions."
)


@click.command(context_settings=HELP)
@click.argument("a", required=False)
@click.argument("b", required=False)
@_OUTPUT
@click.option("--limit", default=20, type=click.IntRange(min=0), help="Lines shown of each kind; 0 shows all.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when the versions differ, as diff does.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole difference as JSON.")
def diff(a: str | None, b: str | None, output: Path, limit: int, exit_code: bool, as_json: bool) -> None:
    """Say what changed from version A to version B: documents, sentences and the rule that did it, topics, metadata.

    Without B, A is compared with the version that is served; without A either, the served version with the
    one before it. A version may be named by the start of its name.

    Example: corpus diff v000011 v000012
    """
    from pipeline.diff import compare_versions
    from pipeline.version import open_version

    newer = open_version(output, b)
    older = open_version(output, a) if a is not None else open_version(output, _before(output, newer.name))
    found = compare_versions(older, newer)
    show_difference(found, limit, as_json=as_json)
    if exit_code and not found.is_empty:
        sys.exit(1)


@click.command(context_settings=HELP)
@_OUTPUT
@click.option("--version", "name", help="A version by name; the latest when not given.")
@click.option("--open", "show", is_flag=True, help="Open the page in the browser.")
def report(output: Path, name: str | None, show: bool) -> None:
    """Print the path of a version's page, report.html; with --open, show it.

    Example: corpus report --open
    """
    from pipeline.version import open_version

    version = open_version(output, name)
    page = version.path / "report.html"
    if not page.is_file():
        raise UsageError(
            f"{version.name} has no report.html: it was published by a release that wrote none. "
            "The next version that `corpus run` publishes has one."
        )
    click.echo(str(page))
    if show:
        import webbrowser

        if not webbrowser.open(page.as_uri()):
            raise UsageError("No browser could be started here. Open the file above in one.")


def _before(output: Path, name: str) -> str:
    """Return the name of the version before `name`."""
    from pipeline.version import list_versions

    names = list_versions(output)
    at = names.index(name) if name in names else 0
    if at == 0:
        raise UsageError(f"{output} holds no version before {name}. Name two: corpus diff A B (see `corpus versions`).")
    return names[at - 1]


def show_difference(found: Difference, limit: int, *, as_json: bool) -> None:
    """Print a difference for a person, or as JSON."""
    if as_json:
        click.echo(json_text(found.as_dict()))
    else:
        _print_difference(found, limit)


def _print_difference(found: Difference, limit: int) -> None:
    from pipeline.diff import summarise

    click.secho(f"{found.before} -> {found.after}", bold=True)
    if found.is_empty:
        click.echo("no difference")
        return
    _print_section(
        "documents", [f"{c.change:8s} {plain(c.source_path)}{_sentences(c)}" for c in found.documents], limit
    )
    for change, mark, colour in (("lost", "-", "red"), ("gained", "+", "green")):
        some = [s for s in found.sentences if s.change == change]
        _print_section(f"sentences {change}", [f"{n:>6,}  {plain(why)}" for why, n in summarise(some)], limit)
        _print_section("", [f"{mark} {plain(s.source_path)}:{s.start}  {_short(s.text)}" for s in some], limit, colour)
    for change, mark, colour in (("lost", "-", "red"), ("gained", "+", "green")):
        rows = [
            f"{mark} {t.topic}  [{', '.join(map(plain, t.terms))}]  {_short(t.text)}"
            for t in found.topics
            if t.change == change
        ]
        _print_section(f"topics {change}", rows, limit, colour)
    _print_section(
        "metadata",
        [f"{plain(m.source_path)}: {m.name}: {_value(m.before)} -> {_value(m.after)}" for m in found.metadata],
        limit,
    )
    _print_section("blocks labelled otherwise", [f"{n:>6,}  {plain(w)}" for w, n in summarise(found.blocks)], limit)
    if found.other_documents:
        click.echo(f"{found.other_documents:,} document(s) differ in something else only, such as a confidence.")
    click.echo(f"tables that differ: {', '.join(found.tables)}")


def _print_section(title: str, lines: Sequence[str], limit: int, colour: str | None = None) -> None:
    if not lines:
        return
    if title:
        click.secho(f"{title} ({len(lines):,})" if colour else title, bold=True)
    shown = lines[:limit] if limit else lines
    for line in shown:
        click.secho(f"  {line}", fg=colour)
    if len(shown) < len(lines):
        click.echo(f"  ... {len(lines) - len(shown):,} more; use --limit 0 or --json")


def _sentences(change: Any) -> str:
    if change.moved_from:
        return f" (was {plain(change.moved_from)})"
    if change.change == "changed":
        return f" ({change.sentences_before:,} -> {change.sentences_after:,} sentences)"
    return f" ({change.sentences_before or change.sentences_after:,} sentences)"


def _value(value: str | None) -> str:
    return "none" if value is None else _short(value, 60)


def _short(text: str, most: int = 110) -> str:
    text = plain(text)
    return text if len(text) <= most else f"{text[: most - 4]} ..."


COMMANDS = (diff, report)
