"""Train the net that reads the lines of an HTML page in sequence, cross-validated by site, and write its weights.

    python benchmarks/train_html_sequence.py DATA --trees trees.jsonl.gz [--out both.jsonl.gz] [--write FOLDER]

DATA holds `html/gold.jsonl.gz` and `html/*.html.gz`; `trees.jsonl.gz` the trees' out-of-fold answers
(`train_html.py DATA --out trees.jsonl.gz`). The net is that of `train_sequence.py` with the columns of markup besides;
measured is the net as it ships, in whole numbers, mixed half and half with the trees. `--write` trains on all pages
first. Needs torch, at training only; about 8 minutes of CPU.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parent)]

import train_sequence  # noqa: E402
from html_pages import word_f1  # noqa: E402
from train_html import read_samples  # noqa: E402
from train_pages import Sample, translate  # noqa: E402

from pipeline.line_model import keep_lines  # noqa: E402
from pipeline.line_sequence import pack_sequence  # noqa: E402

FOREIGN_SHARE = 0.2
HELD_OUT = train_sequence.HELD_OUT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--trees", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    read, texts = read_samples(args.data)
    golds = {s.id: gold for s, gold in zip(read, texts, strict=True)}
    real = [as_sample(s) for s in read if len(s.labels)]
    samples = [*real, *translate(real, FOREIGN_SHARE)]
    pages = train_sequence.Pages.of(samples, real)
    if args.write:
        path = args.write / "html_sequence.npz"
        np.savez_compressed(path, **pack_sequence(train_sequence.quantise(train_sequence.fit(pages, ()), pages)))
        print(f"{path.name}: {path.stat().st_size} bytes, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
    if args.trees:
        rows = list(measure(pages, golds, read_trees(args.trees)))
        if args.out:
            with gzip.open(args.out, "wt", encoding="utf-8") as out:
                out.writelines(json.dumps(row) + "\n" for row in rows)


def as_sample(sample: Sample) -> Sample:
    """Return the sample with its markup in half the memory; the values are those of float32 columns."""
    if sample.page.markup is None:
        return sample
    return replace(sample, page=replace(sample.page, markup=sample.page.markup.astype(np.float32)))


def read_trees(path: Path) -> dict[tuple[str, str], np.ndarray]:
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        return {(row["id"], row["mode"]): np.array(row["prob"]) for row in map(json.loads, rows)}


def measure(pages: train_sequence.Pages, golds: dict[str, str], trees: dict[tuple[str, str], np.ndarray]):
    """Yield an answer a page and mode, as `train_html.py --out` has them, and print word F1 after each fold."""
    scores = defaultdict(lambda: defaultdict(list))
    for held in HELD_OUT:
        net = train_sequence.quantise(train_sequence.fit(pages, held), pages)
        for mode in ("auto", "known"):
            for k, score in train_sequence.predict(net, pages, held, known=mode == "known"):
                sample = pages.samples[k]
                if sample.language or (sample.id, mode) not in trees:
                    continue
                both = train_sequence.mix(trees[sample.id, mode], score)
                kept = keep_lines(both, pages.words[pages.rows(k)])
                text = "\n".join(line for line, keep in zip(sample.page.lines, kept, strict=True) if keep)
                value = word_f1(text, golds[sample.id])
                scores[mode][sample.kind.split()[0]].append(value)
                scores[mode][sample.kind].append(value)
                yield {"id": sample.id, "mode": mode, "text": text, "prob": both.tolist()}
        for mode, kinds in scores.items():
            print(mode, {k: f"{np.mean(v):.4f} ({len(v)})" for k, v in sorted(kinds.items())}, flush=True)


if __name__ == "__main__":
    main()
