"""Sentences that stand in the corpus before."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.copies import Copies

Sentence = tuple[str, int, int]
CORPORA = st.lists(st.lists(st.sampled_from("abcdefg"), max_size=6), max_size=8)


def firsts(sentences: list[Sentence]) -> list[tuple[int, int, int]]:
    """(row, rank and number of the first) of each copy, found by looking."""
    first: dict[str, tuple[int, int]] = {}
    for text, rank, index in sentences:
        first[text] = min(first.get(text, (rank, index)), (rank, index))
    return [(row, *first[t]) for row, (t, rank, index) in enumerate(sentences) if first[t] != (rank, index)]


@settings(max_examples=60, deadline=None)
@given(CORPORA, st.randoms(use_true_random=False), st.integers(1, 5), st.integers(1, 9))
def test_each_copy_points_at_the_first_by_rank_and_number(corpus, random, part_rows, at_once) -> None:  # type: ignore[no-untyped-def]
    ranks = list(range(len(corpus)))
    random.shuffle(ranks)
    sentences = [(t, r, i) for texts, r in zip(corpus, ranks, strict=True) for i, t in enumerate(texts)]
    with TemporaryDirectory() as folder, patch("pipeline.copies.PART_ROWS", part_rows):
        copies = Copies(Path(folder) / "copies", len(sentences))
        pieces = [sentences[i : i + at_once] for i in range(0, len(sentences), at_once)]
        for piece in pieces:
            texts, of, numbers = zip(*piece, strict=True)
            copies.add([t.encode() for t in texts], np.array(of, np.int64), np.array(numbers, np.int32))
        copies.settle()
        found = []
        for start, piece in zip(range(0, len(sentences), at_once), pieces, strict=True):
            found += [(start + int(p), int(r), int(i)) for p, r, i in zip(*copies.take(len(piece)), strict=True)]
    assert found == firsts(sentences)
