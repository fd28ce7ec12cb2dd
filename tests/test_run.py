from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline import batch
from pipeline.divide import Batch
from pipeline.entities import find_all_mentions
from pipeline.errors import UsageError, ValidationFailedError
from pipeline.model import Mention
from pipeline.plan import is_current
from pipeline.run import preview_difference, tag_one
from pipeline.settings import OutputSettings, Settings, TagSettings
from pipeline.validate import Status
from pipeline.validation_process import ValidationProcess
from pipeline.version import open_version
from tests.made_runs import SETTINGS, Build, digests, plan_for


def test_a_second_run_from_scratch_gives_the_same_bytes(
    build: Build, built: Path, seeds: Path, suites: Path, tmp_path: Path
) -> None:
    build(seeds, tmp_path, suites)
    assert digests(tmp_path) == digests(built)
    assert open_version(tmp_path).name == open_version(built).name


def test_batches_of_one_document_give_the_same_bytes(
    build: Build, built: Path, seeds: Path, suites: Path, tmp_path: Path
) -> None:
    build(seeds, tmp_path, suites, Settings(batch_documents=1))
    assert digests(tmp_path) == digests(built)


def test_an_unchanged_corpus_is_up_to_date(built: Path, seeds: Path, suites: Path) -> None:
    assert plan_for(seeds, built, suites).up_to_date


