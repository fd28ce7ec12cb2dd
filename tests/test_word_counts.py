"""Words are counted over a whole page as they are counted line by line, and so are texts folded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import word_counts
from pipeline.blocks import cut_lines
from pipeline.clean import clean_text
from pipeline.rules.lexicon import fold
from pipeline.word_counts import count_words, measure_lines

PIECES = st.sampled_from(
    (
        "It isn’t",
        "far-fetched",
        "-",
        "’",
        " ",
        "\n",
        "\u2028",
        "北京时间",
        "カタカナ・語",
        "2nd",
        "۱۴۰۴",
        "x²",
        "_a_",
        "ﬀ",
        "\ud800",
        "प्रधानमंत्री",
        "\u0301",
        "ประเทศไทย",
        "မြန်မာ",
        "السَّلامُ",
    )
)
TEXT = st.lists(PIECES | st.text(max_size=4), max_size=40).map("".join)


@given(TEXT)
def test_a_page_counts_as_its_lines_do(text: str) -> None:
    lines = cut_lines(text + "\nend of the page")
    # A page of few lines is counted line by line: here it is to be counted as an array.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(word_counts, "_FEW", 0)
        counts, numbered = measure_lines(text + "\nend of the page", [(line.start, line.end) for line in lines])
    assert counts == [count_words(line.text) for line in lines]
    assert numbered == [any(c.isdigit() for c in line.text) for line in lines]


@pytest.mark.parametrize("cut", [3, 5])
def test_a_line_cut_inside_a_word_counts_the_rest_as_a_word(cut: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_counts, "_FEW", 0)
    text = "The co-operation of\nboth"
    assert measure_lines(text, [(0, cut), (cut, 19), (20, 24)])[0] == [
        count_words(text[:cut]),
        count_words(text[cut:19]),
        1,
    ]


def test_characters_beyond_the_table_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_counts, "_FEW", 0)
    assert measure_lines("two 𠀀𠀁 words 𝟗", [(0, 14)]) == ([count_words("two 𠀀𠀁 words")], [True])


@given(TEXT)
def test_a_page_is_folded_as_its_characters_are(text: str) -> None:
    for end in ("İı“Ё”١ ", "İı“Ё”١ \U00020000\U00010400 ", "ΟΔΟΣ ΣΟΦΙΑΣ, "):
        page = text + end + "a " * 500
        assert fold(page) == fold(text + end) + "a " * 500
        assert len(fold(page)) == len(page)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("प्रधानमंत्री नरेंद्र मोदी ने कहा", 5),
        ("السَّلامُ عليكم", 2),
        ("cafe\u0301 a \u0301", 2),
        ("ประเทศไทย", 2),
        ("မြန်မာနိုင်ငံ", 3),
    ],
)
def test_marks_belong_to_words_and_unspaced_scripts_are_measured(text: str, words: int) -> None:
    assert count_words(text) == words


def test_half_a_surrogate_pair_is_cleaned_like_any_character() -> None:
    document = clean_text("\ud800 Share this article")
    assert "".join(b.text for b in document.blocks).endswith("Share this article")
