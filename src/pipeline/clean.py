"""Give every block of a page its role: cut, score, claim, judge, guard, name.

The text is cut into lines and the learned line model scores them all. Structural detectors claim what they
know, in the order of `RULES`; the scores tell them where the prose begins and ends, and overrule a claim whose
evidence is weaker. The model, whose second stage looks at the neighbours, decides what no rule claimed, and a guard
keeps prose that would go on weak evidence. Nothing is deleted: every character is white space or in one block.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .blocks import Line, cut_lines, lay_out
from .far_lines import far_lines
from .foreign_end import foreign_end
from .foreign_head import foreign_head
from .foreign_tail import foreign_tail
from .form_guard import kept_by_form
from .ledger import UNCLAIMED, Verdict, write_blocks
from .long_text_guard import slow_decline
from .markdown_ledger import carry_back
from .markdown_view import read_view
from .markup_guard import kept_by_markup, protected_lines
from .metadata import fact_date, fact_value, read_facts
from .model import DISPOSITION_OF, UNDETERMINED, Block, Disposition, Document, Language, Markup, Page
from .preformatted import spare_listings
from .prose_guard import foreign_sentences, html_paragraphs, listed_headings, runs_of_lines
from .rescore import join_scores, own_lines
from .rules import body, title
from .rules.order import RULES
from .rules.sheet import Sheet, make_sheet
from .settings import CleanSettings

if TYPE_CHECKING:
    from .line_model import LineScores

WEAK = 0.45
"""Probability of being content from which a long paragraph is not dropped on the model's word alone."""
# 0.45: at 0.3 word F1 of the whole mixed pages is .0016 lower, at 0.5 it is the same as here (out of fold).
GUARD_WORDS = 25
"""Words from which a paragraph is long."""
CLEAN_SHARE = 0.95
"""Share of the unclaimed words that the model keeps in a document that was cleaned before."""
HEADING_LEVEL = 0.2
"""Probability of being content from which a heading over kept prose is kept in such a document."""
GUARD_SHARE = 0.6
"""Share of a document's prose above which the model's deletions are not believed."""


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
    scored = list(zip(pages, cut, _score(pages, cut, settings), strict=True))
    documents = _label(scored, settings)
    return [carry_back(d, view) if view else d for d, view in zip(documents, views, strict=True)]


PORTION = 50
"""Pages that each step is done for before the next step begins."""
# One page after the other, all steps and rules, costs a seventh more: the words and the code of a rule have left the
# processor's cache before they are asked for again. 25 to 100 pages cost the same. More at once would outlive what is
# remembered of their texts from cutting them to their rules (`paged.PAGES`).

Scored = tuple[Page, tuple[Line, ...], "LineScores | None"]
"""A page, its lines, and what the line model thinks of them."""


def claim_lines(page: Page, lines: tuple[Line, ...], scores: LineScores | None, settings: CleanSettings) -> Sheet:
    """Return the page's sheet after all structural rules."""
    return _claim([(page, lines, scores)], settings)[0]


def _claim(pages: Sequence[Scored], settings: CleanSettings) -> list[Sheet]:
    """Return the pages' sheets after all structural rules."""
    sheets = [
        make_sheet(page.text, lines, _stated_title(page), None if scores is None else scores.probability.tolist())
        for page, lines, scores in pages
    ]
    listings = [protected_lines(sheet) for sheet in sheets]
    for rule in RULES:
        sheets = [
            sheet.with_claims(spare_listings(sheet, rule(sheet, settings), listed) if listed else rule(sheet, settings))
            for sheet, listed in zip(sheets, listings, strict=True)
        ]
    return sheets


def _stated_title(page: Page) -> str:
    return next((f.value for f in page.facts if f.name == "title"), "")


def _score(pages: Sequence[Page], cut: Sequence[tuple[Line, ...]], settings: CleanSettings) -> list[LineScores | None]:
    """Return the line model's scores of all pages at once, text and HTML each with its own weights."""
    from .line_model import PageLines, score_pages

    inputs: dict[str, list[tuple[int, PageLines]]] = {"text": [], "html": []}
    scores: list[LineScores | None] = [None] * len(pages)
    for i, (page, lines) in enumerate(zip(pages, cut, strict=True)):
        texts, gaps = _read_lines(lines)
        markup = [line.markup for line in lines if line.markup]
        if page.markup and settings.html_engine == "trafilatura" and lines:
            # A page that trafilatura gave no answer for is judged as text.
            scores[i] = _verdict_of_trafilatura(markup, settings)
            if scores[i] is None:
                inputs["text"].append((i, PageLines(texts, gaps, settings.policy)))
        elif page.markup and len(markup) == len(lines):
            from .html_features import matrix

            inputs["html"].append((i, PageLines(texts, gaps, settings.policy, *matrix(markup))))
        elif lines:
            inputs["text"].append((i, PageLines(texts, gaps, settings.policy)))
    for kind, numbered in inputs.items():
        if numbered:
            for (i, _), score in zip(numbered, score_pages([p for _, p in numbered], kind), strict=True):
                scores[i] = score
    return scores


