"""Tell whether a stretch of a header line is a person's name, in scripts with capitals and without.

With capitals two to four capitalised words are needed; without them two to four words none of which is a preposition,
a place, a desk or a section; in Chinese, Japanese and Korean a name written apart in two, or with what the person is
("佐藤健一記者", "김민수 기자"). A place behind a dash ("Ana Souza — Brasília") and a kind of text before the name
("TRIBUNE. Anne Leroy") are cut off. The caller must see a date or the title beside it: this is shape, not evidence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .lexicon import fold
from .names import HONOUR, KOREAN_ROLES, MARKS, filler_words, is_small, name_span, particles, signature_words
from .sheet import trim
from .site_names import is_medium, is_section


@dataclass(frozen=True, slots=True)
class Person:
    """The span of a name; `sure` if the words around it say that it is a person's."""

    start: int
    end: int
    sure: bool = False


def find_person(text: str, start: int, end: int) -> Person | None:
    """Return the one person that a stretch of text names, or None if it says anything else.

    >>> text = "Ana Souza — Brasília"
    >>> person = find_person(text, 0, len(text))
    >>> text[person.start : person.end]
    'Ana Souza'
    """
    start, end = _bare(text, start, end)
    if end - start < 3 or end - start > LONGEST:
        return None
    if text[start] >= "\u3040":
        return _asian(text, start, end)
    kicker = _KICKER.match(text, start, end)
    if kicker and is_section(fold(kicker.group(1))):
        start = kicker.end()
    place = _PLACE.search(text, start, end)
    if place is None and (beside := _FUNCTION.search(text, start, end)):
        # "Great Falls, Montana" is no name: in plain letters only what is written small is a function.
        plain = text[start : beside.end()].isascii() and not is_small(beside.group(1)[0])
        named = is_medium(f"X {beside.group(1)}") or fold(beside.group(1).split()[-1]) in signature_words("function")
        place = None if plain and not named else beside
    stop = _bare(text, start, place.start() if place else end)[1]
    words = text[start:stop].split()
    if not 2 <= len(words) <= 4 or name_span(text, start, stop) != (start, stop):
        return None
    folded = [fold(w).strip(".") for w in words]
    if any(w in signature_words("no_person") or w in filler_words() for w in folded):
        return None
    said = fold(text[start:stop])
    if is_section(said) or said in signature_words("no_person") or RUN_ON.search(text, start, stop):
        return None
    if has_case(text[start]):
        # "Echo Lawrence" is a person, "Morning Echo" is none.
        if is_medium(f"X {words[-1]}"):
            return None
        capital = [w for w in words if fold(w) not in particles()]
        shape = len(capital) >= 2 and not capital[0].isupper() and all(not is_small(w[0]) for w in capital)
        return Person(start, stop) if shape else None
    if is_medium(text[start:stop]):
        return None
    short = stop - start <= SHORT and all(2 <= len(w) <= 14 for w in words)
    # Nobody but a person has an academic title: "أ.د. ...".
    return Person(start, stop, HONOUR.match(text, start, stop) is not None) if short else None


def has_case(character: str) -> bool:
    """Tell whether a letter belongs to a script in which names have capitals."""
    return character.isupper() or is_small(character)


LONGEST = 60
"""Characters above which a stretch is no name with a place or function."""
SHORT = 32
"""Characters of a name in a script without capitals."""
_KICKER = re.compile(r"([^\W\d_][^\n.:|/]{2,24})\s?[.:|/]\s+(?=\S)")
_WORD = rf"[^\W\d_][\w'’.\-־{MARKS}]*"
_PLACE = re.compile(rf"\s+[–—|/-]\s+{_WORD}(?:\s{_WORD}){{0,2}}$|\s*\([^()\d]{{2,30}}\)$")
_FUNCTION = re.compile(rf"[,،]\s+({_WORD}(?:\s{_WORD}){{0,3}})$")
RUN_ON = re.compile(r"(?<!\bM)(?<!\bMa)(?<!\bD)(?<!\bL)[a-z][A-Z]")
"""Two elements' text without a space between: "Miguel CortinaWriter"."""
_HAN = "\u4e00-\u9fff々"
_DESK = re.compile(rf"[{_HAN}ァ-ヶー]{{1,8}}(?:部|支局|総局|本社|局|取材班|センター)[\s\u3000=＝・]+")
_APART = re.compile(rf"[{_HAN}]{{1,3}}[ \u3000][{_HAN}ぁ-んァ-ヶー]{{1,4}}$")
_TOGETHER = re.compile(rf"[{_HAN}]{{2,3}}[{_HAN}ぁ-ん]{{1,2}}$")
_ROLE = re.compile(
    r"[\s\u3000]*(?:記者|編集委員|特派員|論説委員|支局長)$|"
    rf"(?:[\s\u3000]*|[\s\u3000]+[가-힣]{{1,6}}\s)(?:{KOREAN_ROLES})(?:\s+[\w.+-]{{1,40}}@[\w.-]{{3,40}})?$"
)
_WIRE = re.compile(r"[\[(（【][^\[\]()（）【】\n]{2,24}[\])）】]\s*")
_KOREAN = re.compile(r"[가-힣]{2,4}$")
_ASKS = frozenset(
    [
        "点击",
        "點擊",
        "返回",
        "回到",
        "查看",
        "分享",
        "打印",
        "列印",
        "下载",
        "下載",
        "关闭",
        "關閉",
        "登录",
        "登入",
        "注册",
        "註冊",
        "更多",
        "向前",
        "向后",
    ]
)
"""What buttons of two words begin with in Chinese."""


def _asian(text: str, start: int, end: int) -> Person | None:
    if wire := _WIRE.match(text, start, end):
        start = wire.end()
    desk = _DESK.match(text, start, end)
    begin = desk.end() if desk else start
    role = _ROLE.search(text, begin, end)
    begin, stop = trim(text, begin, role.start() if role else end)
    if is_section(fold(text[begin:stop])) or any(
        w in signature_words("no_person") for w in fold(text[begin:stop]).split()
    ):
        return None
    parts = text[begin:stop].split()
    if any(part in filler_words() or part[:2] in _ASKS for part in parts) or len({p[0] for p in parts}) < len(parts):
        return None
    if _APART.match(text, begin, stop) and not is_medium(text[begin:stop].replace(" ", "")):
        return Person(begin, stop, True)
    if (desk or role) and (_TOGETHER.match(text, begin, stop) or _KOREAN.match(text, begin, stop)):
        return Person(begin, stop, True)
    return None


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    start, end = trim(text, start, end)
    while start < end and text[start] in "*_|·•-–— ":
        start += 1
    while start < end and text[end - 1] in "*_|·•-–— ,":
        end -= 1
    return start, end
