"""Train the learned weights of the English topics on labelled sentences, and say what they are worth.

usage: python benchmarks/train_topics.py GOLD.jsonl [GOLD.jsonl ...] [--read STEM ...] [--plain SENTENCES.txt]
           [--write src/pipeline/resources/taxonomy/learned_en.tsv]

Needs scikit-learn. Every sentence becomes the names of its evidence (`topic_signals.name_evidence`) and its words
and pairs of words. A first logistic regression pools all topics: what a strong phrase, a heading, a neighbour is
worth for any topic. It enters the second, one a topic, as an offset. Both are ridge-regularised; evidence less than
words. Words are kept when they stand on pages of enough sites; names of states and other names are left out, so that
the weights do not learn who was in the news. Printed: micro and macro F1 out of fold, folds by site, beside the
lexicon's score. --plain takes ordinary web sentences, one a line: those without a phrase of any topic train as
sentences of no topic.
"""

import argparse
import hashlib
import random
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from pipeline.tag import load_weights, score_signal
from pipeline.taxonomy import load_taxonomy
from pipeline.topic_signals import name_evidence, read_sentences
from pipeline.topic_tools import Passage, f1_scores, measure, read_labelled
from pipeline.topic_weights import BIAS, EVIDENCE, SHORTEST, WORD, word_form

FOLDS = 5
LANGUAGE = "en"
EVIDENCE_SCALE, WORD_SCALE, OFFSET_SCALE = 0.3, 3.0, 3.0
"""Larger scales are regularised less."""
FEWEST_SENTENCES, FEWEST_SITES = 5, 4
CAPITALISED = 0.7
"""Share of its occurrences inside a sentence that make a capitalised word a name."""
READ_WEIGHT, PLAIN_WEIGHT = 0.5, 0.5
"""Sentences on whose errors the lexicon was widened count less: its phrases look better there than they are."""
SMALLEST = 2
"""Hundredths of a log odds below which a whole row is left out."""


class Rows:
    """The labelled sentences as the model sees them."""

    def __init__(self, taxonomy):
        self.taxonomy = taxonomy
        self.topics = tuple(sorted(taxonomy.topics))
        self.names, self.words, self.truth, self.site, self.page, self.given, self.spoken = [], [], [], [], [], [], []
        self.source = []
        self.read = frozenset()
        self.capitals, self.inside = Counter(), Counter()

    def add(self, passages, source):
        weights, matcher = load_weights(), self.taxonomy.matcher(LANGUAGE)
        for passage in passages:
            readings = read_sentences(passage.sentences, passage.heading, matcher)
            for reading, want in zip(readings, passage.topics, strict=True):
                scores = {t: score_signal(s, weights) for t, s in reading.signals.items()}
                self.names.append(set(name_evidence(reading, scores)))
                self.words.append(grams(reading.tokens))
                self.truth.append([t in want for t in self.topics])
                self.given.append([scores.get(t, 0) >= 1 for t in self.topics])
                self.spoken.append([t in reading.signals for t in self.topics])
                self.site.append(passage.site or passage.key)
                self.page.append(passage.key)
                self.source.append(source)
                for token in reading.tokens[1:]:
                    form = word_form(token, LANGUAGE)
                    self.inside[form] += 1
                    self.capitals[form] += token[0].isupper()

    def weight(self):
        """Return how much each sentence counts in training."""
        return np.array([READ_WEIGHT if s in self.read else PLAIN_WEIGHT if s == "plain" else 1.0 for s in self.source])

    def select(self, keep):
        out = Rows(self.taxonomy)
        for name in ("names", "words", "truth", "site", "page", "given", "spoken", "source"):
            setattr(out, name, [x for x, k in zip(getattr(self, name), keep, strict=True) if k])
        out.capitals, out.inside, out.read = self.capitals, self.inside, self.read
        return out


def grams(tokens):
    forms = [word_form(t, LANGUAGE) for t in tokens]
    return {f for f in forms if f} | {f"{a} {b}" for a, b in pairwise(forms) if a and b}


def vocabulary(rows):
    """Return the evidence and the words that are kept, each with its column."""
    seen = Counter(n for names in rows.names for n in names)
    evidence = sorted(n for n, count in seen.items() if count >= FEWEST_SENTENCES)
    states = {word_form(w, LANGUAGE) for m in rows.taxonomy.lexicon(LANGUAGE).classes["state"] for w in m.split()}
    count, sites = Counter(), defaultdict(set)
    for words, site in zip(rows.words, rows.site, strict=True):
        count.update(words)
        for word in words:
            sites[word].add(site)

    def common(form):
        return form not in states and rows.capitals[form] <= CAPITALISED * max(1, rows.inside[form])

    words = sorted(
        w
        for w, c in count.items()
        if c >= FEWEST_SENTENCES and len(sites[w]) >= FEWEST_SITES and all(common(p) for p in w.split())
    )
    return evidence, words


