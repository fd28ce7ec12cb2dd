"""Compile the phrases of one language into a matcher of token sequences.

A text is cut into tokens; a token becomes a key: itself when the lexicon knows that form, the stem it
is a listed form of, or nothing. Each key is one character, and an Aho-Corasick automaton runs over the
string of them, so a place in it is the number of a token, word boundaries hold by construction, any
white space, hyphen or soft hyphen inside a phrase is tolerated, and folding may change a word's length
without moving an offset: offsets come from the tokens.

How a phrase is written:

    oil price          in English the last word also in the plural
    arms!              this form only
    UN resolution      a word in capitals is matched in capitals
    invade%            the regular forms of an English verb
    санкци~            the stem with a listed ending of the language;  санкци~~  with anything after it
    ~~krieg            anything before it
    sign%|ink% pact    alternatives;  `_` among them means "or nothing"
    sign% .. pact      up to five tokens between, but no end of a clause
    tie with <state>   a class of words
    in <past> & <state>   the sentence must also hold a word of that class
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice, product
from math import prod
from typing import Any, NamedTuple

from .joined_search import search_each
from .topic_phrases import Found, Hit, Kind, Phrase
from .word_forms import YEARS, Coder, Morphology, WordForms, part_words

GAP_TOKENS = 5
"""Tokens that `..` may skip. 5 covers "signed a landmark ten-year trade agreement"."""
_MAX_VARIANTS = 4_000
_UNKNOWN, _STOP = "_", ";"
"""The characters of a word that no phrase holds, and of the end of a clause."""
_WORLD = ("<state>", "<region>", "<org>")
_ELIDED = re.compile(r"\b[cdjlmnst] (?=\w)")


class _Entry(NamedTuple):
    """What a pattern of the automaton stands for: phrases, and parts of rules."""

    phrases: tuple[Phrase, ...]
    parts: tuple[int, ...]


@dataclass(slots=True)
class Matcher:
    """The compiled phrases of one language. Stateless but for what it remembers of words met."""

    language: str
    phrases: tuple[Phrase, ...]
    automaton: Any
    patterns: tuple[str, ...]
    """What the automaton looks for: strings of the characters that stand for keys."""
    entries: tuple[_Entry, ...]
    world: frozenset[int]
    """The patterns that name a state, region or organisation."""
    blocking: Mapping[int, tuple[Phrase, ...]]
    """The `not` phrases by pattern. A topic's own block that topic only; the others compete for the longest match."""
    gapped: Mapping[int, tuple[_Rule, ...]]
    """Rules of several parts, by the part that is the least common: a state is named in most texts."""
    openers: frozenset[int]
    """The patterns that hold such a part."""
    excluders: frozenset[int]
    """The patterns that are a `not` phrase, or hold such a part of one."""
    forms: WordForms
    morphology: Morphology
    codes: Mapping[str, str]
    """The character that stands for each key."""
    coder: Coder = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Set up what turns a text into characters that stand for keys."""
        self.coder = Coder(self.language, self._code_word)

    def find(self, text: str) -> Found:
        """Return the phrases in `text`; the longest match wins, exclusions included."""
        return self.find_all([text])[0]

    def find_all(self, texts: Sequence[str]) -> list[Found]:
        """Return the phrases in each of some texts; one search through all of them costs half of one through each."""
        coded = list(map(self.coder.code, texts))
        found: list[Found] = [Found()] * len(coded)
        for number, matches in search_each(self.automaton, coded):
            found[number] = self._resolve(coded[number], matches)
        return found

    def _resolve(self, coded: str, found: Sequence[tuple[int, int, int]]) -> Found:
        """Return what the matches in one text, pattern, start and end, come to."""
        entries = self.entries
        plain = [(start, -end, pattern) for pattern, start, end in found if entries[pattern].phrases]
        patterns = {pattern for pattern, _, _ in found}
        world = not self.world.isdisjoint(patterns)
        hits = self._longest(plain) if plain else []
        if not self.openers.isdisjoint(patterns):
            hits += self._span_gaps(coded, found, patterns)
        if not hits:
            return Found((), world)
        if not self.excluders.isdisjoint(patterns):
            hits = self._unblocked(hits, plain)
        if len(hits) > 1:
            hits.sort(key=_reading_order)
        return Found(hits, world)

    def place_words(self, text: str, last: int) -> list[tuple[int, int]]:
        """Return where each word up to `last` stands. An ending written apart belongs to the word before it."""
        found = self.coder.token.finditer(text)
        if not self.forms.apart:
            return [word.span() for word in islice(found, last + 1)]
        spans: list[tuple[int, int]] = []
        for word in found:
            if word[0] not in self.forms.apart:
                spans.append(word.span())
            elif spans:
                spans[-1] = spans[-1][0], word.end()
        return spans

    def _code_word(self, token: str) -> str:
        key = self.forms.key(token)
        return self.codes.get(key, _UNKNOWN) if key else ""

    def _longest(self, plain: list[tuple[int, int, int]]) -> list[Hit]:
        plain.sort()
        kept: list[Hit] = []
        reached = 0
        for start, end, pattern in plain:
            if start < reached:
                continue
            phrases = self.entries[pattern].phrases
            if pattern in self.blocking:
                phrases = tuple(p for p in phrases if p.kind is not Kind.NOT or not p.topic)
            if phrases:
                reached = -end
                kept += [Hit(start, reached - 1, p) for p in phrases]
        return kept

    def _span_gaps(self, coded: str, found: Sequence[tuple[int, int, int]], patterns: set[int]) -> Iterator[Hit]:
        """Yield the phrases of several parts, and those that need a class elsewhere in the text."""
        entries, gapped = self.entries, self.gapped
        parts_of = {pattern: parts for pattern in patterns if (parts := entries[pattern].parts)}
        present = set().union(*parts_of.values())
        rules = [r for part in present & gapped.keys() for r in gapped[part] if r.required <= present]
        if not rules:
            return
        asked = set().union(*[rule.required for rule in rules])
        spans: dict[int, list[tuple[int, int]]] = {part: [] for part in asked}
        for pattern, start, end in found:
            if pattern in parts_of:
                for part in parts_of[pattern]:
                    if part in asked:
                        spans[part].append((start, end))
        for rule in rules:
            for first, end in rule.spans(coded, spans):
                yield Hit(first, end - 1, rule.phrase)

    def _unblocked(self, hits: list[Hit], plain: list[tuple[int, int, int]]) -> list[Hit]:
        """Drop the exclusions and what they exclude: any phrase over a word of theirs, or those of their topic."""
        blocking = self.blocking
        blocked = [h for h in hits if h.phrase.kind is Kind.NOT]
        blocked += [Hit(s, -e - 1, p) for s, e, n in plain if n in blocking for p in blocking[n] if p.topic]
        return [
            h
            for h in hits
            if h.phrase.kind is not Kind.NOT
            and not any(
                h.first <= b.last and b.first <= h.last and b.phrase.topic in ("", h.phrase.topic) for b in blocked
            )
        ]


def _reading_order(hit: Hit) -> tuple[int, int, tuple[str, str, str]]:
    return hit.first, hit.last, hit.phrase.order


@dataclass(frozen=True, slots=True)
class _Rule:
    """Parts that follow each other within given gaps, and classes that the sentence must hold besides."""

    phrase: Phrase
    parts: tuple[int, ...]
    gaps: tuple[int, ...]
    needs: tuple[int, ...]
    required: frozenset[int]
    """All of these."""

    def spans(self, coded: str, found: Mapping[int, list[tuple[int, int]]]) -> list[tuple[int, int]]:
        """Return the spans of the rule in the coded text, the shortest for each place where it begins."""
        spans = found[self.parts[0]]
        for part, gap in zip(self.parts[1:], self.gaps, strict=True):
            after = found[part]
            spans = [
                (s, min(ends))
                for s, e in spans
                if (ends := [e2 for s2, e2 in after if e <= s2 <= e + gap and _STOP not in coded[e:s2]])
            ]
        if self.needs:
            outside = [found[need] for need in self.needs]
            spans = [(s, e) for s, e in spans if all(any(b <= s or a >= e for a, b in x) for x in outside)]
        return spans


def compile_phrases(
    language: str, phrases: Iterable[Phrase], classes: Mapping[str, Sequence[str]], morphology: Morphology
) -> Matcher:
    """Compile phrases into a matcher. Raises ValueError with the phrase's text when it cannot be read."""
    from ahocorasick_rs import AhoCorasick, MatchKind

    phrases = tuple(phrases)
    builder = _Builder(language, classes, WordForms(language, morphology))
    rules = [builder.read(p) for p in phrases]
    world = {builder.numbers[(name,)] for name in _WORLD if (name,) in builder.numbers}
    codes = _Codes()
    patterns = builder.patterns(codes)
    plain: dict[int, list[Phrase]] = {}
    several: list[_Rule] = []
    for rule in rules:
        if len(rule.parts) == 1 and not rule.needs:
            plain.setdefault(rule.parts[0], []).append(rule.phrase)
        else:
            several.append(rule)
    used = {n for rule in several for n in rule.required}
    common = _how_common(patterns, codes, used)
    gapped: dict[int, list[_Rule]] = {}
    for rule in several:
        gapped.setdefault(min(rule.required, key=lambda n: (common[n], n)), []).append(rule)
    entries = []
    for numbers in patterns.values():
        here = [p for n in numbers for p in plain.get(n, ())]
        if len(here) > 1:
            here.sort(key=lambda p: p.order)
        entries.append(_Entry(tuple(here), tuple([n for n in numbers if n in used])))
    blocking = {
        n: found for n, e in enumerate(entries) if (found := tuple([p for p in e.phrases if p.kind is Kind.NOT]))
    }
    excluding = {n for n, rules in gapped.items() if any(rule.phrase.kind is Kind.NOT for rule in rules)}
    in_rules = [(n, set(e.parts)) for n, e in enumerate(entries) if e.parts]
    return Matcher(
        language=language,
        phrases=phrases,
        automaton=AhoCorasick(list(patterns) or ["\0"], matchkind=MatchKind.Standard),
        patterns=tuple(patterns),
        entries=tuple(entries),
        world=frozenset([n for n, numbers in enumerate(patterns.values()) if not world.isdisjoint(numbers)]),
        blocking=blocking,
        gapped={k: tuple(v) for k, v in gapped.items()},
        openers=frozenset([n for n, parts in in_rules if not parts.isdisjoint(gapped)]),
        excluders=frozenset([*blocking, *(n for n, parts in in_rules if not parts.isdisjoint(excluding))]),
        forms=builder.forms,
        morphology=morphology,
        codes=dict(codes),
    )


