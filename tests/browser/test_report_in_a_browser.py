"""The report as a person sees it: in a real browser, on a phone and on a desk, light and dark."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.report import write_report
from tests.browser.check_report import WIDTHS, find_browser, look
from tests.made_tables import stage
from tests.test_report import DOCUMENTS, EVIL, GOOD, REJECTED

pytestmark = pytest.mark.engine


@pytest.fixture
def browser() -> str:
    found = find_browser()
    if found is None:
        if os.environ.get("CORPUS_TESTS_NO_BROWSER") == "1":
            pytest.skip("CORPUS_TESTS_NO_BROWSER=1")
        pytest.fail("There is no chromium on PATH. Install one, or leave this out with CORPUS_TESTS_NO_BROWSER=1.")
    return found


def test_hostile_text_shows_as_text_and_nothing_leaves_the_page(browser: str, tmp_path: Path) -> None:
    html = write_report(stage(tmp_path, DOCUMENTS, [REJECTED]), GOOD, name=EVIL).read_text("utf-8")
    assert look(browser, html, ways=[(WIDTHS[0], False), (WIDTHS[1], True)]) == []


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ('<img src="http://elsewhere.test/pixel.png">', "asked for http://elsewhere.test/pixel.png"),
        ("<script>console.error('wrong')</script>", "console"),
        ('<div style="width: 3000px">wide</div>', "wider than the window"),
    ],
)
def test_a_page_with_a_fault_is_found_out(browser: str, tmp_path: Path, added: str, said: str) -> None:
    """The look itself is tested: a page without its policy that asks, complains or overflows does not pass."""
    html = f"<!doctype html><html><body><h1>A page</h1>{added}</body></html>"
    assert any(said in problem for problem in look(browser, html, ways=[(WIDTHS[0], False)]))
