from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import Block, Disposition, Document, Role, Sentence
from pipeline.normalize import normalize_text
from pipeline.tables import count_characters, make_documents, make_sentences

PIECES = st.text("ab é\t\n\x1c\x85\u00a0\u2028\u3000\u200b中\U0001f600", min_size=1, max_size=12)


def document(pieces: list[tuple[Role, str]]) -> Document:
    blocks: list[Block] = []
    text = ""
    for role, piece in pieces:
        blocks.append(Block(len(text), len(text) + len(piece), piece, role, "test"))
        text += piece + "\n"
    return Document("d", "d.txt", "text/plain", text, tuple(blocks))


@settings(max_examples=200, deadline=None)
@given(PIECES)
def test_what_is_counted_is_what_is_no_white_space(text: str) -> None:
    assert count_characters(text) == sum(not char.isspace() for char in text)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Role), PIECES), max_size=6))
def test_a_document_s_characters_are_those_of_its_blocks_by_disposition(pieces: list[tuple[Role, str]]) -> None:
    made = document(pieces)
    row = make_documents([made], [0]).to_pylist()[0]
    assert row["text_chars"] == count_characters(made.text)
    for disposition in Disposition:
        counted = sum(count_characters(b.text) for b in made.blocks if b.disposition is disposition)
        assert row[f"{disposition}_chars"] == counted


def test_a_document_without_a_block_has_no_characters_of_any_disposition() -> None:
    row = make_documents([document([])], [0]).to_pylist()[0]
    assert [row[f"{disposition}_chars"] for disposition in Disposition] == [0, 0, 0]


def test_every_sentence_has_the_reader_s_text_of_its_heading_and_label() -> None:
    made = document([(Role.PARAGRAPH, "One. Two. Three.")])
    heads = [("Gas  and\noil", None), ("Gas  and\noil", "a\u00adb"), (None, "a\u00adb")]
    found = [
        Sentence(i, 0, 5 * i, 5 * i + 4, "One.", Role.PARAGRAPH, heading=heading, label=label)
        for i, (heading, label) in enumerate(heads)
    ]
    rows = make_sentences([made], [found]).to_pylist()
    assert [(row["heading"], row["label"]) for row in rows] == [
        (heading and normalize_text(heading), label and normalize_text(label)) for heading, label in heads
    ]
