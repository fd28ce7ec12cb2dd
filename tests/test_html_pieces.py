"""What the markup keeps: listings, tables and lists as one piece, standfirsts; what goes beside them."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import clean_html
from pipeline.blocks import cut_lines
from pipeline.extract import extract_html
from pipeline.markup_guard import kept_by_markup
from pipeline.model import DISPOSITION_OF, Disposition, Role
from pipeline.rules.sheet import make_sheet, whole_line

CASES = json.loads((Path(__file__).parent / "cases" / "html_pieces.json").read_text(encoding="utf-8"))

ABOVE = """<p>The second half of this tutorial shows how a small program reads the table, one row after the other,
and what it prints when it has come to the end of the file.</p>"""
BELOW = """<p>What the program prints is a summary of the winter, and the people of the town, who had waited for it
since the spring, were glad to read it in the hall.</p>"""
PAGE = """<html><head><title>How a rain gauge is read</title></head><body>
<nav><a href="/">Home</a> <a href="/b">Boats</a></nav>
<article><h1>How a rain gauge is read</h1>{}</article>
<footer><p>© 2026 The Ferry</p></footer></body></html>"""


def cases(kind: str) -> list[Any]:
    return [pytest.param(case, id=case["why"]) for case in CASES[kind]]


@pytest.mark.parametrize("case", cases("pieces"))
def test_what_the_model_drops_of_a_piece_stays_as_its_surroundings_do(case: dict[str, Any]) -> None:
    page = extract_html(PAGE.format(ABOVE + case["html"] + BELOW))
    lines = cut_lines(page.text, page.markup)
    assert {line.text for line in lines} >= {*case["dropped"], *case["stay"]}
    outside = {"Home Boats", "© 2026 The Ferry"}
    keep = {line.index: line.text not in {*case["dropped"], *outside} for line in lines}
    probability = [0.9 if keep[line.index] else 0.1 for line in lines]
    sheet = make_sheet(page.text, lines, "", probability)
    assert [line.text for line, _, _ in kept_by_markup(sheet, keep, probability)] == case["stay"]


@pytest.mark.parametrize("case", cases("standfirsts"))
def test_a_standfirst_is_told_by_its_class_or_its_place(case: dict[str, Any]) -> None:
    page = extract_html(PAGE.format(case["html"] + ABOVE + BELOW))
    lines = cut_lines(page.text, page.markup)
    deck = next(line for line in lines if "cheap station" in line.text)
    probability = [0.9 if line.is_prose else 0.1 for line in lines]
    sheet = make_sheet(page.text, lines, "", probability).with_claims(
        whole_line(line, role, "test")
        for line in lines
        for text, role in (("How a rain gauge is read", Role.TITLE), ("By Maren Okafor", Role.BYLINE))
        if line.text == text
    )
    keep = {line.index: line.is_prose for line in lines if line.index not in sheet.claims}
    assert [line for line, _, _ in kept_by_markup(sheet, keep, probability)] == [deck] * case["stays"]


@pytest.mark.parametrize("case", cases("pages"))
def test_what_stands_beside_the_text_goes_and_the_text_stays(case: dict[str, Any]) -> None:
    document = clean_html(PAGE.format(ABOVE + ABOVE.replace("second", "first") + case["html"] + BELOW))
    body = [b.text for b in document.blocks if DISPOSITION_OF[b.role] is Disposition.BODY]
    gone = [b.text for b in document.blocks if DISPOSITION_OF[b.role] is Disposition.DROPPED]
    assert set(case["body"]) <= set(body)
    assert set(case["gone"]) <= set(gone)
    roles = {b.text: str(b.role) for b in document.blocks}
    assert {text: roles[text] for text in case.get("roles", {})} == case.get("roles", {})


def test_text_without_markup_is_left_alone() -> None:
    text = "A line of text.\nx = f(1)\nAnother line."
    lines = cut_lines(text)
    assert list(kept_by_markup(make_sheet(text, lines), dict.fromkeys(range(3), False), [0.4] * 3)) == []
