"""Read title, author, date and site from what the rules claimed, each with the span that states it.

Null beats a guess. A date is that of publication only where a label says so or it stands alone beside the
title; dates in prose, of updates, crawls and events never count. A name comes from a byline, never from a
profile. What an HTML head states comes along as a fact and is preferred where the page agrees or is silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial

from .dates import DAY_FIRST, find_dates
from .model import Fact, Role
from .rules.authors import without_label
from .rules.bylines import handle_span, signed_by
from .rules.entries import STAMP_WORDS, shape_of
from .rules.header import FACT_LABELS
from .rules.lexicon import fold
from .rules.names import REPORTER, ROLE, name_span, signature_words
from .rules.persons import find_person, has_case
from .rules.rights import notices
from .rules.sheet import Claim, Sheet, find_all, trim
from .rules.site import masthead_name, printed_name
from .rules.site_names import clean_name, is_medium
from .rules.site_signs import agreed_name
from .rules.thread_signs import ENTRIES

BELOW = 2
"""Lines below the first prose, which may be a standfirst, at which a date stands in the header."""
FAR = 12
"""Lines away from title and first prose at which a date still belongs to the document."""


def read_facts(sheet: Sheet, stated: Sequence[Fact] = (), language: str = "und") -> tuple[Fact, ...]:
    """Return at most one fact a field: title, author, published_on, site.

    `stated` are candidates from an HTML head; `language` tells how to read 03/04/2025.
    """
    claims = [c for index in sorted(sheet.claims) for c in sheet.claims[index]]
    facts = []
    found_dates = partial(_published_on, day_first=language in DAY_FIRST)
    for name, find in (("title", _title), ("author", _author), ("published_on", found_dates), ("site", _site)):
        head = max((f for f in stated if f.name == name and f.value.strip()), key=lambda f: f.confidence, default=None)
        if fact := head or next(find(sheet, claims), None):
            facts.append(fact)
    # A site is no author, however its name stands in the place of one.
    sites = {_key(f.value) for f in facts if f.name == "site"}
    return tuple(f for f in facts if f.name != "author" or _key(f.value) not in sites)


def _key(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


def fact_value(facts: Sequence[Fact], name: str) -> str | None:
    """Return the value of a field, or None."""
    return next((f.value for f in facts if f.name == name), None)


def fact_date(facts: Sequence[Fact]) -> date | None:
    """Return the date of publication, or None; a value that is no ISO date counts as none."""
    value = fact_value(facts, "published_on")
    try:
        return date.fromisoformat(value[:10]) if value else None
    except ValueError:
        return None


def _title(sheet: Sheet, claims: list[Claim]) -> Iterator[Fact]:
    for claim in claims:
        if claim.role is Role.TITLE:
            start, end = claim.start, claim.end
            while start < end and sheet.text[start] in "#*_ ":
                start += 1
            while start < end and sheet.text[end - 1] in "*_ ":
                end -= 1
            yield Fact("title", " ".join(sheet.text[start:end].split()), claim.rule, start, end, claim.confidence)


def _author(sheet: Sheet, claims: list[Claim]) -> Iterator[Fact]:
    for rules in (
        ("byline",),
        ("login",),
        ("mail_from", "front_byline"),
        ("name_beside_date",),
        ("lone_name",),
        ("team",),
        ("signature",),
        ("closing_name",),
    ):
        for claim in claims:
            if claim.role is not Role.BYLINE or claim.rule not in rules:
                continue
            index = sheet.index_at(claim.start)
            if any(c.family == "editor" and abs(c.start - claim.start) <= 3 for c in sheet.cues(index)):
                continue
            if claim.rule == "login":
                login = signed_by(sheet.text, _label_end(sheet, claim), claim.end)
                if login is not None:
                    yield Fact("author", sheet.text[slice(*login)], claim.rule, *login, 0.8)
                continue
            label = 0 if claim.rule != "byline" else _label_end(sheet, claim)
            # Names that stand alone may be two, with a comma between them.
            alone = claim.rule == "lone_name"
            begin = without_label(sheet.text, claim.start, claim.end)
            person = None if label else find_person(sheet.text, begin, claim.end)
            if person is not None and claim.rule in ("lone_name", "name_beside_date", "closing_name"):
                name: tuple[int, int] | None = (person.start, person.end)
            else:
                name = (begin, claim.end) if alone else name_span(sheet.text, label or claim.start, claim.end)
            for cue in sheet.cues(index) if name is None and label else ():
                if cue.family == "byline" and cue.end == label:
                    name = name or handle_span(sheet, cue, claim.end)
            if name:
                if reporters := REPORTER.match(sheet.text, *name):
                    name = (reporters.end(), name[1])
                name = _listed(sheet.text, *_once(sheet.text, *name), claim.end)
                if role := ROLE.search(sheet.text, *name):
                    name = (name[0], role.start())
                said = sheet.text[slice(*name)]
                if label and fold(said) in signature_words("no_login"):
                    continue
                # "By: Reuters", "By: Example Wire": where one who wrote for it is named below, it is not the author.
                agency = is_medium(said) or (len(said.split()) == 1 and has_case(said[0]))
                below = (c for c in claims if _follows(sheet, claim, c)) if agency and claim.rule == "byline" else ()
                if any(_names_person(sheet, c) for c in below):
                    continue
                yield Fact("author", " ".join(sheet.text[slice(*name)].split()), claim.rule, *name, 0.9)


def _follows(sheet: Sheet, claim: Claim, other: Claim) -> bool:
    """Tell whether a second byline stands a few lines below a first."""
    if other.rule != "byline" or other.start <= claim.start:
        return False
    return sheet.index_at(other.start) - sheet.index_at(claim.start) <= SECOND


SECOND = 5
"""Lines below an agency's byline in which the one who wrote for it is named."""


