from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from pipeline.errors import CorruptVersionError, UsageError
from pipeline.schemas import KEYS, TABLES
from pipeline.version import Version, list_versions, open_version
from tests.crash.publisher import FIRST_DOCUMENT, content_of, publish


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three versions. Read it, never write it."""
    output = tmp_path_factory.mktemp("published")
    for content in (1, 2, 3):
        publish(output, content)
    return output


@pytest.fixture
def output(published: Path, tmp_path: Path) -> Path:
    """A copy of the three versions, of the test's own."""
    return Path(shutil.copytree(published, tmp_path / "output", symlinks=True))


def part(version: Version, table: str) -> Path:
    return version.path / table / "part-000.parquet"


def replace(path: Path, content: bytes) -> None:
    """Write new bytes as a new file: published files are read-only and shared between versions."""
    path.unlink()
    path.write_bytes(content)


def test_the_latest_version_is_opened(published: Path) -> None:
    version = open_version(str(published))
    assert content_of(version) == 3
    assert version.name == list_versions(published)[-1]
    assert version.path == published / "versions" / version.name
    assert version.name.endswith(version.digest[:12])


def test_a_version_is_opened_by_its_name_or_the_start_of_it(published: Path) -> None:
    first = list_versions(published)[0]
    assert open_version(published, first) == open_version(published, "v000001") != open_version(published)
    assert content_of(open_version(published, first)) == 1


@pytest.mark.parametrize("name", ["v000009", "v00000", "../versions", "", "/etc"])
def test_a_name_that_is_not_one_version_is_refused_with_those_there_are(published: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"There are: v000001-"):
        open_version(published, name)


def test_a_versions_own_folder_is_opened_too(published: Path) -> None:
    assert open_version(published / "latest").name == open_version(published).name
    assert open_version(published / "versions" / list_versions(published)[0]).name == list_versions(published)[0]


def test_without_links_latest_json_says_what_is_served(output: Path) -> None:
    served = open_version(output)
    (output / "latest").unlink()
    assert open_version(output) == served


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_its_schema_and_order(published: Path, table: str) -> None:
    version = open_version(published)
    rows = getattr(version, table)()
    assert rows.schema.equals(TABLES[table])
    assert rows.num_rows == version.rows(table) == 2
    assert rows.equals(rows.sort_by([(key, "ascending") for key in KEYS[table]]))


def test_a_few_columns_cost_no_more(published: Path) -> None:
    assert open_version(published).table("documents", ["doc_id"]).column_names == ["doc_id"]


def test_a_dataset_reads_what_is_asked(published: Path) -> None:
    import pyarrow.dataset as ds

    found = open_version(published).dataset("documents").to_table(filter=ds.field("doc_id") == FIRST_DOCUMENT)
    assert found.num_rows == 1


def test_a_pinned_version_stays_when_another_is_published(output: Path) -> None:
    pinned = open_version(output)
    publish(output, 4)
    assert (content_of(pinned), content_of(open_version(output))) == (3, 4)


def test_a_column_younger_than_the_version_is_null(output: Path) -> None:
    import pyarrow.parquet as pq

    version = open_version(output)
    old = pq.read_table(part(version, "mentions")).drop_columns(["evidence"])
    part(version, "mentions").unlink()
    pq.write_table(old, part(version, "mentions"))
    assert version.mentions().column("evidence").to_pylist() == [None, None]
    assert version.mentions().schema.equals(TABLES["mentions"])


def test_an_unknown_table_is_refused(published: Path) -> None:
    with pytest.raises(UsageError, match="There is no table 'verses'"):
        open_version(published).table("verses")


def test_an_empty_output_says_how_to_build_a_version(tmp_path: Path) -> None:
    assert list_versions(tmp_path) == list_versions(tmp_path / "nothing") == []
    with pytest.raises(UsageError, match="corpus run"):
        open_version(tmp_path)
    with pytest.raises(UsageError, match="corpus run"):
        open_version(tmp_path / "nothing")


