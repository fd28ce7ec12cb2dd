import json
from pathlib import Path

import pytest

from pipeline.clean import clean_page, clean_text
from pipeline.dates import find_dates, from_jalali
from pipeline.model import Fact, Page
from pipeline.settings import CleanSettings

FOLDER = Path(__file__).parent / "cases"
CASES = [
    case
    for name in ("metadata", "metadata_heads", "metadata_languages", "metadata_text")
    for case in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["cases"]
]


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


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("05.03.24, 14:20", ["2024-03-05"]),
        ("05.03.24 14:20", ["2024-03-05"]),
        ("05.03.24", []),
        ("24 شعبان 1445", ["None"]),
        ("5 مارس 2024 الموافق 24 شعبان 1445", ["2024-03-05", "None"]),
    ],
)
def test_a_short_year_needs_a_time_and_an_islamic_date_has_no_value(text: str, values: list[str]) -> None:
    assert [str(d.value) for d in find_dates(text, day_first=True)] == values


def test_a_short_year_beside_a_time_is_a_date_that_nobody_can_state_where_the_language_does_not_tell() -> None:
    assert [d.value for d in find_dates("05.03.24, 14:20")] == [None]


def test_the_title_that_the_head_states_is_found_on_the_page() -> None:
    text = "Menu\n\nThe harbour plan\n\n"
    text += "The committee met again on Tuesday to discuss the new plan for the harbour in the old hall."
    page = Page("0", "0", "text/plain", text, facts=(Fact("title", "The harbour plan", "head"),))
    document = clean_page(page, CleanSettings())
    assert document.title == "The harbour plan"
    assert [b.text for b in document.blocks if b.role == "title"] == ["The harbour plan"]


STORY = (
    "The ferry to the outer islands left on Thursday at dawn with sixty-one people, four dogs and a piano that had "
    "been waiting in a shed since the old boat was scrapped.\n\n"
    "Nobody on the quay had expected it to leave on time, and the master said that he had not expected it either, "
    "but that the tide does not wait for speeches."
)


@pytest.mark.parametrize(
    ("byline", "note"),
    [
        ("By Ann Lee", "Ann Lee is a bookbinder and critic. She lives, despite everything, in Hampshire."),
        ("By Ann Lee", "*Ann Lee keeps bees and writes about ferries.*"),
        ("Von Jörg Maler", "Jörg Maler ist Redakteur für Umweltpolitik."),
        ("Von Jörg Maler", "*Jörg Maler sammelt Lieder und arbeitet als Lehrer in Marburg.*"),
        ("Texto: Ana Souza", "Ana Souza é escritora e vive entre Lisboa e o mar."),
        ("Автор: Анна Берг", "Анна Берг — переводчица, живёт в Архангельске."),
        ("מאת רות אלקיים", "רות אלקיים היא סופרת ועורכת. ספרה האחרון ראה אור בחורף."),
        ("بقلم: سامر النجدي", "*سامر النجدي باحث في الاقتصاد السياسي في جامعة عمّان.*"),
        ("Հեղինակ՝ Լիլիթ Վարդանյան", "Լիլիթ Վարդանյանը լրագրող է, գրում է մարզերի մասին:"),
    ],
)
def test_a_closing_note_on_the_one_who_wrote_is_metadata(byline: str, note: str) -> None:
    document = clean_text(f"The ferry is back after two years\n{byline}\n3 May 2024\n\n{STORY}\n\n{note}")
    assert [b.role for b in document.blocks if b.text == note] == ["author_bio"]


@pytest.mark.parametrize(
    "closing",
    [
        "Annie Marsh is sixty-eight. She lives in the cottage behind the kiln and has never owned a boat.",
        "Ann Lee: What will you do when the ferry stops again? I shall swim, she says, and shuts the door.",
    ],
)
def test_the_last_paragraph_of_a_story_is_body(closing: str) -> None:
    document = clean_text(f"The ferry is back after two years\nBy Ann Lee\n3 May 2024\n\n{STORY}\n\n{closing}")
    kept = "".join(b.text for b in document.blocks if b.disposition == "body")
    assert closing.split(": ")[-1] in kept


