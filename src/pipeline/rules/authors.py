"""Find the author's name that stands alone on its line beside the title, without a label.

Two or three capitalised words may as well be a section ("Middle East") or a place. A line is a name only where a
date stands next to it or the title right above it, it is no known name of a desk, place or section, and none of its
words occurs in the text without a capital: a section's words do, a person's do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..blocks import Line
from ..model import Role
from .bylines import is_quoted
from .lexicon import fold
from .names import LABEL, filler_words, name_span, particles, signature_words
from .persons import RUN_ON, Person, find_person, has_case
from .sheet import MILD, SOFT, Claim, Sheet, find_all, trim, whole_line

PLAIN = 0.25
"""Probability of being content below which a name in Latin letters without accents is taken without more evidence."""
# 0.3 when one net read the lines: the second, which knows more furniture, thinks less of what heads a text.
REACH = 5
"""Lines from the title within which the name stands."""
BELOW_STANDFIRST = 2
"""Lines below the first prose in which it may stand, right beside a date."""
PLACE_WORDS = 5
"""Words of the place from which somebody writes."""


def claim_lone_names(sheet: Sheet) -> Iterator[Claim]:
    """Claim the one line beside the title that is a person's name (or two or three), if no byline was found."""
    claims = [c for found in sheet.claims.values() for c in found]
    title = next((c for c in claims if c.role is Role.TITLE), None)
    if title is None or any(c.role is Role.BYLINE for c in claims):
        return
    at = sheet.index_at(title.start)
    dated = {sheet.index_at(c.start) for c in claims if c.role is Role.DATE and c.rule != "updated"}
    changed = {sheet.index_at(c.start) for c in claims if c.role is Role.DATE and c.rule == "updated"}
    for index in (*range(at + 1, min(at + 1 + REACH, len(sheet.lines))), *range(at - 1, max(-1, at - 3), -1)):
        line = sheet.lines[index]
        # A standfirst is prose, too: below it the name stands beside the date.
        below = sheet.first_prose < index <= sheet.first_prose + BELOW_STANDFIRST
        if (index > sheet.first_prose and not below) or not sheet.is_open(index):
            continue
        begin = without_label(sheet.text, line.start, line.end)
        person = None if _is_odd(sheet, line) else find_person(sheet.text, begin, line.end)
        if line.bullet and "\uac00" <= line.text[len(line.bullet) :][:1] <= "\ud7a3":
            # "• 김하늘 기자": a Korean name with what its bearer does is one in a list, too.
            person = find_person(sheet.text, line.start + len(line.bullet), line.end)
        if person is None and not _looks_like_name(sheet, line):
            continue
        beside = any(_beside(sheet, index, other) or _over_place(sheet, index, other, at) for other in dated)
        beside = beside or (index > at and any(abs(index - other) == 1 for other in changed))
        if below and not beside:
            continue
        cased = has_case(line.text.lstrip("*_ ")[:1])
        label = _label_above(sheet, index)
        near = (
            beside
            or label is not None
            or (bool(dated) and abs(index - at) == 1 and cased)
            or (bool(dated) and person is not None and _heads_text(sheet, index, at, person))
            or (person is not None and (person.sure or _is_noted(sheet, person)))
        )
        if not near or (index < at and not cased):
            continue
        # "Ana Souza | Brasília": the place behind the name may hold any word.
        sure = person is not None and (beside or not line.text.isascii())
        named = sheet.text[person.start : person.end] if person is not None and sure else line.text
        if not any(
            _stands_uncapitalised(sheet.text, w.strip(",;").lower())
            for w in named.split()
            if w[0].isupper() and w.lower() not in particles()
        ):
            said = "two or three words of a name alone beside title and date"
            plain = line.text.isascii() and not label and not (person is not None and _is_told_of(sheet, person))
            # Right between the title and the date it is no section.
            between = person is not None and index == at + 1 and index + 1 in dated
            below = SOFT if plain and between else PLAIN if plain else 0.9
            yield whole_line(line, Role.BYLINE, "lone_name", said, 0.8, below)
            if label is not None:
                yield whole_line(label, Role.BYLINE, "byline_label", "a byline's label above the name", 0.9)
            return


