from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.comparing import report as command
from pipeline import report as module
from pipeline.errors import UsageError
from pipeline.model import Disposition, Role
from pipeline.publish import open_staging, publish_version
from pipeline.report import write_report
from pipeline.report_documents import choose_documents, fetch_shown
from pipeline.staged import StagedTables
from pipeline.validate import Outcome, Status, Verdict
from pipeline.version import open_version
from tests.crash.publisher import publish
from tests.made_tables import Made, stage

EVIL = 'Notes </script><script>alert(1)</script> & <b onclick="x()">"quoted"</b> \'text\' {{ 7 * 7 }}'
GAS = "Ministers of Georgia agreed on gas prices."
ARABIC = "وقع الوزراء اتفاقا بشأن أسعار الغاز."
DOCUMENTS = [
    Made(
        "gas.txt",
        (("title", "title", "Gas"), ("paragraph", "prose", GAS), ("promotion", "share_line", "Share this page.")),
        {GAS: {"energy": "gas prices", "diplomacy": "agreed"}},
        {GAS: "Georgia"},
        title="Gas",
        published_on=date(2024, 5, 1),
    ),
    Made("<img src=x onerror=alert(1)>.txt", (("paragraph", "prose", EVIL), ("legal", "notice", EVIL + "\x01"))),
    Made("arabic.txt", (("paragraph", "prose", ARABIC),), language="ar"),
]
REJECTED = {"source_path": "empty.txt", "reason": "empty", "detail": "The file has no <bytes>."}
PASSED = Outcome("sentences", "expect_it", "text", "critical", Status.PASSED, "A sentence has a text.")
GOOD = Verdict((PASSED,))


