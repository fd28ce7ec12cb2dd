"""Flag what a machine or an unfinished page left inside the body.

Flags do not delete: a sentence with "the provided data mentions" is still a sentence that was published,
and an analyst wants to see it and to know.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files


def find_flags(text: str) -> tuple[str, ...]:
    """Return the sorted flags of one sentence: "machine_text", "citation_needed", "template".

    >>> find_flags("As an AI language model, I cannot say.")
    ('machine_text',)
    """
    return tuple(sorted({flag for flag, pattern in _patterns() if pattern.search(text)}))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    path = files("pipeline") / "resources" / "sentences" / "artifacts.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        (flag, re.compile("|".join(f"(?:{p})" for p in data[flag]), re.IGNORECASE))
        for flag in ("citation_needed", "machine_text", "template")
    )
