"""Measure pages whose text is short and whose furniture is long: what is lost of the text, what stays of the rest.

    python benchmarks/outweighed_pages.py [--text] [--trafilatura] [--pages]

Each text (three paragraphs, a notice, a recipe, a poem, in seven languages: `outweighed_texts.json`, all invented)
stands with one piece of furniture (a menu of 200 links, 120 labels with their counts, a calendar of 144 months, twenty
teasers, twelve comments, forty cards) on a page of each of four templates: a blog's, HTML5, nothing but <div>, a table.
`--text` cleans the rendered text without its markup, `--trafilatura` prints what trafilatura does with the same pages,
`--pages` names the pages of which half of the text is lost or half of the rest stays.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src")]

from pipeline import clean_html, clean_text  # noqa: E402
from pipeline.model import Disposition  # noqa: E402

TEXTS = Path(__file__).with_name("outweighed_texts.json")
KINDS = ("prose", "notice", "recipe", "poem")
FURNITURE = ("menu", "labels", "calendar", "teasers", "comments", "cards")
TEMPLATES = ("blog", "html5", "divs", "table")
_ELEMENT = {"menu": "nav", "labels": "aside", "calendar": "aside"}
_CLASS = {"menu": "nav", "labels": "aside", "calendar": "aside", "teasers": "related", "cards": "carousel"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", action="store_true")
    parser.add_argument("--trafilatura", action="store_true")
    parser.add_argument("--pages", action="store_true")
    args = parser.parse_args()
    body_of = _theirs if args.trafilatura else _ours_of_text if args.text else _ours
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for keys, html, wanted in made_pages():
        body, rest = body_of(html), len(clean_html(html).text) - sum(map(len, wanted))
        lost = sum(line not in body for line in wanted)
        kept = max(0, len(body) - sum(map(len, wanted)))
        for key in (*zip(("language", "text", "furniture", "template"), keys, strict=True), ("all", "")):
            counts[key] += Counter(pages=1, lost=lost, lines=len(wanted), kept=kept, rest=rest)
        if args.pages and (2 * lost > len(wanted) or 2 * kept > rest):
            print(*keys, f"lost {lost} of {len(wanted)}, kept {kept} of {rest} characters")
    for (key, value), found in counts.items():
        share = found["kept"] / found["rest"]
        print(f"{key} {value}: {found['pages']} pages, lost {found['lost']} of {found['lines']}, kept {share:.3f}")


def made_pages(seed: int = 7) -> Iterator[tuple[tuple[str, str, str, str], str, list[str]]]:
    """Yield (language, kind of text, furniture, template), the page and the lines of its text."""
    rng = random.Random(seed)
    for language, texts in json.loads(TEXTS.read_text(encoding="utf-8")).items():
        for kind in KINDS:
            for furniture in FURNITURE:
                for template in TEMPLATES:
                    page = make_page(texts, kind, furniture, template, rng)
                    yield (language, kind, furniture, template), page, texts[kind]


def make_page(texts: dict[str, Any], kind: str, furniture: str, template: str, rng: random.Random) -> str:
    """Return one page."""
    title, text = f"<h1>{texts['title']}</h1>", _text(texts[kind], kind)
    menu = " ".join(f"<a href='/{i}'>{word}</a>" for i, word in enumerate(texts["menu"]))
    rest = _furniture(texts, furniture, rng)
    name = _CLASS.get(furniture, furniture)
    box = {
        "blog": f"<div class='widget widget_{name}' id='{name}-2'>{rest}</div>",
        "html5": f"<{_ELEMENT.get(furniture, 'section')} class='{name}'>{rest}</{_ELEMENT.get(furniture, 'section')}>",
        "divs": f"<div>{rest}</div>",
        "table": f"<td>{rest}</td>",
    }[template]
    above, below = (box, "") if furniture == "menu" else ("", box)
    rights = texts["rights"]
    post = f"<h1 class='entry-title'>{texts['title']}</h1><div class='entry-content'>{text}</div>"
    content = {
        "blog": f"<div id='header'><div class='menu'>{menu}</div></div>{above}"
        f"<div id='content'><div class='post hentry'>{post}</div></div>"
        f"<div id='sidebar'>{below}</div><div id='footer'>{rights}</div>",
        "html5": f"<header>{menu}</header>{above}<main><article>{title}{text}</article></main>{below}"
        f"<footer>{rights}</footer>",
        "divs": f"<div>{menu}</div>{above}<div><div>{title}<div>{text}</div></div></div>{below}<div>{rights}</div>",
        "table": f"<table><tr><td colspan=3>{menu}</td></tr><tr>{above}<td>{title}<br>{text}</td>{below}</tr>"
        f"<tr><td colspan=3>{rights}</td></tr></table>",
    }[template]
    return f"<html><head><title>{texts['title']}</title></head><body>{content}</body></html>"


def _text(lines: list[str], kind: str) -> str:
    if kind == "recipe":
        return (
            "<ul>" + "".join(f"<li>{x}</li>" for x in lines[:5]) + "</ul>" + "".join(f"<p>{x}</p>" for x in lines[5:])
        )
    return f"<p>{'<br>'.join(lines)}</p>" if kind == "poem" else "".join(f"<p>{line}</p>" for line in lines)


def _furniture(texts: dict[str, Any], furniture: str, rng: random.Random) -> str:
    words, heads = texts["menu"], texts["headlines"]
    if furniture == "menu":
        items = [f"<li><a href='/m{i}'>{rng.choice(words)} {i % 7 + 1}</a></li>" for i in range(200)]
    elif furniture == "labels":
        items = [f"<li><a href='/l{i}'>{rng.choice(words)}</a> ({rng.randint(1, 90)})</li>" for i in range(120)]
    elif furniture == "calendar":
        months = [(year, month) for year in range(2020, 2008, -1) for month in range(12, 0, -1)]
        items = [f"<li><a href='/{y}/{m}'>{m:02}/{y}</a> ({rng.randint(1, 30)})</li>" for y, m in months]
    elif furniture == "teasers":
        both = [(rng.choice(heads), rng.choice(texts["excerpts"])) for _ in range(20)]
        items = [f"<div class='item'><h3><a href='/t'>{head}</a></h3><p>{text}</p></div>" for head, text in both]
    elif furniture == "comments":
        said = [rng.choice(texts["comments"]) for _ in range(12)]
        items = [
            f"<div class='comment'><b>{name}</b><span>12.03.2021 14:{i:02}</span><p>{text}</p>"
            "<a href='#'>Reply</a></div>"
            for i, (name, text) in enumerate(said)
        ]
    else:
        items = [
            f"<div class='card'><a href='/c{i}'><img src='x.jpg'><span>{rng.choice(heads)}</span></a></div>"
            for i in range(40)
        ]
    return f"<ul>{''.join(items)}</ul>" if items[0].startswith("<li>") else f"<div>{''.join(items)}</div>"


def _ours(html: str) -> str:
    return _body(clean_html(html))


def _ours_of_text(html: str) -> str:
    return _body(clean_text(clean_html(html).text))


def _body(document: Any) -> str:
    return "\n".join(b.text for b in document.blocks if b.disposition is Disposition.BODY)


def _theirs(html: str) -> str:
    import trafilatura

    return trafilatura.extract(html, include_comments=False) or ""


if __name__ == "__main__":
    main()
