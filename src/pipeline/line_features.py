"""Say in numbers what the lines of a page look like.

A row a line, a column a feature. What a line is made of, what stands around it, where it lies in the page, which
lines share its shape or its words: nothing here decides. All columns but the word scores hold for any language:
stopwords are those of the language that fits the page best, the words of links and buttons are known in some thirty
languages. Pages are worked on in batches; a page's numbers do not depend on the other pages of its batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline import line_tokens as lt
from pipeline.line_words import WordScores, match_phrases, pick_stopwords, score_words

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

POLICIES = ("page", "auto", "article")


@dataclass(frozen=True, slots=True)
class PageLines:
    """The non-blank lines of one page, and what else is known of each.

    `gaps` are the blank lines before each line. `markup` (lines x columns) and `groups` (lines x kinds of group,
    e.g. same tag.class path, same parent; ids of any integers) are there for HTML only.
    """

    lines: Sequence[str]
    gaps: Sequence[int]
    policy: str = "auto"
    markup: NDArray[np.float64] | None = None
    groups: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Features of the lines of a batch of pages.

    `columns` maps names to float32 arrays of one entry a line, in a fixed order. Page k has the lines
    `bounds[k]` to `bounds[k + 1]`. `words` weighs each line; `groups` holds ids that are unique in the batch,
    the line's shape first.
    """

    columns: dict[str, NDArray[np.float32]]
    bounds: Ints
    words: Floats
    groups: tuple[Ints, ...]

    def matrix(self) -> NDArray[np.float32]:
        """Return the columns as rows of a matrix: features x lines."""
        return np.stack(list(self.columns.values()))


def describe_lines(pages: Sequence[PageLines], scores: WordScores) -> FeatureTable:
    """Return the features of all lines of `pages`, of which one has lines at least."""
    rows = Rows.of(pages)
    tokens = lt.tokenize_lines([line for page in pages for line in page.lines])
    columns: dict[str, Floats] = {}
    words = tally(tokens.line, tokens.weight, rows.count)
    stops = _describe_words(columns, tokens, rows, words, scores)
    _describe_characters(columns, tokens, words)
    gap = np.minimum(np.fromiter((g for p in pages for g in p.gaps), np.float64, rows.count), 3.0)
    prose = _prose(columns, stops, words)
    _describe_place(columns, rows, words, prose, gap)
    shape = _shape(columns, tokens, gap)
    _describe_runs(columns, rows, shape, words)
    _describe_repeats(columns, tokens, rows)
    _describe_cohesion(columns, tokens, rows, words, prose)
    _describe_surroundings(columns, rows)
    policy = np.array([POLICIES.index(p.policy) - 1.0 for p in pages])
    columns["policy"] = policy[rows.page]
    groups = [rows.localise(shape)]
    if pages and pages[0].groups is not None:
        ids = np.concatenate([p.groups for p in pages if p.groups is not None])
        groups += [rows.localise(ids[:, k]) for k in range(ids.shape[1])]
    for k, group in enumerate(groups):
        size = np.bincount(group)[group]
        columns[f"group{k}_share"] = size / rows.size
        columns[f"group{k}_prose"] = group_mean(group, prose, words)
    if pages and pages[0].markup is not None:
        markup = np.concatenate([p.markup for p in pages if p.markup is not None])
        columns |= {f"markup{k}": markup[:, k] for k in range(markup.shape[1])}
    return FeatureTable(
        {name: value.astype(np.float32) for name, value in columns.items()}, rows.bounds, words, tuple(groups)
    )


