"""The flow on a real Prefect server: what is published, and what a person sees of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.version import open_version

Corpus = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.engine


def test_the_flow_publishes_what_the_plain_functions_publish(
    corpus: Corpus, ask: Callable[..., Any], built: Path, seeds: Path, tmp_path: Path
) -> None:
    result = corpus("run", seeds, "--output", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    version = open_version(tmp_path / "out")
    assert (version.name, version.digest) == (open_version(built).name, open_version(built).digest)
    assert version.verify() == []
    assert f"published {version.path}" in result.stdout or version.name in result.stdout

    again = corpus("run", seeds, "--output", tmp_path / "out")
    assert (again.returncode, again.stdout.startswith("up to date")) == (0, True)

    # The run's page: a named task a step and batch, a table of documents, the validation in words.
    runs = ask("flow_runs/filter", sort="START_TIME_DESC", limit=1)
    assert (runs[0]["name"], runs[0]["state"]["type"]) == ("build seeds", "COMPLETED")
    assert {"corpus", "seeds"} <= set(runs[0]["tags"])
    here = {"flow_runs": {"id": {"any_": [runs[0]["id"]]}}}
    names = {t["name"] for t in ask("task_runs/filter", **here)}
    batch = "batch 1 of 1 (5 documents)"
    assert {"read", f"clean {batch}", f"tag {batch}", "tabulate", "validate", "report", "publish"} <= names
    artifacts = {a["key"]: a for a in ask("artifacts/filter", **here)}
    assert len(json.loads(artifacts["documents"]["data"])) == 5
    assert "Fit to publish" in artifacts["validation"]["data"]
    assert version.name in artifacts["version"]["data"]


def test_a_failed_validation_keeps_the_old_version_and_exits_with_1(
    corpus: Corpus, ask: Callable[..., Any], corpus_folder: Path, suites: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    assert corpus("run", corpus_folder, "--output", output).returncode == 0
    before = open_version(output).name
    planted = tmp_path / "suites"
    shutil.copytree(suites, planted)
    suite = json.loads((planted / "documents.json").read_text(encoding="utf-8"))
    never = {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 7}, "severity": "critical"}
    suite["expectations"].append(never)
    (planted / "documents.json").write_text(json.dumps(suite))

    result = corpus("run", corpus_folder, "--output", output, "--expectations", planted)
    assert result.returncode == 1
    assert "Nothing was published" in result.stderr
    state = ask("flow_runs/filter", sort="START_TIME_DESC", limit=1)[0]["state"]
    assert (state["type"], "Nothing was published" in state["message"]) == ("FAILED", True)
    assert open_version(output).name == before
    (aside,) = (output / "rejected").iterdir()
    assert "Not published." in (aside / "report.html").read_text(encoding="utf-8")
    found = json.loads((aside / "validation.json").read_text(encoding="utf-8"))
    assert [o["expectation"] for o in found if o["status"] != "passed"] == ["expect_table_row_count_to_equal"]


def test_worker_processes_give_the_same_bytes(
    corpus: Corpus, ask: Callable[..., Any], built: Path, seeds: Path, tmp_path: Path
) -> None:
    config = tmp_path / "corpus.toml"
    config.write_text("batch_documents = 2\n")
    result = corpus("run", seeds, "--output", tmp_path / "out", "--workers", 2, "--settings", config)
    assert result.returncode == 0, result.stderr
    assert open_version(tmp_path / "out").digest == open_version(built).digest
    (run,) = ask("flow_runs/filter", sort="START_TIME_DESC", limit=1)
    artifacts = ask("artifacts/filter", flow_runs={"id": {"any_": [run["id"]]}})
    assert [float(a["data"]) for a in artifacts if a["key"] == "batches"] == [100.0]


def test_a_wrong_call_exits_with_2_and_says_what_to_do(corpus: Corpus, tmp_path: Path) -> None:
    result = corpus("run", tmp_path / "nowhere", "--output", tmp_path / "out")
    assert result.returncode == 2
    assert "not a folder" in result.stderr
    assert not (tmp_path / "out" / "versions").exists()
