"""The records that travel through the pipeline.

Every record is frozen. Spans are half-open, in Unicode code points of the document's text, and
`document.text[x.start : x.end] == x.text` holds for every block and sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Disposition(StrEnum):
    """What becomes of a block."""

    BODY = "body"
    METADATA = "metadata"
    DROPPED = "dropped"


class Role(StrEnum):
    """What a block is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LABEL = "label"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    TABLE = "table"
    CAPTION = "caption"
    TITLE = "title"
    BYLINE = "byline"
    AUTHOR_BIO = "author_bio"
    DATE = "date"
    SITE = "site"
    DOCUMENT_ID = "document_id"
    NAVIGATION = "navigation"
    CONTENTS = "contents"
    REPEATED = "repeated"
    FAKE_PROFILE = "fake_profile"
    PROMOTION = "promotion"
    CONTACT = "contact"
    LEGAL = "legal"
    MACHINE_ARTIFACT = "machine_artifact"


_BODY = (Role.PARAGRAPH, Role.HEADING, Role.LABEL, Role.LIST_ITEM, Role.QUOTE, Role.TABLE, Role.CAPTION)
_METADATA = (Role.TITLE, Role.BYLINE, Role.AUTHOR_BIO, Role.DATE, Role.SITE, Role.DOCUMENT_ID)

DISPOSITION_OF: Mapping[Role, Disposition] = MappingProxyType(
    {
        role: Disposition.BODY if role in _BODY else Disposition.METADATA if role in _METADATA else Disposition.DROPPED
        for role in Role
    }
)
"""A role decides the disposition; there is no second place where it is stated."""


class SourceStatus(StrEnum):
    """What became of an input file."""

    PUBLISHED = "published"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Source:
    """One input file (or record of an archive) and what became of it.

    `doc_id` is the first 32 hex digits of the sha256 of the bytes. `reason` is a short fixed word
    ("empty", "too_large", "unreadable", "binary"), `detail` says it for a person.
    """

    source_path: str
    source_sha256: str | None
    size: int
    media_type: str | None = None
    encoding: str | None = None
    status: SourceStatus = SourceStatus.PUBLISHED
    doc_id: str | None = None
    reason: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Markup:
    """What the HTML says about one rendered line; evidence for its role, never a second cleaning path.

    `features` maps the names of `html_features.feature_names()` to numbers; `path` is the tag.class path of
    the innermost block element; `tag` its tag ("p", "li", "h2", "td", "figcaption", ...).
    """

    start: int
    end: int
    tag: str
    path: str
    features: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fact:
    """One stated piece of metadata and where it was read.

    `name` is title, author, published_on or site; `value` its text (ISO 8601 for a date).
    `start`/`end` span the characters it was read from in the document's text, or are None where only
    the HTML head states it. `rule` names the rule, `confidence` is in 0..1.
    """

    name: str
    value: str
    rule: str
    start: int | None = None
    end: int | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Page:
    """One document's text as extracted, before anything is labelled.

    `text` is the decoded file (text) or the whole page rendered once (HTML). `markup` has an entry a
    rendered line for HTML and is empty for text. `facts` are candidates that the HTML states.
    """

    doc_id: str
    source_path: str
    media_type: str
    text: str
    markup: tuple[Markup, ...] = ()
    facts: tuple[Fact, ...] = ()
    url: str | None = None
    encoding: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A span of the document with its role, the rule that decided, and the rule's evidence in words."""

    start: int
    end: int
    text: str
    role: Role
    rule: str
    evidence: str = ""
    confidence: float = 1.0
    shown: str | None = None
    """What a reader sees of `text` where it is written in Markdown."""

    @property
    def disposition(self) -> Disposition:
        """What becomes of the block; the role decides."""
        return DISPOSITION_OF[self.role]


@dataclass(frozen=True, slots=True)
class Language:
    """A language and how it was found: ISO 639-1 code or "und", confidence in 0..1, method."""

    code: str
    confidence: float
    method: str


UNDETERMINED = Language("und", 0.0, "none")


@dataclass(frozen=True, slots=True)
class Document:
    """A labelled document. Every character of `text` is white space or lies in exactly one block."""

    doc_id: str
    source_path: str
    media_type: str
    text: str
    blocks: tuple[Block, ...]
    title: str | None = None
    author: str | None = None
    published_on: date | None = None
    site: str | None = None
    language: Language = UNDETERMINED
    facts: tuple[Fact, ...] = ()
    """The facts behind title, author, published_on and site, one a field."""
    flags: tuple[str, ...] = ()
    """What a reader should know of the whole document, e.g. "deletion_guard"."""

    def body(self) -> str:
        """Return the body as a reader would see it: body blocks in order, a blank line between."""
        body = (b for b in self.blocks if b.disposition is Disposition.BODY)
        return "\n\n".join([b.text if b.shown is None else b.shown for b in body])

    def as_dict(self) -> dict[str, Any]:
        """Return the document as plain JSON-able values."""
        return {
            "doc_id": self.doc_id,
            "source_path": self.source_path,
            "media_type": self.media_type,
            "title": self.title,
            "author": self.author,
            "published_on": self.published_on.isoformat() if self.published_on else None,
            "site": self.site,
            "language": self.language.code,
            "blocks": [
                {
                    "start": b.start,
                    "end": b.end,
                    "text": b.text,
                    "role": str(b.role),
                    "disposition": str(b.disposition),
                    "rule": b.rule,
                    "evidence": b.evidence,
                    "confidence": b.confidence,
                }
                for b in self.blocks
            ],
        }


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the body: a slice of its block, with the heading and label it stands under."""

    index: int
    block_index: int
    start: int
    end: int
    text: str
    role: Role
    heading: str | None = None
    label: str | None = None
    language: str = "und"
    flags: tuple[str, ...] = ()
    shown: str | None = None
    """What a reader sees of `text` where it is written in Markdown."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One matched term. Offsets are into the text that was tagged, or into documents.text in tables."""

    start: int
    end: int
    term: str
    rule: str


@dataclass(frozen=True, slots=True)
class TopicScore:
    """A topic of a sentence, its score (>= the topic's threshold), confidence in 0..1 and evidence."""

    topic: str
    score: float
    confidence: float
    evidence: tuple[Evidence, ...]


class EntityKind(StrEnum):
    """What a mention names."""

    COUNTRY = "country"
    REGION = "region"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Mention:
    """A country, region or organisation named in a text.

    `entity_id` is ISO 3166-1 alpha-2, an M49 name or the usual abbreviation; `evidence` is name,
    demonym, metonym or abbreviation.
    """

    start: int
    end: int
    text: str
    kind: EntityKind
    entity_id: str
    name: str
    evidence: str
