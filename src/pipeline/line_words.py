"""Look up the words of lines: stopwords, words of links and buttons, and learned word scores.

The lists are data under `resources/line_model/`. Stopwords are those of the one language, of some forty, whose
list covers most of the page; no language has to be named. The learned scores say how often, by number of sites, a
word or pair of words stood in boilerplate rather than content; a word never seen in training counts nothing.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from pipeline import line_tokens as lt

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

STOPWORDS = 100
"""Stopwords used a language. Lists of one length keep the languages comparable."""


@dataclass(frozen=True, slots=True)
class WordScores:
    """Learned scores of single words, pairs of words and whole lines, in hundredths of a log odds."""

    hashes: NDArray[np.uint64]
    scores: NDArray[np.int16]
    table: lt.HashTable

    @staticmethod
    def of(hashes: NDArray[np.uint64], scores: NDArray[np.int16]) -> WordScores:
        """Build the scores; hashes are distinct."""
        return WordScores(hashes, scores, lt.HashTable.of(hashes, scores))


def pick_stopwords(tokens: lt.Tokens, page: Ints, pages: int) -> tuple[Bools, Floats]:
    """Return which words are stopwords in the language that fits their page best, and how well it fits.

    The fit is the share of the page's words that are stopwords, 0 where no list covers any.
    """
    table, languages = _stopword_table()
    known, mask = table.find(tokens.word)
    tail_known, tail_mask = table.find(tokens.tail)
    mask = mask | tail_mask
    hits = np.flatnonzero(known | tail_known)
    # Few distinct sets of languages share a word, so the sets are counted and not the words.
    sets, which = np.unique(mask[hits], return_inverse=True)
    bits = ((sets[:, None] >> np.arange(languages, dtype=np.uint64)) & np.uint64(1)).astype(np.float64)
    seen = np.bincount(page[hits] * max(len(sets), 1) + which, tokens.weight[hits], pages * max(len(sets), 1))
    counts = np.rint(seen.reshape(pages, -1) * 100.0) @ bits / 100.0 if len(sets) else np.zeros((pages, languages))
    best = counts.argmax(axis=1)
    total = np.bincount(page, tokens.weight, pages)
    fit = np.divide(counts.max(axis=1), total, out=np.zeros(pages), where=total > 0)
    stop = np.zeros(len(tokens.word), np.bool_)
    stop[hits] = bits[which, best[page[hits]]] > 0
    return stop, fit


def match_phrases(tokens: lt.Tokens, stop: Bools) -> dict[str, Bools]:
    """Return for each purpose which words belong to one of its phrases.

    A single word that is a stopword of the page's language ("di", "par", "by") is no phrase.
    """
    table, purposes = _phrase_table()
    masks = np.zeros(len(tokens.word), np.uint32)
    line = tokens.line
    for count in range(1, 5):
        known, found = table.find(lt.hash_grams(tokens.word, count))
        known = known & ~stop if count == 1 else known
        at = np.flatnonzero(known)
        at = at[line[np.minimum(at + count - 1, len(line) - 1)] == line[at]]
        for step in range(count):
            masks[at + step] |= found[at]
    return {name: (masks >> np.uint32(k)) & np.uint32(1) > 0 for k, name in enumerate(purposes)}


def score_words(tokens: lt.Tokens, scores: WordScores, words: Floats) -> dict[str, Floats]:
    """Return figures of the learned scores of each line's words; positive means content."""
    line, count = tokens.line, len(tokens.chars)
    known, value = scores.table.find(tokens.word)
    single = value / 100.0
    pairs = lt.hash_grams(tokens.word, 2) + np.uint64(1)
    if len(line):
        pairs[:-1][line[1:] != line[:-1]] = 0
        pairs[-1] = 0
    pair_known, pair_value = scores.table.find(pairs)
    pair = pair_value / 100.0
    whole_known, whole = scores.table.find(lt.hash_lines(tokens) + np.uint64(2))
    out = {}
    number = np.maximum(np.bincount(line, minlength=count), 1)
    summed = np.bincount(line, single, count) + np.bincount(line, pair, count)
    out["sum"] = np.clip(summed, -30.0, 30.0)
    out["mean"] = np.bincount(line, single, count) / number
    out["pair_mean"] = np.bincount(line, pair, count) / number
    out["known"] = np.bincount(line, known, count) / number
    out["pair_known"] = np.bincount(line, pair_known, count) / number
    out["low"], out["high"] = np.zeros(count), np.zeros(count)
    lettered = np.diff(tokens.first) > 0
    if len(line):
        starts = tokens.first[:-1][lettered]
        out["low"][lettered] = np.minimum(np.minimum.reduceat(np.minimum(single, pair), starts), 0.0)
        out["high"][lettered] = np.maximum(np.maximum.reduceat(np.maximum(single, pair), starts), 0.0)
    opening = np.minimum(tokens.first[:-1], max(len(line) - 1, 0))
    out["opening"] = np.where(lettered, (single[opening] + pair[opening]), 0.0) if len(line) else np.zeros(count)
    out["line"] = np.where(whole_known & lettered, whole / 100.0, 0.0)
    return out


def learn_grams(tokens: lt.Tokens) -> tuple[NDArray[np.uint64], Ints]:
    """Return the hashes that `score_words` looks up, and the line of each."""
    line = tokens.line
    pairs = lt.hash_grams(tokens.word, 2) + np.uint64(1)
    inside = np.flatnonzero(line[1:] == line[:-1])
    whole = lt.hash_lines(tokens) + np.uint64(2)
    lettered = np.flatnonzero(np.diff(tokens.first) > 0)
    return np.concatenate((tokens.word, pairs[inside], whole[lettered])), np.concatenate((line, line[inside], lettered))


@cache
def _stopword_table() -> tuple[lt.HashTable, int]:
    text = (files("pipeline") / "resources" / "line_model" / "stopwords.txt").read_text("utf-8")
    rows = [row.split(":", 1)[1].split()[:STOPWORDS] for row in text.splitlines() if row and row[0] != "#"]
    tokens = lt.tokenize_lines([" ".join(row) for row in rows])
    masks: dict[int, int] = {}
    for word, line in zip(tokens.word.tolist(), tokens.line.tolist(), strict=True):
        masks[word] = masks.get(word, 0) | (1 << line)
    return lt.HashTable.of(np.array(list(masks), np.uint64), np.array(list(masks.values()), np.uint64)), len(rows)


@cache
def _phrase_table() -> tuple[lt.HashTable, tuple[str, ...]]:
    text = (files("pipeline") / "resources" / "line_model" / "phrases.toml").read_text("utf-8")
    lists = tomllib.loads(text)
    masks: dict[int, int] = {}
    for k, phrases in enumerate(lists.values()):
        tokens = lt.tokenize_lines([p for p in phrases.replace("\n", ";").split(";") if p.strip()])
        for low, high in zip(tokens.first[:-1].tolist(), tokens.first[1:].tolist(), strict=True):
            if 1 <= high - low <= 4:
                key = int(lt.hash_grams(tokens.word[low:high], high - low)[0])
                masks[key] = masks.get(key, 0) | (1 << k)
    table = lt.HashTable.of(np.array(list(masks), np.uint64), np.array(list(masks.values()), np.uint32))
    return table, tuple(lists)
