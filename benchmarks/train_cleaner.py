"""Train the line model, cross-validated by site, and write its weights and model card.

    python benchmarks/train_cleaner.py DATA [--write] [--policy auto|known] [--out /tmp/oof_text]

DATA holds `lines/pages.{full,main}.jsonl.gz` and `lines/gold.jsonl.gz`. Needs catboost, at training only.

To train the model of another kind of page (HTML), make a list of `Sample` whose `page` carries `markup` (lines x
columns) and `groups` (lines x kinds of group), call `cross_validate(samples)` for out-of-fold probabilities and
`train_final(samples, "html", folder)` for the weights; `pipeline.line_model` loads them by that name.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parent)]

import foreign_pages  # noqa: E402

from pipeline import line_tokens as lt  # noqa: E402
from pipeline.line_features import FeatureTable, PageLines, describe_lines  # noqa: E402
from pipeline.line_forest import LEAF_UNIT, Forest  # noqa: E402
from pipeline.line_second import describe_neighbours  # noqa: E402
from pipeline.line_words import WordScores, learn_grams  # noqa: E402

FOLDS = 5
NO_WORDS = WordScores.of(np.array([1], np.uint64), np.array([0], np.int16))


@dataclass(frozen=True, slots=True)
class Sample:
    """A page with its answer. `labels`: 1 content, 0 boilerplate, -1 nothing to learn."""

    id: str
    domain: str
    kind: str
    policy: str
    page: PageLines
    labels: Sequence[int]
    view: str = "full"
    language: str = ""
    """Set on a page that was translated; no word scores are learned from it."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to train; the defaults are what ships."""

    trees: tuple[int, int] = (300, 300)
    depth: int = 6
    rate: float = 0.12
    words_unknown: float = 0.3
    policy_unknown: float = 0.5
    weight_power: float = 0.5
    min_sites: int = 3
    seed: int = 7
    threads: int = 1
    fast: bool = False
    learn_foreign: bool = True


def fold_of(domain: str) -> int:
    return int(hashlib.sha256(domain.encode()).hexdigest()[:8], 16) % FOLDS


def read_samples(data: Path, view: str) -> list[Sample]:
    gold = {}
    with gzip.open(data / "lines" / "gold.jsonl.gz", "rt", encoding="utf8") as file:
        for line in file:
            row = json.loads(line)
            gold[row["id"]] = row["dataset"]
    out = []
    with gzip.open(data / "lines" / f"pages.{view}.jsonl.gz", "rt", encoding="utf8") as file:
        for line in file:
            row = json.loads(line)
            policy = "article" if gold[row["id"]] == "aed" else "page"
            page = PageLines(row["lines"], row["gap"])
            out.append(Sample(row["id"], row["domain"], row["ptype"], policy, page, row["labels"], view))
    return out


def translate(samples: Sequence[Sample], share: float) -> list[Sample]:
    """Return foreign copies of a share of the pages."""
    out = []
    languages = list(foreign_pages.LETTERS)
    for sample in samples:
        draw = int(hashlib.sha256(f"foreign/{sample.id}/{sample.view}".encode()).hexdigest()[:8], 16)
        if draw / 2**32 < share:
            language = languages[draw % len(languages)]
            lines = foreign_pages.translate_lines(sample.page.lines, language)
            out.append(replace(sample, page=replace(sample.page, lines=lines), language=language))
    return out


