"""The table of bad inputs in docs/inputs.md: each row is made here, and comes to the outcome that the page names."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.clean import clean_pages
from pipeline.errors import RejectedError
from pipeline.model import Document, SourceStatus
from pipeline.pages import read_page
from pipeline.read import list_sources
from pipeline.segment import segment_document
from pipeline.settings import ReadSettings
from tests.bad_calls import ON_A_RUN, ROOT, SETTINGS, TEXT
from tests.made_records import encrypted, json_lines, zip_of

PAGE = (ROOT / "docs" / "inputs.md").read_text(encoding="utf-8")

Make = Callable[[Path], str | None]
"""Makes the input in a folder; returns the source path that is meant, when there are several."""

BAD: dict[str, Make] = {}


def bad(what: str) -> Callable[[Make], Make]:
    def keep(make: Make) -> Make:
        assert what not in BAD
        BAD[what] = make
        return make

    return keep


def holding(what: str, data: bytes, name: str = "a.txt") -> None:
    @bad(what)
    def _(folder: Path) -> None:
        (folder / name).write_bytes(data)


def outcome(folder: Path, meant: str | None = None) -> tuple[str, Document | None]:
    """What becomes of the one source (or the one that is meant), by the steps of a run, and its document."""
    sources = {s.source_path: s for s in list_sources(folder, SETTINGS.read)}
    if not sources:
        return "not an input", None
    source = sources[meant] if meant is not None else next(iter(sources.values()))
    if source.status is SourceStatus.REJECTED:
        return f"rejected: {source.reason}", None
    if source.status is SourceStatus.DUPLICATE:
        return "duplicate", None
    try:
        (document,) = clean_pages([read_page(folder, source, SETTINGS.read)], SETTINGS.clean)
    except RejectedError as error:
        return f"rejected: {error.reason}", None
    for sentence in segment_document(document):
        assert document.text[sentence.start : sentence.end] == sentence.text
    covered = [False] * len(document.text)
    for block in document.blocks:
        assert document.text[block.start : block.end] == block.text
        covered[block.start : block.end] = [True] * (block.end - block.start)
    assert all(c.isspace() or done for c, done in zip(document.text, covered, strict=True))
    return "published", document


def table(heading: str) -> dict[str, str]:
    """The rows of a table of the page: first cell to second."""
    part = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in part.splitlines() if line.startswith("| ")
    ]
    return {first: second for first, second, *_ in rows[1:]}


# --- bytes ------------------------------------------------------------------------------------------

holding("an empty file", b"")
holding("white space only", b" \r\n\t\n")
holding("a byte order mark before UTF-8", TEXT.encode("utf-8-sig"))
holding("nothing but a byte order mark", b"\xef\xbb\xbf")
holding("UTF-16 with a byte order mark", TEXT.encode("utf-16"))
holding("UTF-16 without one", TEXT.encode("utf-16-le"))
holding("one bad byte in good UTF-8", ("Früh übt sich. Äpfel und Öl. " + TEXT).encode() + b"\xff")
holding("two encodings in one file", (TEXT + "Äpfel, Öl. ").encode() * 3 + "Äpfel, Öl und Übermut.".encode("cp1252"))
holding("NUL characters", TEXT.encode().replace(b"Baku", b"Ba\0ku"))
holding("terminal escapes", TEXT.encode().replace(b"Baku", b"\x1b[31mBaku\x1b[0m"))
holding("lone surrogates in UTF-8", TEXT.encode().replace(b"Baku", b"Baku\xed\xa0\x80"))
holding("bidi and zero-width characters", TEXT.replace("Baku", "\u202eBa\u200bku\u2066").encode())
holding("CR LF line ends", TEXT.replace("\n", "\r\n").encode())
holding("CR line ends", TEXT.replace("\n", "\r").encode())
holding("U+2028 as line ends", TEXT.replace("\n", "\u2028").encode())
holding("a PDF named .txt", b"%PDF-1.7\n" + bytes(range(256)) * 9)
holding("random bytes", bytes((i * 7919 + i // 3) % 256 for i in range(9_000)))

# --- size and shape ---------------------------------------------------------------------------------


@bad("a line of 200 MB")
def _(folder: Path) -> None:
    with (folder / "a.txt").open("wb") as file:
        file.truncate(200_000_000)


@bad("a JSON line of 200 MB, with a good one after it")
def _(folder: Path) -> str:
    with (folder / "a.jsonl").open("wb") as file:
        file.write(b'{"text": "')
        file.seek(200_000_000)
        file.write(b'"}\n' + json_lines({"text": TEXT}))
    assert [s.reason for s in list_sources(folder, SETTINGS.read)] == ["too_large", None]
    return "a.jsonl#1"


holding("1,000,000 lines", b"x\n" * 1_000_000)
holding("100,000 copies of one line", b"\n".join([b"The ministers of energy met in Baku."] * 100_000))
LINKS = b"<a href=/x>A x</a> " * 200_000
holding("200,000 links in a paragraph", b"<p>" + LINKS + b"<p>" + TEXT.encode(), "a.html")
holding("200,000 links in a list", b"<ul>" + LINKS.replace(b"<a", b"<li><a") + b"</ul>" + TEXT.encode(), "a.html")
holding("HTML of 50 MB", b"<p>" + b"word " * 10_000_000, "a.html")
holding("HTML nested 300,000 deep", b"<div>" * 300_000 + TEXT.encode() + b"</div>" * 300_000, "a.html")
holding(
    "an entity bomb",
    b'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]><html><body><p>&j; "
    + TEXT.encode()
    + b"</p></body></html>",
    "a.xhtml",
)
holding("a gzip bomb", gzip.compress(bytes(50_000_000)), "a.txt.gz")
holding("a gzip bomb of lines", gzip.compress(bytes(50_000_000)), "a.jsonl.gz")
holding("cut-off gzip", gzip.compress(TEXT.encode())[:-9], "a.txt.gz")
holding("a zip bomb", zip_of({"a.txt": bytes(4_000_000)}), "a.zip")
holding("a zip member with ../ in its path", zip_of({"../a.txt": TEXT.encode()}), "a.zip")
holding("a zip member with an absolute path", zip_of({"/etc/a.txt": TEXT.encode()}), "a.zip")
holding("an encrypted zip member", encrypted(zip_of({"a.txt": TEXT.encode()})), "a.zip")
holding("an archive within an archive", zip_of({"a.zip": zip_of({"a.txt": TEXT.encode()})}), "a.zip")
holding("a line that is no JSON", b'{"text": ', "a.jsonl")
holding("a JSON line nested 100,000 deep", b'{"text":' + b"[" * 100_000, "a.jsonl")
holding("a damaged Parquet file", b"PAR1" + bytes(range(200)) + b"PAR1", "a.parquet")
holding("a suffix nobody knows", TEXT.encode(), "a.docx")

# --- the file system --------------------------------------------------------------------------------


@bad("a link to itself")
def _(folder: Path) -> None:
    (folder / "a.txt").symlink_to(folder / "a.txt")


@bad("a loop of links between folders")
def _(folder: Path) -> str:
    (folder / "x").mkdir()
    (folder / "x" / "a.txt").write_text(TEXT)
    (folder / "x" / "up").symlink_to(folder)
    assert len(list_sources(folder, SETTINGS.read)) == 1
    return "x/a.txt"


@bad("a link out of the folder")
def _(folder: Path) -> None:
    (folder / "a.txt").symlink_to("/etc/hostname")


@bad("a name with a newline")
def _(folder: Path) -> None:
    (folder / "a\nb.txt").write_text(TEXT)


@bad("a name of 255 bytes")
def _(folder: Path) -> None:
    (folder / f"{'a' * 251}.txt").write_text(TEXT)


@bad("a name that is no UTF-8")
def _(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text(TEXT)


@bad("a file named as a record of another")
def _(folder: Path) -> str:
    (folder / "a.jsonl").write_bytes(json_lines({"text": "One."}))
    (folder / "a.jsonl#0").mkdir()
    (folder / "a.jsonl#0" / "b.txt").write_text(TEXT)
    return r"a.jsonl\x230/b.txt"


@bad("the same content twice")
def _(folder: Path) -> str:
    (folder / "a.txt").write_text(TEXT)
    (folder / "b.txt").write_text(TEXT)
    return "b.txt"


@bad("a folder named x.txt")
def _(folder: Path) -> None:
    (folder / "x.txt").mkdir()


@bad("a named pipe")
def _(folder: Path) -> None:
    os.mkfifo(folder / "a.txt")


# --- what a document says ---------------------------------------------------------------------------

holding("a language nobody knows", ("Blorf zanti quumo velk drunst epalo. Grindo falm treek osso bint.\n" * 4).encode())
holding("all boilerplate", b"Home | News | About | Contact\n\nShare this article\n\nSubscribe to our newsletter\n")
holding("only a fake profile", b"Author: Jane Doe\nSenior Content Manager at Example Corp. Followers: 12,345\nFollow\n")
holding("no letters at all", b"0123 4567 --- 89.\n\n*** 12 +++ 13\n" * 20)


SLOW = (
    "100,000 copies of one line",
    "200,000 links in a paragraph",
    "200,000 links in a list",
    "HTML nested 300,000 deep",
    "a JSON line of 200 MB, with a good one after it",
)


@pytest.mark.parametrize("what", [pytest.param(w, marks=pytest.mark.engine) if w in SLOW else w for w in BAD])
def test_each_bad_input_comes_to_the_outcome_that_the_page_names(what: str, tmp_path: Path) -> None:
    meant = BAD[what](tmp_path)
    assert outcome(tmp_path, meant)[0] == table("Bad inputs")[what]


def test_the_page_names_every_bad_input_and_no_other() -> None:
    named = table("Bad inputs")
    assert set(BAD) == {what for what, result in named.items() if what not in ON_A_RUN}
    assert set(ON_A_RUN) <= set(named)


def test_the_page_names_every_reason() -> None:
    code = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "src" / "pipeline").glob("*.py"))
    given = set(re.findall(r'RejectedError\(\s*"(\w+)"', code)) | set(re.findall(r'failed\([^"()]*"(\w+)"', code))
    given |= set(re.findall(r'return (?:\()?"(\w+)", (?:f?"|detail)', code))
    assert given == {reason.strip("`") for reason in table("Reasons")}


def test_what_is_published_of_odd_bytes_says_what_was_replaced(tmp_path: Path) -> None:
    for what in ("one bad byte in good UTF-8", "NUL characters", "lone surrogates in UTF-8"):
        BAD[what](tmp_path)
        (source,) = list_sources(tmp_path, SETTINGS.read)
        assert "replaced by U+FFFD" in (read_page(tmp_path, source, SETTINGS.read).detail or ""), what


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    BAD["an entity bomb"](tmp_path)
    _, document = outcome(tmp_path)
    assert document is not None and len(document.text) < 2 * len(TEXT)


def test_boilerplate_alone_has_no_sentences(tmp_path: Path) -> None:
    BAD["all boilerplate"](tmp_path)
    _, document = outcome(tmp_path)
    assert document is not None and segment_document(document) == []


@pytest.mark.parametrize("what", ON_A_RUN)
def test_each_bad_call_comes_to_the_outcome_that_the_page_names(what: str, tmp_path: Path) -> None:
    assert ON_A_RUN[what](tmp_path) == table("Bad inputs")[what]


def test_the_page_states_the_limits_that_are_the_defaults() -> None:
    read = ReadSettings()
    for name, value in table("Limits").items():
        assert int(value.replace(",", "").split()[0]) == getattr(read, name.strip("`")), name
