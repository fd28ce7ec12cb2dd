"""Measure HTML pages beside trafilatura on the same pages: content, CPU time, metadata.

    python benchmarks/html_quality.py DATA [--oof oof.jsonl.gz] [--step 8]

DATA holds `html/gold.jsonl.gz` and `html/*.html.gz`. The shipped weights have seen these pages, so the content
figures of the line model are only fair from `--oof`, which `train_html.py --out` writes; without it they are
called "in sample". Both sides run in this process on one thread.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parent)]

from html_pages import WORD, LabelledPage, read_labelled, word_f1  # noqa: E402

from pipeline.errors import RejectedError  # noqa: E402
from pipeline.extract import extract_html  # noqa: E402
from pipeline.html_features import matrix  # noqa: E402
from pipeline.line_model import score_lines  # noqa: E402

FIELDS = {"title": "title", "author": "author", "date": "published_on"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--oof", type=Path)
    parser.add_argument("--step", type=int, default=1, help="take every n-th page")
    args = parser.parse_args()
    held_out = read_held_out(args.oof)
    scores: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    facts: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    cpu: Counter[str] = Counter()
    pages = 0
    for page in read_labelled(args.data / "html", args.step):
        pages += 1
        texts = dict(run_both(page, cpu, facts))
        texts["keep all"] = "\n".join(page.lines)
        texts["labels (best possible)"] = "\n".join(t for t, y in zip(page.lines, page.labels, strict=True) if y == 1)
        for mode, answers in held_out.items():
            if page.id in answers or not page.lines:
                texts[f"line model, {mode}, out of fold"] = answers.get(page.id, "")
        for name, text in texts.items():
            value = word_f1(text, page.gold["gold"])
            scores[name][page.dataset].append(value)
            scores[name][f"{page.dataset} {page.ptype}"].append(value)
    print_tables(scores, facts, cpu, pages)


def read_held_out(path: Path | None) -> dict[str, dict[str, str]]:
    answers: dict[str, dict[str, str]] = defaultdict(dict)
    if path:
        with gzip.open(path, "rt", encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                answers[row["mode"]][row["id"]] = row["text"]
    return answers


def run_both(
    page: LabelledPage, cpu: Counter[str], facts: dict[tuple[str, str, str], Counter[str]]
) -> list[tuple[str, str]]:
    import trafilatura
    from trafilatura.meta import reset_caches
    from trafilatura.metadata import extract_metadata

    html = page.data.decode("utf-8", "replace")
    start = time.process_time()
    theirs = trafilatura.extract(html) or ""
    cpu["trafilatura"] += time.process_time() - start
    reset_caches()
    start = time.process_time()
    stated = extract_metadata(html, default_url=page.gold["url"])
    cpu["trafilatura, metadata"] += time.process_time() - start
    start = time.process_time()
    try:
        ours = extract_html(page.data, page.gold["url"])
        lines = [ours.text[m.start : m.end] for m in ours.markup]
        kept = score_lines(lines, page.gaps, "auto", *matrix(ours.markup)).keep
        text = "\n".join(line for line, keep in zip(lines, kept, strict=True) if keep)
        found = {f.name: f.value for f in ours.facts}
    except RejectedError:
        text, found = "", {}
    cpu["ours, with metadata"] += time.process_time() - start
    for field, name in FIELDS.items():
        judge_fact(facts[page.dataset, field, "ours"], field, found.get(name), page.gold[field])
        judge_fact(facts[page.dataset, field, "trafilatura"], field, getattr(stated, field, None), page.gold[field])
    return [("trafilatura", theirs), ("line model, in sample", text)]


def judge_fact(count: Counter[str], field: str, found: str | None, gold: str | None) -> None:
    """Count right, wrong, missed and false (stated where the gold has none)."""
    if not gold or gold == "NaT":
        count["no gold"] += 1
        count["false"] += bool(found)
        return
    if not found:
        count["missed"] += 1
        return
    a, b = WORD.findall(found.lower()), WORD.findall(gold.lower())
    if field == "date":
        right = found[:10] == gold[:10]
    elif field == "title":
        right = a == b
    else:
        right = len(set(a) & set(b)) >= max(1, min(len(set(a)), len(set(b))) / 2)
    count["right" if right else "wrong"] += 1


def print_tables(
    scores: dict[str, dict[str, list[float]]],
    facts: dict[tuple[str, str, str], Counter[str]],
    cpu: Counter[str],
    pages: int,
) -> None:
    groups = sorted({g for rows in scores.values() for g in rows})
    print(f"word F1, mean over {pages} pages")
    for group in groups:
        print(f"  {group} ({max(len(rows[group]) for rows in scores.values())})")
        for name, rows in scores.items():
            if rows[group]:
                print(f"    {np.mean(rows[group]):.4f}  {name} ({len(rows[group])})")
    print("CPU, ms a page")
    for name, seconds in cpu.items():
        print(f"    {seconds / max(pages, 1) * 1e3:6.1f}  {name}")
    print("metadata")
    for (dataset, field, name), count in sorted(facts.items()):
        given = ", ".join(f"{k} {count[k]}" for k in ("right", "wrong", "missed", "false", "no gold"))
        print(f"    {dataset:9s} {field:7s} {name:12s} {given}")


if __name__ == "__main__":
    main()
