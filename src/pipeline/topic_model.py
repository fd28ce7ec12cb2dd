"""Compile the phrases of one language into a matcher of token sequences.

A text is cut into tokens; a token becomes a key: itself when the lexicon knows that form, the stem it
is a listed form of, or nothing. An Aho-Corasick automaton runs over the joined keys, so word
boundaries hold by construction, any white space, hyphen or soft hyphen inside a phrase is tolerated,
and folding may change a word's length without moving an offset: offsets come from the tokens.

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
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import accumulate, product
from typing import Any

GAP_TOKENS = 5
"""Tokens that `..` may skip. 5 covers "signed a landmark ten-year trade agreement"."""
_MAX_VARIANTS = 4_000
_CACHE_WORDS = 200_000
_INNER = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u00ad\u200c\u200d"
_MARKS = r"[,;:.!?()\[\]،؛؟。，；：！？、—]"
_TOKEN = re.compile(rf"(?:[A-Za-z]\.){{2,}}|\w[\w{_INNER}]*(?:['’ʼ]\w[\w{_INNER}]*)*|{_MARKS}")
_TOKEN_FA = re.compile(rf"\w[\w{_INNER.replace(chr(0x200C), '')}]*|{_MARKS}")
_TOKEN_HAN = re.compile(rf"[\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff]|[A-Za-z0-9]+|{_MARKS}")
_YEARS = ("<past>", "<recent>")
_WORLD = ("<state>", "<region>", "<org>")
_SOFT = re.compile("[\u00ad\u0640\u200d\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0670\u0301]")
_YEAR = re.compile(r"(?:1[0-9]{3})(?:s|er|年)?$")
_DECADE = re.compile(r"(?:20[0-9]{2})$")
_ISE = re.compile(r"(?<=[a-z]{3})iz(e|es|ed|ing|ation|ations|ational)$")
_ELIDED = re.compile(r"\b[cdjlmnst] (?=\w)")
_COMMAS = frozenset(",،，、")
_STOPS = frozenset(";:.!?()[]؛؟。；：！？—")


class Kind(StrEnum):
    """What a phrase does for its topic."""

    STRONG = "strong"
    WEAK = "weak"
    CONTEXT = "context"
    OFF = "off"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line of the lexicon: `topic` is "" for an excluded phrase, "*" for an off-domain word, "!" for text about the text."""

    text: str
    topic: str
    kind: Kind
    group: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Morphology:
    """The listed endings of a language, and whether they pile up (Turkish) or come once (Russian)."""

    endings: frozenset[str] = frozenset()
    chain: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: code points in the text, and the phrase."""

    start: int
    end: int
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Found:
    """The phrases of one text in reading order, and whether it names a state, region or organisation."""

    hits: tuple[Hit, ...] = ()
    world: bool = False


NOTHING = Found()


@dataclass(slots=True)
class Matcher:
    """The compiled phrases of one language. Stateless but for a cache of word forms."""

    language: str
    phrases: tuple[Phrase, ...]
    automaton: Any
    entries: tuple[_Entry, ...]
    gapped: Mapping[int, tuple[_Rule, ...]]
    forms: _Forms
    token: re.Pattern[str]
    spelled: Mapping[Phrase, frozenset[int]]
    """The patterns that give each phrase of one part; for `find_shadowed`."""
    cache: dict[str, str] = field(default_factory=dict)

    def find(self, text: str) -> Found:
        """Return the phrases in `text`; the longest match wins, exclusions included."""
        tokens = self.token.findall(text)
        cache = self.cache
        try:
            keys = [cache[t] for t in tokens]
        except KeyError:
            keys = [self._key(t) for t in tokens]
        found = self.automaton.find_matches_as_indexes("".join(keys), overlapping=True)
        if not found:
            return NOTHING
        starts = list(accumulate(map(len, keys), initial=0))
        plain: list[tuple[int, int, int]] = []
        parts: dict[int, list[tuple[int, int]]] = {}
        world = False
        entries = self.entries
        for pattern, start, end in found:
            entry = entries[pattern]
            first, last = bisect_right(starts, start) - 1, bisect_left(starts, end)
            if entry.phrases:
                plain.append((first, -last, pattern))
            for part in entry.parts:
                parts.setdefault(part, []).append((first, last))
            world = world or entry.world
        kept = self._longest(plain)
        for part in parts.keys() & self.gapped.keys():
            for rule in self.gapped[part]:
                kept += [(s, e, rule.phrase) for s, e in rule.spans(keys, parts)]
        blocked = [(s, -e, p) for s, e, n in plain for p in entries[n].phrases if p.kind is Kind.NOT]
        blocked += [x for x in kept if x[2].kind is Kind.NOT and x not in blocked]
        if blocked:
            kept = [(s, e, p) for s, e, p in kept if p.kind is not Kind.NOT
                    and not any(s < be and bs < e and b.topic in ("", p.topic) for bs, be, b in blocked)]  # fmt: skip
        return Found(_place(text, tokens, kept), world)

    def _longest(self, plain: list[tuple[int, int, int]]) -> list[tuple[int, int, Phrase]]:
        plain.sort()
        kept: list[tuple[int, int, Phrase]] = []
        reached = 0
        for first, last, pattern in plain:
            if first >= reached:
                phrases = self.entries[pattern].competing
                if phrases:
                    kept += [(first, -last, p) for p in phrases]
                    reached = -last
        return kept

    def _key(self, token: str) -> str:
        known = self.cache.get(token)
        if known is None:
            if len(self.cache) >= _CACHE_WORDS:
                self.cache.clear()
            key = self.forms.key(token)
            known = self.cache[token] = f" {key} " if key else ""
        return known


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a pattern of the automaton stands for.

    `competing` leaves out a topic's own `not` phrases: they block that topic and nothing else, while an
    excluded phrase of no topic competes for the longest match.
    """

    phrases: tuple[Phrase, ...]
    competing: tuple[Phrase, ...]
    parts: tuple[int, ...]
    world: bool


