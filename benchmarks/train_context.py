"""Train the weights that read the sentence encoder's output (tag.encoder), and say what they are worth.

usage: python benchmarks/train_context.py ENCODER_FOLDER GOLD.jsonl ... --half STEM ... --plain SENTENCES.txt
           --cache DIR [--write src/pipeline/resources/taxonomy/context_en.npz]

Needs scikit-learn and the files of all-MiniLM-L6-v2 (docs/topics.md says where they come from). A sentence with what is
around it becomes 768 numbers (`pipeline.topic_encoder`); one logistic regression a topic reads them. Printed: micro and
macro F1 out of fold, folds by site, of the table, of the encoder, and of their log odds together, SHARE of them the
encoder's. Encoding costs 30 ms a sentence, so what is read is kept in DIR. Of the sentences of files that count half
and hold no topic at all, every third is used, and every other plain one.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from train_topics import (
    ALONE,
    FOLDS,
    IN_PASSAGE,
    LANGUAGE,
    PLAIN,
    Rows,
    apart,
    apply,
    join,
    learn,
    line,
)

from pipeline.taxonomy import load_taxonomy
from pipeline.topic_context import SHARE, SHIFT
from pipeline.topic_encoder import MODEL_SHA256, load_encoder
from pipeline.topic_tools import Passage, read_labelled

SCALE = 3.0
"""What the 768 numbers, of squared length 2, are multiplied by: larger is regularised less."""
EVERY = 3
"""Which of the sentences of pages off the domain are read: encoding is dear, and they are more than half of all."""
CUT = 0.3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("encoder")
    parser.add_argument("gold", nargs="+")
    parser.add_argument("--half", nargs="*", default=[])
    parser.add_argument("--plain", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    read = Reader(args.encoder, args.cache)
    rows, alone, plain, around = load(args)
    fold = np.array([int(hashlib.sha256(("x" + s).encode()).hexdigest(), 16) % FOLDS for s in rows.site])
    bare = {s for s in set(rows.source) if s in args.half and not any(map(any, of(rows.truth, rows.source, s)))}
    used = np.array([s not in bare or i % EVERY == 0 for i, s in enumerate(rows.source)])
    x = np.zeros((len(rows.names), 768))
    x[used] = read([around[i] for i in np.flatnonzero(used)], "labelled")
    spare = read([(text, None, "", "") for text in plain.text[::2]], "plain")
    y, weight = np.array(rows.truth), np.array(rows.weight) / IN_PASSAGE
    table, encoder = np.zeros(y.shape), np.zeros(y.shape)
    for part in range(FOLDS):
        train, test = used & (fold != part), fold == part
        table[test] = apply(
            *learn(join(rows.select(fold != part), plain), alone.select(fold != part)), rows.select(test)
        )
        encoder[test] = chance(x[test], *fit(x[train], y[train], weight[train], spare))
    spoken = np.array(rows.spoken)
    both = blend(table, encoder)
    for name, given in (
        ("table", (table >= CUT) & spoken),
        ("encoder alone", encoder >= CUT),
        ("together", (both >= CUT) & spoken),
        ("together, without a phrase too", both >= CUT),
    ):
        off = np.isin(rows.source, list(bare)) & used
        print(f"{name:32s} {line(y[used], given[used])} off domain {given[off].any(axis=1).mean():.1%}")
        by = [f1(y[used, t], given[used, t]) for t in range(len(rows.topics))]
        print("   " + " ".join(f"{topic} {value:.2f}" for topic, value in zip(rows.topics, by, strict=True)))
    weights = fit(x[used], y[used], weight[used], spare)
    if args.write:
        np.savez(
            args.write,
            topics=np.array(rows.topics),
            model=np.array(MODEL_SHA256),
            weights=weights[0].astype(np.float32),
            bias=weights[1].astype(np.float32),
        )


def load(args):
    """Return the labelled rows, the same alone, plain ones, and what the encoder reads of each labelled row."""
    taxonomy = load_taxonomy()
    rows, alone, plain, around = Rows(taxonomy), Rows(taxonomy), Rows(taxonomy), []
    for path in args.gold:
        passages, source = read_labelled(path), Path(path).stem
        weight = 0.5 if source in args.half else 1.0
        rows.add(passages, source, weight * IN_PASSAGE)
        alone.add([one for passage in passages for one in apart(passage)], source, weight * ALONE)
        for passage in passages:
            around += [around_of(passage.sentences, passage.heading, i) for i in range(len(passage.sentences))]
    lines = args.plain.read_text(encoding="utf-8").splitlines() if args.plain else []
    given = [Passage(f"plain {i}", (s,), None, LANGUAGE, (frozenset(),), PLAIN) for i, s in enumerate(lines)]
    plain.add(given, PLAIN, 0.5)
    keep = [not any(spoken) for spoken in plain.spoken]
    plain = plain.select(keep)
    plain.text = [text for text, kept in zip(lines, keep, strict=True) if kept]
    return rows, alone, plain, around


def around_of(sentences, heading, place):
    """Return what the encoder reads for the sentence at a place."""
    before = sentences[place - 1] if place else ""
    return sentences[place], heading, before, sentences[place + 1] if place + 1 < len(sentences) else ""


class Reader:
    """The encoder, with its answers kept in a folder."""

    def __init__(self, folder, cache):
        self.encoder, self.cache = load_encoder(folder), cache
        cache.mkdir(parents=True, exist_ok=True)

    def __call__(self, texts, name):
        path = self.cache / f"{name}.npz"
        known = {}
        if path.exists():
            with np.load(path) as found:
                known = dict(zip(found["keys"].tolist(), found["values"], strict=True))
        keys = [hashlib.sha256(json.dumps(text).encode()).hexdigest()[:24] for text in texts]
        for count, (key, text) in enumerate(zip(keys, texts, strict=True)):
            if key not in known:
                known[key] = self.encoder.encode(*text).astype(np.float32)
            if count % 2000 == 1999:
                print(f"{name}: {count + 1} of {len(texts)}", flush=True)
                np.savez(path, keys=np.array(list(known)), values=np.array(list(known.values())))
        np.savez(path, keys=np.array(list(known)), values=np.array(list(known.values())))
        return np.array([known[key] for key in keys])


def fit(x, y, weight, plain):
    """Return the weights, 768 x topics, and the bias a topic."""
    wide = np.vstack([x, plain]) * SCALE
    weight = np.concatenate([weight, np.full(len(plain), 0.5)])
    models = [
        LogisticRegression(C=1, max_iter=300).fit(wide, np.concatenate([column, np.zeros(len(plain))]), weight)
        for column in y.T.astype(float)
    ]
    return np.stack([m.coef_[0] for m in models], axis=1) * SCALE, np.array([m.intercept_[0] for m in models])


def chance(x, weights, bias):
    return 1 / (1 + np.exp(-(x @ weights + bias)))


def odds(p):
    p = np.clip(p, 1e-4, 1 - 1e-4)
    return np.log(p / (1 - p))


def blend(table, encoder):
    return 1 / (1 + np.exp(-((1 - SHARE) * odds(table) + SHARE * odds(encoder) + SHIFT)))


def of(values, source, name):
    return [v for v, s in zip(values, source, strict=True) if s == name]


def f1(truth, given):
    return 2 * (truth & given).sum() / max(1, truth.sum() + given.sum())


if __name__ == "__main__":
    main()
