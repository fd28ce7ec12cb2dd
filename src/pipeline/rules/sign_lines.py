"""Find what stands below an article behind a sign: ways to the original, to a channel, to the desk that takes hints.

Broadcasters and blogs close with "▶ The whole story: https://...", "※ Your hint makes the news", "[Mail] desk@...".
One such line may be the author's own emphasis; at a text's end two that touch, one of them with an address, are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..blocks import Line
from ..model import Role
from .sheet import Claim, Sheet, whole_line

LAST_LINES, LINE_WORDS, TOUCHING = 14, 24, 2
"""Lines of a text among which such a close stands, words of one, and how many make it."""
_SIGN = re.compile(r"[▶►▷▣※☞☎✉■◆▲→➡👉📌📢🔔]")
_LABELLED = re.compile(r"[\[【［][^\[\]【】［］\n]{1,16}[\]】］]\s?\S|\[ ?[^\[\]\n]{4,60} ?\]$")
_ADDRESS = re.compile(r"https?://\S|\bwww\.\S|\w@\w|\bt\.me/\w|(?<!\d)\d{2,4}[-–]\d{3,4}[-–]\d{3,4}(?!\d)")


def claim_sign_lines(sheet: Sheet) -> Iterator[Claim]:
    """Claim the lines behind signs that close a text, where two or more touch and one of them holds an address."""
    # A short page of such lines alone is what its author wrote.
    if len(sheet.lines) <= LAST_LINES // 2 and not any(line.is_prose for line in sheet.lines):
        return
    run: list[Line] = []
    for line in sheet.lines[-LAST_LINES:]:
        signed = line.words <= LINE_WORDS and (_SIGN.match(line.text) or _LABELLED.match(line.text))
        if signed:
            run.append(line)
            continue
        yield from _close(sheet, run)
        run = []
    yield from _close(sheet, run)


def _close(sheet: Sheet, run: list[Line]) -> Iterator[Claim]:
    signed = sum(_SIGN.match(line.text) is not None for line in run)
    if len(run) < TOUCHING or not signed or not any(_ADDRESS.search(line.text) for line in run):
        return
    for line in run:
        if sheet.is_open(line.index):
            said = f"{len(run)} lines behind signs at the end, one of them with an address"
            yield whole_line(line, Role.PROMOTION, "sign_line", said, 0.85)
