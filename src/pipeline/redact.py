"""Replace personal data by marks of equal length, so that a version can be shared.

E-mail addresses and telephone numbers are replaced wherever they stand: an analyst quotes neither. Postal
addresses, birth dates, handles and the names of profiles are replaced in dropped blocks: in the body
"10 Downing Street" and "born on 9 May 1950" are the news, unless a short line gives the address beside a mail or
number, as a contact card does that the cleaner kept. Bylines stay, for they credit the author.

A document is redacted once, between cleaning and segmenting. All that is made of it later (sentences, topics,
mentions, signatures, the report) sees marks only. A mark such as `[EMAIL▒▒▒▒▒]` has as many code points as
what it stands for, so every offset holds, and white space between blocks stays. What is found in one place of a
document goes in every other where it is written alike, and from its title, author, site, facts and evidence.

What this finds is measured by `benchmarks/redact.py`; it is no proof that nothing is left. Not touched: the
names of input files and records, and the names of people outside profiles.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .markdown_view import read_view
from .model import Block, Disposition, Document, Fact, Role
from .personal import Kind, Personal, find_contacts, find_profile, find_value, profile_key

FILL = "▒"
_CARD_CHARACTERS = 250
_ROUNDS = 8
# A mark ends what is glued to it, so that a second look may find more: "+43 0901820+49 30901". Two do for real text.


def redact_document(document: Document) -> Document:
    """Return the document with marks instead of personal data.

    >>> from pipeline import clean_text
    >>> redact_document(clean_text("Write to anna@example.org today, she said on Monday.")).text
    'Write to [EMAIL▒▒▒▒▒▒▒▒▒] today, she said on Monday.'
    """
    for _ in range(_ROUNDS):
        redacted = _redacted_once(document)
        if redacted == document:
            break
        document = redacted
    return document


def _redacted_once(document: Document) -> Document:
    contacts = find_contacts(document.text, document.language.code)
    found = [*contacts, *_of_dropped(document.blocks), *_of_cards(document.blocks, contacts)]
    secrets = _Secrets((document.text[p.start : p.end], p.kind) for p in found)
    found += secrets.find(document.text, (Kind.EMAIL, Kind.PHONE, Kind.ADDRESS))
    text = _masked(document.text, document.blocks, _apart(found))
    view = read_view(text, document.media_type)
    value = secrets.replace
    return replace(
        document,
        text=text,
        blocks=tuple(
            replace(
                b,
                text=text[b.start : b.end],
                evidence=value(b.evidence),
                shown=view.part(b.start, b.end).text if view else None,
            )
            for b in document.blocks
        ),
        title=document.title and value(document.title),
        author=document.author and value(document.author),
        site=document.site and value(document.site),
        facts=tuple(_fact(fact, value(fact.value)) for fact in document.facts),
    )


def redact_text(text: str, language: str = "und") -> str:
    """Return running text with marks instead of e-mail addresses and telephone numbers.

    >>> redact_text("Tel.: +49 30 901820, ISBN 978-3-16-148410-0")
    'Tel.: [PHONE▒▒▒▒▒▒], ISBN 978-3-16-148410-0'
    """
    return _replaced(text, _apart(find_contacts(text, language)))


def make_mark(kind: Kind, length: int) -> str:
    """Return a mark of `length` code points; one too short for its name is filled.

    >>> make_mark(Kind.EMAIL, 10), make_mark(Kind.PHONE, 5)
    ('[EMAIL▒▒▒]', '▒▒▒▒▒')
    """
    name = f"[{kind.name}"
    return f"{name}{FILL * (length - len(name) - 1)}]" if length > len(name) else FILL * length


class _Secrets:
    """What was found in a document, to be found again wherever it is written alike."""

    # Shorter ones, such as the handle "al", are words too.
    _LEAST = 6

    def __init__(self, found: Iterable[tuple[str, Kind]]) -> None:
        self._kinds = {" ".join(text.split()).casefold(): kind for text, kind in found if len(text) >= self._LEAST}
        # Longest first: an address that begins with another is taken whole.
        known = sorted(self._kinds, key=lambda text: (-len(text), text))
        pattern = "|".join(r"\s+".join(map(re.escape, text.split())) for text in known)
        self._pattern = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if known else None

    def find(self, text: str, kinds: Sequence[Kind] = tuple(Kind)) -> list[Personal]:
        matches = self._pattern.finditer(text) if self._pattern else ()
        found = (
            Personal(*m.span(), self._kinds.get(" ".join(m.group().split()).casefold(), Kind.PROFILE)) for m in matches
        )
        return [personal for personal in found if personal.kind in kinds]

    def replace(self, text: str) -> str:
        return _replaced(text, _apart([*find_contacts(text, "und"), *self.find(text)])) if text else text


def _of_dropped(blocks: Sequence[Block]) -> Iterator[Personal]:
    """Yield what only dropped blocks may hold; in a fake profile also the value that stands below its key."""
    key: Kind | None = None
    for block in blocks:
        if block.disposition is not Disposition.DROPPED:
            key = None
            continue
        found = find_profile(block.text, whole=block.role is Role.FAKE_PROFILE)
        if key is not None and block.role is Role.FAKE_PROFILE and not profile_key(block.text):
            found = [*found, find_value(block.text, key)]
        yield from (Personal(p.start + block.start, p.end + block.start, p.kind) for p in found)
        key = profile_key(block.text)


def _of_cards(blocks: Sequence[Block], contacts: Sequence[Personal]) -> Iterator[Personal]:
    """Yield the addresses in short blocks that hold a mail or number."""
    starts = [one.start for one in contacts]
    for block in blocks:
        at = bisect_left(starts, block.start)
        if block.end - block.start <= _CARD_CHARACTERS and at < len(starts) and starts[at] < block.end:
            for one in find_profile(block.text):
                if one.kind is Kind.ADDRESS:
                    yield Personal(one.start + block.start, one.end + block.start, one.kind)


def _apart(found: Iterable[Personal]) -> list[Personal]:
    """Return the spans sorted and joined where they overlap; the longer one names the kind.

    >>> _apart([Personal(0, 4, Kind.PHONE), Personal(2, 9, Kind.ADDRESS)])
    [Personal(start=0, end=9, kind=<Kind.ADDRESS: 'address'>)]
    """
    joined: list[Personal] = []
    for one in sorted(set(found), key=lambda p: (p.start, -p.end, p.kind)):
        if joined and one.start < joined[-1].end:
            last = joined[-1]
            kind = one.kind if one.end - one.start > last.end - last.start else last.kind
            joined[-1] = Personal(last.start, max(last.end, one.end), kind)
        elif one.start < one.end:
            joined.append(one)
    return joined


def _masked(text: str, blocks: Sequence[Block], found: Sequence[Personal]) -> str:
    """Return the text with marks; a span is clipped to the blocks it touches, so that the white space between stays."""
    starts = [block.start for block in blocks]
    clipped = []
    for one in found:
        for block in blocks[max(0, bisect_right(starts, one.start) - 1) :]:
            if block.start >= one.end:
                break
            start, end = max(one.start, block.start), min(one.end, block.end)
            if start < end:
                clipped.append(Personal(start, end, one.kind))
    return _replaced(text, clipped)


def _replaced(text: str, found: Sequence[Personal]) -> str:
    """Return the text with a mark for each part of a span that stands on a line of its own; the breaks stay."""
    parts: list[str] = []
    at = 0
    for one in found:
        parts.append(text[at : one.start])
        for piece in re.split(r"([\r\n\u2028\u2029\x0b\x0c\x85]+)", text[one.start : one.end]):
            parts.append(piece if not piece or piece.isspace() else make_mark(one.kind, len(piece)))
        at = one.end
    return "".join([*parts, text[at:]])


def _fact(fact: Fact, value: str) -> Fact:
    return fact if value == fact.value else replace(fact, value=value)
