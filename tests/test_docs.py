"""Every command, query and link in README and docs works as written."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def fenced(kind: str) -> list[tuple[Path, str]]:
    blocks = [
        (page, block)
        for page in PAGES
        for block in re.findall(rf"^```{kind}\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)
    ]
    return blocks


def commands() -> list[str]:
    lines = [line.split("  #")[0].strip() for _, block in fenced("sh") for line in block.splitlines()]
    return [line for line in dict.fromkeys(lines) if line.startswith("corpus ")]


def arguments(command: str) -> list[str]:
    return shlex.split(command.partition("||")[0])[1:]


@pytest.fixture
def desk(built: Path, grown: Path, seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the docs assume it: documents in my_articles and seeds, versions in output and my_corpus."""
    for name in ("my_articles", "seeds"):
        shutil.copytree(seeds, tmp_path / name)
    for name, versions in (("output", grown), ("my_corpus", built)):
        shutil.copytree(versions, tmp_path / name, symlinks=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("webbrowser.open", lambda address: address.startswith("file://"))
    return tmp_path


@pytest.mark.parametrize("command", [c for c in commands() if arguments(c)[0] not in ("run", "serve")])
def test_a_documented_command_works(command: str, desk: Path) -> None:
    from flows.cli import cli

    result = CliRunner().invoke(cli, arguments(command), catch_exceptions=False)
    assert result.exit_code == ("--exit-code" in command), result.output
    assert result.output.strip()


@pytest.mark.parametrize("command", [c for c in commands() if arguments(c)[0] == "run"])
def test_a_documented_run_works(
    command: str, desk: Path, corpus: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    result = corpus(*arguments(command), cwd=desk)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("up to date")  # the same documents as in `built`


@pytest.mark.parametrize("command", [c for c in commands() if arguments(c)[0] == "serve"])
def test_a_documented_schedule_is_understood(command: str, desk: Path) -> None:
    from flows.cli import cli
    from flows.serve import parse_interval

    given = arguments(command)
    with cli.commands["serve"].make_context("serve", given[1:]) as context:  # type: ignore[attr-defined]
        assert (context.params["every"] is None) != (context.params["cron"] is None)
        assert context.params["every"] is None or parse_interval(context.params["every"])


@pytest.mark.parametrize(("page", "code"), fenced("python"), ids=lambda v: v.name if isinstance(v, Path) else "code")
def test_a_documented_program_runs(page: Path, code: str, desk: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=desk, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_what_the_readme_says_a_call_returns_is_what_it_returns() -> None:
    import pipeline

    assert pipeline.split_text("Dr. Smith came. He left.") == [(0, 15), (16, 24)]
    assert pipeline.detect_language("Президент прибыл в Баку").code == "ru"
    found = pipeline.find_mentions("Tehran and Baku signed.")
    assert [(m.entity_id, m.evidence) for m in found] == [("IR", "metonym"), ("AZ", "metonym")]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_the_readme_names_every_command() -> None:
    from flows.cli import cli

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in cli.commands if f"corpus {name}" not in text] == []
