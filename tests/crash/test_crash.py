from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pipeline.durable import OutputError
from pipeline.errors import UsageError
from pipeline.failpoints import Point
from pipeline.publish import check_output, open_staging, publish_version
from pipeline.version import list_versions, open_version
from tests.crash.publisher import INJECTED, OK, OUTPUT_ERROR, USAGE_ERROR, Nursery, content_of, publish, reject

VISIBLE = ["latest", "latest.json", "versions"]


def assert_serves(output: Path, *contents: int) -> int:
    """`latest` is whole and holds one of the contents, and so is everything else under versions/."""
    served = open_version(output)
    for name in os.listdir(output / "versions"):
        assert open_version(output, name).verify() == []
    # The bytes are those of the manifest, so the manifest may say which content they are.
    assert served.manifest["content"] in contents
    return int(served.manifest["content"])


def assert_no_junk(output: Path) -> None:
    assert sorted(os.listdir(output)) == [".lock", ".staging", *VISIBLE]
    assert os.listdir(output / ".staging") == []
    for name in list_versions(output):
        assert open_version(output, name).verify() == []


def each_step(
    children: Nursery,
    folder: Path,
    what: str,
    actions: Sequence[str],
    expected: set[int],
    finish: Callable[[Path], None],
) -> int:
    """Let `what` die at each step that changes the disk, look at what is served, and let `finish` run after it.

    With several actions the next run dies too, as many steps from its own start.
    """
    base = folder / "base"
    publish(base, 1)
    for step in range(1, 1_000):
        output = folder / "output"
        shutil.copytree(base, output, symlinks=True)
        codes = []
        for action in actions:
            codes.append(children.run(what, output, content=2, failpoint=f"*@{step}:{action}"))
            content = assert_serves(output, 1, 2)
        if codes[0] == OK:
            return step - 1
        assert codes[0] in expected, f"step {step}"
        assert set(codes[1:]) <= {*expected, OK}, f"step {step}"
        check_output(output)
        assert open_version(output).manifest["content"] >= content, "healing goes forward"
        finish(output)
        assert_no_junk(output)
        shutil.rmtree(output)
    raise AssertionError("it never ended")


@pytest.fixture
def publish_again(tmp_path: Path) -> Callable[[Path], None]:
    """Publish content 2 from tables written once, and see that it is served and published once."""
    (made,) = (publish(tmp_path / "made", 2).path,)

    def finish(output: Path) -> None:
        was = open_version(output).manifest["content"]
        with open_staging(output) as staging:
            ignored = shutil.ignore_patterns("manifest.json")
            shutil.copytree(made, staging.folder, ignore=ignored, dirs_exist_ok=True)
            assert publish_version(staging, output=output, facts={"content": 2}).is_new is (was == 1)
        assert_serves(output, 2)
        assert len(list_versions(output)) == 2

    return finish


def test_a_publication_killed_at_any_step_leaves_a_whole_version_served(
    children: Nursery, quick_folder: Path, publish_again: Callable[[Path], None]
) -> None:
    """Killed outright, and the next run, which heals first, ended by SIGTERM."""
    killed = {-signal.SIGKILL, -signal.SIGTERM}
    assert each_step(children, quick_folder, "publish", ["kill", "term"], killed, publish_again) > 60


def test_a_disk_full_at_any_step_leaves_a_whole_version_served(
    children: Nursery, quick_folder: Path, publish_again: Callable[[Path], None]
) -> None:
    refused = {OUTPUT_ERROR, USAGE_ERROR}
    assert each_step(children, quick_folder, "publish", ["enospc"], refused, publish_again) > 60


def test_a_rejection_killed_at_any_step_leaves_the_version_served(children: Nursery, quick_folder: Path) -> None:
    def finish(output: Path) -> None:
        aside = reject(output, 2)
        assert sorted(path.name for path in aside.rglob("*") if path.is_file()) == [
            "part-000.parquet",
            "rejected.json",
        ]
        assert_serves(output, 1)
        shutil.rmtree(output / "rejected")

    assert each_step(children, quick_folder, "reject", ["kill"], {-signal.SIGKILL}, finish) > 10


def test_a_collection_killed_at_any_step_never_shows_half_a_version(children: Nursery, quick_folder: Path) -> None:
    base = quick_folder / "base"
    for content in (1, 2, 3):
        publish(base, content)
    code = -1
    for step in range(1, 1_000):
        output = quick_folder / "output"
        shutil.copytree(base, output, symlinks=True)
        code = children.run("collect", output, failpoint=f"*@{step}:kill")
        assert_serves(output, 3)
        if code == OK:
            break
        assert children.run("collect", output) == OK
        assert len(list_versions(output)) == 1
        assert_no_junk(output)
        shutil.rmtree(output)
    assert code == OK


def test_every_point_lies_on_the_way_of_a_publication(children: Nursery, quick_folder: Path) -> None:
    publish(quick_folder / "base", 1)
    for point in Point:
        output = quick_folder / point
        shutil.copytree(quick_folder / "base", output, symlinks=True)
        assert children.run("publish", output, content=2, failpoint=f"{point}:raise") == INJECTED, point


