"""Rules that go by shape, in any language: profiles by values, question sites, lists of headings, wrapped lines."""

import pytest

from pipeline import clean_text
from pipeline.blocks import cut_lines

PROSE = (
    "The ministers of the five states met on the lake on Monday, and for two hours nobody spoke of water. "
    "Then the youngest of them asked how deep it was, and the meeting began."
)
PROFILE = """Zuvo: Odell Kshlerin
Vipo: kshlerin.odell
Bornu: 1988-04-02
Lokato: 4410 Wuckert Rapids, East Myra, TX 75001
Fono: 555-201-4477
Laboro: Roofer
Vivo: Et nihil quia dolores. Voluptas ut enim quo.
Sekvo: 2210"""


def gone(text: str) -> set[str]:
    return {b.text for b in clean_text(text).blocks if b.rule in RULES}


RULES = ("fake_profile", "votes", "stamp", "question_row", "reply_form", "contents")


@pytest.mark.parametrize("mark", ["", "- ", "• "])
def test_a_profile_is_known_by_its_values_whatever_its_keys(mark):
    lines = [mark + line for line in PROFILE.split("\n")]
    assert gone(f"A lake between five states\n\n{PROSE}\n\n" + "\n".join(lines)) == set(lines)


def test_a_record_with_quoted_keys_is_one_too():
    pairs = [f'"{k}": "{v}",' for k, v in (line.split(": ", 1) for line in PROFILE.split("\n"))]
    assert gone(f"A lake between five states\n\n{PROSE}\n\n" + "\n".join(["{", *pairs, "}"])) == {"{", *pairs, "}"}


def test_the_date_place_and_telephone_of_an_event_are_no_profile():
    event = "Datum: 2024-05-02\nPlaco: 12 Dock Street, Millbrook, TX 75001\nFono: 555-201-4477\nPrezo: 12\nTemo: Water"
    assert gone(f"A lake between five states\n\n{PROSE}\n\n{event}\n\n{PROSE}") == set()


def test_a_question_keeps_its_texts_and_loses_its_furniture():
    furniture = ["▲", "14", "▼", "Share  Improve this question  Follow", "asked Jul 11, 2024 at 20:45"]
    furniture += ["Sorted by: Highest score (default)", "answered Jul 12, 2024 at 8:17", "243 ● 1 ● 4"]
    texts = [PROSE, "Ask the pilots: they sounded the lake last year and wrote every depth down."]
    page = ["How deep is the lake between the five states?", *furniture[:3], texts[0], *furniture[3:6]]
    page += [*furniture[:3], texts[1], *furniture[6:]]
    document = clean_text("\n".join(page))
    body = {b.text for b in document.blocks if b.role == "paragraph"}
    assert body == set(texts) and gone("\n".join(page)) == set(furniture)


def test_asked_and_answered_in_a_story_stay():
    story = "asked by the court, the captain said nothing\nanswered by nobody, the letter was sent again"
    assert gone(f"A lake between five states\n\n{PROSE}\n\n{story}\n\n{PROSE}") == set()


def test_a_list_of_the_headings_below_is_a_table_of_contents_whatever_stands_above():
    listed = ["• The lake", "• The pilots", "• The money"]
    text = f"A lake between five states\n\n{PROSE}\n\nKio atendas vin\n" + "\n".join(listed)
    for heading in ("The lake", "The pilots", "The money"):
        text += f"\n\n{heading}\n\n{PROSE}"
    assert gone(text) == {"Kio atendas vin", *listed}


def test_a_list_of_things_that_are_no_headings_stays():
    listed = "• The lake\n• The pilots\n• The money"
    assert gone(f"A lake between five states\n\n{PROSE}\n\n{listed}\n\n{PROSE}") == set()


def test_a_preposition_of_one_letter_closes_no_wrapped_line():
    paragraph = "Najpierw trzeba znaleźć przerwę i zmierzyć odległość do\n"
    paragraph += "końca włókna, a potem statek wychodzi w morze, choćby\n"
    paragraph += "w nocy, bo każda godzina kosztuje, a firma czeka już od\nponiedziałku."
    assert len(cut_lines(paragraph)) == 1


def test_copies_of_a_foreign_headline_go_wherever_they_stand():
    stray = "Scientists discover a new species of glowing shark"
    text = "\n".join(["Озеро между пятью странами", RUSSIAN, stray, RUSSIAN_2, RUSSIAN_3, *[stray] * 4])
    blocks = [b for b in clean_text(text).blocks if b.text == stray]
    assert len(blocks) == 5 and {b.rule for b in blocks} == {"stray_headline"}


RUSSIAN = "Министры пяти стран встретились на озере в понедельник, и два часа никто не говорил о воде."
RUSSIAN_2 = "Потом самый молодой из них спросил, какая здесь глубина, и тогда встреча началась по-настоящему."
RUSSIAN_3 = "Лоцманы промерили озеро ещё в прошлом году и записали каждую отметку в большую тетрадь."
