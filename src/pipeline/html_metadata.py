"""Read title, author, date and site that a page's markup states; nothing is taken from its prose.

Statements are asked in order of how seldom they are wrong: JSON-LD of the article, meta elements, microdata,
a full date in the address, then marked lines around the headline. Each field has one answer or none: a front
page has no author or date but that of JSON-LD, two dates beside the headline decide nothing, and what
describes a related article or a comment is not asked. A name or title that also stands in the
rendered text carries its span.
"""

from __future__ import annotations

import re
import unicodedata

from .dates import find_dates
from .html_author import find_author
from .html_head import Head, host_of, key_of, path_of, text_of
from .html_names import bits_of
from .html_render import Rendered
from .html_title import SEPARATOR, agrees, find_title
from .model import Fact
from .rules.lexicon import fold
from .rules.names import is_small
from .rules.site_names import is_section


def stated_facts(head: Head, rendered: Rendered) -> tuple[Fact, ...]:
    """Return at most one fact a field: title, author, published_on (ISO 8601) and site."""
    title = find_title(head, rendered)
    headline = title.value if title else ""
    at = _headline_line(rendered, headline)
    near = range(0) if at is None else range(max(0, at - _ABOVE), min(len(rendered.lines.start), at + _BELOW + 1))
    author = find_author(head, rendered, headline, near)
    found = (title, author, _published(head, rendered, near, at), _site(head, rendered, headline))
    return tuple(_placed(fact, rendered) for fact in found if fact is not None)


# --- date -------------------------------------------------------------------------------------------

