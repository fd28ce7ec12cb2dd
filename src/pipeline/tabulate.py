"""Assemble the tables of a version from the batches of a run and the rows kept from the last version.

Rows of unchanged documents come from the last version's tables, rows of changed ones from the batch
folders; what depends on other documents or on the file's name (source paths, duplicates, dates beside
each row) is filled in here for all of them. So an incremental run gives what a full run gives.

Tables are written slice by slice in the order of `doc_id` (`slices.py`); what is held for all documents
at once is a short row each (`catalog.py`). How many slices there are does not show in the tables.
"""

from __future__ import annotations

import hashlib
import shutil
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from .batch import TAGGED_COLUMNS, read_arrow, write_arrow
from .catalog import Catalog, make_catalog
from .copies import Copies
from .durable import DurableFile, make_folder, output_errors, sync_folder
from .errors import ContractError
from .halves import CLEANED, TAGGED, BatchReport
from .manifest import records_of
from .parquet import TableWriter, choose_buckets, write_table
from .schemas import TABLES
from .settings import OutputSettings
from .settle import settle_sources
from .signatures import SIGNATURES, Signatures, keep_signatures, known_signatures, sign_published, write_signatures
from .slices import (
    LAST,
    FileRows,
    OverlaidRows,
    PairedRows,
    Rows,
    TableRows,
    count_slices,
    release_memory,
    replace_column,
    slice_bounds,
)
from .source_rows import SourceRows
from .version import Version

_UNTAGGED = ("documents", "blocks", "sentences")
_PER_DOCUMENT = (*_UNTAGGED, "sentence_topics", "mentions")
_FILLED_IN: Mapping[str, tuple[str, ...]] = {
    "documents": ("source_path", "duplicate_of", "similarity"),
    "sentences": ("source_path", "duplicate_of_doc", "duplicate_of_index"),
}
# What rows take from other documents. (The date beside each row is the document's own.)


_OWN = ("blocks", "mentions")
# Tables whose rows take nothing from other documents.
_COPIED_AT_ONCE = 2**20


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of the last version that a run reuses, by doc_id, which no two of the arrays have in common."""

    version: Version
    whole: pa.Array
    """Documents whose rows stay as they are."""
    retagged: pa.Array
    """Documents whose blocks and sentences stay, but whose topics and mentions are made again."""
    same_names: bool = False
    """Whether the mentions of these stay too."""
    same_form: bool = False
    """Whether the same rows are written in the same bytes now, and no row of the version is in quarantine."""


def columns_made(names: bool, topics: bool) -> dict[str, tuple[str, ...]]:
    """Return by table the columns that are made in every run, and in which kept documents may thus come to differ.

    `names` and `topics` say whether these are made again.
    """
    columns = dict(_FILLED_IN)
    if topics:
        columns["sentences"] = (*columns["sentences"], "topics")
        columns["sentence_topics"] = _all_but_key("sentence_topics")
    if names:
        columns["mentions"] = _all_but_key("mentions")
    return columns


def _all_but_key(name: str) -> tuple[str, ...]:
    return tuple(column for column in TABLES[name].names if column != "doc_id")


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What a version is made of.

    `cleaned` and `retagged` are folders of batches. In the latter the cleaned half is what `export_for_tagging`
    wrote. `signatures` is the cache file of signatures. `taxonomy_version` stands beside every topic, also of documents
    that a new taxonomy does not touch; without it, each row's own stays.
    """

    sources: SourceRows
    cleaned: Sequence[Path]
    retagged: Sequence[Path]
    kept: Kept | None
    signatures: Path
    taxonomy_version: str | None = None


def write_tables(given: Ingredients, folder: Path, settings: OutputSettings, scratch: Path) -> dict[str, int]:
    """Write every table of the version under `folder`, sorted by key, and return their row counts.

    `scratch` is a folder for files that are of no use afterwards.
    """
    documents = _documents(given)
    sources = settle_sources(given.sources, given.cleaned, documents.column("doc_id"))
    write_table(sources, folder / "sources", settings)
    rows = {"sources": sources.num_rows, "quarantine": 0}
    # No more is asked of them, and there may be millions.
    sources = sources.select(["source_path", "doc_id"])
    given.sources.release()
    release_memory()
    write_table(TABLES["quarantine"].empty_table(), folder / "quarantine", settings)
    write_signatures(chain(_new_signatures(given), _kept_signatures(given)), scratch / SIGNATURES)
    catalog = make_catalog(documents, sources, Signatures(scratch / SIGNATURES), scratch)
    keep_signatures(scratch / SIGNATURES, given.signatures)
    rows |= {name: _count(given, name) for name in _PER_DOCUMENT}
    del documents, sources
    release_memory()
    buckets = choose_buckets(max(rows.values()), settings.bucket_rows)
    copies = Copies(scratch / "copies", rows["sentences"])
    for table, known in _slices(given, "sentences", catalog, ("doc_id", "sentence_index", "text")):
        where = pc.index_in(table.column("doc_id"), value_set=known.doc_ids).to_numpy()
        texts = table.column("text").cast(pa.binary()).to_pylist()
        copies.add(texts, known.rank[where], table.column("sentence_index").to_numpy())
        del table, texts
    copies.settle()
    for name in _PER_DOCUMENT:
        if _copy_table(given, name, folder, settings, buckets):
            continue
        with TableWriter(folder / name, TABLES[name], settings, buckets) as writer:
            for table, known in _slices(given, name, catalog, TABLES[name].names):
                if name == "sentence_topics" and given.taxonomy_version is not None:
                    version = pa.repeat(given.taxonomy_version, table.num_rows)
                    table = replace_column(table, "taxonomy_version", version)
                writer.write(_completed(table, name, known, catalog, copies))
                # Not held while the next slice is made.
                del table
    shutil.rmtree(scratch / "copies", ignore_errors=True)
    return {name: rows[name] for name in TABLES}


