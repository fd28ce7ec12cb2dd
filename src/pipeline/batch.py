"""The work on one batch of documents: clean, then tag.

The two halves have digests of their own (`stage_digests.py`), so that a new taxonomy tags again without
cleaning again. Each half reads files and writes Arrow files into the batch's folder: tasks and worker
processes pass that folder's path, never tables. Every file is sorted by its table's key, so that what
comes after can read a range of documents from many batches. One bad document becomes a rejected source
with its reason; the rest of the batch goes on.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from .duplicates import sign_documents
from .entities import find_all_mentions
from .errors import RejectedError
from .halves import BatchReport
from .kept_tags import UNTOUCHED, find_touched, list_untouched
from .markdown_view import MarkdownView, read_view
from .model import Document, Mention, Page, Sentence, Source, SourceStatus, TopicScore
from .schemas import KEYS
from .settings import Settings
from .signatures import SIGNATURES, make_signatures
from .source_rows import make_sources
from .tables import make_blocks, make_documents, make_mentions, make_sentences, make_topics
from .tag import has_lexicon, tag_passages
from .taxonomy import load_taxonomy

if TYPE_CHECKING:
    from .remote import RemoteFolder
    from .taxonomy_change import TaxonomyChange


TAGGED_COLUMNS = ("doc_id", "sentence_index", "start", "end", "heading", "language")
"""What tagging asks of a sentence."""


@contextmanager
def _uncollected() -> Iterator[None]:
    """Put off the search for objects that keep each other alive until a batch is done.

    A batch makes hundreds of thousands of lines, claims and blocks that all live to its end; walking over them again
    and again was a fifth of the time of cleaning, and found none in the development set.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_uncollected()
def clean_batch(
    sources: Sequence[Source], input_folder: Path | RemoteFolder, settings: Settings, folder: Path
) -> BatchReport:
    """Read, extract, clean and segment the documents of `sources`; write their tables to `folder`.

    `sources.arrow` has the batch's sources after reading: with encoding and detail, or rejected with a reason.
    """
    # Only here: a command whose workers clean, or that only tags again, has no use for the rules.
    from .pages import read_page

    pages: list[Page] = []
    seen: list[Source] = []
    for source in sources:
        try:
            page = read_page(input_folder, source, settings.read, settings.clean.html_engine)
        except RejectedError as error:
            seen.append(_rejected(source, error))
            continue
        pages.append(page)
        seen.append(replace(source, encoding=page.encoding, media_type=page.media_type, detail=page.detail))
    documents, sentences, failed = _clean_and_segment(pages, settings)
    seen = [_rejected(s, failed[s.doc_id]) if s.doc_id in failed else s for s in seen]
    by_id = sorted(range(len(documents)), key=lambda i: documents[i].doc_id)
    documents, sentences = [documents[i] for i in by_id], [sentences[i] for i in by_id]
    folder.mkdir(parents=True, exist_ok=True)
    write_arrow(make_sources(sorted(seen, key=lambda s: s.source_path)), folder / "sources.arrow")
    write_arrow(make_documents(documents, [len(s) for s in sentences]), folder / "documents.arrow")
    write_arrow(make_blocks(documents), folder / "blocks.arrow")
    write_arrow(make_sentences(documents, sentences), folder / "sentences.arrow")
    write_arrow(make_signatures([d.doc_id for d in documents], sign_documents(documents)), folder / SIGNATURES)
    counts = Counter(str(b.disposition) for d in documents for b in d.blocks)
    counts["sentences"] = sum(map(len, sentences))
    return BatchReport(len(documents), sum(len(d.text) for d in documents), dict(counts))


