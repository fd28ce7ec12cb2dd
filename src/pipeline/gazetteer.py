"""Compile the names we look for in one language into one automaton.

Names come from two places in `resources/entities/`: `names/<language>.tsv` holds CLDR's names of countries and
regions as they are, and `<language>.toml` holds what is written by hand: other names, demonyms, capitals, phrases that
mean something else, and the words around a name that decide. `organisations.toml` holds organisations in all languages.
A gazetteer is read once a process, when its language is first met, and is never changed after.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from ahocorasick_rs import AhoCorasick

from .model import EntityKind


class Check(StrEnum):
    """What a match must pass before it is a mention."""

    NONE = "none"
    BLOCKED = "blocked"
    NAME = "name"
    ABBREVIATION = "abbreviation"
    GUARDED = "guarded"
    DEMONYM = "demonym"
    CAPITAL = "capital"
    CITY = "city"
    SEAT = "seat"
    WEST = "west"


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """How a name that is also something else is told apart; see `[ambiguous]` in en.toml."""

    person: str = ""
    """"last": no mention behind a first name; "both": also none before a surname."""
    the: bool = False
    """Only with "the" before it."""
    address: bool = False
    """Not behind a town and a comma, as in "Marietta, Georgia"."""
    strict: bool = False
    hyphen: bool = False
    unless: frozenset[str] = frozenset()
    before: tuple[str, ...] = ()
    after: frozenset[str] = frozenset()
    noun: bool = False
    """Only before a word in small letters: "een Frans bedrijf", not "in het Frans" nor "Frans Hals"."""
    joined: tuple[str, ...] = ()
    """Not where one of these follows directly: Hebrew "pro-" is written like Peru."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a matched string names, the kind of evidence it is, and the check it must pass."""

    kind: EntityKind
    entity_id: str
    name: str
    evidence: str
    check: Check
    ambiguity: Ambiguity | None = None


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The compiled names of one language. `terms[i]` is what pattern `i` means."""

    automaton: AhoCorasick
    terms: tuple[Term, ...]
    prefixes: frozenset[str]
    """What may be written together before a name: Arabic "wa", "bi"; Hebrew "be", "ha"."""
    suffixes: frozenset[str]
    """Endings that may be written together after a name."""
    has_word_boundaries: bool
    words: Mapping[str, frozenset[str]]
    """The word lists of `[grammar]`; a missing list is empty."""


_NO_WORDS: frozenset[str] = frozenset()
# Written without spaces: a match cannot be asked to end where a word ends.
_NO_BOUNDARIES = frozenset({"zh", "ja", "th"})
# "Eastern Europe" is also written "eastern Europe".
_DIRECTIONS = ("North", "South", "East", "West", "Central")
_BLOCK = Term(EntityKind.COUNTRY, "", "", "", Check.BLOCKED)

# Spellings that count as one, character for character, so that offsets in the folded text are offsets in the text.
_FOLDED = {
    "’": "'", "‘": "'", "ʼ": "'", "ʹ": "'", "׳": "'", "״": '"', "“": '"', "”": '"', "\u00a0": " ", "\u202f": " ",
    "\u2009": " ", "\n": " ", "\r": " ", "\t": " ", "\u2010": "-", "\u2011": "-", "\u200c": " ",
    "ţ": "ț", "ş": "ș", "Ţ": "Ț", "Ş": "Ș",
    "ё": "е", "Ё": "Е", "ي": "ی", "ى": "ی", "ك": "ک", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ة": "ه", "ۀ": "ه",
}  # fmt: skip


def fold(text: str) -> str:
    """Return `text` with equal spellings made equal and every offset unchanged.

    >>> fold("Türkiye’nin Pekin")
    "Türkiye'nin Pekin"
    """
    if text.isascii() and text.isprintable():
        return text
    # str.translate looks every character up; replacing the few that occur is four times as fast.
    for character in _FOLDED.keys() & set(text):
        text = text.replace(character, _FOLDED[character])
    return text


def has_language(language: str) -> bool:
    """Tell whether there are names in `language` (ISO 639-1)."""
    return (_folder() / "names" / f"{_file_of(language)}.tsv").is_file() if language.isalpha() else False


def _file_of(language: str) -> str:
    """Return the language whose files are read: CLDR has Norwegian's two written forms, and no "no"."""
    return "nb" if language in ("no", "nn") else language


