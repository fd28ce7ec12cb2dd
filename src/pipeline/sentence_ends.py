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
from .sentence_stops import CONSONANTS, NEXT_WORD, is_lower, stop_ends, word_before

_QUOTED = 1_000
# How far back an open quote is looked for.
_LONE_QUOTE = re.compile(r'"(?:\s+|\Z)')
# "... la pollution. " Ce sont": a quote between spaces closes what it finds open.
_BRACKET = 200
# How far back an opening bracket is looked for before ")" is taken for a smile.
_DASH = re.compile(r"[-–—*]{1,3}[ \u00a0]*")
_STARTS = re.compile(r"[.?!]\s+(\w)")
_EMOJI = re.compile(f"[{EMOJI}]")
_OMITTED = re.compile(r"[\[(](?:\.{3}|…)[\])]\s{1,9}\S")
_DASHES = frozenset("-–—*")
_SYMBOLS = frozenset("=_~>+|$€£₽¥§")
# What else may open a sentence or a line that was glued to it.
_AFTER_WORD = frozenset(" \u00a0,\n")
_OMISSION = re.compile(r"\. \. \.\s+\w")
_BRACKETS = frozenset("()[]")
_ASIDE_GOES_ON = re.compile(r",? ?([^\W\d_])")
_CLITIC = re.compile(r"[’'][a-z] [A-Z]")
# "’s Avonds", "'n Man": Dutch and Afrikaans open a sentence with the rest of an article.


def split_run(text: str, begin: int, end: int, rules: Rules, spans: list[tuple[int, int]]) -> None:
    """Append the sentence spans of `text[begin:end]`, a stretch without structural breaks, to `spans`."""
    _split_run(_Run(text, begin, end, rules), spans)


class _Run:
    """One stretch of text without structural breaks, and what is worked out for it once, when asked."""

    __slots__ = ("_lower", "_weak", "asides", "begin", "end", "rules", "text")

    def __init__(self, text: str, begin: int, end: int, rules: Rules) -> None:
        self.text, self.begin, self.end, self.rules = text, begin, end, rules
        self.asides = text.find("(", begin, end) >= 0
        self._lower: bool | None = None
        self._weak: bool | None = None

    @property
    def lower(self) -> bool:
        """Whether its sentences open in lower case: chat and notes."""
        if self._lower is None:
            starts = _STARTS.findall(self.text, self.begin, self.end)
            lower = sum(map(is_lower, starts))
            first = self.text[self.begin]
            self._lower = is_lower(first) and lower >= 0.7 * sum(map(str.isalpha, starts))
        return self._lower

    @property
    def weak(self) -> bool:
        """Whether a full stop is no end here: Armenian or Hindi that has its own final marks."""
        if self._weak is None:
            find = self.text.find
            self._weak = any(find(mark, self.begin, self.end) >= 0 for mark in self.rules.own_marks)
        return self._weak


def _split_run(run: _Run, spans: list[tuple[int, int]]) -> None:
    text, end, rules = run.text, run.end, run.rules
    start, first = run.begin, len(spans)
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
            if text[here] == '"' and (closed := _LONE_QUOTE.match(text, here, end)):
                stop, here = here + 1, closed.end()
                if here >= end:
                    break
            spans.append((start, stop))
            start = here
    for cut in reversed(cuts):
        spans.append((start, start + len(text[start:cut].rstrip())))
        start = cut
    spans.append((start, end))
    if rules.unmarked:
        spans[first:] = [part for span in spans[first:] for part in _split_unmarked(text, *span, rules)]


def _split_unmarked(text: str, start: int, end: int, rules: Rules) -> list[tuple[int, int]]:
    """Return the parts of a sentence in whose middle another opens: a title and the text glued behind it.

    On the Turkish development set 13 of 14 such places are ends, in both halves; of French ones only 16 of 20
    (titles of books), so that French has no such rule.
    """
    parts: list[tuple[int, int]] = []
    for match in rules.unmarked.finditer(text, start, end) if rules.unmarked else ():
        before = word_before(text, start, match.start())
        opener = NEXT_WORD.match(text, match.end())
        behind = text[opener.end() + 1 : opener.end() + 2] if opener else ""
        if before.islower() and before not in rules.openers and behind.islower():
            parts.append((start, match.start()))
            start = match.end()
    return [*parts, (start, end)]


def _mark_ends(run: _Run, match: re.Match[str], start: int) -> bool:
    return _decides(run, match, start) and not (run.asides and _in_aside(run, match, start))


def _in_aside(run: _Run, match: re.Match[str], start: int) -> bool:
    """Say whether a bracket is open that closes before the sentence goes on: "He (who was late. Again.) sat down"."""
    text, at = run.text, match.end("tail")
    opening = text.rfind("(", max(start + 1, at - _BRACKET), at)
    if opening < 0 or text.find(")", opening, at) >= 0:
        return False
    closing = text.find(")", at, min(run.end, at + _BRACKET))
    behind = _ASIDE_GOES_ON.match(text, closing + 1) if closing >= 0 else None
    return behind is not None and is_lower(behind.group(1)) and text.find("(", at, closing) < 0


