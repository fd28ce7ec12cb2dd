"""Find what machines left in a text: script, data, picture links and their names, lines without a word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..blocks import Line
from ..model import Role
from .sheet import SOFT, Claim, Sheet, find_all, whole_line

HASH = 24
"""Characters that a hash or encoded data has at least."""
_HEX = re.compile(r"^(?:[0-9a-fA-F]{24,}|[A-Za-z0-9+/]{60,}={0,2}|[\w\-]{48,})$")
_JSON = re.compile(r"""(?:\{\s*(?:["'{\[]|[\w$]{1,40}\s*:)|\[\s*[\[{"']).{0,4000}["\w]\s*[:,].{0,4000}[\]}];?$""")
# Behind the first bracket stands a key or a string: "[1] arXiv:2603.05498 [pdf, html]" opens an entry of a list.
_CODE = re.compile(r"window\.[\w$]+\s*=|document\.\w+\(|googletag|adsbygoogle|<!--|\bfbq\(")
_CODE_SIGNS = ("data:image/", "<image>", "window.", "document.", "googletag", "adsbygoogle", "<!--", "fbq(")
"""What `_CODE` finds begins with one of these."""
_OPENS = re.compile(r"[!\[{]")
_IMAGE = re.compile(
    r"^(?:\[(?=!))?!?\[[^\[\]]{0,200}\]\([^()\s]{1,400}\.(?:png|jpe?g|gif|svg|webp)[^()\s]{0,200}\)(?:\]\([^()\s]{0,600}\))?$",
    re.I,
)


def claim_artefacts(sheet: Sheet) -> Iterator[Claim]:
    """Claim what machines left: invisible characters, players' words, script, data, bare picture links."""
    told = set(sheet.ground.places.get(("artefact", "has"), ()))
    players = set(sheet.ground.places.get(("artefact", "whole"), ()))
    marked = {line.index for line in sheet.open_beginning(_OPENS)}
    signed = {sheet.index_at(at) for sign in _CODE_SIGNS for at in find_all(sheet.text, sign)}
    pictured = {i for i in signed if sheet.lines[i].text.startswith(("data:image/", "<image>"))}
    scripted = {i for i in signed if "(" in sheet.lines[i].text or "=" in sheet.lines[i].text}
    wordless = {x.index for x in sheet.lines if x.words == 0 or (x.words <= 4 and len(x.text) >= HASH)}
    sized = {sheet.index_at(m.start()) for m in _SIZE.finditer(sheet.text)}
    found = sorted(told | players | marked | scripted | pictured | wordless | sized)
    for line in (sheet.lines[i] for i in found if sheet.is_open(i)):
        if line.words == 0 and not any(c.isprintable() and not c.isspace() for c in line.text[:2000]):
            yield whole_line(line, Role.MACHINE_ARTIFACT, "invisible", "no visible character")
        elif line.words <= 4 and len(line.text) >= HASH and _HEX.match(line.text):
            yield whole_line(line, Role.MACHINE_ARTIFACT, "code", "a hash or encoded data")
        elif line.index in pictured and line.words <= 12:
            yield whole_line(line, Role.MACHINE_ARTIFACT, "image_link", "a picture's data")
        elif line.index in sized and not {line.index - 1, line.index + 1} & sized and _is_picture_name(line):
            yield whole_line(line, Role.MACHINE_ARTIFACT, "picture_name", "a picture file's name with its size", 0.9)
        elif line.text[0] in "![" and _IMAGE.match(line.text):
            yield whole_line(line, Role.MACHINE_ARTIFACT, "image_link", "a bare link to a picture")
        elif line.index in players and not _inside(sheet, line):
            yield whole_line(line, Role.MACHINE_ARTIFACT, "player", "words of a player or a failed page")
        elif line.index in told and line.words <= 40 and not _inside(sheet, line):
            yield whole_line(line, Role.MACHINE_ARTIFACT, "browser_note", "a note to the browser's user")
        elif line.text[0] in "{[" and len(_KEY.findall(line.text[:8000])) >= KEYS:
            yield whole_line(line, Role.MACHINE_ARTIFACT, "data", f"{KEYS} keys of a record and more", 0.95)
        elif line.text[0] in "{[" and not _inside(sheet, line) and _is_data(line.text[:8000]):
            yield whole_line(line, Role.MACHINE_ARTIFACT, "data", "a record of data", 0.9, SOFT)
        elif line.index in scripted and not _inside(sheet, line) and _CODE.search(line.text[:2000]):
            yield whole_line(line, Role.MACHINE_ARTIFACT, "script", "script", 0.9, SOFT)


_KEY = re.compile(r'"[A-Za-z_]{1,40}":')
KEYS = 10
"""Keys in one line from which it is a record that a page's program reads, wherever it stands."""


def _is_data(text: str) -> bool:
    return text[-1] in "]};" and _JSON.match(text) is not None


def _is_picture_name(line: Line) -> bool:
    """Tell whether a line is the name that an engine gave a smaller copy of a picture: "harbour 12may 800x435 1"."""
    named = _PICTURE.fullmatch(line.text) if line.words <= NAME_WORDS else None
    return named is not None and int(named[1]) <= WIDEST


_SIZE = re.compile(r"(?<!\d)\d{2,4}[x×]\d{2,4}(?!\d)")
_PICTURE = re.compile(r"[^\W\d_][\w ()\-]{1,80}[ _\-](\d{2,4})[x×]\d{2,4}(?:[ _\-]\d{1,2})?")
NAME_WORDS, WIDEST = 10, 1200
"""Words of a picture's name, and pixels of its width: wider ones are screens."""


def _inside(sheet: Sheet, line: Line) -> bool:
    return sheet.first_prose <= line.index <= sheet.last_prose
