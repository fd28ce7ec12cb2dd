"""Train the nets that read a page's lines in sequence, cross-validated by site, and write their weights.

    python benchmarks/train_sequence.py DATA --trees FOLDER --oof FOLDER2 [--write src/pipeline/resources/line_model]
    python benchmarks/train_sequence.py DATA --trees FOLDER --first FOLDER2 --marked tests/cases --oof FOLDER3 [--write]

DATA holds the labelled pages, FOLDER the trees' out-of-fold answers (`train_cleaner.py DATA --oof FOLDER`). FOLDER2
gets those of trees and net together, for `clean_quality.py`. Measured is the net as it ships, in whole numbers.
`--write` trains on all pages too. Needs torch, at training only; about 12 minutes of CPU.

The second call trains the second net: it also learns from the text that the product renders of the pages' HTML, from
short articles in long pages (`short_pages.py`), both in other languages too, and from the marked pages of the tests.
FOLDER3 gets the answers of trees and both nets; of the view "marked" there are none, since the trees that ship have
learned from no such page.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parent)]

import marked_pages  # noqa: E402
from sequence_pages import more_samples, times_seen  # noqa: E402
from spliced_pages import splice_pages  # noqa: E402
from train_cleaner import describe_languages, is_made, write_answers  # noqa: E402
from train_pages import FOLDS, Sample, build_tables, fold_of, learn_words, read_samples, translate  # noqa: E402

from pipeline.line_features import FeatureTable  # noqa: E402
from pipeline.line_forest import LEAF_UNIT  # noqa: E402
from pipeline.line_model import SEQUENCE_SHARE  # noqa: E402
from pipeline.line_sequence import (  # noqa: E402
    ACTIVE_LIMIT,
    CONTEXT_STEPS,
    INPUT_STEPS,
    Layer,
    LineSequence,
    pack_sequence,
    read_columns,
    root,
)

HELD_OUT = ((0, 1), (2, 3), (4,))
"""Folds held out together. Five runs of four folds would cost twice as much for 25 % more pages to learn from."""
REACH = (1, 2, 4, 8, 16, 32)
CHANNELS = 48
EPOCHS = 6
"""Six: with twelve the net is too sure of itself; prose lost rises by half and word F1 does not."""
RATE = 3e-3
DECAY = 0.03
DROPOUT = 0.2
LONGEST = 320
"""Lines of a page that are learned from at a time."""
EVERY_LINE = np.float32(4.0)
"""Words that a line of a marked page counts more: a heading's loss is seen by every reader."""
FOREIGN_SHARE = 0.35
MIN_SITES = 3
_AROUND = re.compile(r"_[+-]\d$|_\d+_\d+$")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--marked", type=Path, help="folder of the test cases: trains the second net")
    parser.add_argument("--trees", type=Path, required=True)
    parser.add_argument("--first", type=Path, help="answers of trees and first net")
    parser.add_argument("--oof", type=Path, required=True)
    parser.add_argument("--write", type=Path, help="folder for the weights, trained on all pages")
    args = parser.parse_args()
    if bool(args.marked) != bool(args.first):
        parser.error("the second net needs --marked and --first")
    torch.set_num_threads(1)
    real = [s for view in ("full", "main") for s in read_samples(args.data, view)]
    samples = [*real, *translate(real, FOREIGN_SHARE), *splice_pages(real)]
    if args.marked:
        samples += more_samples(args.data, args.marked, real)
    pages = Pages.of(samples, real)
    if args.write:
        path = args.write / ("text_short_sequence.npz" if args.marked else "text_sequence.npz")
        np.savez_compressed(path, **pack_sequence(quantise(fit(pages, ()), pages)))
        print(f"{path.name}: {path.stat().st_size} bytes, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
    measured = [k for k, s in enumerate(samples) if not is_made(s) and s.view in ("full", "main")]
    answers = {mode: [np.zeros(0)] * len(samples) for mode in ("auto", "known")}
    for held in HELD_OUT:
        sequence = quantise(fit(pages, held), pages)
        for mode, out in answers.items():
            for k, score in predict(sequence, pages, held, known=mode == "known"):
                out[k] = score
    args.oof.mkdir(parents=True, exist_ok=True)
    kept = [samples[k] for k in measured]
    words = [pages.words[pages.rows(k)] for k in measured]
    for mode, out in answers.items():
        trees = read_answers(args.trees, mode)
        first = read_answers(args.first, mode) if args.first else {}
        both = []
        for k, s in zip(measured, kept, strict=True):
            name = (s.view, bool(s.language), s.id)
            nets = [out[k], said_by_net(trees[name], first[name])] if first else [out[k]]
            both.append(mix(trees[name], np.mean(nets, axis=0)))
        write_answers(args.oof, mode, kept, both, words)
        if mode == "auto":
            print("\n".join(describe_languages(kept, both, words)))


@dataclass(frozen=True, slots=True)
class Pages:
    """The lines of all samples, one after another, in the order of `tables`; `start` and `size` find a sample's."""

    samples: Sequence[Sample]
    tables: list[tuple[FeatureTable, list[int]]]
    start: np.ndarray
    size: np.ndarray
    fold: np.ndarray
    policy: np.ndarray
    times: np.ndarray
    translated: np.ndarray
    names: tuple[str, ...]
    centre: np.ndarray
    spread: np.ndarray
    inputs: np.ndarray
    labels: np.ndarray
    words: np.ndarray

    @staticmethod
    def of(samples: Sequence[Sample], real: Sequence[Sample]) -> Pages:
        scores = {f: learn_words([s for s in real if fold_of(s.domain) != f], MIN_SITES) for f in range(FOLDS)}
        tables = build_tables(samples, scores)
        order = [k for _, part in tables for k in part]
        size = np.array([len(s.labels) for s in samples])
        start = np.zeros(len(samples), np.int64)
        start[order] = np.concatenate(([0], np.cumsum(size[order])[:-1]))
        # What the columns say of lines around, the convolutions find for themselves.
        names = tuple(n for n in tables[0][0].columns if n != "policy" and not _AROUND.search(n))
        rooted = [root(np.concatenate([t.columns[n] for t, _ in tables]).astype(np.float64)) for n in names]
        centre = np.array([np.round(r.mean(), 6) for r in rooted])
        spread = np.array([np.round(r.std() + 1e-6, 6) for r in rooted])
        del rooted
        inputs = np.concatenate([read_columns(t, names, centre, spread).T for t, _ in tables])
        return Pages(
            samples,
            tables,
            start,
            size,
            np.array([fold_of(s.domain) for s in samples]),
            np.array([1.0 if s.policy == "article" else -1.0 for s in samples]),
            np.array([times_seen(s) for s in samples]),
            np.array([bool(s.language) for s in samples]),
            names,
            centre,
            spread,
            inputs,
            np.concatenate([np.array(samples[k].labels, np.int8) for k in order]),
            np.concatenate([t.words for t, _ in tables]),
        )

    def rows(self, k: int) -> slice:
        return slice(int(self.start[k]), int(self.start[k] + self.size[k]))


class Net(nn.Module):
    """The net of `pipeline.line_sequence`, in floats."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.entry = nn.Linear(columns, CHANNELS)
        self.turns = nn.ModuleList(nn.Conv1d(CHANNELS, CHANNELS, 3, padding=reach, dilation=reach) for reach in REACH)
        self.contexts = nn.ModuleList(nn.Linear(3 * CHANNELS, CHANNELS) for _ in REACH[::2])
        self.exit = nn.Linear(CHANNELS, 1)
        self.peaks = [0.0] * (len(REACH) + 1)
        with torch.no_grad():
            for turn in self.turns:
                turn.weight.mul_(0.5)
            self.exit.weight.zero_()
            self.exit.bias.zero_()

    def forward(self, inputs: torch.Tensor, inside: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        value = self.entry(inputs).transpose(1, 2) * inside[:, None]
        by_words = words * inside / (words * inside).sum(1, keepdim=True)
        by_lines = inside / inside.sum(1, keepdim=True)
        for k, turn in enumerate(self.turns):
            if k % 2 == 0:
                seen = functional.relu(value)
                means = [(seen * share[:, None]).sum(2) for share in (by_words, by_lines)]
                around = torch.cat([*means, (seen * inside[:, None]).amax(2)], 1)
                value = (value + self.contexts[k // 2](around)[:, :, None]) * inside[:, None]
            seen = self._seen(value, k)
            value = (value + turn(functional.dropout(seen, DROPOUT, self.training))) * inside[:, None]
        return self.exit(self._seen(value, len(REACH)).transpose(1, 2))[:, :, 0]

    def _seen(self, value: torch.Tensor, k: int) -> torch.Tensor:
        seen = functional.relu(value)
        if not self.training:
            # The largest of a thousand: rarer values are cut off at the end of the scale.
            own = float(torch.quantile(seen.flatten()[::7][:1_000_000], 0.9999))
            self.peaks[k] = max(self.peaks[k], own)
        return seen


def fit(pages: Pages, held: Sequence[int], seed: int = 0) -> Net:
    """Train on all pages but those of the folds `held`."""
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, len(held), *held])
    used = np.flatnonzero(~np.isin(pages.fold, held) & (pages.size > 0))
    net = Net(pages.inputs.shape[1] + 1)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    total = int(EPOCHS * 1.05 * len(cut_batches(pages, pick(pages, used, rng), rng)))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=total + 50, pct_start=0.15)
    start, done = time.time(), 0
    for epoch in range(EPOCHS):
        losses = []
        for batch in cut_batches(pages, pick(pages, used, rng), rng):
            loss = page_losses(net, pages, batch, rng)
            share = torch.tensor(np.where(pages.translated[batch], 0.5, 1.0), dtype=torch.float32)
            optimiser.zero_grad()
            ((loss * share).sum() / 25.0).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            done += 1
            if done < total:
                schedule.step()
            losses.append(float(loss.detach().mean()))
        print(f"held {held} epoch {epoch}: loss {np.mean(losses):.4f}, {time.time() - start:.0f} s", flush=True)
    return net.eval()


def pick(pages: Pages, used: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    times = np.floor(pages.times[used])
    return np.repeat(used, (times + (rng.random(len(used)) < pages.times[used] - times)).astype(np.int64))


def cut_batches(pages: Pages, used: np.ndarray, rng: np.random.Generator, lines: int = 6_000) -> list[list[int]]:
    """Return batches of pages of about one length."""
    size = np.minimum(pages.size[used], LONGEST)
    out: list[list[int]] = [[]]
    for k in used[np.argsort(size * (1.0 + 0.3 * rng.random(len(used))), kind="stable")].tolist():
        longest = min(max(int(pages.size[j]) for j in [*out[-1], k]), LONGEST)
        if out[-1] and (len(out[-1]) + 1) * longest > lines:
            out.append([])
        out[-1].append(k)
    rng.shuffle(out)
    return out


def page_losses(net: Net, pages: Pages, batch: Sequence[int], rng: np.random.Generator) -> torch.Tensor:
    """Return each page's loss: cross entropy weighed by words, in marked pages by lines as well.

    Part of the loss taken from the expected F1 made the net too sure: more prose lost at the same word F1.
    """
    rows = [vary(pages, k, rng) for k in batch]
    inputs, inside, words = stack(pages, batch, rows, rng)
    labels = np.zeros(inside.shape, np.float32)
    for j, own in enumerate(rows):
        labels[j, : len(own)] = pages.labels[own]
    marked = np.array([pages.samples[k].view == marked_pages.VIEW for k in batch])[:, None]
    known = torch.from_numpy((labels >= 0) * inside * (words + marked * EVERY_LINE))
    wanted = torch.from_numpy(np.maximum(labels, 0))
    said = net(*map(torch.from_numpy, (inputs, inside, words)))
    entropy = functional.binary_cross_entropy_with_logits(said, wanted, reduction="none") * known
    return entropy.sum(1) / known.sum(1).clamp(min=1)


def vary(pages: Pages, k: int, rng: np.random.Generator) -> np.ndarray:
    """Return the lines of a page that are seen this time: a stretch of a long one, some boilerplate left out."""
    rows = np.arange(pages.start[k], pages.start[k] + pages.size[k])
    if len(rows) > LONGEST:
        first = int(rng.integers(0, len(rows) - LONGEST + 1))
        rows = rows[first : first + LONGEST]
    if rng.random() < 0.3:
        for _ in range(int(rng.integers(1, 3))):
            first, length = int(rng.integers(0, len(rows))), int(rng.integers(1, max(2, len(rows) // 3)))
            at = np.arange(len(rows))
            left = rows[~((at >= first) & (at < first + length) & (pages.labels[rows] != 1))]
            rows = left if len(left) > 3 else rows
    return rows


def stack(
    pages: Pages, batch: Sequence[int], rows: Sequence[np.ndarray], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return inputs, which places hold a line, and words; the policy unknown on half of the pages."""
    learned = np.array(["score_" in name for name in pages.names])
    nothing = np.rint(-pages.centre / pages.spread * INPUT_STEPS) / INPUT_STEPS
    columns = pages.inputs.shape[1]
    inputs = np.zeros((len(batch), max(map(len, rows)), columns + 1), np.float32)
    inside, words = np.zeros(inputs.shape[:2], np.float32), np.zeros(inputs.shape[:2], np.float32)
    for j, (k, own) in enumerate(zip(batch, rows, strict=True)):
        inputs[j, : len(own), :columns] = pages.inputs[own] / np.float32(INPUT_STEPS)
        if rng.random() < 0.15:
            inputs[j, : len(own), :columns][:, learned] = nothing[learned]
        inputs[j, : len(own), columns] = pages.policy[k] if rng.random() < 0.5 else 0.0
        inside[j, : len(own)] = 1.0
        words[j, : len(own)] = pages.words[own] + 0.5
    return inputs, inside, words


def quantise(net: Net, pages: Pages) -> LineSequence:
    """Turn the net into whole numbers, its activations' scale from 400 pages."""
    rng = np.random.default_rng(5)
    some = rng.permutation(np.flatnonzero(pages.size > 0))[:400]
    with torch.no_grad():
        for batch in cut_batches(pages, some, rng):
            rows = [np.arange(pages.start[k], pages.start[k] + min(pages.size[k], LONGEST)) for k in batch]
            net(*map(torch.from_numpy, stack(pages, batch, rows, rng)))
    step = tuple(float(np.float32(peak / ACTIVE_LIMIT)) for peak in net.peaks)

    def layer(weight: torch.Tensor, bias: torch.Tensor, unit: float) -> Layer:
        values = weight.detach().numpy()
        if values.ndim == 3:
            values = np.concatenate([values[:, :, k] for k in range(3)], axis=1)
        scale = np.maximum(np.abs(values).max(axis=1), 1e-9) / 127.0
        whole = np.rint(values / scale[:, None]).astype(np.float32)
        return Layer(whole, (scale * unit).astype(np.float32), bias.detach().numpy().astype(np.float32))

    return LineSequence(
        pages.names,
        pages.centre,
        pages.spread,
        layer(net.entry.weight, net.entry.bias, 1.0 / INPUT_STEPS),
        tuple(layer(turn.weight, turn.bias, step[k]) for k, turn in enumerate(net.turns)),
        tuple(layer(c.weight, c.bias, step[2 * k] / CONTEXT_STEPS) for k, c in enumerate(net.contexts)),
        layer(net.exit.weight, net.exit.bias, step[-1]),
        REACH,
        step,
    )


def predict(
    sequence: LineSequence, pages: Pages, held: Sequence[int], *, known: bool
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the log odds of the lines of each held-out page."""
    for table, part in pages.tables:
        if pages.fold[part[0]] not in held or not len(table.words):
            continue
        size = np.diff(table.bounds)
        policy = np.repeat(pages.policy[part] if known else np.zeros(len(part)), size).astype(np.float32)
        told = FeatureTable(table.columns | {"policy": policy}, table.bounds, table.words, table.groups)
        score = sequence.score(told) / LEAF_UNIT
        for k, low, high in zip(part, table.bounds[:-1], table.bounds[1:], strict=True):
            yield k, score[low:high]


def read_answers(folder: Path, mode: str) -> dict[tuple[str, bool, str], np.ndarray]:
    out = {}
    for view in ("full", "main"):
        for foreign in (False, True):
            path = folder / f"oof.{view}{'.foreign' if foreign else ''}.{mode}.jsonl.gz"
            with gzip.open(path, "rt", encoding="utf8") as file:
                for line in file:
                    row = json.loads(line)
                    out[view, foreign, row["id"]] = np.array(row["prob"])
    return out


def mix(trees: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Return the probability from the weighed log odds of both, as `pipeline.line_model` has it."""
    odds = (1.0 - SEQUENCE_SHARE) * log_odds(trees) + SEQUENCE_SHARE * score
    return np.round(1.0 / (1.0 + np.exp(-odds)), 6)


def said_by_net(trees: np.ndarray, both: np.ndarray) -> np.ndarray:
    """Return the log odds of the net that were mixed with those of the trees."""
    return (log_odds(both) - (1.0 - SEQUENCE_SHARE) * log_odds(trees)) / SEQUENCE_SHARE


def log_odds(probability: np.ndarray) -> np.ndarray:
    safe = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.log(safe / (1 - safe))


if __name__ == "__main__":
    main()