class Page(HTMLParser):
    """The parsed page: tags with attributes, the text as shown, and whether every element is closed."""

    VOID = frozenset({"meta", "link", "br", "rect"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.pieces: list[str] = []
        self.feed(html)
        self.close()
        self.text = "".join(self.pieces)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.pieces.append(data)


def page(folder: Path, verdict: Verdict = GOOD, **options: object) -> Page:
    return Page(write_report(folder, verdict, **options).read_text("utf-8"))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = {"source_path": "copy.txt", "status": "duplicate", "doc_id": DOCUMENTS[0].doc_id}
    row = {"table": "sentences", "row_key": "x:1", "expectation": "e", "detail": "Too <long>.", "row": "{}"}
    return stage(tmp_path_factory.mktemp("staged"), DOCUMENTS, [REJECTED, copy], [row])


@pytest.fixture(scope="module")
def made(staged: Path) -> Page:
    return page(staged, name="A <made> corpus")


def test_the_page_is_well_formed(made: Page) -> None:
    assert made.wrong == []
    assert made.open == []


def test_the_page_has_no_script_and_no_handler(made: Page) -> None:
    allowed = {"html", "head", "meta", "link", "title", "style", "body", "header", "main", "nav", "section", "footer"}
    allowed |= {"h1", "h2", "h3", "h4", "p", "b", "a", "ul", "li", "dl", "dt", "dd", "div", "span", "br", "code"}
    allowed |= {"cite", "mark", "blockquote", "details", "summary", "figure", "figcaption", "svg", "rect"}
    allowed |= {"table", "thead", "tbody", "tr", "th", "td"}
    assert {tag for tag, _ in made.tags} <= allowed
    assert [a for _, attrs in made.tags for a in attrs if a.startswith("on")] == []


def test_nothing_on_the_page_is_fetched_from_anywhere(staged: Path, made: Page) -> None:
    links = [attrs[a] for _, attrs in made.tags for a in ("href", "src", "srcset", "action", "data") if a in attrs]
    assert [link for link in links if link is None or not link.startswith(("#", "data:,"))] == []
    html = (staged / "report.html").read_text("utf-8")
    style = html[html.index("<style>") : html.index("</style>")]
    assert not re.search(r"url\(|@import|expression", style)
    assert "http:" not in html and "https:" not in html


def test_the_page_forbids_the_browser_to_load_or_run_anything(made: Page) -> None:
    policy = next(a["content"] for t, a in made.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None and policy.startswith("default-src 'none'")
    assert "script" not in policy


def test_every_link_within_the_page_leads_somewhere(made: Page) -> None:
    ids = {attrs["id"] for _, attrs in made.tags if "id" in attrs}
    targets = {str(attrs["href"])[1:] for tag, attrs in made.tags if tag == "a"}
    assert targets and targets <= ids


def test_markup_in_a_document_shows_as_text(made: Page) -> None:
    assert EVIL in made.text
    assert "49" not in [piece.strip() for piece in made.pieces]
    assert DOCUMENTS[1].path in made.text
    assert "The file has no <bytes>." in made.text
    assert "A <made> corpus" in made.text


def test_a_control_character_is_shown_by_a_sign(made: Page) -> None:
    assert f"{EVIL}\ufffd" in made.text
    assert "\x01" not in made.text


def test_every_block_says_why_on_hover_and_in_text(made: Page) -> None:
    hovers = [str(a["title"]) for t, a in made.tags if "block " in str(a.get("class"))]
    assert len(hovers) == sum(len(d.blocks) for d in DOCUMENTS)
    assert "dropped · promotion · share_line: evidence of share_line" in hovers
    assert "Dropped by rule share_line: evidence of share_line." in made.text


def test_text_runs_in_its_own_direction_and_names_its_language(made: Page) -> None:
    assert ARABIC in made.text
    assert "ar" in [a.get("lang") for t, a in made.tags if a.get("class") == "blocks"]
    paragraphs = [a for t, a in made.tags if t == "p" and "dir" in a]
    assert paragraphs and {a["dir"] for a in paragraphs} == {"auto"}


def test_the_page_tells_what_came_in_and_what_became_of_it(made: Page) -> None:
    text = " ".join(made.text.split())
    assert "Of 5 files, 3 became documents, 1 repeats another byte for byte, 1 was rejected." in text
    assert "copy.txt is gas.txt" in text
    assert "1 of sentences." in text and "Too <long>." in text
    assert "1 sentence has at least one topic, 2 have none." in text
    assert "2 documents state no date and are left out." in text


def test_the_words_that_gave_a_topic_are_marked(staged: Path, made: Page) -> None:
    assert "<mark>gas prices</mark>" in (staged / "report.html").read_text("utf-8")


def test_validation_is_told_in_plain_words(staged: Path, made: Page) -> None:
    assert "1 check passes." in " ".join(made.text.split())
    failed = replace(PASSED, status=Status.FAILED, severity="warning", reason="Text is <short>.", detail="found 9 < 10")
    warned = " ".join(page(staged, Verdict((PASSED, failed))).text.split())
    assert "Passed, with 1 remark." in warned
    assert "Text is <short>. table sentences Found: text: found 9 < 10 Published, with this warning." in warned
    stopped = " ".join(page(staged, Verdict((replace(failed, severity="critical"),))).text.split())
    assert "Not published. 1 promise that must hold does not." in stopped
    assert "Stops the publication." in stopped
    error = " ".join(page(staged, Verdict((replace(failed, status=Status.ERROR),))).text.split())
    assert "This check could not run: text: found 9 < 10 Stops the publication." in error


def test_rows_in_quarantine_do_not_stop_a_publication(staged: Path) -> None:
    failed = replace(PASSED, status=Status.FAILED, on_rows=True, unexpected=1, rows=1_000)
    text = " ".join(page(staged, Verdict((failed,))).text.split())
    assert "Passed, with 1 remark." in text and "The rows were moved to quarantine." in text
    assert "Not published." in " ".join(page(staged, Verdict((failed,)), max_quarantine_share=0.0).text.split())


def test_a_corpus_of_nothing_has_a_page(tmp_path: Path) -> None:
    text = " ".join(page(stage(tmp_path, []), Verdict(())).text.split())
    assert "Of 0 files, 0 became documents." in text
    assert "There are no documents." in text


def test_tables_that_broke_every_promise_still_have_a_page(tmp_path: Path) -> None:
    stage(tmp_path, DOCUMENTS)
    for name in ("documents", "sentences"):
        shutil.rmtree(tmp_path / name)
        shutil.copytree(stage(tmp_path / "empty", []) / name, tmp_path / name)
    found = page(tmp_path)
    assert "Share this page." in found.text
    assert found.wrong == []


def test_the_page_tells_what_changed_since_the_version_before(tmp_path: Path) -> None:
    output = tmp_path / "output"
    publish(output, 1)
    text = " ".join(page(stage(tmp_path / "new", DOCUMENTS), previous=open_version(output)).text.split())
    assert f"Since {open_version(output).name}." in text
    assert "added gas.txt 1 sentence" in text
    version = open_version(output)
    shutil.copytree(version.path, tmp_path / "same", ignore=lambda *_: {"report.html"})
    same = " ".join(page(tmp_path / "same", previous=version).text.split())
    assert "Nothing: the tables hold the same rows" in same


def test_the_same_tables_give_the_same_bytes(staged: Path) -> None:
    pages = [write_report(staged, Verdict((PASSED,)), name="x").read_bytes() for _ in range(2)]
    assert pages[0] == pages[1]


def many(count: int) -> Iterator[Made]:
    for i in range(count):
        lines = tuple(("paragraph", "prose", f"{GAS} Number {i}, {'and more ' * 50}{j}.") for j in range(3))
        yield Made(f"{i:05d}.txt", lines if i % 10 else (*lines, ("promotion", "offer", f"Buy {i} " * 400)))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stage(tmp_path_factory.mktemp("large"), list(many(400)))


def test_a_large_corpus_is_sampled_and_the_page_says_so(large: Path) -> None:
    found = page(large)
    shown = sum(attrs.get("class") == "doc" for _, attrs in found.tags)
    assert 0 < shown <= 120
    assert f"A sample: {shown} of 400 documents" in " ".join(found.text.split())
    assert "Of 400 files, 400 became documents" in " ".join(found.text.split())


def test_a_page_over_its_limit_shows_fewer_documents(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 150_000)
    path = write_report(large, Verdict((PASSED,)))
    assert path.stat().st_size <= 150_000
    assert "A sample:" in path.read_text("utf-8")


def test_the_sample_holds_the_most_shortened_documents_and_others(large: Path) -> None:
    columns = ["doc_id", "text_chars", "dropped_chars"]
    documents = StagedTables(large).dataset("documents").to_table(columns=columns)
    shortened = {r["doc_id"] for r in documents.to_pylist() if r["dropped_chars"]}
    chosen = choose_documents([documents])
    assert len(chosen) == len(set(chosen)) == 120
    assert len(shortened & set(chosen)) == len(shortened) == 40


def test_the_budget_of_documents_is_kept(large: Path) -> None:
    documents = StagedTables(large).dataset("documents").to_table()
    chosen = choose_documents([documents])
    shown = fetch_shown(StagedTables(large), chosen, [], {}, 50_000)
    assert 0 < len(shown.documents) < len(chosen)


def test_a_very_long_document_is_cut_and_says_so(tmp_path: Path) -> None:
    long = Made("long.txt", [("paragraph", "prose", f"Line {i} of a very long page.") for i in range(1_000)])
    found = page(stage(tmp_path, [long]))
    assert re.search(r"… \d+ more blocks", found.text)
    assert (tmp_path / "report.html").stat().st_size < 400_000


def test_every_role_and_disposition_has_words() -> None:
    words = tomllib.loads((Path(module.__file__).parent / "resources/report/words.toml").read_text("utf-8"))
    assert set(words["role"]) == {str(r) for r in Role}
    assert set(words["disposition"]) == {str(d) for d in Disposition}


def test_the_command_prints_where_the_page_is(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    version = open_version(tmp_path)
    result = CliRunner().invoke(command, ["--output", str(tmp_path)])
    assert result.output == f"{version.path / 'report.html'}\n"


def test_of_a_version_without_a_page_the_command_says_so(tmp_path: Path) -> None:
    with open_staging(tmp_path) as staging:
        stage(staging.folder, DOCUMENTS)
        publish_version(staging, output=tmp_path, facts={})
    with pytest.raises(UsageError, match=r"has no report\.html"):
        CliRunner().invoke(command, ["--output", str(tmp_path)], catch_exceptions=False)
