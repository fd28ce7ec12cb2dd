"""Read a sentence in its context with all-MiniLM-L6-v2, a sentence encoder of six layers, in plain numpy.

The encoder is not part of the project: setting `tag.encoder` names a folder that holds its files
`model.safetensors` and `vocab.txt`. It is taken as it is, and only that one: a file with another hash is
refused, because the weights that read its output were fitted to it. Nothing is downloaded, no torch is
needed, and each sentence is read by itself, so that it never depends on what else is in a batch.

A sentence of the article is followed by its heading and its neighbours, cut to 84 pieces of words in all.
What comes back is the mean over the sentence and the mean over all, each of length 1.
"""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from .errors import UsageError

MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
MOST_OWN, MOST_HEADING, MOST = 64, 16, 84
"""Pieces of the sentence, of its heading, and of all. Longer contexts cost time and gained nothing."""
_LEAST_ROOM = 6
"""Pieces of a neighbour below which it is left out."""
_CLS, _SEP, _UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
_LONGEST_WORD = 100
_EPSILON = 1e-12

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoder:
    """The encoder's arrays and words. Stateless but for the pieces of words met."""

    tensors: Mapping[str, Floats]
    pieces: Mapping[str, int]
    layers: int
    heads: int
    _threads: ThreadpoolController = field(default_factory=ThreadpoolController, repr=False, compare=False)

    def encode(self, sentence: str, heading: str | None = None, before: str = "", after: str = "") -> Floats:
        """Return what the sentence says in its context: two vectors of length 1, one after the other."""
        own, around = self.pieces_of(sentence, heading, before, after)
        # On several threads the sums of a product may be split, and rounded, in another way.
        with self._threads.limit(limits=1):
            states = self._states([*own, *around])
        parts = (states[: len(own)].mean(axis=0), states.mean(axis=0))
        return np.concatenate([part / np.linalg.norm(part) for part in parts])

    def pieces_of(self, sentence: str, heading: str | None, before: str, after: str) -> tuple[list[int], list[int]]:
        """Return the pieces of the sentence, and those of what is around it."""
        stop = self.pieces[_SEP]
        own = [self.pieces[_CLS], *self._cut(sentence)[:MOST_OWN], stop]
        around = [*self._cut(heading)[:MOST_HEADING], stop] if heading else []
        room = MOST - 1 - len(own) - len(around)
        if before and room > _LEAST_ROOM:
            around += self._cut(before)[-(room * 2 // 3 if after else room) :]
        room = MOST - 2 - len(own) - len(around)
        if after and room > _LEAST_ROOM:
            around += [stop, *self._cut(after)[:room]]
        return own, [*around, stop] if around else []

    def _cut(self, text: str) -> list[int]:
        """Return the pieces of a text: each word from its longest known beginning on."""
        out: list[int] = []
        for word in _words(text):
            found: list[int] = []
            start = 0
            while start < len(word) <= _LONGEST_WORD:
                mark = "##" if start else ""
                end = next((e for e in range(len(word), start, -1) if mark + word[start:e] in self.pieces), start)
                if end == start:
                    break
                found.append(self.pieces[mark + word[start:end]])
                start = end
            out += found if start == len(word) else [self.pieces[_UNKNOWN]]
        return out

    def _states(self, pieces: list[int]) -> Floats:
        """Return the last layer's vector of each piece."""
        t = self.tensors
        states = t["embeddings.word_embeddings.weight"][pieces] + t["embeddings.token_type_embeddings.weight"][0]
        states = self._even(states + t["embeddings.position_embeddings.weight"][: len(pieces)], "embeddings.LayerNorm")
        for layer in range(self.layers):
            name = f"encoder.layer.{layer}"
            seen = self._line(self._attend(states, f"{name}.attention.self"), f"{name}.attention.output.dense")
            states = self._even(states + seen, f"{name}.attention.output.LayerNorm")
            wide = _gelu(self._line(states, f"{name}.intermediate.dense"))
            states = self._even(states + self._line(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm")
        return states

    def _attend(self, states: Floats, name: str) -> Floats:
        count, width = states.shape
        shape = (count, self.heads, width // self.heads)
        query, key, value = (
            self._line(states, f"{name}.{part}").reshape(shape).transpose(1, 0, 2) for part in ("query", "key", "value")
        )
        weights = query @ key.transpose(0, 2, 1) / np.float32(math.sqrt(shape[2]))
        weights = np.exp(weights - weights.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        out: Floats = (weights @ value).transpose(1, 0, 2).reshape(count, width)
        return out

    def _line(self, states: Floats, name: str) -> Floats:
        out: Floats = states @ self.tensors[f"{name}.weight"].T + self.tensors[f"{name}.bias"]
        return out

    def _even(self, states: Floats, name: str) -> Floats:
        """Return the states with mean 0 and spread 1 each, stretched and moved as the model says."""
        apart = states - states.mean(axis=-1, keepdims=True)
        spread = np.sqrt((apart * apart).mean(axis=-1, keepdims=True) + np.float32(_EPSILON))
        out: Floats = apart / spread * self.tensors[f"{name}.weight"] + self.tensors[f"{name}.bias"]
        return out


@cache
def load_encoder(folder: str) -> Encoder:
    """Return the encoder in a folder. Raises UsageError when it is not there, or is another."""
    model = _read(Path(folder) / "model.safetensors", MODEL_SHA256)
    words = _read(Path(folder) / "vocab.txt", VOCABULARY_SHA256).decode("utf-8").splitlines()
    return Encoder(read_tensors(model), {word: number for number, word in enumerate(words)}, layers=6, heads=12)


def _read(path: Path, sha256: str) -> bytes:
    try:
        found = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot read {path}: {error.strerror}. tag.encoder names the folder of all-MiniLM-L6-v2 "
            "with model.safetensors and vocab.txt; see docs/topics.md."
        ) from error
    if (digest := hashlib.sha256(found).hexdigest()) != sha256:
        raise UsageError(f"{path} has sha256 {digest[:12]}..., not {sha256[:12]}...: it is not all-MiniLM-L6-v2.")
    return found


def read_tensors(data: bytes) -> dict[str, Floats]:
    """Return the 32-bit arrays of a safetensors file by name: eight bytes of length, a header in JSON, the numbers."""
    size = int.from_bytes(data[:8], "little")
    header: dict[str, Any] = json.loads(data[8 : 8 + size])
    numbers = memoryview(data)[8 + size :]
    return {
        name: np.frombuffer(numbers[slice(*entry["data_offsets"])], np.dtype("<f4")).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] == "F32"
    }


def _gelu(x: Floats) -> Floats:
    """Return x times the share of a normal distribution below x, by Abramowitz and Stegun 7.1.26 (to 1.5e-7)."""
    z = np.abs(x) * np.float32(math.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = t * (
        np.float32(0.254829592)
        + t
        * (
            np.float32(-0.284496736)
            + t * (np.float32(1.421413741) + t * (np.float32(-1.453152027) + t * np.float32(1.061405429)))
        )
    )
    error = np.sign(x) * (1 - series * np.exp(-z * z))
    out: Floats = (x * np.float32(0.5) * (1 + error)).astype(np.float32, copy=False)
    return out


def _words(text: str) -> Iterator[str]:
    """Yield the words of a text in lower case without accents; a mark or a Chinese character is a word of its own."""
    word = ""
    for letter in unicodedata.normalize("NFD", text).lower():
        kind = _kind(letter)
        if kind == "letter":
            word += letter
        elif kind != "nothing":
            if word:
                yield word
                word = ""
            if kind == "mark":
                yield letter
    if word:
        yield word


@cache
def _kind(letter: str) -> str:
    """Return what a character is: "letter", "mark", "space", or "nothing", which is dropped."""
    code, category = ord(letter), unicodedata.category(letter)
    if letter in "\t\n\r" or category == "Zs":
        return "space"
    if category == "Mn" or category.startswith("C"):
        return "nothing"
    if (code < 128 and not letter.isalnum()) or category.startswith("P"):
        return "mark"
    return "mark" if any(low <= code <= high for low, high in _HAN) else "letter"


_HAN = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0x2F800, 0x2FA1F),
)
"""The blocks of Chinese characters that the model's own tokenizer sets apart."""
