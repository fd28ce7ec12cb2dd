from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from flows.comparing import diff
from pipeline import diff as module
from pipeline.diff import compare_tables, compare_versions
from pipeline.diff_documents import DocumentRows, compare_document
from pipeline.diff_model import Cause, Difference, Label
from pipeline.errors import UsageError
from pipeline.staged import StagedTables
from pipeline.version import list_versions, open_version
from tests.crash.publisher import publish
from tests.made_tables import Block, Made, make_rows, stage

GAS = "The ministers agreed on gas prices."
RAIL = "A railway will link both ports."
SHARE = "Share this page with your friends."
PROSE = ("paragraph", "prose")
PAGE = Made("a.txt", ((*PROSE, GAS), (*PROSE, RAIL), (*PROSE, SHARE)), {GAS: {"energy": "gas prices"}})


def compared(tmp_path: Path, before: list[Made], after: list[Made], limit: int | None = None) -> Difference:
    for side in ("before", "after"):
        shutil.rmtree(tmp_path / side, ignore_errors=True)
    one, two = stage(tmp_path / "before", before), stage(tmp_path / "after", after)
    return compare_tables(StagedTables(one), StagedTables(two), "old", "new", limit=limit)


def test_the_same_tables_have_no_difference(tmp_path: Path) -> None:
    found = compared(tmp_path, [PAGE], [PAGE])
    assert found == Difference("old", "new")
    assert found.is_empty


def test_documents_are_added_removed_changed_and_moved(tmp_path: Path) -> None:
    gone = Made("gone.txt", ((*PROSE, "This page went."),))
    moved = Made("old name.txt", ((*PROSE, "This page moved."),))
    found = compared(
        tmp_path,
        [PAGE, gone, moved],
        [
            replace(PAGE, blocks=PAGE.blocks[:2]),
            Made("new.txt", ((*PROSE, "This page came."),)),
            replace(moved, path="name.txt"),
        ],
    )
    assert [(d.change, d.source_path, d.sentences_before, d.sentences_after) for d in found.documents] == [
        ("changed", "a.txt", 3, 2),
        ("removed", "gone.txt", 1, 0),
        ("moved", "name.txt", 1, 1),
        ("added", "new.txt", 0, 1),
    ]
    assert found.documents[2].moved_from == "old name.txt"


def test_a_sentence_that_a_rule_takes_is_lost_by_that_rule(tmp_path: Path) -> None:
    blocks: list[Block] = [*PAGE.blocks[:2], ("promotion", "share_line", SHARE)]
    found = compared(tmp_path, [PAGE], [replace(PAGE, blocks=blocks)])
    (lost,) = found.sentences
    assert (lost.change, lost.text, lost.cause) == ("lost", SHARE, Cause.RULE)
    assert lost.before == Label("paragraph", "body", "prose")
    assert lost.after == Label("promotion", "dropped", "share_line")
    assert lost.why() == "body (paragraph, prose) became dropped (promotion, share_line)"
    assert [b.text for b in found.blocks] == [SHARE]
    (back,) = compared(tmp_path, [replace(PAGE, blocks=blocks)], [PAGE]).sentences
    assert (back.change, back.before, back.after) == ("gained", lost.after, lost.before)


def test_a_sentence_whose_text_went_is_lost_by_the_source(tmp_path: Path) -> None:
    found = compared(tmp_path, [PAGE], [replace(PAGE, blocks=((*PROSE, "New opening."), *PAGE.blocks[1:]))])
    assert [(s.change, s.text, s.cause) for s in found.sentences] == [
        ("gained", "New opening.", Cause.SOURCE),
        ("lost", GAS, Cause.SOURCE),
    ]


