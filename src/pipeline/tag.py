"""Give sentences their topics, each with a score, a confidence and the words that gave it.

A strong phrase gives its topic alone. A weak one, or one that needs context, gives it together with
another, or when the heading or a neighbouring sentence speaks of the topic. Words of sport, cooking
and entertainment count against every topic, and text about the text has none. Where a language has
learned weights they decide instead: phrases, words and what is around the sentence are weighed for each
topic. No tag is given without evidence in the sentence itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from .model import Evidence, TopicScore
from .settings import TagSettings
from .taxonomy import Taxonomy, load_taxonomy
from .topic_model import Matcher
from .topic_signals import Reading, Signal, list_evidence, read_passages, survey_passage
from .topic_weights import TopicWeights, Words

if TYPE_CHECKING:
    from .topic_context import ContextWeights

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
    return tag_passages([(sentences, heading, language)], taxonomy, settings)[0]


Passage = tuple[Sequence[str], str | None, str]
"""Consecutive sentences of one text, the heading they stand under, and their language."""


def tag_passages(
    passages: Sequence[Passage], taxonomy: Taxonomy | None = None, settings: TagSettings | None = None
) -> list[list[list[TopicScore]]]:
    """Return what `tag_texts` gives for each of many passages, in four fifths of the time.

    >>> [[[t.topic for t in topics] for topics in rows] for rows in tag_passages([(["An oil embargo."], None, "en")])]
    [[['energy', 'sanctions']]]
    """
    settings = settings or TagSettings()
    taxonomy = taxonomy or load_taxonomy(settings.taxonomy)
    return _score(passages, taxonomy, settings.encoder, settings.threshold, math.inf)


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
    return _score([(sentences, heading, language)], taxonomy, settings.encoder, _TRACE, settings.threshold)[0]


PORTION = 500
"""Passages that each step is done for before the next begins: the tables of one step leave no room in the processor's
cache for those of another."""


def _score(
    passages: Sequence[Passage], taxonomy: Taxonomy, encoder: str | None, low: float, high: float
) -> list[list[list[TopicScore]]]:
    scored: list[list[list[TopicScore]]] = [[[] for _ in sentences] for sentences, _, _ in passages]
    for language in dict.fromkeys(language for _, _, language in passages if language in taxonomy.languages):
        own = [n for n, passage in enumerate(passages) if passage[2] == language]
        for portion in (own[first : first + PORTION] for first in range(0, len(own), PORTION)):
            found = _score_portion([passages[n] for n in portion], language, taxonomy, encoder, low, high)
            for n, place, topics in found:
                scored[portion[n]][place] = topics
    return scored


def _score_portion(
    passages: Sequence[Passage], language: str, taxonomy: Taxonomy, encoder: str | None, low: float, high: float
) -> Iterator[tuple[int, int, list[TopicScore]]]:
    """Yield the topics of the sentences that have phrases, with the numbers of passage and sentence."""
    weights, matcher, learned = load_weights(), taxonomy.matcher(language), taxonomy.weights(language)
    readings = read_passages([(texts, heading) for texts, heading, _ in passages], matcher)
    by_phrases = [score_phrases(rows, weights) for rows in readings]
    # Only sentences with phrases can be given topics.
    asked = [(n, place) for n, scores in enumerate(by_phrases) for place, row in enumerate(scores) if row]
    words: list[Words] = [()] * len(asked)
    odds: list[dict[str, float]] = [{}] * len(asked)
    if learned:
        words = learned.find_words([passages[n][0][place] for n, place in asked])
        odds = learned.weigh([list_evidence(readings[n][place], by_phrases[n][place]) for n, place in asked], words)
    context = _load_context(encoder, language) if learned and encoder else None
    for (n, place), of_table, some in zip(asked, odds, words, strict=True):
        (texts, heading, _), row = passages[n], by_phrases[n][place]
        own = {topic: of_table[topic] for topic in row if topic in of_table}
        given = context.blend(own, texts, place, heading) if context else own
        found = _topics(texts[place], readings[n][place], row, given, some, matcher, learned, weights, low, high)
        yield n, place, list(found)


def _load_context(folder: str, language: str) -> ContextWeights | None:
    from .topic_context import load_context  # numpy, which tagging by words does not need

    return load_context(folder, language)


def score_phrases(readings: Sequence[Reading], weights: Mapping[str, float]) -> list[dict[str, float]]:
    """Return the scores that phrases alone give, a row a sentence, and note in each reading what is given around it."""
    scores = [{topic: score_signal(signal, weights) for topic, signal in r.signals.items()} for r in readings]
    survey_passage(readings, [[topic for topic, score in row.items() if score >= 1] for row in scores])
    return scores


def _topics(
    text: str,
    reading: Reading,
    by_phrases: Mapping[str, float],
    odds: Mapping[str, float],
    words: Words,
    matcher: Matcher,
    learned: TopicWeights | None,
    weights: Mapping[str, float],
    low: float,
    high: float,
) -> Iterator[TopicScore]:
    """Yield the topics that a sentence has phrases of and whose score is from `low` on, below `high`.

    A topic of which the sentence holds no phrase is never given: words alone gained nothing out of fold.
    A phrase of a user's own gives its topic whatever the learned weights say.
    """
    given = []
    cut = weights["learned.cut_abroad" if reading.abroad else "learned.cut"]
    for topic, signal in sorted(reading.signals.items()):
        score = by_phrases[topic]
        if topic in odds:
            # A phrase always leaves a trace, so that an analyst sees why it was not enough.
            least = score if signal.own else _TRACE
            score = round(max(1 + (odds[topic] - cut) / weights["learned.step"], least), 3)
        if low <= score < high:
            given.append((topic, score, signal))
    if not given:
        return
    places = matcher.place_words(text, max([hit.last for _, _, signal in given for hit in signal.hits]))
    for topic, score, signal in given:
        evidence = _evidence(signal, text, places)
        if learned and topic in odds and by_phrases[topic] < 1:
            evidence = _with_words(evidence, text, words, topic, learned)
        chance = _share(odds[topic]) if topic in odds else confidence(signal, weights)
        yield TopicScore(topic, score, chance, evidence)


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


def _with_words(
    evidence: tuple[Evidence, ...], text: str, words: Words, topic: str, learned: TopicWeights
) -> tuple[Evidence, ...]:
    """Add the learned words that speak most for a topic, but for those inside a phrase that stands there already."""
    more = [
        Evidence(start, end, " ".join(text[start:end].split()), "learned:word")
        for start, end in learned.telling_words(text, words, topic, _WORDS_SHOWN)
        if not any(e.start < end and start < e.end for e in evidence)
    ]
    return tuple(sorted((*evidence, *more), key=lambda e: (e.start, e.end)))


def _evidence(signal: Signal, text: str, places: Sequence[tuple[int, int]]) -> tuple[Evidence, ...]:
    out: dict[tuple[int, int, str], Evidence] = {}
    for first, last, phrase in signal.hits:
        start, end = places[first][0], places[last][1]
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
