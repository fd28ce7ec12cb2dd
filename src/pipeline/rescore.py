"""Read a page a second time without lines that surely are not its own.

The line model judges a line by its neighbours, too. A headline of another story strewn six times over an article or a
table of contents without entries below the first paragraph are no part of the pages that it has learned from: the
sentences around them look like a widget's. Rules claim such lines without the model's help; where they stand beside
text, the rest of the page is scored again as if they were not there, and a sentence is what the better reading says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .blocks import Line
from .claim_lines import claim_pages
from .rules.sheet import Claim, Sheet
from .score_lines import Scored, read_lines
from .settings import CleanSettings

if TYPE_CHECKING:
    from .line_model import LineScores

STRAY = "stray_headline"
_STRANGE = frozenset({STRAY, "contents"})
_BARE = "contents heading with 0 entries"


def read_again(pages: Sequence[Scored], sheets: list[Sheet], settings: CleanSettings) -> Sequence[Scored]:
    """Score text again without what the rules found to be no part of the page, and claim again; sheets are replaced."""
    own = {
        i: found
        for i, (sheet, (page, _, scores)) in enumerate(zip(sheets, pages, strict=True))
        if scores is not None and not page.markup and (found := _own_lines(sheet, scores))
    }
    if not own:
        return pages
    from .line_model import PageLines, score_pages

    inputs = [PageLines(*read_lines([pages[i][1][k] for k in found]), settings.policy) for i, found in own.items()]
    out = list(pages)
    for (i, found), score in zip(own.items(), score_pages(inputs), strict=True):
        page, lines, old = pages[i]
        assert old is not None
        out[i] = page, lines, _join_scores(old, score, found, lines)
    for i, sheet in zip(own, claim_pages([out[i] for i in own], settings), strict=True):
        sheets[i] = sheet
    return out


def choose_again(pages: Sequence[Scored], sheets: Sequence[Sheet]) -> Sequence[Scored]:
    """Choose among a page's open lines alone where rules dropped most of what the model would keep.

    Which lines stay follows from the expected F1 of all lines. Twenty teasers that a rule claims are no part of that
    sum: beside them the lines of a poem were too few to be worth it. Nothing goes that would have stayed.
    """
    out = list(pages)
    for i, (sheet, (page, lines, scores)) in enumerate(zip(sheets, pages, strict=True)):
        if scores is None or not sheet.claims:
            continue
        kept = [line for line, keep in zip(lines, scores.keep.tolist(), strict=True) if keep]
        gone = sum(line.words for line in kept if not sheet.is_open(line.index))
        if gone < MOST_WORDS or gone < MOST * sum(line.words for line in kept):
            continue
        import numpy as np

        from .line_model import choose_lines

        own = np.array([line.index for line in lines if sheet.is_open(line.index)], np.int64)
        words = np.array([lines[k].words for k in own.tolist()], np.float64)
        keep = scores.keep.copy()
        keep[own] |= choose_lines(scores.probability[own], words, "html" if page.markup else "text")
        weighed = {k: v for k, v in scores.weighed.items() if not keep[k]}
        out[i] = page, lines, replace(scores, keep=keep, weighed=weighed)
    return out


MOST, MOST_WORDS = 0.5, 40
"""Share, and number, of the words of lines that the model would keep and rules claim, from which it chooses again."""


def _own_lines(sheet: Sheet, scores: LineScores) -> list[int]:
    """Return the indices of the lines that are the page's own, where a sentence beside others would go; else [].

    A table of contents with entries is one that pages have.
    """
    strange = {
        index
        for index, claims in sheet.claims.items()
        if len(claims) == 1 and _is_strange(claims[0]) and _is_whole(sheet, index, claims[0])
    }
    if not any(_is_lost(sheet, scores, index) for place in strange for index in range(place - NEAR, place + NEAR + 1)):
        return []
    return [line.index for line in sheet.lines if line.index not in strange]


NEAR = 3
"""Lines around a strange one in which a sentence is looked for that would go."""


def _is_lost(sheet: Sheet, scores: LineScores, index: int) -> bool:
    """Tell whether a line is a sentence that no rule claims and the model drops."""
    if not 0 <= index < len(sheet.lines) or scores.keep[index] or not sheet.is_open(index):
        return False
    return _is_sentence(sheet.lines[index])


def _is_sentence(line: Line) -> bool:
    return line.ends and line.words >= SENTENCE


SENTENCE = 10
"""Words from which a line that ends like a sentence is one."""


def _join_scores(old: LineScores, new: LineScores, own: Sequence[int], lines: Sequence[Line]) -> LineScores:
    """Return the scores of a page of which the lines `own` were scored again, in order, as `new`.

    Only for sentences does the second reading count, and only where it believes in them: buttons and headlines of other
    stories gain by the company of nothing but text, too.
    """
    # Only here: `import pipeline` is to stay cheap.
    import numpy as np

    better = [k for k, i in enumerate(own) if _is_sentence(lines[i])]
    places = np.asarray([own[k] for k in better], np.int64)
    probability, keep = old.probability.copy(), old.keep.copy()
    probability[places] = np.maximum(probability[places], new.probability[better])
    keep[places] |= new.keep[better]
    return replace(
        old, probability=probability, keep=keep, weighed={k: v for k, v in old.weighed.items() if not keep[k]}
    )


def _is_strange(claim: Claim) -> bool:
    return claim.rule in _STRANGE and (claim.rule != "contents" or claim.evidence == _BARE)


def _is_whole(sheet: Sheet, index: int, claim: Claim) -> bool:
    line = sheet.lines[index]
    return claim.start == line.start and claim.end == line.end
