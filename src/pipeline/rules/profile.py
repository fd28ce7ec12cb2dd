"""Find made-up author profiles: regions of "key : value" pairs as placeholder generators write them.

Seven families of signals count: profile keys, lorem ipsum, an ISO birth date, a follower/following pair,
social profile addresses, a telephone with a postal code, and the generator's sentence of introduction. A region needs
several of them close together (`CleanSettings.profile_families`); a heading alone, a single line or a single family
claims nothing, so real biographies, real Latin, press contacts and staff directories stay. Lines, one long line, a
table or a record of JSON or YAML, any order and any of the listed languages: the pairs are found in the running text.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ..blocks import Line
from ..model import Role
from .lexicon import fold
from .sheet import Claim, Sheet, trim

FAR_LINES = 3
"""Lines without a signal that end a region."""
FAR_CHARACTERS = 220
"""Characters without a signal that end a region inside one line."""
RUNNING_WORDS = 9
"""Words from which a line that ends a sentence is running text."""
MIN_COVER = 0.75
"""Share of a region's lines that must hold a signal or an empty key."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A piece of evidence: its span, its family and which kind of that family it is."""

    start: int
    end: int
    family: str
    kind: str


def claim_profiles(sheet: Sheet, families: int) -> Iterator[Claim]:
    """Claim the regions in which at least `families` signal families meet.

    `families` runs from 2 to 6.
    """
    pairs = list(_pairs(sheet.folded))
    # Without one of these keys no region can have a family that counts; nearly all pages end here.
    if not any(kind in _PROVING for _, _, kind in pairs):
        return
    signals = sorted(_signals(sheet.folded, _at_line_starts(sheet, pairs)), key=lambda s: (s.start, s.end))
    for group in _groups(sheet, signals):
        found = _families(group)
        if len(found) < families or not found & {"lorem", "birth date", "followers"}:
            continue
        lines = _without_prose_edges(sheet, _lines_of(sheet, group), group)
        if not lines or not _is_dense(sheet, lines, group):
            continue
        evidence = "region of " + ", ".join(sorted(found))
        for line in _with_headings(sheet, lines):
            start, end = line.start, line.end
            if len(line.text) > 2 * FAR_CHARACTERS or line.words > 60 or _is_flattened(sheet, line, group):
                start, end = _inside(sheet, line, group)
            if start < end:
                yield Claim(start, end, Role.FAKE_PROFILE, "fake_profile", evidence)


_PROVING = ("birthdate", "followers", "following", "bio")
# Generators write ISO dates; templates turn them into the site's order, and Iran's into its own calendar.
_BIRTH = re.compile(
    r"\W{0,3}(?:(?:13|19|20)\d{2}([\-./])\d{1,2}\1\d{1,2}|\d{1,2}([\-./])\d{1,2}\2(?:13|19|20)\d{2})(?!\d)"
)
_NUMBER = re.compile(r"\W{0,3}\d[\d.,  ]{0,12}[km]?(?!\w)")
PHONE = re.compile(r"(?<![\w.])[+(]?\d[\d\s().\-x/]{5,22}\d(?!\w)")
_SOCIAL = re.compile(
    r"(?:https?://)?(?:www\.)?(?:instagram|tiktok|twitter|facebook|linkedin|youtube|pinterest|x|vk|t)\.(?:com|me)/"
    r"(?:in/|@|user/)?[\w.\-]{2,60}"
)
POSTCODE = re.compile(
    r"(?<![\d\-+])(?:\d{5}(?:-\d{3,4})?|\d{4,6}|\d{3}-\d{3,5}|\d{10}|[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2})(?!\d)"
)
_WORDS = re.compile(r"[^\W\d_]+")
_MARK = re.compile(r"[:：=|՝\-–—](?:(?<=[:：=|՝])[ \t]*|(?<=\s[\-–—])[ \t]+)")
# The one set of characters in front lets the search skip all others: a tenth of the time of two alternatives.
_TWO_WORDS = re.compile(r"(?<!\w)([^\W\d_]+ [^\W\d_]+) ?[:\-–—=|] *$")
_KEY_WORD = re.compile(r"[^\s•·*,;|()]+")
_SENTENCE = re.compile(r"[a-z][a-z ,]{15,300}[.!?]")
_SENTENCES = re.compile(r"[a-z][a-z ,.!?]{15,400}[.!?]")


