"""CSV and TSV: separators, quotation marks, encodings, and rows that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.settings import ReadSettings
from tests.made_records import PROSE, csv_of, listed, pages, write

TEXTS = [
    'He said "no", and left.\r\nThen he came back; twice.',
    "Tabs\tand | bars, commas; all.",
    "Он ушёл, сказав: «да».",
]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_what_parts_fields_is_told_by_the_first_row(tmp_path: Path, separator: str) -> None:
    write(tmp_path, "a.csv", csv_of([{"Title": f"Title {i}", "Text": text} for i, text in enumerate(TEXTS)], separator))
    found = pages(tmp_path)
    assert [p.text for p in found.values()] == TEXTS
    assert [p.facts[0].value for p in found.values()] == ["Title 0", "Title 1", "Title 2"]


def test_a_spreadsheet_may_say_what_parts_fields(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", b"\xef\xbb\xbfsep=;\r\n" + csv_of([{"text": text, "x": 1} for text in TEXTS], ";"))
    assert [p.text for p in pages(tmp_path).values()] == TEXTS


def test_a_single_column_needs_no_separator(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", b"text\nOne, two; three.\n\nFour.\n")
    assert {k: p.text for k, p in pages(tmp_path).items()} == {"a.csv#0": "One, two; three.", "a.csv#1": "Four."}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1251"])
def test_rows_are_decoded_as_files_are(tmp_path: Path, encoding: str) -> None:
    text = "Президент прибыл в Баку, сообщили в министерстве, и провёл переговоры о новом трубопроводе. " * 3
    rows = csv_of([{"title": "Визит", "text": text.strip()}, {"title": "a", "text": "b"}], "\t").decode()
    write(tmp_path, "a.tsv", rows.encode(encoding))
    assert pages(tmp_path)["a.tsv#0"].text == text.strip()


def test_one_bad_byte_costs_one_character(tmp_path: Path) -> None:
    data = csv_of([{"text": PROSE.format("Ö" * 40)}, {"text": "Good."}])
    write(tmp_path, "a.csv", data.replace("Ö".encode(), b"\xff", 1))
    found = pages(tmp_path)
    assert found["a.csv#0"].text.count("\ufffd") == 1 and found["a.csv#1"].text == "Good."


def test_bad_rows_are_refused_one_by_one(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", b'title,text\na,First.\na,b,c\nonly\na,\na,"Last ""one""."\n')
    assert listed(tmp_path) == {
        "a.csv#0": None,
        "a.csv#1": "malformed",
        "a.csv#2": "malformed",
        "a.csv#3": "no_text",
        "a.csv#4": None,
    }


def test_an_open_quotation_mark_costs_rows_and_not_the_file(tmp_path: Path) -> None:
    read = ReadSettings(max_bytes=1_000)
    filler = "".join(f"a,Row number {i}.\n" for i in range(400))
    write(tmp_path, "a.csv", b'title,text\na,First.\na,"open\n' + filler.encode())
    found = listed(tmp_path, read)
    assert list(found.values())[:2] == [None, "too_large"] and list(found.values())[-1] is None
    assert sum(reason is None for reason in found.values()) > 200


def test_a_line_of_megabytes_is_refused_and_the_next_read(tmp_path: Path) -> None:
    read = ReadSettings(max_bytes=1_000)
    write(tmp_path, "a.csv", b"text\n" + b"x" * 5_000_000 + b"\nGood.\n")
    assert listed(tmp_path, read) == {"a.csv#0": "too_large", "a.csv#1": None}


def test_a_table_without_text_says_its_columns(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", b"name;age\nAnn;3\n")
    assert listed(tmp_path) == {"a.csv": "no_text"}


def test_a_table_of_names_alone_is_empty(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", b"title,text\n")
    assert listed(tmp_path) == {"a.csv": "empty"}


def test_fields_of_other_tools_are_known(tmp_path: Path) -> None:
    row = {"maintext": PROSE, "date_publish": "2024-05-01 10:00:00", "authors": "Ann Lee", "title": "Talks"}
    write(tmp_path, "a.csv", csv_of([row]))
    (page,) = pages(tmp_path).values()
    stated = {fact.name: fact.value for fact in page.facts}
    assert stated == {"title": "Talks", "author": "Ann Lee", "published_on": "2024-05-01"}


def test_rows_that_end_as_on_old_macs_are_rows(tmp_path: Path) -> None:
    rows = csv_of([{"title": "A", "text": "First line\rsecond, of the same field."}, {"title": "B", "text": PROSE}])
    write(tmp_path, "a.csv", rows.replace(b"\r\n", b"\r"))
    found = pages(tmp_path)
    assert [p.text for p in found.values()] == ["First line\rsecond, of the same field.", PROSE]
    write(tmp_path, "b.csv", b"\rtext\r")
    assert any(name.startswith("b.csv") for name in listed(tmp_path))
