"""Find the "Label:" that opens a paragraph or bullet.

"INSTC expansion: Both nations are ..." is a heading and a paragraph glued together. On running text the
same shape is mostly a sentence with a colon (12 of 15 times), so that an opener counts as a label only
behind a bullet or where enough neighbouring paragraphs have it too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

BULLET = re.compile(r"[ \t\u00a0]*(?:[•◦▪▫■□●○‣⁃∙·►▶▸✓✔➢➤❖★☆*–—-]|\uf0b7)[ \t\u00a0]+")
"""A bullet mark and the white space around it."""
_OPENER = re.compile(r"[^\s:：.!?;…。！？؟:][^:：.!?;…。！？؟\n]{0,69}[:：]")
_MAX_WORDS = 9
# Longest label of the seeds: "Iran’s emerging role as a trade hub", seven words.
_REACH = 2
# Paragraphs without a label that may stand between two labelled ones: a label's text may run over two.


def find_label(text: str) -> int:
    """Return the offset after the "Label:" that opens `text` (a bullet mark may stand before it), or 0.

    >>> text = "INSTC expansion: Both nations build."
    >>> text[: find_label(text)]
    'INSTC expansion:'
    """
    if ":" not in text and "：" not in text:
        return 0
    bullet = BULLET.match(text)
    begin = bullet.end() if bullet else len(text) - len(text.lstrip())
    match = _OPENER.match(text, begin)
    if match is None:
        return 0
    end = match.end()
    rest = text[end : end + 200]
    wide = text[end - 1] == "："
    if not rest.strip() or not (wide or rest[0].isspace()):
        return 0
    words = match.group()[:-1].split()
    if len(words) > _MAX_WORDS or not any(c.isalpha() for c in match.group()):
        return 0
    if not (words[0][0].isalnum() or words[0][0] in "\"“«‘'(") or words[0][0].islower():
        return 0
    opened = match.group()
    if opened.count("(") != opened.count(")") or opened.count("“") != opened.count("”") or opened.count('"') % 2:
        return 0
    return end


def label_openers(texts: Sequence[str], is_bullet: Sequence[bool], siblings: int) -> list[int]:
    """Return for each of the body's neighbouring blocks the end of its label, or 0 where it has none.

    A bullet's opener is a label; a paragraph's is one when at least `siblings` paragraphs near it, with
    at most two without an opener between any two of them, have that shape.

    >>> label_openers(["He said: no one came."], [False], 3)
    [0]
    """
    found = [find_label(text) for text in texts]
    kept = [end if bullet else 0 for end, bullet in zip(found, is_bullet, strict=True)]
    run: list[int] = []
    for i, (end, bullet) in enumerate(zip(found, is_bullet, strict=True)):
        if bullet or not end:
            continue
        if run and i - run[-1] > _REACH + 1:
            run = []
        run.append(i)
        # Its earlier members are labels once the run is long enough, later ones as they come: linear in the blocks.
        if len(run) >= siblings:
            for j in run if len(run) == siblings else run[-1:]:
                kept[j] = found[j]
    return kept
