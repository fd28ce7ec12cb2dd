"""Find the document's title, and its copies.

The title is what the HTML head states; or a short first line that the first paragraph defines; or the best of the
lines above the text by weights learned on labelled pages (`title_rank.py`). A document may have none: then nothing
is claimed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from ..blocks import Line
from ..model import Role
from .markdown_links import WHOLE
from .repeats import long_words
from .sheet import FIRM, SOFT, Claim, Sheet, find_all, trim, whole_line
from .site import site_tail
from .site_names import is_menu_row
from .title_candidates import LINKS, Candidate, has_header, path_end
from .title_rank import rank_title
from .title_words import bare

MIN_WORDS, MAX_WORDS = 3, 28
"""Words of a title whose copies are looked for."""
DEFINED_WORDS = 6
"""Words of a title that the first paragraph begins with."""
MANY = 3
"""Lines that say the title, itself included, from which its copies between paragraphs go."""
REACH = 14
"""Lines above the first prose in which a defined title may stand."""


def claim_title(sheet: Sheet) -> Iterator[Claim]:
    """Claim the title line; where a header part stands before it in its line, the rest of the line."""
    if any(c.role is Role.TITLE for found in sheet.claims.values() for c in found):
        return
    if sheet.ground.stated_title:
        said = bare(sheet.ground.stated_title)
        for line in sheet.open_lines():
            if line.words <= 40 and bare(sheet.folded[line.start : line.end]) == said:
                yield Claim(line.start, line.end, Role.TITLE, "stated_title", "the title that the HTML head states")
                return
    if (defined := _defined(sheet)) is not None:
        yield whole_line(defined, Role.TITLE, "defined_title", "the text below begins by saying what it is", 0.9)
        return
    if (headline := _only_heading(sheet)) is not None:
        yield whole_line(headline, Role.TITLE, "marked_title", "the only heading of the first level", 0.9)
        return
    if (headline := _over_deck(sheet)) is not None:
        said = "the first line, over a deck and a byline or date"
        yield whole_line(headline, Role.TITLE, "title_over_deck", said, 0.9)
        return
    if (named := _over_origin(sheet)) is not None:
        yield whole_line(named, Role.TITLE, "title_over_origin", "right above the name of the encyclopaedia", 0.9)
        return
    # A document of one line is its text: a headline has something to head.
    if len(sheet.lines) == 1 or (winner := rank_title(sheet)) is None:
        return
    if _differs(sheet, winner.candidate) or _is_all(sheet, winner.candidate.line):
        return
    start, end = winner.candidate.start, winner.candidate.end
    label = _LABEL.match(sheet.folded, start, end)
    start = label.end() if label else start
    if tail := site_tail(sheet, start, end):
        yield Claim(tail[0], end, Role.SITE, "site_tail", "the site's name behind the headline", 0.9)
        start, end = trim_title(sheet.text, start, tail[0])
    line = winner.candidate.line
    if line.start < winner.candidate.start and path_end(sheet.text, line.start, line.end) == winner.candidate.start:
        way = trim(sheet.text, line.start, winner.candidate.start)
        yield Claim(*way, Role.NAVIGATION, "path", "the way to the page, in front of its headline", 0.9)
    yield Claim(start, end, Role.TITLE, "title", f"headline above the text: {', '.join(winner.said)}", winner.share)


def _is_all(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line as long as a sentence is all that a document says beside buttons and claimed lines."""
    if line.words < FLASH_WORDS:
        return False
    others = (x for x in sheet.lines if x.index != line.index and x.words > BUTTON_WORDS)
    return not any(sheet.is_open(x.index) for x in others)


FLASH_WORDS, BUTTON_WORDS = 10, 3
"""Words of a flash of news that a page shows alone, and of the buttons beside it."""


def _differs(sheet: Sheet, candidate: Candidate) -> bool:
    """Tell whether a record states a title of which the line holds not half: then the line is text."""
    stated = set(_WORD.findall(sheet.ground.stated_title))
    if not stated or any(line.markup for line in sheet.lines):
        return False
    return len(stated & set(_WORD.findall(sheet.folded[candidate.start : candidate.end]))) < len(stated) / 2


_WORD = re.compile(r"\w+")