def group_mean(group: Ints, value: Floats, weight: Floats) -> Floats:
    """Return for each line the mean of `value` over its group, weighed; 0 where all weights are 0."""
    total = tally(group, weight)[group]
    summed = tally(group, value * weight)[group]
    return np.divide(summed, total, out=np.zeros_like(summed), where=total > 0)


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the pages of a batch begin and end, and how to look around without leaving a page."""

    bounds: Ints
    page: Ints
    begin: Ints
    end: Ints
    size: Floats

    @staticmethod
    def of(pages: Sequence[PageLines]) -> Rows:
        """Return the rows of `pages`."""
        return Rows.between(np.cumsum([0, *(len(p.lines) for p in pages)]))

    @staticmethod
    def between(bounds: Ints) -> Rows:
        """Return the rows of pages that begin and end at `bounds`."""
        page = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
        begin, end = bounds[:-1][page], bounds[1:][page]
        return Rows(bounds, page, begin, end, (end - begin).astype(np.float64))

    @property
    def count(self) -> int:
        """Return the number of lines."""
        return len(self.page)

    def shift(self, value: Floats, step: int, fill: float = 0.0) -> Floats:
        """Return the value `step` lines further down (up if negative), `fill` outside the page.

        `value` has an entry a line, or is a matrix of rows of such.
        """
        at = np.arange(step, self.count + step)
        inside = (at >= self.begin) & (at < self.end)
        return np.where(inside, value[..., np.where(inside, at, 0)], fill)

    def around(self, value: Floats, before: int, after: int) -> Floats:
        """Return the sum over the lines from `before` above to `after` below, within the page; rows as in `shift`."""
        return self.between_sums(running_sum(value), before, after)

    def between_sums(self, summed: Floats, before: int, after: int) -> Floats:
        """Return what `around` does, of values whose running sums are known."""
        at = np.arange(self.count)
        high, low = np.minimum(at + (after + 1), self.end), np.maximum(at - before, self.begin)
        return np.asarray(summed[..., high] - summed[..., low], np.float64)

    def above(self, value: Floats) -> Floats:
        """Return the sum over all lines above, in the page."""
        summed = running_sum(value)
        return summed[:-1] - summed[self.begin]

    def total(self, value: Floats) -> Floats:
        """Return the page's sum, for each line."""
        return tally(self.page, value, len(self.bounds) - 1)[self.page]

    def distance(self, flag: Bools, limit: float = 50.0) -> tuple[Floats, Floats]:
        """Return the lines up to the nearest flagged line above and below (0 if it is flagged itself)."""
        at = np.arange(self.count)
        last = np.maximum.accumulate(np.where(flag, at, -1))
        up = np.where(last >= self.begin, at - last, limit)
        following = np.minimum.accumulate(np.where(flag, at, 2**40)[::-1])[::-1]
        down = np.where(following < self.end, following - at, limit)
        return np.minimum(up, limit).astype(np.float64), np.minimum(down, limit).astype(np.float64)

    def localise(self, ids: Ints) -> Ints:
        """Return ids that are equal where page and id are equal, numbered from 0."""
        distinct, dense = np.unique(ids, return_inverse=True)
        _, out = np.unique(self.page * len(distinct) + dense, return_inverse=True)
        return np.asarray(out, np.int64)

    def best_span(self, value: Floats) -> tuple[Ints, Ints]:
        """Return for each page the first line and the line after the last of the span of greatest sum."""
        starts, ends = np.zeros(len(self.bounds) - 1, np.int64), np.zeros(len(self.bounds) - 1, np.int64)
        for k, (low, high) in enumerate(zip(self.bounds[:-1], self.bounds[1:], strict=True)):
            if low == high:
                continue
            summed = np.concatenate(([0.0], np.cumsum(value[low:high])))
            least = np.minimum.accumulate(summed)
            stop = int(np.argmax(summed[1:] - least[:-1])) + 1
            starts[k], ends[k] = low + int(np.argmin(summed[:stop])), low + stop
        return starts, ends


def running_sum(value: Floats) -> Floats:
    """Return 0 and the sums up to each entry, exact for multiples of 2**-16: the batch leaves no trace in them."""
    out = np.zeros((*value.shape[:-1], value.shape[-1] + 1))
    np.cumsum(np.rint(value * 65536.0), axis=-1, out=out[..., 1:])
    out /= 65536.0
    return out


def tally(index: Ints, weight: NDArray[Any], size: int = 0) -> Floats:
    """Return the sum of the weights of each index below `size`."""
    return np.bincount(index, weight, size).astype(np.float64, copy=False)


