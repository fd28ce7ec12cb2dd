"""Lines between paragraphs that ask the reader to act, in many languages, and what only looks like them."""

from __future__ import annotations

import pytest

import pipeline
from pipeline.model import Disposition

PARAGRAPHS = (
    "The council of the harbour town voted on Tuesday to repair the old quay before the winter storms, after a debate"
    " of nearly five hours in which residents, fishermen and the owners of the ferry spoke.",
    "Engineers had warned in spring that the wooden piles below the eastern side were rotten, that heavy lorries"
    " should no longer cross it, and that the cost of waiting would be far higher than the repair.",
    "The mayor said that the money would come from the fund for roads, that the work would begin in September, and"
    " that the ferry would use the northern pier until the following spring.",
    "Fishermen who have sold their catch there for forty years asked for a roof over the new stalls, and an architect "
    "promised to show a drawing at the next meeting in the school hall.",
)
ASKED = [
    "What do you think? Share your thoughts in the comments below!",
    "Subscribe to our newsletter to get the latest updates.",
    "Was denken Sie? Schreiben Sie uns in den Kommentaren!",
    "Et vous, qu’en pensez-vous ? Laissez un commentaire !",
    "O que você acha? Deixe seu comentário abaixo!",
    "Co o tym sądzisz? Podziel się opinią w komentarzach!",
    "А що думаєте ви? Поділіться думкою в коментарях!",
    "ما رأيك؟ شاركنا رأيك في التعليقات!",
    "نظر شما چیست؟ دیدگاه خود را در بخش نظرات بنویسید!",
    "Siz nə düşünürsünüz? Fikrinizi şərhlərdə yazın!",
    "뉴스레터를 구독하세요.",
    "コメント欄でお聞かせください。",
    "อย่าลืมกดติดตามเพจของเรา",
    "हमारे न्यूज़लेटर को सब्सक्राइब करें।",
    "आप क्या सोचते हैं? हमें टिप्पणी में बताएं।",
    "Vad tycker du? Skriv i kommentarerna!",
    "Не забудьте поделиться статьёй с друзьями!",
]
TOLD = [
    "Q: You also sent a newsletter.",
    "The new newsletter of the harbour office",
    "In the comments below the video, residents complained that nobody had asked them about the night ferry.",
    "“Share your thoughts in the comments below!” read the sign.",
    "The banner “Subscribe to our newsletter” hangs over the gate.",
    "Who will pay for the roof?",
    "Subscribers to the harbour's newsletter will be told the date of the opening by letter, a clerk said on Friday.",
    "Was meinen die Fischer?",
]


def rule_of(line: str, place: int) -> tuple[Disposition, str]:
    lines = [*PARAGRAPHS[:place], line, *PARAGRAPHS[place:]]
    document = pipeline.clean_text("\n\n".join(lines))
    found = {b.text: (b.disposition, b.rule) for b in document.blocks}
    assert all(found[p][0] is Disposition.BODY for p in PARAGRAPHS)
    return found[line]


@pytest.mark.parametrize("place", [2, 4])
@pytest.mark.parametrize("line", ASKED)
def test_a_line_that_only_asks_goes(line: str, place: int) -> None:
    assert rule_of(line, place)[0] is Disposition.DROPPED


@pytest.mark.parametrize("line", TOLD)
def test_a_line_that_tells_of_such_things_stays(line: str) -> None:
    assert rule_of(line, 2)[1] != "asking_line"
    if line.endswith("."):
        assert rule_of(line, 2)[0] is Disposition.BODY


def test_a_page_of_short_lines_keeps_its_own_request() -> None:
    lines = ["Harbour office", "Open from nine to five", "Subscribe to our newsletter.", "Ferry times", "Fish market"]
    document = pipeline.clean_text("\n\n".join(lines))
    assert "asking_line" not in {b.rule for b in document.blocks}


INSIDE = [
    "Tell us what you think in the comments!",
    "Расскажите в комментариях, что вы об этом думаете.",
    "Cuéntanos en los comentarios.",
    "N’hésitez pas à laisser un commentaire !",
    "अपनी राय नीचे कमेंट में बताएं।",
    "뉴스레터를 구독하세요.",
    "Melden Sie sich für unseren Newsletter an!",
]


@pytest.mark.parametrize("asked", INSIDE)
@pytest.mark.parametrize("first", [True, False])
def test_a_sentence_that_asks_is_cut_out_of_a_paragraph(asked: str, first: bool) -> None:
    said = PARAGRAPHS[1]
    line = f"{asked} {said}" if first else f"{said} {asked}"
    document = pipeline.clean_text("\n\n".join((PARAGRAPHS[0], line, *PARAGRAPHS[2:])))
    kept = " ".join(b.text for b in document.blocks if b.disposition is Disposition.BODY)
    assert said in kept
    assert asked not in kept


@pytest.mark.parametrize(
    "said",
    [
        "The sign on the door read: Tell us what you think in the comments!",
        "“Subscribe to our newsletter!” the clerk shouted through the closed door of the ferry office on Friday night.",
        "«Подпишитесь на нашу рассылку!» — кричал он с причала, пока паром не ушёл.",
    ],
)
def test_a_quoted_request_stays_in_its_paragraph(said: str) -> None:
    line = f"{PARAGRAPHS[1]} {said} {PARAGRAPHS[2]}"
    document = pipeline.clean_text("\n\n".join((PARAGRAPHS[0], line, PARAGRAPHS[3])))
    assert "asking_sentence" not in {b.rule for b in document.blocks}
