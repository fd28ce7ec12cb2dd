"""What a run that did not end leaves to the next."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import ContractError
from pipeline.halves import BatchReport, claim_batch, drop_batches, find_batches, make_half, rescue_batches
from pipeline.plan import Plan, make_plan
from pipeline.publish import check_output, collect_garbage
from pipeline.run import Run
from pipeline.settings import Settings, TagSettings
from pipeline.validate import Verdict
from pipeline.validation_process import ValidationProcess
from pipeline.version import open_version

ROOT = Path(__file__).parent.parent
SETTINGS = Settings(batch_documents=1)
REPORT = BatchReport(1, 10, {"body": 2})
INPUTS = (("a.txt", "00"),)
BUILD = """
import sys
from pathlib import Path
from pipeline.plan import make_plan
from pipeline.run import build_version
from pipeline.settings import Settings
folder, output, suites = map(Path, sys.argv[1:])
settings = Settings(batch_documents=1)
build_version(make_plan(folder, output, settings, suites), settings, suites)
"""


def make(calls: list[Path], into: Path) -> BatchReport:
    calls.append(into)
    (into / "rows.arrow").write_bytes(b"rows")
    return REPORT


def plan_for(folder: Path, output: Path, suites: Path, settings: Settings = SETTINGS) -> Plan:
    return make_plan(folder, output, settings, suites)


def digests(output: Path) -> dict[str, str]:
    root = open_version(output).path
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in root.rglob("*.parquet")}


def killed(folder: Path, output: Path, suites: Path, point: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "CORPUS_FAILPOINT": point}
    command = [sys.executable, "-c", BUILD, str(folder), str(output), str(suites)]
    assert subprocess.run(command, env=environment).returncode == -signal.SIGKILL


def test_a_half_is_made_once(tmp_path: Path) -> None:
    calls: list[Path] = []
    first = make_half(tmp_path / "b", "cleaned", "d", INPUTS, lambda into: make(calls, into))
    again = make_half(tmp_path / "b", "cleaned", "d", INPUTS, lambda into: make(calls, into))
    assert (first, again.taken_over, again.documents, len(calls)) == (REPORT, True, 1, 1)
    assert sorted(p.name for p in (tmp_path / "b").iterdir()) == ["cleaned"]


@pytest.mark.parametrize("spoil", ["a byte", "a file", "the seal", "the digest"])
def test_a_half_that_is_damaged_or_of_another_stage_is_made_again(tmp_path: Path, spoil: str) -> None:
    calls: list[Path] = []
    make_half(tmp_path / "b", "cleaned", "d", INPUTS, lambda into: make(calls, into))
    folder = tmp_path / "b" / "cleaned"
    match spoil:
        case "a byte":
            (folder / "rows.arrow").write_bytes(b"ruws")
        case "a file":
            (folder / "rows.arrow").unlink()
        case "the seal":
            (folder / "seal.json").write_text("{")
        case _:
            seal = json.loads((folder / "seal.json").read_text())
            (folder / "seal.json").write_text(json.dumps({**seal, "digest": "other"}))
    report = make_half(tmp_path / "b", "cleaned", "d", INPUTS, lambda into: make(calls, into))
    assert (report.taken_over, len(calls)) == (False, 2)
    assert (folder / "rows.arrow").read_bytes() == b"rows"


def test_a_half_that_fails_leaves_nothing_that_looks_finished(tmp_path: Path) -> None:
    def fail(into: Path) -> BatchReport:
        (into / "rows.arrow").write_bytes(b"ro")
        raise ContractError("planted")

    with pytest.raises(ContractError):
        make_half(tmp_path / "b", "cleaned", "d", INPUTS, fail)
    assert not (tmp_path / "b" / "cleaned").exists()


def test_only_batches_whose_stage_and_inputs_are_the_runs_own_are_found(tmp_path: Path) -> None:
    staging, output = tmp_path / "staging", tmp_path / "out"
    for name, inputs in (("1", [("a", "0"), ("b", "0")]), ("2", [("b", "0"), ("c", "0")]), ("3", [("d", "0")])):
        make_half(staging / "work" / name, "cleaned", "d", inputs, lambda into: make([], into))
    (staging / "work" / "4" / ".cleaned-begun").mkdir(parents=True)
    rescue_batches(staging, output)
    wanted = [("a", "0"), ("b", "0"), ("c", "0"), ("d", "1")]
    assert find_batches(output, "other", wanted) == []
    (found,) = find_batches(output, "d", wanted)  # 2 shares a document with 1; of 3 the document changed
    assert found.inputs == (("a", "0"), ("b", "0"))
    assert claim_batch(found, tmp_path / "mine")
    assert not claim_batch(found, tmp_path / "another's"), "one run has it"
    assert drop_batches(output) == 2
    assert list((output / ".cache").iterdir()) == []


@pytest.mark.engine
def test_a_run_killed_in_the_middle_leaves_its_batches_to_the_next(
    validation: ValidationProcess, built: Path, seeds: Path, suites: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    # Each batch is cleaned and then tagged; the fifth half is never finished.
    killed(seeds, output, suites, "renamed@5:kill")
    check_output(output)
    plan = plan_for(seeds, output, suites)
    assert sum(len(batch.inputs) for batch in plan.left) == 2
    assert plan.describe() == "5 to clean, 0 to tag again, 0 kept, 2 of them begun by an interrupted run"
    with Run(plan, SETTINGS, suites) as run:
        for label in run.batches:
            run.clean(label)
            run.tag(label)
        assert run.describe() == "3 cleaned, 0 tagged again, 0 kept, 2 taken over from an interrupted run"
        run.tabulate()
        run.publish(run.validate(validation.judge))
    assert digests(output) == digests(built)
    assert list((output / ".staging").iterdir()) == []
    assert not (output / ".cache" / "batches").exists()


@pytest.mark.engine
def test_a_batch_of_a_killed_run_whose_document_changed_is_made_again(
    validation: ValidationProcess, corpus_folder: Path, suites: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    killed(corpus_folder, output, suites, "renamed@5:kill")
    check_output(output)
    first = sorted(corpus_folder.iterdir())[0]
    first.write_text(first.read_text(encoding="utf-8") + "\n\nOne more sentence was added to it.\n", encoding="utf-8")
    plan = plan_for(corpus_folder, output, suites)
    assert [name for batch in plan.left for name, _ in batch.inputs] == [sorted(corpus_folder.iterdir())[1].name]
    # Another digest of tagging: what was cleaned is taken over, and tagged by the new one.
    stricter = Settings(batch_documents=1, tag=TagSettings(threshold=2.0))
    assert len(plan_for(corpus_folder, output, suites, stricter).left) == 1
    assert collect_garbage(output, 1) == []
    assert plan_for(corpus_folder, output, suites).left == ()


def test_a_run_that_fails_keeps_its_batches(corpus_folder: Path, suites: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"

    def judge(*_: Path) -> Verdict:
        raise ContractError("planted")

    plan = plan_for(corpus_folder, output, suites)
    with pytest.raises(ContractError), Run(plan, SETTINGS, suites) as run:
        for label in run.batches:
            run.clean(label)
            run.tag(label)
        run.tabulate()
        run.validate(judge)
    again = plan_for(corpus_folder, output, suites)
    assert len(again.left) == 5
    damaged = next((again.left[0].folder / "cleaned").glob("blocks.arrow"))
    damaged.write_bytes(damaged.read_bytes()[:-8] + b"\0" * 8)
    with Run(again, SETTINGS, suites) as run:
        reports = [run.clean(label) for label in run.batches]
        assert [r.taken_over for r in reports if r is not None].count(True) == 4
        assert run.taken_over == 4
    shutil.rmtree(output)
