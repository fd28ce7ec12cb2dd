from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.errors import ContractError, UsageError
from pipeline.quarantine import quarantine_rows
from pipeline.schemas import TABLES
from pipeline.validate import Outcome, Status, Verdict, load_suites
from pipeline.validation_process import ValidationProcess
from pipeline.version import open_version


@pytest.fixture
def tables(built: Path) -> dict[str, pa.Table]:
    version = open_version(built)
    return {name: version.table(name) for name in TABLES}


def outcome(**given: Any) -> Outcome:
    facts: dict[str, Any] = {
        "table": "sentences",
        "expectation": "expect_x",
        "column": "text",
        "severity": "critical",
        "status": Status.FAILED,
        "reason": "Because.",
        "unexpected": 1,
        "rows": 1_000,
        "on_rows": True,
    }
    return Outcome(**{**facts, **given})


@pytest.mark.parametrize(
    ("found", "stops"),
    [
        (outcome(status=Status.PASSED), False),
        (outcome(severity="warning"), False),
        (outcome(severity="info"), False),
        (outcome(), False),  # one row of a thousand is quarantined
        (outcome(unexpected=11), True),  # above the share of 1 %
        (outcome(on_rows=False), True),
        (outcome(status=Status.ERROR, severity="info"), True),  # could not run: neither a pass nor a failure
    ],
)
def test_severity_and_share_decide_what_a_failure_costs(found: Outcome, stops: bool) -> None:
    assert bool(Verdict((found,)).stopping(0.01)) is stops


def test_a_verdict_survives_its_json() -> None:
    verdict = Verdict((outcome(row_keys=("a:1", "b:2")), outcome(status=Status.ERROR)))
    assert Verdict.from_json(verdict.as_json()) == verdict


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("sentences.json", "{", "not JSON"),
        ("sentences.json", "[]", "a suite is an object"),
        ("verses.json", "{}", "there is no table 'verses'"),
        ("sentences.json", '{"expectations": [{"type": "x"}]}', 'needs a "severity"'),
    ],
)
def test_a_bad_suite_is_refused_with_its_file(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match=name) as error:
        load_suites(tmp_path)
    assert said in str(error.value)


def test_an_empty_folder_of_suites_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no suites"):
        load_suites(tmp_path)


def test_a_quarantined_sentence_takes_its_topics_and_mentions(tables: dict[str, pa.Table]) -> None:
    topic = tables["sentence_topics"].to_pylist()[0]
    key = f"{topic['doc_id']}:{topic['sentence_index']}"
    result = quarantine_rows(tables, [outcome(row_keys=(key,))])
    moved = result["quarantine"].to_pylist()
    assert {"sentences", "sentence_topics"} <= {row["table"] for row in moved}
    assert all(json.loads(row["row"])["doc_id"] == topic["doc_id"] for row in moved)
    assert sum(t.num_rows for t in result.values()) == sum(t.num_rows for t in tables.values())
    before, after = (t["documents"].column("sentence_count").to_pylist() for t in (tables, result))
    assert sum(before) == sum(after) + 1


def test_a_failing_block_takes_its_document_and_the_source_says_so(tables: dict[str, pa.Table]) -> None:
    doc_id = tables["documents"].column("doc_id")[0].as_py()
    result = quarantine_rows(tables, [outcome(table="blocks", row_keys=(f"{doc_id}:3",))])
    for name in ("documents", "blocks", "sentences", "sentence_topics", "mentions"):
        assert doc_id not in result[name].column("doc_id").to_pylist()
    reasons = [row["reason"] for row in result["sources"].to_pylist() if row["status"] == "rejected"]
    assert reasons == ["quarantined"]


def test_the_seeds_pass_every_expectation(
    validation: ValidationProcess, built: Path, suites: Path, tmp_path: Path
) -> None:
    verdict = validation.judge(open_version(built).path, suites, tmp_path / "verdict.json")
    assert [o for o in verdict.outcomes if o.status is not Status.PASSED] == []
    assert len(verdict.outcomes) > 50


def test_an_expectation_that_cannot_run_is_an_error_not_a_failure(
    validation: ValidationProcess, built: Path, tmp_path: Path
) -> None:
    bad = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "no_such"}, "severity": "info"}
    folder = tmp_path / "suites"
    folder.mkdir()
    (folder / "sentences.json").write_text(json.dumps({"name": "sentences", "expectations": [bad]}))
    verdict = validation.judge(open_version(built).path, folder, tmp_path / "verdict.json")
    assert [o.status for o in verdict.outcomes] == [Status.ERROR]
    assert verdict.stopping(1.0) == list(verdict.outcomes)


@pytest.mark.engine
def test_a_validation_that_dies_publishes_nothing(suites: Path, tmp_path: Path) -> None:
    with (
        ValidationProcess(tmp_path / "log") as process,
        pytest.raises(ContractError, match="nothing is published"),
    ):
        process.judge(tmp_path / "no such folder", suites, tmp_path / "verdict.json")


def test_an_expectation_may_look_at_any_column(validation: ValidationProcess, built: Path, tmp_path: Path) -> None:
    columns = {"column_list": ["doc_id", "block_index"]}
    some = {
        "column": "block_index",
        "min_value": 1,
        "row_condition": 'role == "fake_profile"',
        "condition_parser": "pandas",
    }
    suite = {
        "name": "blocks",
        "expectations": [
            {"type": "expect_compound_columns_to_be_unique", "kwargs": columns, "severity": "critical"},
            {"type": "expect_column_values_to_be_between", "kwargs": some, "severity": "critical"},
        ],
    }
    folder = tmp_path / "suites"
    folder.mkdir()
    (folder / "blocks.json").write_text(json.dumps(suite))
    verdict = validation.judge(open_version(built).path, folder, tmp_path / "verdict.json")
    assert [o.status for o in verdict.outcomes] == [Status.PASSED, Status.PASSED], verdict.outcomes
