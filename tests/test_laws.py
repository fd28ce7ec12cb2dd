"""The laws: true of every row of a sound version, and false of the row that breaks one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.characters import count_texts
from pipeline.laws import Tally, frames_with_laws
from pipeline.schemas import TABLES
from pipeline.tables import count_characters
from pipeline.version import open_version

CASES = json.loads((Path(__file__).parent / "cases" / "laws.json").read_text(encoding="utf-8"))
SPACES = [chr(code) for code in range(0x3001) if chr(code).isspace()]


@pytest.fixture(scope="module")
def tables(built: Path) -> dict[str, pa.Table]:
    version = open_version(built)
    return {name: version.table(name) for name in TABLES}


def broken(tables: dict[str, pa.Table]) -> dict[str, list[int]]:
    """The rows of which a law does not hold, by table and law."""
    frames = frames_with_laws(tables)
    laws = {f"{table}.{name}": frame[name] for table, frame in frames.items() for name in frame if "law_" in name}
    assert len(laws) >= 18
    return {name: [i for i, holds in enumerate(column) if not holds] for name, column in laws.items()}


def edited(table: pa.Table, case: dict[str, Any]) -> pa.Table:
    rows = table.to_pylist()
    row = rows[case["row"]]
    row.update(case.get("set", {}))
    for column, amount in case.get("add", {}).items():
        row[column] += amount
    for column, text in case.get("append", {}).items():
        row[column] += text
    return pa.Table.from_pylist(rows, schema=pa.schema([f.with_nullable(True) for f in table.schema]))


def test_every_law_holds_for_the_seeds(tables: dict[str, pa.Table]) -> None:
    assert not any(broken(tables).values())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_a_broken_row_breaks_its_law(tables: dict[str, pa.Table], case: dict[str, Any]) -> None:
    found = broken({**tables, case["table"]: edited(tables[case["table"]], case)})
    assert [name for name in case["broken"] if not found[name]] == []
    for name in case["broken"]:
        if name.split(".")[0] == case["table"]:
            # The row itself, and at most the one that follows it, which is in order no more.
            assert case["row"] in found[name]
            assert set(found[name]) <= {case["row"], case["row"] + 1}


def test_rows_of_no_document_are_counted_and_judged(tables: dict[str, pa.Table]) -> None:
    tally = Tally()
    tally.add({**tables, "documents": tables["documents"].slice(1)})
    counted = tally.frame().iloc[0]
    first = tables["documents"].column("doc_id")[0].as_py()
    for name in ("blocks", "sentences", "sentence_topics", "mentions"):
        assert counted[f"orphan_{name}"] == tables[name].column("doc_id").to_pylist().count(first)
    assert not broken({**tables, "documents": tables["documents"].slice(1)})["sentences.law_in_body_block"]


def test_tables_without_rows_keep_every_law() -> None:
    assert not any(broken({name: schema.empty_table() for name, schema in TABLES.items()}).values())


@given(
    st.lists(st.lists(st.one_of(st.none(), st.text(st.one_of(st.sampled_from(SPACES), st.characters(codec="utf-8"))))))
)
def test_characters_of_a_column_are_counted_as_those_of_each_text(chunks: list[list[str | None]]) -> None:
    column = pa.chunked_array(chunks, pa.string())
    assert count_texts(column).tolist() == [count_characters(text or "") for chunk in chunks for text in chunk]


def test_every_character_of_unicode_is_counted_alike() -> None:
    texts = [f"a{chr(code)}b" for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    assert count_texts(pa.chunked_array([texts])).tolist() == [count_characters(text) for text in texts]


def test_a_text_cut_within_a_character_is_counted_to_its_end() -> None:
    data = [b"\xe3", b"ab\xe3\x80", b"", b"\xc2", b"c"]
    texts = pa.Array.from_buffers(pa.string(), len(data), pa.array(data, pa.binary()).buffers())
    assert count_texts(pa.chunked_array([texts]))[-1] == 1
