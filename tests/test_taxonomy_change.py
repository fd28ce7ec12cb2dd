"""What is not touched by a change of the taxonomy has the same tags under both: random lexicons, random texts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from pipeline.tag import tag_texts
from pipeline.taxonomy import Taxonomy, read_taxonomy
from pipeline.taxonomy_change import TaxonomyChange, _Touching

TOPICS = "topics: [{id: a, definition: A}, {id: b, definition: B}]"
WORDS = {
    "en": ("oil", "oils", "price", "prices", "sign", "signed", "UN", "un", "talk", "talks", "iraq", "no", "2024", "is"),
    "ru": (
        "санкци~",
        "санкции",
        "санкций",
        "нефт~~",
        "нефть",
        "нефтяной",
        "порт",
        "порта",
        "рост",
        "~~рост",
        "экспорт",
    ),
    "tr": ("elektrik~", "elektrik", "elektriği", "barış~", "barışları", "anlaşma", "anlaşma~", "TBMM", "1842'de"),
    "de": ("~~krieg", "krieg", "bürgerkrieg", "kriegs~", "kriegsende", "öl~~", "ölpreis", "öl", "preis"),
    "ar": ("النفط", "نفط", "والنفط", "سلام~", "سلام", "السلام", "وسلام", "حرب"),
    "fa": ("جنگ", "جنگ~", "نفت", "نفت~", "جنگها", "صلح"),
    "zh": ("石油", "石", "油价", "油", "战争", "战"),
}
ENDINGS = {"ru": ["и", "й", "а", "ь"], "tr": ["i", "ı", "lar", "ler"], "de": ["s", "es", "en"], "fa": ["ها"]}
"""What a lexicon of a language lists; Turkish piles them up."""
KINDS = ("strong", "weak", "context", "off", "not")


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, str, str, list[str], str]:
    """A language, two taxonomies in it that share most, sentences of its words, and a heading."""
    language = draw(st.sampled_from(sorted(WORDS)))
    word = st.sampled_from(WORDS[language])
    stem = word.map(lambda w: w if "~" in w or language != "en" else f"{w}%")
    phrase = st.one_of(
        st.lists(word, min_size=1, max_size=2).map(" ".join),
        st.tuples(stem, word).map(" .. ".join),
        st.tuples(word, st.just("<state>")).map(" ".join),
        st.tuples(word, st.just("<kin>")).map(" & ".join),
    )
    entry = st.tuples(st.sampled_from(["a", "b", "exclude", "mute", "off_domain"]), st.sampled_from(KINDS), phrase)
    shared = draw(st.lists(entry, min_size=1, max_size=6))
    members = st.lists(word.filter(lambda w: "~" not in w), min_size=1, max_size=2, unique=True)
    classes = draw(members), draw(members)
    sides = []
    for own in (draw(st.lists(entry, max_size=2)), draw(st.lists(entry, max_size=2))):
        changed = (draw(members), classes[1]) if draw(st.integers(0, 3)) == 0 else classes
        sides.append(written(language, [*shared, *own], changed))
    text = st.lists(st.sampled_from([w.strip("~") for w in WORDS[language]] + ["other", "ها", ",", "."]), max_size=7)
    join = "" if language == "zh" else " "
    sentences = draw(st.lists(text.map(join.join), min_size=1, max_size=4))
    return language, sides[0], sides[1], sentences, draw(text.map(join.join))


def written(language: str, entries: Sequence[tuple[str, str, str]], classes: tuple[list[str], list[str]]) -> str:
    """Write a taxonomy of these entries; each phrase once, for what stands twice is refused."""
    phrases = dict.fromkeys((where, kind, text) for where, kind, text in entries)
    seen: set[tuple[str, str]] = set()
    lexicon: dict[str, object] = {"language": language, "classes": {"state": classes[0], "kin": classes[1]}}
    topics: dict[str, dict[str, list[str]]] = {"a": {"strong": ["aaa"]}, "b": {"strong": ["bbb"]}}
    for where, kind, text in phrases:
        if (where, text) in seen:
            continue
        seen.add((where, text))
        if where in topics:
            topics[where].setdefault(kind, []).append(text)
        else:
            lexicon.setdefault(where, []).append(text)  # type: ignore[attr-defined]
    if language in ENDINGS:
        lexicon |= {"endings": ENDINGS[language], "chain": str(language == "tr").lower()}
    return json.dumps({**lexicon, "topics": topics}, ensure_ascii=False)


def lexicon_of(language: str, text: str) -> Taxonomy:
    return read_taxonomy({"topics.yml": TOPICS, f"{language}/words.yml": text}, None)


@settings(max_examples=80, deadline=None)
@given(edit=edits())
def test_a_text_that_a_change_does_not_touch_keeps_its_tags(edit: tuple[str, str, str, list[str], str]) -> None:
    language, before, after, sentences, heading = edit
    old, new = (lexicon_of(language, text) for text in (before, after))
    if not TaxonomyChange(old, new).touches(language, [*sentences, heading]):
        event("not touched")
        assert tag_texts(sentences, heading, language, old) == tag_texts(sentences, heading, language, new)


LETTERS = ("", "s", "ed", "oil", "UN", "Un", "kriegs", "neft", "2024", "1842", "is", "A", "pri", "ce", "x", "ä", "'s")


@settings(max_examples=80, deadline=None)
@given(edit=edits(), words=st.lists(st.lists(st.sampled_from(LETTERS), max_size=3).map("".join), max_size=8))
def test_how_a_word_begins_is_enough_to_pass_it_over(
    edit: tuple[str, str, str, list[str], str], words: list[str]
) -> None:
    language, before, after, sentences, heading = edit
    old, new = (lexicon_of(language, text).matcher(language) for text in (before, after))
    quick, slow = (_Touching(language, old, new) for _ in range(2))
    slow._heads = None
    for word in (*words, *" ".join([*sentences, heading]).split(), *old.codes, *new.codes):
        if word.strip("~=<>"):
            event(f"{quick._heads is not None} {quick._code_word(word) == ''}")
            assert quick._code_word(word) == slow._code_word(word)


CASES = json.loads((Path(__file__).parent / "cases" / "taxonomy_change.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["why"])
def test_a_change_touches_texts_with_the_words_that_it_is_about(case: dict[str, Any]) -> None:
    change = TaxonomyChange(*(of_phrases(case["language"], case[side]) for side in ("before", "after")))
    texts = [*case["touched"], *case["not"]]
    assert [text for text in texts if change.touches(case["language"], [text])] == case["touched"]


def of_phrases(language: str, given: dict[str, list[str]]) -> Taxonomy:
    lexicon = {
        "language": language,
        "classes": {"state": given.get("state", ["Elbonia"])},
        "endings": ENDINGS.get(language, []),
        "topics": {"a": {kind: phrases for kind, phrases in given.items() if kind != "state"}},
    }
    return lexicon_of(language, json.dumps(lexicon))


@pytest.mark.parametrize("part", ["endings", "chain", "lexicon"])
def test_other_endings_or_a_first_lexicon_touch_all_of_a_language(part: str) -> None:
    old = of_phrases("ru", {"strong": ["санкци~"]})
    tree = {"language": "ru", "endings": ENDINGS["ru"], "topics": {"a": {"strong": ["санкци~"]}}}
    changed = {"endings": {"endings": ["и"]}, "chain": {"chain": "true"}, "lexicon": {"language": "uk"}}[part]
    language = str(changed.get("language", "ru"))
    new = lexicon_of(language, json.dumps(tree | changed))
    assert TaxonomyChange(old, new).touches("ru", ["порт"])
    assert not TaxonomyChange(old, new).touches("de", ["der Hafen"])
