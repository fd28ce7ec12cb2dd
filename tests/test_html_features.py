"""What the markup evidence of a line promises."""

import numpy as np

from pipeline.extract import extract_html
from pipeline.html_features import GROUPS, feature_names, matrix, numeric_names
from pipeline.model import Markup

PROSE = "This is a paragraph of running text, long enough to count as prose, and it ends like one."
PAGE = f"""<html><head><title>The headline of the day</title></head><body>
<nav class="main-menu"><ul><li><a href="/">Home</a></li><li><a href="/n">News</a></li></ul></nav>
<main><article class="story"><h1>The headline of the day</h1>
{"".join(f"<p>{PROSE}</p>" for _ in range(6))}</article>
<aside class="related-posts"><p><a href="/x">{PROSE}</a></p></aside></main>
<footer><p>Copyright</p></footer></body></html>"""


def line(page: tuple[Markup, ...], index: int) -> dict[str, float]:
    return dict(page[index].features)


def test_a_line_of_the_article_lies_in_the_element_that_holds_the_prose() -> None:
    markup = extract_html(PAGE).markup
    body, menu, footer = line(markup, 4), line(markup, 0), line(markup, -1)
    assert (body["inside_70"], menu["inside_70"], footer["inside_70"]) == (1.0, 0.0, 0.0)
    assert body["up_70"] == 0.0 < menu["up_70"]


def test_landmarks_and_names_around_a_line_are_told() -> None:
    markup = extract_html(PAGE).markup
    menu, body, related = line(markup, 0), line(markup, 4), line(markup, -2)
    assert menu["in_nav"] and menu["around_navigation"] and menu["link_share"] > 0.6
    assert body["in_article"] and body["in_main"] and not body["in_aside"]
    assert related["in_aside"] and related["around_related"]


def test_the_headline_agrees_with_the_title() -> None:
    markup = extract_html(PAGE).markup
    head = line(markup, 2)
    assert head["title_agreement"] == 1.0 and head["tag_h1"] == 1.0 and head["from_title"] == 0.0
    assert line(markup, 3)["from_title"] == 1.0


def test_a_matrix_has_a_row_a_line_and_no_gaps() -> None:
    markup = extract_html(PAGE).markup
    values, groups = matrix(markup)
    assert values.shape == (len(markup), len(numeric_names()))
    assert groups.shape == (len(markup), len(GROUPS))
    assert np.isfinite(values).all()
    assert groups[3, 0] == groups[4, 0] != groups[0, 0]


def test_a_matrix_is_the_same_from_plain_mappings() -> None:
    markup = extract_html(PAGE).markup
    plain = [Markup(m.start, m.end, m.tag, m.path, dict(m.features)) for m in markup]
    for a, b in zip(matrix(markup), matrix(plain), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_part_of_the_lines_has_a_part_of_the_rows() -> None:
    markup = extract_html(PAGE).markup
    np.testing.assert_array_equal(matrix(markup[2:5])[0], matrix(markup)[0][2:5])


def test_no_lines_make_an_empty_matrix() -> None:
    values, groups = matrix(())
    assert values.shape == (0, len(numeric_names())) and groups.shape == (0, len(GROUPS))


def test_names_of_features_are_distinct() -> None:
    assert len(set(feature_names())) == len(feature_names())


def test_a_page_of_links_alone_has_finite_numbers() -> None:
    values, _ = matrix(extract_html("<ul>" + "<li><a href=x>y</a></li>" * 30 + "</ul>").markup)
    assert np.isfinite(values).all()