def _beside(sheet: Sheet, index: int, other: int) -> bool:
    """Tell whether two lines are neighbours; one short line of furniture may stand between."""
    if abs(index - other) == 1:
        return True
    between = sheet.lines[(index + other) // 2]
    # Of names with any short line between them and the date a third were links: it must be known for furniture.
    known = not sheet.is_open(between.index) or bool(sheet.whole(between.index)) or _is_count(between)
    known = known or sheet.opening(between.index, "caption") is not None
    return abs(index - other) == 2 and known and between.words <= FURNITURE_WORDS and not between.ends


def _over_place(sheet: Sheet, index: int, date: int, title: int) -> bool:
    """Tell whether a name stands below the title, and below it a place of one to five words and the date."""
    if date != index + 2 or index <= title:
        return False
    place = sheet.lines[index + 1]
    known = place.words <= PLACE_WORDS and not place.ends and not place.numbered and not place.bullet
    return known and sheet.is_open(place.index) and not sheet.whole(place.index)


def _heads_text(sheet: Sheet, index: int, title: int, person: Person) -> bool:
    """Tell whether a name stands between title and text, and none of its words anywhere else above the text's end."""
    if index != title + 1 or index + 1 != sheet.first_prose:
        return False
    words = sheet.text[person.start : person.end].split()
    return not any(_stands_elsewhere(sheet, word, sheet.lines[index]) for word in words if len(word) > 2)


def _is_count(line: Line) -> bool:
    return line.words <= FURNITURE_WORDS and line.text[:1].isdigit()


def _label_above(sheet: Sheet, index: int) -> Line | None:
    """Return the line above if a byline's label is all it says: "Written by"."""
    above = sheet.lines[index - 1] if index > 0 and sheet.is_open(index - 1) else None
    cue = sheet.opening(index - 1, "byline") if above is not None else None
    alone = cue is not None and above is not None and not sheet.folded[cue.end : above.end].strip(" :：*_")
    return above if alone else None


def _is_noted(sheet: Sheet, person: Person) -> bool:
    """Tell whether one of the last lines begins with the name, as a note on the author does."""
    said = sheet.folded[person.start : person.end]
    # In a short document the name's own line is one of the last.
    below = (x for x in sheet.lines[-NOTES:] if x.start > person.start)
    return any(sheet.folded.startswith(said, x.start + len(x.text) - len(x.text.lstrip("*_ "))) for x in below)


def _is_told_of(sheet: Sheet, person: Person) -> bool:
    """Tell whether one of the last lines is a sentence that begins with the name."""
    said = sheet.folded[person.start : person.end]
    told = [x for x in sheet.lines[-NOTES:] if x.ends and x.words >= NOTE_WORDS]
    return any(sheet.folded.startswith(said, x.start) for x in told)


NOTES, NOTE_WORDS = 12, 6
FURNITURE_WORDS = 4


def claim_closing_names(sheet: Sheet) -> Iterator[Claim]:
    """Claim the name that closes the text, where no byline stands above: the line below the last paragraph.

    A person of the story is named in the story; the one who signs it is not.
    """
    claims = [c for found in sheet.claims.values() for c in found]
    titled = any(f" {w} " in sheet.folded for w in _TITLE_CASE)
    if not any(c.role is Role.TITLE for c in claims) or any(c.role is Role.BYLINE for c in claims):
        return
    long = [x.index for x in sheet.open_lines() if x.is_prose and sheet.likely(x.index) >= MILD]
    last = max([sheet.last_prose, *long])
    for line in sheet.lines[last + 1 : last + 1 + CLOSING] if last >= 0 else ():
        if not sheet.is_open(line.index):
            return
        # Short paragraphs may follow the last long one.
        if line.ends and line.words >= FURNITURE_WORDS:
            continue
        dash = line.bullet.strip() in ("—", "–") and not is_quoted(sheet.lines[line.index - 1])
        odd = _is_odd(sheet, line) if line.bullet and not dash else (titled and not dash) or line.ends
        person = None if odd or sheet.whole(line.index) else find_person(sheet.text, line.start, line.end)
        if person is not None and _signs(sheet, line, person):
            said = "a name that the text does not know, right below it"
            # Where headings have no capitals inside, two capital words are a name, whatever the model makes of them.
            alone = line.markup is None and not titled and _cased_name(sheet.text, line.start, line.end)
            yield whole_line(line, Role.BYLINE, "closing_name", said, 0.8, ALONE if alone else SOFT if dash else MILD)
        return


ALONE = 0.95
"""Probability of being content from which a name in cased letters below the text is left to the model."""


def _cased_name(text: str, start: int, end: int) -> bool:
    """Tell whether a line is two or three words with capitals, none of them in capitals, and a person's name."""
    words = text[start:end].split()
    fit = 2 <= len(words) <= 3 and all(w[0].isupper() and not w.isupper() and w.isalpha() for w in words)
    person = find_person(text, start, end) if fit else None
    return person is not None and (person.start, person.end) == (start, end)


_TITLE_CASE = ("with the", "of the", "und die", "und der")
"""Words of the languages that write buttons and headings with capitals, so that "Customer Care" looks like a name."""
# On 1,527 pages, nearly all English, 3 of 13 such lines were names.
CLOSING = 5
"""Lines below the last long paragraph in which the name stands that signs the text."""


def _signs(sheet: Sheet, line: Line, person: Person) -> bool:
    if (person.end - person.start) * 2 < line.end - line.start:
        return False
    words = sheet.text[person.start : person.end].split()
    cased = has_case(words[0][0])
    known = any(_stands_elsewhere(sheet, w, line) for w in words if len(w) > 2)
    return not known and (cased or person.sure)


def _stands_elsewhere(sheet: Sheet, word: str, line: Line) -> bool:
    return any(not line.start <= at < line.end for at in find_all(sheet.folded, fold(word)))


def _is_odd(sheet: Sheet, line: Line) -> bool:
    # "Sign in Subscribe" is two buttons, each of which is known alone.
    spans = {(c.start, c.end) for c in sheet.cues(line.index) if c.mode == "whole" and c.family in _BUTTONS}
    buttons = sum(end - start for start, end in spans) > 0.8 * (line.end - line.start)
    return line.ends or bool(line.bullet) or bool(sheet.whole(line.index)) or buttons or len(line.text) > LONGEST


def _looks_like_name(sheet: Sheet, line: Line) -> bool:
    if _is_odd(sheet, line) or line.words > PEOPLE * 3 + 2:
        return False
    at = line.start
    people = 0
    for mark in (*_BETWEEN.finditer(sheet.text, line.start, line.end), None):
        if not _is_person(sheet, at, mark.start() if mark else line.end):
            return False
        people += 1
        at = mark.end() if mark else line.end
    return people <= PEOPLE


_BUTTONS = frozenset(["menu", "newsletter", "share", "widget"])
PEOPLE = 3
"""Names on one line."""
LONGEST = 200
"""Characters above which a line is no list of names, however few its words."""
_BETWEEN = re.compile(r"\s{0,4}[,;&]\s{0,4}|\s{1,4}(?:and|и|та|й|ve|və|և|und|et|y|e|i)\s{1,4}")


_GLUED = re.compile(r"By(?=[A-Z][a-z])")
"""A label and a name that stood in two elements: "ByAnn Lee"."""


def without_label(text: str, start: int, end: int) -> int:
    """Return where the name begins in a claim of this rule."""
    label = LABEL.match(text, start, end)
    return label.end() if label else start + (2 if _GLUED.match(text, start, end) else 0)


def _is_person(sheet: Sheet, start: int, end: int) -> bool:
    start += 2 if _GLUED.match(sheet.text, start, end) else 0
    words = sheet.text[start:end].split()
    if RUN_ON.search(sheet.text, start, end):
        return False
    if not 2 <= len(words) <= 3 or not all(w[0].isupper() and not w.isupper() for w in words):
        return False
    if name_span(sheet.text, start, end) != (start, end):
        return False
    odd = signature_words("no_person")
    return not any(fold(w) in odd or fold(w) in filler_words() for w in words)


def _stands_uncapitalised(text: str, word: str) -> bool:
    """Tell whether a word stands in the text without a capital."""
    for at in find_all(text, word):
        before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
        if not before.isalpha() and not after.isalpha():
            return True
    return False


def claim_teams(sheet: Sheet) -> Iterator[Claim]:
    """Claim the line near the title that names the desk or team which wrote: "Example OSINT Unit"."""
    near = {
        i + k
        for i, claims in sheet.claims.items()
        for c in claims
        for k in (-1, 1, 2, 3, 4, 5, 6)
        if c.role is Role.TITLE
    }
    for line in (sheet.lines[i] for i in sorted(near) if 0 <= i < sheet.first_prose):
        if sheet.is_open(line.index) and 2 <= line.words <= 6 and not line.ends:
            folded = sheet.said(line.index)
            named = any(folded.endswith(" " + team) for team in signature_words("team"))
            if named and name_span(sheet.text, line.start, line.end) == (line.start, line.end):
                yield whole_line(line, Role.BYLINE, "team", "near the title, the name of a desk or team")
                return


_MAIL = re.compile(r"(from|to|cc|date|sent|subject|reply-to) ?: ?(?=\S)", re.I)
MAIL_LINES = 8


def claim_mail_head(sheet: Sheet) -> Iterator[Claim]:
    """Claim the head of a letter at the document's top: who wrote, to whom, when, and what the title is."""
    found: list[tuple[Line, str, int]] = []
    for line in sheet.lines[:MAIL_LINES]:
        label = _MAIL.match(sheet.text, line.start, line.end)
        if label is None:
            break
        found.append((line, label.group(1).lower(), label.end()))
    names = {name for _, name, _ in found}
    # "Subject: ..." alone may open any text; a letter also says from whom or to whom.
    if len(found) < 2 or not names & {"from", "to"}:
        return
    for line, name, end in found:
        if name in ("date", "sent"):
            yield whole_line(line, Role.DATE, "mail_date", "a letter's head")
            continue
        role = {"from": Role.BYLINE, "subject": Role.TITLE}.get(name, Role.CONTACT)
        yield Claim(*trim(sheet.text, line.start, end), Role.MACHINE_ARTIFACT, "mail_label", "a letter's head")
        start, stop = trim(sheet.text, end, line.end)
        if start < stop:
            yield Claim(start, stop, role, f"mail_{name}", "a letter's head")
