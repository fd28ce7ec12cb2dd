"""Sixteen HTML pages in eleven languages by an author who had not seen the cleaner, every text marked.

They were read once by rules and weights that did not know them (docs/html.md has that first reading, which is the
measurement); then their faults were mended by their causes. The floors hold what was reached.
"""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.marked_html import FIELDS, MarkedHtml, count_html, judge_html, read_marked_html
from pipeline import clean_html

FOLDER = Path(__file__).parent / "cases" / "independent_html"
MOST = {"body": 0.008, "junk": 0.045, "metadata": 0.03}
"""Shares of the characters: of the body lost, of junk and of metadata in the body."""
RIGHT = {"title": 15, "author": 9, "date": 15, "site": 15}
FALSE = {"title": 1, "author": 0, "date": 0, "site": 0}


@pytest.fixture(scope="module")
def pages() -> list[MarkedHtml]:
    return [read_marked_html(path) for path in sorted(FOLDER.glob("*/*.html"))]


@pytest.fixture(scope="module")
def counts(pages: list[MarkedHtml]) -> Counter[str]:
    return count_html(pages)


def test_the_pages_are_in_eleven_languages_and_marked_throughout(pages: list[MarkedHtml]) -> None:
    assert len(pages) == 16 and len({page.language for page in pages}) == 11
    assert all("data-m" not in page.html and "data-title" not in page.html for page in pages)


def test_the_body_stays(counts: Counter[str]) -> None:
    lost = counts["body lost"] + counts["not rendered"]
    assert lost <= MOST["body"] * (lost + counts["body kept"])


@pytest.mark.parametrize("kind", ["junk", "metadata"])
def test_what_surrounds_it_goes(counts: Counter[str], kind: str) -> None:
    assert counts[f"{kind} kept"] <= MOST[kind] * (counts[f"{kind} kept"] + counts[f"{kind} gone"])


@pytest.mark.parametrize("field", FIELDS)
def test_fields_are_read_and_not_invented(counts: Counter[str], field: str) -> None:
    assert counts[f"{field} right"] >= RIGHT[field]
    assert counts[f"{field} wrong"] + counts[f"{field} invented"] <= FALSE[field]


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
