"""Read the JSON-LD of a page: the things it names, flattened, with the few statements we ask for.

The blocks are read without recursion of ours and within bounds: a page may hold megabytes of them, nested
as deep as its author likes, or JSON that is none.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ARTICLES = frozenset(
    (
        *("Article", "NewsArticle", "BlogPosting", "ReportageNewsArticle", "AnalysisNewsArticle"),
        *("OpinionNewsArticle", "ReviewNewsArticle", "BackgroundNewsArticle", "AskPublicNewsArticle"),
        *("AdvertiserContentArticle", "TechArticle", "ScholarlyArticle", "MedicalScholarlyArticle"),
        *("SatiricalArticle", "Report", "LiveBlogPosting", "DiscussionForumPosting", "SocialMediaPosting"),
        *("Question", "Recipe", "HowTo"),
    )
)
"""Types of things that have an author and a day of publication of their own."""

_MAX_CHARS = 500_000
_MAX_THINGS = 400


@dataclass(frozen=True, slots=True)
class Thing:
    """What JSON-LD says of one thing; "" where it says nothing."""

    kinds: frozenset[str]
    name: str = ""
    headline: str = ""
    published: str = ""
    authors: tuple[str, ...] = ()
    publisher: str = ""

    @property
    def is_site(self) -> bool:
        """Tell whether the thing is a site or an organisation, whose name is no part of a title and no author."""
        return bool(self.kinds & _SITES)


_SITES = frozenset(("WebSite", "Organization", "NewsMediaOrganization", "Corporation", "OnlineStore"))


def read_jsonld(root: Any) -> tuple[Thing, ...]:
    """Return the things of all JSON-LD blocks, outer before inner; comments, lists and reviews are not entered."""
    found: list[Thing] = []
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = (script.text or "").strip()
        if 0 < len(text) <= _MAX_CHARS:
            found += _things(_parse(text), _MAX_THINGS - len(found))
    return tuple(found)


def _parse(text: str) -> Any:
    for sign in ("<!--", "<![CDATA[", "//<![CDATA[", "/*<![CDATA[*/"):
        text = text.removeprefix(sign)
    for candidate in (text, text.rstrip(" ;\r\n\t").removesuffix("-->").removesuffix("]]>").removesuffix("//")):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


_INNER = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart")


def _things(data: Any, room: int) -> list[Thing]:
    out: list[Thing] = []
    names: dict[str, str] = {}
    waiting = [data]
    nodes: list[dict[str, Any]] = []
    while waiting and len(nodes) < room:
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting = [*item[:_MAX_THINGS], *waiting]
        elif isinstance(item, dict):
            nodes.append(item)
            if isinstance(item.get("@id"), str) and (name := _string(item.get("name"))):
                names[item["@id"]] = name
            waiting += [item[key] for key in _INNER if isinstance(item.get(key), dict | list)]
    for node in nodes:
        kinds = frozenset(str(k).rsplit("/", 1)[-1] for k in _list(node.get("@type")))
        if not kinds:
            continue
        out.append(
            Thing(
                kinds,
                _string(node.get("name")),
                _string(node.get("headline")) or (_string(node.get("name")) if kinds & ARTICLES else ""),
                _string(node.get("datePublished")) or (_string(node.get("dateCreated")) if kinds & ARTICLES else ""),
                tuple(_names(node.get("author") or node.get("creator"), names, persons=True)),
                next(_names(node.get("publisher"), names), ""),
            )
        )
    return out


def _names(value: Any, names: dict[str, str], *, persons: bool = False) -> Iterator[str]:
    for item in _list(value)[:20]:
        if isinstance(item, dict):
            if persons and _SITES & {str(k).rsplit("/", 1)[-1] for k in _list(item.get("@type"))}:
                continue
            name = next((_string(n) for n in _list(item.get("name")) if _string(n)), "")
            name = name or names.get(str(item.get("@id")), "")
        else:
            name = _string(item)
        if name:
            yield name


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _string(value: Any) -> str:
    return " ".join(html.unescape(value[:4_000]).split()) if isinstance(value, str) else ""
