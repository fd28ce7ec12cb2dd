"""Train the line model, cross-validated by site, and write its weights and model card.

    python benchmarks/train_cleaner.py DATA --oof FOLDER [--write] [--share 0.33] [--marked tests/cases]

DATA holds `lines/pages.{full,main}.jsonl.gz` and `lines/gold.jsonl.gz`. FOLDER gets the out-of-fold answers a page,
`oof.VIEW.{auto,known}.jsonl.gz` (`id`, `prob`, `keep`), for `clean_quality.py`. `--write` trains on all pages and
writes `src/pipeline/resources/line_model/`. Needs catboost, at training only; 15 to 30 minutes on two cores.
`--marked` learns from the marked pages of the tests and from spliced and swapped pages besides, which the weights that
ship did not; the answers of the view "marked" are for `marked_pages.py --oof`.

To train the model of another kind of page (HTML), make a list of `Sample` whose `page` carries `markup` (lines x
columns, float) and `groups` (lines x kinds of group, any integers), and call

    result = train(samples, Options(), final=True)      # result.auto[k], result.known[k]: probabilities of sample k
    write_weights(result, samples, "html", folder)      # folder/html.npz; score_pages(pages, "html") loads it

Every sample of one training must have the same numbers of markup columns and groups.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parent)]

import foreign_pages  # noqa: E402
from marked_pages import VIEW, read_marked  # noqa: E402
from spliced_pages import splice_pages  # noqa: E402
from strewn_pages import strew_pages  # noqa: E402
from swapped_pages import swap_pages  # noqa: E402
from train_forest import Options, fit, squash  # noqa: E402
from train_pages import (  # noqa: E402
    FOLDS,
    Sample,
    build_tables,
    draw,
    fold_of,
    learn_words,
    read_samples,
    translate,
)

from pipeline.line_features import FeatureTable  # noqa: E402
from pipeline.line_forest import Forest  # noqa: E402
from pipeline.line_model import choose_lines, pack_weights  # noqa: E402
from pipeline.line_second import describe_neighbours  # noqa: E402

__all__ = [
    "FOLDS",
    "Forest",
    "Options",
    "Sample",
    "add_second",
    "fit",
    "hide_columns",
    "hide_words",
    "learn_words",
    "masked",
    "squash",
    "stack_tables",
    "train",
    "write_weights",
]


def hide_words(samples: Sequence[Sample], share: float, seed: int) -> np.ndarray:
    """Choose the pages from which something is hidden in training, so that the model can do without it."""
    return np.array([draw(f"{seed}/{s.id}/{s.view}/{s.language}") < share for s in samples])


def hide_columns(matrix: np.ndarray, names: Sequence[str], rows: np.ndarray) -> np.ndarray:
    """Set the learned word scores of some lines to unknown, in place; -1 marks a line outside the page and stays."""
    for k, name in enumerate(names):
        if "score_" in name:
            matrix[k, rows] = np.where(matrix[k, rows] == -1.0, -1.0, 0.0)
    return matrix


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
    return _stack(samples, build_tables(samples, scores_of), options)


def _stack(samples: Sequence[Sample], tables: list[tuple[FeatureTable, list[int]]], options: Options) -> Stack:
    names = tuple(tables[0][0].columns)
    matrix = np.concatenate([t.matrix() for t, _ in tables], axis=1)
    labels = np.concatenate([np.array([y for k in part for y in samples[k].labels]) for _, part in tables])
    sample = np.concatenate([np.repeat(part, [len(samples[k].labels) for k in part]) for _, part in tables])
    fold = np.array([fold_of(s.domain) for s in samples])[sample]
    words = np.concatenate([t.words for t, _ in tables])
    marked = np.array([s.view == VIEW for s in samples])[sample]
    heavier = words + 1.0 + marked * options.every_line
    weight = heavier**options.weight_power * (labels >= 0)
    # Boilerplate lines are many and alike: a share of them, weighed up, teaches as much.
    chance = np.random.default_rng(options.seed).random(len(labels))
    weight *= np.where(labels == 0, (chance < options.junk_share) / options.junk_share, 1.0)
    total = np.bincount(sample, weight, len(samples))
    weights = weight / np.maximum(total[sample], 1e-9) * 100.0 * np.array([weigh_sample(s) for s in samples])[sample]
    return Stack(names, matrix, labels, weights, fold, sample, tables)


MADE_WEIGHT, MARKED_WEIGHT = 0.5, 3.0
"""Weight of a made page (translated, spliced, swapped, strewn) and of a marked one, made ones too; others have 1."""


def weigh_sample(sample: Sample) -> float:
    """Return how much a page counts in training."""
    if sample.view == VIEW:
        return MARKED_WEIGHT
    return MADE_WEIGHT if sample.language or is_made(sample) else 1.0


def is_made(sample: Sample) -> bool:
    """Tell whether a page was put together from others; no figure is taken from it."""
    return "+" in sample.id


def masked(stack: Stack, samples: Sequence[Sample], o: Options, seed: int, *, train: bool, known: bool) -> np.ndarray:
    """Return a copy of the matrix with the policy as stated, unknown, or (`train`) unknown on some pages."""
    policy = np.array([1.0 if s.policy == "article" else -1.0 for s in samples])
    if train:
        policy[hide_words(samples, o.policy_unknown, seed + 1)] = 0.0
    elif not known:
        policy[:] = 0.0
    out = stack.matrix.copy()
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


@dataclass(frozen=True, slots=True)
class Result:
    """Out-of-fold probabilities of each sample's lines, the words of each line, and the final forests if asked."""

    auto: list[np.ndarray]
    known: list[np.ndarray]
    words: list[np.ndarray]
    first: Forest | None = None
    second: Forest | None = None


