"""What tagging promises: no tag without words, words where they are said to be, nothing from metaphors."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import TagSettings
from pipeline.tag import has_lexicon, near_misses, tag_texts
from pipeline.taxonomy import load_taxonomy
from pipeline.topic_tools import Passage, diff_taxonomies, evaluate_topics, lint_phrases, read_labelled

CASES = Path(__file__).parent / "cases"
SINGLE = json.loads((CASES / "tag.json").read_text(encoding="utf-8"))
PAGES = json.loads((CASES / "tag_languages.json").read_text(encoding="utf-8"))
SENTENCES = [(p["language"], text, topics) for p in PAGES for text, topics in p["page"]]
MISSES = [(p["language"], text, topics) for p in PAGES for text, topics in p.get("misses", [])]


def topics_of(text, heading=None, language="en"):
    return {t.topic for t in tag_texts([text], heading, language)[0]}


@pytest.mark.parametrize("case", SINGLE, ids=lambda c: c["why"])
def test_a_sentence_gets_its_topics_and_not_their_look_alikes(case):
    got = topics_of(case["text"])
    assert set(case["has"]) <= got
    assert not set(case["not"]) & got


@pytest.mark.parametrize(("language", "text", "topics"), SENTENCES)
def test_every_topic_is_found_in_every_language(language, text, topics):
    assert topics_of(text, language=language) == set(topics)


@pytest.mark.parametrize(("language", "text", "topics"), MISSES)
def test_a_known_miss_is_still_missed(language, text, topics):
    assert topics_of(text, language=language) != set(topics), "it passes now: move it into the page"


@pytest.mark.parametrize(("language", "text", "topics"), SENTENCES)
def test_evidence_is_a_slice_of_its_sentence(language, text, topics):
    for given_topic in tag_texts([text], None, language)[0]:
        assert given_topic.evidence
        for e in given_topic.evidence:
            assert " ".join(text[e.start : e.end].split()) == e.term != ""


def test_topics_are_sorted_and_scored_at_or_above_the_threshold():
    (topics,) = tag_texts(["The central bank and the gas company discussed sanctions and trade."])
    assert [t.topic for t in topics] == sorted(t.topic for t in topics)
    assert len(topics) >= 3
    assert all(t.score >= TagSettings().threshold and 0 < t.confidence < 1 for t in topics)


def test_a_language_without_lexicon_says_so():
    assert not has_lexicon("sw")
    assert tag_texts(["Vita vimeisha."], None, "sw") == [[]]
    assert has_lexicon("en")


def test_a_weak_word_needs_support_from_heading_or_neighbours():
    text = "Ships and vessels waited."
    assert "transport_infrastructure" not in topics_of(text)
    assert "transport_infrastructure" in topics_of(text, heading="Shipping through the Suez Canal")


def test_a_topic_with_too_little_evidence_is_a_near_miss():
    text = "Ships waited off Iran."
    assert topics_of(text) == set()
    (missed,) = near_misses([text])
    assert [(t.topic, [e.term for e in t.evidence]) for t in missed] == [("transport_infrastructure", ["Ships"])]


@pytest.mark.parametrize(
    ("language", "text", "topic"),
    [
        ("tr", "1842'de İngiltere limana asker çıkardı.", "history"),
        ("tr", "AKP'nin adayı kazandı.", "domestic_politics"),
        ("tr", "Köyün elektriği yok.", "energy"),
        ("fa", "ایران در سال ۱۳۲۰ اشغال شد.", "history"),
        ("fa", "در سال ۱۹۴۵ شوروی از ایران رفت.", "history"),
        ("he", 'ההודעה נמסרה בצה"ל.', "defence"),
        ("he", "הם דנו בהסכמי השלום.", "diplomacy"),
        ("he", "הם ביטלו את הסנקציות.", "sanctions"),
        ("az", "Ölkənin NATO-ya üzvlüyü gecikir.", "multilateral"),
        ("hy", "Բանակցություններից հետո լռեցին։", "diplomacy"),
        ("fr", "Le sommet de l'ONU a duré deux jours.", "multilateral"),
        ("it", "L’esito dell’incontro dipende dall’embargo.", "sanctions"),
        ("pt", "As sanções foram adiadas.", "sanctions"),
        ("pl", "O rakietach mówiono długo.", "defence"),
        ("pl", "Po serii bombardowań zapadła cisza.", "conflict_security"),
        ("pl", "Podatek bankowy wzrośnie.", "payments_finance"),
        ("nl", "De gasleidingen zijn leeg.", "energy"),
        ("ro", "Sanctiunile au fost amanate.", "sanctions"),
        ("ro", "Ambasadorii Franţei au negociat o zi întreagă.", "diplomacy"),
        ("ro", "Războaiele au lăsat urme.", "conflict_security"),
        ("id", "Sanksinya diperpanjang.", "sanctions"),
        ("id", "Menteri-menteri ASEAN bersidang dalam KTT.", "multilateral"),
        ("ja", "同国はＮＡＴＯに加盟した。", "multilateral"),
        ("ja", "ドル建ての債券が売られた。", "payments_finance"),
        ("ja", "日韓は１９６５年に国交を結び、その１９６５年代の話をした。", "history"),
        ("ja", "サイバー攻撃が相次いだ。", "terrorism_cyber"),
        ("ko", "이 나라는 NATO에 가입했다.", "multilateral"),
        ("ko", "20세기의 일이다.", "history"),
        ("ko", "경제협력에 합의했다.", "trade_economy"),
        ("ko", "美中의 양국 관계는 차갑다.", "geopolitics"),
        ("el", "ΝΕΕΣ ΚΥΡΩΣΕΙΣ ΚΑΤΑ ΤΗΣ ΜΟΣΧΑΣ", "sanctions"),
        ("hi", "इन प्रतिबन्धों का असर दिखा।", "sanctions"),
        ("hi", "सेना ने मिसाइलें तैनात कीं।", "defence"),
        ("sr", "Санкције су продужене.", "sanctions"),
        ("sr", "Sledi zajednicka vezba sa tenkovima.", "defence"),
        ("sr", "O вежби НАТО-а није било речи на самиту БРИКС-а.", "multilateral"),
        ("cs", "O sankcích se mluvilo dlouho.", "sanctions"),
        ("bg", "Войниците напуснаха базата.", "defence"),
        ("ka", "სანქციებისთვის ყველა მზად იყო.", "sanctions"),
    ],
)
def test_years_names_and_stems_are_read_with_their_endings_and_digits(language, text, topic):
    assert topic in topics_of(text, language=language)


def test_countries_are_no_tsars_and_a_month_is_no_moon():
    assert topics_of("Două țări mici au iarnă blândă.", language="ro") == set()
    assert topics_of("Luna trecută a plouat.", language="ro") == set()


def test_a_run_of_katakana_is_one_word():
    assert topics_of("アイドルはハンドルを回し、スパイスとステロイドの話をした。", language="ja") == set()


def test_a_visitor_is_no_visit():
    assert topics_of("Այցելուները դիտեցին հին գորգերը։", language="hy") == set()


def test_an_ending_written_apart_belongs_to_the_word_before_it():
    text = "تحریم های نفتی ادامه دارد."
    found = [e for t in tag_texts([text], language="fa")[0] for e in t.evidence if t.topic == "sanctions"]
    assert found and text[found[0].start : found[0].end].startswith("تحریم های")


def test_a_recent_solar_year_is_not_history():
    assert "history" not in topics_of("ایران در سال ۱۴۰۲ به این سازمان پیوست.", language="fa")


def test_a_gap_skips_words_but_no_end_of_a_clause(tmp_path):
    path = tmp_path / "my.yml"
    path.write_text(
        "topics:\n- {id: pacts, definition: Pacts.}\nlexicons:\n- language: en\n  topics:\n"
        "    pacts: {strong: [sign% .. agreement|accord]}\n",
        encoding="utf-8",
    )
    taxonomy = load_taxonomy(str(path))
    over, beside, across = tag_texts(
        [
            "They signed a landmark ten-year agreement.",
            "They signed, after weeks, an accord with Iran.",
            "They signed. The agreement of minds came later.",
        ],
        taxonomy=taxonomy,
    )
    assert [e.term for t in over for e in t.evidence] == ["signed a landmark ten-year agreement"]
    assert [e.term for t in beside for e in t.evidence] == ["signed, after weeks, an accord"]
    assert across == []


def test_a_number_of_soldiers_is_no_year():
    assert "history" not in topics_of("Türkiye 1500 asker gönderdi.", language="tr")


def test_a_higher_threshold_gives_fewer_topics():
    text = "Shelling broke the ceasefire, and inflation fell."
    low = tag_texts([text])[0]
    high = tag_texts([text], settings=TagSettings(threshold=2.0))[0]
    assert {t.topic for t in high} < {t.topic for t in low}


@given(st.lists(st.text(max_size=60), max_size=4), st.sampled_from(load_taxonomy().languages))
def test_any_text_is_tagged_without_error_and_evidence_stays_inside(sentences, language):
    for text, topics in zip(sentences, tag_texts(sentences, None, language), strict=True):
        for topic in topics:
            assert all(0 <= e.start < e.end <= len(text) for e in topic.evidence)


def test_learned_words_are_named_where_phrases_alone_would_not_give_the_topic():
    (topics,) = tag_texts(["They met in the capital and agreed to continue their talks next month."])
    learned = [e for t in topics for e in t.evidence if e.rule == "learned:word"]
    assert [t.topic for t in topics] == ["diplomacy"]
    assert all(e.term for e in learned)


@pytest.mark.parametrize("topic", ["diplomacy", "history", "technology"])
def test_a_phrase_of_a_users_own_gives_its_topic_whatever_the_learned_weights_say(tmp_path, topic):
    path = tmp_path / "my.yml"
    path.write_text(
        f"extends: packaged\nlexicons:\n- language: en\n  topics:\n    {topic}: {{strong: [grey pebbles]}}\n",
        encoding="utf-8",
    )
    text = "The children put grey pebbles on the wall."
    (topics,) = tag_texts([text], taxonomy=load_taxonomy(str(path)))
    assert topics_of(text) == set()
    assert [t.topic for t in topics] == [topic]
    assert topics[0].score >= 1
    assert "grey pebbles" in [e.term for e in topics[0].evidence]


@given(st.text(alphabet=" \t\n\u00a0\u2009", min_size=1, max_size=5))
def test_white_space_between_words_does_not_matter(space):
    text = f"The{space}central{space}bank{space}cut{space}its{space}interest{space}rate."
    assert topics_of(text) == {"payments_finance"}


def test_padding_a_sentence_moves_its_evidence_and_nothing_else():
    text = "Inspectors found enriched uranium."
    (bare,), (padded,) = tag_texts([text]), tag_texts([f"\n «  {text}"])
    assert [t.topic for t in bare] == [t.topic for t in padded]
    assert [(e.start + 5, e.end + 5) for t in bare for e in t.evidence] == [
        (e.start, e.end) for t in padded for e in t.evidence
    ]


def test_a_long_hostile_text_is_read_to_its_end():
    for piece in ("A. ", "a'b'", "the ", "war of ", "1", "\u200c\u00ad", "sign "):
        ((*_, last),) = tag_texts([piece * 20_000 + " . The embargo holds."])
        assert last.topic == "sanctions"


PASSAGES = [
    Passage("one", ("The embargo holds.", "They met."), None, "en", (frozenset({"sanctions"}), frozenset()), "a.org"),
    Passage("two", ("Oil is dear.",), None, "en", (frozenset({"nuclear"}),), "b.org"),
]


def test_evaluation_counts_right_given_and_wanted():
    e = evaluate_topics(load_taxonomy(), PASSAGES)
    assert e.sentences == 3
    assert [(m.topic, m.wanted, m.given, m.right) for m in e.topics] == [
        ("energy", 0, 1, 0),
        ("nuclear", 1, 0, 0),
        ("sanctions", 1, 1, 1),
    ]
    assert e.micro == 0.5
    assert e.macro == 0.5
    assert e.sites == (("a.org", 2, 1.0), ("b.org", 1, 0.0))


def test_lint_finds_the_dead_and_the_over_firing():
    labelled = [Passage(str(i), ("Oil is dear.",), None, "en", (frozenset(),)) for i in range(3)]
    reports = {(r.topic, r.phrase): r for r in lint_phrases(load_taxonomy(), "en", PASSAGES, labelled)}
    assert reports[("energy", "oil")].problem == "over-firing"
    assert reports[("energy", "oil")].count == 1
    assert reports[("sanctions", "embargo")].problem == ""
    assert reports[("nuclear", "plutonium")].problem == "dead"


def test_diff_names_the_sentence_the_topic_and_the_phrase(tmp_path):
    path = tmp_path / "my.yml"
    path.write_text(
        "extends: packaged\nlexicons:\n- language: en\n  topics:\n    diplomacy: {strong: [they met]}\n",
        encoding="utf-8",
    )
    changes = list(diff_taxonomies(load_taxonomy(), load_taxonomy(str(path)), PASSAGES))
    assert [(c.sentence, c.topic, c.gained, c.terms) for c in changes] == [
        ("They met.", "diplomacy", True, ("They met",))
    ]


def test_labelled_lines_are_read_by_page_and_heading(tmp_path):
    path = tmp_path / "gold.jsonl"
    rows = [
        {"page": "p", "heading": "H", "text": "One.", "topics": ["energy"]},
        {"page": "p", "heading": "H", "text": "Two.", "topics": []},
        {"page": "q", "heading": None, "text": "Three.", "topics": [], "language": "de"},
    ]
    path.write_text("\n".join(json.dumps(r) for r in rows), encoding="utf-8")
    first, second = read_labelled(path)
    assert (first.key, first.heading, first.sentences) == ("p", "H", ("One.", "Two."))
    assert (second.language, second.topics) == ("de", (frozenset(),))