def test_a_rule_is_named_even_where_the_text_moved_within_the_document(tmp_path: Path) -> None:
    after = replace(PAGE, blocks=((*PROSE, "New opening."), *PAGE.blocks[:2], ("legal", "notice", SHARE)))
    lost = [s for s in compared(tmp_path, [PAGE], [after]).sentences if s.change == "lost"]
    assert [(s.text, s.cause, s.after) for s in lost] == [(SHARE, Cause.RULE, Label("legal", "dropped", "notice"))]


def test_body_that_is_cut_otherwise_is_not_blamed_on_a_rule() -> None:
    whole = in_memory(Made("a.txt", ((*PROSE, f"{GAS} {RAIL}"),)))
    row = dict(whole.sentences[0])
    cut = [row | {"end": len(GAS), "text": GAS}, row | {"sentence_index": 1, "start": len(GAS) + 1, "text": RAIL}]
    found = compare_document(whole, replace(whole, sentences=cut))
    assert [(s.change, s.cause) for s in found.sentences].count(("gained", Cause.CUT)) == 2
    assert {s.cause for s in found.sentences} == {Cause.CUT}


def test_a_topic_comes_and_goes_with_its_phrase(tmp_path: Path) -> None:
    after = replace(PAGE, topics={GAS: {"diplomacy": "agreed"}})
    found = compared(tmp_path, [PAGE], [after])
    assert [(t.change, t.topic, t.terms, t.text) for t in found.topics] == [
        ("gained", "diplomacy", ("agreed",), GAS),
        ("lost", "energy", ("gas prices",), GAS),
    ]


def test_metadata_that_changed_is_listed_with_both_values(tmp_path: Path) -> None:
    found = compared(tmp_path, [PAGE], [replace(PAGE, title="Gas", published_on=date(2024, 5, 1))])
    assert [(m.name, m.before, m.after) for m in found.metadata] == [
        ("title", None, "Gas"),
        ("published_on", None, "2024-05-01"),
    ]


def test_a_difference_in_anything_else_is_still_a_difference(tmp_path: Path) -> None:
    found = compared(tmp_path, [PAGE], [replace(PAGE, confidence=0.5)])
    assert not found.is_empty
    assert (found.tables, found.other_documents) == (("blocks",), 1)
    assert not (found.documents or found.sentences or found.topics or found.metadata or found.blocks)


def test_of_a_sentence_that_stands_twice_one_copy_can_be_lost(tmp_path: Path) -> None:
    twice = replace(PAGE, blocks=(*PAGE.blocks, (*PROSE, GAS)))
    after = replace(twice, blocks=(*PAGE.blocks, ("repeated", "repeated_line", GAS)))
    found = compared(tmp_path, [twice], [after])
    assert [(s.text, s.change, s.cause) for s in found.sentences] == [(GAS, "lost", Cause.RULE)]


def test_a_limit_bounds_what_is_compared_and_is_told(tmp_path: Path) -> None:
    before = [Made(f"{i}.txt", ((*PROSE, f"Sentence {i}."),)) for i in range(5)]
    after = [replace(m, blocks=(("legal", "notice", m.text),)) for m in before]
    found = compared(tmp_path, before, after, limit=2)
    assert (found.examined, found.differing, len(found.sentences)) == (2, 5, 2)


def test_chunks_of_documents_give_the_same_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [Made(f"{i}.txt", ((*PROSE, f"Sentence {i}."), (*PROSE, GAS))) for i in range(40)]
    after = [replace(m, blocks=(("legal", "notice", m.blocks[0][2]), m.blocks[1])) for m in before[::2]]
    whole = compared(tmp_path, before, after)
    monkeypatch.setattr(module, "_CHUNK_ROWS", 10)
    assert compared(tmp_path, before, after) == whole
    assert len(whole.sentences) == 20