def learn_words(samples: Sequence[Sample], min_sites: int) -> WordScores:
    """Count in how many sites each word, pair and line stood in boilerplate and in content."""
    by_site: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        if sample.language:
            continue
        by_site[sample.domain].append(sample)
    content, junk = [], []
    for site in sorted(by_site):
        lines = [x for s in by_site[site] for x in s.page.lines]
        labels = np.array([y for s in by_site[site] for y in s.labels])
        grams, line = learn_grams(lt.tokenize_lines(lines))
        content.append(np.unique(grams[labels[line] == 1]))
        junk.append(np.unique(grams[labels[line] == 0]))
    keys, sides = (
        np.concatenate(content + junk),
        np.concatenate([np.ones(sum(map(len, content)), bool), np.zeros(sum(map(len, junk)), bool)]),
    )
    unique, index = np.unique(keys, return_inverse=True)
    good = np.bincount(index, sides)
    bad = np.bincount(index, ~sides)
    keep = (good + bad >= min_sites + 1) & (np.maximum(good, bad) >= min_sites)
    unique, good, bad = unique[keep], good[keep], bad[keep]
    sites = len(by_site)
    # The prior is the ratio of all (site, word) pairs, so that a word at its ordinary place scores 0.
    prior = np.log((good.sum() + 1) / (bad.sum() + 1))
    score = np.log((good + 0.7) / (bad + 0.7)) - prior
    score *= 1.0 - 1.0 / (1.0 + 0.5 * (good + bad))
    del sites
    telling = np.abs(score) > 0.25
    order = np.argsort(-np.abs(score[telling]) * np.log1p((good + bad)[telling]), kind="stable")
    return WordScores.of(unique[telling][order], np.rint(score[telling][order] * 100).astype(np.int16))


SCORE_COLUMNS = "score_"


def build_tables(
    samples: Sequence[Sample], scores_of: dict[int, WordScores], options: Options, batch: int = 40
) -> list[tuple[FeatureTable, list[int]]]:
    """Return the feature tables of the samples, each batch with the word scores its fold has not seen."""
    order = sorted(range(len(samples)), key=lambda k: fold_of(samples[k].domain))
    out = []
    for fold in range(FOLDS):
        members = [k for k in order if fold_of(samples[k].domain) == fold]
        for low in range(0, len(members), batch):
            part = members[low : low + batch]
            out.append((describe_lines([samples[k].page for k in part], scores_of[fold]), part))
    return out


def hide_words(samples: Sequence[Sample], share: float, seed: int) -> list[bool]:
    """Choose the pages that are learned from without word scores, as if in an unknown language."""
    return [
        int(hashlib.sha256(f"{seed}/{s.id}/{s.view}".encode()).hexdigest()[:8], 16) / 2**32 < share for s in samples
    ]


@dataclass(slots=True)
class Stack:
    """All lines of all samples in one matrix."""

    names: tuple[str, ...]
    matrix: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    fold: np.ndarray
    sample: np.ndarray
    tables: list[tuple[FeatureTable, list[int]]]


def stack_tables(samples: Sequence[Sample], options: Options) -> Stack:
    scores_of = {}
    for fold in range(FOLDS):
        scores_of[fold] = learn_words([s for s in samples if fold_of(s.domain) != fold], options.min_sites)
        print(f"fold {fold}: {len(scores_of[fold].hashes)} scored words", flush=True)
    return _stack(samples, build_tables(samples, scores_of, options), options)


def _stack(samples: Sequence[Sample], tables: list[tuple[FeatureTable, list[int]]], options: Options) -> Stack:
    names = tuple(tables[0][0].columns)
    matrix = np.concatenate([t.matrix() for t, _ in tables], axis=1)
    labels = np.concatenate([np.array([y for k in part for y in samples[k].labels]) for _, part in tables])
    sample = np.concatenate([np.repeat(part, [len(samples[k].labels) for k in part]) for _, part in tables])
    fold = np.array([fold_of(s.domain) for s in samples])[sample]
    words = np.concatenate([t.words for t, _ in tables])
    weight = (words + 1.0) ** options.weight_power * (labels >= 0)
    if not options.learn_foreign:
        weight *= np.array([not s.language for s in samples])[sample]
    total = np.bincount(sample, weight, len(samples))
    weights = (
        weight
        / np.maximum(total[sample], 1e-9)
        * 100.0
        * np.array([0.5 if s.language else 1.0 for s in samples])[sample]
    )
    return Stack(names, matrix, labels, weights, fold, sample, tables)


