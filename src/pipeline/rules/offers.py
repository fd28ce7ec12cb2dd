"""Find a site's offer by its price: "Become a member from $4 a month", "Support local journalism for 1 € a week".

No list of phrases holds all the names that a circle of readers has. But an offer states a price and the time it buys,
and asks: it begins with a request, or follows one. A sentence that tells of such prices does not begin so.
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
from .promotion import cut_sentences
from .sheet import FIRM, Claim, Sheet, whole_line

OFFER_WORDS = 32
"""Words above which a line is no offer."""
AMONG = 0.8
"""Probability of being content from which an offer between paragraphs is left to the model."""
NEAR = 24
"""Characters between a price and the time it buys."""
_FAMILIES = ("appeal", "follow", "follow_verb", "liked", "newsletter", "donate", "paywall")
_NUMBER = re.compile(r"\d{1,6}(?:[.,]\d{1,3})?")
_HEAD = 3


def claim_offers(sheet: Sheet) -> Iterator[Claim]:
    """Claim the short lines that ask for a membership or subscription and state its price."""
    signs, spans = _words()
    for line in sheet.open_with(*((family, "has") for family in _FAMILIES)):
        if not line.numbered or line.words > OFFER_WORDS or line.text[0] in '"“«„—–':
            continue
        if _asks(sheet, line) and _has_price(sheet.folded[line.start : line.end], signs, spans):
            below = AMONG if sheet.is_inside(line.index) else FIRM
            said = "a request to the reader, with a price and the time it buys"
            yield whole_line(line, Role.PROMOTION, "offer_price", said, 0.9, below)


def _asks(sheet: Sheet, line: Line) -> bool:
    """Tell whether one of a line's sentences begins with a request, or the line with a question about the text."""
    heads = [start for start, _ in cut_sentences(sheet, line)]
    cues = [c for c in sheet.cues(line.index) if c.family in _FAMILIES and c.mode != "opens"]
    return any(0 <= c.start - head <= _HEAD for c in cues for head in heads)


def _has_price(folded: str, signs: tuple[str, ...], spans: tuple[str, ...]) -> bool:
    """Tell whether a number beside a currency's sign has a span of time right behind or before it."""
    for number in _NUMBER.finditer(folded):
        near = folded[max(0, number.start() - NEAR) : number.end() + NEAR]
        close = folded[max(0, number.start() - _SIGN_REACH) : number.end() + _SIGN_REACH]
        if any(sign in close for sign in signs) and any(_stands(span, near) for span in spans):
            return True
    return False


_SIGN_REACH = 8


def _stands(span: str, near: str) -> bool:
    at = near.find(span)
    if at < 0 or span[0] >= "\u3040":
        return at >= 0
    return not near[at - 1 : at].isalpha() and not near[at + len(span) : at + len(span) + 1].isalpha()


@cache
def _words() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the signs and names of currencies, and the spans of time that a price buys, folded."""
    path = files("pipeline") / "resources" / "clean" / "offers.toml"
    lists = tomllib.loads(path.read_text(encoding="utf-8"))
    currencies = sorted({fold(w) for words in lists["currency"].values() for w in words})
    return tuple(currencies), tuple(sorted({fold(w) for words in lists["span"].values() for w in words}))
