"""Give sentences their topics, each with a score, a confidence and the words that gave it.

A strong phrase gives its topic alone. A weak one, or one that needs context, gives it together with
another, or when the heading or a neighbouring sentence speaks of the topic. Words of sport, cooking
and entertainment count against every topic, and text about the text has none. No tag is given
without evidence in the sentence itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from .model import Evidence, TopicScore
from .settings import TagSettings
from .taxonomy import Taxonomy, load_taxonomy
from .topic_model import Hit, Kind, Matcher

_TRACE = 0.1
"""Score from which a topic that is not given counts as a near miss."""
_REACH = 2
"""Sentences on either side that count as neighbours."""


def tag_texts(
    sentences: Sequence[str],
    heading: str | None = None,
    language: str = "en",
    taxonomy: Taxonomy | None = None,
    settings: TagSettings | None = None,
) -> list[list[TopicScore]]:
    """Return the topics of consecutive sentences of one text, a list a sentence, sorted by topic.

    Evidence offsets are code points into that sentence. A language without a lexicon gives empty lists:
    ask `has_lexicon` first, and write null instead.

    >>> [(t.topic, [e.term for e in t.evidence]) for t in tag_texts(["The EU widened its oil embargo."])[0]]
    [('energy', ['oil embargo']), ('sanctions', ['oil embargo'])]
    """
    settings = settings or TagSettings()
    taxonomy = taxonomy or load_taxonomy(settings.taxonomy)
    return _score(sentences, heading, language, taxonomy, settings.threshold, math.inf)


def has_lexicon(language: str, taxonomy: Taxonomy | None = None) -> bool:
    """Say whether the taxonomy has phrases in a language (ISO 639-1)."""
    return language in (taxonomy or load_taxonomy()).languages


def near_misses(
    sentences: Sequence[str],
    heading: str | None = None,
    language: str = "en",
    taxonomy: Taxonomy | None = None,
    settings: TagSettings | None = None,
) -> list[list[TopicScore]]:
    """Return the topics that a sentence has words for, but not enough to be given."""
    settings = settings or TagSettings()
    taxonomy = taxonomy or load_taxonomy(settings.taxonomy)
    return _score(sentences, heading, language, taxonomy, _TRACE, settings.threshold)


@dataclass(slots=True)
class Signal:
    """What one sentence holds for one topic: its hits by kind, and what stands around the sentence."""

    hits: list[Hit] = field(default_factory=list)
    strong: int = 0
    weak: int = 0
    context: int = 0
    off: int = 0
    heading: float = 0.0
    neighbours: float = 0.0
    foreign: float = 0.0
    world: float = 0.0


@dataclass(slots=True)
class _Row:
    signals: dict[str, Signal]
    foreign: int = 0
    world: bool = False


_NOTHING = _Row({})
"""What most sentences of an ordinary page hold. Shared, so never changed."""


def read_signals(
    sentences: Sequence[str], heading: str | None, language: str, taxonomy: Taxonomy
) -> list[dict[str, Signal]]:
    """Return what each sentence holds for each topic; the features of score and confidence."""
    matcher = taxonomy.matcher(language)
    rows = [_read(text, matcher) for text in sentences]
    above = _read(heading, matcher) if heading else _NOTHING
    strong = [{t for t, s in row.signals.items() if s.strong} if row.signals else _NO_TOPIC for row in rows]
    over = {t for t, s in above.signals.items() if s.strong}
    for i, row in enumerate(rows):
        if not row.signals:
            continue
        first, last = max(0, i - _REACH), i + _REACH + 1
        around = rows[first:i] + rows[i + 1 : last]
        spoken = strong[first:i] + strong[i + 1 : last]
        foreign = row.foreign + 0.25 * sum([min(2, other.foreign) for other in around if other.foreign])
        world = 1.0 if row.world else 0.5 if above.world or any([other.world for other in around]) else 0.0
        for topic, signal in row.signals.items():
            signal.foreign, signal.world = foreign, world
            if topic in over:
                signal.heading = 1.0
            near = sum([topic in topics for topics in spoken])
            if near:
                signal.neighbours = min(1.0, near / 2)
    return [row.signals for row in rows]


_NO_TOPIC: frozenset[str] = frozenset()


def _read(text: str, matcher: Matcher) -> _Row:
    found = matcher.find(text)
    if not found.hits:
        return _Row({}, 0, found.world) if found.world else _NOTHING
    signals: dict[str, Signal] = {}
    seen: set[int] = set()
    foreign = 0
    for hit in found.hits:
        phrase = hit.phrase
        topic, kind = phrase.topic, phrase.kind
        new = id(phrase) not in seen
        seen.add(id(phrase))
        if topic == "!":
            return _Row({}, foreign, found.world)
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
        if kind is Kind.STRONG:
            signal.strong += 1
        elif kind is Kind.WEAK:
            signal.weak += 1
        else:
            signal.context += 1
    return _Row({topic: s for topic, s in signals.items() if s.hits}, foreign, found.world)


def _score(
    sentences: Sequence[str], heading: str | None, language: str, taxonomy: Taxonomy, low: float, high: float
) -> list[list[TopicScore]]:
    if language not in taxonomy.languages:
        return [[] for _ in sentences]
    weights = load_weights()
    out = []
    for text, signals in zip(sentences, read_signals(sentences, heading, language, taxonomy), strict=True):
        topics = []
        for topic in sorted(signals):
            signal = signals[topic]
            score = score_signal(signal, weights)
            if low <= score < high:
                topics.append(TopicScore(topic, score, confidence(signal, weights), _evidence(signal, text)))
        out.append(topics)
    return out


def score_signal(signal: Signal, weights: Mapping[str, float]) -> float:
    """Return the score of a topic: at 1.0, the default threshold, one strong phrase and nothing against it."""
    light = weights["weak"] if signal.world else weights["weak_abroad"]
    own = signal.strong + light * signal.weak + weights["context"] * signal.context
    support = weights["heading"] * signal.heading + weights["neighbours"] * signal.neighbours
    if signal.context and not signal.strong:
        support *= weights["context_support"]
    if not signal.strong:
        support *= signal.world
    against = weights["off"] * signal.off + weights["foreign"] * signal.foreign
    return round(own + support - against, 3)


FEATURES = ("strong", "many", "weak", "context", "off", "heading", "neighbours", "foreign", "world")
"""The inputs of the pooled confidence, in the order of `features`."""
_COEFFICIENTS = tuple(f"logit.{name}" for name in FEATURES)


def features(signal: Signal) -> tuple[float, ...]:
    """Return the inputs of the pooled confidence, each between 0 and 3."""
    return (
        float(min(signal.strong, 3)),
        float(signal.strong > 1),
        float(min(signal.weak, 3)),
        float(min(signal.context, 2)),
        float(min(signal.off, 2)),
        signal.heading,
        signal.neighbours,
        min(signal.foreign, 3.0),
        signal.world,
    )


def confidence(signal: Signal, weights: Mapping[str, float]) -> float:
    """Return the probability, pooled over topics, that an annotator would give the topic too."""
    total = weights["logit.bias"]
    for name, value in zip(_COEFFICIENTS, features(signal), strict=True):
        total += weights[name] * value
    return round(1 / (1 + math.exp(-total)), 3)


def _evidence(signal: Signal, text: str) -> tuple[Evidence, ...]:
    out: dict[tuple[int, int, str], Evidence] = {}
    for start, end, phrase in signal.hits:
        key = start, end, phrase.rule
        if key not in out:
            out[key] = Evidence(start, end, " ".join(text[start:end].split()), phrase.rule)
    return tuple(out.values())


@cache
def load_weights() -> Mapping[str, float]:
    """Return the weights of the score and the coefficients of the confidence, from the resources."""
    import yaml

    text = (files("pipeline") / "resources" / "taxonomy" / "weights.yml").read_text(encoding="utf-8")
    tree = yaml.load(text, Loader=yaml.BaseLoader)  # the safe loader reads `off` as False
    flat = {name: float(value) for name, value in tree["score"].items()}
    flat |= {f"logit.{name}": float(value) for name, value in tree["confidence"].items()}
    return flat