def export_for_tagging(version: Version, doc_ids: Sequence[str], folder: Path) -> BatchReport:
    """Write the texts and sentences of published documents to `folder`, as `tag_batch` reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = ds.field("doc_id")
    # The range lets whole row groups be passed over; a batch of neighbours reads little besides its own.
    some = (ids >= min(doc_ids)) & (ids <= max(doc_ids)) & ids.isin(pa.array(doc_ids, pa.string()))
    for name, columns in (("documents", ["doc_id", "text", "media_type"]), ("sentences", TAGGED_COLUMNS)):
        write_arrow(version.dataset(name).to_table(columns=list(columns), filter=some), folder / f"{name}.arrow")
    return BatchReport(len(doc_ids), 0, {})


def _documents(given: Ingredients) -> pa.Table:
    """Return doc_id and published_on of all documents."""
    columns = ["doc_id", "published_on"]
    # Mapped: reading two columns of an Arrow file asks for memory for all of them, the texts too.
    parts = [FileRows(folder / CLEANED / "documents.arrow", columns).until(LAST) for folder in given.cleaned]
    if given.kept is not None:
        rows = given.kept.version.table("documents", columns)
        kept = pc.is_in(rows.column("doc_id"), value_set=_kept_ids(given.kept, "documents"))
        parts.append(rows.filter(kept))
    schema = pa.schema([TABLES["documents"].field(name) for name in columns])
    # Copied, so that no file stays mapped.
    return pa.concat_tables([schema.empty_table(), *(part.cast(schema) for part in parts)]).combine_chunks()


def _new_signatures(given: Ingredients) -> Iterator[pa.Table]:
    for folder in given.cleaned:
        yield read_arrow(folder / CLEANED / SIGNATURES)


def _kept_signatures(given: Ingredients) -> Iterator[pa.Table]:
    """Yield the signatures of kept documents: from the cache, and those it lacks from the published blocks."""
    if given.kept is None:
        return
    wanted = _kept_ids(given.kept, "documents")
    wanted = wanted.take(pc.sort_indices(wanted))
    known = [pa.array([], pa.string())]
    for some in known_signatures(given.signatures, wanted):
        known += some.column("doc_id").chunks
        yield some
    lacking = wanted.filter(pc.invert(pc.is_in(wanted, value_set=pa.concat_arrays(known))))
    if len(lacking):
        yield from sign_published(given.kept.version, lacking)


def _slices(
    given: Ingredients, name: str, catalog: Catalog, columns: Sequence[str]
) -> Iterator[tuple[pa.Table, Catalog]]:
    """Yield the rows of a table in the order of its key, in slices, each with the documents they belong to."""
    schema = pa.schema([TABLES[name].field(column) for column in columns])
    readers = _readers(given, name, columns)
    start = 0
    for bound in slice_bounds(count_slices(sum(reader.bytes for reader in readers))):
        end = _position(catalog.doc_ids, bound)
        known = catalog.between(start, end)
        start = end
        parts = [reader.until(bound) for reader in readers]
        table = pa.concat_tables([schema.empty_table(), *(part.select(schema.names).cast(schema) for part in parts)])
        where = pc.index_in(table.column("doc_id"), value_set=known.doc_ids)
        if where.null_count:
            raise ContractError(f"{where.null_count:,} rows of {name} belong to no document, or are not sorted by it.")
        # Each reader's rows are sorted by key and a document's rows come from one reader.
        place = where.to_numpy()
        if (place[1:] < place[:-1]).any():
            table = table.take(pa.array(np.argsort(place, kind="stable")))
        # What is given out is the caller's to drop, and what was freed goes back to the system.
        given_out = [table]
        del parts, table
        release_memory()
        yield given_out.pop(), known


def _copy_table(given: Ingredients, name: str, folder: Path, settings: OutputSettings, buckets: int) -> bool:
    """Copy the files of a table of which all rows stay as they are; return False where that cannot be said."""
    kept = given.kept
    if kept is None or not kept.same_form or name not in _OWN or _folders(given, name):
        return False
    version = kept.version
    before = choose_buckets(max(version.rows(table) for table in TABLES), settings.bucket_rows)
    if before != buckets or len(_kept_ids(kept, name)) != version.rows("documents"):
        return False
    with output_errors(folder / name):
        make_folder(folder / name)
        for record in records_of(version.manifest):
            if record.table != name:
                continue
            copied = hashlib.sha256()
            with (version.path / record.path).open("rb") as file, DurableFile(folder / record.path) as copy:
                while chunk := file.read(_COPIED_AT_ONCE):
                    copied.update(chunk)
                    copy.write(chunk)
            if copied.hexdigest() != record.sha256:
                # Its rows are read with their checksums, and say what is damaged.
                shutil.rmtree(folder / name)
                return False
        sync_folder(folder / name)
    return True


def _readers(given: Ingredients, name: str, columns: Sequence[str]) -> list[Rows]:
    readers: list[Rows] = []
    for folder in _folders(given, name):
        rows = FileRows(_file(folder, name), columns)
        topics = FileRows(folder / TAGGED / "topics.arrow", ["topics"]) if "topics" in columns else None
        readers.append(PairedRows(rows, "topics", topics) if topics else rows)
    if given.kept is not None:
        ids = _kept_ids(given.kept, name)
        if len(ids):
            readers.append(TableRows(given.kept.version.dataset(name), columns, _others(given.kept.version, ids)))
            if "topics" in columns and given.retagged:
                asked = ["doc_id", "sentence_index", "topics"]
                files = [FileRows(folder / TAGGED / "topics.arrow", asked) for folder in given.retagged]
                readers[-1] = OverlaidRows(readers[-1], "sentence_index", "topics", files)
    return readers


def _folders(given: Ingredients, name: str) -> list[Path]:
    stays = given.kept is not None and name in _staying(given.kept)
    return [*given.cleaned, *(() if stays else given.retagged)]


def _file(folder: Path, name: str) -> Path:
    return folder / (TAGGED if name in ("sentence_topics", "mentions") else CLEANED) / f"{name}.arrow"


def _kept_ids(kept: Kept, name: str) -> pa.Array:
    return pa.concat_arrays([kept.whole, kept.retagged]) if name in _staying(kept) else kept.whole


def _staying(kept: Kept) -> tuple[str, ...]:
    """Return the tables in which the rows of documents that are tagged again stay as they are, but for topics."""
    return (*_UNTAGGED, "mentions") if kept.same_names else _UNTAGGED


def _count(given: Ingredients, name: str) -> int:
    """Return the rows that a table will have."""
    total = sum(FileRows(_file(folder, name), ["doc_id"]).rows for folder in _folders(given, name))
    if given.kept is not None and len(ids := _kept_ids(given.kept, name)):
        others = _others(given.kept.version, ids)
        total += given.kept.version.rows(name)
        if len(others):
            total -= given.kept.version.dataset(name).count_rows(filter=ds.field("doc_id").isin(others))
    return total


def _others(version: Version, ids: pa.Array) -> pa.Array:
    """Return the documents of a version that are not among `ids`, sorted."""
    known = version.table("documents", ["doc_id"]).column("doc_id").combine_chunks()
    return known.filter(pc.invert(pc.is_in(known, value_set=ids)))


def _completed(table: pa.Table, name: str, known: Catalog, catalog: Catalog, copies: Copies) -> pa.Table:
    """Fill in what rows take from other documents."""
    if name in ("blocks", "mentions"):
        return table
    where = pc.index_in(table.column("doc_id"), value_set=known.doc_ids)
    if name == "documents":
        for column in ("source_path", "duplicate_of", "similarity"):
            table = replace_column(table, column, getattr(known, column).take(where))
        return table
    table = replace_column(table, "published_on", known.published_on.take(where))
    if name == "sentence_topics":
        return table
    table = replace_column(table, "source_path", known.source_path.take(where))
    place, rank, index = copies.take(table.num_rows)
    first = np.full(table.num_rows, -1, np.int64)
    first[place] = catalog.by_rank[rank]
    number = np.full(table.num_rows, -1, np.int64)
    number[place] = index
    none = first < 0
    table = replace_column(table, "duplicate_of_doc", catalog.doc_ids.take(pa.array(first, mask=none)))
    return replace_column(table, "duplicate_of_index", pa.array(number, mask=none))


def _position(ids: pa.Array, bound: str) -> int:
    return bisect_left(ids, bound, key=lambda doc_id: doc_id.as_py())
