"""What sites and their engines print around a text, in languages that the line model was not trained on."""

from __future__ import annotations

import pytest

import pipeline
from pipeline.model import Disposition, Document

GERMAN = (
    "Die Fähre verließ am Montag den alten Hafen mit einem Klavier an Bord, und niemand konnte sagen, wer es "
    "bestellt hatte.\n\nDer Kapitän fand es neben der Treppe, in eine blaue Plane gewickelt und mit einem Tau "
    "festgebunden.\n\nIm Zielhafen wartete eine Frau, die seit zwanzig Jahren nicht mehr gespielt hatte."
)
POLISH = (
    "Prom wypłynął w poniedziałek ze starego portu z fortepianem na pokładzie i nikt nie umiał powiedzieć, kto go "
    "zamówił.\n\nKapitan znalazł go przy schodach, owinięty w niebieską plandekę i przywiązany liną.\n\nW porcie "
    "docelowym czekała kobieta, która nie grała od dwudziestu lat."
)
TURKISH = (
    "Feribot pazartesi günü güvertesinde bir piyanoyla eski limandan ayrıldı ve onu kimin ısmarladığını kimse "
    "söyleyemedi.\n\nKaptan piyanoyu merdivenin yanında, mavi bir brandaya sarılmış ve halatla bağlanmış olarak "
    "buldu.\n\nVarış limanında yirmi yıldır çalmamış bir kadın bekliyordu."
)


def rule_of(document: Document, part: str) -> str:
    """Return the rule of the block that holds `part`."""
    at = document.text.index(part)
    return next(b.rule for b in document.blocks if b.start <= at < b.end)


def kept(document: Document) -> str:
    return "\n\n".join(b.text for b in document.blocks if b.disposition is Disposition.BODY)


@pytest.mark.parametrize(
    ("text", "note", "rule"),
    [
        (GERMAN, "Deine E-Mail-Adresse wird nicht veröffentlicht.", "comment_prompt"),
        (GERMAN, "Erforderliche Felder sind mit * markiert", "engine_note"),
        (POLISH, "Powiadom mnie o nowych komentarzach przez e-mail.", "engine_note"),
        (TURKISH, "Yorum yapabilmek için oturum açmalısınız.", "comment_prompt"),
        (GERMAN, "Jeden Mittwoch kommt unser Newsletter direkt in Ihr Postfach.", "newsletter_box"),
        (POLISH, "Najważniejsze wiadomości z portu prosto na skrzynkę.", "newsletter"),
        (TURKISH, "Limanın haberleri için bültenimize e-posta ile ulaşın.", "newsletter_box"),
        (GERMAN, "Mit dem Absenden akzeptieren Sie unsere Datenschutzerklärung.", "consent"),
        (POLISH, "Klikając, wyrażasz zgodę na przetwarzanie danych osobowych.", "consent"),
        (TURKISH, "Devam ederek gizlilik politikası metnini kabul etmiş sayılırsınız.", "consent"),
        (GERMAN, "Dieser Artikel erschien zuerst im Hafenkurier.", "disclaimer"),
        (POLISH, "Tekst ukazał się pierwotnie w Kurierze Portowym.", "first_published"),
        (GERMAN, "Kommentare mit Beleidigungen werden gelöscht.", "comment_rules"),
        (POLISH, "Nikt jeszcze nie zostawił komentarza, komentarze czekają.", "comment_prompt"),
        (GERMAN, "Unterstützen Sie unsere Redaktion mit zwei Euro im Monat.", "donate"),
        (TURKISH, "Video oynatılamıyor.", "player"),
        (POLISH, "Widzisz błąd w tekście? Daj nam znać.", "asking_line"),
        (TURKISH, "Okumaya devam etmek aboneler için.", "paywall"),
    ],
)
def test_a_note_below_the_text_goes_alone(text: str, note: str, rule: str) -> None:
    document = pipeline.clean_text(f"{text}\n\n{note}")
    assert rule_of(document, note) == rule
    assert kept(document) == text


def test_a_paragraph_keeps_what_stands_before_the_note() -> None:
    document = pipeline.clean_text(f"{GERMAN} Deine E-Mail-Adresse wird nicht veröffentlicht.")
    assert kept(document) == GERMAN


@pytest.mark.parametrize(
    "sentence",
    [
        "Die Datenschutzerklärung der Reederei füllt elf Seiten, und kein Fahrgast hat sie je gelesen.",
        "Wer mitfahren will, meldet sich per E-Mail beim Hafenmeister, der die Liste führt.",
        "Das Lied wurde zuerst veröffentlicht, als der Kapitän noch ein Schüler war.",
        "Die Musiker akzeptieren die Bedingungen der Reederei nicht und spielen am Kai weiter.",
        "Seine E-Mail-Adresse stand auf der Rückseite der Plane, doch niemand hat ihm geschrieben.",
    ],
)
def test_a_story_may_tell_of_such_things(sentence: str) -> None:
    text = f"{GERMAN}\n\n{sentence}\n\nAm Abend fuhr das Schiff ohne das Klavier zurück."
    assert sentence in kept(pipeline.clean_text(text))


