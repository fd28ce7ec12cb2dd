"""What listing and reading the input files promise."""

import gzip
import hashlib
import os
from pathlib import Path

import pytest

from pipeline.errors import RejectedError, UsageError
from pipeline.model import SourceStatus
from pipeline.read import list_sources, media_type_of, read_bytes
from pipeline.settings import ReadSettings

SETTINGS = ReadSettings()


def write(folder: Path, name: str, data: bytes = b"Text.") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def reasons(folder: Path, settings: ReadSettings = SETTINGS) -> dict[str, str | None]:
    return {s.source_path: s.reason for s in list_sources(folder, settings)}


def test_sources_are_sorted_by_their_relative_path(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.html", "a.md", "a/b/c.xhtml.gz"):
        write(tmp_path, name, name.encode())
    listed = [s.source_path for s in list_sources(tmp_path, SETTINGS)]
    assert listed == ["a.md", "a/b/c.xhtml.gz", "a/z.html", "b.txt"]


def test_a_document_is_named_by_the_hash_of_its_bytes(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", b"One.")
    (source,) = list_sources(tmp_path, SETTINGS)
    sha = hashlib.sha256(b"One.").hexdigest()
    assert (source.source_sha256, source.doc_id, source.size) == (sha, sha[:32], 4)
    assert source.status is SourceStatus.PUBLISHED and source.media_type == "text/plain"
    assert read_bytes(tmp_path, source, SETTINGS) == b"One."


def test_the_first_of_equal_files_is_published_and_the_others_are_duplicates(tmp_path: Path) -> None:
    for name in ("c.txt", "a.txt", "b.txt"):
        write(tmp_path, name)
    listed = list_sources(tmp_path, SETTINGS)
    assert [(s.source_path, s.status) for s in listed] == [
        ("a.txt", SourceStatus.PUBLISHED),
        ("b.txt", SourceStatus.DUPLICATE),
        ("c.txt", SourceStatus.DUPLICATE),
    ]
    assert len({s.doc_id for s in listed}) == 1
    assert "a.txt" in (listed[2].detail or "")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \r\n\t\n", "empty"),
        ("a.pdf", b"%PDF-1.7", "unsupported_type"),
        ("Makefile", b"all:", "unsupported_type"),
        ("a.gz", b"x", "unsupported_type"),
        ("a.txt", b"x" * 101, "too_large"),
        ("a.html", b"x" * 51, "too_large"),
        ("a.md", b"x" * 100, None),
        ("a.HTML", b"x" * 50, None),
    ],
)
def test_what_is_no_input_is_rejected_with_a_reason(tmp_path: Path, name: str, data: bytes, reason: str | None) -> None:
    write(tmp_path, name, data)
    (source,) = list_sources(tmp_path, ReadSettings(max_bytes=100, max_html_bytes=50))
    assert source.reason == reason
    assert (source.status is SourceStatus.REJECTED) == (reason is not None)
    assert (source.doc_id is None) == (reason is not None)


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    for name in (".DS_Store", ".git/a.txt", "._b.txt", "c.txt"):
        write(tmp_path, name)
    assert list(reasons(tmp_path)) == ["c.txt"]


def test_no_link_is_followed_out_of_the_folder(tmp_path: Path) -> None:
    outside = write(tmp_path, "outside/secret.txt")
    folder = tmp_path / "in"
    write(folder, "a.txt", b"Mine.")
    (folder / "file.txt").symlink_to(outside)
    (folder / "folder").symlink_to(outside.parent)
    (folder / "loop").symlink_to(folder)
    (folder / "gone.txt").symlink_to(folder / "nothing.txt")
    (folder / "copy.txt").symlink_to(folder / "a.txt")
    assert reasons(folder) == {
        "a.txt": None,
        "copy.txt": "same_bytes",
        "file.txt": "outside",
        "folder": "outside",
        "gone.txt": "unreadable",
    }


def test_a_file_that_became_a_link_outward_is_not_read(tmp_path: Path) -> None:
    outside = write(tmp_path, "outside.txt")
    path = write(tmp_path, "in/a.txt")
    (source,) = list_sources(tmp_path / "in", SETTINGS)
    path.unlink()
    path.symlink_to(outside)
    with pytest.raises(RejectedError, match="outside"):
        read_bytes(tmp_path / "in", source, SETTINGS)


def test_a_pipe_is_rejected_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    assert reasons(tmp_path) == {"a.txt": "not_a_file"}


def test_a_name_that_is_no_utf8_is_written_safely_and_found_again(tmp_path: Path) -> None:
    for raw in (b"caf\xe9.txt", rb"caf\xe9.txt", rb"a\b.txt"):
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw))).write_bytes(raw)
    listed = list_sources(tmp_path, SETTINGS)
    assert [s.source_path for s in listed] == [r"a\b.txt", r"caf\x5cxe9.txt", r"caf\xe9.txt"]
    assert [read_bytes(tmp_path, s, SETTINGS) for s in listed] == [rb"a\b.txt", rb"caf\xe9.txt", b"caf\xe9.txt"]


def test_gzip_is_expanded_also_when_it_has_several_members(tmp_path: Path) -> None:
    write(tmp_path, "a.txt.gz", gzip.compress(b"One. ") + gzip.compress(b"Two."))
    (source,) = list_sources(tmp_path, SETTINGS)
    assert source.media_type == "text/plain"
    assert read_bytes(tmp_path, source, SETTINGS) == b"One. Two."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(b"x" * 3_000_000), "too_large"),
        (gzip.compress(b"Some text.")[:-9], "corrupt"),
        (b"no gzip at all", "corrupt"),
        (gzip.compress(b" \n "), "empty"),
    ],
)
def test_bad_gzip_is_rejected(tmp_path: Path, data: bytes, reason: str) -> None:
    write(tmp_path, "a.txt.gz", data)
    (source,) = list_sources(tmp_path, SETTINGS)
    with pytest.raises(RejectedError) as caught:
        read_bytes(tmp_path, source, ReadSettings(max_bytes=2_000_000))
    assert caught.value.reason == reason


def test_a_file_that_changed_after_listing_is_rejected(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt")
    (source,) = list_sources(tmp_path, SETTINGS)
    path.write_bytes(b"Other.")
    with pytest.raises(RejectedError, match="changed"):
        read_bytes(tmp_path, source, SETTINGS)
    path.unlink()
    with pytest.raises(RejectedError, match="unreadable"):
        read_bytes(tmp_path, source, SETTINGS)


def test_a_folder_that_is_none_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        list_sources(tmp_path / "nothing", SETTINGS)


def test_the_suffix_before_gz_decides_the_type() -> None:
    assert [media_type_of(n) for n in ("a.txt.gz", "b.XHTML", "dir.txt/file", "x.html.zip")] == [
        "text/plain",
        "application/xhtml+xml",
        None,
        None,
    ]
