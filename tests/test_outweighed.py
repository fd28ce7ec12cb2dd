"""A short text keeps its lines and loses its furniture, however long that is."""

from __future__ import annotations

import random

import pytest

from benchmarks.outweighed_pages import FURNITURE, make_page
from pipeline import clean_html, clean_text
from pipeline.model import Disposition, Document

VERSES = {
    "en": (
        "The kettle",
        ["The kettle hums a tune I knew", "before the war, before the sea", "and nobody comes back for tea"],
    ),
    "hu": ("Csend a kertben", ["A kertben ül a csend", "és várja már az estét", "mint öreg nagyanyám"]),
    "zh": ("等車", ["窗外的雨還在下", "我想起那年夏天", "你站在車站對我笑", "風把信吹向遠方"]),
    "ar": ("باب المدينة", ["على باب المدينة وقفت وحيدا", "أعد النجوم ولا أعد السنين", "صديق قديم نسي الطريق"]),
    "th": (
        "ฝนบนหลังคา",
        ["ฝนตกลงมาบนหลังคา", "ฉันคิดถึงเธอที่ไกลแสนไกล", "ดอกไม้บานแล้วร่วงไป", "แต่ใจยังรอเหมือนเดิม", "มีเพียงเสียงลมพัดผ่าน"],
    ),
}
NAMES = ("Adams", "Baker", "Clark", "Davis", "Evans", "Foster", "Green")


def _body(document: Document) -> str:
    return "\n".join(b.text for b in document.blocks if b.disposition is Disposition.BODY)


@pytest.mark.parametrize("language", VERSES)
@pytest.mark.parametrize("labels", [30, 300])
def test_a_poem_beside_hundreds_of_labels_is_the_text(language: str, labels: int) -> None:
    title, verse = VERSES[language]
    rng = random.Random(labels)
    items = "".join(
        f"<li><a href='/l{i}'>{rng.choice(NAMES)} {rng.choice(NAMES)}</a> <span>({rng.randint(1, 9)})</span></li>"
        for i in range(labels)
    )
    text = f"<h3 class='entry-title'>{title}</h3><div class='post-body entry-content'>{'<br>'.join(verse)}</div>"
    page = (
        f"<html><head><title>{title}</title></head><body><div class='post hentry'>{text}</div>"
        f"<aside><div class='sidebar section'><div class='widget Label'><ul>{items}</ul></div></div></aside>"
    )
    body = _body(clean_html(page))
    assert [line for line in verse if line not in body] == []
    assert "(" not in body


TEXTS = {
    "title": "Night bus to the harbour",
    "prose": [
        "The town council approved the new night bus on Tuesday after a debate that lasted until midnight.",
        "Residents had asked for the line since the ferry changed its hours and left the late shift stranded.",
    ],
    "menu": ["Home", "About us", "Gallery", "Shop", "News"],
    "headlines": ["Mayor opens new bridge", "Storm damages roofs in the old town", "School wins prize for its garden"],
    "excerpts": ["The new bridge is to relieve the old town of lorries, but not everyone is happy ..."],
    "comments": [["Anna", "Finally! I have waited for this for years."]],
    "rights": "© 2021 Harbour News",
}


@pytest.mark.parametrize("template", ["blog", "html5"])
@pytest.mark.parametrize("furniture", FURNITURE)
def test_lists_beside_the_article_of_the_headline_go(template: str, furniture: str) -> None:
    body = _body(clean_html(make_page(TEXTS, "prose", furniture, template, random.Random(1))))
    assert body.split("\n") == TEXTS["prose"]


def test_a_page_of_teasers_without_an_article_keeps_them() -> None:
    rng = random.Random(2)
    items = "".join(
        f"<div class='item'><h3><a href='/{i}'>{rng.choice(TEXTS['headlines'])} {i}</a></h3>"
        f"<p>{TEXTS['excerpts'][0]}</p></div>"
        for i in range(20)
    )
    body = _body(clean_html(f"<html><body><h1>News of the week</h1><div id='list'>{items}</div></body></html>"))
    assert all(f"{i}" in body for i in range(20)) and TEXTS["excerpts"][0] in body


def test_articles_of_a_page_that_has_several_are_not_beside_one_another() -> None:
    text = "The council met on day {0} and decided on the budget for the year."
    story = "<article><h2><a href='/{0}'>Story {0}</a></h2><p>" + text + "</p></article>"
    page = "<html><body><h1>Town news</h1>" + "".join(story.format(i) for i in range(8)) + "</body></html>"
    body = _body(clean_html(page))
    assert all(f"met on day {i} " in body for i in range(8))


