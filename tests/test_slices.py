"""Rows read by ranges of doc_id."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.batch import read_arrow, write_arrow
from pipeline.errors import ContractError
from pipeline.parquet import write_table
from pipeline.settings import OutputSettings
from pipeline.slices import LAST, FileRows, OverlaidRows, TableRows, slice_bounds

IDS = st.lists(st.text("0123456789abcdef", min_size=32, max_size=32), unique=True, max_size=30).map(sorted)


def rows_of(ids: list[str]) -> pa.Table:
    pairs = [(doc_id, i) for doc_id in ids for i in range(int(doc_id[-1], 16))]
    return pa.table({"doc_id": pa.array([p[0] for p in pairs], pa.string()), "n": pa.array([p[1] for p in pairs])})


@settings(max_examples=40, deadline=None)
@given(IDS, st.sampled_from([1, 2, 8, 64]), st.data())
def test_slices_hold_every_row_once_in_order(
    tmp_path_factory: pytest.TempPathFactory, ids: list[str], slices: int, data: st.DataObject
) -> None:
    folder, table = tmp_path_factory.mktemp("rows"), rows_of(ids)
    write_arrow(table, folder / "rows.arrow")
    write_table(table, folder / "parts", OutputSettings(), 2)
    without = data.draw(st.lists(st.sampled_from(ids), unique=True).map(sorted) if ids else st.just([]))
    readers = [
        FileRows(folder / "rows.arrow", ["doc_id", "n"]),
        TableRows(ds.dataset(folder / "parts"), ["doc_id", "n"]),
        TableRows(ds.dataset(folder / "parts"), ["doc_id", "n"], pa.array(without, pa.string())),
    ]
    found: list[list[pa.Table]] = [[], [], []]
    lower = ""
    for bound in slice_bounds(slices):
        for reader, pieces in zip(readers, found, strict=True):
            pieces.append(reader.until(bound))
            given_ids = pieces[-1].column("doc_id").to_pylist()
            assert all(lower <= doc_id < bound for doc_id in given_ids)
        lower = bound
    left = [row for row in table.to_pylist() if row["doc_id"] not in without]
    whole, streamed, some = (pa.concat_tables(pieces).to_pylist() for pieces in found)
    assert (whole, streamed, some) == (table.to_pylist(), table.to_pylist(), left)


@settings(max_examples=40, deadline=None)
@given(IDS, st.sampled_from([1, 2, 8]), st.data())
def test_rows_of_some_documents_take_a_column_from_files_and_all_else_stays(
    tmp_path_factory: pytest.TempPathFactory, ids: list[str], slices: int, data: st.DataObject
) -> None:
    folder, rows = tmp_path_factory.mktemp("rows"), rows_of(ids)
    table = rows.append_column("of", pa.array([["old"]] * len(rows), pa.list_(pa.string())))
    write_table(table, folder / "parts", OutputSettings(), 2)
    again = data.draw(st.lists(st.sampled_from(ids), unique=True) if ids else st.just([]))
    files = []
    for number, some in enumerate((again[::2], again[1::2])):
        own = rows.filter(pc.is_in(rows.column("doc_id"), value_set=pa.array(some, pa.string())))
        new = [[f"{row['doc_id']} {row['n']}"] for row in own.to_pylist()]
        write_arrow(own.append_column("of", pa.array(new, pa.list_(pa.string()))), folder / f"{number}.arrow")
        files.append(FileRows(folder / f"{number}.arrow", ["doc_id", "n", "of"]))
    reader = OverlaidRows(TableRows(ds.dataset(folder / "parts"), ["doc_id", "n", "of"]), "n", "of", files)
    found = pa.concat_tables([reader.until(bound) for bound in slice_bounds(slices)]).to_pylist()
    assert [(row["doc_id"], row["n"]) for row in found] == [(row["doc_id"], row["n"]) for row in table.to_pylist()]
    assert [row["of"] for row in found] == [
        [f"{row['doc_id']} {row['n']}"] if row["doc_id"] in again else ["old"] for row in table.to_pylist()
    ]


@pytest.mark.parametrize(("doc_id", "n"), [("b", [0]), ("b", [0, 2]), ("b", [1, 0]), ("c", [0])])
def test_a_column_of_other_rows_than_were_published_is_refused(tmp_path: Path, doc_id: str, n: list[int]) -> None:
    ids = pa.array(["a", "b", "b"])
    write_table(pa.table({"doc_id": ids, "n": [0, 0, 1], "of": ["x"] * 3}), tmp_path / "parts", OutputSettings())
    write_arrow(pa.table({"doc_id": [doc_id] * len(n), "n": n, "of": ["y"] * len(n)}), tmp_path / "new.arrow")
    over = FileRows(tmp_path / "new.arrow", ["doc_id", "n", "of"])
    reader = OverlaidRows(TableRows(ds.dataset(tmp_path / "parts"), ["doc_id", "n", "of"]), "n", "of", [over])
    with pytest.raises(ContractError, match="not those that were published"):
        reader.until(LAST)


def test_some_columns_of_an_arrow_file_are_read_in_the_order_asked(tmp_path: Path) -> None:
    table = pa.table({"a": [1], "b": ["x"], "c": [None]})
    write_arrow(table, tmp_path / "t.arrow")
    assert read_arrow(tmp_path / "t.arrow", ["c", "a"]).to_pylist() == [{"c": None, "a": 1}]
    assert read_arrow(tmp_path / "t.arrow").equals(table)
