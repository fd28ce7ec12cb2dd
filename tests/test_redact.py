"""Redaction: what it finds on labelled text, the laws it keeps, and that nothing of a secret is left in a version."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.redact import Item, find, measure, parse, read_items
from pipeline import clean_text
from pipeline.personal import Kind, find_contacts, find_profile
from pipeline.plan import make_plan
from pipeline.redact import make_mark, redact_document, redact_text
from pipeline.run import build_version
from pipeline.segment import segment_document
from pipeline.settings import CleanSettings, Settings
from pipeline.stage_digests import stage_digests
from pipeline.validation_process import ValidationProcess
from pipeline.version import Version, open_version
from tests.made_records import PROSE

ITEMS = read_items()
PII = Settings(clean=CleanSettings(redact="pii"))
SECRETS = (
    "anna.keller@geheim.example",
    "+49 30 901820",
    "0171 9998877",
    "Musterweg 5a, 80331",
    "1973-06-22",
    "maxi_kuhlmann",
    "Lenny Carter",
    "lenny@secret.example",
)
LETTER = (
    "Ministers meet in Baku\n\nBy Ann Writer, anna.keller@geheim.example\n\n"
    + PROSE.format("Nord")
    + " Those who know more may call +49 30 901820 at night or write to anna.keller@geheim.example.\n\n"
    + PROSE.format("Sued")
    + "\n\nContact us: Tel. 0171 9998877, Musterweg 5a, 80331 München, anna.keller@geheim.example\n\n"
    "Detail Author:\n\n• Name : Lenny Carter\n• Username : maxi_kuhlmann\n• Email : lenny@secret.example\n"
    "• Birthdate : 1973-06-22\n• Address : Musterweg 5a, 80331 München\n• Phone : +49 30 901820\n"
    "• Company : Jerde and Mitchell\n• Job : Exhibit Designer\n• Bio : Et culpa temporibus sit voluptas est.\n\n"
    "Socials\n\ninstagram:\n• url : https://instagram.com/maxi_kuhlmann\n• username : maxi_kuhlmann\n"
    "• followers : 784\n• following : 661\n"
)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: f"{item.language}-{item.text[:24]}")
def test_what_is_labelled_is_found_and_look_alikes_are_left(item: Item) -> None:
    covered = {i for span in find(item) for i in range(span.start, span.end)}
    for start, end, _ in item.secrets:
        assert {i for i in range(start, end) if item.text[i].isalnum()} <= covered
    spans = [item.text[s.start : s.end] for s in find(item)]
    wrong = [
        item.text[s.start : s.end]
        for s in find(item)
        if not any(s.start < end and start < s.end for start, end, _ in item.secrets)
    ]
    assert wrong == [], spans


def test_the_labelled_items_are_many_and_of_many_languages() -> None:
    score = measure(ITEMS)
    assert len(ITEMS) >= 190 and len({item.language for item in ITEMS}) >= 19
    assert sum(not item.secrets for item in ITEMS) >= 70
    assert score.total.total() >= 120 and score.wrong.total() == 0


def test_a_mark_has_the_length_of_what_it_stands_for() -> None:
    assert [make_mark(Kind.EMAIL, n) for n in (1, 6, 7, 9)] == ["▒", "▒▒▒▒▒▒", "[EMAIL]", "[EMAIL▒▒]"]
    for kind in Kind:
        assert all(len(make_mark(kind, n)) == n for n in range(40))


def test_the_body_keeps_addresses_birthdays_and_handles() -> None:
    text = f"{PROSE.format('Nord')} Born on 9 May 1950, he lives at 10 Downing Street as @example.\n"
    assert redact_document(clean_text(text)).text == text


def test_the_byline_keeps_the_name_and_loses_the_mail() -> None:
    redacted = redact_document(clean_text(LETTER))
    assert "Ann Writer, [EMAIL▒" in redacted.text
    assert redacted.author == clean_text(LETTER).author


def test_what_is_found_in_one_place_goes_in_every_other() -> None:
    text = "Tel. 123-4567 is the desk.\n\nNobody picks up at 123-4567 on a Sunday, they say."
    assert "123-4567" not in redact_document(clean_text(text)).text


pieces = st.sampled_from(
    [
        *(item.text for item in ITEMS),
        *("\n", "\n\n", " ", "\r\n", "\u2028", "•", "• ", "\t"),
        *("Share this article", "@", "+49 30 ", "(", "12", "1-", ".com", "Tel:", "a@b.de", "Author:", "▒[EMAIL]"),
    ]
)


@settings(deadline=None)
@given(st.lists(pieces, max_size=14).map("".join))
def test_redaction_keeps_every_law_and_a_second_one_changes_nothing(text: str) -> None:
    document = clean_text(text)
    redacted = redact_document(document)
    assert len(redacted.text) == len(document.text)
    assert [i for i, c in enumerate(redacted.text) if c in "\r\n"] == [i for i, c in enumerate(text) if c in "\r\n"]
    assert [(b.start, b.end, b.role) for b in redacted.blocks] == [(b.start, b.end, b.role) for b in document.blocks]
    at = 0
    for block in redacted.blocks:
        assert block.text == redacted.text[block.start : block.end]
        assert not redacted.text[at : block.start].strip()
        at = block.end
    assert not redacted.text[at:].strip()
    for sentence in segment_document(redacted):
        assert sentence.text == redacted.text[sentence.start : sentence.end]
    assert redact_document(redacted) == redacted


@settings(deadline=None)
@given(st.text(alphabet="0123456789+()-. /@a,:\n", max_size=300))
def test_numbers_of_any_shape_give_sorted_spans_apart_from_each_other(text: str) -> None:
    at = 0
    for span in find_contacts(text, "en"):
        assert at <= span.start < span.end <= len(text)
        at = span.end
    assert len(redact_text(text)) == len(text)


def test_long_hostile_runs_take_steps_in_proportion() -> None:
    # A quadratic pattern would need minutes for these.
    for run in ("a.", "1 ", "(1", "a@", "@a.", "street ", "12 street ", "ул. ", "1-1", "улица 1, ", "skype: ", "[at] "):
        text = run * (60_000 // len(run))
        spans = [*find_contacts(text, "en"), *find_profile(text, whole=True)]
        assert all(0 <= span.start < span.end <= len(text) for span in spans)


def test_the_settings_decide_the_digest_of_cleaning_alone(suites: Path) -> None:
    plain, marked = stage_digests(Settings(), suites), stage_digests(PII, suites)
    assert {name for name in plain if plain[name] != marked[name]} == {"clean"}


# --- a version --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("letters")
    (folder / "letter.txt").write_text(LETTER, encoding="utf-8")
    page = "".join(f"<p>{part}</p>" for part in LETTER.split("\n\n"))
    head = "<title>Baku meets anna.keller@geheim.example</title><meta name=author content='lenny@secret.example'>"
    (folder / "page.html").write_text(f"<html><head>{head}</head><body>{page}</body></html>", encoding="utf-8")
    (folder / "other.txt").write_text(PROSE.format("Ost") * 3, encoding="utf-8")
    return folder


def build(folder: Path, output: Path, suites: Path, settings: Settings, validation: ValidationProcess) -> Version:
    build_version(make_plan(folder, output, settings, suites), settings, suites, validation.judge)
    return open_version(output)


@pytest.fixture(scope="module")
def redacted(
    letters: Path, suites: Path, validation: ValidationProcess, tmp_path_factory: pytest.TempPathFactory
) -> Version:
    """A redacted version, published over one that was not: the page then has much to compare and may quote none."""
    output = tmp_path_factory.mktemp("redacted")
    assert leaks(build(letters, output, suites, Settings(), validation).path)
    return build(letters, output, suites, PII, validation)


def contents(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file's name and text; of Parquet the values, the schema and the metadata."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.suffix == ".parquet":
            file = pq.ParquetFile(path)
            said = json.dumps(file.read().to_pylist(), default=str, ensure_ascii=False)
            yield path.name, said + str(file.schema_arrow) + str(file.metadata.to_dict())
        else:
            yield path.name, path.read_text(encoding="utf-8", errors="replace")


def leaks(folder: Path) -> set[str]:
    return {secret for name, text in contents(folder) for secret in SECRETS if secret.lower() in (name + text).lower()}


def test_no_file_of_a_redacted_version_holds_a_secret(redacted: Version) -> None:
    assert leaks(redacted.path) == set()
    raw = b"".join(p.read_bytes() for p in redacted.path.rglob("*") if p.is_file())
    assert zlib.crc32(raw) and not [s for s in SECRETS if s.encode() in raw]


def test_a_redacted_version_keeps_its_laws_and_names_its_policy(redacted: Version) -> None:
    assert redacted.verify() == []
    assert redacted.facts["settings"]["clean"]["redact"] == "pii"
    manifest = json.loads((redacted.path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["settings"]["clean"]["redact"] == "pii"
    texts = {row["doc_id"]: row["text"] for row in redacted.documents().to_pylist()}
    for row in redacted.blocks().to_pylist():
        assert texts[row["doc_id"]][row["start"] : row["end"]] == row["text"]
    assert any("[PHONE▒" in text for text in texts.values())


def test_a_run_with_and_without_reuse_gives_the_same_redacted_bytes(
    redacted: Version, letters: Path, suites: Path, validation: ValidationProcess, tmp_path: Path
) -> None:
    fresh = build(letters, tmp_path / "out", suites, PII, validation)
    assert fresh.digest == redacted.digest


def test_a_mark_up_is_read_as_written() -> None:
    assert parse("a <<email|x@y.de>> b", "en", False).secrets == ((2, 8, "email"),)
