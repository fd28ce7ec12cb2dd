"""Readers' comments below a post go, in the markup of many programs and many languages; what is alike stays."""

import tomllib
from typing import Any

import pytest

from pipeline import clean_html, clean_text
from pipeline.model import Disposition, Document
from tests.thread_pages import CASES, PAGE, PROGRAMS, TALKS, page_of

FORMS = tomllib.loads((CASES / "thread_forms.toml").read_text(encoding="utf-8"))
ALIKE = tomllib.loads((CASES / "thread_alike.toml").read_text(encoding="utf-8"))["page"]


def body_of(document: Document) -> str:
    parts = (document.text[b.start : b.end] for b in document.blocks if b.disposition is Disposition.BODY)
    return "\n".join(parts)


@pytest.mark.parametrize("view", ["html", "text"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_comments_go_and_the_post_stays(program: str, view: str) -> None:
    lost, kept = [], []
    for language, talk in TALKS.items():
        document = clean_html(page_of(program, language))
        body = body_of(document if view == "html" else clean_text(document.text))
        lost += [(language, text) for text in talk["post"] if text not in body]
        kept += [(language, text) for text in talk["comments"] if text in body]
    assert (lost, kept) == ([], [])


@pytest.mark.parametrize("view", ["html", "text"])
@pytest.mark.parametrize("language", FORMS)
def test_what_stands_below_the_form_to_comment_goes(language: str, view: str) -> None:
    talk, below = TALKS[language], FORMS[language]
    post = f"<h1>{talk['title']}</h1>" + "".join(f"<p>{text}</p>" for text in talk["post"])
    thread = "".join(f"<div>{text}</div>" for text in (*below["form"], *below["side"]))
    document = clean_html(PAGE.format(language=language, title=talk["title"], head="", post=post, thread=thread))
    body = body_of(document if view == "html" else clean_text(document.text))
    assert [text for text in talk["post"] if text not in body] == []
    assert [text for text in (*below["form"], *below["side"]) if text in body] == []


@pytest.mark.parametrize("view", ["html", "text"])
@pytest.mark.parametrize("page", [pytest.param(page, id=page["why"]) for page in ALIKE])
def test_what_looks_like_comments_or_a_sidebar_stays(page: dict[str, Any], view: str) -> None:
    document = clean_html(PAGE.format(language=page["language"], title="Norr", head="", post=page["html"], thread=""))
    body = body_of(document if view == "html" else clean_text(document.text))
    assert [text for text in page["stays"] if text not in body] == []