def test_versions_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    names = ["v000002-" + "0" * 12, "v000010-" + "f" * 12, "v1000000-" + "0" * 12]
    for name in [*reversed(names), "v2", "notes", ".v000003-" + "0" * 12]:
        (tmp_path / "versions" / name).mkdir(parents=True)
    assert list_versions(tmp_path) == names


def test_a_published_version_verifies(published: Path) -> None:
    assert [open_version(published, name).verify() for name in list_versions(published)] == [[], [], []]


def test_verify_names_each_file_that_differs(output: Path) -> None:
    version = open_version(output)
    flipped = bytearray(part(version, "blocks").read_bytes())
    flipped[100] ^= 1
    replace(part(version, "blocks"), bytes(flipped))
    part(version, "mentions").unlink()
    replace(part(version, "sources"), part(version, "sources").read_bytes() + b"x")
    (version.path / "notes.txt").write_text("mine")
    manifest = version.path / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"content": 3', '"content": 4'))
    assert [problem.split(" ", 1)[0] for problem in version.verify()] == [
        "manifest.json",
        "blocks/part-000.parquet",
        "mentions/part-000.parquet",
        "sources/part-000.parquet",
        "notes.txt",
    ]


def test_verify_tells_a_manifest_of_other_tables(output: Path) -> None:
    first, last = (open_version(output, name) for name in ("v000001", "v000003"))
    shutil.copy(first.path / "manifest.json", last.path / "manifest.json")
    assert "lists other tables than its digest" in last.verify()[0]


def test_a_missing_file_is_found_when_the_version_is_opened(output: Path) -> None:
    part(open_version(output), "documents").unlink()
    with pytest.raises(CorruptVersionError, match=r"documents/part-000.parquet is missing. Open an older version"):
        open_version(output)


def test_a_cut_file_is_found_when_the_version_is_opened(output: Path) -> None:
    path = part(open_version(output), "documents")
    replace(path, path.read_bytes()[:-10])
    with pytest.raises(CorruptVersionError, match=r"has [\d,]+ bytes, not the [\d,]+ that were published"):
        open_version(output)


def test_a_flipped_bit_is_found_when_the_table_is_read(output: Path) -> None:
    import pyarrow.parquet as pq

    version = open_version(output)
    path = part(version, "documents")
    column = pq.read_metadata(path).row_group(0).column(0)
    content = bytearray(path.read_bytes())
    content[column.data_page_offset + column.total_compressed_size // 2] ^= 1
    replace(path, bytes(content))
    with pytest.raises(CorruptVersionError, match="corpus verify"):
        version.documents()


def test_a_missing_manifest_is_a_corrupt_version(output: Path) -> None:
    version = open_version(output)
    (version.path / "manifest.json").unlink()
    assert version.verify() == ["manifest.json is missing."]
    with pytest.raises(CorruptVersionError, match=r"manifest.json is missing"):
        open_version(output)


def test_a_link_to_something_else_is_refused(output: Path) -> None:
    (output / "latest").unlink()
    (output / "latest").symlink_to("/etc")
    with pytest.raises(CorruptVersionError, match="not a version"):
        open_version(output)


def test_a_link_to_a_version_that_is_gone_says_so(output: Path) -> None:
    shutil.rmtree(open_version(output).path)
    with pytest.raises(CorruptVersionError, match=r"manifest.json is missing"):
        open_version(output)


def test_a_version_removed_between_two_looks_is_looked_up_again(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline import version as module

    looks = iter([list_versions(output)[0], *[list_versions(output)[2]] * 9])
    shutil.rmtree(output / "versions" / list_versions(output)[0])
    monkeypatch.setattr(module, "served_version", lambda _: next(looks))
    assert content_of(open_version(output)) == 3


def test_the_facts_of_the_last_run_that_made_the_tables_are_told(output: Path) -> None:
    assert open_version(output).facts == {"content": 3}
    assert open_version(output, "v000001").facts == {"content": 1}
    (output / "latest.json").unlink()
    assert open_version(output).facts == {"content": 3}


def test_a_reader_needs_no_right_to_write(output: Path) -> None:
    before = sorted(os.listdir(output))
    assert open_version(output).verify() == []
    assert sorted(os.listdir(output)) == before
