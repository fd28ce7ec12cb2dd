"""docs/promises.md names tests that are there, and docs/third-party.md names every package that a run needs."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:\w+/)?test_\w+\.py)(?:::(test_\w+))?`", PAGE)))


@pytest.mark.parametrize(("path", "name"), NAMED, ids=lambda part: part)
def test_a_promise_names_a_test_that_is_there(path: str, name: str) -> None:
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    tests = {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    assert tests
    if name:
        assert name in tests


def test_every_promise_is_held_by_a_test() -> None:
    rows = [
        line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| promise", "| kind"))
    ]
    promises = [row for row in rows if row.count(" | ") == 1]
    assert len(promises) >= 25
    assert [row for row in promises if not re.search(r"`(?:\w+/)?test_\w+\.py", row)] == []


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    found = importlib.util.spec_from_file_location("licences", ROOT / "docs" / "licences.py")
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_every_package_that_a_run_needs_is_listed_with_its_licence(licences: ModuleType) -> None:
    page = (ROOT / "docs" / "third-party.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| ([a-z0-9-]+) \| ([^|]+) \|$", page, re.MULTILINE))
    needed = licences.dependencies()
    assert len(needed) > 60
    assert sorted(set(needed) - set(listed)) == []
    assert "not stated" not in listed.values()


def test_no_package_that_a_run_needs_forbids_to_be_used_with_others(licences: ModuleType) -> None:
    """Copyleft that reaches further than the package's own files comes only as one of several licences."""
    strong = {
        name: said
        for name, package in licences.dependencies().items()
        if re.search(r"GPL", said := licences.licence_of(package))
        and not re.search(r"\bor\b|Artistic", said, re.IGNORECASE)
    }
    assert strong == {}
