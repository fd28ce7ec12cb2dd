"""How much the words of a short line are those of a site's notes, by weights that a script learned.

(`resources/clean/NOTE_WORDS_CARD.md` says from what, and how good they are.)

A note says "this article", "your inbox", "please confirm" in any language and on any matter; a list of phrases knows
the matters that its author thought of. `benchmarks/train_notes.py` learns one logistic regression over words, their
beginnings, pairs of words, pairs of signs where no spaces are written, and the cue lists' families. A feature's weight
stands at its hash in an array of bytes.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .lexicon import Cue

PLACES = 1 << 18
STEP = 0.05
"""What one unit of a weight's byte is worth, in log odds."""
MAX_CHARS = 300

_WORD = re.compile(r"[^\W\d_]+|\d+")
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ENDS = {"?": "#?", "؟": "#?", "？": "#?"}


@dataclass(frozen=True, slots=True)
class NoteWeights:
    """The learned weights, and the log odds from which a line is likely and sure to be a note."""

    weights: NDArray[np.int8]
    bias: float
    likely: float
    sure: float


@dataclass(frozen=True, slots=True)
class NoteScore:
    """The log odds that a line is a note, and the words that speak most for it."""

    log_odds: float
    words: tuple[str, ...]


@cache
def load_note_weights() -> NoteWeights:
    """Read the packaged weights."""
    import numpy as np

    with (files("pipeline") / "resources" / "clean" / "note_words.npz").open("rb") as file:
        stored = np.load(file, allow_pickle=False)
        bias, likely, sure = (float(value) for value in stored["levels"])
        return NoteWeights(stored["weights"], bias, likely, sure)


def score_note(text: str, cues: Sequence[Cue]) -> NoteScore:
    """Return how much a line reads like a note; `cues` are those of the line."""
    known = load_note_weights()
    weighed = [(int(known.weights[place_of(name)]), name) for name in note_features(text, cues)]
    words = sorted(((w, name) for w, name in weighed if w > 0 and name[0] not in "#@"), reverse=True)
    return NoteScore(known.bias + STEP * sum(w for w, _ in weighed), tuple(name for _, name in words[:3]))


def place_of(name: str) -> int:
    """Return where a feature's weight stands."""
    return zlib.crc32(name.encode("utf-8", "surrogatepass")) % PLACES


def note_features(text: str, cues: Sequence[Cue]) -> list[str]:
    """Return the features of a line, each once, sorted.

    >>> note_features("Read on!", ())
    ['#end', '#n0', '@@0', '@part0', 'on', 'read', 'read on']
    """
    folded = unicodedata.normalize("NFKC", text[:MAX_CHARS]).casefold()
    found: set[str] = set()
    before = ""
    count = 0.0
    for word in _WORD.findall(folded):
        if _UNSPACED.search(word):
            found.update(word[i : i + n] for n in (2, 3) for i in range(len(word) - n + 1))
            count += len(word) / 2
            before = ""
            continue
        count += 1
        word = "0" if word.isdigit() else word
        found.add(word)
        found.update(f"{word[:n]}*" for n in (5, 7) if len(word) > n)
        if before:
            found.add(f"{before[:6]} {word[:6]}")
        before = word
    last = folded.rstrip()[-1:]
    found.add(_ENDS.get(last, "#end" if last and last in ".。।!！…" else "#open"))
    found.add(f"#n{min(6, int(count // 4))}")
    found.update(f"@{cue.family}.{cue.mode}" for cue in cues)
    families = {cue.family for cue in cues if cue.mode == "has"}
    found.add(f"@@{min(6, len(families))}")
    covered = reached = 0
    for start, end in sorted((cue.start, cue.end) for cue in cues):
        covered, reached = covered + max(0, end - max(start, reached)), max(end, reached)
    found.add(f"@part{6 * covered // max(1, len(text))}")
    return sorted(found)
