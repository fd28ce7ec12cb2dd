"""Split the body into sentences.

A sentence is a slice of its block: text is never changed here, and spans are sorted, disjoint and cover
every character that is not white space. Where sentences end is decided in `sentence_ends.py`, by the rules
of the language (`sentence_rules.py`) and the lines of the text (`sentence_lines.py`). Headings and labels
are not sentences; they travel with the sentences that stand under them.
"""

from __future__ import annotations

from .artifacts import find_flags
from .errors import ContractError
from .labels import BULLET
from .language import detect_language
from .model import Block, Disposition, Document, Role, Sentence
from .sentence_ends import split_run
from .sentence_lines import split_lines
from .sentence_rules import load_rules
from .settings import SegmentSettings

_OWN_LANGUAGE = 200
# Characters from which a block's language is its own. Shorter ones are told wrong too often (97 % a sentence).


def split_text(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Return the sentence spans of running text: half-open, in code points, trimmed of white space.

    `language` is an ISO 639-1 code; one without rules of its own takes the default rules. Line breaks
    are read as a person reads them: a blank line, a list item or a speaker's turn ends a sentence, the
    break of a wrapped line does not.

    >>> split_text("Gen. Ali spoke. He left.")
    [(0, 15), (16, 24)]
    """
    rules = load_rules(language)
    spans: list[tuple[int, int]] = []
    for begin, end in split_lines(text):
        split_run(text, begin, end, rules, spans)
    _assert_cover(text, spans)
    return spans


def segment_document(document: Document, settings: SegmentSettings) -> list[Sentence]:
    """Return the sentences of the body, in reading order.

    Headings and labels are not sentences: they travel as `heading` and `label` of the sentences under
    them. A list item's bullet mark is outside its sentence. A block of 200
    characters or more has its own language, a shorter one the document's.
    """
    sentences: list[Sentence] = []
    heading, label, label_end = document.title, None, -1
    for index, block in enumerate(document.blocks):
        if block.disposition is not Disposition.BODY:
            continue
        if block.role is Role.HEADING:
            heading, label = block.text.strip(), None
            continue
        if block.role is Role.LABEL:
            label, label_end = _label_name(block.text), block.end
            continue
        if label is not None and block.role is not Role.LIST_ITEM and block.start > label_end:
            label = label if document.text[label_end : block.start].isspace() else None
        language = _block_language(block, document)
        begin = 0
        if block.role is Role.LIST_ITEM and (bullet := BULLET.match(block.text)):
            begin = bullet.end()
        for start, end in split_text(block.text[begin:], language):
            text = block.text[begin + start : begin + end]
            place = block.start + begin + start
            sentences.append(
                Sentence(
                    index=len(sentences),
                    block_index=index,
                    start=place,
                    end=place + len(text),
                    text=text,
                    role=block.role,
                    heading=heading,
                    label=label,
                    language=language,
                    flags=find_flags(text),
                )
            )
        if block.role is not Role.LIST_ITEM:
            label = None
    return sentences


def _label_name(text: str) -> str | None:
    bullet = BULLET.match(text)
    return text[bullet.end() if bullet else 0 :].strip().rstrip(":：").rstrip() or None


def _block_language(block: Block, document: Document) -> str:
    if len(block.text) < _OWN_LANGUAGE:
        return document.language.code
    found = detect_language(block.text)
    return document.language.code if found.code == "und" else found.code


def _assert_cover(text: str, spans: list[tuple[int, int]]) -> None:
    last = 0
    for start, end in spans:
        if start >= end or start < last or (start > last and not text[last:start].isspace()):
            raise ContractError(f"sentence span {start}..{end} loses or doubles text after {last}; report this text.")
        last = end
    if last < len(text) and not text[last:].isspace():
        raise ContractError(f"text after {last} is in no sentence; report this text.")
