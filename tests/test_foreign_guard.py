"""What the guard of foreign prose promises: a sentence between paragraphs stays in languages the model has not read."""

import pytest

from pipeline.blocks import cut_lines
from pipeline.foreign_guard import foreign_sentences
from pipeline.rules.sheet import make_sheet

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
