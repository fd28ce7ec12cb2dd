"""Train the line model of HTML pages, cross-validated by site, and write its weights.

    python benchmarks/train_html.py DATA [--write src/pipeline/resources/line_model] [--out oof.jsonl.gz]

DATA holds `html/gold.jsonl.gz` and `html/*.html.gz`. Needs catboost, at training only. Out-of-fold answers
(`{"id", "mode", "text", "prob"}`, with the policy known and guessed) can be scored beside those of other extractors;
`train_html_sequence.py` mixes its own with them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parent)]

import train_cleaner as base  # noqa: E402
from html_pages import read_labelled, word_f1  # noqa: E402
from train_pages import translate  # noqa: E402

from pipeline.html_features import matrix  # noqa: E402
from pipeline.line_features import PageLines  # noqa: E402
from pipeline.line_model import keep_lines, pack_weights  # noqa: E402

LINES_A_PAGE = 120
"""Lines a page that are learned from, on average; the rest of a long page tells little more."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--trees", type=int, nargs=2, default=(120, 250))
    parser.add_argument("--folds", type=int, default=5, help="folds of the second stage that are measured")
    parser.add_argument(
        "--foreign", type=float, default=0.0, help="share of the pages learned from in foreign words, too"
    )
    args = parser.parse_args()
    samples, golds = read_samples(args.data)
    real = len(samples)
    # None by default: copies with foreign words helped on such copies and cost lines of the text on real pages.
    samples += translate([s for s in samples if len(s.labels)], args.foreign)
    golds += [""] * (len(samples) - real)
    options = base.Options(trees=tuple(args.trees))
    train(samples, golds, options, args)


def read_samples(data: Path) -> tuple[list[base.Sample], list[str]]:
    samples, golds = [], []
    for page in read_labelled(data / "html"):
        values, groups = matrix(page.page.markup)
        lines = PageLines(page.lines, page.gaps, "auto", values, groups)
        policy = "article" if page.dataset == "aed" else "page"
        samples.append(base.Sample(page.id, page.domain, f"{page.dataset} {page.ptype}", policy, lines, page.labels))
        golds.append(page.gold["gold"])
    return samples, golds


def train(samples: list[base.Sample], golds: list[str], options: base.Options, args: argparse.Namespace) -> None:
    start = time.time()
    whole = [k for k, s in enumerate(samples) if len(s.labels)]
    used = [samples[k] for k in whole]
    stack = base.stack_tables(used, options)
    print(f"features {stack.matrix.shape} {time.time() - start:.0f} s", flush=True)
    hidden = np.array(base.hide_words(used, options.words_unknown, options.seed))[stack.sample]
    seen = base.hide_columns(
        base.masked(stack, used, options, options.seed, train=True, known=True).copy(), stack.names, hidden
    )
    size = np.bincount(stack.sample)[stack.sample]
    share = np.minimum(1.0, LINES_A_PAGE / size)
    chosen = (np.random.default_rng(options.seed).random(len(share)) < share) & (stack.labels >= 0)
    weights = stack.weights / share

    def fit(names: tuple[str, ...], values: np.ndarray, rows: np.ndarray, trees: int) -> base.Forest:
        rows = rows & chosen
        return base.fit(names, np.ascontiguousarray(values[:, rows]), stack.labels[rows], weights[rows], trees, options)

    def score(forest: base.Forest, values: np.ndarray, rows: np.ndarray) -> np.ndarray:
        return base.squash(forest.score(np.ascontiguousarray(values[:, rows])))

    everything = np.ones(len(share), bool)
    held_out = np.zeros(len(share))
    first = []
    for fold in range(base.FOLDS):
        outside = stack.fold == fold
        first.append(fit(stack.names, seen, ~outside, options.trees[0]))
        held_out[outside] = score(first[-1], seen, outside)
        print(f"stage 1 fold {fold} {time.time() - start:.0f} s", flush=True)
    names, extra = base.add_second(stack, held_out)
    both = np.concatenate((seen, extra))
    names = stack.names + names
    if args.write:
        final = (fit(stack.names, seen, everything, options.trees[0]), fit(names, both, everything, options.trees[1]))
        words = base.learn_words(used, options.min_sites)
        args.write.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(args.write / "html.npz", **pack_weights(*final, words))
        print(f"written {time.time() - start:.0f} s", flush=True)
    del seen
    answers: dict[str, dict[str, np.ndarray]] = {"known": {}, "auto": {}}
    inputs = {}
    for mode in answers:
        values = base.masked(stack, used, options, 0, train=False, known=mode == "known").copy()
        early = np.zeros(len(share))
        for fold, forest in enumerate(first):
            rows = stack.fold == fold
            early[rows] = score(forest, values, rows)
        inputs[mode] = np.concatenate((values, base.add_second(stack, early)[1]))
        report(mode + " stage 1", stack, used, golds, whole, early, everything)
    late = {mode: np.zeros(len(share)) for mode in answers}
    done = np.zeros(len(share), bool)
    for fold in range(min(args.folds, base.FOLDS)):
        rows = stack.fold == fold
        forest = fit(names, both, ~rows, options.trees[1])
        for mode, values in inputs.items():
            late[mode][rows] = score(forest, values, rows)
        done |= rows
        print(f"stage 2 fold {fold} {time.time() - start:.0f} s", flush=True)
        for mode in answers:
            report(mode, stack, used, golds, whole, late[mode], done)
    if args.out:
        with gzip.open(args.out, "wt", encoding="utf-8") as out:
            for mode in answers:
                for k, text, own in texts_of(stack, used, late[mode], done):
                    if used[k].language:
                        continue
                    row = {"id": used[k].id, "mode": mode, "text": text, "prob": own.tolist()}
                    out.write(json.dumps(row) + "\n")


def texts_of(stack: base.Stack, used: list[base.Sample], probability: np.ndarray, done: np.ndarray):
    low = 0
    words = np.concatenate([t.words for t, _ in stack.tables])
    for _, part in stack.tables:
        for k in part:
            high = low + len(used[k].labels)
            if done[low]:
                keep = keep_lines(probability[low:high], words[low:high])
                text = "\n".join(line for line, kept in zip(used[k].page.lines, keep, strict=True) if kept)
                yield k, text, probability[low:high]
            low = high


def report(
    name: str,
    stack: base.Stack,
    used: list[base.Sample],
    golds: list[str],
    whole: list[int],
    probability: np.ndarray,
    done: np.ndarray,
) -> None:
    scores = defaultdict(list)
    for k, text, _ in texts_of(stack, used, probability, done):
        if used[k].language:
            continue
        value = word_f1(text, golds[whole[k]])
        scores[used[k].kind.split()[0]].append(value)
        scores[used[k].kind].append(value)
    print(name, {k: f"{np.mean(v):.4f} ({len(v)})" for k, v in sorted(scores.items())}, flush=True)


if __name__ == "__main__":
    main()
