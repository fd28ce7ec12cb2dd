"""Decide whether a full stop before white space ends a sentence.

The word before it says: an abbreviation, an initial, an ordinal or a numeral goes on unless what follows
opens a sentence in that language; any other word ends one. A word is looked for at most 30 characters
back, so that no input makes the decision slow.
"""

from __future__ import annotations

import re

from .sentence_rules import Rules

LOOK = 30
"""Longest word looked at. Longer ones are never abbreviations; without a cap "A. A. A." of 1 MB is quadratic."""
NEXT_WORD = re.compile(r"\w(?:[\w'’]{0,23})")
CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxzßçñbбвгджзклмнпрстфхцчшщ]{2,5}\Z")
"""No vowel: "Std.", "млрд.", "bzw." are abbreviations that no list is long enough to hold."""
_LEADING = re.compile(r"^(?:[\w'’]{0,24}[-–—/])?[\"'“‘«‹„‚”»(\[{¿¡`*_]{1,5}")
_ROMAN = re.compile(r"[IVXLC]{1,7}\Z")
_ORDINAL = re.compile(r"(?:\d{1,2}\.)?\d{1,3}\Z|\d{1,2}[-–/]\d{1,2}\Z")
_DATE_GOES_ON = re.compile(r"\d{1,2}\.")
_CLOCK = re.compile(r"(?:\w{1,12} ){0,2}\d{1,2}(?::\d\d)? ?[ap]\.m", re.IGNORECASE)
_DATED = re.compile(r"[^\W\d_]{1,3} \d[\d.,–—-]{0,12} ?[^\W\d_]{1,4}")
_INITIALS = re.compile(r"(?:\w\.-?|^[^\W\d_]-)[^\W\d_]\Z")
_SPACED = frozenset((". ", ".\u00a0"))
_EAST_ASIAN = re.compile(r".*[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def stop_ends(text: str, at: int, start: int, opened: int, first: str, rules: Rules) -> bool:
    """Say whether the full stop at `at` ends the sentence that began at `start`.

    `opened` is where the next word begins, behind quotes, brackets and dashes; `first` is its first letter.
    """
    word = word_before(text, start, at)
    if not word:
        # Three stops with spaces are an omission, four an omission and a full stop.
        dots = text[max(start, at - 8) : at + 1].replace(" ", "")
        return dots[-3:] != "..." or dots[-4:] == "...."
    lower = _known_form(text, at, word, rules)
    size = len(word)
    if size > 5 and lower not in rules.known and word[-2] != "." and word[-3] != ".":
        return not (rules.endings and first.isdigit() and lower.endswith(rules.endings))
    follower = NEXT_WORD.match(text, opened)
    behind = follower.group() if follower else ""
    stopped = text[opened + len(behind) : opened + len(behind) + 1] == "."
    opens = _opens(behind, stopped, rules)
    if lower in rules.never:
        # "Rep." is a title and "reps" are people; "Ca." is an abbreviation and "CA" a state.
        plain = size > 2 and word.islower() and word.isascii() and "." not in word
        return opens and (plain or (size > 1 and word.isupper() and word.isalpha()))
    if word[-1].isdigit():
        if len(word) == 4 and _DATE_GOES_ON.match(text, opened):
            # "2023. 12. 28.": a date in Korean or Hungarian.
            return False
        if size <= 3 and not any(map(str.isalnum, text[start : min(start + 4, at - size)])):
            return rules.bare_numbers and at - size == start
        return _number_ends(text[max(start, at - size - LOOK) : at - size], word, behind.lower(), opens, rules)
    if size == 1 and word.isalpha() and len(lower) == 1:
        if at - 1 == start:
            return False
        if word.isupper() or not is_lower(word):
            return opens and not (lower in rules.number and first.isdigit())
        if stopped and len(behind) == 1:
            # "h. c. K. Weber", "s. V a. C."
            return False
    if lower in rules.number and (first.isdigit() or _ROMAN.match(behind)):
        return False
    if lower in rules.capital:
        if _DATED.fullmatch(text, start, at) and not opens:
            # "В 1914 гг. Иванов жил": a preposition, a figure and its unit are no sentence.
            return False
        if _CLOCK.match(text, start) and not opens:
            # "At 5 a.m. Mr. Smith went": too little stands before the clock for a sentence to end.
            return False
        if "." in word and (behind.lower() in rules.days or (behind.isupper() and 1 < len(behind) < 5 and not opens)):
            # "at 7:45 p.m. EST", "at 8 p.m. Friday"
            return False
        return not is_lower(first) and text[opened - 1] != "("
    if lower in rules.opener or _INITIALS.search(word):
        return opens
    if rules.ordinals and _ROMAN.match(word):
        return opens
    if CONSONANTS.match(lower) and word[1:].islower():
        return opens
    if stopped and size == 2 and len(behind) == 1 and not word.isupper() and not is_lower(word):
        # A prefix on an initial in a script without capitals: Hebrew "וח. נ. ביאליק".
        return False
    return not (rules.endings and first.isdigit() and lower.endswith(rules.endings))


def word_before(text: str, start: int, at: int) -> str:
    """Return the word that ends at `at`, without the quotes and brackets before it, or "" behind white space."""
    parts = text[max(start, at - LOOK) : at].rsplit(None, 1)
    if not parts or text[at - 1].isspace():
        return ""
    word = parts[-1]
    if word[0] >= "\u3000" and word[-1] < "\u3000":
        # No space stands between Han and Latin: "王先生和A. Smith".
        word = _EAST_ASIAN.sub("", word)
    return word if word.isalpha() else _LEADING.sub("", word)


def is_lower(char: str) -> bool:
    """Say whether a letter is a small one of a script with capitals: Unicode calls all Georgian letters small."""
    return char.islower() and not "\u10d0" <= char <= "\u10ff"


def _known_form(text: str, at: int, word: str, rules: Rules) -> str:
    """Return the lowered word as the lists write it: "т. е." without its space, "l'art." without its article."""
    lower = word.lower()
    if len(word) == 1 and text[at - 3 : at - 1] in _SPACED and not text[at - 5 : at - 4].isalnum():
        pair = f"{text[at - 4 : at - 3].lower()}.{lower}"
        return pair if pair in rules.known else lower
    if word[0].isdigit() and "-" in word:
        # "1991-ж.", a year and its mark in one word
        return lower.rsplit("-", 1)[1] or lower
    if ("'" in word or "’" in word) and lower not in rules.known:
        bare = lower.replace("’", "'").rsplit("'", 1)[1]
        return bare if len(bare) > 1 and bare in rules.known else lower
    return lower


def _opens(behind: str, stopped: bool, rules: Rules) -> bool:
    """Say whether the next word opens a sentence; of abbreviations only one that refers: "См. с. 12"."""
    lower = behind.lower()
    return lower in rules.openers and (not stopped or (len(behind) > 1 and lower in rules.never))


def _number_ends(before: str, word: str, behind: str, opens: bool, rules: Rules) -> bool:
    if behind in rules.months:
        return False
    if rules.ordinals and _ORDINAL.match(word) and not opens:
        # "auf S. 14. Danach": the number of a page is no ordinal.
        label = before.rstrip()
        return label.endswith(".") and word_before(label, 0, len(label) - 1).lower() in rules.number
    return True
