"""Find what a text says of its author below it: "About the author", "Ann Lee is a senior fellow at ...".

A biography stands below the text, speaks in the third person and names the one who wrote: it needs a heading of
its kind, or begins with the byline's name, or, as the document's last paragraph, with a name that the text does
not know and a profession. A paragraph about anybody else is body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..blocks import Line, ends_sentence
from ..model import Role
from .lexicon import load_openers
from .names import name_span
from .sheet import MILD, Claim, Sheet, find_all, whole_line

BIO_WORDS = 120
"""Words above which a paragraph is no biography."""
NAME_REACH = 6
"""Lines below the last prose (and last lines of prose) that are looked at."""


def claim_biographies(sheet: Sheet) -> Iterator[Claim]:
    """Claim the author's biography below the text, with its heading."""
    for line in sheet.open_with(("bio", "within")):
        opened = [cue.end for cue in sheet.finding(line.index, "bio", "whole")]
        labelled = any(sheet.text[end : end + 1] in (":", "：") and end - line.start <= 40 for end in opened)
        if labelled and line.index >= sheet.last_prose and line.words <= BIO_WORDS:
            yield whole_line(line, Role.AUTHOR_BIO, "author_bio", "a biography's label and what follows it", 0.9)
    authors = [sheet.folded[a:b] for a, b in _bylines(sheet)]
    for index in sheet.ground.places.get(("bio", "whole"), ()):
        if index < sheet.last_prose - 1 or not sheet.is_open(index):
            continue
        told = [line for line in sheet.lines[index + 1 : index + 3] if _is_told(sheet, line)][:1]
        if told and told[0].index == index + 1:
            yield whole_line(sheet.lines[index], Role.AUTHOR_BIO, "author_bio", "heading of the author's biography")
            yield whole_line(told[0], Role.AUTHOR_BIO, "author_bio", "below the heading of a biography")
    for line in sheet.open_with(("bio", "has")):
        if not _is_told(sheet, line) or not sheet.last_prose <= line.index <= sheet.last_prose + NAME_REACH:
            continue
        name = _name(sheet, line)
        said = sheet.folded[slice(*name)] if name else ""
        if said and any(said in author or author in said for author in authors):
            yield whole_line(line, Role.AUTHOR_BIO, "author_bio", "the byline's name and what that person does", 0.95)
        elif said and " " in said and not authors and _is_last(sheet, line) and sheet.folded.count(said) == 1:
            said = "the last paragraph: a name that the text does not know and a profession"
            yield whole_line(line, Role.AUTHOR_BIO, "author_bio", said, 0.8, MILD)


def claim_author_notes(sheet: Sheet) -> Iterator[Claim]:
    """Claim the closing paragraph that begins with the byline's author, whom the text does not name otherwise."""
    authors = [sheet.folded[a:b] for a, b in _bylines(sheet)]
    begin = max(0, sheet.last_prose - 1)
    for line in sheet.lines[begin : max(sheet.last_prose, _last_sentence(sheet)) + NOTE_REACH]:
        # A text's only paragraph is no note on who wrote it.
        if not _is_told(sheet, line) or line.words > NOTE_WORDS or line.index <= sheet.first_prose:
            continue
        start = line.start + len(line.text) - len(line.text.lstrip("*_ "))
        start += 2 if sheet.folded.startswith(("η ", "ο "), start) else 0  # Greek sets an article before names
        for author in authors:
            if " " not in author or not sheet.folded.startswith(author, start):
                continue
            # Armenian and Turkic languages put an article or a case at the name's end.
            after = sheet.folded[start + len(author) : start + len(author) + 3]
            whole = not after[:1].isalnum() or (not author.isascii() and not after.isalpha())
            others = sum(1 for at in find_all(sheet.folded, author) if sheet.is_inside(sheet.index_at(at)))
            inside = sheet.is_inside(line.index)
            last = all(not x.is_prose for x in sheet.lines[line.index + 1 : sheet.last_prose + 1])
            if whole and last and others <= inside and not _speaks(sheet, line, start + len(author)):
                said = "the last paragraph begins with the byline's name, which the text does not say"
                yield whole_line(line, Role.AUTHOR_BIO, "author_note", said, 0.95)
                return


def _last_sentence(sheet: Sheet) -> int:
    """Return the last long sentence that the model does not take for junk: of short paragraphs it doubts many."""
    long = (x for x in reversed(sheet.ground.wordy) if x.ends and sheet.is_open(x.index))
    return next((x.index for x in long if sheet.likely(x.index) >= MILD), -1)


def claim_closing_sentences(sheet: Sheet) -> Iterator[Claim]:
    """Claim the note on the author that stands glued behind the last paragraph of a page without line breaks.

    Its first sentence begins with the byline's name, which the text does not say otherwise.
    """
    last = max(sheet.last_prose, _last_sentence(sheet))
    if last < 0 or sheet.lines[last].words < GLUED_WORDS:
        return
    line = sheet.lines[last]
    for author in (sheet.folded[a:b] for a, b in _bylines(sheet)):
        found = [at for at in find_all(sheet.folded, author) if sheet.is_inside(sheet.index_at(at))]
        if " " not in author or len(found) != 1 or not line.start < found[0] < line.end:
            continue
        before = sheet.text[line.start : found[0]].rstrip(" *_")
        after = sheet.folded[found[0] + len(author) :][:1]
        note = sheet.text[found[0] : line.end]
        told = ends_sentence(before) and len(note.split()) <= NOTE_WORDS and len(note.split()) >= 5
        first = _SENTENCE_END.search(note)
        if (
            told
            and first is not None
            and after in (" ", ",")
            and '"' not in note
            and len(before.split()) >= GLUED_WORDS
        ):
            said = "the last sentences begin with the byline's name, which the text does not say"
            yield Claim(found[0], line.end, Role.AUTHOR_BIO, "author_note", said, 0.9)
            return


