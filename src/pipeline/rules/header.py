"""Read the lines around the title: site, dates, bylines, document ids, and buttons glued between them.

A header line is cut into its parts when the parts explain all of it; a machine's "date 2025-01-24" in front
of a title or lead is cut off alone. Only short lines above the first or below the last paragraph of prose
are looked at: a date or a name between paragraphs is body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..blocks import Line
from ..dates import RELATIVE, find_dates
from ..model import Role
from ..word_counts import count_words
from .bylines import HEAD_WORDS, byline_name, handle_span, is_credible, is_quoted, near_text, signed_by
from .head_lines import DIARY_WORDS, HEAD_CHARACTERS, head_lines, is_only_dated
from .names import GLUED, LABEL, MARKS, filler_words, name_span, signature_words
from .persons import find_person
from .sheet import FIRM, SOFT, Claim, Sheet, trim, whole_line

BUTTONS = ("share", "donate", "advert", "newsletter")
RELATIVE_WORDS = 6
SITE_WORDS = 4
"""Words before the date of a line that also has a byline: the site's name, a place or section."""
ENTRIES = 3
"""Dates over paragraphs that make a diary."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a header line: its span, role and what it says."""

    start: int
    end: int
    role: Role
    rule: str


def claim_header(sheet: Sheet) -> Iterator[Claim]:
    """Claim site, date, byline and id lines above and below the prose."""
    diary = _is_diary(sheet)
    for line in head_lines(sheet):
        if diary and line.words <= DIARY_WORDS and _is_entry(sheet, line):
            continue
        if "\t" in line.text and _is_in_table(sheet, line):
            continue
        if _is_attribution(sheet, line):
            continue
        if line.index <= 3 and line.index < sheet.first_prose and _DOMAIN.fullmatch(line.text):
            yield whole_line(line, Role.SITE, "site_line", "a domain name alone on its line")
        elif line.index < sheet.first_prose and _ADDRESS.fullmatch(line.text):
            yield whole_line(line, Role.SITE, "page_address", "an address alone on its line, above the text")
        elif line.index == len(sheet.lines) - 1 > sheet.last_prose and _ADDRESS.fullmatch(line.text):
            yield whole_line(line, Role.DOCUMENT_ID, "page_address", "an address alone, the page's last line")
        elif _is_document_id(sheet, line):
            yield whole_line(line, Role.DOCUMENT_ID, "document_id", "an id's label and its number")
        elif claims := _parts(sheet, line):
            yield from claims
        elif line.index > sheet.last_prose and _is_editor_line(sheet, line):
            yield whole_line(line, Role.BYLINE, "editor", "the label of an editor and a name, below the text")
        elif line.words <= RELATIVE_WORDS and not line.ends and _is_relative(sheet, line):
            yield whole_line(line, Role.DATE, "relative_date", "how long ago, beside the title", 0.9)
        elif source := _source_line(sheet, line):
            yield source
        elif sheet.opening(line.index, "byline") and (name := byline_name(sheet, line)):
            yield whole_line(line, Role.BYLINE, "byline", f"byline label and a name: {sheet.text[slice(*name)]}")
        elif line.index <= sheet.first_prose and _is_unnamed_byline(sheet, line):
            yield whole_line(line, Role.BYLINE, "unnamed_byline", "the label of a byline, and no person's name", 0.8)
        elif line.index > sheet.last_prose and _is_signature(sheet, line):
            yield whole_line(line, Role.BYLINE, "signature", "a name and where it writes, below the text")