def _read_lines(lines: Sequence[Line]) -> tuple[list[str], list[int]]:
    """Return the lines as the model reads them, and the blank lines before each."""
    return [" " * min(line.indent, 8) + line.text for line in lines], [line.gap for line in lines]


def _read_again(pages: Sequence[Scored], sheets: list[Sheet], settings: CleanSettings) -> Sequence[Scored]:
    """Score text again without what the rules found to be no part of the page, and claim again; sheets are replaced."""
    own = {
        i: found
        for i, (sheet, (page, _, scores)) in enumerate(zip(sheets, pages, strict=True))
        if scores is not None and not page.markup and (found := own_lines(sheet, scores))
    }
    if not own:
        return pages
    from .line_model import PageLines, score_pages

    inputs = [PageLines(*_read_lines([pages[i][1][k] for k in found]), settings.policy) for i, found in own.items()]
    out = list(pages)
    for (i, found), score in zip(own.items(), score_pages(inputs), strict=True):
        page, lines, old = pages[i]
        assert old is not None
        out[i] = page, lines, join_scores(old, score, found, lines)
    for i, sheet in zip(own, _claim([out[i] for i in own], settings), strict=True):
        sheets[i] = sheet
    return out


def _verdict_of_trafilatura(markup: Sequence[Markup], settings: CleanSettings) -> LineScores | None:
    """Return what trafilatura keeps in the shape of scores, sure of every line; None where it gave no answer."""
    import numpy as np

    from .line_model import LineScores
    from .trafilatura_engine import KEPT

    kept = np.array([m.features.get(KEPT, -1.0) for m in markup])
    if (kept < 0).any():
        return None
    return LineScores(np.where(kept > 0, 1 - _UNSURE, _UNSURE), kept > 0, settings.policy)


_UNSURE = 0.02
"""What is left of doubt where trafilatura decides: too little for a guard."""


