"""Score language detection beside langdetect, langdetect-rs and py3langid, in one run.

usage: python benchmarks/language.py FOLDER [--texts FOLDER] [--peers langdetect langdetect_rs py3langid]

FOLDER holds one JSON file a set, paragraphs of {"text", "spans"}; the first two letters name the language.
Prints, for 25 characters, sentences, 500 characters and whole paragraphs, the share right in each language
and on average over languages, and microseconds of CPU a text. Peers that are not installed are left out.
--texts: a folder of `language_texts.py`; prints a row a language, of paragraphs (400 characters put together)
and of sentences, ours and the peers', and what ours are taken for.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

Detect = Callable[[str], str]


def load(name: str) -> Detect | None:
    """Return a detector as a function from text to code, or None where it is not installed."""
    try:
        if name == "ours":
            from pipeline.language import detect_language

            return lambda text: detect_language(text).code
        if name == "py3langid":
            import py3langid

            return lambda text: str(py3langid.classify(text)[0])
        module = __import__(name)
        module.DetectorFactory.seed = 0

        def detect(text: str) -> str:
            try:
                return str(module.detect(text))[:2]
            except Exception:
                return "und"

        return detect
    except ImportError:
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", nargs="*", default=["langdetect", "langdetect_rs", "py3langid"])
    parser.add_argument("--texts", type=Path)
    args = parser.parse_args()
    if args.texts:
        by_language(args.texts, args.peers)
        return
    for title, items in samples(args.folder).items():
        print(f"{title} ({len(items)} texts)")
        for name in ("ours", *args.peers):
            detect = load(name)
            if detect is None:
                continue
            detect("The first call loads the profiles.")
            for _, text in items[:20]:
                detect(text)
            right, total = Counter[str](), Counter[str]()
            begin = time.process_time()
            for language, text in items:
                total[language] += 1
                right[language] += detect(text) == language
            spent = time.process_time() - begin
            share = {code: 100 * right[code] / total[code] for code in sorted(total)}
            row = " ".join(f"{code} {value:5.1f}" for code, value in share.items())
            mean = sum(share.values()) / len(share)
            print(f"  {name:14}{mean:6.2f} | {row} | {1e6 * spent / len(items):6.0f} us", flush=True)


def by_language(folder: Path, peers: list[str]) -> None:
    from pipeline.segment import split_text

    detectors = {name: detect for name in ("ours", *peers) if (detect := load(name)) is not None}
    print("language".ljust(10) + "paragraphs" + "".join(f"{name:>13}" for name in detectors) + "  sentences")
    for path in sorted(folder.glob("*.json")):
        gold, dense = path.stem.split("-")[0], path.stem in ("zh", "ja", "ko", "th", "my", "km", "lo", "bo")
        texts = json.loads(path.read_text(encoding="utf-8"))
        random.Random(1).shuffle(texts)
        paragraphs, sentences, grown = list[str](), list[str](), ""
        for text in texts:
            grown = f"{grown} {text}".strip()
            if len(grown) >= (130 if dense else 400):
                paragraphs, grown = [*paragraphs, grown], ""
            sentences += [text[a:b] for a, b in split_text(text, gold) if b - a >= (14 if dense else 40)]
        sentences = [s for s in sentences if "://" not in s]
        random.Random(2).shuffle(sentences)
        row, wrong = f"{path.stem:10}{len(paragraphs[:120]):10}", Counter[str]()
        for name, detect in detectors.items():
            cells = []
            for items in (paragraphs[:120], sentences[:250]):
                found = [detect(item) for item in items]
                cells.append(f"{100 * sum(code == gold for code in found) / max(1, len(found)):5.1f}")
                wrong.update(code for code in found if name == "ours" and code != gold)
            row += f"{'/'.join(cells):>13}"
        print(f"{row}{len(sentences[:250]):11}  {dict(wrong.most_common(4))}", flush=True)


def samples(folder: Path) -> dict[str, list[tuple[str, str]]]:
    sentences: defaultdict[str, list[str]] = defaultdict(list)
    paragraphs: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*.json")):
        for paragraph in json.loads(path.read_text(encoding="utf-8")):
            text, language = paragraph["text"], path.stem[:2]
            paragraphs.append((language, text))
            sentences[language] += [text[a:b] for a, b in paragraph["spans"] if b - a >= 20]
    rng = random.Random(0)
    drawn = [(code, s) for code, found in sorted(sentences.items()) for s in rng.sample(found, min(300, len(found)))]
    return {
        "25 characters": [(code, s[:25]) for code, s in drawn if len(s) >= 25],
        "sentences": drawn,
        "500 characters": [(code, p[:500]) for code, p in paragraphs if len(p) >= 300],
        "paragraphs of 1,000 and more": [(code, p) for code, p in paragraphs if len(p) >= 1_000],
    }


if __name__ == "__main__":
    main()
