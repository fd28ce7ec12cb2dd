"""Score the mentions against hand labels: precision and recall by kind and by evidence, with the errors on demand.

    python benchmarks/entities.py GOLD.jsonl [GOLD.jsonl ...] [--half even|odd] [--errors] [--speed]

A gold line has `text` and `entities` (start, end, kind, id, evidence); `page` or `doc` names its page, `language` its
language (English if it has none). A mention counts when span, kind and id agree; a gold id of null (a region that M49
does not know) agrees with any id. What the annotator marked as doubtful counts neither way: neither the mark nor what
is found on it. `--half` keeps the pages whose name has an even or odd sha256, so that one half can stay unseen while
the rules are written. Where there are several languages, each has a line of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from pipeline.entities import find_mentions

KEYS = ("all", "country", "region", "organisation", "name", "demonym", "metonym", "abbreviation")


def read_rows(path: Path, half: str | None) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if half is None:
        return rows
    rest = ("even", "odd").index(half)
    return [
        r for r in rows if int(hashlib.sha256(str(r.get("page", r.get("doc"))).encode()).hexdigest(), 16) % 2 == rest
    ]


def compare(row: dict[str, Any]) -> tuple[list[Any], list[Any], list[Any]]:
    """Return what was found rightly, found wrongly, and missed."""
    gold = {(e["start"], e["end"], e["kind"]): e for e in row["entities"] if not e.get("doubtful")}
    doubtful = [e for e in row["entities"] if e.get("doubtful")]
    right, wrong = [], []
    for m in find_mentions(row["text"], row.get("language", "en")):
        e = gold.get((m.start, m.end, str(m.kind)))
        if e is not None and e["id"] in (None, m.entity_id):
            right.append((e, m))
            del gold[(m.start, m.end, str(m.kind))]
        elif not any(e["start"] < m.end and m.start < e["end"] for e in doubtful):
            wrong.append(m)
    return right, wrong, list(gold.values())


def score(name: str, rows: list[dict[str, Any]], show_errors: bool) -> None:
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    same_evidence = 0
    for row in rows:
        good, bad, lost = compare(row)
        same_evidence += sum(str(m.evidence) == e["evidence"] for e, m in good)
        language = row.get("language", "en")
        for counter, items in ((right, [e for e, _ in good]), (missed, lost)):
            for e in items:
                counter.update(["all", e["kind"], e["evidence"], language])
        for m in bad:
            wrong.update(["all", str(m.kind), m.evidence, language])
            if show_errors:
                print(f"  + {language} {m.text} = {m.entity_id} ({m.evidence}): {around(row['text'], m.start, m.end)}")
        if show_errors:
            for e in lost:
                place = around(row["text"], e["start"], e["end"])
                print(f"  - {language} {e['text']} = {e['id']} ({e['evidence']}): {place}")
    print(f"{name}: {len(rows)} sentences; evidence agrees on {same_evidence} of {right['all']} right mentions")
    languages = sorted({row.get("language", "en") for row in rows})
    for key in (*KEYS, *(languages if len(languages) > 1 else ())):
        n = right[key]
        p, r = n / max(1, n + wrong[key]), n / max(1, n + missed[key])
        print(f"  {key:13} P {p:.3f}  R {r:.3f}   right {n:4}  wrong {wrong[key]:3}  missed {missed[key]:3}")


def around(text: str, start: int, end: int) -> str:
    return f"{text[max(0, start - 45) : start]}[{text[start:end]}]{text[end : end + 35]}".replace("\n", " ")


def speed(rows: list[dict[str, Any]]) -> None:
    texts = [(r["text"], r.get("language", "en")) for r in rows]
    for language in {language for _, language in texts}:
        find_mentions("", language)
    best = min(timed(texts) for _ in range(7))
    print(f"{best / len(texts) * 1e6:.1f} us a sentence (best of 7 passes over {len(texts)} sentences)")


def timed(texts: list[tuple[str, str]]) -> float:
    begin = time.process_time()
    for text, language in texts:
        find_mentions(text, language)
    return time.process_time() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--half", choices=("even", "odd"))
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--speed", action="store_true")
    given = parser.parse_args()
    for path in given.gold:
        rows = read_rows(path, given.half)
        score(path.name + (f" ({given.half} pages)" if given.half else ""), rows, given.errors)
        if given.speed:
            speed(rows)


if __name__ == "__main__":
    main()