def _place(text: str, tokens: Sequence[str], kept: list[tuple[int, int, Phrase]]) -> tuple[Hit, ...]:
    """Turn token spans into code points: tokens stand in the text in order, so `find` walks to each."""
    if not kept:
        return ()
    places: list[int] = []
    position = 0
    for token in tokens[: max(e for _, e, _ in kept)]:
        position = text.find(token, position)
        places.append(position)
        position += len(token)
    hits = [Hit(places[s], places[e - 1] + len(tokens[e - 1]), p) for s, e, p in kept]
    hits.sort(key=lambda h: (h.start, h.end, h.phrase.topic, h.phrase.kind, h.phrase.text))
    return tuple(hits)


@dataclass(frozen=True, slots=True)
class _Rule:
    """Parts that follow each other within given gaps, and classes that the sentence must hold besides."""

    phrase: Phrase
    parts: tuple[int, ...]
    gaps: tuple[int, ...]
    needs: tuple[int, ...]

    def spans(self, keys: Sequence[str], found: Mapping[int, list[tuple[int, int]]]) -> list[tuple[int, int]]:
        """Return the token spans of the rule, the shortest for each place where it begins."""
        if any(need not in found for need in self.needs):
            return []
        spans = [(s, e) for s, e in found[self.parts[0]]]
        for part, gap in zip(self.parts[1:], self.gaps, strict=True):
            after = found.get(part)
            if after is None:
                return []
            spans = [
                (s, min(ends))
                for s, e in spans
                if (ends := [e2 for s2, e2 in after if e <= s2 <= e + gap and " ; " not in keys[e:s2]])
            ]
        if self.needs:
            outside = [[x for x in found[need]] for need in self.needs]
            spans = [(s, e) for s, e in spans if all(any(b <= s or a >= e for a, b in x) for x in outside)]
        return spans


def compile_phrases(
    language: str, phrases: Iterable[Phrase], classes: Mapping[str, Sequence[str]], morphology: Morphology
) -> Matcher:
    """Compile phrases into a matcher. Raises ValueError with the phrase's text when it cannot be read."""
    from ahocorasick_rs import AhoCorasick, MatchKind

    phrases = tuple(phrases)
    builder = _Builder(language, classes, _Forms(language, morphology))
    rules = [builder.read(p) for p in phrases]
    world = {builder.numbers[(name,)] for name in _WORLD if (name,) in builder.numbers}
    patterns = builder.patterns()
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
        competing = tuple(p for p in here if p.kind is not Kind.NOT or not p.topic)
        entries.append(_Entry(tuple(here), competing, tuple(sorted(numbers & used)), bool(numbers & world)))
    return Matcher(
        language=language,
        phrases=phrases,
        automaton=AhoCorasick(list(patterns) or ["\0"], matchkind=MatchKind.Standard),
        entries=tuple(entries),
        gapped={k: tuple(v) for k, v in gapped.items()},
        forms=builder.forms,
        token={"zh": _TOKEN_HAN, "ja": _TOKEN_HAN, "fa": _TOKEN_FA}.get(language, _TOKEN),
        spelled={p: frozenset(n) for p, n in spelled.items()},
    )


