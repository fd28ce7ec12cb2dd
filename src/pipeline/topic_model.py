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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product
from operator import itemgetter
from typing import Any, NamedTuple

from .word_forms import PERSIAN_PLURALS, YEARS, Morphology, WordForms

GAP_TOKENS = 5
"""Tokens that `..` may skip. 5 covers "signed a landmark ten-year trade agreement"."""
_MAX_VARIANTS = 4_000
_CACHE_WORDS = 200_000
_UNKNOWN, _STOP = "_", ";"
"""The characters of a word that no phrase holds, and of the end of a clause."""
_INNER = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u00ad\u200c\u200d"
_MARKS = r"[,;:.!?()\[\]،؛؟。，；：！？、—]"
_TOKEN = re.compile(rf"(?:[A-Za-z]\.){{2,}}|\w[\w{_INNER}]*(?:['’ʼ]\w[\w{_INNER}]*)*|{_MARKS}")
_TOKEN_HE = re.compile(_TOKEN.pattern.replace("['’ʼ]", "['’ʼ\"״׳]"))
_TOKEN_FA = re.compile(rf"\w[\w{_INNER.replace(chr(0x200C), '')}]*|{_MARKS}")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff]")
_TOKEN_HAN = re.compile(rf"[\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff]|[A-Za-z0-9]+|{_MARKS}")
_WORLD = ("<state>", "<region>", "<org>")
_ELIDED = re.compile(r"\b[cdjlmnst] (?=\w)")


class Kind(StrEnum):
    """What a phrase does for its topic."""

    STRONG = "strong"
    WEAK = "weak"
    CONTEXT = "context"
    OFF = "off"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line of the lexicon.

    `topic` is "" for an excluded phrase, "*" for an off-domain word, "!" for text about the text.
    """

    text: str
    topic: str
    kind: Kind
    group: str = ""
    where: str = ""
    own: bool = field(default=False, compare=False)
    """Whether it comes from a user's file."""
    rule: str = field(init=False, compare=False, repr=False)
    """How evidence names it: its second-level topic and kind."""
    order: tuple[str, str, str] = field(init=False, compare=False, repr=False)
    """Its place among phrases found over the same words."""

    def __post_init__(self) -> None:
        """Work out what every match of the phrase would."""
        object.__setattr__(self, "rule", f"{self.group}:{self.kind}" if self.group else str(self.kind))
        object.__setattr__(self, "order", (self.topic, str(self.kind), self.text))


class Hit(NamedTuple):
    """A phrase found: code points in the text, and the phrase."""

    start: int
    end: int
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Found:
    """The phrases of one text in reading order, whether it names a state, region or organisation, its tokens."""

    hits: tuple[Hit, ...] = ()
    world: bool = False
    tokens: Sequence[str] = ()


