"""Find bars of buttons and markers of advertisements by their vocabulary, whatever the order of their words.

No list of phrases holds all of "Teilen per WhatsApp | E-Mail | Drucken" and "ADVERTENTIE - LEES HIERONDER VERDER". But
every word of such a line is of one small vocabulary, and among them is a word that makes it what it is: a verb of
sharing with the name of a network or another button, the word for an advertisement. One other word, and it stays.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ..blocks import Line
from ..model import Role
from .lexicon import fold
from .sheet import FIRM, SOFT, Claim, Sheet, whole_line

BAR_WORDS = 16
_TOKEN = re.compile(r"[^\W\d_]+(?:['\-][^\W\d_]+)*")
_MARKED = re.compile(r" {2}|[|·•/,:]|\s[\-–—]\s")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words of one kind of bar: those that make it, names, other buttons, and what may stand beside them."""

    key: frozenset[str]
    name: frozenset[str]
    tool: frozenset[str]
    stems: tuple[str, ...]
    every: frozenset[str]
    pieces: re.Pattern[str]
    proving: re.Pattern[str]


def claim_word_bars(sheet: Sheet) -> Iterator[Claim]:
    """Claim the lines all of whose words are those of a share bar or of an advertisement's marker."""
    share, advert = _vocabulary("share"), _vocabulary("advert")
    said = sheet.ground.said
    for line in sheet.open_lines():
        # A bar is short; asking the length first spares half of the time.
        if line.words > BAR_WORDS or line.end - line.start > 160 or (line.ends and line.text[-1] not in "…!"):
            continue
        folded = said[line.index]
        token = _TOKEN.search(folded)
        first = token.group() if token else ""
        of_share, wide = first in share.every or first.startswith(share.stems), first >= "\u3040"
        # Every word is of the vocabulary, so the first one is: nearly all lines end here.
        if not (of_share or wide or first in advert.every):
            continue
        if of_share:
            # "Facebooku", "Телеграме": an inflected name is the name.
            words = ["facebook" if w.startswith(share.stems) else w for w in _TOKEN.findall(folded)]
            if _is_share_bar(share, line, words):
                # "Share Facebook" between paragraphs is nobody's sentence; a row of names may be a list of the text.
                below = FIRM if any(w in share.key for w in words) or not sheet.is_inside(line.index) else SOFT
                why = "all words are a share bar's: verbs of sharing, networks, buttons"
                yield whole_line(line, Role.PROMOTION, "share_bar", why, 0.95, below)
                continue
        if wide and _is_pieces(share, folded):
            yield whole_line(line, Role.PROMOTION, "share_bar", "all words are a share bar's", 0.95)
        elif (wide and _is_pieces(advert, folded)) or (
            first in advert.every and _is_advert(advert, _TOKEN.findall(folded), line)
        ):
            yield whole_line(line, Role.PROMOTION, "advert_marker", "all words are those of an advertisement's marker")


METER_WORDS = 20
METER_MOST = 60
METER_REACH = 200
"""Characters of a line among which its first number stands."""
_NUMBERS = re.compile(r"\d{1,9}")


def claim_meters(sheet: Sheet) -> Iterator[Claim]:
    """Claim the meter of a wall: "You have 2 free articles left this month"."""
    meter = _meter()
    for line in sheet.open_lines():
        if not line.numbered or line.words > METER_WORDS or line.text[0] in '"“«„—–':
            continue
        folded = sheet.said(line.index)
        numbers = _NUMBERS.findall(folded)
        # "In 2020 the free paper ran twelve stories" counts no articles of the reader's.
        if not numbers or max(map(int, numbers)) > METER_MOST:
            continue
        if all(stems.stand_in(folded) for stems in meter) and _counts_what_is_read(folded, *meter[1:]):
            below = FIRM if not sheet.is_inside(line.index) else LIKELY
            yield whole_line(line, Role.PROMOTION, "paywall", "counts the articles that are free", 0.9, below)


def _counts_what_is_read(folded: str, read: Stems, left: Stems) -> bool:
    """Tell whether the first number counts what is read: "3 free months of top stories" counts months."""
    number = _NUMBERS.search(folded, 0, METER_REACH)
    if number is None:
        return False
    what = read.pattern.search(folded, number.end())
    return what is None or left.pattern.search(folded, number.end(), what.start()) is None


