"""What reading a crawl (WARC) promises."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest

from pipeline.read import list_sources
from pipeline.settings import ReadSettings
from tests.made_records import (
    PROSE,
    SETTINGS,
    listed,
    page,
    pages,
    response,
    warc_gz,
    warc_record,
    write,
)


def crawl() -> list[bytes]:
    """Ten records of a crawl, of which #1, #3, #7 and #8 are pages."""
    russian = page("Привет, мир", "Президент прибыл в Баку. Он встретился с министрами. {}").encode("cp1251")
    return [
        warc_record(b"software: test", "warcinfo", content_type="application/warc-fields"),
        warc_record(response(russian, kind="text/html; charset=windows-1251"), url="http://www.example.org/ru"),
        warc_record(b"GET / HTTP/1.1\r\n\r\n", "request", content_type="application/http; msgtype=request"),
        warc_record(response(gzip.compress(page("packed").encode()), "Content-Encoding: gzip")),
        warc_record(response(b"gone", status="404 Not Found")),
        warc_record(response(b"\x89PNG", kind="image/png")),
        warc_record(response(b" \r\n ")),
        warc_record(PROSE.encode(), "conversion", "http://example.org/wet", "text/plain"),
        warc_record(page("stored").encode(), "resource", "http://example.org/r", "text/html"),
        warc_record(b"", "revisit"),
    ]


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_pages_of_a_crawl_are_published_and_the_rest_is_accounted_for(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, warc_gz(crawl()) if name.endswith("gz") else b"".join(crawl()))
    assert listed(tmp_path) == {
        name: "no_pages",
        f"{name}#1": None,
        f"{name}#3": None,
        f"{name}#4": "no_pages",
        f"{name}#5": "unsupported_type",
        f"{name}#6": "empty",
        f"{name}#7": None,
        f"{name}#8": None,
    }
    (whole, *_) = list_sources(tmp_path, SETTINGS)
    assert "1 request, 1 revisit, 1 warcinfo" in (whole.detail or "")
    found = pages(tmp_path)
    first = found[f"{name}#1"]
    assert (first.encoding, first.url) == ("cp1251", "http://www.example.org/ru") and "прибыл в Баку" in first.text
    assert next(f.value for f in first.facts if f.name == "site") == "example.org"
    assert next(f.value for f in first.facts if f.name == "title") == "Привет, мир"
    assert found[f"{name}#7"].media_type == "text/plain" and "called packed" in found[f"{name}#3"].text


def test_the_day_of_a_crawl_is_no_day_of_publication(tmp_path: Path) -> None:
    write(tmp_path, "a.warc", b"".join(crawl()))
    assert not [f for p in pages(tmp_path).values() for f in p.facts if f.name == "published_on"]


CHUNKS = b"5\r\n<html\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(page("x")) - 5, page("x")[5:].encode())


@pytest.mark.parametrize(
    ("name", "body", "fields"),
    [
        ("gzip", gzip.compress(page("x").encode()), ("Content-Encoding: gzip",)),
        ("deflate", zlib.compress(page("x").encode()), ("Content-Encoding: deflate",)),
        ("raw deflate", zlib.compress(page("x").encode())[2:-4], ("Content-Encoding: deflate",)),
        ("brotli", brotli.compress(page("x").encode()), ("Content-Encoding: br",)),
        ("chunks", CHUNKS, ("Transfer-Encoding: chunked",)),
        ("undone by the crawler", page("x").encode(), ("Content-Encoding: gzip", "Transfer-Encoding: chunked")),
        ("brotli undone", page("x").encode(), ("Content-Encoding: br",)),
    ],
)  # fmt: skip
def test_a_body_is_put_together_and_expanded(tmp_path: Path, name: str, body: bytes, fields: tuple[str, ...]) -> None:
    write(tmp_path, "a.warc", warc_record(response(body, *fields)))
    (found,) = pages(tmp_path).values()
    assert found.text == PROSE.format("x"), name


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(bytes(300_000)), "gzip"),
        (zlib.compress(bytes(300_000)), "deflate"),
        (brotli.compress(bytes(300_000)), "br"),
    ],
)
def test_a_packed_page_is_expanded_within_its_bound(tmp_path: Path, body: bytes, coding: str) -> None:
    write(tmp_path, "a.warc", warc_record(response(body, f"Content-Encoding: {coding}")))
    assert listed(tmp_path, ReadSettings(max_bytes=200_000)) == {"a.warc#0": "too_large"}


def test_damage_costs_the_record_it_stands_in(tmp_path: Path) -> None:
    one, two, three = (warc_record(response(page(name).encode())) for name in ("one", "two", "three"))
    packed = [gzip.compress(record) for record in (one, two, three)]
    flipped = bytearray(packed[1])
    flipped[len(flipped) // 2] ^= 0xFF
    write(tmp_path, "flipped.warc.gz", packed[0] + bytes(flipped) + packed[2])
    write(tmp_path, "between.warc", one + b"garbage\r\n" + three)
    write(tmp_path, "length.warc", one + two.replace(b"Content-Length: ", b"Content-Length: 9") + three)
    write(tmp_path, "short.warc", one + two[:-60])
    write(tmp_path, "short.warc.gz", packed[0] + packed[1][:-20])
    write(tmp_path, "none.warc", b"no crawl at all")
    found = {path: reason for path, reason in listed(tmp_path).items() if reason != "same_bytes"}
    assert {path: reason for path, reason in found.items() if reason} == {
        "between.warc#1": "corrupt",
        "flipped.warc.gz#1": "corrupt",
        "length.warc#1": "corrupt",
        "none.warc": "corrupt",
        "short.warc#1": "corrupt",
        "short.warc.gz#1": "corrupt",
    }
    assert {"between.warc#2", "length.warc#2", "flipped.warc.gz#2"} <= set(listed(tmp_path))
