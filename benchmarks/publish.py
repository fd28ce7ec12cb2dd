"""Measure what a version costs to write, publish, publish again with one document changed, verify and read.

    python benchmarks/publish.py [--sentences 1000000] [--folder DIR]

CPU seconds and sizes, one run; the last column is the ratio to a plain `pyarrow.parquet.write_table` of
the same rows with the same compression, measured in the same run.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.parquet import write_table
from pipeline.publish import open_staging, publish_version
from pipeline.schemas import TABLES
from pipeline.settings import OutputSettings
from pipeline.version import open_version

SETTINGS = OutputSettings()
PER_DOCUMENT = 40
WORDS = 20


def make_sentences(count: int, seed: int = 1) -> pa.Table:
    """Sentences of about 20 words drawn by a Zipf law from 20,000 made words, 40 a document."""
    draw = np.random.default_rng(seed)
    letters = random.Random(seed)
    made = ["".join(letters.choices("abcdefghijklmnoprstuvwy", k=letters.randint(2, 11))) for _ in range(20_000)]
    vocabulary = np.array(made, object)
    ranks = np.minimum(draw.zipf(1.3, count * WORDS), len(made)) - 1
    words = vocabulary[ranks].reshape(count, WORDS)
    documents = -(-count // PER_DOCUMENT)
    ids = np.array(sorted(hashlib.sha256(b"%d" % i).hexdigest()[:32] for i in range(documents)), object)
    rows = np.arange(count)
    index = pa.array(rows % PER_DOCUMENT, pa.int32())
    columns = {
        "doc_id": pa.array(ids[rows // PER_DOCUMENT], pa.string()),
        "sentence_index": index,
        "block_index": pa.array(rows % PER_DOCUMENT // 4, pa.int32()),
        "start": pa.array(rows % PER_DOCUMENT * 120, pa.int32()),
        "end": pa.array(rows % PER_DOCUMENT * 120 + 119, pa.int32()),
        "text": pa.array([" ".join(row) for row in words], pa.string()),
        "role": pa.array(np.full(count, "paragraph", object), pa.string()),
        "language": pa.array(np.full(count, "en", object), pa.string()),
        "source_path": pa.array(ids[rows // PER_DOCUMENT], pa.string()),
        "flags": pa.array([[]] * count, TABLES["sentences"].field("flags").type),
        "topics": pa.array([["trade"] if i % 3 else [] for i in rows], TABLES["sentences"].field("topics").type),
    }
    arrays = [columns.get(f.name, pa.nulls(count, f.type)) for f in TABLES["sentences"]]
    return pa.table(arrays, schema=TABLES["sentences"])


def cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def stage_and_publish(sentences: pa.Table, output: Path, buckets: int) -> dict[str, float]:
    costs: dict[str, float] = {}
    with open_staging(output) as staging:
        tables = {name: schema.empty_table() for name, schema in TABLES.items()} | {"sentences": sentences}
        costs["write"] = cpu(
            lambda: [write_table(table, staging.folder / name, SETTINGS, buckets) for name, table in tables.items()]
        )
        costs["publish"] = cpu(lambda: publish_version(staging, output=output, facts={}))
    return costs


def disk_bytes(folder: Path) -> int:
    """Bytes on disk; a file with several names counts once."""
    found = {p.stat().st_ino: p.stat().st_size for p in folder.rglob("*.parquet")}
    return sum(found.values())


def change_one(sentences: pa.Table) -> pa.Table:
    at = sentences.schema.get_field_index("text")
    middle = sentences.num_rows // 2
    texts = pa.chunked_array(
        [
            *sentences.column(at).slice(0, middle).chunks,
            pa.array(["changed"]),
            *sentences.column(at).slice(middle + 1).chunks,
        ]
    )
    return sentences.set_column(at, sentences.schema.field(at), texts)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sentences", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    sentences = make_sentences(arguments.sentences)
    changed = change_one(sentences)
    work = Path(tempfile.mkdtemp(dir=arguments.folder))
    try:
        plain = cpu(lambda: pq.write_table(sentences, work / "plain.parquet", compression="zstd", compression_level=3))
        size = (work / "plain.parquet").stat().st_size / 1e6
        print(f"{sentences.num_rows:,} sentences, {sentences.nbytes / 1e6:.0f} MB in memory")
        heads = f"{'write':>7} {'ratio':>6} {'publish':>8} {'verify':>7} {'read':>6} {'MB':>7} {'MB, 1 changed':>14}"
        print(f"{'':>12} {heads}")
        print(f"{'plain file':>12} {plain:7.2f} {1:6.2f} {'':>8} {'':>7} {'':>6} {size:7.1f} {size:14.1f}")
        for buckets in (1, 16, 64, 256):
            output = work / f"output-{buckets}"
            costs = stage_and_publish(sentences, output, buckets)
            version = open_version(output)
            verify, read = cpu(version.verify), cpu(version.sentences)
            first = disk_bytes(output)
            stage_and_publish(changed, output, buckets)
            more = (disk_bytes(output) - first) / 1e6
            print(
                f"{buckets:>4} bucket{'s' if buckets > 1 else ' '} {costs['write']:7.2f} {costs['write'] / plain:6.2f} "
                f"{costs['publish']:8.2f} {verify:7.2f} {read:6.2f} {first / 1e6:7.1f} {more:14.1f}"
            )
            shutil.rmtree(output)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
