"""What a crude extractor leaves around a text: a crawler's date, buttons, headlines. The pages are invented."""

from __future__ import annotations

import pytest

import pipeline
from pipeline.model import Disposition, Document

TEXT = "The ferry left the old harbour on Monday with a piano on board, and nobody could say who had ordered it."


def kept(document: Document) -> str:
    return "\n".join(b.text for b in document.blocks if b.disposition is Disposition.BODY)


@pytest.mark.parametrize(
    ("line", "title", "author"),
    [
        ("date 2024-05-06 Ferry leaves with a piano on board", "Ferry leaves with a piano on board", None),
        ("date 2024-05-06 Piano found", "Piano found", None),
        ("date 2024-05-06 By Ann Lee", None, "Ann Lee"),
        ("date 2024-05-06 Donate", None, None),
        ("date 2024-05-06", None, None),
    ],
)
def test_a_crawlers_date_is_cut_from_the_first_line(line: str, title: str | None, author: str | None) -> None:
    document = pipeline.clean_text(f" {line}\n\n{TEXT}")
    assert str(document.published_on) == "2024-05-06"
    assert (document.title, document.author) == (title, author)
    assert kept(document) == TEXT


def test_a_crawlers_date_is_cut_from_a_lead_and_a_japanese_headline() -> None:
    document = pipeline.clean_text(f"date 2024-05-06 {TEXT}")
    assert kept(document) == TEXT
    document = pipeline.clean_text(
        "date 2024-05-06 古い港にピアノ\n\n船は月曜日、ピアノを積んで古い港を出た。誰が頼んだのかは分からない。"
    )
    assert document.title == "古い港にピアノ"
    month = pipeline.clean_text(f" date 2024-05 Ferry leaves with a piano on board\n\n{TEXT}")
    assert (month.title, month.published_on) == ("Ferry leaves with a piano on board", None)


def test_another_first_line_is_not_cut() -> None:
    document = pipeline.clean_text(f"date 24-05-06 Piano found\n\n{TEXT}")
    assert not [b for b in document.blocks if b.rule == "date_prefix"]


SPANISH = (
    "El transbordador salió el lunes del puerto viejo con un piano a bordo, y nadie supo quién lo había pedido.\n\n"
    "El capitán contó que lo encontró junto a la escalera, envuelto en una lona azul y atado con una cuerda de barco."
)


@pytest.mark.parametrize(
    "tail",
    [
        "Leer más",
        "Leer nota completa »",
        "Lee el artículo completo en El Faro Inventado",
        "Para seguir leyendo, hazte socio",
        "×",
    ],
)
def test_a_button_below_a_text_goes(tail: str) -> None:
    assert kept(pipeline.clean_text(f"{SPANISH}\n\n{tail}")) == SPANISH.replace("\n\n", "\n")


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("Le piano est resté à bord toute la nuit, sous la pluie. Lire la suite", "sous la pluie."),
        ("Das Klavier blieb die ganze Nacht an Deck, im Regen … [Weiterlesen]", "im Regen …"),
        ("ピアノは一晩中、雨の甲板に置かれたままだった。…[続きを読む]", "だった。…"),
    ],
)
def test_a_button_behind_a_paragraph_is_cut_off(line: str, left: str) -> None:
    document = pipeline.clean_text(f"{SPANISH}\n\n{line}\n\n{SPANISH.upper().capitalize()}")
    assert left in kept(document)
    assert not any(word in kept(document) for word in ("Lire la suite", "Weiterlesen", "続きを読む"))


def test_who_tells_somebody_to_read_more_is_left_alone() -> None:
    document = pipeline.clean_text(f"{TEXT}\n\nThe teacher wrote below my essay that I should read more.")
    assert "read more" in kept(document)


def test_a_cut_text_that_is_all_of_a_page_stays() -> None:
    document = pipeline.clean_text("El transbordador salió el lunes del puerto viejo con un piano a bordo... Leer más")
    assert "transbordador" in kept(document)
    assert "Leer más" not in kept(document)


HEADLINES = [
    "Una vaca se pasea por la estación central durante dos horas",
    "El alcalde promete arreglar la fuente antes del verano próximo",
    "Tres hermanas abren una panadería en la antigua comisaría",
    "Así se prepara la feria de septiembre en los pueblos vecinos",
]


def test_headlines_below_a_sign_of_the_end_go() -> None:
    document = pipeline.clean_text(f"{SPANISH}\n\nDeja un comentario\n\n" + "\n".join(HEADLINES[:2]))
    assert not any(headline in kept(document) for headline in HEADLINES)
    assert kept(document) == SPANISH.replace("\n\n", "\n")


def test_four_headlines_at_a_foreign_texts_end_go_without_a_sign() -> None:
    assert not any(h in kept(pipeline.clean_text(f"{SPANISH}\n\n" + "\n".join(HEADLINES))) for h in HEADLINES)


