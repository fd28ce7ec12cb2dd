from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from pipeline import durable
from pipeline.errors import ContractError, CorruptVersionError, UsageError
from pipeline.failpoints import arm
from pipeline.parquet import write_table
from pipeline.publish import (
    Staging,
    check_output,
    collect_garbage,
    open_staging,
    publish_version,
    reject_version,
)
from pipeline.schemas import TABLES
from pipeline.version import list_versions, open_version, read_pointer
from tests.crash.publisher import SETTINGS, content_of, make_table, publish, reject


def stage(staging: Staging, content: int = 1) -> Staging:
    for name in TABLES:
        write_table(make_table(name, content), staging.folder / name, SETTINGS)
    return staging


def test_a_publication_says_what_is_served(tmp_path: Path) -> None:
    published = publish(tmp_path, 1)
    version = open_version(tmp_path)
    assert published.is_new
    assert (published.name, published.path, published.digest) == (version.name, version.path, version.digest)
    assert published.name == f"v000001-{published.digest[:12]}"
    assert os.readlink(tmp_path / "latest") == f"versions/{published.name}"


def test_the_same_tables_are_published_once(tmp_path: Path) -> None:
    first, again = publish(tmp_path, 1), publish(tmp_path, 1)
    assert (again.name, again.is_new, again.path) == (first.name, False, first.path)
    assert list_versions(tmp_path) == [first.name]


def test_the_same_tables_made_by_another_code_leave_its_facts(tmp_path: Path) -> None:
    """Or a rule that changed nothing would be run again every night, because the version knows the old rule only."""
    first = publish(tmp_path, 1)
    with open_staging(tmp_path) as staging:
        shutil.copytree(first.path, staging.folder, ignore=shutil.ignore_patterns("manifest.json"), dirs_exist_ok=True)
        assert not publish_version(staging, output=tmp_path, facts={"code": 2}).is_new
    version = open_version(tmp_path)
    assert version.name == first.name
    assert version.facts == {"code": 2}
    assert version.manifest["content"] == 1
    assert version.verify() == []
    check_output(tmp_path)
    assert open_version(tmp_path).facts == {"code": 2}


def test_versions_are_numbered_on_and_name_the_one_before(tmp_path: Path) -> None:
    names = [publish(tmp_path, content).name for content in (1, 2, 1)]
    assert [name[:7] for name in names] == ["v000001", "v000002", "v000003"]
    assert names[0][8:] == names[2][8:]
    assert [open_version(tmp_path, n).manifest["previous"] for n in names] == [None, *names[:2]]


def test_parts_that_did_not_change_are_the_same_file(tmp_path: Path) -> None:
    first, second = (publish(tmp_path, content).path for content in (1, 2))
    for bucket, shared in (("part-000", True), ("part-001", False)):
        paths = [path / "sentences" / f"{bucket}.parquet" for path in (first, second)]
        assert os.path.samefile(*paths) is shared


def test_a_rotten_part_is_not_shared(tmp_path: Path) -> None:
    first = publish(tmp_path, 1).path / "sentences" / "part-000.parquet"
    content = bytearray(first.read_bytes())
    content[50] ^= 1
    first.chmod(0o644)
    first.write_bytes(content)
    publish(tmp_path, 2)
    assert open_version(tmp_path).verify() == []


def test_published_tables_cannot_be_written_by_mistake(tmp_path: Path) -> None:
    for path in publish(tmp_path, 1).path.rglob("*.parquet"):
        assert not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)


def test_other_files_belong_to_the_version(tmp_path: Path) -> None:
    published = publish(tmp_path, 1)
    assert "report.html" in open_version(tmp_path).manifest["files"]
    (published.path / "report.html").unlink()
    with pytest.raises(CorruptVersionError, match=r"report.html is missing"):
        open_version(tmp_path)


