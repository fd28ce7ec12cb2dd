"""Find the author that a page's markup states, or none.

Asked in order of how seldom they are wrong: JSON-LD of the article, microdata, meta elements, and the byline beside
the headline. An author is a person: the name of the site, of its publisher, of a company or a desk is none, nor is
what a login made up, where the page does not show it. Several authors are joined by commas, their functions left out.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from .dates import find_dates
from .html_head import Head, clean_text, host_of, key_of, text_of
from .html_names import bits_of
from .html_render import Rendered
from .model import Fact
from .rules.lexicon import fold
from .rules.names import KOREAN_ROLES, REPORTER


def find_author(head: Head, rendered: Rendered, title: str, near: range) -> Fact | None:
    """Return the author; `near` are the lines around the headline `title`."""
    article = head.article
    if article and (names := _people(article.authors, head, rendered)):
        return Fact("author", names, "jsonld_author", confidence=0.95)
    if head.is_front:
        return None
    elements = head.items.get("author", [])
    # Several authors stand side by side; one further down is another article's.
    stated = [_stated_name(e) for e in elements if e.getparent() is elements[0].getparent()]
    if names := _people(stated, head, rendered):
        return Fact("author", names, "microdata_author", confidence=0.9)
    for key in _META_AUTHORS:
        if (value := head.meta.get(key)) and (names := _people([value], head, rendered)):
            return Fact("author", names, "meta_author", confidence=0.85 if head.is_article else 0.6)
    for n in ("1", "2"):
        is_author = fold(head.meta.get(f"twitter:label{n}", "")).rstrip(":") in _words("label")
        if is_author and (names := _people([head.meta.get(f"twitter:data{n}", "")], head, rendered)):
            return Fact("author", names, "twitter_author", confidence=0.85)
    return _linked(head, rendered, title, near) or _byline(head, rendered, title, near)


def _stated_name(element: Any) -> str:
    inner = element.find(".//*[@itemprop='name']")
    shown = (inner.get("content") or text_of(inner)) if inner is not None else text_of(element)
    return element.get("content") or shown or ""


_META_AUTHORS = (
    *("author", "parsely-author", "sailthru.author", "article:author_name", "dc.creator", "dcterms.creator"),
    *("citation_author", "byl", "dc.creator.name", "creator", "authors", "article:author", "og:article:author"),
)

# --- what is a name ---------------------------------------------------------------------------------

_NO_NAME = re.compile(
    r"https?:|www\.|@|\.(?:com|org|net|co|io|in|ru|ua|de|fr|page|head)\b|[<>{}|\[\]]|^\W*$|\d{3}|^\(|"
    r"^(?:admin(?:istrator)?|guest|(?:super ?)?user|unknown|anonymous|null|none|undefined|n/?a|wp-?admin|webmaster|"
    r"root|test|default|home|administrat(?:eur|ore)|admini?strador|админ(?:истратор)?|redakcja|"
    r"(?:[a-z0-9-]{1,40}\.){1,4}[a-z]{2,6})$",
    re.IGNORECASE,
)
_NO_NAME_OF_SEVERAL = re.compile(r"\d|_|^special (?:to|for)\b", re.IGNORECASE)
"""What a name of several words does not hold; a login may."""
_COMMA = re.compile(r"\s?[,;，、•·]\s?(?:(?:and|und|y|et|e|en|och|og|и|&)\s)?")
_KOREAN = re.compile(rf"([가-힣]{{2,4}})\s(?:[가-힣]{{1,8}}\s)?[가-힣]{{0,4}}(?:{KOREAN_ROLES}|평론가|교수|편집장)$")
"""A Korean name with what its bearer does."""
_AND = re.compile(r"\s(?:and|und|y|e|et|en|och|og|i|и|та|ve|və|և|و|&|\+)\s", re.IGNORECASE)
_AFTER = re.compile(r"\s+(?:[|•·/]|[-–—])\s+.*$|\s*\(.*$")
_LOGIN = re.compile(r"[a-z0-9._\-]+$")


def _people(stated: Sequence[str], head: Head, rendered: Rendered) -> str:
    """Return the names of persons among the statements, joined by commas; "" for none."""
    sites = _site_names(head)
    names: list[str] = []
    for text in stated:
        name = clean_text(text)
        if key_of(name) in sites:
            continue
        label = _label_end(name)
        said = name[:label].strip()
        if " " not in said and ":" not in said and said.lower() != "by" and not said.islower():
            # "Di Natale" and "Von Trapp" are names; "di Marco Natale" says who wrote.
            label = 0
        name = _AFTER.sub("", name[label:]).strip(" ,;|-–—:")
        if reporters := REPORTER.match(name):
            name = name[reporters.end() :].replace(" ", ", ")
        for part in _split_names(_without_site(_KOREAN.sub(r"\1", name[:200]), sites)):
            if _is_person(part, sites) and _is_credible(part, head, rendered) and part not in names:
                names.append(part)
    return ", ".join(names[:8])


def _split_names(text: str) -> list[str]:
    """Return the names in a list of names; "Research and Development Team" is one, "Staff Writer and Bo Ek" are two."""
    names = []
    for part in _COMMA.split(text):
        halves = [half.strip() for half in _AND.split(part) if half.strip()]
        has_role = any(fold(half) in _words("role") for half in halves)
        names += halves if has_role or not _is_organisation(part) else [part.strip()]
    return names


def _is_person(name: str, sites: frozenset[str]) -> bool:
    if not 2 <= len(name) <= 60 or len(name.split()) > 6 or _NO_NAME.search(name) or _is_site(name, sites):
        return False
    if _HAN_MEDIUM.search(name):
        return False
    if " " in name and _NO_NAME_OF_SEVERAL.search(name):
        return False
    folded = fold(name)
    return folded not in _words("role") and folded not in _words("label") and not _is_organisation(name)


_HAN_MEDIUM = re.compile(
    "网|網|报|報|社|新闻|新聞|财经|財經|科技|消息|媒体|媒體|频道|頻道|在线|線上|电视台|電視台|广播|日刊|周刊|週刊|杂志|雜誌|公司|集团|集團|"
    "编辑部|編輯部|編集部|小编|小編|自媒体|资讯|資訊|委员会|委員會|办公室|中心$|放送|ニュース"
)
"""What names of media and offices hold in Chinese and Japanese, and those of persons do not."""


def _is_site(name: str, sites: frozenset[str]) -> bool:
    """Tell whether a name is the site's, or ends with it: "Ediciones El País"."""
    key = _plain(key_of(name))
    return any(key == site or (len(site) >= _SITE_LETTERS and key.endswith(site)) for site in map(_plain, sites))


