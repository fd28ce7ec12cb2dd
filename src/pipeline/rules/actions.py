"""Find what shops and networks put between the paragraphs of an article: buttons, prices at a shop, embedded posts.

On a page of prose a line of its own that says "Learn more" or "Add to cart" is a button, and "$349 at Amazon" is what a
program fetched from a shop. On pages of shops, services and lists they may be what the page says; nothing is claimed
there. Of an embedded post only what stands in for it goes. Lines like "— Name (@handle) May 3, 2023" say whose words
stand above: on the labelled pages 41 of 41 are no content, on real pages that others marked two are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import Role
from .sheet import Claim, Sheet, whole_line

PROSE_WORDS, PARAGRAPHS = 250, 5
"""Words and paragraphs of believed prose that make a page an article."""
PROSE_SHARE = 0.65
"""Share of these in all words that the model believes: a list of products has texts, too."""
ACTION_WORDS = 6
LEVEL = 0.9
"""Probability of being content from which a button between paragraphs is left to the model."""
PRICE_WORDS = 16

_COIN = "[$€£¥₹₽₺]"
_SUM = r"\d[\d.,\u00a0 ]{0,9}"
_MONEY = rf"(?:(?:US|CA|AU|NZ)?{_COIN}\s?{_SUM}|{_SUM}\s?(?:{_COIN}|zł|kr|Kč|грн|руб|TL|Ft|lei)\.?)"
_AT = r"(?:at|from|on|bei|auf|chez|sur|en|su|da|na|w|på|hos|fra|från|bij|op|в|на|у|от)"
_PRICE = re.compile(
    rf"\W{{0,3}}(?:[Nn]ow |[Aa]b |[Dd]ès |[Dd]esde )?{_MONEY}(?: [Nn]ow {_MONEY}| ?{_MONEY})?\s{{0,3}}"
    rf"{_AT} [A-ZÀ-ÞА-Я0-9]\S{{1,24}}.{{0,90}}"
)
_OPENS_PRICE = re.compile(r"[$€£¥₹₽₺\dNnUCAD]")
_SHARED = re.compile(r".{0,60}\(@[\w.]{1,40}\).{0,40}")


def claim_actions(sheet: Sheet) -> Iterator[Claim]:
    """Claim an article's buttons and its prices at shops."""
    actions = [line for line in sheet.open_with(("action", "whole")) if line.words <= ACTION_WORDS and not line.bullet]
    prices = [
        line
        for line in sheet.open_beginning(_OPENS_PRICE)
        if line.words <= PRICE_WORDS and not line.ends and line.numbered and _PRICE.fullmatch(line.text)
    ]
    if not (actions or prices) or not is_article(sheet):
        return
    for line in actions:
        if not line.ends or line.text[-1] in "!…":
            yield whole_line(
                line, Role.PROMOTION, "action", "a button between the paragraphs of an article", 0.9, LEVEL
            )
    for line in prices:
        yield whole_line(line, Role.PROMOTION, "shop_price", "a price at a shop, in a line of its own", 0.9)


def is_article(
    sheet: Sheet, least_words: int = PROSE_WORDS, least_paragraphs: int = PARAGRAPHS, least_share: float = PROSE_SHARE
) -> bool:
    """Tell whether most of what the model believes is paragraphs of prose, so many words and paragraphs at least."""
    believed = [line for line in sheet.lines if sheet.likely(line.index) >= 0.5]
    prose = [line for line in believed if line.is_prose]
    words = sum(line.words for line in prose)
    return (
        len(prose) >= least_paragraphs
        and words >= least_words
        and words >= least_share * sum(line.words for line in believed)
    )


def claim_posts(sheet: Sheet) -> Iterator[Claim]:
    """Claim what stands in for an embedded post; who wrote it is a part of the quotation."""
    for line in sheet.open_with(("embed", "opens"), ("embed", "whole")):
        if line.words <= 20 and ("embed" in sheet.whole(line.index) or _SHARED.fullmatch(line.text)):
            yield whole_line(line, Role.MACHINE_ARTIFACT, "embedded_post", "stands for a post of a network", 0.95)
