"""Find tables of contents, menus, breadcrumbs, archive and print bars, and machine leftovers."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator

from ..blocks import Line
from ..model import Role
from .sheet import FIRM, MILD, SOFT, Claim, Sheet, find_all, whole_line

LINK = re.compile(r"\[[^\[\]]{0,200}\]\([^()\s]{0,300}\)")
_ANCHORS = re.compile(r"\[[^\[\]]{1,200}\]\(#[^()\s]{0,200}\)")
_TRAIL = re.compile(r"\s(?:›|»|>|/|→|::|❯|⟩|—>|\|)\s")
_LEADER = re.compile(r"(?: ?[.·…_]){3,} ?\d{1,4}$")
_EDIT = re.compile(r" ?\[[^\[\]\n]{2,60}\]$")
_NUMBER = re.compile(r"[ •*\-–—]{0,4}(\d{1,2}(?:\.\d{1,2}){0,3})[.)]?[ \t]+\S")
_ROMAN = "ivxIVX"
_NUMBERING = re.compile(rf"^(?:[\d.)(\s•*\-–—]+|[{_ROMAN}]+[.)])\s*")


def claim_contents(sheet: Sheet) -> Iterator[Claim]:
    """Claim tables of contents: the heading alone, with anchors, or with entries that are the page's headings."""
    places = sheet.ground.places
    hidden = [i for i in places.get(("contents", "opens"), ()) if _is_hidden(sheet, sheet.lines[i])]
    listed_at = tuple(sorted({*places.get(("contents", "whole"), ()), *hidden}))
    anchored = "](#" in sheet.text
    headings: dict[str, int] = {}
    for line in sheet.lines if listed_at else ():
        if line.words <= ENTRY_WORDS and len(line.text) <= ENTRY_LENGTH:
            headings[_entry(sheet, line)] = line.index
    done = -1
    for line in sheet.lines if anchored else [sheet.lines[i] for i in listed_at]:
        if line.index <= done:
            continue
        if anchored and _ANCHORS.search(line.text) and not _ANCHORS.sub("", line.text).strip(" *+-–•\t0123456789.#"):
            yield whole_line(line, Role.CONTENTS, "contents", "a link to a place on the same page")
        if line.words > 6 or ("contents" not in sheet.whole(line.index) and line.index not in hidden):
            continue
        entries: list[Line] = []
        numbers: list[tuple[int, ...]] = []
        repeated = 0
        for follower in sheet.lines[line.index + 1 : line.index + 60]:
            # A heading that Markdown marks heads something, and lists nothing.
            if len(follower.text) > ENTRY_LENGTH or follower.level:
                break
            again = headings.get(_entry(sheet, follower), -1) > follower.index
            number = entry_number(follower.text)
            counted = bool(number) and (numbers[-1] < number if numbers else number == (1,))
            known = again or follower.jumps or bool(_ANCHORS.search(follower.text) or _LEADER.search(follower.text))
            if not (known or counted) or follower.words > 20 or not sheet.is_open(follower.index):
                break
            # The list of numbers ends where the text begins with its own "1.".
            numbers += [number] if counted else []
            repeated += known
            entries.append(follower)
        nearby = line.index + 1 < len(sheet.lines)
        plain = not entries and nearby and _says_contents(sheet, line)
        if entries or plain or (nearby and line.index <= sheet.last_prose):
            said = f"contents heading with {len(entries)} entries"
            # Two entries that all stand below as lines of their own leave no doubt: of 60 such lists that the
            # labels call content, every one is a list of the page's headings.
            sure = len(entries) >= 2 and 2 * repeated >= len(entries)
            yield whole_line(line, Role.CONTENTS, "contents", said, below=FIRM if sure or plain else SOFT)
            level = FIRM if sure else MILD
            for entry in entries:
                yield whole_line(entry, Role.CONTENTS, "contents", "a heading of the page, listed", 0.9, level)
                done = entry.index


