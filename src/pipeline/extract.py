"""Turn the bytes of a source into a page: text as it is, HTML rendered once.

A text file's text is the decoded file. An HTML page is rendered whole, boilerplate included, so that every
character has a place in the ledger; what the markup says comes along as evidence (`html_features`) and as
candidates for the metadata (`html_metadata`). A .txt that clearly is an HTML document is read as one, so is
a page that a browser saved with its pictures (MHTML), and a .html without any markup as text. Pages over the
cap are refused; depth is bounded by the parser and by a walk that does not recurse.
"""

from __future__ import annotations

import hashlib
import re
from html import escape
from typing import Any

from .encodings import Decoded, decode, without_unsafe
from .errors import RejectedError
from .html_archive import page_of_archive
from .model import Page, Source
from .read import HTML_TYPES
from .settings import ReadSettings


def extract_page(source: Source, data: bytes, settings: ReadSettings, engine: str = "blocks") -> Page:
    """Return the page of a source and its bytes.

    With the engine "trafilatura" the markup of HTML says which lines trafilatura takes for content
    (`trafilatura_engine`), and nothing else. Raises RejectedError: "binary", "too_large" (HTML over the cap) or
    "empty" (no text at all).
    """
    doc_id = source.doc_id or _doc_id(data)
    is_html = source.media_type in HTML_TYPES
    if archived := page_of_archive(data):
        is_html, data = True, archived
    decoded = decode(data, _declared(data) if is_html or _looks_like_html(data) else None)
    if is_html or _is_html_document(decoded.text):
        if _TAG.search(decoded.text):
            media_type = source.media_type if source.media_type in HTML_TYPES else "text/html"
            page = _html_page(decoded, len(data), None, doc_id, source.source_path, media_type, settings)
            if engine == "trafilatura":
                from .trafilatura_engine import mark_lines

                return mark_lines(page, decoded.text)
            return page
        source_type = "text/plain"
    else:
        source_type = source.media_type or "text/plain"
    if not decoded.text.strip():
        raise RejectedError("empty", "The file holds nothing but white space.")
    return Page(
        doc_id, source.source_path, source_type, decoded.text, encoding=decoded.encoding, detail=_detail(decoded)
    )


def extract_html(
    html: bytes | str, url: str | None = None, settings: ReadSettings | None = None, source_path: str = ""
) -> Page:
    r"""Return the page of one HTML document; raises RejectedError as `extract_page` does.

    >>> extract_html("<title>A</title><p>One.<p>Two.").text
    'One.\n\nTwo.'
    """
    if isinstance(html, str):
        decoded = without_unsafe(Decoded(html, "utf-8"))
        data = decoded.text.encode()
    else:
        data = html
        page = page_of_archive(data) or data
        decoded = decode(page, _declared(page))
    return _html_page(decoded, len(data), url, _doc_id(data), source_path, "text/html", settings or ReadSettings())


def parse_html(text: str) -> tuple[Any, str | None]:
    """Return the lxml root of an HTML document (None when it holds no element) and a note on what was left out.

    Comments and processing instructions are dropped, entities that a document declares are not expanded,
    nothing is fetched. What is nested too deep for the parser is read again without its structure.
    """
    if "<![CDATA[" in text and _XHTML.search(text[: 2 * _HEAD]):
        text = _without_cdata(text)
    if len(text) > _LONG_PAGE:
        text = _MANY_ATTRIBUTES.sub(r"\1", text)
    text = _END_OF_PAGE.sub("", text)
    root, complete = _parse(text)
    if complete:
        return root, None
    return _parse(_flat(text))[0], f"Nested deeper than {_MAX_DEPTH:,} elements; read without its structure."


# What follows </body> or </html> libxml2 drops, where browsers go on: a template that ends the page too early (2 of
# 1,554 real pages lost 7 and 56 % of themselves), two pages in one file. Both end tags may be left out.
_END_OF_PAGE = re.compile(r"</(?:body|html)\s{0,20}>", re.IGNORECASE)
_MAX_DEPTH = 2_048
"""Levels that libxml2 follows, with `huge_tree`, before it stops and drops the rest of the page."""
_LONG_PAGE = 200_000
# libxml2 compares every attribute of an element with all others: 20,000 take 0.5 s, 200,000 a minute. A page of
# 200,000 characters cannot hold enough of them to take 10 s; for longer ones elements of 500 or more lose them.
_MANY_ATTRIBUTES = re.compile(
    r"(<[a-zA-Z][^\s<>/]*+)(?:[\s/]++[^\s=>\"'/<]++"
    r"(?:\s*+=\s*+(?:\"[^\"]{0,2000}+\"|'[^']{0,2000}+'|[^\s>\"']++))?+){500,}+"
)