def _without_site(name: str, sites: frozenset[str]) -> str:
    """Take the site's name off the end of a person's: "Ann Lee Hill Post"."""
    words, keys = name.split(), [_plain(site) for site in sites]
    cut = next((n for n in range(2, len(words)) if _plain(key_of(" ".join(words[n:]))) in keys), len(words))
    return " ".join(words[:cut])


_SITE_LETTERS = 6
"""Letters from which a site's name at the end of another tells what that is."""


def _plain(key: str) -> str:
    """Return a key without accents: ş and ș are written for each other."""
    return "".join(c for c in unicodedata.normalize("NFKD", key) if not unicodedata.combining(c))


def _is_organisation(name: str) -> bool:
    words = fold(name).replace(",", " ").split()
    return any(word in _words("organisation") for word in words)


def _is_credible(name: str, head: Head, rendered: Rendered) -> bool:
    """Tell whether a name is more than a login: those are authors where the page shows them, as forums do."""
    if not _LOGIN.match(name):
        return True
    if "-" in name and not head.kinds & {"forum"}:
        return False
    text, lines = rendered.text, rendered.lines
    return any(
        b - a <= len(name) + 40 and name in text[a:b].split()
        for a, b in zip(lines.start[:_SHOWN], lines.end[:_SHOWN], strict=True)
    )


_SHOWN = 400
"""Lines in which a login must be shown."""


