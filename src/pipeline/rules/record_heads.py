"""Find the heads that programs write: of letters and crawled pages, of a site's source, of archives of newspapers.

Each is a run of lines "key: value". One key proves nothing, an article may begin with "Status: ..."; two that only a
program writes do, or three of those above a site's pages, or two of an archive's, wherever these stand. Title, date
and author are metadata; the rest is a machine's.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ..blocks import Line
from ..model import Role
from .sheet import Claim, Sheet, trim, whole_line

HEAD_LINES = 60
"""Lines among which a head ends."""
TECHNICAL, FRONT, ARCHIVE = 2, 3, 2
"""Keys from which lines are a letter's or crawler's head, that of a site's source, an archive's labels."""
LABEL_WORDS = 12
_KEY = re.compile(r"([A-Za-z][\w\-/ ]{0,40}?) ?[:=](?: |$)")
_FENCE = re.compile(r"-{3,}$|\+{3}$|;{3}$")
_ITEM = re.compile(r"[-*] \S|[\[\]{}]")
_QUOTES = "\"'"


def claim_record_heads(sheet: Sheet) -> Iterator[Claim]:
    """Claim the head of a letter, of a crawled page, of a site's source; and an archive's labels."""
    if not sheet.lines or sheet.lines[0].markup is not None:
        return
    yield from _technical(sheet)
    yield from _front(sheet)
    yield from _archive(sheet)


def _key(line: Line) -> str:
    found = _KEY.match(line.text)
    return found.group(1).lower() if found else ""


def _technical(sheet: Sheet) -> Iterator[Claim]:
    table = _table()["record"]
    found = []
    for line in sheet.lines[:HEAD_LINES]:
        key = _key(line)
        if not key:
            break
        if key in table["technical"] or key.startswith(("x-", "warc-", "list-")):
            found.append((line, key))
    if len({key for _, key in found}) >= TECHNICAL:
        for line, key in found:
            role = Role.DOCUMENT_ID if key in table["address"] else Role.MACHINE_ARTIFACT
            yield whole_line(line, role, "record_head", "a key that a program writes at a document's head", 0.95)


def _front(sheet: Sheet) -> Iterator[Claim]:
    """Claim the head of a page of a site's source, with its fences or without."""
    table = _table()["front"]
    lines = sheet.lines[:HEAD_LINES]
    fenced = _FENCE.match(lines[0].text) is not None
    fences = [lines[0]] if fenced else []
    head: list[tuple[Line, str]] = []
    for line in lines[fenced:]:
        if _FENCE.fullmatch(line.text):
            fences.append(line)
            break
        key = _key(line)
        # A list's items and what is set in belong to the key above.
        if not key and not (head and (line.indent or _ITEM.match(line.text))):
            break
        if line.gap and not fenced:
            break
        head.append((line, key))
    known = {key for _, key in head if any(key in keys for keys in table.values())}
    if len(known) < FRONT or (fenced and len(fences) < 2) or not known & {*table["title"], *table["date"]}:
        return
    # "Title: ..." above a text in capitals or with a free key beside it is somebody's form.
    if not fenced and any(key and key not in known for _, key in head):
        return
    said = "the head of a page in a site's source"
    for line in fences:
        yield whole_line(line, Role.MACHINE_ARTIFACT, "front_matter", said, 0.95)
    for line, key in head:
        roles = {"title": Role.TITLE, "date": Role.DATE, "author": Role.BYLINE}
        role = next((role for name, role in roles.items() if key in table[name]), None)
        start, end = _value(sheet, line) if role else (line.end, line.end)
        if role is None or start >= end:
            yield whole_line(line, Role.MACHINE_ARTIFACT, "front_matter", said, 0.95)
            continue
        yield Claim(line.start, start, Role.MACHINE_ARTIFACT, "front_matter", said, 0.95)
        yield Claim(start, end, role, f"front_{role}", said, 0.95)
        if end < line.end:
            yield Claim(end, line.end, Role.MACHINE_ARTIFACT, "front_matter", said, 0.95)


def _value(sheet: Sheet, line: Line) -> tuple[int, int]:
    """Return where a key's value stands, without its quotation marks."""
    found = _KEY.match(line.text)
    start, end = trim(sheet.text, line.start + (found.end() if found else 0), line.end)
    if end - start > 2 and sheet.text[start] in _QUOTES and sheet.text[end - 1] == sheet.text[start]:
        start, end = start + 1, end - 1
    return start, end


def _archive(sheet: Sheet) -> Iterator[Claim]:
    """Claim the labels of an archive: "LENGTH: 512 words" above an article, "LOAD-DATE: ..." below it."""
    # "Language: English" and "Publisher: ..." describe a book on its own page, too: one label must be an archive's own.
    if not any(f"{key}:" in sheet.folded for key in _OWN):
        return
    keys = frozenset(_table()["archive"]["keys"])
    found = [(line, key) for line in sheet.lines if line.words <= LABEL_WORDS and (key := _key(line)) and key in keys]
    if len({key for _, key in found}) >= ARCHIVE and {key for _, key in found} & _OWN:
        for line, _ in found:
            if sheet.is_open(line.index):
                yield whole_line(line, Role.MACHINE_ARTIFACT, "archive_label", "a label of a press archive", 0.95)


_OWN = frozenset(("load-date", "document-type", "publication-type", "journal-code", "acc-no", "proquest document id"))


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    path = files("pipeline") / "resources" / "clean" / "dumps.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
