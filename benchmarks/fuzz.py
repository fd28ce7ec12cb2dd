"""Feed broken inputs to what reads foreign text, until the time is up, and keep what breaks a promise.

    nice python benchmarks/fuzz.py TARGET --seconds 1200 [--seed 0] [--findings DIR] [--atheris]

TARGET is decode, html, clean, segment, taxonomy, settings or redact. Inputs are mutations of the seeds, of the
cases under tests/cases and of what comes with the package: bytes flipped, cut, doubled and spliced, and strings put
in that parsers trip over. A target answers, or raises the error that its docstring names; anything else is a finding,
and so is a broken law (spans, ledger, equal length) and an input that takes more than two seconds. A finding is made
smaller and written to DIR by the hash of its bytes. `--seconds` are of CPU. With --atheris (which must be installed;
it is no dependency) the mutations follow the coverage of `pipeline`.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipeline.blocks import cut_lines
from pipeline.clean import clean_html, clean_text
from pipeline.encodings import decode, without_unsafe
from pipeline.errors import RejectedError, UsageError
from pipeline.model import Document
from pipeline.segment import segment_document, split_text
from pipeline.settings import load_settings
from pipeline.taxonomy import load_taxonomy

ROOT = Path(__file__).parent.parent
SLOW_SECONDS = 2.0
MOST_BYTES = 20_000
OWN_MUTATIONS = 0.5
LANGUAGES = ("en", "ru", "de", "fa", "ar", "zh", "hy", "tr", "he", "ja", "hi", "und")
WORDS = (
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r", b"\x1b[31m", b"\xe2\x80\xa8", b"\x85"),
    *(b"&#x110000;", b"&lt", b"<![CDATA[", b"<!--", b"-->", b"]]>", b"<script>", b"</p>", b"<table><tr><td>", b"<svg>"),
    *(b"<meta charset=utf-7>", b"<base href=//x>", b"<template>", b"<plaintext>", b"<p>" * 300, b"<a href='"),
    *(b". " * 200, b"A. " * 200, b"..." * 100, b'"' * 99, b"((((" * 50, b"1." * 99, b"- " * 99, b": " * 99, b"@" * 99),
    *(b"Share this article\n", b"Contents\n", b"By A. B.\n", b"12.01.2024\n", b"Author: X", b"INTRO: text\n" * 5),
    *(b"a@b.com", b"+49 30 901820", b"\xe2\x80\xae", b"\xe2\x80\x8b", b"\xcc\x81" * 9, b"\xf0\x9f\x91\xa9\xe2\x80\x8d"),
    *(b"&a *a", b"<<: *a", b"!!python/object:os.system", b"? ", b"---\n", b"[[x]]\n", b"'''", b"nan", b"1e999", b"0o7"),
)


def fuzz_decode(data: bytes) -> None:
    text = without_unsafe(decode(data)).text
    text.encode("utf-8")


def fuzz_html(data: bytes) -> None:
    _hold_laws(clean_html(b"<html><body>" + data))


def fuzz_clean(data: bytes) -> None:
    text = without_unsafe(decode(data)).text
    document = clean_text(text)
    if document.text != text:
        raise AssertionError("the text of a text file is the file")
    _hold_laws(document)
    lines = cut_lines(text, ())
    if any(text[line.start : line.end] != line.text for line in lines):
        raise AssertionError("a line is no slice")


def fuzz_segment(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    language = LANGUAGES[len(data) % len(LANGUAGES)]
    spans = split_text(text, language)
    at = 0
    for start, end in spans:
        if not at <= start < end or text[at:start].strip() or text[start:end] != text[start:end].strip():
            raise AssertionError(f"{language}: span {start}..{end} after {at}")
        at = end
    if text[at:].strip():
        raise AssertionError(f"{language}: text after {at} is in no sentence")


def fuzz_taxonomy(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".yml") as file:
        file.write(data)
        file.flush()
        load_taxonomy(file.name)


def fuzz_settings(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".toml") as file:
        file.write(data)
        file.flush()
        load_settings(Path(file.name))


def fuzz_redact(data: bytes) -> None:
    from pipeline.redact import redact_document

    document = clean_text(data.decode("utf-8", "replace"))
    redacted = redact_document(document)
    if len(redacted.text) != len(document.text) or redact_document(redacted) != redacted:
        raise AssertionError("redaction keeps the length, and a second one changes nothing")
    _hold_laws(redacted)


def _hold_laws(document: Document) -> None:
    at = 0
    for block in document.blocks:
        if document.text[block.start : block.end] != block.text or document.text[at : block.start].strip():
            raise AssertionError(f"block {block.start}..{block.end} after {at}")
        at = block.end
    if document.text[at:].strip():
        raise AssertionError(f"text after {at} is in no block")
    for sentence in segment_document(document):
        if document.text[sentence.start : sentence.end] != sentence.text:
            raise AssertionError(f"sentence {sentence.start}..{sentence.end} is no slice")


TARGETS: dict[str, Callable[[bytes], None]] = {
    name.removeprefix("fuzz_"): function for name, function in list(globals().items()) if name.startswith("fuzz_")
}


def inputs(target: str) -> list[bytes]:
    """The inputs that mutations start from."""
    if target == "taxonomy":
        lexicons = (ROOT / "src" / "pipeline" / "resources" / "taxonomy").rglob("*.yml")
        mine = b"topics:\n  energy:\n    strong: [pipeline, gas field]\n    weak: [oil]\n"
        return [mine, *(p.read_bytes()[:2_000] for p in lexicons)]
    if target == "settings":
        mine = b'[clean]\npolicy = "page"\nrepeat_min = 3\n[read]\ntext_fields = ["text"]\n'
        return [mine, b"batch_documents = 10\n"]
    found = [path.read_bytes() for path in sorted((ROOT / "seeds").iterdir())]
    for path in sorted((ROOT / "tests" / "cases").rglob("*.json")):
        found += [text.encode("utf-8", "replace") for text in _strings(json.loads(path.read_bytes())) if len(text) > 30]
    return [data[:MOST_BYTES] for data in found]


def _strings(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for item in node.values() if isinstance(node, dict) else node:
            yield from _strings(item)


def mutated(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """One to eight changes to `data`."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at, end = sorted((chance.randint(0, len(changed)), chance.randint(0, len(changed))))
        end = min(end, at + chance.choice((1, 4, 30, 1_000)))
        match chance.randint(0, 6):
            case 0:
                changed[at:end] = b""
            case 1:
                changed[at:at] = changed[at:end] * chance.choice((1, 2, 50))
            case 2:
                changed[at:end] = bytes(chance.randint(0, 255) for _ in range(end - at))
            case 3:
                other = chance.choice(others)
                cut = chance.randint(0, len(other))
                changed[at:at] = other[cut : cut + chance.choice((10, 100, 3_000))]
            case 4:
                for place in range(at, end):
                    changed[place] ^= 1 << chance.randint(0, 7)
            case _:
                changed[at:at] = chance.choice(WORDS) * chance.choice((1, 1, 1, 30))
    return bytes(changed[:MOST_BYTES])


