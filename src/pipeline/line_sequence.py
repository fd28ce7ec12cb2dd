"""Read the lines of a page as a sequence, beside the trees of `line_model`.

A small convolutional net: each line is described by its own features, then looks six times at the lines 1, 2, 4, 8,
16 and 32 places above and below it and three times at the whole page. So it can tell where an article ends, which
trees that see a line and its near neighbours cannot. Weights and activations are whole numbers small enough that
float32 adds them exactly in any order: the answer for a page is the same on every machine, in every batch, whatever
the matrix library does.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from pipeline.line_features import FeatureTable
from pipeline.line_forest import LEAF_UNIT

Singles = NDArray[np.float32]

INPUT_STEPS = 64
"""Steps of a standard deviation that an input is told in."""
INPUT_LIMIT = 4
"""Standard deviations beyond which an input is cut off."""
ACTIVE_LIMIT = 511
"""Largest activation. 511 x 127 x 144 products stay below 2**24, which float32 holds exactly."""
CONTEXT_STEPS = 8
"""Steps of one activation that the means over a page are told in."""
_CELLS = 32_768
# Numbers worked on at once: arrays of megabytes are asked of the system anew each time, which cost five times as much.


@dataclass(frozen=True, slots=True)
class Layer:
    """A linear map of whole numbers: `weight` (out x in, -127 to 127), then a scale and a bias an output."""

    weight: Singles
    scale: Singles
    bias: Singles

    def apply(self, values: NDArray[Any]) -> Singles:
        """Return the map of whole numbers (in x columns)."""
        summed = self.weight.astype(values.dtype, copy=False) @ values
        summed *= self.scale[:, None]
        summed += self.bias[:, None]
        return np.asarray(summed, np.float32)


@dataclass(frozen=True, slots=True)
class LineSequence:
    """The net. `names` are the columns it reads, in its order; `reach` the distance of each convolution.

    `centre` and `spread` are those of the columns' square roots. `step` is the size of an activation's unit before
    each convolution, and at the end.
    """

    names: tuple[str, ...]
    centre: NDArray[np.float64]
    spread: NDArray[np.float64]
    entry: Layer
    turns: tuple[Layer, ...]
    contexts: tuple[Layer, ...]
    exit: Layer
    reach: tuple[int, ...]
    step: tuple[float, ...]

    def score(self, table: FeatureTable) -> NDArray[np.int64]:
        """Return the log odds in millionths of each line."""
        with _matrix_library().limit(limits=1):
            return self._score(table)

    def _score(self, table: FeatureTable) -> NDArray[np.int64]:
        rows = read_columns(table, self.names, self.centre, self.spread)
        policy = table.columns["policy"][None] * INPUT_STEPS
        value = self.entry.apply(np.concatenate((rows, policy)).astype(np.float32))
        where = _Places.of(table)
        for k, (turn, reach) in enumerate(zip(self.turns, self.reach, strict=True)):
            if k % 2 == 0:
                seen = _units(value, self.step[k])
                value += self.contexts[k // 2].apply(where.summaries(seen)).take(where.page, axis=1)
            value += turn.apply(where.windows(_units(value, self.step[k]), reach))
        own = self.exit.apply(_units(value, self.step[-1]))[0]
        out: NDArray[np.int64] = np.rint(own.astype(np.float64) * LEAF_UNIT).astype(np.int64)
        return out


def read_columns(
    table: FeatureTable, names: Sequence[str], centre: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.int16]:
    """Return the columns called `names`, in steps of their spread: columns x lines."""
    out = np.empty((len(names), len(table.words)), np.int16)
    step = max(1, _CELLS // max(1, len(table.words)))
    for low in range(0, len(names), step):
        part = slice(low, low + step)
        scaled = root(np.stack([table.columns[name] for name in names[part]], dtype=np.float64))
        scaled -= centre[part, None]
        scaled /= spread[part, None]
        np.clip(scaled, -INPUT_LIMIT, INPUT_LIMIT, out=scaled)
        scaled *= INPUT_STEPS
        out[part] = np.rint(scaled, out=scaled)
    return out


def root(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the square root with the sign kept: it tames counts, and unlike a logarithm is exact everywhere."""
    return np.copysign(np.sqrt(np.abs(value)), value)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the pages of a batch begin and end; pages without lines are left out."""

    page: NDArray[np.int64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    start: NDArray[np.int64]
    weight: NDArray[np.float64]
    weight_sum: NDArray[np.float64]
    size: NDArray[np.float64]

    @staticmethod
    def of(table: FeatureTable) -> _Places:
        size = np.diff(table.bounds)
        start, size = table.bounds[:-1][size > 0], size[size > 0]
        page = np.repeat(np.arange(len(size)), size)
        weight = np.rint((table.words + 0.5) * 64.0)
        return _Places(
            page, start[page], (start + size)[page], start, weight, np.add.reduceat(weight, start), size.astype(float)
        )

    def windows(self, value: Singles, reach: int) -> Singles:
        """Return three rows for each of `value`: `reach` lines above, here, `reach` below; 0 outside the page."""
        rows, count = value.shape
        out: Singles = np.empty((3 * rows, count), np.float32)
        at = np.arange(count)
        above, below = out[:rows], out[2 * rows :]
        above[:, :reach] = 0.0
        np.multiply(value[:, :-reach], (at - reach >= self.begin)[reach:], out=above[:, reach:])
        out[rows : 2 * rows] = value
        below[:, -reach:] = 0.0
        np.multiply(value[:, reach:], (at + reach < self.end)[:-reach], out=below[:, :-reach])
        return out

    def summaries(self, value: Singles) -> NDArray[np.float64]:
        """Return each page's mean by words, mean by lines and greatest value, in whole steps."""
        exact = value.astype(np.float64)
        by_lines = np.add.reduceat(exact, self.start, axis=1) / self.size
        exact *= self.weight
        by_words = np.add.reduceat(exact, self.start, axis=1) / self.weight_sum
        peak = np.maximum.reduceat(value, self.start, axis=1).astype(np.float64)
        return np.rint(np.concatenate((by_words, by_lines, peak)) * CONTEXT_STEPS)