LIKELY = 0.8
"""Probability of being content from which a meter between paragraphs is left to the model."""


@dataclass(frozen=True, slots=True)
class Stems:
    """Beginnings of words, as they are and as a pattern that asks for a word's beginning before them."""

    plain: tuple[str, ...]
    pattern: re.Pattern[str]

    def stand_in(self, folded: str) -> bool:
        """Tell whether a word begins with one of the stems."""
        # Looking for each is a tenth of the pattern's time, and next to no line holds one. A generator under any()
        # would cost as much again.
        for stem in self.plain:
            if stem in folded:
                return self.pattern.search(folded) is not None
        return False


@cache
def _meter() -> tuple[Stems, ...]:
    """Return the stems of what is free, of what is read, and of how it is counted."""
    table = _table()["meter"]
    # In scripts without spaces words have no beginnings.
    lists = [[fold(stem) for stem in table[kind]] for kind in ("free", "read", "left")]
    return tuple(Stems(tuple(stems), re.compile("|".join(map(_stem, stems)))) for stems in lists)


def _stem(said: str) -> str:
    if said[0] >= "\u3040":
        return re.escape(said)
    # A short stem begins too many other words.
    return rf"(?<!\w){re.escape(said)}" + (r"(?!\w)" if len(said) <= 4 and said.isascii() else "")


def is_row_of(family: str, folded: str) -> bool:
    """Tell whether all words of a folded line are key words of a vocabulary."""
    said = _vocabulary(family)
    words = _TOKEN.findall(folded)
    return bool(words) and (all(w in said.key for w in words) or said.pieces.fullmatch(folded) is not None)


def _is_share_bar(share: Vocabulary, line: Line, words: list[str]) -> bool:
    if not all(w in share.every for w in words):
        return False
    keys = sum(w in share.key for w in words)
    names = sum(w in share.name for w in words)
    tools = sum(w in share.tool and w not in share.key for w in words)
    if keys:
        # A bar says more than one thing: "send mail" and "save the link" may be a heading's.
        return names > 0 or (keys + tools >= 2 and _MARKED.search(line.text) is not None)
    return names >= 2 and names + tools >= 3


def _is_advert(advert: Vocabulary, words: list[str], line: Line) -> bool:
    if not all(w in advert.every for w in words) or not any(w in advert.key for w in words):
        return False
    # One word alone may be the heading of a section; its own list knows which are not.
    return len(words) >= 3 or (len(words) == 2 and line.text.upper() == line.text != line.text.lower())


def _is_pieces(vocabulary: Vocabulary, folded: str) -> bool:
    """Tell whether a line in a script without spaces is made of the vocabulary's pieces, two at least."""
    found = vocabulary.pieces.fullmatch(folded)
    return found is not None and vocabulary.proving.search(folded) is not None and len(folded.strip()) >= 4


_KINDS = ("key", "name", "tool", "with")


@cache
def _vocabulary(family: str) -> Vocabulary:
    data = _table()[family]
    sets = {
        kind: frozenset(w for said in data.get(kind, {}).values() for w in _TOKEN.findall(fold(said)))
        for kind in _KINDS
    }
    cjk = {kind: [fold(piece) for piece in data["cjk"][kind]] for kind in _KINDS}
    # Longest first, and possessive: what a piece has taken is not tried again.
    every = sorted({piece for pieces in cjk.values() for piece in pieces}, key=len, reverse=True)
    key, rest = _choice(cjk["key"]), _choice(cjk["name"] + cjk["tool"] + cjk["with"] + cjk["key"])
    return Vocabulary(
        sets["key"],
        sets["name"],
        sets["tool"],
        tuple(data.get("stem", {}).get("all", "").split()),
        sets["key"] | sets["name"] | sets["tool"] | sets["with"],
        re.compile(rf"(?:{_choice(every)}|[\W\d_])++"),
        re.compile(rf"(?:{key})[\W\d_]*(?:{rest})|(?:{rest})[\W\d_]*(?:{key})"),
    )


@cache
def _table() -> dict[str, Any]:
    path = files("pipeline") / "resources" / "clean" / "bars.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _choice(pieces: list[str]) -> str:
    return "|".join(re.escape(piece) for piece in sorted(set(pieces), key=len, reverse=True))
