from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from flows.cli import cli
from pipeline.errors import UsageError

FORMULAS = ["=1+1", "+49 30 1234", "-5", "@sum(A1)", "\tx"]
HOSTILE = "select * from (values " + ", ".join(f"('{f}')" for f in FORMULAS) + ") t(cell)"


def ask(output: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["query", "--output", str(output), *arguments])


def test_an_answer_is_the_same_in_every_format(built: Path, tmp_path: Path) -> None:
    sql = "select source_path, sentence_count, published_on from documents order by source_path"
    files = {form: tmp_path / f"answer.{form}" for form in ("csv", "json", "parquet", "xlsx")}
    for file in files.values():
        assert ask(built, sql, "--to", str(file)).output == f"{file}: 5 rows\n"
    rows = [[str(v) for v in r.values()] for r in pq.read_table(files["parquet"]).to_pylist()]
    assert len(rows) == 5
    assert [[str(v) for v in r.values()] for r in json.loads(files["json"].read_text())] == rows
    read = list(csv.reader(io.StringIO(files["csv"].read_text("utf-8"))))
    assert read[0] == ["source_path", "sentence_count", "published_on"]
    assert [[v or "None" for v in r] for r in read[1:]] == rows
    sheet = list(openpyxl.load_workbook(files["xlsx"]).active.iter_rows(values_only=True))
    assert [[str(v)[:10] if i == 2 else str(v) for i, v in enumerate(r)] for r in sheet[1:]] == rows


def test_no_spreadsheet_takes_a_text_for_a_formula(built: Path, tmp_path: Path) -> None:
    file = tmp_path / "answer.xlsx"
    assert ask(built, HOSTILE, "--to", str(file)).exit_code == 0
    cells = [cell for (cell,) in openpyxl.load_workbook(file).active.iter_rows(min_row=2)]
    assert [cell.data_type for cell in cells] == ["s"] * len(FORMULAS)
    assert [cell.value for cell in cells] == FORMULAS
    printed = ask(built, HOSTILE, "--format", "csv").stdout
    assert [r[0] for r in list(csv.reader(io.StringIO(printed)))[1:]] == [f"'{f}" for f in FORMULAS]


def test_columns_of_one_name_are_all_shown(built: Path) -> None:
    assert ask(built, "select 1 a, 2 a", "--format", "csv").stdout == "a,a\n1,2\n"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select * from read_csv('/etc/hostname')", "disabled by configuration"),
        ("copy documents to '/tmp/stolen.csv'", "disabled by configuration"),
        ("set enable_external_access = true", "locked"),
        ("select nothing from documents", "Columns: corpus schema"),
        ("select * from articles", "Tables: sources, documents"),
    ],
)
def test_a_query_sees_the_versions_tables_and_nothing_else(built: Path, sql: str, said: str) -> None:
    result = ask(built, sql)
    assert isinstance(result.exception, UsageError)
    assert said in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "answer.docx"], "name a file ending in"),
        (["--to", "answer.csv", "--format", "table"], "for the terminal"),
        (["--to", "answer.csv", "--format", "xlsx"], "is named as csv"),
        (["--to", "nowhere/answer.csv"], "nowhere/answer.csv cannot be written: No such file"),
    ],
)
def test_a_format_that_cannot_be_written_is_refused(built: Path, arguments: list[str], said: str) -> None:
    result = ask(built, "select 1", *arguments)
    assert isinstance(result.exception, UsageError)
    assert said in str(result.exception)


def test_a_table_says_how_many_rows_it_does_not_show(built: Path) -> None:
    assert "... 3 more rows" in ask(built, "select source_path from documents", "--limit", "2").output


def test_a_cell_cannot_speak_to_the_terminal(built: Path) -> None:
    printed = ask(built, "select 'a' || chr(27) || '[31mred' || chr(8238) as cell").output
    assert "a\ufffd[31mred\ufffd" in printed
    assert "\x1b" not in printed and "\u202e" not in printed


def test_a_sheet_that_would_lose_rows_is_refused(built: Path, tmp_path: Path) -> None:
    result = ask(built, "select 1 from range(1048576)", "--to", str(tmp_path / "answer.xlsx"))
    assert isinstance(result.exception, UsageError)
    assert "1,048,575 rows" in str(result.exception)
    assert not (tmp_path / "answer.xlsx").exists()


def test_a_number_that_json_does_not_know_is_null(built: Path) -> None:
    printed = ask(built, "select 'nan'::double a, {'b': ['inf'::double]} c", "--format", "json").stdout
    assert json.loads(printed, parse_constant=lambda name: pytest.fail(name)) == [{"a": None, "c": {"b": [None]}}]
