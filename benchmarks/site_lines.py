"""Count the lines of sites and their engines that stay when they stand alone beside a short text.

    python benchmarks/site_lines.py [FILE] [--lines]

FILE (`tests/cases/site_lines.toml`) holds short texts in thirty languages, and interface strings by kind and language:
notes at forms to comment, buttons, headings of boxes. Each is set by itself `below` its language's text; those of the
kinds under `anywhere` also under the title (`head`) and between the last two paragraphs (`amid`). Printed by kind and
place: strings, those kept as body, and paragraphs that were lost.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from pipeline.clean import clean_pages
from pipeline.model import Disposition, Page
from pipeline.settings import CleanSettings

CASES = Path(__file__).resolve().parents[1] / "tests" / "cases" / "site_lines.toml"


@dataclass(frozen=True, slots=True)
class Case:
    """A line set beside a text: the parts of the page in order, and which of them the line is."""

    kind: str
    place: str
    language: str
    parts: tuple[str, ...]
    number: int

    @property
    def line(self) -> str:
        """The line."""
        return self.parts[self.number]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case: whether the line stays as body, and how many paragraphs are lost."""

    case: Case
    kept: bool
    lost: int


def read_cases(path: Path = CASES) -> Iterator[Case]:
    """Yield the cases of a file, in its order."""
    data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    for section, places in (("below", ("below",)), ("anywhere", ("head", "amid", "below"))):
        for kind, by_language in data[section].items():
            for language, lines in by_language.items():
                text = data["text"][language]
                parts = [text["title"], *text["paragraphs"]]
                for line in lines:
                    for place in places:
                        number = {"head": 1, "amid": len(parts) - 1, "below": len(parts)}[place]
                        yield Case(kind, place, language, (*parts[:number], line, *parts[number:]), number)


def try_cases(cases: list[Case]) -> list[Outcome]:
    """Clean the page of each case."""
    pages = [Page(str(i), "", "text/plain", "\n\n".join(case.parts)) for i, case in enumerate(cases)]
    outcomes = []
    for case, document in zip(cases, clean_pages(pages, CleanSettings()), strict=True):
        body = [(b.start, b.end) for b in document.blocks if b.disposition is Disposition.BODY]
        at, stays = 0, []
        for part in case.parts:
            stays.append(any(start < at + len(part) and end > at for start, end in body))
            at += len(part) + 2
        lost = sum(not kept for i, kept in enumerate(stays) if i not in (0, case.number))
        outcomes.append(Outcome(case, stays[case.number], lost))
    return outcomes


def main() -> None:
    """Print a line for each kind and place, and one for all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=CASES)
    parser.add_argument("--lines", action="store_true", help="print what stays")
    asked = parser.parse_args()
    outcomes = try_cases(list(read_cases(asked.file)))
    for o in outcomes if asked.lines else ():
        if o.kept or o.lost:
            print(
                f"{o.case.kind:16}{o.case.place:7}{o.case.language:4}{o.case.line}"
                + " (a paragraph lost)" * bool(o.lost)
            )
    print(f"{'kind':16}{'place':7}{'lines':>6}{'kept':>6}{'paragraphs lost':>17}")
    for kind, place in dict.fromkeys((o.case.kind, o.case.place) for o in outcomes):
        own = [o for o in outcomes if (o.case.kind, o.case.place) == (kind, place)]
        print(f"{kind:16}{place:7}{len(own):6}{sum(o.kept for o in own):6}{sum(o.lost for o in own):17}")
    print(f"{'all':23}{len(outcomes):6}{sum(o.kept for o in outcomes):6}{sum(o.lost for o in outcomes):17}")


if __name__ == "__main__":
    main()
