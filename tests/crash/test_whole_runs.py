"""Runs with all their processes, killed at random moments; benchmarks/kill.py does the same many more times."""

from __future__ import annotations

from pathlib import Path

from tests.crash.killing import kill_runs


def test_a_run_killed_anywhere_leaves_a_whole_version_and_no_junk(
    prefect_server: dict[str, str], tmp_path: Path
) -> None:
    trials = list(kill_runs(tmp_path, 12, prefect_server))
    assert {t.victim for t in trials} == {"command", "worker", "validation"}
    assert {t.signal for t in trials} == {"SIGKILL", "SIGTERM"}
