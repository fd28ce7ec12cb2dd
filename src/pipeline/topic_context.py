"""Weigh topics by what a sentence encoder reads, beside the learned weights of words and phrases.

One linear model a topic over the encoder's 768 numbers; its log odds and those of the words are averaged.
Only topics that have a phrase in the sentence are weighed, so evidence stays words that a reader can see, and a
sentence without phrases costs nothing. `benchmarks/train_context.py` writes the weights.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from .errors import ContractError
from .topic_encoder import MODEL_SHA256, Encoder, load_encoder

SHARE, SHIFT = 0.3, 0.2
"""The encoder's share of the log odds, and what is added to them: two models agree less often on high odds.
Out of fold, shares of .2, .3 and .4 give .770, .775 and .772 of F1. The shift lets the cut stay where it is."""


@dataclass(frozen=True, slots=True)
class ContextWeights:
    """An encoder with the weights of one language that read it: 768 x topics, and a bias a topic."""

    encoder: Encoder
    topics: Mapping[str, int]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def blend(
        self, odds: Mapping[str, float], sentences: Sequence[str], place: int, heading: str | None
    ) -> dict[str, float]:
        """Return the log odds of the sentence at `place` with the encoder's share in them, in thousandths.

        A topic that the weights do not have, a user's own, keeps its odds.
        """
        known = [topic for topic in odds if topic in self.topics]
        if not known:
            return dict(odds)
        before, after = (
            sentences[place - 1] if place else "",
            sentences[place + 1] if place + 1 < len(sentences) else "",
        )
        seen = self.encoder.encode(sentences[place], heading, before, after) @ self.weights + self.bias
        mixed = {t: (1 - SHARE) * odds[t] + SHARE * float(seen[self.topics[t]]) + SHIFT for t in known}
        # In thousandths, because the last digits of a product of matrices differ between machines.
        return {**odds, **{topic: round(value, 3) for topic, value in mixed.items()}}


@cache
def load_context(folder: str, language: str) -> ContextWeights | None:
    """Return the encoder in a folder with its weights for a language; None where there are none."""
    found = files("pipeline") / "resources" / "taxonomy" / f"context_{language}.npz"
    if not found.is_file():
        return None
    with np.load(io.BytesIO(found.read_bytes()), allow_pickle=False) as arrays:
        if str(arrays["model"]) != MODEL_SHA256:
            raise ContractError(
                f"context_{language}.npz was fitted to another encoder. Fit it with benchmarks/train_context.py."
            )
        topics = {str(topic): column for column, topic in enumerate(arrays["topics"])}
        return ContextWeights(load_encoder(folder), topics, arrays["weights"], arrays["bias"])
