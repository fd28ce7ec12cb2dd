from __future__ import annotations

import hashlib
import itertools
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import parquet
from pipeline.durable import DurableFile
from pipeline.errors import ContractError
from pipeline.parquet import TableWriter, write_table
from pipeline.schemas import TABLES
from pipeline.settings import OutputSettings

SETTINGS = OutputSettings(row_group_rows=1_000)
SCHEMA = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False, metadata={"description": "The document."}),
        pa.field("n", pa.int32(), nullable=False),
        pa.field("text", pa.string()),
        pa.field("topics", pa.list_(pa.field("element", pa.string(), nullable=False))),
    ]
)


def make_rows(documents: int, rows: int) -> pa.Table:
    ids = sorted(hashlib.sha256(str(i).encode()).hexdigest()[:32] for i in range(documents))
    columns = {
        "doc_id": [i for i in ids for _ in range(rows)],
        "n": [n for _ in ids for n in range(rows)],
        "text": [None if n % 7 == 0 else f"sentence {n} of {i}" for i in ids for n in range(rows)],
        "topics": [None if n % 5 == 0 else ["a", "b"][: n % 3] for _ in ids for n in range(rows)],
    }
    return pa.table([pa.array(columns[f.name], f.type) for f in SCHEMA], schema=SCHEMA)


ROWS = make_rows(50, 60)


def digests(paths: list[Path]) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, ROWS.num_rows), max_size=6), buckets=st.sampled_from([1, 4]), calls=st.booleans())
def test_the_same_rows_in_other_chunks_and_calls_give_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], buckets: int, calls: bool
) -> None:
    edges = [0, *sorted(cuts), ROWS.num_rows]
    pieces = [ROWS.slice(a, b - a) for a, b in itertools.pairwise(edges)]
    whole = write_table(ROWS, tmp_path_factory.mktemp("whole"), SETTINGS, buckets)
    with TableWriter(tmp_path_factory.mktemp("pieces"), SCHEMA, SETTINGS, buckets) as writer:
        for piece in pieces if calls else [pa.concat_tables(pieces)]:
            writer.write(piece)
    assert digests(writer.paths) == digests(whole)


def test_null_lists_over_garbage_give_the_bytes_of_null_lists(tmp_path: Path) -> None:
    clean = ROWS.column("topics").combine_chunks()
    values = pa.array(["garbage", "a"])
    offsets = pa.array([0, 1, 2], pa.int32())
    dirty = pa.ListArray.from_arrays(offsets, values, mask=pa.array([True, False])).cast(clean.type)
    tidy = pa.array([None, ["a"]], clean.type)
    two = [
        pa.table({**{f: ROWS.column(f).slice(0, 2) for f in ("doc_id", "n", "text")}, "topics": t})
        for t in (dirty, tidy)
    ]
    first, second = (write_table(t.cast(SCHEMA), tmp_path / str(i), SETTINGS) for i, t in enumerate(two))
    assert digests(first) == digests(second)


def test_rows_come_back_as_they_went(tmp_path: Path) -> None:
    for buckets in (1, 2, 16):
        paths = write_table(ROWS, tmp_path / str(buckets), SETTINGS, buckets)
        assert ds.dataset([str(p) for p in paths], schema=SCHEMA).to_table().equals(ROWS)
        assert paths == sorted(paths)


def test_a_row_group_closes_at_its_rows(tmp_path: Path) -> None:
    (path,) = write_table(ROWS, tmp_path, SETTINGS)
    metadata = pq.read_metadata(path)
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [1_000, 1_000, 1_000]


