"""The `corpus` command.

Each command imports what it needs when it is called: Prefect costs four CPU seconds, and finding out
that there is nothing to do must not.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import click

from flows import progress
from flows.asking import query
from flows.comparing import COMMANDS as COMPARING
from flows.configuring import COMMANDS as CONFIGURING
from flows.environment import (
    hush_own_server,
    leave_pandas_out,
    prepare_environment,
    reaching_server,
    say_errors_once,
    use_plain_memory,
)
from flows.explaining import explain
from flows.options import HELP, OUTPUT, SET, SETTINGS_FILE, parse_assignments
from flows.printing import json_text, plain
from flows.reading import COMMANDS as READING
from flows.topics import topics
from pipeline import __version__
from pipeline.errors import ContractError, CorruptVersionError, PipelineError, UsageError

FAILED, WRONG_CALL = 1, 2


@click.group(context_settings=HELP)
@click.version_option(__version__, prog_name="corpus")
@click.pass_context
def cli(context: click.Context) -> None:
    """Turn a folder of scraped documents into validated Parquet tables.

    Example: corpus run my_articles --output my_corpus
    """
    # https://no-color.org: any value that is not empty; click itself looks only whether this is a terminal.
    if os.environ.get("NO_COLOR"):
        context.color = False


@cli.command(context_settings=HELP)
@click.argument("source", default="seeds", type=click.Path())
@OUTPUT
@click.option("--full", is_flag=True, help="Make every document again, reusing nothing.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and publish nothing.")
@click.option("--workers", default=1, type=click.IntRange(min=1), help="Worker processes for batches.")
@click.option("--engine", default="process", type=click.Choice(["process", "dask"]), help="What runs the batches.")
@click.option("--dask-address", help="Scheduler of a Dask cluster; without it, --engine dask starts one here.")
@click.option("--redact", type=click.Choice(["none", "pii"]), help="Publish marks instead of personal data.")
@click.option("--taxonomy", type=click.Path(path_type=Path), help="A taxonomy file of your own.")
@click.option("--expectations", type=click.Path(path_type=Path), help="A folder of expectation suites of your own.")
@SETTINGS_FILE
@SET
@click.option("--quiet", "-q", is_flag=True, help="Print errors only.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def run(
    source: str,
    output: Path,
    full: bool,
    dry_run: bool,
    workers: int,
    engine: str,
    dask_address: str | None,
    redact: str | None,
    taxonomy: Path | None,
    expectations: Path | None,
    file: Path | None,
    assignments: tuple[str, ...],
    quiet: bool,
    as_json: bool,
) -> None:
    """Build a version from the documents in SOURCE, a folder or an address such as s3://bucket/prefix, and publish it.

    Only what changed since the last version is made again.

    Example: corpus run seeds --output output
    """
    from flows.paths import check_apart, expectations_folder, input_folder
    from pipeline.plan import make_plan
    from pipeline.publish import check_output
    from pipeline.settings import load_settings

    folder = input_folder(source, output, fresh=full)
    check_apart(folder, output)
    given = parse_assignments(assignments)
    given |= {"tag.taxonomy": str(taxonomy)} if taxonomy else {}
    given |= {"clean.redact": redact} if redact else {}
    settings = load_settings(file, given)
    suites = expectations_folder(str(expectations) if expectations else None)
    check_output(output)
    plan = make_plan(folder, output, settings, suites, full=full)
    if plan.note:
        click.echo(plan.note, err=True)
    if plan.up_to_date and plan.previous is not None:
        now = {"status": "up to date", "version": plan.previous.name}
        _say(now, f"up to date: {output / 'latest'} is {plan.previous.name}", as_json, quiet)
        return
    if dry_run:
        from flows.comparing import show_difference
        from pipeline.run import preview_difference

        show_difference(preview_difference(plan, settings, suites), limit=20, as_json=as_json)
        return
    silent = quiet or as_json
    if not silent:
        click.echo(f"{source}: {plan.describe()}")
    prepare_environment()
    hush_own_server()
    # What an import makes stays: collecting garbage meanwhile costs a tenth of Prefect's import and finds none.
    gc.disable()
    from flows.build import Engine, build_tagged
    from flows.stopping import start_server_deaf, stopped_at_once

    gc.enable()
    gc.freeze()
    with progress.shown(len(plan.clean), len(plan.retag), quiet=silent), stopped_at_once("stopped"):
        start_server_deaf()
        say_errors_once()
        with reaching_server():
            asked = source, str(output), full, workers, settings, str(suites), Engine(engine), dask_address
            built = build_tagged(*asked, planned=plan)
    published = built.published
    if published is None:
        _say({"status": "up to date"}, "up to date", as_json, quiet)
        return
    facts = {
        "status": "published" if published.is_new else "unchanged",
        "done": built.done,
        "version": published.name,
        "path": str(published.path),
        "rows": built.rows,
        "warnings": built.problems,
    }
    _say(facts, _published_message(facts, output), as_json, quiet)


@cli.command(context_settings=HELP)
@click.argument("source", default="seeds", type=click.Path())
@OUTPUT
@click.option("--every", help="How often: 15m, 1h, 1d.")
@click.option("--cron", help='When, as cron writes it: "0 6 * * *".')
@SETTINGS_FILE
@SET
def serve(
    source: str, output: Path, every: str | None, cron: str | None, file: Path | None, assignments: tuple[str, ...]
) -> None:
    """Bring the output up to date on a schedule, until stopped with Ctrl-C.

    Uses the Prefect server that PREFECT_API_URL names, or starts one on this machine.

    Example: corpus serve my_articles --output my_corpus --every 1h
    """
    from flows.paths import check_apart, input_folder
    from flows.serve import check_cron, local_server, parse_interval
    from flows.serve import serve as serve_build
    from flows.stopping import stopped_at_once
    from pipeline.publish import check_output
    from pipeline.settings import load_settings

    if (every is None) == (cron is None):
        raise UsageError('Say when: either --every 1h or --cron "0 6 * * *".')
    interval = parse_interval(every) if every else None
    folder = input_folder(source, output)
    check_apart(folder, output)
    settings = load_settings(file, parse_assignments(assignments))
    check_output(output)
    prepare_environment()
    if cron is not None:
        check_cron(cron)
    output.mkdir(parents=True, exist_ok=True)
    with stopped_at_once("stopped"), local_server(output / ".prefect-server.log") as address:
        when = f"every {every}" if every else f"at {cron}"
        click.echo(f"serving {source} -> {output} {when}; runs: {address.removesuffix('/api')}. Stop with Ctrl-C.")
        serve_build(folder, output, interval, cron, settings)


for _command in (query, *READING, *COMPARING, *CONFIGURING, explain, topics):
    cli.add_command(_command)


def _program() -> str:
    """Return how this command was called, so that what we print can be typed: `corpus`, or `.venv/bin/corpus`."""
    called = Path(sys.argv[0])
    found = shutil.which("corpus")
    if called.name != "corpus" or (found and Path(found).resolve() == called.resolve()):
        return "corpus"
    return os.path.relpath(called)


def _published_message(facts: dict[str, Any], output: Path) -> str:
    rows = facts["rows"]
    counts = ", ".join(
        _counted(rows[t], t.replace("_", " ")) for t in ("documents", "sentences", "sentence_topics", "mentions")
    )
    warned = f" {_counted(facts['warnings'], 'warnings')}: see report.html there." if facts["warnings"] else ""
    if facts["status"] == "unchanged":
        return f"nothing new: the tables equal those of {facts['version']}.{warned}"
    query = "select topic, count(*) n from sentence_topics group by topic order by n desc"
    said = f"published {facts['path']} ({counts}; {facts['done']}).{warned}"
    return f'{said}\ntry: {_program()} query --output {output} "{query}"'


def _counted(count: int, what: str) -> str:
    """Write a count with its noun, given as a plural.

    >>> _counted(1, "documents"), _counted(2_000, "documents")
    ('1 document', '2,000 documents')
    """
    return f"{count:,} {what.removesuffix('s') if count == 1 else what}"


def _say(facts: dict[str, Any], message: str, as_json: bool, quiet: bool) -> None:
    if as_json:
        click.echo(json_text(facts))
    elif not quiet:
        click.echo(message)


def main() -> None:
    """Run the command; exit with 0, 1 (the data failed) or 2 (the call was wrong)."""
    leave_pandas_out()
    use_plain_memory()
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(WRONG_CALL)
    except UsageError as error:
        click.echo(f"error: {_shown(error)}", err=True)
        sys.exit(WRONG_CALL)
    except (ContractError, CorruptVersionError, PipelineError) as error:
        click.echo(f"failed: {_shown(error)}", err=True)
        sys.exit(FAILED)


def _shown(error: Exception) -> str:
    """Return an error's lines without control characters: it may quote a file's name or a document's text."""
    return "\n".join(plain(line) for line in str(error).splitlines())


if __name__ == "__main__":
    main()