def train(samples: Sequence[Sample], options: Options, *, final: bool) -> Result:
    """Cross-validate by site and, if `final`, train on all samples too.

    What the second stage learns from is always out of fold: word scores and first-stage probabilities.
    """
    clock = Clock()
    stack = stack_tables(samples, options)
    clock.tell(f"features {stack.matrix.shape}")
    hidden = hide_words(samples, options.words_unknown, options.seed)[stack.sample]
    matrix = masked(stack, samples, options, options.seed, train=True, known=True)
    hide_columns(matrix, stack.names, hidden)
    forests, held_out = fit_folds(stack, stack.names, matrix, options, options.trees[0], clock)
    known = masked(stack, samples, options, 0, train=False, known=True)
    auto = masked(stack, samples, options, 0, train=False, known=False)
    first_known, first_auto = predict_folds(stack, forests, known), predict_folds(stack, forests, auto)
    first = fit(stack.names, matrix, stack.labels, stack.weights, options.trees[0], options) if final else None
    extra_names, extra = add_second(stack, held_out)
    names, both = stack.names + extra_names, np.concatenate((matrix, extra))
    del matrix, extra
    forests, _ = fit_folds(stack, names, both, options, options.trees[1], clock)
    second = fit(names, both, stack.labels, stack.weights, options.trees[1], options) if final else None
    del both
    second_known = predict_folds(stack, forests, np.concatenate((known, add_second(stack, first_known)[1])))
    second_auto = predict_folds(stack, forests, np.concatenate((auto, add_second(stack, first_auto)[1])))
    clock.tell("done")
    words = np.concatenate([table.words for table, _ in stack.tables])
    return Result(*(unstack(stack, samples, v) for v in (second_auto, second_known, words)), first, second)


class Clock:
    """Tell how long things take."""

    def __init__(self) -> None:
        self.start = time.time()

    def tell(self, what: str) -> None:
        print(f"{time.time() - self.start:6.0f} s  {what}", file=sys.stderr, flush=True)


def fit_folds(
    stack: Stack, names: tuple[str, ...], matrix: np.ndarray, o: Options, trees: int, clock: Clock
) -> tuple[list[Forest], np.ndarray]:
    forests, held_out = [], np.zeros(matrix.shape[1])
    for fold in range(FOLDS):
        rows = stack.fold == fold
        forest = fit(names, matrix, stack.labels, np.where(rows, 0.0, stack.weights), trees, o)
        held_out[rows] = squash(forest.score(matrix[:, rows]))
        forests.append(forest)
        clock.tell(f"fold {fold}, {trees} trees")
    return forests, held_out


def predict_folds(stack: Stack, forests: Sequence[Forest], matrix: np.ndarray) -> np.ndarray:
    out = np.zeros(matrix.shape[1])
    for fold, forest in enumerate(forests):
        rows = stack.fold == fold
        out[rows] = squash(forest.score(matrix[:, rows]))
    return out