def test_a_row_group_closes_at_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents of 20 kB in groups of 122,880 rows would be more than one Arrow string array can hold."""
    monkeypatch.setattr(parquet, "GROUP_BYTES", 100)
    table = pa.table({"text": ["x" * 40] * 7 + ["y" * 1_000, "z"]})
    (path,) = write_table(table, tmp_path, SETTINGS)
    metadata = pq.read_metadata(path)
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [3, 3, 2, 1]
    assert pq.read_table(path).equals(table)


def test_a_bucket_holds_the_documents_of_its_prefix(tmp_path: Path) -> None:
    for path in write_table(ROWS, tmp_path, SETTINGS, 16):
        digits = {doc_id[0] for doc_id in pq.read_table(path).column("doc_id").to_pylist()}
        assert digits == {f"{int(path.stem[-3:]):x}"}


def test_a_changed_document_changes_one_part(tmp_path: Path) -> None:
    texts = ROWS.column("text").to_pylist()
    texts[100] = "another sentence"
    changed = ROWS.set_column(2, SCHEMA.field("text"), pa.array(texts))
    before, after = (digests(write_table(t, tmp_path / str(i), SETTINGS, 16)) for i, t in enumerate((ROWS, changed)))
    assert before.keys() == after.keys()
    assert sum(before[name] != after[name] for name in before) == 1


@pytest.mark.parametrize("table", TABLES)
def test_a_table_without_rows_has_one_part_with_its_columns(table: str, tmp_path: Path) -> None:
    (path,) = write_table(TABLES[table].empty_table(), tmp_path, SETTINGS, 8)
    assert pq.read_schema(path).equals(TABLES[table])
    assert pq.read_metadata(path).num_rows == 0


def test_descriptions_travel_with_the_file(tmp_path: Path) -> None:
    (path,) = write_table(ROWS, tmp_path, SETTINGS)
    assert pq.read_schema(path).field("doc_id").metadata[b"description"] == b"The document."


def test_a_file_has_page_index_and_zstd(tmp_path: Path) -> None:
    (path,) = write_table(ROWS, tmp_path, SETTINGS)
    column = pq.read_metadata(path).row_group(0).column(1)
    assert (column.has_column_index, column.has_offset_index, column.compression) == (True, True, "ZSTD")


def test_a_flipped_bit_in_a_page_is_seen_when_it_is_read(tmp_path: Path) -> None:
    (path,) = write_table(ROWS, tmp_path, SETTINGS)
    column = pq.read_metadata(path).row_group(0).column(1)
    content = bytearray(path.read_bytes())
    content[column.data_page_offset + column.total_compressed_size // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(OSError, match="CRC"):
        pq.read_table(path, page_checksum_verification=True)


def test_a_table_whose_key_is_no_document_stays_one_part(tmp_path: Path) -> None:
    sources = pa.table({"source_path": ["a", "b"], "doc_id": ["f" * 32, None]})
    assert [p.name for p in write_table(sources, tmp_path, SETTINGS, 4)] == ["part-000.parquet"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (ROWS.take(pa.array(np.arange(ROWS.num_rows)[::-1])), "not sorted by doc_id"),
        (ROWS.set_column(1, SCHEMA.field("n"), pa.nulls(ROWS.num_rows, pa.int32())), "n is empty in 3,000 rows"),
        (ROWS.set_column(0, SCHEMA.field("doc_id"), pa.array(["no hex"] * ROWS.num_rows)), "not hexadecimal"),
    ],
    ids=["unsorted", "null", "no hex"],
)
def test_rows_that_break_a_promise_are_refused(table: pa.Table, said: str, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=said):
        write_table(table, tmp_path / "sentences", SETTINGS, 4)


def test_rows_of_other_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="do not fit"), TableWriter(tmp_path, SCHEMA, SETTINGS) as writer:
        writer.write(ROWS.drop_columns(["text"]))


def test_calls_out_of_order_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="not sorted"), TableWriter(tmp_path, SCHEMA, SETTINGS, 16) as writer:
        writer.write(ROWS.slice(2_000))
        writer.write(ROWS.slice(0, 2_000))


@pytest.mark.parametrize("buckets", [0, 3, 8_192])
def test_buckets_are_a_power_of_two(buckets: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="power of two"):
        write_table(ROWS, tmp_path, SETTINGS, buckets)


def test_a_short_write_is_written_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data)[:1_000]))
    (path,) = write_table(ROWS, tmp_path, SETTINGS)
    monkeypatch.undo()
    assert pq.read_table(path).equals(ROWS)


def test_a_file_that_lost_bytes_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    file = DurableFile(tmp_path / "file")
    file.write(b"x" * 100)
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data)[:-1]) + 1)
    with pytest.raises(OSError, match="holds 99 of 100 bytes"):
        file.close()