def _only_heading(sheet: Sheet) -> Line | None:
    """Return the one heading of the first level of a page in Markdown, above the text and no link."""
    marked = [line for line in sheet.lines if line.level == 1 and line.linked < WHOLE]
    if len(marked) != 1 or marked[0].index > sheet.first_prose or not sheet.is_open(marked[0].index):
        return None
    return marked[0] if 2 <= marked[0].words <= MAX_WORDS else None


def _over_deck(sheet: Sheet) -> Line | None:
    """Return the first line of a short headline, a longer deck right below it, and a byline or date below that."""
    if len(sheet.lines) < 3 or not all(sheet.is_open(i) for i in (0, 1)) or not has_header(sheet, range(2, 3)):
        return None
    line, deck = sheet.lines[:2]
    short = (
        MIN_WORDS <= line.words <= DEFINED_WORDS and not line.ends and not line.bullet and not is_menu_row(sheet, line)
    )
    longer = MIN_WORDS + line.words <= deck.words <= MAX_WORDS and not deck.gap and not is_menu_row(sheet, deck)
    return line if short and longer and sheet.first_prose > 2 and line.text[-1] not in ":," else None


def _over_origin(sheet: Sheet) -> Line | None:
    """Return the open line right above "From Wikipedia, the free encyclopedia": what the article is about."""
    origins = (i for i, found in sheet.claims.items() if any(c.rule == "origin" for c in found))
    index = min(origins, default=0) - 1
    line = sheet.lines[index] if 0 <= index < sheet.first_prose and sheet.is_open(index) else None
    short = line is not None and line.words <= ORIGIN_WORDS and not line.ends and not line.bullet
    if line is None or sheet.first_prose >= len(sheet.lines):
        return None
    # A button of the page ("Appearance") may stand there, too: the text says what it is about.
    prose = sheet.lines[sheet.first_prose]
    words = long_words(sheet.folded[line.start : line.end]) or {sheet.folded[line.start : line.end]}
    short = short and any(word[:5] in sheet.folded[prose.start : prose.end] for word in words)
    return line if short and not is_menu_row(sheet, line) else None


ORIGIN_WORDS = 14
"""Words of an encyclopaedia's title at most."""


def standfirst(sheet: Sheet) -> Line | None:
    """Return the line between the title and a byline or date, if it is open and long enough to say something.

    The model, which saw articles without their decks, drops most; of 40 such lines on real news pages all were decks
    or the first sentence, though their gold leaves out a half.
    """
    title = next((c for found in sheet.claims.values() for c in found if c.role is Role.TITLE), None)
    index = sheet.index_at(title.start) + 1 if title is not None else len(sheet.lines)
    if index >= min(len(sheet.lines), sheet.first_prose) or not sheet.is_open(index):
        return None
    line = sheet.lines[index]
    # What the markup says of a line of HTML the model has seen.
    odd = line.markup or line.bullet or sheet.whole(index) or sheet.opening(index, "caption") or LINKS.search(line.text)
    if odd or not STANDFIRST[0] <= line.words <= STANDFIRST[1] or is_menu_row(sheet, line):
        return None
    return line if has_header(sheet, range(index + 1, min(index + 4, sheet.first_prose))) else None


_LABEL = re.compile(
    r"(?:title|topic|subject|thread|thema|betreff|titel|тема|заголовок|konu|başlık|mövzu|başlıq|tema|título|titulo"
    r"|asunto|sujet|titre|titolo|oggetto|assunto|tytuł|temat|onderwerp|téma|θέμα|τίτλος|عنوان|موضوع|الموضوع|נושא|כותרת"
    r"|thread|վերնագիր|թեմա|标题|標題|主题|タイトル|件名|제목)\s?[:：]\s+(?=\S)"
)
"""What may stand before a headline on its line, folded."""
STANDFIRST = (6, 45)
"""Words of a standfirst, at least and at most."""


