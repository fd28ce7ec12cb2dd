"""What the guards of form promise: tables, code, lists, verse and articles stay amid kept prose; menus do not."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.blocks import cut_lines
from pipeline.claim_lines import claim_lines
from pipeline.form_guard import kept_by_form
from pipeline.ledger import Verdict, write_blocks
from pipeline.long_text_guard import PARAGRAPHS, slow_decline
from pipeline.model import Markup, Page, Role
from pipeline.rules.sheet import Claim, Sheet, make_sheet
from pipeline.settings import CleanSettings

FOLDER = Path(__file__).parent / "cases"
FORMS = json.loads((FOLDER / "form_guard.json").read_text(encoding="utf-8"))
ARTICLES = json.loads((FOLDER / "wiki_guard.json").read_text(encoding="utf-8"))


def saved(text: str, dropped: list[str], probability: float = 0.2, above: float = 0.8) -> list[tuple[str, str]]:
    lines = cut_lines(text)
    keep = {line.index: line.text not in dropped for line in lines}
    levels = [above if keep[line.index] else probability for line in lines]
    sheet = make_sheet(text, lines, "", levels)
    found = sorted(kept_by_form(sheet, lines, keep, levels), key=lambda x: x[0].index)
    return [(line.text, rule) for line, rule, _ in found]


@pytest.mark.parametrize("case", FORMS, ids=lambda c: c["says"])
def test_what_has_the_form_of_content_stays_and_what_only_looks_alike_does_not(case: dict[str, Any]) -> None:
    rule = case.get("rule", "")
    found = saved(case["text"], case["dropped"], case.get("probability", 0.2), case.get("above", 0.8))
    assert found == [(line, rule) for line in case["kept"]]


@pytest.mark.parametrize("case", ARTICLES, ids=lambda c: c["says"])
def test_of_an_encyclopaedias_article_the_text_stays_and_its_end_does_not(case: dict[str, Any]) -> None:
    page = Page("x", "x", "text/plain", case["text"])
    lines = cut_lines(page.text)
    sheet = claim_lines(page, lines, None, CleanSettings())
    # The model takes one paragraph of the history for content and nothing else.
    keep = {x.index: "first keeper" in x.text for x in lines if sheet.rest(x.index)[0] < sheet.rest(x.index)[1]}
    found = {
        line.index for line, rule, _ in kept_by_form(sheet, lines, keep, [0.02] * len(lines)) if rule == "wiki_article"
    }
    said = [sheet.text[slice(*sheet.rest(i))].strip() for i in found]
    assert sorted(said) == sorted(case["kept"])


ROWS = "Line\tCalls\nAlder\t112\nBrisk\t96\nCorran\t41"
PROSE = "The board said on Tuesday that four lines had moved their calls to the new quay."


def test_a_line_that_a_rule_claims_is_never_saved() -> None:
    text = f"{PROSE}\n{ROWS}\n{PROSE}"
    lines = cut_lines(text)
    sheet = make_sheet(text, lines, "", [0.2] * len(lines))
    sheet = sheet.with_claims([Claim(lines[2].start, lines[2].start + 5, Role.NAVIGATION, "menu")])
    keep = {line.index: line.text == PROSE for line in lines if line.index != 2}
    assert [line.index for line, _, _ in kept_by_form(sheet, lines, keep, [0.2] * len(lines))] == [1, 3, 4]


def test_a_row_that_is_saved_is_a_table_and_no_heading() -> None:
    text = f"{PROSE}\n{ROWS}\n{PROSE}"
    lines = cut_lines(text)
    sheet = make_sheet(text, lines, "", [0.2] * len(lines))
    verdicts = {line.index: Verdict(True, "table" if "\t" in line.text else "line_model", "", 0.5) for line in lines}
    roles = [(block.role, block.rule) for block in write_blocks(sheet, verdicts, 2)]
    assert roles[1:5] == [(Role.TABLE, "table_row")] * 4
    assert Role.TABLE not in {roles[0][0], roles[5][0]}


def test_in_html_the_markup_decides() -> None:
    text = f"{PROSE}\n{ROWS}\n{PROSE}"
    ends = [(line.start, line.end) for line in cut_lines(text)]
    lines = cut_lines(text, [Markup(a, b, "p", "p") for a, b in ends])
    sheet = make_sheet(text, lines, "", [0.2] * len(lines))
    keep = {line.index: line.text == PROSE for line in lines}
    assert list(kept_by_form(sheet, lines, keep, [0.2] * len(lines))) == []
    assert list(slow_decline(sheet, lines, keep, [0.2] * len(lines))) == []


PIECES = st.sampled_from(
    [
        PROSE,
        ROWS,
        "Home\tNews\tHelp",
        "total = 1;\n}",
        "The stores must hold:",
        "• rope\n• tar\n• a bell",
        "menu",
        "* 1\n* 2",
        "",
        "a b c\nd e f",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(PIECES, st.booleans()), max_size=12), st.floats(0, 1))
def test_only_open_lines_that_the_model_drops_are_saved_and_each_once(
    pieces: list[tuple[str, bool]], probability: float
) -> None:
    text = "\n".join(piece for piece, _ in pieces)
    kept = {piece for piece, stays in pieces if stays}
    lines = cut_lines(text)
    sheet = make_sheet(text, lines, "", [probability] * len(lines))
    keep = {line.index: any(line.text in piece for piece in kept) for line in lines}
    found = [line.index for line, _, _ in kept_by_form(sheet, lines, keep, [probability] * len(lines))]
    assert len(found) == len(set(found))
    assert all(not keep[index] for index in found)


# --- long texts -------------------------------------------------------------------------------------

LONG = (
    "The clerk of chapter {} wrote down what the {} ships had carried, who had paid for it and who had not, "
    "and what was said."
)


def long_text(levels: list[float], kept: int, strange: dict[int, str] | None = None) -> tuple[Sheet, list[str]]:
    """Return a text with a paragraph a level, of which the first are kept, and what the guard saves of it."""
    texts = [(strange or {}).get(i, LONG.format(i, i + 2)) for i in range(len(levels))]
    text = "\n\n".join(texts)
    lines = cut_lines(text)
    sheet = make_sheet(text, lines, "", levels)
    keep = {line.index: line.index < kept for line in lines}
    return sheet, [line.text for line in slow_decline(sheet, lines, keep, levels)]


SINKING = [0.9 - 0.02 * i for i in range(40)]


def test_the_end_of_a_long_text_stays_where_belief_sinks_slowly() -> None:
    sheet, found = long_text(SINKING, 30)
    assert found == [line.text for line in sheet.lines[30:]]


def test_where_belief_falls_at_once_the_text_is_over() -> None:
    assert long_text([0.9] * 30 + [0.3] * 10, 30)[1] == []


def test_a_short_text_is_left_to_the_model() -> None:
    assert long_text(SINKING[: PARAGRAPHS + 5], PARAGRAPHS - 1)[1] == []


def test_two_paragraphs_are_too_few() -> None:
    assert long_text(SINKING[:32], 30)[1] == []


def test_a_heading_between_two_paragraphs_that_stay_stays() -> None:
    _, found = long_text(SINKING, 30, {33: "The second winter"})
    assert "The second winter" in found and len(found) == 10


def test_four_lines_that_are_no_sentences_end_a_text() -> None:
    _, found = long_text(SINKING, 30, {i: f"Related story number {i}" for i in (33, 34, 35, 36)})
    assert len(found) == 3


def test_a_line_that_names_another_story_ends_a_text() -> None:
    levels = SINKING
    sheet, _ = long_text(levels, 30)
    line = sheet.lines[31]
    sheet = sheet.with_claims([Claim(line.start, line.end, Role.NAVIGATION, "related")])
    keep = {x.index: x.index < 30 for x in sheet.lines if x.index != 31}
    assert list(slow_decline(sheet, sheet.lines, keep, levels)) == []
