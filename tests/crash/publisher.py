"""Publish small versions in processes that can be killed.

Run as a script it is a nursery: it imports everything once, then forks a child for each line of JSON on
its standard input, so that a death costs milliseconds and not an import. Imported, it makes the tables.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.durable import OutputError
from pipeline.errors import UsageError
from pipeline.failpoints import InjectedError, arm
from pipeline.parquet import write_table
from pipeline.publish import Published, check_output, collect_garbage, open_staging, publish_version, reject_version
from pipeline.schemas import TABLES
from pipeline.settings import OutputSettings
from pipeline.version import Version

OK, OUTPUT_ERROR, USAGE_ERROR, INJECTED, OTHER = 0, 3, 4, 5, 6
FIRST_DOCUMENT, SECOND_DOCUMENT = "0" * 32, "f" * 32
SETTINGS = OutputSettings()


def make_table(name: str, content: int, filler: str = "") -> pa.Table:
    """A row a document. The first document's row is the same in all contents, the second's tells the content."""
    columns: dict[str, list[Any]] = {}
    for field in TABLES[name]:
        if field.name == "doc_id":
            columns[field.name] = [FIRST_DOCUMENT, SECOND_DOCUMENT]
        elif field.name == "text":
            columns[field.name] = ["always the same", f"{content} {filler}"]
        elif pa.types.is_string(field.type):
            columns[field.name] = [" first", str(content)]
        elif pa.types.is_list(field.type):
            columns[field.name] = [[], []]
        elif field.nullable:
            columns[field.name] = [None, None]
        else:
            columns[field.name] = [0, content]
    return pa.table([pa.array(columns[f.name], f.type) for f in TABLES[name]], schema=TABLES[name])


def publish(output: Path, content: int, filler: str = "") -> Published:
    """Stage and publish the tables of `content`, two of them in two buckets of which the first never changes."""
    with open_staging(output) as staging:
        for name in TABLES:
            buckets = 2 if name in ("documents", "sentences") else 1
            write_table(make_table(name, content, filler), staging.folder / name, SETTINGS, buckets)
        (staging.folder / "report.html").write_text(f"<p>{content}</p>")
        return publish_version(staging, output=output, facts={"content": content})


def reject(output: Path, content: int) -> Path:
    with open_staging(output) as staging:
        write_table(make_table("sentences", content), staging.folder / "sentences", SETTINGS)
        return reject_version(staging, output, f"run-{content}", {"content": content})


def content_of(version: Version) -> int:
    """The content of a version, as two of its tables tell it; they must agree."""
    documents = version.table("documents", ["text"]).column("text")[1].as_py().split()[0]
    sentences = version.table("sentences", ["text"]).column("text")[1].as_py().split()[0]
    if documents != sentences:
        raise AssertionError(f"mixed versions: {documents} and {sentences} in {version.name}")
    return int(documents)


class Nursery:
    """The other end of the script."""

    def __init__(self) -> None:
        root = Path(__file__).parent.parent.parent
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)])}
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        )

    def start(self, what: str, output: Path, **arguments: object) -> int:
        """Start a child and return its process id."""
        return self._ask({"what": what, "output": str(output), **arguments})

    def wait(self, pid: int) -> int:
        """Return the exit code of a child, or minus the signal that ended it."""
        return self._ask({"what": "wait", "pid": pid})

    def run(self, what: str, output: Path, **arguments: object) -> int:
        return self.wait(self.start(what, output, **arguments))

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def _ask(self, question: dict[str, object]) -> int:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def nursery() -> Iterator[Nursery]:
    opened = Nursery()
    try:
        yield opened
    finally:
        opened.close()


def _child(what: str, output: Path, content: int = 0, failpoint: str | None = None, filler: str = "") -> None:
    arm(failpoint)
    if what == "publish":
        check_output(output)
        publish(output, content, filler)
    elif what == "reject":
        reject(output, content)
    elif what == "collect":
        collect_garbage(output, 1)
    elif what == "write for ever":
        for i in count(content):
            publish(output, i)
            if i % 10 == 0:
                collect_garbage(output, 10)
    else:
        raise ValueError(what)


def _code_of_child(question: dict[str, Any]) -> int:
    try:
        _child(question.pop("what"), Path(question.pop("output")), **question)
    except UsageError:
        return USAGE_ERROR
    except OutputError:
        return OUTPUT_ERROR
    except InjectedError:
        return INJECTED
    except Exception:
        traceback.print_exc()
        return OTHER
    return OK


def _serve() -> None:
    pa.set_cpu_count(1)
    for line in sys.stdin:
        question = json.loads(line)
        if question["what"] == "wait":
            _, status = os.waitpid(question["pid"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if answer == 0:
                os._exit(_code_of_child(question))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    import pyarrow.dataset
    import pyarrow.parquet

    _serve()