@dataclass(slots=True)
class Matcher:
    """The compiled phrases of one language. Stateless but for a cache of word forms."""

    language: str
    phrases: tuple[Phrase, ...]
    automaton: Any
    entries: tuple[tuple[tuple[Phrase, ...], tuple[int, ...], bool], ...]
    """For each pattern its phrases, the parts of rules it stands for, and whether it names a state or the like."""
    blocking: Mapping[int, tuple[Phrase, ...]]
    """The `not` phrases by pattern. A topic's own block that topic only; the others compete for the longest match."""
    gapped: Mapping[int, tuple[_Rule, ...]]
    forms: WordForms
    token: re.Pattern[str]
    spelled: Mapping[Phrase, frozenset[int]]
    """The patterns that give each phrase of one part; for `find_shadowed`."""
    codes: Mapping[str, str]
    """The character that stands for each key."""
    cache: dict[str, str] = field(default_factory=dict)

    def find(self, text: str) -> Found:
        """Return the phrases in `text`; the longest match wins, exclusions included."""
        tokens = self.token.findall(text)
        cache = self.cache
        try:
            keys = [cache[t] for t in tokens]
        except KeyError:
            keys = [self._key(t) for t in tokens]
        coded = "".join(keys)
        found = self.automaton.find_matches_as_indexes(coded, overlapping=True)
        if not found:
            return Found((), False, tokens)
        plain: list[tuple[int, int, int]] = []
        parts: dict[int, list[tuple[int, int]]] = {}
        world = False
        entries = self.entries
        for pattern, start, end in found:
            phrases, numbers, names = entries[pattern]
            if phrases:
                plain.append((start, -end, pattern))
            for part in numbers:
                if part in parts:
                    parts[part].append((start, end))
                else:
                    parts[part] = [(start, end)]
            if names:
                world = True
        kept = self._longest(plain) if plain else []
        present = parts.keys()
        for part in present & self.gapped.keys():
            for rule in self.gapped[part]:
                if present >= rule.required:
                    kept += [(s, e, rule.phrase) for s, e in rule.spans(coded, parts)]
        if not kept:
            return Found((), world, tokens)
        kept = self._unblocked(kept, plain)
        if len(coded) < len(tokens):  # An ending written apart has no key; it belongs to the word before it.
            places = [i for i, key in enumerate(keys) if key] + [len(keys)]
            kept = [(places[s], places[e], p) for s, e, p in kept]
        return Found(_place(text, tokens, kept), world, tokens)

    def _longest(self, plain: list[tuple[int, int, int]]) -> list[tuple[int, int, Phrase]]:
        plain.sort()
        kept: list[tuple[int, int, Phrase]] = []
        reached = 0
        for start, end, pattern in plain:
            if start < reached:
                continue
            phrases = self.entries[pattern][0]
            if pattern in self.blocking:
                phrases = tuple(p for p in phrases if p.kind is not Kind.NOT or not p.topic)
            if phrases:
                kept += [(start, -end, p) for p in phrases]
                reached = -end
        return kept

    def _unblocked(
        self, kept: list[tuple[int, int, Phrase]], plain: list[tuple[int, int, int]]
    ) -> list[tuple[int, int, Phrase]]:
        """Drop the exclusions and what they exclude: any phrase over a word of theirs, or those of their topic."""
        blocking = self.blocking
        blocked = [x for x in kept if x[2].kind is Kind.NOT]
        blocked += [(s, -e, p) for s, e, n in plain if n in blocking for p in blocking[n] if p.topic]
        if not blocked:
            return kept
        return [
            (s, e, p)
            for s, e, p in kept
            if p.kind is not Kind.NOT
            and not any(s < be and bs < e and b.topic in ("", p.topic) for bs, be, b in blocked)
        ]

    def _key(self, token: str) -> str:
        known = self.cache.get(token)
        if known is None:
            if len(self.cache) >= _CACHE_WORDS:
                self.cache.clear()
            key = self.forms.key(token)
            known = self.cache[token] = self.codes.get(key, _UNKNOWN) if key else ""
        return known


def _place(text: str, tokens: Sequence[str], kept: list[tuple[int, int, Phrase]]) -> tuple[Hit, ...]:
    """Turn token spans into code points."""
    places = place_tokens(text, tokens[: max([e for _, e, _ in kept], default=0)])
    found = [(places[s], places[e - 1] + len(tokens[e - 1]), p.order, p) for s, e, p in kept]
    found.sort(key=_FIRST_THREE)
    return tuple([Hit(s, e, p) for s, e, _, p in found])


_FIRST_THREE = itemgetter(0, 1, 2)


def place_tokens(text: str, tokens: Sequence[str]) -> list[int]:
    """Return where each token of a text begins: they stand there in order, so `find` walks to each."""
    places: list[int] = []
    position = 0
    find = text.find
    for token in tokens:
        position = find(token, position)
        places.append(position)
        position += len(token)
    return places


