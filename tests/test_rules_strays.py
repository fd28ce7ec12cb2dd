"""Headlines of other stories strewn over a text, requests at a paragraph's edge, and headers in unusual forms."""

from __future__ import annotations

import pytest

import pipeline
from pipeline.model import Disposition, Document, Role

STORY = """O porto de Sines bate um recorde de contentores

O porto movimentou 450 mil contentores entre janeiro e março, mais do que há um ano, segundo a administração.

{0}

O presidente da empresa afirmou que o crescimento está acima da média europeia e que as obras seguem o calendário.

{1}

O novo terminal deverá abrir em 2028, e a empresa espera contratar mais de duzentas pessoas até ao fim da construção.

{2}"""
FOREIGN = "Ministers urge restraint as the talks stall in Geneva"
OWN_LANGUAGE = "Governo aprova regime fiscal para jovens agricultores"


def dispositions(document: Document, words: str) -> set[Disposition]:
    return {b.disposition for b in document.blocks if words in b.text}


@pytest.mark.parametrize("headline", [FOREIGN, OWN_LANGUAGE])
def test_a_strange_headline_goes_wherever_its_copies_stand(headline: str) -> None:
    document = pipeline.clean_text(STORY.format(headline, headline, headline))
    assert dispositions(document, headline) == {Disposition.DROPPED}
    assert {b.role for b in document.blocks if b.text == headline} == {Role.REPEATED}
    assert document.title == "O porto de Sines bate um recorde de contentores"
    assert dispositions(document, "O presidente da empresa") == {Disposition.BODY}


def test_two_copies_are_not_enough() -> None:
    document = pipeline.clean_text(STORY.format(OWN_LANGUAGE, OWN_LANGUAGE, ""))
    assert not [b for b in document.blocks if b.rule == "stray_headline"]


@pytest.mark.parametrize(
    "line",
    [
        "O presidente da administração do porto de Sines",  # a speaker: the text knows the words
        "Presidente da República:",
        "Obras do terminal",
    ],
)
def test_a_line_that_belongs_to_the_text_may_repeat(line: str) -> None:
    document = pipeline.clean_text(STORY.format(line, line, line))
    assert not [b for b in document.blocks if b.rule == "stray_headline"]


def test_speakers_that_take_turns_stay() -> None:
    a, b, c = (
        "Deputy Ann Carter of the Northern Group",
        "Deputy Bob Miller of the Southern Group",
        "The Clerk of the House",
    )
    turns = [a, b, a, b, c, a, b, c, c]
    said = "I have listened to what was said here, and I must say that none of it answers what I asked last week."
    document = pipeline.clean_text("\n\n".join(f"{who}\n\n{said[:-1]}, number {i}." for i, who in enumerate(turns)))
    assert not [block for block in document.blocks if block.rule == "stray_headline"]


