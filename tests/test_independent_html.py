"""Sixty-two HTML pages in twenty languages by three authors who had not seen the cleaner, every text marked.

They were read once by rules and weights that did not know them (docs/html.md has that first reading, which is the
measurement); then their faults were mended by their causes. The floors hold what was reached.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.marked_html import FIELDS, count_html, judge_html, read_marked_html
from pipeline import clean_html

FOLDER = Path(__file__).parent / "cases" / "independent_html"


@dataclass(frozen=True, slots=True)
class Floors:
    """The most characters lost of the body, and of junk and metadata kept, by share; fields right and false."""

    most: dict[str, float]
    right: dict[str, int]
    false: dict[str, int]


FLOORS = {
    "author_1": Floors(
        {"body": 0.008, "junk": 0.045, "metadata": 0.03},
        {"title": 15, "author": 9, "date": 15, "site": 15},
        {"title": 1, "author": 0, "date": 0, "site": 0},
    ),
    "author_2": Floors(
        {"body": 0.009, "junk": 0.04, "metadata": 0.075},
        {"title": 14, "author": 7, "date": 13, "site": 12},
        {"title": 2, "author": 1, "date": 0, "site": 1},
    ),
    "author_3": Floors(
        {"body": 0.006, "junk": 0.042, "metadata": 0.023},
        {"title": 29, "author": 15, "date": 20, "site": 25},
        {"title": 1, "author": 1, "date": 0, "site": 0},
    ),
}


@pytest.fixture(scope="module", params=FLOORS)
def reading(request: pytest.FixtureRequest) -> tuple[Floors, Counter[str]]:
    paths = sorted((FOLDER / request.param).glob("*.html"))
    return FLOORS[request.param], count_html([read_marked_html(path) for path in paths])


def test_the_pages_are_in_many_languages_and_marked_throughout() -> None:
    pages = [read_marked_html(path) for path in sorted(FOLDER.glob("*/*.html"))]
    assert len(pages) == 62 and len({page.language for page in pages}) >= 20
    assert all("data-m" not in page.html and "data-title" not in page.html for page in pages)


def test_the_body_stays(reading: tuple[Floors, Counter[str]]) -> None:
    floors, counts = reading
    lost = counts["body lost"] + counts["not rendered"]
    assert lost <= floors.most["body"] * (lost + counts["body kept"])


@pytest.mark.parametrize("kind", ["junk", "metadata"])
def test_what_surrounds_it_goes(reading: tuple[Floors, Counter[str]], kind: str) -> None:
    floors, counts = reading
    assert counts[f"{kind} kept"] <= floors.most[kind] * (counts[f"{kind} kept"] + counts[f"{kind} gone"])


@pytest.mark.parametrize("field", FIELDS)
def test_fields_are_read_and_not_invented(reading: tuple[Floors, Counter[str]], field: str) -> None:
    floors, counts = reading
    assert counts[f"{field} right"] >= floors.right[field]
    assert counts[f"{field} wrong"] + counts[f"{field} invented"] <= floors.false[field]


SMALL = """<html lang="en" data-title="The ferry and the bell"><head><title>The ferry and the bell</title></head>
<body data-m="D"><nav><a href="/">Home</a></nav><h1 data-m="M">The ferry and the bell</h1>
<p data-m="B">The keeper of the ferry rang the bell on the landing until the rope broke, and nobody <i>came</i> to the
water, which had risen by two feet in the night.</p><p data-m="B">{}</p></body></html>"""


def outcomes(tmp_path: Path, last: str) -> Counter[str]:
    path = tmp_path / "01_en_ferry.html"
    path.write_text(SMALL.format(last), encoding="utf-8")
    page = read_marked_html(path)
    found: Counter[str] = Counter()
    for outcome, characters, _ in judge_html(page, clean_html(page.html)):
        found[outcome] += characters
    return found


def test_a_reading_without_faults_counts_every_character(tmp_path: Path) -> None:
    found = outcomes(tmp_path, "In the morning eleven houses stood in the water, and the road was under ice.")
    assert found["body lost"] == found["not rendered"] == found["junk kept"] == 0
    assert found["junk gone"] == len("Home") and found["title right"] == 1 and found["author null"] == 1


def test_a_reading_counts_what_is_lost(tmp_path: Path) -> None:
    found = outcomes(tmp_path, "Subscribe to our newsletter")
    assert found["body lost"] == len("Subscribetoournewsletter")


def test_a_text_without_a_mark_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "01_en_ferry.html"
    path.write_text("<html><body><p>No mark</p></body></html>", encoding="utf-8")
    with pytest.raises(ValueError, match="without a mark"):
        read_marked_html(path)
