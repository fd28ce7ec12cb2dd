"""Fit the pooled confidence of the phrases' score on labelled sentences; `train_topics.py` trains the learned weights.

usage: python benchmarks/fit_topics.py GOLD.jsonl [GOLD.jsonl ...] [--write weights.yml]

One logistic regression over all topics: its inputs are `tag.FEATURES`, a row for every topic that a
sentence has words for. Everything is cross-validated by page (5 folds by sha256). Printed: Brier
score and calibration out of fold, micro F1 of the score at 1.0, of the pooled model at 0.5, and of
the pooled model with an offset a topic. With --write the coefficients go into the YAML file.
"""

import argparse
import hashlib
import re
from pathlib import Path

import numpy as np

from pipeline.tag import FEATURES, features, load_weights, score_signal
from pipeline.taxonomy import load_taxonomy
from pipeline.topic_signals import read_sentences
from pipeline.topic_tools import read_labelled

FOLDS = 5
RIDGE = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="+")
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    taxonomy, weights = load_taxonomy(), load_weights()
    names = sorted(taxonomy.topics)
    rows, truth, fold, topic, given, wanted, page = [], [], [], [], [], [0] * FOLDS, []
    for path in args.gold:
        for passage in read_labelled(path):
            part = int(hashlib.sha256(passage.key.encode()).hexdigest(), 16) % FOLDS
            readings = read_sentences(passage.sentences, passage.heading, taxonomy.matcher(passage.language))
            for reading, want in zip(readings, passage.topics, strict=True):
                wanted[part] += len(want)
                for name, signal in reading.signals.items():
                    rows.append(features(signal))
                    truth.append(name in want)
                    fold.append(part)
                    topic.append(names.index(name))
                    given.append(score_signal(signal, weights) >= 1)
                    page.append(passage.key)
    x, y, fold, topic, given = map(np.array, (rows, truth, fold, topic, given))
    x = np.c_[np.ones(len(x)), x.astype(float)]
    y = y.astype(float)
    offsets = np.eye(len(names))[topic]
    pooled, by_topic = np.zeros(len(y)), np.zeros(len(y))
    for part in range(FOLDS):
        train, test = fold != part, fold == part
        pooled[test] = apply(fit(x[train], y[train]), x[test])
        wide = np.c_[x, offsets]
        by_topic[test] = apply(fit(wide[train], y[train]), wide[test])
    total = sum(wanted)
    print(
        f"{len(y)} candidates, {int(y.sum())} right, {total} wanted; Brier out of fold {np.mean((pooled - y) ** 2):.3f}"
    )
    for low in np.arange(0, 1, 0.2):
        here = (pooled >= low) & (pooled < low + 0.2)
        if here.any():
            print(f"  confidence {low:.1f}-{low + 0.2:.1f}: {here.sum():4d} candidates, {y[here].mean():.2f} right")
    for name, chosen in (
        ("score >= 1", given),
        ("pooled logistic >= 0.5", pooled >= 0.5),
        ("pooled + topic offsets >= 0.5", by_topic >= 0.5),
    ):
        print(f"  {name:32s} micro F1 {2 * y[chosen].sum() / (chosen.sum() + total):.3f}")
    final = fit(x, y)
    for name, value in zip(("bias", *FEATURES), final, strict=True):
        print(f"  {name}: {value:.2f}")
    if args.write:
        text = args.write.read_text(encoding="utf-8")
        head, _, tail = text.partition("confidence:")
        for name, value in zip(("bias", *FEATURES), final, strict=True):
            tail = re.sub(rf"(?m)^  {name}: .*$", f"  {name}: {value:.2f}", tail)
        args.write.write_text(head + "confidence:" + tail, encoding="utf-8")


def fit(x, y):
    beta = np.zeros(x.shape[1])
    ridge = RIDGE * np.eye(x.shape[1])
    ridge[0, 0] = 1e-6
    for _ in range(25):
        p = apply(beta, x)
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + ridge, x.T @ (y - p) - ridge @ beta)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return beta


def apply(beta, x):
    return 1 / (1 + np.exp(-x @ beta))


if __name__ == "__main__":
    main()
