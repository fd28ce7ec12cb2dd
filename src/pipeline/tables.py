"""Turn records into Arrow tables, column by column.

Columns are built directly from the records' attributes (1.8 us a row; dictionaries cost 10), with
the schemas of `schemas.py`. The tables of a batch hold what one document alone decides; what depends
on other documents (duplicates, the file's name) is filled in by `tabulate.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .model import DISPOSITION_OF, Disposition, Document, Evidence, Mention, Role, Sentence, TopicScore
from .normalize import normalize_text
from .schemas import BLOCKS, DOCUMENTS, MENTIONS, SENTENCE_TOPICS, SENTENCES

_KINDS = tuple(map(str, Disposition))
_KIND_OF: Mapping[Role, int] = {role: _KINDS.index(DISPOSITION_OF[role]) for role in Role}
_LAST_SPACE = 0x3000
_ASCII_SPACE = bytes(code for code in range(0x80) if chr(code).isspace())


def count_characters(text: str) -> int:
    r"""Return the number of characters that are not white space.

    >>> count_characters(" a b\n")
    2
    """
    if text.isascii():
        return len(text.encode().translate(None, _ASCII_SPACE))
    return sum(map(len, text.split()))


def make_documents(documents: Sequence[Document], sentence_counts: Sequence[int]) -> pa.Table:
    """Return the `documents` rows of labelled documents, in their order."""
    chars = [_count_by_disposition(d) for d in documents]
    facts = [
        [{"name": f.name, "value": f.value, "rule": f.rule, "start": f.start, "end": f.end} for f in d.facts]
        for d in documents
    ]
    columns = {
        "doc_id": [d.doc_id for d in documents],
        "source_path": [d.source_path for d in documents],
        "media_type": [d.media_type for d in documents],
        "text": [d.text for d in documents],
        "title": [d.title for d in documents],
        "author": [d.author for d in documents],
        "published_on": [d.published_on for d in documents],
        "site": [d.site for d in documents],
        "language": [d.language.code for d in documents],
        "language_confidence": [round(d.language.confidence, 6) for d in documents],
        "language_method": [d.language.method for d in documents],
        "text_chars": [total for total, _ in chars],
        "body_chars": [by[Disposition.BODY] for _, by in chars],
        "metadata_chars": [by[Disposition.METADATA] for _, by in chars],
        "dropped_chars": [by[Disposition.DROPPED] for _, by in chars],
        "sentence_count": list(sentence_counts),
        "duplicate_of": [None] * len(documents),
        "similarity": [None] * len(documents),
        "facts": facts,
        "flags": [sorted(d.flags) for d in documents],
    }
    return _table(columns, DOCUMENTS)


def make_blocks(documents: Sequence[Document]) -> pa.Table:
    """Return the `blocks` rows of labelled documents, in their order."""
    blocks = [b for d in documents for b in d.blocks]
    columns = {
        "doc_id": _repeat([d.doc_id for d in documents], [len(d.blocks) for d in documents], pa.string()),
        "block_index": [i for d in documents for i in range(len(d.blocks))],
        "start": [b.start for b in blocks],
        "end": [b.end for b in blocks],
        "text": [b.text for b in blocks],
        "role": [str(b.role) for b in blocks],
        "disposition": [_KINDS[_KIND_OF[b.role]] for b in blocks],
        "rule": [b.rule for b in blocks],
        "evidence": [b.evidence for b in blocks],
        "confidence": [round(b.confidence, 6) for b in blocks],
    }
    return _table(columns, BLOCKS)


def make_sentences(documents: Sequence[Document], sentences: Sequence[Sequence[Sentence]]) -> pa.Table:
    """Return the `sentences` rows of labelled documents; topics and duplicates are still null."""
    found = [s for of_document in sentences for s in of_document]
    counts = [len(of_document) for _, of_document in zip(documents, sentences, strict=True)]
    # Many sentences stand under one heading.
    above = {name: name and normalize_text(name) for s in found for name in (s.heading, s.label)}
    columns = {
        "doc_id": _repeat([d.doc_id for d in documents], counts, pa.string()),
        "sentence_index": [s.index for s in found],
        "block_index": [s.block_index for s in found],
        "start": [s.start for s in found],
        "end": [s.end for s in found],
        "text": [normalize_text(s.text if s.shown is None else s.shown) for s in found],
        "role": [str(s.role) for s in found],
        "heading": [above[s.heading] for s in found],
        "label": [above[s.label] for s in found],
        "language": [s.language for s in found],
        "topics": pa.nulls(len(found), SENTENCES.field("topics").type),
        "published_on": _repeat([d.published_on for d in documents], counts, pa.date32()),
        "duplicate_of_doc": pa.nulls(len(found), pa.string()),
        "duplicate_of_index": pa.nulls(len(found), SENTENCES.field("duplicate_of_index").type),
        "source_path": _repeat([d.source_path for d in documents], counts, pa.string()),
        "flags": [sorted(s.flags) if s.flags else () for s in found],
    }
    return _table(columns, SENTENCES)


def make_topics(rows: Iterable[tuple[str, int, int, TopicScore]], taxonomy_version: str) -> pa.Table:
    """Return `sentence_topics` rows from (doc_id, sentence_index, offset of the sentence, score)."""
    kept = list(rows)
    columns = {
        "doc_id": [r[0] for r in kept],
        "sentence_index": [r[1] for r in kept],
        "topic": [r[3].topic for r in kept],
        "score": [round(r[3].score, 6) for r in kept],
        "confidence": [round(r[3].confidence, 6) for r in kept],
        "evidence": [list(_shifted(r[3].evidence, r[2])) for r in kept],
        "taxonomy_version": [taxonomy_version] * len(kept),
        "published_on": [None] * len(kept),
    }
    return _table(columns, SENTENCE_TOPICS)


def make_mentions(rows: Iterable[tuple[str, int, int, Mention]]) -> pa.Table:
    """Return `mentions` rows from (doc_id, sentence_index, offset of the sentence, mention)."""
    kept = list(rows)
    columns = {
        "doc_id": [r[0] for r in kept],
        "sentence_index": [r[1] for r in kept],
        "start": [r[3].start + r[2] for r in kept],
        "end": [r[3].end + r[2] for r in kept],
        "text": [r[3].text for r in kept],
        "kind": [str(r[3].kind) for r in kept],
        "entity_id": [r[3].entity_id for r in kept],
        "name": [r[3].name for r in kept],
        "evidence": [r[3].evidence for r in kept],
    }
    return _table(columns, MENTIONS)


def _repeat(values: Sequence[object], counts: Sequence[int], kind: pa.DataType) -> pa.Array:
    """Return each value as many times as its count says; a value is put into Arrow's form once, not once a row."""
    return pa.array(values, kind).take(pa.array(np.repeat(np.arange(len(values)), counts)))


