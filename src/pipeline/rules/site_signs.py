"""Find the site's name where no line above the text states it: two signs that agree, wherever they stand.

A page asks its reader to follow it, to search in it, to take its newsletter; it says its name in a rights notice,
behind the headline's copies, in addresses and alone on a line of its menu or foot. None of these is enough: people are
followed, firms own rights, and partners stand in the foot. Two of different kinds with the same name are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

from ..blocks import Line
from ..model import Role
from .persons import find_person
from .rights import AGAIN, SIGNS, addresses_in, names_in_notices
from .sheet import Sheet, find_all, trim
from .site_names import EDGE, clean_name, is_medium, words_of

FRAME_WORDS, FRAME_CHARACTERS = 9, 90
"""Words and characters above which a line that begins like a request is a sentence."""
WORDS, LETTERS = 5, 3
"""Words of a name at most, and its letters at least: "Contact me"."""
COPIES = 6
"""Copies of the title that are looked at."""
ALONE = 40
"""Characters above which a line alone is no name."""


@dataclass(slots=True)
class _Sign:
    span: tuple[int, int]
    kinds: set[str] = field(default_factory=set)


_WEIGHTS = {"notice": 2, "tail": 2, "follow": 2, "request": 1, "lead": 1, "medium": 1, "domain": 2, "top": 1, "foot": 1}
"""What each kind of sign counts; ENOUGH of them name the site, if two kinds do and one says more than a menu."""
ENOUGH = 3
_FOOT, _PARTNER = frozenset(["foot", "domain", "notice"]), frozenset(["foot", "domain", "medium"])
_STRONG = frozenset(["notice", "tail", "follow"])


def agreed_name(sheet: Sheet) -> tuple[int, int] | None:
    """Return where the page says the name on which two kinds of signs agree; of two such names, none."""
    addresses = addresses_in(sheet.text).lower().splitlines()
    hosts = {_key_of(part) for address in addresses for part in (address, *address.split("."))}
    notices = [sheet.folded[a:b] for a, b in names_in_notices(sheet)]
    found: dict[str, _Sign] = {}
    for kind, span in _signs(sheet, hosts, notices):
        sign = found.setdefault(_key(sheet, span), _Sign(span))
        sign.kinds.add(kind)
    weighed: list[tuple[int, _Sign]] = []
    for said, sign in found.items():
        if said in hosts and len(said) >= HOST_LETTERS:
            sign.kinds.add("domain")
        if len(said) >= NOTICE_LETTERS and _begins(sheet.folded[slice(*sign.span)], notices):
            sign.kinds.add("notice")
        if is_medium(sheet.text[slice(*sign.span)]):
            sign.kinds.add("medium")
        # A partner with his address, and a firm that signs the foot of all its pages.
        if sign.kinds <= _FOOT or (sign.kinds <= _PARTNER and sheet.text.count(sheet.text[slice(*sign.span)]) <= AGAIN):
            continue
        weight = sum(_WEIGHTS[kind] for kind in sign.kinds)
        if len(sign.kinds) > 1 and weight >= ENOUGH and (sign.kinds & _STRONG or "domain" in sign.kinds):
            weighed.append((weight, sign))
    best = max((weight for weight, _ in weighed), default=0)
    first = [sign for weight, sign in weighed if weight == best]
    return first[0].span if len(first) == 1 and not _is_followed_person(sheet, first[0]) else None


HOST_LETTERS, NOTICE_LETTERS = 4, 4


def _begins(folded: str, notices: Sequence[str]) -> bool:
    """Tell whether a notice goes on from a name: "© Example Gazette Company"; Chinese has no space between."""
    begin = folded + ("" if folded[0] >= "\u3040" else " ")
    return any(n.startswith(begin) for n in notices)


def _is_followed_person(sheet: Sheet, sign: _Sign) -> bool:
    """Tell whether a name may be that of a writer whom the page asks to follow."""
    return not sign.kinds & {"notice", "tail", "domain", "medium"} and find_person(sheet.text, *sign.span) is not None


def _key(sheet: Sheet, span: tuple[int, int]) -> str:
    return _key_of(sheet.folded[slice(*span)])


def _key_of(folded: str) -> str:
    """Return the letters and digits of a name: "Página/12" and "PÁGINA 12" are one, and so is its address."""
    plain = folded if folded.isascii() else unicodedata.normalize("NFKD", folded)
    return "".join(filter(str.isalnum, plain)) or folded


def _signs(sheet: Sheet, hosts: Set[str], notices: Sequence[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the kinds of signs and the names that they give, those of lines in their order."""
    people = [sheet.text[c.start : c.end] for found in sheet.claims.values() for c in found if c.role in _PEOPLE]
    notice = [("notice", a, b) for a, b in names_in_notices(sheet)]
    copies = [*(("tail", a, b) for a, b in _tails(sheet)), *(("lead", a, b) for a, b in _leads(sheet))]
    first = list(_named(sheet, [*notice, *copies], people))
    asked = list(_named(sheet, _asked(sheet), people))
    # Of hundreds of lines alone those few count that another sign names: the rest is not looked at.
    wanted = hosts | {_key(sheet, span) for _, span in (*first, *asked)}
    alone = _named(sheet, _alone(sheet, wanted, notices), people)
    yield from (*first, *sorted((*asked, *alone), key=lambda sign: sign[1]))


