"""Clean, segment and tag scraped documents, with every character and every decision accounted for.

Everything the flow does can be called on one text, without Prefect, files or a version:

>>> from pipeline import split_text
>>> split_text("One came. Two left.")
[(0, 9), (10, 19)]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .clean import clean_html, clean_text
    from .entities import find_mentions
    from .language import detect_language
    from .segment import split_text
    from .tag import tag_texts
    from .version import Version, open_version

__version__ = "0.1.0"

__all__ = [
    "Version",
    "clean_html",
    "clean_text",
    "detect_language",
    "find_mentions",
    "open_version",
    "split_text",
    "tag_texts",
]

_HOME = {
    "clean_text": "clean",
    "clean_html": "clean",
    "split_text": "segment",
    "detect_language": "language",
    "tag_texts": "tag",
    "find_mentions": "entities",
    "open_version": "version",
    "Version": "version",
}


def __getattr__(name: str) -> Any:
    """Import a public function when it is first asked for, so that `import pipeline` stays cheap."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value