class _Builder:
    """Numbers the parts of all phrases and spells out the key sequences of each."""

    def __init__(self, language: str, classes: Mapping[str, Sequence[str]], forms: _Forms) -> None:
        self.language, self.classes, self.forms = language, classes, forms
        self.numbers: dict[tuple[str, ...], int] = {}
        self.spelled: dict[int, list[tuple[tuple[str, ...], ...]]] = {}

    def read(self, phrase: Phrase) -> _Rule:
        text = re.sub(r"(?<=\w)[-–+\u200c](?=\w|$)", " ", phrase.text)
        if self.language in ("fr", "it"):
            text = _ELIDED.sub("", text)
        body, *needs = (x.strip() for x in text.split(" & "))
        parts: list[int] = []
        gaps: list[int] = []
        run: list[str] = []
        gap = 0
        for word in [*body.split(), ".."]:
            if self.language == "fa" and word in _PERSIAN_PLURALS:
                continue
            if word != ".." and (word in _YEARS or not word.startswith("<")):
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
        return _Rule(phrase, tuple(parts), tuple(gaps[1:]), tuple(self._class(n) for n in needs))

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
                members = [m.split() for m in self.classes[name.strip("<>")]]
                self.spelled[number] = [tuple(self._alternatives(w, False) for w in m) for m in members]
            else:
                raise ValueError(f"class {name} is not defined")
        return self.numbers[(name,)]

    def _alternatives(self, word: str, last: bool) -> tuple[str, ...]:
        found: list[str] = []
        for option in word.split("|"):
            if option == "_" or option in _YEARS:
                found.append(option)
                continue
            found += self.forms.learn(option, plural=last and self.language == "en")
        if not found:
            raise ValueError(f"{word!r} holds no word")
        return tuple(dict.fromkeys(found))

    def patterns(self) -> dict[str, set[int]]:
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
                    text = "".join(f" {k} " for k in keys if k != "_")
                    if text:
                        out.setdefault(text, set()).add(number)
        return out


class _Forms:
    """Which key a word of a text gets: the exact form, else the longest stem with a listed ending."""

    def __init__(self, language: str, morphology: Morphology) -> None:
        self.language = language
        self.morphology = Morphology(frozenset(fold(e, language) for e in morphology.endings), morphology.chain)
        self.exact: set[str] = set()
        self.capitals: set[str] = set()
        self.stems: dict[str, str] = {}
        self.tails: set[str] = set()

    def learn(self, word: str, plural: bool) -> list[str]:
        """Note one word of a phrase and return the keys that stand for it, before `expand`."""
        if word.startswith("~~"):
            tail = fold(word[2:], self.language)
            self.tails.add(tail)
            return [f"~{tail}"]
        if self.language == "ar" and word.startswith("ال") and len(word) > 4:
            word = word[2:]
        if word.endswith("~"):
            stem = fold(word.rstrip("~"), self.language)
            mark = "~~" if word.endswith("~~") or self.stems.get(stem) == "~~" else "~"
            self.stems[stem] = mark
            return [f"{stem}~"]
        bare = word.rstrip("!%")
        if len(bare) > 1 and bare.isupper():
            self.capitals.add(bare)
            return [f"={bare}"]
        forms = [bare]
        if word.endswith("%"):
            forms = _verb_forms(bare, doubled=word.endswith("%%"))
        elif plural and not word.endswith("!") and bare.isalpha() and len(bare) > 2:
            forms += _plural(bare)
        folded = [k for f in forms for k in [fold(f, self.language)] if k]
        self.exact.update(folded)
        return folded

    def expand(self, alternatives: Sequence[str]) -> list[str]:
        """Return every key a text may hold for these: a stem also stands for the known forms it covers."""
        out = dict.fromkeys(alternatives)
        for key in alternatives:
            if key.endswith("~") and key != "~":
                stem = key[:-1]
                out.update(dict.fromkeys(w for w in self.exact if w.startswith(stem) and self._covers(stem, w)))
                out.update(dict.fromkeys(f"{s}~" for s in self.stems if s.startswith(stem) and s != stem))
            elif key.startswith("~"):
                out.update(dict.fromkeys(w for w in self.exact if w.endswith(key[1:])))
                out.update(dict.fromkeys(f"{s}~" for s in self.stems if s.endswith(key[1:])))
                out.update(dict.fromkeys(f"~{t}" for t in self.tails if t.endswith(key[1:])))
            elif key.upper() in self.capitals:
                out[f"={key.upper()}"] = None
        return list(out)

    def key(self, token: str) -> str:
        """Return the key of a word of a text, "" for an ending that is written apart."""
        if self.language == "fa" and token in _PERSIAN_PLURALS:
            return ""
        if token in _COMMAS:
            return ","
        if token in _STOPS:
            return ";"
        bare = token.replace(".", "")
        if bare in self.capitals:
            return f"={bare}"
        if bare.endswith("s"):
            stem = bare[:-1].rstrip("'’")
            if stem in self.capitals:
                return f"={stem}"
        if bare[0].isdigit():
            if _YEAR.match(bare):
                return "<past>"
            if _DECADE.match(bare):
                return "<recent>"
        for form in _candidates(fold(bare, self.language), self.language):
            if form in self.exact:
                return form
            for size in range(len(form), 1, -1):
                stem = form[:size]
                if stem in self.stems and self._covers(stem, form):
                    return f"{stem}~"
            for start in range(1, len(form) - 2):
                if form[start:] in self.tails:
                    return f"~{form[start:]}"
        return "_"

    def _covers(self, stem: str, form: str) -> bool:
        rest = form[len(stem):]  # fmt: skip
        if not rest or self.stems.get(stem) == "~~":
            return True
        endings = self.morphology.endings
        if not self.morphology.chain or rest in endings:
            return rest in endings
        reach = {0}
        for _ in range(5):
            reach = {i + len(x) for i in reach for x in endings if rest.startswith(x, i)}
            if len(rest) in reach:
                return True
        return False


