"""Measure what the cleaner loses of long texts without markup, put together from the texts of several news pages.

    python benchmarks/long_pages.py FOLDER [--texts 10]

FOLDER is that of `article_pages.py`. Forty pages, every other one by the order of the keys, give the frame: what their
text holds above the first and below the last block of the body. Into each goes the gold text of as many other pages
as asked, without lines under eight words. Printed are the paragraphs lost and the blocks of the frame that stay.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parent)]

from article_pages import body_of, read_pages  # noqa: E402
from real_pages import letters  # noqa: E402

from pipeline import clean_html, clean_text  # noqa: E402
from pipeline.model import Disposition  # noqa: E402

PAGES, WORDS = 40, 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--texts", type=int, default=10)
    args = parser.parse_args()
    pages = list(read_pages(args.folder, "odd"))
    texts = [[p for p in gold["text"].split("\n") if len(p.split()) >= WORDS] for _, gold, _ in pages]
    total = lost = kept = 0
    for i, (_, _, data) in enumerate(pages[:PAGES]):
        shown = clean_html(data)
        body = [b for b in shown.blocks if b.disposition is Disposition.BODY]
        if not body:
            continue
        middle = [p for k in range(args.texts) for p in texts[(i * 7 + k * 3 + 1) % len(texts)]]
        above, below = shown.text[: body[0].start] + "\n", "\n" + shown.text[body[-1].end :]
        document = clean_text(above + "\n\n".join(middle) + below)
        found = letters(body_of(document))
        total += len(middle)
        lost += sum(letters(p) not in found for p in middle)
        end = len(document.text) - len(below)
        outside = (b.end <= len(above) or b.start >= end for b in document.blocks if b.disposition is Disposition.BODY)
        kept += sum(outside)
    print(f"{args.texts} texts a page: {lost} of {total} paragraphs lost, {kept} blocks of the frame kept")


if __name__ == "__main__":
    main()
