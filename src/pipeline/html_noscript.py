"""Tell whether an article stands in <noscript>: some sites show it by a script and leave a copy for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .html_render import Lines

ARTICLE, PARAGRAPH = 600, 80
"""Characters of an article that stands in <noscript> alone, beside a page's furniture, and of a paragraph."""


def waits_for_scripts(root: Any) -> bool:
    """Tell whether a <noscript> holds an article's length of text; `root` is an lxml element."""
    return any(sum(map(len, noscript.itertext())) >= ARTICLE for noscript in root.iter("noscript"))


def is_hidden_article(fuller: Lines, shown: Lines) -> bool:
    """Tell whether the page with <noscript> (`fuller`) holds an article that the page without it (`shown`) has not."""
    return _prose_chars(fuller) >= ARTICLE + 2 * _prose_chars(shown)


def _prose_chars(lines: Lines) -> int:
    """Return the characters of the lines that are as long as paragraphs and no links."""
    sized = ((b - a, c) for a, b, c in zip(lines.start, lines.end, lines.link_chars, strict=True))
    return sum(size for size, linked in sized if size >= PARAGRAPH and 2 * linked < size)
