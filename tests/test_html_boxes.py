"""What names and shapes in the markup show to be beside the text: comments, single links, frames of quotations."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from pipeline import clean_html
from pipeline.blocks import cut_lines
from pipeline.extract import extract_html
from pipeline.far_lines import far_lines
from pipeline.markup_guard import kept_by_markup
from pipeline.rules.class_names import claim_class_names
from pipeline.rules.comment_boxes import claim_comment_boxes
from pipeline.rules.link_lines import claim_link_lines
from pipeline.rules.pull_quotes import claim_pull_quotes
from pipeline.rules.sheet import Claim, Sheet, make_sheet

CASES = json.loads((Path(__file__).parent / "cases" / "html_boxes.json").read_text(encoding="utf-8"))
RULES: dict[str, Callable[[Sheet], Iterable[Claim]]] = {
    "comments": claim_comment_boxes,
    "links": claim_link_lines,
    "quotes": claim_pull_quotes,
    "no_content": claim_class_names,
    "parts": claim_class_names,
}
PROSE = (
    "<p>The ferry to the islands was sold on Friday, and the new owner said that the boats would sail as before.</p>",
    "<p>For forty years the county had paid for it, but nobody could say what the islands had ever paid in return.</p>",
    "<p>Last winter a big storm broke the pier, and they asked for more than the county's treasurer had left then.</p>",
)
LAST = "<p>The first boat of the new line leaves in the spring, when the ice has gone and the pier is mended.</p>"
PAGE = "<html><head><title>Ferry sold</title>{}</head><body><article><h1>Ferry sold</h1>{}</article></body></html>"


def sheet_of(case: dict[str, Any]) -> Sheet:
    page = extract_html(PAGE.format(case.get("head", ""), "".join(PROSE) + case["html"] + case.get("after", LAST)))
    lines = cut_lines(page.text, page.markup)
    asked = case["likely"]
    probability = [next((p for words, p in asked.items() if x.text.startswith(words)), 0.9) for x in lines]
    assert all(any(line.text.startswith(words) for line in lines) for words in (*asked, *case["gone"]))
    return make_sheet(page.text, lines, "", probability)


@pytest.mark.parametrize(
    ("kind", "case"), [pytest.param(kind, case, id=case["why"]) for kind in RULES for case in CASES[kind]]
)
def test_a_box_goes_by_its_markup_and_the_text_around_it_stays(kind: str, case: dict[str, Any]) -> None:
    if kind == "comments":
        case = {**case, "after": ""}
    sheet = sheet_of(case)
    claimed = sheet.with_claims(RULES[kind](sheet)).claims
    gone = [sheet.lines[index].text for index in sorted(claimed)]
    assert len(gone) == len(case["gone"])
    assert all(text.startswith(words) for text, words in zip(gone, case["gone"], strict=True))


def test_an_element_that_holds_the_headline_is_no_box_of_comments() -> None:
    page = extract_html("<body class='comments'><h1>Ferry sold</h1><p>Text.</p><div class='comment'><p>Ah.</p></div>")
    assert [m.features["comment_box"] for m in page.markup] == [0.0, 0.0, 1.0]


ARTICLE = "<meta property='og:type' content='article'>"


@pytest.mark.parametrize(
    ("head", "likely", "gone"),
    [
        (ARTICLE, {"Markets today": 0.3, "More of": 0.3}, ["Markets today", "More of"]),
        # Sure of it, in the midst of the text, or on a page that does not say that it is an article.
        (ARTICLE, {"Markets today": 0.4}, []),
        (ARTICLE, {"For forty": 0.3}, []),
        ("", {"Markets today": 0.3}, []),
        # Where most of what is kept is doubtful, the doubtful lines are the text.
        (ARTICLE, {"Markets today": 0.3, "The ferry to": 0.5, "For forty": 0.5, "Last winter": 0.5}, []),
    ],
)
def test_doubtful_lines_outside_the_sure_prose_of_an_article_go(
    head: str, likely: dict[str, float], gone: list[str]
) -> None:
    top, end = "<div>Markets today</div>", "<div>More of the coast</div>"
    page = extract_html(PAGE.format(head, top + "".join(PROSE) + LAST + end))
    lines = cut_lines(page.text, page.markup)
    probability = [next((p for words, p in likely.items() if x.text.startswith(words)), 0.9) for x in lines]
    sheet = make_sheet(page.text, lines, "", probability)
    keep = dict.fromkeys(range(len(lines)), True)
    found = [lines[index].text for index in far_lines(sheet, keep, probability)]
    assert len(found) == len(gone)
    assert all(text.startswith(words) for text, words in zip(found, gone, strict=True))


FIGURE = "<figure><img src='a.jpg'><figcaption>The pier in May, with the new boat</figcaption></figure>"
TABLE = "<table><caption>Boats</caption><tr><td>Gull</td><td>1974</td></tr><tr><td>Tern</td><td>1990</td></tr></table>"


@pytest.mark.parametrize(
    ("html", "begins", "level", "rules"),
    [
        (FIGURE + LAST, "The pier in", 0.3, ["caption"]),
        (FIGURE + LAST, "The pier in", 0.1, []),
        # Below the text it may be the caption of another story.
        (FIGURE, "The pier in", 0.3, []),
        (TABLE + LAST, "Boats", 0.1, ["caption"]),
        ("<h2>The price</h2>" + LAST, "The price", 0.3, ["heading_of_kept"]),
        ("<h2><a href='/'>The price</a></h2>" + LAST, "The price", 0.3, []),
    ],
)
def test_captions_and_headings_in_the_midst_of_the_text_stay(
    html: str, begins: str, level: float, rules: list[str]
) -> None:
    page = extract_html(PAGE.format(ARTICLE, "".join(PROSE) + html + LAST * (html != FIGURE)))
    lines = cut_lines(page.text, page.markup)
    probability = [level if x.text.startswith(begins) else 0.9 for x in lines]
    keep = {line.index: not line.text.startswith(begins) for line in lines}
    sheet = make_sheet(page.text, lines, "", probability)
    assert [rule for _, rule, _ in kept_by_markup(sheet, keep, probability)] == rules


def test_remarks_below_a_question_stay() -> None:
    html = "<div class='answercell'><p>{}</p></div><ul class='comments'><li class='comment'>{}</li></ul>"
    page = extract_html(PAGE.format("", "".join(PROSE) + html.format("Sell it.", "How much did they pay for it?")))
    lines = cut_lines(page.text, page.markup)
    sheet = make_sheet(page.text, lines, "", [0.3 if "How" in x.text else 0.9 for x in lines])
    assert not [*claim_comment_boxes(sheet)]


def test_a_thread_below_a_short_article_goes_as_a_whole() -> None:
    one = (
        "<li class='comment'><a href='#'>Reader{0}</a> <span class='date'>{1} May 2026</span><p>{2}</p>"
        "<a href='#'>Reply</a> <a href='#'>Report</a></li>"
    )
    said = (
        "I sailed on her every summer, lol, and the bell still wakes me up at night!!",
        "Nobody asked us what we wanted. Typical.",
        "@Reader you forget that the old company was bankrupt twice, and that it was OUR taxes...",
    )
    thread = "".join(one.format(i, i + 1, text) for i, text in enumerate(said * 4))
    text = "".join(PROSE) + LAST + f"</article><ul class='comments'>{thread}</ul><article>"
    document = clean_html(PAGE.format(ARTICLE, text))
    rules = {block.rule for block in document.blocks if block.start > document.text.index("Reader0")}
    body = [block.text[:10] for block in document.blocks if block.disposition == "body"]
    assert rules == {"comment_box"}
    assert body == ["The ferry ", "For forty ", "Last winte", "The first "]
