"""Evaluate boosted trees that are stored as plain arrays.

The trees are symmetric: every node of a level asks the same question, so a tree of depth six is six comparisons
and one look-up, for all lines at once. Leaf values are whole numbers (millionths), so sums are exact and a decision
is the same on every machine, in every order and batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAF_UNIT = 1_000_000
_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Forest:
    """Symmetric trees of one depth.

    `names` are the feature columns; `split_column` and `split_border` list the distinct questions "column > border";
    `splits` (trees x depth) refers to them, the question of level k giving bit k of the leaf; `leaves`
    (trees x 2**depth) are log odds in millionths, `bias` likewise. `cover` counts training lines a leaf.
    """

    names: tuple[str, ...]
    split_column: NDArray[np.int32]
    split_border: NDArray[np.float32]
    splits: NDArray[np.int32]
    leaves: NDArray[np.int32]
    bias: int
    cover: NDArray[np.float32]

    def score(self, matrix: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return the log odds in millionths of each column of `matrix` (features x lines)."""
        out = np.full(matrix.shape[1], self.bias, np.int64)
        for low in range(0, matrix.shape[1], _BLOCK):
            high = min(low + _BLOCK, matrix.shape[1])
            leaf = self._find_leaves(np.ascontiguousarray(matrix[:, low:high]))
            out[low:high] += self.leaves.ravel()[leaf].sum(axis=0, dtype=np.int64)
        return out

    def explain(self, matrix: NDArray[np.float32], families: NDArray[np.int64], count: int) -> NDArray[np.float64]:
        """Return how much each of `count` families of features moved each line's log odds: lines x families.

        `families` gives the family of each column. A question's part is the change of the mean leaf below it,
        questions taken in the order of the tree.
        """
        parts = _leaf_parts(self, families, count)
        out = np.zeros((matrix.shape[1], count))
        for low in range(0, matrix.shape[1], _BLOCK):
            leaf = self._find_leaves(np.ascontiguousarray(matrix[:, low : low + _BLOCK]))
            for tree in leaf:
                out[low : low + _BLOCK] += parts[tree]
        return out

    def _find_leaves(self, matrix: NDArray[np.float32]) -> NDArray[np.int32]:
        """Return the index into the flattened leaves: trees x lines."""
        answers = (matrix[self.split_column] > self.split_border[:, None]).view(np.uint8)
        depth = self.splits.shape[1]
        leaf = answers[self.splits[:, 0]].copy()
        for level in range(1, depth):
            leaf |= answers[self.splits[:, level]] << np.uint8(level)
        offset = np.arange(len(self.splits), dtype=np.int32) << np.int32(depth)
        return leaf + offset[:, None]


def _leaf_parts(forest: Forest, families: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """Return for each leaf (flattened) the part of each family in its value: leaves x families."""
    trees, depth = forest.splits.shape
    value = forest.leaves.reshape(trees, -1).astype(np.float64) / LEAF_UNIT
    cover = forest.cover.reshape(trees, -1).astype(np.float64) + 1e-3
    family = families[forest.split_column[forest.splits]]
    parts = np.zeros((trees, 1 << depth, count))
    position = np.arange(1 << depth)
    mean = (value * cover).sum(axis=1, keepdims=True) / cover.sum(axis=1, keepdims=True)
    before = np.repeat(mean, 1 << depth, axis=1)
    for level in range(depth):
        node = position & ((2 << level) - 1)
        weight = np.zeros((trees, 2 << level))
        summed = np.zeros((trees, 2 << level))
        for k in range(2 << level):
            weight[:, k] = cover[:, node == k].sum(axis=1)
            summed[:, k] = (value * cover)[:, node == k].sum(axis=1)
        after = (summed / weight)[:, node]
        np.put_along_axis(
            parts,
            np.broadcast_to(family[:, level][:, None, None], (trees, 1 << depth, 1)),
            np.take_along_axis(parts, np.broadcast_to(family[:, level][:, None, None], (trees, 1 << depth, 1)), 2)
            + (after - before)[:, :, None],
            2,
        )
        before = after
    return parts.reshape(-1, count)