def test_a_missing_table_is_not_published(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    with open_staging(tmp_path) as staging, pytest.raises(ContractError, match="has no part of mentions"):
        shutil.rmtree(stage(staging, 2).folder / "mentions")
        publish_version(staging, output=tmp_path, facts={})
    assert content_of(open_version(tmp_path)) == 1


def test_a_damaged_version_is_replaced_by_the_same_tables(tmp_path: Path) -> None:
    first = publish(tmp_path, 1)
    (first.path / "blocks" / "part-000.parquet").unlink()
    again = publish(tmp_path, 1)
    assert again.is_new
    assert again.digest == first.digest
    assert open_version(tmp_path).verify() == []


def test_a_staging_is_private_and_leaves_nothing(tmp_path: Path) -> None:
    with open_staging(tmp_path) as staging:
        assert stat.S_IMODE(staging.root.stat().st_mode) == 0o700
        (staging.root / "scratch").write_text("not published")
        stage(staging)
    staging.close()
    assert os.listdir(tmp_path / ".staging") == []
    assert list_versions(tmp_path) == []


def test_a_publication_stopped_after_its_rename_is_finished_by_the_next_run(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    arm("published:raise")
    try:
        with pytest.raises(Exception, match="published"):
            publish(tmp_path, 2)
    finally:
        arm(None)
    assert content_of(open_version(tmp_path)) == 1
    check_output(tmp_path)
    assert content_of(open_version(tmp_path)) == 2
    assert not publish(tmp_path, 2).is_new


def test_a_link_set_back_by_hand_stays(tmp_path: Path) -> None:
    first, _ = (publish(tmp_path, content) for content in (1, 2))
    durable.replace_link(tmp_path / "latest", f"versions/{first.name}")
    check_output(tmp_path)
    assert content_of(open_version(tmp_path)) == 1
    assert read_pointer(tmp_path)["version"] == first.name


@pytest.mark.parametrize("gone", [["latest"], ["latest.json"], ["latest", "latest.json"]])
def test_a_lost_pointer_is_made_again(tmp_path: Path, gone: list[str]) -> None:
    publish(tmp_path, 1)
    second = publish(tmp_path, 2)
    for name in gone:
        (tmp_path / name).unlink()
    check_output(tmp_path)
    assert os.readlink(tmp_path / "latest") == f"versions/{second.name}"
    assert read_pointer(tmp_path)["version"] == second.name


def test_a_served_version_removed_by_hand_gives_way_to_the_newest_that_is_whole(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    shutil.rmtree(publish(tmp_path, 2).path)
    check_output(tmp_path)
    assert content_of(open_version(tmp_path)) == 1


def test_without_links_latest_json_moves_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "symlink", refuse)
    for content in (1, 2):
        publish(tmp_path, content)
        assert content_of(open_version(tmp_path)) == content
    assert not (tmp_path / "latest").exists()


def test_without_hard_links_files_are_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    for content in (1, 2):
        publish(tmp_path, content)
    assert open_version(tmp_path).verify() == []


def test_an_output_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        check_output(tmp_path / "file")
    with pytest.raises(UsageError, match="cannot be written"):
        check_output(tmp_path / "file" / "below")


def test_a_copy_that_followed_the_link_is_refused_with_what_to_do(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    copy = shutil.copytree(tmp_path, tmp_path.parent / "copy", symlinks=False)
    with pytest.raises(UsageError, match="should be a link"):
        check_output(copy)


def test_rejected_tables_are_kept_beside(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    aside = reject(tmp_path, 2)
    assert aside == tmp_path / "rejected" / "run-2"
    assert (aside / "sentences" / "part-000.parquet").is_file()
    assert reject(tmp_path, 2) == aside
    assert list(aside.parent.iterdir()) == [aside]
    assert content_of(open_version(tmp_path)) == 1


def test_a_rejected_runs_name_stays_below_rejected(tmp_path: Path) -> None:
    with open_staging(tmp_path) as staging:
        aside = reject_version(stage(staging), tmp_path, "../../my run/..", {})
    assert aside == tmp_path / "rejected" / "my-run"


def test_old_versions_are_removed_and_the_served_one_stays(tmp_path: Path) -> None:
    names = [publish(tmp_path, content).name for content in range(5)]
    durable.replace_link(tmp_path / "latest", f"versions/{names[1]}")
    assert collect_garbage(tmp_path, 2) == [names[0], names[2]]
    assert list_versions(tmp_path) == [names[1], names[3], names[4]]
    assert [open_version(tmp_path, name).verify() for name in list_versions(tmp_path)] == [[], [], []]
    assert os.listdir(tmp_path / ".staging") == []
    assert collect_garbage(tmp_path, 2) == []


def test_keeping_no_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least 1"):
        collect_garbage(tmp_path, 0)
    with pytest.raises(UsageError, match="holds no versions"):
        collect_garbage(tmp_path, 1)


@pytest.mark.parametrize("value", ["published", "nowhere:kill", "published:explode", "published@0:kill"])
def test_a_failpoint_of_the_wrong_form_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="POINT"):
        arm(value)