def fit(
    names: Sequence[str], matrix: np.ndarray, labels: np.ndarray, weights: np.ndarray, trees: int, o: Options
) -> Forest:
    """Train one forest of symmetric trees."""
    from catboost import CatBoostClassifier, Pool

    model = CatBoostClassifier(
        iterations=trees,
        depth=o.depth,
        learning_rate=o.rate,
        random_seed=o.seed,
        thread_count=o.threads,
        border_count=64,
        bootstrap_type="MVS",
        subsample=0.5,
        rsm=0.25,
        l2_leaf_reg=6.0,
        verbose=0,
        allow_writing_files=False,
        boosting_type="Plain",
        score_function="Cosine",
        leaf_estimation_iterations=2,
    )
    used = (labels >= 0) & (weights > 0)
    model.fit(Pool(matrix[:, used].T, labels[used], weight=weights[used]))
    path = Path(f"/tmp/cleaner-{time.time_ns()}.json")
    model.save_model(str(path), format="json")
    raw = json.loads(path.read_text())
    path.unlink()
    return forest_of(raw, names)


def forest_of(raw: dict[str, Any], names: Sequence[str]) -> Forest:
    """Turn the trainer's JSON into arrays."""
    depth = max(len(t["splits"]) for t in raw["oblivious_trees"])
    questions: dict[tuple[int, float], int] = {}
    splits, leaves, cover = [], [], []
    for tree in raw["oblivious_trees"]:
        own = [(s["float_feature_index"], np.float32(s["border"]).item()) for s in tree["splits"]]
        ids = [questions.setdefault(q, len(questions)) for q in own]
        repeat = 2 ** (depth - len(own))
        splits.append(ids + [ids[-1] if ids else 0] * (depth - len(own)))
        leaves.append(np.tile(np.array(tree["leaf_values"]), repeat))
        cover.append(np.tile(np.array(tree["leaf_weights"], dtype=np.float64), repeat) / repeat)
    scale, (bias,) = raw["scale_and_bias"][0], raw["scale_and_bias"][1]
    return Forest(
        tuple(names),
        np.array([q[0] for q in questions], np.int32),
        np.array([q[1] for q in questions], np.float32),
        np.array(splits, np.int32),
        np.rint(np.array(leaves) * scale * LEAF_UNIT).astype(np.int32),
        round(bias * LEAF_UNIT),
        np.array(cover, np.float32),
    )


def squash(score: np.ndarray) -> np.ndarray:
    return np.round(1.0 / (1.0 + np.exp(-score / LEAF_UNIT)), 6)


def masked(stack: Stack, samples: Sequence[Sample], o: Options, seed: int, *, train: bool, known: bool) -> np.ndarray:
    """Return the matrix with the policy set (or hidden) and, for training, words hidden on some pages."""
    policy = np.array([1.0 if s.policy == "article" else -1.0 for s in samples])
    if train:
        policy[hide_words(samples, o.policy_unknown, seed + 1)] = 0.0
    elif not known:
        policy[:] = 0.0
    out = stack.matrix
    out[stack.names.index("policy")] = policy[stack.sample]
    return out


