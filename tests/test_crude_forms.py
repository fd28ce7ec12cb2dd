"""Forms of crude extracts: pictures' texts before links, counts glued to teasers, boards' heads, closes behind signs.

The pages of `cases/crude` are invented after such forms, marked, and mended with in sight: what a first reading keeps
is in docs/cleaning.md. Beside them stand sentences of articles that look alike and stay. Floors only go up.
"""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.clean_pages import MarkedPage, count_outcomes, read_pages
from pipeline import clean_text
from pipeline.model import Disposition

FOLDER = Path(__file__).parent / "cases" / "crude"
PAGES: list[MarkedPage] = [page for path in sorted(FOLDER.glob("*.txt")) for page in read_pages(path)]
BODY_LOST, JUNK_KEPT, METADATA_IN_BODY = 4, 78, 5
PROSE = (
    "The council of the port met on Monday and agreed to repair the northern quay before the winter comes.",
    "The work will cost two million and take until March, the harbour master told the members of the council.",
)


@pytest.fixture(scope="module")
def outcomes() -> Counter[str]:
    return count_outcomes(PAGES)


def test_the_pages_are_of_many_languages() -> None:
    assert len(PAGES) >= 95
    assert len({page.language for page in PAGES}) >= 17


def test_their_text_is_kept(outcomes: Counter[str]) -> None:
    assert outcomes["body lost"] <= BODY_LOST


def test_what_stands_around_it_goes(outcomes: Counter[str]) -> None:
    assert outcomes["junk kept"] <= JUNK_KEPT


def test_their_header_lines_are_not_body(outcomes: Counter[str]) -> None:
    assert outcomes["metadata in body"] <= METADATA_IN_BODY


def _rules_of(*between: str) -> dict[str, str]:
    """Return the rule of each line that stood between two paragraphs, "" for one that stays."""
    document = clean_text("\n\n".join(("Repairs of the quay", PROSE[0], *between, PROSE[1])))
    rules = {}
    for line in between:
        at = document.text.index(line)
        block = next(b for b in document.blocks if b.start <= at < b.end)
        rules[line] = block.rule if block.disposition is Disposition.DROPPED else ""
    return rules


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("Storm closes the old port Storm closes the old port", "doubled_link"),
        ("Harbour authorityHarbour authority warns of high waves", "doubled_link"),
        ("Ann Bell Ann Bell Why the tide turns for us all", "doubled_link"),
        ("16 commentsThe ferry that nobody wanted is back on the river", "glued_count"),
        (
            "    ".join(["Mayor of the port resigns", "Storm shuts two schools", "Fish is dearer than ever"] * 2),
            "headline_row",
        ),
    ],
)
def test_what_is_said_twice_or_glued_goes(line: str, rule: str) -> None:
    assert _rules_of(line) == {line: rule}


@pytest.mark.parametrize(
    "line",
    [
        "“Get your boats out of here. Get your boats out of here.”",
        "Duran Duran played on the quay, and the mayor danced until the morning came.",
        "Date: the sixth of May, and nobody in the village had slept since the storm began.",
        "16 comments on the plan came in, most of them from the people of the northern shore.",
        "▶ The quay is older than the town, and its stones came from the mill on the river.",
    ],
)
def test_sentences_that_look_alike_stay(line: str) -> None:
    assert _rules_of(line) == {line: ""}


def test_a_board_s_head_gives_the_title_and_the_date() -> None:
    text = (
        "Press office\n\nRepairs of the northern quay\n\nDepartment\nHarbour office\nDate\n2023-11-09\nViews\n3104\n\n"
    )
    document = clean_text(text + "\n\n".join(PROSE))
    assert (document.title, str(document.published_on)) == ("Repairs of the northern quay", "2023-11-09")
    assert "Views" not in "".join(document.text[b.start : b.end] for b in document.blocks if b.disposition == "body")


def test_latin_letters_in_a_cyrillic_label_do_not_hide_the_author() -> None:
    prose = "Мэр объяснил жителям, почему город закрывает старую переправу, которая работала сорок лет подряд."
    assert (
        clean_text(f"Мэр закрыл паром\n\n12 января 2026, 19:39\n\nTекст: Глеб Тарханов\n\n{prose}").author
        == "Глеб Тарханов"
    )


def test_a_word_of_many_cyrillic_letters_is_read_in_one_pass() -> None:
    """One pattern for word and seam tried every place anew: this took a minute and more."""
    word = "о" * 60_000
    assert word in clean_text(f"Порт\n\n{word}\n\n{PROSE[0]}").text
