"""Give every block of a page its role: cut, score, claim, judge, guard, name.

The text is cut into lines and the learned line model scores them all. Structural detectors claim what they
know, in the order of `RULES`; the scores tell them where the prose begins and ends, and overrule a claim whose
evidence is weaker. The model, whose second stage looks at the neighbours, decides what no rule claimed, and a guard
keeps prose that would go on weak evidence. Nothing is deleted: every character is white space or in one block.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from .blocks import cut_lines, lay_out
from .claim_lines import claim_pages
from .judge_lines import MODEL, judge_lines
from .ledger import write_blocks
from .markdown_ledger import carry_back
from .markdown_view import read_view
from .metadata import fact_date, fact_value, read_facts
from .model import DISPOSITION_OF, UNDETERMINED, Block, Disposition, Document, Language, Page
from .rescore import choose_again, read_again
from .rules.sheet import Sheet
from .score_lines import TRAFILATURA, Scored, score_lines
from .settings import CleanSettings


def clean_text(text: str, source_path: str | None = None) -> Document:
    """Clean one text without files or a version.

    >>> [str(b.role) for b in clean_text("Share this article").blocks]
    ['promotion']
    """
    doc_id = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return clean_page(Page(doc_id, source_path or "", "text/plain", text), CleanSettings())


def clean_html(html: bytes | str, url: str | None = None) -> Document:
    """Clean one HTML page without files or a version; raises RejectedError for a page that cannot be read."""
    from .extract import extract_html

    return clean_page(extract_html(html, url), CleanSettings())


def clean_page(page: Page, settings: CleanSettings) -> Document:
    """Return the page with every block labelled."""
    return clean_pages([page], settings)[0]


def clean_pages(pages: Sequence[Page], settings: CleanSettings) -> list[Document]:
    """Return the pages labelled, in order; each gets what it would get alone."""
    portions = (pages[low : low + PORTION] for low in range(0, len(pages), PORTION))
    return [document for portion in portions for document in _clean_portion(portion, settings)]


def _clean_portion(pages: Sequence[Page], settings: CleanSettings) -> list[Document]:
    views = [read_view(page.text, page.media_type) for page in pages]
    layouts = [lay_out(view) if view else None for view in views]
    pages = [replace(page, text=layout.text) if layout else page for page, layout in zip(pages, layouts, strict=True)]
    cut = [cut_lines(page.text, page.markup, layout) for page, layout in zip(pages, layouts, strict=True)]
    scored = list(zip(pages, cut, score_lines(pages, cut, settings), strict=True))
    documents = _label(scored, settings)
    return [carry_back(d, view) if view else d for d, view in zip(documents, views, strict=True)]


PORTION = 50
"""Pages that each step is done for before the next step begins."""
# One page after the other, all steps and rules, costs a seventh more: the words and the code of a rule have left the
# processor's cache before they are asked for again. 25 to 100 pages cost the same. More at once would outlive what is
# remembered of their texts from cutting them to their rules (`paged.PAGES`).


def _label(pages: Sequence[Scored], settings: CleanSettings) -> list[Document]:
    """Return the pages labelled."""
    sheets = claim_pages(pages, settings)
    pages = choose_again(read_again(pages, sheets, settings), sheets)
    judged = [
        judge_lines(sheet, scores, _who_scores(page, settings))
        for sheet, (page, _, scores) in zip(sheets, pages, strict=True)
    ]
    written = [
        write_blocks(sheet, verdicts, settings.label_siblings)
        for sheet, (verdicts, _) in zip(sheets, judged, strict=True)
    ]
    languages = [_language(blocks) for blocks in written]
    return [
        _document(page, sheet, blocks, language, flags)
        for (page, _, _), sheet, blocks, language, (_, flags) in zip(
            pages, sheets, written, languages, judged, strict=True
        )
    ]


def _who_scores(page: Page, settings: CleanSettings) -> str:
    return TRAFILATURA if page.markup and settings.html_engine == TRAFILATURA else MODEL


def _document(
    page: Page, sheet: Sheet, blocks: tuple[Block, ...], language: Language, flags: tuple[str, ...]
) -> Document:
    facts = read_facts(sheet, page.facts, language.code)
    return Document(
        doc_id=page.doc_id,
        source_path=page.source_path,
        media_type=page.media_type,
        text=page.text,
        blocks=blocks,
        title=fact_value(facts, "title"),
        author=fact_value(facts, "author"),
        published_on=fact_date(facts),
        site=fact_value(facts, "site"),
        language=language,
        facts=facts,
        flags=flags,
    )


def _language(blocks: Sequence[Block]) -> Language:
    from .language import detect_document

    kept = [b for b in blocks if DISPOSITION_OF[b.role] is Disposition.BODY]
    return detect_document(kept) if kept else UNDETERMINED