def _site_names(head: Head) -> frozenset[str]:
    names = [head.meta.get("og:site_name", ""), head.meta.get("application-name", ""), host_of(head.url)]
    names += host_of(head.url).split(".")[:1]
    names += [t.publisher for t in head.things] + [t.name for t in head.things if t.is_site]
    return frozenset(key_of(name) for name in names) - {""}


# --- the byline beside the headline ------------------------------------------------------------------

_NAME_WORD = re.compile(
    r"^(?:[^\W\d_a-zß-öø-ÿ]['’.\w\-]*|de|da|di|du|des|del|della|van|von|der|den|la|le|el|al|bin|ben|y|e|and|und|et|&)$"
)
_READING = re.compile(
    r"\b\d{1,3}[ -]?(?:min(?:ute)?s?|mins?)\b.*$|\b\d{1,2}:\d{2}(?::\d{2})?\s*(?:[ap]\.?m\.?)?(?:\s+[A-Z]{2,4}\b)?|"
    r"\b\d+ (?:comments?|views?|words)\b.*$",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s*[|•·»]\s*|\s+[-–—/]\s+|\s{2,}|\t")
_BY_INSIDE = re.compile(r"[\s,](?:by|von|par|por|di|door):?\s", re.IGNORECASE)
_BY_COLON = re.compile(
    r"(?:(?<=\s)|(?<=[）)|｜·]))(?:记者|記者|作者|撰文|文|author|autor(?:in|a)?|auteur|autore|автор|yazar|نویسنده|الكاتب|کاتب)"
    r"\s?[:：]\s?",
    re.IGNORECASE,
)
_IDEOGRAPHS = re.compile(r"[\u3400-\u9fff·]{2,12}")
_LONGEST = 120
_CREDIT = re.compile(
    r"\b(?:imagery|photo(?:s|graphs?|graphy)?|illustrations?|graphics?|images?|video) (?:by|via|from|courtesy)\b", re.I
)
"""Who made the picture, not the text."""


def _linked(head: Head, rendered: Rendered, title: str, near: range) -> Fact | None:
    """Return the names beside the headline that link to an author's page, or whose element is called an author's."""
    sites = _site_names(head)
    called = (name[_label_end(name) :] for name in head.author_names)
    names = [
        name
        for name in dict.fromkeys((*head.author_links, *called))
        if len(name.split()) >= 2
        and all(_NAME_WORD.match(word) for word in name.split())
        and _is_person(name, sites)
        and key_of(name) != key_of(title)
    ]
    lines, text = rendered.lines, rendered.text
    for i in near if names else ():
        start, end = lines.start[i], lines.end[i]
        here = [(at, name) for name in names if end - start <= _LONGEST and (at := text.find(name, start, end)) >= 0]
        if here:
            at, first = here[0]
            said = ", ".join(name for _, name in here)
            return Fact("author", said, "author_link", at, at + len(first), 0.8)
    return None


def _byline(head: Head, rendered: Rendered, title: str, near: range) -> Fact | None:
    """Return the name in the first line around the headline that is a byline.

    One that says so ("By Ann Lee", "By" above a name) needs no marking; one that is marked as a byline must
    hold nothing but a name, a date and a reading time.
    """
    lines, nodes, text = rendered.lines, rendered.nodes, rendered.text
    marked_bit = bits_of("byline")
    sites = _site_names(head)
    announced = False
    for i in near:
        start, end = lines.start[i], lines.end[i]
        line = text[start:end].lstrip("• ")
        if end - start > _LONGEST:
            announced = False
            continue
        if _CREDIT.search(line):
            continue
        label, inner = _label_end(line), None
        if not label and (inner := _BY_INSIDE.search(line)) and find_dates(line[: inner.start()]):
            # "Published 7 August 2023 by Ann Lee"
            label = inner.end()
        if label and not line[label:].strip(" :：-–—"):
            announced = True
            continue
        marked = (lines.kinds[i] | nodes.around[lines.node[i]]) & marked_bit
        # "Author Jane Goodall Dies" is a headline: a noun says who wrote with a colon, or on a line of its own.
        says_by = announced or (bool(label) and (_is_clear(line[:label]) or inner is not None))
        if not says_by and (said := _after_colon(line)):
            line, label, says_by = said, 0, True
        announced = False
        titled = nodes.tag[lines.node[i]] in _HEADINGS and line.count(" ") >= _HEADING_WORDS
        if not says_by and (not marked or titled):
            continue
        for name in _names_in(line[label:], says_by, bool(marked), sites):
            if key_of(name) != key_of(title):
                at = text.find(name, start, end)
                if at < 0:
                    continue
                return Fact("author", name, "byline_by_headline", at, at + len(name), 0.75)
    return None


_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_HEADING_WORDS = 5
"""Spaces from which a heading is one of the text, and no name set as one."""


def _after_colon(line: str) -> str:
    """Return what stands behind a label in the midst of a byline: "19 May 2025 Source: City Online Author: Ann Lee"."""
    label = _BY_COLON.search(line)
    if label is None:
        return ""
    said = line[label.end() :]
    name = _IDEOGRAPHS.match(said)
    return name[0] if name else said


def _names_in(said: str, says_by: bool, marked: bool, sites: frozenset[str]) -> Iterator[str]:
    """Yield the name or names that stand first in a byline, if it holds no more than that, a date and the like."""
    dated = find_dates(said)
    for found in reversed(dated):
        said = said[: found.start] + "  " + said[found.end :]
    parts = [p.strip(" ,;:.|-–—") for p in _PARTS.split(_READING.sub(" ", said.strip(" :：-–—")))]
    parts = [p for p in parts if p]
    if not parts:
        return
    name = re.sub(r"\s(?:on|am|le|el|il|op|den)$|\s+(?:Follow|Updated|Published|Posted)\b.*$", "", parts[0])
    people = _split_names(name)
    first = _without_day(people[0]) if people else ""
    capitalised = all(_NAME_WORD.match(w) for w in first.split())
    least = 1 if says_by and (marked or _IDEOGRAPHS.fullmatch(first)) else 2
    if says_by and marked and dated and _LOGIN.fullmatch(first) and len(first) > 2:
        # "by oldhand » 8 Feb 2025": on forums the first post's author.
        capitalised = True
    if least <= len(first.split()) <= 5 and capitalised and all(_is_person(p, sites) for p in people[:1]):
        rest = people[1:]
        is_list = all(_is_person(p, sites) and all(_NAME_WORD.match(w) for w in p.split()) for p in rest)
        # "By Ann Lee and Bo Ek" names two; "By Ann Lee, Washington" or "..., Staff Writer" one.
        yield name if is_list and rest and all(len(p.split()) >= 2 for p in rest) else first


def _without_day(name: str) -> str:
    """Take the day of the week that belongs to the date off the end of a name."""
    words = name.split()
    while len(words) > 1 and fold(words[-1]).strip(",،") in _days():
        words.pop()
    return " ".join(words)


@cache
def _days() -> frozenset[str]:
    source = files("pipeline").joinpath("resources/clean/signatures.toml").read_text(encoding="utf-8")
    return frozenset(fold(word) for word in tomllib.loads(source)["header_words"]["words"])


def _label_end(text: str) -> int:
    """Return where the label ("By", "Автор:") that a text begins with ends, 0 for none."""
    folded = fold(text)
    best = 0
    for stop in range(min(len(folded), _LONGEST_LABEL), 0, -1):
        if folded[:stop] in _words("label"):
            after = folded[stop : stop + 1]
            if not after or not after.isalnum():
                best = stop
                break
    if not best:
        return 0
    while best < len(text) and text[best] in " :：-–—\u00a0\u200c":
        best += 1
    return best


_LONGEST_LABEL = 24


def _is_clear(label: str) -> bool:
    """Tell whether a label needs no line of its own: "By", "Written by", "Author:"."""
    return fold(label).strip() in _words("preposition") or " " in label.strip() or any(c in label for c in ":：՝")


@cache
def _words(kind: str) -> frozenset[str]:
    source = files("pipeline").joinpath("resources/html/author_words.toml").read_text(encoding="utf-8")
    return frozenset(fold(word) for word in tomllib.loads(source)[kind])