def _signals(folded: str, pairs: list[tuple[int, int, str]]) -> Iterator[Signal]:
    for start, end, kind in pairs:
        yield Signal(start, end, "keys", kind)
        value = folded[end : end + 400].split("\n", 1)[0]
        if kind == "birthdate" and (hit := _BIRTH.match(value)):
            yield Signal(end, end + hit.end(), "birth date", kind)
        elif kind in ("followers", "following") and (hit := _NUMBER.match(value)):
            yield Signal(end, end + hit.end(), "followers", kind)
        elif kind == "phone" and (hit := PHONE.match(value.lstrip())):
            yield Signal(end, end + hit.end(), "phone and postal code", "phone")
        elif kind == "address" and POSTCODE.search(folded[end : end + 120]):
            yield Signal(start, end, "phone and postal code", "postcode")
        elif kind == "bio":
            yield from find_lorem(value, end)
        elif kind == "introduction":
            yield Signal(end, end + len(value.rstrip()), "introduction", kind)
    if ".com/" in folded or ".me/" in folded:
        for m in _SOCIAL.finditer(folded):
            yield Signal(m.start(), m.end(), "social addresses", "social")


_BEHIND = " \r\"'*`"


def _pairs(folded: str) -> Iterator[tuple[int, int, str]]:
    """Yield the profile keys that a colon (or dash between spaces) follows: start, end of mark, kind."""
    kinds, endings = _kinds(), _endings()
    for mark in _MARK.finditer(folded):
        at = mark.start()
        if at >= 2 and folded[at - 1] not in _BEHIND and folded[at - 2 : at] not in endings:
            continue
        # Behind a key JSON has a quotation mark, Markdown asterisks.
        window = folded[max(0, at - 32) : at].rstrip(_BEHIND)
        # Nine in ten colons stand behind other words: times, addresses, sentences.
        if window[-2:] not in endings:
            continue
        before = window.rsplit("\n", 1)[-1]
        stop = max(0, at - 32) + len(window)
        words = list(_KEY_WORD.finditer(before))[-4:]
        for word in words:
            key = before[word.start() :].lstrip("\"'*`[{_").replace("_", " ")
            kind = kinds.get(key)
            if kind in ("heading", "network"):
                break
            # "Introduction:" heads many a text; the generator's goes on with "My name is".
            if kind == "introduction" and not folded[mark.end() : mark.end() + 40].lstrip("\"' ").startswith(_begins()):
                continue
            if kind:
                yield stop - len(key), mark.end(), kind
                break


