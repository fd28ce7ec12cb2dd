"""What reading files of many records promises."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import RejectedError
from pipeline.model import SourceStatus
from pipeline.pages import read_page
from pipeline.read import list_sources
from pipeline.records import RECORD_SUFFIXES, is_record_file, reading_order, split_record
from pipeline.settings import ReadSettings
from tests.made_records import (
    HOLDERS,
    PROSE,
    SETTINGS,
    encrypted,
    json_lines,
    listed,
    page,
    pages,
    parquet,
    tar_of,
    write,
    zip_of,
    zstd,
)

CASES = json.loads((Path(__file__).parent / "cases" / "record_fields.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", HOLDERS)
def test_every_record_is_a_source_with_a_number(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, HOLDERS[name])
    found = list_sources(tmp_path, SETTINGS)
    assert [split_record(s.source_path).number for s in found if split_record(s.source_path)] == [0, 1, 2, 3, 4]  # type: ignore[union-attr]
    assert {s.status for s in found} == {SourceStatus.PUBLISHED} and len({s.doc_id for s in found}) == 5
    assert all(s.doc_id == (s.source_sha256 or "")[:32] and s.size > 0 for s in found)
    for source in found:
        number = split_record(source.source_path).number  # type: ignore[union-attr]
        assert f"It is called {number}." in read_page(tmp_path, source, SETTINGS).text


@pytest.mark.parametrize("name", HOLDERS)
def test_records_are_found_in_any_order(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, HOLDERS[name])
    found = list_sources(tmp_path, SETTINGS)
    for i in (3, 1, 4, 4, 0, 2):
        assert f"It is called {i}." in read_page(tmp_path, found[i], SETTINGS).text


def test_every_suffix_is_tried() -> None:
    tried = {suffix for name in HOLDERS for suffix in RECORD_SUFFIXES if name.endswith(suffix)}
    assert set(RECORD_SUFFIXES) - tried <= {".ndjson.gz", ".ndjson.zst", ".tsv.gz", ".tsv.zst"}
    assert is_record_file("A.JSONL.GZ") and not is_record_file("a.xml") and not is_record_file("a.zip.txt")


def test_a_worker_goes_through_a_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline import records

    write(tmp_path, "a.jsonl", json_lines(*[{"text": f"Text number {i}."} for i in range(300)]))
    found = sorted(list_sources(tmp_path, SETTINGS), key=lambda s: reading_order(s.source_path))
    assert [s.source_path for s in found[:3]] == ["a.jsonl#0", "a.jsonl#1", "a.jsonl#2"]
    opened: list[bytes] = []
    real = records.open_regular
    monkeypatch.setattr(records, "open_regular", lambda path: opened.append(path) or real(path))
    for source in found:
        read_page(tmp_path, source, SETTINGS)
    assert len(opened) == 1


# --- fields -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=[c["why"] for c in CASES])
@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_fields_are_found_and_stated(tmp_path: Path, case: dict[str, Any], kind: str) -> None:
    data = json_lines(case["row"]) if kind == "jsonl" else parquet([case["row"]])
    write(tmp_path, f"a.{kind}", data)
    read = ReadSettings(**case.get("settings", {}))
    (source,) = list_sources(tmp_path, read)
    if "reason" in case:
        assert source.reason == case["reason"]
        return
    assert source.reason is None, source.detail
    found = read_page(tmp_path, source, read)
    assert found.text == case.get("text", case["row"].get("text"))
    assert {f.name: f.value for f in found.facts} == case["facts"]
    assert found.url == case.get("url")


def test_dates_of_a_table_are_dates(tmp_path: Path) -> None:
    rows = [{"text": "One.", "date": date(2024, 5, 1)}, {"text": "Two.", "date": date(1, 1, 1)}]
    write(tmp_path, "a.parquet", parquet(rows))
    write(tmp_path, "b.parquet", parquet([{"text": "Three.", "date": datetime(2024, 5, 2, 23, 0)}]))
    found = [[(f.value, f.rule) for f in p.facts] for p in pages(tmp_path).values()]
    assert found == [[("2024-05-01", "record_date")], [], [("2024-05-02", "record_date")]]


def test_what_a_record_states_is_part_of_its_identity(tmp_path: Path) -> None:
    first, other = {"text": "The same words.", "url": "https://a.org/"}, {"text": "The same words.", "score": 1}
    write(tmp_path, "a.jsonl", json_lines(first, other, {**first, "score": 2}))
    assert [(s.source_path, s.status, s.detail) for s in list_sources(tmp_path, SETTINGS)] == [
        ("a.jsonl#0", SourceStatus.PUBLISHED, None),
        ("a.jsonl#1", SourceStatus.PUBLISHED, None),
        ("a.jsonl#2", SourceStatus.DUPLICATE, "The same bytes as a.jsonl#0."),
    ]


def test_a_record_has_one_identity_in_every_format(tmp_path: Path) -> None:
    for name in ("a.jsonl", "a.jsonl.gz", "a.parquet", "a.csv", "a.tsv", "a.json"):
        write(tmp_path, name, HOLDERS[name])
    found = list_sources(tmp_path, SETTINGS)
    assert len({s.doc_id for s in found}) == 5 and len(found) == 30


def test_a_member_has_the_identity_of_the_same_file(tmp_path: Path) -> None:
    write(tmp_path, "a.zip", zip_of({"x/p.txt": b"Some words."}))
    write(tmp_path, "b.txt", b"Some words.")
    assert listed(tmp_path) == {"a.zip#0/x/p.txt": None, "b.txt": "same_bytes"}


# --- one bad record ---------------------------------------------------------------------------------


def test_a_bad_line_costs_that_line(tmp_path: Path) -> None:
    long = json.dumps({"text": "x" * 500}).encode()
    bad = (b"{bad", b"[1]", b"", b'{"text": 5}', b'{"id": 1}', b'{"text": " "}', long, b"[" * 200, b"\x01\x02\x03" * 20)
    write(tmp_path, "a.jsonl", json_lines({"text": "First."}, *bad, {"text": "Last."}))
    assert listed(tmp_path, ReadSettings(max_bytes=100)) == {
        "a.jsonl#0": None,
        "a.jsonl#1": "malformed",
        "a.jsonl#10": None,
        "a.jsonl#2": "malformed",
        "a.jsonl#4": "malformed",
        "a.jsonl#5": "no_text",
        "a.jsonl#6": "empty",
        "a.jsonl#7": "too_large",
        "a.jsonl#8": "malformed",
        "a.jsonl#9": "malformed",
    }


def test_json_nested_beyond_the_parser_costs_that_line(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", json_lines(b'{"text":' + b"[" * 100_000, {"text": "Last."}))
    assert listed(tmp_path) == {"a.jsonl#0": "malformed", "a.jsonl#1": None}


def test_a_mark_a_bad_byte_and_a_lone_surrogate_are_read_and_counted(tmp_path: Path) -> None:
    lines = (
        b'\xef\xbb\xbf{"text": "After the mark."}',
        '{"text": "Früh übt sich, Äpfel, Öl und '.encode() + b'\xff"}',
        b'{"text": "A lone \\ud800 surrogate, and \\u0000."}',
    )
    write(tmp_path, "a.jsonl", json_lines(*lines))
    found = pages(tmp_path)
    assert [p.text for p in found.values()] == [
        "After the mark.",
        "Früh übt sich, Äpfel, Öl und \ufffd",
        "A lone \ufffd surrogate, and \ufffd.",
    ]
    assert [p.detail for p in found.values()] == [
        None,
        "1 bad spot replaced by U+FFFD in the record.",
        "2 bad spots replaced by U+FFFD in the record.",
    ]


def test_text_of_a_table_that_is_no_utf8_is_decoded(tmp_path: Path) -> None:
    text = pa.Array.from_buffers(pa.string(), 1, pa.array(["Он ушёл домой.".encode("cp1251")], pa.binary()).buffers())
    write(tmp_path, "a.parquet", parquet(pa.table({"text": text})))
    ((path, found),) = pages(tmp_path).items()
    assert (path, found.text, found.encoding) == ("a.parquet#0", "Он ушёл домой.", "cp1251")


def test_a_bad_member_costs_that_member(tmp_path: Path) -> None:
    members = {
        "../up.txt": b"no",
        "/abs.txt": b"no",
        "C:\\win.txt": b"no",
        "a\\..\\b.txt": b"no",
        "inner.zip": b"no",
        "photo.png": b"no",
        "blank.txt": b" \n",
        "bomb.txt": bytes(3_000_000),
        "big.txt": os.urandom(21_000),
        ".hidden/a.txt": b"no",
        "__MACOSX/a.txt": b"no",
        "d" * 1_100 + ".txt": b"no",
        "x/" * 40 + "a.txt": b"no",
        "new\nline.txt": b"no",
        "good.txt": b"Good.",
        "page.html.gz": gzip.compress(page("packed").encode()),
    }
    expected = {
        "#0": "outside",
        "#1": "outside",
        "#2": "outside",
        "#3": "outside",
        "#4/inner.zip": "nested_archive",
        "#5/photo.png": "unsupported_type",
        "#6/blank.txt": "empty",
        "#7/bomb.txt": "too_large",
        "#8/big.txt": "too_large",
        "#11": "bad_name",
        "#12": "bad_name",
        "#13": "bad_name",
        "#14/good.txt": None,
        "#15/page.html.gz": None,
    }
    read = ReadSettings(max_bytes=20_000, max_archive_bytes=10_000_000)
    write(tmp_path, "a.zip", zip_of(members))
    assert listed(tmp_path, read) == {f"a.zip{k}": v for k, v in sorted(expected.items())}
    assert [p.media_type for p in pages(tmp_path, read).values()] == ["text/plain", "text/html"]
    (tmp_path / "a.zip").unlink()
    write(tmp_path, "a.tar", tar_of(members))
    assert listed(tmp_path, read) == {f"a.tar{k}": v for k, v in sorted(expected.items())}


def test_links_and_devices_of_an_archive_are_refused(tmp_path: Path) -> None:
    kinds = {"l.txt": tarfile.SYMTYPE, "h.txt": tarfile.LNKTYPE, "p.txt": tarfile.FIFOTYPE, "d.txt": tarfile.CHRTYPE}
    write(tmp_path, "a.tar", tar_of(dict.fromkeys(kinds, b"/etc/passwd") | {"a.txt": b"Good."}, kinds))
    link = zipfile.ZipInfo("l.txt")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    write(tmp_path, "b.zip", out.getvalue())
    assert list(listed(tmp_path).values()) == ["not_a_file"] * 4 + [None, "not_a_file"]


def test_encrypted_and_damaged_members_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.zip", encrypted(zip_of({"a.txt": b"Secret words."})))
    sound = zip_of({"a.txt": PROSE.encode(), "b.txt": b"Good."})
    damaged = bytearray(sound)
    damaged[45] ^= 0xFF
    write(tmp_path, "b.zip", bytes(damaged))
    write(tmp_path, "c.zip", sound[:-30])
    assert listed(tmp_path) == {
        "a.zip#0/a.txt": "encrypted",
        "b.zip#0/a.txt": "corrupt",
        "b.zip#1/b.txt": None,
        "c.zip": "corrupt",
    }


def test_damage_of_a_tar_is_told_and_what_came_before_is_kept(tmp_path: Path) -> None:
    sound = tar_of({f"{i}.txt": PROSE.format(i).encode() for i in range(4)})
    header = bytearray(sound)
    header[2 * 1024 + 5] ^= 0xFF
    write(tmp_path, "header.tar", bytes(header))
    write(tmp_path, "short.tar", tar_of({f"{i}.txt": b"%d " % i * 200 for i in range(4)})[: 2 * 1024 + 600])
    write(tmp_path, "none.tar", b"no tar at all " * 100)
    packed = gzip.compress(os.urandom(200_000) + sound)
    write(tmp_path, "packed.tar.gz", packed[:-100])
    found = listed(tmp_path)
    assert found == {
        "header.tar#0/0.txt": None,
        "header.tar#1/1.txt": None,
        "header.tar#2": "corrupt",
        "none.tar": "corrupt",
        "packed.tar.gz": "corrupt",
        "short.tar#0/0.txt": None,
        "short.tar#1/1.txt": None,
        "short.tar#2/2.txt": "corrupt",
        "short.tar#3": "corrupt",
    }


# --- bounds -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pack", [gzip.compress, zstd], ids=["gz", "zst"])
def test_a_bomb_is_stopped_and_what_came_before_is_kept(tmp_path: Path, pack: Any) -> None:
    suffix = "gz" if pack is gzip.compress else "zst"
    write(tmp_path, f"a.jsonl.{suffix}", pack(json_lines({"text": "First."}) + bytes(30_000_000)))
    found = listed(tmp_path)
    assert found == {f"a.jsonl.{suffix}#0": None, f"a.jsonl.{suffix}#1": "too_large"}


def test_a_tables_repeated_value_is_no_way_around_the_bound(tmp_path: Path) -> None:
    repeated = pa.DictionaryArray.from_arrays(pa.array([0] * 400, pa.int32()), pa.array(["x" * 100_000]))
    write(tmp_path, "a.parquet", parquet(pa.table({"text": repeated}), compression="zstd"))
    reasons = list(listed(tmp_path).values())
    assert reasons.count("too_large") == 1 and len(reasons) < 20


def test_members_that_share_their_bytes_are_bounded_together(tmp_path: Path) -> None:
    members = {f"{i}.txt": bytes(900_000) for i in range(20)}
    write(tmp_path, "a.zip", zip_of(members))
    assert "too_large" in listed(tmp_path).values()


def test_records_over_the_cap_are_one_rejected_row(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", json_lines(*[{"text": f"Number {i}."} for i in range(5)]))
    write(tmp_path, "b.zip", zip_of({f"{i}.txt": b"x" for i in range(5)}))
    found = listed(tmp_path, ReadSettings(max_records=3))
    assert found == {
        "a.jsonl#0": None,
        "a.jsonl#1": None,
        "a.jsonl#2": None,
        "a.jsonl#3": "too_many",
        "b.zip": "too_many",
    }


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.jsonl", b"", "empty"),
        ("a.jsonl", b"\n \n", "empty"),
        ("a.zip", zip_of({}), "empty"),
        ("a.tar", tar_of({}), "empty"),
        ("a.parquet", b"PAR1 but nothing else PAR1", "corrupt"),
        ("a.parquet", parquet([{"other": 1}]), "no_text"),
        ("a.parquet", parquet(pa.table({"text": pa.array([], pa.string())})), "empty"),
        ("a.warc.gz", b"no gzip at all", "corrupt"),
        ("a.jsonl.gz", b"no gzip at all", "corrupt"),
        ("a.jsonl.zst", b"no zstd at all", "corrupt"),
    ],
)
def test_a_file_without_records_is_one_rejected_row(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    write(tmp_path, name, data)
    ((_, found),) = listed(tmp_path).items()
    assert found == reason


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    name=st.sampled_from(sorted(HOLDERS)),
    at=st.floats(0, 1),
    data=st.binary(min_size=1, max_size=30),
    cut=st.booleans(),
)
def test_no_damage_makes_listing_fail(tmp_path: Path, name: str, at: float, data: bytes, cut: bool) -> None:
    sound = HOLDERS[name]
    place = int(at * len(sound))
    write(tmp_path, name, sound[:place] + data + (b"" if cut else sound[place + len(data) :]))
    try:
        found = list_sources(tmp_path, SETTINGS)
        assert found and len({s.source_path for s in found}) == len(found)
        for source in found:
            if source.status is SourceStatus.PUBLISHED:
                try:
                    read_page(tmp_path, source, SETTINGS)
                except RejectedError as error:
                    assert error.reason in ("binary", "empty", "corrupt", "too_large")
    finally:
        (tmp_path / name).unlink()