GLUED_WORDS = 30
"""Words of the paragraph before such a note."""
_SENTENCE_END = re.compile(r"[.!?…։。]")


def claim_unnamed_notes(sheet: Sheet) -> Iterator[Claim]:
    """Claim the text's last short paragraph that begins "The author is ...": it names nobody."""
    last = max(sheet.last_prose, _last_sentence(sheet))
    for line in sheet.lines[max(0, last) : last + NOTE_REACH]:
        if not _is_told(sheet, line) or line.words > UNNAMED_WORDS or line.index <= sheet.first_prose:
            continue
        said = sheet.said(line.index).lstrip("*_ ([")
        if said.startswith(load_openers("note")) and not any(
            x.is_prose for x in sheet.lines[line.index + 1 : last + 1]
        ):
            yield whole_line(line, Role.AUTHOR_BIO, "author_note", "what the author is, below the text", 0.85, LIKELY)
            return


def claim_notes_in_italics(sheet: Sheet) -> Iterator[Claim]:
    """Claim the closing paragraph in italics that begins with a name and goes on with what that person does."""
    last = max(sheet.last_prose, _last_sentence(sheet))
    for line in sheet.lines[max(0, last - 1) : last + NOTE_REACH]:
        if not line.italic or not _is_told(sheet, line) or line.words > NOTE_WORDS or line.index <= sheet.first_prose:
            continue
        words = line.text[:80].split()
        named = next((i for i, word in enumerate(words) if not word[0].isupper() or word[-1] == ","), 0)
        named += words[named][-1] == ","
        closes = not any(x.is_prose and sheet.is_open(x.index) for x in sheet.lines[line.index + 1 : last + 1])
        # Two to four words with a capital, then what that person does.
        if closes and 2 <= named <= 4 and (words[named - 1][-1] == "," or words[named][0].islower()):
            said = "below the text, in italics: a name and what that person does"
            yield whole_line(line, Role.AUTHOR_BIO, "author_note", said, 0.85, SURE)
            return


SURE = 0.95
"""Probability from which such a paragraph is the text's."""
UNNAMED_WORDS, LIKELY = 40, 0.8
"""Words above which "The author is ..." begins a paragraph of the text, and the probability from which it does."""


NOTE_REACH = 12
"""Lines from the last paragraph but one on that are looked at."""
NOTE_WORDS = 70
"""Words above which a closing paragraph is no note on its author."""


def _speaks(sheet: Sheet, line: Line, at: int) -> bool:
    """Tell whether a name at a line's beginning says who speaks: "Ann Lee: What did you see?"."""
    return sheet.text[at : line.end].lstrip("*_ ")[:1] in (":", "：") and line.index <= sheet.last_prose


def _is_told(sheet: Sheet, line: Line) -> bool:
    return 5 <= line.words <= BIO_WORDS and sheet.is_open(line.index) and (line.ends or _closes(line.text))


def _closes(text: str) -> bool:
    """Tell whether a line closes like a sentence behind the marks of italics, or with Armenia's colon."""
    bare = text.rstrip("*_ ")
    return ends_sentence(bare) or (bare[-1:] in (":", "։") and "\u0531" <= bare[-2:-1] <= "\u0587")


_VERB = re.compile(r"\s(?:is|was|has|writes|covers|ist|war|schreibt|est|es|è|é|—|–|-)\s|,\s|\s[-–—]\s|،")


def _name(sheet: Sheet, line: Line) -> tuple[int, int] | None:
    """Return the span of the name that opens a line, before its verb."""
    start = line.start + len(line.bullet)
    start += len(sheet.text[start : start + 4]) - len(sheet.text[start : start + 4].lstrip("*_ "))
    stop = _VERB.search(sheet.text, start, min(line.end, start + 60))
    name = name_span(sheet.text, start, stop.start() if stop else min(line.end, start + 60))
    if name and name[0] == start and len(sheet.text[slice(*name)].split()) >= 2:
        return name if any(c.start - name[1] <= 40 for c in sheet.having(line.index, "bio")) else None
    return None


def _is_last(sheet: Sheet, line: Line) -> bool:
    return line.index >= sheet.last_prose


def _bylines(sheet: Sheet) -> Iterator[tuple[int, int]]:
    for index, claims in sheet.claims.items():
        for claim in claims:
            if claim.role is Role.BYLINE:
                label = [c.end for c in sheet.cues(index) if c.family == "byline" and abs(c.start - claim.start) <= 3]
                if name := name_span(sheet.text, max(label, default=claim.start), claim.end):
                    yield name