def _is_unnamed_byline(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line above the text is a byline's label, a colon and up to four words: "Written by: WEB TEAM"."""
    cue = sheet.opening(line.index, "byline")
    if cue is None or line.ends or line.words > UNNAMED_WORDS + 2:
        return False
    rest = sheet.text[cue.end - 1 : line.end].lstrip()
    value = rest[1:].strip()
    return rest[:1] in tuple(":：") and bool(value) and len(value.split()) <= UNNAMED_WORDS


UNNAMED_WORDS = 4
"""Words behind a byline's label that name a desk or a team."""


def _is_attribution(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line says below a quotation who said it, where and when: "— Ann Lee, Bergen, 4 May 2024"."""
    if line.text[0] not in "—–―" or line.index == 0:
        return False
    above = sheet.lines[line.index - 1]
    return is_quoted(above) and (above.ends or line.index > sheet.first_prose)


def _is_in_table(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line is a row of a table of data, as a film's in an encyclopedia: "Written by" and a name."""
    around = sheet.lines[max(0, line.index - TABLE) : line.index + TABLE + 1]
    return sum("\t" in other.text for other in around) >= ROWS


TABLE, ROWS = 6, 5
"""Lines on either side, and rows among them that make a table of data; one of author, date and source has fewer."""


def _is_diary(sheet: Sheet) -> bool:
    """Tell whether dates alone on their lines head the text's paragraphs, as in a diary or a chronicle."""
    ending = (sheet.lines[mark.start()] for mark in _DIGIT.finditer(sheet.ground.tails))
    short = (line for line in ending if line.words <= DIARY_WORDS and len(line.text) <= 40)
    return sum(1 for line in short if _is_entry(sheet, line)) >= ENTRIES


def _is_entry(sheet: Sheet, line: Line) -> bool:
    below = sheet.lines[line.index + 1] if line.index + 1 < len(sheet.lines) else None
    if below is None or not below.ends or below.words <= line.words or not sheet.is_open(line.index):
        return False
    dates = find_dates(line.text)
    return len(dates) == 1 and dates[0].end - dates[0].start == len(line.text)


_DIGIT = re.compile(r"\d")
_DOMAIN = re.compile(
    r"(?:https?://)?(?:www\.)?(?:[a-zA-Z0-9][a-zA-Z0-9\-]{0,62}\.){1,3}(?:com|org|net|info|news|media|press|int|"
    r"gov|edu|biz|online|site|today|world|live|agency|tv|am|az|ru|ua|by|kz|ge|ir|tr|il|ae|sa|qa|eg|iq|sy|lb|jo|pk|in|cn|hk|tw|"
    r"jp|kr|de|fr|es|it|pt|br|mx|ar|pl|nl|be|ch|at|uk|ie|us|ca|au|nz|eu|io|co|me|se|no|fi|dk|cz|sk|hu|ro|bg|gr|rs|hr|si|uz|su|рф)/?",
    re.I,
)
_ADDRESS = re.compile(r"https?://([^\s/?#]{4,100})[/?#]\S{0,1000}", re.I)
_ISSN = re.compile(r"\bISSN:?\s*\d{4}-\d{3}[\dXx]\b|\bdoi:\s?10\.\d{4,9}/\S+|\bISBN:?\s*[\d\-Xx]{10,17}", re.I)
_TIME = re.compile(
    r"(?:[\s,|•·@(\-–—:]|\bat\b|\bum\b|\bà\b|\ba las\b|\balle\b|\bàs\b|\bв\b|\bо\b|ساعت|الساعة|saat|ժամը){0,12}"
    r"(?:\d{1,2}(?:時|点|點|시) ?\d{1,2}(?:分|분)|\d{1,2}[:.h]\d{2})(?::\d{2})?(?:\s?[ap]\.?m\.?|\s?uhr)?"
    r"(?:\s?(?:[a-z]{2,4}|utc|gmt)(?:\s?[+-]\d{1,2})?|\s?น\.)?(?!\w)"
)
_MARKS = re.compile(rf"(?:[^\w{MARKS}]|_)+")
"""What parts words. The vowel signs of India's scripts are parts of words."""
_COUNT = re.compile(
    r"\d+ ?(?:comments?|shares?|views?|likes?|min(?:ute)?s?(?: read)?|комментари\w*|просмотр\w*|коментар\w*|перегляд\w*"
    r"|بازدید|نظر|yorum|okunma|baxış|kommentare?|commentaires?|comentarios?|commenti|comentários?|vistas?)?"
)


def _is_document_id(sheet: Sheet, line: Line) -> bool:
    if line.words > 14:
        return False
    if line.numbered and _ISSN.search(line.text):
        return True
    label = sheet.opening(line.index, "document_id")
    rest = sheet.folded[label.end : line.end] if label else ""
    return bool(label) and len(rest) <= 40 and any(c.isdigit() for c in rest) and len(rest.split()) <= 3


def _is_relative(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line above the text says nothing but how long ago: "Updated 5 hours ago"."""
    if not line.numbered or line.index >= sheet.first_prose:
        return False
    found = RELATIVE.search(sheet.folded, line.start, line.end)
    if found is None:
        return False
    labels = [c.end for c in sheet.cues(line.index) if c.family in ("date", "updated") and c.end <= found.start()]
    before = sheet.folded[max(labels, default=line.start) : found.start()]
    return not _left(before) and not _left(sheet.folded[found.end() : line.end])


def _is_editor_line(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line is "(Editor: Li Na)"."""
    if line.ends:
        return False
    ends = [c.end for c in sheet.cues(line.index) if c.family == "editor" and c.start - line.start <= 1]
    name = sheet.text[max(ends) : line.end].strip(" )）】]") if ends else ""
    return 2 <= len(name) <= 40 and count_words(name) <= 5


def _parts(sheet: Sheet, line: Line) -> list[Claim]:
    """Cut a header line into its parts, if they explain all of it; else return the machine's date alone."""
    phrases = sheet.ground.phrases.get(line.index, ())
    # Without a date, a byline or a source the parts can be nothing but buttons, which are no header.
    if not line.numbered and not any(kind in meaning.kinds for *_, meaning in phrases for kind in _PARTED):
        return []
    parts = sorted(_find_parts(sheet, line), key=lambda p: p.start)
    if not parts or all(p.role is Role.PROMOTION for p in parts):
        return []
    # "Text: Ann Lee. Photos: Bo Ek": who took the pictures explains the rest of a byline.
    signed = any(p.role is Role.BYLINE for p in parts)
    credits = [c.start for c in sheet.cues(line.index) if c.family == "caption" and c.mode == "opens"] if signed else []
    spans = ((a, min([at for at in credits if a <= at < b], default=b)) for a, b in _between(line, parts))
    open_text = [sheet.folded[a:b] for a, b in spans]
    labelled = any(p.role is Role.BYLINE for p in parts) and any(p.role is Role.DATE for p in parts)
    if labelled and line.words <= HEAD_WORDS and near_text(sheet, line):
        # "Example Daily | 04.05.2015 | By Ann Lee (with Bo Ek)": the site's name before, those who helped behind.
        open_text = [_HELPED.sub(" ", t) for t in open_text]
        if len(open_text[0].strip(" |-–—·•,").split()) <= SITE_WORDS:
            open_text = open_text[1:]
    if line.words <= HEAD_WORDS and not any(_left(t) for t in open_text):
        return _row(sheet, line, parts, "part of a header line", 1.0)
    if (
        line.words <= HEAD_WORDS // 2
        and (not line.ends or parts[-1].end >= line.end - 1)
        and (near_text(sheet, line) or is_only_dated(sheet, line))
        and any(p.role is Role.DATE for p in parts)
    ):
        left = [w for w in _MARKS.split(_COUNT.sub(" ", " ".join(open_text))) if w]
        # A name, a place or a section beside the date: a header line all the same. Beside a line that is the date,
        # more words are a headline's: "Minutes of the council's meeting of 4 June 2015".
        if len(left) <= (BESIDE_DATE if _is_dated_nearby(sheet, line) else 5):
            names = list(_names_beside(sheet, line, parts))
            parts = sorted([*parts, *names], key=lambda p: p.start)
            return _row(sheet, line, parts, "a date and a few words beside the text", 0.8)
    first = parts[0]
    label = sheet.opening(line.index, "date")
    if first.rule == "date" and first.start == line.start and label and label.end < first.end and len(parts) <= 2:
        iso = find_dates(sheet.text[first.start : first.end])
        # Only the machine's own "date YYYY-MM-DD": prose may well begin with a date.
        if iso and "-" in sheet.text[first.start + iso[0].start : first.start + iso[0].end]:
            return [Claim(first.start, first.end, Role.DATE, "date_prefix", "label and ISO date before the text")]
    return []


def _is_dated_nearby(sheet: Sheet, line: Line) -> bool:
    """Tell whether one of the lines around is a date and next to nothing else."""
    around = sheet.lines[max(0, line.index - DATED) : line.index + DATED + 1]
    for x in around:
        if x.index == line.index or not x.numbered or x.words > HEAD_WORDS // 2:
            continue
        dates = [d for d in find_dates(x.text) if d.value]
        if dates and len(x.text) - (dates[0].end - dates[0].start) <= LABEL_LENGTH:
            return True
    return False


BESIDE_DATE, DATED, LABEL_LENGTH = 3, 3, 14
"""Words beside a date where another line is the date; lines around in which it stands; characters of its label."""


def _row(sheet: Sheet, line: Line, parts: list[Part], said: str, confidence: float) -> list[Claim]:
    """Return a claim a part; what stands between two parts goes with the one before."""
    claims = []
    for i, part in enumerate(parts):
        start = line.start if i == 0 else part.start
        end = parts[i + 1].start if i + 1 < len(parts) else line.end
        start, end = trim(sheet.text, start, end)
        inside = line.index >= sheet.first_prose and part.role is Role.DATE
        claims.append(Claim(start, end, part.role, part.rule, said, confidence, SOFT if inside else FIRM))
    return claims


_HELPED = re.compile(r"\([^()]{3,80}\)")
_PARTED = (("byline", "opens"), ("source", "opens"))
_SEPARATOR = re.compile(r"\s*[|·•/—–｜]\s*|\s-\s|\s{2,}|\t|\u3000|،\s|,\s")


def _names_beside(sheet: Sheet, line: Line, parts: list[Part]) -> Iterator[Part]:
    """Yield the person's name between separators in a header line: two to four capitalised words, no known words."""
    if any(p.role is Role.BYLINE for p in parts):
        return
    for a, b in _between(line, parts):
        time = _TIME.match(sheet.folded, a, b)
        a = time.end() if time else a
        edges = [a, *(e for m in _SEPARATOR.finditer(sheet.text, a, b) for e in m.span()), b]
        # "国際部　佐藤健一": the desk and the name together say more than each part.
        for start, end in ((a, b), *zip(edges[::2], edges[1::2], strict=True)):
            start, end = trim(sheet.text, start, end)
            label = LABEL.match(sheet.text, start, end)
            start = label.end() if label else start
            if glued := GLUED.search(sheet.text, start, end):
                # "Ann LeeUpdated:" stood in two elements.
                end = glued.start()
            known = any(start <= c.start < end and c.mode == "whole" for c in sheet.cues(line.index))
            person = find_person(sheet.text, start, end)
            if person is not None and (person.sure or not known):
                yield Part(person.start, person.end, Role.BYLINE, "name_beside_date")
                return


def _source_line(sheet: Sheet, line: Line) -> Claim | None:
    """Claim a line that only says where the text was taken from."""
    cue = sheet.opening(line.index, "source")
    value = sheet.text[cue.end : line.end].strip() if cue else ""
    if not value or line.ends or len(value.split()) > 6 or count_words(value) > 8 or sheet.is_inside(line.index):
        return None
    return whole_line(line, Role.SITE, "source", "the label of a source and a name")


def _find_parts(sheet: Sheet, line: Line) -> Iterator[Part]:
    at, stop = line.start, min(line.end, line.start + HEAD_CHARACTERS)
    text = sheet.text[at:stop]
    cues = [c for c in sheet.cues(line.index) if c.end <= stop]
    taken: list[tuple[int, int]] = []
    for item in find_dates(text):
        start, end = at + item.start, at + item.end
        if time := _TIME.match(sheet.folded, end, line.end):
            end = time.end()
        rule = "date"
        for family in ("updated", "date"):
            labels = [c for c in cues if c.family == family and c.mode == "opens"]
            near = [c for c in labels if c.start >= at and c.end <= start and not _left(sheet.folded[c.end : start])]
            if near:
                start, rule = min(c.start for c in near), family
                break
        yield Part(start, end, Role.DATE, rule)
        taken.append((start, end))
    if taken:
        # "12 May 2024 | Updated 3 hours ago": how long ago explains a part, beside the date itself.
        for found in RELATIVE.finditer(sheet.folded, at, stop):
            labels = [c for c in cues if c.family in ("date", "updated") and c.end <= found.start()]
            begins = [c.start for c in labels if not _left(sheet.folded[c.end : found.start()])]
            start = min(begins, default=found.start())
            if all(found.end() <= a or start >= b for a, b in taken):
                yield Part(start, found.end(), Role.DATE, "updated")
                taken.append((start, found.end()))
    for cue in cues if line.words <= HEAD_WORDS else ():
        if cue.mode == "opens" and cue.family == "source" and all(cue.end <= a or cue.start >= b for a, b in taken):
            others = [c.start for c in cues if c.family in FACT_LABELS and c.mode == "opens" and c.start > cue.end]
            limit = min([*others, *(a for a, _ in taken if a >= cue.end)], default=line.end)
            mark = _SEPARATOR.search(sheet.text, cue.end + 1, limit)
            start, end = trim(sheet.text, cue.end, mark.start() if mark else limit)
            if start < end and len(sheet.text[start:end].split()) <= 4 and end - start <= 40:
                yield Part(cue.start, end, Role.SITE, "source")
                taken.append((cue.start, end))
                break
    for cue in cues:
        dated = any(a <= cue.start < b for a, b in taken)  # "27 de Abril": a date's own "de" names nobody
        if cue.mode == "opens" and cue.family == "byline" and cue.end - cue.start > 1 and not dated:
            # In a short line nothing before the date bears on a label behind it: "Example Daily | 4 May | By Ann Lee".
            begin = max((b for _, b in taken if b <= cue.start), default=at) if line.words <= HEAD_WORDS else at
            before = sheet.folded[begin : cue.start]
            limit = min([a for a, _ in taken if a >= cue.end], default=line.end)
            explained = not before or not _left(_cut(before, begin, taken))
            name = name_span(sheet.text, cue.end, limit) or handle_span(sheet, cue, limit) if explained else None
            if explained and begin > at and limit == line.end and signed_by(sheet.text, cue.end, limit):
                yield Part(cue.start, limit, Role.BYLINE, "login")
                break
            if name and is_credible(sheet, line, cue, name):
                end = name[1] + 2 * sheet.text.startswith("on:", name[1])
                yield Part(cue.start, end, Role.BYLINE, "byline")
                taken.append((cue.start, end))
                break
    for cue in cues if line.words <= HEAD_WORDS else ():
        free = all(cue.end <= a or cue.start >= b for a, b in taken)
        if cue.mode == "whole" and cue.family in BUTTONS and free:
            yield Part(cue.start, cue.end, Role.PROMOTION, "button")
            taken.append((cue.start, cue.end))


FACT_LABELS = ("byline", "editor", "date", "updated")
"""Labels at which the name of a source ends: "Source: Example Agency Author: Ann Lee"."""


def _cut(before: str, at: int, taken: list[tuple[int, int]]) -> str:
    return "".join(c for i, c in enumerate(before, at) if not any(a <= i < b for a, b in taken))


def _between(line: Line, parts: list[Part]) -> Iterator[tuple[int, int]]:
    at = line.start
    for part in parts:
        yield at, max(at, part.start)
        at = max(at, part.end)
    yield at, line.end


def _left(folded: str) -> bool:
    """Tell whether a stretch between parts says something: more than marks, times, days and counts."""
    rest = _COUNT.sub(" ", _TIME.sub(" ", folded))
    return any(w not in filler_words() for w in _MARKS.split(rest) if w)


def _is_signature(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line below the text is "First Last, function, exclusively for ..."."""
    folded = sheet.said(line.index)
    if line.words > HEAD_WORDS or not any(p in folded for p in signature_words("exclusive")):
        return False
    name = name_span(sheet.text, line.start, line.end)
    return name is not None and name[0] == line.start and len(sheet.text[slice(*name)].split()) >= 2