def test_beyond_its_limit_no_row_of_a_document_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [Made(f"{i}.txt", ((*PROSE, f"Sentence {i}."),)) for i in range(9)]
    after = [replace(m, blocks=(("legal", "notice", m.text),)) for m in before]
    seen: list[str] = []
    rows = module._rows
    monkeypatch.setattr(module, "_rows", lambda tables, runs, doc_id: seen.append(doc_id) or rows(tables, runs, doc_id))
    assert compared(tmp_path, before, after, limit=2).differing == 9
    assert len(seen) == 4


def test_documents_whose_topics_alone_differ_are_found_among_others(tmp_path: Path) -> None:
    before = [Made(f"{i}.txt", ((*PROSE, f"Sentence {i}."), (*PROSE, GAS))) for i in range(30)]
    after = [replace(m, topics={GAS: {"energy": "gas"}}) if i in (0, 7, 8, 29) else m for i, m in enumerate(before)]
    found = compared(tmp_path, before, after)
    assert (found.differing, found.tables) == (4, ("sentences", "sentence_topics"))
    assert sorted(t.source_path for t in found.topics) == ["0.txt", "29.txt", "7.txt", "8.txt"]


def test_a_document_that_lost_or_gained_all_rows_of_a_table_is_found(tmp_path: Path) -> None:
    before = [Made(f"{i}.txt", ((*PROSE, f"Sentence {i}."),)) for i in range(12)]
    after = [replace(m, blocks=(("legal", "notice", m.text),)) if i in (0, 5, 11) else m for i, m in enumerate(before)]
    for one, two, change in ((before, after, "lost"), (after, before, "gained")):
        found = compared(tmp_path, one, two)
        assert found.differing == 3
        assert [(s.source_path, s.change) for s in found.sentences] == [
            (path, change) for path in ("0.txt", "11.txt", "5.txt")
        ]


LINES = st.lists(st.sampled_from([GAS, RAIL, SHARE, "One.", "Two."]), max_size=6)


@given(LINES, LINES)
def test_what_was_there_less_the_lost_plus_the_gained_is_what_is_there(before: list[str], after: list[str]) -> None:
    found = compare_document(
        *(in_memory(Made("a.txt", [(*PROSE, line) for line in lines])) for lines in (before, after))
    )
    lost = [s.text for s in found.sentences if s.change == "lost"]
    gained = [s.text for s in found.sentences if s.change == "gained"]
    assert sorted([*before, *gained]) == sorted([*after, *lost])
    assert found.is_empty or before != after


def in_memory(made: Made) -> DocumentRows:
    rows = make_rows([made])
    return DocumentRows(rows["documents"][0], rows["blocks"], rows["sentences"], rows["sentence_topics"])


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three versions. Read it, never write it."""
    output = tmp_path_factory.mktemp("published")
    for content in (1, 2, 3):
        publish(output, content)
    return output


def call(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(diff, [str(a) for a in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, click.unstyle(result.output)


def test_a_version_equals_itself(published: Path) -> None:
    version = open_version(published)
    assert compare_versions(version, version).is_empty


def test_the_command_compares_the_served_version_with_the_one_before(published: Path) -> None:
    names = list_versions(published)
    code, text = call("--output", published)
    assert code == 0
    assert text.splitlines()[0] == f"{names[1]} -> {names[2]}"


def test_the_command_takes_two_versions_by_the_start_of_their_names(published: Path) -> None:
    code, text = call("v000001", "v000003", "--json", "--output", published)
    found = json.loads(text)
    names = list_versions(published)
    assert (code, found["before"], found["after"], found["is_empty"]) == (0, names[0], names[2], False)


def test_with_exit_code_a_difference_is_1_and_none_is_0(published: Path) -> None:
    assert call("--exit-code", "--output", published)[0] == 1
    assert call("v000003", "v000003", "--exit-code", "--output", published) == (
        0,
        f"{list_versions(published)[2]} -> {list_versions(published)[2]}\nno difference\n",
    )


def test_without_a_version_before_the_command_says_what_to_do(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    with pytest.raises(UsageError, match="Name two"):
        call("--output", tmp_path)
