"""Measure the cleaner on marked HTML pages: what an analyst would keep of each text, marked before the page was run.

    python benchmarks/marked_html.py tests/cases/independent_html/*/*.html [--lines]

`data-m` on an element says what its text is; the nearest marked element around a text decides: B body, H heading in
the body, M metadata, C caption (body or not, both are right), D dropped, ? anything. <html> states the facts in
`data-title`, `data-author`, `data-date` and `data-site`; one that is absent must come out empty. The marks are stripped
before the page is cleaned: a text is found again in the ledger by its words, in order. By page: body characters
lost, junk and metadata characters in the body, and the four fields right, wrong, missing and invented. `--lines`
prints what went wrong.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import clean_html
from pipeline.extract import parse_html
from pipeline.model import Disposition, Document

FIELDS = ("title", "author", "date", "site")
_SILENT = frozenset(
    [
        "head",
        "script",
        "style",
        "template",
        "textarea",
        "select",
        "iframe",
        "svg",
        "noscript",
        "object",
        "video",
        "audio",
    ]
)
_MARK = re.compile(r"""\sdata-(?:m|title|author|date|site)=(?:"[^"]*"|'[^']*')""")
_PLAIN = re.compile(r"\s+|[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class MarkedHtml:
    """A page without its marks, the texts of it in order with their marks, and its facts."""

    name: str
    language: str
    html: str
    texts: tuple[tuple[str, str], ...]
    facts: dict[str, str]


def read_marked_html(path: Path) -> MarkedHtml:
    """Return the page in a file; raises ValueError where a text has no mark."""
    html = path.read_text(encoding="utf-8")
    root, _ = parse_html(html)
    facts = {name: root.get(f"data-{name}") for name in FIELDS}
    if facts.get("author"):
        facts["author"] = ", ".join(part.strip() for part in facts["author"].split(";"))
    stripped = _MARK.sub("", html)
    language = path.stem.split("_")[1] if "_" in path.stem else "?"
    found = tuple(_texts(root))
    if bad := [text for text, mark in found if mark not in "BHMCD?"]:
        raise ValueError(f"{path.name} has text without a mark: {bad[0][:60]!r}. Mark it or an element around it.")
    return MarkedHtml(path.stem, language, stripped, found, {k: v for k, v in facts.items() if v})


def _texts(element: Any, mark: str = "none") -> Iterator[tuple[str, str]]:
    """Yield the visible texts below an element with their marks."""
    if not isinstance(element.tag, str):
        return
    mark = element.get("data-m") or mark
    if element.tag not in _SILENT:
        if element.text and element.text.strip():
            yield element.text, mark
        for child in element:
            yield from _texts(child, mark)
            if child.tail and child.tail.strip():
                yield child.tail, mark


def judge_html(page: MarkedHtml, document: Document) -> Iterator[tuple[str, int, str]]:
    """Yield (outcome, characters, what) for every text of a page, and for every field."""
    folded, places = _fold(document.text)
    inside = [""] * len(document.text)
    rules = {}
    for block in document.blocks:
        inside[block.start : block.end] = [str(block.disposition)] * (block.end - block.start)
        rules[block.start] = f"{block.role} by {block.rule}"
    starts = sorted(rules)
    at = 0
    for text, mark in page.texts:
        wanted = _PLAIN.sub("", text)
        if not wanted:
            continue
        start = folded.find(wanted, at)
        if start < 0 or start > at + 4_000:
            if mark in "BH":
                yield "not rendered", len(wanted), f"{mark}| {' '.join(text.split())[:110]}"
            continue
        at = start + len(wanted)
        spots = [places[i] for i in range(start, at)]
        kept = sum(inside[i] == Disposition.BODY for i in spots)
        rule = next((rules[s] for s in reversed(starts) if s <= spots[0]), "")
        what = f"{mark}| {' '.join(text.split())[:110]}   [{rule}]"
        if mark in "BH":
            yield "body kept", kept, what
            if kept < len(spots):
                yield "body lost", len(spots) - kept, what
        elif mark in "DM":
            kind = "junk" if mark == "D" else "metadata"
            yield f"{kind} gone", len(spots) - kept, what
            if kept:
                yield f"{kind} kept", kept, what
    for field in FIELDS:
        value = document.published_on.isoformat() if field == "date" and document.published_on else None
        value = value if field == "date" else getattr(document, field)
        true = page.facts.get(field)
        if " ".join((value or "").split()) == " ".join((true or "").split()):
            outcome = "right" if true else "null"
        else:
            outcome = "missing" if value is None else "invented" if true is None else "wrong"
        yield f"{field} {outcome}", 1, f"{field}: {value!r}, not {true!r}"


def _fold(text: str) -> tuple[str, list[int]]:
    """Return the text without white space, and where each character stood."""
    places = [i for i, c in enumerate(text) if not _PLAIN.match(c)]
    return "".join(text[i] for i in places), places


LOSSES = ("lost", "junk kept", "metadata kept", "not rendered", "wrong", "missing", "invented")


def count_html(pages: Sequence[MarkedHtml]) -> Counter[str]:
    """Clean the pages and add up what `judge_html` says of them."""
    total: Counter[str] = Counter()
    for page in pages:
        for outcome, count, _ in judge_html(page, clean_html(page.html)):
            total[outcome] += count
    return total


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--lines", action="store_true", help="print every text and field that came out otherwise")
    args = parser.parse_args(argv)
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for path in args.pages:
        page = read_marked_html(path)
        found = list(judge_html(page, clean_html(page.html)))
        for name in (page.name, "all"):
            for outcome, count, _ in found:
                table[name][outcome] += count
        bad = [f for f in found if f[0].endswith(LOSSES)]
        if args.lines and bad:
            print(f"\n{page.name}")
            for outcome, count, what in bad:
                print(f"  {outcome:16}{count:5} {what}")
    print(f"\n{'':32}{'body lost':>14}{'junk kept':>14}{'metadata kept':>16}", end="")
    print("".join(f"{f + ' r/w/m/i':>17}" for f in FIELDS))
    for name, c in table.items():
        body = c["body lost"] + c["body kept"] + c["not rendered"]
        shares = (
            f"{c['body lost'] + c['not rendered']}/{body}",
            f"{c['junk kept']}/{c['junk kept'] + c['junk gone']}",
            f"{c['metadata kept']}/{c['metadata kept'] + c['metadata gone']}",
        )
        fields = ["/".join(str(c[f"{f} {o}"]) for o in ("right", "wrong", "missing", "invented")) for f in FIELDS]
        print(f"{name[:31]:32}{shares[0]:>14}{shares[1]:>14}{shares[2]:>16}" + "".join(f"{f:>17}" for f in fields))


if __name__ == "__main__":
    main()
