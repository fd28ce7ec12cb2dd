"""Decide which lines of a page without markup are content, with a model learned from 1,500 pages.

Two stages of boosted trees (`line_forest`) over numbers that say what a line looks like (`line_features`) and what
its neighbours were taken for (`line_second`), then a small net that reads the page's lines in sequence
(`line_sequence`). The lines kept follow from the expected F1 of the page's words, not from a fixed threshold.
Weights are arrays under `resources/line_model/`; the same lines give the same answer on any machine and in any batch.
"""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ContractError
from pipeline.line_features import FeatureTable, PageLines, describe_lines
from pipeline.line_forest import LEAF_UNIT, Forest, add_parts
from pipeline.line_second import describe_neighbours
from pipeline.line_sequence import LineSequence, load_sequence
from pipeline.line_words import WordScores

__all__ = ["LineScores", "PageLines", "best_level", "keep_lines", "score_lines", "score_pages"]

_BATCH_LINES = 4_000
# Batches of 10 to 20 pages cost least: larger ones leave the processor's cache.


@dataclass(frozen=True, slots=True)
class LineScores:
    """What the model thinks of the lines of one page.

    `probability` is that of being content, after both stages, 0..1 in millionths. `keep` are the lines
    to keep, see `keep_lines`. `policy` is the one that was used. Only what is dropped is explained: half of the work.
    """

    probability: NDArray[np.float64]
    keep: NDArray[np.bool_]
    policy: str
    weighed: Mapping[int, tuple[list[int], list[float]]] = field(default_factory=dict, repr=False, compare=False)

    def evidence(self, index: int) -> str:
        """Return the two or three features that weighed most for a dropped line, as "name -1.2; name +0.8".

        Numbers are log odds; positive speaks for content. Empty for a line that is kept.
        """
        if index not in self.weighed:
            return ""
        both = zip(*self.weighed[index], strict=True)
        said = [f"{FAMILIES[k]} {part:+.1f}" for k, part in both if abs(part) >= 0.1]
        return "; ".join(said) or "nothing in particular"


def score_lines(
    lines: Sequence[str],
    gaps: Sequence[int],
    policy: str = "auto",
    markup: NDArray[np.float64] | None = None,
    groups: NDArray[np.int64] | None = None,
) -> LineScores:
    """Score the non-blank lines of one document.

    `gaps` are the numbers of blank lines before each. `policy` is "article" (only the body of an article is
    content), "page" (the main content of any page, comments of a forum included) or "auto". With `markup`
    (lines x columns) and `groups` (lines x kinds of group) the model for HTML decides.
    """
    page = PageLines(lines, gaps, policy, markup, groups)
    return score_pages([page], "text" if markup is None else "html")[0]


def score_pages(pages: Sequence[PageLines], model: str = "text") -> list[LineScores]:
    """Score many pages, in order; each gets what it would get alone.

    Raises ContractError when `model` has no weights.
    """
    out: list[LineScores] = []
    low = 0
    while low < len(pages):
        high, count = low, 0
        while high < len(pages) and (high == low or count + len(pages[high].lines) <= _BATCH_LINES):
            count += len(pages[high].lines)
            high += 1
        out += _score_batch(pages[low:high], model)
        low = high
    return out


SEQUENCES = {"text": ("text", "text_short"), "html": ("html",)}
"""The nets of each model. Of those for text the second has also learned from short articles in long pages."""
SEQUENCE_SHARE = 0.5
"""Part of the nets' mean log odds in the sum with those of the trees. Each errs where the others do not."""

LENIENCE = 0.8
"""Part of the best level that is enough. A lost sentence is worse than a line of junk."""
# Out of fold, 1.0 -> 0.8: prose lines lost 1.37 -> 0.96 % on news and 2.26 -> 1.51 % on mixed pages (whole),
# 1.08 -> 0.68 % and 1.38 -> 0.82 % (extracted), for word F1 -.004, -.001, -.002 and +.001.
LENIENCE_OF_TEXT = 0.65
"""That part for text, where doubtful lines far from the article go by themselves (`drop_islands`)."""
# Out of fold, 0.7 -> 0.65: prose lines lost 1.67 -> 1.54 % and 0.96 -> 0.91 % (whole, mixed and news), 0.67 -> 0.58 %
# and 0.47 -> 0.42 % (extracted), for word F1 -.0005, -.0018, +.0004 and -.0008.
BETWEEN = 0.55
"""Part of the best level that is enough for up to three lines between two that are surely content."""
SURE = 0.6
"""Probability from which a line is surely content."""


