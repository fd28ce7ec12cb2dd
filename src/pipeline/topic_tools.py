"""Tools for the analyst who edits the taxonomy: lint, evaluate, diff.

`lint_phrases` says which phrases are dead, shadowed or fire where they should not; `evaluate_topics`
scores the tagger on labelled sentences; `diff_taxonomies` says which sentences gain or lose which
topic between two taxonomies, and through which phrase. Nothing here prints or writes.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from .errors import UsageError
from .model import TopicScore
from .settings import TagSettings
from .tag import tag_texts
from .taxonomy import Taxonomy, find_shadowed
from .topic_phrases import Kind

OVERFIRING_PRECISION = {Kind.STRONG: 0.5, Kind.CONTEXT: 0.34, Kind.WEAK: 0.2}
"""Precision on labelled sentences below which a phrase over-fires, with `OVERFIRING_COUNT` matches or more."""
# A weak phrase gives no topic alone, so it may be wrong more often than right.
OVERFIRING_COUNT = 3
_BOOTSTRAPS = 400


@dataclass(frozen=True, slots=True)
class Passage:
    """Consecutive sentences of one text under one heading; `topics` only where they are labelled."""

    key: str
    sentences: tuple[str, ...]
    heading: str | None = None
    language: str = "en"
    topics: tuple[frozenset[str], ...] = ()
    site: str = ""


@dataclass(frozen=True, slots=True)
class PhraseReport:
    """One phrase of the lexicon: how often it matched, how often rightly, and what is wrong with it.

    `problem` is "shadowed", "dead", "over-firing" or "". `right` of `labelled` matches stood in
    sentences that carry the topic; `count` matches were found in the corpus.
    """

    topic: str
    phrase: str
    kind: str
    where: str
    count: int
    labelled: int
    right: int
    problem: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TopicMeasure:
    """Precision, recall and F1 of one topic, with the counts behind them."""

    topic: str
    wanted: int
    given: int
    right: int

    @property
    def precision(self) -> float:
        """Share of given tags that are right; 0 when none was given."""
        return self.right / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        """Share of wanted tags that were given; 0 when none was wanted."""
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        return 2 * self.right / (self.given + self.wanted) if self.given + self.wanted else 0.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores on labelled sentences. Intervals are 95 %, bootstrapped over passages' keys (pages)."""

    sentences: int
    micro: float
    micro_interval: tuple[float, float]
    macro: float
    macro_interval: tuple[float, float]
    topics: tuple[TopicMeasure, ...]
    sites: tuple[tuple[str, int, float], ...]
    """Site, sentences, micro F1."""
    untouched_share: float
    """Share of the sentences labelled with no topic that got one all the same."""


@dataclass(frozen=True, slots=True)
class TopicChange:
    """A sentence that gains or loses a topic; `terms` gave it in the taxonomy that gives it."""

    key: str
    sentence: str
    topic: str
    gained: bool
    terms: tuple[str, ...]


def lint_phrases(
    taxonomy: Taxonomy, language: str, corpus: Sequence[Passage] = (), labelled: Sequence[Passage] = ()
) -> list[PhraseReport]:
    """Return a report on every phrase of a language, the problems first.

    A phrase is dead when a corpus is given and it never matched there. Matches are counted after the
    longest match and the exclusions have spoken. Raises UsageError for a language without a lexicon.
    """
    if language not in taxonomy.languages:
        raise UsageError(f"no lexicon for {language!r}. The taxonomy has {', '.join(taxonomy.languages)}.")
    matcher = taxonomy.matcher(language)
    shadows = {(p.topic, p.text): cover.text for p, cover in find_shadowed(matcher)}
    counts: Counter[tuple[str, str]] = Counter()
    seen: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    for passage in corpus:
        for text in passage.sentences if passage.language == language else ():
            counts.update((h.phrase.topic, h.phrase.text) for h in matcher.find(text).hits)
    for passage in labelled:
        if passage.language != language:
            continue
        for text, topics in zip(passage.sentences, passage.topics, strict=True):
            for key in {(h.phrase.topic, h.phrase.text) for h in matcher.find(text).hits}:
                seen[key] += 1
                right[key] += key[0] in topics
    out = []
    for phrase in matcher.phrases:
        key = (phrase.topic, phrase.text)
        problem, detail = "", ""
        if key in shadows:
            problem, detail = "shadowed", f"by {shadows[key]!r}"
        elif phrase.kind in OVERFIRING_PRECISION:
            if seen[key] >= OVERFIRING_COUNT and right[key] < OVERFIRING_PRECISION[phrase.kind] * seen[key]:
                problem, detail = "over-firing", f"right in {right[key]} of {seen[key]} labelled sentences"
            elif corpus and not counts[key] and not seen[key]:
                problem, detail = "dead", "no match in the corpus"
        out.append(
            PhraseReport(
                topic=phrase.topic,
                phrase=phrase.text,
                kind=str(phrase.kind),
                where=phrase.where,
                count=counts[key],
                labelled=seen[key],
                right=right[key],
                problem=problem,
                detail=detail,
            )
        )
    order = {"shadowed": 0, "over-firing": 1, "dead": 2, "": 3}
    return sorted(out, key=lambda r: (order[r.problem], -r.labelled, -r.count, r.topic, r.phrase))


