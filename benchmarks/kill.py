"""Kill runs of the command at random moments, and see each time that what is served is whole.

usage: python benchmarks/kill.py [--trials 60] [--seed 7]

Starts a Prefect server of its own, then kills one `corpus run` after the other: the command, a worker or
the validation, by SIGKILL or SIGTERM, at a moment anywhere in the run (tests/crash/killing.py says what is
looked at after each). At the end one run is left to itself, and must publish what a run from nothing does.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]


def main() -> None:
    from flows.environment import prepare_environment
    from flows.serve import local_server
    from tests.crash.killing import kill_runs

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    prepare_environment()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PREFECT_HOME"] = f"{folder}/prefect"
        os.environ.pop("PREFECT_API_URL", None)
        work = Path(folder) / "work"
        work.mkdir()
        with local_server(Path(folder) / "server.log"):
            trials = []
            for trial in kill_runs(work, arguments.trials, os.environ, arguments.seed):
                trials.append(trial)
                print(trial, flush=True)
    print(f"{len(trials)} runs killed; every time the version served was whole by its hashes and no junk was left.")
    for (victim, number), count in sorted(Counter((t.victim, t.signal) for t in trials).items()):
        print(f"  {count:3d} times {number} to the {victim}")
    print(f"  {sum(t.batches_left > 0 for t in trials)} left finished batches to the next run")
    print(f"  {sum(t.published for t in trials)} had published before they were killed")


if __name__ == "__main__":
    main()
