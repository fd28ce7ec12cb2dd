"""Calls that are wrong: each says what was found, where and what to do, exits with 2, and has done nothing."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from flows.cli import main

CASES = json.loads((Path(__file__).parent / "cases" / "wrong_calls.json").read_text(encoding="utf-8"))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with documents, and files that are not what they are named for."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").write_text("The ministers met in Baku.\n")
    (tmp_path / "a_file").write_text("x")
    (tmp_path / "bad.yml").write_text("a: [\n")
    (tmp_path / "bad.toml").write_text("x = = 1\n")
    (tmp_path / "latin.toml").write_bytes(b'x = "\xff"\n')
    (tmp_path / "bad.jsonl").write_text('{"text": "Gas."}\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.environ", os.environ.copy())  # a command sets what Prefect is to find
    return tmp_path


def call(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> int:
    monkeypatch.setattr(sys, "argv", ["corpus", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return int(str(left.value.code))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_a_wrong_call_says_what_to_do_and_does_nothing(
    case: dict[str, Any],
    built: Path,
    desk: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = sorted(desk.rglob("*"))
    code = call(monkeypatch, [str(built) if part == "BUILT" else part for part in shlex.split(case["call"])])
    said = capsys.readouterr()
    assert code == case["code"], said.err
    for words in case["said"]:
        assert words in said.err
    assert "Traceback" not in said.err
    made = {p.relative_to(desk).parts[0] for p in set(desk.rglob("*")) - set(before)}
    assert made <= {"output", "new"}  # the folder that a run was to write to, with nothing published in it
    assert not list(desk.rglob("manifest.json"))


def test_each_case_has_a_label_of_its_own() -> None:
    assert len({case["label"] for case in CASES}) == len(CASES) >= 30


def test_an_output_may_lie_in_a_hidden_folder_of_the_input(desk: Path) -> None:
    from flows.paths import check_apart

    check_apart(desk / "documents", desk / "documents" / ".corpus" / "out")
    check_apart(desk / "documents", desk)
    check_apart(desk / "documents", desk / "documents2")
