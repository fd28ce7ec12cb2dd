"""What cleaning whole HTML pages promises in many languages, templates and encodings.

The pages are our own. Of each the paragraphs of the article are kept whole, the teasers, menus and notices of its
template go, and the metadata is what the page states, or null.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.clean import clean_html
from pipeline.model import Disposition, Document

CASES = json.loads((Path(__file__).parent / "cases" / "html_languages.json").read_text(encoding="utf-8"))
IDS = [case["why"] for case in CASES]


def clean(case: dict[str, Any]) -> Document:
    return clean_html(case["html"].encode(case["encoding"]), case["url"])


def body_of(document: Document) -> str:
    return " ".join(" ".join(b.text for b in document.blocks if b.disposition is Disposition.BODY).split())


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_every_paragraph_of_the_article_is_kept(case: dict[str, Any]) -> None:
    body = body_of(clean(case))
    assert [p for p in case["body"] if " ".join(p.split()) not in body] == []


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_what_belongs_to_the_template_is_not(case: dict[str, Any]) -> None:
    document = clean(case)
    body, whole = body_of(document), " ".join(document.text.split())
    assert [line for line in case["dropped"] if line not in whole] == []
    assert [line for line in case["dropped"] if line in body] == []


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_title_author_and_date_are_those_of_the_article(case: dict[str, Any]) -> None:
    document = clean(case)
    day = document.published_on.isoformat() if document.published_on else None
    assert (document.title, document.author, day) == (case["title"], case["author"], case["published_on"])