def choose_lines(probability: NDArray[np.float64], words: NDArray[np.float64], model: str) -> NDArray[np.bool_]:
    """Return the lines of a page that `model` keeps: for text more leniently, but for groups that stand apart.

    For HTML, whose markup tells where the article ends, they stay: real pages lost more lines of body that way than
    boilerplate.
    """
    if model == "html":
        return keep_lines(probability, words)
    return drop_islands(keep_lines(probability, words, LENIENCE_OF_TEXT), probability, words)


def keep_lines(
    probability: NDArray[np.float64], words: NDArray[np.float64], lenience: float = LENIENCE
) -> NDArray[np.bool_]:
    """Return the lines to keep, from the choice of greatest expected F1.

    F1 is 2 sum(p w) over (sum of kept w + sum of all p w); its best choice is all lines above some level, half the F1
    that is reached. A line is kept from `lenience` of that level on; bullets and short headings between sure lines of
    the body from BETWEEN of it.
    """
    if not len(probability):
        return np.zeros(0, np.bool_)
    level = best_level(probability, words)
    keep: NDArray[np.bool_] = probability >= lenience * level
    at = np.flatnonzero(keep)
    for low, high in zip(at[:-1].tolist(), at[1:].tolist(), strict=True):
        ends_sure = probability[low] > SURE and probability[high] > SURE
        if 1 < high - low <= 4 and ends_sure and (probability[low + 1 : high] >= BETWEEN * level).all():
            keep[low:high] = True
    return keep


APART = 3
"""Dropped lines in a row that part two groups of kept ones."""
MAINLAND, ISLAND = 0.8, 0.45
"""Mean probability of a page's main group, by words, from which other groups go whose own is below the second."""
# Of 129 real news pages as text, at a lenience of 0.7, precision is .909 without these islands and .893 with them. At
# 0.5 more prose is lost on whole mixed pages (1.83 instead of 1.67 %, out of fold).
ISLANDS_SHARE = 0.3
"""Words of the islands beside those of the other groups from which none goes: such a page is no short article."""
# Out of fold whole forum pages lose 12.0 % of their prose without this limit, 7.6 % with it (7.1 % with one net and no
# islands); of 129 news pages as text F1 is .9525 without and .9471 with it, since some threads outweigh their article.


