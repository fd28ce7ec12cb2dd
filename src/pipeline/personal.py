"""Find personal data in a text: e-mail addresses, telephone numbers, postal addresses, birth dates, handles.

Spans are code points of the text. Telephone numbers are cut out by shape and judged: one with a country's code
or in the shape of a national number must be one by the numbering plan (Google's libphonenumber, through the package
`phonenumbers`); one behind a word such as "Tel." need only look like one. Dates, amounts, ISBN, ISSN, IP addresses,
coordinates, years, page ranges and numbers of articles look alike and are left. Every pattern is bounded and runs
once over the text, folded character by character (`rules/lexicon.py`) so that digits and letters of all scripts count.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from .rules.lexicon import fold, load_list


class Kind(StrEnum):
    """What was found."""

    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    BIRTH = "birth"
    HANDLE = "handle"
    NAME = "name"
    PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class Personal:
    """A span of personal data."""

    start: int
    end: int
    kind: Kind


def find_contacts(text: str, language: str = "und") -> list[Personal]:
    """Return the e-mail addresses and telephone numbers of any text, sorted.

    `language` (ISO 639-1) says which numbering plans to ask about a number without a country's code.

    >>> [text[p.start : p.end] for text in ["(212) 736-5000, 12.05.2023"] for p in find_contacts(text, "en")]
    ['(212) 736-5000']
    """
    # The cells of a table are no groups of one number.
    folded = fold(text.replace("\t", "\n"))
    mails = [Personal(*m.span(), Kind.EMAIL) for m in _EMAIL.finditer(folded) if m["top"] not in _FILES]
    phones = _phones(folded, language) if any(c.isdigit() for c in folded) else ()
    return sorted((*mails, *phones), key=lambda p: p.start)


def find_profile(text: str, *, whole: bool = False) -> list[Personal]:
    """Return the addresses, birth dates and handles of a dropped block; with `whole`, the values of all profile keys.

    >>> [str(p.kind) for p in find_profile("• Birthdate : 1973-06-22")]
    ['birth']
    """
    folded = fold(text)
    found = [Personal(*m.span("value"), Kind.BIRTH) for m in _BIRTH().finditer(folded)]
    found += [Personal(*m.span("value"), Kind.HANDLE) for p in (_AT, _SOCIAL, _HANDLE()) for m in p.finditer(folded)]
    for pattern in _STREETS():
        found += [Personal(*_trimmed(folded, *m.span()), Kind.ADDRESS) for m in pattern.finditer(folded)]
    for match in _ADDRESS().finditer(folded):
        if any(c.isdigit() for c in match["value"]):
            found.append(Personal(*_trimmed(folded, *match.span("value")), Kind.ADDRESS))
    for match in _PROFILE_LINE.finditer(folded) if whole else ():
        kind = _PROFILE_KINDS().get(match["key"].strip())
        if kind is not None:
            found.append(Personal(*_trimmed(folded, *match.span("value")), kind))
    return sorted(found, key=lambda p: (p.start, p.end))


def profile_key(text: str) -> Kind | None:
    """Return what a line that is nothing but a profile's key asks for.

    >>> profile_key("Phone number:")
    <Kind.PHONE: 'phone'>
    """
    return _PROFILE_KINDS().get(fold(text).strip(" \t•·*-–—:：=|\r\n")) if len(text) < 60 else None


def find_value(text: str, kind: Kind) -> Personal:
    """Return the whole of a value that stands below its key."""
    return Personal(*_trimmed(text, 0, len(text)), kind)


# The part before the @ begins where no other such character stands before it: one attempt for each run of them.
_LOCAL = r"[\w.%+'-]"
_EMAIL = re.compile(
    r"(?<![a-z0-9\u00c0-\u058f._%+-])[a-z0-9\u00c0-\u058f._%+'-]{1,64}"
    r"(?:[@＠]|[ ]?[\[({][ ]?(?:at|ат|ät|собака|arroba)[ ]?[\])}][ ]?)"
    r"(?:[a-z0-9\u00c0-\u058f-]{1,63}(?:\.|[ ]?[\[({][ ]?(?:dot|punkt|точка|punto|ponto)[ ]?[\])}][ ]?)){1,6}"
    r"(?P<top>[a-z]{2,24}|[а-я]{2,10}|xn--[a-z0-9]{2,30})(?![a-z0-9@])"
)
_FILES = frozenset(("png", "jpg", "jpeg", "gif", "webp", "svg", "css", "js", "html", "htm", "php", "mp3", "mp4", "pdf"))

_GAP = r"[ ./()\u00b7-]"
_LETTER = r"a-z0-9_\u00c0-\u1fff"
# Chinese, Japanese and Korean write no space before a number. Taken whole or not at all (`}+`): half a number is none.
_NUMBER = re.compile(
    rf"(?<![{_LETTER}@/.,+$€£¥#=-])(?<!\d:)(?:\+ ?)?\(?\+?\d(?:{_GAP}{{0,3}}\d){{4,16}}+"
    rf"(?: ?(?:x|ext\.?|доб\.?|int\.?|dw|внутр?\.?) ?\d{{1,5}})?+(?![{_LETTER}@=])(?![:,.]\d)(?!-\w)"
)
_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d([-./ ])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])([-./ ])(?:0?[1-9]|1[0-2])\2(?:19|20|1[34])\d\d"
    r"|1[34]\d\d([-/])(?:0?[1-9]|1[0-2])\3(?:0?[1-9]|[12]\d|3[01])"
    r"|(?:19|20)\d{6})(?!\d)"
)
_SHORT_DATE = re.compile(r"\d{1,2}([-./ ])\d{1,2}\1\d{2}")
_YEARS = re.compile(r"(?:1[0-9]|20)\d\d(?:[ ./-]{1,3}(?:(?:1[0-9]|20)\d\d|\d\d))*")
_GROUPED = re.compile(r"\d{1,3}(?:([ .])\d{3})(?:\1\d{3})*")
_DECIMAL = re.compile(r"\d{1,4}\.\d+(?: ?[/ -] ?\d{1,3}\.\d+)?")
_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_ISBN = re.compile(r"97[89][- ]?(?:\d[- ]?){9}\d")
_RANGE = re.compile(r"\d{1,6} ?- ?\d{1,6}")
_ISSN = re.compile(r"\d{4}-\d{4}")
_SHAPE = re.compile(
    r"(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])[2-9]\d\d[ .-]\d{4}(?: ?x\d+)?"  # North America
    r"|8[ -]?(?:\(\d{3}\)|[ -]\d{3})[ -]?\d{3}[ -]\d\d[ -]\d\d"  # Russia and its neighbours
    r"|0[1-9](?:[ .]\d\d){4}"  # France
)
"""National shapes that nothing else has, taken whether or not the plan has given the number out."""
_BEFORE = 32


def _phones(folded: str, language: str) -> Iterator[Personal]:
    last = -9
    for match in _NUMBER.finditer(folded):
        start, end = match.span()
        written = match.group()
        if written.count("(") != written.count(")"):
            # A bracket that opens before the number, or closes after it, is not the number's.
            start += written.startswith("(") and ")" not in written
            written = folded[start:end]
        follows = start - last <= 6 and not re.search(r"[.\n]{1,6}", folded[last:start])
        if _is_phone(written, folded[max(0, start - _BEFORE) : start], folded[end : end + 16], language, follows):
            last = end
            yield Personal(start, end, Kind.PHONE)


def _is_phone(written: str, before: str, after: str, language: str, follows: bool) -> bool:
    """Judge a number by itself and what stands around it; `follows`: another one stands just before."""
    digits = sum(c.isdigit() for c in written)
    bare = written.strip("() ")
    foreign = bare.startswith("+") or (bare.startswith("00") and digits >= 10)
    if digits > 15 or bare in "01234567890" or (digits < 7 and not (digits >= 5 and _PHONE_CUE().search(before))):
        return False
    if not foreign and (_DATE.search(bare) or any(p.fullmatch(bare) for p in (_SHORT_DATE, _YEARS, _IP, _ISBN))):
        return False
    if _PHONE_CUE().search(before) or follows:
        return not _OTHER_CUE().search(before) or foreign or bool(_PHONE_CUE().search(before))
    if _OTHER_CUE().search(before) or _UNITS().match(after):
        return False
    if foreign:
        return _is_planned(bare if bare.startswith("+") else f"+{bare[2:].lstrip()}", None, digits)
    if any(p.fullmatch(bare) for p in (_GROUPED, _DECIMAL, _ISSN)) or (_RANGE.fullmatch(bare) and bare[0] != "0"):
        return False
    if _SHAPE.fullmatch(written):
        return True
    grouped = len(re.findall(r"\d+", written)) > 1
    trunk = written.startswith("(") or bare.startswith("0") or (bare.startswith("8") and language in ("ru", "kk", "be"))
    mobile = not grouped and digits == 11 and bare.startswith("1") and language == "zh"
    if not mobile and not (trunk and (grouped or digits in (10, 11))):
        return False
    return any(_is_planned(written, region, digits) for region in _words()["regions"].get(language, ()))


def _is_planned(written: str, region: str | None, digits: int) -> bool:
    """Tell whether a numbering plan has such a number; one with its country's code need only be possible."""
    import phonenumbers

    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return False
    if region is None:
        return phonenumbers.is_valid_number(number) or (digits >= 9 and phonenumbers.is_possible_number(number))
    return phonenumbers.is_valid_number(number)


