"""Find the title that a page's markup states: the headline that readers see, where the head agrees with it.

Names of the site and of sections at either end are left out, as is what was changed for search engines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .html_head import Head, host_of, key_of
from .html_render import Rendered
from .model import Fact

SEPARATOR = re.compile(
    r"\s+[|–—\-:·•»«/›~]+\s+|(?<=[\u3040-\u9fff])--+|\s*[|｜»›]\s*|:\s+(?=[^:]{1,40}$)|\s*：\s*(?=[^：]{1,20}$)|(?<=[\u3040-\u9fff])[_-](?=[\u3040-\u9fff])"
)
_WORD = re.compile(r"\w+")
_CUT_OFF = re.compile(r"(?:…|\.\.\.)$")


def find_title(head: Head, rendered: Rendered) -> Fact | None:
    """Return the title, or None; its confidence is less where readers see another headline or none."""
    article = head.article
    stated = [
        (article.headline if article else "", "jsonld_headline"),
        (head.meta.get("og:title", ""), "og_title"),
        (head.meta.get("twitter:title", ""), "twitter_title"),
        (head.meta.get("citation_title", "") or head.meta.get("dc.title", ""), "meta_title"),
        (head.title, "html_title"),
    ]
    stated = [(text, rule) for text, rule in stated if text]
    if not stated:
        return Fact("title", head.h1[0], "h1", confidence=0.7) if len(head.h1) == 1 else None
    # The headline that readers see, when what the head states agrees with it: without the site's name,
    # without the changes made for search engines, not cut off.
    for h1 in _best_first(head.h1, stated):
        for text, _ in stated:
            if agrees(h1, text) and not _names_site(h1, stated, head):
                return Fact("title", _without_tail(_without_kicker(h1, stated), stated), "h1", confidence=0.95)
    if head.is_article and (lone := _lone_headline(head.h1, stated)) and not _names_site(lone, stated, head):
        return Fact("title", lone, "h1", confidence=0.8)
    if shown := _shown_part(stated, rendered):
        return Fact("title", shown, "title_line", confidence=0.85)
    for text, rule in stated:
        bare = _without_site(text, head)
        if bare and not _CUT_OFF.search(bare):
            return Fact("title", bare, rule, confidence=0.8)
    return Fact("title", _without_site(*stated[0][:1], head) or stated[0][0], stated[0][1], confidence=0.6)


def _best_first(h1s: Sequence[str], stated: Sequence[tuple[str, str]]) -> list[str]:
    """Return the headlines, those first that are all that a statement says: the first may be a hidden name."""
    exact = {key_of(text) for text, _ in stated}
    return sorted(h1s, key=lambda h1: key_of(h1) not in exact)


def _shown_part(stated: Sequence[tuple[str, str]], rendered: Rendered) -> str | None:
    """Return the first part of a stated title ("Rain" of "Rain - News - Site") that is a line of the page."""
    parts = {
        key: text[: cut.start()].strip()
        for text, _ in stated
        for cut in SEPARATOR.finditer(text)
        if cut[0].strip() not in (":", "：") and len(key := key_of(text[: cut.start()])) >= _SHOWN_LETTERS
    }
    longest = max(map(len, parts.values()), default=0)
    lines, text = rendered.lines, rendered.text
    shown = {
        key
        for a, b, links in zip(lines.start, lines.end, lines.links, strict=True)
        if b - a <= longest + 10 and not links and (key := key_of(text[a:b])) in parts
    }
    return max((parts[key] for key in shown), key=len, default=None)


_SHOWN_LETTERS = 8


def agrees(seen: str, stated: str) -> bool:
    """Tell whether a headline is what the head states, but for a site's name or a few words."""
    a, b = _WORD.findall(seen.lower()), _WORD.findall(stated.lower())
    if not a or not b:
        return False
    if _CUT_OFF.search(stated) and len(b) >= 4:
        return a[: len(b) - 1] == b[: len(b) - 1]
    if any(len(part) >= _PREFIX_WORDS and a[: len(part)] == part for part in _front_parts(stated)):
        return True
    shared = len(set(a) & set(b))
    if len(a) <= 2:
        return bool(SEPARATOR.search(stated) or len(b) <= 3) and (b[: len(a)] == a or b[-len(a) :] == a)
    return shared >= 0.75 * len(set(a)) and shared >= 0.4 * len(set(b))


def _front_parts(stated: str) -> Iterator[list[str]]:
    """Yield the words before each separator of a stated title: four of "Bogs cool their surroundings: Lindhagen"."""
    for cut in SEPARATOR.finditer(stated):
        yield _WORD.findall(stated[: cut.start()].lower())


_PREFIX_WORDS = 4
"""Words of a stated title that a longer headline begins with."""


def _is_in_host(part: str, host: str) -> bool:
    """Tell whether a name is that of the host: "Pi Forums" of forums.pi.example, "The Knot" of theknot.example."""
    squeezed = key_of(host)
    words = [w for w in re.findall(r"\w+", part.lower()) if w not in _OF_SITES]
    return bool(squeezed and words) and len("".join(words)) >= 4 and all(w in squeezed for w in words)


