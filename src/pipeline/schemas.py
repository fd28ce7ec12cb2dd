"""The columns we publish: the only place where a table's columns, types and meanings are stated.

Each column's one-sentence description travels with the data as Arrow field metadata, and from there
into the manifest, `corpus schema`, the README and the expectations, which tests hold equal to this.
"""

from __future__ import annotations

from types import MappingProxyType

import pyarrow as pa

TEXT = pa.string()
COUNT = pa.int64()
OFFSET = pa.int32()
SHARE = pa.float64()
NAMES = pa.list_(pa.field("element", TEXT, nullable=False))
EVIDENCE = pa.list_(
    pa.field(
        "element",
        pa.struct(
            [
                pa.field("start", OFFSET, nullable=False),
                pa.field("end", OFFSET, nullable=False),
                pa.field("term", TEXT, nullable=False),
                pa.field("rule", TEXT, nullable=False),
            ]
        ),
        nullable=False,
    )
)
FACTS = pa.list_(
    pa.field(
        "element",
        pa.struct(
            [
                pa.field("name", TEXT, nullable=False),
                pa.field("value", TEXT, nullable=False),
                pa.field("rule", TEXT, nullable=False),
                pa.field("start", OFFSET),
                pa.field("end", OFFSET),
            ]
        ),
        nullable=False,
    )
)


def _column(name: str, kind: pa.DataType, description: str, *, null: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=null, metadata={"description": description})


_DOC = _column("doc_id", TEXT, "First 32 hex digits of the sha256 of the document's bytes.")
_SENTENCE = _column("sentence_index", OFFSET, "Position of the sentence among the document's sentences, from 0.")
_PUBLISHED = _column("published_on", pa.date32(), "Publication date that the document states.", null=True)

SOURCES = pa.schema(
    [
        _column(
            "source_path", TEXT, "Path of the input file below the input folder; `file#n` for a record of an archive."
        ),
        _column(
            "source_sha256",
            TEXT,
            "sha256 of the file's bytes, 64 hex digits; null when it could not be read.",
            null=True,
        ),
        _column("bytes", COUNT, "Size of the file in bytes."),
        _column("media_type", TEXT, "IANA media type of the content.", null=True),
        _column("encoding", TEXT, "Character encoding the bytes were decoded with.", null=True),
        _column("status", TEXT, "What became of the input: published, duplicate or rejected."),
        _column("doc_id", TEXT, "The document that holds this content; null when rejected.", null=True),
        _column("reason", TEXT, "A fixed word for why the input was rejected.", null=True),
        _column("detail", TEXT, "What a person should know of the input, such as replaced bytes.", null=True),
    ]
)

DOCUMENTS = pa.schema(
    [
        _DOC,
        _column("source_path", TEXT, "Path of the first input file, by name, with this content."),
        _column("media_type", TEXT, "IANA media type of the content."),
        _column("text", TEXT, "The decoded file, or the whole HTML page rendered to text; all offsets point into it."),
        _column("title", TEXT, "Title that the document states.", null=True),
        _column("author", TEXT, "Author that the document states.", null=True),
        _PUBLISHED,
        _column("site", TEXT, "Site or publication that the document states.", null=True),
        _column("language", TEXT, "ISO 639-1 code of the body's language, or und."),
        _column("language_confidence", SHARE, "Confidence in the language, 0 to 1."),
        _column("language_method", TEXT, "How the language was found: a script or letter gate, or a detector."),
        _column("text_chars", COUNT, "Characters of text that are not white space."),
        _column("body_chars", COUNT, "Of these, characters in body blocks."),
        _column("metadata_chars", COUNT, "Of these, characters in metadata blocks."),
        _column("dropped_chars", COUNT, "Of these, characters in dropped blocks."),
        _column("sentence_count", COUNT, "Sentences of the body."),
        _column("duplicate_of", TEXT, "doc_id of the document that this one nearly repeats.", null=True),
        _column("similarity", SHARE, "Estimated Jaccard similarity to duplicate_of, 0 to 1.", null=True),
        _column("facts", FACTS, "Where title, author, published_on and site were read: value, rule and offsets."),
        _column("flags", NAMES, "What a reader should know of the whole document, such as deletion_guard."),
    ]
)

