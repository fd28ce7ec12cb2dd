import json
from pathlib import Path

import pytest

from pipeline.clean import clean_page, clean_text
from pipeline.dates import find_dates, from_jalali
from pipeline.model import Fact, Page
from pipeline.settings import CleanSettings

CASES = json.loads((Path(__file__).parent / "cases" / "metadata.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=[c["why"] for c in CASES])
def test_a_document_states_what_it_states_and_nothing_more(case: dict) -> None:
    d = clean_text(case["text"])
    said = {
        "title": d.title,
        "author": d.author,
        "published_on": d.published_on and str(d.published_on),
        "site": d.site,
    }
    assert said == {k: case[k] for k in said}


@pytest.mark.parametrize("case", CASES, ids=[c["why"] for c in CASES])
def test_a_fact_points_at_the_characters_it_was_read_from(case: dict) -> None:
    document = clean_text(case["text"])
    for fact in document.facts:
        span = document.text[fact.start : fact.end]
        if fact.name == "published_on":
            assert [str(f.value) for f in find_dates(span)] == [fact.value]
        else:
            assert " ".join(span.split()) == fact.value


def test_the_title_that_the_head_states_is_found_on_the_page() -> None:
    text = "Menu\n\nThe harbour plan\n\n"
    text += "The committee met again on Tuesday to discuss the new plan for the harbour in the old hall."
    page = Page("0", "0", "text/plain", text, facts=(Fact("title", "The harbour plan", "head"),))
    document = clean_page(page, CleanSettings())
    assert document.title == "The harbour plan"
    assert [b.text for b in document.blocks if b.role == "title"] == ["The harbour plan"]


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("02 November 2025 - 21:53", ["2025-11-02"]),
        ("Nov. 2, 2025", ["2025-11-02"]),
        ("2025-11-02T21:53:00Z", ["2025-11-02"]),
        ("28.12.2023", ["2023-12-28"]),
        ("12/22/2023", ["2023-12-22"]),
        ("03/04/2025", ["None"]),
        ("2 de noviembre de 2025", ["2025-11-02"]),
        ("1er mars 2024", ["2024-03-01"]),
        ("2 ноября 2025 г.", ["2025-11-02"]),
        ("2 листопада 2025", ["2025-11-02"]),
        ("2 Kasım 2025", ["2025-11-02"]),
        ("2 noyabr 2025", ["2025-11-02"]),
        ("2 նոյեմբերի 2025", ["2025-11-02"]),
        ("2 בנובמבר 2025", ["2025-11-02"]),
        ("٢ تشرين الثاني ٢٠٢٥", ["2025-11-02"]),
        ("۱۱ آبان ۱۴۰۴", ["2025-11-02"]),
        ("2025年11月2日", ["2025-11-02"]),
        ("2025년 11월 2일", ["2025-11-02"]),
        ("31.02.2024", []),
        ("November 2025", []),
        ("version 1.2.2024.7 of 2024", []),
        ("5 May", []),
    ],
)
def test_a_date_is_read_in_its_language_or_not_at_all(text: str, dates: list[str]) -> None:
    assert [str(d.value) for d in find_dates(text)] == dates


def test_the_persian_calendar_has_its_leap_days() -> None:
    assert str(from_jalali(1399, 12, 30)) == "2021-03-20"
    assert from_jalali(1400, 12, 30) is None
    assert str(from_jalali(1300, 1, 1)) == "1921-03-21"


FRENCH = (
    "Le plan du port est encore reporté\n\n{label} 03/07/2023\n\nLe comité s'est réuni mardi pour examiner le nouveau "
    "plan du port, et plusieurs membres ont demandé plus de temps avant le vote qui est prévu le mois prochain."
)
ENGLISH = (
    "The harbour plan is put off again\n\n{label} 03/07/2023\n\nThe committee met again on Tuesday to discuss the new "
    "plan for the harbour, and several members asked for more time before the vote that is expected next month."
)


@pytest.mark.parametrize(
    ("text", "said"), [(FRENCH.format(label="Publié le"), "2023-07-03"), (ENGLISH.format(label="Published:"), "None")]
)
def test_a_numeric_date_is_read_in_the_order_of_the_texts_language(text: str, said: str) -> None:
    assert str(clean_text(text).published_on) == said
