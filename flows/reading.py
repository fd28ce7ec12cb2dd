"""The commands that read versions: schema, verify, versions, gc."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.options import HELP, JSON, OUTPUT, VERSION
from flows.printing import json_text, plain, print_table
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.validate import Verdict
    from pipeline.version import Version


@click.command(context_settings=HELP)
@click.argument("table", required=False)
@click.option("--markdown", is_flag=True, help="Print Markdown, as in docs/data-dictionary.md.")
@JSON
def schema(table: str | None, markdown: bool, as_json: bool) -> None:
    """Print the data dictionary: each column's type and meaning.

    Example: corpus schema sentences
    """
    from pipeline.schemas import TABLES, describe

    if table is not None and table not in TABLES:
        raise UsageError(f"There is no table {table!r}. There are: {', '.join(TABLES)}.")
    names = [table] if table else list(TABLES)
    if as_json:
        keys = ("name", "type", "nullable", "description")
        click.echo(json_text({n: [dict(zip(keys, c, strict=True)) for c in describe(n)] for n in names}, indent=1))
        return
    if markdown:
        from flows.references import data_dictionary

        click.echo(data_dictionary(names), nl=False)
        return
    for n in names:
        click.secho(n, bold=True)
        rows = [(c, kind, "null" if null else "", text) for c, kind, null, text in describe(n)]
        print_table(["column", "type", "", "meaning"], rows, len(rows))
        click.echo()


@click.command(context_settings=HELP)
@OUTPUT
@VERSION
@click.option("--full", is_flag=True, help="Judge the tables by the laws and expectations again, too.")
@click.option("--expectations", type=click.Path(path_type=Path), help="A folder of suites of your own, for --full.")
@JSON
def verify(output: Path, name: str | None, full: bool, expectations: Path | None, as_json: bool) -> None:
    """Check a version's files against the hashes in its manifest.

    With --full, the laws (every character in one block, every sentence at its place, every key joined) are
    computed again from the tables and judged by the expectations.

    Example: corpus verify --output output --full
    """
    from pipeline.version import open_version

    version = open_version(output, name)
    problems = version.verify()
    said = f"{version.name}: " + (f"{len(problems)} problem(s)" if problems else "every file is as published")
    if full and not problems:
        from pipeline.validate import Status

        verdict = _judged(version, expectations)
        problems = [o.describe() for o in verdict.outcomes if o.status is not Status.PASSED and o.severity != "info"]
        said += f"; {verdict.count(Status.PASSED)} of {len(verdict.outcomes)} expectations hold"
    if as_json:
        click.echo(json_text({"version": version.name, "problems": problems}))
    else:
        for problem in problems:
            click.echo(plain(problem), err=True)
        click.echo(said)
    if problems:
        sys.exit(1)


def _judged(version: Version, expectations: Path | None) -> Verdict:
    from flows.paths import expectations_folder
    from pipeline.validation_process import ValidationProcess

    suites = expectations_folder(str(expectations) if expectations else None)
    with tempfile.TemporaryDirectory(prefix="corpus-verify-") as folder:
        work = Path(folder)
        with ValidationProcess(work / "log") as process:
            return process.judge(version.path, suites, work / "verdict.json")


@click.command(context_settings=HELP)
@OUTPUT
@JSON
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
        click.echo(json_text(rows))
        return
    shown = [
        (r["version"], "latest" if r["latest"] else "", r["documents"], r["sentences"], r["sentence_topics"])
        for r in rows
    ]
    print_table(["version", "", "documents", "sentences", "topics"], shown, len(shown))


@click.command(context_settings=HELP)
@OUTPUT
@click.option("--keep", default=10, type=click.IntRange(min=1), help="Versions to keep, the newest first.")
def gc(output: Path, keep: int) -> None:
    """Remove old versions. The one that is served is never removed.

    Example: corpus gc --keep 5
    """
    from pipeline.publish import collect_garbage

    removed = collect_garbage(output, keep)
    click.echo(f"removed {len(removed)} version(s)" + (f": {', '.join(removed)}" if removed else ""))


COMMANDS = (schema, verify, versions, gc)
