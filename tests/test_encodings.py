"""What decoding promises."""

import codecs
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.encodings import Decoded, decode
from pipeline.errors import RejectedError

CASES = json.loads((Path(__file__).parent / "cases" / "html_encodings.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[c["why"] for c in CASES])
@pytest.mark.parametrize("times", [1, 8])
def test_text_in_an_unnamed_encoding_is_read(case: dict[str, str], times: int) -> None:
    text = case["text"] * times
    decoded = decode(text.encode(case["codec"]))
    assert decoded.text == text and decoded.replaced == 0


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides_and_is_removed(mark: str) -> None:
    assert decode("Zürich\r\nis\rone\n".encode(mark)).text == "Zürich\r\nis\rone\n"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_utf8_comes_back_unchanged(text: str) -> None:
    data = ("é " * 50 + text).encode()
    try:
        assert decode(data).text == "é " * 50 + text
    except RejectedError as error:
        assert error.reason == "binary"


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail_or_leave_a_surrogate_or_nul(data: bytes) -> None:
    try:
        decoded = decode(data)
    except RejectedError as error:
        assert error.reason == "binary"
        return
    assert not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in decoded.text)


def test_a_few_bad_bytes_in_utf8_are_replaced_and_counted() -> None:
    good = "Früh übt sich, wer ein Meister werden will. Äpfel, Öl und Übermut."
    decoded = decode(good.encode() + b"\xff and \xc3 again")
    assert (decoded.encoding, decoded.replaced) == ("utf-8", 2)
    assert decoded.text == good + "\ufffd and \ufffd again"


def test_surrogates_in_utf8_are_joined_or_replaced() -> None:
    pair = "One \ud83d\ude00 smile.".encode("utf-8", "surrogatepass")
    assert decode(pair) == Decoded("One \U0001f600 smile.", "utf-8")
    assert decode(b"Half \xed\xa0\xbd of one.") == Decoded("Half \ufffd of one.", "utf-8", 1)


def test_a_file_cut_in_the_middle_of_a_character_is_still_utf8() -> None:
    assert decode("Plain words and a dash —".encode()[:-1]).text == "Plain words and a dash \ufffd"


def test_what_is_declared_is_believed_only_when_utf8_fails() -> None:
    assert decode("Он ушёл.".encode(), "windows-1251").text == "Он ушёл."
    assert decode("Он ушёл.".encode("koi8-r"), "koi8-r").text == "Он ушёл."
    assert decode("café".encode("latin-1"), "ISO-8859-1").encoding == "cp1252"


@pytest.mark.parametrize("declared", ["no-such-thing", "rot13", "base64", "unicode_escape", "utf-16", "idna", "\0"])
def test_a_declaration_that_is_no_encoding_is_passed_over(declared: str) -> None:
    assert "caf" in decode("un café à Genève, où l'été".encode("cp1252"), declared).text


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 x",
        b"PK\x03\x04abc",
        b"\x89PNG\r\n",
        bytes(range(256)) * 20,
        b"\x00\x01\x02\x03" * 50,
        codecs.BOM_UTF16_LE + bytes(range(128, 256)) * 9,
    ],
    ids=["pdf", "zip", "png", "all bytes", "control codes", "a mark before noise"],
)
def test_bytes_that_are_no_text_are_rejected(data: bytes) -> None:
    with pytest.raises(RejectedError, match="binary"):
        decode(data)


def test_a_stray_nul_becomes_a_replacement_character() -> None:
    decoded = decode(b"One line.\0 Another line, long enough for one stray code to be an accident." * 2)
    assert "\0" not in decoded.text and decoded.replaced == 2
