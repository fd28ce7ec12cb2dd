"""What the ranking of titles promises, beyond the pages of tests/test_metadata.py."""

import pytest

from pipeline import clean_text
from pipeline.blocks import cut_lines
from pipeline.rules.sheet import make_sheet
from pipeline.rules.title_candidates import page_features, title_candidates
from pipeline.rules.title_rank import rank_title

TEXT = (
    "The council of Millbrook has put off the rebuilding of its harbour for the third time, and the reason is money. "
    "The harbour loses a foot of depth a year, the pilots say, and the council knows it."
)
REST = "Work on the harbour was to begin in May. The pilots of Millbrook have stopped believing in dates."


def title(*above: str) -> str | None:
    return clean_text("\n".join(above) + f"\n\n{TEXT}\n\n{REST}\n").title


def test_the_headline_is_told_from_the_menu_above_it():
    menu = "Home   News   Weather   Sport   Log in"
    assert title(menu, "Millbrook harbour waits again", "12 May 2024") == "Millbrook harbour waits again"


def test_of_a_headline_with_and_without_the_site_the_shorter_is_the_title():
    above = ("Millbrook harbour waits again | Daily Ledger", "Millbrook harbour waits again", "12 May 2024")
    assert title(*above) == "Millbrook harbour waits again"


def test_a_short_headline_stands_over_its_deck():
    deck = "Why a town on the coast cannot agree on who should pay for its mud"
    assert title("The Third Delay", deck, "By Ann Lee", "12 May 2024") == "The Third Delay"


def test_a_page_without_a_headline_has_no_title():
    assert clean_text(f"{TEXT}\n\n{REST}\n").title is None


@pytest.mark.parametrize("text", ["", "x", "Share", "| | |", "a\tb\tc", "\u00ad", "1\n2\n3"])
def test_a_page_of_nothing_is_ranked_without_a_winner(text):
    sheet = make_sheet(text, cut_lines(text))
    assert rank_title(sheet) is None or rank_title(sheet).share <= 1.0
    assert page_features(sheet, title_candidates(sheet))["none"] == 1.0


def test_the_share_of_the_winner_is_its_confidence():
    document = clean_text(f"Millbrook harbour waits again\n12 May 2024\n\n{TEXT}\n\n{REST}\n")
    block = next(b for b in document.blocks if b.role == "title")
    assert 0.5 < block.confidence <= 1.0 and block.evidence.startswith("headline above the text")
