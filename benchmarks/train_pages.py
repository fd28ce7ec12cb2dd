"""Read the labelled pages that the line model learns from, and the words that tell content from boilerplate.

What is drawn at random hangs on a page's name alone, so every script that reads the pages draws alike. Pages are
split by site, never by page.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parent)]

import foreign_pages  # noqa: E402

from pipeline import line_tokens as lt  # noqa: E402
from pipeline.line_features import FeatureTable, PageLines, describe_lines  # noqa: E402
from pipeline.line_words import WordScores, learn_grams  # noqa: E402

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """A page with its answer. `labels`: 1 content, 0 boilerplate, -1 nothing to learn."""

    id: str
    domain: str
    kind: str
    policy: str
    page: PageLines
    labels: Sequence[int]
    view: str = "full"
    language: str = ""
    """Set on a page that was translated; no word scores are learned from it."""


def read_samples(data: Path, view: str) -> list[Sample]:
    gold = {}
    with gzip.open(data / "lines" / "gold.jsonl.gz", "rt", encoding="utf8") as file:
        for line in file:
            row = json.loads(line)
            gold[row["id"]] = row["dataset"]
    out = []
    with gzip.open(data / "lines" / f"pages.{view}.jsonl.gz", "rt", encoding="utf8") as file:
        for line in file:
            row = json.loads(line)
            policy = "article" if gold[row["id"]] == "aed" else "page"
            page = PageLines(row["lines"], row["gap"])
            out.append(Sample(row["id"], row["domain"], row["ptype"], policy, page, row["labels"], view))
    return out


def fold_of(domain: str) -> int:
    return int(hashlib.sha256(domain.encode()).hexdigest()[:8], 16) % FOLDS


def draw(text: str) -> float:
    return int(hashlib.sha256(f"draw/{text}".encode()).hexdigest()[:8], 16) / 2**32


def translate(samples: Sequence[Sample], share: float) -> list[Sample]:
    """Return foreign copies of a share of the pages."""
    out = []
    languages = list(foreign_pages.LETTERS)
    for sample in samples:
        if draw(f"foreign/{sample.id}/{sample.view}") < share:
            language = languages[int(draw(f"language/{sample.id}/{sample.view}") * len(languages))]
            lines = foreign_pages.translate_lines(sample.page.lines, language)
            out.append(replace(sample, page=replace(sample.page, lines=lines), language=language))
    return out


def learn_words(samples: Sequence[Sample], min_sites: int) -> WordScores:
    """Count in how many sites each word, pair and line stood in boilerplate and in content.

    Nothing is learned from translated pages, nor from pages put together from others ("+" in the name).
    """
    by_site: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        if sample.language or "+" in sample.id:
            continue
        by_site[sample.domain].append(sample)
    content, junk = [], []
    for site in sorted(by_site):
        lines = [x for s in by_site[site] for x in s.page.lines]
        labels = np.array([y for s in by_site[site] for y in s.labels])
        grams, line = learn_grams(lt.tokenize_lines(lines))
        content.append(np.unique(grams[labels[line] == 1]))
        junk.append(np.unique(grams[labels[line] == 0]))
    keys, sides = (
        np.concatenate(content + junk),
        np.concatenate([np.ones(sum(map(len, content)), bool), np.zeros(sum(map(len, junk)), bool)]),
    )
    unique, index = np.unique(keys, return_inverse=True)
    good = np.bincount(index, sides)
    bad = np.bincount(index, ~sides)
    keep = (good + bad >= min_sites + 1) & (np.maximum(good, bad) >= min_sites)
    unique, good, bad = unique[keep], good[keep], bad[keep]
    # The prior is the ratio of all (site, word) pairs, so that a word at its ordinary place scores 0.
    prior = np.log((good.sum() + 1) / (bad.sum() + 1))
    score = np.log((good + 0.7) / (bad + 0.7)) - prior
    score *= 1.0 - 1.0 / (1.0 + 0.5 * (good + bad))
    telling = np.abs(score) > 0.25
    order = np.argsort(-np.abs(score[telling]) * np.log1p((good + bad)[telling]), kind="stable")
    return WordScores.of(unique[telling][order], np.rint(score[telling][order] * 100).astype(np.int16))


def build_tables(
    samples: Sequence[Sample], scores_of: dict[int, WordScores], batch: int = 40
) -> list[tuple[FeatureTable, list[int]]]:
    """Return the feature tables of the samples, each batch with the word scores its fold has not seen."""
    order = sorted(range(len(samples)), key=lambda k: fold_of(samples[k].domain))
    out = []
    for fold in range(FOLDS):
        members = [k for k in order if fold_of(samples[k].domain) == fold]
        for low in range(0, len(members), batch):
            part = members[low : low + batch]
            out.append((describe_lines([samples[k].page for k in part], scores_of[fold]), part))
    return out
