"""Look up the words of lines: stopwords, words of links and buttons, and learned word scores.

The lists are data under `resources/line_model/`. Stopwords are those of the one language, of some forty, whose
list covers most of the page; no language has to be named. The learned scores say how often, by number of sites, a
word or pair of words stood in boilerplate rather than content; a word never seen in training counts nothing.
"""

from __future__ import annotations

import re
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
LONGEST_PHRASE = 4
"""Words of the longest phrase that is looked up; longer ones in the list are passed over."""


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
    mask = np.zeros(len(tokens.word), np.uint64)
    for hashes in (tokens.word, tokens.tail):
        known, found = table.find(hashes)
        mask[known] |= found
    hits = np.flatnonzero(mask)
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


def match_phrases(tokens: lt.Tokens, stop: Bools) -> dict[str, Ints]:
    """Return for each purpose which words belong to one of its phrases, by their places.

    A single word that is a stopword of the page's language ("di", "par", "by") is no phrase.
    """
    table, purposes = _phrase_table()
    masks = np.zeros(len(tokens.word), np.uint32)
    line = tokens.line
    for count in range(1, LONGEST_PHRASE + 1):
        at, found = table.find(lt.hash_grams(tokens.word, count))
        whole = ~stop[at] if count == 1 else line[np.minimum(at + count - 1, len(line) - 1)] == line[at]
        at, found = at[whole], found[whole]
        for step in range(count):
            masks[at + step] |= found
    covered = np.flatnonzero(masks)
    purpose = masks[covered]
    return {name: covered[(purpose >> np.uint32(k)) & np.uint32(1) > 0] for k, name in enumerate(purposes)}


def score_words(tokens: lt.Tokens, scores: WordScores, words: Floats) -> dict[str, Floats]:
    """Return figures of the learned scores of each line's words; positive means content."""
    line, count = tokens.line, len(tokens.chars)
    known, value = scores.table.find(tokens.word)
    pairs = lt.hash_grams(tokens.word, 2) + np.uint64(1)
    if len(line):
        pairs[:-1][line[1:] != line[:-1]] = 0
        pairs[-1] = 0
    pair_known, pair_value = scores.table.find(pairs)
    whole_known, whole_value = scores.table.find(lt.hash_lines(tokens) + np.uint64(2))
    single, pair, whole = np.zeros(len(line)), np.zeros(len(line)), np.zeros(count)
    single[known], pair[pair_known], whole[whole_known] = value / 100.0, pair_value / 100.0, whole_value / 100.0
    out = {}
    number = np.maximum(np.diff(tokens.first), 1)
    single_sum, pair_sum = np.bincount(line, single, count), np.bincount(line[pair_known], pair[pair_known], count)
    out["sum"] = np.clip(single_sum + pair_sum, -30.0, 30.0)
    out["mean"] = single_sum / number
    out["pair_mean"] = pair_sum / number
    out["known"] = np.bincount(line[known], minlength=count) / number
    out["pair_known"] = np.bincount(line[pair_known], minlength=count) / number
    out["low"], out["high"] = np.zeros(count), np.zeros(count)
    lettered = np.diff(tokens.first) > 0
    if len(line):
        starts = tokens.first[:-1][lettered]
        out["low"][lettered] = np.minimum(np.minimum.reduceat(np.minimum(single, pair), starts), 0.0)
        out["high"][lettered] = np.maximum(np.maximum.reduceat(np.maximum(single, pair), starts), 0.0)
    opening = np.minimum(tokens.first[:-1], max(len(line) - 1, 0))
    out["opening"] = np.where(lettered, (single[opening] + pair[opening]), 0.0) if len(line) else np.zeros(count)
    out["line"] = np.where(lettered, whole, 0.0)
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
    lists = {name: [p for p in re.split("[\n;]", said) if p.strip()] for name, said in tomllib.loads(text).items()}
    tokens = lt.tokenize_lines([phrase for phrases in lists.values() for phrase in phrases])
    size, keys = np.diff(tokens.first), np.zeros(len(tokens.first) - 1, np.uint64)
    for count in range(1, LONGEST_PHRASE + 1):
        at = np.flatnonzero(size == count)
        keys[at] = lt.hash_grams(tokens.word, count)[tokens.first[at]]
    masks: dict[int, int] = {}
    purposes = (k for k, phrases in enumerate(lists.values()) for _ in phrases)
    for key, k in zip(keys.tolist(), purposes, strict=True):
        masks[key] = masks.get(key, 0) | (1 << k)
    # What has no word or too many.
    masks.pop(0, None)
    table = lt.HashTable.of(np.array(list(masks), np.uint64), np.array(list(masks.values()), np.uint32))
    return table, tuple(lists)
