"""What the walk over a page's tree promises."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from pipeline.extract import parse_html
from pipeline.html_names import kind_names, kinds_of, shape_of
from pipeline.html_render import BLOCKS, Rendered, render

CASES = Path(__file__).parent / "cases"
RENDERED = json.loads((CASES / "html_render.json").read_text(encoding="utf-8"))
NAMES = json.loads((CASES / "html_names.json").read_text(encoding="utf-8"))


def rendered(page: str) -> Rendered:
    root, _ = parse_html(page)
    assert root is not None
    return render(root)


@pytest.mark.parametrize("case", RENDERED, ids=[c["why"] for c in RENDERED])
def test_a_page_is_rendered_as_a_reader_sees_it(case: dict[str, str]) -> None:
    assert rendered(case["html"]).text == case["text"]


ARTICLE = "<p>" + "The ferry to the islands was sold on Friday, and its boats sail as before. " * 10 + "</p>"
MENU = "".join(f"<li><a href='/{i}'>Harbour news, part {i}</a></li>" for i in range(30))


@pytest.mark.parametrize(
    ("page", "read"),
    [
        (f"<ul>{MENU}</ul><p>Latest news of the coast.</p><noscript>{ARTICLE}</noscript>", True),
        # Beside an article, and where it is short or made of links.
        (f"<ul>{MENU}</ul>{ARTICLE}<noscript>{ARTICLE}</noscript>", False),
        (f"<ul>{MENU}</ul><p>Latest.</p><noscript><p>The ferry to the islands needs a script.</p></noscript>", False),
        (
            f"<ul>{MENU}</ul><p>Latest.</p><noscript><a href='/f'>{'The ferry to the islands ' * 40}</a></noscript>",
            False,
        ),
    ],
)
def test_an_article_that_waits_for_a_script_is_read_beside_the_furniture(page: str, read: bool) -> None:
    text = rendered(page).text
    assert text.count("The ferry to the islands") == (10 if read or "</ul><p>The" in page else 0)


@pytest.mark.parametrize("case", NAMES, ids=[c["why"] for c in NAMES])
def test_names_say_what_an_element_is_for(case: dict[str, list[str]]) -> None:
    bits = kinds_of(str(case["names"]))
    kinds = {kind for i, kind in enumerate(kind_names()) if bits >> i & 1}
    assert set(case["has"]) <= kinds
    assert not kinds & set(case["lacks"])


def test_items_of_a_list_have_one_shape() -> None:
    assert shape_of("li", "post-12 odd") == shape_of("li", "post-7 odd")


MARKUP = st.lists(
    st.one_of(
        st.sampled_from([f"<{t}>" for t in sorted(BLOCKS)] + [f"</{t}>" for t in sorted(BLOCKS)]),
        st.sampled_from(["<a href=x>", "</a>", "<b>", "</b>", "<br>", "<span class=x>", "</span>", "<img>", "<time>"]),
        st.text("ab \t\n\u00a0\u2028\u3000é", max_size=6),
    ),
    max_size=40,
)


@given(MARKUP)
@settings(max_examples=200, deadline=None)
def test_every_rendered_line_is_a_bare_slice_and_nothing_lies_between(parts: list[str]) -> None:
    root = lxml_html.document_fromstring("<p>x</p>" + "".join(parts))
    page = render(root)
    at = 0
    for start, end in zip(page.lines.start, page.lines.end, strict=True):
        line = page.text[start:end]
        assert line and line == line.strip()
        assert len(line.splitlines()) == 1
        assert not page.text[at:start].strip(" \n")
        at = end
    assert at == len(page.text)
    assert all(len(column) == len(page.lines.start) for column in (page.lines.node, page.lines.links, page.lines.time))


@given(MARKUP)
@settings(max_examples=100, deadline=None)
def test_no_word_of_the_page_is_lost(parts: list[str]) -> None:
    # What waits for a script, or for its absence, is no text of the page.
    shown = [part for part in parts if part.strip("</>") not in ("noscript", "template")]
    root = lxml_html.document_fromstring("<p>x</p>" + "".join(shown))
    text = render(root).text
    seen = "".join(c for c in "".join(root.itertext()) if c in "abé")
    assert "".join(c for c in text if c in "abé") == seen


def test_elements_inside_an_element_are_numbered_after_it() -> None:
    nodes = rendered("<div><p>a</p><section><p>b</p></section></div><p>c</p>").nodes
    for i, parent in enumerate(nodes.parent):
        assert nodes.last[i] > i
        if parent >= 0:
            assert parent < i and nodes.last[i] <= nodes.last[parent]
            assert nodes.depth[i] == nodes.depth[parent] + 1


def test_characters_in_links_are_counted() -> None:
    lines = rendered("<p>one <a href=x>two</a></p>").lines
    assert (lines.link_chars, lines.links) == ([4], [1])


def test_what_css_hides_is_rendered_and_marked() -> None:
    page = rendered("<p>a</p><div style='display: none'><p>b</p></div><p hidden>c</p><p>d</p>")
    assert page.text == "a\n\nb\n\nc\n\nd"
    assert page.lines.hidden == [0, 1, 1, 0]