def unstack(stack: Stack, samples: Sequence[Sample], values: np.ndarray) -> list[np.ndarray]:
    out: list[np.ndarray] = [np.zeros(0)] * len(samples)
    low = 0
    for _, part in stack.tables:
        for k in part:
            out[k] = values[low : low + len(samples[k].labels)]
            low += len(samples[k].labels)
    return out


def write_weights(result: Result, samples: Sequence[Sample], model: str, folder: Path, options: Options) -> Path:
    """Write `folder`/`model`.npz, the arrays that `pipeline.line_model.load_weights` reads."""
    if result.first is None or result.second is None:
        raise ValueError("the result has no final forests. Call train(..., final=True).")
    path = folder / f"{model}.npz"
    np.savez_compressed(path, **pack_weights(result.first, result.second, learn_words(samples, options.min_sites)))
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--marked", type=Path, help="folder of the test cases")
    parser.add_argument("--oof", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--share", type=float, default=1.0, help="train on a share of the sites only, for a quick look")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--set", nargs="*", default=[], help="options, as name=value")
    args = parser.parse_args()
    values = {key: json.loads(value) for key, value in (pair.split("=", 1) for pair in args.set)}
    options = replace(Options(threads=args.threads), **values)
    real = [s for view in ("full", "main") for s in read_samples(args.data, view) if draw(s.domain) < args.share]
    samples = [*real, *translate(real, options.foreign_share)]
    if args.marked:
        marked = read_marked(args.marked)
        articles = [s for s in real if s.kind == "article" and s.view == "full"]
        samples += [*splice_pages(real), *swap_pages(real), *marked, *strew_pages([*articles, *marked])]
    result = train(samples, options, final=args.write)
    args.oof.mkdir(parents=True, exist_ok=True)
    for name, probability in (("auto", result.auto), ("known", result.known)):
        write_answers(args.oof, name, samples, probability, result.words)
    for line in describe_languages(samples, result.auto, result.words):
        print(line)
    if args.write:
        path = write_weights(result, samples, "text", foreign_pages.RESOURCES, options)
        print(f"{path.name}: {path.stat().st_size} bytes, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
        for view in ("full", "main"):
            file = args.data / "lines" / f"pages.{view}.jsonl.gz"
            print(f"{file.name}: sha256 {hashlib.sha256(file.read_bytes()).hexdigest()}")


def write_answers(
    folder: Path, name: str, samples: Sequence[Sample], probability: Sequence[np.ndarray], words: Sequence[np.ndarray]
) -> None:
    rows: dict[str, list[str]] = defaultdict(list)
    for sample, own, size in zip(samples, probability, words, strict=True):
        if is_made(sample):
            continue
        view = sample.view + (".foreign" if sample.language else "")
        keep = np.flatnonzero(choose_lines(own, size, "text")).tolist()
        rows[view].append(json.dumps({"id": sample.id, "prob": own.tolist(), "keep": keep}))
    for view, lines in rows.items():
        with gzip.open(folder / f"oof.{view}.{name}.jsonl.gz", "wt", encoding="utf8") as file:
            file.write("\n".join(lines) + "\n")


def describe_languages(
    samples: Sequence[Sample], probability: Sequence[np.ndarray], words: Sequence[np.ndarray]
) -> Iterator[str]:
    """Say how well translated pages go beside their English originals: line F1 weighed by words, mean over pages."""
    foreign = {(s.id, s.view) for s in samples if s.language}
    rows: dict[tuple[str, str], list[float]] = defaultdict(list)
    for sample, own, size in zip(samples, probability, words, strict=True):
        if (sample.id, sample.view) not in foreign:
            continue
        keep, label = choose_lines(own, size, "text"), np.array(sample.labels)
        wanted = float((size * (label == 1)).sum())
        if wanted:
            found = float((size * keep * (label >= 0)).sum())
            f1 = 2 * float((size * keep * (label == 1)).sum()) / (found + wanted)
            rows[sample.view, sample.language or "en"].append(f1)
            if sample.language:
                rows[sample.view, "all but en"].append(f1)
    for (view, language), values in sorted(rows.items()):
        yield f"{view:5s} {language:10s} {len(values):5d} pages  line F1 {sum(values) / len(values):.3f}"


if __name__ == "__main__":
    main()