@_uncollected()
def tag_batch(
    cleaned: Path, settings: Settings, folder: Path, *, names: bool = True, change: TaxonomyChange | None = None
) -> BatchReport:
    """Tag the sentences and find the mentions of a cleaned batch; write their tables to `folder`.

    Without `names` the mentions are left out, and so is their table. With `change`, documents that it cannot touch are
    left out of the tables and listed instead; the report counts them as `tags_kept`.
    """
    taxonomy = load_taxonomy(settings.tag.taxonomy)
    texts = read_arrow(cleaned / "documents.arrow", ["doc_id", "text", "media_type"]).to_pydict()
    text_of = dict(zip(texts["doc_id"], texts["text"], strict=True))
    view_of = {
        doc_id: view
        for doc_id, text, kind in zip(texts["doc_id"], texts["text"], texts["media_type"], strict=True)
        if (view := read_view(text, kind))
    }
    rows = read_arrow(cleaned / "sentences.arrow", TAGGED_COLUMNS).to_pydict()
    keys = list(zip(*(rows[c] for c in TAGGED_COLUMNS), strict=True))
    topic_rows: list[tuple[str, int, int, TopicScore]] = []
    mention_rows: list[tuple[str, int, int, Mention]] = []
    known = {language: has_lexicon(language, taxonomy) for language in sorted(set(rows["language"]))}
    # Of Markdown, topics and names are looked for in what a reader sees; their places are the source's again below.
    shown = [view_of[key[0]].part(key[2], key[3]) if key[0] in view_of else None for key in keys]
    slices = [p.text if p else text_of[key[0]][key[2] : key[3]] for p, key in zip(shown, keys, strict=True)]
    # All mentions first and then all topics: each has tables that push the other's out of the processor's cache.
    for language in known if names else ():
        own = [i for i, key in enumerate(keys) if key[5] == language]
        for i, found in zip(own, find_all_mentions([slices[i] for i in own], language), strict=True):
            part = shown[i]
            mention_rows += [(*keys[i][:3], _mention_in(part, m) if part else m) for m in found]
    runs = [list(group) for _, group in groupby(range(len(keys)), key=lambda i: (keys[i][0], *keys[i][4:]))]
    stay: frozenset[str] = frozenset()
    if change is not None:
        passages_of = ((keys[run[0]][0], keys[run[0]][5], keys[run[0]][4], [slices[i] for i in run]) for run in runs)
        stay = frozenset(text_of).difference(find_touched(change, passages_of))
        runs = [run for run in runs if keys[run[0]][0] not in stay]
    asked = [run for run in runs if known[keys[run[0]][5]]]
    passages = [([slices[i] for i in run], *keys[run[0]][4:]) for run in asked]
    given: list[list[str] | None] = [None] * len(keys)
    for run, rows_of in zip(asked, tag_passages(passages, taxonomy, settings.tag), strict=True):
        for i, scores in zip(run, rows_of, strict=True):
            part = shown[i]
            given[i] = sorted(s.topic for s in scores)
            topic_rows += [(*keys[i][:3], _score_in(part, s) if part else s) for s in scores]
    tagged = make_topics(topic_rows, taxonomy.version)
    own = [i for i, key in enumerate(keys) if key[0] not in stay]
    topics = pa.table(
        {
            "doc_id": pa.array([keys[i][0] for i in own], pa.string()),
            "sentence_index": pa.array([keys[i][1] for i in own], pa.int32()),
            "topics": pa.array([given[i] for i in own], pa.list_(pa.string())),
        }
    )
    folder.mkdir(parents=True, exist_ok=True)
    if change is not None:
        write_arrow(list_untouched(list(stay)), folder / UNTOUCHED)
    write_arrow(topics, folder / "topics.arrow")
    write_arrow(_by_key(tagged, "sentence_topics"), folder / "sentence_topics.arrow")
    if names:
        write_arrow(_by_key(make_mentions(mention_rows), "mentions"), folder / "mentions.arrow")
    counts = {"sentences": len(given), "topics": tagged.num_rows, "mentions": len(mention_rows), "tags_kept": len(stay)}
    return BatchReport(len(text_of), sum(map(len, text_of.values())), counts)


def _mention_in(part: MarkdownView, mention: Mention) -> Mention:
    start, end = part.span(mention.start, mention.end)
    return replace(mention, start=start - part.start, end=end - part.start, text=part.source[start:end])


def _score_in(part: MarkdownView, score: TopicScore) -> TopicScore:
    spans = [part.span(e.start, e.end) for e in score.evidence]
    moved = [
        replace(e, start=start - part.start, end=end - part.start)
        for e, (start, end) in zip(score.evidence, spans, strict=True)
    ]
    return replace(score, evidence=tuple(moved))


def write_arrow(table: pa.Table, path: Path) -> None:
    """Write a table that only runs read, as an Arrow file of one piece, which can be mapped into memory."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())


def read_arrow(path: Path, columns: Sequence[str] | None = None) -> Any:
    """Read a table written by `write_arrow`, or some of its columns."""
    with pa.OSFile(str(path), "rb") as source, pa.ipc.open_file(source) as file:
        schema = file.schema
    wanted = schema.names if columns is None else list(columns)
    options = pa.ipc.IpcReadOptions(included_fields=[schema.get_field_index(name) for name in wanted])
    with pa.OSFile(str(path), "rb") as source, pa.ipc.open_file(source, options=options) as file:
        return file.read_all().select(wanted)


def _by_key(table: pa.Table, name: str) -> pa.Table:
    return table.sort_by([(key, "ascending") for key in KEYS[name]])


def _clean_and_segment(
    pages: Sequence[Page], settings: Settings
) -> tuple[list[Document], list[list[Sentence]], dict[str | None, RejectedError]]:
    """Clean and segment a batch at once; if that fails, page by page, so that only the bad page is lost."""
    try:
        return *_make(pages, settings), {}
    except Exception:
        done = list(_one_by_one(pages, settings))
    documents = [d for d, _, _ in done if d is not None]
    return (
        documents,
        [s for d, s, _ in done if d is not None],
        {p.doc_id: e for (_, _, e), p in zip(done, pages, strict=True) if e},
    )


def _make(pages: Sequence[Page], settings: Settings) -> tuple[list[Document], list[list[Sentence]]]:
    # Only here: see `clean_batch`.
    from .clean import clean_pages
    from .segment import segment_document

    documents = [_redacted(d, settings) for d in clean_pages(pages, settings.clean)]
    return documents, [segment_document(d) for d in documents]


def _one_by_one(
    pages: Sequence[Page], settings: Settings
) -> Iterator[tuple[Document | None, list[Sentence], RejectedError | None]]:
    for page in pages:
        try:
            (document,), (sentences,) = _make([page], settings)
            yield document, sentences, None
        # Whatever one document makes our code do must not cost the others; the row names the error, and
        # an expectation on `sources` reports it.
        except Exception as error:
            # What the error says may quote the text.
            quoted = "" if settings.clean.redact == "pii" else f": {error}"
            detail = f"{type(error).__name__}{quoted}"[:500]
            yield None, [], RejectedError("internal_error", detail)


def _redacted(document: Document, settings: Settings) -> Document:
    if settings.clean.redact == "none":
        return document
    from .redact import redact_document

    return redact_document(document)


def _rejected(source: Source, error: RejectedError) -> Source:
    return replace(source, status=SourceStatus.REJECTED, doc_id=None, reason=error.reason, detail=error.detail)