def test_one_whom_the_story_names_does_not_sign_it() -> None:
    story = (
        "Паром вернулся на остров после двухлетнего перерыва, сообщил капитан Пётр Ильин, и привёз шестьдесят одного "
    )
    story += "пассажира, четырёх собак и пианино, которое ждало в сарае с тех пор, как старое судно списали."
    named = clean_text(f"Паром вернулся на остров\n\n{story}\n\nПётр Ильин")
    unnamed = clean_text(f"Паром вернулся на остров\n\n{story}\n\nОльга Терентьева")
    assert named.author is None
    assert unnamed.author == "Ольга Терентьева"


def test_a_dash_before_a_name_signs_a_text_but_not_a_quotation() -> None:
    signed = clean_text(f"The ferry is back after two years\n\n{STORY}\n\n— Oona Marsh")
    quoted = clean_text(f"The ferry is back after two years\n\n{STORY}\n\n“The sea is only resting.”\n— Oona Marsh")
    assert signed.author == "Oona Marsh"
    assert quoted.author is None


def test_the_name_of_the_site_above_the_headline_is_metadata() -> None:
    text = f"Quayside Courier\nHome > Ports\n\nThe ferry is back after two years\n\n{STORY}\n\n© 2024 Quayside Courier"
    document = clean_text(text)
    roles = {b.text: str(b.role) for b in document.blocks}
    assert roles["Quayside Courier"] == "site"
    assert roles["The ferry is back after two years"] == "title"


def test_a_deck_stays_in_the_body() -> None:
    deck = "The master had not expected it either; how sixty-one people, four dogs and a piano crossed at dawn"
    document = clean_text(f"The ferry is back after two years\n{deck}\nBy Ann Lee\n3 May 2024\n\n{STORY}")
    assert document.title == "The ferry is back after two years"
    assert [str(b.disposition) for b in document.blocks if b.text == deck] == ["body"]


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
        ("30 kwietnia 2025 r.", ["2025-04-30"]),
        ("14 октября 2025 г., 16:32", ["2025-10-14"]),
        ("11 مارچ 2024", ["2024-03-11"]),
        ("2024. március 5.", ["2024-03-05"]),
        ("2024 m. kovo 5 d.", ["2024-03-05"]),
        ("2024. gada 5. marts", ["2024-03-05"]),
        ("ngày 21 tháng 8 năm 2024", ["2024-08-21"]),
        ("5. ožujka 2024.", ["2024-03-05"]),
        ("5 de març de 2024", ["2024-03-05"]),
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


STORY = (
    "The committee met again on Tuesday to discuss the new plan for the harbour, and several members asked for more "
    "time before the vote that is expected next month.\n\nOfficials said that the talks had been constructive, that "
    "the work would go on through the winter, and that a second report would be published before the end of the year."
)


def test_a_name_in_capitals_is_taken_as_the_page_writes_it_elsewhere() -> None:
    head = "HARBOUR GAZETTE\nHome | News | Sport | Contact\n\nThe plan is put off"
    assert clean_text(f"{head}\n\n{STORY}\n\n\u00a9 2025 Harbour Gazette").site == "Harbour Gazette"


@pytest.mark.parametrize(("path", "said"), [("img/logo.png", "Harbour Gazette"), ("img/quay.png", None)])
def test_the_first_lines_logo_names_the_site_and_another_picture_does_not(path: str, said: str | None) -> None:
    text = f"![Harbour Gazette]({path})\n\nThe plan is put off\n\nBy Ann Lee\n\n{STORY}"
    assert clean_text(text).site == said


def test_a_date_of_change_is_not_the_date() -> None:
    text = f"Il piano del porto slitta ancora\n\n30 giugno 2026 (modifica il 1 luglio 2026 | 08:05)\n\n{STORY}"
    assert str(clean_text(text).published_on) == "2026-06-30"
