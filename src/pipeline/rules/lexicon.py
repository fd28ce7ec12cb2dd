"""Find the cues of the word lists (`resources/clean/*.toml`) in a text.

A cue is a phrase of a family ("share", "byline", ...) in one of three modes: `whole` (the line says nothing
else), `opens` (the line begins with it) and `has` (anywhere). Text and phrases are folded in the same way,
character by character, so that offsets stay those of the text. One automaton finds all phrases in one pass.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LISTS = (
    *("promotion", "navigation", "legal", "heads", "furniture", "generator", "forum"),
    *("crude", "crude_buttons", "engines", "notices", "notice_pairs", "service_notes", "calls"),
)


@dataclass(slots=True, eq=False)
class Cue:
    """A phrase found in the text: its span, family and mode."""

    # Final and not frozen, as `Line` is: there are hundreds a page.
    start: Final[int]
    end: Final[int]
    family: Final[str]
    mode: Final[str]


_HALVES = re.compile("[\ud800-\udfff]")


def count_apart(cues: Iterable[Cue]) -> int:
    """Count the cues that do not overlap."""
    count, reached = 0, -1
    for cue in sorted(cues, key=lambda c: (c.end, c.start)):
        if cue.start >= reached:
            count, reached = count + 1, cue.end
    return count


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase means: its pairs of family and mode, and the families of which it is all that a line says."""

    kinds: tuple[tuple[str, str], ...]
    buttons: tuple[str, ...]


def find_cues(folded: str) -> Iterator[Cue]:
    """Yield the cues that stand in a folded text as whole words, in order of their ends.

    >>> [(c.family, c.mode) for c in find_cues(fold("Поделиться")) if c.family == "share"]
    [('share', 'whole')]
    """
    for start, end, meaning in find_phrases(folded):
        for family, mode in meaning.kinds:
            yield Cue(start, end, family, mode)


def find_phrases(folded: str) -> Iterator[tuple[int, int, Meaning]]:
    """Yield the spans of the phrases that stand in a folded text as whole words, in order of their ends."""
    automaton, meanings, leads = _automaton()
    padded = f"\n{folded}\n"
    try:
        matches = automaton.find_matches_as_indexes(padded, overlapping=True)
    except UnicodeEncodeError:
        # Half of a surrogate pair, which a caller's string may hold, is no letter of a phrase.
        matches = automaton.find_matches_as_indexes(_HALVES.sub("\ufffd", padded), overlapping=True)
    for number, left, right in matches:
        left += leads[number]
        # Most hits are pieces of longer words: look at the neighbours first, and at scripts only where they touch.
        before, after = padded[left - 1], padded[right]
        if after.isalnum() and _is_cut(padded[right - 1], after, right - left):
            continue
        if before.isalnum() and _is_cut(padded[left], before, right - left):
            continue
        yield left - 1, right - 1, meanings[number]


def fold(text: str) -> str:
    """Return `text` in lower case with look-alike letters, digits, quotes and spaces made equal.

    The length never changes.

    >>> fold("İSTANBUL’da ۱۴۰۳")
    "istanbul'da 1403"
    """
    if text.isascii():
        for character in _SAME_ASCII:
            text = text.replace(character, _SAME[character])
        return text.lower()
    if len(text) >= _LONG:
        return _fold_page(text)
    # str.translate looks every character up; replacing the few that occur is four times as fast.
    for character in _SAME.keys() & set(text):
        text = text.replace(character, _SAME[character])
    return _in_one_script(text.lower())


_LONG = 1_000
"""Characters from which a text is folded as an array: a page in a fifth of the time."""


def _fold_page(text: str) -> str:
    import numpy as np

    table = _fold_table()
    code = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    beyond = code.max() >= len(table)
    # Beyond the table characters stay what they are.
    same = np.where(code < len(table), table[np.minimum(code, len(table) - 1)], code) if beyond else table[code]
    folded = same.tobytes().decode("utf-32-le", "surrogatepass")
    # How a capital sigma is written small its neighbours tell.
    return _in_one_script(folded.lower() if beyond or "Σ" in folded else folded)


_SEAM = re.compile("[а-яіїєґў][aceiopxytkmbh]|[aceiopxytkmbh][а-яіїєґў]")
_EITHER = re.compile("[а-яіїєґўaceiopxytkmbh]+")
_LATIN = str.maketrans("aceiopxytkmbh", "асеіорхуткмвн")


def _in_one_script(folded: str) -> str:
    """Write Latin letters within a Cyrillic word as the Cyrillic ones that look alike, as some typists do not.

    >>> _in_one_script("tекст: обзор") == "текст: обзор"
    True
    """
    # One pattern for word and seam would try every place of a long word anew.
    if ("е" not in folded and "о" not in folded) or not _SEAM.search(folded):
        return folded
    return _EITHER.sub(lambda m: m.group().translate(_LATIN) if _SEAM.search(m.group()) else m.group(), folded)


def _is_cut(edge: str, neighbour: str, length: int) -> bool:
    """Tell whether a word goes on from the edge of a phrase so long to its neighbour, which is a letter or digit."""
    # Nearly all letters are of scripts that part words, and need not be asked more.
    if edge < _FIRST_UNPARTED and neighbour < _FIRST_UNPARTED:
        return edge.isalnum()
    return _joins(edge, neighbour) and not _is_unspaced(neighbour, length)


_FIRST_UNPARTED = "\u0e00"
"""The first letter, Thai, of the scripts that do not part all words."""


