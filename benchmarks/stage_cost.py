"""Measure what a page of text costs in the line model, language, sentences and tables, on one thread.

    python benchmarks/stage_cost.py FOLDER [--step 3] [--rounds 5]

FOLDER holds .txt files. CPU milliseconds a page, the least of some rounds in this process, once everything is loaded;
then what loading costs a process. The rules and all stages together are `benchmarks/throughput.py`'s.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import numpy as np

from pipeline import line_model
from pipeline.blocks import cut_lines
from pipeline.clean import clean_pages
from pipeline.duplicates import sign_documents
from pipeline.language import detect_document
from pipeline.line_features import FeatureTable, PageLines, describe_lines
from pipeline.line_second import describe_neighbours
from pipeline.model import Disposition, Document, Page
from pipeline.segment import segment_document
from pipeline.settings import CleanSettings
from pipeline.tables import make_blocks, make_documents, make_sentences

BATCH_PAGES = 20
LOADED = ("line_words._stopword_table", "line_words._phrase_table", "line_tokens._tables")
LOADING = {
    "words and signs of lines": "from pipeline import line_tokens, line_words; " + "; ".join(f"{n}()" for n in LOADED),
    "weights of the line model": "from pipeline import line_model; line_model.load_weights('text')",
    "letter statistics (Latin)": "from pipeline import language_ngrams; language_ngrams._table('latin')",
    "sentence rules (English)": "from pipeline import sentence_rules; sentence_rules.load_rules('en')",
    "flags of sentences": "from pipeline.artifacts import find_flags; find_flags('Dr. [who?]')",
}


def main() -> None:
    """Print a line a part."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--step", type=int, default=3, help="take every n-th page")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    texts = [path.read_text(encoding="utf-8") for path in sorted(args.folder.rglob("*.txt"))[:: args.step]]
    pages = [Page(str(i), f"{i}.txt", "text/plain", text) for i, text in enumerate(texts)]
    lines = [PageLines([x.text for x in cut], [x.gap for x in cut]) for p in pages if (cut := cut_lines(p.text))]
    documents = clean_pages(pages, CleanSettings())
    least: dict[str, float] = {}
    for _ in range(args.rounds):
        for name, spent in _round(lines, documents).items():
            least[name] = min(spent, least.get(name, spent))
    print(
        f"{len(pages)} pages of {sum(map(len, texts)) // len(texts):,} characters, {_mean(lines)} lines; CPU ms a page"
    )
    for name, spent in least.items():
        print(f"{name:28} {spent / len(pages) * 1e3:8.2f}")
    print("loading, imports included, CPU ms a process")
    for name, code in LOADING.items():
        print(f"{name:28} {_load(code):8.1f}")


def _mean(lines: list[PageLines]) -> int:
    return sum(len(p.lines) for p in lines) // len(lines)


def _round(lines: list[PageLines], documents: list[Document]) -> dict[str, float]:
    spent: dict[str, float] = defaultdict(float)

    def timed(name: str, call: Callable[..., Any], *args: Any) -> Any:
        start = time.process_time()
        result = call(*args)
        spent[name] += time.process_time() - start
        return result

    weights = line_model.load_weights("text")
    for batch in (lines[i : i + BATCH_PAGES] for i in range(0, len(lines), BATCH_PAGES)):
        table = timed("features", describe_lines, batch, weights.words)
        early, late = timed("trees", _grow, weights, table)
        net = timed("nets", line_model.read_sequences, weights.sequences, table)
        timed("evidence of every line", list, _evidence(early, late, net))
    timed("line model, all of it", line_model.score_pages, lines)
    body = [[b for b in d.blocks if b.disposition is Disposition.BODY] for d in documents]
    timed("language", lambda: [detect_document(blocks) for blocks in body])
    sentences = timed("sentences", lambda: [segment_document(d) for d in documents])
    timed("table of documents", make_documents, documents, list(map(len, sentences)))
    timed("table of blocks", make_blocks, documents)
    timed("table of sentences", make_sentences, documents, sentences)
    timed("signatures", sign_documents, documents)
    return spent


def _grow(weights: Any, table: FeatureTable) -> tuple[Any, Any]:
    matrix = table.matrix()
    early = weights.first.find_leaves(matrix)
    first = 1 / (1 + np.exp(-weights.first.add_up(early) / 1e6))
    late = weights.second.find_leaves(
        np.concatenate((matrix, np.stack(list(describe_neighbours(table, first).values()))))
    )
    weights.second.add_up(late)
    return early, late


def _evidence(early: Any, late: Any, net: Any) -> Iterator[Any]:
    return line_model._weigh("text", early, late, net)


def _load(code: str) -> float:
    source = (
        f"import numpy, pipeline, pipeline.model, time; s = time.process_time(); {code}; print(time.process_time() - s)"
    )
    path = str(Path(__file__).resolve().parents[1] / "src")
    return (
        min(
            float(subprocess.check_output([sys.executable, "-c", source], env={**os.environ, "PYTHONPATH": path}))
            for _ in range(3)
        )
        * 1e3
    )


if __name__ == "__main__":
    main()
