"""What the rules ask the page's index for is what they would find line by line."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.blocks import cut_lines
from pipeline.model import Role
from pipeline.rules.lexicon import find_cues, fold
from pipeline.rules.sheet import Sheet, make_sheet, whole_line

PIECES = st.sampled_from(
    (
        "Share this article",
        "SHARE THIS ARTICLE",
        "© 2024 Example Gazette. All rights reserved.",
        "By Ann Lee",
        "• Read also:",
        "[edit]",
        "{{name}}",
        "★★★★☆ 4.5",
        "The ferry will run again in May, the town said.",
        "گزارش ۱۲",
        "分享 | 打印",
        "50%",
        " ",
        "\n",
        "\n\n",
    )
)
TEXT = st.lists(PIECES, max_size=30).map("".join)
MARKS = re.compile(r"[★\[{•\d%\]}.]")


def sheet_of(text: str, every: int = 0) -> Sheet:
    """Return the sheet of a text; of `every` so many lines one is claimed."""
    sheet = make_sheet(text, cut_lines(text))
    claimed = sheet.lines[::every] if every else ()
    return sheet.with_claims(whole_line(line, Role.NAVIGATION, "test") for line in claimed)


@settings(deadline=None)  # the first text waits for the word lists
@given(TEXT, st.integers(0, 3))
def test_open_lines_are_found_by_their_first_and_last_characters(text: str, every: int) -> None:
    sheet = sheet_of(text, every)
    left = list(sheet.open_lines())
    assert list(sheet.open_beginning(MARKS)) == [line for line in left if MARKS.match(line.text[0])]
    assert list(sheet.open_ending(MARKS)) == [line for line in left if MARKS.match(line.text[-1])]


@settings(deadline=None)
@given(TEXT)
def test_copies_are_all_lines_that_two_or_more_lines_say(text: str) -> None:
    sheet = sheet_of(text)
    said = [fold(line.text).strip() for line in sheet.lines]
    assert [sheet.said(line.index).strip() for line in sheet.lines] == said
    assert {key: [line.index for line in copies] for key, copies in sheet.ground.copies.items()} == {
        key: [i for i, other in enumerate(said) if other == key] for key in said if said.count(key) > 1
    }


@settings(deadline=None)
@given(TEXT)
def test_every_cue_inside_a_line_stands_in_the_index(text: str) -> None:
    sheet = sheet_of(text)
    for line in sheet.lines:
        cues = [c for c in find_cues(sheet.folded) if line.start <= c.start and c.end <= line.end]
        assert [(c.start, c.end) for c in sheet.cues(line.index)] == [(c.start, c.end) for c in cues]
        for cue in cues:
            mode = "within" if cue.mode == "whole" else cue.mode
            assert line.index in sheet.ground.places[cue.family, mode]
            assert (cue.start, cue.end) in {(c.start, c.end) for c in sheet.finding(line.index, cue.family, cue.mode)}


@settings(deadline=None)
@given(TEXT)
def test_a_line_that_is_nothing_but_a_phrase_is_whole(text: str) -> None:
    sheet = sheet_of(text)
    for line in sheet.lines:
        alone = {
            c.family for c in sheet.cues(line.index) if c.mode == "whole" and (c.start, c.end) == (line.start, line.end)
        }
        assert alone - {"network"} <= sheet.whole(line.index)
        assert all(line.index in sheet.ground.places[family, "whole"] for family in sheet.whole(line.index))
