"""What learned weights promise: sums of integers, words named in reading order, a table that is checked."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.tag import load_weights, near_misses, tag_texts
from pipeline.taxonomy import load_taxonomy
from pipeline.topic_weights import SHORTEST, read_weights, word_form

TABLE = """kind	name	length	energy	history
evidence	bias	0	-200	-300
evidence	energy: strong	0	250	-10
word	oil	10000	1000	0
word	<past>	10000	0	2000
word	old days	40000	0	3000
word	came	10000	10	20
word	crude	10000	1000	0
"""
WEIGHTS = read_weights(TABLE, "en")


def odds(text, evidence=(), weights=WEIGHTS):
    return weights.weigh([evidence], weights.find_words([text]))[0]


def telling(text, topic, most, weights=WEIGHTS):
    return weights.telling_words(text, weights.find_words([text])[0], topic, most)


def test_evidence_adds_up_and_words_share_the_length_of_their_sentence():
    assert odds("") == {"energy": -2.0, "history": -3.0}
    length = 300**0.5
    told = odds("Oil came in 1918", [("phrase", "energy", "strong"), ("phrase", "unheard", "of")])
    assert told == pytest.approx({"energy": 0.5 + 10.1 / length, "history": -3.1 + 20.2 / length})


def test_sentences_weighed_together_have_the_odds_that_they_have_alone():
    texts = ["", "oil", "old days came", "oil"]
    evidence = [(), [("phrase", "energy", "strong")], [("off domain", True)], ()]
    together = WEIGHTS.weigh(evidence, WEIGHTS.find_words(texts))
    assert together == [odds(text, some) for text, some in zip(texts, evidence, strict=True)]
    assert together[1] != together[3]


def test_a_topic_that_the_table_does_not_have_is_given_by_its_phrases(tmp_path):
    path = tmp_path / "my.yml"
    path.write_text(
        "extends: packaged\ntopics:\n- {id: my_own, definition: E}\n"
        "lexicons:\n- language: en\n  topics:\n    my_own: {strong: [frobnication]}\n",
        encoding="utf-8",
    )
    ((own,),) = tag_texts(["They met for frobnication."], taxonomy=load_taxonomy(str(path)))
    assert (own.topic, own.score) == ("my_own", 1.0)


def test_a_longer_sentence_gives_each_word_less():
    short, two, three = (odds(text)["energy"] for text in ("oil", "oil x", "oil in 1918 came"))
    assert short == two == pytest.approx(-2.0 + 10 / SHORTEST**0.5)
    assert three < short


def test_a_word_counts_once_and_a_pair_ends_at_a_comma():
    assert odds("oil") == odds("oil oil")
    assert odds("old days")["history"] > odds("old, days")["history"] == -3.0


def test_telling_words_stand_in_reading_order_and_say_where():
    text = "In 1918 crude came from old\ndays"
    slices = {
        (topic, most): [text[start:end] for start, end in telling(text, topic, most)]
        for topic, most in (("history", 4), ("history", 1), ("energy", 4))
    }
    assert slices == {("history", 4): ["1918", "old\ndays"], ("history", 1): ["old\ndays"], ("energy", 4): ["crude"]}
    assert telling("", "energy", 4) == []


def test_a_table_without_its_header_is_refused():
    with pytest.raises(UsageError, match="header"):
        read_weights("evidence\tbias\t0\t-200\n", "en")


@pytest.mark.parametrize(
    ("token", "form"),
    [("Talks", "talks"), ("1918", "<past>"), ("1990s", "<past>"), ("2024", "<recent>"), ("7.5", "<number>"), (";", "")],
)
def test_a_word_is_known_by_its_form_and_a_number_by_its_kind(token, form):
    assert word_form(token, "en") == form


def test_the_packaged_table_has_a_column_a_topic_and_a_bias():
    taxonomy = load_taxonomy()
    weights = taxonomy.weights("en")
    assert weights is not None
    assert set(weights.of_evidence) == set(weights.of_words) == set(taxonomy.topics)
    assert {len(column) for column in weights.of_evidence.values()} == {len(weights.evidence)}
    assert {len(column) for column in weights.of_words.values()} == {len(weights.words)} == {len(weights.lengths)}
    assert "bias" in weights.evidence


def test_a_language_without_a_table_is_scored_by_its_phrases():
    assert load_taxonomy().weights("fr") is None


def test_a_taxonomy_that_replaces_ours_has_no_learned_weights(tmp_path):
    path = tmp_path / "my.yml"
    path.write_text(
        "topics:\n- {id: energy, definition: E}\nlexicons:\n- language: en\n  topics:\n    energy: {strong: [coal]}\n",
        encoding="utf-8",
    )
    assert load_taxonomy(str(path)).weights("en") is None


@settings(deadline=None)  # the first example compiles the phrases
@given(st.lists(st.sampled_from(["Oil prices rose.", "They met.", "In 1918 the war ended.", "", "x"]), max_size=6))
def test_a_sentence_scores_alike_alone_and_between_two_without_topics(texts):
    for text in texts:
        alone = tag_texts([text])[0]
        assert tag_texts(["It was so.", text, "And then?"])[1] == alone


def test_what_a_passage_is_about_speaks_for_a_topic_and_its_silence_against():
    text = "In 1918 the war ended."

    def score(around):
        given = tag_texts([*around, text, *around])[len(around)]
        return {t.topic: t.score for t in given}["history"]

    quiet = score(["It was so.", "And then?", "He liked it."])
    busy = score(["The Soviet Union fell in 1991.", "It was so.", "The tsar abdicated in 1917."])
    assert quiet < score([]) < busy


def test_words_of_two_or_three_letters_are_weighed_and_not_shown():
    weights = read_weights(TABLE + "word\tat the\t10000\t2000\t0\n", "en")
    assert odds("at the", weights=weights) != odds("at the")
    assert telling("at the", "energy", 4, weights) == []


DULL = ["The cake was in the box.", "We sat down.", "It was late.", "They went home early."]


@pytest.mark.parametrize(
    ("sentence", "others", "cut"),
    [
        ("Voters elected a new parliament in the general election.", DULL, "cut_abroad"),
        ("Voters elected a new parliament in the general election.", DULL[:1], "cut"),
        ("Voters in France elected a new parliament in the general election.", DULL, "cut"),
        (
            "Voters elected a new parliament in the general election.",
            [*DULL[:2], "France imposed sanctions on Iran."],
            "cut",
        ),
    ],
)
def test_a_topic_needs_more_where_nothing_of_the_world_is_near(sentence, others, cut):
    weights = load_weights()
    texts = [sentence, *others]
    found = [*tag_texts(texts)[0], *near_misses(texts)[0]]
    (topic,) = [t for t in found if t.topic == "domestic_politics"]
    odds = math.log(topic.confidence / (1 - topic.confidence))
    assert topic.score == pytest.approx(1 + (odds - weights[f"learned.{cut}"]) / weights["learned.step"], abs=0.1)
