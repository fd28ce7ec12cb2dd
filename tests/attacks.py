"""Derive strings from the package's regular expressions that make a careless one take time, and clean them.

Run in a process of its own (`test_patterns.py`), because it watches what is compiled while the package is imported:

    python tests/attacks.py

For each pattern: what it repeats, many times over, after nothing, half or all of what it begins with, and an end that
does not fit. A document holds a few such lines; it must be cleaned and segmented within the limit. Prints
one line of JSON: how many patterns and attacks there were, and which documents took too long.
"""

from __future__ import annotations

import html
import importlib
import json
import pkgutil
import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import FrameType
from typing import Any

LENGTH, LINES, LIMIT = 32_000, 6, 3.0
# The promise is ten seconds for any document. These of 190 kB take a third of one; a pattern whose time grows with the
# square takes about four on a single line of 32,000 characters. Seconds are of the processor, not of the clock.
PROSE = "The ministers of energy met in Baku on Monday and agreed on a new pipeline. " * 3
REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)


class TooLongError(Exception):
    """A document took longer than the limit."""


def watched() -> dict[tuple[str, int], str]:
    """Import the whole package and use it; return the patterns that it compiled, and where."""
    found: dict[tuple[str, int], str] = {}

    def watch(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(pattern: Any, *rest: Any, **named: Any) -> Any:
            caller = sys._getframe(1).f_code.co_filename
            if "pipeline" in Path(caller).parts and isinstance(pattern, str):
                flags = rest[0] if function is compiled and rest else named.get("flags", 0)
                found.setdefault((pattern, int(flags)), Path(caller).stem)
            return function(pattern, *rest, **named)

        return call

    compiled = re.compile
    for name in ("compile", "match", "fullmatch", "search", "sub", "split", "findall", "finditer"):
        setattr(re, name, watch(getattr(re, name)))
    import pipeline

    for module in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
        importlib.import_module(module.name)
    for language in ("en", "de", "ru", "ar", "zh", "fa", "tr", "ko", "he"):
        pipeline.split_text(PROSE, language)
        pipeline.find_mentions(PROSE, language)
    pipeline.tag_texts([PROSE])
    clean(PROSE)
    clean_page(PROSE)
    return found


def attacks(pattern: str, flags: int) -> Iterator[str]:
    tree = parser.parse(pattern, flags)
    begin = sample(tree, 1)[:200]
    for unit in sorted({*repeated(tree), sample(tree, 2)[:200], " "} - {""}):
        for start in sorted({"", begin[: len(begin) // 2], begin}):
            yield (start + unit * (LENGTH // len(unit) + 1))[:LENGTH] + "\x01"


def sample(tree: Any, times: int) -> str:
    """Return a text that the pattern, or most of it, matches."""
    parts = []
    for op, value in tree:
        if op is ops.LITERAL:
            parts.append(chr(value))
        elif op is ops.NOT_LITERAL or op is ops.ANY:
            parts.append("x")
        elif op is ops.IN:
            parts.append(one_of(value))
        elif op in REPEATS:
            parts.append(sample(value[2], times) * max(value[0], min(int(value[1]), times)))
        elif op is ops.SUBPATTERN:
            parts.append(sample(value[3], times))
        elif op is ops.BRANCH:
            parts.append(sample(value[1][0], times))
        elif op is ops.ATOMIC_GROUP:
            parts.append(sample(value, times))
    return "".join(parts)


def one_of(members: Any) -> str:
    kinds = {ops.CATEGORY_DIGIT: "1", ops.CATEGORY_SPACE: " ", ops.CATEGORY_NOT_WORD: " "}
    for op, value in members:
        if op is ops.LITERAL:
            return chr(value)
        if op is ops.RANGE:
            return chr(value[0])
        if op is ops.CATEGORY:
            return kinds.get(value, "a")
        if op is ops.NEGATE:
            return "x"
    return "a"


def repeated(tree: Any) -> Iterator[str]:
    """Yield a text for everything that the pattern may repeat more than 20 times."""
    for op, value in tree:
        inner: list[Any] = []
        if op in REPEATS:
            inner = [value[2]]
            if int(value[1]) > 20:
                yield sample(value[2], 1)[:20]
        elif op is ops.SUBPATTERN:
            inner = [value[3]]
        elif op is ops.BRANCH:
            inner = value[1]
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            inner = [value[1]]
        elif op is ops.ATOMIC_GROUP:
            inner = [value]
        for part in inner:
            yield from repeated(part)


def clean(text: str) -> None:
    from pipeline.clean import clean_text
    from pipeline.segment import segment_document

    segment_document(clean_text(f"A headline\n\n{PROSE}\n\n{text}\n\n{PROSE}"))


def clean_page(text: str) -> None:
    from pipeline.clean import clean_html
    from pipeline.segment import segment_document

    some = html.escape(text[: LENGTH // 4])
    head = f'<title>{some}</title><meta name="author" content="{some}">'
    body = f'<h1 class="{some}">{some}</h1><p class="byline">{some}</p><p>{PROSE}</p><a href="{some}">{some}</a>'
    page = f"<html><head>{head}</head><body>{body}</body></html>"
    segment_document(clean_html(page, f"https://example.org/{text[:2_000]}"))


def too_long(call: Callable[[str], None], text: str) -> bool:
    from pipeline.errors import RejectedError

    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
    try:
        call(text)
    except TooLongError:
        return True
    except RejectedError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return False


def main() -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooLongError

    patterns = watched()
    signal.signal(signal.SIGVTALRM, stop)
    lines = sorted({(attack, where) for (p, flags), where in patterns.items() for attack in attacks(p, flags)})
    slow = []
    for i in range(0, len(lines), LINES):
        if too_long(clean, "\n\n".join(text for text, _ in lines[i : i + LINES])):
            slow.append(sorted({where for _, where in lines[i : i + LINES]}))
    for text, where in lines[:: 1 if "--all" in sys.argv else 5]:
        if too_long(clean_page, text):
            slow.append([where])
    print(json.dumps({"patterns": len(patterns), "attacks": len(lines), "slow": slow}))


if __name__ == "__main__":
    main()
