"""Read what consecutive sentences hold for each topic: their phrases, and what stands around them.

The same readings feed the score of the lexicon, the learned weights and the pooled confidence.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .topic_model import Matcher
from .topic_phrases import Found, Hit, Kind

_REACH = 2
"""Sentences on either side that count as neighbours."""
_SURROUNDINGS = 5
"""Sentences on either side that tell what the passage is about."""
_FEWEST_AROUND = 3
"""Sentences that must stand around one before their silence says anything."""
_SHARES = ((0.5, "most"), (0.25, "some"), (0.0, "few"))
_OFTEN = 0.4
_HARDLY = 0.25
"""Shares of the sentences around."""
_STEPS = (0.25, 0.4, 0.65, 0.9, 1.0, 1.25, 1.5, 2.0, 2.5)
"""Scores of the lexicon that are evidence of their own."""
_NO_TOPIC: frozenset[str] = frozenset()


@dataclass(slots=True)
class Signal:
    """What one sentence holds for one topic: its hits by kind, and what stands around the sentence."""

    hits: list[Hit] = field(default_factory=list)
    strong: int = 0
    weak: int = 0
    context: int = 0
    off: int = 0
    own: int = 0
    """Hits of phrases from a user's file."""
    heading: float = 0.0
    neighbours: float = 0.0
    foreign: float = 0.0
    world: float = 0.0


@dataclass(slots=True)
class Reading:
    """One sentence: a signal for each topic that it has words for, and what is around it."""

    signals: dict[str, Signal]
    foreign: int = 0
    world: bool = False
    heading: frozenset[str] = _NO_TOPIC
    """Topics that the heading has a strong phrase of."""
    neighbours: Mapping[str, int] = field(default_factory=dict)
    """Neighbouring sentences that have a strong phrase, by topic."""
    passage: Mapping[str, int] = field(default_factory=dict)
    """Sentences further around that phrases give a topic, by topic."""
    around: int = 0
    """Sentences further around, and how many of them phrases give any topic."""
    busy: int = 0

    @property
    def abroad(self) -> bool:
        """Whether the sentence names no state, region or organisation and hardly anything around it has a topic."""
        return not self.world and self.around >= _FEWEST_AROUND and self.busy < _HARDLY * self.around


def read_sentences(sentences: Sequence[str], heading: str | None, matcher: Matcher) -> list[Reading]:
    """Return the readings of consecutive sentences of one text under one heading."""
    return read_passages([(sentences, heading)], matcher)[0]


def read_passages(passages: Sequence[tuple[Sequence[str], str | None]], matcher: Matcher) -> list[list[Reading]]:
    """Return the readings of some passages, sentences and the heading above them, with one search through all."""
    found = iter(matcher.find_all([text for texts, heading in passages for text in (*texts, heading or "")]))
    return [_look_around([_read(next(found)) for _ in texts], _read(next(found))) for texts, _ in passages]


def _look_around(rows: list[Reading], above: Reading) -> list[Reading]:
    """Note in each reading what the heading and the neighbours hold."""
    strong = [[t for t, s in row.signals.items() if s.strong] for row in rows]
    over = frozenset(t for t, s in above.signals.items() if s.strong)
    for i, row in enumerate(rows):
        row.heading = over
        if not row.signals:
            continue
        first, last = max(0, i - _REACH), i + _REACH + 1
        row.neighbours = near = _count(strong[first:i] + strong[i + 1 : last])
        around = rows[first:i] + rows[i + 1 : last]
        foreign = row.foreign + 0.25 * sum([min(2, other.foreign) for other in around if other.foreign])
        world = 1.0 if row.world else 0.5 if above.world or any([other.world for other in around]) else 0.0
        for topic, signal in row.signals.items():
            signal.foreign, signal.world = foreign, world
            if topic in over:
                signal.heading = 1.0
            if topic in near:
                signal.neighbours = min(1.0, near[topic] / 2)
    return rows


def survey_passage(readings: Sequence[Reading], given: Sequence[Sequence[str]]) -> None:
    """Note in each reading what the passage around it is about. `given` are the topics that phrases give, by row."""
    for i, row in enumerate(readings):
        if not row.signals:
            continue
        around = [*given[max(0, i - _SURROUNDINGS) : i], *given[i + 1 : i + _SURROUNDINGS + 1]]
        row.passage, row.around, row.busy = _count(around), len(around), sum(map(bool, around))


