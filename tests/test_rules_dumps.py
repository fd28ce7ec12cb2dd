"""What programs leave that turn pages into text: claims of the rules without the line model, and joined lines."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import clean_text
from pipeline.blocks import cut_lines
from pipeline.fragments import join_fragments
from pipeline.link_numbers import link_numbers
from pipeline.paged import page_marks
from pipeline.rules.dumps import _feed_notes
from tests.claimed import rules_of

CASES = json.loads((Path(__file__).parent / "cases" / "clean_dumps.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=[f"{c['rule']}: {c['why']}" for c in CASES])
def test_a_rule_claims_its_lines_and_leaves_what_looks_alike(case: dict) -> None:
    found = rules_of(case["text"])
    assert {line: found.get(line) for line in case["claimed"]} == case["claimed"]
    kept = {line: rule for line in case["open"] if (rule := found.get(line)) == case["rule"]}
    assert not kept


def test_every_rule_of_dumps_has_a_case_it_claims() -> None:
    claimed = {rule for case in CASES for rule in case["claimed"].values()}
    assert claimed >= {
        "link_list", "ruler", "image_link", "feed_note", "post_head", "record_head", "front_matter", "front_title",
        "archive_label", "wiki_template", "wiki_end", "action", "shop_price", "embedded_post", "page_number",
        "running_head", "print_line",
    }  # fmt: skip


def test_a_feeds_note_is_known_by_what_opens_it_and_by_what_parts_headline_and_name() -> None:
    assert all(before or behind for before, _, behind in _feed_notes())
    assert all(between.startswith(" ") and between.endswith(" ") for _, between, _ in _feed_notes())


def test_pieces_of_a_sentence_that_a_link_broke_become_one_line() -> None:
    text = (
        "The public library in\nMillbrook\nhas a new drawer. It holds 212 envelopes of\nvegetable seeds\n"
        ", sorted by month. Nobody needs a card, says\nCarol Estep\n, who keeps the key.\nTags:\ngardens\n,\nlibraries"
    )
    lines = [line.text for line in cut_lines(text)]
    assert lines[0].split() == text[: text.index("Tags")].split()
    assert lines[1:] == ["Tags:", "gardens", ",", "libraries"]


def test_lines_of_code_are_not_joined_as_sentences_are() -> None:
    text = "first_name = read(column)\n, second\n    , third = 4\nlast_name = read(column)\n, fifth"
    assert len(cut_lines(text)) == 5


def test_german_lines_that_break_before_a_noun_are_joined() -> None:
    text = (
        "Drei Männer und eine Frau haben am Montag die erste von vierzig\n"
        "Spundwänden in den Hauptgraben gesetzt. Seit 1952 lief das\n"
        "Wasser des Moores durch diesen Graben in die Leine."
    )
    assert len(cut_lines(text)) == 1


def test_numbers_before_links_are_left_out_of_what_rules_read_and_footnotes_are_not() -> None:
    numbered = "[1]Home [2]News\nThe [3]council met in [4]Bath."
    assert [numbered[a:b] for a, b in link_numbers(numbered)] == ["[1]", "[2]", "[3]", "[4]"]
    assert link_numbers("The council met.[1] It rose.[2] It met again.[3] It rose again.[4]") == []
    assert link_numbers("[1] Ann Lee, Tides. [2] Bo Li, Quays. [3] Cy Day, Piers. [4] Di Foe, Docks.") == []


def test_a_page_with_numbered_links_keeps_its_text_verbatim() -> None:
    text = "   [1]Home [2]News\n\n   The [3]council met in [4]Bath on Monday to count the boats that came.\n"
    document = clean_text(text)
    assert document.text == text
    assert all(text[b.start : b.end] == b.text for b in document.blocks)


@given(st.lists(st.sampled_from(["- 1 -", "2", "Page 3", "\f", "a b c", "A line that breaks\nin the midst", "©²"])))
def test_page_marks_are_lines_of_the_text(parts: list[str]) -> None:
    text = "\n".join(parts)
    starts = {line.start for line in cut_lines(text)}
    assert set(page_marks(text)) <= starts


@given(st.lists(st.sampled_from([", and", ",", "word", "A longer line of words", "(", "[1]x", ". Then"]), max_size=8))
def test_joined_pieces_hold_every_character(parts: list[str]) -> None:
    text = "\n".join(parts)
    at, spans = 0, []
    for part in parts:
        spans.append((at, at + len(part), 0, 0))
        at += len(part) + 1
    joined = join_fragments(text, spans)
    assert (
        "".join(text[a:b] for a, b, _, _ in joined).split() == text.split()
        or "\n".join(text[a:b] for a, b, _, _ in joined) == text
    )
