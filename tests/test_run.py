from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import UsageError, ValidationFailedError
from pipeline.plan import Plan, make_plan
from pipeline.publish import Published
from pipeline.run import build_version, preview_difference
from pipeline.settings import Settings, TagSettings
from pipeline.validation_process import ValidationProcess
from pipeline.version import open_version

SETTINGS = Settings()
Build = Callable[..., Published]


def plan_for(folder: Path, output: Path, suites: Path, settings: Settings = SETTINGS, *, full: bool = False) -> Plan:
    return make_plan(folder, output, settings, suites, full=full)


@pytest.fixture
def build(validation: ValidationProcess) -> Build:
    def call(
        folder: Path, output: Path, suites: Path, settings: Settings = SETTINGS, *, full: bool = False
    ) -> Published:
        plan = plan_for(folder, output, suites, settings, full=full)
        return build_version(plan, settings, suites, validation.judge)

    return call


def digests(output: Path) -> dict[str, str]:
    """sha256 of every Parquet file of the version that is served, by path below it."""
    root = open_version(output).path
    return {
        str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(root.rglob("*.parquet"))
    }


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


def edit(rng: random.Random, folder: Path, step: int) -> None:
    paths = sorted(p for p in folder.iterdir() if p.is_file())
    path = rng.choice(paths)
    match rng.choice(["change", "rename", "copy", "remove", "spoil"]):
        case "change":
            path.write_text(path.read_text(encoding="utf-8") + f"\n\nSentence number {step} came later.\n", "utf-8")
        case "rename":
            path.rename(folder / f"{rng.randrange(10**6):06d}.txt")
        case "copy":
            shutil.copy(path, folder / f"{rng.randrange(10**6):06d}.txt")
        case "remove" if len(paths) > 2:
            path.unlink()
        case _:
            (folder / f"{rng.randrange(10**6):06d}.txt").write_bytes(b" \n")


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
    import pipeline.batch as batch

    real = batch.clean_pages

    def breaks(pages, settings):  # type: ignore[no-untyped-def]
        if any("Kayhan" in p.text or "kayhan" in p.text for p in pages):
            raise ZeroDivisionError("planted")
        return real(pages, settings)

    monkeypatch.setattr(batch, "clean_pages", breaks)
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


def test_a_dry_run_needs_a_version_to_compare_with(corpus_folder: Path, suites: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no version to compare with"):
        preview_difference(plan_for(corpus_folder, tmp_path / "out", suites), SETTINGS, suites)
