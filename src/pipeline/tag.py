"""Give sentences their topics, each with a score, a confidence and the words that gave it.

A strong phrase gives its topic alone. A weak one, or one that needs context, gives it together with
another, or when the heading or a neighbouring sentence speaks of the topic. Words of sport, cooking
and entertainment count against every topic, and text about the text has none. No tag without evidence in the sentence itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .model import Evidence, TopicScore
from .settings import TagSettings
from .taxonomy import Taxonomy, load_taxonomy
from .topic_model import Hit, Kind, Matcher, load_weights

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
    [('sanctions', ['oil embargo'])]
    """
    settings = settings or TagSettings()
    scored = _score(sentences, heading, language, taxonomy or load_taxonomy(settings.taxonomy))
    return [[t for t in topics if t.score >= settings.threshold] for topics in scored]


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
    scored = _score(sentences, heading, language, taxonomy or load_taxonomy(settings.taxonomy))
    return [[t for t in topics if t.score < settings.threshold] for topics in scored]


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


def read_signals(
    sentences: Sequence[str], heading: str | None, language: str, taxonomy: Taxonomy
) -> list[dict[str, Signal]]:
    """Return what each sentence holds for each topic; the features of score and confidence."""
    matcher = taxonomy.matcher(language)
    rows = [_read(text, matcher) for text in sentences]
    above = _read(heading, matcher)[0] if heading else {}
    foreign = [count for _, count in rows]
    for i, (signals, count) in enumerate(rows):
        if not signals:
            continue
        around = [j for j in range(max(0, i - _REACH), min(len(rows), i + _REACH + 1)) if j != i]
        outside = count + 0.25 * sum(min(2, foreign[j]) for j in around)
        for topic, signal in signals.items():
            signal.foreign = outside
            signal.heading = float(topic in above and above[topic].strong > 0)
            near = [rows[j][0].get(topic) for j in around]
            signal.neighbours = min(1.0, sum(1.0 for s in near if s is not None and s.strong) / 2)
    return [signals for signals, _ in rows]


def _read(text: str, matcher: Matcher) -> tuple[dict[str, Signal], int]:
    out: dict[str, Signal] = {}
    seen: set[tuple[str, str]] = set()
    foreign = 0
    for hit in matcher.find(text):
        topic, kind = hit.phrase.topic, hit.phrase.kind
        new = (topic, hit.phrase.text) not in seen
        seen.add((topic, hit.phrase.text))
        if topic == "!":
            return {}, foreign
        if topic == "*":
            foreign += new
            continue
        signal = out.get(topic)
        if signal is None:
            signal = out[topic] = Signal()
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
    return {topic: s for topic, s in out.items() if s.hits}, foreign


def _score(sentences: Sequence[str], heading: str | None, language: str, taxonomy: Taxonomy) -> list[list[TopicScore]]:
    if language not in taxonomy.languages:
        return [[] for _ in sentences]
    weights = load_weights()
    out = []
    for text, signals in zip(sentences, read_signals(sentences, heading, language, taxonomy), strict=True):
        topics = []
        for topic in sorted(signals):
            score = score_signal(signals[topic], weights)
            if score > 0:
                topics.append(TopicScore(topic, score, _confidence(signals[topic], weights), _evidence(signals[topic], text)))
        out.append(topics)
    return out


def score_signal(signal: Signal, weights: Mapping[str, float]) -> float:
    """Return the score of a topic: at 1.0, the default threshold, one strong phrase and nothing against it."""
    own = signal.strong + weights["weak"] * signal.weak + weights["context"] * signal.context
    support = weights["heading"] * signal.heading + weights["neighbours"] * signal.neighbours
    against = weights["off"] * signal.off + weights["foreign"] * signal.foreign
    if not signal.strong and signal.context:
        support *= weights["context_support"]
    return round(own + support - against, 3)


def _confidence(signal: Signal, weights: Mapping[str, float]) -> float:
    total = weights["logit.bias"]
    for name, value in features(signal).items():
        total += weights[f"logit.{name}"] * value
    return round(1 / (1 + math.exp(-total)), 3)


def features(signal: Signal) -> dict[str, float]:
    """Return the inputs of the pooled confidence, each between 0 and about 3."""
    return {
        "strong": float(min(signal.strong, 3)),
        "many": float(signal.strong > 1),
        "weak": float(min(signal.weak, 3)),
        "context": float(min(signal.context, 2)),
        "off": float(min(signal.off, 2)),
        "heading": signal.heading,
        "neighbours": signal.neighbours,
        "foreign": min(signal.foreign, 3.0),
    }


def _evidence(signal: Signal, text: str) -> tuple[Evidence, ...]:
    out = []
    for hit in signal.hits:
        group = f"{hit.phrase.group}:" if hit.phrase.group else ""
        out.append(Evidence(hit.start, hit.end, " ".join(text[hit.start : hit.end].split()), f"{group}{hit.phrase.kind}"))
    return tuple(dict.fromkeys(out))