def _units(value: Singles, step: float) -> Singles:
    out = value * np.float32(1.0 / step)
    np.rint(out, out=out)
    return np.asarray(np.clip(out, np.float32(0.0), np.float32(ACTIVE_LIMIT), out=out))


@cache
def _matrix_library() -> ThreadpoolController:
    """Return the handle on numpy's matrix library.

    Left alone it takes all cores for products that are too small for them and waits in loops: 1.9 CPU seconds for a
    megabyte of text instead of 1.4. A worker process is to use one core.
    """
    return ThreadpoolController().select(user_api="blas")


@cache
def load_sequence(name: str) -> LineSequence:
    """Load the net called `name`, once."""
    path = files("pipeline") / "resources" / "line_model" / f"{name}_sequence.npz"
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as data:
        return unpack_sequence({key: data[key] for key in data.files})


def unpack_sequence(arrays: Mapping[str, NDArray[Any]]) -> LineSequence:
    """Return the net that `pack_sequence` packed."""
    meta = json.loads(bytes(arrays["meta"]).decode())

    def layer(key: str) -> Layer:
        weight, scale, bias = (arrays[f"{key}_{part}"].astype(np.float32) for part in ("weight", "scale", "bias"))
        return Layer(weight, scale, bias)

    turns = tuple(layer(f"turn{k}") for k in range(len(meta["reach"])))
    return LineSequence(
        tuple(meta["names"]),
        arrays["centre"],
        arrays["spread"],
        layer("entry"),
        turns,
        tuple(layer(f"context{k}") for k in range((len(turns) + 1) // 2)),
        layer("exit"),
        tuple(meta["reach"]),
        tuple(meta["step"]),
    )


def pack_sequence(net: LineSequence) -> dict[str, NDArray[Any]]:
    """Return the arrays that `load_sequence` reads, for `numpy.savez_compressed`."""
    out: dict[str, NDArray[Any]] = {"centre": net.centre, "spread": net.spread}
    layers = {"entry": net.entry, "exit": net.exit}
    layers |= {f"turn{k}": layer for k, layer in enumerate(net.turns)}
    layers |= {f"context{k}": layer for k, layer in enumerate(net.contexts)}
    for key, layer in layers.items():
        out[f"{key}_weight"] = layer.weight.astype(np.int8)
        out[f"{key}_scale"], out[f"{key}_bias"] = layer.scale, layer.bias
    meta = {"names": net.names, "reach": net.reach, "step": net.step}
    out["meta"] = np.frombuffer(json.dumps(meta).encode(), np.uint8)
    return out