_META_DATES = (
    *("article:published_time", "og:article:published_time", "og:published_time", "datepublished", "parsely-pub-date"),
    *("sailthru.date", "cxenseparse:recs:publishtime", "dc.date.issued", "dcterms.issued", "dcterms.created"),
    *("dc.date.created", "dc.date", "citation_publication_date", "citation_online_date", "article.published"),
    *("published_time", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date", "published"),
    *("publicationdate", "article_date_original", "date", "dcterms.date", "originalpublicationdate", "ptime"),
    *("bt:pubdate", "rnews:datepublished", "iso-8601-publish-date", "date_published", "mediator_published_time"),
    *("shareaholic:article_published_time", "og:pubdate", "created"),
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:\d{4,6}|T\d{4,6}Z?)?$")
_EPOCH = frozenset(("1970-01-01", "1969-12-31", "2000-01-01", "1900-01-01", "1980-01-01"))
_IN_URL = re.compile(r"/((?:19|20)\d{2})([/-]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?=[/_.-]|$)")


def _published(head: Head, rendered: Rendered, near: range, headline: int | None) -> Fact | None:
    article = head.article
    if article and (day := _day(article.published)):
        return Fact("published_on", day, "jsonld_date", confidence=0.95)
    if head.is_front:
        return None
    for key in _META_DATES:
        if (stated := head.meta.get(key)) and (day := _day(stated)):
            return Fact("published_on", day, "meta_date", confidence=0.9 if head.is_article else 0.7)
    days = {
        d
        for e in head.items.get("datepublished", ())
        if (d := _day(e.get("content") or e.get("datetime") or text_of(e)))
    }
    if len(days) == 1:
        return Fact("published_on", days.pop(), "microdata_date", confidence=0.9)
    # The date of JSON-LD's WebPage is none: of 50 it was right for 7 articles and false for 39 pages without a date.
    found = _IN_URL.search(path_of(head.url))
    if found and (day := _day(f"{found[1]}-{found[3]}-{found[4]}")):
        return Fact("published_on", day, "url_date", confidence=0.8)
    below = None if headline is None else _date_below_headline(rendered, headline)
    return below or _date_by_headline(rendered, near)


def _date_below_headline(rendered: Rendered, headline: int) -> Fact | None:
    """Return the date, with a time at most, that is all of one of the two lines right below the headline."""
    lines = rendered.lines
    found: dict[str, tuple[int, int]] = {}
    for i in range(headline + 1, min(headline + 1 + _NEXT, len(lines.start))):
        start, line = lines.start[i], rendered.text[lines.start[i] : lines.end[i]]
        dates = find_dates(line) if len(line) <= _DATE_LENGTH and not _UPDATED.search(line) else []
        if len(dates) != 1 or (day := dates[0].value) is None or day.year < 1990:
            continue
        low, high = dates[0].start, dates[0].end
        if _TIME.fullmatch(line[:low] + line[high:]):
            found.setdefault(day.isoformat(), (start + low, start + high))
    if len(found) != 1:
        return None
    stated, (low, high) = found.popitem()
    return Fact("published_on", stated, "date_by_headline", low, high, 0.75)


_NEXT, _DATE_LENGTH = 2, 48
"""Lines below the headline, and characters of a line that is a date."""
_TIME = re.compile(
    r"[\s,|·–—()-]{0,6}(?:\d{1,2}[:.h]\d{2}(?::\d{2})?\s?(?:[ap]\.?m\.?)?\s?(?:[A-Z]{2,4})?)?[\s,|·()]{0,4}", re.I
)
_UPDATED = re.compile(r"updat|modif|edited|review|aktualis|mis à jour|actualiz|aggiorn|обновл", re.IGNORECASE)


def _date_by_headline(rendered: Rendered, near: range) -> Fact | None:
    """Return the one date in the lines around the headline that are marked as a date or byline."""
    lines = rendered.lines
    wanted = bits_of("date", "byline", "meta")
    found: dict[str, tuple[int, int]] = {}
    for i in near:
        start, end = lines.start[i], lines.end[i]
        line = rendered.text[start:end]
        if end - start > 120 or not (lines.kinds[i] | lines.time[i]) & wanted or _UPDATED.search(line):
            continue
        for date in find_dates(line):
            if date.value is None or date.value.year < 1990:
                return None
            found.setdefault(date.value.isoformat(), (start + date.start, start + date.end))
    if len(found) != 1:
        return None
    day, (start, end) = found.popitem()
    return Fact("published_on", day, "date_by_headline", start, end, 0.75)


_ABOVE, _BELOW = 4, 8
"""Lines above and below the headline in which author and date are the article's own."""


def _headline_line(rendered: Rendered, title: str) -> int | None:
    """Return the line of the headline: the first heading, or else the first line, that is the title."""
    lines, text = rendered.lines, rendered.text
    key = key_of(title)
    at = [
        i
        for i, (a, b) in enumerate(zip(lines.start, lines.end, strict=True))
        if key and len(title) // 2 <= b - a <= 2 * len(title) + 10 and key_of(text[a:b]) == key
    ]
    heads = [i for i in at if rendered.nodes.tag[lines.node[i]] in ("h1", "h2")] or at
    return heads[0] if heads else None


def _day(stated: str) -> str | None:
    """Return the one day that a statement names, as it stands there, in ISO 8601; None when it is no full date."""
    text = stated.strip()[:100]
    if m := _COMPACT.match(text):
        text = f"{m[1]}-{m[2]}-{m[3]}"
    days = {d.value for d in find_dates(text)}
    day = next(iter(days)) if len(days) == 1 else None
    if day is None or day.year < 1990 or day.isoformat() in _EPOCH:
        return None
    return day.isoformat()


# --- site -------------------------------------------------------------------------------------------


def _site(head: Head, rendered: Rendered, headline: str) -> Fact | None:
    """Return the site's name as readers see it."""
    fact = _stated_site(head, rendered, headline)
    if fact is None or fact.rule == "url_host":
        return fact
    name = _as_shown(_without_slogan(fact.value, head), head)
    return fact if name == fact.value else Fact("site", name, fact.rule, confidence=fact.confidence)


def _without_slogan(name: str, head: Head) -> str:
    """Return a name without what explains it, where the host has the name: "Wikipedia, the free encyclopedia"."""
    cut = _SLOGAN.search(name)
    host = key_of(host_of(head.url))
    front = name[: cut.start()] if cut else ""
    return front if len(key_of(front)) >= _NAME_IN_HOST and key_of(front) in host else name


_SLOGAN = re.compile(r"(?:,|\s[–—|:-])\s(?=\S+\s+\S)")
_NAME_IN_HOST = 4


def _as_shown(name: str, head: Head) -> str:
    """Return what <title> ends in, where it is the same name in full or in better spelling.

    "CBC" of "... | CBC News" is one of its parts, "CNBC.com" is an address of CNBC, "PAGINA12" is Página12.
    """
    cuts = list(SEPARATOR.finditer(head.title))
    tail = head.title[cuts[-1].end() :].strip() if cuts else ""
    key, shown = key_of(name), key_of(tail)
    if not shown or tail == name or len(tail.split()) > _NAME_WORDS or is_small(tail[0]):
        return name
    longer = shown.startswith(key) and name.casefold() == tail.casefold()[: len(name)] and tail[len(name) :][:1] == " "
    if longer and tail[len(name) :].strip().casefold() in _NEWS:
        return tail
    host = _TOP_LEVEL.search(name) is not None and key_of(_TOP_LEVEL.sub("", name)) == shown
    spelled = name.isupper() and not tail.isupper() and not tail.isascii() and _bare(name) == _bare(tail)
    return tail if host or spelled else name


_NEWS = frozenset(
    (
        *("news", "nachrichten", "noticias", "notícias", "nouvelles", "notizie"),
        *("nieuws", "nyheter", "haber", "haberler", "новости", "новини"),
    )
)
"""Words that a site's name has in full and without: of "CNN Politics" the second is a section."""
_TOP_LEVEL = re.compile(r"\.(?:com|org|net)$", re.IGNORECASE)


def _bare(name: str) -> str:
    """Return the letters and digits of a name without case and accents, for comparison."""
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if c.isalnum())