def ratio(part: Floats, whole: Floats) -> Floats:
    """Return part / whole, 0 where whole is 0."""
    return np.divide(part, whole, out=np.zeros(len(part), np.float64), where=whole > 0)


def _describe_words(
    columns: dict[str, Floats], tokens: lt.Tokens, rows: Rows, words: Floats, scores: WordScores
) -> Floats:
    count, line = rows.count, tokens.line
    stop, fit = pick_stopwords(tokens, rows.page[line], len(rows.bounds) - 1)
    stops = tally(line, tokens.weight * stop, count)
    plain = ~tokens.number
    columns["words"] = words
    columns["stop_share"] = ratio(stops, words)
    columns["page_stop_fit"] = fit[rows.page]
    columns["capital_share"] = ratio(tally(line, tokens.capital, count), tally(line, plain, count))
    columns["shouted_share"] = ratio(tally(line, tokens.shouted, count), tally(line, plain, count))
    columns["number_share"] = ratio(tally(line, tokens.number, count), words)
    columns["word_length"] = ratio(tally(line, tokens.length, count), np.diff(tokens.first).astype(np.float64))
    columns["joins"] = ratio(tokens.joins.astype(np.float64), words)
    every = np.zeros(count)
    for name, covered in match_phrases(tokens, stop).items():
        share = ratio(tally(line[covered], tokens.weight[covered], count), words)
        columns[f"phrase_{name}"] = share
        every = np.maximum(every, share)
    columns["phrase_any"] = every
    for name, value in score_words(tokens, scores, words).items():
        columns[f"score_{name}"] = value
    return stops


def _describe_characters(columns: dict[str, Floats], tokens: lt.Tokens, words: Floats) -> None:
    chars = np.maximum(tokens.kinds.sum(axis=1) - tokens.kinds[:, lt.SPACE], 1).astype(np.float64)
    columns["chars"] = tokens.chars.astype(np.float64)
    for name, kind in (
        ("symbols", lt.SYMBOL),
        ("digits", lt.DIGIT),
        ("commas", lt.COMMA),
        ("stops", lt.STOP),
        ("colons", lt.COLON),
        ("quotes", lt.QUOTE),
        ("dashes", lt.DASH),
        ("brackets", lt.BRACKET),
        ("separators", lt.SEPARATOR),
        ("currency", lt.CURRENCY),
        ("signs", lt.SIGN),
        ("code", lt.CODE),
    ):
        columns[name] = tokens.kinds[:, kind] / chars
    columns["comma_count"] = tokens.kinds[:, lt.COMMA].astype(np.float64)
    columns["sentence_ends"] = tokens.sentence_ends.astype(np.float64)
    columns["words_a_sentence"] = words / (1.0 + tokens.sentence_ends)
    columns["indent"] = np.minimum(tokens.indent, 12).astype(np.float64)
    columns["bulleted"] = (tokens.opening == lt.SEPARATOR).astype(np.float64)
    columns["opens_capital"] = (tokens.opening == lt.UPPER).astype(np.float64)
    columns["opens_small"] = (tokens.opening == lt.LOWER).astype(np.float64)
    columns["opens_digit"] = (tokens.opening == lt.DIGIT).astype(np.float64)
    columns["opens_quote"] = (tokens.opening == lt.QUOTE).astype(np.float64)
    columns["opens_other"] = np.isin(tokens.opening, (lt.SYMBOL, lt.DASH, lt.CODE, lt.SIGN)).astype(np.float64)
    columns["ends_stop"] = (tokens.ending == lt.STOP).astype(np.float64)
    columns["ends_colon"] = (tokens.ending == lt.COLON).astype(np.float64)
    columns["ends_comma"] = (tokens.ending == lt.COMMA).astype(np.float64)
    columns["ends_digit"] = (tokens.ending == lt.DIGIT).astype(np.float64)
    columns["ellipsis"] = tokens.ellipsis.astype(np.float64)


