"""Find the card of an account among a page's lines: "About the author", "Username: ...", "Joined: ...", "Followers: 3".

The made-up profiles of `profile.py` show what only generators write. A card shows less: a few keys and values, of which
some only an account has. It goes where a heading says whose it is, or where two such keys say so; a person of whom the
text tells in keys and values ("Born: ...", "Trade: ...", "Workshop: ...") has none of them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from ..blocks import Line
from ..model import Role
from .lexicon import fold
from .profile import key_kind
from .sheet import Claim, Sheet, whole_line

LEAST = 3
"""Keys of different kinds that make a card."""
HEADED, ALONE = 1, 2
"""Keys that only an account has, below a heading and without one."""
LONGEST = 260
"""Characters of a card's line."""
HEADING_WORDS = 5
_ACCOUNT = frozenset(["username", "followers", "following", "joined"])
_OTHER = frozenset(
    ["name", "email", "job", "company", "address", "phone", "url", "bio", "hobby", "birthdate", "network"]
)
_MARK = re.compile(r"[:：=|՝]")
_PAIR = re.compile(r"[\"'`*|•·\s-]{0,4}([^\W\d][^:：=|՝\"]{0,30}?)[*\s]{0,3}[:：=|՝]\s{0,3}(?=\S)")


def claim_author_cards(sheet: Sheet) -> Iterator[Claim]:
    """Claim the runs of keys and values that are an account's, with the heading above them."""
    # Most lines have no mark behind a key, and need not be asked further.
    marked = {sheet.index_at(m.start()) for m in _MARK.finditer(sheet.text)}
    if len(marked) < LEAST:
        return
    run: list[Line] = []
    kinds: list[str] = []
    for line in (*sheet.lines, None):
        kind = _kind(sheet, line) if line is not None and line.index in marked and sheet.is_open(line.index) else ""
        if line is not None and kind:
            run.append(line)
            kinds.append(kind)
            continue
        if len(run) >= LEAST:
            yield from _card(sheet, run, set(kinds))
        run, kinds = [], []


def _card(sheet: Sheet, run: list[Line], kinds: set[str]) -> Iterator[Claim]:
    account = len(kinds & _ACCOUNT)
    above = sheet.lines[run[0].index - 1] if run[0].index else None
    headed = above is not None and _is_heading(sheet, above)
    if len(kinds) < LEAST or account < (HEADED if headed else ALONE):
        return
    said = f"keys of an account: {', '.join(sorted(kinds))}"
    if above is not None and headed and sheet.is_open(above.index):
        yield whole_line(above, Role.FAKE_PROFILE, "author_card", said, 0.95)
    for line in run:
        yield whole_line(line, Role.FAKE_PROFILE, "author_card", said, 0.95)


def _kind(sheet: Sheet, line: Line) -> str:
    """Return the kind of the key that opens a line with a value, or ""."""
    if len(line.text) > LONGEST:
        return ""
    pair = _PAIR.match(sheet.folded, line.start, line.end)
    if pair is None:
        return ""
    key = pair.group(1).strip()
    kind = "joined" if key in _joined() else key_kind(key)
    return kind if kind in _ACCOUNT or kind in _OTHER else ""


def _is_heading(sheet: Sheet, line: Line) -> bool:
    if line.words > HEADING_WORDS or line.ends:
        return False
    return key_kind(sheet.said(line.index).strip(" :：-–—=|#*՝")) == "heading" or "bio" in sheet.whole(line.index)


@cache
def _joined() -> frozenset[str]:
    text = (files("pipeline") / "resources" / "clean" / "profile.toml").read_text(encoding="utf-8")
    return frozenset(fold(word) for word in tomllib.loads(text)["card"]["joined"])
