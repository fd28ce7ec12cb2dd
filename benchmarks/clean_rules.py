"""Measure the structural rules of the cleaner on labelled pages.

    python benchmarks/clean_rules.py DATA [--oof DATA/oof.full.jsonl.gz DATA/oof.main.jsonl.gz] [--show RULE]

DATA holds lines/pages.{full,main}.jsonl.gz (a page a line: id, domain, ptype, lines, gap, labels with 1 content,
0 boilerplate, -1 no words). For each rule that drops or takes to the metadata: lines and words claimed, and the
share of those words that the labels call boilerplate (for captions, which are body: content). With --oof
(out-of-fold probabilities and decisions of the line model, a page a line) it adds the words that a rule decides
otherwise than the model does, rightly and wrongly, word-weighted line F1 of the model alone and of rules and
model together, and of each guard the lines and words that it keeps though the model drops them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from pipeline.blocks import cut_lines
from pipeline.claim_lines import claim_lines
from pipeline.judge_lines import judge_lines
from pipeline.metadata import read_facts
from pipeline.model import DISPOSITION_OF, Disposition, Page
from pipeline.rules.sheet import Sheet
from pipeline.settings import CleanSettings

ZONES = False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--oof", type=Path, nargs=2, metavar=("FULL", "MAIN"))
    parser.add_argument("--show", default="", help="print wrongly claimed lines of this rule")
    parser.add_argument(
        "--zones", action="store_true", help="count apart inside and outside the prose, and by data set"
    )
    parser.add_argument("--metadata", action="store_true", help="measure title, date and author against html/gold")
    parser.add_argument("--limit", type=int, default=0)
    args = parser.parse_args()
    global ZONES
    ZONES = args.zones
    for number, view in enumerate(("full", "main")):
        pages = list(_read(args.data / "lines" / f"pages.{view}.jsonl.gz"))[: args.limit or None]
        scores = {r["id"]: r for r in _read(args.oof[number])} if args.oof else {}
        _measure(view, pages, scores, args.show)
        if args.metadata:
            gold = {r["id"]: r for r in _read(args.data / "html" / "gold.jsonl.gz")}
            _measure_metadata(view, pages, gold, scores, args.show)


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _page(record: dict[str, Any]) -> tuple[Page, list[int]]:
    """Return the page as text, and where each of its lines begins."""
    text, starts = "", []
    parts: list[str] = []
    at = 0
    for line, gap in zip(record["lines"], record["gap"], strict=True):
        lead = "\n" * (gap + bool(parts))
        parts += [lead, line]
        starts.append(at + len(lead))
        at += len(lead) + len(line)
    text = "".join(parts)
    return Page(record["id"], record["id"], "text/plain", text), starts


def _words(text: str) -> int:
    return max(1, len(text.split()))


def _measure(view: str, records: list[dict[str, Any]], scores: dict[str, Any], show: str) -> None:
    settings = CleanSettings()
    table: dict[str, Counter[str]] = defaultdict(Counter)
    totals: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    guards: dict[str, Counter[str]] = defaultdict(Counter)
    spent = 0.0
    joined = 0
    for record in records:
        page, starts = _page(record)
        before = time.process_time()
        lines = cut_lines(page.text)
        spent += time.process_time() - before
        model = _scores(scores.get(record["id"]), len(lines))
        before = time.process_time()
        sheet = claim_lines(page, lines, model, settings)
        spent += time.process_time() - before
        joined += len(starts) - len(lines)
        _count_rules(record, sheet, starts, table, show, model)
        if model:
            _count_f1(record, sheet, model, totals, guards)
    print(
        f"\n{view}: {len(records)} pages, {1000 * spent / len(records):.2f} ms CPU a page for cutting and rules, "
        f"{joined} lines joined"
    )
    print(f"{'rule':28}{'role':18}{'lines':>8}{'words':>9}{'precision':>11}{'moved right':>13}{'wrong':>7}")
    for rule, c in sorted(table.items(), key=lambda x: (x[1]["good"] / max(1, x[1]["words"]), x[0])):
        moved = f"{c['moved right']:13}{c['moved wrong']:7}"
        print(f"{rule:28}{_role(c):18}{c['lines']:8}{c['words']:9}{c['good'] / max(1, c['words']):11.3f}{moved}")
    for guard, c in sorted(guards.items()):
        print(
            f"kept by {guard:20} {c['content lines']:6} lines of content, {c['other lines']:4} others; "
            f"{c['content words']:6} words and {c['other words']:6}"
        )
    for key, total in sorted(totals.items()):
        print(
            f"{key:32} P {total['hit'] / max(1, total['kept']):.4f} R {total['hit'] / max(1, total['gold']):.4f} "
            f"F1 {2 * total['hit'] / max(1, total['kept'] + total['gold']):.4f}"
            f"  mean page F1 {total['f1'] / 1e6 / max(1, total['pages']):.4f}"
        )


def _role(counter: Counter[str]) -> str:
    return max((k for k in counter if k.startswith("role:")), key=lambda k: counter[k], default="role:")[5:]


def _gold(record: dict[str, Any], starts: list[int], at: int, end: int) -> list[tuple[int, int, str]]:
    """Return label, words and text of the pages' lines that a span touches (a joined line holds several)."""
    out = []
    for i, start in enumerate(starts):
        if start < end and start + len(record["lines"][i]) > at:
            a, b = max(0, at - start), end - start
            out.append((record["labels"][i], _words(record["lines"][i][a:b]), record["lines"][i]))
    return out