def _prose(columns: dict[str, Floats], stops: Floats, words: Floats) -> Floats:
    """Return how far each line is running prose, 0 to 1."""
    fit = columns["page_stop_fit"]
    dense = np.where(fit > 0.08, np.clip(columns["stop_share"] / np.maximum(fit, 0.15) - 0.25, 0.0, 0.5) * 2, 0.6)
    ended = np.clip(columns["ends_stop"] + 0.5 * (columns["sentence_ends"] > 0) + 0.02 * words, 0.0, 1.0)
    prose = dense * ended * np.clip((words - 4.0) / 12.0, 0.0, 1.0) * (1.0 - 0.7 * columns["phrase_any"])
    columns["prose"] = prose
    return prose


def _describe_place(columns: dict[str, Floats], rows: Rows, words: Floats, prose: Floats, gap: Floats) -> None:
    at = np.arange(rows.count) - rows.begin
    total = rows.total(words)
    mass = prose * words
    prose_total = rows.total(mass)
    columns["line_number"] = at.astype(np.float64)
    columns["lines_left"] = rows.size - at
    columns["place"] = at / np.maximum(rows.size, 1.0)
    columns["words_above"] = ratio(rows.above(words), total)
    columns["prose_above"] = ratio(rows.above(mass), prose_total)
    columns["prose_words_above"] = rows.above(mass)
    columns["prose_words_below"] = prose_total - rows.above(mass) - mass
    columns["page_lines"] = rows.size
    columns["page_words"] = total
    columns["page_prose"] = ratio(prose_total, total)
    columns["page_line_words"] = ratio(total, rows.size)
    columns["page_gaps"] = ratio(rows.total((gap > 0).astype(np.float64)), rows.size)
    columns["page_score"] = ratio(rows.total(columns["score_mean"] * words), total)
    columns["page_phrases"] = ratio(rows.total((columns["phrase_any"] > 0.3).astype(np.float64)), rows.size)
    columns["gap"] = gap
    columns["gap_below"] = rows.shift(gap, 1, 3.0)
    block = np.cumsum((gap > 0) | (at == 0)) - 1
    columns["block_lines"] = np.bincount(block)[block].astype(np.float64)
    columns["block_prose"] = group_mean(block, prose, words)
    up, down = rows.distance(prose > 0.5)
    columns["prose_up"], columns["prose_down"] = up, down
    start, end = rows.best_span(np.where(prose > 0.3, mass, -np.minimum(3.0 + 0.3 * words, 12.0)))
    from_start, to_end = np.arange(rows.count) - start[rows.page], end[rows.page] - 1 - np.arange(rows.count)
    columns["span_start"] = np.clip(from_start, -50, 50).astype(np.float64)
    columns["span_end"] = np.clip(to_end, -50, 50).astype(np.float64)
    inside = (from_start >= 0) & (to_end >= 0)
    columns["span_inside"] = inside.astype(np.float64)
    columns["span_words"] = ratio(rows.total(words * inside), total)


def _shape(columns: dict[str, Floats], tokens: lt.Tokens, gap: Floats) -> Ints:
    """Return a number for the outward form of each line: its length class, opening, ending and letter case."""
    size = np.digitize(columns["words"], (1.5, 3.5, 7.5, 15.5, 40.5))
    case = np.digitize(columns["capital_share"], (0.15, 0.6)) + 3 * (columns["shouted_share"] > 0.5)
    numbers = np.digitize(columns["number_share"], (0.01, 0.5))
    parts = (size, case, numbers, tokens.ending, tokens.opening, np.minimum(tokens.indent, 7), gap > 0)
    out = np.zeros(len(size), np.int64)
    for part, room in zip(parts, (6, 6, 3, lt.KINDS, lt.KINDS, 8, 2), strict=True):
        out = out * room + part
    return out