def _stated_site(head: Head, rendered: Rendered, headline: str) -> Fact | None:
    if name := head.meta.get("og:site_name", ""):
        return Fact("site", name, "og_site_name", confidence=0.95)
    for thing in head.things:
        if "WebSite" in thing.kinds and thing.name:
            return Fact("site", thing.name, "jsonld_site", confidence=0.9)
    if head.article and head.article.publisher:
        return Fact("site", head.article.publisher, "jsonld_publisher", confidence=0.9)
    if name := head.meta.get("application-name", ""):
        return Fact("site", name, "application_name", confidence=0.7)
    if head.h1_site and key_of(head.h1_site) != key_of(headline):
        return Fact("site", head.h1_site, "h1_site", confidence=0.7)
    if name := _tail_of_title(head, rendered, headline):
        return Fact("site", name, "title_tail", confidence=0.7)
    bracketed = _BRACKETED.fullmatch(head.title)
    if bracketed and headline and key_of(bracketed[1]) == key_of(headline):
        return Fact("site", bracketed[2], "title_tail", confidence=0.7)
    if name := _site_in_title(head, headline):
        return Fact("site", name, "html_title", confidence=0.6)
    host = host_of(head.url)
    return Fact("site", host, "url_host", confidence=0.5) if host else None


def _site_in_title(head: Head, headline: str) -> str:
    """Return what stands last in the page's title behind the headline, if it looks like a name: "Rain | The Post"."""
    cuts = list(SEPARATOR.finditer(head.title))
    if not cuts or not headline or not key_of(head.title).startswith(key_of(headline)):
        return ""
    name = head.title[cuts[-1].end() :].strip()
    behind = len(key_of(head.title[: cuts[-1].start()])) >= len(key_of(headline))
    shaped = 2 <= len(name) <= _SITE_LENGTH and not re.search(r"\d{3}", name) and not is_section(fold(name))
    return name if behind and shaped and not is_small(name[0]) and len(name.split()) <= _NAME_WORDS else ""


_SITE_LENGTH, _NAME_WORDS = 40, 5
_BRACKETED = re.compile(r"(\S.{0,300}\S)\s\[([^\[\]]{2,40})\]")
"""A title with the site's name in brackets: "Weekly edition [The Post]"."""


def _tail_of_title(head: Head, rendered: Rendered, headline: str) -> str:
    """Return what <title> says behind the headline, where the page's head or foot says it too."""
    cuts = list(SEPARATOR.finditer(head.title))
    if not cuts or not headline:
        return ""
    tail, front = head.title[cuts[-1].end() :].strip(" -–—|·•"), head.title[: cuts[-1].start()]
    key = key_of(tail)
    if len(tail.split()) > _SITE_WORDS or len(key) < _SITE_LETTERS:
        return ""
    # The headline may say it in other words than the head does.
    if not any(agrees(said, f"{front} | {tail}") for said in (headline, head.meta.get("og:title", "")) if said):
        return ""
    lines, text = rendered.lines, rendered.text
    edges = [*zip(lines.start, lines.end, strict=True)]
    for start, end in (*edges[:_EDGE], *edges[-_EDGE:]):
        if end - start <= _SITE_LINE and key in key_of(text[start:end]) and key_of(text[start:end]) != key_of(headline):
            return tail
    return ""


_SITE_WORDS, _SITE_LETTERS = 6, 3
_EDGE, _SITE_LINE = 12, 160
"""Lines at either end of the page that name the site, and their longest."""


# --- where it stands --------------------------------------------------------------------------------


def _placed(fact: Fact, rendered: Rendered) -> Fact:
    """Add the span of the first line that is the fact, or of the fact in a short line."""
    if fact.name == "published_on" or fact.start is not None:
        return fact
    text, lines = rendered.text, rendered.lines
    for start, end in zip(lines.start, lines.end, strict=True):
        if end - start > len(fact.value) + 60 or end - start < len(fact.value):
            continue
        at = text.find(fact.value, start, end)
        if at >= 0:
            return Fact(fact.name, fact.value, fact.rule, at, at + len(fact.value), fact.confidence)
    return fact