def trouble(target: Callable[[bytes], None], data: bytes) -> str | None:
    """Say what promise the input breaks, or None."""
    begun = time.process_time()
    try:
        target(data)
    except (RejectedError, UsageError):
        pass
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}: {error}"
    took = time.process_time() - begun
    if took > SLOW_SECONDS:
        # Twice, for a machine that stalls charges the stall to whoever runs.
        begun = time.process_time()
        with suppress(RejectedError, UsageError):
            target(data)
        took = min(took, time.process_time() - begun)
    return f"slow: {took:.1f} s" if took > SLOW_SECONDS else None


def smaller(target: Callable[[bytes], None], data: bytes, seconds: float = 60) -> bytes:
    """Cut from an input what its trouble does not need."""
    kind = (trouble(target, data) or "").split(":")[0]
    until = time.process_time() + seconds
    step = len(data) // 2
    while step and time.process_time() < until:
        for at in range(0, len(data), step):
            shorter = data[:at] + data[at + step :]
            if (trouble(target, shorter) or "").split(":")[0] == kind:
                data = shorter
                break
        else:
            step //= 2
    return data


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=float, default=1_200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--findings", type=Path, default=Path(tempfile.gettempdir()) / "findings")
    parser.add_argument("--atheris", action="store_true")
    args = parser.parse_args()
    target, chance, starts = TARGETS[args.target], random.Random(args.seed), inputs(args.target)
    args.findings.mkdir(parents=True, exist_ok=True)
    runs, kinds = 0, set[str]()

    def run(data: bytes) -> None:
        nonlocal runs
        runs += 1
        said = trouble(target, data)
        kind = (said or "").split(":")[0] + (said or "").split(":")[-1][:40] * (said or "").startswith("Assertion")
        if said is not None and kind not in kinds:
            kinds.add(kind)
            name = f"{args.target}-{hashlib.sha256(data).hexdigest()[:12]}"
            (args.findings / name).write_bytes(smaller(target, data))
            print(f"{name}: {said}", flush=True)

    if args.atheris:
        atheris: Any = importlib.import_module("atheris")
        with tempfile.TemporaryDirectory() as folder:
            for number, data in enumerate(starts):
                (Path(folder) / str(number)).write_bytes(data)
            options = [sys.argv[0], folder, f"-max_total_time={int(args.seconds)}", f"-max_len={MOST_BYTES}"]

            def mutate(data: bytes, most: int, seed: int) -> bytes:
                mine = random.Random(seed)
                # Bytes alone seldom get past a parser's first refusal; pieces of other inputs do.
                own = mine.random() < OWN_MUTATIONS
                return mutated(data, starts, mine)[:most] if own else atheris.Mutate(data, most)

            atheris.instrument_all()
            atheris.Setup([*options, "-len_control=0"], run, custom_mutator=mutate)
            atheris.Fuzz()
    until = time.process_time() + args.seconds
    while time.process_time() < until:
        run(mutated(chance.choice(starts), starts, chance))
    print(f"{args.target}: {runs:,} inputs in {time.process_time():.0f} s of CPU, {len(kinds)} kinds of finding")


if __name__ == "__main__":
    main()