@dataclass(frozen=True, slots=True)
class _Rule:
    """Parts that follow each other within given gaps, and classes that the sentence must hold besides."""

    phrase: Phrase
    parts: tuple[int, ...]
    gaps: tuple[int, ...]
    needs: tuple[int, ...]
    required: frozenset[int]

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
    gapped: dict[int, list[_Rule]] = {}
    for rule in rules:
        if len(rule.parts) == 1 and not rule.needs:
            plain.setdefault(rule.parts[0], []).append(rule.phrase)
        else:
            gapped.setdefault(rule.parts[0], []).append(rule)
    used = {n for found in gapped.values() for rule in found for n in (*rule.parts, *rule.needs)}
    entries = []
    spelled: dict[Phrase, set[int]] = {}
    for pattern, numbers in enumerate(patterns.values()):
        here = [p for n in sorted(numbers) for p in plain.get(n, ())]
        here.sort(key=lambda p: (p.topic, p.kind, p.text))
        for phrase in here:
            spelled.setdefault(phrase, set()).add(pattern)
        entries.append((tuple(here), tuple(sorted(numbers & used)), bool(numbers & world)))
    return Matcher(
        language=language,
        phrases=phrases,
        automaton=AhoCorasick(list(patterns) or ["\0"], matchkind=MatchKind.Standard),
        entries=tuple(entries),
        blocking={
            n: found
            for n, (here, _, _) in enumerate(entries)
            if (found := tuple(p for p in here if p.kind is Kind.NOT))
        },
        gapped={k: tuple(v) for k, v in gapped.items()},
        forms=builder.forms,
        token={"zh": _TOKEN_HAN, "ja": _TOKEN_HAN, "fa": _TOKEN_FA, "he": _TOKEN_HE}.get(language, _TOKEN),
        spelled={p: frozenset(n) for p, n in spelled.items()},
        codes=dict(codes),
    )


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

    def read(self, phrase: Phrase) -> _Rule:
        body, *needs = (x.strip() for x in self._spaced(phrase.text).split(" & "))
        parts: list[int] = []
        gaps: list[int] = []
        run: list[str] = []
        gap = 0
        for word in [*body.split(), ".."]:
            if self.language == "fa" and word in PERSIAN_PLURALS:
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
        return _Rule(phrase, tuple(parts), tuple(gaps[1:]), classes, frozenset((*parts[1:], *classes)))

    def _spaced(self, text: str) -> str:
        """Put the words of a phrase apart as the tokens of a text are."""
        text = re.sub(r"(?<=\w)[-–+\u200c](?=\w|$)", " ", text)
        if self.language in ("fr", "it"):
            return _ELIDED.sub("", text)
        return _HAN.sub(r"\g<0> ", text) if self.language in ("zh", "ja") else text

    def _part(self, words: tuple[str, ...]) -> int:
        if words not in self.numbers:
            self.numbers[words] = len(self.numbers)
            self.spelled[self.numbers[words]] = [tuple(self._alternatives(w, i == len(words) - 1)
                                                       for i, w in enumerate(words))]  # fmt: skip
        return self.numbers[words]

    def _class(self, name: str) -> int:
        if (name,) not in self.numbers:
            self.numbers[(name,)] = number = len(self.numbers)
            if name.strip("<>") in self.classes:
                members = [self._spaced(m).split() for m in self.classes[name.strip("<>")]]
                self.spelled[number] = [tuple(self._alternatives(w, False) for w in m) for m in members]
            else:
                raise ValueError(f"class {name} is not defined")
        return self.numbers[(name,)]

    def _alternatives(self, word: str, last: bool) -> tuple[str, ...]:
        found: list[str] = []
        for option in word.split("|"):
            if option == "_" or option in YEARS:
                found.append(option)
                continue
            found += self.forms.learn(option, plural=last and self.language == "en")
        if not found:
            raise ValueError(f"{word!r} holds no word")
        return tuple(dict.fromkeys(found))

    def patterns(self, codes: Mapping[str, str]) -> dict[str, set[int]]:
        """Return the coded key sequences, each with the numbers of the parts it stands for."""
        out: dict[str, set[int]] = {}
        for number, variants in self.spelled.items():
            for words in variants:
                options = [self.forms.expand(alternatives) for alternatives in words]
                count = 1
                for o in options:
                    count *= len(o)
                if count > _MAX_VARIANTS:
                    raise ValueError(f"{words!r} has {count} forms; split it")
                for keys in product(*options):
                    text = "".join(codes[k] for k in keys if k != _UNKNOWN)
                    if text:
                        out.setdefault(text, set()).add(number)
        return out
