"""Train the learned weights of the English topics on labelled sentences, and say what they are worth.

usage: python benchmarks/train_topics.py GOLD.jsonl [GOLD.jsonl ...] [--half STEM ...] [--plain SENTENCES.txt]
           [--examples benchmarks/topic_examples.jsonl] [--write src/pipeline/resources/taxonomy/learned_en.tsv]

Needs scikit-learn. Every sentence becomes the names of its evidence (`topic_signals.name_evidence`) and its words
and pairs of words. A first logistic regression pools all topics: what a strong phrase, a heading, a neighbour is
worth for any topic. It enters the second, one a topic, as an offset. Both are ridge-regularised; evidence less than
words. Words are kept when they stand on pages of enough sites; names of states and other names are left out, so that
the weights do not learn who was in the news. Printed: micro and macro F1 out of fold, folds by site, beside the
lexicon's score. --half names files (without .jsonl) that count half: those on whose errors the lexicon was widened,
because its phrases look better there than they are, and pages judged off the domain as a whole. --plain takes ordinary
web sentences, one a line: those without a phrase of any topic train as sentences of no topic, and count half too.
Every labelled sentence trains twice, in its passage and alone: without the second a sentence that someone tags by
itself loses .06 of F1, because nothing around it speaks for a topic.
--examples are short sentences written for the guideline's distinctions. They count three times, because without them
long passages of the news teach that a weak word alone gives its topic; they are in every training and in no measure.
The same files, scikit-learn and one thread (OMP_NUM_THREADS=1) give the same table, byte for byte.
"""

import argparse
import hashlib
import random
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from pipeline.tag import load_weights, score_phrases
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
PLAIN, EXAMPLES = "plain", "examples"
EXAMPLE_WEIGHT = 3.0
IN_PASSAGE, ALONE = 0.7, 0.3
"""How much a sentence counts as it stands in its passage, and without heading and neighbours."""
FIELDS = ("names", "words", "truth", "site", "page", "given", "spoken", "source", "weight")
SMALLEST = 2
"""Hundredths of a log odds below which a whole row of evidence is left out."""
TELLING = 6.5
"""Log odds, before a sentence's length divides them, that a word must give or take some topic to be kept, so that the
table stays small. The rest are fitted again without them. Weights are those of a fit carried to 1e-4: at 1e-3 it stops
so early that one more example changes which words are kept."""


class Rows:
    """The labelled sentences as the model sees them."""

    def __init__(self, taxonomy):
        self.taxonomy = taxonomy
        self.topics = tuple(sorted(taxonomy.topics))
        self.names, self.words, self.truth, self.site, self.page, self.given, self.spoken = [], [], [], [], [], [], []
        self.source = []
        self.weight = []
        self.capitals, self.inside = Counter(), Counter()

    def add(self, passages, source, weight):
        weights, matcher = load_weights(), self.taxonomy.matcher(LANGUAGE)
        for passage in passages:
            readings = read_sentences(passage.sentences, passage.heading, matcher)
            given = score_phrases(readings, weights)
            for text, reading, scores, want in zip(passage.sentences, readings, given, passage.topics, strict=True):
                tokens = matcher.coder.token.findall(text)
                self.names.append(set(name_evidence(reading, scores)))
                self.words.append(grams(tokens))
                self.truth.append([t in want for t in self.topics])
                self.given.append([scores.get(t, 0) >= 1 for t in self.topics])
                self.spoken.append([t in reading.signals for t in self.topics])
                self.site.append(passage.site or passage.key)
                self.page.append(passage.key)
                self.source.append(source)
                self.weight.append(weight)
                for token in tokens[1:]:
                    form = word_form(token, LANGUAGE)
                    self.inside[form] += 1
                    self.capitals[form] += token[0].isupper()

    def select(self, keep):
        out = Rows(self.taxonomy)
        for name in FIELDS:
            setattr(out, name, [x for x, k in zip(getattr(self, name), keep, strict=True) if k])
        out.capitals, out.inside = self.capitals, self.inside
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
    known = [sorted(columns[n] for n in names if n in columns) for names in rows.names]
    x = sparse_rows(known, [[1.0] * len(k) for k in known], len(columns))
    known = [sorted(places[w] for w in found if w in places) for found in rows.words]
    lengths = [max(SHORTEST, sum(rare[c] ** 2 for c in k)) ** 0.5 for k in known]
    z = sparse_rows(
        known, [[rare[c] / length for c in k] for k, length in zip(known, lengths, strict=True)], len(places)
    )
    return x, z


def sparse_rows(columns, values, width):
    starts = np.cumsum([0, *map(len, columns)])
    flat = [np.array([v for row in part for v in row]) for part in (values, columns)]
    return sparse.csr_matrix((flat[0].astype(float), flat[1].astype(int), starts), shape=(len(columns), width))


def pooled(name, topic):
    """Return what a piece of evidence of one topic is called when all topics are pooled, "" when it is not its own."""
    kind, _, rest = name.partition(": ")
    if kind == topic:
        return "" if ":" in rest else f"own {rest}"
    if kind == "around":
        return name
    if kind in ("near", "heading", "passage"):
        return f"own {kind}{rest.removeprefix(topic)}" if rest.split(",")[0] == topic else ""
    return name if ":" not in name else ""