@pytest.mark.parametrize(
    "tail",
    [
        "Firmado: la asociación de vecinos del puerto viejo",
        "Participaron en la mesa:\nLa capitana del puerto y sus dos oficiales de guardia\n"
        "El presidente de la cofradía de pescadores de la ría\nLa directora del museo del mar y de la pesca\n"
        "El secretario del sindicato de estibadores del puerto",
        "Y el mar, que no sabe de pianos,\nlo llevó una noche de lluvia,\n"
        "con las teclas abiertas al viento,\ny nadie lo quiso parar",
    ],
)
def test_what_may_end_a_text_stays(tail: str) -> None:
    assert kept(pipeline.clean_text(f"{SPANISH}\n\n{tail}")).endswith(tail.split("\n")[-1])


def test_short_lines_around_a_foreign_headline_go() -> None:
    title = "Un piano sale de viaje en el transbordador"
    head = f"Sucesos\n\n{title}\n\nImprimir página\n\nTamaño del texto\n\n5 de mayo de 2024"
    document = pipeline.clean_text(f"{head}\n\n{SPANISH}")
    assert document.title == title
    assert str(document.published_on) == "2024-05-05"
    assert kept(document) == SPANISH.replace("\n\n", "\n")


def test_a_flash_of_news_that_is_all_of_a_page_is_its_text() -> None:
    flash = 'El transbordador salió del puerto viejo con un piano a bordo: "nadie lo había pedido"'
    document = pipeline.clean_text(f"{flash}\n\nLeer más")
    assert (kept(document), document.title) == (flash, None)


def test_the_size_of_letters_in_korean_is_no_byline() -> None:
    korean = "낡은 항구를 떠난 배에 피아노가 실려 있었지만 누가 주문했는지는 아무도 말하지 못했다고 선장은 전했다."
    document = pipeline.clean_text(f"피아노를 실은 배\n\n2024-05-06 10:20\n\n글자크기 조절\n\n{korean}")
    assert (document.author, kept(document)) == (None, korean)


def test_todays_date_above_the_headline_gives_way_to_one_below() -> None:
    lines = "The Faraway Gazette\n\n26 February 2026\n\nFerry leaves with a piano on board\n\n22.02.2022 11:43"
    assert str(pipeline.clean_text(f"{lines}\n\n{TEXT}\n\n{TEXT}").published_on) == "2022-02-22"


def test_dates_of_other_stories_below_a_text_are_not_its_own() -> None:
    others = "Una vaca en la estación\n5 de mayo de 2024\n\nEl alcalde y la fuente\n3 de mayo de 2024"
    assert pipeline.clean_text(f"{SPANISH}\n\nDeja un comentario\n\n{others}").published_on is None


def test_a_record_of_ten_keys_goes_wherever_it_stands() -> None:
    record = "[{" + ",".join(f'"key_{chr(97 + i)}":"v"' for i in range(12)) + "}]"
    assert kept(pipeline.clean_text(f"{TEXT}\n\n{record}\n\n{TEXT}")) == f"{TEXT}\n{TEXT}"


def test_greek_buttons_in_capitals_have_no_accents() -> None:
    greek = (
        "Το πλοίο έφυγε τη Δευτέρα από το παλιό λιμάνι με ένα πιάνο, και κανείς δεν ήξερε να πει ποιος το είχε ζητήσει."
    )
    assert kept(pipeline.clean_text(f"{greek}\n\nΔΙΑΒΑΣΤΕ ΠΕΡΙΣΣΟΤΕΡΑ")) == greek


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        ("By Dr. Ann Leeson", "Dr. Ann Leeson"),
        ("Text and photos: Ann Leeson", "Ann Leeson"),
        ("Geschrieben von Anna Lehwald am 5. Mai 2024", "Anna Lehwald"),
        ("Autor: Mgr. Anna Lešková", "Mgr. Anna Lešková"),
        ("Фото и текст: Анна Лескова", "Анна Лескова"),
        ("dalla nostra inviata Anna Lezzani", "Anna Lezzani"),
        ("Teksti ja kuvat: Anna Leskinen", "Anna Leskinen"),
    ],
)
def test_bylines_with_titles_functions_and_dates(byline: str, author: str) -> None:
    document = pipeline.clean_text(f"Ferry leaves with a piano on board\n\n{byline}\n\n{TEXT}\n\n{TEXT}")
    assert document.author == author


def test_those_who_sign_a_letter_are_no_headlines() -> None:
    signed = (
        "Prof. Ana Ruiz Salgado, Universidad del Mar y de la Pesca\nDr. Blas Otero Lema, Instituto de Historia Naval\n"
        "Carmen Díaz Outeiro, Museo de los Faros de Galicia\nDavid Seoane Prado, Cofradía de Pescadores de la Ría"
    )
    document = pipeline.clean_text(f"{SPANISH}\n\n{signed}")
    assert not [b for b in document.blocks if b.rule == "foreign_end"]
