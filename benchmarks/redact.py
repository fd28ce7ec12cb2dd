"""Measure what redaction finds and what it takes wrongly.

    python benchmarks/redact.py [--made 2000] [--show] [--pages DATA/html/pages.jsonl.gz]

On tests/cases/redact.json, where `<<kind|secret>>` marks what is personal; and with --made on as many items that
Faker makes in fifteen locales from a fixed seed (an address, number or mail in a short frame, and look-alikes: dates,
ISBN, amounts, IP addresses). A secret counts as found when every letter and digit of it is covered, as partly found
when some are; a span counts as wrong when it touches no secret.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.personal import Personal, find_contacts, find_profile

CASES = Path(__file__).parent.parent / "tests" / "cases" / "redact.json"
LOCALES = {
    "en_US": "en",
    "en_GB": "en",
    "de_DE": "de",
    "fr_FR": "fr",
    "es_ES": "es",
    "it_IT": "it",
    "pt_BR": "pt",
    "nl_NL": "nl",
    "pl_PL": "pl",
    "ru_RU": "ru",
    "uk_UA": "uk",
    "tr_TR": "tr",
    "fa_IR": "fa",
    "zh_CN": "zh",
    "ja_JP": "ja",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A text with its secrets: (start, end, kind)."""

    text: str
    language: str
    dropped: bool
    secrets: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Score:
    """What was found of the secrets, and wrong spans."""

    found: Counter[str]
    partly: Counter[str]
    total: Counter[str]
    wrong: Counter[str]
    spans: Counter[str]


def read_items(path: Path = CASES) -> list[Item]:
    """Read the labelled items."""
    return [
        parse(item["text"], item["language"], item["where"] == "dropped")
        for item in json.loads(path.read_text(encoding="utf-8"))["items"]
    ]


def parse(marked: str, language: str, dropped: bool) -> Item:
    """Take the marks out of a text."""
    text, secrets, at = "", [], 0
    for match in re.finditer(r"<<(\w+)\|(.+?)>>", marked, re.DOTALL):
        text += marked[at : match.start()]
        secrets.append((len(text), len(text) + len(match[2]), match[1]))
        text += match[2]
        at = match.end()
    return Item(text + marked[at:], language, dropped, tuple(secrets))


def find(item: Item) -> list[Personal]:
    """Find what redaction finds in such a block."""
    profile = find_profile(item.text, whole=True) if item.dropped else []
    return [*find_contacts(item.text, item.language), *profile]


def measure(items: list[Item], show: bool = False) -> Score:
    """Compare what is found with the labels."""
    score = Score(Counter(), Counter(), Counter(), Counter(), Counter())
    for item in items:
        spans = find(item)
        covered = {i for span in spans for i in range(span.start, span.end)}
        for start, end, kind in item.secrets:
            needed = {i for i in range(start, end) if item.text[i].isalnum()}
            score.total[kind] += 1
            score.found[kind] += needed <= covered
            score.partly[kind] += bool(needed & covered) and not needed <= covered
            if show and not needed <= covered:
                print(f"  missed {kind:8} {item.language} {item.text!r}: {[item.text[s.start : s.end] for s in spans]}")
        for span in spans:
            score.spans[span.kind] += 1
            if not any(span.start < end and start < span.end for start, end, _ in item.secrets):
                score.wrong[span.kind] += 1
                if show:
                    print(f"  wrong  {span.kind:8} {item.language} {item.text!r}: {item.text[span.start : span.end]!r}")
    return score


def make_items(count: int, seed: int = 7) -> Iterator[Item]:
    """Make items with Faker: two in three hold a secret, the rest look-alikes."""
    from faker import Faker

    makers = {locale: Faker(locale) for locale in LOCALES}
    for number, fake in enumerate(makers.values()):
        fake.seed_instance(seed + number)
    frames = {"email": ("Mail: {}", "{}", "({})"), "phone": ("Tel.: {}", "Phone: {}"), "bare": ("{}", "News desk {}")}
    for i in range(count):
        locale = list(LOCALES)[i % len(LOCALES)]
        fake, language, turn = makers[locale], LOCALES[locale], i // len(LOCALES)
        kind = ("email", "phone", "bare", "address", "alike", "alike")[turn % 6]
        if kind == "alike":
            amount = f"{fake.random_int(10**6, 10**9):,}"
            alike = (fake.date("%d.%m.%Y"), fake.date(), fake.isbn13(), fake.ipv4(), amount)
            coordinate = f"{fake.latitude()}, {fake.longitude()}"
            yield parse(f"{fake.word()} {(*alike, coordinate)[turn // 6 % 6]} {fake.word()}", language, turn % 4 == 0)
        elif kind == "address":
            address = re.sub(r"\s*\n\s*", ", ", fake.address())
            yield parse(f"{'Address: ' * (turn // 6 % 2)}<<address|{address}>>", language, True)
        else:
            secret = fake.email() if kind == "email" else fake.phone_number()
            name = "email" if kind == "email" else "phone"
            choices = frames[kind]
            yield parse(choices[turn % len(choices)].format(f"<<{name}|{secret}>>"), language, False)


def report(name: str, score: Score) -> None:
    """Print a line a kind."""
    print(f"{name}: kind, secrets, found, partly, spans, wrong")
    for kind in sorted({*score.total, *score.spans}):
        total, found = score.total[kind], score.found[kind]
        print(
            f"  {kind:8} {total:5} {found:5} ({found / max(1, total):6.1%}) {score.partly[kind]:4}"
            f" {score.spans[kind]:5} {score.wrong[kind]:4}"
        )
    spans, wrong, total = score.spans.total(), score.wrong.total(), score.total.total()
    print(f"  recall {score.found.total() / max(1, total):.3f}, precision {1 - wrong / max(1, spans):.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--made", type=int, default=0, metavar="N", help="items that Faker makes")
    parser.add_argument("--show", action="store_true", help="print what is missed and what is wrong")
    args = parser.parse_args()
    items = read_items()
    report(f"{len(items)} written items", measure(items, args.show))
    if args.made:
        made = list(make_items(args.made))
        begun = time.process_time()
        report(f"{len(made)} made items", measure(made, args.show))
        print(f"  {(time.process_time() - begun) / len(made) * 1e6:.0f} us an item")


if __name__ == "__main__":
    main()