def _table(columns: Mapping[str, object], schema: pa.Schema) -> pa.Table:
    given = ((columns[f.name], f.type) for f in schema)
    return pa.table([c if isinstance(c, pa.Array) else pa.array(c, kind) for c, kind in given], schema=schema)


def _count_by_disposition(document: Document) -> tuple[int, dict[Disposition, int]]:
    """Return the characters of a document that are not white space, and those of its blocks of each disposition."""
    codes = np.frombuffer(document.text.encode("utf-32-le", "surrogatepass"), np.uint32)
    solid = np.zeros(len(codes) + 1, np.int64)
    np.cumsum(_is_solid().take(codes, mode="clip"), out=solid[1:])
    spans = np.array([(b.start, b.end, _KIND_OF[b.role]) for b in document.blocks], np.intp).reshape(-1, 3)
    starts, ends, kinds = spans.T
    counts = np.bincount(kinds, solid[ends] - solid[starts], len(_KINDS))
    return int(solid[-1]), dict(zip(Disposition, map(int, counts), strict=True))


@cache
def _is_solid() -> NDArray[np.bool_]:
    """Return which code points are no white space; the last entry stands for all above."""
    return np.array([not chr(code).isspace() for code in range(_LAST_SPACE + 2)])


def _shifted(evidence: Sequence[Evidence], offset: int) -> Iterator[dict[str, object]]:
    for e in evidence:
        yield {"start": e.start + offset, "end": e.end + offset, "term": e.term, "rule": e.rule}
