"""Decide by the words around a match whether it is a mention.

A capital stands for its state unless the sentence says that it is a place ("in Moscow", "the Moscow forum"); a capital
better known as a city must act like a state. A demonym is not a mention where it is a language; a name that is also a
person's is not one beside another capitalised word. The word lists are the language's `[grammar]`; looks are bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .gazetteer import Ambiguity, Check, Gazetteer, Term
from .model import EntityKind

WINDOW = 80
"""Characters before and after a match that may be looked at. The longest phrase asked for has under 60."""


@dataclass(slots=True)
class Match:
    """A name found in the text, with its endings, before it is decided whether it is a mention."""

    start: int
    end: int
    term: Term


_WORD = re.compile(r"[^\W\d_][\w'.]*|\d+")
_LAST_WORD = re.compile(r"([^\W\d_][\w'.]{0,30})[ ]$")
_NEXT_WORD = re.compile(r"[ ]([^\W_][\w']{0,30})")
_FORMAL = re.compile(
    r"\b(?:(?:Islamic|Democratic|Federal|Federative|Arab|Socialist|Bolivarian|Plurinational|Cooperative|Hashemite|former"
    r"|Former) ){0,3}(?:Republic|Kingdom|State|Sultanate|Commonwealth|Emirate|Principality|Grand Duchy) of (?:the )?$"
)
_NOT_A_STATE = frozenset({Check.BLOCKED, Check.CITY})
_JOINS = (", ", " and ", ", and ", "-", "–", "/", " or ", " + ", " & ")
_NO_NOUNS = frozenset({"", "and", "or", "but", "as", "is", "was", "are", "for", "at", "by", "with", "to"})
_DEPARTURES = frozenset({"left", "leave", "leaves", "leaving", "departed", "departs", "bound", "headed", "heading"})
_STRICT_BEFORE = frozenset({"in", "from", "to", "with", "of", "between", "against", "for", "across", "into", "via"})


class Context:
    """Decide over the matches of one text, from left to right, by the words around each."""

    def __init__(self, folded: str, gazetteer: Gazetteer, matches: list[Match]) -> None:
        self._text = folded
        self._words = gazetteer.words
        self._matches = matches
        self._is_english = "language_before" in gazetteer.words
        # What depends on the whole text is computed once: a text may hold thousands of matches.
        self._named = {m.term.entity_id for m in matches if m.term.check not in _NOT_A_STATE}
        self._spelt_out = {m.term.entity_id for m in matches if m.term.check is Check.NONE}
        self._all_words: frozenset[str] | None = None
        self._title_case: bool | None = None
        self._decided: list[Match] = []
        self._languages: list[int] = []
        self._places: set[int] = set()
        """Ends of capitals that were taken as places, for lists: "in Beirut, Damascus and Baghdad"."""

    def accepted(self) -> list[Match]:
        """Return the matches that are mentions."""
        for position, match in enumerate(self._matches):
            if match.term.check is not Check.BLOCKED and self._is_mention(match, position):
                self._decided.append(self._extended(match))
        return self._decided

    def _is_mention(self, match: Match, position: int) -> bool:
        term, check = match.term, match.term.check
        if term.ambiguity is not None and not self._is_clear(match, term.ambiguity, position):
            return False
        if check is Check.NAME or check is Check.NONE:
            return self._is_not_a_title(match)
        if check is Check.DEMONYM:
            return self._is_people(match)
        if check is Check.ABBREVIATION:
            return not self._in_capitals(match)
        if check is Check.WEST:
            return self._is_the_west(match)
        if check is Check.GUARDED:
            return self._is_organisation(match, position)
        return self._is_state(match, position)

    # The words around a match.

    def _before(self, match: Match) -> str:
        return self._text[max(0, match.start - WINDOW) : match.start]

    def _last_word(self, match: Match) -> str:
        if not self._text.endswith(" ", 0, match.start):
            return ""
        word = self._text[max(0, match.start - 33) : match.start - 1].rpartition(" ")[2]
        if word.isalpha():
            return word
        found = _LAST_WORD.search(word + " ")
        return found[1] if found else ""

    def _next_word(self, match: Match) -> str:
        if not self._text.startswith(" ", match.end):
            return ""
        found = _NEXT_WORD.match(self._text, match.end)
        return found[1] if found else ""

    def _list(self, name: str) -> frozenset[str]:
        return self._words.get(name, frozenset())

    def _in_capitals(self, match: Match) -> bool:
        """Tell whether the match stands among capitals only, where "US" and "WHO" are words."""
        if self._text[match.start : match.end] not in self._list("words_in_capitals"):
            return False
        around = self._text[max(0, match.start - 24) : match.start] + self._text[match.end : match.end + 24]
        return around.upper() == around and sum(map(str.isalpha, around)) > 6

    def _is_title_case(self) -> bool:
        if self._title_case is None:
            words = [w for w in _WORD.findall(self._text[:300]) if len(w) > 3]
            capitals = sum(w[0].isupper() for w in words)
            ends = self._text[-9:].rstrip().endswith((".", "!", "?"))
            self._title_case = not ends and len(words) > 2 and capitals > 0.85 * len(words)
        return self._title_case

    # Countries and regions.

    def _is_not_a_title(self, match: Match) -> bool:
        if not self._text[match.end + 1 : match.end + 2].isupper():
            return True
        return self._next_word(match) not in self._list("title_after")

    def _is_clear(self, match: Match, rule: Ambiguity, position: int) -> bool:
        """Tell whether an ambiguous name is the country here."""
        joined = self._text[match.end : match.end + 1] in ("-", "–")
        if (rule.hyphen and not joined) or self._text.startswith(rule.joined, match.end):
            return False
        before, following = self._before(match), self._next_word(match)
        if rule.noun and (not following[:1].islower() or following in self._list("function_words")):
            return False
        if following in rule.after or (rule.the and not before.endswith(("the ", "The "))):
            return False
        if (rule.address and self._ends_an_address(match, position)) or before.endswith(rule.before):
            return False
        if rule.unless:
            if self._all_words is None:
                self._all_words = frozenset([word.rstrip(".'") for word in _WORD.findall(self._text)])
            if not rule.unless.isdisjoint(self._all_words):
                return False
        last = self._last_word(match)
        if rule.person in ("last", "both") and self._may_be_first_name(last, match, position):
            return False
        if rule.person == "both" and self._may_be_surname(following, match, position):
            return False
        return not rule.strict or self._is_named_as_a_state(match, position, last)

    def _may_be_first_name(self, last: str, match: Match, position: int) -> bool:
        if not last[:1].isupper() or last.isupper() or last in self._list("not_first_names") or last.endswith("."):
            return False
        follows_a_match = position and self._matches[position - 1].end == match.start - 1
        return not follows_a_match and not self._is_title_case()

    def _may_be_surname(self, following: str, match: Match, position: int) -> bool:
        if not following[:1].isupper() or following.isupper() or following in self._list("not_surnames"):
            return False
        leads_a_match = position + 1 < len(self._matches) and self._matches[position + 1].start == match.end + 1
        # In a title every word has a capital: "Jordan Seeks Aid" is told by its verb, "Jordan Smith, Manager" has none.
        return not leads_a_match and not (self._is_title_case() and following.endswith("s"))

    def _is_named_as_a_state(self, match: Match, position: int, last: str) -> bool:
        if last in _STRICT_BEFORE or self._text.startswith("'s ", match.end):
            return True
        return self._is_beside_another(match, position)

    def _is_beside_another(self, match: Match, position: int) -> bool:
        """Tell whether the match is listed together with another country."""
        for other in self._matches[max(0, position - 1) : position + 2]:
            if other is match or other.term.check in (Check.BLOCKED, Check.CITY):
                continue
            if self._text[min(other.end, match.end) : max(other.start, match.start)] in _JOINS:
                return True
        return False

    def _is_people(self, match: Match) -> bool:
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
        if last.lower() in self._list("language_nouns"):
            return False
        also = last in ("and", "or") and bool(self._languages) and match.start - self._languages[-1] in (4, 5)
        if last in self._list("language_before") or also:
            is_people = following not in _NO_NOUNS and not following.endswith("ly")
            if not is_people:
                self._languages.append(match.end)
            return is_people
        return True

    def _is_the_west(self, match: Match) -> bool:
        following = self._next_word(match)
        if match.term.evidence == "demonym" and not self._is_english:
            # "западный ветер" is a wind: where the language lists what the West has, nothing else is taken.
            return not {"", following}.isdisjoint(self._list("west_followers"))
        if not self._list("west_before"):
            return True
        if match.term.evidence == "demonym":
            text = self._text[match.start : match.end]
            return not following[:1].isupper() or text != "Western" or following.lower() in self._list("west_followers")
        if following[:1].isupper() and following not in self._list("not_surnames"):
            return False
        last = self._last_word(match)
        paired = self._before(match).endswith(("East and ", "East-", "East–", "East or "))
        return last.lower() in self._list("west_before") or paired

    # Capitals.

    def _is_state(self, match: Match, position: int) -> bool:
        """Tell a capital that stands for its state from the city."""
        if self._is_place(match, position):
            self._places.add(match.end)
            return False
        if match.term.check is Check.SEAT or self._acts_like_a_state(match, position):
            return True
        return match.term.check is Check.CAPITAL and self._is_about_states(match)

    def _is_about_states(self, match: Match) -> bool:
        """Tell whether the text names a country or organisation besides: "Tokyo" alone is more often the city."""
        return len(self._named) > (match.term.entity_id in self._named)

    def _is_place(self, match: Match, position: int) -> bool:
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
        if self._is_dateline(match) or self._ends_an_address(match, position):
            return True
        if following in self._list("city_nouns") or self._second_word_is_of_a_city(match, following):
            return True
        if text.startswith(", ", match.end) and position + 1 < len(self._matches):
            follower = self._matches[position + 1]
            same = follower.term.entity_id == match.term.entity_id and follower.term.evidence == "name"
            if same and follower.start == match.end + 2:
                return True
        return self._is_part_of_a_name(match, position, last, following)

    def _ends_as_a_place(self, match: Match) -> bool:
        """Tell whether an ending says "in" or "from", behind an apostrophe (Turkish) or not (Azerbaijani)."""
        after = self._text[match.end : match.end + 4]
        endings = self._list("place_after")
        if endings and (after[:3] in endings or after in endings):
            return True
        return any(self._text.endswith(ending, match.start + 3, match.end) for ending in self._list("place_endings"))

    def _owns_a_place(self, match: Match, position: int) -> bool:
        """Tell whether what a capital owns is the city's: "Tehran's mayor", "in Moscow's Red Square"."""
        owned = [w for w in re.split(r"[^\w']+", self._text[match.end + 3 : match.end + 40]) if w][:3]
        if not owned or owned[0] in self._list("city_nouns"):
            return True
        if owned[0][0].islower() or not self._is_english or self._is_title_case():
            return len(owned) > 1 and owned[1] in self._list("city_nouns") and owned[0] not in self._list("state_nouns")
        leads_a_match = position + 1 < len(self._matches) and self._matches[position + 1].start == match.end + 3
        return not leads_a_match and owned[0] not in self._list("not_surnames")

    def _second_word_is_of_a_city(self, match: Match, following: str) -> bool:
        """Tell "the Astana negotiating platform" from "Moscow hosted talks"."""
        if not following or following.endswith(("s", "ed")) or following in self._list("state_verbs"):
            return False
        second = _NEXT_WORD.match(self._text, match.end + 1 + len(following))
        return second is not None and second[1] in self._list("city_nouns")

    def _is_part_of_a_name(self, match: Match, position: int, last: str, following: str) -> bool:
        """Tell whether a capital stands beside a capitalised word: "Moscow State University", "Paris Hilton"."""
        if not self._is_english or match.term.check is Check.SEAT:
            return False
        if self._is_title_case():
            return following[:1].isupper() and (following.endswith("ss") or not following.endswith(("s", "ed", "To")))
        if following[:1].isupper() and not following.isupper():
            neighbour = self._matches[position + 1] if position + 1 < len(self._matches) else None
            return neighbour is None or neighbour.start != match.end + 1
        adjacent = self._last_word(match)
        if not adjacent or adjacent != last or not last[:1].isupper() or last in self._list("not_first_names"):
            return False
        # The first word of a sentence says nothing by its capital.
        starts = match.start - len(last) - 1
        return starts > 0 and self._text[max(0, starts - 2) : starts].strip()[-1:] not in (".", "!", "?", ":", ";")

    def _continues_a_list_of_places(self, match: Match, position: int) -> bool:
        if not position:
            return False
        previous = self._matches[position - 1]
        return previous.end in self._places and self._text[previous.end : match.start] in (*_JOINS[:4], " or ")

    def _ends_an_address(self, match: Match, position: int) -> bool:
        """Tell "Seattle, Washington" and "the Museum of Art, Kyiv;" from the last country of a list."""
        before = self._before(match)
        if not before.endswith(", ") or self._text[match.end : match.end + 1] not in ("", ",", ")", ".", ";"):
            return False
        found = _LAST_WORD.search(before[-34:-2] + " ")
        follows_a_match = position > 0 and self._matches[position - 1].end == match.start - 2
        return found is not None and found[1][:1].isupper() and not follows_a_match

    def _is_dateline(self, match: Match) -> bool:
        if match.start > 20 or self._text[: match.start].strip(" \"'([*"):
            return False
        after = self._text[match.end : match.end + 12]
        return after.startswith((" (", " — ", " – ", " - ", " -- ", ": ")) or bool(re.match(r",? \d|, [A-Z]", after))

    def _acts_like_a_state(self, match: Match, position: int, hops: int = 4) -> bool:
        """Tell whether a capital better known as a city does what only a state does."""
        text = self._text
        if text.startswith("'s ", match.end):
            owned = _NEXT_WORD.match(text, match.end + 2)
            return owned is not None and owned[1] in self._list("state_nouns")
        verb = self._next_word(match)
        if verb in self._list("state_auxiliaries"):
            second = _NEXT_WORD.match(text, match.end + 1 + len(verb))
            verb = second[1] if second else ""
        if verb in self._list("state_verbs"):
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
            hops > 0
            and follower is not None
            and follower.term.check in (Check.CAPITAL, Check.CITY)
            and self._text[match.end : follower.start] in _JOINS
            and not self._is_place(follower, position + 1)
            and self._acts_like_a_state(follower, position + 1, hops - 1)
        )

    # Organisations and formal names.

    def _is_organisation(self, match: Match, position: int) -> bool:
        """Tell whether an abbreviation that also means other things is the organisation here."""
        if self._in_capitals(match):
            return False
        before = self._text[max(0, match.start - 4) : match.start]
        if len(self._named) > 1 and before.lower().endswith("the "):
            return True
        return match.term.entity_id in self._spelt_out or self._joins_an_organisation(match, position)

    def _joins_an_organisation(self, match: Match, position: int) -> bool:
        for other in self._matches[max(0, position - 1) : position + 2]:
            is_organisation = other.term.kind is EntityKind.ORGANISATION and other.term.check is not Check.BLOCKED
            between = self._text[min(other.end, match.end) : max(other.start, match.start)]
            if other is not match and is_organisation and between in ("-", "–", "/"):
                return True
        return False

    def _extended(self, match: Match) -> Match:
        """Take "Republic of" and its like into the mention of a country."""
        if match.term.kind is not EntityKind.COUNTRY or match.term.evidence != "name":
            return match
        before = self._before(match)
        if not self._is_english:
            return self._formal(match, before)
        found = _FORMAL.search(before) if before.endswith((" of ", " of the ")) else None
        if found is None:
            return match
        start = match.start - (len(before) - found.start())
        if self._decided and self._decided[-1].end > start:
            return match
        return Match(start, match.end, match.term)

    def _formal(self, match: Match, before: str) -> Match:
        """Take the longest of the language's `formal_before` into the mention: "República Argentina"."""
        said = before if before.endswith("'") else before[:-1] if before.endswith(" ") else ""
        forms = [before[len(said) - len(form) :] for form in self._list("formal_before") if said.endswith(form)]
        start = match.start - len(max(forms, key=len, default=""))
        is_taken = self._decided and self._decided[-1].end > start
        return match if is_taken else Match(start, match.end, match.term)