def _at_line_starts(sheet: Sheet, pairs: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Leave out the one key of a line that other words stand before: "Rail link: ..." is no profile's link."""
    count = Counter(sheet.index_at(start) for start, _, _ in pairs)
    kept = []
    for pair in pairs:
        index = sheet.index_at(pair[0])
        line = sheet.lines[index] if index >= 0 else None
        alone = line is not None and count[index] == 1 and len(line.text) <= 2 * FAR_CHARACTERS
        before = sheet.folded[line.start + len(line.bullet) : pair[0]] if line and alone else ""
        if not before.strip(" •*-–—#|\"'`[{_"):
            kept.append(pair)
    return kept


def find_lorem(value: str, at: int) -> Iterator[Signal]:
    """Yield the sentences of lorem ipsum in a folded value that stands at `at`."""
    lorem = placeholder_words()
    found = False
    # Sentences one by one; where they are too short to tell, all of them together.
    for pattern in (_SENTENCE, _SENTENCES):
        for m in pattern.finditer(value) if not found else ():
            words = _WORDS.findall(m.group())
            # 90 %: of real Latin only the passage of Cicero that the list was made of reaches it.
            if len(words) >= 3 and sum(w in lorem for w in words) >= 0.9 * len(words):
                found = True
                yield Signal(at + m.start(), at + m.end(), "lorem ipsum", "lorem")


def _families(group: list[Signal]) -> set[str]:
    """Return the families that a group proves; some need more than one signal."""
    kinds: dict[str, set[str]] = {}
    for signal in group:
        kinds.setdefault(signal.family, set()).add(signal.kind)
    found = set()
    # Four different keys, one of which no contact card has.
    if len(kinds.get("keys", ())) >= 4 and kinds["keys"] & {"username", "birthdate", "bio", "followers", "job"}:
        found.add("keys")
    if "lorem ipsum" in kinds:
        found.add("lorem")
    if "birth date" in kinds:
        found.add("birth date")
    if len(kinds.get("followers", ())) == 2:
        found.add("followers")
    if "social addresses" in kinds:
        found.add("social addresses")
    if len(kinds.get("phone and postal code", ())) == 2:
        found.add("phone and postal code")
    if "introduction" in kinds:
        found.add("introduction")
    return found


def _groups(sheet: Sheet, signals: list[Signal]) -> Iterator[list[Signal]]:
    group: list[Signal] = []
    reached = 0
    for signal in signals:
        if group:
            between = sheet.folded[reached : signal.start]
            lines = sum(1 for part in between.splitlines() if part.strip())
            if (
                _prose_between(sheet, reached, signal.start)
                or len(between) > 3 * FAR_CHARACTERS
                or (len(between) > FAR_CHARACTERS and lines <= 2)
                or lines > FAR_LINES + 1
            ):
                yield group
                group = []
        group.append(signal)
        reached = max(reached, signal.end)
    if group:
        yield group


def _prose_between(sheet: Sheet, start: int, end: int) -> bool:
    """Tell whether a whole line of running text that is no lorem ipsum stands between two places."""
    between = range(sheet.index_at(start - 1) + 1, sheet.index_at(end))
    return any(_is_running(sheet, sheet.lines[i]) for i in between)


def _is_running(sheet: Sheet, line: Line) -> bool:
    folded = sheet.folded[line.start : line.end]
    return line.words >= RUNNING_WORDS and line.ends and not any(find_lorem(folded, line.start))


def _without_prose_edges(sheet: Sheet, lines: list[Line], group: list[Signal]) -> list[Line]:
    """Leave out lines at the edges that are a sentence behind a key: "Position: The minister ..."."""
    proving = {sheet.index_at(s.start) for s in group if s.family != "keys" or s.kind in _PROVING}
    while lines and lines[0].index not in proving and _is_running(sheet, lines[0]):
        lines = lines[1:]
    while lines and lines[-1].index not in proving and _is_running(sheet, lines[-1]):
        lines = lines[:-1]
    return lines


def _lines_of(sheet: Sheet, group: list[Signal]) -> list[Line]:
    start, end = group[0].start, max(s.end for s in group)
    return [line for line in sheet.lines if line.end > start and line.start < end]


def _is_dense(sheet: Sheet, lines: list[Line], group: list[Signal]) -> bool:
    """Tell whether nearly every line of the region carries a signal, an empty key or lorem."""
    bare = sum(1 for line in lines if _is_heading(sheet, line))
    held = len({i for s in group for i in range(sheet.index_at(s.start), sheet.index_at(s.end - 1) + 1)})
    return held + bare >= MIN_COVER * len(lines)


FRAME = re.compile(r"[{}\[\](),;]+|\|[\-:| ]{2,200}\|?|`{3}\w{0,12}|</?\w{1,12}>")
"""A line of braces, the rule below a table's head, the fence or tag around a block of code."""


def _is_heading(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line is a heading of the profile kind, the name of a network, or part of a record's frame."""
    said = sheet.folded[line.start + len(line.bullet) : line.end]
    if line.words == 0 and FRAME.fullmatch(said):
        return True
    if line.words <= 6 and key_kind(said.strip(" :-–—=|#*՝\"'`{[_]}【】「」『』［］〔〕").replace("_", " ")) != "":
        return True
    cells = [cell.strip(" *:") for cell in said.strip("| ").split("|")] if "|" in said and line.words <= 12 else []
    if len(cells) < 2:
        return False
    # "| Author | A made-up name |" above the other rows, and the table's own head.
    return key_kind(cells[0]) in ("heading", "name") or all(cell in _columns() for cell in cells)


def _with_headings(sheet: Sheet, lines: list[Line]) -> list[Line]:
    """Add the headings and empty keys that stand right before and after the region."""
    first, last = lines[0].index, lines[-1].index
    while first and lines[0].index - first < 2 and _is_heading(sheet, sheet.lines[first - 1]):
        first -= 1
    while last + 1 < len(sheet.lines) and _is_heading(sheet, sheet.lines[last + 1]):
        last += 1
    return list(sheet.lines[first : last + 1])


def _is_flattened(sheet: Sheet, line: Line, group: list[Signal]) -> bool:
    """Tell whether several keys stand in one line, behind words of the text."""
    keys = [s.start for s in group if s.family == "keys" and line.start <= s.start < line.end]
    return len(keys) >= 3 and min(keys) > line.start + len(line.bullet) + 2


def _inside(sheet: Sheet, line: Line, group: list[Signal]) -> tuple[int, int]:
    """Return the part of a long line that the region covers, from its heading to the end of its last value."""
    inside = [s for s in group if s.start < line.end and s.end > line.start]
    if not inside:
        return line.start, line.end
    start = max(line.start, inside[0].start)
    head = sheet.folded[line.start : start]
    if len(head) <= 60 and key_kind(head.strip(" :-–—=|#*՝")):
        start = line.start
    elif (m := _TWO_WORDS.search(head[-60:])) and key_kind(m.group(1)) == "heading":
        start -= len(head[-60:]) - m.start()
    else:
        # "... officials said. Author Profile Name : ...": the heading has no mark of its own.
        words = list(_KEY_WORD.finditer(head[-60:]))
        told = [w.start() for w in words[-4:] if key_kind(head[-60:][w.start() :].strip()) == "heading"]
        start -= len(head[-60:]) - min(told) if told else 0
    last = max(inside, key=lambda s: s.end)
    end = last.end
    if last.family == "keys":
        # The value of the last key: up to the end of its sentence, or of the line when little is left.
        stop = re.search(r"[.!?](?=\s|$)", sheet.folded[end : line.end])
        left = line.end - end
        mostly = left <= 80 or (left <= 320 and end - start > 2 * left)
        end = line.end if mostly else end + stop.end() if stop and stop.end() <= 160 else min(end + 40, line.end)
    if line.end - end <= 40:
        end = line.end
    return trim(sheet.text, start, min(end, line.end))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("pipeline") / "resources" / "clean" / "profile.toml").read_text(encoding="utf-8"))


