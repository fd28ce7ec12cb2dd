"""Pages of our own as programs turn pages into text, every line of which was marked before it was run.

`first.txt` was read, then the rules were made with it in sight; `second.txt` was written before them and read once by
finished rules, then some of its faults were mended. The figures of both readings are in docs/cleaning.md. Floors only
go up.
"""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.clean_pages import MarkedPage, count_outcomes, read_pages

FOLDER = Path(__file__).parent / "cases" / "dumps"
PAGES: list[MarkedPage] = [page for path in sorted(FOLDER.glob("*.txt")) for page in read_pages(path)]
BODY_LOST, JUNK_KEPT, METADATA_IN_BODY = 5, 5, 3


@pytest.fixture(scope="module")
def outcomes() -> Counter[str]:
    return count_outcomes(PAGES)


def test_the_dumps_come_from_many_programs_and_languages() -> None:
    assert len(PAGES) >= 45
    assert len({page.language for page in PAGES}) >= 14


def test_the_text_of_a_dump_is_kept(outcomes: Counter[str]) -> None:
    assert outcomes["body lost"] <= BODY_LOST


def test_what_programs_leave_goes(outcomes: Counter[str]) -> None:
    assert outcomes["junk kept"] <= JUNK_KEPT


def test_header_lines_of_dumps_are_not_body(outcomes: Counter[str]) -> None:
    assert outcomes["metadata in body"] <= METADATA_IN_BODY