@cache
def load_gazetteer(language: str) -> Gazetteer | None:
    """Return the compiled names of `language` (ISO 639-1), or None where there are none."""
    if not has_language(language):
        return None
    if language != _file_of(language):
        return load_gazetteer(_file_of(language))
    lexicon = _toml(f"{language}.toml")
    patterns: dict[str, Term] = {}
    for phrase, term in _all_terms(language, lexicon):
        patterns.setdefault(fold(phrase).replace("\u0654", ""), term)
        if "\u0654" in phrase:
            patterns.setdefault(fold(phrase), term)
    grammar = lexicon.get("grammar", {})
    return Gazetteer(
        AhoCorasick(list(patterns)),
        tuple(patterns.values()),
        frozenset(fold(grammar.get("prefixes", "")).split()),
        frozenset(fold(grammar.get("suffixes", "")).split()),
        language not in _NO_BOUNDARIES,
        {key: frozenset(fold(value).split("|")) for key, value in grammar.items()}
        | {"west_followers": frozenset(lexicon.get("west", {}).get("followers", "").split("|"))},
    )


def _all_terms(language: str, lexicon: Mapping[str, Any]) -> Iterator[tuple[str, Term]]:
    """Yield every string to look for with its meaning; the first meaning of a string is the one that counts."""
    for phrases in lexicon.get("blocked", {}).values():
        for phrase in phrases.split("|"):
            yield phrase, _BLOCK
    ambiguities = {fold(key): _ambiguity(value) for key, value in lexicon.get("ambiguous", {}).items()}
    for phrase, term in _plain_terms(language, lexicon):
        ambiguity = ambiguities.get(fold(phrase))
        if ambiguity is not None:
            term = Term(term.kind, term.entity_id, term.name, term.evidence, term.check, ambiguity)
        yield phrase, term


def _plain_terms(language: str, lexicon: Mapping[str, Any]) -> Iterator[tuple[str, Term]]:
    names = _display_names()
    expand = _Expander(lexicon)
    country, region = EntityKind.COUNTRY, EntityKind.REGION

    def term(code: str, evidence: str, check: Check) -> Term:
        kind = country if len(code) == 2 and code != "EU" else EntityKind.ORGANISATION
        return Term(kind, code, names.get(code, code), evidence, check)

    regions = lexicon.get("region", {})
    for evidence, check in (("name", Check.NAME), ("demonym", Check.DEMONYM)):
        for name, phrases in regions.get(evidence, {}).items():
            check_here = Check.WEST if name == "West" else check
            for phrase in expand(phrases):
                yield phrase, Term(region, name, name, evidence, check_here)
                if (
                    language == "en"
                    and phrase.startswith(_DIRECTIONS)
                    and phrase.count(" ")
                    and check is not Check.WEST
                ):
                    yield phrase[0].lower() + phrase[1:], Term(region, name, name, evidence, check_here)
    for evidence, check in (("name", Check.NAME), ("abbreviation", Check.ABBREVIATION)):
        for code, phrases in lexicon.get(evidence, {}).items():
            for phrase in expand(phrases):
                yield phrase, term(code, evidence, check)
    yield from _organisations(language)
    for code, forms in _cldr(language):
        for form in expand("|".join(forms)):
            if code.isdigit():
                m49 = _M49.get(code)
                if m49:
                    yield form, Term(region, m49, m49, "name", Check.NAME)
            else:
                yield form, term(code, "name", Check.NAME)
    for key, check in (("seat", Check.SEAT), ("capital", Check.CAPITAL), ("city", Check.CITY)):
        for code, phrases in lexicon.get(key, {}).items():
            for phrase in expand(phrases):
                yield phrase, term(code, "metonym", check)
    for code, phrases in lexicon.get("demonym", {}).items():
        for phrase in expand(phrases):
            yield phrase, term(code, "demonym", Check.DEMONYM)
    yield from _headline_names(language, lexicon, names)


