"""Measure near-duplicate detection on edited copies of real pages, beside datasketch and rensa, in one run.

usage: python benchmarks/duplicates.py PAGES [--sample 300] [--peers datasketch rensa] [--threshold T] [--scale N]

PAGES is a .jsonl.gz file, a line a page: {"id", "domain", "lines", "labels"} (1 is content). For each kind
of edit and each share of edited lines, the corpus is every page's content and one edited copy of each of a
sample; a pair is right when it joins a copy with its own page, or with the one that this page repeats.
Prints what it costs, in CPU seconds a megabyte; then, a row a kind and share: the mean exact Jaccard
similarity of the true pairs, the share of copies found (recall), the share of given pairs that are right
(precision), and the root mean square error of the estimate; and with --scale the time and memory of
comparing that many signatures. Peers that are not installed are left out; they get words as shingles, five
in a row, and 128 permutations.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from pipeline import duplicates

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
KINDS = ("words", "drop", "replace", "add", "move", "mixed")
Pairs = dict[int, tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Finder:
    """A method in two steps: sign texts; of signatures in order, find (number of the earlier text, similarity)."""

    sign: Callable[[Sequence[str]], list[Any]]
    find: Callable[[list[Any], float], Pairs]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--peers", nargs="*", default=["datasketch", "rensa"])
    parser.add_argument("--threshold", type=float, default=duplicates.THRESHOLD)
    parser.add_argument("--scale", type=int, default=0)
    args = parser.parse_args()
    with gzip.open(args.pages, "rt", encoding="utf-8") as file:
        pages = [json.loads(line) for line in file]
    bodies = [[x for x, k in zip(p["lines"], p["labels"], strict=True) if k == 1] for p in pages]
    texts = ["\n".join(lines) for lines in bodies]
    rng = random.Random(0)
    long = [i for i, lines in enumerate(bodies) if len(lines) >= 8 and len(texts[i]) >= 1_000]
    sample = sorted(rng.sample(long, min(args.sample, len(long))))
    words = sorted({w for i in sample for w in re.findall(r"[^\W\d_]{4,}", texts[i])})
    finders = {name: finder for name in ("ours", *args.peers) if (finder := load(name)) is not None}
    print(f"{len(texts)} pages, {len(sample)} copies, threshold {args.threshold}")
    signed = {name: distinct(texts, name, finder, args.threshold) for name, finder in finders.items()}
    print("edit     share  exact J " + "".join(f"| {name:10} recall precision  error " for name in finders))
    totals: dict[str, np.ndarray[Any, Any]] = {name: np.zeros(3) for name in finders}
    for kind in KINDS:
        for share in SHARES:
            copies = ["\n".join(edited(bodies[i], kind, share, bodies, words, rng)) for i in sample]
            exact = [jaccard(texts[i], copy) for i, copy in zip(sample, copies, strict=True)]
            row = f"{kind:8} {share:5.1f}   {np.mean(exact):6.3f} "
            for name, finder in finders.items():
                found = finder.find([*signed[name], *finder.sign(copies)], args.threshold)
                mine = {k - len(texts): v for k, v in found.items() if k >= len(texts)}
                own = {k: {page, found.get(page, (page, 1.0))[0]} for k, page in enumerate(sample)}
                right = {k: s for k, (leader, s) in mine.items() if leader in own[k]}
                errors = [s - exact[k] for k, s in right.items() if mine[k][0] == sample[k]]
                error = np.sqrt(np.mean(np.square(errors))) if errors else 0.0
                totals[name] += (len(right), len(mine), sum(j >= args.threshold for j in exact))
                row += (
                    f"|           {len(right) / len(sample):7.3f} {len(right) / max(len(mine), 1):9.3f} {error:6.3f} "
                )
            print(row, flush=True)
    for name, (right, given, due) in totals.items():
        print(f"{name}: {right:.0f} of {given:.0f} pairs right; {due:.0f} pairs reach the threshold exactly")
    if args.scale:
        at_scale(texts, args.scale)


def edited(
    lines: list[str], kind: str, share: float, others: list[list[str]], words: list[str], rng: random.Random
) -> list[str]:
    """Return a copy with `share` of its lines edited."""
    result: list[str] = []
    moved: list[str] = []
    chosen = set(rng.sample(range(len(lines)), round(share * len(lines))))
    for number, line in enumerate(lines):
        what = rng.choice(("words", "drop", "replace", "add", "move")) if kind == "mixed" else kind
        if number not in chosen:
            result.append(line)
        elif what == "words":
            parts = line.split(" ")
            for _ in range(rng.randint(1, 3)):
                parts[rng.randrange(len(parts))] = rng.choice(words)
            result.append(" ".join(parts))
        elif what == "move":
            moved.append(line)
        elif what != "drop":
            result += [line] * (what == "add") + [rng.choice(rng.choice([o for o in others if o]))]
    for line in moved:
        result.insert(rng.randint(0, len(result)), line)
    return result


def jaccard(one: str, other: str) -> float:
    a, b = duplicates.shingle_hashes(one), duplicates.shingle_hashes(other)
    both = len(np.intersect1d(a, b))
    return both / max(len(a) + len(b) - both, 1)


def distinct(texts: list[str], name: str, finder: Finder, threshold: float) -> list[Any]:
    """Print what a method costs, and what it calls duplicates among pages that are different pages."""
    megabytes = sum(len(t.encode()) for t in texts) / 1e6
    finder.find(finder.sign(texts[:20]), threshold)
    begin = time.process_time()
    signed = finder.sign(texts)
    middle = time.process_time()
    found = finder.find(signed, threshold)
    sign, find = (middle - begin) / megabytes, (time.process_time() - middle) / megabytes
    print(
        f"{name:10} {sign:.4f} CPU s a MB to sign, {find:.4f} to compare ({megabytes:.1f} MB); "
        f"{len(found)} pairs among the pages themselves, {[s for _, s in found.values()]}"
    )
    return signed


def load(name: str) -> Finder | None:
    """Return a method, or None where it is not installed."""
    try:
        if name == "ours":
            return Finder(duplicates.sign_bodies, ours)
        module = __import__(name)
    except ImportError:
        return None
    return {"datasketch": with_datasketch, "rensa": with_rensa}[name](module)


def ours(signatures: list[bytes], threshold: float) -> Pairs:
    names = [f"{i:08d}" for i in range(len(signatures))]
    found = duplicates.find_duplicates(names, signatures, [None] * len(names), names, threshold)
    return {i: (int(d), s) for i, (d, s) in enumerate(found) if d is not None and s is not None}


def with_datasketch(module: Any) -> Finder:
    def sketch(text: str) -> Any:
        made = module.MinHash(num_perm=128)
        made.update_batch([s.encode() for s in shingles_of(text)])
        return made

    return Finder(
        lambda texts: [sketch(t) if len(t) >= 100 else None for t in texts],
        lambda sketches, threshold: follow(module.MinHashLSH(threshold=threshold, num_perm=128), sketches, threshold),
    )


def with_rensa(module: Any) -> Finder:
    def sketch(text: str) -> Any:
        made = module.RMinHash(num_perm=128, seed=42)
        made.update(shingles_of(text))
        return made

    return Finder(
        lambda texts: [sketch(t) if len(t) >= 100 else None for t in texts],
        lambda sketches, threshold: follow(
            module.RMinHashLSH(threshold=threshold, num_perm=128, num_bands=32), sketches, threshold
        ),
    )


def shingles_of(text: str) -> list[str]:
    words = re.findall(r"\w+", text.lower())
    return [" ".join(words[i : i + 5]) for i in range(len(words) - 4)]


def follow(index: Any, sketches: list[Any], threshold: float) -> Pairs:
    """Let each sketch point at the first earlier one that points at none, as ours does."""
    found: Pairs = {}
    for i, sketch in enumerate(sketches):
        if sketch is None:
            continue
        scored = sorted((k, sketch.jaccard(sketches[k])) for k in index.query(sketch))
        close = [(k, s) for k, s in scored if s >= threshold]
        if close:
            found[i] = close[0]
        else:
            index.insert(i, sketch)
    return found


def at_scale(texts: list[str], count: int) -> None:
    """Print what comparing `count` signatures costs; a fifth of them are noisy copies of others."""
    rng = np.random.default_rng(0)
    rows = rng.integers(1, 256, (count, duplicates.BINS), dtype=np.uint8)
    copies = count // 5
    rows[-copies:] = rows[rng.integers(0, count - copies, copies)]
    changed = rng.random((copies, duplicates.BINS)) < rng.uniform(0, 0.6, (copies, 1))
    rows[-copies:][changed] = rng.integers(1, 256, int(changed.sum()), dtype=np.uint8)
    signatures = [row.tobytes() for row in rows]
    del rows, changed
    names = [f"{i:08d}" for i in range(count)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    begin = time.process_time()
    found = duplicates.find_duplicates(names, signatures, [None] * count, names)
    spent, peak = time.process_time() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(
        f"{count} signatures compared in {spent:.1f} CPU s, peak {peak:.0f} MB "
        f"({before:.0f} MB before); {sum(d is not None for d, _ in found)} of {copies} copies found"
    )


if __name__ == "__main__":
    main()