def fit(rows, evidence, words):
    """Return the weights: bias, evidence x topic, word x topic."""
    rare = rarity(rows, words)
    x, z = matrix(rows, evidence, words, rare)
    y, weight = np.array(rows.truth, float), np.array(rows.weight)
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
        model = LogisticRegression(C=1, max_iter=500, tol=1e-4).fit(wide, y[:, t], weight)
        first, *rest = model.coef_[0]
        bias[t] = model.intercept_[0] + first * OFFSET_SCALE * shared.intercept_[0]
        of_evidence[:, t] = first * OFFSET_SCALE * offset + np.array(rest[: len(evidence)]) * EVIDENCE_SCALE
        of_words[:, t] = np.array(rest[len(evidence) :]) * WORD_SCALE
    return bias, of_evidence, of_words, rare


def apart(passage):
    """Yield the sentences of a passage without what is around them."""
    for sentence, topics in zip(passage.sentences, passage.topics, strict=True):
        yield replace(passage, sentences=(sentence,), heading=None, topics=(topics,))


def learn(rows, alone):
    """Return the evidence and the telling words, and the model on them."""
    evidence, words = vocabulary(rows)
    rows = join(rows, alone)
    _, _, of_words, rare = fit(rows, evidence, words)
    most = abs(of_words * rare[:, None]).max(axis=1)
    words = [w for w, weight in zip(words, most, strict=True) if weight >= TELLING]
    return evidence, words, fit(rows, evidence, words)


def apply(evidence, words, model, rows):
    bias, of_evidence, of_words, rare = model
    x, z = matrix(rows, evidence, words, rare)
    return 1 / (1 + np.exp(-(bias + x @ of_evidence + z @ of_words)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="+")
    parser.add_argument("--half", nargs="*", default=[], help="names of the files that count half")
    parser.add_argument("--plain", type=Path)
    parser.add_argument("--examples", type=Path)
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    taxonomy = load_taxonomy()
    rows, alone = Rows(taxonomy), Rows(taxonomy)
    for path in args.gold:
        passages, source = read_labelled(path), Path(path).stem
        weight = 0.5 if source in args.half else 1.0
        rows.add(passages, source, weight * IN_PASSAGE)
        alone.add([one for passage in passages for one in apart(passage)], source, weight * ALONE)
    examples, one_by_one = Rows(taxonomy), Rows(taxonomy)
    if args.examples:
        passages = read_labelled(args.examples)
        examples.add(passages, EXAMPLES, EXAMPLE_WEIGHT * IN_PASSAGE)
        one_by_one.add([one for p in passages for one in apart(p)], EXAMPLES, EXAMPLE_WEIGHT * ALONE)
    plain = Rows(taxonomy)
    if args.plain:
        lines = args.plain.read_text(encoding="utf-8").splitlines()
        plain.add(
            [Passage(f"plain {i}", (s,), None, LANGUAGE, (frozenset(),), PLAIN) for i, s in enumerate(lines)],
            PLAIN,
            0.5,
        )
        plain = plain.select([not any(spoken) for spoken in plain.spoken])
    digest = hashlib.sha256(b"".join(Path(p).read_bytes() for p in args.gold)).hexdigest()[:16]
    print(
        f"{len(rows.names)} labelled sentences of {len(set(rows.page))} pages and {len(set(rows.site))} sites, "
        f"{len(plain.names)} plain ones; digest {digest}"
    )
    plain = join(plain, examples)
    fold = np.array([int(hashlib.sha256(("x" + s).encode()).hexdigest(), 16) % FOLDS for s in rows.site])
    chance = np.zeros((len(rows.names), len(rows.topics)))
    for part in range(FOLDS):
        train = join(rows.select(fold != part), plain)
        by_itself = join(alone.select(fold != part), one_by_one)
        test = rows.select(fold == part)
        chance[fold == part] = apply(*learn(train, by_itself), test)
    chance[~np.array(rows.spoken)] = 0  # as the tagger: no topic without a phrase
    compare(rows, chance)
    if args.write:
        train = join(rows, plain)
        write(args.write, rows.topics, *learn(train, join(alone, one_by_one)))


def join(rows, more):
    out = rows.select([True] * len(rows.names))
    for name in FIELDS:
        setattr(out, name, getattr(out, name) + getattr(more, name))
    return out


def compare(rows, chance) -> None:
    truth, given = np.array(rows.truth), np.array(rows.given)
    source = np.array(rows.source)
    groups = [("all", source != "")] + [(s, source == s) for s in sorted(set(rows.source))]
    for name, here in groups:
        print(f"{name:14s} lexicon {line(truth[here], given[here])}")
        for cut in (0.2, 0.25, 0.3, 0.4):
            print(f"{'':14s} p>={cut:.2f} {line(truth[here], chance[here] >= cut)}")
    cut = 1 / (1 + np.exp(-load_weights()["learned.cut"]))
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
    print(f"gain in micro F1 at {cut:.2f}: {gains[10]:+.3f} to {gains[-11]:+.3f} (95 %, by page)")


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