def _headline_names(language: str, lexicon: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[tuple[str, Term]]:
    """Yield country names in capitals, as headlines have them, but not those that are also something else."""
    ambiguous = lexicon.get("ambiguous", {})
    for code, forms in _cldr(language):
        for form in forms:
            if len(form) >= 4 and not code.isdigit() and form not in ambiguous and form.upper() != form:
                capitals = form.replace("i", "İ").upper() if language in ("tr", "az") else form.upper()
                yield capitals, Term(EntityKind.COUNTRY, code, names.get(code, code), "name", Check.NAME)


def _organisations(language: str) -> Iterator[tuple[str, Term]]:
    expand = _Expander({})
    for entity_id, entry in _toml("organisations.toml").items():
        phrases = list(expand(entry.get(language, "")))
        # "NATO" is an abbreviation, and so is "Nato" beside it.
        short = {p.casefold() for p in (*phrases, entity_id) if " " not in p and p.upper() == p != p.lower()}
        for phrase in phrases:
            if phrase.casefold() in short or phrase == entity_id:
                yield (
                    phrase,
                    Term(EntityKind.ORGANISATION, entity_id, entry["name"], "abbreviation", Check.ABBREVIATION),
                )
            else:
                yield phrase, Term(EntityKind.ORGANISATION, entity_id, entry["name"], "name", Check.NONE)
        if language == "en":
            for phrase in expand(entry.get("guarded", "")):
                yield phrase, Term(EntityKind.ORGANISATION, entity_id, entry["name"], "abbreviation", Check.GUARDED)


class _Expander:
    """Turn `a|b+|c~x` into its forms by the language's `[classes]` and `[endings]`."""

    def __init__(self, lexicon: Mapping[str, Any]) -> None:
        self._classes = {k: [e.replace("-", "") for e in v.split()] for k, v in lexicon.get("classes", {}).items()}
        self._endings = {k: v.split() for k, v in lexicon.get("endings", {}).items()}
        self._adjectives = self._endings | {k: v.split() for k, v in lexicon.get("adjective_endings", {}).items()}

    def __call__(self, phrases: str) -> Iterator[str]:
        for phrase in filter(None, phrases.split("|")):
            for form in self._forms(phrase):
                yield form
                if form[0].islower():
                    yield form[0].upper() + form[1:]

    def _forms(self, phrase: str) -> Iterator[str]:
        if phrase.endswith("+"):
            yield phrase[:-1] or phrase
            yield phrase[:-1] + "s" if phrase[:-1].isalpha() or " " in phrase else phrase
        elif "~" in phrase:
            stem, _, key = phrase.partition("~")
            yield from (stem + ending for ending in self._classes[key])
        else:
            yield phrase
            if self._endings:
                yield from self._declined(phrase)

    def _declined(self, phrase: str) -> Iterator[str]:
        """Yield the other cases: every word takes the same case, a word without a rule stays as it is."""
        *first, last = phrase.split(" ")
        by_word = [*(self._cases(word, self._adjectives) for word in first), self._cases(last, self._endings)]
        depth = max(map(len, by_word))
        if depth > 1:
            for case in range(depth):
                yield " ".join(forms[min(case, len(forms) - 1)] for forms in by_word)

    def _cases(self, word: str, table: Mapping[str, list[str]]) -> list[str]:
        for size in (3, 2, 1):
            endings = table.get(word[-size:]) if len(word) > size + 1 else None
            if endings:
                return [word[:-size] + ending.replace("-", "") for ending in endings]
        return [word]


def _ambiguity(entry: Mapping[str, Any]) -> Ambiguity:
    return Ambiguity(
        entry.get("person", ""),
        entry.get("the", False),
        entry.get("address", False),
        entry.get("strict", False),
        entry.get("hyphen", False),
        frozenset(filter(None, entry.get("unless", "").split("|"))),
        tuple(f"{phrase} " for phrase in entry.get("before", "").split("|") if phrase),
        frozenset(filter(None, entry.get("after", "").split("|"))),
        entry.get("noun", False),
        tuple(filter(None, fold(entry.get("joined", "")).split("|"))),
    )


@cache
def _display_names() -> Mapping[str, str]:
    """Return the English name of every code."""
    shown = {code: forms[0] for code, forms in _cldr("en")}
    by_hand: dict[str, str] = _toml("en.toml")["display"]
    organisations: dict[str, str] = {key: entry["name"] for key, entry in _toml("organisations.toml").items()}
    return organisations | shown | by_hand


def _cldr(language: str) -> Iterator[tuple[str, list[str]]]:
    for line in (_folder() / "names" / f"{language}.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _, forms = line.partition("\t")
            yield code, forms.split("|")


def _toml(name: str) -> dict[str, Any]:
    path = _folder() / name
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _folder() -> Traversable:
    return files("pipeline") / "resources" / "entities"


# UN M49 codes with the names of the standard; "003" and "053" are CLDR's own uses of M49 groupings.
_M49: Mapping[str, str] = {
    "002": "Africa", "003": "Northern America", "005": "South America", "009": "Oceania", "011": "Western Africa",
    "013": "Central America", "014": "Eastern Africa", "015": "Northern Africa", "017": "Middle Africa",
    "018": "Southern Africa", "019": "Americas", "021": "Northern America", "029": "Caribbean", "030": "Eastern Asia",
    "034": "Southern Asia", "035": "South-eastern Asia", "039": "Southern Europe", "053": "Australia and New Zealand",
    "054": "Melanesia", "061": "Polynesia", "142": "Asia", "143": "Central Asia", "145": "Western Asia",
    "150": "Europe", "151": "Eastern Europe", "154": "Northern Europe", "155": "Western Europe",
    "202": "Sub-Saharan Africa", "419": "Latin America and the Caribbean",
}  # fmt: skip
