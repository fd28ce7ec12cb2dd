"""Fit the weights that rank the lines above a text as its title (`pipeline/rules/title_rank.py`).

    python benchmarks/train_titles.py DATA --oof FULL MAIN --marked tests/cases/{pages,independent}/*.txt
        tests/cases/metadata*.json [--write WEIGHTS]

DATA holds `lines/pages.{full,main}.jsonl.gz` and `html/gold.jsonl.gz` (the titles). FULL and MAIN are the line model's
out-of-fold probabilities of the two views, so that the ranking does not learn from a model that has seen the page.
Marked pages (`benchmarks/clean_pages.py`) and cases with a title bring other languages and count `MARKED` times. The
fit is a softmax over a
page's candidates and "none", with a ridge; five folds by site, and by file for the marked pages, give the figures.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parent)]

from clean_pages import read_pages  # noqa: E402

from pipeline import clean  # noqa: E402
from pipeline.blocks import cut_lines  # noqa: E402
from pipeline.line_model import PageLines, score_pages  # noqa: E402
from pipeline.rules.sheet import Sheet, make_sheet  # noqa: E402
from pipeline.rules.site import site_tail  # noqa: E402
from pipeline.rules.title_candidates import page_features, title_candidates  # noqa: E402
from pipeline.rules.title_rank import FAVOUR  # noqa: E402
from pipeline.settings import CleanSettings  # noqa: E402

MARKED = 12
"""Weight of a marked page: the labelled pages are English."""
# 12: at 4 a dozen more of the 3,066 labelled pages are right, and the floors of the marked ones do not hold.
RIDGE = 1.0
FOLDS = 5
LEAST = 0.02
"""Weight below which a feature is left out."""


@dataclass(frozen=True, slots=True)
class Example:
    """A page: its group, the features of its answers (the last is "none"), and which of them are right."""

    source: str
    group: str
    answers: Sequence[Mapping[str, float]]
    right: NDArray[np.bool_]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--oof", type=Path, nargs=2, required=True, metavar=("FULL", "MAIN"))
    parser.add_argument("--marked", type=Path, nargs="*", default=[])
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    labelled = [
        e for view, oof in zip(("full", "main"), args.oof, strict=True) for e in labelled_pages(args.data, view, oof)
    ]
    marked = [e for path in args.marked for e in marked_pages(path)]
    names = sorted({name for e in labelled + marked for answer in e.answers for name in answer})
    folds = [{e.group for e in labelled if fold_of(e.group) == k} for k in range(FOLDS)]
    for groups in [*folds, *({path.name} for path in args.marked)]:
        weights = fit([e for e in labelled + marked if e.group not in groups], names)
        for e in labelled + marked:
            if e.group in groups:
                count(e, weights, names)
    for source, counts in sorted(COUNTS.items()):
        print(
            source,
            ", ".join(f"{name} {counts[name]}" for name in ("pages", "right", "wrong", "rightly none", "missed")),
        )
    weights = fit(labelled + marked, names)
    lines = [f'"{n}" = {w:.2f}' for n, w in zip(names, weights, strict=True) if abs(w) >= LEAST]
    text = "\n".join(
        [
            "# Weights of what describes a candidate for the title; made by benchmarks/train_titles.py.",
            "",
            "[weights]",
            *lines,
            "",
        ]
    )
    if args.write:
        args.write.write_text(text, encoding="utf-8")


COUNTS: dict[str, Counter[str]] = {}


def count(example: Example, weights: NDArray[np.float64], names: Sequence[str]) -> None:
    """Count the outcome on a page that the weights have not seen."""
    scores = matrix([example], names) @ weights
    scores[-1] -= FAVOUR
    best, last = int(scores.argmax()), len(scores) - 1
    counts = COUNTS.setdefault(example.source, Counter())
    counts["pages"] += 1
    if best == last:
        counts["rightly none" if example.right[last] else "missed"] += 1
    else:
        counts["right" if example.right[best] else "wrong"] += 1


def labelled_pages(data: Path, view: str, oof: Path) -> Iterator[Example]:
    """Yield the labelled pages of a view, with the out-of-fold probabilities of their lines."""
    titles = {row["id"]: row.get("title") for row in read_rows(data / "html" / "gold.jsonl.gz")}
    scores = {row["id"]: row["prob"] for row in read_rows(oof)}
    for row in read_rows(data / "lines" / f"pages.{view}.jsonl.gz"):
        if not titles.get(row["id"]) or row["id"] not in scores:
            continue
        starts, parts, at = [], [], 0
        for gap, line in zip(row["gap"], row["lines"], strict=True):
            breaks = "\n" * (gap + 1) if parts else ""
            starts.append(at + len(breaks))
            parts.append(breaks + line)
            at += len(parts[-1])
        text = "".join(parts)
        lines = cut_lines(text)
        probability = []
        for line in lines:
            first = max(0, bisect_right(starts, line.start) - 1)
            held = scores[row["id"]][first : max(first + 1, bisect_left(starts, line.end))]
            probability.append(float(np.mean(held)))
        yield example(f"labelled, {view}", row["domain"], make_sheet(text, lines, "", probability), titles[row["id"]])


def marked_pages(path: Path) -> Iterator[Example]:
    """Yield the pages of a file of marked pages or of cases, scored by the shipped line model."""
    if path.suffix == ".json":
        read = json.loads(path.read_text(encoding="utf-8"))
        cases = read if isinstance(read, list) else read["cases"]
        pages = [(case["text"], case["title"] or "") for case in cases if "text" in case and "title" in case]
    else:
        pages = [(page.text, page.facts.get("title", "")) for page in read_pages(path)]
    for text, title in pages:
        lines = cut_lines(text)
        indented = [" " * min(line.indent, 8) + line.text for line in lines]
        inputs = PageLines(indented, [line.gap for line in lines], CleanSettings().policy)
        probability = score_pages([inputs], "text")[0].probability.tolist()
        yield example("marked", path.name, make_sheet(text, lines, "", probability), title)


def example(source: str, group: str, sheet: Sheet, title: str) -> Example:
    """Return a page's answers as the ranking sees them: after all rules that stand before it."""
    for rule in clean.RULES:
        if "claim_title" in rule.__code__.co_names:
            break
        sheet = sheet.with_claims(rule(sheet, CleanSettings()))
    candidates = title_candidates(sheet)
    right = [says(sheet, c.start, c.end, title) for c in candidates]
    answers = [*(c.features for c in candidates), page_features(sheet, candidates)]
    return Example(source, group, answers, np.array([*right, not any(right)]))


