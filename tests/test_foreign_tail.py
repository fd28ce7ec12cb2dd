"""What stands around an article in a language the line model did not learn, with probabilities given by the case."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.blocks import cut_lines
from pipeline.claim_lines import claim_lines
from pipeline.extract import extract_html
from pipeline.judge_lines import judge_lines
from pipeline.model import Page
from pipeline.settings import CleanSettings

ARTICLE = (
    "Padome otrdien nolēma līdz ziemai salabot veco piestātni, pēc gandrīz piecu stundu garām debatēm, kurās runāja "
    "iedzīvotāji, zvejnieki un prāmja īpašnieki, kas baidās par savu darbu.",
    "Inženieri jau pavasarī brīdināja, ka koka pāļi austrumu pusē ir satrunējuši, ka smagām mašīnām pa to nevajadzētu "
    "braukt un ka gaidīšana izmaksās daudz vairāk nekā remonts.",
    "Mērs sacīja, ka nauda nāks no ceļu fonda, ka darbi sāksies septembrī un ka prāmis līdz nākamajam pavasarim "
    "izmantos ziemeļu piestātni, kur vietas pietiek visiem.",
)
HEADLINES = (
    "Ventspilī atklāta jauna bibliotēka jauniešiem",
    "Degvielas cenas Baltijā atkal kāpj",
    "Hokeja izlase uzvar Čehiju papildlaikā",
    "Laika prognoze nedēļas nogalei",
    "Dārza svētki Siguldā pulcē tūkstošus",
)
TALK = "Vai tiešām neviens par to neko nezināja?"
FACTS = ("Garums: 120 metri", "Dziļums: 7 metri", "Izmaksas: 3 miljoni eiro", "Uzņēmējs: Ostas būve")

VERSE = (
    "un laiva bez airiem pie vecā mola",
    "kur bērnība palika vējā un sālī",
    "es saucu tevi bet atbild vien jūra",
    "un bāka kas mirdz kā uz svešas salas",
)


def kept(rows: list[tuple[str, float]], html: bool = False) -> list[str]:
    """Return the lines that stay of a page of which the model keeps what has more than a tenth."""
    page = Page("0", "0", "text/plain", "\n\n".join(line for line, _ in rows))
    if html:
        page = extract_html(
            "<html><body>" + "".join(f"<div><p>{line}</p></div>" for line, _ in rows) + "</body></html>"
        )
    lines = cut_lines(page.text, page.markup)
    assert [line.text for line in lines] == [line for line, _ in rows]
    scores = SimpleNamespace(
        probability=np.array([p for _, p in rows]), keep=np.array([p > 0.1 for _, p in rows]), evidence=lambda _: ""
    )
    verdicts, _ = judge_lines(claim_lines(page, lines, scores, CleanSettings()), scores)
    return [lines[i].text for i, verdict in sorted(verdicts.items()) if verdict.keep]


DROPPED = ("Ienākt", "Reģistrēties", "Kontakti", "Reklāma", "Arhīvs")


def rows(*below: str, level: float = 0.3) -> list[tuple[str, float]]:
    return [*((line, 0.01) for line in DROPPED), *((p, 0.9) for p in ARTICLE), *((line, level) for line in below)]


@pytest.mark.parametrize("html", [False, True], ids=["text", "html"])
def test_headlines_around_the_article_go(html: bool) -> None:
    above = [(line, 0.3) for line in ("Sākums un jaunumi šodien", "Kultūras ziņas un afiša", "Sporta ziņas un tabulas")]
    assert kept([*above, *rows(*HEADLINES)], html)[-3:] == list(ARTICLE)
    assert not set(HEADLINES) & set(kept([*above, *rows(*HEADLINES)], html))


@pytest.mark.parametrize(
    "below",
    [HEADLINES[:2], FACTS, (TALK, TALK + " Neviens.", "Nē. " + TALK, HEADLINES[0]), VERSE],
    ids=["two lines", "names and values", "talk", "verse"],
)
def test_few_lines_facts_and_sentences_stay(below: tuple[str, ...]) -> None:
    assert set(below) <= set(kept(rows(*below)))


def test_lines_that_the_model_believes_stay() -> None:
    assert set(HEADLINES) <= set(kept(rows(*HEADLINES, level=0.58)))


def test_where_nothing_else_goes_nothing_goes() -> None:
    assert set(HEADLINES) <= set(kept(rows(*HEADLINES)[len(DROPPED) :]))


def test_one_paragraph_makes_no_article() -> None:
    page = [row for row in rows(*HEADLINES) if row[0] not in ARTICLE[1:]]
    assert set(HEADLINES) <= set(kept(page))


TEASERS = (
    "Ventspilī atklāta jauna bibliotēka jauniešiem",
    "Tajā ir trīs zāles, un pirmie lasītāji ieradās jau agri no rīta.",
    "Degvielas cenas Baltijā atkal kāpj",
    "Šonedēļ litrs maksā par četriem centiem vairāk nekā pērn.",
)


def test_teasers_with_sentences_go_behind_a_share_bar() -> None:
    page = [*rows(), ("Facebook Twitter WhatsApp", 0.02), *((line, 0.3) for line in TEASERS)]
    assert kept(page) == list(ARTICLE)


def test_teasers_with_sentences_stay_right_below_the_text() -> None:
    assert set(TEASERS) <= set(kept(rows(*TEASERS)))


def test_what_follows_the_text_stays_before_a_share_bar() -> None:
    page = [*rows(TALK), ("Facebook Twitter WhatsApp", 0.02), *((line, 0.3) for line in TEASERS)]
    assert kept(page) == [*ARTICLE, TALK]


def test_below_one_long_paragraph_only_what_is_behind_a_share_bar_goes() -> None:
    above = [*((line, 0.01) for line in DROPPED), (" ".join(ARTICLE), 0.9)]
    below = [(line, 0.3) for line in HEADLINES]
    assert kept([*above, ("Facebook Twitter WhatsApp", 0.02), *below]) == [" ".join(ARTICLE)]
    assert kept([*above, *below]) == [" ".join(ARTICLE), *HEADLINES]


def test_a_long_teaser_is_not_kept_against_it() -> None:
    teaser = " ".join((*TEASERS, *TEASERS[:2]))
    page = [*rows(), ("Facebook Twitter WhatsApp", 0.02), *((line, 0.3) for line in TEASERS), (teaser, 0.48)]
    assert kept(page) == list(ARTICLE)
