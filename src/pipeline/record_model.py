"""One record of a file that holds many: a page of an archive, a line of JSON, a row of a table.

A record is what a file of its own would be, with what its container states beside the content: address,
title, author, date, encoding. Its digest covers both, so that the same text with another address or date is
another document; a member of a zip or tar states nothing and has the digest of its bytes, as a file has.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .errors import RejectedError


@dataclass(frozen=True, slots=True)
class Stated:
    """What a container states of a record beside its content; None is unsaid."""

    record_id: str | None = None
    url: str | None = None
    title: str | None = None
    author: str | None = None
    date: str | None = None
    charset: str | None = None
    note: str | None = None
    """What happened to the content on the way, such as replaced bytes."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record, or why there is none at its place. `number` is None for what holds of the whole file."""

    number: int | None
    content: bytes = b""
    media_type: str | None = None
    name: str | None = None
    """A member's path in its archive; None where records are only numbered."""
    stated: Stated | None = None
    error: RejectedError | None = None

    @property
    def suffix(self) -> str:
        """What stands after the file's own path in `source_path`: `#7`, `#7/news/a.html` or nothing."""
        if self.number is None:
            return ""
        return f"#{self.number}/{self.name}" if self.name else f"#{self.number}"

    def digest(self) -> str:
        """Return the sha256 of the content and of what is stated beside it, as 64 hex digits."""
        if self.stated is None:
            return hashlib.sha256(self.content).hexdigest()
        said = {k: getattr(self.stated, k) for k in Stated.__slots__ if getattr(self.stated, k) is not None}
        head = json.dumps({"media_type": self.media_type, **said}, sort_keys=True)
        total = hashlib.sha256(b"record\0" + head.encode() + b"\0")
        total.update(self.content)
        return total.hexdigest()


Item = tuple[int | None, Callable[[], Record]]
"""A record's number, and a call that makes it; only before the next item is asked for."""
Items = Iterator[Item]


def failed(number: int | None, reason: str, detail: str, name: str | None = None) -> Item:
    """Return an item for a place that holds no record that can be read."""
    return number, lambda: Record(number, name=name, error=RejectedError(reason, detail))