@pytest.mark.parametrize(
    "sentence",
    [
        "Den Fehler in der Frachtliste hat bis heute niemand gefunden.",
        "Das Video der Überfahrt konnte auf dem alten Gerät nicht abgespielt werden, sagt der Kapitän und lacht.",
        "Als Erster schrieb ein Schüler einen Brief an die Reederei.",
        "Die Abonnenten der Hafenzeitung lasen davon erst am Mittwoch.",
    ],
)
def test_the_last_sentence_of_a_story_stays(sentence: str) -> None:
    assert kept(pipeline.clean_text(f"{GERMAN}\n\n{sentence}")).endswith(sentence)


def test_a_date_in_the_headline_is_not_the_articles() -> None:
    document = pipeline.clean_text(
        f"Artikel vom 16.07.2015\n\nAus der Sitzung des Hafenrates vom 4. Juni 2015\n\n{GERMAN}"
    )
    assert document.title == "Aus der Sitzung des Hafenrates vom 4. Juni 2015"
    assert str(document.published_on) == "2015-07-16"


def test_stamps_of_remarks_are_no_date_of_publication() -> None:
    remarks = "\n\n".join(
        f"{who} - 1{n}/03/2016 18h:05\n\n{GERMAN[:115]}" for n, who in enumerate(("ada", "bo", "cleo"))
    )
    assert pipeline.clean_text(f"Ein Klavier an Bord\n\n3 Kommentare\n\n{remarks}").published_on is None


def test_the_headline_stands_behind_the_way_to_it() -> None:
    headline = "Klavier fährt mit der Fähre davon"
    document = pipeline.clean_text(f"Nachrichten Politik {headline}\n\n{headline}\n\n{GERMAN}")
    assert document.title == headline


def test_an_institute_is_no_author_and_a_professor_is() -> None:
    text = (
        "أبحرت العبارة يوم الاثنين من الميناء القديم وعلى متنها بيانو، ولم يستطع أحد أن يقول من الذي طلبه.\n\n"
        "وجد القبطان البيانو بجانب السلم ملفوفا في غطاء أزرق ومربوطا بحبل من حبال السفينة."
    )
    head = "بيانو على ظهر العبارة القديمة\n\nالإثنين 13/نوفمبر/2017\n\n"
    assert pipeline.clean_text(f"{head}معهد الضفاف للدراسات\n\n{text}").author is None
    assert pipeline.clean_text(f"{head}أ.د. سامي عبد النور\n\n{text}").author == "أ.د. سامي عبد النور"


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (
            "Die Stadt hat ihr Portal umgebaut. Bürger sollen dort alle Formulare finden, sagte der Bürgermeister.",
            "Das Ministerium teilte mit, die Seite werde nicht mehr aktualisiert.",
        ),
        (
            "La ville a refait son portail, et les habitants y trouveront tous les formulaires, a dit le maire hier.",
            "Selon le ministère, la page n'est plus mise à jour depuis mars.",
        ),
        (
            "Город переделал свой портал, и жители найдут на нём все бланки, сказал вчера мэр.",
            "По словам министра, страница больше не обновляется с марта прошлого года, и жители жалуются.",
        ),
        (
            "El banco abrió una oficina en el puerto y contrató a diez personas, dijo el alcalde ayer.",
            "El banco cobra una comisión por cada operación realizada en el puerto.",
        ),
        (
            "The union signed the deal on Monday after a week of talks, the mayor said in the harbour.",
            "The port will pay a commission to third parties who bring cargo, the union said.",
        ),
        (
            "Miasto przebudowało portal, a mieszkańcy znajdą na nim wszystkie formularze, powiedział burmistrz.",
            "Według ministra strona od marca nie jest już aktualizowana, na co skarżą się mieszkańcy miasta i okolic.",
        ),
        (
            "Belediye portalını yeniledi; yurttaşlar bütün formları orada bulacak, dedi başkan dün.",
            "Banka, üçüncü taraf şirketlere bu yıl komisyon ödemeyeceğini açıkladı.",
        ),
        (
            "市はポータルを作り直し、市民はすべての書類をそこで見つけられると市長は昨日述べた。",
            "銀行は第三者への手数料を来年から引き下げると発表した。",
        ),
        (
            "市政府改造了门户网站，市长昨天说市民可以在那里找到所有表格和服务。",
            "银行表示，明年起将降低支付给第三方的佣金。",
        ),
        (
            "The harbour radio told of the ferry all morning, and people stood on the quay to listen.",
            "The captain said he would vote in the poll of the union on Sunday.",
        ),
        (
            "Мэр рассказал о пароме по радио, и жители слушали его на пристани всё утро.",
            "Жители проголосуют в опросе на следующей неделе.",
        ),
        (
            "The harbour radio told of the ferry all morning, and people stood on the quay to listen.",
            "The singer's album is not on Spotify, he said, because nobody there had asked him.",
        ),
    ],
)
def test_a_last_sentence_that_tells_of_pages_links_and_third_parties_stays(first: str, last: str) -> None:
    document = pipeline.clean_text(f"The port\n\n{first}\n\n{first.replace('.', ' .')}\n\n{last}")
    at = document.text.rindex(last)
    assert next(b for b in document.blocks if b.start <= at < b.end).disposition == "body"
