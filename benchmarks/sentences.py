"""Score the sentence splitter beside its peers, in one run.

usage: python benchmarks/sentences.py FOLDER [--sets SET ...] [--peers NAME ...] [--hostile] [--corpus FOLDER]

FOLDER holds one JSON file a set, paragraphs of {"text", "spans"}; the first two letters name the language.
Prints a table of F1 x 100 of the sentence ends inside paragraphs, then false and missed ends of ours, then
MB a CPU second on distinct paragraphs (--corpus: a folder of text files), then ten hostile inputs of 1 MB.
Peers that are not installed are left out: pip install pysbd sentencex blingfire razdel spacy nltk choppa-srx.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

Split = Callable[[str, str], Iterable[tuple[int, int]]]
PEERS = ("pysbd", "sentencex", "blingfire", "razdel", "spacy", "punkt", "choppa")


def spans_of(text: str, sentences: Iterable[str]) -> list[tuple[int, int]]:
    """Return the spans of sentences that a peer gives back as strings."""
    spans, place = [], 0
    for sentence in sentences:
        sentence = sentence.strip()
        if not sentence:
            continue
        found = text.find(sentence, place)
        if found < 0:
            continue
        spans.append((found, found + len(sentence)))
        place = found + len(sentence)
    return spans


def load(name: str) -> Split | None:
    """Return a peer as a function of text and language, or None where it is not installed."""
    cache: dict[str, Any] = {}
    try:
        if name == "ours":
            from pipeline.segment import split_text

            return split_text
        if name == "pysbd":
            import pysbd
            from pysbd.languages import LANGUAGE_CODES

            def split(text: str, language: str) -> list[tuple[int, int]]:
                code = language if language in LANGUAGE_CODES else "en"
                if code not in cache:
                    cache[code] = pysbd.Segmenter(language=code, clean=False)
                return spans_of(text, cache[code].segment(text))
        elif name == "sentencex":
            from sentencex import segment

            def split(text: str, language: str) -> list[tuple[int, int]]:
                return spans_of(text, segment(language, text))
        elif name == "blingfire":
            from blingfire import text_to_sentences_and_offsets

            def split(text: str, language: str) -> list[tuple[int, int]]:
                return list(text_to_sentences_and_offsets(text)[1])
        elif name == "razdel":
            from razdel import sentenize

            def split(text: str, language: str) -> list[tuple[int, int]]:
                return [(s.start, s.stop) for s in sentenize(text)]
        elif name == "spacy":
            import spacy

            def split(text: str, language: str) -> list[tuple[int, int]]:
                if language not in cache:
                    try:
                        cache[language] = spacy.blank(language)
                    except (ImportError, ModuleNotFoundError):
                        cache[language] = spacy.blank("xx")
                    cache[language].add_pipe("sentencizer")
                    cache[language].max_length = 10**7
                return [(s.start_char, s.end_char) for s in cache[language](text).sents]
        elif name == "punkt":
            from nltk.tokenize.punkt import PunktSentenceTokenizer

            # Untrained: the trained models are a download. It keeps its ellipsis and initials rules.
            tokenizer = PunktSentenceTokenizer()

            def split(text: str, language: str) -> list[tuple[int, int]]:
                return list(tokenizer.span_tokenize(text))
        else:
            import choppa
            from choppa.iterators import SrxTextIterator
            from choppa.srx_parser import SrxDocument

            rules = next(Path(choppa.__file__).parent.rglob("languagetool*.srx"))
            document = SrxDocument(ruleset=str(rules))

            def split(text: str, language: str) -> list[tuple[int, int]]:
                return spans_of(text, SrxTextIterator(document, f"{language}_two", text))

        split("One. Two.", "en")
        return split
    except (ImportError, StopIteration):
        return None


def trim(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    trimmed = []
    for start, end in spans:
        piece = text[start:end]
        if piece.strip():
            trimmed.append((start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())))
    return trimmed


def score(split: Split, paragraphs: list[dict[str, Any]], language: str) -> tuple[float, int, int]:
    """Return F1 x 100 of the ends inside paragraphs, and the counts of false and missed ends."""
    right = false = missed = 0
    for paragraph in paragraphs:
        text = paragraph["text"]
        want = {end for _, end in paragraph["spans"][:-1]}
        got = {end for _, end in trim(text, split(text, language))[:-1]}
        right, false, missed = right + len(want & got), false + len(got - want), missed + len(want - got)
    return 200 * right / max(1, 2 * right + false + missed), false, missed


def hostile() -> dict[str, str]:
    size = 1_000_000
    return {
        "one huge line": ("The quick brown fox met Dr. Smith at 5 p.m. in St. Paul. It ran. " * size)[:size],
        "no punctuation": ("word and Another word " * size)[:size],
        "dots": "." * size,
        "dot space": ". " * (size // 2),
        "quotes": '"' * size,
        "brackets": ("(" * 500 + ")" * 500) * (size // 1000),
        "U.S.": "U.S. " * (size // 5),
        "A.": "A. " * (size // 3),
        "no spaces": ("Sentence.Next!Then?" * size)[:size],
        "controls, emoji": ("\x00\x07\u200b😀‍👍 A.\u202e" * size)[:size],
    }


class _TooSlowError(Exception):
    pass


def timed(split: Split, text: str, limit: int) -> str:
    def stop(*_: object) -> None:
        raise _TooSlowError

    # CPU time, not the clock: a busy machine is no one's fault.
    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, limit)
    begin = time.process_time()
    try:
        list(split(text, "en"))
        return f"{time.process_time() - begin:.2f}"
    except _TooSlowError:
        return f">{limit}"
    except Exception as error:
        return type(error).__name__[:8]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", nargs="*")
    parser.add_argument("--peers", nargs="*", default=list(PEERS))
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--limit", type=int, default=15, help="CPU seconds a hostile input may take")
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    splitters = {name: split for name in ("ours", *args.peers) if (split := load(name)) is not None}
    names = args.sets or sorted(p.stem for p in args.folder.glob("*.json"))
    print("set".ljust(18) + "".join(n.rjust(11) for n in splitters) + "   ours: false missed")
    for name in names:
        paragraphs = json.loads((args.folder / f"{name}.json").read_text(encoding="utf-8"))
        scores = {n: score(split, paragraphs, name[:2]) for n, split in splitters.items()}
        row = "".join(f"{s[0]:11.2f}" for s in scores.values())
        print(f"{name:18}{row}   {scores['ours'][1]:11d} {scores['ours'][2]:6d}", flush=True)
    if args.corpus:
        paragraphs = _paragraphs(args.corpus)
        row = ""
        for n, split in splitters.items():
            part = paragraphs if n in ("ours", "sentencex", "blingfire") else paragraphs[: len(paragraphs) // 20]
            begin = time.process_time()
            for p in part:
                list(split(p, "en"))
            spent = time.process_time() - begin
            row += f"{sum(len(p.encode('utf-8')) for p in part) / 1e6 / spent:11.2f}"
        print(f"{'MB a CPU second':18}{row}   {len(paragraphs)} distinct paragraphs (a 20th for the slow)", flush=True)
    if args.hostile:
        for label, text in hostile().items():
            row = "".join(timed(split, text, args.limit).rjust(11) for split in splitters.values())
            print(f"{label:18}{row}", flush=True)


def _paragraphs(folder: Path) -> list[str]:
    seen: dict[str, None] = {}
    for path in sorted(folder.rglob("*.txt")):
        for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
            if len(line) > 80:
                seen.setdefault(line)
    return list(seen)


if __name__ == "__main__":
    main()
