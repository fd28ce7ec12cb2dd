"""What reaches for the network, and what reads a pickle: nothing, in the code and in a whole run.

`tests/hooks/sitecustomize.py` watches every Python process of a real `corpus run` (the command, Prefect's temporary
server, two workers, the validation) by an audit hook and refuses any host but this one. An audit hook sees what Python
opens; what a C library opened by itself it would not see. The pickles that worker processes send each other over
their own pipes are left out: nobody else writes to these.
"""

from __future__ import annotations

import ast
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.version import open_version

ROOT = Path(__file__).parent.parent
CODE = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "flows").rglob("*.py")])
# Modules that read back what can run code, and calls that do.
READERS = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "shelve", "marshal", "joblib", "jsonpickle"}
CALLS = {"eval", "exec", "compile", "__import__", "read_pickle", "unsafe_load", "full_load"}


def watched(record: Path, **more: str) -> dict[str, str]:
    """An environment in which every Python process is watched, and none has heard of a Prefect server."""
    path = os.pathsep.join(map(str, (ROOT / "tests" / "hooks", ROOT / "src", ROOT)))
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    return {**kept, "PYTHONPATH": path, "CORPUS_TESTS_RECORD": str(record), **more}


def read(record: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]


def test_the_watch_sees_what_it_is_there_for(tmp_path: Path) -> None:
    planted = tmp_path / "planted"
    planted.write_bytes(pickle.dumps(Path("x")))
    code = (
        "import pickle, socket, urllib.request\n"
        f"pickle.load(open({str(planted)!r}, 'rb'))\n"
        "for call in (lambda: urllib.request.urlopen('http://192.0.2.1/'),\n"
        "             lambda: socket.getaddrinfo('example.org', 80),\n"
        "             lambda: socket.socket().connect(('192.0.2.1', 80)),\n"
        "             lambda: socket.socket().bind(('0.0.0.0', 0))):\n"
        "    try:\n        call()\n"
        "    except OSError:\n        continue\n"
        "    raise SystemExit('not refused')\n"
        "socket.socket().bind(('127.0.0.1', 0))\n"
    )
    record = tmp_path / "record"
    subprocess.run([sys.executable, "-c", code], env=watched(record), check=True)
    said = [(r["event"], r.get("host") or r.get("name")) for r in read(record) if r["event"] != "begin"]
    assert [event for event, _ in said if event == "pickle.find_class"]
    assert {("socket.getaddrinfo", "example.org"), ("socket.connect", "192.0.2.1"), ("socket.bind", "0.0.0.0")} <= set(
        said
    )


def test_the_library_reaches_for_nothing(tmp_path: Path) -> None:
    code = (
        "import pipeline\n"
        "from pipeline.clean import clean_html\n"
        "page = '<!DOCTYPE x SYSTEM \"http://192.0.2.1/x.dtd\"><html><head><base href=//192.0.2.1/>'\n"
        "page += '<link rel=stylesheet href=http://192.0.2.1/a.css></head><body><img src=http://192.0.2.1/p>'\n"
        "page += '<p>Tehran and Baku signed.'\n"
        "document = clean_html(page)\n"
        "pipeline.tag_texts(['Oil and gas exports grew.'])\n"
        "pipeline.find_mentions(document.text), pipeline.split_text(document.text)\n"
    )
    record = tmp_path / "record"
    subprocess.run([sys.executable, "-c", code], env=watched(record), check=True)
    assert [r for r in read(record) if r["event"] != "begin"] == []


@pytest.mark.engine
def test_a_whole_run_reaches_for_nothing_and_reads_no_pickle(tmp_path: Path, seeds: Path) -> None:
    home = tmp_path / "prefect"
    # A result that someone planted where Prefect keeps results must not be read, and never run.
    planted = home / "storage" / "0123456789abcdef"
    planted.parent.mkdir(parents=True)
    boom = f"cos\nsystem\n(S'touch {tmp_path / 'ran'}'\ntR."
    planted.write_text(boom)
    record = tmp_path / "record"
    command = [sys.executable, "-m", "flows.cli", "run", str(seeds), "--output", str(tmp_path / "out")]
    done = subprocess.run(
        [*command, "--workers", "2", "--set", "batch_documents=2"],
        env=watched(record, PREFECT_HOME=str(home)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert open_version(tmp_path / "out").rows("documents") == 5
    said = read(record)
    # The command, Prefect's server, the validation and two workers were watched.
    assert sum(r["event"] == "begin" for r in said) >= 5
    assert [r for r in said if r["event"] != "begin"] == []
    assert planted.read_text() == boom and not (tmp_path / "ran").exists()
    assert [p.name for p in planted.parent.iterdir()] == [planted.name]


@pytest.mark.parametrize("path", CODE, ids=lambda p: "/".join(p.relative_to(ROOT).parts[-2:]))
def test_no_code_reads_back_what_can_run(path: Path) -> None:
    wrong = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        wrong += [name for name in names if name.split(".")[0] in READERS]
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else ""
            called = node.func.attr if isinstance(node.func, ast.Attribute) else called
            # re.compile is no compile of code.
            of = (
                node.func.value.id
                if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
                else ""
            )
            wrong += [called] if called in CALLS and of != "re" else []
            if any(k.arg == "shell" and isinstance(k.value, ast.Constant) and k.value.value for k in node.keywords):
                wrong.append("shell=True")
            if any(k.arg == "allow_pickle" and not _is_false(k.value) for k in node.keywords):
                wrong.append("allow_pickle")
            if called == "load" and of in ("np", "numpy") and not any(k.arg == "allow_pickle" for k in node.keywords):
                wrong.append("np.load without allow_pickle=False")
            if called == "load" and of == "yaml" and not _names_a_safe_loader(node):
                wrong.append("yaml.load")
    assert wrong == []


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _names_a_safe_loader(node: ast.Call) -> bool:
    given = [k.value for k in node.keywords if k.arg == "Loader"] + node.args[1:2]
    return any(isinstance(g, ast.Attribute) and g.attr in ("BaseLoader", "SafeLoader", "CSafeLoader") for g in given)
