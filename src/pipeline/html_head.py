"""Collect what a page's markup states about the page itself, once: meta elements, JSON-LD, microdata, headline.

Nothing is decided here. What stands inside comments, asides, navigation and related items is not collected,
and every collection is bounded.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .html_jsonld import ARTICLES, Thing, read_jsonld

_MAX_META = 2_000


@dataclass(frozen=True, slots=True)
class Head:
    """The statements of a page about itself, collected once."""

    meta: dict[str, str]
    things: tuple[Thing, ...]
    items: dict[str, list[Any]]
    h1: tuple[str, ...]
    author_links: tuple[str, ...]
    author_names: tuple[str, ...]
    title: str
    url: str | None

    @staticmethod
    def read(root: Any, url: str | None) -> Head:
        """Collect the statements of the page under `root`; `url` is its address, where it is known."""
        meta: dict[str, str] = {}
        for i, element in enumerate(root.iter("meta")):
            key = element.get("property") or element.get("name") or element.get("itemprop") or ""
            content = clean_text(element.get("content") or "")
            if key and content and not element.get("itemprop"):
                meta.setdefault(key.strip().lower(), content)
            if i > _MAX_META:
                break
        titles = root.find("./head/title")
        if titles is None:
            titles = next((t for t in root.iter("title") if t.getparent() is None or t.getparent().tag != "svg"), None)
        # Manuals set a sign that links to the heading behind it.
        h1 = tuple(text for e in _first(root.iter("h1"), 5) if (text := text_of(e).rstrip(" ¶")))
        return Head(
            meta, read_jsonld(root), _items(root), h1, _author_links(root), _author_names(root), text_of(titles), url
        )

    @property
    def article(self) -> Thing | None:
        """The thing that the page is about, if it is an article, post or question."""
        return next((t for t in self.things if t.kinds & ARTICLES), None)

    @property
    def is_article(self) -> bool:
        """Tell whether the page says that it is one article and not a list, shop or front page."""
        return self.article is not None or self.meta.get("og:type", "").lower() in ("article", "news", "blog", "post")

    @property
    def h1_site(self) -> str:
        """Return the only headline where it is the last part of <title>, or the first one before `og:title`; else "".

        Forums and blogs set their own name as <h1> on every page: "Rain in the hills - The Post", "The Post: Rain".
        """
        if len(self.h1) != 1 or not 3 <= len(self.h1[0]) <= _NAME_CHARS:
            return ""
        name, title = self.h1[0], self.title
        front = _FRONT_PART.fullmatch(title.removesuffix(name)) if title.endswith(name) else None
        if front and len(front[1].split()) >= max(_TITLE_WORDS, len(name.split()) + 1):
            return name
        behind = title.removeprefix(name + ":").strip() if title.startswith(name + ":") else ""
        return name if behind and behind == self.meta.get("og:title", "") else ""

    @property
    def kinds(self) -> frozenset[str]:
        """Return what the page says it is: any of article, news, forum, product, list."""
        stated = frozenset(k for t in self.things for k in t.kinds)
        said = {kind for kind, types in _KINDS.items() if stated & types}
        og_type = self.meta.get("og:type", "").lower()
        if self.is_article:
            said.add("article")
        if "product" in og_type:
            said.add("product")
        return frozenset(said)

    @property
    def is_front(self) -> bool:
        """Tell whether the address is that of a site's front page."""
        return self.url is not None and path_of(self.url).strip("/").lower() in _FRONT


_KINDS = {
    "news": frozenset(k for k in ARTICLES if k.endswith("NewsArticle")),
    "forum": frozenset(("DiscussionForumPosting", "Question", "QAPage", "Comment", "Answer")),
    "product": frozenset(("Product", "ProductGroup", "Offer", "AggregateOffer")),
    "list": frozenset(("CollectionPage", "ItemList", "SearchResultsPage", "OfferCatalog")),
}
_FRONT_PART = re.compile(r"(\S.{0,300}\S)\s+[|–—\-:·•»«]\s+")
_NAME_CHARS, _TITLE_WORDS = 40, 3
"""Characters of a site's name at most, and words of the part of <title> beside it at least."""
_FRONT = frozenset(("", "en", "index.html", "index.php", "home"))
_ASKED = ("headline", "author", "datepublished")


