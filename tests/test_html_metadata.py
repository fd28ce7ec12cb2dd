"""What the facts that a page's markup states promise."""

import json
from pathlib import Path

import pytest

from pipeline.extract import extract_html

CASES = json.loads((Path(__file__).parent / "cases" / "html_metadata.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[c["why"] for c in CASES])
def test_stated_metadata_is_read_and_nothing_is_guessed(case: dict[str, str | None]) -> None:
    page = extract_html(str(case["html"]), case["url"])
    found = {f.name: f.value for f in page.facts}
    assert {k: found.get(k) for k in ("title", "author", "published_on", "site")} == {
        k: case[k] for k in ("title", "author", "published_on", "site")
    }


@pytest.mark.parametrize("case", CASES, ids=[c["why"] for c in CASES])
def test_a_fact_with_a_place_stands_there(case: dict[str, str | None]) -> None:
    page = extract_html(str(case["html"]), case["url"])
    assert len({f.name for f in page.facts}) == len(page.facts)
    for fact in page.facts:
        assert (fact.start is None) == (fact.end is None)
        if fact.start is not None and fact.name != "published_on":
            assert page.text[fact.start : fact.end] == fact.value


@pytest.mark.parametrize("depth", [100, 100_000])
def test_json_nested_deep_does_no_harm(depth: int) -> None:
    page = extract_html(f"<script type='application/ld+json'>{'[' * depth}{']' * depth}</script><p>Text.</p>")
    assert page.facts == ()


@pytest.mark.parametrize(
    ("shown", "title"),
    [
        ("Graduates find their degrees no guarantee (example.org) 87", "Graduates find their degrees no guarantee"),
        ("Graduates find their degrees no guarantee 139 comments", "Graduates find their degrees no guarantee"),
        # What the head states too is the title's own.
        ("Ten rivers that rose in 2024", "Ten rivers that rose in 2024"),
    ],
)
def test_a_source_or_count_behind_a_headline_is_not_its_title(shown: str, title: str) -> None:
    from pipeline import clean_html

    prose = "<p>The builders said on Tuesday that the new terminal would open within two years.</p>" * 3
    page = f"<html><head><title>{title} - Example Board</title></head><body><h1>{shown}</h1>{prose}</body></html>"
    assert clean_html(page).title == title
