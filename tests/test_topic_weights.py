"""What learned weights promise: sums of integers, words named in reading order, a table that is checked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.tag import tag_texts
from pipeline.taxonomy import load_taxonomy
from pipeline.topic_weights import SHORTEST, read_weights, word_form

TABLE = """kind	name	length	energy	history
evidence	bias	0	-200	-300
evidence	energy: strong	0	250	-10
word	oil	10000	1000	0
word	<past>	10000	0	2000
word	old days	40000	0	3000
word	came	10000	10	20
"""
WEIGHTS = read_weights(TABLE, "en")


def test_evidence_adds_up_and_words_share_the_length_of_their_sentence():
    (plain, told) = WEIGHTS.weigh([[], ["energy: strong", "unheard of"]], [[], ["Oil", "came", "in", "1918"]])
    assert plain == [-2.0, -3.0]
    length = 300**0.5
    assert told == pytest.approx([0.5 + 10.1 / length, -3.1 + 20.2 / length])


def test_a_longer_sentence_gives_each_word_less():
    short, two, three = (
        WEIGHTS.weigh([[]], [words])[0][0] for words in (["oil"], ["oil", "x"], ["oil", "in", "1918", "came"])
    )
    assert short == two == pytest.approx(-2.0 + 10 / SHORTEST**0.5)
    assert three < short


def test_a_word_counts_once_and_a_pair_ends_at_a_comma():
    (once, twice) = WEIGHTS.weigh([[], []], [["oil"], ["oil", "oil"]])
    assert once == twice
    (pair, apart) = WEIGHTS.weigh([[], []], [["old", "days"], ["old", ",", "days"]])
    assert pair[1] > apart[1] == -3.0


def test_telling_words_stand_in_reading_order_and_say_where():
    tokens = ["In", "1918", "oil", "came", "from", "old", "days"]
    assert WEIGHTS.telling_words(tokens, "history", 4) == [(1, 1), (5, 6)]
    assert WEIGHTS.telling_words(tokens, "history", 1) == [(5, 6)]
    assert WEIGHTS.telling_words(tokens, "energy", 4) == [(2, 2)]
    assert WEIGHTS.telling_words([], "energy", 4) == []


def test_no_sentences_have_no_log_odds():
    assert WEIGHTS.weigh([], []) == []


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
    assert set(weights.topics) == set(taxonomy.topics)
    assert weights.table.shape == (len(weights.evidence) + len(weights.words) + 1, len(weights.topics) + 1)
    assert not weights.table[-1].any()
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


@given(st.lists(st.sampled_from(["Oil prices rose.", "They met.", "In 1918 the war ended.", "", "x"]), max_size=6))
def test_a_sentence_scores_alike_alone_and_among_others_without_topics(texts):
    filler = ["It was so.", "And then?"]
    for text in texts:
        alone = tag_texts([text])[0]
        assert tag_texts([*filler, text, *filler])[2] == alone