def evaluate_topics(
    taxonomy: Taxonomy, labelled: Sequence[Passage], settings: TagSettings | None = None, seed: int = 0
) -> Evaluation:
    """Score the tagger on labelled passages. Raises UsageError when there is nothing to score."""
    pairs: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = defaultdict(list)
    sites: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = defaultdict(list)
    for passage in labelled:
        got = tag_texts(passage.sentences, passage.heading, passage.language, taxonomy, settings)
        rows = [(want, frozenset(t.topic for t in given)) for want, given in zip(passage.topics, got, strict=True)]
        pairs[passage.key] += rows
        sites[passage.site or passage.key] += rows
    flat = [row for rows in pairs.values() for row in rows]
    if not flat:
        raise UsageError("no labelled sentence to score. Give JSON lines with `text` and `topics`.")
    measures = measure(flat)
    pages = list(pairs.values())
    rnd = random.Random(seed)
    draws = [f1_scores(measure([r for p in rnd.choices(pages, k=len(pages)) for r in p])) for _ in range(_BOOTSTRAPS)]
    micro, macro = f1_scores(measures)
    bare = [given for want, given in flat if not want]
    return Evaluation(
        sentences=len(flat),
        micro=micro,
        micro_interval=_interval([d[0] for d in draws]),
        macro=macro,
        macro_interval=_interval([d[1] for d in draws]),
        topics=tuple(measures),
        sites=tuple((s, len(rows), f1_scores(measure(rows))[0]) for s, rows in sorted(sites.items())),
        untouched_share=sum(bool(g) for g in bare) / len(bare) if bare else 0.0,
    )


def diff_taxonomies(
    before: Taxonomy, after: Taxonomy, corpus: Iterable[Passage], settings: TagSettings | None = None
) -> Iterator[TopicChange]:
    """Yield each sentence and topic that one taxonomy gives and the other does not, in corpus order."""
    for passage in corpus:
        old = tag_texts(passage.sentences, passage.heading, passage.language, before, settings)
        new = tag_texts(passage.sentences, passage.heading, passage.language, after, settings)
        for text, was, now in zip(passage.sentences, old, new, strict=True):
            had, has = {t.topic: t for t in was}, {t.topic: t for t in now}
            for topic in sorted(had.keys() ^ has.keys()):
                gained = topic in has
                yield TopicChange(passage.key, text, topic, gained, _terms(has[topic] if gained else had[topic]))


def read_labelled(path: str | Path) -> list[Passage]:
    """Read labelled sentences, a JSON object a line: `text`, `topics`, and perhaps `page`, `heading`, `language`.

    Consecutive lines of one page and heading make a passage. Raises UsageError with the line.
    """
    rows = []
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}. Give a file of JSON lines in UTF-8.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text, topics = str(row["text"]), frozenset(str(t) for t in row["topics"])
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{path}:{number}: no JSON object with `text` and `topics` ({error}).") from error
        key = str(row.get("page") or row.get("doc") or "")
        place = (key, row.get("heading"), str(row.get("language") or "en"), str(row.get("site") or ""))
        rows.append((place, text, topics))
    out: list[Passage] = []
    for (key, heading, language, site), found in groupby(rows, key=lambda r: r[0]):
        group = list(found)
        texts, labels = tuple(r[1] for r in group), tuple(r[2] for r in group)
        out.append(Passage(key or f"passage {len(out)}", texts, heading, language, labels, site))
    return out


def measure(rows: Sequence[tuple[frozenset[str], frozenset[str]]]) -> list[TopicMeasure]:
    """Return a measure a topic from pairs of wanted and given topics, sorted by topic."""
    wanted: Counter[str] = Counter()
    given: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for want, got in rows:
        wanted.update(want)
        given.update(got)
        right.update(want & got)
    return [TopicMeasure(t, wanted[t], given[t], right[t]) for t in sorted(wanted.keys() | given.keys())]


def f1_scores(measures: Sequence[TopicMeasure]) -> tuple[float, float]:
    """Return micro F1, and macro F1 over the topics that are wanted at all."""
    total = sum(m.given + m.wanted for m in measures)
    known = [m.f1 for m in measures if m.wanted]
    micro = 2 * sum(m.right for m in measures) / total if total else 0.0
    return micro, sum(known) / len(known) if known else 0.0


def _interval(values: Sequence[float]) -> tuple[float, float]:
    ranked = sorted(values)
    return ranked[int(0.025 * len(ranked))], ranked[int(0.975 * len(ranked)) - 1]


def _terms(score: TopicScore) -> tuple[str, ...]:
    return tuple(dict.fromkeys(e.term for e in score.evidence))
