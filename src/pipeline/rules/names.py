"""Tell what is the name of a person, and the words that stand around one in a header or signature."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from .lexicon import fold
from .sheet import trim

_STOP = re.compile(
    r"\s*(?:[|•/;(\[\n\t*]|(?<![\u3400-\u9fff])·|\s\s|\s[\-–—]\s|,|\d|\.(?=\s|$)|@|<|:"
    # "文：佐久間　理恵　写真：...": behind a wide space another label.
    r"|\u3000(?=[^\s：:＝=]{1,6}[：:＝=]))"
)
LABEL = re.compile(
    r"(?:[Bb]y|[Pp]ar|[Pp]or|[Vv]on|[Dd]oor|[Aa]v|[Aa]f|di|Autor:|Author:|Автор:)\s+(?=[^\W\d_]{2,30}\s[^\W\d_])"
)
"""A byline's label inside a header line, where only the first of the line is looked up."""
KOREAN_ROLES = "기자|특파원|논설위원|선임기자|객원기자|전문기자|인턴기자|통신원|칼럼니스트"
"""What stands behind the name of one who writes for a paper in Korean."""
ROLE = re.compile(rf"(?<=[\uac00-\ud7a3])\s(?:{KOREAN_ROLES})$")
"""The same behind a name that was found."""
REPORTER = re.compile(r"[^\s:：]{0,8}(?:记者|記者|通讯员|通訊員)[\s:：]+")
"""What stands before the names of those who reported in Chinese: "南都记者 余毅菁 向雪妮"."""
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]")
_KANA = re.compile("[\u3041-\u3096]")
FIRST = 3_000
"""Characters of a text in which kana are looked for."""
HAN_NAME = 4
"""Characters above which a run of Chinese, Japanese or Korean characters is no person's name but a clause."""
MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0dff\u0e31-\u0e4e\u200c\u200d"
"""Signs inside words that count as no letters: vowels of India's, Arabic and Hebrew scripts, accents set apart."""
_TOKEN = re.compile(rf"[^\W\d_][\w'’.\-־{MARKS}]*", re.UNICODE)
GLUED = re.compile(r"(?<=[^\W\d_])(?=(?:Published|Updated|Posted|Last|First|Reviewed|Follow|Contributor|Staff)\b)")


HONOUR = re.compile(
    r"(?:(?:Dr|Prof|Doc|Mgr|Ing|Bc|PhDr|MUDr|JUDr|RNDr|Mag|Dipl\.-Ing|Dott|Dott\.ssa|Avv|Lic|Hon|Rev|Sr|Sra|Mr|Mrs|Ms|"
    r"Doç|Yrd|Op|Av|TS|PGS|GS|ThS|BS|BTV|PV|д-р|Д-р|проф|Проф|inż|mgr|hab|dr|prof|Δρ|Καθ|[أادم])\.[ \u00a0]{0,2}){1,4}"
    r"(?=[^\W\d_])"
)
"""Titles in front of a name, each with its point, which ends no name."""
_BEFORE_DATE = re.compile(
    r"\s(?:on|am|le|el|il|em|op|den|dne|dnia|w dniu|dana|на|от|від|στις|tarihinde|på|pada|pe|la|в|у|v|w|ngày|في|در)$"
)

_WHEN = re.compile(r"\s(?:On|In|At|Pada|Am|Le)\s")


def name_span(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the span of one to six capitalised words (or words of a script without case), or None."""
    while start < end and text[start] in " \t\u00a0:：-–—_*[\u200c":
        start += 1
    titled = HONOUR.match(text, start, end)
    bare = titled.end() if titled else start
    stop = _STOP.search(text, bare, end)
    a, b = trim(text, bare, stop.start() if stop else end)
    while a < b and text[b - 1] in " -–—|·•,":
        b -= 1
    if glued := GLUED.search(text, a, b):
        b = glued.start()
    if text[b - 2 : b + 1] == "on:" and _repeats_without(text, a, b):
        b -= 2
    if before_date := _BEFORE_DATE.search(text, a, b):
        # "by Ann Lee on 5 May 2024": the date stands behind what is looked at.
        b = before_date.start()
    if (when := _WHEN.search(text, a, b)) and all(w in filler_words() for w in fold(text[when.end() : b]).split()):
        # "By Ann Lee On Wednesday, May 5": as some programs write every word.
        b = when.start()
    words = text[a:b].split()
    han = a < b and _HAN.match(text, a) is not None
    if not 1 <= len(words) <= 7 or b - a > 70 or b - a < (2 if han else 3):
        return None
    if han and any(len(part) > (10 if "·" in word else HAN_NAME) for word in words for part in word.split("、")):
        # Japanese names have five characters, too; kana tell that a text is Japanese.
        long_name = len(words) == 1 and b - a == HAN_NAME + 1 and "、" not in words[0] and _KANA.search(text, 0, FIRST)
        if not long_name:
            return None
    strong = 0
    for word in words:
        if word.casefold() in particles():
            continue
        if not _TOKEN.fullmatch(word.strip("\"'“”«»")) or is_small(word[0]):
            return None
        strong += 1
    return (start if titled else a, b) if 1 <= strong <= 6 and words[0] not in ("I", "A") else None


def _repeats_without(text: str, start: int, end: int) -> bool:
    """Tell whether "Ann Leeon: 3 May" is a name and a label glued to it: the text also says "Ann Lee" alone."""
    name = text[start : end - 2]
    before, after = text[:start], text[end:]
    return " " in name and any(re.search(rf"{re.escape(name)}(?![^\W\d_])", part) for part in (before, after))


def is_small(character: str) -> bool:
    """Tell whether a letter is small in a script that has capitals; Georgian writes all its words so."""
    return character.islower() and not "\u10d0" <= character <= "\u10ff"


@cache
def signature_words(kind: str) -> frozenset[str]:
    """Return the folded phrases of a kind in all languages."""
    return frozenset(fold(p) for phrases in _signature_table()[kind].values() for p in phrases)


@cache
def particles() -> frozenset[str]:
    """Return the small words of names: "van", "bin", "de la"."""
    return frozenset(_signature_table()["header_words"]["particles"])


@cache
def _signature_table() -> dict[str, Any]:
    path = files("pipeline") / "resources" / "clean" / "signatures.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def filler_words() -> frozenset[str]:
    """Return the words that say nothing beside a date: days of the week, prepositions."""
    return frozenset(fold(" ".join(_signature_table()["header_words"]["words"])).split())
