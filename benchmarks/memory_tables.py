"""How much memory it takes to assemble, validate and report on many documents, without cleaning as many.

usage: python benchmarks/memory_tables.py [--sizes 10000 100000] [--sentences 4]

What grows with a corpus grows here: batches, which workers make one at a time, do not. So a thousand short
documents are cleaned and tagged (made_corpus.py), and their batch is repeated with other identifiers, paths,
signatures and sentences. Prints the peak (VmHWM) of the process that assembles the tables and writes the page,
with its sources as the plan holds them, and of the validation; and the CPU seconds of both a thousand documents.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from made_corpus import make_corpus
from memory import peak_of

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
BATCH = 1_000


def make_batches(root: Path, documents: int, sentences: int) -> None:
    """Make one batch and repeat it until there are so many documents."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from pipeline.batch import clean_batch, read_arrow, tag_batch, write_arrow
    from pipeline.read import list_sources
    from pipeline.settings import Settings

    make_corpus(BATCH, root / "documents", sentences)
    sources = list_sources(root / "documents", Settings().read)
    first = root / "batches" / "first"
    clean_batch(sources, root / "documents", Settings(), first / "cleaned")
    tag_batch(first / "cleaned", Settings(), first / "tagged")
    random = np.random.default_rng(7)
    for number in range(1, documents // BATCH):
        for path in sorted(first.rglob("*.arrow")):
            table = read_arrow(path)
            for name in ("doc_id", "source_path", "signature", "text"):
                if name not in table.column_names or (name == "text" and path.stem != "sentences"):
                    continue
                at, old = table.column_names.index(name), table.column(name)
                if name == "signature":
                    new = pa.array([random.bytes(256) for _ in range(len(old))], pa.binary())
                elif name == "doc_id":
                    # The first digits stay, so that rows stay sorted; the number takes the last.
                    new = pc.binary_join_element_wise(pc.utf8_slice_codeunits(old, 0, 26), f"{number:06x}", "")
                else:
                    new = pc.binary_join_element_wise(old, str(number), " ")
                table = table.set_column(at, table.schema.field(at), new)
            target = root / "batches" / f"{number:06d}" / path.relative_to(first)
            target.parent.mkdir(parents=True, exist_ok=True)
            write_arrow(table, target)
    (root / "sources.json").write_text(json.dumps([[s.source_path, s.size, s.doc_id] for s in sources]))


def assemble(root: Path) -> dict[str, Any]:
    """Assemble, validate and report; return the peaks and what it cost."""
    from flows.environment import leave_pandas_out, use_plain_memory

    leave_pandas_out()
    use_plain_memory()
    import prefect  # noqa: F401 - what a run has loaded too

    from pipeline.model import Source
    from pipeline.report import write_report
    from pipeline.settings import Settings
    from pipeline.source_rows import SourceRows
    from pipeline.tabulate import Ingredients, write_tables
    from pipeline.validation_process import ValidationProcess

    folders = sorted((root / "batches").iterdir())
    given = json.loads((root / "sources.json").read_text())
    parts = []
    for folder in folders:
        number = 0 if folder.name == "first" else int(folder.name)
        made = []
        for path, size, doc_id in given:
            source = Source(path, doc_id + doc_id, size, "text/plain", doc_id=doc_id)
            if number:
                doc_id = f"{doc_id[:26]}{number:06x}"
                source = replace(source, source_path=f"{path} {number}", doc_id=doc_id, source_sha256=doc_id + doc_id)
            made.append(source)
        parts.append(SourceRows.of(made))
    sources = SourceRows.join(parts)
    del parts, made
    # As a run does.
    sources.spill(root / "sources")
    start = peak_of(os.getpid())
    with ValidationProcess(root / "log") as process:
        ingredients = Ingredients(sources, folders, [], None, root / "signatures")
        write_tables(ingredients, root / "tables", Settings().output, root)
        tables = peak_of(os.getpid())
        verdict = process.judge(root / "tables", ROOT / "expectations", root / "verdict.json")
        write_report(root / "tables", verdict, name="made")
        fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        validation = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        own = resource.getrusage(resource.RUSAGE_SELF)
        failed = [outcome.reason for outcome in verdict.outcomes if outcome.status != "passed"]
        return {
            "start": start,
            "tables": tables,
            "page": peak_of(os.getpid()),
            "validation": peak_of(process.pid),
            "cpu": own.ru_utime + own.ru_stime,
            "cpu of validation": validation,
            "failed": failed,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--sentences", type=int, default=4)
    parser.add_argument("--assemble", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.assemble:
        print(json.dumps(assemble(arguments.assemble)))
        return
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    for documents in arguments.sizes:
        with tempfile.TemporaryDirectory() as folder:
            make_batches(Path(folder), documents, arguments.sentences)
            call = [sys.executable, __file__, "--assemble", folder]
            found = json.loads(subprocess.run(call, env=env, check=True, stdout=subprocess.PIPE).stdout)
        peaks = ", ".join(f"{name} {found[name] / 1024:.0f} MB" for name in ("start", "tables", "page", "validation"))
        print(f"{documents:,} documents: {peaks}; CPU s {found['cpu']:.0f} and {found['cpu of validation']:.0f}")
        print(f"  failed: {found['failed']}", flush=True)


if __name__ == "__main__":
    main()