_DAY = (
    r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}\.? (?:de )?[^\W\d_]{3,12}\.?,? (?:de )?\d{4}"
    r"|[^\W\d_]{3,12}\.? \d{1,2},? \d{4}|\d{4} ?[年년] ?\d{1,2} ?[月월] ?\d{1,2} ?[日일]?)"
)
_AT = re.compile(r"(?<![\w@./-])@(?P<value>[a-z0-9_](?:[a-z0-9_.]{0,28}[a-z0-9_]))(?![\w@])")
_SOCIAL = re.compile(
    r"(?<![a-z0-9])(?:twitter|x|facebook|fb|instagram|t|telegram|vk|linkedin|tiktok|youtube|threads|ok|medium|github|weibo)"
    r"\.(?:com|me|net|ru|cn)/(?:in/|u/|user/|channel/|c/|company/)?@?(?P<value>[\w.%-]{2,60})"
)
_PROFILE_LINE = re.compile(
    r"^[ \t•·*▪►–—-]{0,6}(?P<key>[^:：=|\n]{2,40}?)[ \t]*[:：=|][ \t]*(?P<value>[^\n]{1,300})", re.M
)


@cache
def _BIRTH() -> re.Pattern[str]:
    small = r"(?:(?:on|am|le|el|il|em|den|op|в|:)[ ])?"
    return re.compile(rf"{_cue('birth', 'birthdate')}[^\w\n]{{0,6}}{small}(?P<value>{_DAY})")


