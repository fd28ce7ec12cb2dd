"""Markdown is read as a reader sees it, and every span points into the source."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import clean_text, split_text
from pipeline.markdown_view import read_view, view_markdown
from pipeline.model import Disposition, Document, Role
from pipeline.normalize import normalize_text
from pipeline.redact import redact_document
from pipeline.segment import segment_document

CASES = json.loads((Path(__file__).parent / "cases" / "markdown.json").read_text(encoding="utf-8"))
PROSE = (
    "ASTANA — Kazakhstan is considering sending an additional [1.5 million tons](https://news.example/tons) of oil a "
    "year through [Azerbaijan](https://news.example/az), officials said on Sunday, as it seeks other ways to the sea.",
    "The energy ministry said talks with **SOCAR**, the Azerbaijani state company, would resume in March. “We have no "
    "intention of leaving the [CPC](https://news.example/cpc),” a deputy minister told reporters in the capital.",
    "The route links China and Europe by way of Central Asia, the Caspian Sea and the South Caucasus, and it has been "
    "served by ferries since the autumn of last year, when the first trains arrived in the port of Aktau.",
)
PAGE = """Title: Kazakhstan weighs a new oil route

URL Source: https://news.example/2024/02/11/oil-route

Published Time: 2024-02-11T08:30:00+00:00

