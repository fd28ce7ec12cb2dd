"""The notebook in docs/ runs from beginning to end and says what it says there."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
NOTEBOOK = ROOT / "docs" / "analysis.ipynb"


def answers(notebook: Any) -> list[str]:
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            found.append(output["data"]["text/plain"] if "data" in output else output.get("text", ""))
    return found


# jupyter_client warns that its sockets on loopback are not encrypted, and pyzmq of an event loop that Windows lacks.
@pytest.mark.filterwarnings("ignore")
@pytest.mark.engine
def test_the_notebook_gives_the_answers_that_stand_in_it(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "docs" / "make.py")
    assert spec is not None and spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    (tmp_path / "output").symlink_to(built)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "src"), str(ROOT)]))
    stored = nbformat.read(NOTEBOOK, as_version=4)
    assert len(answers(stored)) >= 5
    assert answers(make.execute(NOTEBOOK, tmp_path)) == answers(stored), "run `make docs`"
