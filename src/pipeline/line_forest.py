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

    def find_leaves(self, matrix: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Return the leaf that each column of `matrix` (features x lines) falls into: trees x lines."""
        out = np.empty((len(self.splits), matrix.shape[1]), np.uint8)
        last, *others = reversed(np.ascontiguousarray(self.splits.T, np.intp))
        for low in range(0, matrix.shape[1], _BLOCK):
            part = np.ascontiguousarray(matrix[:, low : low + _BLOCK])
            answers = np.greater(part.take(self.split_column, axis=0), self.split_border[:, None]).view(np.uint8)
            # From the last level to the first, in place: shifting by adding and no new arrays cost half of the time.
            leaf = answers.take(last, axis=0)
            answer = np.empty_like(leaf)
            for level in others:
                leaf += leaf
                answers.take(level, axis=0, out=answer, mode="clip")
                leaf |= answer
            out[:, low : low + _BLOCK] = leaf
        return out

    def add_up(self, leaf: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the log odds, in millionths, of lines that fall into `leaf` (trees x lines)."""
        out = np.full(leaf.shape[1], self.bias, np.int64)
        offset = (np.arange(len(self.splits), dtype=np.intp) << self.splits.shape[1])[:, None]
        flat = self.leaves.ravel()
        for low in range(0, leaf.shape[1], _BLOCK):
            found = flat.take(leaf[:, low : low + _BLOCK] + offset, mode="clip")
            out[low : low + _BLOCK] += found.sum(axis=0, dtype=np.int64)
        return out

    def score(self, matrix: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return the log odds in millionths of each column of `matrix` (features x lines)."""
        return self.add_up(self.find_leaves(matrix))

    def part_leaves(self, families: NDArray[np.int64], count: int) -> NDArray[np.float32]:
        """Return what each of `count` families of features adds to each leaf: trees x leaves x families.

        `families` gives the family of each column. A question's part is the change that it makes to the mean of
        the leaves below, questions taken in the order of the tree; a tree's parts and its root add up to its leaf.
        """
        return _leaf_parts(self, families, count)


def add_parts(parts: NDArray[np.float32], leaf: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return what each family added to the log odds of lines that fall into `leaf` (trees x lines): lines x families.

    `parts` is what `Forest.part_leaves` gives. A whole batch at once costs 2 us a line, a line at a time 50.
    """
    out = np.zeros((leaf.shape[1], parts.shape[2]), np.float32)
    part = np.empty_like(out)
    for own, place in zip(parts, leaf, strict=True):
        out += own.take(place, axis=0, out=part, mode="clip")
    return out.astype(np.float64)


def _leaf_parts(forest: Forest, families: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    trees, depth = forest.splits.shape
    value = forest.leaves.reshape(trees, -1).astype(np.float64) / LEAF_UNIT
    cover = forest.cover.reshape(trees, -1).astype(np.float64) + 1e-3
    family = families[forest.split_column[forest.splits]]
    parts = np.zeros((trees, 1 << depth, count), np.float32)
    tree, place = np.arange(trees)[:, None], np.arange(1 << depth)
    before = np.repeat((value * cover).sum(axis=1, keepdims=True) / cover.sum(axis=1, keepdims=True), 1 << depth, 1)
    for level in range(depth):
        # Leaves whose number agrees in the lowest bits have had the same answers so far.
        nodes = 2 << level
        weight = cover.reshape(trees, -1, nodes).sum(axis=1)
        after = ((value * cover).reshape(trees, -1, nodes).sum(axis=1) / weight)[:, place % nodes]
        parts[tree, place[None, :], family[:, level][:, None]] += (after - before).astype(np.float32)
        before = after
    return parts
