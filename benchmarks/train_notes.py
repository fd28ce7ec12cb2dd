"""Learn by which words a short line is known as a note of a site.

    python benchmarks/train_notes.py [SENTENCES.json ...] [--write]

Notes are the interface strings of `tests/cases/site_lines.toml`; the others are the body lines of the marked pages in
`tests/cases` (but for folders named by --without), the sentences of `site_traps.toml`, and those of the files given,
each a JSON list of {"text", "spans"}. Those of `site_lines_independent.toml` are never learned from. Printed: of notes
of kinds that were left out (five folds by kind and page) and of the independent ones, the share above the level at
which so many of the others' lines are. Log odds by Adagrad, one line at a time in an order that a seed decides: the
same files give the same bytes. `--write` learns from all and writes `src/pipeline/resources/clean/note_words.npz`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import sys
import tomllib
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from benchmarks.clean_pages import read_pages  # noqa: E402
from benchmarks.site_lines import CASES, read_cases  # noqa: E402
from pipeline.rules.lexicon import find_cues, fold  # noqa: E402
from pipeline.rules.note_words import PLACES, STEP, note_features, place_of  # noqa: E402

EPOCHS, RATE, FOLDS = 6, 0.3, 5
LIKELY, SURE = 0.002, 0.0005
"""Shares of lines that are no notes and yet above the level."""
SHORTEST, LONGEST = 8, 220
Line = tuple[list[int], str]
"""The places of a line's features, and what it belongs to: a kind, or a page."""


def places(text: str) -> list[int]:
    return sorted({place_of(name) for name in note_features(text, list(find_cues(fold(text))))})


def read_notes(path: Path) -> list[Line]:
    return [(places(line), kind) for line, kind in sorted({c.line: c.kind for c in read_cases(path)}.items())]


def read_others(given: Sequence[Path], notes: set[str], without: Sequence[str]) -> list[Line]:
    found: dict[str, str] = {}
    for path in sorted((ROOT / "tests" / "cases").glob("*/*.txt")):
        if path.parent.name in without or "%% " not in path.read_text(encoding="utf-8")[:3]:
            continue
        for page in read_pages(path):
            for piece in page.pieces:
                text = page.text[piece.start : piece.end].strip()
                if piece.mark in "BH" and SHORTEST <= len(text) <= LONGEST:
                    found.setdefault(text, page.name)
    traps = tomllib.loads((CASES.parent / "site_traps.toml").read_text(encoding="utf-8"))["trap"]
    found |= {text: "traps" for some in traps.values() for text in some}
    for path in sorted(given):
        for number, paragraph in enumerate(json.loads(path.read_text(encoding="utf-8"))):
            for start, end in paragraph["spans"]:
                found.setdefault(paragraph["text"][start:end].strip(), f"{path.name} {number}")
    return [(places(text), page) for text, page in sorted(found.items()) if text and text not in notes]


def learn(notes: Sequence[Line], others: Sequence[Line]) -> tuple[np.ndarray, float]:
    """Return a weight a place and the bias, in log odds."""
    weights, squares = [0.0] * PLACES, [1e-6] * PLACES
    bias, square = 0.0, 1e-6
    lines = [(line, 1) for line, _ in notes] + [(line, 0) for line, _ in others]
    order = random.Random(7)
    for _ in range(EPOCHS):
        order.shuffle(lines)
        for line, is_note in lines:
            log_odds = bias + sum(weights[place] for place in line)
            error = 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds)))) - is_note
            for place in line:
                squares[place] += error * error
                weights[place] -= RATE * error / math.sqrt(squares[place])
            square += error * error
            bias -= RATE * error / math.sqrt(square)
    return np.clip(np.round(np.array(weights) / STEP), -127, 127).astype(np.int8), round(bias, 4)


def scores(model: tuple[np.ndarray, float], lines: Sequence[Line]) -> list[float]:
    weights, bias = model
    return [bias + STEP * float(weights[line].sum()) for line, _ in lines]


def fold_of(name: str) -> int:
    return zlib.crc32(name.encode()) % FOLDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sentences", nargs="*", type=Path)
    parser.add_argument("--without", nargs="+", default=[], help="folders of marked pages not to learn from")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    independent = CASES.parent / "site_lines_independent.toml"
    texts = {case.line for path in (CASES, independent) for case in read_cases(path)}
    notes, asked = read_notes(CASES), read_notes(independent)
    others = read_others(arguments.sentences, texts, arguments.without)
    digest = hashlib.sha256(json.dumps([notes, others]).encode()).hexdigest()[:16]
    print(f"{len(notes):,} notes of {len({k for _, k in notes})} kinds, {len(others):,} other lines, digest {digest}")
    left_out, false, known = [], [], [0.0] * len(asked)
    for part in range(FOLDS):
        model = learn([n for n in notes if fold_of(n[1]) != part], [o for o in others if fold_of(o[1]) != part])
        left_out += scores(model, [n for n in notes if fold_of(n[1]) == part])
        false += scores(model, [o for o in others if fold_of(o[1]) == part])
        known = [a + b / FOLDS for a, b in zip(known, scores(model, asked), strict=True)]
    false.sort(reverse=True)
    levels = {share: false[int(share * len(false))] for share in (SURE, 0.001, LIKELY, 0.005, 0.01)}
    for share, level in levels.items():
        kinds, wordings = (sum(s > level for s in some) / len(some) for some in (left_out, known))
        print(
            f"{share:.2%} of others above {level:5.2f}: notes of kinds left out {kinds:.1%}, independent {wordings:.1%}"
        )
    if arguments.write:
        weights, bias = learn(notes, others)
        target = ROOT / "src" / "pipeline" / "resources" / "clean" / "note_words.npz"
        np.savez_compressed(target, weights=weights, levels=np.array([bias, levels[LIKELY], levels[SURE]]))
        print(f"wrote {target.relative_to(ROOT)}, {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