def _describe_runs(columns: dict[str, Floats], rows: Rows, shape: Ints, words: Floats) -> None:
    """Say how long the line's shape repeats every one to four lines, as in lists, teasers and tables."""
    at = np.arange(rows.count)
    for period in (1, 2, 3, 4):
        same = rows.shift(shape.astype(np.float64), -period, -1.0) == shape
        broken = np.maximum.accumulate(np.where(~same, at, -1))
        ahead = rows.shift(shape.astype(np.float64), period, -1.0) == shape
        ends = np.minimum.accumulate(np.where(~ahead, at, 2**40)[::-1])[::-1]
        columns[f"run_{period}"] = np.minimum(ends - np.maximum(broken, rows.begin), 60).astype(np.float64)
    columns["short_run"] = _run_length(rows, words < 8)
    columns["long_run"] = _run_length(rows, words >= 15)


def _run_length(rows: Rows, flag: Bools) -> Floats:
    """Return the length of the unbroken run of flagged lines that each flagged line lies in, 0 elsewhere."""
    begins = flag & ~(rows.shift(flag.astype(np.float64), -1) > 0)
    run = np.cumsum(begins) * flag
    return np.where(flag, np.bincount(run)[run], 0).astype(np.float64)


def _describe_repeats(columns: dict[str, Floats], tokens: lt.Tokens, rows: Rows) -> None:
    key = lt.hash_lines(tokens).astype(np.int64)
    group = rows.localise(key)
    copies = np.bincount(group)[group]
    lettered = np.diff(tokens.first) > 0
    columns["copies"] = np.where(lettered, np.minimum(copies, 20), 1).astype(np.float64)
    opening = np.zeros(rows.count, np.int64)
    opening[lettered] = tokens.word[tokens.first[:-1][lettered]].astype(np.int64)
    group = rows.localise(opening)
    columns["same_opening"] = np.bincount(group)[group] / np.maximum(rows.size, 1.0)


def _describe_cohesion(columns: dict[str, Floats], tokens: lt.Tokens, rows: Rows, words: Floats, prose: Floats) -> None:
    """Say how many of a line's rarer words also stand in the page's prose elsewhere."""
    telling = (tokens.length >= 4) | (tokens.weight < 1.0)
    spot = np.flatnonzero(telling & ~tokens.number)
    page = rows.page[tokens.line[spot]]
    key = lt.mix(tokens.word[spot] + page.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    # Sorted by page and word, and a word's places still by line: one sort is all.
    order = np.argsort(key, kind="stable")
    key, line = key[order], tokens.line[spot[order]]
    other_word = key != np.roll(key, 1)
    word = np.cumsum(other_word)
    pair = np.cumsum(other_word | (line != np.roll(line, 1)))
    own_count = np.bincount(pair)[pair]
    in_prose = (prose > 0.3)[line]
    in_span = in_prose & (columns["span_inside"] > 0)[line]
    count = np.bincount(line, minlength=rows.count).astype(np.float64)
    for name, flag in (("cohesion", in_prose), ("span_cohesion", in_span)):
        seen = np.bincount(word[flag], minlength=len(word) + 1)[word]
        # A word of the line itself does not vouch for the line: its own occurrences are taken off.
        elsewhere = seen > own_count * flag
        columns[name] = ratio(np.bincount(line[elsewhere], minlength=rows.count).astype(np.float64), count)


_NEAR = ("words", "stop_share", "prose", "ends_stop", "phrase_any", "score_mean", "capital_share", "cohesion")
_WIDE = ("words", "prose", "phrase_any", "score_mean", "cohesion", "ends_stop")


def _describe_surroundings(columns: dict[str, Floats], rows: Rows) -> None:
    near = np.stack([columns[name] for name in _NEAR])
    steps = {step: rows.shift(near, step, -1.0) for step in (-3, -2, -1, 1, 2, 3)}
    for k, name in enumerate(_NEAR):
        for step, value in steps.items():
            columns[f"{name}_{step:+d}"] = value[k]
    ones = running_sum(np.ones(rows.count))
    summed = running_sum(np.stack([columns[name] for name in _WIDE]))
    for before, after in ((2, 2), (6, 0), (0, 6), (12, 12)):
        mean = rows.between_sums(summed, before, after) / rows.between_sums(ones, before, after)
        for k, name in enumerate(_WIDE):
            columns[f"{name}_{before}_{after}"] = mean[k]
