"""Measure the topic tagger: the table by topic and site, an ablation, cost.

usage: python benchmarks/topics.py GOLD.jsonl [GOLD.jsonl ...] [--half 0|1] [--ablation]

--half takes the pages whose sha256 is even (0) or odd (1): errors were read on half 0 only, half 1
measures what the lexicon does on pages nobody looked at.
"""

import argparse
import hashlib
import time
from dataclasses import replace

from pipeline.tag import tag_texts
from pipeline.taxonomy import load_taxonomy
from pipeline.topic_model import compile_phrases
from pipeline.topic_phrases import Kind
from pipeline.topic_tools import evaluate_topics, read_labelled


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="+")
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--ablation", action="store_true")
    args = parser.parse_args()
    for path in args.gold:
        passages = read_labelled(path)
        if args.half is not None:
            passages = [p for p in passages if half(p.key) == args.half]
        report(path, passages)
        if args.ablation:
            ablate(passages)


def half(page: str) -> int:
    return int(hashlib.sha256(page.encode()).hexdigest(), 16) % 2


def report(path, passages) -> None:
    taxonomy = load_taxonomy()
    texts = [s for p in passages for s in p.sentences]
    tag_texts(texts, None, "en", taxonomy)
    runs = []
    for _ in range(5):
        start = time.process_time()
        tag_texts(texts, None, "en", taxonomy)
        runs.append((time.process_time() - start) / len(texts) * 1e6)
    e = evaluate_topics(taxonomy, passages)
    print(f"{path}: {e.sentences} sentences, micro F1 {e.micro:.3f} {span(e.micro_interval)},")
    print(f"  macro F1 {e.macro:.3f} {span(e.macro_interval)}, {min(runs):.0f} us a sentence,")
    print(f"  of sentences with no topic {e.untouched_share:.1%} got one")
    for m in e.topics:
        print(f"  {m.topic:26s} P {m.precision:.2f} R {m.recall:.2f} F {m.f1:.2f} ({m.wanted} wanted, {m.given} given)")
    for site, count, micro in sorted(e.sites, key=lambda s: -s[1])[:12]:
        print(f"  {site[:40]:40s} {count:4d} sentences, micro F1 {micro:.3f}")


def span(interval) -> str:
    return f"({interval[0]:.3f}-{interval[1]:.3f})"


def ablate(passages) -> None:
    base = load_taxonomy()
    lexicon = base.lexicon("en")
    only = {
        "all": lambda p: True,
        "without weak phrases": lambda p: p.kind is not Kind.WEAK,
        "without strong phrases": lambda p: p.kind is not Kind.STRONG,
        "without phrases with gaps or classes": lambda p: ".." not in p.text and "<" not in p.text,
        "without exclusions (global)": lambda p: not (p.kind is Kind.NOT and not p.topic),
        "without exclusions (by topic)": lambda p: not (p.kind is Kind.NOT and p.topic),
        "without words against (off, off-domain, mute)": lambda p: p.kind is not Kind.OFF,
        "without single words": lambda p: " " in p.text or p.kind in (Kind.NOT, Kind.OFF),
    }
    for name, keep in only.items():
        phrases = [p for p in lexicon.phrases if keep(p)]
        matcher = compile_phrases("en", phrases, lexicon.classes, lexicon.morphology)
        e = evaluate_topics(replace(base, _compiled={"en": matcher}), passages)
        print(
            f"  {name:48s} {len(phrases):5d} phrases, "
            f"micro {e.micro:.3f} macro {e.macro:.3f}, bare {e.untouched_share:.1%}"
        )
    bare = [replace(p, heading=None) for p in passages]
    e = evaluate_topics(base, bare)
    print(f"  {'without headings':48s} micro {e.micro:.3f} macro {e.macro:.3f}")
    alone = [
        replace(p, heading=None, sentences=(s,), topics=(t,))
        for p in passages
        for s, t in zip(p.sentences, p.topics, strict=True)
    ]
    e = evaluate_topics(base, alone)
    print(f"  {'without headings and neighbours':48s} micro {e.micro:.3f} macro {e.macro:.3f}")


if __name__ == "__main__":
    main()
