"""Measure boilerplate removal on text beside keep-all, jusText and the rules of C4.

    python benchmarks/clean_quality.py DATA [--oof FOLDER] [--view full main] [--methods "line model"] [--json]

DATA holds `lines/pages.{full,main}.jsonl.gz` and `lines/gold.jsonl.gz`. FOLDER holds the out-of-fold answers that
`train_sequence.py` wrote; without it the shipped weights are measured, which have seen the pages,
and the table says so. Word P, R and F1 are means over pages (bag of lower-cased words against the gold text); line F1
weighs lines by their words; `prose lost` is the share of labelled body lines of 15 words and more, ended by a full
stop, that were dropped. The ten worst pages follow, by name, with what went wrong.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from pipeline import line_model

WORD = re.compile(r"\w+")
Keep = Sequence[int]
Method = Callable[[dict[str, Any]], Keep]


@dataclass(frozen=True, slots=True)
class Score:
    """One method on one page."""

    id: str
    group: str
    precision: float
    recall: float
    f1: float
    line_hits: int
    line_kept: int
    line_content: int
    prose: int
    prose_lost: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--oof", type=Path)
    parser.add_argument("--view", nargs="*", default=["full", "main"])
    parser.add_argument("--methods", nargs="*", default=["keep all", "C4 rules", "jusText", "line model"])
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    gold = {row["id"]: row for row in read_rows(args.data / "lines" / "gold.jsonl.gz")}
    report: list[dict[str, Any]] = []
    for view in args.view:
        pages = list(read_rows(args.data / "lines" / f"pages.{view}.jsonl.gz"))
        methods = {name: make() for name, make in PEERS.items() if name in args.methods}
        if "line model" in args.methods:
            methods |= our_methods(args.oof, view)
        worst: list[tuple[float, str]] = []
        for label, method in methods.items():
            start = time.process_time()
            kept = [method(page) for page in pages]
            cost = (time.process_time() - start) / len(pages) * 1e3
            scores = [
                measure(p, k, gold[p["id"]], g) for p, k in zip(pages, kept, strict=True) for g in groups(p, gold)
            ]
            report += summarise(view, label, scores, cost)
            if label.startswith("line model"):
                worst = [(s.f1, explain(p, k, s)) for p, k, s in zip(pages, kept, scores[::2], strict=True)]
        if not args.json:
            show([row for row in report if row["view"] == view])
            print(f"\nTen worst pages of the last row, {view} view:")
            for _, text in sorted(worst)[:10]:
                print("  " + text)
            print()
    if args.json:
        print(json.dumps(report, indent=1))


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf8") as file:
        for line in file:
            yield json.loads(line)


def groups(page: dict[str, Any], gold: dict[str, dict[str, Any]]) -> tuple[str, str]:
    dataset = "news" if gold[page["id"]]["dataset"] == "aed" else "mixed"
    return dataset, f"{dataset}: {page['ptype']}"


def keep_all(page: dict[str, Any]) -> Keep:
    return range(len(page["lines"]))


def c4_rules(page: dict[str, Any]) -> Keep:
    """Keep lines of five words and more that end like a sentence and do not speak of JavaScript."""
    out = []
    for k, line in enumerate(page["lines"]):
        text = line.strip()
        ended = text.endswith((".", "!", "?", '"', "”")) and not text.endswith("...")
        if ended and len(text.split()) >= 5 and "javascript" not in text.lower():
            out.append(k)
    return out


def justext_rules() -> Callable[[dict[str, Any]], Keep]:
    import justext

    stoplist = justext.get_stoplist("English")

    def keep(page: dict[str, Any]) -> Keep:
        body = "".join(f"<p>{html.escape(line)}</p>" for line in page["lines"])
        found = justext.justext(f"<html><body>{body}</body></html>", stoplist)
        if len(found) != len(page["lines"]):
            # A line of nothing but control characters makes no paragraph: align by order of text.
            return _align(page["lines"], found)
        return [k for k, paragraph in enumerate(found) if not paragraph.is_boilerplate]

    return keep


def _align(lines: Sequence[str], found: Sequence[Any]) -> Keep:
    out, at = [], 0
    for k, line in enumerate(lines):
        if at < len(found) and WORD.findall(found[at].text) == WORD.findall(line):
            if not found[at].is_boilerplate:
                out.append(k)
            at += 1
    return out


PEERS: dict[str, Callable[[], Method]] = {
    "keep all": lambda: keep_all,
    "C4 rules": lambda: c4_rules,
    "jusText": justext_rules,
}


def our_methods(oof: Path | None, view: str) -> dict[str, Method]:
    """Return the line model as it answered out of fold, or the shipped weights."""
    if oof is None:
        return {"line model (has seen these pages)": ours}
    out: dict[str, Method] = {}
    for name, label in (("auto", "line model"), ("known", "line model, policy given")):
        answers = {row["id"]: row["keep"] for row in read_rows(oof / f"oof.{view}.{name}.jsonl.gz")}
        out[label] = lambda page, answers=answers: answers[page["id"]]  # type: ignore[misc]
    return out


def ours(page: dict[str, Any]) -> Keep:
    return np.flatnonzero(line_model.score_lines(page["lines"], page["gap"]).keep).tolist()


def measure(page: dict[str, Any], keep: Keep, gold: dict[str, Any], group: str) -> Score:
    kept = set(keep)
    found = Counter(WORD.findall("\n".join(page["lines"][k] for k in sorted(kept)).lower()))
    wanted = Counter(WORD.findall(gold["gold"].lower()))
    hits = sum((found & wanted).values())
    precision, recall = hits / max(sum(found.values()), 1), hits / max(sum(wanted.values()), 1)
    f1 = 2 * precision * recall / (precision + recall) if hits else float(not wanted and not found)
    lines = [0, 0, 0]
    prose = lost = 0
    for k, (line, label) in enumerate(zip(page["lines"], page["labels"], strict=True)):
        if label < 0:
            continue
        size = len(WORD.findall(line))
        lines[0] += size * (label and k in kept)
        lines[1] += size * (k in kept)
        lines[2] += size * label
        if label and size >= 15 and line.rstrip().endswith((".", "!", "?", "”", '"')):
            prose += 1
            lost += k not in kept
    return Score(page["id"], group, precision, recall, f1, *lines, prose, lost)


def summarise(view: str, method: str, scores: Sequence[Score], cost: float) -> list[dict[str, Any]]:
    by_group: dict[str, list[Score]] = defaultdict(list)
    for score in scores:
        by_group[score.group].append(score)
    out = []
    for group, rows in sorted(by_group.items()):
        hits, kept, content = (sum(getattr(r, n) for r in rows) for n in ("line_hits", "line_kept", "line_content"))
        out.append(
            {
                "view": view,
                "method": method,
                "group": group,
                "pages": len(rows),
                "precision": sum(r.precision for r in rows) / len(rows),
                "recall": sum(r.recall for r in rows) / len(rows),
                "f1": sum(r.f1 for r in rows) / len(rows),
                "line_f1": 2 * hits / max(kept + content, 1),
                "prose_lost": sum(r.prose_lost for r in rows) / max(sum(r.prose for r in rows), 1),
                "cpu_ms": cost,
            }
        )
    return out


def show(report: Sequence[dict[str, Any]]) -> None:
    head = ("view", "group", "method", "pages", "P", "R", "word F1", "line F1", "prose lost", "CPU ms a page")
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in sorted(report, key=lambda r: (r["group"].count(":"), r["group"])):
        numbers = [f"{row[n]:.3f}" for n in ("precision", "recall", "f1", "line_f1")]
        cells = [row["view"], row["group"], row["method"], str(row["pages"]), *numbers]
        print("| " + " | ".join([*cells, f"{row['prose_lost']:.2%}", f"{row['cpu_ms']:.1f}"]) + " |")


def explain(page: dict[str, Any], keep: Keep, score: Score) -> str:
    """Say what went wrong on a page, in a line."""
    kept = set(keep)
    size = [len(WORD.findall(line)) for line in page["lines"]]
    lost = sum(n for k, n in enumerate(size) if page["labels"][k] == 1 and k not in kept)
    junk = sum(n for k, n in enumerate(size) if page["labels"][k] == 0 and k in kept)
    what = []
    if not score.line_content:
        what.append("no line is labelled content")
    if lost:
        what.append(f"{lost} of {score.line_content} body words dropped")
    if junk:
        what.append(f"{junk} words of boilerplate kept")
    problem = "; ".join(what) or "the gold text is not in the lines"
    return f"{score.f1:.3f} {page['id']} ({page['domain']}, {page['ptype']}): {problem}"


if __name__ == "__main__":
    main()