def test_a_run_killed_at_any_moment_leaves_a_whole_version_served(children: Nursery, tmp_path: Path) -> None:
    output = tmp_path / "output"
    publish(output, 1)
    moments = random.Random(20261122)
    for _ in range(25):
        before = content_of(open_version(output))
        child = children.start("write for ever", output, content=before + 1)
        time.sleep(moments.uniform(0.0, 0.3))
        os.kill(child, signal.SIGKILL)
        assert children.wait(child) == -signal.SIGKILL
        served = open_version(output)
        assert served.verify() == []
        assert content_of(served) >= before
    publish(output, 1_000_000)
    assert_no_junk(output)


def test_a_disk_that_is_really_full_leaves_a_whole_version_served(
    children: Nursery, disk: Callable[[str], Path]
) -> None:
    """Arrow's files are of several pages here, so that the disk fills in the middle of a write."""
    folder = disk("size=2m")
    output, ballast = folder / "output", folder / "ballast"
    publish(output, 1)
    noise = random.Random(1)
    filler = "".join(chr(noise.randrange(0x4E00, 0x9F00)) for _ in range(20_000))
    codes = []
    for pages in range(0, 160, 5):
        free = os.statvfs(folder).f_bavail - pages
        ballast.write_bytes(b"x" * (free * os.statvfs(folder).f_frsize))
        codes.append(children.run("publish", output, content=2, filler=filler))
        ballast.unlink()
        content = assert_serves(output, 1, 2)
        assert (content == 2) is (codes[-1] == OK)
        if content == 2:
            break
    assert set(codes[:-1]) <= {OUTPUT_ERROR, USAGE_ERROR}
    assert codes.count(OUTPUT_ERROR) > 5
    assert codes[-1] == OK
    assert_no_junk(output)


def test_what_a_dead_run_left_makes_room_for_the_next(children: Nursery, disk: Callable[[str], Path]) -> None:
    output = disk("size=1m") / "output"
    publish(output, 1)
    assert children.run("publish", output, content=2, failpoint="published:kill") == -signal.SIGKILL
    left = output / ".staging" / "run-of-the-dead"
    left.mkdir()
    free = os.statvfs(output)
    (left / "tables").write_bytes(b"x" * (free.f_bavail * free.f_frsize))
    check_output(output)
    assert_serves(output, 2)
    publish(output, 3)
    assert_no_junk(output)


def test_a_full_disk_is_said_in_words(disk: Callable[[str], Path]) -> None:
    output = disk("size=1m") / "output"
    publish(output, 1)
    with pytest.raises(OutputError, match=r"No space left on device\. What is served is whole"):
        publish(output, 2, filler="".join(map(chr, random.Random(2).choices(range(0x4E00, 0x9F00), k=500_000))))
    assert_serves(output, 1)
    assert os.listdir(output / ".staging") == []


def test_an_output_that_cannot_be_written_is_refused_and_can_be_read(
    children: Nursery, disk: Callable[[str], Path]
) -> None:
    output = disk("size=2m") / "output"
    publish(output, 1)
    disk("ro")
    with pytest.raises(UsageError, match=r"cannot be written: Read-only file system\. Give a folder"):
        check_output(output)
    assert children.run("publish", output, content=2) == USAGE_ERROR
    assert_serves(output, 1)


@pytest.mark.parametrize("contents", [[1, 2, 3, 4, 5, 6], [7, 7, 7, 7, 7, 7]], ids=["different", "equal"])
def test_six_publishers_at_once_publish_each_content_once(
    children: Nursery, tmp_path: Path, contents: list[int]
) -> None:
    output = tmp_path / "output"
    running = [children.start("publish", output, content=content) for content in contents]
    assert [children.wait(child) for child in running] == [OK] * 6
    names = list_versions(output)
    assert sorted(content_of(open_version(output, name)) for name in names) == sorted(set(contents))
    assert [int(name[1:7]) for name in names] == list(range(1, len(names) + 1))
    assert open_version(output).name == names[-1]
    assert_serves(output, *contents)
    assert_no_junk(output)


def test_a_reader_of_two_tables_never_sees_two_versions(children: Nursery, quick_folder: Path) -> None:
    output = quick_folder / "output"
    publish(output, 0)
    writer = children.start("write for ever", output, content=1)
    try:
        seen = [content_of(open_version(output)) for _ in range(400)]
    finally:
        os.kill(writer, signal.SIGKILL)
        children.wait(writer)
    assert seen == sorted(seen), "what is served never goes back"
    assert len(set(seen)) > 5, "the writer was busy"
    assert_serves(output, *range(seen[-1], seen[-1] + 1_000))


def test_a_staging_in_use_is_not_removed_by_another_run(quick_folder: Path) -> None:
    output = quick_folder / "output"
    with open_staging(output) as staging:
        publish(output, 1)
        check_output(output)
        assert staging.folder.is_dir()
    assert_no_junk(output)


def test_a_rejection_is_kept_beside_and_served_by_nothing(quick_folder: Path) -> None:
    output = quick_folder / "output"
    publish(output, 1)
    aside = [reject(output, content) for content in range(2, 10)]
    assert [path.exists() for path in aside] == [False] * 3 + [True] * 5
    assert_serves(output, 1)
