"""Strangers' names and texts through every command that prints, through the page and through Prefect's artifacts."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import cli, main
from flows.messages import documents_rows, escape_markdown, validation_markdown
from pipeline.plan import make_plan
from pipeline.run import build_version
from pipeline.settings import Settings
from pipeline.verdict import Outcome, Status, Verdict
from pipeline.version import Version, open_version
from pipeline.visible import show_controls, show_line
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
    "query as csv": ("query", "select * from blocks", "--format", "csv"),
    "query as json": ("query", "select * from blocks", "--format", "json"),
    "diff as json": ("diff", "--json"),
    "explain as json": ("explain", "DOC", "--json"),
    "a block that is not there": ("explain", "DOC", "--block", "999999"),
    "a query of a strange name": ("query", f"select '{TERMINAL}' as \"{TERMINAL}\""),
    "a wrong query": ("query", f"select {TERMINAL}"),
    "a document that is not there": ("explain", f"nothing{TERMINAL}"),
    "a version that is not there": ("diff", f"v{TERMINAL}"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_no_command_lets_a_text_speak_to_the_terminal(
    command: tuple[str, ...], output: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [doc_id(output) if part == "DOC" else part for part in command]
    # The whole program, so that what goes wrong is said too; at a terminal, because into a pipe click takes escape
    # sequences out by itself and a table in CSV is written as it is.
    monkeypatch.setattr(sys, "argv", ["corpus", arguments[0], "--output", str(output), *arguments[1:]])
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with contextlib.suppress(SystemExit):
        main()
    said = capsys.readouterr()
    printed = SGR.sub("", said.out + said.err)
    assert printed.strip()
    assert {unicodedata.name(c, hex(ord(c))) for c in printed if unicodedata.category(c) == "Cc" and c != "\n"} == set()
    assert {c for c in printed if c in "\u202e\u2066"} == set()


def test_the_difference_of_taxonomies_lets_no_text_speak_to_the_terminal(output: Path, tmp_path: Path) -> None:
    taxonomy = tmp_path / "my.yml"
    taxonomy.write_text(
        "extends: packaged\ntopics:\n- {id: pipes, definition: About pipes.}\nlexicons:\n- language: en\n"
        "  topics:\n    pipes:\n      strong: [Ministers]\n",
        encoding="utf-8",
    )
    call = ["topics", "diff", "packaged", str(taxonomy), "--output", str(output)]
    result = CliRunner().invoke(cli, call, color=True)
    printed = SGR.sub("", result.output)
    assert result.exit_code == 0 and "pipes" in printed, result.output
    assert [hex(ord(c)) for c in printed if unicodedata.category(c) == "Cc" and c != "\n"] == []


def test_what_goes_into_a_pipe_holds_every_character_of_a_text(output: Path) -> None:
    sql = "select chr(27) || '[31mred' as cell"
    assert CliRunner().invoke(cli, ["query", "--output", str(output), sql, "--format", "csv"]).stdout_bytes == (
        b"cell\n\x1b[31mred\n"
    )


@pytest.mark.parametrize("cell", [*map(chr, (*range(32), *range(0x7F, 0xA0))), "\u202d", "\u202e"])
def test_what_acts_is_shown_as_a_sign(cell: str) -> None:
    assert show_line(f"a{cell}b") == ("a b" if cell in "\t\n\v\f\r\x85" else "a\ufffdb")
    assert show_controls(f"a{cell}b") == (f"a{cell}b" if cell in "\t\n" else "a\ufffdb")


@pytest.mark.parametrize(
    "text", ["می\u200cخواهم", "क्\u200dष", "10\u00a0000".replace("\u00a0", " "), "e\u0301", "👩\u200d🔬"]
)
def test_what_spelling_needs_is_shown_as_it_is(text: str) -> None:
    assert show_line(text) == show_controls(text) == text


def test_every_kind_of_space_is_a_space_at_a_terminal() -> None:
    assert show_line("10\u00a0000\u3000km\u2009h\u2028x") == "10 000 km h x"


@pytest.mark.parametrize("command", [("explain", "DOC", "--json"), ("diff", "--json"), ("versions", "--json")])
def test_json_stays_json(command: tuple[str, ...], output: Path) -> None:
    arguments = [doc_id(output) if part == "DOC" else part for part in command]
    result = CliRunner().invoke(cli, [arguments[0], "--output", str(output), *arguments[1:]])
    assert result.exit_code == 0, result.output
    json.loads(result.stdout)
    assert not {c for c in result.stdout if unicodedata.category(c) == "Cc" and c != "\n"}


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
    assert not {c for c in html if unicodedata.category(c) == "Cc" and c not in "\n\t"}
    assert "\u202e" not in html


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
