"""What a page can do to us: nothing but be rejected with a reason, or be read."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clean import clean_html
from pipeline.errors import RejectedError
from pipeline.extract import extract_html, extract_page
from pipeline.html_archive import page_of_archive
from pipeline.model import Source
from pipeline.settings import ReadSettings

CASES = json.loads((Path(__file__).parent / "cases" / "html_hostile.json").read_text(encoding="utf-8"))
PROSE = "This is a paragraph of running text, long enough to count as prose, and it ends like one."


def build(case: dict[str, Any]) -> bytes:
    """Return the page of a case: its pieces, each a text or [text, times], with PROSE for "@"."""
    parts = [p if isinstance(p, str) else p[0] * p[1] for p in case["pieces"]]
    return "".join(parts).replace("@", PROSE).encode(case.get("encoding", "utf-8"))


@pytest.mark.parametrize("case", [c for c in CASES if "reason" not in c], ids=lambda c: c["why"])
def test_a_hostile_page_is_read(case: dict[str, Any]) -> None:
    page = extract_html(build(case))
    assert page.text.count(PROSE) == case["prose"]
    assert [piece for piece in case.get("has", ()) if piece not in page.text] == []
    assert [piece for piece in case.get("lacks", ()) if piece in page.text] == []
    ends = [0, *(m.end for m in page.markup)]
    assert all(a <= m.start < m.end for a, m in zip(ends, page.markup, strict=False))


@pytest.mark.parametrize("case", [c for c in CASES if "reason" in c], ids=lambda c: c["why"])
def test_a_page_that_cannot_be_read_has_its_reason(case: dict[str, Any]) -> None:
    with pytest.raises(RejectedError) as refused:
        extract_html(build(case))
    assert refused.value.reason == case["reason"] and case["detail"] in str(refused.value)


@pytest.mark.parametrize("tag", ["div", "span", "table><tr><td", "ul><li"])
def test_fifty_thousand_levels_are_cleaned(tag: str) -> None:
    levels = f"<{tag}>" * (50_000 // (tag.count("<") + 1))
    document = clean_html(f"<body><p>{PROSE}</p>{levels}end")
    assert document.text.startswith(PROSE) and document.text.endswith("end")


def test_a_page_of_fifty_megabytes_is_rejected_unread() -> None:
    with pytest.raises(RejectedError, match="50,000,003 bytes of HTML; the cap is 5,000,000"):
        extract_html(b"<p>" + b"x " * 25_000_000)


def test_a_page_in_a_text_file_that_a_browser_archived_is_read() -> None:
    head = "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=B\r\n\r\n"
    part = "--B\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    html = f'<html><p class=3D"a">Caf=C3=A9. {PROSE[:40]}=\r\n{PROSE[40:]}</p></html>\r\n'
    data = f"{head}{part}{html}--B\r\nContent-Type: image/png\r\n\r\nxyz\r\n--B--".encode()
    page = extract_page(Source("a.txt", None, len(data), "text/plain"), data, ReadSettings())
    assert (page.text, page.media_type) == (f"Café. {PROSE}", "text/html")


@pytest.mark.parametrize(
    "data",
    [
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=B\r\n\r\n--B\r\n\r\nno page\r\n--B--",
        b"Subject: a letter\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>x</p>",
        b"MIME-Version: 1.0\r\n"
        + b"".join(b'Content-Type: multipart/related; boundary="%d"\r\n\r\n--%d\r\n' % (i, i) for i in range(5_000)),
    ],
    ids=["no page in it", "a letter", "parts in parts in parts"],
)
def test_what_is_no_web_archive_is_left_alone(data: bytes) -> None:
    assert page_of_archive(data) is None


FRAGMENTS = st.sampled_from(
    (
        *(
            "<p>",
            "</p>",
            "<div class='ad",
            "'>",
            "<table><tr><td>",
            "</td>",
            "<ul><li>",
            "</html>",
            "<body>",
            "<br>",
            "<pre>",
        ),
        *(
            "<!--",
            "-->",
            "<script>",
            "</script>",
            "<noscript>",
            "<template shadowrootmode=open>",
            "</template>",
            "<svg>",
        ),
        *(
            "<![CDATA[",
            "]]>",
            "&amp;",
            "&#0;",
            "&#xD800;",
            "\0",
            "<a href=x>",
            "</a>",
            "Words here.",
            " ",
            "\n",
            "<h1>",
        ),
    )
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(FRAGMENTS, st.text(max_size=8)), max_size=40).map("".join))
def test_any_markup_is_rejected_or_rendered_with_every_character_in_a_line(html: str) -> None:
    try:
        page = extract_html(html)
    except RejectedError as refused:
        assert refused.reason == "empty"
        return
    ends = [0, *(m.end for m in page.markup)]
    for end, line in zip(ends, page.markup, strict=False):
        assert page.text[end : line.start].strip() == "" and page.text[line.start : line.end].strip()
    assert page.text[ends[-1] :].strip() == ""
