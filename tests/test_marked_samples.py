"""What the line model learns from the marked pages, and what it must not see of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.marked_pages import UNREAD, marked_files, read_marked
from benchmarks.short_pages import BORROWED, KEPT, PARAGRAPH_WORDS, shorten_pages
from benchmarks.short_pages import LEAST as LEAST_SHORT
from benchmarks.strewn_pages import LEAST, MOST_LINES, MOST_RUNS, SUFFIX, strew_pages

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("B|The bridge was opened in May.", 1),
        ("H|The bridge", 1),
        ("D|Subscribe to our newsletter", 0),
        ("N|3 min read", 0),
        ("M|By Ann Miller", -1),
        ("?|* * *", -1),
        ("B|It was opened. ¦D¦Subscribe to our newsletter for more of this, every week, for nothing.", 1),
    ],
)
def test_a_line_that_holds_body_is_content_whatever_is_glued_to_it(tmp_path: Path, line: str, label: int) -> None:
    (tmp_path / "independent").mkdir()
    page = f"%% en a page\nB|The town has a new bridge.\n{line}\n"
    (tmp_path / "independent" / "author_1.txt").write_text(page, encoding="utf-8")
    (sample,) = read_marked(tmp_path)
    assert list(sample.labels) == [1, label]


def test_the_pages_that_nobody_reads_are_not_learned_from() -> None:
    names = [path.name for path in marked_files(CASES)]
    assert not set(UNREAD) & set(names)
    assert all((CASES / "independent" / name).is_file() for name in UNREAD)
    assert {"author_1.txt", "author_11.txt", "dev_1.txt"} <= set(names)


def test_a_strewn_page_keeps_all_content_and_at_most_three_short_runs_of_boilerplate() -> None:
    pages = [s for s in read_marked(CASES) if list(s.labels).count(1) >= LEAST and 0 in s.labels]
    strewn = strew_pages(pages)
    assert [s.id for s in strewn] == [p.id + SUFFIX for p in pages]
    assert [s.labels for s in strewn] == [s.labels for s in strew_pages(pages)]
    for page, left in zip(pages, strewn, strict=True):
        rows = list(zip(page.page.lines, page.page.gaps, page.labels, strict=True))
        mine = list(zip(left.page.lines, left.page.gaps, left.labels, strict=True))
        assert [r for r in mine if r[2] != 0] == [r for r in rows if r[2] != 0]
        assert list(left.labels).count(0) <= MOST_RUNS * MOST_LINES
        rest = iter(rows)
        assert all(row in rest for row in mine)
    assert any(0 in s.labels for s in strewn)


def test_a_shortened_page_keeps_all_boilerplate_and_two_to_seven_paragraphs() -> None:
    pages = [replace(s, kind="article", view="full") for s in read_marked(CASES)]
    pages = [s for s in pages if list(s.labels).count(1) >= LEAST_SHORT]
    short = shorten_pages(pages)
    assert [s.labels for s in short] == [s.labels for s in shorten_pages(pages)]
    borrowed = 0
    for page, left in zip(pages, short, strict=True):
        rows = list(zip(page.page.lines, page.page.gaps, page.labels, strict=True))
        mine = list(zip(left.page.lines, left.page.gaps, left.labels, strict=True))
        own = [row for row in rows if row[2] == 0]
        assert [row for row in mine if row[2] == 0][: len(own)] == own
        rest = iter(rows)
        assert all(row in rest for row in mine if row[2] == 1)
        paragraphs = [row for row in rows if row[2] == 1 and len(row[0].split()) >= PARAGRAPH_WORDS]
        stay = [row for row in mine if row[2] == 1 and len(row[0].split()) >= PARAGRAPH_WORDS]
        assert min(KEPT[0], len(paragraphs)) <= len(stay) <= max(KEPT[1], 0)
        borrowed += sum(row[2] == 0 for row in mine) > len(own)
    assert 0 < borrowed < (BORROWED + 0.2) * len(pages)
