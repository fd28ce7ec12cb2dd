"""Make a folder of distinct short documents, for measuring cost and memory by the number of documents.

usage: python benchmarks/made_corpus.py DOCUMENTS FOLDER [--sentences 12]

Each document deals sentences of the seeds anew under a title, a byline and a line of furniture, and puts a
number of its own into every sentence, so that nothing is found in a cache and nothing repeats. The same
arguments make the same files.
"""

from __future__ import annotations

import argparse
import random
import re
from pathlib import Path

SEEDS = Path(__file__).parent.parent / "seeds"
FURNITURE = ("Share this article", "Read also: the week in numbers", "Subscribe to our newsletter", "Home > News")


def make_corpus(documents: int, folder: Path, sentences: int = 12) -> int:
    """Write the documents, 1,000 a folder, and return their bytes."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SEEDS.iterdir()))
    pool = sorted({s for s in re.split(r"(?<=[.!?])\s+", text) if 40 < len(s) < 240 and "\n" not in s})
    size = 0
    for number in range(documents):
        some = random.Random(number).sample(pool, sentences)
        words = [s.split(" ") for s in some]
        body = [" ".join([*w[:3], f"no. {number * 1_000 + i}", *w[3:]]) for i, w in enumerate(words)]
        lines = [
            FURNITURE[number % len(FURNITURE)],
            " ".join(words[0][:6]).rstrip(".,;:") + f" ({number})",
            f"{1 + number % 28} March {2000 + number % 25}",
            *(" ".join(body[i : i + 3]) for i in range(0, len(body), 3)),
        ]
        path = folder / f"{number // 1_000:04d}" / f"{number:07d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        size += path.write_bytes("\n\n".join(lines).encode())
    return size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sentences", type=int, default=12)
    arguments = parser.parse_args()
    size = make_corpus(arguments.documents, arguments.folder, arguments.sentences)
    print(f"{arguments.documents:,} documents, {size:,} bytes")


if __name__ == "__main__":
    main()