def drop_islands(
    keep: NDArray[np.bool_], probability: NDArray[np.float64], words: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return the lines to keep without groups of doubtful ones that stand apart from what is surely the text.

    Where a short article stands among long lists, expected F1 is greatest with many doubtful lines: teasers and
    comments. They stand together, away from the article, and none of them is likely. A page without a sure group
    (a forum, a list of goods) keeps them all.
    """
    at = np.flatnonzero(keep)
    if not len(at):
        return keep
    starts = np.concatenate(([0], np.flatnonzero(np.diff(at) > APART) + 1))
    weight = np.rint((words[at] + 0.5) * 64.0)
    mean = np.add.reduceat(np.rint(probability[at] * 1e6) * weight, starts) / np.add.reduceat(weight, starts) / 1e6
    if mean.max() < MAINLAND:
        return keep
    out = keep.copy()
    out[at[np.repeat(mean < ISLAND, np.diff(np.append(starts, len(at))))]] = False
    return keep if words[keep & ~out].sum() > ISLANDS_SHARE * words[out].sum() else out


def best_level(probability: NDArray[np.float64], words: NDArray[np.float64]) -> float:
    """Return the probability from which on lines are kept where expected F1 is greatest."""
    order = np.argsort(-probability, kind="stable")
    mass = np.cumsum(np.rint(probability[order] * words[order] * 1e6))
    kept = np.cumsum(np.rint(words[order] * 1e6))
    quality = np.divide(2 * mass, kept + mass[-1], out=np.zeros_like(mass), where=kept + mass[-1] > 0)
    return max(float(quality.max()) / 2, 1e-6)


FAMILIES = (
    "length",
    "stopwords and sentences",
    "letters and signs",
    "words of links and buttons",
    "words seen in boilerplate or content",
    "run of like lines",
    "repeated line",
    "place in the page",
    "place beside the prose",
    "words shared with the prose",
    "lines around",
    "kind of page",
    "markup",
    "lines in sequence",
)
_FAMILY_OF_PREFIX = (
    (("words_above", "prose_above", "line_number", "lines_left", "place", "words_expected"), 7),
    (("prose_words", "prose_up", "prose_down", "span_start", "span_end", "span_inside"), 8),
    (("page_", "policy", "span_words"), 11),
    (("cohesion", "span_cohesion"), 9),
    (("phrase_",), 3),
    (("score_",), 4),
    (("run_", "short_run", "long_run", "group0", "group"), 5),
    (("copies", "same_opening"), 6),
    (("gap", "block", "first", "near", "lines_", "expected", "junk", "likely", "unlikely", "loose", "tight"), 10),
    (("stop_share", "sentence_ends", "ends_stop", "words_a_sentence", "prose"), 1),
    (("words", "chars", "word_length"), 0),
    (("markup",), 12),
)


def family_of(name: str) -> int:
    """Return the index in FAMILIES that a feature belongs to."""
    if name[-2:-1] in "+-" or name[-3:-2] in "+-" or (name.count("_") >= 2 and name.rsplit("_", 2)[1].isdigit()):
        return 10
    for prefixes, family in _FAMILY_OF_PREFIX:
        if name.startswith(prefixes):
            return family
    return 2


@dataclass(frozen=True, slots=True)
class _Weights:
    first: Forest
    second: Forest
    words: WordScores
    sequences: tuple[LineSequence, ...]


@cache
def load_weights(model: str) -> _Weights:
    """Load the weights called `model` ("text" or "html"), once."""
    folder = files("pipeline") / "resources" / "line_model"
    path = folder / f"{model}.npz"
    if not path.is_file():
        raise ContractError(f"no weights for the line model {model!r}. Run benchmarks/train_cleaner.py to make them.")
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as data:
        arrays = {name: data[name] for name in data.files}
    meta = json.loads(bytes(arrays["meta"]).decode())
    first, second = (
        Forest(
            tuple(meta[f"{stage}_names"]),
            arrays[f"{stage}_split_column"].astype(np.int32),
            arrays[f"{stage}_split_border"],
            arrays[f"{stage}_splits"].astype(np.int32),
            arrays[f"{stage}_leaves"],
            int(meta[f"{stage}_bias"]),
            arrays[f"{stage}_cover"].astype(np.float32),
        )
        for stage in ("first", "second")
    )
    scores = WordScores.of(arrays["word_hashes"], arrays["word_scores"])
    return _Weights(first, second, scores, tuple(map(load_sequence, SEQUENCES[model])))


def pack_weights(first: Forest, second: Forest, words: WordScores) -> dict[str, NDArray[Any]]:
    """Return the arrays that `load_weights` reads, for `numpy.savez_compressed`."""
    out: dict[str, NDArray[Any]] = {"word_hashes": words.hashes, "word_scores": words.scores}
    meta: dict[str, Any] = {}
    for stage, forest in (("first", first), ("second", second)):
        meta[f"{stage}_names"], meta[f"{stage}_bias"] = forest.names, forest.bias
        out[f"{stage}_split_column"] = forest.split_column.astype(np.int16)
        out[f"{stage}_split_border"] = forest.split_border
        out[f"{stage}_splits"] = forest.splits.astype(np.int16)
        out[f"{stage}_leaves"] = forest.leaves
        out[f"{stage}_cover"] = forest.cover.astype(np.float32)
    out["meta"] = np.frombuffer(json.dumps(meta).encode(), np.uint8)
    return out


def _probability(score: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.round(1.0 / (1.0 + np.exp(-score / LEAF_UNIT)), 6)


def _score_batch(pages: Sequence[PageLines], model: str) -> list[LineScores]:
    weights = load_weights(model)
    if not any(page.lines for page in pages):
        return [LineScores(np.zeros(0), np.zeros(0, np.bool_), page.policy) for page in pages]
    table = describe_lines(pages, weights.words)
    if tuple(table.columns) != weights.first.names:
        odd = sorted(set(table.columns) ^ set(weights.first.names))
        raise ContractError(
            f"the line model {model!r} was trained on other features ({', '.join(odd[:3]) or 'another order'}). "
            "Train it again with benchmarks/train_cleaner.py."
        )
    matrix = table.matrix()
    early = weights.first.find_leaves(matrix)
    first = _probability(weights.first.add_up(early))
    extra = np.stack(list(describe_neighbours(table, first).values()))
    late = weights.second.find_leaves(np.concatenate((matrix, extra)))
    trees = weights.second.add_up(late)
    sequences = read_sequences(weights.sequences, table)
    score = trees + np.rint(SEQUENCE_SHARE * (sequences - trees)).astype(np.int64)
    probability = _probability(score)
    spans = list(itertools.pairwise(table.bounds.tolist()))
    keep = np.concatenate([choose_lines(probability[a:b], table.words[a:b], model) for a, b in spans])
    dropped = np.flatnonzero(~keep)
    weighed = list(_weigh(model, early[:, dropped], late[:, dropped], (score - trees)[dropped]))
    edges = np.searchsorted(dropped, table.bounds).tolist()
    return [
        LineScores(
            probability[a:b],
            keep[a:b],
            page.policy,
            dict(zip((dropped[low:high] - a).tolist(), weighed[low:high], strict=True)),
        )
        for page, (a, b), (low, high) in zip(pages, spans, itertools.pairwise(edges), strict=True)
    ]


def read_sequences(nets: Sequence[LineSequence], table: FeatureTable) -> NDArray[np.float64]:
    """Return the mean of the nets' log odds of each line, in millionths."""
    return np.asarray(np.mean([net.score(table) for net in nets], axis=0), np.float64)


@cache
def _parts(model: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the parts of the leaves of both stages; the second has one family more, the first stage's word."""
    weights = load_weights(model)
    early = np.array([family_of(n) for n in weights.first.names])
    itself = ("first", "first_to_peak", "first_to_mean")
    late = np.array([len(FAMILIES) if n in itself else family_of(n) for n in weights.second.names])
    return weights.first.part_leaves(early, _WIDTH), weights.second.part_leaves(late, _WIDTH)


_WIDTH = 16
"""Families a leaf's parts are stored for: FAMILIES, the first stage's word, and none. 16 numbers fill a cache line."""


def _weigh(
    model: str, early: NDArray[np.uint8], late: NDArray[np.uint8], sequence: NDArray[np.int64]
) -> Iterator[tuple[list[int], list[float]]]:
    """Yield the three of FAMILIES that weighed most for each line, and what each added to its log odds."""
    first, second = (add_parts(parts, leaf) for parts, leaf in zip(_parts(model), (early, late), strict=True))
    known = len(FAMILIES)
    first, parts, told = first[:, :known], second[:, :known], second[:, known : known + 1]
    # What the second stage made of the line's own first probability is told in the first stage's terms.
    agree = np.where(np.sign(first) == np.sign(told), np.abs(first), 0.0)
    parts += told * agree / np.maximum(agree.sum(axis=1, keepdims=True), 1e-9)
    parts[:, FAMILIES.index("lines in sequence")] += sequence / LEAF_UNIT
    order = np.argsort(-np.abs(parts), axis=1, kind="stable")[:, :3]
    most = np.take_along_axis(parts, order, axis=1).astype(np.float32)
    yield from zip(order.tolist(), most.tolist(), strict=True)