def test_a_plan_is_current_until_another_version_is_served(
    build: Build, corpus_folder: Path, suites: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    first = plan_for(corpus_folder, output, suites)
    assert is_current(first)
    build(corpus_folder, output, suites)
    assert not is_current(first)
    second = plan_for(corpus_folder, output, suites)
    assert is_current(second)
    (output / "latest").unlink()
    (output / "latest").symlink_to("nowhere")
    assert not is_current(second)


def test_a_full_run_of_an_unchanged_corpus_publishes_nothing(
    build: Build, corpus_folder: Path, suites: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    first = build(corpus_folder, output, suites)
    again = build(corpus_folder, output, suites, full=True)
    assert (first.is_new, again.is_new, again.name) == (True, False, first.name)
    assert len(list((output / "versions").iterdir())) == 1


def test_one_changed_document_costs_one_document(
    build: Build, corpus_folder: Path, suites: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    build(corpus_folder, output, suites)
    path = sorted(corpus_folder.iterdir())[2]
    path.write_text(path.read_text(encoding="utf-8") + "\n\nOne more sentence was added to it.\n", encoding="utf-8")
    plan = plan_for(corpus_folder, output, suites)
    assert [s.source_path for s in plan.clean] == [path.name]
    assert (len(plan.keep), len(plan.removed), plan.up_to_date) == (4, 1, False)


def test_a_changed_tag_setting_tags_again_and_cleans_nothing(
    build: Build, corpus_folder: Path, suites: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    build(corpus_folder, output, suites)
    stricter = Settings(tag=TagSettings(threshold=2.0))
    plan = plan_for(corpus_folder, output, suites, stricter)
    assert (len(plan.clean), len(plan.retag), len(plan.keep)) == (0, 5, 0)
    build(corpus_folder, output, suites, stricter)
    build(corpus_folder, tmp_path / "full", suites, stricter)
    assert digests(output) == digests(tmp_path / "full")


@pytest.mark.parametrize("same", [True, False])
def test_names_are_looked_for_again_only_where_what_finds_them_changed(
    same: bool, build: Build, corpus_folder: Path, suites: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out"
    build(corpus_folder, output, suites)
    if not same:
        pointer = json.loads((output / "latest.json").read_text(encoding="utf-8"))
        pointer["facts"]["digests"]["names"] = "those of another release"
        (output / "latest.json").write_text(json.dumps(pointer), encoding="utf-8")
    asked: list[str] = []

    def counted(texts: Sequence[str], language: str) -> list[list[Mention]]:
        asked.append(language)
        return find_all_mentions(texts, language)

    monkeypatch.setattr(batch, "find_all_mentions", counted)
    stricter = Settings(tag=TagSettings(threshold=2.0))
    assert plan_for(corpus_folder, output, suites, stricter).same_names is same
    build(corpus_folder, output, suites, stricter)
    assert bool(asked) is not same
    build(corpus_folder, tmp_path / "full", suites, stricter)
    assert digests(output) == digests(tmp_path / "full")
    assert open_version(output).rows("mentions") > 0


def test_a_batch_tagged_without_names_is_not_taken_for_one_with_them(
    built: Path, suites: Path, seeds: Path, tmp_path: Path
) -> None:
    plan = plan_for(seeds, built, suites, Settings(tag=TagSettings(threshold=2.0)))
    assert len(plan.retag) == 5
    assert plan.previous is not None
    some = Batch(tmp_path / "batch", doc_ids=tuple(plan.retag.to_pylist()))
    arguments = some, plan.previous.path, Settings(tag=TagSettings(threshold=2.0)), plan.digests
    tag_one(*arguments, names=False)
    assert not (some.folder / "tagged" / "mentions.arrow").exists()
    assert tag_one(*arguments, names=False).taken_over
    assert not tag_one(*arguments, names=True).taken_over
    assert (some.folder / "tagged" / "mentions.arrow").is_file()


def test_the_order_of_files_is_irrelevant(build: Build, built: Path, seeds: Path, suites: Path, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    for path in sorted(seeds.iterdir(), reverse=True):
        shutil.copy(path, folder / path.name)
    build(folder, tmp_path / "out", suites)
    assert digests(tmp_path / "out") == digests(built)


def test_a_bad_input_is_a_row_with_its_reason(build: Build, corpus_folder: Path, suites: Path, tmp_path: Path) -> None:
    (corpus_folder / "empty.txt").write_bytes(b"")
    (corpus_folder / "copy.txt").write_bytes(sorted(corpus_folder.glob("0*.txt"))[0].read_bytes())
    build(corpus_folder, tmp_path / "out", suites)
    rows = {r["source_path"]: r for r in open_version(tmp_path / "out").sources().to_pylist()}
    assert (rows["empty.txt"]["status"], rows["empty.txt"]["reason"]) == ("rejected", "empty")
    first = rows["000_b8c06992beab6f37.txt"]
    assert (first["status"], rows["copy.txt"]["status"]) == ("published", "duplicate")
    assert rows["copy.txt"]["doc_id"] == first["doc_id"]


def test_one_document_that_breaks_our_code_costs_only_itself(
    build: Build, corpus_folder: Path, suites: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pipeline.clean as clean

    real = clean.clean_pages

    def breaks(pages, settings):  # type: ignore[no-untyped-def]
        if any("Kayhan" in p.text or "kayhan" in p.text for p in pages):
            raise ZeroDivisionError("planted")
        return real(pages, settings)

    monkeypatch.setattr(clean, "clean_pages", breaks)
    build(corpus_folder, tmp_path / "out", suites)
    version = open_version(tmp_path / "out")
    rejected = [r for r in version.sources().to_pylist() if r["status"] == "rejected"]
    assert [(r["reason"], r["detail"]) for r in rejected] == [("internal_error", "ZeroDivisionError: planted")]
    assert version.documents().num_rows == 4
    assert [f["column"] for f in version.manifest["validation"]["failed"]] == ["internal_errors"]


def test_tables_that_fail_are_put_aside_and_the_old_version_stays(
    build: Build, corpus_folder: Path, suites: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    first = build(corpus_folder, output, suites)
    stricter = tmp_path / "suites"
    shutil.copytree(suites, stricter)
    text = (stricter / "across.json").read_text(encoding="utf-8")
    (stricter / "across.json").write_text(
        text.replace('"column": "documents",\n    "min_value": 1', '"column": "documents",\n    "min_value": 99')
    )
    assert text != (stricter / "across.json").read_text(encoding="utf-8")
    with pytest.raises(ValidationFailedError, match="Nothing was published"):
        build(corpus_folder, output, stricter)
    assert open_version(output).name == first.name
    (aside,) = (output / "rejected").iterdir()
    assert (aside / "validation.json").is_file()
    assert (aside / "sentences" / "part-000.parquet").is_file()


def test_rows_that_fail_are_set_aside_and_the_rest_is_published(
    build: Build, corpus_folder: Path, suites: Path, tmp_path: Path
) -> None:
    planted = tmp_path / "suites"
    shutil.copytree(suites, planted)
    suite = json.loads((planted / "sentences.json").read_text(encoding="utf-8"))
    short = {"column": "text", "max_value": 400}
    suite["expectations"].append(
        {"type": "expect_column_value_lengths_to_be_between", "kwargs": short, "severity": "critical", "meta": {}}
    )
    (planted / "sentences.json").write_text(json.dumps(suite))
    lenient = Settings(output=OutputSettings(max_quarantine_share=0.5))
    build(corpus_folder, tmp_path / "whole", suites, lenient)
    build(corpus_folder, tmp_path / "out", planted, lenient)
    whole, version = open_version(tmp_path / "whole"), open_version(tmp_path / "out")
    long = [s for s in whole.sentences().to_pylist() if len(s["text"]) > 400]
    moved = version.quarantine().to_pylist()
    assert long and version.sentences().num_rows == whole.sentences().num_rows - len(long)
    assert {r["row_key"] for r in moved if r["table"] == "sentences"} == {
        f"{s['doc_id']}:{s['sentence_index']}" for s in long
    }
    failed = {f["expectation"] for f in version.manifest["validation"]["failed"]}
    assert "expect_column_value_lengths_to_be_between" in failed
    # What was set aside is made again by the next run, and set aside again.
    (corpus_folder / "new.txt").write_text("One more document. It has two sentences.\n", encoding="utf-8")
    build(corpus_folder, tmp_path / "out", planted, lenient)
    build(corpus_folder, tmp_path / "full", planted, lenient)
    assert digests(tmp_path / "out") == digests(tmp_path / "full")


def test_slices_of_any_size_give_the_same_bytes(
    build: Build, built: Path, seeds: Path, suites: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.slices.SLICE_BYTES", 20_000)
    monkeypatch.setattr("pipeline.copies.PART_ROWS", 50)
    build(seeds, tmp_path, suites)
    assert digests(tmp_path) == digests(built)


def test_slices_of_any_size_give_the_same_verdict(
    validation: ValidationProcess, built: Path, suites: Path, tmp_path: Path
) -> None:
    # One that fails on rows, one that passes mostly, and one that needs the whole table.
    asked = [
        {"type": "expect_column_value_lengths_to_be_between", "kwargs": {"column": "text", "max_value": 400}},
        {
            "type": "expect_column_values_to_be_in_set",
            "kwargs": {"column": "role", "value_set": ["paragraph"], "mostly": 0.5},
        },
        {"type": "expect_column_mean_to_be_between", "kwargs": {"column": "start", "min_value": 10**9}},
        {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "doc_id"}},
    ]
    planted = tmp_path / "suites"
    shutil.copytree(suites, planted)
    suite = {"name": "sentences", "expectations": [{**e, "severity": "critical"} for e in asked]}
    (planted / "sentences.json").write_text(json.dumps(suite))
    folder = open_version(built).path
    whole = validation.judge(folder, planted, tmp_path / "whole.json")
    code = (
        "import sys, pathlib, pipeline.slices as s\n"
        "s.SLICE_BYTES = 20_000\n"
        "from pipeline.validate import validate_folder\n"
        "folder, suites, answer = map(pathlib.Path, sys.argv[1:])\n"
        "answer.write_text(validate_folder(folder, suites).as_json())\n"
    )
    answer = tmp_path / "slices.json"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code, str(folder), str(planted), str(answer)], env=environment, check=True)
    assert answer.read_text() == whole.as_json()
    assert [o.status for o in whole.outcomes if o.table == "sentences"].count(Status.FAILED) == 3


def test_near_copies_of_kept_documents_are_found_without_their_signatures(
    build: Build, corpus_folder: Path, suites: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    build(corpus_folder, output, suites)
    first = sorted(corpus_folder.iterdir())[0]
    text = first.read_text(encoding="utf-8")
    (corpus_folder / "near.txt").write_text(text + "\nOne line was added at its end.\n", encoding="utf-8")
    for path in (output / ".cache").glob("signatures-*"):
        path.write_bytes(path.read_bytes()[:-1])  # damaged
    build(corpus_folder, output, suites)
    build(corpus_folder, tmp_path / "full", suites)
    assert digests(output) == digests(tmp_path / "full")
    near = [d for d in open_version(output).documents().to_pylist() if d["duplicate_of"]]
    assert {d["source_path"] for d in near} <= {"near.txt", first.name}
    assert len(near) == 1 and near[0]["similarity"] > 0.7


def test_a_source_that_is_no_folder_is_refused(suites: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a folder"):
        plan_for(tmp_path / "nothing", tmp_path, suites)


def test_no_run_leaves_work_behind(built: Path) -> None:
    assert sorted(p.name for p in built.iterdir() if not p.name.startswith(".")) == [
        "latest",
        "latest.json",
        "versions",
    ]
    assert not any((built / ".staging").iterdir()) if (built / ".staging").exists() else True


def test_a_dry_run_says_what_would_change_and_publishes_nothing(
    build: Build, corpus_folder: Path, suites: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    first = build(corpus_folder, output, suites)
    path = sorted(corpus_folder.iterdir())[2]
    path.write_text(path.read_text(encoding="utf-8") + "\n\nOne more sentence was added to it.\n", encoding="utf-8")
    found = preview_difference(plan_for(corpus_folder, output, suites), SETTINGS, suites)
    assert [(s.change, s.text) for s in found.sentences] == [("gained", "One more sentence was added to it.")]
    assert open_version(output).name == first.name
    assert list((output / "versions").iterdir()) == [first.path]
    # What was cleaned for it is not cleaned again by the run that follows.
    plan = plan_for(corpus_folder, output, suites)
    assert [name for batch in plan.left for name, _ in batch.inputs] == [path.name]
    assert plan_for(corpus_folder, output, suites, full=True).left == ()


def test_a_dry_run_needs_a_version_to_compare_with(corpus_folder: Path, suites: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no version to compare with"):
        preview_difference(plan_for(corpus_folder, tmp_path / "out", suites), SETTINGS, suites)
