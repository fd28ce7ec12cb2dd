"""Decide where the sentences of running text end.

A sentence ends at a final mark before white space and something that can open a sentence, unless the
word before the mark is an abbreviation, an initial or an ordinal of its language. A sentence is a slice
of its block: text is never changed here, and spans are sorted, disjoint and cover every character that
is not white space. Every decision looks back and ahead a bounded number of characters, so that time
grows with the length of the text and nothing else.
"""

from __future__ import annotations

import re

from .sentence_lines import list_starts
from .sentence_rules import CLOSERS, EMOJI, FULL_STOPS, HARD_MARKS, OPENERS, SOFT_MARKS, Rules

_LOOK = 30
# Longest word looked at. Longer ones are never abbreviations; without a cap "A. A. A." of 1 MB is quadratic.
_BRACKET = 200
# How far back an opening bracket is looked for before ")" is taken for a smile.
_NEXT_WORD = re.compile(r"\w(?:[\w'’]{0,23})")
_DASH = re.compile(r"[-–—*]{1,3}[ \u00a0]*")
_LEADING = re.compile(r"^(?:[\w'’]{0,24}[-–—/])?[\"'“‘«‹„‚”»(\[{¿¡`*_]{1,5}")
_ROMAN = re.compile(r"[IVXLC]{1,7}\Z")
_ORDINAL = re.compile(r"(?:\d{1,2}\.)?\d{1,3}\Z|\d{1,2}[-–/]\d{1,2}\Z")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxzßçñbбвгджзклмнпрстфхцчшщ]{2,5}\Z")
_STARTS = re.compile(r"[.?!]\s+(\w)")
_EMOJI = re.compile(f"[{EMOJI}]")
_CLOCK = re.compile(r"(?:\w{1,12} ){0,2}\d{1,2}(?::\d\d)? ?[ap]\.m", re.IGNORECASE)
_INITIALS = re.compile(r"(?:\w\.-?|^[^\W\d_]-)[^\W\d_]\Z")
_SPACED = frozenset((". ", ".\u00a0"))
_OMITTED = re.compile(r"[\[(](?:\.{3}|…)[\])]\s{1,9}\S")
_DASHES = frozenset("-–—*")
_SYMBOLS = frozenset("=_~>+|$€£₽¥§")
# What else may open a sentence or a line that was glued to it.
_AFTER_WORD = frozenset(" \u00a0,\n")
_OMISSION = re.compile(r"\. \. \.\s+\w")
_BRACKETS = frozenset("()[]")


def split_run(text: str, begin: int, end: int, rules: Rules, spans: list[tuple[int, int]]) -> None:
    """Append the sentence spans of `text[begin:end]`, a stretch without structural breaks, to `spans`."""
    _split_run(_Run(text, begin, end, rules), spans)


class _Run:
    """One stretch of text without structural breaks, and what is worked out for it once, when asked."""

    __slots__ = ("_lower", "_weak", "begin", "end", "rules", "text")

    def __init__(self, text: str, begin: int, end: int, rules: Rules) -> None:
        self.text, self.begin, self.end, self.rules = text, begin, end, rules
        self._lower: bool | None = None
        self._weak: bool | None = None

    @property
    def lower(self) -> bool:
        """Whether its sentences open in lower case: chat and notes."""
        if self._lower is None:
            starts = _STARTS.findall(self.text, self.begin, self.end)
            lower = sum(map(str.islower, starts))
            first = self.text[self.begin]
            self._lower = first.islower() and lower >= 0.7 * sum(map(str.isalpha, starts))
        return self._lower

    @property
    def weak(self) -> bool:
        """Whether a full stop is only a pause here: Armenian that has its own final marks."""
        if self._weak is None:
            find = self.text.find
            self._weak = self.rules.weak_stop and max(find(m, self.begin, self.end) for m in ("։", ": ", ":\n")) >= 0
        return self._weak


def _split_run(run: _Run, spans: list[tuple[int, int]]) -> None:
    text, end, rules = run.text, run.end, run.rules
    start = run.begin
    cuts = list_starts(text, start, end)
    for match in rules.pattern.finditer(text, start, end):
        here = match.end()
        if here >= end:
            break
        while cuts and cuts[-1] <= here:
            cut = cuts.pop()
            if cut > start:
                spans.append((start, start + len(text[start:cut].rstrip())))
                start = cut
        if match.lastgroup == "gap":
            if not _mark_ends(run, match, start):
                continue
            stop = match.end("tail")
        elif _face_ends(text, match, start):
            stop = match.end("face")
        else:
            continue
        if here > start:
            spans.append((start, stop))
            start = here
    for cut in reversed(cuts):
        spans.append((start, start + len(text[start:cut].rstrip())))
        start = cut
    spans.append((start, end))