def _count_rules(
    record: dict[str, Any], sheet: Sheet, starts: list[int], table: dict[str, Counter[str]], show: str, model: Any
) -> None:
    for index in sorted(sheet.claims):
        for claim in sheet.claims[index]:
            zone = "in" if sheet.first_prose <= index <= sheet.last_prose else "out"
            row = table[f"{claim.rule} {zone} {record['id'][:3]}" if ZONES else claim.rule]
            row[f"role:{claim.role}"] += 1
            for label, words, _text in _gold(record, starts, claim.start, claim.end):
                if label < 0:
                    continue
                body = DISPOSITION_OF[claim.role] is Disposition.BODY
                good = (label == 1) is body
                row["lines"] += 1
                row["words"] += words
                row["good"] += words * good
                if model and body != bool(model.keep[index]):
                    row["moved right" if good else "moved wrong"] += words
                if claim.rule == show and not good:
                    print(f"  {record['id']}:{index} {sheet.text[claim.start : claim.end][:150]!r}")


def _plain(text: str | None) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text or "").casefold() if c.isalnum())


def _measure_metadata(
    view: str, records: list[dict[str, Any]], gold: dict[str, Any], scores: dict[str, Any], show: str
) -> None:
    """Print, for pages as text: values that are right, wrong, missing, rightly null, and false (gold has none)."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        page, _ = _page(record)
        lines = cut_lines(page.text)
        model = _scores(scores.get(record["id"]), len(lines))
        facts = {f.name: f for f in read_facts(claim_lines(page, lines, model, CleanSettings()))}
        want = gold[record["id"]]
        for field, key in (("title", "title"), ("author", "author"), ("published_on", "date")):
            said = facts[field].value if field in facts else None
            true = want[key] or None
            stated = true is not None and (field == "published_on" or _plain(true) in _plain(page.text))
            a, b = _plain(said), _plain(true)
            if said is None:
                outcome = "null, right" if true is None else "missing" if stated else "null, not in the text"
            elif true is None:
                outcome = "false value"
            else:
                near = (
                    field != "published_on" and min(len(a), len(b)) >= 0.6 * max(len(a), len(b)) and (a in b or b in a)
                )
                outcome = "right" if a == b or near or (field == "author" and a in b) else "wrong"
            for name in (f"{field} all", f"{field} {record['id'][:3]}"):
                counts[name][outcome] += 1
            if show == f"{field}:{outcome}":
                print(f"  {record['id']} said {said!r} by {facts[field].rule if said else ''}; gold {true!r}")
        # The gold holds no site: the page's address, which the text does not see, must hold the name or be in it.
        site, domain = _plain(facts["site"].value if "site" in facts else None), record["domain"].removeprefix("www.")
        bare = _plain(domain.rsplit(".", 1)[0])
        agrees = bool(site) and (site.removeprefix("the") in _plain(domain) or bare in site)
        counts["site all"]["null" if not site else "in the address" if agrees else "not in the address"] += 1
    for name, c in sorted(counts.items()):
        print(f"{view} {name:18} " + ", ".join(f"{k} {v}" for k, v in sorted(c.items())))


def _scores(record: dict[str, Any] | None, lines: int) -> Any:
    """Return a page's out-of-fold scores, or None where it has none or its lines were joined."""
    if record is None or len(record["prob"]) != lines:
        return None
    keep = np.zeros(lines, bool)
    keep[record["keep"]] = True
    return SimpleNamespace(probability=np.array(record["prob"]), keep=keep, evidence=lambda i: "")


def _count_f1(
    record: dict[str, Any],
    sheet: Sheet,
    model: Any,
    totals: dict[str, dict[str, float]],
    guards: dict[str, Counter[str]],
) -> None:
    verdicts, _ = judge_lines(sheet, model)
    for i, verdict in verdicts.items():
        if verdict.keep and not model.keep[i] and record["labels"][i] >= 0:
            kind = "content" if record["labels"][i] else "other"
            guards[verdict.rule][f"{kind} lines"] += 1
            guards[verdict.rule][f"{kind} words"] += _words(record["lines"][i])
    keep = model.keep
    for name, kept in (("model", keep), ("rules+model", None)):
        hit = all_kept = gold = 0.0
        for i, label in enumerate(record["labels"]):
            if label < 0:
                continue
            words = _words(record["lines"][i])
            if kept is not None:
                part = float(words * bool(kept[i]))
            else:
                line = sheet.lines[i]
                dropped = 0.0
                for c in sheet.claims.get(i, ()):
                    if DISPOSITION_OF[c.role] is not Disposition.BODY:
                        dropped += (c.end - c.start) / max(1, line.end - line.start)
                body = (
                    1 - dropped
                    if i not in verdicts or verdicts[i].keep
                    else sum(
                        (c.end - c.start) / max(1, line.end - line.start)
                        for c in sheet.claims.get(i, ())
                        if DISPOSITION_OF[c.role] is Disposition.BODY
                    )
                )
                part = words * max(0.0, min(1.0, body))
            all_kept += part
            gold += words * label
            hit += part * label
        row = totals[f"{name} {record['id'].split('/')[0]}"]
        row["hit"] += hit
        row["kept"] += all_kept
        row["gold"] += gold
        row["pages"] += 1
        row["f1"] += int(1e6 * 2 * hit / max(1, all_kept + gold))


if __name__ == "__main__":
    main()
