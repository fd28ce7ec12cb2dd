"""Tell which texts a change of the taxonomy can touch, so that only these are tagged again.

The phrases of both taxonomies are compared as they are compiled, as strings of keys of words. What a text is given
rests on the keys of its words and on the patterns among them. So where each word has the same key in both, but for
keys that only patterns of one of them hold, and no pattern that came, went or stands for something else has all its
keys in the text, both give the text the same topics with the same scores and evidence. Other endings of a language,
other learned weights, or a first or last lexicon touch every text in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from .taxonomy import Taxonomy
from .topic_model import Matcher
from .topic_phrases import Phrase
from .word_forms import YEARS, Coder

Keys = frozenset[str]
"""The keys of a pattern. Their order does not count here: a text that holds all may hold the pattern."""
_Item = tuple[Collection[Keys], ...]
"""What a text must hold to be touched: of each of these one."""
_Name = tuple[str, str, str, str, bool]

_UNKNOWN, _OTHER = "_", "!"
"""The key of a word that no phrase holds, and the character of one that has another key now."""


@dataclass(frozen=True, slots=True)
class TaxonomyChange:
    """What changed from one taxonomy to another; compared language by language, when a text asks."""

    old: Taxonomy
    new: Taxonomy
    _touching: dict[str, _Touching | bool] = field(default_factory=dict, repr=False, compare=False)

    def touches(self, language: str, texts: Iterable[str]) -> bool:
        """Say whether any of these may be given other topics: sentences and headings in one language."""
        if language not in self._touching:
            self._touching[language] = self._compare(language)
        found = self._touching[language]
        return found if isinstance(found, bool) else found.holds(" ".join(texts))

    def _compare(self, language: str) -> _Touching | bool:
        there = [language in taxonomy.languages for taxonomy in (self.old, self.new)]
        if not all(there):
            return any(there)
        if not self.old.has_same_weights(self.new, language):
            return True
        if self.old.is_same(self.new, language):
            return False
        before, after = self.old.matcher(language), self.new.matcher(language)
        if before.morphology != after.morphology:
            return True
        return _Touching(language, before, after)


class _Touching:
    """The words of one language that changed patterns hold, and what of them must come together."""

    def __init__(self, language: str, old: Matcher, new: Matcher) -> None:
        self._old, self._new = old, new
        self._at: dict[str, list[tuple[Keys, _Item]]] = {}
        watched: set[str] = set()
        for item in _changed(_spell(old), _spell(new)):
            watched.update(*(keys for choices in item for keys in choices))
            # Looked for where the part stands that fewest patterns spell.
            for keys in min(item, key=len):
                self._at.setdefault(min(keys), []).append((keys, item))
        self._codes = {key: chr(0x100 + n) for n, key in enumerate(sorted(watched))}
        self._keys = {code: key for key, code in self._codes.items()}
        self._heads = _heads(language, old, new, watched)
        self._coder = Coder(language, self._code_word)

    def holds(self, text: str) -> bool:
        found = set(self._coder.code(text))
        if _OTHER in found:
            return True
        present = {self._keys[code] for code in found}
        return any(
            keys <= present and all(any(choice <= present for choice in choices) for choices in item)
            for key in present
            for keys, item in self._at.get(key, ())
        )

    def _code_word(self, token: str) -> str:
        """Return the character of a key that changed patterns hold, "" for any other, or `_OTHER`."""
        # Most words begin like none that counts, and need not be looked up in both taxonomies.
        if self._heads is not None and token[:2].lower() not in self._heads and token.isascii() and token.isalnum():
            return ""
        before, after = self._old.forms.key(token), self._new.forms.key(token)
        before = before if not before or before in self._old.codes else _UNKNOWN
        after = after if not after or after in self._new.codes else _UNKNOWN
        if before == after:
            return self._codes.get(before, "")
        # A word that no phrase held before is a word like any other to all phrases but the new ones.
        if before == _UNKNOWN and after and after not in self._old.codes:
            return self._codes.get(after, "")
        if after == _UNKNOWN and before and before not in self._new.codes:
            return self._codes.get(before, "")
        return _OTHER


def _heads(language: str, old: Matcher, new: Matcher, watched: Set[str]) -> frozenset[str] | None:
    """Return how the words begin, in two letters, that have another key in the new matcher or one of `watched`.

    It holds for words of ASCII letters and digits, in any language that folds them to small letters and leaves the
    first two as they are. None where more than the beginning counts.
    """
    forms = old.forms, new.forms
    apart = watched | (old.codes.keys() ^ new.codes.keys())
    tails = forms[0].tails != forms[1].tails or any(key.startswith("~") for key in apart)
    # A Turkish I is no i. Of years, the key says nothing of how they begin.
    respelled = any(character < 128 for character in new.forms.spellings)
    if language in ("tr", "az") or tails or respelled or not apart.isdisjoint((*YEARS, _UNKNOWN)):
        return None
    heads = {key.lstrip("=")[:2].lower() for key in apart}
    heads.update(word[:2] for word in forms[0].exact ^ forms[1].exact)
    heads.update(stem[:2] for stem, _ in forms[0].stems.items() ^ forms[1].stems.items())
    heads.update(name[:2].lower() for name in forms[0].capitals ^ forms[1].capitals)
    return frozenset(heads)


@dataclass(frozen=True, slots=True)
class _Spelled:
    """The phrases of a matcher, told by their keys and not by its numbers."""

    plain: Mapping[tuple[str, ...], tuple[frozenset[_Name], bool]]
    """What each pattern stands for by itself: phrases, and whether it names a state, region or organisation."""
    rules: Mapping[_Name, Sequence[frozenset[tuple[str, ...]]]]
    """For each phrase of several parts, or that needs a class, the patterns of each part and class."""


def _spell(matcher: Matcher) -> _Spelled:
    key_of = {code: key for key, code in matcher.codes.items()}
    plain: dict[tuple[str, ...], tuple[frozenset[_Name], bool]] = {}
    parts: dict[int, set[tuple[str, ...]]] = {}
    for number, (pattern, entry) in enumerate(zip(matcher.patterns, matcher.entries, strict=True)):
        keys = tuple([key_of[code] for code in pattern])
        world = number in matcher.world
        if entry.phrases or world:
            plain[keys] = frozenset(map(_name, entry.phrases)), world
        for part in entry.parts:
            parts.setdefault(part, set()).add(keys)
    rules = {
        _name(rule.phrase): [frozenset(parts.get(part, ())) for part in (*rule.parts, *rule.needs)]
        for some in matcher.gapped.values()
        for rule in some
    }
    return _Spelled(plain, rules)


def _name(phrase: Phrase) -> _Name:
    return phrase.text, phrase.topic, str(phrase.kind), phrase.group, phrase.own


def _changed(old: _Spelled, new: _Spelled) -> Iterator[_Item]:
    """Yield what a text must hold to be touched by each change."""
    for keys in old.plain.keys() | new.plain.keys():
        if old.plain.get(keys) != new.plain.get(keys):
            yield ([frozenset(keys)],)
    for name in old.rules.keys() | new.rules.keys():
        before, after = old.rules.get(name), new.rules.get(name)
        if before is None or after is None:
            yield tuple([frozenset(keys) for keys in part] for part in before or after or ())
        elif before != after:
            for was, now in zip(before, after, strict=True):
                yield from (([frozenset(keys)],) for keys in was ^ now)