_OF_SITES = frozenset(
    (
        *("the", "a", "of", "and", "for", "official", "site", "website", "online", "blog", "blogs", "forum", "forums"),
        *(
            "community",
            "news",
            "magazine",
            "home",
            "homepage",
            "documentation",
            "docs",
            "wiki",
            "com",
            "org",
            "net",
            "s",
        ),
    )
)
"""Words of a site's name that its host may lack."""


def _lone_headline(h1s: Sequence[str], stated: Sequence[tuple[str, str]]) -> str:
    """Return the only headline, if it says in other words what the head states: sites write a second one for links."""
    if len({key_of(h1) for h1 in h1s}) != 1 or len(words := set(_WORD.findall(h1s[0].lower()))) < _HEADLINE_WORDS:
        return ""
    for text, _ in stated:
        shared = words & set(_WORD.findall(text.lower()))
        if len(shared) >= _SHARED_PART * len(words) and sum(len(w) >= _LONG_WORD for w in shared) >= _SHARED:
            return h1s[0]
    return ""


_HEADLINE_WORDS, _SHARED, _SHARED_PART, _LONG_WORD = 4, 2, 0.3, 4
"""Words of a lone headline at least; how many, and what part of them, it shares with what the head states."""


def _names_site(h1: str, stated: Sequence[tuple[str, str]], head: Head) -> bool:
    """Tell whether a headline is only the site's part of what the head states: "Guides" of "Knots | Guides".

    Of "The Post - Rain in the hills" the site's part stands first.
    """
    key = key_of(h1)
    parts = [[key_of(p) for p in SEPARATOR.split(text)] for text, _ in stated]
    names, host = _site_keys(head), key_of(host_of(head.url))
    return any(
        len(p) > 1 and p[-1] == key and not (_is_named(p[0], names) or (len(p[0]) >= _NAME_LETTERS and p[0] in host))
        for p in parts
    ) and not any(p[0] == key for p in parts)


_TAIL = re.compile(r"\s*(?:\((?:[\w\-]{1,40}\.){1,3}[a-z]{2,10}\))?\s*(?:\d{1,6}(?:\s\w{4,14})?)?")
"""What forums set behind a headline in the same element: where the story stands, and how many comments it has."""


def _without_tail(h1: str, stated: Sequence[tuple[str, str]]) -> str:
    """Take "(example.org) 87", or the site's name glued to it, off a headline that the head states without it."""
    sites = {
        key_of(text[cuts[-1].end() :])
        for text, _ in stated
        if (cuts := [m for m in SEPARATOR.finditer(text) if m[0].strip() not in (":", "：")])
    }
    for text, _ in stated:
        for cut in (len(text), *(m.start() for m in SEPARATOR.finditer(text))):
            part = text[:cut].strip()
            tail = h1[len(part) :]
            if len(part.split()) < 4 or not h1.startswith(part) or not tail:
                continue
            if (tail[0].isspace() and _TAIL.fullmatch(tail)) or (tail[0].isalnum() and key_of(tail) in sites):
                return part
    return h1


def _without_kicker(h1: str, stated: Sequence[tuple[str, str]]) -> str:
    """Take up to three words off the beginning of a headline, "Opinion" or "Sports |", that the head states without."""
    for text, _ in stated:
        at = h1.find(text)
        if at > 0 and h1.endswith(text) and len(h1[:at].split()) <= 3 and len(text.split()) >= 4:
            return text
    return h1


def _without_site(title: str, head: Head) -> str:
    """Take the site's name off the end or the beginning of a title."""
    names, host = _site_keys(head), host_of(head.url)
    cuts = list(SEPARATOR.finditer(title))
    if not cuts:
        return title
    for cut, part, rest in (
        (cuts[-1], title[cuts[-1].end() :], title[: cuts[-1].start()]),
        (cuts[0], title[: cuts[0].start()], title[cuts[0].end() :]),
    ):
        if _is_named(key_of(part), names) or _is_in_host(part, host):
            return _without_site(rest, head) if cut is cuts[-1] and len(cuts) > 1 else rest
    pipe = re.split(r"\s+[|»]\s+|\s*\|\s*", title)
    return pipe[0] if len(pipe) > 1 and len(pipe[0]) >= 12 else title


def _site_keys(head: Head) -> set[str]:
    """Return the names of the site that the head states, for comparison."""
    names = {key_of(n) for n in (head.meta.get("og:site_name", ""), head.meta.get("application-name", "")) if n}
    names |= {key_of(t.name) for t in head.things if t.is_site and t.name}
    names |= {key_of(head.h1_site)} - {""}
    return names | {key_of(t.publisher) for t in head.things if t.publisher}


def _is_named(key: str, names: set[str]) -> bool:
    """Tell whether a part of a title is one of the names, or the beginning of one: "The Post" of "The Post Online"."""
    return key in names or (len(key) >= _NAME_LETTERS and any(name.startswith(key) for name in names))


_NAME_LETTERS = 4
