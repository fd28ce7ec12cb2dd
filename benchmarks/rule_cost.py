"""Print the CPU time that each part of cleaning and each rule takes a page, on a folder of text files.

    python benchmarks/rule_cost.py FOLDER [--pages 50] [--rounds 6]

The least of the rounds counts, so that other work on the machine and what a process does once are left out.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.blocks import cut_lines
from pipeline.clean import _language
from pipeline.judge_lines import judge_lines
from pipeline.ledger import write_blocks
from pipeline.metadata import read_facts
from pipeline.model import Page
from pipeline.rules.order import RULES, Rule
from pipeline.rules.sheet import make_sheet
from pipeline.score_lines import score_lines
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
    # As in a run, where a batch is done before objects that keep each other alive are looked for.
    gc.disable()
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
    with timed(spent, "cut"):
        cut = [cut_lines(page.text) for page in pages]
    with timed(spent, "score"):
        scores = score_lines(pages, cut, settings)
    # Each step for all pages before the next, as `clean_pages` does it.
    with timed(spent, "index"):
        sheets = [
            make_sheet(page.text, lines, "", None if score is None else score.probability.tolist())
            for page, lines, score in zip(pages, cut, scores, strict=True)
        ]
    for rule in RULES:
        with timed(spent, f"rule {name_of(rule)}"):
            sheets = [sheet.with_claims(rule(sheet, settings)) for sheet in sheets]
    with timed(spent, "judge"):
        verdicts = [judge_lines(sheet, score)[0] for sheet, score in zip(sheets, scores, strict=True)]
    with timed(spent, "ledger"):
        blocks = [write_blocks(*one, settings.label_siblings) for one in zip(sheets, verdicts, strict=True)]
    with timed(spent, "language"):
        languages = [_language(of_page) for of_page in blocks]
    with timed(spent, "facts"):
        for sheet, language in zip(sheets, languages, strict=True):
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
