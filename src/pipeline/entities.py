"""Find the countries, regions and organisations that a text names.

A mention is a slice of the text with the thing it names and the kind of evidence: its name, a demonym ("Iranian"), a
metonym (a capital or seat of power that stands for the state: "Tehran provides"), or an abbreviation. The longest match
wins; mentions never overlap. A name that can be something else ("Michael Jordan", "Washington Post", "in Moscow", the
language "Persian") is a mention only when the words around it say so; when they do not, it is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from .gazetteer import Ambiguity, Check, Gazetteer, Term, fold, load_gazetteer
from .model import EntityKind, Mention

_WINDOW = 80
"""Characters before and after a match that may be looked at. The longest phrase asked for has under 60."""


def find_mentions(text: str, language: str = "en") -> list[Mention]:
    """Return what `text` names, in order and without overlap; offsets are code points of `text`.

    `language` is ISO 639-1; a language without names ("und" too) gives an empty list.

    >>> [(m.text, m.entity_id, m.evidence) for m in find_mentions("Moscow backed Iranian ties with the EU.")]
    [('Moscow', 'RU', 'metonym'), ('Iranian', 'IR', 'demonym'), ('EU', 'EU', 'abbreviation')]
    """
    gazetteer = load_gazetteer(language)
    if gazetteer is None:
        return []
    folded = fold(text)
    hits = gazetteer.automaton.find_matches_as_indexes(folded, overlapping=True)
    if not hits:
        return []
    context = _Context(folded, gazetteer, _longest(folded, hits, gazetteer))
    return [
        Mention(m.start, m.end, text[m.start : m.end], m.term.kind, m.term.entity_id, m.term.name, m.term.evidence)
        for m in context.accepted()
    ]


@dataclass(slots=True)
class _Match:
    start: int
    end: int
    term: Term


def _longest(folded: str, hits: list[tuple[int, int, int]], gazetteer: Gazetteer) -> list[_Match]:
    """Keep, from left to right, the longest match that starts and ends where a word does."""
    matches: list[_Match] = []
    position = 0
    for index, start, end in sorted(hits, key=lambda hit: (hit[1], -hit[2])):
        if start < position:
            continue
        bounds = _bounds(folded, start, end, gazetteer)
        if bounds is not None and bounds[0] >= position:
            matches.append(_Match(*bounds, gazetteer.terms[index]))
            position = bounds[1]
    return matches


def _bounds(folded: str, start: int, end: int, gazetteer: Gazetteer) -> tuple[int, int] | None:
    """Return the span of the name as written, with its endings, or None if it is part of another word."""
    if not gazetteer.has_word_boundaries:
        return start, end
    if start and _in_word(folded[start - 1]):
        first = start - 1
        while first and start - first < 5 and _in_word(folded[first - 1]):
            first -= 1
        prefix = folded[first:start]
        if prefix not in gazetteer.prefixes:
            return None
        if prefix.endswith("ال"):
            start -= 2
    if end < len(folded) and _in_word(folded[end]):
        last = end + 1
        while last < len(folded) and last - end < 9 and _in_word(folded[last]):
            last += 1
        if folded[end:last] not in gazetteer.suffixes:
            return None
        end = last
    if _is_address(folded, start, end):
        return None
    return start, end


def _in_word(char: str) -> bool:
    if char.isalnum() or char == "_":
        return True
    # Vowel signs of Indic scripts belong to the word; Arabic's do not end up between a name and its ending.
    return char > "\u02ff" and unicodedata.category(char)[0] == "M" and not "\u0610" <= char <= "\u0670"


def _is_address(folded: str, start: int, end: int) -> bool:
    """Tell whether the name is part of a web or mail address or a handle."""
    before = folded[start - 1] if start else " "
    after = folded[end] if end < len(folded) else " "
    if before == "@" or after == "@":
        return True
    if after == ".":
        top_level = folded[end + 1 : end + 2]
        if top_level.islower() and top_level.isascii():
            return True
    if before in "/.-=?&%":
        token = folded[max(0, start - _WINDOW) : start].rpartition(" ")[2]
        return "://" in token or "www." in token or (before == "." and token[:-1].islower())
    return False


_WORD = re.compile(r"[^\W\d_][\w'.]*|\d+")
_LAST_WORD = re.compile(r"([^\W\d_][\w'.]{0,30})[ ]$")
_NEXT_WORD = re.compile(r"[ ]([^\W_][\w']{0,30})")
_FORMAL = re.compile(
    r"\b(?:(?:Islamic|Democratic|Federal|Federative|Arab|Socialist|Bolivarian|Plurinational|Cooperative|Hashemite|former"
    r"|Former) ){0,3}(?:Republic|Kingdom|State|Sultanate|Commonwealth|Emirate|Principality|Grand Duchy) of (?:the )?$"
)
# "United Nations Mission for X (UNMX)": the body of the UN is named, with its abbreviation beside it.
_UN_BODY = re.compile(
    r"(?:,? (?:[A-Z][A-Za-z'/-]{1,30}|of|on|for|the|in|and|to|against)){1,16} \(([A-Z][A-Za-z]{2,11})\)"
)
_JOINS = (", ", " and ", ", and ", "-", "–", "/", " or ", " + ", " & ")
_DEPARTURES = frozenset("left leave leaves leaving departed departs bound headed heading".split())
_STRICT_BEFORE = frozenset("in from to with of between against for across into via southern northern eastern".split())


class _Context:
    """Decides over the matches of one text, from left to right, by the words around each."""

    def __init__(self, folded: str, gazetteer: Gazetteer, matches: list[_Match]) -> None:
        self._text = folded
        self._words = gazetteer.words
        self._matches = matches
        self._is_english = "language_before" in gazetteer.words
        self._decided: list[_Match] = []
        self._languages: list[int] = []
        self._places: set[int] = set()
        """Ends of capitals that were taken as places, for lists: "in Beirut, Damascus and Baghdad"."""

    def accepted(self) -> list[_Match]:
        """Return the matches that are mentions."""
        for position, match in enumerate(self._matches):
            if match.term.check is not Check.BLOCKED and self._is_mention(match, position):
                self._decided.append(self._extended(match))
        decided = self._decided
        if self._is_english and any(m.term.entity_id == "UN" for m in decided):
            decided = list(self._with_un_bodies(decided))
        return decided

    def _is_mention(self, match: _Match, position: int) -> bool:
        term = match.term
        if term.ambiguity is not None and not self._is_clear(match, term.ambiguity, position):
            return False
        match term.check:
            case Check.CAPITAL | Check.CITY | Check.SEAT:
                return self._is_state(match, position)
            case Check.DEMONYM:
                return self._is_people(match)
            case Check.WEST:
                return self._is_the_west(match)
            case Check.GUARDED:
                return self._is_organisation(match)
            case Check.ABBREVIATION:
                return not self._in_capitals(match)
            case _:
                return self._is_not_a_title(match)

    # The words around a match.

    def _before(self, match: _Match) -> str:
        return self._text[max(0, match.start - _WINDOW) : match.start]

    def _last_word(self, match: _Match) -> str:
        found = _LAST_WORD.search(self._before(match)[-33:])
        return found[1] if found else ""

    def _next_word(self, match: _Match) -> str:
        if not self._text.startswith(" ", match.end):
            return ""
        found = _NEXT_WORD.match(self._text, match.end)
        return found[1] if found else ""

    def _list(self, name: str) -> frozenset[str]:
        return self._words.get(name, frozenset())

    def _in_capitals(self, match: _Match) -> bool:
        """Tell whether the match stands among capitals only, where "US" and "WHO" are words."""
        if self._text[match.start : match.end] not in self._list("words_in_capitals"):
            return False
        around = self._text[max(0, match.start - 24) : match.start] + self._text[match.end : match.end + 24]
        return around.upper() == around and sum(map(str.isalpha, around)) > 6

    def _is_title_case(self) -> bool:
        if self._text.rstrip().endswith((".", "!", "?")):
            return False
        words = [w for w in _WORD.findall(self._text[:300]) if len(w) > 3]
        return len(words) > 2 and sum(w[0].isupper() for w in words) > 0.85 * len(words)

    # Countries and regions.

    def _is_not_a_title(self, match: _Match) -> bool:
        if not self._text[match.end + 1 : match.end + 2].isupper():
            return True
        return self._next_word(match) not in self._list("title_after")

    def _is_clear(self, match: _Match, rule: Ambiguity, position: int) -> bool:
        """Tell whether an ambiguous name is the country here."""
        if rule.hyphen and self._text[match.end : match.end + 1] not in ("-", "–"):
            return False
        before, following = self._before(match), self._next_word(match)
        if rule.before and before.endswith(rule.before):
            return False
        if rule.unless and not rule.unless.isdisjoint(_WORD.findall(self._text)):
            return False
        last = self._last_word(match)
        if rule.person in ("last", "both") and self._may_be_first_name(last, match, position):
            return False
        if rule.person == "both" and self._may_be_surname(following, match, position):
            return False
        return not rule.strict or self._is_named_as_a_state(match, position, last)

    def _may_be_first_name(self, last: str, match: _Match, position: int) -> bool:
        if not last[:1].isupper() or last.isupper() or last in self._list("not_first_names") or last.endswith("."):
            return False
        follows_a_match = position and self._matches[position - 1].end == match.start - 1
        return not follows_a_match and not self._is_title_case()

    def _may_be_surname(self, following: str, match: _Match, position: int) -> bool:
        if not following[:1].isupper() or following.isupper() or following in self._list("not_surnames"):
            return False
        leads_a_match = position + 1 < len(self._matches) and self._matches[position + 1].start == match.end + 1
        return not leads_a_match and not self._is_title_case()

    def _is_named_as_a_state(self, match: _Match, position: int, last: str) -> bool:
        if last in _STRICT_BEFORE or self._text.startswith("'s ", match.end):
            return True
        return self._is_beside_another(match, position)

    def _is_beside_another(self, match: _Match, position: int) -> bool:
        """Tell whether the match is listed together with another country."""
        for other in self._matches[max(0, position - 1) : position + 2]:
            if other is match or other.term.check in (Check.BLOCKED, Check.CITY):
                continue
            between = self._text[min(other.end, match.end) : max(other.start, match.start)]
            if between in _JOINS:
                return True
        return False

    def _is_people(self, match: _Match) -> bool:
        """Tell a demonym from the name of a language and from an event or title that is called after a people."""
        following = self._next_word(match)
        after = self._text[match.end : match.end + 10]
        if following in self._list("language_after") or after.startswith(("-language", "-speaking")):
            return False
        if after.startswith(":") and self._before(match).endswith("("):
            return False
        if following in self._list("title_after") and self._text[match.start - 1 : match.start] not in ("-", "–"):
            return False
        last = self._last_word(match)
        also = last in ("and", "or") and bool(self._languages) and match.start - self._languages[-1] in (4, 5)
        if last in self._list("language_before") or also:
            is_people = following not in (
                "",
                "and",
                "or",
                "but",
                "as",
                "is",
                "was",
                "are",
                "for",
                "at",
                "by",
                "with",
                "to",
            )
            if not is_people:
                self._languages.append(match.end)
            return is_people
        return True

    def _is_the_west(self, match: _Match) -> bool:
        if not self._list("west_before"):
            return True
        following = self._next_word(match)
        if match.term.evidence == "demonym":
            text = self._text[match.start : match.end]
            return not following[:1].isupper() or text != "Western" or following.lower() in self._list("west_followers")
        if following[:1].isupper() and following not in self._list("not_surnames"):
            return False
        last = self._last_word(match)
        paired = self._before(match).endswith(("East and ", "East-", "East–", "East or "))
        return last.lower() in self._list("west_before") or paired

    # Capitals.

    def _is_state(self, match: _Match, position: int) -> bool:
        """Tell a capital that stands for its state from the city."""
        is_place = self._is_place(match, position)
        if is_place:
            self._places.add(match.end)
            return False
        return match.term.check is not Check.CITY or self._acts_like_a_state(match, position)

    def _is_place(self, match: _Match, position: int) -> bool:
        text, before = self._text, self._before(match)
        if text.startswith("'s ", match.end):
            return self._owns_a_place(match, position)
        if before.endswith("the "):
            before = before[:-4]
        found = _WORD.findall(before[-50:]) if before.endswith(" ") else []
        last = found[-1] if found else ""
        last_but_one = found[-2].lower() if len(found) > 1 else ""
        following = self._next_word(match)
        if last in self._list("place_before"):
            return following not in self._list("place_speaks")
        if self._ends_as_a_place(match):
            return True
        if last in self._list("place_to") and last_but_one not in self._list("state_to"):
            return True
        if last in self._list("place_from") and last_but_one not in self._list("state_from"):
            return True
        if last == "of" and (found[-2] if len(found) > 1 else "") in self._list("place_of"):
            return True
        if last == "for" and not _DEPARTURES.isdisjoint(found[-5:]):
            return True
        if last == "between" and last_but_one in self._list("travel"):
            return True
        if self._continues_a_list_of_places(match, position):
            return True
        if self._is_dateline(match):
            return True
        if following in self._list("city_nouns") or self._second_word_is_of_a_city(match, following):
            return True
        if text.startswith(", ", match.end) and position + 1 < len(self._matches):
            follower = self._matches[position + 1]
            same = follower.term.entity_id == match.term.entity_id and follower.term.evidence == "name"
            if same and follower.start == match.end + 2:
                return True
        return self._is_part_of_a_name(match, position, last, following)

    def _ends_as_a_place(self, match: _Match) -> bool:
        """Tell whether an ending says "in" or "from", behind an apostrophe (Turkish) or not (Azerbaijani)."""
        after = self._text[match.end : match.end + 4]
        endings = self._list("place_after")
        if endings and (after[:3] in endings or after in endings):
            return True
        return any(self._text.endswith(ending, match.start + 3, match.end) for ending in self._list("place_endings"))

    def _owns_a_place(self, match: _Match, position: int) -> bool:
        """Tell whether what a capital owns is the city's: "Tehran's mayor", "in Moscow's Red Square"."""
        owned = [w for w in re.split(r"[^\w']+", self._text[match.end + 3 : match.end + 40]) if w][:3]
        if not owned or owned[0] in self._list("city_nouns"):
            return True
        if owned[0][0].islower() or not self._is_english or self._is_title_case():
            return len(owned) > 1 and owned[1] in self._list("city_nouns") and owned[0] not in self._list("state_nouns")
        leads_a_match = position + 1 < len(self._matches) and self._matches[position + 1].start == match.end + 3
        return not leads_a_match and self._last_word(match) in self._list("place_before")

    def _second_word_is_of_a_city(self, match: _Match, following: str) -> bool:
        """Tell "the Astana negotiating platform" from "Moscow hosted talks"."""
        if not following or following.endswith(("s", "ed")) or following in self._list("state_verbs"):
            return False
        second = _NEXT_WORD.match(self._text, match.end + 1 + len(following))
        return second is not None and second[1] in self._list("city_nouns")

    def _is_part_of_a_name(self, match: _Match, position: int, last: str, following: str) -> bool:
        """Tell whether a capital stands beside a capitalised word: "Moscow State University", "Paris Hilton"."""
        if not self._is_english or match.term.check is Check.SEAT or self._is_title_case():
            return False
        if following[:1].isupper() and not following.isupper():
            neighbour = self._matches[position + 1] if position + 1 < len(self._matches) else None
            return neighbour is None or neighbour.start != match.end + 1
        adjacent = self._last_word(match)
        if not adjacent or adjacent != last or not last[:1].isupper() or last in self._list("not_first_names"):
            return False
        # The first word of a sentence says nothing by its capital, unless the rest could be a name ("George Washington").
        starts = match.start - len(last) - 1
        return starts > 0 and self._text[max(0, starts - 2) : starts].strip()[-1:] not in (".", "!", "?", ":", ";")

    def _continues_a_list_of_places(self, match: _Match, position: int) -> bool:
        if not position:
            return False
        previous = self._matches[position - 1]
        return previous.end in self._places and self._text[previous.end : match.start] in _JOINS[:4] + (" or ",)

    def _is_dateline(self, match: _Match) -> bool:
        if self._text[: match.start].strip(" \"'([*"):
            return False
        after = self._text[match.end : match.end + 12]
        return after.startswith((" (", " — ", " – ", " - ", " -- ", ": ")) or bool(re.match(r",? \d|, [A-Z]", after))

    def _acts_like_a_state(self, match: _Match, position: int) -> bool:
        """Tell whether a capital better known as a city does what only a state does."""
        text = self._text
        if text.startswith("'s ", match.end):
            owned = _NEXT_WORD.match(text, match.end + 2)
            return owned is not None and owned[1] in self._list("state_nouns")
        if self._next_word(match) in self._list("state_verbs"):
            return True
        before = self._before(match)
        if before.endswith(("between ", "ties with ", "relations with ", "official ", "pro-", "anti-", "talks with ")):
            return True
        last = self._decided[-1] if self._decided else None
        if last is not None and last.term.evidence == "metonym" and self._text[last.end : match.start] in _JOINS:
            return True
        # "Berlin and Paris have": the verb stands after the last of a list.
        follower = self._matches[position + 1] if position + 1 < len(self._matches) else None
        return (
            follower is not None
            and follower.term.check in (Check.CAPITAL, Check.CITY)
            and self._text[match.end : follower.start] in _JOINS
            and not self._is_place(follower, position + 1)
            and self._acts_like_a_state(follower, position + 1)
        )

    # Organisations and formal names.

    def _is_organisation(self, match: _Match) -> bool:
        """Tell whether an abbreviation that also means other things is the organisation here."""
        if self._in_capitals(match):
            return False
        before = self._text[max(0, match.start - 4) : match.start]
        if before.lower().endswith("the "):
            return True
        same = any(m.term.entity_id == match.term.entity_id for m in self._matches if m is not match)
        if same:
            return True
        return any(
            m.term.kind is EntityKind.ORGANISATION and abs(gap) == 1 and self._text[at] in "-–/"
            for m in self._matches
            for gap, at in ((match.start - m.end, match.start - 1), (m.start - match.end, match.end))
            if m is not match and m.term.check is not Check.BLOCKED and 0 <= at < len(self._text)
        )

    def _extended(self, match: _Match) -> _Match:
        """Take "Republic of" and its like into the mention of a country."""
        if match.term.kind is not EntityKind.COUNTRY or match.term.evidence != "name" or not self._is_english:
            return match
        before = self._text[max(0, match.start - _WINDOW) : match.start]
        if not before.endswith((" of ", " of the ")):
            return match
        found = _FORMAL.search(before)
        if found is None:
            return match
        start = match.start - (len(before) - found.start())
        if self._decided and self._decided[-1].end > start:
            return match
        return _Match(start, match.end, match.term)

    def _with_un_bodies(self, decided: list[_Match]) -> Iterator[_Match]:
        """Widen "United Nations" to the body it begins, where the body's abbreviation follows in parentheses."""
        end = 0
        for match in decided:
            if match.start < end:
                continue
            found = _UN_BODY.match(self._text, match.end) if match.term.entity_id == "UN" else None
            if found is not None:
                stop = found.start(1) - 2
                name = self._text[match.start : stop]
                match = _Match(match.start, stop, Term(EntityKind.ORGANISATION, found[1], name, "name", Check.NONE))
            end = match.end
            yield match
