"""Regions do not reach into the text beside them, and the text's own words stay."""

from __future__ import annotations

import pipeline
from pipeline.model import Disposition, Document

PROFILE = """Author Profile
Name : Kristina Johnson
Job : Amenity horticulturist
Birthday : 1991-03-02
Phone : +1-555-013-2210x88
Address : 8841 Mario Plaza Apt. 310, West Brianview, NV 20711
Bio : Dolorem ipsum voluptas. Aut quia nobis enim."""
LEAD = "The ministers agreed on Sunday that any road through the valley must respect the borders of both states."
LINK = "Rail link: Work on the southern section of the line will start in the autumn of next year."
THANKS = 'The minister thanked the hosts for what he called their "principled position" on the matter.'


def dropped(document: Document) -> str:
    return "\n".join(b.text for b in document.blocks if b.disposition is Disposition.DROPPED)


def test_a_label_that_ends_like_a_key_does_not_draw_its_paragraph_into_a_profile() -> None:
    document = pipeline.clean_text(f"Ministers agree on borders\n{LEAD}\n{LINK}\n{THANKS}\n{PROFILE}\n")
    gone = dropped(document)
    assert "Work on the southern section" not in gone
    assert THANKS not in gone
    assert "Kristina Johnson" in gone and "Author Profile" in gone
    assert document.author is None


def test_a_sentence_behind_a_key_right_above_a_profile_stays() -> None:
    position = "Position: The ministry has said again and again that it will not sign a treaty of this kind."
    document = pipeline.clean_text(f"Ministers agree on borders\n{LEAD}\n{THANKS}\n{position}\n{PROFILE}\n")
    assert "will not sign a treaty" not in dropped(document)


def test_a_profile_with_the_date_of_another_calendar_goes() -> None:
    profile = (
        "درباره نویسنده\nنام: مهدی حسینی\nتاریخ تولد: 1365/02/14\nتلفن: 09123456789\n"
        "بیوگرافی: Totam rem aperiam eaque ipsa.\n"
    )
    text = "وزیران روز یکشنبه در پایتخت دیدار کردند و درباره مرزهای دو کشور گفت و گو کردند. آنها توافقی امضا کردند."
    document = pipeline.clean_text(f"دیدار وزیران دو کشور همسایه\n\n{text}\n\n{profile}")
    assert "مهدی حسینی" in dropped(document) and "درباره نویسنده" in dropped(document)
    assert document.author is None


def test_the_heading_of_an_empty_table_of_contents_goes_between_paragraphs() -> None:
    for heading in ("Table of Contents", "İÇİNDEKİLER", "فهرست مطالب", "جدول المحتويات", "Inhaltsverzeichnis", "目录"):
        document = pipeline.clean_text(f"Ministers agree on borders\n{LEAD}\n{heading}\n{THANKS}\n")
        assert heading in dropped(document)
        assert THANKS not in dropped(document)


def test_a_source_ends_where_the_author_begins() -> None:
    document = pipeline.clean_text(
        "两国就和平协议达成一致\n2025-03-14 09:20 来源：新华社 作者：李明\n\n"
        "两国外交部13日宣布，两国已就和平协议文本达成一致。外长说，谈判已经结束。两国将于五月签署协议。\n"
    )
    assert (document.site, document.author) == ("新华社", "李明")


def test_a_request_behind_a_short_sentence_does_not_take_the_sentence() -> None:
    cases = {
        "2023 թ. առևտրաշրջանառությունը կազմել է 688 մլն դոլար։": "Հետևեք մեզ Telegram-ում։",
        "Trade reached 688 million dollars in 2023.": "Follow us on Telegram.",
        "Der Handel erreichte 2023 rund 688 Millionen Dollar.": "Folgen Sie uns auf Telegram.",
        "Товарооборот достиг в 2023 году 688 миллионов долларов.": "Подписывайтесь на нас в Telegram.",
    }
    for sentence, request in cases.items():
        document = pipeline.clean_text(f"Ministers agree on borders\n{LEAD}\n{sentence} {request}\n{THANKS}\n{LEAD}\n")
        assert sentence not in dropped(document), sentence


def test_a_byline_may_say_when() -> None:
    byline = "Par Claire Dubois, envoyée spéciale à Erevan – Publié le 4 avril 2024 à 18h05"
    text = (
        "Les deux gouvernements ont signé mercredi un accord visant à porter le commerce à 3 milliards de dollars. " * 3
    )
    document = pipeline.clean_text(f"{byline}\nL’Arménie et l’Iran veulent tripler leurs échanges\n{text}\n")
    assert (document.author, str(document.published_on)) == ("Claire Dubois", "2024-04-04")


def test_a_profile_in_one_line_with_the_text_begins_at_its_heading() -> None:
    profile = (
        "Author Profile Name : Erin Walsh Birthday : 1990-02-11 Phone : 001-555-0199 Bio : Quo nihil. Harum totam id."
    )
    document = pipeline.clean_text(f"Ministers agree on borders\n{LEAD}\n{THANKS} {profile}\n")
    gone = dropped(document)
    assert "Erin Walsh" in gone and "Author Profile" in gone
    assert THANKS not in gone


def test_a_paragraph_set_in_and_wrapped_is_one_paragraph() -> None:
    wrapped = (
        "The governments of the two states agreed on Friday to build a second\n"
        "bridge over the border river, the transport ministry said in a short\n"
        "statement. The crossing is to be opened by the end of the next year.\n"
        "\n"
        "    It is not only a bridge but a road to the sea, as the minister\n"
        "said. He thanked the engineers of both countries, who had worked on\n"
        "the plans without a day off.\n"
    )
    document = pipeline.clean_text(f"A bridge over the river\n\n{wrapped}")
    assert len([b for b in document.blocks if b.disposition is Disposition.BODY]) == 2


def test_a_strange_headline_twice_in_a_row_goes() -> None:
    headline = "Apple presenta su nuevo modelo de teléfono plegable en Cupertino"
    text = (
        "El gobierno espera que el comercio llegue a tres mil millones. Las sanciones son ilegales, dijo el ministro."
    )
    document = pipeline.clean_text(f"El gas no lo es todo para los vecinos\n\n{text}\n{headline}\n{headline}\n{text}\n")
    assert headline in dropped(document)


def test_a_title_that_stands_between_paragraphs_again_and_again_goes_and_the_title_stays() -> None:
    title = "Why the northern corridor matters"
    document = pipeline.clean_text(f"{title}\n\n{title}\n\n{LEAD}\n\n{title}\n\n{THANKS}\n\n{LEAD}\n")
    assert document.title == title
    assert [b.disposition for b in document.blocks if b.text == title].count(Disposition.BODY) == 0
    assert [str(b.role) for b in document.blocks if b.text == title].count("title") == 1


def test_a_refrain_that_is_also_the_title_stays() -> None:
    title = "Walk along the river road"
    verse = "\n".join(f"and the {w} runs down to the sea,\nthe mill stands still" for w in ("rain", "snow", "sand"))
    document = pipeline.clean_text(f"{title}\n\n{verse}\n{title}\n\n{verse}\n{title}\n\n{verse}\n{title}\n")
    assert not [b for b in document.blocks if b.evidence == "the title again, between paragraphs"]


def test_a_cry_for_likes_at_the_head_of_a_paragraph_is_cut_off() -> None:
    cry = "Don't forget to like and share this post!"
    document = pipeline.clean_text(f"Ministers agree on borders\n\n{LEAD}\n\n{cry} {THANKS}\n\n{LEAD}\n")
    assert cry in dropped(document)
    assert THANKS not in dropped(document)