def fold(word: str, language: str) -> str:
    """Fold a word for matching: case, soft hyphens, vowel points, spelling variants; length may change.

    >>> fold("Türkiye’s", "en"), fold("IŞIK", "tr"), fold("Straße", "de"), fold("organization", "en")
    ('turkiye', 'ışık', 'strasse', 'organisation')
    """
    word = _SOFT.sub("", word).replace("’", "'").replace("ʼ", "'")
    if language in ("tr", "az"):
        word = word.replace("I", "ı").replace("İ", "i")
        word = word.split("'")[0]
    word = word.casefold()
    if language in ("en", "fr", "es", "pt", "it"):
        word = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    if language == "en":
        word = _ISE.sub(r"is\1", word.removesuffix("'s").rstrip("'"))
        return word.replace("defense", "defence").replace("labor", "labour").replace("center", "centre")
    if language in ("fr", "it"):
        return word.rpartition("'")[2]
    if language in ("ru", "uk", "be"):
        return word.replace("ё", "е").replace("'", "")
    if language in ("ar", "fa", "ur"):
        return word.translate(_ARABIC)
    return word


_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ی", "ي": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه"})
_PERSIAN_PLURALS = ("ها", "های", "هایی", "هاي")
_ARABIC_CLITICS = ("وبال", "ولل", "وال", "بال", "کال", "فال", "ال", "لل", "و", "ف", "ب", "ل", "ک", "س")
_HEBREW_CLITICS = ("וה", "של", "שה", "כש", "מה", "בה", "לה", "וב", "ול", "ומ", "ה", "ו", "ב", "ל", "מ", "ש", "כ")


def _candidates(form: str, language: str) -> list[str]:
    """Return the readings of a folded word: itself, then without a clitic that is written with it."""
    if language == "fa":
        return [form, *(form[: -len(e)] for e in _PERSIAN_PLURALS if form.endswith(e) and len(form) > len(e) + 2)]
    if language in ("ar", "he"):
        clitics = _ARABIC_CLITICS if language == "ar" else _HEBREW_CLITICS
        return [form, *(form[len(c):] for c in clitics if form.startswith(c) and len(form) - len(c) > 2)]  # fmt: skip
    return [form]


def _plural(noun: str) -> list[str]:
    if noun.endswith("is"):
        return [f"{noun[:-2]}es"]
    if noun.endswith("s") and not noun.endswith(("ss", "us", "gas")):
        return []
    return [_with_s(noun)]


def _with_s(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"


def _verb_forms(verb: str, doubled: bool) -> list[str]:
    stem = verb + verb[-1] if doubled else verb
    if verb.endswith("e"):
        return [verb, f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"]
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return [verb, _with_s(verb), f"{verb[:-1]}ied", f"{verb}ing"]
    return [verb, _with_s(verb), f"{stem}ed", f"{stem}ing"]


@cache
def load_weights() -> Mapping[str, float]:
    """Return the weights of the score and the coefficients of the confidence, from the resources."""
    import yaml

    text = (files("pipeline") / "resources" / "taxonomy" / "weights.yml").read_text(encoding="utf-8")
    tree = yaml.load(text, Loader=yaml.BaseLoader)  # the safe loader reads `off` as False
    flat = {name: float(value) for name, value in tree["score"].items()}
    flat |= {f"logit.{name}": float(value) for name, value in tree["confidence"].items()}
    return flat