def rarity(rows, words):
    """Return how rare each word is: 1 for one in every sentence."""
    count = Counter(w for found in rows.words for w in found)
    return np.array([1 + np.log((1 + len(rows.words)) / (1 + count[w])) for w in words])


def matrix(rows, evidence, words, rare):
    columns = {n: i for i, n in enumerate(evidence)}
    places = {w: i for i, w in enumerate(words)}
    x = sparse.lil_matrix((len(rows.names), len(columns)))
    z = sparse.lil_matrix((len(rows.names), len(places)))
    for i, (names, found) in enumerate(zip(rows.names, rows.words, strict=True)):
        for n in names:
            if n in columns:
                x[i, columns[n]] = 1
        known = [places[w] for w in found if w in places]
        length = max(SHORTEST, sum(rare[c] ** 2 for c in known)) ** 0.5
        for c in known:
            z[i, c] = rare[c] / length
    return x.tocsr(), z.tocsr()


def pooled(name, topic):
    """Return what a piece of evidence of one topic is called when all topics are pooled, "" when it is not its own."""
    kind, _, rest = name.partition(": ")
    if kind == topic:
        return "" if ":" in rest else f"own {rest}"
    if kind in ("near", "heading"):
        return f"own {kind}{rest.removeprefix(topic)}" if rest.split(",")[0] == topic else ""
    return name if ":" not in name else ""


def fit(rows, evidence, words):
    """Return the weights: bias, evidence x topic, word x topic."""
    rare = rarity(rows, words)
    x, z = matrix(rows, evidence, words, rare)
    y, weight = np.array(rows.truth, float), rows.weight()
    own = [[pooled(n, t) for n in evidence] for t in rows.topics]
    common = sorted({n for names in own for n in names if n})
    place = {n: i for i, n in enumerate(common)}
    maps = []
    for names in own:
        m = sparse.lil_matrix((len(evidence), len(common)))
        for i, n in enumerate(names):
            if n:
                m[i, place[n]] = 1
        maps.append(m.tocsr())
    shared = LogisticRegression(C=1, max_iter=1000)
    shared.fit(sparse.vstack([x @ m for m in maps]).tocsr(), y.T.ravel(), np.tile(weight, len(maps)))
    bias = np.zeros(len(rows.topics))
    of_evidence = np.zeros((len(evidence), len(rows.topics)))
    of_words = np.zeros((len(words), len(rows.topics)))
    for t in range(len(rows.topics)):
        offset = maps[t] @ shared.coef_[0]
        first = sparse.csr_matrix((x @ offset + shared.intercept_[0])[:, None])
        wide = sparse.hstack([first * OFFSET_SCALE, x * EVIDENCE_SCALE, z * WORD_SCALE]).tocsr()
        model = LogisticRegression(C=1, max_iter=500, tol=1e-3).fit(wide, y[:, t], weight)
        first, *rest = model.coef_[0]
        bias[t] = model.intercept_[0] + first * OFFSET_SCALE * shared.intercept_[0]
        of_evidence[:, t] = first * OFFSET_SCALE * offset + np.array(rest[: len(evidence)]) * EVIDENCE_SCALE
        of_words[:, t] = np.array(rest[len(evidence) :]) * WORD_SCALE
    return bias, of_evidence, of_words, rare


