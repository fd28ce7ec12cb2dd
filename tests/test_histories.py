"""Histories of edits: where they end, and what a run compares of them."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import tabulate
from pipeline.diff import compare_tables
from pipeline.errors import CorruptVersionError
from pipeline.parquet import TableWriter
from pipeline.run import Run
from pipeline.settings import Settings, TagSettings
from pipeline.staged import StagedTables
from pipeline.verdict import Verdict
from pipeline.version import open_version
from tests.made_runs import SETTINGS, Build, digests, edit, plan_for


@pytest.mark.parametrize("seed", range(4))
def test_any_history_of_edits_ends_where_a_full_run_ends(
    seed: int, build: Build, corpus_folder: Path, suites: Path, tmp_path: Path
) -> None:
    rng = random.Random(seed)
    output = tmp_path / "out"
    build(corpus_folder, output, suites)
    for step in range(4):
        edit(rng, corpus_folder, step)
        if not plan_for(corpus_folder, output, suites).up_to_date:
            build(corpus_folder, output, suites)
    build(corpus_folder, tmp_path / "full", suites)
    assert digests(output) == digests(tmp_path / "full")


@pytest.mark.parametrize("seed", range(4))
def test_comparing_only_what_a_run_can_have_changed_finds_all_that_changed(
    seed: int, build: Build, corpus_folder: Path, suites: Path, tmp_path: Path
) -> None:
    rng = random.Random(seed)
    output = tmp_path / "out"
    build(corpus_folder, output, suites)
    quick = 0
    for step in range(4):
        edit(rng, corpus_folder, step)
        settings = Settings(tag=TagSettings(threshold=rng.choice([1.0, 1.5])))
        plan = plan_for(corpus_folder, output, suites, settings)
        if plan.up_to_date or plan.previous is None:
            continue
        with Run(plan, settings, suites) as run:
            for label in run.batches:
                run.clean(label)
                run.tag(label)
            run.tabulate()
            columns, staged = run.may_differ(), StagedTables(run.folder)
            quick += columns is not None
            some = compare_tables(plan.previous, staged, "a", "b", may_differ=columns)
            assert some == compare_tables(plan.previous, staged, "a", "b")
            run.publish(Verdict(()))
    assert quick


def test_all_columns_are_compared_where_rows_may_have_changed_otherwise(
    build: Build, corpus_folder: Path, suites: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    build(corpus_folder, output, suites)
    path = sorted(corpus_folder.iterdir())[0]
    path.write_text(path.read_text(encoding="utf-8") + "\n\nA sentence came later.\n", "utf-8")
    plan = plan_for(corpus_folder, output, suites)
    written_otherwise = replace(plan, digests={**plan.digests, "output": "another"})
    for some, quick in ((plan, True), (written_otherwise, False), (replace(plan, removed=()), False)):
        with Run(some, SETTINGS, suites) as run:
            run.rows = {"quarantine": 0}
            assert (run.may_differ() is not None) is quick
            run.rows = {"quarantine": 1}
            assert run.may_differ() is None


@pytest.mark.parametrize("damaged", [False, True])
def test_tables_of_which_all_rows_stay_are_copied_unless_they_are_damaged(
    damaged: bool, build: Build, corpus_folder: Path, suites: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, stricter = tmp_path / "out", Settings(tag=TagSettings(threshold=2.0))
    build(corpus_folder, output, suites)
    if damaged:
        path = open_version(output).path / "blocks" / "part-000.parquet"
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.chmod(0o644)
        path.write_bytes(content)
    written: list[str] = []

    class Writer(TableWriter):
        def __init__(self, folder: Path, *given: Any) -> None:
            written.append(folder.name)
            super().__init__(folder, *given)

    monkeypatch.setattr(tabulate, "TableWriter", Writer)
    if damaged:
        with pytest.raises((OSError, CorruptVersionError), match=r"(?i)crc|corrupt|damaged|checksum"):
            build(corpus_folder, output, suites, stricter)
        assert "blocks" in written
        return
    build(corpus_folder, output, suites, stricter)
    assert written == ["documents", "sentences", "sentence_topics"]
    monkeypatch.undo()
    build(corpus_folder, tmp_path / "full", suites, stricter)
    assert digests(output) == digests(tmp_path / "full")
