"""Read a JSON file: a list of objects, one object, or one after the other; a record is an object.

The file is held whole, so it has a cap of its own; lines of JSON have none. Damage ends a list, since nothing tells
where its next object begins; of objects that stand one after the other the next is looked for in the next line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from .encodings import decode
from .errors import RejectedError
from .record_fields import make_record
from .record_model import Items, Record, failed
from .record_rows import bounded
from .settings import ReadSettings
from .streams import CHUNK, Stream

MOST_BYTES = 200_000_000
"""Bytes of a JSON file, expanded, that are held at once."""
# Bytes and text are in memory together; what is larger is better written as lines.
_SPACE = re.compile(r"[\s\x00]*")


def read_objects(stream: Stream, settings: ReadSettings) -> Items:
    """Yield the records of a JSON file; raises RejectedError "too_large", or what `decode` raises."""
    parts: list[bytes] = []
    size = 0
    while data := stream.read(CHUNK):
        size += len(data)
        if size > MOST_BYTES:
            detail = f"The file holds more than {MOST_BYTES:,} bytes. Written as JSON Lines it may be larger."
            raise RejectedError("too_large", detail)
        parts.append(data)
    decoded = decode(b"".join(parts))
    for number, row in enumerate(_values(decoded.text)):
        if isinstance(row, _Damage):
            yield failed(number, "malformed", row.detail)
        elif not isinstance(row, dict):
            yield failed(number, "malformed", f"Value {number + 1} is JSON, but no object.")
        else:
            yield number, partial(_from_object, number, row, settings)


class _Damage:
    """A place that is no JSON."""

    def __init__(self, at: int, error: Exception, rest: str) -> None:
        said = "nested too deep" if isinstance(error, RecursionError) else " ".join(str(error).split())[:200]
        self.detail = f"At character {at:,} is no JSON: {said}.{rest}"


def _values(text: str) -> Iterator[Any]:
    """Yield the objects of a list, or the values that stand one after the other."""
    decoder = json.JSONDecoder()
    at = _SPACE.match(text, 0).end()  # type: ignore[union-attr]
    listed = text.startswith("[", at)
    at += listed
    while True:
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
        if listed and text.startswith(",", at):
            at = _SPACE.match(text, at + 1).end()  # type: ignore[union-attr]
        if at >= len(text) or (listed and text[at] == "]"):
            return
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            if listed:
                yield _Damage(at, error, " What follows was not read.")
                return
            yield _Damage(at, error, "")
            line = text.find("\n", at)
            if line < 0:
                return
            at = line + 1
        else:
            yield value


def _from_object(number: int, row: dict[str, Any], settings: ReadSettings) -> Record:
    return bounded(make_record(number, row, settings), settings)
