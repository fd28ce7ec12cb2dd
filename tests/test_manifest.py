from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from pipeline.errors import ContractError, CorruptVersionError
from pipeline.manifest import (
    OWN_KEYS,
    content_digest,
    describe_files,
    facts_of,
    make_manifest,
    read_manifest,
    records_of,
    seal_of,
    write_manifest,
)
from pipeline.parquet import write_table
from pipeline.schemas import TABLES
from tests.crash.publisher import SETTINGS, make_table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in TABLES:
        write_table(make_table(name, 1), tmp_path / "tables" / name, SETTINGS)
    return tmp_path / "tables"


def test_a_manifest_comes_back_as_it_was_written(folder: Path) -> None:
    files = describe_files(folder)
    manifest = make_manifest("v000001-0", None, files, {"settings_digest": "é", "validation": {"passed": 3}})
    write_manifest(folder, manifest)
    assert read_manifest(folder) == manifest
    assert records_of(manifest) == files
    assert facts_of(manifest) == {"settings_digest": "é", "validation": {"passed": 3}}
    assert set(manifest) == OWN_KEYS | {"settings_digest", "validation"}


def test_the_digest_is_of_the_tables_only(folder: Path) -> None:
    before = content_digest(describe_files(folder))
    (folder / "report.html").write_text("a page with today's date")
    assert content_digest(describe_files(folder)) == before
    write_table(make_table("mentions", 2), folder / "mentions", SETTINGS)
    assert content_digest(describe_files(folder)) != before


def test_the_manifest_describes_every_column(folder: Path) -> None:
    tables = make_manifest("v000001-0", None, describe_files(folder), {})["tables"]
    assert {name: [c["name"] for c in t["columns"]] for name, t in tables.items()} == {
        name: schema.names for name, schema in TABLES.items()
    }
    assert all(c["description"] for t in tables.values() for c in t["columns"])
    assert {t["rows"] for t in tables.values()} == {2}


def test_a_changed_word_breaks_the_seal(folder: Path) -> None:
    manifest = make_manifest("v000001-0", None, describe_files(folder), {"validation": "passed"})
    assert seal_of(manifest) == manifest["seal"]
    assert seal_of(manifest | {"validation": "failed"}) != manifest["seal"]


def test_a_fact_cannot_take_the_manifests_own_words(folder: Path) -> None:
    with pytest.raises(ContractError, match="states digest itself"):
        make_manifest("v000001-0", None, describe_files(folder), {"digest": "mine"})


def test_a_missing_table_is_refused(folder: Path) -> None:
    shutil.rmtree(folder / "mentions")
    with pytest.raises(ContractError, match="has no part of mentions"):
        describe_files(folder)


def test_a_table_with_other_columns_is_refused(folder: Path) -> None:
    shutil.copy(folder / "blocks" / "part-000.parquet", folder / "mentions" / "part-000.parquet")
    with pytest.raises(ContractError, match="other columns"):
        describe_files(folder)


def test_a_cut_file_is_refused(folder: Path) -> None:
    os.truncate(folder / "blocks" / "part-000.parquet", 1_000)
    with pytest.raises(ContractError, match="not a whole Parquet file"):
        describe_files(folder)


def test_a_link_among_the_files_is_refused(folder: Path) -> None:
    (folder / "blocks" / "part-001.parquet").symlink_to("/etc/hostname")
    with pytest.raises(ContractError, match="neither a file nor a folder"):
        describe_files(folder)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON"),
        ("[]", "lacks"),
        ('{"format": 1}', "lacks created_at, digest"),
        (json.dumps(dict.fromkeys(OWN_KEYS, 99)), "has format 99; this release reads format 1"),
    ],
)
def test_an_unusable_manifest_says_what_is_wrong(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(CorruptVersionError, match=said):
        read_manifest(tmp_path)