def _how_common(patterns: Mapping[str, Sequence[int]], codes: Mapping[str, str], parts: set[int]) -> dict[int, float]:
    """Return a guess how often each part stands in texts: the more, the more forms it has and the shorter they are."""
    length = {code: len(key) for key, code in codes.items()}
    common = dict.fromkeys(parts, 0.0)
    for text, numbers in patterns.items():
        for part in parts.intersection(numbers):
            common[part] += 1 / sum([length[code] for code in text]) ** 2
    return common


class _Codes(dict[str, str]):
    """Gives each new key the next character: from U+0100 on, past the surrogates."""

    def __init__(self) -> None:
        super().__init__({_UNKNOWN: _UNKNOWN, ",": ",", _STOP: _STOP})

    def __missing__(self, key: str) -> str:
        place = len(self) + 0x100
        self[key] = code = chr(place if place < 0xD800 else place + 0x800)
        return code


class _Builder:
    """Numbers the parts of all phrases and spells out the key sequences of each."""

    def __init__(self, language: str, classes: Mapping[str, Sequence[str]], forms: WordForms) -> None:
        self.language, self.classes, self.forms = language, classes, forms
        self.numbers: dict[tuple[str, ...], int] = {}
        self.spelled: dict[int, list[tuple[tuple[str, ...], ...]]] = {}
        self._learned: dict[tuple[str, bool], tuple[str, ...]] = {}

    def read(self, phrase: Phrase) -> _Rule:
        body, *needs = (x.strip() for x in self._spaced(phrase.text).split(" & "))
        parts: list[int] = []
        gaps: list[int] = []
        run: list[str] = []
        gap = 0
        for word in [*body.split(), ".."]:
            if word in self.forms.apart:
                continue
            if word != ".." and (word in YEARS or not word.startswith("<")):
                run.append(word)
                continue
            if run:
                parts.append(self._part(tuple(run)))
                gaps.append(gap)
                run, gap = [], 1
            if word == "..":
                gap = GAP_TOKENS
            else:
                parts.append(self._class(word))
                gaps.append(gap)
                gap = 1
        if not parts:
            raise ValueError(f"{phrase.text!r} holds no word")
        classes = tuple(self._class(n) for n in needs)
        return _Rule(phrase, tuple(parts), tuple(gaps[1:]), classes, frozenset((*parts, *classes)))

    def _spaced(self, text: str) -> str:
        """Put the words of a phrase apart as the tokens of a text are."""
        text = re.sub(r"(?<=\w)[-–+\u200c](?=\w|$)", " ", text)
        if self.language in ("fr", "it"):
            return _ELIDED.sub("", text)
        return part_words(text, self.language)

    def _part(self, words: tuple[str, ...]) -> int:
        number = self.numbers.setdefault(words, len(self.numbers))
        if number not in self.spelled:
            *others, last = words
            self.spelled[number] = [(*(self._alternatives(w, False) for w in others), self._alternatives(last, True))]
        return number

    def _class(self, name: str) -> int:
        if (name,) not in self.numbers:
            self.numbers[(name,)] = number = len(self.numbers)
            if name.strip("<>") not in self.classes:
                raise ValueError(f"class {name} is not defined")
            members = [self._spaced(m).split() for m in self.classes[name.strip("<>")]]
            self.spelled[number] = [tuple(self._alternatives(w, False) for w in m) for m in members]
        return self.numbers[(name,)]

    def _alternatives(self, word: str, last: bool) -> tuple[str, ...]:
        plural = last and self.language == "en"
        if (word, plural) not in self._learned:
            self._learned[word, plural] = tuple(self._learn(word, plural))
        return self._learned[word, plural]

    def _learn(self, word: str, plural: bool) -> dict[str, None]:
        """Return the keys of the alternatives of a word, each once."""
        found: list[str] = []
        for option in word.split("|"):
            found += (option,) if option == "_" or option in YEARS else self.forms.learn(option, plural)
        if not found:
            raise ValueError(f"{word!r} holds no word")
        return dict.fromkeys(found)

    def patterns(self, codes: Mapping[str, str]) -> dict[str, list[int]]:
        """Return the coded key sequences, each with the numbers of the parts it stands for, in rising order."""
        out: dict[str, list[int]] = {}
        spelled = cache(lambda found: [codes[k] if k != _UNKNOWN else "" for k in self.forms.expand(found)])
        for number, variants in self.spelled.items():
            for words in variants:
                options = [spelled(alternatives) for alternatives in words]
                count = prod(map(len, options))
                if count > _MAX_VARIANTS:
                    raise ValueError(f"{words!r} has {count} forms; split it")
                for text in map("".join, product(*options)):
                    numbers = out.setdefault(text, [])
                    if number not in numbers[-1:]:
                        numbers.append(number)
        out.pop("", None)
        return out