BLOCKS = pa.schema(
    [
        _DOC,
        _column("block_index", OFFSET, "Position of the block among the document's blocks, from 0."),
        _column("start", OFFSET, "First code point of the block in documents.text."),
        _column("end", OFFSET, "Code point after the block's last in documents.text."),
        _column("text", TEXT, "The block verbatim."),
        _column("role", TEXT, "What the block is, such as paragraph, heading, byline or fake_profile."),
        _column("disposition", TEXT, "What became of the block: body, metadata or dropped."),
        _column("rule", TEXT, "Name of the rule that decided."),
        _column("evidence", TEXT, "What the rule saw, in words."),
        _column("confidence", SHARE, "Confidence in the decision, 0 to 1."),
    ]
)

SENTENCES = pa.schema(
    [
        _DOC,
        _SENTENCE,
        _column("block_index", OFFSET, "The block the sentence stands in."),
        _column("start", OFFSET, "First code point of the sentence in documents.text."),
        _column("end", OFFSET, "Code point after the sentence's last in documents.text."),
        _column(
            "text",
            TEXT,
            "The slice as a reader sees it: spaces and invisible characters normalised, without Markdown's marks.",
        ),
        _column("role", TEXT, "Role of the sentence's block."),
        _column("heading", TEXT, "Nearest heading above the sentence.", null=True),
        _column("label", TEXT, "Label that opens the sentence's bullet or paragraph.", null=True),
        _column("language", TEXT, "ISO 639-1 code of the sentence's block or document, or und."),
        _column("topics", NAMES, "Topics of the sentence, sorted; null when the language has no lexicon.", null=True),
        _PUBLISHED,
        _column(
            "duplicate_of_doc",
            TEXT,
            "doc_id of the first document, by date and then by name, with the same sentence.",
            null=True,
        ),
        _column("duplicate_of_index", OFFSET, "sentence_index of that first occurrence.", null=True),
        _column("source_path", TEXT, "Path of the document's input file."),
        _column("flags", NAMES, "What a reader should know of the sentence, such as machine_text."),
    ]
)

SENTENCE_TOPICS = pa.schema(
    [
        _DOC,
        _SENTENCE,
        _column("topic", TEXT, "Identifier of the topic in the taxonomy."),
        _column("score", SHARE, "What the evidence adds up to; a topic is given from 1.0 (the threshold) on."),
        _column("confidence", SHARE, "Calibrated probability that an annotator would give the topic, 0 to 1."),
        _column("evidence", EVIDENCE, "The matched terms: offsets into documents.text, term and rule."),
        _column("taxonomy_version", TEXT, "Version of the taxonomy that gave the topic."),
        _PUBLISHED,
    ]
)

MENTIONS = pa.schema(
    [
        _DOC,
        _SENTENCE,
        _column("start", OFFSET, "First code point of the mention in documents.text."),
        _column("end", OFFSET, "Code point after the mention's last in documents.text."),
        _column("text", TEXT, "The mention verbatim."),
        _column("kind", TEXT, "What is named: country, region or organisation."),
        _column("entity_id", TEXT, "ISO 3166-1 alpha-2 code, M49 region name or usual abbreviation."),
        _column("name", TEXT, "English name of the entity."),
        _column("evidence", TEXT, "How it is named: name, demonym, metonym or abbreviation."),
    ]
)

QUARANTINE = pa.schema(
    [
        _column("table", TEXT, "Table the row was taken from."),
        _column("row_key", TEXT, "The row's key, its parts joined by ':'."),
        _column("expectation", TEXT, "The expectation that the row failed."),
        _column("detail", TEXT, "What was found."),
        _column("row", TEXT, "The whole row as JSON."),
    ]
)

TABLES = MappingProxyType(
    {
        "sources": SOURCES,
        "documents": DOCUMENTS,
        "blocks": BLOCKS,
        "sentences": SENTENCES,
        "sentence_topics": SENTENCE_TOPICS,
        "mentions": MENTIONS,
        "quarantine": QUARANTINE,
    }
)
"""Arrow schema of each table, in the order a version lists them."""

KEYS = MappingProxyType(
    {
        "sources": ("source_path",),
        "documents": ("doc_id",),
        "blocks": ("doc_id", "block_index"),
        "sentences": ("doc_id", "sentence_index"),
        "sentence_topics": ("doc_id", "sentence_index", "topic"),
        "mentions": ("doc_id", "sentence_index", "start", "end"),
        "quarantine": ("table", "row_key", "expectation"),
    }
)
"""Columns that identify a row; rows are sorted by them."""


def describe(table: str) -> list[tuple[str, str, bool, str]]:
    """Return (name, type, nullable, description) of each column of `table`."""
    return [
        (field.name, str(field.type), field.nullable, (field.metadata or {}).get(b"description", b"").decode())
        for field in TABLES[table]
    ]