def _label(pages: Sequence[Scored], settings: CleanSettings) -> list[Document]:
    """Return the pages labelled."""
    sheets = _claim(pages, settings)
    pages = _read_again(pages, sheets, settings)
    judged = [
        judge_lines(
            sheet, scores, "trafilatura" if page.markup and settings.html_engine == "trafilatura" else "line_model"
        )
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


def judge_lines(
    sheet: Sheet, scores: LineScores | None, by: str = "line_model"
) -> tuple[dict[int, Verdict], tuple[str, ...]]:
    """Judge the unclaimed lines: first the model (or what `by` names), then the guard."""
    open_lines = [line for line in sheet.lines if line.index not in sheet.claims or _has_rest(sheet, line)]
    if scores is None:
        return {line.index: UNCLAIMED for line in open_lines}, ()
    probability, kept = scores.probability.tolist(), scores.keep.tolist()
    keep: dict[int, bool] = {line.index: kept[line.index] for line in open_lines}
    saved: dict[int, Verdict] = {}
    if by == "line_model":
        for index in [*far_lines(sheet, keep, probability)]:
            keep[index] = False
            saved[index] = Verdict(False, "far_line", "doubtful, above or below the sure prose", 0.6)
        for index in [*foreign_tail(sheet, keep, probability)]:
            keep[index] = False
            saved[index] = Verdict(
                False, "foreign_tail", "doubtful lines without sentences beside sure paragraphs", 0.6
            )
        for index in [*foreign_head(sheet, keep)]:
            keep[index] = False
            saved[index] = Verdict(False, "foreign_head", "a few words without a sentence around the headline", 0.6)
        for index in [*foreign_end(sheet, keep, probability)]:
            keep[index] = False
            saved[index] = Verdict(False, "foreign_end", "without a sentence, behind a sign of the text's end", 0.6)
    for line in open_lines:
        if line.text[0] == "#" and not keep[line.index] and _is_marked_heading(sheet, line, keep):
            keep[line.index] = True
            saved[line.index] = Verdict(True, "heading_of_kept", "a heading's mark over kept text", 0.6)
    for line in _likely_headings(sheet, open_lines, keep):
        keep[line.index] = True
        saved[line.index] = Verdict(True, "heading_of_kept", "a heading over kept prose in a clean document", 0.5)
    if (deck := title.standfirst(sheet)) is not None and not keep.get(deck.index, True):
        keep[deck.index] = True
        saved[deck.index] = Verdict(True, "standfirst", "between the title and a byline or date", 0.6)
    for line in runs_of_lines(sheet, open_lines, keep):
        keep[line.index] = True
        saved[line.index] = Verdict(True, "run_of_lines", "lines like verse in the midst of prose", 0.5)
    for line in listed_headings(sheet, open_lines, keep):
        keep[line.index] = True
        saved[line.index] = Verdict(True, "heading_of_kept", "listed in the table of contents, over kept text", 0.6)
    for line in foreign_sentences(sheet, open_lines, keep, probability):
        keep[line.index] = True
        saved[line.index] = Verdict(True, "foreign_prose", "in the midst of prose in a language not trained on", 0.5)
    if by == "line_model":
        for line in html_paragraphs(sheet, keep, probability):
            keep[line.index] = True
            saved[line.index] = Verdict(True, "html_paragraph", "a sentence that the model half believes", 0.5)
        for line, rule, said in [*kept_by_markup(sheet, keep, probability)]:
            keep[line.index] = True
            saved[line.index] = Verdict(True, rule, said, 0.6)
    for line in [*slow_decline(sheet, open_lines, keep, probability)]:
        if not keep.get(line.index, True):
            keep[line.index] = True
            saved[line.index] = Verdict(True, "long_text", "goes on a long text that is believed less and less", 0.5)
    for line, rule, said in [*kept_by_form(sheet, open_lines, keep, probability)]:
        keep[line.index] = True
        saved[line.index] = Verdict(True, rule, said, 0.5)
    flags = []
    long = [line for line in open_lines if line.words >= GUARD_WORDS and line.ends]
    # What went for its place beside sure paragraphs says nothing against the model.
    gone = [line for line in long if not keep[line.index] and line.index not in saved]
    if gone and sum(line.words for line in gone) > GUARD_SHARE * sum(line.words for line in long):
        flags.append("deletion_guard")
    for line in gone:
        p = probability[line.index]
        if p >= WEAK or (flags and p >= WEAK / 4):
            saved[line.index] = Verdict(True, "deletion_guard", "long prose, weak evidence against it", p)
            if "weak_evidence" not in flags:
                flags.append("weak_evidence")
    unsaid = f"{by.replace('_', ' ')} does not take it for content"
    verdicts: dict[int, Verdict] = {}
    for index, kept_by_model in keep.items():
        p = probability[index]
        if index in saved:
            verdicts[index] = saved[index]
        elif kept_by_model:
            verdicts[index] = Verdict(True, by, "", p)
        else:
            verdicts[index] = Verdict(False, by, scores.evidence(index) or unsaid, 1 - p)
    return verdicts, tuple(flags)


def _has_rest(sheet: Sheet, line: Line) -> bool:
    start, end = sheet.rest(line.index)
    return start < end


def _is_marked_heading(sheet: Sheet, line: Line, keep: Mapping[int, bool]) -> bool:
    """Tell whether a line has a heading's mark ("## ...") and a kept paragraph right below."""
    below = sheet.lines[line.index + 1] if line.index + 1 < len(sheet.lines) else None
    marked = line.text.lstrip("#")[:1] == " " and not sheet.whole(line.index)
    return marked and below is not None and below.is_prose and keep.get(below.index, False)


def _likely_headings(sheet: Sheet, open_lines: list[Line], keep: Mapping[int, bool]) -> Iterator[Line]:
    """Yield the dropped lines that look like headings right above kept prose, if nearly all words are kept.

    In a whole page most such lines are labels of widgets; in a document that was cleaned before, headings.
    """
    if sum(x.words for x in open_lines if keep[x.index]) < CLEAN_SHARE * sum(x.words for x in open_lines):
        return
    for line in open_lines:
        if line.index + 1 >= len(sheet.lines) or keep[line.index] or line.bullet:
            continue
        below = sheet.lines[line.index + 1]
        kept_below = below.is_prose and keep.get(below.index, False)
        set_off = line.gap > 0 and below.gap > 0
        possible = sheet.likely(line.index) >= HEADING_LEVEL
        if possible and kept_below and set_off and body.looks_like_heading(line, below) and not sheet.whole(line.index):
            yield line


def _language(blocks: Sequence[Block]) -> Language:
    from .language import detect_document

    kept = [b for b in blocks if DISPOSITION_OF[b.role] is Disposition.BODY]
    return detect_document(kept) if kept else UNDETERMINED
