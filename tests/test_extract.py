"""What extracting a page from bytes promises."""

import hashlib

import pytest

from pipeline.errors import RejectedError
from pipeline.extract import extract_html, extract_page
from pipeline.model import Page, Source
from pipeline.settings import ReadSettings
from pipeline.trafilatura_engine import KEPT, MAX_CHARS, cover_lines, extract_text

SETTINGS = ReadSettings()


def page_of(data: bytes, media_type: str = "text/plain", path: str = "a.txt") -> Page:
    sha = hashlib.sha256(data).hexdigest()
    return extract_page(Source(path, sha, len(data), media_type, doc_id=sha[:32]), data, SETTINGS)


def test_a_text_file_is_its_decoded_bytes_unchanged() -> None:
    text = "\tOne <b>line</b>\r\n\r\n  & another \u00a0"
    page = page_of(text.encode("utf-8-sig"))
    assert (page.text, page.media_type, page.encoding, page.markup) == (text, "text/plain", "utf-8-sig", ())


def test_replaced_bytes_are_told() -> None:
    page = page_of("Über Öl und Äpfel".encode() + b"\xff")
    assert page.detail == "1 bad spot replaced by U+FFFD while decoding."


def test_a_text_file_that_is_an_html_document_is_read_as_one() -> None:
    page = page_of(b"\n<!-- saved -->\n<!DOCTYPE html><html><p>One.<p>Two.</html>")
    assert (page.text, page.media_type) == ("One.\n\nTwo.", "text/html")


@pytest.mark.parametrize(
    "text",
    [
        "How to write <html> and <body> tags",
        "<b>Bold</b> opening of a text",
        "< 5 of 10 people",
        "# Title\n\n<p>Raw</p>",
    ],
)
def test_a_text_about_markup_stays_a_text(text: str) -> None:
    page = page_of(text.encode())
    assert (page.text, page.media_type) == (text, "text/plain")


def test_an_html_file_without_any_tag_is_read_as_text() -> None:
    page = page_of(b"Just\n\ntext & more", "text/html", "a.html")
    assert (page.text, page.media_type) == ("Just\n\ntext & more", "text/plain")


def test_the_encoding_that_a_page_declares_is_used() -> None:
    html = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251"><p>Он ушёл.</p>'
    assert extract_html(html.encode("cp1251")).text == "Он ушёл."


def test_every_rendered_line_has_its_markup() -> None:
    page = extract_html("<div class=top>Menu</div><ul><li>One</li></ul>")
    assert [page.text[m.start : m.end] for m in page.markup] == ["Menu", "• One"]
    assert [(m.tag, m.path) for m in page.markup] == [("div", "body>div.top"), ("li", "ul>li")]


def test_bytes_and_text_of_a_page_give_the_same() -> None:
    html = "<title>Ä</title><p>Straße</p>"
    assert extract_html(html).text == extract_html(html.encode()).text


def test_the_address_is_that_of_the_caller_or_of_the_page() -> None:
    html = "<link rel=canonical href='https://example.org/a'><p>x</p>"
    assert extract_html(html).url == "https://example.org/a"
    assert extract_html(html, "https://example.org/b").url == "https://example.org/b"


def test_a_page_without_text_is_rejected() -> None:
    for html in ("", " \n", "<html><head><title>x</title></head></html>", "<script>x</script>"):
        with pytest.raises(RejectedError, match="empty"):
            extract_html(html)


def test_a_page_over_the_cap_is_rejected() -> None:
    with pytest.raises(RejectedError, match="too_large"):
        extract_html("<p>" + "x" * 100, settings=ReadSettings(max_html_bytes=50))


def test_a_page_of_too_many_lines_is_rejected() -> None:
    with pytest.raises(RejectedError, match="too_large"):
        extract_html("a<br>" * 150_001)


@pytest.mark.parametrize("tag", ["div", "span", "b", "ul><li", "blockquote"])
def test_deep_nesting_loses_no_text(tag: str) -> None:
    page = extract_html(f"<body><p>before</p>{f'<{tag}>' * 20_000}deep<p>after</p>")
    assert page.text.split() == ["before", "deep", "after"]
    assert page.detail is not None and "2,048" in page.detail


def test_thousands_of_attributes_cost_nothing_and_lose_no_text() -> None:
    attributes = " ".join(f"a{i}='>'" for i in range(60_000))
    assert extract_html(f"<p>one</p><p {attributes}>two</p>").text.split()[:2] == ["one", "two"]


def test_entities_that_a_page_declares_are_not_expanded() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><p>&b; text</p>'
    assert "hahaha" not in extract_html(bomb).text


def test_a_lone_surrogate_is_replaced() -> None:
    assert extract_html("<p>a\ud800b</p>").text == "a\ufffdb"


def test_the_same_page_gives_the_same_again() -> None:
    html = "<title>T</title><article><h1>T</h1><p>One two three.</p></article>"
    assert extract_html(html) == extract_html(html)


def test_lines_are_covered_in_the_order_of_the_text() -> None:
    lines = ["Share", "The rain fell on the hills.", "Share", "• One point here now", "Related"]
    text = "The rain fell on the hills.\nShare\n- One point here now"
    assert cover_lines(lines, text) == [False, True, True, True, False]


def test_lines_of_no_text_are_not_covered() -> None:
    assert cover_lines(["a", "***", "one two three four"], "") == [False, False, False]


@pytest.mark.engine
def test_trafilatura_judges_equal_pages_equally_and_within_its_time() -> None:
    prose = "".join(
        f"<p>Paragraph {i} of the article, which has enough words to be taken for content.</p>" for i in range(9)
    )
    html = f"<html><body><nav><a href=/>Home</a></nav><article>{prose}</article></body></html>".encode()
    source = Source("a.html", None, len(html), "text/html")
    first, second = (extract_page(source, html, SETTINGS, "trafilatura") for _ in range(2))
    assert [m.features for m in first.markup] == [m.features for m in second.markup]
    assert [m.features[KEPT] for m in first.markup] == [0.0] + [1.0] * 9
    assert extract_text("<p>Words that are here.</p>" * 200_000, 0.2) is None
    large = b"<p>" + b"a " * (MAX_CHARS // 2) + b"</p>"
    page = extract_page(Source("b.html", None, len(large), "text/html"), large, SETTINGS, "trafilatura")
    assert page.markup[0].features == {KEPT: -1.0} and page.detail is not None