ARTICLE = [
    "The town council approved the new night bus on Tuesday after a debate that lasted until midnight in the old hall.",
    "Residents had asked for the line since the ferry changed its hours, which left the late shift with no way home.",
    "The first coach is to leave the harbour in March, the mayor said, and nobody will walk along the dark quay again.",
]
CUT = [
    "Firefighters were called out more than forty times during the night ...",
    "Whoever books early and avoids the weekend pays up to a third less ...",
    "The jury praised old apple trees, two beehives and a pond full of newts ...",
]


def test_headlines_with_cut_off_sentences_below_the_text_are_teasers() -> None:
    teasers = [x for both in zip(TEXTS["headlines"] * 4, CUT * 4, strict=True) for x in both]
    body = _body(clean_text("\n\n".join([*ARTICLE, *teasers]))).split("\n")
    # The first ones, right below the text, the model believes in.
    assert body[: len(ARTICLE)] == ARTICLE and len(body) <= len(ARTICLE) + len(teasers) / 3


def test_cut_off_sentences_that_text_follows_stay() -> None:
    lines = [f"In course {i} you learn about the sea, the wind and the tides in a week ..." for i in range(4)]
    body = _body(clean_text("\n\n".join([*ARTICLE[:2], *lines, ARTICLE[2]])))
    assert all(line in body for line in lines)


def test_labels_with_their_counts_go_and_lists_of_a_text_stay() -> None:
    labels = ["Politics (123)", "Sport (45)", "Travel (8)", "Culture (64)", "Opinion (12)", "Recipes (3)", "Town (9)"]
    ages = [
        "Daniel Mora (34)",
        "Ines Pohl (27)",
        "Tomas Verner (41)",
        "Karl Osten (19)",
        "Ada Lind (52)",
        "Petr Novak (33)",
    ]
    films = [
        "The Long Way (1998)",
        "Night Train (2001)",
        "Harbour (2007)",
        "Ash (2003)",
        "Glass (2016)",
        "River (2011)",
    ]
    poem = VERSES["en"][1]
    assert _body(clean_text("\n".join([*poem, "", *labels, "Garden (2)"]))).split("\n") == poem
    for stays in (ages, films):
        body = _body(clean_text("\n\n".join([ARTICLE[0], ARTICLE[1], "\n".join(stays), ARTICLE[2]])))
        assert [line for line in stays if line not in body] == []


HEADLINES = {
    "ar": """السينما تعود إلى المصنع القديم
أسعار الشقق تتراجع للشهر الثالث
النادي يتعاقد مع مهاجم شاب
المستشفى يحذر من طول الانتظار""",
    "th": """โรงหนังกลับมาที่โรงงานเก่า
พายุทำหลังคาย่านเมืองเก่าเสียหาย
สโมสรเซ็นสัญญากองหน้าดาวรุ่ง
ราคาห้องชุดลดลงเดือนที่สาม""",
    "he": """נהג אוטובוס הציל ילדה מטביעה
מחירי הדירות ירדו בפעם השלישית
הקבוצה החתימה חלוץ צעיר מאוד
בית החולים מזהיר מתורים ארוכים""",
}


@pytest.mark.parametrize("language", HEADLINES)
def test_headlines_of_a_script_without_capitals_are_no_wrapped_paragraph(language: str) -> None:
    document = clean_text("\n".join([HEADLINES[language]] * 4))
    assert all("\n" not in block.text for block in document.blocks)


def test_a_wrapped_paragraph_of_a_script_without_capitals_is_put_together() -> None:
    lines = [
        "وافق مجلس المدينة يوم الثلاثاء على الحافلة الليلية الجديدة بعد",
        "نقاش استمر حتى منتصف الليل. وستنطلق أول رحلة من الميناء في مارس",
        "كما قال رئيس البلدية. وكان السكان قد طالبوا بهذا الخط منذ أن",
        "غيرت العبارة مواعيدها وبقي عمال الوردية المتأخرة في المصنع بلا",
        "وسيلة للعودة إلى بيوتهم.",
    ]
    document = clean_text("\n".join(lines))
    assert [b.text for b in document.blocks if b.disposition is Disposition.BODY] == ["\n".join(lines)]
