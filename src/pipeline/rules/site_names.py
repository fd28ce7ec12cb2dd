"""Tell what has the shape of a site's name, of a section's, and of a row of a menu.

The words are data (`site.toml`): what newspapers, agencies and forums are called, what sections are called, and the
forms of firms. Shape is no evidence: `site.py` and `rights.py` ask what else on the page says so.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

from ..blocks import Line
from ..model import Role
from .lexicon import fold, load_list
from .names import is_small, particles
from .sheet import Sheet

NAME_WORDS = 7
LONGEST = 60
LONG_ROW = 400
"""Characters above which a line is no row of buttons, however few its words."""
ROWS = 8_192
"""Lines of which it is remembered whether they are rows of a menu: those that the rules ask about in fifty pages."""
EDGE = " \t|•·/:：-–—#*_\"'“”«»„‹›<>[]()®™,"


def is_menu_row(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line is a row of names of sections and buttons, whatever stands between them."""
    if line.ends or line.words > 30 or len(line.text) > LONG_ROW:
        return False
    claimed = sheet.claims.get(line.index, ())
    if any(c.role in (Role.NAVIGATION, Role.LEGAL, Role.PROMOTION) for c in claimed):
        return True
    return bool(sheet.whole(line.index)) or _is_row(line.text)


@lru_cache(maxsize=ROWS)
def _is_row(text: str) -> bool:
    """Tell whether a text is a row of names of sections and buttons; the rules ask several times for the same line."""
    parts = [p.strip() for p in _ROW.split(text.strip(EDGE)) if p.strip()]
    if len(_STEPS.findall(text)) >= 2 and all(len(p.split()) <= 4 for p in parts):
        return True
    if text.count("](") >= 2 and not _LINK.sub("", text).strip(EDGE + "."):
        return True
    # In the middle of a headline the word is written small: "Culture and politics in Baku".
    words = [w for w in (w.strip(EDGE + ".;") for w in _WORDS.split(text)) if w]
    named = sum(1 for w in words if not is_small(w[0]) and _plain(w) in _row_words())
    if len(parts) >= 3 and named >= 1 and all(_is_button(p) for p in parts):
        return True
    return len(words) >= 2 and named >= 2 and named >= 0.5 * len(words)


def _is_button(part: str) -> bool:
    return len(part.split()) <= 3 and len(part) <= (9 if part[0] >= "\u3040" else 30)


def clean_name(sheet: Sheet, start: int, end: int) -> tuple[int, int] | None:
    """Return the span of a name without marks at its ends, if it has a name's shape."""
    text, last = sheet.text, end
    while start < end and text[start] in EDGE:
        start += 1
    while start < end and text[end - 1] in EDGE:
        end -= 1
    # Of "Example Gazette S.A." the firm's form is cut at its point.
    if end - start > 4 and text[end - 2] == " " and text[end : end + 1] == "." and text[end - 1].isupper():
        end -= 2
    # "Magazyn „Brzeg”": a quotation inside the name is closed in it.
    if end < last and text[end] in "”»“" and any(mark in text[start:end] for mark in "„«“"):
        end += 1
    name = text[start:end]
    words = name.split()
    if not words or len(words) > NAME_WORDS or not 2 <= len(name) <= LONGEST or "\n" in name or _ODD.search(name):
        return None
    folded = sheet.folded[start:end]
    first = next((c for c in name if c.isalpha()), "")
    if not first or is_small(first) or is_section(folded) or folded in words_of("rights"):
        return None
    # "Materials of the Eurasian Observer" in Russian: a name in another case is none.
    if len(words) > 1 and fold(words[0]).endswith(_GENITIVE):
        return None
    if sum(c.isdigit() for c in name) > 2 or all(w in _section_words() for w in folded.split()):
        return None
    return start, end


_GENITIVE = ("ского", "цкого", "ьного", "ного", "ської", "цької", "ного", "ской", "цкой")


def is_section(folded: str) -> bool:
    """Tell whether a phrase is the name of a section or a kind of text: "Economy", "Interview"."""
    return folded.strip(EDGE) in words_of("section")


def is_medium(text: str) -> bool:
    """Tell whether a name begins or ends with a word that names of newspapers and agencies have."""
    folded = fold(text).strip(EDGE)
    if not folded:
        return False
    if any(c >= "\u3040" for c in folded[:1]):
        return len(folded) >= 4 and any(folded.endswith(m) for m in words_of("medium") if m[0] >= "\u3040")
    words, small = folded.split(), words_of("small")
    if not 2 <= len(words) <= NAME_WORDS or any(
        is_small(w[0]) and fold(w) not in particles() and fold(w) not in small for w in text.split()
    ):
        return False
    ends = {words[0], words[-1], " ".join(words[:2]), " ".join(words[-2:])}
    ends.add(words[1] if words[0] in small else words[0])
    return bool(ends & words_of("medium"))


_STEPS = re.compile(r"\s[>»→/]\s|\s?[›‹＞]\s?")
_ROW = re.compile(r"[|•·›‹»→/＞｜\t　]|\s[-–—>]\s|\s{2}")
_WORDS = re.compile(r"[\s|｜/＞（）()\[\]]+")
_LINK = re.compile(r"\[[^\[\]]{1,60}\]\([^()\s]{0,300}\)")
_ODD = re.compile(r"[?!？！؟;@=+{}<>…©\\]|\.{2}|\d[.,:]\d|[.。։]$|[:：,]$|://")


@cache
def _row_words() -> frozenset[str]:
    """Return the words of rows: sections, and what the lists of menus hold in one word."""
    menus = load_list("navigation")["menu"]["whole"].values()
    return frozenset(_plain(w) for w in _section_words()) | {_plain(p) for row in menus for p in row if " " not in p}


def _plain(text: str) -> str:
    """Return a word folded and without accents, which Greek and often French capitals lack."""
    folded = fold(text)
    if folded.isascii():
        return folded
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))


@cache
def _section_words() -> frozenset[str]:
    return frozenset(phrase for phrase in words_of("section") if " " not in phrase)


@cache
def words_of(kind: str) -> frozenset[str]:
    """Return the folded words of a kind in all languages."""
    return frozenset(fold(p) for phrases in _table()[kind].values() for p in phrases)


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    path = files("pipeline") / "resources" / "clean" / "site.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