def says(sheet: Sheet, start: int, end: int, title: str) -> bool:
    """Tell whether a candidate is the title, but for the site's name behind it or a few words."""
    said, wanted = plain(sheet.text[start:end]), plain(title)
    tail = site_tail(sheet, start, end)
    if not wanted:
        return False
    if said == wanted or (tail and plain(sheet.text[start : tail[0]]) == wanted):
        return True
    longer = len(wanted) >= 12 and said.startswith(wanted) and len(said) < len(wanted) + 25
    return longer or (len(said) >= 20 and wanted.startswith(said) and len(said) > 0.75 * len(wanted))


def plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


def matrix(examples: Sequence[Example], names: Sequence[str]) -> NDArray[np.float64]:
    place = {name: i for i, name in enumerate(names)}
    rows = np.zeros((sum(len(e.answers) for e in examples), len(names)))
    for i, answer in enumerate(a for e in examples for a in e.answers):
        for name, value in answer.items():
            rows[i, place[name]] = value
    return rows


def fit(examples: Sequence[Example], names: Sequence[str]) -> NDArray[np.float64]:
    """Return the weights with the greatest likelihood of the right answers, less the ridge."""
    x = matrix(examples, names)
    starts = np.cumsum([0, *(len(e.answers) for e in examples)])[:-1]
    page = np.repeat(np.arange(len(examples)), [len(e.answers) for e in examples])
    right = np.concatenate([e.right for e in examples]).astype(float)
    share = np.array([MARKED if e.source == "marked" else 1.0 for e in examples])

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = x @ weights
        odds = np.exp(scores - np.maximum.reduceat(scores, starts)[page])
        all_, good = np.add.reduceat(odds, starts), np.maximum(np.add.reduceat(odds * right, starts), 1e-300)
        value = float((share * (np.log(all_) - np.log(good))).sum() + RIDGE * (weights**2).sum() / 2)
        slope = x.T @ (share[page] * (odds / all_[page] - odds * right / good[page])) + RIDGE * weights
        return value, slope

    answer: Any = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 400})
    return np.asarray(answer.x)


def fold_of(group: str) -> int:
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % FOLDS


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


if __name__ == "__main__":
    main()
