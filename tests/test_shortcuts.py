"""What is done a shorter way for speed gives what the long way gives."""

import gc
import re

import pytest
from ahocorasick_rs import AhoCorasick, MatchKind
from hypothesis import given
from hypothesis import strategies as st

from pipeline import clean_text, tag_texts
from pipeline.artifacts import find_all_signs, find_signs
from pipeline.batch import _uncollected
from pipeline.clean import PORTION, clean_pages
from pipeline.gazetteer import _FOLDED, fold
from pipeline.joined_search import MARK, search_each
from pipeline.model import Page
from pipeline.rules.repeats import long_words
from pipeline.rules.title_words import addresses, stems
from pipeline.settings import CleanSettings
from pipeline.tag import tag_passages
from pipeline.taxonomy import load_taxonomy
from pipeline.word_forms import Coder

PIECES = [
    "oil",
    "gas",
    "oil gas",
    "a.b.com",
    "x-y.co.uk",
    ".",
    "..",
    "a.",
    "é.org",
    "ﬁ",
    "_a.de",
    "1.5",
    "naïve",
    "石油",
]
HOST = re.compile(r"(?<![\w.-])(?:[a-z0-9-]{1,60}\.){1,4}[a-z]{2,10}(?![\w.])")
text = st.one_of(st.text(), st.lists(st.sampled_from([*PIECES, " ", "-", "\n", "’", "U.S."]), max_size=12).map("".join))


@given(st.lists(text.map(lambda found: found.replace(MARK, " ")), max_size=6))
def test_a_text_has_the_same_matches_alone_and_among_others(texts: list[str]) -> None:
    texts = [found.encode("utf-8", "replace").decode() for found in texts]
    automaton = AhoCorasick(["oil", "il", "gas", "oil gas", "石"], matchkind=MatchKind.Standard)
    found = dict(search_each(automaton, texts))
    alone = [automaton.find_matches_as_indexes(one, overlapping=True) for one in texts]
    assert [found.get(number, []) for number in range(len(texts))] == alone


@pytest.mark.parametrize("language", ["en", "ru", "zh", "fa", "ja", "ko"])
def test_no_pattern_of_the_lexicon_holds_the_mark_between_texts(language: str) -> None:
    assert MARK not in "".join(load_taxonomy().matcher(language).codes.values())


@given(st.lists(text, max_size=6))
def test_a_block_has_the_same_signs_alone_and_among_others(texts: list[str]) -> None:
    texts = [found.replace(MARK, " ").encode("utf-8", "replace").decode() + " As an AI [" for found in texts]
    assert find_all_signs(texts) == [find_signs(one) for one in texts]


def test_a_passage_has_the_same_topics_alone_and_among_others() -> None:
    passages = [
        (["The EU widened its oil embargo.", "It holds until May."], None, "en"),
        (["Nothing of note.", "Troops crossed the border."], "The war", "en"),
        (["Նավթի գինը բարձրացավ։"], None, "hy"),
        (["Санкции против банков продлены."], None, "ru"),
        (["No lexicon has this."], None, "xx"),
    ]
    assert tag_passages(passages) == [tag_texts(*passage) for passage in passages]


def test_a_page_gets_the_same_blocks_alone_and_among_more_than_a_portion() -> None:
    texts = [f"Harbour {n} opens\nBy Ann Lee\n\nThe harbour of town {n} opened. © 20{n:02} Ledger\n" for n in range(60)]
    assert len(texts) > PORTION
    pages = [Page(str(n), "", "text/plain", one) for n, one in enumerate(texts)]
    together = clean_pages(pages, CleanSettings())
    assert [document.blocks for document in together] == [clean_text(one).blocks for one in texts]


@given(text.map(str.lower))
def test_addresses_found_from_their_points_are_all_addresses(folded: str) -> None:
    assert list(addresses(folded)) == HOST.findall(folded)


@given(text.map(str.lower))
def test_stems_are_the_first_five_letters_of_the_long_words(folded: str) -> None:
    assert stems(folded) == {word[:5] for word in long_words(folded)}


@given(st.one_of(text, st.text(st.sampled_from([*_FOLDED, "a", " "]))))
def test_equal_spellings_are_made_equal_character_by_character(found: str) -> None:
    assert fold(found) == "".join(_FOLDED.get(character, character) for character in found)


@given(text, st.sampled_from(["en", "fa", "he", "zh", "tr", "ja", "ko"]))
def test_a_text_in_code_is_that_of_its_words(found: str, language: str) -> None:
    coder = Coder(language, lambda word: f"<{word}>")
    assert coder.code(found) == "".join(f"<{word}>" for piece in found.split() for word in coder.token.findall(piece))


def test_what_keeps_itself_alive_is_looked_for_again_after_a_batch_that_failed() -> None:
    with pytest.raises(ValueError, match="broken"), _uncollected():
        assert not gc.isenabled()
        raise ValueError("broken")
    assert gc.isenabled()