def _mark_ends(run: _Run, match: re.Match[str], start: int) -> bool:
    text, rules = run.text, run.rules
    at, after = match.start(), match.end()
    gap = match.start("gap") != after
    if at - start < 3 and not any(map(str.isalnum, text[start:at])):
        return False
    first = text[after]
    last = text[match.start("tail") - 1]
    if last in HARD_MARKS:
        return _hard_ends(text, match, gap, first, rules)
    if not gap:
        return _glued_ends(text, match, start, rules)
    opened = after
    if first in "[(" and _OMITTED.match(text, after):
        return True
    while first in OPENERS and first not in _DASHES and opened - after < 4 and opened + 1 < run.end:
        opened += 1
        if first in "«„“" and text[opened] in " \u00a0\u202f" and opened + 1 < run.end:
            opened += 1
        first = text[opened]
    if first == ".":
        # "compounds. . . . The practice": the first stop ends, the omission opens the next sentence.
        return not text[at - 1 : at].isspace() and _OMISSION.match(text, after) is not None
    dashed = first in _DASHES
    if dashed:
        first = _behind_dash(run, opened)
        if not first or first in _DASHES:
            return bool(first) and opened == after
    tail = text[match.start("tail") : match.end("tail")]
    if first.islower():
        return opened == after and not dashed and _lower_ends(run, match, start, tail)
    if not first.isalnum() and first not in _SYMBOLS:
        return first in "•@" or _is_emoji(first)
    if tail[:1] in _BRACKETS and tail[-1] not in FULL_STOPS and text[at - 1 : at] in _BRACKETS:
        # "(...)", "[…]", "(?)": an omission or a doubt inside a sentence.
        return False
    mark = text[at : match.start("tail")]
    if tail and (tail[-1] in FULL_STOPS or any(c in SOFT_MARKS for c in tail)):
        return True
    if mark == ";" and rules.semicolon:
        behind = _NEXT_WORD.match(text, opened)
        return behind is not None and behind.group().lower() in rules.openers
    if mark == ":" and rules.dateline:
        return rules.dateline.fullmatch(text, start, match.start("tail")) is not None
    if mark not in FULL_STOPS:
        if mark[0] in ".…" and mark[-1] in ".…":
            return not first.isdigit() and not rules.weak_ellipsis
        return mark != ":" or not (first.isdigit() and text[at - 1 : at].isdigit())
    if run.weak:
        return False
    return _stop_ends(run, at, start, opened, first)


def _behind_dash(run: _Run, at: int) -> str:
    """Return the first character behind a dash and its spaces, or "" where an editor's aside stands there."""
    # "— Where to? — he asked." goes on; "... - The next item" does not.
    text, dash = run.text, _DASH.match(run.text, at)
    place = dash.end() if dash else at + 1
    if place >= run.end:
        return "-"
    aside = _NEXT_WORD.match(text, place)
    if aside and aside.group().lower() in run.rules.never and text[aside.end() : aside.end() + 1] == ".":
        # "(of next year. — Ed.)"
        return ""
    return text[place + 1] if text[place] in OPENERS and place + 1 < run.end else text[place]


def _stop_ends(run: _Run, at: int, start: int, opened: int, first: str) -> bool:
    text, rules = run.text, run.rules
    word = _word_before(text, start, at)
    if not word:
        # Three stops with spaces are an omission, four an omission and a full stop.
        dots = text[max(start, at - 8) : at + 1].replace(" ", "")
        return dots[-3:] != "..." or dots[-4:] == "...."
    lower = word.lower()
    if len(word) == 1 and text[at - 3 : at - 1] in _SPACED and not text[at - 5 : at - 4].isalnum():
        # "т. е.", "z. B.": an abbreviation written with a space.
        pair = f"{text[at - 4 : at - 3].lower()}.{lower}"
        lower = pair if pair in rules.known else lower
    size = len(word)
    if size > 5 and lower not in rules.known and word[-2] != "." and word[-3] != ".":
        return True
    follower = _NEXT_WORD.match(text, opened)
    behind = follower.group() if follower else ""
    opens = behind.lower() in rules.openers and text[opened + len(behind) : opened + len(behind) + 1] != "."
    if lower in rules.never:
        # "Rep." is a title and "reps" are people; "Ca." is an abbreviation and "CA" a state.
        plain = size > 2 and word.islower() and word.isascii() and "." not in word
        return opens and (plain or (size > 1 and word.isupper() and word.isalpha()))
    if word[-1].isdigit():
        return _number_ends(word, not any(map(str.isalnum, text[start : at - size][:4])), opens, behind.lower(), rules)
    if size == 1 and word.isalpha() and len(lower) == 1:
        if at - 1 == start:
            return False
        if word.isupper() or not word.islower():
            return opens and not (lower in rules.number and first.isdigit())
    if lower in rules.number and (first.isdigit() or _ROMAN.match(behind)):
        return False
    if lower in rules.capital:
        if _CLOCK.match(text, start) and not opens:
            # "At 5 a.m. Mr. Smith went": too little stands before the clock for a sentence to end.
            return False
        return not first.islower() and text[opened - 1] != "("
    if lower in rules.opener or _INITIALS.search(word):
        return opens
    if rules.ordinals and _ROMAN.match(word):
        return opens
    if _CONSONANTS.match(lower) and word[1:].islower():
        # No vowel: "Std.", "млрд.", "bzw." are abbreviations that no list is long enough to hold.
        return opens
    return True


