"""The index of a page that all its rules share, made once: folded text, phrases and what they mean, marks at the edges.

A rule that asks every line of a page the same question costs what all other rules cost together. So the questions that
many rules ask are answered here for the whole page: where a phrase of a family stands, which lines begin or end with
a mark (a search in a string of first characters), which lines say the same.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..blocks import PROSE_WORDS, Line
from .lexicon import Cue, Meaning, find_phrases, fold

Phrase = tuple[int, int, Meaning]
"""A phrase of the word lists: start, end, and what it means."""
WORDY = PROSE_WORDS // 2
"""Words from which a line may be prose."""
_NONE: frozenset[str] = frozenset()
_ROW = re.compile(r"[|·•/:：►»,،、]|\s[-–—]\s| {2}|[\])】）] ?[\[(【（]")
_SAYS = re.compile(r"[^\W\d_]|[%$€£₽¥]")
"""What is more than marks and counts beside a button's words."""
_WHOLE_MOST = 120
"""Characters above which a line says more than a button."""


@dataclass(frozen=True, eq=False)
class Ground:
    """What all sheets of a page share: text, lines and cues, indexed."""

    text: str
    folded: str
    lines: tuple[Line, ...]
    said: tuple[str, ...]
    """What each line says, folded."""
    heads: str
    """The first characters of the lines, one a line."""
    tails: str
    """Their last characters."""
    phrases: Mapping[int, Sequence[Phrase]]
    """Phrases by line, in order of their ends."""
    whole: Mapping[int, frozenset[str]]
    """Families of which a phrase is all that a line says, by line."""
    places: Mapping[tuple[str, str], Sequence[int]]
    """Lines in order by family and mode of their cues; under "whole" only lines that say nothing else.

    The lines of such a phrase that say more stand with them under "within".
    """
    starts: tuple[int, ...]
    wordy: tuple[Line, ...]
    """Lines long enough to be prose."""
    stated_title: str = ""
    """The title that an HTML head states, folded."""
    probability: Sequence[float] = ()
    """The line model's probability of being content, by line; empty without a model."""
    cues: dict[int, tuple[Cue, ...]] = field(default_factory=dict)
    """Cues by line, made when they are asked for: nobody asks for two thirds of them."""
    names: dict[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """Spans of the names in rights notices by line, kept when `rights.py` has read them: it is asked several times."""

    @cached_property
    def foreign(self) -> bool:
        """Whether the page's paragraphs are in a language that the line model was not trained on."""
        from ..prose_guard import is_trained

        prose = [line for line in self.wordy if line.is_prose] or self.wordy
        return bool(prose) and not is_trained(prose)

    @cached_property
    def copies(self) -> Mapping[str, Sequence[Line]]:
        """The lines by what they say, white space at the edges aside, where two or more say it."""
        said = [said.strip() for said in self.said]
        copies: dict[str, list[Line]] = {text: [] for text, count in Counter(said).items() if count > 1}
        for line, text in zip(self.lines, said, strict=True):
            if text in copies:
                copies[text].append(line)
        return copies


def make_ground(
    text: str, lines: tuple[Line, ...], stated_title: str = "", probability: Sequence[float] | None = None
) -> Ground:
    """Return the index of a page."""
    folded = fold(text)
    starts = tuple([line.start for line in lines])
    phrases, places = _by_line(folded, lines, starts)
    standing = sorted(set().union(*(found for (_, mode), found in places.items() if mode == "whole")))
    whole = {i: families for i in standing if (families := _whole(folded, lines[i], phrases[i]))}
    return Ground(
        text=text,
        folded=folded,
        lines=lines,
        said=tuple([folded[line.start : line.end] for line in lines]),
        heads="".join([line.text[0] for line in lines]),
        tails="".join([line.text[-1] for line in lines]),
        phrases=phrases,
        whole=whole,
        places=_places(places, whole),
        starts=starts,
        wordy=tuple([line for line in lines if line.words >= WORDY]),
        stated_title=fold(" ".join(stated_title.split())),
        probability=tuple(probability or ()),
    )


def _by_line(
    folded: str, lines: Sequence[Line], starts: Sequence[int]
) -> tuple[dict[int, list[Phrase]], dict[tuple[str, str], list[int]]]:
    """Return the phrases inside lines by line, and the lines by what their phrases mean."""
    phrases: dict[int, list[Phrase]] = {}
    places: dict[tuple[str, str], list[int]] = {}
    low = high = index = 0
    own: list[Phrase] = []
    for phrase in find_phrases(folded):
        start, end, meaning = phrase
        # Phrases come in order of their ends, so that most stand in the line of the one before.
        if not low <= start < high:
            index = bisect_right(starts, start) - 1
            low, high = (starts[index], lines[index].end) if index >= 0 else (0, 0)
            own = phrases.get(index, [])
        if low <= start and end <= high:
            if not own:
                phrases[index] = own
            own.append(phrase)
            for kind in meaning.kinds:
                found = places.get(kind)
                if found is None:
                    places[kind] = [index]
                elif found[-1] != index:
                    found.append(index)
    return phrases, places


def _places(
    places: Mapping[tuple[str, str], Sequence[int]], whole: Mapping[int, frozenset[str]]
) -> Mapping[tuple[str, str], Sequence[int]]:
    """Return the lines of each kind of cue, in order; under "whole" those that say nothing else, "within" all."""
    alone: dict[tuple[str, str], list[int]] = {}
    for index, families in whole.items():
        for family in families:
            alone.setdefault((family, "whole"), []).append(index)
    return {(family, "within" if mode == "whole" else mode): places[family, mode] for family, mode in places} | alone


def _whole(folded: str, line: Line, phrases: Sequence[Phrase]) -> frozenset[str]:
    if line.end - line.start > _WHOLE_MOST:
        return _NONE
    families = {
        family
        for start, end, meaning in phrases
        if meaning.buttons and not (_SAYS.search(folded, line.start, start) or _SAYS.search(folded, end, line.end))
        for family in meaning.buttons
    }
    if not families:
        whole = [(start, end, family) for start, end, meaning in phrases for family in meaning.buttons]
        if len(whole) > 1 and _ROW.search(folded, whole[0][1], line.end):
            return _row(folded, line, whole)
    return frozenset(families - {"network"})


def _row(folded: str, line: Line, whole: list[tuple[int, int, str]]) -> frozenset[str]:
    """Return the families of the first part of a row of buttons, "Share: Facebook | Telegram", or none."""
    left = folded[line.start : line.end]
    for start, end, _ in sorted(whole, key=lambda w: w[0] - w[1]):
        a, b = start - line.start, end - line.start
        if left[a:b] == folded[start:end]:
            left = left[:a] + " " * (b - a) + left[b:]
    if _SAYS.search(left):
        return _NONE
    first = min(start for start, _, _ in whole)
    longest = max(end for start, end, _ in whole if start == first)
    return frozenset(family for start, end, family in whole if (start, end) == (first, longest)) - {"network"}
