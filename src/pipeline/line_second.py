"""Look at a line again, knowing what its neighbours were taken for.

The second stage of the line model: a line's first probability beside that of the lines around it, of the lines of
its group (same shape; for HTML same path, same parent), of the page's best run of content, and of the whole page.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.line_features import FeatureTable, Floats, Rows, group_mean, ratio, running_sum


def describe_neighbours(table: FeatureTable, probability: Floats) -> dict[str, NDArray[np.float32]]:
    """Return the columns of the second stage; those of the first stage are not repeated.

    `probability` is the first stage's, a number a line.
    """
    rows = Rows.between(table.bounds)
    words = table.words + 0.5
    out: dict[str, Floats] = {"first": probability}
    mass = probability * words
    total = rows.total(words)
    expected = rows.total(mass)
    peak = np.zeros(len(table.bounds) - 1)
    np.maximum.at(peak, rows.page, probability)
    peak_line = peak[rows.page]
    out["first_to_peak"] = ratio(probability, peak_line)
    out["page_peak"] = peak_line
    out["page_mean"] = ratio(expected, total)
    out["page_expected"] = expected
    out["first_to_mean"] = probability - out["page_mean"]
    for step in (-4, -3, -2, -1, 1, 2, 3, 4):
        out[f"first_{step:+d}"] = rows.shift(probability, step, -0.1)
    for before, after in ((2, 2), (5, 0), (0, 5), (12, 0), (0, 12), (12, 12), (30, 30)):
        out[f"near_{before}_{after}"] = ratio(rows.around(mass, before, after), rows.around(words, before, after))
        if before == after:
            out[f"lines_{before}_{after}"] = rows.around(probability, before, after) / rows.around(
                np.ones(rows.count), before, after
            )
    above = rows.above(mass)
    out["expected_above"] = ratio(above, expected)
    out["words_expected_above"] = above
    out["words_expected_below"] = expected - above - mass
    junk = words - mass
    out["junk_above"] = ratio(rows.above(junk), rows.total(junk))
    for name, flag in (("likely", probability > 0.7), ("unlikely", probability < 0.15)):
        out[f"{name}_up"], out[f"{name}_down"] = rows.distance(flag)
    at = np.arange(rows.count)
    for name, level in (("loose", 0.25), ("tight", 0.5)):
        start, end = rows.best_span(words * (probability - level))
        from_start, to_end = at - start[rows.page], end[rows.page] - 1 - at
        inside = (from_start >= 0) & (to_end >= 0)
        out[f"{name}_start"] = np.clip(from_start, -60, 60).astype(np.float64)
        out[f"{name}_end"] = np.clip(to_end, -60, 60).astype(np.float64)
        out[f"{name}_share"] = ratio(rows.total(mass * inside), expected)
        out[f"{name}_mean"] = ratio(rows.total(mass * inside), rows.total(words * inside))
        junk_between = np.where(
            from_start < 0, _between(rows, junk, at, start[rows.page]), _between(rows, junk, end[rows.page], at)
        )
        out[f"{name}_junk_between"] = np.where(inside, 0.0, junk_between)
    gap = (table.columns["gap"] > 0) | (at == rows.begin)
    block = np.cumsum(gap) - 1
    for name, group in (("block", block), *((f"group{k}", g) for k, g in enumerate(table.groups))):
        out[f"{name}_first"] = group_mean(group, probability, words)
    return {name: value.astype(np.float32) for name, value in out.items()}


def _between(rows: Rows, value: Floats, low: NDArray[np.int64], high: NDArray[np.int64]) -> Floats:
    """Return the sums of `value` over lines `low` to `high`, 0 where high <= low."""
    summed = running_sum(value)
    return np.where(high > low, summed[np.maximum(high, low)] - summed[low], 0.0)
