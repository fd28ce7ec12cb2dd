"""Judge the lines that no rule claimed: the model's word, what its neighbours say against it, and the guard.

First the model decides. Then lines go that it keeps for want of knowledge: far from the text, or furniture in a
language that it was not trained on. Then lines come back that their form or their place makes text: headings over kept
prose, verses, sentences in the midst of prose. Last the guard keeps long paragraphs that would go on weak evidence, and
flags the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .blocks import Line
from .far_lines import far_lines
from .foreign_end import foreign_end
from .foreign_head import foreign_head
from .foreign_tail import foreign_tail
from .form_guard import kept_by_form
from .ledger import UNCLAIMED, Verdict
from .long_text_guard import slow_decline
from .markup_guard import kept_by_markup
from .prose_guard import foreign_sentences, html_paragraphs, listed_headings, runs_of_lines
from .rules import body, title
from .rules.sheet import Sheet

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

MODEL = "line_model"


@dataclass(slots=True)
class _Draft:
    """Which open lines stay, and the verdicts that are not the model's."""

    sheet: Sheet
    open_lines: list[Line]
    probability: Sequence[float]
    keep: dict[int, bool]
    verdicts: dict[int, Verdict] = field(default_factory=dict)

    def turn(self, found: Iterable[tuple[int, Verdict]]) -> None:
        """Write verdicts over the model's."""
        for index, verdict in found:
            self.keep[index] = verdict.keep
            self.verdicts[index] = verdict


def judge_lines(sheet: Sheet, scores: LineScores | None, by: str = MODEL) -> tuple[dict[int, Verdict], tuple[str, ...]]:
    """Return the verdict on every line that is not wholly claimed, by index, and the document's flags.

    `by` names who gave the scores: what corrects the line model's habits is left out for another.
    """
    open_lines = [line for line in sheet.lines if line.index not in sheet.claims or _has_rest(sheet, line)]
    if scores is None:
        return {line.index: UNCLAIMED for line in open_lines}, ()
    probability, kept = scores.probability.tolist(), scores.keep.tolist()
    draft = _Draft(sheet, open_lines, probability, {line.index: kept[line.index] for line in open_lines})
    if by == MODEL:
        _let_go(draft)
    _keep(draft, by)
    flags = _guard(draft)
    unsaid = f"{by.replace('_', ' ')} does not take it for content"
    verdicts: dict[int, Verdict] = {}
    for index, stays in draft.keep.items():
        p = probability[index]
        if index in draft.verdicts:
            verdicts[index] = draft.verdicts[index]
        elif stays:
            verdicts[index] = Verdict(True, by, "", p)
        else:
            verdicts[index] = Verdict(False, by, scores.evidence(index) or unsaid, 1 - p)
    return verdicts, flags


def _let_go(draft: _Draft) -> None:
    """Drop what the model keeps because it does not know better."""
    sheet, keep, probability = draft.sheet, draft.keep, draft.probability
    far = Verdict(False, "far_line", "doubtful, above or below the sure prose", 0.6)
    tail = Verdict(False, "foreign_tail", "doubtful lines without sentences beside sure paragraphs", 0.6)
    head = Verdict(False, "foreign_head", "a few words without a sentence around the headline", 0.6)
    end = Verdict(False, "foreign_end", "without a sentence, behind a sign of the text's end", 0.6)
    # Each looks at what is kept when it begins.
    draft.turn([(i, far) for i in far_lines(sheet, keep, probability)])
    draft.turn([(i, tail) for i in foreign_tail(sheet, keep, probability)])
    draft.turn([(i, head) for i in foreign_head(sheet, keep)])
    draft.turn([(i, end) for i in foreign_end(sheet, keep, probability)])


def _keep(draft: _Draft, by: str) -> None:
    """Keep what form and place make text."""
    sheet, lines, keep, probability = draft.sheet, draft.open_lines, draft.keep, draft.probability
    marked = Verdict(True, "heading_of_kept", "a heading's mark over kept text", 0.6)
    heading = Verdict(True, "heading_of_kept", "a heading over kept prose in a clean document", 0.5)
    verses = Verdict(True, "run_of_lines", "lines like verse in the midst of prose", 0.5)
    listed = Verdict(True, "heading_of_kept", "listed in the table of contents, over kept text", 0.6)
    foreign = Verdict(True, "foreign_prose", "in the midst of prose in a language not trained on", 0.5)
    half = Verdict(True, "html_paragraph", "a sentence that the model half believes", 0.5)
    # These see what they have kept so far: a heading over a heading over a paragraph.
    headed = (x for x in lines if x.text[0] == "#" and not keep[x.index] and _is_marked_heading(sheet, x, keep))
    draft.turn((x.index, marked) for x in headed)
    draft.turn((x.index, heading) for x in _likely_headings(sheet, lines, keep))
    if (deck := title.standfirst(sheet)) is not None and not keep.get(deck.index, True):
        draft.turn([(deck.index, Verdict(True, "standfirst", "between the title and a byline or date", 0.6))])
    draft.turn((x.index, verses) for x in runs_of_lines(sheet, lines, keep))
    draft.turn((x.index, listed) for x in listed_headings(sheet, lines, keep))
    draft.turn((x.index, foreign) for x in foreign_sentences(sheet, lines, keep, probability))
    if by == MODEL:
        draft.turn((x.index, half) for x in html_paragraphs(sheet, keep, probability))
        by_markup = [*kept_by_markup(sheet, keep, probability)]
        draft.turn((x.index, Verdict(True, rule, said, 0.6)) for x, rule, said in by_markup)
    decline = Verdict(True, "long_text", "goes on a long text that is believed less and less", 0.5)
    draft.turn(
        [(x.index, decline) for x in slow_decline(sheet, lines, keep, probability) if not keep.get(x.index, True)]
    )
    by_form = [*kept_by_form(sheet, lines, keep, probability)]
    draft.turn((x.index, Verdict(True, rule, said, 0.5)) for x, rule, said in by_form)


def _guard(draft: _Draft) -> tuple[str, ...]:
    """Keep long paragraphs that would go on weak evidence, all the more where most of the prose would; return flags."""
    long = [line for line in draft.open_lines if line.words >= GUARD_WORDS and line.ends]
    # What went for its place beside sure paragraphs says nothing against the model.
    gone = [line for line in long if not draft.keep[line.index] and line.index not in draft.verdicts]
    most = bool(gone) and sum(line.words for line in gone) > GUARD_SHARE * sum(line.words for line in long)
    level, weak = WEAK / 4 if most else WEAK, False
    for line in gone:
        p = draft.probability[line.index]
        if p >= level:
            # `keep` stays the model's word: only the verdict is the guard's. Below one that stays the next ones may.
            draft.verdicts[line.index] = Verdict(True, "deletion_guard", "long prose, weak evidence against it", p)
            level, weak = WEAK / 4, True
    return ("deletion_guard",) * most + ("weak_evidence",) * weak


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
