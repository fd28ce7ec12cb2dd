"""Split the body into sentences.

A sentence is a slice of its block: text is never changed here, and spans are sorted, disjoint and cover
every character that is not white space. Where sentences end is decided in `sentence_ends.py`, by the rules
of the language (`sentence_rules.py`) and the lines of the text (`sentence_lines.py`). Headings and labels
are not sentences; they travel with the sentences that stand under them. Markdown is split as a reader sees it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .artifacts import find_all_signs, find_flags
from .errors import ContractError
from .labels import BULLET
from .language import detect_block
from .markdown_view import MarkdownView, read_view
from .model import Block, Disposition, Document, Role, Sentence
from .sentence_ends import split_run
from .sentence_lines import split_lines
from .sentence_rules import load_rules

_NUMBER = re.compile(r"\(?\d{1,3}[.)]\)?")
_LONGEST_NUMBER = len("(123.)")


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
    for begin, end in split_lines(text, rules.never):
        split_run(text, begin, end, rules, spans)
    _assert_cover(text, spans)
    return spans


def segment_document(document: Document) -> list[Sentence]:
    """Return the sentences of the body, in reading order.

    Headings and labels are not sentences: they travel as `heading` (the nearest above, else the title) and
    `label` (without bullet and colon) of the sentences under them. A label that opens a line holds for that
    block; one on a line of its own holds for the block below it, or for the whole list. A list item's bullet
    mark is outside its sentence. A block of 200 letters or more may have a language of its own, a shorter one
    has the document's.
    """
    sentences: list[Sentence] = []
    heading, label = document.title, _NO_LABEL
    body = [(index, block) for index, block in enumerate(document.blocks) if block.disposition is Disposition.BODY]
    view = read_view(document.text, document.media_type)
    shown = [view and view.part(block.start, block.end) for _, block in body]
    texts = [part.text if part else block.text for part, (_, block) in zip(shown, body, strict=True)]
    for (index, block), part, text, signs in zip(body, shown, texts, find_all_signs(texts), strict=True):
        if block.role is Role.HEADING:
            heading, label = _without_marks(text.strip()), _NO_LABEL
            continue
        if block.role is Role.LABEL:
            alone = "\n" in document.text[block.end : _next_start(document, index)]
            label = _Label(_label_name(text), holds_list=alone)
            continue
        if label.in_list and block.role is not Role.LIST_ITEM:
            label = _NO_LABEL
        own = block.role is not Role.TABLE
        language = detect_block(text, document.language.code) if own else document.language.code
        found = _block_sentences(index, block, text, language, heading, label.name, len(sentences), signs)
        sentences += [_in_source(s, block, part) for s in found] if part else found
        holds = label.holds_list and block.role is Role.LIST_ITEM
        label = replace(label, in_list=True) if holds else _NO_LABEL
    return sentences


@dataclass(frozen=True, slots=True)
class _Label:
    name: str | None
    holds_list: bool = False
    in_list: bool = False


_NO_LABEL = _Label(None)


def _block_sentences(
    index: int,
    block: Block,
    shown: str,
    language: str,
    heading: str | None,
    label: str | None,
    first: int,
    signs: Sequence[str],
) -> list[Sentence]:
    begin = 0
    if block.role is Role.QUOTE and "\n" in shown:
        # As long as it was, so that places stay.
        shown = _QUOTED.sub(lambda m: m[1] + " " * (len(m[0]) - len(m[1])), shown)
    if block.role in _MARKED and (mark := _MARKED[block.role].match(shown)):
        begin = mark.end()
    body = shown[begin:]
    return [
        Sentence(
            index=first + number,
            block_index=index,
            start=block.start + begin + start,
            end=block.start + begin + end,
            text=(text := body[start:end]),
            role=block.role,
            heading=heading,
            label=label,
            language=language,
            flags=find_flags(text, signs) if signs else (),
        )
        for number, (start, end) in enumerate(_join_numbers(body, split_text(body, language)))
    ]


_MARKED = {Role.LIST_ITEM: BULLET, Role.QUOTE: re.compile(r"(?:>[ \t]*)+(?=\S)")}
_QUOTED = re.compile(r"(\r?\n)(?:[ \t]*>)+")
"""The mark of a quotation on its further lines."""


def _without_marks(heading: str) -> str:
    """Return a heading without the marks of its level."""
    bare = heading.lstrip("#")
    if bare == heading or not bare[:1].isspace():
        return heading
    closed = bare.rstrip("#")
    return (closed if closed[-1:].isspace() else bare).strip()


def _in_source(sentence: Sentence, block: Block, part: MarkdownView) -> Sentence:
    """Return a sentence of a block's view as a slice of the document."""
    start, end = part.span(sentence.start - block.start, sentence.end - block.start)
    return replace(sentence, start=start, end=end, text=part.source[start:end], shown=sentence.text)


def _join_numbers(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans with the bare number of an item joined to what it numbers: an analyst quotes no "2."."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and joined[-1][1] - joined[-1][0] <= _LONGEST_NUMBER and _NUMBER.fullmatch(text, *joined[-1]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _next_start(document: Document, index: int) -> int:
    return document.blocks[index + 1].start if index + 1 < len(document.blocks) else len(document.text)


def _label_name(text: str) -> str | None:
    bullet = BULLET.match(text)
    return text[bullet.end() if bullet else 0 :].strip().rstrip(":：").rstrip() or None


def _assert_cover(text: str, spans: list[tuple[int, int]]) -> None:
    last = 0
    for start, end in spans:
        if start >= end or start < last or (start > last and not text[last:start].isspace()):
            raise ContractError(f"sentence span {start}..{end} loses or doubles text after {last}; report this text.")
        last = end
    if last < len(text) and not text[last:].isspace():
        raise ContractError(f"text after {last} is in no sentence; report this text.")