def _number_ends(word: str, at_start: bool, opens: bool, behind: str, rules: Rules) -> bool:
    if at_start and len(word) <= 3:
        return False
    if rules.ordinals and _ORDINAL.match(word):
        return opens and behind not in rules.months
    return True


def _lower_ends(run: _Run, match: re.Match[str], start: int, tail: str) -> bool:
    # Before lower case, on the development sets: "?" and "!" end a sentence 45 of 50 times unless a quote closes
    # behind them, a full stop behind five letters or more 51 of 55 times (Armenian apart), one behind three or four
    # and before a word that opens sentences 19 of 19, an ellipsis 9 of 50.
    text, rules, at = run.text, run.rules, match.start()
    mark = text[at : match.start("tail")]
    if any(c in CLOSERS for c in tail) or rules.weak_stop or mark[-1] == ":":
        return False
    word = _word_before(text, start, at)
    if mark in FULL_STOPS:
        if not word.isalpha() or word.lower() in rules.known:
            return bool(run.lower and word and word[-1].isdigit() and len(word) > 3)
        if len(word) >= 5:
            return True
        if _CONSONANTS.match(word) or len(word) < (2 if run.lower else 3):
            return False
        follower = _NEXT_WORD.match(text, match.end())
        return run.lower or (
            word.islower() and word[0] < "\u0250" and follower is not None and follower.group() in rules.openers
        )
    if mark[0] in ".…":
        return False
    return word.lower() not in rules.marks


def _hard_ends(text: str, match: re.Match[str], gap: bool, first: str, rules: Rules) -> bool:
    if gap:
        return True
    if first in ",，、;；،؛:：":
        return False
    if rules.speech and match.start("tail") != match.end("tail"):
        return rules.speech.match(text, match.end()) is None
    return True


def _glued_ends(text: str, match: re.Match[str], start: int, rules: Rules) -> bool:
    """Say whether a mark without white space behind it ends a sentence: "sanctions.On January"."""
    at, after = match.start(), match.end()
    behind = _NEXT_WORD.match(text, after)
    if behind is None or after - at > 12:
        return False
    alone = behind.end() - after == 1 and behind.group().lower() in rules.openers
    if not text[after].isupper() or not (alone or text[after + 1 : after + 2].islower()):
        return False
    if behind.end() >= len(text) or text[behind.end()] not in _AFTER_WORD:
        return False
    if after - at > 1 and text[after - 1] not in CLOSERS:
        return text[at - 1 : at].isalpha()
    word = _word_before(text, start, at)
    if len(word) < 4 or not word.isalpha() or not word[1:].islower() or word.lower() in rules.known:
        return False
    # "Main.Class" is a name of parts, "in Moscow.On January" is not.
    plain = word.islower() and text[behind.end()] != ","
    return plain or behind.group().lower() in rules.openers


def _face_ends(text: str, match: re.Match[str], start: int) -> bool:
    """Say whether a face without a mark ends a sentence: before a capital, and never a bracket that closes."""
    at, first = match.start(), text[match.end()]
    if not (first.isupper() or first == "@"):
        return False
    if text[at] == ")":
        return "(" not in text[max(start, at - _BRACKET) : at] and text[at - 1 : at].isalpha()
    return _is_emoji(text[at]) or text[at - 1 : at].isspace() or text[at - 1 : at].isalpha()


def _word_before(text: str, start: int, at: int) -> str:
    parts = text[max(start, at - _LOOK) : at].rsplit(None, 1)
    if not parts or text[at - 1].isspace():
        return ""
    word = parts[-1]
    if word.isalpha():
        return word
    return _LEADING.sub("", word)


def _is_emoji(char: str) -> bool:
    return char >= "\u2139" and _EMOJI.match(char) is not None