def _names_person(sheet: Sheet, claim: Claim) -> bool:
    label = _label_end(sheet, claim)
    name = name_span(sheet.text, label, claim.end) if label else None
    return name is not None and find_person(sheet.text, *name) is not None


def _once(text: str, start: int, end: int) -> tuple[int, int]:
    """Halve a name that a picture's caption and a link state one after the other: "Ann Lee Ann Lee"."""
    words = text[start:end].split()
    half = len(words) // 2
    if half and len(words) % 2 == 0 and words[:half] == words[half:]:
        return start, start + len(text[start:end]) // 2
    return start, end


_NAME = r"[^\W\d_][\w'’.-]{0,30}(?:\s[^\W\d_][\w'’.-]{0,30}){1,3}"
_LISTED = re.compile(
    rf"(?:,\s({_NAME}))(?:,\s({_NAME}))?(?:,\s({_NAME}))?,?\s(?:and|et|und|y|e|en|og|och|и|та|&)\s({_NAME})"
)
"""The rest of a list of up to five names; what follows one name and a comma alone is a place or a function."""


_COMMA = re.compile(rf",\s({_NAME})\W{{0,3}}$")


def _listed(text: str, start: int, end: int, stop: int) -> tuple[int, int]:
    """Return the span of a list of names of which the first is known: "Ann Lee, Bo Ek and Cy Fox"."""
    rest = _LISTED.match(text, end, stop)
    if rest is None:
        return start, _second(text, end, stop)
    names = [(rest.start(n), rest.end(n)) for n in range(1, 5) if rest[n]]
    # The last may run on into what follows it, a date or a function.
    spans = [(a, b) if (a, b) != names[-1] else _first_name(text, a, b) for a, b in names]
    return (start, spans[-1][1]) if all(_is_name(text, a, b) for a, b in spans) else (start, end)


def _second(text: str, end: int, stop: int) -> int:
    """Return where a second name ends behind a comma: of a place or a function the page has no line of its own."""
    rest = _COMMA.match(text, end, stop)
    if rest is None or not _is_name(text, rest.start(1), rest.end(1)):
        return end
    alone = re.search(rf"^\W{{0,4}}{re.escape(rest[1])}\W{{0,3}}$", text, re.M)
    return rest.end(1) if alone else end