def apply(model, rows, evidence, words):
    bias, of_evidence, of_words, rare = model
    x, z = matrix(rows, evidence, words, rare)
    return 1 / (1 + np.exp(-(bias + x @ of_evidence + z @ of_words)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="+")
    parser.add_argument("--read", nargs="*", default=[], help="stems of the files whose errors were read")
    parser.add_argument("--plain", type=Path)
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    taxonomy = load_taxonomy()
    rows = Rows(taxonomy)
    rows.read = frozenset(args.read)
    for path in args.gold:
        rows.add(read_labelled(path), Path(path).stem)
    plain = Rows(taxonomy)
    if args.plain:
        lines = args.plain.read_text(encoding="utf-8").splitlines()
        plain.add(
            [Passage(f"plain {i}", (s,), None, LANGUAGE, (frozenset(),), "plain") for i, s in enumerate(lines)], "plain"
        )
        plain = plain.select([not any(": " in n for n in names) for names in plain.names])
    digest = hashlib.sha256(b"".join(Path(p).read_bytes() for p in args.gold)).hexdigest()[:16]
    print(
        f"{len(rows.names)} labelled sentences of {len(set(rows.page))} pages and {len(set(rows.site))} sites, "
        f"{len(plain.names)} plain ones; digest {digest}"
    )
    fold = np.array([int(hashlib.sha256(("x" + s).encode()).hexdigest(), 16) % FOLDS for s in rows.site])
    chance = np.zeros((len(rows.names), len(rows.topics)))
    for part in range(FOLDS):
        train = join(rows.select(fold != part), plain)
        evidence, words = vocabulary(train)
        test = rows.select(fold == part)
        chance[fold == part] = apply(fit(train, evidence, words), test, evidence, words)
    chance[~np.array(rows.spoken)] = 0  # as the tagger: no topic without a phrase
    compare(rows, chance)
    if args.write:
        train = join(rows, plain)
        evidence, words = vocabulary(train)
        write(args.write, rows.topics, evidence, words, fit(train, evidence, words))


def join(rows, plain):
    out = rows.select([True] * len(rows.names))
    for name in ("names", "words", "truth", "site", "page", "given", "spoken", "source"):
        setattr(out, name, getattr(out, name) + getattr(plain, name))
    return out


def compare(rows, chance) -> None:
    truth, given = np.array(rows.truth), np.array(rows.given)
    source = np.array(rows.source)
    groups = [("all", source != "")] + [(s, source == s) for s in sorted(set(rows.source))]
    for name, here in groups:
        print(f"{name:14s} lexicon {line(truth[here], given[here])}")
        for cut in (0.3, 0.35, 0.4, 0.45):
            print(f"{'':14s} p>={cut:.2f} {line(truth[here], chance[here] >= cut)}")
    cut = 0.35
    for t, topic in enumerate(rows.topics):
        (a,), (b,) = ([measure(pairs(truth[:, [t]], g[:, [t]]))] for g in (given, chance >= cut))
        print(
            f"  {topic:26s} lexicon {a[0].f1:.2f}  learned P {b[0].precision:.2f} R {b[0].recall:.2f} "
            f"F {b[0].f1:.2f} ({b[0].wanted})"
        )
    pages = defaultdict(list)
    for i, page in enumerate(rows.page):
        pages[page].append(i)
    rnd, gains = random.Random(0), []
    for _ in range(400):
        some = [i for p in rnd.choices(list(pages.values()), k=len(pages)) for i in p]
        gains.append(micro(truth[some], (chance >= cut)[some]) - micro(truth[some], given[some]))
    gains.sort()
    print(f"gain in micro F1 at {cut}: {gains[10]:+.3f} to {gains[-11]:+.3f} (95 %, by page)")


def micro(truth, given):
    return 2 * (truth & given).sum() / (truth.sum() + given.sum())


def pairs(truth, given):
    names = [str(i) for i in range(truth.shape[1])]
    sets = [[frozenset(n for n, x in zip(names, row, strict=True) if x) for row in m] for m in (truth, given)]
    return list(zip(*sets, strict=True))


def line(truth, given):
    micro_f1, macro_f1 = f1_scores(measure(pairs(truth, given)))
    bare = ~truth.any(axis=1)
    return f"micro {micro_f1:.3f} macro {macro_f1:.3f} of topicless {given[bare].any(axis=1).mean():.1%}"


def write(path, topics, evidence, words, model) -> None:
    bias, of_evidence, of_words, rare = model
    lines = ["\t".join(("kind", "name", "length", *topics)), row(EVIDENCE, BIAS, 0, bias)]
    lines += [
        row(EVIDENCE, n, 0, w) for n, w in zip(evidence, of_evidence, strict=True) if abs(w).max() >= SMALLEST / 100
    ]
    # A word adds to its sentence's length, so a known word stays even where its weights are small.
    lines += [row(WORD, n, r * r, w * r) for n, r, w in zip(words, rare, of_words, strict=True)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path}: {len(lines) - 1} rows, {path.stat().st_size // 1024} KB")


def row(kind, name, length, weights):
    return "\t".join((kind, name, *(str(round(100 * float(x))) for x in (length, *weights))))


if __name__ == "__main__":
    main()