REQUESTS = [
    "Subscribe to our newsletter and get the news in your inbox.",
    "Assine a nossa newsletter e receba as notícias no seu e-mail.",
    "Подпишитесь на нашу рассылку, чтобы не пропустить новости.",
    "Suscríbete a nuestro boletín y recibe las noticias en tu correo.",
    "Iscriviti alla nostra newsletter per ricevere le notizie.",
    "Abonnez-vous à notre newsletter pour ne rien manquer.",
    "Abonnieren Sie unseren Newsletter mit den Nachrichten des Tages.",
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_request_at_the_edge_of_a_paragraph_is_cut_off(request_: str) -> None:
    text = f"Port plans\n\n{request_} {'The new terminal will open in 2028 and handle four million containers. ' * 2}"
    document = pipeline.clean_text(text)
    assert dispositions(document, request_[:20]) == {Disposition.DROPPED}
    assert dispositions(document, "The new terminal will open") == {Disposition.BODY}


@pytest.mark.parametrize(
    "sentence",
    [
        "The newsletter that the ministry sends to our newsletter readers was stopped in May.",
        "“Subscribe to our newsletter and get the news in your inbox,” the page told every visitor.",
    ],
)
def test_a_sentence_about_newsletters_stays(sentence: str) -> None:
    document = pipeline.clean_text(f"Port plans\n\n{sentence} The new terminal will open in 2028 with four berths.")
    assert dispositions(document, sentence[:20]) == {Disposition.BODY}


def test_the_mark_of_a_first_heading_makes_a_title() -> None:
    text = "Home » Economy\n# The terminal will open in 2025, say the builders.\n\nBy Ann Lee, 3 May 2023\n\n"
    document = pipeline.clean_text(
        text + "The builders said on Tuesday that the terminal would open in two years. " * 3
    )
    assert document.title == "The terminal will open in 2025, say the builders."


def test_a_title_may_end_like_a_sentence_above_its_byline() -> None:
    text = "The terminal of the northern port will open next year.\nBy Ann Lee | 3 May 2023\n\n"
    document = pipeline.clean_text(
        text + "The builders said on Tuesday that the terminal would open in two years. " * 3
    )
    assert document.title == "The terminal of the northern port will open next year."
    assert document.author == "Ann Lee"


def test_the_address_of_the_page_is_no_date() -> None:
    text = "https://www.example.org/2021/03/12/port-plans\n\nThe port plans a second terminal\n\n"
    document = pipeline.clean_text(
        text + "The builders said on Tuesday that the terminal would open in two years. " * 3
    )
    assert document.published_on is None
    assert {b.role for b in document.blocks if b.text.startswith("https")} == {Role.SITE}


def test_how_long_ago_it_was_updated_does_not_hide_the_date() -> None:
    text = "The port plans a second terminal\n\nBy Ann Lee | 12 March 2024, 08:45 | Updated 3 hours ago\n\n"
    document = pipeline.clean_text(
        text + "The builders said on Tuesday that the terminal would open in two years. " * 3
    )
    assert (document.author, str(document.published_on)) == ("Ann Lee", "2024-03-12")


SCRIPTS = {
    "hy": (
        "Նավահանգիստը նորից փակ է",
        "Հանձնաժողովը երեքշաբթի կրկին քննարկեց նավահանգստի ծրագիրը, և անդամներից շատերը ժամանակ խնդրեցին:",
        "Չիլիում ուժեղ երկրաշարժ է տեղի ունեցել, զոհեր չկան",
    ),
    "ka": (
        "პორტის გეგმა ისევ გადაიდო",
        "კომისიამ სამშაბათს ისევ განიხილა პორტის გეგმა, და რამდენიმე წევრმა მეტი დრო მოითხოვა კენჭისყრამდე.",
        "თურქეთში ავტობუსის ავარიას ორი ადამიანი ემსხვერპლა",
    ),
    "fa": (
        "طرح بندر باز هم عقب افتاد",
        "کمیسیون روز سه‌شنبه دوباره درباره طرح بندر گفت‌وگو کرد و چند عضو خواستند که رأی‌گیری ماه آینده عقب بیفتد.",
        "ستاره تیم ملی با خودروی جدیدش به تمرین آمد",
    ),
}


@pytest.mark.parametrize("language", sorted(SCRIPTS))
def test_a_strange_headline_goes_in_every_script(language: str) -> None:
    title, prose, headline = SCRIPTS[language]
    parts = [title, prose, headline, prose, headline, f"{prose} {headline}", headline, prose]
    document = pipeline.clean_text("\n\n".join(parts))
    gone = [b for b in document.blocks if b.role is Role.REPEATED]
    assert [b.text for b in gone] == [headline] * 4
    assert sum(b.text == prose and b.disposition is Disposition.BODY for b in document.blocks) == 4


KNOWN_HEADLINE = "Nova obra do porto de Sines divide a administração"


def _story_with(lines: list[str]) -> str:
    said = "A administração do porto de Sines disse que a obra número {} divide a cidade, e que o plano fica como está."
    paragraphs = [said.format(i) for i in range(len(lines) + 1)]
    return "O que se sabe do plano\n\n" + "\n\n".join(
        f"{paragraph}\n\n{line}" for paragraph, line in zip(paragraphs, [*lines, ""], strict=True)
    )


def test_a_headline_in_the_texts_own_words_goes_from_four_copies() -> None:
    document = pipeline.clean_text(_story_with([KNOWN_HEADLINE] * 4))
    assert dispositions(document, KNOWN_HEADLINE) == {Disposition.DROPPED}
    assert dispositions(document, "a obra número") == {Disposition.BODY}
    three = pipeline.clean_text(_story_with([KNOWN_HEADLINE] * 3))
    assert dispositions(three, KNOWN_HEADLINE) == {Disposition.BODY}


@pytest.mark.parametrize(
    "lines",
    [
        ["O que fica de fora do plano da obra", "O que entra no plano"] * 4,  # labels of sections take turns
        ["O plano da obra"] * 5,  # a short label
        ["O que diz a administração do porto de Sines?"] * 5,  # a question may be a refrain
    ],
)
def test_labels_and_refrains_between_paragraphs_stay(lines: list[str]) -> None:
    document = pipeline.clean_text(_story_with(lines))
    assert not [b for b in document.blocks if b.rule == "stray_headline"]
