"""What cutting a flattened page promises: furniture comes apart from prose, prose stays whole, nothing is lost."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import clean_text
from pipeline.blocks import cut_lines
from pipeline.flattened import cut_flattened
from pipeline.model import Disposition

PROSE = (
    "The council will dredge the old harbour next spring after members voted by 31 to 19 on Tuesday. The work, put "
    "off in 2020, is to take six weeks and will cost £412,000. Traders said that barges had been turned away. “My "
    "brother waits for the tide,” Jean Marsh told the meeting. She asked members to share the burden and to follow "
    "the advice of the port. Opponents said the money would be better spent on the quay, and a newsletter of the "
    "chamber called the plan a gift. The finance officer warned that the reserves would fall below their level by "
    "2027. An amendment to limit the work to ten days was lost by two votes. Residents who want to comment can write "
    "to the office at 14 Market Street; it will also hold two open evenings. A plan is expected in February."
)
PAGE = (
    "Harbour Echo Home News Sport Search Council to dredge old harbour By Ann Lee, Local Reporter 3 May 2024 "
    f"Share on Facebook Share on X {PROSE} Read more: Snow warning for the hills Subscribe to our newsletter "
    "© 2024 Harbour Echo. All rights reserved. Privacy policy Terms of use"
)


def body(text: str) -> str:
    return " ".join(b.text for b in clean_text(text).blocks if b.disposition is Disposition.BODY)


def test_of_a_flattened_page_the_prose_is_the_body():
    assert body(PAGE) == PROSE


def test_a_flattened_page_gives_up_its_title_author_and_date():
    document = clean_text(PAGE)
    assert (document.title, document.author, str(document.published_on)) == (
        "Council to dredge old harbour",
        "Ann Lee",
        "2024-05-03",
    )


def test_one_long_paragraph_of_prose_is_not_cut():
    assert [line.text for line in cut_lines(f"{PROSE} {PROSE}")] == [f"{PROSE} {PROSE}"]


@pytest.mark.parametrize(
    "lines", [["A short line of text."] * 20 + [PAGE[:950].strip()], [PROSE[:800]], [PAGE[:490].strip()]]
)
def test_a_page_of_several_lines_and_a_short_line_stay_as_they_are(lines):
    assert [line.text for line in cut_lines("\n".join(lines))] == lines


def test_a_short_page_in_one_line_is_cut_where_six_seams_show():
    page = f"{PAGE[:500]} {PAGE[-165:]}"
    assert len(page) < 700
    assert len(cut_lines(page)) >= 6


WORDS = st.sampled_from(
    [*PAGE.split(), "©", "Share", "Subscribe", "By", "12 May 2023", "Read more:", ".", "分享", "Поделиться"]
)


@given(st.lists(WORDS, min_size=150, max_size=400))
def test_no_character_is_lost_and_pieces_stand_in_order(words):
    text = " ".join(words)
    spans = cut_flattened(text, [(0, len(text), 0, 0)])
    assert "".join(text[a:b] for a, b, _, _ in spans).replace(" ", "") == text.replace(" ", "")
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))