Markdown Content:
[Skip to content](https://news.example/#content)

[![Image 1: Example News](https://news.example/logo.png)](https://news.example/)

*   [Home](https://news.example/)
*   [World](https://news.example/world)

Kazakhstan weighs a new oil route
=================================

By [Aigerim Bekova](https://news.example/author/aigerim) | February 11, 2024

{}

{}

### What is the Middle Corridor?

{}

[Turkey and Kazakhstan sign a gas deal after long talks](https://news.example/gas)

[Ferries between Aktau and Baku stopped by a storm](https://news.example/storm)

[Share on Facebook](https://facebook.com/sharer/sharer.php?u=x) [Tweet](https://twitter.com/intent/tweet)
"""


def body(document: Document) -> list[str]:
    return [b.text for b in document.blocks if b.disposition is Disposition.BODY]


@pytest.mark.parametrize("case", CASES["views"], ids=lambda case: case["why"])
def test_a_reader_sees_no_syntax(case: dict[str, str]) -> None:
    view = view_markdown(case["text"])
    assert view is not None and view.text == case["shown"]


@pytest.mark.parametrize("text", CASES["plain"])
def test_brackets_and_stars_alone_are_no_markdown(text: str) -> None:
    assert view_markdown(text) is None


def test_what_was_rendered_from_html_is_its_own_view() -> None:
    text = CASES["views"][0]["text"]
    assert read_view(text, "text/html") is None
    assert read_view(text, "text/markdown") is not None


def test_a_page_of_a_reader_service_is_cleaned_like_the_page() -> None:
    document = clean_text(PAGE.format(*PROSE))
    assert body(document) == [PROSE[0], PROSE[1], "### What is the Middle Corridor?", PROSE[2]]
    assert (document.title, document.author) == ("Kazakhstan weighs a new oil route", "Aigerim Bekova")
    assert str(document.published_on) == "2024-02-11"


def test_sentences_are_read_without_syntax_and_point_into_the_source() -> None:
    document = clean_text(PAGE.format(*PROSE))
    found = segment_document(document)
    assert all(document.text[s.start : s.end] == s.text for s in found)
    assert [s.shown for s in found][1:3] == [
        "The energy ministry said talks with SOCAR, the Azerbaijani state company, would resume in March.",
        "“We have no intention of leaving the CPC,” a deputy minister told reporters in the capital.",
    ]
    assert found[1].text.count("**") == 2
    assert found[-1].heading == "What is the Middle Corridor?"


def test_the_body_has_no_addresses() -> None:
    assert "example" not in clean_text(PAGE.format(*PROSE)).body()


def test_lines_that_a_converter_filled_are_joined_with_their_links() -> None:
    text = "\n\n".join(["# Ferries return", *(textwrap.fill(part, 78, break_on_hyphens=False) for part in PROSE)])
    assert text.count("\n") > 10
    assert body(clean_text(text)) == text.split("\n\n")[1:]


def test_a_paragraph_a_line_stays_a_paragraph_a_line() -> None:
    lines = [sentence for part in PROSE for sentence in part.split(". ")]
    assert body(clean_text("\n".join(["# Kazakhstan weighs a new oil route", *lines]))) == lines


def test_a_links_words_are_content_in_a_sentence_and_none_alone_below_the_text() -> None:
    document = clean_text(PAGE.format(*PROSE))
    rules = {b.text: (str(b.role), b.rule) for b in document.blocks}
    below = "[Ferries between Aktau and Baku stopped by a storm](https://news.example/storm)"
    share = PAGE.rstrip().rsplit("\n", 1)[1]
    assert rules[below][0] in ("navigation", "promotion")
    assert rules[share][0] == "promotion"


def test_the_only_first_level_heading_above_the_text_is_the_title() -> None:
    menu = "[Home](/) | [World](/world)"
    text = f"{menu}\n\n# Ferries return to the sea\n\nPort news of the week\n\n{PROSE[0]}\n\n{PROSE[2]}\n"
    assert clean_text(text).title == "Ferries return to the sea"
    assert [f.rule for f in clean_text(text).facts if f.name == "title"] == ["marked_title"]
    twice = text.replace("Port news", "# Port news")
    assert "marked_title" not in [f.rule for f in clean_text(twice).facts]


def test_a_note_in_italics_below_the_text_is_the_authors() -> None:
    note = "*Aigerim Bekova covers energy for the [Example](https://news.example/).*"
    document = clean_text(f"# Kazakhstan weighs a new oil route\n\n{PROSE[0]}\n\n{PROSE[1]}\n\n{PROSE[2]}\n\n{note}\n")
    assert {b.text: b.role for b in document.blocks}[note] is Role.AUTHOR_BIO


def test_pictures_and_rulers_are_blocks_of_their_own() -> None:
    document = clean_text(f"# Title of the page\n\n{PROSE[0]}\n\n![A port](/a.jpg)\n\n---\n\n{PROSE[1]}\n")
    rules = [b.rule for b in document.blocks if b.role is Role.MACHINE_ARTIFACT]
    assert rules == ["markdown_picture", "markdown_ruler"]


def test_redaction_hides_what_a_reader_sees_and_what_links_hold() -> None:
    text = (
        f"# The port of Aktau\n\n{PROSE[0]}\n\nWrite to [anna@mail.example](mailto:anna@mail.example).\n\n{PROSE[1]}\n"
    )
    document = redact_document(clean_text(text))
    assert "anna" not in document.text and "anna" not in document.body()
    assert all("anna" not in (b.shown or "") for b in document.blocks)


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "[",
                "]",
                "(",
                ")",
                "](",
                "![",
                "http://a.b/c",
                "/x",
                "#",
                "<",
                ">",
                '"',
                "\\",
                "*",
                "**",
                "_",
                "__",
                "`",
            ),
            *("\n", "\n\n", " ", "- ", "# ", "===\n", "---\n", "|", "[a](/b)", "![p](/q.png)", "[1]: http://a.b\n"),
            *("word", "He left.", "Ali", "1.", "2024-01-02", "他说。", "Он ушёл.", "\u200b", "\r\n"),
        ]
    ),
    max_size=60,
).map("".join)


@settings(max_examples=300)
@given(PIECES)
def test_the_view_is_what_is_left_of_the_source(text: str) -> None:
    view = view_markdown(text)
    if view is None:
        return
    kept = list(text)
    for one in view.syntax:
        kept[one.start : one.end] = [""] * (one.end - one.start)
    assert "".join(kept) == view.text
    assert len(view.overwritten()) == len(text)
    for at, character in enumerate(view.text):
        start, end = view.span(at, at + 1)
        assert text[start:end] == character and view.place_of(start) == at


@settings(max_examples=150, deadline=None)
@given(PIECES)
def test_the_ledger_of_any_markdown_is_complete(text: str) -> None:
    document = clean_text(text + "[x](http://a.example)")
    at = 0
    for block in document.blocks:
        assert at <= block.start < block.end and not document.text[at : block.start].strip()
        assert document.text[block.start : block.end] == block.text
        at = block.end
    assert not document.text[at:].strip()
    for sentence in segment_document(document):
        block = document.blocks[sentence.block_index]
        assert block.start <= sentence.start < sentence.end <= block.end
        assert document.text[sentence.start : sentence.end] == sentence.text
        assert normalize_text(sentence.shown or sentence.text)
    for fact in document.facts:
        assert fact.start is None or 0 <= fact.start < (fact.end or 0) <= len(document.text)


def test_splitting_running_text_knows_no_markdown() -> None:
    assert split_text("See [a](http://x.example/y). He left.") == [(0, 28), (29, 37)]


def test_a_marked_heading_is_no_entry_of_the_contents_above_it() -> None:
    contents = "##### Table of contents\n\n* [Why the ferries stopped](#why)\n* [What the traders say](#what)"
    text = f"{contents}\n\n# Ferries return to the sea\n\n## Why the ferries stopped\n\n{PROSE[0]}\n\n{PROSE[2]}\n"
    document = clean_text(text)
    assert document.title == "Ferries return to the sea"
    assert [b.text for b in document.blocks if b.role is Role.CONTENTS] == contents.replace("\n\n", "\n").split("\n")


def test_links_without_words_say_so() -> None:
    document = clean_text(f"[](https://facebook.com/sharer)\n\n# Title of the page\n\n{PROSE[0]}\n\n{PROSE[2]}\n")
    assert document.blocks[0].rule == "markdown_empty_link"
