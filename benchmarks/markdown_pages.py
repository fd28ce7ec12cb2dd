"""Measure the cleaner on real pages that converters wrote as Markdown.

    python benchmarks/markdown_pages.py FOLDER [--half odd|even] [--marks benchmarks/real_pages_third.jsonl] [--pages]

FOLDER and marks are those of `real_pages.py`. Each page is converted by html2text (paragraphs unbroken, and wrapped at
78, as it does unasked) and by markdownify; both must be installed (`pip install html2text markdownify`). The body is
compared with the marked text of the HTML page by runs of characters, after markdown-it-py has made plain text of it, so
that no reading of Markdown of ours decides; title, author, date and site with what the marks state.
"""

from __future__ import annotations

import argparse
import html
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import mean

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parent)]

from real_pages import FIELDS, MARKS, align, compare, count_facts, read_pages  # noqa: E402

from pipeline import clean_html, clean_text  # noqa: E402
from pipeline.encodings import decode  # noqa: E402
from pipeline.model import Disposition  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=("odd", "even"))
    parser.add_argument("--marks", type=Path, default=MARKS)
    parser.add_argument("--pages", action="store_true", help="print a line a page")
    args = parser.parse_args()
    found: dict[str, list[float]] = {name: [] for name in converters()}
    facts: dict[str, Counter[str]] = {name: Counter() for name in found}
    for page, data in read_pages(args.folder, args.half, args.marks):
        shown = clean_html(data)
        marks = align(shown.text.split("\n"), page["marks"])
        for name, convert in converters().items():
            document = clean_text(convert(decode(data, declared(data)).text))
            body = "\n\n".join(b.text for b in document.blocks if b.disposition is Disposition.BODY)
            compare(plain(body), shown.text, marks, found[name])
            count_facts(document, page["facts"], facts[name], [])
            if args.pages and found[name]:
                print(name, page["id"], page["language"], round(found[name][-1], 3))
    for name, scores in found.items():
        print(f"{name}: {len(scores)} pages, mean F1 {mean(scores):.4f}")
        for field in FIELDS:
            told = ("right", "wrong", "missing", "invented")
            print(f"  {field}: " + ", ".join(f"{outcome} {facts[name][f'{field} {outcome}']}" for outcome in told))


def converters() -> Mapping[str, Callable[[str], str]]:
    """Return functions from HTML to Markdown by name."""
    import html2text
    from bs4 import BeautifulSoup
    from markdownify import markdownify

    def unbroken(page: str) -> str:
        converter = html2text.HTML2Text()
        converter.body_width = 0
        return str(converter.handle(page))

    def without_scripts(page: str) -> str:
        soup = BeautifulSoup(page, "html.parser")
        for element in soup(["script", "style", "head", "noscript", "template"]):
            element.decompose()
        return str(markdownify(str(soup)))

    return {"html2text": unbroken, "html2text, wrapped": html2text.html2text, "markdownify": without_scripts}


def declared(data: bytes) -> str | None:
    match = re.search(rb"charset=[\"']?([\w\-]{3,20})", data[:4_000])
    return match[1].decode("ascii") if match else None


def plain(markdown: str) -> str:
    """Return the text of Markdown, by the reference implementation's rules."""
    from markdown_it import MarkdownIt

    rendered = MarkdownIt("commonmark").enable("table").render(markdown)
    return html.unescape(re.sub(r"<[^>]+>", " ", rendered))


if __name__ == "__main__":
    main()