def claim_listed_headings(sheet: Sheet) -> Iterator[Claim]:
    """Claim a list of three items or more that are the page's headings in their order, whatever stands above it."""
    places: dict[str, list[int]] | None = None
    for run in _lists(sheet):
        places = _heading_places(sheet) if places is None else places
        entries = [places.get(_entry(sheet, line), []) for line in run]
        found = [at[first] for at in entries if (first := bisect_right(at, run[-1].index)) < len(at)]
        if len(found) < LISTED or len(found) < LISTED_SHARE * len(run) or found != sorted(found):
            continue
        above = sheet.lines[run[0].index - 1] if run[0].index else None
        heads = above is not None and sheet.is_open(above.index) and above.words <= LISTED_HEAD and not above.ends
        for line in [above, *run] if above is not None and heads else run:
            yield whole_line(line, Role.CONTENTS, "contents", "a list of the headings below", 0.9)


def _heading_places(sheet: Sheet) -> dict[str, list[int]]:
    """Return by what they say the lines that stand over a text, in order: the items of another list are no headings."""
    places: dict[str, list[int]] = {}
    for line, below in itertools.pairwise(sheet.lines):
        short = line.words <= ENTRY_WORDS and len(line.text) <= ENTRY_LENGTH
        if short and not line.bullet and below.words >= TEXT_WORDS:
            places.setdefault(_entry(sheet, line), []).append(line.index)
    return places


TEXT_WORDS = 8
"""Words of the line below a heading."""
ENTRY_LENGTH = 500
"""Characters of an entry, at most: fuzzing found lines without spaces in which the leader's dots took seconds."""
LISTED, LISTED_SHARE, LISTED_HEAD, ENTRY_WORDS = 3, 0.75, 10, 20
"""Entries that stand below, their share of the list, words of the line above the list, and of an entry."""


def _lists(sheet: Sheet) -> Iterator[list[Line]]:
    """Yield the runs of open items with a list mark or number, one right below the other."""
    run: list[Line] = []
    for line in sheet.lines:
        short = line.bullet and line.words <= ENTRY_WORDS and len(line.text) <= ENTRY_LENGTH
        if short and not line.text.endswith(".") and sheet.is_open(line.index):
            run.append(line)
            continue
        if len(run) >= LISTED:
            yield run
        run = []


def _is_hidden(sheet: Sheet, line: Line) -> bool:
    """Tell whether a label of contents and a button to hide them are all of a line: "Contents [hide]"."""
    cue = sheet.opening(line.index, "contents")
    return cue is not None and _HIDE.fullmatch(sheet.text, cue.end, line.end) is not None


_HIDE = re.compile(r"[ :]{0,3}[\[(（][^\W\d_]{2,14}[\])）]")


def _says_contents(sheet: Sheet, line: Line) -> bool:
    """Tell whether a heading can mean nothing but a table of contents; "Contents" alone may be a box's."""
    said = _entry(sheet, line)
    return " " in said or said in _PLAIN or line.text[-1] in "])"


_PLAIN = frozenset(
    (
        *(
            "toc",
            "içindekiler",
            "mündəricat",
            "inhaltsverzeichnis",
            "inhoudsopgave",
            "inhaltsübersicht",
            "tartalomjegyzék",
            "innehållsförteckning",
            "indholdsfortegnelse",
            "innholdsfortegnelse",
            "sisällysluettelo",
            "оглавление",
            "բովանդակություն",
        ),
        *("目录", "目錄", "目次", "목차", "文章目录", "文章目錄", "本文目录", "内容目录"),
    )
)


def _entry(sheet: Sheet, line: Line) -> str:
    """Return what an entry or a heading says, without its number, page and edit link."""
    said = sheet.said(line.index)
    # What closes a line tells what need not be looked for in it.
    said = _EDIT.sub("", said) if said[-1] == "]" else said
    said = _LEADER.sub("", said) if said[-1:].isdigit() else said
    # Of letters only those of Roman numbers number an entry.
    if not said[:1].isalpha() or said[0] in _ROMAN:
        said = _NUMBERING.sub("", said)
    return said.strip(" :.#")


def entry_number(text: str) -> tuple[int, ...]:
    """Return the number that opens an entry, "1.2 The harbour" as (1, 2), or an empty tuple."""
    found = _NUMBER.match(text)
    return tuple(int(part) for part in found.group(1).split(".")) if found else ()


