"""The records of a comparison of two versions.

`before` is the older side, `after` the newer. Every record can be printed as plain JSON values.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Change(StrEnum):
    """What happened to a document, sentence or topic."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    GAINED = "gained"
    LOST = "lost"


class Cause(StrEnum):
    """Why a sentence is in one version only."""

    RULE = "rule"
    """A rule labels its block otherwise: body on one side, not on the other."""
    CUT = "cut"
    """The text is body on both sides and was cut into other sentences."""
    SOURCE = "source"
    """The source's own text changed."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a block was taken for: its role, disposition and the rule that decided."""

    role: str
    disposition: str
    rule: str

    def __str__(self) -> str:
        """Say it in a few words."""
        return f"{self.disposition} ({self.role}, {self.rule})"


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A document that was added or removed, has new content under its path, or has moved."""

    change: Change
    source_path: str
    before: str | None
    """doc_id in the older version."""
    after: str | None
    """doc_id in the newer version."""
    sentences_before: int = 0
    sentences_after: int = 0
    moved_from: str | None = None


@dataclass(frozen=True, slots=True)
class SentenceChange:
    """A sentence that only one version has. `start`/`end` are its place in that version's document."""

    change: Change
    source_path: str
    doc_id: str
    start: int
    end: int
    text: str
    cause: Cause
    before: Label | None
    """The block of the text in the older version; None where the text is not in it."""
    after: Label | None
    """The block of the text in the newer version; None where the text is not in it."""

    def why(self) -> str:
        """Say in a phrase what did it."""
        if self.cause is Cause.SOURCE:
            return "the source's text changed"
        if self.cause is Cause.CUT:
            return "the body was cut into other sentences"
        return f"{self.before} became {self.after}"


@dataclass(frozen=True, slots=True)
class TopicChange:
    """A topic that a sentence of both versions has in one only, with the phrases that gave it."""

    change: Change
    source_path: str
    doc_id: str
    sentence_index: int
    text: str
    topic: str
    score: float
    terms: tuple[str, ...]

    def why(self) -> str:
        """Say in a phrase what came or went."""
        return f"{self.topic} {self.change}"


@dataclass(frozen=True, slots=True)
class MetadataChange:
    """A document's title, author, date, site, language or duplicate that changed, with the rules that read it."""

    source_path: str
    doc_id: str
    name: str
    before: str | None
    after: str | None
    rule_before: str | None = None
    rule_after: str | None = None

    def why(self) -> str:
        """Say in a phrase what came or went."""
        return f"{self.name} {'added' if self.before is None else 'removed' if self.after is None else 'changed'}"


@dataclass(frozen=True, slots=True)
class BlockChange:
    """A block whose span is the same and whose role or rule is another."""

    source_path: str
    doc_id: str
    start: int
    end: int
    text: str
    before: Label
    after: Label

    def why(self) -> str:
        """Say in a phrase what it became."""
        return f"{self.before} became {self.after}"


@dataclass(frozen=True, slots=True)
class DocumentDifference:
    """What is different in one document that both versions have."""

    source_path: str
    doc_id: str
    sentences: tuple[SentenceChange, ...]
    topics: tuple[TopicChange, ...]
    metadata: tuple[MetadataChange, ...]
    blocks: tuple[BlockChange, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the rows differ in nothing that is listed, such as a confidence."""
        return not (self.sentences or self.topics or self.metadata or self.blocks)


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that is different between two versions, by path of the document."""

    before: str
    after: str
    documents: tuple[DocumentChange, ...] = ()
    sentences: tuple[SentenceChange, ...] = ()
    topics: tuple[TopicChange, ...] = ()
    metadata: tuple[MetadataChange, ...] = ()
    blocks: tuple[BlockChange, ...] = ()
    tables: tuple[str, ...] = ()
    """The tables that differ in any row or column."""
    examined: int = 0
    """Documents compared sentence by sentence."""
    differing: int = 0
    """Documents of both versions, matched by content or path, with rows that differ."""
    other_documents: int = 0
    """Of those examined, documents that differ in something else only, such as a confidence."""

    @property
    def is_empty(self) -> bool:
        """Whether both versions hold the same rows."""
        return not self.tables

    def as_dict(self) -> dict[str, Any]:
        """Return the difference as plain JSON-able values."""
        return {**asdict(self), "is_empty": self.is_empty}
