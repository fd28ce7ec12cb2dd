"""What the guard of prose promises: verse stays, and foreign sentences between paragraphs do."""

import pytest

from pipeline.blocks import cut_lines
from pipeline.model import Role
from pipeline.prose_guard import foreign_sentences, listed_headings, runs_of_lines
from pipeline.rules.sheet import Claim, make_sheet

TURKISH = """Belediye, limana giden yolun genişletilmesi için altı şirketin teklif verdiğini perşembe günü açıkladı.
Kapılar kapandı, kimse beklemedi.
Yolun öyküsü
Şirket soruları yanıtlamadı.
Paylaş | Yazdır | Gönder
Çalışmaların gelecek yılın baharında başlaması ve iki yıl sürmesi bekleniyor, dedi belediye başkanı."""

ENGLISH = """The city said on Thursday that six companies had offered to widen the road which leads to the harbour.
The gates closed, nobody waited.
The story of the road
The company did not answer.
Share | Print | Send
Work is expected to begin in the spring of next year and to last for two years, the mayor of the city said."""


def kept(text: str, dropped: set[int], probability: float = 0.3) -> list[int]:
    lines = cut_lines(text)
    sheet = make_sheet(text, lines, "", [probability] * len(lines))
    keep = {line.index: line.index not in dropped for line in lines}
    return [line.index for line in foreign_sentences(sheet, lines, keep, [probability] * len(lines))]


def test_a_sentence_between_paragraphs_stays_and_so_does_the_line_above_it():
    assert kept(TURKISH, {1, 2, 3, 4}) == [1, 2, 3]


def test_in_the_language_of_the_training_pages_the_model_decides():
    assert kept(ENGLISH, {1, 2, 3, 4}) == []


def test_where_the_model_is_sure_it_decides():
    assert kept(TURKISH, {1, 2, 3, 4}, 0.05) == []


@pytest.mark.parametrize("dropped", [{0}, {5}, {0, 5}])
def test_outside_the_prose_the_model_decides(dropped):
    assert kept(TURKISH, dropped) == []


def test_what_a_page_says_three_times_without_a_stop_is_a_label():
    first, *_, last = TURKISH.split("\n")
    goods = ["Rüzgâr feneri\nStokta var", "Gemi halatı\nStokta var", "Katran fırçası\nStokta var"]
    page = "\n".join([first, *(f"{item}\n{last}" for item in goods[:2]), last])
    labels = {line.index for line in cut_lines(page) if line.text == "Stokta var"}
    assert kept(page, labels) == sorted(labels)
    page = "\n".join([first, *(f"{item}\n{last}" for item in goods), last])
    labels = {line.index for line in cut_lines(page) if line.text == "Stokta var"}
    assert len(labels) == 3 and kept(page, labels) == []


VERSE = ENGLISH.replace(
    "The story of the road\n",
    "He kept no Sabbath, kept no wife,\nHis debts he kept in view;\nHe kept them all his life.\n",
)


def test_three_lines_of_verse_between_paragraphs_stay_in_any_language():
    lines = cut_lines(VERSE)
    sheet = make_sheet(VERSE, lines, "", [0.05] * len(lines))
    found = runs_of_lines(sheet, lines, {line.index: line.index in (0, len(lines) - 1) for line in lines})
    assert [line.text for line in found] == [
        "The gates closed, nobody waited.",
        "He kept no Sabbath, kept no wife,",
        "His debts he kept in view;",
        "He kept them all his life.",
        "The company did not answer.",
    ]


def test_buttons_and_copies_are_no_verse():
    text = ENGLISH.replace("The company did not answer.", "Loading text...\nLoading text...\nLoading text...")
    lines = cut_lines(text)
    sheet = make_sheet(text, lines, "", [0.05] * len(lines))
    assert list(runs_of_lines(sheet, lines, {x.index: not x.text.startswith("Loading") for x in lines})) == []


STANZA = ENGLISH.replace(
    "The story of the road\n",
    "\nThe town has a shy\ngrace. If you like it,\nit is a rough boy, and greedy,\n"
    "with hands too large for\ngiving flowers\n\n",
)


def stanza_kept(text: str, dropped: set[str]) -> list[str]:
    lines = cut_lines(text)
    keep = {line.index: line.text not in dropped for line in lines}
    return [line.text for line in runs_of_lines(make_sheet(text, lines, "", [0.3] * len(lines)), lines, keep)]


def test_a_stanza_of_which_most_lines_are_kept_stays_whole():
    dropped = {"with hands too large for", "giving flowers"}
    assert stanza_kept(STANZA, dropped) == ["with hands too large for", "giving flowers"]


def test_of_a_block_of_which_most_is_dropped_or_that_counts_nothing_is_kept():
    assert stanza_kept(STANZA, {"The town has a shy", "with hands too large for", "giving flowers"}) == []
    assert stanza_kept(STANZA.replace("flowers", "5 flowers"), {"with hands too large for"}) == []


CONTENTS = "Contents: 1. The road \u2013 2. The gates\n" + ENGLISH.replace("The story of the road", "The gates")


@pytest.mark.parametrize(("listed", "saved"), [(True, ["The gates"]), (False, [])])
def test_a_heading_that_the_contents_list_stays(listed, saved):
    lines = cut_lines(CONTENTS)
    sheet = make_sheet(CONTENTS, lines, "", [0.3] * len(lines))
    role = Role.CONTENTS if listed else Role.NAVIGATION
    sheet = sheet.with_claims([Claim(lines[0].start, lines[0].end, role, "contents")])
    keep = {line.index: line.text != "The gates" for line in lines[1:]}
    assert [line.text for line in listed_headings(sheet, lines[1:], keep)] == saved
