"""Print the CPU time that each part of cleaning and each rule takes a page, on a folder of text files.

    python benchmarks/rule_cost.py FOLDER [--pages 50] [--rounds 6]

The least of the rounds counts, so that other work on the machine and what a process does once are left out.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.blocks import cut_lines
from pipeline.clean import RULES, Rule, _language, _score, judge_lines
from pipeline.ledger import write_blocks
from pipeline.metadata import read_facts
from pipeline.model import Page
from pipeline.rules.sheet import make_sheet
from pipeline.settings import CleanSettings


def main() -> None:
    """Print a table of parts, and below it one of rules."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=6)
    asked = parser.parse_args()
    files = sorted(asked.folder.rglob("*.txt"))
    chosen = files[:: max(1, len(files) // asked.pages)]
    pages = [Page(str(i), str(path), "text/plain", path.read_text("utf-8")) for i, path in enumerate(chosen)]
    best: dict[str, float] = {}
    for _ in range(asked.rounds):
        for part, seconds in measure(pages).items():
            best[part] = min(seconds, best.get(part, seconds))
    print(f"{len(pages)} pages of {sum(len(p.text) for p in pages) / len(pages):,.0f} characters, CPU ms a page")
    for part, seconds in sorted(best.items(), key=lambda item: (item[0].startswith("rule "), -item[1])):
        print(f"{part:40}{1000 * seconds / len(pages):8.3f}")


def measure(pages: list[Page]) -> dict[str, float]:
    """Clean the pages once; return CPU seconds by part."""
    spent: dict[str, float] = defaultdict(float)
    settings = CleanSettings()
    cut = []
    for page in pages:
        with timed(spent, "cut"):
            cut.append(cut_lines(page.text))
    with timed(spent, "score"):
        scores = _score(pages, cut, settings)
    for page, lines, score in zip(pages, cut, scores, strict=True):
        with timed(spent, "index"):
            sheet = make_sheet(page.text, lines, "", None if score is None else score.probability.tolist())
        for rule in RULES:
            with timed(spent, f"rule {name_of(rule)}"):
                sheet = sheet.with_claims(rule(sheet, settings))
        with timed(spent, "judge"):
            verdicts, _ = judge_lines(sheet, score)
        with timed(spent, "ledger"):
            blocks = write_blocks(sheet, verdicts, settings.label_siblings)
        with timed(spent, "language"):
            language = _language(blocks)
        with timed(spent, "facts"):
            read_facts(sheet, (), language.code)
    spent["rules together"] = sum(seconds for part, seconds in spent.items() if part.startswith("rule "))
    return spent


@contextmanager
def timed(spent: dict[str, float], part: str) -> Iterator[None]:
    """Add the CPU seconds of a block to those of `part`."""
    begin = time.process_time()
    yield
    spent[part] += time.process_time() - begin


def name_of(rule: Rule) -> str:
    """Return the name of the function that an entry of `RULES` calls."""
    return next(name for name in rule.__code__.co_names if name.startswith("claim_"))


if __name__ == "__main__":
    main()
