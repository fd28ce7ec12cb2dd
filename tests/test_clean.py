import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clean import clean_page, clean_pages, clean_text
from pipeline.model import Disposition, Document, Fact, Markup, Page, Role
from pipeline.settings import CleanSettings
from pipeline.trafilatura_engine import KEPT

HERE = Path(__file__).parent
CASES = json.loads((HERE / "cases" / "clean.json").read_text(encoding="utf-8"))["cases"]
LANGUAGES = json.loads((HERE / "cases" / "clean_languages.json").read_text(encoding="utf-8"))["cases"]
SEEDS = sorted((HERE.parent / "seeds").glob("*.txt"))


def seed(number: str) -> Document:
    path = next(p for p in SEEDS if p.name.startswith(number))
    return clean_text(path.read_bytes().decode("utf-8"), path.name)


def roles_of(document: Document, part: str) -> set[str]:
    at = document.text.index(part)
    found = set()
    while at >= 0:
        found |= {str(b.role) for b in document.blocks if b.start <= at < b.end}
        at = document.text.find(part, at + 1)
    return found


@pytest.mark.parametrize("case", CASES, ids=[c["why"] for c in CASES])
def test_a_block_has_the_role_that_a_reader_would_give_it(case: dict) -> None:
    document = clean_text(case["text"])
    for part, role in case["roles"]:
        if role is None:
            kept = {Role(r) for r in roles_of(document, part)}
            bodies = {b.role for b in document.blocks if b.disposition is Disposition.BODY}
            assert kept <= bodies, (part, kept)
        else:
            assert role in roles_of(document, part), (part, roles_of(document, part))


@pytest.mark.parametrize("case", LANGUAGES, ids=[f"{c['language']}: {c['why']}" for c in LANGUAGES])
def test_every_line_of_a_scraped_page_has_its_role_in_every_language(case: dict) -> None:
    """A line's role is "body" for any body role, "date+byline" for a line of two parts.

    "lost" marks a known failure: a body line that is dropped. When it is kept, move it to "body".
    """
    document = clean_text("\n".join(line for _, line in case["lines"]))
    at = 0
    for role, line in case["lines"]:
        blocks = [b for b in document.blocks if b.start < at + len(line) and b.end > at]
        kept = all(b.disposition is Disposition.BODY for b in blocks)
        if role in ("body", "lost"):
            assert kept is (role == "body"), (line, blocks)
        elif role:
            assert sorted(b.role for b in blocks) == sorted(role.split("+")), (line, blocks)
        at += len(line) + 1


def assert_ledger(document: Document) -> None:
    at = 0
    for block in document.blocks:
        assert block.start >= at
        assert block.text == document.text[block.start : block.end]
        assert block.text and not block.text[0].isspace() and not block.text[-1].isspace()
        gap = document.text[at : block.start]
        assert not gap or gap.isspace()
        at = block.end
    assert not document.text[at:] or document.text[at:].isspace()


PIECES = st.sampled_from(
    ["Share", "Related articles:", "by Ann Lee 2 May 2024", "date 2025-01-24 Donate", "Table of Contents", "• Name : x",
     "Username : ab", "Birthdate : 1990-01-01", "followers : 3", "following : 4", "© 2024 X", "\u200b",
     "## A * [b](#b)",
     "The plan was put off again, and nobody in the hall asked why it had been put off for the third time this year.",
     "What do you think? Share your thoughts in the comments below.",
     "Label: text", "1. one", "\u2028", "\r\n", "\n\n", "İ"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=30)), max_size=12), st.sampled_from(["\n", "\n\n", " ", "\r\n"]))
def test_every_character_is_white_space_or_in_exactly_one_block(pieces: list[str], glue: str) -> None:
    assert_ledger(clean_text(glue.join(pieces)))


def test_a_page_gets_in_a_batch_what_it_gets_alone() -> None:
    pages = [Page(str(i), str(i), "text/plain", c["text"]) for i, c in enumerate(CASES)]
    together = clean_pages(pages, CleanSettings())
    assert together == [clean_pages([p], CleanSettings())[0] for p in pages]