def _count(sentences: Sequence[Sequence[str]]) -> dict[str, int]:
    """Return in how many sentences each topic stands."""
    counts: dict[str, int] = {}
    for topics in sentences:
        for topic in topics:
            counts[topic] = counts.get(topic, 0) + 1
    return counts


def _read(found: Found) -> Reading:
    hits, world = found
    if not hits:
        return Reading({}, 0, world)
    signals: dict[str, Signal] = {}
    seen: set[int] = set()
    foreign = 0
    for hit in hits:
        phrase = hit.phrase
        topic, kind = phrase.topic, phrase.kind
        new = id(phrase) not in seen
        seen.add(id(phrase))
        if topic == "!":
            return Reading({}, foreign, world)
        if topic == "*":
            foreign += new
            continue
        signal = signals.get(topic)
        if signal is None:
            signal = signals[topic] = Signal()
        if kind is Kind.OFF:
            signal.off += new
            continue
        signal.hits.append(hit)
        if not new:
            continue
        signal.own += phrase.own
        if kind is Kind.STRONG:
            signal.strong += 1
        elif kind is Kind.WEAK:
            signal.weak += 1
        else:
            signal.context += 1
    return Reading({topic: s for topic, s in signals.items() if s.hits}, foreign, world)


Piece = tuple[str | int | bool, ...]
"""A piece of evidence, told from others by its kind and what it is of; `name_piece` names it."""


def list_evidence(reading: Reading, scores: Mapping[str, float]) -> Iterator[Piece]:
    """Yield the pieces of evidence in a sentence. `scores` are those of the lexicon, by topic."""
    for topic in reading.heading:
        yield "heading", topic
    for topic, count in reading.neighbours.items():
        yield "near", topic, count > 1
    enough = reading.around >= _FEWEST_AROUND
    often = _OFTEN * reading.around if enough else math.inf
    for topic, count in reading.passage.items():
        yield "passage", topic, count >= often
    if enough:
        share = reading.busy / reading.around
        yield "around", next(name for least, name in _SHARES if share >= least) if share else "none"
    if reading.foreign:
        yield "off domain", reading.foreign > 1
    if reading.world:
        yield ("state named",)
    given = 0
    for topic, signal in reading.signals.items():
        score = scores[topic]
        given += score >= 1
        yield (
            "signal",
            topic,
            bisect_right(_STEPS, score),
            min(signal.strong, 3),
            min(signal.weak, 3),
            signal.context > 0,
            signal.off > 0,
            signal.heading > 0,
            signal.neighbours > 0,
            signal.world == 1,
        )
        for hit in signal.hits:
            if hit.phrase.group:
                yield "phrase", topic, hit.phrase.rule
    if given:
        yield "topics", min(given, 4)


def name_piece(piece: Piece) -> list[str]:
    """Return the names that a piece of evidence has in the table of learned weights.

    >>> name_piece(("near", "energy", True)), name_piece(("off domain", False))
    (['near: energy', 'near: energy, twice'], ['off domain'])
    """
    kind, *values = piece
    match kind:
        case "signal":
            return _name_signal(*values)  # type: ignore[arg-type]
        case "phrase":
            return [f"{values[0]}: {values[1]}"]
        case "near":
            return [f"near: {values[0]}", *([f"near: {values[0]}, twice"] if values[1] else ())]
        case "passage":
            return [f"passage: {values[0]}", *([f"passage: {values[0]}, often"] if values[1] else ())]
        case "off domain":
            return ["off domain", *(["off domain, twice"] if values[0] else ())]
        case _:
            return [f"{kind}: {values[0]}" if values else str(kind)]


def name_evidence(reading: Reading, scores: Mapping[str, float]) -> Iterator[str]:
    """Yield the names of the pieces of evidence in a sentence, as the table of learned weights has them."""
    for piece in list_evidence(reading, scores):
        yield from name_piece(piece)


def _name_signal(
    topic: str, steps: int, strong: int, weak: int, context: bool, off: bool, heading: bool, near: bool, state: bool
) -> list[str]:
    around = [name for name, holds in (("heading", heading), ("near", near), ("state", state)) if holds]
    names = [f"score {step}" for step in _STEPS[:steps]]
    names += [name for name, holds in (("off", off), ("context", context)) if holds]
    if strong:
        names += ["strong", f"strong, {strong}", *(f"strong, {name}" for name in around)]
        if strong == 1 and not (weak or heading or near):
            names.append("strong, alone")
    if weak:
        names += [f"weak, {weak}", *(f"weak, {name}" for name in around)]
    return [f"{topic}: {name}" for name in names]
