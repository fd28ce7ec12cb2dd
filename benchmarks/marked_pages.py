"""Read the marked pages of the tests as pages that the line model learns from, and measure the cleaner on them.

    python benchmarks/marked_pages.py tests/cases [--oof FOLDER/oof.marked.auto.jsonl.gz]

With the out-of-fold answers of `train_sequence.py` the whole cleaner is measured as if the line model had not seen the
author of a page (its rules have); without them, as it ships.

Marked pages are what the web pages lack: thirty-seven languages, made-up profiles, forums, notices, verse, hard-wrapped
lines. They are cut as the cleaner cuts them. Body and headings are content, also where boilerplate stands in the same
line; what is to be dropped is boilerplate. From titles, bylines and dates nothing is learned: the labelled web pages
keep one in two, and rules claim them. All pages of one author count as one site, so that a model is never measured on
an author from whom it learned.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parent)]

from clean_pages import FIELDS, MarkedPage, judge_page, read_pages  # noqa: E402
from train_pages import Sample  # noqa: E402

from pipeline import clean, clean_text  # noqa: E402
from pipeline.blocks import Line, cut_lines  # noqa: E402
from pipeline.line_features import PageLines  # noqa: E402
from pipeline.line_model import LineScores  # noqa: E402
from pipeline.model import Document, Page  # noqa: E402
from pipeline.settings import CleanSettings  # noqa: E402

VIEW = "marked"
OWN = "pages"
"""The folder of the pages that one author, ours, wrote in several files."""
UNREAD = ("author_12.txt", "author_13.txt")
"""Pages that nothing is learned from and nothing chosen by: `clean_pages.py` reads their totals at the end."""
LABELS = {"B": 1, "H": 1, "D": 0, "N": 0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of the test cases")
    parser.add_argument("--oof", type=Path)
    args = parser.parse_args()
    answers = read_answers(args.oof) if args.oof else {}
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for path in marked_files(args.folder):
        group = OWN if path.parent.name == OWN else "independent"
        for number, page in enumerate(read_pages(path)):
            found = answers.get(name_of(path, number))
            document = clean_text(page.text) if found is None else clean_with(page, *found)
            outcomes = Counter(outcome for outcome, _ in judge_page(page, document))
            for name in (path.stem, group, "all"):
                table[name].update(outcomes)
    for name, c in table.items():
        body, junk = c["body lost"] + c["body kept"], c["junk kept"] + c["junk gone"]
        values = ", ".join(f"{f} {'/'.join(str(c[f'{f} {o}']) for o in OUTCOMES)}" for f in FIELDS)
        told = f"{c['metadata in body']} of {c['metadata in body'] + c['metadata told']}"
        lost, kept = f"{c['body lost']} of {body}", f"{c['junk kept']} of {junk}"
        print(f"{name:12} body lost {lost}, junk kept {kept}, header lines in the body {told}; {values}")


OUTCOMES = ("right", "wrong", "missing", "invented")


def read_answers(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the probability of each page's lines, and which to keep."""
    out = {}
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            keep = np.zeros(len(row["prob"]), np.bool_)
            keep[row["keep"]] = True
            out[row["id"]] = (np.array(row["prob"]), keep)
    return out


def clean_with(marked: MarkedPage, probability: np.ndarray, keep: np.ndarray) -> Document:
    """Clean a page with these answers of the line model instead of its own."""
    settings = CleanSettings()
    page = Page("0" * 32, marked.name, "text/plain", marked.text)
    return clean._label([(page, cut_lines(marked.text), LineScores(probability, keep, settings.policy))], settings)[0]


def read_marked(folder: Path) -> list[Sample]:
    """Return the pages of `folder`/independent and `folder`/pages."""
    return [
        as_sample(name_of(path, number), OWN if path.parent.name == OWN else path.name, page)
        for path in marked_files(folder)
        for number, page in enumerate(read_pages(path))
    ]


def name_of(path: Path, number: int) -> str:
    """Return the name of a page of a file."""
    return f"{VIEW}/{path.stem}/{number}"


def marked_files(folder: Path) -> Sequence[Path]:
    """Return the files of marked pages, in order, but for those that nobody reads."""
    paths = [*sorted((folder / "independent").glob("*.txt")), *sorted((folder / OWN).glob("*.txt"))]
    return [path for path in paths if path.name not in UNREAD]


def as_sample(name: str, author: str, page: MarkedPage) -> Sample:
    """Return a marked page with a label a line."""
    lines = cut_lines(page.text)
    indented = [" " * min(line.indent, 8) + line.text for line in lines]
    inputs = PageLines(indented, [line.gap for line in lines])
    return Sample(name, author, VIEW, "page", inputs, list(_labels(page, lines)), VIEW)


def _labels(page: MarkedPage, lines: Sequence[Line]) -> Iterator[int]:
    for line in lines:
        parts = [p for p in page.pieces if p.start < line.end and p.end > line.start]
        # A line that holds a sentence and an advertisement is cut by a rule: the model must not drop it whole.
        parts = [p for p in parts if LABELS.get(p.mark) == 1] or parts
        own = max(parts, key=lambda p: min(p.end, line.end) - max(p.start, line.start)).mark if parts else "?"
        yield LABELS.get(own, -1)


if __name__ == "__main__":
    main()