@cache
def _columns() -> frozenset[str]:
    return frozenset(fold(word) for word in _table()["table"]["columns"])


@cache
def _begins() -> tuple[str, ...]:
    return tuple(fold(words) for words in _table()["introduction"]["begins"])


@cache
def placeholder_words() -> frozenset[str]:
    """Return the vocabulary of placeholder generators."""
    return frozenset(_table()["lorem"]["words"].split())


@cache
def _kinds() -> dict[str, str]:
    kinds: dict[str, str] = {}
    for kind, phrases in _table()["keys"].items():
        for phrase in phrases:
            kinds.setdefault(fold(phrase), kind)
    # Names of fields are written together: "birthDate", "fullname".
    for key, kind in list(kinds.items()):
        kinds.setdefault(key.replace(" ", ""), kind)
    # And without accents: "metier", "abonnes". Short words would become other words.
    for key, kind in list(kinds.items()):
        bare = "".join(c for c in unicodedata.normalize("NFKD", key) if not unicodedata.combining(c))
        if bare.isascii() and len(bare) >= BARE_KEY:
            kinds.setdefault(bare, kind)
    return kinds


BARE_KEY = 5
"""Letters from which a key is also known without its accents."""


@cache
def _endings() -> frozenset[str]:
    return frozenset(key[-2:] for key in _kinds())


def key_kind(key: str) -> str:
    """Return which kind of key of a profile a folded phrase is, or ""."""
    return _kinds().get(key, "")