def add_second(stack: Stack, first: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    parts, low = [], 0
    names: tuple[str, ...] = ()
    for table, _ in stack.tables:
        size = len(table.words)
        columns = describe_neighbours(table, first[low : low + size])
        names = tuple(columns)
        parts.append(np.stack(list(columns.values())))
        low += size
    return names, np.concatenate(parts, axis=1)


def hide_columns(matrix: np.ndarray, names: Sequence[str], rows: np.ndarray) -> np.ndarray:
    """Set the learned word scores of some lines to unknown."""
    for k, name in enumerate(names):
        if SCORE_COLUMNS in name:
            matrix[k, rows] = np.where(matrix[k, rows] == -1.0, -1.0, 0.0)
    return matrix


def cross_validate(samples: Sequence[Sample], options: Options, known: bool = True) -> dict[str, np.ndarray]:
    """Return out-of-fold probabilities of each sample's lines, with the policy known and unknown.

    Keys are "known" and "auto"; values a list of arrays, one a sample.
    """
    start = time.time()
    stack = stack_tables(samples, options)
    print(f"features {stack.matrix.shape} {time.time() - start:.0f} s", flush=True)
    hidden = np.array(hide_words(samples, options.words_unknown, options.seed))[stack.sample]
    size = stack.matrix.shape[1]
    first = {"known": np.zeros(size), "auto": np.zeros(size), "train": np.zeros(size)}
    train = hide_columns(
        masked(stack, samples, options, options.seed, train=True, known=True).copy(), stack.names, hidden
    )
    forests = []
    for fold in range(FOLDS):
        inside = stack.fold != fold
        forest = fit(
            stack.names, train[:, inside], stack.labels[inside], stack.weights[inside], options.trees[0], options
        )
        forests.append(forest)
        first["train"][~inside] = squash(forest.score(np.ascontiguousarray(train[:, ~inside])))
        print(f"stage 1 fold {fold} {time.time() - start:.0f} s", flush=True)
    for name in ("known", "auto"):
        matrix = masked(stack, samples, options, 0, train=False, known=name == "known")
        for fold, forest in enumerate(forests):
            rows = stack.fold == fold
            first[name][rows] = squash(forest.score(np.ascontiguousarray(matrix[:, rows])))
    names2, extra = add_second(stack, first["train"])
    names = stack.names + names2
    train2 = np.concatenate((train, extra))
    del train, extra
    forests2 = []
    for fold in range(FOLDS):
        inside = stack.fold != fold
        forests2.append(
            fit(names, train2[:, inside], stack.labels[inside], stack.weights[inside], options.trees[1], options)
        )
        print(f"stage 2 fold {fold} {time.time() - start:.0f} s", flush=True)
    del train2
    out = {}
    for name in ("known", "auto"):
        matrix = masked(stack, samples, options, 0, train=False, known=name == "known")
        full = np.concatenate((matrix, add_second(stack, first[name])[1]))
        second = np.zeros(size)
        for fold, forest in enumerate(forests2):
            rows = stack.fold == fold
            second[rows] = squash(forest.score(np.ascontiguousarray(full[:, rows])))
        out[name] = second
        out[name + "_first"] = first[name]
    result: dict[str, Any] = {}
    for name, values in out.items():
        per: list[np.ndarray] = [np.zeros(0)] * len(samples)
        low = 0
        for _, part in stack.tables:
            for k in part:
                per[k] = values[low : low + len(samples[k].labels)]
                low += len(samples[k].labels)
        result[name] = per
    result["words"] = _per_sample(stack, samples)
    return result


def _per_sample(stack: Stack, samples: Sequence[Sample]) -> list[np.ndarray]:
    per: list[np.ndarray] = [np.zeros(0)] * len(samples)
    for table, part in stack.tables:
        low = 0
        for k in part:
            per[k] = table.words[low : low + len(samples[k].labels)]
            low += len(samples[k].labels)
    return per


def train_final(samples: Sequence[Sample], model: str, folder: Path, options: Options) -> Path:
    """Train on all samples and write `folder`/`model`.npz.

    Word scores and first-stage probabilities that the trees learn from stay out of fold; what ships has seen all.
    """
    from pipeline.line_model import pack_weights

    stack = stack_tables(samples, options)
    hidden = np.array(hide_words(samples, options.words_unknown, options.seed))[stack.sample]
    train = hide_columns(masked(stack, samples, options, options.seed, train=True, known=True), stack.names, hidden)
    held_out = np.zeros(train.shape[1])
    for fold in range(FOLDS):
        inside = stack.fold != fold
        forest = fit(
            stack.names, train[:, inside], stack.labels[inside], stack.weights[inside], options.trees[0], options
        )
        held_out[~inside] = squash(forest.score(np.ascontiguousarray(train[:, ~inside])))
    first = fit(stack.names, train, stack.labels, stack.weights, options.trees[0], options)
    names, extra = add_second(stack, held_out)
    both = np.concatenate((train, extra))
    second = fit(stack.names + names, both, stack.labels, stack.weights, options.trees[1], options)
    path = folder / f"{model}.npz"
    np.savez_compressed(path, **pack_weights(first, second, learn_words(samples, options.min_sites)))
    return path