@cache
def _HANDLE() -> re.Pattern[str]:
    return re.compile(
        rf"{_cue('handle', 'username')}[ \t]{{0,3}}[:：][ \t]{{0,3}}@?(?P<value>[\w.-]{{3,40}})(?![\w/:])"
    )


@cache
def _ADDRESS() -> re.Pattern[str]:
    return re.compile(rf"{_cue('address', 'address')}[ \t]{{0,3}}[:：][ \t]{{0,3}}(?P<value>[^\n|•;]{{6,160}})")


@cache
def _STREETS() -> tuple[re.Pattern[str], ...]:
    """Return patterns of a street with a house's number, and of a box, with the code and place that follow."""
    before, after, ends, house, box = (
        _any(_words()[family]) for family in ("street_before", "street_after", "street_ends", "house", "box")
    )
    word, number = r"[^\W\d_][\w.'’-]{0,24}", r"\d{1,5}(?:[ -]?[a-zа-я](?!\w))?(?:[/-]\d{1,4})?"
    code = r"(?:[a-z]{1,2}-)?\d{3,6}(?:[- ]\d{2,4})?"
    place = rf"(?:,? (?:{word} ?){{1,3}})?(?:,? {code})?(?:,? {word}(?: {word}){{0,2}})?"
    # A dropped line that goes on to its end in a few words after a street goes with it: code, place, floor, country.
    tail = rf"(?:(?:[ ,./()]{{1,3}}[\w.'№-]{{1,25}}){{1,9}}[ ).]{{0,3}}(?=$|[|;•\r\n])|{place})"
    numbered = rf"(?:{house} ?)?{number}(?!\w)"
    latin = (
        rf"(?<![\w.]){number},? (?:{word} ){{1,4}}{after}(?!\w){tail}",
        rf"(?<!\w)(?:{number},? (?:bis )?)?{before} ?(?:{word}[ ,]{{1,2}}){{1,4}}{numbered}{tail}",
        rf"(?<![\w.]){number},? (?:bis |ter )?{before} (?:{word} ?){{1,5}}{tail}",
        rf"(?<!\w)(?:{word} ){{1,3}}{after} ?,?{numbered}{tail}",
        rf"(?<!\w)(?:{word} )?[^\W\d_][\w-]{{2,30}}{ends} {number}(?!\w){tail}",
        rf"(?<!\w){box} ?(?:{house} ?)?\d{{1,6}}(?!\w){tail}",
        rf"(?<!\w){code},? {word}(?: {word})?, {before} ?(?:{word} ?){{1,4}},? ?{numbered}",
    )
    eastern = (
        r"[\u3400-\u9fff]{2,20}(?:路|街|大道|巷|弄|丁目|町|区)\d{1,5}(?:号|號|番地|番|-\d{1,4})[\u3400-\u9fff\d-]{0,20}",
        r"〒 ?\d{3}-\d{4}[ ]?[\u3041-\u9fff\d-]{0,40}",
        r"[\uac00-\ud7a3]{2,10}(?:시|도) (?:[\uac00-\ud7a3]{1,10} ){1,4}\d{1,5}(?:-\d{1,4})?",
    )
    return tuple(re.compile(pattern) for pattern in (*latin, *eastern))


