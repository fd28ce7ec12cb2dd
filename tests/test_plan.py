from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pipeline
from pipeline import stage_digests as staging
from pipeline.settings import CleanSettings, Settings, TagSettings
from pipeline.stage_digests import stage_digests

PACKAGE = Path(pipeline.__file__).parent


def changed(suites: Path, other: Settings) -> set[str]:
    before, after = stage_digests(Settings(), suites), stage_digests(other, suites)
    return {stage for stage in before if before[stage] != after[stage]}


def test_a_setting_touches_its_own_stage_only(suites: Path) -> None:
    assert changed(suites, Settings(clean=CleanSettings(repeat_min=3))) == {"clean"}
    assert changed(suites, Settings(tag=TagSettings(threshold=2.0))) == {"tag"}
    assert changed(suites, Settings(batch_documents=5)) == set()


def test_a_users_taxonomy_is_part_of_the_tag_digest(suites: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yml"
    mine.write_text("one")
    settings = Settings(tag=TagSettings(taxonomy=str(mine)))
    before = stage_digests(settings, suites)
    mine.write_text("another")
    after = stage_digests(settings, suites)
    assert {s for s in before if before[s] != after[s]} == {"tag"}


def test_an_expectation_is_part_of_the_output_digest(suites: Path, tmp_path: Path) -> None:
    (tmp_path / "sentences.json").write_text("{}")
    before, after = stage_digests(Settings(), suites), stage_digests(Settings(), tmp_path)
    assert {s for s in before if before[s] != after[s]} == {"output"}


@pytest.mark.parametrize(
    "names",
    [staging._TAG_CODE, staging._NAMES_CODE, staging._OUTPUT_CODE, staging._NEUTRAL_CODE, staging._BATCH_CODE],
)
def test_every_module_that_a_stage_names_exists(names: tuple[str, ...]) -> None:
    assert [name for name in names if not (PACKAGE / name).is_file()] == []


def imported(name: str, seen: set[str]) -> set[str]:
    """Add a module of ours, and what it imports of ours, to `seen`."""
    path = PACKAGE / f"{name}.py"
    if path.is_file() and name not in seen:
        seen.add(name)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
                imported(node.module, seen)
    return seen


def test_what_only_tagging_imports_is_tagging_s_code() -> None:
    tag = {name for start in ("tag", "taxonomy", "entities") for name in imported(start, set())}
    others = {name for start in ("clean", "segment", "pages", "tables") for name in imported(start, set())}
    neutral = {Path(name).stem for name in staging._NEUTRAL_CODE}
    assert {f"{name}.py" for name in tag - others - neutral} == {*staging._TAG_CODE, *staging._NAMES_CODE}


def test_names_are_looked_for_without_the_taxonomy() -> None:
    own = imported("entities", set())
    assert {f"{name}.py" for name in own & {Path(name).stem for name in staging._TAG_CODE}} == set()
    assert {f"{name}.py" for name in own} >= set(staging._NAMES_CODE)


@pytest.mark.parametrize(
    ("resource", "stages"), [("entities/en.toml", {"tag", "names"}), ("taxonomy/weights.yml", {"tag"})]
)
def test_a_changed_list_of_names_is_another_tagging_and_a_changed_taxonomy_no_other_names(
    resource: str, stages: set[str], suites: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stage_digests(Settings(), suites)
    digest = staging._file_digest
    changed = PACKAGE / "resources" / resource
    assert changed.is_file()
    monkeypatch.setattr(staging, "_file_digest", lambda path, at: "other" if path == changed else digest(path, at))
    after = stage_digests(Settings(), suites)
    assert {s for s in before if before[s] != after[s]} == stages
