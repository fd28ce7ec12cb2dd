"""Measure the cleaner on pages of our own whose every line was marked before it was run.

    python benchmarks/clean_pages.py tests/cases/pages/dev_*.txt [--lines]

A page begins with "%% LANGUAGE what it is"; "%title", "%author", "%date" and "%site" state its metadata (a field
without a line must come out empty). Each further line is "MARK|text": B body, H heading, M metadata, D dropped,
N metadata or dropped, ? anything. "¦MARK¦" inside a line changes the mark from there on. By language: body lines
lost (less than nine tenths of their characters in the body), junk lines kept (more than half in the body), metadata
lines kept in the body, and the four fields right, wrong, missing and invented. `--lines` prints what went wrong.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pipeline import clean_text
from pipeline.clean import clean_pages
from pipeline.model import Disposition, Document, Page
from pipeline.settings import CleanSettings

FIELDS = ("title", "author", "date", "site")
WHOLE, HALF = 0.9, 0.5


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a page that has one mark."""

    start: int
    end: int
    mark: str


@dataclass(frozen=True, slots=True)
class MarkedPage:
    """A page's text, what each piece of it is, and its metadata."""

    language: str
    name: str
    text: str
    pieces: tuple[Piece, ...]
    facts: dict[str, str]


def read_pages(path: Path) -> Iterator[MarkedPage]:
    """Yield the marked pages of a file."""
    for part in re.split(r"^%% ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
        head, *lines = part.rstrip("\n").split("\n")
        language, name = head.split(" ", 1)
        facts: dict[str, str] = {}
        pieces: list[Piece] = []
        text = ""
        for line in lines:
            if line.startswith("%"):
                key, value = line[1:].split(" ", 1)
                facts[key] = value
            elif not line:
                text += "\n"
            else:
                mark, rest = line.split("|", 1)
                parts = re.split(r"¦(.)¦", rest)
                for piece, kind in zip(parts[::2], [mark, *parts[1::2]], strict=True):
                    if piece.strip():
                        pieces.append(Piece(len(text), len(text) + len(piece), kind))
                    text += piece
                text += "\n"
        yield MarkedPage(language, name, text, tuple(pieces), facts)


def judge_page(page: MarkedPage, document: Document) -> Iterator[tuple[str, str]]:
    """Yield (outcome, what) for every piece and every field of a page."""
    at: list[str] = [""] * len(page.text)
    for block in document.blocks:
        at[block.start : block.end] = [str(block.disposition)] * (block.end - block.start)
    rules = {b.start: f"{b.role} by {b.rule}" for b in document.blocks}
    for piece in page.pieces:
        said = [at[i] for i in range(piece.start, piece.end) if not page.text[i].isspace()]
        kept = said.count(Disposition.BODY) / max(1, len(said))
        rule = next((r for s, r in sorted(rules.items(), reverse=True) if s <= piece.start), "")
        what = f"{piece.mark}| {page.text[piece.start : piece.end][:110]}   [{rule}]"
        if piece.mark in "BH":
            yield ("body lost" if kept < WHOLE else "body kept"), what
        elif piece.mark in "DN":
            yield ("junk kept" if kept > HALF else "junk gone"), what
        elif piece.mark == "M":
            yield ("metadata in body" if kept > HALF else "metadata told"), what
    for field in FIELDS:
        value = document.published_on.isoformat() if field == "date" and document.published_on else None
        value = value if field == "date" else getattr(document, field)
        true = page.facts.get(field)
        if " ".join((value or "").split()) == " ".join((true or "").split()):
            outcome = "right" if true else "null"
        else:
            outcome = "missing" if value is None else "invented" if true is None else "wrong"
        yield f"{field} {outcome}", f"{field}: {value!r}, not {true!r}"


LOSSES = ("body lost", "junk kept", "metadata in body", "wrong", "missing", "invented")


def count_outcomes(pages: Sequence[MarkedPage]) -> Counter[str]:
    """Clean the pages as one batch and count what `judge_page` says of their lines and fields."""
    texts = [Page(sha256(p.text.encode()).hexdigest()[:32], p.name, "text/plain", p.text) for p in pages]
    found: Counter[str] = Counter()
    for page, document in zip(pages, clean_pages(texts, CleanSettings()), strict=True):
        found.update(outcome for outcome, _ in judge_page(page, document))
    return found


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--lines", action="store_true", help="print every line and field that came out otherwise")
    args = parser.parse_args(argv)
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for path in args.pages:
        for page in read_pages(path):
            found = list(judge_page(page, clean_text(page.text)))
            for name in (page.language, "all"):
                table[name].update(outcome for outcome, _ in found)
                table[name]["pages"] += 1
            bad = [f for f in found if f[0].endswith(LOSSES)]
            if args.lines and bad:
                print(f"\n{page.language} {page.name}")
                for outcome, what in bad:
                    print(f"  {outcome:18} {what}")
    print(f"\n{'':5}{'pages':>6}{'body lost':>14}{'junk kept':>14}{'metadata in body':>20}", end="")
    print("".join(f"{f + ' r/w/m/i':>18}" for f in FIELDS))
    for name, c in sorted(table.items(), key=lambda x: (x[0] == "all", x[0])):
        body, junk = c["body lost"] + c["body kept"], c["junk kept"] + c["junk gone"]
        told = c["metadata in body"] + c["metadata told"]
        shares = (f"{c['body lost']}/{body}", f"{c['junk kept']}/{junk}", f"{c['metadata in body']}/{told}")
        fields = ["/".join(str(c[f"{f} {o}"]) for o in ("right", "wrong", "missing", "invented")) for f in FIELDS]
        print(
            f"{name:5}{c['pages']:6}{shares[0]:>14}{shares[1]:>14}{shares[2]:>20}" + "".join(f"{f:>18}" for f in fields)
        )


if __name__ == "__main__":
    main()