def claim_menus(sheet: Sheet) -> Iterator[Claim]:
    """Claim runs of menu words, skip links and breadcrumbs outside the prose."""
    above = sheet.lines[: max(sheet.first_prose, 1) + 3]
    trails = {line.index for line in above if line.words <= MENU_WORDS and _TRAIL.search(line.text)}
    menus = {line.index for line in sheet.open_with(("menu", "whole"))}
    for line in (sheet.lines[i] for i in sorted(trails | menus) if sheet.is_open(i)):
        if line.words > MENU_WORDS or line.ends:
            continue
        outside = not sheet.first_prose < line.index < sheet.last_prose
        if outside and _is_trail(sheet, line):
            # Of the trails of three places and more that the model takes for content none is.
            level = FIRM if len(_TRAIL.findall(line.text)) >= 2 else SOFT
            yield whole_line(line, Role.NAVIGATION, "breadcrumb", "a path of links", 0.9, level)
        elif outside and "menu" in sheet.whole(line.index) and _company(sheet, line):
            yield whole_line(line, Role.NAVIGATION, "menu", "menu words among short lines")


def _company(sheet: Sheet, line: Line) -> bool:
    """Tell whether another line of two neighbours on either side speaks the same kind of language."""
    near = [*range(max(0, line.index - 2), line.index), *range(line.index + 1, min(len(sheet.lines), line.index + 3))]
    return any(sheet.whole(i) & {"menu", "legal", "share", "newsletter", "cookie", "comments"} for i in near)


def _is_trail(sheet: Sheet, line: Line) -> bool:
    parts = _TRAIL.split(line.text)
    if len(parts) < 2 or any(len(p) > 60 for p in parts[:-1]):
        return False
    first = sheet.folded[line.start : line.start + len(parts[0])].strip(" •*/")
    home = any(
        c.family == "menu"
        and c.mode == "whole"
        and c.end - line.start <= len(parts[0]) + 2
        and first == sheet.folded[c.start : c.end]
        for c in sheet.cues(line.index)
    )
    return home and line.index < max(sheet.first_prose, 1) + 3


def claim_bars(sheet: Sheet) -> Iterator[Claim]:
    """Claim bars of web archives and print views: short lines above or below the text."""
    for line in sheet.open_with(("archive", "has")):
        address = line.text.strip("<>()[] ").startswith(("http://", "https://"))
        if line.words <= 25 and not line.is_prose and not sheet.is_inside(line.index) and not (address or line.bullet):
            said = "words of an archive or print bar at the edge"
            yield whole_line(line, Role.NAVIGATION, "archive_bar", said, 0.9)


MENU_WORDS = 14
"""Words above which a line is neither a path of links nor a row of a menu."""
TAG_WORDS = 25
READING_WORDS = 8


SHORT_READING = 6


def claim_tags(sheet: Sheet) -> Iterator[Claim]:
    """Claim the line that names the article's tags below its text, and that of the reading time above it."""
    for line in sheet.open_with(("tags", "opens")):
        edge = line.index >= sheet.last_prose or line.index < sheet.first_prose
        if edge and line.words <= TAG_WORDS and sheet.opening(line.index, "tags"):
            listed = not line.ends and not line.is_prose
            if listed:
                level = FIRM if line.index >= sheet.last_prose else SOFT
                yield whole_line(line, Role.NAVIGATION, "tags", "a label of tags at the text's edge", 0.9, level)
    timed = list(sheet.open_with(("reading", "has")))
    for line in timed:
        # "Lesezeit: 7 Min." ends with an abbreviation.
        counted = line.words <= READING_WORDS and line.numbered and (not line.ends or line.words <= SHORT_READING)
        # On a page of listings every entry has one, and there it may be all that the entry says.
        begins = any(c.start - line.start <= 2 for c in sheet.having(line.index, "reading"))
        alone = begins and line.words <= SHORT_READING
        if counted and (alone or sheet.first_prose - 10 <= line.index <= sheet.first_prose):
            below = FIRM if len(timed) == 1 else SOFT
            yield whole_line(line, Role.NAVIGATION, "reading_time", "how long the text takes to read", 0.9, below)


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
