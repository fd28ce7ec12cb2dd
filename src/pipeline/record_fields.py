"""Find text, address, title, date and author among the fields of a JSON line or a table's row.

Which fields are looked at is a setting; a name with dots leads into nested fields ("metadata.url"). The first
field that is there and not null decides. A value that cannot be what the field is for (a number as text, a
date in words that name no day) is passed over, but a record whose text is no text is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from .encodings import Decoded, without_unsafe
from .errors import RejectedError
from .record_model import Record, Stated
from .settings import ReadSettings

_MAX_VALUE = 4_000
# Characters of an address, title or name; a longer one is no such thing.


def make_record(number: int, row: Mapping[str, Any], settings: ReadSettings, replaced: int = 0) -> Record:
    """Return the record of a row, or its error: "no_text", "malformed" or "empty".

    `replaced` counts the bad spots that were replaced before the row was read.
    """
    try:
        content, media_type, more = _content(row, settings)
    except RejectedError as error:
        return Record(number, error=error)
    spots = replaced + more
    note = f"{spots:,} bad spot{'s' if spots != 1 else ''} replaced by U+FFFD in the record." if spots else None
    stated = Stated(
        record_id=_line(row, settings.id_fields),
        url=_line(row, settings.url_fields),
        title=_line(row, settings.title_fields),
        author=_line(row, settings.author_fields),
        date=_date(row, settings.date_fields),
        note=note,
    )
    return Record(number, content, media_type, stated=stated)


def field_roots(settings: ReadSettings) -> frozenset[str]:
    """Return the top-level names of all fields that a record is made from."""
    groups = (settings.text_fields, settings.html_fields, settings.id_fields, settings.url_fields)
    more = (settings.title_fields, settings.date_fields, settings.author_fields)
    return frozenset(part for group in (*groups, *more) for name in group for part in (name, name.split(".")[0]))


def _content(row: Mapping[str, Any], settings: ReadSettings) -> tuple[bytes, str, int]:
    for names, media_type in ((settings.text_fields, "text/plain"), (settings.html_fields, "text/html")):
        for name in names:
            value = _value(row, name)
            if value is None:
                continue
            if isinstance(value, bytes):
                return _filled(value), media_type, 0
            if not isinstance(value, str):
                raise RejectedError("malformed", f"The field {name} holds {_kind(value)}, not a text.")
            # A lone surrogate can stand in JSON as an escape and in no encoding of a file.
            safe = without_unsafe(Decoded(value, "utf-8"))
            return _filled(safe.text.encode()), media_type, safe.replaced
    wanted = ", ".join((*settings.text_fields, *settings.html_fields))
    found = ", ".join(sorted(map(str, row))[:20]) or "none"
    raise RejectedError("no_text", f"No field is named {wanted}, or it is null; fields found: {found[:300]}.")


def _filled(content: bytes) -> bytes:
    if not content.strip():
        raise RejectedError("empty", "The record's text is nothing but white space.")
    return content


def _value(row: Mapping[str, Any], name: str) -> Any:
    """Return a field's value; a name with dots that is no field itself leads into nested fields.

    >>> _value({"metadata": {"url": "a"}, "x.y": 1}, "metadata.url"), _value({"x.y": 1}, "x.y")
    ('a', 1)
    """
    if name in row or "." not in name:
        return row.get(name)
    here: Any = row
    for part in name.split("."):
        if not isinstance(here, dict):
            return None
        here = here.get(part)
    return here


def _line(row: Mapping[str, Any], names: Sequence[str]) -> str | None:
    """Return the first value that is one line of text or a list of such."""
    for name in names:
        value = _value(row, name)
        if value is None:
            continue
        several = value if isinstance(value, list) else [value]
        lines = [line for v in several[:50] if (line := _one_line(v))]
        if lines and len(text := ", ".join(lines)) <= _MAX_VALUE:
            return text
    return None


def _one_line(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, bytes):
        value = value[: 4 * _MAX_VALUE].decode("utf-8", "replace")
    if isinstance(value, str):
        return " ".join(without_unsafe(Decoded(value[: 2 * _MAX_VALUE], "")).text.split())
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number and abs(value) < 10**100 else ""


def _date(row: Mapping[str, Any], names: Sequence[str]) -> str | None:
    """Return the day that a field names, as ISO 8601; a number or a text that names no single day counts as unsaid."""
    from .dates import FIRST_YEAR, LAST_YEAR, find_dates

    for name in names:
        value = _value(row, name)
        if isinstance(value, date):
            days = {date(value.year, value.month, value.day)}
        elif isinstance(value, str) and (text := value.strip()[:100]):
            try:
                days = {date.fromisoformat(text[:10])}
            except ValueError:
                days = {found.value for found in find_dates(text) if found.value is not None}
        else:
            continue
        if len(days) == 1 and FIRST_YEAR <= (day := days.pop()).year <= LAST_YEAR:
            return day.isoformat()
    return None


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), f"a {type(value).__name__}")
