from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "pipeline"

# Lower may not import higher. Modules that are not named belong to the stages (2).
LAYER = {
    **dict.fromkeys(("errors", "model", "settings"), 0),
    **dict.fromkeys(("normalize", "taxonomy", "topic_model", "topic_weights", "word_forms", "labels", "schemas"), 1),
    **dict.fromkeys(("joined_search", "topic_phrases", "topic_signals"), 1),
    **dict.fromkeys(("parquet", "manifest", "failpoints"), 2),
    **dict.fromkeys(("tables", "batch", "version", "signatures", "kept_tags"), 3),
    **dict.fromkeys(("tabulate", "settle", "reuse", "plan", "laws"), 4),
    **dict.fromkeys(("validate", "judging", "verdict", "quarantine", "publish", "explain", "staged", "topic_tools"), 5),
    **dict.fromkeys(("validation_process", "divide", "run"), 6),
}


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            package = path.relative_to(PACKAGE.parent).parts[:-1]
            base = package[: len(package) - node.level + 1]
            names = [node.module] if node.module else [a.name for a in node.names]
            found.update(".".join((*base, n)) for n in names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def layer(module: str) -> int:
    parts = module.split(".")
    if len(parts) > 1 and parts[1].startswith(("report", "diff")):
        return 5
    return LAYER.get(parts[1], 2) if len(parts) > 1 else 0


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.stem)
def test_imports_point_one_way(path: Path) -> None:
    if path.name == "__init__.py" and path.parent == PACKAGE:
        return  # the library's front: it names functions and imports none of them until asked
    own = layer(".".join(("pipeline", *path.relative_to(PACKAGE).with_suffix("").parts)))
    wrong = [m for m in imported(path) if m.startswith("pipeline.") and layer(m) > own]
    assert wrong == []


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.stem)
def test_only_flows_imports_prefect(path: Path) -> None:
    assert not {m for m in imported(path) if m.split(".")[0] in ("prefect", "flows")}


def test_importing_the_library_loads_nothing_heavy() -> None:
    heavy = ("prefect", "great_expectations", "pandas", "pyarrow", "trafilatura", "langdetect", "lxml", "numpy")
    code = f"import sys, pipeline; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "src")
    assert out.stdout.strip() == "[]"


def test_planning_imports_neither_prefect_nor_great_expectations() -> None:
    heavy = ("prefect", "great_expectations", "pandas")
    code = f"import sys, flows.cli, pipeline.plan; print([m for m in {heavy} if m in sys.modules])"
    path = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=path)
    assert out.stdout.strip() == "[]"


def test_every_public_function_of_the_library_exists() -> None:
    pipeline = import_module("pipeline")
    assert [name for name in pipeline.__all__ if not callable(getattr(pipeline, name))] == []


@pytest.mark.engine
def test_every_flow_imports_and_is_listed() -> None:
    code = (
        "import flows.environment as e; e.prepare_environment()\n"
        "import importlib, pathlib, prefect\n"
        "names = [p.stem for p in pathlib.Path(e.__file__).parent.glob('*.py') if p.stem != '__init__']\n"
        "modules = [importlib.import_module('flows.' + n) for n in names]\n"
        "print(sorted({v.name for m in modules for v in vars(m).values() if isinstance(v, prefect.Flow)}))"
    )
    path = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "HOME": str(Path.home())}
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=path)
    assert out.stdout.strip() == "['build-corpus']"


@pytest.mark.engine
def test_the_pinned_versions_let_prefects_server_import() -> None:
    code = "from prefect.server.api.server import create_app; print(len(create_app().routes) > 0)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.strip() == "True", out.stderr[-2000:]
