"""Measure what dropping the lines that recur over a site's pages would do after the cleaner has done its work.

usage: python benchmarks/recurring.py PAGES [--pages-per-site 5]

PAGES is a .jsonl.gz file, a line a page: {"id", "domain", "ptype", "lines", "gap", "labels"} (1 is content).
For sites with enough pages, prints of the lines that stand on at least so many of them: how many are
boilerplate by the labels, among all lines and among those that the cleaner keeps as body, in lines and in
letters; then, for the kept ones, the kinds of page, and the content lines that would be lost.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from pipeline import clean_text
from pipeline.model import Disposition


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--pages-per-site", type=int, default=5)
    args = parser.parse_args()
    sites: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    with gzip.open(args.pages, "rt", encoding="utf-8") as file:
        for page in map(json.loads, file):
            sites[page["domain"]].append(page)
    sites = defaultdict(list, {d: p for d, p in sites.items() if len(p) >= args.pages_per_site})
    lines = [line for pages in sites.values() for line in counted(pages)]
    print(f"{len(sites)} sites with {args.pages_per_site} pages or more, {sum(map(len, sites.values()))} pages")
    for title, kept_only in (("all lines", False), ("lines the cleaner keeps", True)):
        for pages_least in (3, 4, 5):
            for letters_least in (0, 20):
                report(title, lines, kept_only, pages_least, letters_least)
    lost = Counter(
        (d, text) for d, _, text, n, label, kept in lines if label == 1 and kept and n >= 5 and letters(text) >= 20
    )
    print("content by the labels, kept, on 5 pages or more, 20 letters or more:")
    for (domain, text), count in lost.most_common():
        print(f"  {count:3} {domain:20} {text[:90]}")


def counted(pages: list[dict[str, Any]]) -> list[tuple[str, str, str, int, int, bool]]:
    """Return (site, kind of page, line, pages it stands on, label, whether the cleaner keeps it)."""
    on = Counter(line for page in pages for line in {folded(x) for x in page["lines"]})
    rows = []
    for page in pages:
        text = "\n".join("\n" * gap + line for gap, line in zip(page["gap"], page["lines"], strict=True))
        document = clean_text(text)
        body = [b for b in document.blocks if b.disposition is Disposition.BODY]
        kept = {folded(line) for b in body for line in b.text.split("\n")}
        for line, label in zip(page["lines"], page["labels"], strict=True):
            key = folded(line)
            if key and label >= 0:
                rows.append((page["domain"], page["ptype"], key, on[key], label, key in kept))
    return rows


def report(title: str, lines: list[Any], kept_only: bool, pages_least: int, letters_least: int) -> None:
    seen = [(kind, text, n, label) for _, kind, text, n, label, kept in lines if kept or not kept_only]
    found = [(k, t, label) for k, t, n, label in seen if n >= pages_least and letters(t) >= letters_least]
    junk, content = (sum(label == x for _, _, label in found) for x in (0, 1))
    junk_letters, content_letters = (sum(letters(t) for _, t, label in found if label == x) for x in (0, 1))
    all_junk, all_content = (sum(letters(t) for _, t, _, label in seen if label == x) for x in (0, 1))
    kinds = Counter(f"{k} {'content' if label else 'junk'}" for k, _, label in found)
    share_junk, share_content = 100 * junk_letters / max(all_junk, 1), 100 * content_letters / max(all_content, 1)
    by_letters = junk_letters / max(junk_letters + content_letters, 1)
    print(
        f"{title}, on {pages_least}+ pages, {letters_least}+ letters: {junk} boilerplate and {content} content lines "
        f"(precision {junk / max(junk + content, 1):.3f}, by letters {by_letters:.3f}); "
        f"{share_junk:.1f} % of boilerplate letters, {share_content:.2f} % of content letters"
    )
    if kept_only:
        print("   ", ", ".join(f"{name} {count}" for name, count in sorted(kinds.items())))


def folded(line: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", line).casefold().split())


def letters(text: str) -> int:
    return sum(c.isalnum() for c in text)


if __name__ == "__main__":
    main()
