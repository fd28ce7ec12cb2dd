"""No text made against one of our regular expressions takes a document beyond its ten seconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.engine
def test_no_text_made_against_a_pattern_takes_ten_seconds() -> None:
    command = [sys.executable, str(ROOT / "tests" / "attacks.py")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(done.stdout)
    assert answer["patterns"] > 100 and answer["attacks"] > 500
    assert answer["slow"] == []
