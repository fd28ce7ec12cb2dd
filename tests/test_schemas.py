from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pipeline.schemas import KEYS, TABLES, describe

ROOT = Path(__file__).parent.parent
SUITES = ROOT / "expectations"


@pytest.mark.parametrize("table", TABLES)
def test_every_column_says_what_it_means(table: str) -> None:
    for name, _, _, description in describe(table):
        assert description.endswith("."), f"{table}.{name}"


@pytest.mark.parametrize("table", TABLES)
def test_the_key_is_of_columns_that_are_never_null(table: str) -> None:
    assert all(not TABLES[table].field(column).nullable for column in KEYS[table])


@pytest.mark.parametrize("path", sorted(SUITES.glob("*.json")), ids=lambda p: p.stem)
def test_expectations_name_columns_that_exist(path: Path, built: Path) -> None:
    from pipeline.laws import frames_with_laws
    from pipeline.version import open_version

    version = open_version(built)
    frames = frames_with_laws({name: version.table(name) for name in TABLES})
    for expectation in json.loads(path.read_text(encoding="utf-8"))["expectations"]:
        column = expectation["kwargs"].get("column")
        assert column is None or column in frames[path.stem].columns


def test_every_table_but_quarantine_has_a_suite() -> None:
    assert {p.stem for p in SUITES.glob("*.json")} == {*TABLES, "across"} - {"quarantine"}


def test_the_readme_lists_the_columns_as_published() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|[^|]*\| (`.*`) \|$", text, re.M))
    listed = {table: re.findall(r"`(\w+)`", columns) for table, columns in rows.items()}
    assert listed == {table: schema.names for table, schema in TABLES.items()}
