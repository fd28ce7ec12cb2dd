"""Train one forest of symmetric trees and turn it into the arrays that the product reads."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from pipeline.line_forest import LEAF_UNIT, Forest


@dataclass(frozen=True, slots=True)
class Options:
    """How to train; the defaults are what ships."""

    trees: tuple[int, int] = (260, 220)
    depth: int = 6
    rate: float = 0.12
    words_unknown: float = 0.1
    policy_unknown: float = 0.5
    weight_power: float = 1.0
    junk_share: float = 0.4
    foreign_share: float = 0.35
    min_sites: int = 3
    every_line: float = 4.0
    """Words that a line of a marked page counts more: a heading's loss is seen by every reader."""
    seed: int = 7
    threads: int = 1


def fit(
    names: Sequence[str], matrix: np.ndarray, labels: np.ndarray, weights: np.ndarray, trees: int, o: Options
) -> Forest:
    """Train one forest of symmetric trees on the lines (columns of `matrix`) that have weight and a label."""
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
    used = np.flatnonzero((labels >= 0) & (weights > 0))
    model.fit(Pool(matrix[:, used].T, labels[used], weight=weights[used]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        return forest_of(json.loads(path.read_text()), names)


def forest_of(raw: dict[str, Any], names: Sequence[str]) -> Forest:
    """Turn the trainer's JSON into arrays."""
    depth = max(len(t["splits"]) for t in raw["oblivious_trees"])
    questions: dict[tuple[int, float], int] = {}
    splits, leaves, cover = [], [], []
    for tree in raw["oblivious_trees"]:
        own = [(s["float_feature_index"], np.float32(s["border"]).item()) for s in tree["splits"]]
        ids = [questions.setdefault(q, len(questions)) for q in own]
        # A shallower tree asks its last question again; leaves of impossible answers are never reached.
        splits.append(ids + [ids[-1] if ids else 0] * (depth - len(own)))
        leaves.append(_deepen(np.array(tree["leaf_values"], float), len(own), depth))
        cover.append(_deepen(np.array(tree["leaf_weights"], float), len(own), depth))
    scale, (bias,) = raw["scale_and_bias"]
    return Forest(
        tuple(names),
        np.array([q[0] for q in questions], np.int32),
        np.array([q[1] for q in questions], np.float32),
        np.array(splits, np.int32),
        np.rint(np.array(leaves) * scale * LEAF_UNIT).astype(np.int32),
        round(bias * LEAF_UNIT),
        np.array(cover, np.float32),
    )


def _deepen(leaves: np.ndarray, own: int, depth: int) -> np.ndarray:
    return leaves[np.arange(2**depth) % 2**own]


def squash(score: np.ndarray) -> np.ndarray:
    return np.round(1.0 / (1.0 + np.exp(-score / LEAF_UNIT)), 6)
