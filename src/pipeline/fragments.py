"""Join the pieces of sentences that a program left on lines of their own.

Who takes a page's text nodes line by line breaks a sentence at each link and each word in bold: the link stands on a
line of its own, and the line behind it begins with a comma or in mid-sentence. Nobody begins a line with a comma, so
two such lines prove the page; then a line joins the one above where the sentence runs on. Code is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Span = tuple[int, int, int, int]
"""start, end, blank lines before, indent."""
ORPHANS = 2
"""Lines that begin with a sentence's mark from which a page was broken at its links."""
OPENER, LONG_WORDS = 20, 8
"""Characters of a line from which its sentence may run on, and words of a line that goes on behind a link alone."""
LINK, LINK_WORDS = 80, 8
"""Characters and words of a link, at most."""
_MARKS = frozenset(",.;،؛")
_QUOTES = frozenset("\"'«“„(")
_ENDS = frozenset(".!?…:。！？؟۔։।|•·")
_CODE = re.compile(r"[{}<>=|\\_]|;$|::|\w\(|\)$|://")


def join_fragments(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return `spans` with the pieces of one sentence joined."""
    orphans = {start for start, end, gap, indent in spans if not (gap or indent) and _is_orphan(text, start, end)}
    if len(orphans) < ORPHANS:
        return list(spans)
    joined: list[Span] = []
    for i, span in enumerate(spans):
        following = spans[i + 1] if i + 1 < len(spans) and spans[i + 1][2] == 0 else None
        if joined and span[2] == 0 and _runs_on(text, joined[-1], span, following, orphans):
            joined[-1] = (joined[-1][0], span[1], joined[-1][2], joined[-1][3])
        else:
            joined.append(span)
    return joined


def _is_orphan(text: str, start: int, end: int) -> bool:
    """Tell whether a line is or begins with a mark that closes or parts a sentence: ", sorted by month", ". Then"."""
    if text[start] not in _MARKS:
        return False
    rest = text[start + 1 : min(end, start + 3)]
    return not rest or (rest[0] == " " and (rest[1:].isalnum() or rest[1:] in _QUOTES))


def _runs_on(text: str, line: Span, piece: Span, following: Span | None, orphans: set[int]) -> bool:
    """Tell whether a piece goes on with the sentence of the line above."""
    last, opener = text[line[1] - 1], text[line[0]]
    if last in _ENDS or not (opener.isalnum() or opener in _QUOTES) or _is_code(text, line) or _is_code(text, piece):
        return False
    length, words = line[1] - line[0], len(text[piece[0] : piece[1]].split())
    if piece[0] in orphans:
        # A comma alone behind a word or two parts the tags of an article.
        return length >= OPENER or words > 1
    if text[piece[0]].islower():
        return length >= OPENER or words >= LONG_WORDS
    # A link's words, behind which the sentence goes on.
    if following is None or length < OPENER or piece[1] - piece[0] > LINK or words > LINK_WORDS:
        return False
    goes_on = following[0] in orphans or text[following[0]].islower()
    return goes_on and (last.islower() or last in ",;") and text[piece[1] - 1] not in _ENDS


def _is_code(text: str, span: Span) -> bool:
    return span[3] > 0 or _CODE.search(text, span[0], span[1]) is not None
