"""Turn a slice of a document into the text a reader sees.

White space becomes single spaces; soft hyphens, zero-width characters, bidi controls and other control
characters go; words broken at a line's end are joined where that is safe; the result is NFC. Quotes,
dashes, letters and digits are never changed (NFC alone may write a letter with another code point of
the same meaning). Normalising twice is normalising once.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

_JOINING = "\u0600-\u06ff\u0700-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff\u1800-\u18af\ua840-\ua87f"
_JOINING += "\ufb50-\ufdff\ufe70-\ufefe"
# Scripts in which a zero-width (non-)joiner is spelling: Persian "می‌خواهم" without it is another word.
_NOT_JOINED = "،؛؟۔٪-٭\u0964\u0965"
_EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u2190-\u21ff\u2b00-\u2bff"
_CJK = "\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff、。，！？；：「」『』《》（）"
_INVISIBLE = re.compile(
    # Between Mongolian letters the vowel separator is spelling.
    "(?:(?<![\u1820-\u18aa])\u180e|\u180e(?![\u1820-\u18aa])|[\u00ad\u034f\u061c\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f])+"
)
_JOINERS = re.compile(
    rf"(?P<kept>(?<=[{_JOINING}])(?<![{_NOT_JOINED}])[\u200c\u200d](?=[{_JOINING}])(?![{_NOT_JOINED}])"
    rf"|(?<=[{_EMOJI}])\u200d(?=[{_EMOJI}]))|[\u200c\u200d]"
)
_JOINER_RUN = re.compile(r"([\u200c\u200d])[\u200c\u200d]+")
_SOFT_BREAK = re.compile(r"\u00ad[ \t]*\r?\n[ \t]*(?=\w)")
_HARD_BREAK = re.compile(r"(?<!\w)(\w{1,30})([-\u2010\u058a])[ \t]*\r?\n[ \t]*(?=(\w{1,30}))")
_MAQAF_BREAK = re.compile(r"(?<=\u05be)[ \t]*\r?\n[ \t]*(?=\w)")
_CJK_BREAK = re.compile(rf"(?<=[{_CJK}])[ \t\u3000]*\r?\n[ \t\u3000]*(?=[{_CJK}])")
_SPECIAL = re.compile("[^ -~\u00a1-\u00ac\u00ae-\u02ff\u0400-\u0482\u048a-\u058f\u2010-\u2027\u20a0-\u20bf]|  ")
# What may need work. Everything else is NFC already, visible, and single-spaced.


def normalize_text(text: str) -> str:
    r"""Return the reader's text of a slice.

    >>> normalize_text("  The co-\noperation  of\u00a0both\u200b sides ")
    'The cooperation of both sides'
    """
    text = text.strip()
    # The first question is the second's answer for plain English, six times as fast.
    if (text.isascii() and text.isprintable() and "  " not in text) or _SPECIAL.search(text) is None:
        return text
    if "\n" in text:
        text = _SOFT_BREAK.sub("", text)
        text = _HARD_BREAK.sub(_join_word, text)
        text = _MAQAF_BREAK.sub("", text)
        text = _CJK_BREAK.sub("", text)
    text = _INVISIBLE.sub("", text)
    if "\u200c" in text or "\u200d" in text:
        text = _JOINERS.sub(lambda m: m.group("kept") or "", _JOINER_RUN.sub(r"\1", text))
    return " ".join(unicodedata.normalize("NFC", text).split())


def _join_word(match: re.Match[str]) -> str:
    first, hyphen, second = match.groups()
    if second.lower() in _words("and"):
        return match.group()
    broken = first.isalpha() and second.isalpha() and first[-1].islower() and second[0].islower()
    # No word is broken behind or before a single letter: "e-mail", "x-ray".
    broken = broken and min(len(first), len(second)) > 1
    if not broken or first.lower() in _words("first") or second.lower() in _words("second"):
        return first + hyphen
    return first


@cache
def _words(name: str) -> frozenset[str]:
    import tomllib

    path = files("pipeline") / "resources" / "sentences" / "hyphens.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return frozenset(word for line in data[name] for word in line.split())
