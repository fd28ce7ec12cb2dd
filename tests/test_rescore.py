"""Sentences beside strewn headlines and bare contents are judged as if those were not there."""

from __future__ import annotations

import pytest

import pipeline
from pipeline.language import looks_foreign
from pipeline.model import Disposition

LEAD = "WASHINGTON — Not everyone makes a plan for the new year, but Americans will have to follow new laws in January."
PARAGRAPHS = (
    "Some 40,000 measures take effect, from rules of the federal government on insurance to a ban on tanning beds for"
    " children under eighteen in two states of the west.",
    "Although many of the laws are disputed, they made it through legislatures, a referendum or a city council, and"
    " show how the views of a society have changed.",
    "Thousands of companies will have to print the number of calories of what they sell in machines, and those who own "
    "more than twenty of them have a year to do so.",
    "In the mountains a shop may now sell a plant that was forbidden until last year, to anyone above the age of "
    "twenty-one who can show a card.",
    "The last of the rules concerns drones, which the police of the state may no longer send up without the order of a "
    "judge, except after a disaster.",
)


@pytest.mark.parametrize(
    "headline",
    [
        "Regierung beschließt neues Hilfspaket für Kommunen",
        "रूस और ईरान के बीच नया समझौता",
        "كوريا تطلق صاروخا جديدا",
        "習近平主席、モスクワを訪問へ",
        "Putin'in ziyareti öncesi Ankara'da kritik görüşme",
    ],
)
def test_the_lead_above_a_strewn_headline_stays(headline: str) -> None:
    lines = [LEAD, headline, "Table of Contents", headline, headline]
    lines += [line for p in PARAGRAPHS for line in (p, headline)]
    document = pipeline.clean_text("\n\n".join(lines))
    found = {b.text: b for b in document.blocks}
    assert [p for p in (LEAD, *PARAGRAPHS) if found[p].disposition is not Disposition.BODY] == []
    assert found[headline].rule == "stray_headline"
    assert {b.disposition for b in document.blocks if b.text in (headline, "Table of Contents")} == {
        Disposition.DROPPED
    }


def test_a_headline_in_another_script_is_foreign_however_short() -> None:
    assert looks_foreign("كوريا تطلق صاروخا", "en")
    assert looks_foreign("रूस और ईरान के बीच", "ru")
    assert not looks_foreign("BBC News", "ar")
    assert looks_foreign("日本の新聞", "en")
    assert not looks_foreign("Новости", "und")


def test_paragraphs_of_scripts_without_full_stops_part_strewn_headlines() -> None:
    thai = (
        "เจ้าหน้าที่ของท่าเรือกล่าวเมื่อวันอังคารว่าการซ่อมแซมสะพานไม้เก่าจะเริ่มขึ้นในเดือนกันยายน"
        "และจะใช้เวลาไม่น้อยกว่าหกเดือนจึงจะแล้วเสร็จ ขณะที่ชาวประมงขอให้มีหลังคา"
    )
    headline = "Regierung beschließt neues Hilfspaket für Kommunen"
    lines = [line for number in range(4) for line in (f"{thai} {number}{thai}", headline)]
    document = pipeline.clean_text("\n\n".join(lines))
    assert {b.disposition for b in document.blocks if b.text == headline} == {Disposition.DROPPED}
    assert {b.disposition for b in document.blocks if b.text.startswith(thai)} == {Disposition.BODY}
