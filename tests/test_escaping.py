"""Strangers' names and texts through every command that prints, through the page and through Prefect's artifacts."""

from __future__ import annotations

import json
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import cli
from flows.messages import documents_rows, escape_markdown, validation_markdown
from pipeline.plan import make_plan
from pipeline.run import build_version
from pipeline.settings import Settings
from pipeline.verdict import Outcome, Status, Verdict
from pipeline.version import Version, open_version
from tests.made_records import PROSE

# Sets the window's title, clears the screen, moves up, rings, goes back, turns the reading direction.
TERMINAL = "\x1b]0;pwned\x07\x1b[2J\x1b[1A\x9b2J\x08\x85\u202e\u2066"
MARKUP = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> [red]x[/red] [go](javascript:alert(3)) `${7*7}` {{ 7*7 }} |"
)
NAME = "a\x1b[2J\u202e<script>alert(1)<\u2215script>[go](javascript:1)|`x`\n=1+1.txt"
HEADLINE = f"{MARKUP} Ministers {TERMINAL} meet in Baku"
SGR = re.compile(r"\x1b\[[0-9;]*m")


def text(ending: str) -> str:
    # Long enough that its control codes are less than the hundredth part from which on it would be no text.
    long = "\n\n".join(PROSE.format(f"{name}stream") for name in "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ")
    return (
        f"{HEADLINE}\n\nBy <b>Eve</b> {TERMINAL}\n\n{PROSE.format(MARKUP)} {TERMINAL}Oil and gas exports grew.\n\n"
        f"{long}\n\n{PROSE.format('Sued')} {ending}\n\nShare this article {TERMINAL}\n\n"
        f"© 2024 <i>Example</i> {TERMINAL}. All rights reserved.\n"
    )


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory, suites: Path) -> Path:
    """Two versions of hostile documents, so that there is something to compare."""
    folder, output = tmp_path_factory.mktemp("hostile"), tmp_path_factory.mktemp("output")
    for ending in ("The first.", f"{MARKUP} The second {TERMINAL}."):
        (folder / NAME).write_text(text(ending), encoding="utf-8")
        (folder / "=cmd|' !C calc'!A0.txt").write_text(f"=1+1 {PROSE.format(ending)}", encoding="utf-8")
        (folder / f"{MARKUP[:8]}.txt").write_bytes(b"\x00\x01\x02" * 50)
        settings = Settings()
        build_version(make_plan(folder, output, settings, suites), settings, suites, lambda *_: Verdict(()))
    return output


def version(output: Path) -> Version:
    return open_version(output)


def doc_id(output: Path) -> str:
    rows = version(output).documents().to_pylist()
    return next(str(row["doc_id"]) for row in rows if row["source_path"] == NAME)


COMMANDS = {
    "explain": ("explain", "DOC"),
    "explain a block": ("explain", "DOC", "--block", "1"),
    "explain what went": ("explain", "DOC", "--dropped"),
    "diff": ("diff",),
    "versions": ("versions",),
    "verify": ("verify",),
    "query": ("query", "select * from documents"),
    "query blocks": ("query", "select text, evidence from blocks"),
    "query sources": ("query", "select source_path, detail from sources"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_no_command_lets_a_text_speak_to_the_terminal(command: tuple[str, ...], output: Path) -> None:
    arguments = [doc_id(output) if part == "DOC" else part for part in command]
    # With colours, because without them click takes escape sequences out by itself.
    result = CliRunner().invoke(cli, [arguments[0], "--output", str(output), *arguments[1:]], color=True)
    printed = SGR.sub("", result.output)
    assert result.exit_code == 0 and printed.strip(), result.output
    assert {unicodedata.name(c, hex(ord(c))) for c in printed if unicodedata.category(c) == "Cc" and c != "\n"} == set()
    assert {c for c in printed if c in "\u202e\u2066"} == set()


@pytest.mark.parametrize("command", [("explain", "DOC", "--json"), ("diff", "--json"), ("versions", "--json")])
def test_json_stays_json(command: tuple[str, ...], output: Path) -> None:
    arguments = [doc_id(output) if part == "DOC" else part for part in command]
    result = CliRunner().invoke(cli, [arguments[0], "--output", str(output), *arguments[1:]])
    assert result.exit_code == 0, result.output
    json.loads(result.stdout)
    assert not {c for c in result.stdout if ord(c) < 32 and c != "\n"}


class Tags(HTMLParser):
    """The tags of a page with the attributes that could run or load something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.wrong: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "img", "iframe", "object", "embed", "form", "i", "b") and not dict(attrs).get("class"):
            self.wrong.append((tag, ""))
        self.wrong += [(tag, name) for name, value in attrs if name.startswith("on") or "javascript:" in (value or "")]


def test_the_page_shows_hostile_names_and_texts_as_text(output: Path) -> None:
    html = (version(output).path / "report.html").read_text(encoding="utf-8")
    assert "alert(1)" in html
    found = Tags(html).wrong
    assert [w for w in found if w[0] in ("script", "img", "iframe", "object", "embed") or w[1]] == []
    assert not {c for c in html if ord(c) < 32 and c not in "\n\t"}


def test_prefects_artifacts_show_hostile_names_and_texts_as_text(output: Path) -> None:
    rows, description = documents_rows(version(output).path)
    assert len(rows) >= 2 and description
    outcome = Outcome(
        "sentences", f"expect {MARKUP}", f"text{MARKUP}", "critical", Status.FAILED, MARKUP, detail=HEADLINE
    )
    shown = [str(value) for row in rows for value in row.values()]
    shown += validation_markdown(Verdict((outcome,)), 0.01).splitlines()
    for cell in shown:
        # What Markdown or HTML would read as more than text is escaped.
        bare = re.sub(r"\\.", "", cell)
        assert not re.search(r"<\w|\]\(|`|\*\w", bare.replace("**Nothing is published**", "")), cell


def test_escaped_markdown_has_one_line_and_no_mark() -> None:
    flat = escape_markdown(f"{MARKUP}\n# {MARKUP}")
    assert "\n" not in flat and "<" not in flat
    assert not re.search(r"(?<!\\)[`*_\[\]|#!]", flat)