def _first_name(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the longest beginning of a stretch that is a person's name."""
    ends = [start + m.end() for m in re.finditer(r"\S+", text[start:end])]
    return next(((start, e) for e in reversed(ends) if _is_name(text, start, e)), (start, end))


def _is_name(text: str, start: int, end: int) -> bool:
    """Tell whether a stretch is a person's name; in a list of names it may be in capitals."""
    said = text[start:end]
    return find_person(text, start, end) is not None or (
        said.isupper() and 2 <= len(said.split()) <= 3 and said[-1] != "."
    )


def _label_end(sheet: Sheet, claim: Claim) -> int:
    index = sheet.index_at(claim.start)
    ends = [c.end for c in sheet.cues(index) if c.family == "byline" and claim.start <= c.start <= claim.start + 3]
    return max(ends, default=0)


def _published_on(sheet: Sheet, claims: list[Claim], day_first: bool = False) -> Iterator[Fact]:
    title = next((c for c in claims if c.role is Role.TITLE), None)
    found: list[tuple[int, bool, int, Fact]] = []
    at = sheet.index_at(title.start) if title else -1
    for claim in claims:
        # A byline may say when: "By Ann Lee, our correspondent – Published on 4 April 2024".
        stated = claim.role is Role.DATE or (claim.role is Role.BYLINE and claim.rule == "byline")
        if not stated or claim.rule == "updated":
            continue
        index = sheet.index_at(claim.start)
        for item in find_dates(sheet.text[claim.start : claim.end], day_first):
            if item.value is None:
                continue
            start, end = claim.start + item.start, claim.start + item.end
            labelled = any(c.family == "date" and claim.start <= c.start and c.end <= start for c in sheet.cues(index))
            rank = 0 if labelled else 1
            distance = abs(index - at) if title else abs(index - sheet.first_prose)
            if distance > FAR and abs(index - sheet.first_prose) > FAR:
                continue
            rule = "labelled_date" if labelled else "date_line"
            fact = Fact("published_on", item.value.isoformat(), rule, start, end, 0.95 if labelled else 0.8)
            found.append((rank, index < at and claim.rule != "mail_date", distance, fact))
    # Today's date stands in a page's masthead: one between the headline and the text is nearer to the truth.
    headed = any(
        not above and at < sheet.index_at(f.start or 0) <= sheet.first_prose + BELOW for _, above, _, f in found
    )
    found.sort(key=lambda f: (f[0], headed and f[1], f[2], f[3].start))
    # Several dates below the text are those of other stories.
    last = max(sheet.last_prose, at)
    others = [f for *_, f in found if f.rule == "date_line" and sheet.index_at(f.start or 0) > last]
    stamps = _stamps(sheet, [f for *_, f in found if f.rule == "date_line"])
    yield from (f for *_, f in found if f not in stamps and (len(others) < 2 or f not in others))


def _stamps(sheet: Sheet, found: Sequence[Fact]) -> list[Fact]:
    """Return the dates behind names in lines of one shape, below a heading of comments: "Ann - 11/03/2016 18h:05"."""
    heading = min(sheet.ground.places.get(("comments", "whole"), ()), default=len(sheet.lines))
    stamped = [(fact, sheet.lines[sheet.index_at(fact.start or 0)]) for fact in found]
    shape = {
        fact: shape_of(line.text, (fact.start or 0) - line.start)
        for fact, line in stamped
        if line.index > heading and (fact.start or 0) - line.start > len(line.bullet)
    }
    if not shape:
        return []
    # Not every remark's line was taken for a date's.
    others = (x for x in sheet.lines[heading + 1 :] if x.numbered and x.words <= STAMP_WORDS)
    shapes = [shape_of(x.text, dates[0].start) for x in others if (dates := find_dates(x.text))]
    return [fact for fact, own in shape.items() if shapes.count(own) >= ENTRIES]


_QUOTED = re.compile(r"[“«„\"]([^“”«»„\"]{3,60})[”»“\"]")
_ENCYCLOPAEDIA = re.compile(r"[«“„]([^«»“”„]{2,40})[»“”]|\bWikip[eé]dia\b")
_MAILBOX = re.compile(
    r"\b(?:info|contact|office|editor|editors|redaktion|redaction|press|news|mail|admin|hello|support)@([\w\-]{4,40})\.",
    re.I,
)


_LOGO = re.compile(r"\[?!\[(?:Image \d{1,3}: )?([^\[\]]{3,60})\]\([^()\s]{0,200}\blogo[^()\s]{0,200}\)", re.I)
LOGO_LINES = 3
"""First lines of a page among which the site's logo stands."""


_HOST = re.compile(r"(?:https?://)(?:www\.)?([\w.-]{4,80})(?:/\S{0,400})?$")


def _site(sheet: Sheet, claims: list[Claim]) -> Iterator[Fact]:
    for claim in claims:
        if claim.rule == "site_line":
            value = re.sub(r"^(?:https?://)?(?:www\.)?|/$", "", sheet.text[claim.start : claim.end])
            yield Fact("site", value, claim.rule, claim.start, claim.end, 0.95)
    for claim in claims:
        if (
            claim.role is Role.SITE
            and claim.rule in ("masthead", "site_tail")
            and (name := masthead_name(sheet, claim))
        ):
            yield _named("site", sheet, name, claim.rule, claim.confidence)
    for claim in claims:
        if claim.rule == "archive_bar" and (name := printed_name(sheet, claim)):
            yield _named("site", sheet, name, "printed_from", 0.9)
    for claim in claims:
        # "From Wikipedia, the free encyclopedia", "Материал из вики-энциклопедии «...»".
        if claim.rule == "origin" and (m := _ENCYCLOPAEDIA.search(sheet.text, claim.start, claim.end)):
            group = 1 if m.group(1) else 0
            yield _named("site", sheet, m.span(group), "origin", 0.9)
    for claim in claims:
        if claim.rule == "source" and sheet.index_at(claim.start) < max(sheet.first_prose, 1):
            ends = [c.end for c in sheet.cues(sheet.index_at(claim.start)) if c.family == "source"]
            start, end = trim(sheet.text, max((e for e in ends if e <= claim.end), default=claim.start), claim.end)
            # "Source: Example Agency  Editor: Ann Lee": another label may follow.
            others = [c.start for c in sheet.cues(sheet.index_at(start)) if c.family in FACT_LABELS and c.start > start]
            start, end = trim(sheet.text, start, min([*others, end]))
            value = sheet.text[start:end].strip(" :：-–—|·•/,")
            if (host := _HOST.match(value)) is not None:
                value = host.group(1)
            if value:
                start = sheet.text.index(value, start, end)
                yield Fact("site", value, "source", start, start + len(value), 0.85)
    for claim in claims:
        if claim.rule == "signature" and (m := _QUOTED.search(sheet.text, claim.start, claim.end)):
            yield Fact("site", m.group(1).strip(" .,"), "signature", m.start(1), m.end(1), 0.9)
    for claim in claims:
        # The office's own mail address names the site, if the page also spells the name out.
        if claim.role is Role.CONTACT and (m := _MAILBOX.search(sheet.text, claim.start, claim.end)):
            word = re.search(rf"(?<![\w@.]){re.escape(m.group(1))}(?![\w@]|\.\w)", sheet.text, re.I)
            if word:
                yield Fact("site", word.group(), "contact_address", word.start(), word.end(), 0.8)
    for notice in notices(sheet):
        if notice.sure:
            yield _named("site", sheet, (notice.start, notice.end), "rights_notice", 0.8)
    for claim in claims:
        # The first lines' picture with the site's name for those who cannot see it: "![Example Gazette](/logo.png)".
        if claim.rule == "image_link" and (m := _LOGO.match(sheet.text, claim.start, claim.end)):
            name = clean_name(sheet, *m.span(1)) if sheet.index_at(claim.start) < LOGO_LINES else None
            if name:
                yield _named("site", sheet, name, "logo", 0.75)
    for claim in claims:
        if claim.rule == "first_line" and (name := masthead_name(sheet, claim)):
            yield _named("site", sheet, name, claim.rule, claim.confidence)
    if agreed := agreed_name(sheet):
        yield _named("site", sheet, agreed, "signs_agree", 0.7)


def _as_written(sheet: Sheet, span: tuple[int, int]) -> tuple[int, int]:
    """Return where a name in capitals stands as it is written elsewhere, in a notice or the text."""
    if not (said := sheet.text[slice(*span)]).isupper() or len(said.split()) < 2:
        return span
    for at in find_all(sheet.folded, sheet.folded[slice(*span)]):
        other = sheet.text[at : at + len(said)]
        if not other.isupper() and other[0].isupper() and not sheet.text[at - 1 : at].isalnum():
            return at, at + len(said)
    return span


def _named(field: str, sheet: Sheet, span: tuple[int, int], rule: str, confidence: float) -> Fact:
    span = _as_written(sheet, span)
    return Fact(field, " ".join(sheet.text[slice(*span)].split()), rule, *span, confidence)