def _named(
    sheet: Sheet, signs: Iterable[tuple[str, int, int]], people: Sequence[str]
) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the signs that can be a site's name, each with the span of the name."""
    for kind, start, end in signs:
        span = clean_name(sheet, start, end)
        if span is None:
            continue
        said, text = sheet.folded[slice(*span)], sheet.text[slice(*span)]
        words = said.split()
        short = len(said) < LETTERS and said < "\u3040"
        if len(words) > WORDS or short or said in words_of("platform") or any(text in p for p in people):
            continue
        if {words[0], words[-1]} & words_of("owner") and not is_medium(text):
            continue
        yield kind, span


_PEOPLE = (Role.BYLINE, Role.AUTHOR_BIO)


def _outside(sheet: Sheet) -> Iterator[Line]:
    """Yield the short lines above and below the text."""
    for line in (*sheet.lines[: sheet.first_prose], *sheet.lines[max(sheet.first_prose, sheet.last_prose + 1) :]):
        if not line.ends and len(line.text) <= FRAME_CHARACTERS:
            yield line


def _asked(sheet: Sheet) -> Iterator[tuple[str, int, int]]:
    """Yield what requests name, and what stands behind a notice's formula."""
    for line in _outside(sheet):
        begin = line.start + len(line.bullet)
        if line.words <= FRAME_WORDS and (framed := _framed(sheet, line, begin)):
            yield framed
        # A point inside a line that does not end like a sentence is rare, and is looked for much faster.
        last = _RESERVED.search(sheet.text, begin, line.end) if "." in line.text else None
        if last and any(sign in line.text.lower() for sign in SIGNS):
            yield "notice", last.end(), line.end


def _alone(sheet: Sheet, wanted: Set[str], notices: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the lines that say nothing but a name that is looked for."""
    for line in _outside(sheet):
        begin = line.start + len(line.bullet)
        if line.words > WORDS or not 0 < line.end - begin <= ALONE:
            continue
        folded = sheet.folded[begin : line.end].strip(EDGE)
        if folded and (_key_of(folded) in wanted or _begins(folded, notices)) and not sheet.whole(line.index):
            yield ("top" if line.index < sheet.first_prose else "foot"), begin, line.end


_RESERVED = re.compile(r"\b(?:reserved|vorbehalten|réservés|reservados|riservati)\.\s+(?=\S)", re.I)


def _framed(sheet: Sheet, line: Line, begin: int) -> tuple[str, int, int] | None:
    """Return the kind of a request and the stretch that it names: "Follow Example Gazette on Twitter"."""
    folded = sheet.folded[begin : line.end]
    if not folded.startswith(_openers()):
        return None
    opener = next(p for p in _openers() if folded.startswith(p))
    start = begin + len(opener)
    if opener[-1] < "\u3040" and not sheet.folded[start - 1 : start + 1].endswith(" "):
        return None
    start, end = trim(sheet.text, start, line.end)
    at = start
    for word in sheet.folded[start:end].split():
        at = sheet.folded.index(word, at)
        bare = word.rstrip(":")
        if at > start and (bare in words_of("frame_stop") or bare in words_of("platform")):
            # Who can be followed in a network is a site or a person.
            rest = set(sheet.folded[at:end].replace("|", " ").replace(",", " ").replace(":", " ").split())
            kind = "follow" if rest & (words_of("platform") | words_of("network")) else "request"
            return kind, *trim(sheet.text, start, at)
        at += len(word)
        if word != bare and set(sheet.folded[at:end].replace("|", " ").split()) & words_of("platform"):
            return "follow", start, at - 1
    return ("request", start, end) if end > start else None


@cache
def _openers() -> tuple[str, ...]:
    return tuple(sorted(words_of("frame"), key=lambda w: (-len(w), w)))


def _tails(sheet: Sheet) -> Iterator[tuple[int, int]]:
    """Yield what stands behind copies of the title: "Harbour opens again | Example Gazette"."""
    title = next((c for found in sheet.claims.values() for c in found if c.role is Role.TITLE), None)
    if title is None:
        return
    said = sheet.folded[title.start : title.end].strip("# " + EDGE)
    if len(said) < TITLE_LETTERS:
        return
    for at in islice(find_all(sheet.folded, said), COPIES):
        line = sheet.lines[sheet.index_at(at)]
        marks = list(_TAIL.finditer(sheet.text, at + len(said), line.end))
        if marks and marks[0].start() == at + len(said) and line.end - marks[0].end() <= FRAME_CHARACTERS:
            wide = _WIDE.match(sheet.text, marks[-1].end(), line.end)
            yield marks[-1].end(), wide.end() if wide else line.end


def _leads(sheet: Sheet) -> Iterator[tuple[int, int]]:
    """Yield what begins the lines above the text that end in the title: "Example Gazette › Culture › Harbour opens"."""
    title = next((c for found in sheet.claims.values() for c in found if c.role is Role.TITLE), None)
    said = sheet.folded[title.start : title.end].strip("# " + EDGE) if title else ""
    if len(said) < TITLE_LETTERS:
        return
    for at in islice(find_all(sheet.folded, said), COPIES):
        line = sheet.lines[sheet.index_at(at)]
        mark = _LEAD.search(sheet.text, line.start, at)
        if line.index < sheet.first_prose and mark and line.end - at <= len(said) + 2:
            yield line.start, mark.start()


TITLE_LETTERS = 10
_LEAD = re.compile(r"\s?[|｜›»>:]\s|\s[-–—•·/]\s")
_WIDE = re.compile(r"[\u3040-\u9fff\uac00-\ud7a3]{2,20}(?=\s)")
_TAIL = re.compile(r"\s?[|｜_]\s?|\s[-–—·•»]\s")