def trim_title(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a headline's span without the mark that parts it from the site's name."""
    while end > start and text[end - 1] in " |｜-–—·•»\t":
        end -= 1
    return start, end


def claim_title_copies(sheet: Sheet) -> Iterator[Claim]:
    """Claim other lines that repeat the title, whole or as the alternative text of its picture does."""
    title = next((c for claims in sheet.claims.values() for c in claims if c.role is Role.TITLE), None)
    if title is None:
        return
    said = sheet.folded[title.start : title.end]
    words = _content_words(said)
    own = bare(said)
    index = sheet.index_at(title.start)
    # A copy holds every word of the title: only lines with the longest of them are compared.
    telling = max(own.split(), key=len, default="")
    again = {sheet.index_at(at) for at in find_all(sheet.folded, telling)} if telling else set(range(len(sheet.lines)))
    strewn = _strewn_copies(sheet, index, own, again)
    for line in (sheet.lines[i] for i in sorted({*again, index + 1, index + 2}) if 0 <= i < len(sheet.lines)):
        if not sheet.is_open(line.index):
            continue
        inside = sheet.first_prose < line.index < sheet.last_prose
        if line.index in strewn:
            yield whole_line(line, Role.REPEATED, "title_copy", "the title again, between paragraphs")
            continue
        if line.index == index or inside or line.words > MAX_WORDS + 6:
            continue
        other = sheet.folded[line.start + len(line.bullet) : line.end]
        if line.index in again and len(other) <= len(said) + 20 and bare(other) == own:
            near = abs(line.index - index) <= 3
            said_again = "the same words as the title"
            yield whole_line(line, Role.REPEATED, "title_copy", said_again, below=FIRM if near else SOFT)
        elif 0 < line.index - index <= 2 and _is_variant(sheet, line, words, other):
            said_again = "the title's words in another order"
            yield whole_line(line, Role.REPEATED, "title_variant", said_again, 0.9, SOFT)


def _strewn_copies(sheet: Sheet, index: int, own: str, again: Set[int]) -> frozenset[int]:
    """Return those of the lines `again` that repeat a title of four words or more, which stands three times or more.

    One at least stands beside running text.
    """
    if own.count(" ") < MIN_WORDS or not 0 <= index < len(sheet.lines):
        return frozenset()
    size = len(sheet.lines[index].text)
    others = [i for i in sorted(again - {-1, index}) if sheet.is_open(i) and abs(len(sheet.lines[i].text) - size) <= 6]
    copies = [i for i in others if bare(sheet.said(i)) == own]
    # A refrain stands among short lines.
    beside = [
        i for i in copies if any(0 <= k < len(sheet.lines) and _is_running(sheet.lines[k]) for k in (i - 1, i + 1))
    ]
    return frozenset(copies if len(copies) + 1 >= MANY and beside else ())


def _is_running(line: Line) -> bool:
    return line.ends and line.words >= 8


_ARTICLE = re.compile(r"[^\W\d_]{1,3} |[ldn]'")
"""An article that may stand before what a text defines."""


def _defined(sheet: Sheet) -> Line | None:
    """Return the short first line that the first paragraph begins with, as an encyclopaedia's title is."""
    if sheet.first_prose >= len(sheet.lines):
        return None
    prose = sheet.lines[sheet.first_prose]
    for line in sheet.lines[max(0, sheet.first_prose - REACH) : sheet.first_prose]:
        if not sheet.is_open(line.index):
            continue
        said = sheet.folded[line.start : line.end]
        # "Un palomar es ...", "A tide mill is ...": an article may stand before.
        article = _ARTICLE.match(sheet.folded, prose.start)
        begin = article.end() if article and not sheet.folded.startswith(said, prose.start) else prose.start
        after = sheet.folded[begin + len(said) : begin + len(said) + 4]
        # Armenian and Turkic languages put an article or a case at the word's end.
        inflected = len(said) >= 4 and not said.isascii()
        whole = not after[:1].isalnum() or (inflected and not after[:3].isalpha())
        opens = sheet.folded.startswith(said, begin) and whole
        if opens and line.words <= DEFINED_WORDS and len(said) >= 3 and not line.bullet and not sheet.whole(line.index):
            return line
        return None
    return None


def _content_words(folded: str) -> set[str]:
    return {w.removesuffix("'s") for w in re.findall(r"[^\W_][\w']*", folded) if len(w) > 2 or w.isdigit()}


def _is_variant(sheet: Sheet, line: Line, title: set[str], other: str) -> bool:
    """Tell whether a line right below the title says little but the title's words.

    Only a line without a sentence's end, near the title and above the text: a sub-headline says new things.
    """
    if line.index >= sheet.first_prose or line.ends or line.words < 4:
        return False
    words = _content_words(other)
    # Half of the title's words: a section's or a site's name holds one or two of them.
    return len(words) >= 5 and len(words & title) >= max(0.85 * len(words), 0.5 * len(title))