def test_trafilatura_decides_where_it_is_chosen() -> None:
    lines = ["Menu of the day", "The committee met again on Tuesday to discuss the plan for the harbour, and left."]
    text = "\n".join(lines)
    spans = [(0, len(lines[0])), (len(lines[0]) + 1, len(text))]
    chosen = CleanSettings(html_engine="trafilatura")
    kept = [Markup(*spans[0], "p", "p", {KEPT: 1.0}), Markup(*spans[1], "p", "p", {KEPT: 0.0})]
    blocks = clean_page(Page("0", "0", "text/html", text, tuple(kept)), chosen).blocks
    assert blocks[1].rule == "trafilatura" and blocks[1].disposition is Disposition.DROPPED
    assert blocks[0].disposition is not Disposition.DROPPED
    unasked = tuple(Markup(*span, "p", "p", {KEPT: -1.0}) for span in spans)
    assert clean_page(Page("0", "0", "text/html", text, unasked), chosen).blocks[1].disposition is Disposition.BODY


def test_an_empty_text_has_no_blocks() -> None:
    assert clean_text("").blocks == ()
    assert clean_text(" \n\u2028 ").blocks == ()


def test_the_seeds_state_what_they_state_and_nothing_more() -> None:
    said = {p.name[:3]: seed(p.name[:3]) for p in SEEDS}
    assert [str(d.published_on) for d in said.values()] == ["2025-11-02", "None", "2025-01-24", "2023-12-28", "None"]
    assert [d.author for d in said.values()] == [None, None, None, "Alexandr Svaranc", "SpecialEurasia OSINT Unit"]
    assert [d.site for d in said.values()] == ["kayhan.ir", None, None, "New Eastern Outlook", "SpecialEurasia"]
    assert said["002"].title is None


def test_the_made_up_profile_of_a_seed_goes_whole() -> None:
    document = seed("001")
    start = document.text.index("Detail Author:")
    assert {b.role for b in document.blocks if b.start >= start} == {Role.FAKE_PROFILE}


def test_all_six_copies_of_a_foreign_headline_are_repeats() -> None:
    copies = [b for b in seed("001").blocks if b.text.startswith("Iran says no to nuclear talks")]
    assert len(copies) == 6
    assert {b.role for b in copies} == {Role.REPEATED}


def test_the_seeds_have_fifteen_headings_and_twenty_seven_labels() -> None:
    blocks = [b for p in SEEDS for b in seed(p.name[:3]).blocks]
    assert sum(b.role is Role.HEADING for b in blocks) == 15
    assert sum(b.role is Role.LABEL for b in blocks) == 27


def test_every_dropped_block_names_its_rule() -> None:
    for path in SEEDS:
        for block in seed(path.name[:3]).blocks:
            assert block.rule
            assert block.evidence or block.disposition is Disposition.BODY


@pytest.mark.parametrize("piece", ["A. ", ": ", "[", "- ", "by ", "(\n", "date 2024-01-01 ", "Name : x "])
def test_hostile_text_is_cleaned(piece: str) -> None:
    assert_ledger(clean_text(piece * 9_000))


def test_no_block_is_empty() -> None:
    text = "Harbour Plan\n\nDOC. NO: HP-2025\n\nDATE: 2025-12-12 - 2025-12-17\n\nThe council met on Monday."
    assert all(block.start < block.end for block in clean_text(text).blocks)


@pytest.mark.parametrize("text", ["Oil prices rose 3 % on Monday", "The ministers met.", "नई दिल्ली में बैठक हुई"])
def test_a_document_of_one_line_is_its_text_and_no_title(text: str) -> None:
    document = clean_text(text)
    assert (document.title, document.body()) == (None, text)


def test_a_record_that_states_its_title_has_no_other() -> None:
    text = "Oil prices rose on Monday as traders waited\n\nGold fell, and so did the dollar, dealers in London said."
    stated = Page("0", "", "text/plain", text, facts=(Fact("title", "Markets today", "record_title"),))
    document = clean_page(stated, CleanSettings())
    assert document.title == "Markets today"
    assert all(b.disposition is Disposition.BODY for b in document.blocks)