def _joins(left: str, right: str) -> bool:
    """Tell whether two neighbouring characters belong to one word."""
    # Chinese, Japanese and Korean write no spaces (or particles without one) between words, nor beside Latin ones.
    return left.isalnum() and right.isalnum() and not ("\u3040" <= left <= "\ud7a3" or "\u3040" <= right <= "\ud7a3")


def _is_unspaced(neighbour: str, length: int) -> bool:
    """Tell whether a phrase so long may be glued to a letter: Thai, Lao, Burmese and Khmer part no words.

    Short phrases are parts of longer words there, too.
    """
    return length >= _GLUED and (
        "\u0e00" <= neighbour <= "\u0eff" or "\u1000" <= neighbour <= "\u109f" or "\u1780" <= neighbour <= "\u17ff"
    )


_GLUED = 8


def _spellings(key: str) -> set[str]:
    """Return a phrase with the dotted letters of Hindi, Urdu in Devanagari and Bengali as one character and as two.

    A Greek phrase also without accents: in capitals they are not written. A Persian one also with the "ye" that joins
    a word in a silent "he" to the next: "اندازه متن" and "اندازه ی متن".
    """
    if _JOINED in key:
        return {key, key.replace(_JOINED, "ه ی ")}
    if any("\u0370" <= c <= "\u03ff" for c in key):
        return {key, key.translate(_GREEK)}
    parted = unicodedata.normalize("NFC", key)
    joined = parted
    for letter in _DOTTED:
        joined = joined.replace(unicodedata.normalize("NFC", letter), letter)
    return {key, parted, joined}


_JOINED = "ه "
_GREEK = str.maketrans("άέήίόύώϊϋΐΰ", "αεηιουωιυιυ")
_DOTTED = "".join(
    map(chr, (*range(0x0958, 0x0960), 0x09DC, 0x09DD, 0x09DF, 0x0A33, 0x0A36, *range(0x0A59, 0x0A5C), 0x0A5E))
)


def _same_characters() -> Mapping[str, str]:
    same = dict.fromkeys("’‘ʼʻ`´ʹ׳", "'") | dict.fromkeys("“”„«»״", '"') | dict.fromkeys("‐‑‒–−", "-")
    same |= {"İ": "i", "ı": "i", "ё": "е", "Ё": "е"} | dict(zip("يىئكأإآٱ", "یییکاااا", strict=True))
    same |= dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f\u200c\u200b\u3000\t", " ")
    return same | {chr(base + d): str(d) for base in (0x0660, 0x06F0, 0xFF10, 0x0966) for d in range(10)}


_SAME = _same_characters()
_SAME_ASCII = tuple(character for character in _SAME if character.isascii())


@cache
def _fold_table() -> NDArray[np.uint32]:
    import numpy as np

    table = np.arange(0x10000, dtype="<u4")
    for character, other in _SAME.items():
        table[ord(character)] = ord(other)
    small = table.tobytes().decode("utf-32-le", "surrogatepass").lower()
    table = np.frombuffer(small.encode("utf-32-le", "surrogatepass"), "<u4").copy()
    table[ord("Σ")] = ord("Σ")
    return table


_SHORT = 3
_LEADS = " \n\r|()[]{}<>*/\\,;:.!?\"'«»„&#+=~_-–—•·►▶»→\u200e\u200f\u202a\u202b\ufeff"
"""What stands before a short word. Three in four of all hits were pieces of longer words ("on", "le", "te"): words of
up to three letters are looked for with their boundary, which halves the time of the search."""


@cache
def _automaton() -> tuple[Any, list[Meaning], list[int]]:
    """Return the automaton, and by number of its patterns what they mean and how long their lead is."""
    import ahocorasick_rs

    meanings: dict[str, set[tuple[str, str]]] = {}
    for name in LISTS:
        for family, modes in load_list(name).items():
            for mode, languages in modes.items():
                for phrases in languages.values():
                    for phrase in phrases:
                        key = fold(phrase).strip()
                        # A whole line is compared without its closing marks, so the cue has none either.
                        key = key.strip(" :.!?…") if mode == "whole" else key
                        for spelling in {key} if key.isascii() else _spellings(key):
                            meanings.setdefault(spelling, set()).add((family, mode))
    patterns: list[str] = []
    said: list[Meaning] = []
    leads: list[int] = []
    before = sorted(set(_LEADS))
    for key in sorted(meanings):
        short = len(key) <= _SHORT and key.isascii() and key.isalpha()
        kinds = tuple(sorted(meanings[key]))
        found = Meaning(kinds, tuple(family for family, mode in kinds if mode == "whole"))
        for pattern in [lead + key for lead in before] if short else [key]:
            patterns.append(pattern)
            said.append(found)
            leads.append(int(short))
    return ahocorasick_rs.AhoCorasick(patterns, matchkind=ahocorasick_rs.MatchKind.Standard), said, leads


@cache
def load_list(name: str) -> Mapping[str, Mapping[str, Mapping[str, list[str]]]]:
    """Load a word list: family, then mode, then language, then phrases."""
    path = files("pipeline") / "resources" / "clean" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def load_openers(kind: str) -> tuple[str, ...]:
    """Load how sentences of a kind open in all languages (`openers.toml`), folded, with the space behind."""
    path = files("pipeline") / "resources" / "clean" / "openers.toml"
    words = tomllib.loads(path.read_text(encoding="utf-8"))[kind]
    return tuple(sorted(fold(opener) + " " for said in words.values() for opener in said))
