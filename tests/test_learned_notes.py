"""Lines that read like a site's notes, by learned words: other wordings than those that were learned from."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import pipeline
from benchmarks.site_lines import CASES, read_cases, try_cases
from pipeline.model import Disposition
from pipeline.rules.lexicon import find_cues, fold
from pipeline.rules.note_words import MAX_CHARS, load_note_weights, score_note

RESOURCES = Path(pipeline.__file__).parent / "resources" / "clean"
NEW = {
    "de": "Bitte wählen Sie Ihre Region, um lokale Nachrichten zu sehen.",
    "fr": "Votre navigateur n'est plus à jour, veuillez le mettre à jour.",
    "ru": "Ваш комментарий отправлен на проверку.",
    "ja": "この記事についてのご意見をお寄せください。",
    "zh": "您的评论正在审核中。",
    "tr": "Bu sayfadaki yorumlarınızı bize bildirin, lütfen e-posta adresinizi yazın.",
}
TOLD = {
    "en": "The ferry left the old harbour at noon.",
    "de": "Der Bürgermeister lehnte den Plan am Dienstag ab.",
    "ru": "Жители посёлка остались без воды.",
    "ja": "市長は計画を見送ると述べた。",
}


def log_odds(line: str) -> float:
    return score_note(line, list(find_cues(fold(line)))).log_odds


@pytest.mark.parametrize("language", NEW)
def test_a_note_that_was_not_learned_from_is_likely(language: str) -> None:
    assert NEW[language] not in {case.line for case in read_cases()}
    assert log_odds(NEW[language]) >= load_note_weights().likely


@pytest.mark.parametrize("language", TOLD)
def test_a_sentence_of_a_story_is_not(language: str) -> None:
    assert log_odds(TOLD[language]) < 0 < load_note_weights().likely < load_note_weights().sure


def test_a_claim_says_which_words_weighed() -> None:
    text = (
        "La crue de la Lurbe a privé de courant quatre cents maisons de la vallée dans la nuit de dimanche.\n\n"
        "Les habitants ont sorti la boue à la pelle, et le courant est revenu presque partout avant midi."
    )
    document = pipeline.clean_text(f"{text}\n\n{NEW['fr']}")
    assert "\n\n".join(b.text for b in document.blocks if b.disposition is Disposition.BODY) == text
    assert document.blocks[-1].rule == "learned_note"
    assert '"à jour"' in document.blocks[-1].evidence


VERSES = (
    "Das Lied vom alten Hafen entstand im Winter, als die Fähre sechs Wochen lang im Eis lag und niemand fortkam.\n\n"
    "Gesungen wird es bis heute am letzten Abend des Jahres, und jeder im Ort kennt die zweite Strophe.\n\n"
    "Komm und lies mir deine Briefe vor\nSchreib mir, was du heute hast gesehen\nSag mir deine Meinung leis ins Ohr\n"
    "Klick das Licht aus, bitte, eh wir gehen\nFolg mir jeden Morgen an das Tor\nLass mich neue Lieder mit dir sehen",
    "La chanson du vieux port est née l'hiver où le bac resta six semaines dans les glaces, et personne ne partit.\n\n"
    "On la chante encore le dernier soir de l'année, et chacun au village en connaît le second couplet.\n\n"
    "Partage avec moi ton dernier refrain\nÉcris-moi un mot, dis-moi ton avis\nSuis-moi chaque jour au bord du chemin\n"
    "Reçois mes chansons, viens lire la suite\nAbonne ton cœur au vent du matin\nClique sur l'étoile et vole bien vite",
)


@pytest.mark.parametrize("text", VERSES)
def test_a_song_that_speaks_to_you_is_not_taken_for_notes(text: str) -> None:
    assert not any(block.rule == "learned_note" for block in pipeline.clean_text(text).blocks)


def test_few_notes_of_an_author_who_had_seen_no_list_stay() -> None:
    outcomes = try_cases(list(read_cases(CASES.parent / "site_lines_independent.toml")))
    assert len(outcomes) == 448
    # Measured: 53; 84 without the learned words.
    assert sum(o.kept for o in outcomes) <= 58
    assert sum(o.lost for o in outcomes) == 0


def test_a_long_line_costs_no_more_than_its_beginning() -> None:
    assert log_odds("a " * MAX_CHARS) == log_odds("a " * (MAX_CHARS // 2))
    assert log_odds("") < load_note_weights().likely


def test_the_card_names_the_weights_that_ship() -> None:
    card = (RESOURCES / "NOTE_WORDS_CARD.md").read_text(encoding="utf-8")
    assert hashlib.sha256((RESOURCES / "note_words.npz").read_bytes()).hexdigest() in card
