"""Build a version in a process of its own, without Prefect, and print the hash of each of its files.

    python building.py SOURCE OUTPUT WORKERS ORDER

The locale, the time zone, the hash seed, the current folder and the umask are the caller's. ORDER is `sorted`,
`reversed` or `shuffled`: how folders are listed. Nothing is judged here; that would cost an import of ten seconds.
"""

from __future__ import annotations

import hashlib
import json
import locale
import os
import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from flows.workers import Workers
from pipeline.manifest import MANIFEST
from pipeline.plan import make_plan
from pipeline.run import Run
from pipeline.settings import Settings
from pipeline.verdict import Verdict

SUITES = Path(__file__).parent.parent / "expectations"
ORDERS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "sorted": lambda names: names,
    "reversed": lambda names: names[::-1],
    "shuffled": lambda names: random.Random(4).sample(names, len(names)),
}


def main() -> None:
    source, output, workers, order = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), ORDERS[sys.argv[4]]
    spoken = locale.setlocale(locale.LC_ALL, "")
    list_as(order)
    settings = Settings(batch_documents=3)
    plan = make_plan(source, output, settings, SUITES)
    with Workers(workers) as pool, Run(plan, settings, SUITES, pool.call, workers) as run:
        labels = order(list(run.batches))
        # As in the flow, batches run side by side; the order in which they end is another each time.
        with ThreadPoolExecutor(workers) as threads:
            for half in (run.clean, run.tag):
                list(threads.map(half, labels))
        run.tabulate()
        run.report(Verdict(()))
        published = run.publish(Verdict(()))
    files = {
        path.relative_to(published.path).as_posix(): hashlib.sha256(content_of(path)).hexdigest()
        for path in sorted(published.path.rglob("*"))
        if path.is_file()
    }
    print(json.dumps({"name": published.name, "files": files, "locale": spoken, "zone": time.tzname}))


def content_of(path: Path) -> bytes:
    """The file's bytes; of the manifest all but the time it was made at, and the seal over that."""
    if path.name != MANIFEST:
        return path.read_bytes()
    stated = json.loads(path.read_bytes())
    del stated["created_at"], stated["seal"]
    return json.dumps(stated, ensure_ascii=False).encode()


def list_as(order: Callable[[list[Any]], list[Any]]) -> None:
    """Make this process see folders in an order of the caller's, as another file system would."""
    scan, names = os.scandir, os.listdir

    class Scan:
        def __init__(self, *path: Any) -> None:
            with scan(*path) as found:
                self._entries = iter(order(sorted(found, key=lambda entry: entry.name)))

        def __iter__(self) -> Any:
            return self._entries

        def __next__(self) -> Any:
            return next(self._entries)

        def __enter__(self) -> Scan:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def close(self) -> None:
            pass

    os.scandir = Scan  # type: ignore[assignment, misc]
    os.listdir = lambda *path: order(sorted(names(*path)))


if __name__ == "__main__":
    main()
