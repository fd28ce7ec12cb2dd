"""Read the page of a source, be it a file or a record of one.

What a record states beside its content becomes the page's: its address, and title, author, date and site as
stated facts with the rule `record_title` and so on. A page's own head may name the site; all else the record
states wins, because who wrote the record had the page. An HTTP charset counts as the declared encoding.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .encodings import decode
from .errors import RejectedError
from .extract import extract_html, extract_page
from .model import Fact, Page, Source
from .read import HTML_TYPES, expanded, find_file, read_bytes
from .record_model import Record, Stated
from .records import read_record, split_record
from .settings import ReadSettings

if TYPE_CHECKING:
    from .remote import RemoteFolder


def read_page(folder: Path | RemoteFolder, source: Source, settings: ReadSettings, engine: str = "blocks") -> Page:
    """Return the page of a listed source; raises RejectedError with the reason why there is none."""
    page = _page(folder, source, settings, engine)
    lines = len(page.text.splitlines())
    if lines > settings.max_lines:
        raise RejectedError("too_large", f"{lines:,} lines of text; the cap is {settings.max_lines:,}.")
    return page


def _page(folder: Path | RemoteFolder, source: Source, settings: ReadSettings, engine: str) -> Page:
    place = split_record(source.source_path)
    if place is None:
        return extract_page(source, read_bytes(folder, source, settings), settings, engine)
    try:
        full = find_file(folder, place.file)
    except OSError as error:
        raise RejectedError("unreadable", f"The file could not be read: {error.strerror or error}.") from error
    record = read_record(full, source.source_path, source.source_sha256, settings)
    if record.stated is not None:
        return _stated_page(source, record, record.stated, settings, engine)
    data = expanded(record.content, settings) if source.source_path.lower().endswith(".gz") else record.content
    return extract_page(source, data, settings, engine)


def _stated_page(source: Source, record: Record, stated: Stated, settings: ReadSettings, engine: str) -> Page:
    if record.media_type in HTML_TYPES and b"<" in record.content:
        page = _html_page(source, record.content, stated, settings, engine)
    else:
        page = _text_page(source, record.content, stated, settings, engine)
    facts = _facts(stated)
    if not any(f.name == "site" for f in page.facts):
        facts += _site(stated.url)
    said = {f.name for f in facts}
    kept = tuple(f for f in page.facts if f.name not in said)
    name = f"id {stated.record_id}" if stated.record_id else None
    address = f"from {stated.url}" if stated.url else None
    detail = _joined(name, address, stated.note, page.detail)
    return replace(page, url=stated.url or page.url, facts=(*facts, *kept), detail=detail)


def _html_page(source: Source, data: bytes, stated: Stated, settings: ReadSettings, engine: str) -> Page:
    """Return a page of HTML whose address is known, and perhaps its encoding."""
    if stated.charset is None:
        page = extract_html(data, stated.url, settings, source.source_path)
    else:
        # UTF-8 is tried first here too; of other bytes the server's word is taken before the page's own.
        decoded = decode(data, stated.charset)
        page = extract_html(decoded.text, stated.url, settings, source.source_path)
        page = replace(page, encoding=decoded.encoding, detail=_joined(_spots(decoded.replaced), page.detail))
    if engine == "trafilatura":
        from .trafilatura_engine import mark_lines

        page = mark_lines(page, decode(data, stated.charset).text)
    return replace(page, doc_id=source.doc_id or page.doc_id, media_type=source.media_type or page.media_type)


def _text_page(source: Source, data: bytes, stated: Stated, settings: ReadSettings, engine: str) -> Page:
    if stated.charset is None:
        return extract_page(source, data, settings, engine)
    decoded = decode(data, stated.charset)
    page = extract_page(source, decoded.text.encode(), settings, engine)
    return replace(page, encoding=decoded.encoding, detail=_joined(_spots(decoded.replaced), page.detail))


def _facts(stated: Stated) -> tuple[Fact, ...]:
    fields = (("title", stated.title), ("author", stated.author), ("published_on", stated.date))
    return tuple(
        Fact(name, value, f"record_{'date' if name == 'published_on' else name}") for name, value in fields if value
    )


def _site(url: str | None) -> tuple[Fact, ...]:
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return ()
    return (Fact("site", host.removeprefix("www."), "record_url", confidence=0.9),) if host and "." in host else ()


def _spots(count: int) -> str:
    return f"{count:,} bad spot{'s' if count != 1 else ''} replaced by U+FFFD while decoding." if count else ""


def _joined(*parts: str | None) -> str | None:
    said = [part.rstrip(".") for part in parts if part]
    return "; ".join(said) + "." if said else None