def _items(root: Any) -> dict[str, list[Any]]:
    """Return the first elements with the microdata that we ask for, but not those of comments and other items."""
    found: dict[str, list[Any]] = {}
    for element in _first(root.iterfind(".//*[@itemprop]"), 400):
        for name in (element.get("itemprop") or "").lower().split():
            if name in _ASKED and len(found.setdefault(name, [])) < 3 and not _in_comment(element):
                found[name].append(element)
    return found


_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:es|en|i|a)?|auteurs?|autore|writers?|contributors?|reporters?|journalists?|bylines?|yazar(?:lar)?"
    r"|avtor[iy]?|by)/[^/?#]{3,80}/?$",
    re.IGNORECASE,
)
_MAX_LINKS = 3_000


def _author_links(root: Any) -> tuple[str, ...]:
    """Return what the links say that lead to an author's page, in order."""
    found: dict[str, None] = {}
    for link in _first(root.iter("a"), _MAX_LINKS):
        href = link.get("href") or ""
        rel = link.get("rel")
        leads = (rel is not None and "author" in rel.lower().split()) or (
            "/" in href and _AUTHOR_PAGE.search(href[:300])
        )
        if leads and (text := text_of(link)) and not _in_comment(link):
            found[text] = None
    return tuple(found)


_NAMED = (
    "descendant::*[self::span or self::a or self::p or self::div or self::strong or self::h3][contains(@class, 'name')]"
)
_AUTHOR_NAME = re.compile(r"(?:^|[\s_-])(?:byline|author)[\s_-]{0,3}(?:full)?name(?:$|[\s_-])", re.IGNORECASE)


def _author_names(root: Any) -> tuple[str, ...]:
    """Return what the elements say that are called an author's name ("byline-name", "author__name"), in order."""
    found: dict[str, None] = {}
    for element in _first(root.xpath(_NAMED), _MAX_NAMED):
        if _AUTHOR_NAME.search(element.get("class")) and (text := text_of(element)) and not _in_comment(element):
            found[text] = None
    return tuple(found)


_MAX_NAMED = 1_000


def _in_comment(element: Any) -> bool:
    for _ in range(12):
        element = element.getparent()
        if element is None:
            return False
        kind = f"{element.get('itemtype') or ''} {element.get('itemprop') or ''} {element.get('class') or ''}".lower()
        if "comment" in kind or "related" in kind or element.tag in ("aside", "nav", "footer"):
            return True
    return False


def _first(items: Any, count: int) -> Iterator[Any]:
    for i, item in enumerate(items):
        if i >= count:
            return
        yield item


_MAX_TEXT = 1_000


def text_of(element: Any) -> str:
    """Return the text of an element, at most 1,000 characters, white space collapsed."""
    if element is None:
        return ""
    parts, room = [], _MAX_TEXT
    for part in element.itertext():
        parts.append(part[:room])
        room -= len(parts[-1])
        if room <= 0:
            break
    return clean_text("".join(parts))


def clean_text(text: str) -> str:
    """Collapse white space and undo entities that were escaped twice."""
    text = text[: 4 * _MAX_TEXT]
    return " ".join((html.unescape(text) if "&" in text else text).split())


def path_of(url: str | None) -> str:
    """Return the path of an address, "" where there is none or it is broken."""
    try:
        return urlsplit(url or "").path
    except ValueError:
        return ""


def key_of(text: str) -> str:
    """Return the letters and digits of a name, in lower case, for comparison."""
    return _NO_KEY.sub("", text.lower())


_NO_KEY = re.compile(r"\W+|^the\s|\.(?:com|org|net)$")


def host_of(url: str | None) -> str:
    """Return the host of an address without "www.", or "". An archive's copy has the host of the page."""
    try:
        host = urlsplit(_ARCHIVED.sub("", url or "")).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


_ARCHIVED = re.compile(r"^https?://web\.archive\.org/web/[^/]{1,40}/(?=https?:)")


def page_address(root: Any) -> str | None:
    """Return the page's own address, as its head states it, or None."""
    for link in root.iter("link"):
        href = (link.get("href") or "").strip()
        if "canonical" in (link.get("rel") or "").lower().split() and href.startswith(("http://", "https://")):
            return str(href)
    for meta in root.iter("meta"):
        content = (meta.get("content") or "").strip()
        if meta.get("property") == "og:url" and content.startswith(("http://", "https://")):
            return str(content)
    return None
