"""Ninety-nine pages in twenty-three languages by five authors who had not seen the cleaner.

Each file was read once by rules that did not know it (docs/cleaning.md has these first readings, which are the
measurement); then its faults were mended by their causes, as far as that was general. The floors hold what was reached.
"""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.clean_pages import FIELDS, count_outcomes, read_pages

FOLDER = Path(__file__).parent / "cases" / "independent"
PAGES = [page for path in sorted(FOLDER.glob("*.txt")) for page in read_pages(path)]
MOST = {"body lost": 0.008, "junk kept": 0.07, "metadata in body": 0.045}
REST = {"body lost": "body kept", "junk kept": "junk gone", "metadata in body": "metadata told"}
FALSE = {"title": 6, "author": 0, "date": 1, "site": 5}
RIGHT = {"title": 0.96, "author": 0.9, "date": 0.97, "site": 0.78}


@pytest.fixture(scope="module")
def outcomes() -> Counter[str]:
    return count_outcomes(PAGES)


def test_the_pages_are_in_many_languages() -> None:
    assert len(PAGES) == 99 and len({p.language for p in PAGES}) >= 23


@pytest.mark.parametrize("fault", MOST)
def test_lines_go_where_their_author_said(outcomes: Counter[str], fault: str) -> None:
    assert outcomes[fault] <= MOST[fault] * (outcomes[fault] + outcomes[REST[fault]])


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_read_and_seldom_wrong(outcomes: Counter[str], field: str) -> None:
    right, missing = outcomes[f"{field} right"], outcomes[f"{field} missing"]
    assert outcomes[f"{field} wrong"] + outcomes[f"{field} invented"] <= FALSE[field]
    assert right >= RIGHT[field] * (right + missing)