def _decides(run: _Run, match: re.Match[str], start: int) -> bool:
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
    if first in "’'" and _CLITIC.match(text, after):
        opened, first = after + 3, text[after + 3]
    while first in OPENERS and first not in _DASHES and opened - after < 4 and opened + 1 < run.end:
        opened += 1
        if first == '"' and text[opened].isspace() and not _closes(run, after):
            return False
        if first in '"«„“' and text[opened] in " \u00a0\u202f" and opened + 1 < run.end:
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
    if tail and rules.speech and tail[-1] in CLOSERS and rules.speech.match(text, after):
        # "«...?» گفت": without capitals only the verb of saying tells that the sentence goes on.
        return False
    if is_lower(first):
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
        return _next_opens(text, opened, rules)
    if mark == ":" and rules.dateline:
        return rules.dateline.fullmatch(text, start, match.start("tail")) is not None
    if mark not in FULL_STOPS:
        if mark[0] in ".…" and mark[-1] in ".…":
            return not first.isdigit() and not rules.weak_ellipsis
        return mark != ":" or not (first.isdigit() and text[at - 1 : at].isdigit())
    if run.weak:
        return False
    return stop_ends(text, at, start, opened, first, rules)


def _closes(run: _Run, at: int) -> bool:
    """Say whether a quote between spaces closes: French has them there, on both sides, where it writes no «»."""
    return run.rules.spaced_quotes and run.text.count('"', max(run.begin, at - _QUOTED), at) % 2 == 1


def _next_opens(text: str, at: int, rules: Rules) -> bool:
    behind = NEXT_WORD.match(text, at)
    return behind is not None and behind.group().lower() in rules.openers


def _behind_dash(run: _Run, at: int) -> str:
    """Return the first character behind a dash and its spaces, or "" where an editor's aside stands there."""
    # "— Where to? — he asked." goes on; "... - The next item" does not.
    text, dash = run.text, _DASH.match(run.text, at)
    place = dash.end() if dash else at + 1
    if place >= run.end:
        return "-"
    aside = NEXT_WORD.match(text, place)
    if aside and aside.group().lower() in run.rules.never and text[aside.end() : aside.end() + 1] == ".":
        # "(of next year. — Ed.)"
        return ""
    return text[place + 1] if text[place] in OPENERS and place + 1 < run.end else text[place]


def _lower_ends(run: _Run, match: re.Match[str], start: int, tail: str) -> bool:
    # Before lower case, on the development sets: "?" and "!" end a sentence 45 of 50 times unless a quote closes
    # behind them, a full stop behind five letters or more 51 of 55 times (Armenian apart), one behind three or four
    # and before a word that opens sentences 19 of 19, an ellipsis 9 of 50.
    text, rules, at = run.text, run.rules, match.start()
    mark = text[at : match.start("tail")]
    if any(c in CLOSERS for c in tail) or rules.own_marks or mark[-1] == ":":
        return False
    if text[start] in _DASHES and mark not in FULL_STOPS:
        # "– Är det slut? frågade hon.": a turn of speech and who speaks.
        return False
    word = word_before(text, start, at)
    if mark in FULL_STOPS:
        if text[at - len(word) - 1 : at - len(word)] == "(":
            # "(univ. de Lyon)"
            return False
        if not word.isalpha() or word.lower() in rules.known:
            return bool(run.lower and word and word[-1].isdigit() and len(word) > 3)
        if len(word) >= 5:
            return True
        if CONSONANTS.match(word) or len(word) < (2 if run.lower else 3):
            return False
        follower = NEXT_WORD.match(text, match.end())
        return run.lower or (
            word.islower() and word[0] < "\u0250" and follower is not None and follower.group() in rules.openers
        )
    if mark[0] in ".…":
        return False
    return word.lower() not in rules.marks


def _hard_ends(text: str, match: re.Match[str], gap: bool, first: str, rules: Rules) -> bool:
    if not gap and first in ",，、;；،؛:：":
        return False
    if rules.speech and (tail := text[match.start("tail") : match.end("tail")]) and (not gap or tail[-1] in CLOSERS):
        return rules.speech.match(text, match.end()) is None
    return True


def _glued_ends(text: str, match: re.Match[str], start: int, rules: Rules) -> bool:
    """Say whether a mark without white space behind it ends a sentence: "sanctions.On January"."""
    at, after = match.start(), match.end()
    behind = NEXT_WORD.match(text, after)
    if behind is None or after - at > 12:
        return False
    alone = behind.end() - after == 1 and behind.group().lower() in rules.openers
    if not text[after].isupper() or not (alone or text[after + 1 : after + 2].islower()):
        return False
    if behind.end() >= len(text) or text[behind.end()] not in _AFTER_WORD:
        return False
    if after - at > 1 and text[after - 1] not in CLOSERS:
        return text[at - 1 : at].isalpha()
    word = word_before(text, start, at)
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
        # "a) First": the letter of an item is no word that smiles.
        word = text[max(start, at - 2) : at]
        return "(" not in text[max(start, at - _BRACKET) : at] and len(word) == 2 and word.isalpha()
    return _is_emoji(text[at]) or text[at - 1 : at].isspace() or text[at - 1 : at].isalpha()


def _is_emoji(char: str) -> bool:
    return char >= "\u2139" and _EMOJI.match(char) is not None