_XHTML = re.compile(r"<\?xml\b|http://www\.w3\.org/1999/xhtml")


def _without_cdata(text: str) -> str:
    """Return the page with its CDATA sections as text: HTML takes them for comments, XHTML for what they hold."""
    parts = []
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0 and (end := text.find("]]>", start)) >= 0:
        parts += [text[at:start], escape(text[start + 9 : end], quote=False)]
        at = end + 3
    return "".join([*parts, text[at:]])


def _parse(text: str) -> tuple[Any, bool]:
    """Return the root and whether the whole page was read."""
    from lxml import etree

    parser = etree.HTMLParser(
        recover=True, huge_tree=True, remove_comments=True, remove_pis=True, no_network=True, encoding="utf-8"
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, etree.ParserError):
        return None, True
    return root, not any("depth" in entry.message for entry in parser.error_log.filter_from_fatals())


_ELEMENT = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
_KEPT_FLAT = frozenset(
    ("h1", "h2", "h3", "h4", "h5", "h6", "br", "title", "script", "style", "template", "meta", "link")
)


def _flat(text: str) -> str:
    """Return the page with block elements as paragraph breaks, inline ones gone, so that nothing nests."""
    from .html_render import BLOCKS

    def flat(element: re.Match[str]) -> str:
        tag = element[2].lower()
        return element[0] if tag in _KEPT_FLAT else "<p>" if tag in BLOCKS else ""

    return _ELEMENT.sub(flat, text)


# --- one page ---------------------------------------------------------------------------------------


def _html_page(
    decoded: Decoded,
    size: int,
    url: str | None,
    doc_id: str,
    source_path: str,
    media_type: str,
    settings: ReadSettings,
) -> Page:
    from .html_features import describe_lines
    from .html_head import Head, page_address
    from .html_metadata import stated_facts
    from .html_render import render

    if size > settings.max_html_bytes:
        raise RejectedError("too_large", f"{size:,} bytes of HTML; the cap is {settings.max_html_bytes:,}.")
    root, note = parse_html(decoded.text)
    rendered = render(root) if root is not None else None
    if rendered is None or not rendered.text:
        framed = root is not None and root.find(".//frameset") is not None
        why = "is a set of frames: its text stands in other files" if framed else "shows no text without its scripts"
        raise RejectedError("empty", f"The page {why}.")
    if len(rendered.lines.start) > _MAX_LINES:
        raise RejectedError("too_large", f"{len(rendered.lines.start):,} lines of text; the cap is {_MAX_LINES:,}.")
    address = url or page_address(root)
    head = Head.read(root, address)
    facts = stated_facts(head, rendered)
    title = next((f.value for f in facts if f.name == "title"), None)
    return Page(
        doc_id,
        source_path,
        media_type,
        rendered.text,
        markup=describe_lines(rendered, title, head.kinds),
        facts=facts,
        url=address,
        encoding=decoded.encoding,
        detail=" ".join(said for said in (_detail(decoded), note) if said) or None,
    )


_MAX_LINES = 75_000
# 140,000 lines took 14 s of a busy processor to render, describe and judge; a page for readers has 300.


def _doc_id(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _detail(decoded: Decoded) -> str | None:
    if not decoded.replaced:
        return None
    spots = "spot" if decoded.replaced == 1 else "spots"
    return f"{decoded.replaced:,} bad {spots} replaced by U+FFFD while decoding."


# --- what the bytes are -----------------------------------------------------------------------------

_TAG = re.compile(r"<[A-Za-z!/?]")
_HEAD = 2048
_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s{0,5}=\s{0,5}[\"']?\s{0,5}([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"^\s{0,100}<\?xml[^>]{0,200}?encoding\s{0,5}=\s{0,5}[\"']([A-Za-z0-9_:.\-]{2,40})")
_DOCUMENT = re.compile(
    r"\s{0,1000}(?:<\?xml[^>]{0,300}\?>\s{0,1000})?(?:<!--(?:[^-]|-(?!->)){0,5000}-->\s{0,1000}){0,5}"
    r"<(?:!doctype\s{1,20}html\b|html[\s>]|head[\s>]|body[\s>])",
    re.IGNORECASE,
)


def _declared(data: bytes) -> str | None:
    """Return the encoding that the head of a page names."""
    head = data[: 4 * _HEAD]
    found = _XML_ENCODING.search(head) or _CHARSET.search(head)
    return found[1].decode("ascii") if found else None


def _looks_like_html(data: bytes) -> bool:
    return b"<html" in data[:_HEAD].lower()


def _is_html_document(text: str) -> bool:
    """Tell whether a text begins as an HTML document does; an article about HTML begins with words."""
    return _DOCUMENT.match(text[: 4 * _HEAD].lstrip("\ufeff")) is not None