def _cue(family: str, key: str) -> str:
    return rf"(?<!\w){_any([*_words()[family], *load_list('profile')['keys'][key]])}"


def _any(words: Sequence[str]) -> str:
    """Return an alternative of words, longest first."""
    folded = sorted({fold(word) for word in words}, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word) for word in folded) + ")"


@cache
def _PHONE_CUE() -> re.Pattern[str]:
    small = r"(?:on|us|us on|us at|at|unter|no|nr|number|по|под|au|al|numero|номеру)[\s.:：]{1,3}"
    return re.compile(rf"{_cue('phone', 'phone')}(?!\w)[\s.:：()/№&;|-]{{0,8}}(?:{small}){{0,2}}\(?\+?$")


@cache
def _OTHER_CUE() -> re.Pattern[str]:
    return re.compile(rf"(?:(?<!\w)|(?<=\d)){_any(_words()['other'])}[\s.:：()№#-]{{0,6}}$")


@cache
def _UNITS() -> re.Pattern[str]:
    return re.compile(rf"[\s\u00a0]?{_any(_words()['units'])}(?![{_LETTER}])")


@cache
def _PROFILE_KINDS() -> dict[str, Kind]:
    """Return what a profile's key asks for."""
    kinds = {
        "name": Kind.NAME,
        "username": Kind.HANDLE,
        "email": Kind.EMAIL,
        "birthdate": Kind.BIRTH,
        "address": Kind.ADDRESS,
        "phone": Kind.PHONE,
    }
    keys: Any = load_list("profile")["keys"]
    return {fold(phrase): kind for name, kind in kinds.items() for phrase in keys[name]}


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip(" ,;\t\r\n")), end - (len(part) - len(part.rstrip(" ,;\t\r\n")))


@cache
def _words() -> dict[str, Any]:
    text = (files("pipeline") / "resources" / "redact" / "words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
