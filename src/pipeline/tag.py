"""Give sentences their topics, each with a score, a confidence and the words that gave it.

A strong phrase gives its topic alone. A weak one, or one that needs context, gives it together with
another, or when the heading or a neighbouring sentence speaks of the topic. Words of sport, cooking
and entertainment count against every topic, and text about the text has none. Where a language has
learned weights they decide instead: phrases, words and what is around the sentence are weighed for each
topic. No tag is given without evidence in the sentence itself.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from .model import Evidence, TopicScore
from .settings import TagSettings
from .taxonomy import Taxonomy, load_taxonomy
from .topic_model import place_tokens
from .topic_signals import Reading, Signal, name_evidence, read_sentences
from .topic_weights import TopicWeights

_TRACE = 0.1
"""Score from which a topic that is not given counts as a near miss."""
_WORDS_SHOWN = 4
"""Learned words that are named as evidence where phrases alone would not have given the topic."""


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


def _score(
    sentences: Sequence[str], heading: str | None, language: str, taxonomy: Taxonomy, low: float, high: float
) -> list[list[TopicScore]]:
    if language not in taxonomy.languages:
        return [[] for _ in sentences]
    weights = load_weights()
    readings = read_sentences(sentences, heading, taxonomy.matcher(language))
    by_phrases = [{t: score_signal(s, weights) for t, s in r.signals.items()} for r in readings]
    learned = taxonomy.weights(language)
    if learned is None:
        return [
            _phrase_topics(text, reading, scores, weights, low, high)
            for text, reading, scores in zip(sentences, readings, by_phrases, strict=True)
        ]
    out: list[list[TopicScore]] = [[] for _ in sentences]
    spoken = [i for i, reading in enumerate(readings) if reading.signals]
    names = [list(name_evidence(readings[i], by_phrases[i])) for i in spoken]
    weighed = learned.weigh(names, [readings[i].tokens for i in spoken])
    for i, odds in zip(spoken, weighed, strict=True):
        text, reading, scores = sentences[i], readings[i], by_phrases[i]
        topics = list(_learned_topics(text, reading, scores, weights, low, high, learned, odds))
        if len(reading.signals.keys() - learned.topics.keys()):
            topics += _phrase_topics(text, reading, scores, weights, low, high, skip=learned.topics)
        out[i] = sorted(topics, key=lambda t: t.topic)
    return out


def _learned_topics(
    text: str,
    reading: Reading,
    scores: Mapping[str, float],
    weights: Mapping[str, float],
    low: float,
    high: float,
    learned: TopicWeights,
    odds: Sequence[float],
) -> Iterator[TopicScore]:
    """Yield the topics that learned weights give, of those a phrase speaks of.

    A topic of which the sentence holds no phrase is never given: words alone gained nothing out of fold.
    A phrase of a user's own gives its topic as phrases do.
    """
    cut, step = weights["learned.cut"], weights["learned.step"]
    for topic, signal in reading.signals.items():
        if topic not in learned.topics:
            continue
        total = odds[learned.topics[topic]]
        # A phrase always leaves a trace, so that an analyst sees why it was not enough.
        score = max(1 + (total - cut) / step, scores[topic] if signal.own else _TRACE)
        score = round(score, 3)
        if not low <= score < high:
            continue
        evidence = _evidence(signal, text)
        if scores[topic] < 1:
            evidence = _with_words(evidence, text, reading, topic, learned)
        yield TopicScore(topic, score, _share(total), evidence)


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
    return _share(total)


def _share(log_odds: float) -> float:
    return round(1 / (1 + math.exp(-log_odds)), 3)


def _phrase_topics(
    text: str,
    reading: Reading,
    scores: Mapping[str, float],
    weights: Mapping[str, float],
    low: float,
    high: float,
    skip: Container[str] = (),
) -> list[TopicScore]:
    """Return the topics that phrases alone give, but for those in `skip`."""
    return [
        TopicScore(topic, scores[topic], confidence(signal, weights), _evidence(signal, text))
        for topic, signal in sorted(reading.signals.items())
        if low <= scores[topic] < high and topic not in skip
    ]


def _with_words(
    evidence: tuple[Evidence, ...], text: str, reading: Reading, topic: str, learned: TopicWeights
) -> tuple[Evidence, ...]:
    """Add the learned words that speak most for a topic, but for those inside a phrase that stands there already."""
    spans = learned.telling_words(reading.tokens, topic, _WORDS_SHOWN)
    if not spans:
        return evidence
    places = place_tokens(text, reading.tokens[: max(last for _, last in spans) + 1])
    words = []
    for first, last in spans:
        start, end = places[first], places[last] + len(reading.tokens[last])
        if not any(e.start < end and start < e.end for e in evidence):
            words.append(Evidence(start, end, " ".join(text[start:end].split()), "learned:word"))
    return tuple(sorted((*evidence, *words), key=lambda e: (e.start, e.end)))


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
    flat |= {f"learned.{name}": float(value) for name, value in tree["learned"].items()}
    flat |= {f"logit.{name}": float(value) for name, value in tree["confidence"].items()}
    return flat
