"""Find the document's title, and its copies.

The title is a short line above the text that is no list item, button or label. On a cleaned document it is
the first such line; on a whole page with menus above, the one nearest to the text that a byline, a date or a
second copy confirms. A document may have none: then nothing is claimed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from ..blocks import Line
from ..dates import find_dates
from ..model import Role
from .lexicon import fold, load_list
from .sheet import FIRM, SOFT, Claim, Sheet, whole_line
from .site import site_tail
from .site_names import is_menu_row

MIN_WORDS, MAX_WORDS = 3, 28
MIN_SCORE = 0.0
"""Score that the best candidate must exceed."""
DEFINED_WORDS = 6
"""Words of a title that the first paragraph begins with."""
MANY = 3
"""Copies from which a headline is taken last."""
REACH = 14
"""Lines above the first prose that are looked at."""


def claim_title(sheet: Sheet) -> Iterator[Claim]:
    """Claim the title line; where a header part stands before it in its line, the rest of the line."""
    if any(c.role is Role.TITLE for found in sheet.claims.values() for c in found):
        return
    if sheet.ground.stated_title:
        said = _bare(sheet.ground.stated_title)
        for line in sheet.open_lines():
            if line.words <= 40 and _bare(sheet.folded[line.start : line.end]) == said:
                yield Claim(line.start, line.end, Role.TITLE, "stated_title", "the title that the HTML head states")
                return
    if (defined := _defined(sheet)) is not None:
        yield whole_line(defined, Role.TITLE, "defined_title", "the text below begins by saying what it is", 0.9)
        return
    best: tuple[float, Line] | None = None
    candidates = list(_candidates(sheet))
    said_often = Counter(sheet.folded[line.start : line.end] for line in sheet.lines) if candidates else Counter[str]()
    for line in candidates:
        copies = said_often[sheet.folded[line.start : line.end]]
        # Many copies are a widget's headline, and no headline while there is another.
        if copies >= MANY and any(said_often[sheet.folded[c.start : c.end]] < MANY for c in candidates):
            continue
        score = _score(sheet, line, line is candidates[0], copies) - _below_another(sheet, line, candidates)
        if best is None or score > best[0]:
            best = (score, line)
    if best is None and (short := _short_title(sheet)) is not None:
        yield whole_line(short, Role.TITLE, "short_title", "the first line, alone above the first paragraph", 0.7)
        return
    if best and best[0] > MIN_SCORE:
        start, end = sheet.rest(best[1].index)
        label = _LABEL.match(sheet.folded, start, end)
        start = label.end() if label else start
        if tail := site_tail(sheet, start, end):
            yield Claim(tail[0], end, Role.SITE, "site_tail", "the site's name behind the headline", 0.9)
            start, end = trim_title(sheet.text, start, tail[0])
        yield Claim(start, end, Role.TITLE, "title", f"headline above the text (score {best[0]:.1f})")


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
    odd = (
        line.markup or line.bullet or sheet.whole(index) or sheet.opening(index, "caption") or _LINKS.search(line.text)
    )
    if odd or not STANDFIRST[0] <= line.words <= STANDFIRST[1] or is_menu_row(sheet, line):
        return None
    return line if _has_date_or_byline(sheet, range(index + 1, min(index + 4, sheet.first_prose))) else None


CODE = 3
"""Letters of the longest word of a line of codes: "AZ RU EN" changes the language and heads nothing."""
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
    bare = _bare(said)
    first = bare.split(" ", 1)[0]
    index = sheet.index_at(title.start)
    strewn = _strewn_copies(sheet, index, bare)
    for line in sheet.open_lines():
        inside = sheet.first_prose < line.index < sheet.last_prose
        if line.index in strewn:
            yield whole_line(line, Role.REPEATED, "title_copy", "the title again, between paragraphs")
            continue
        if line.index == index or inside or line.words > MAX_WORDS + 6:
            continue
        other = sheet.folded[line.start + len(line.bullet) : line.end]
        if first in other and len(other) <= len(said) + 20 and _bare(other) == bare:
            near = abs(line.index - index) <= 3
            said_again = "the same words as the title"
            yield whole_line(line, Role.REPEATED, "title_copy", said_again, below=FIRM if near else SOFT)
        elif 0 < line.index - index <= 2 and _is_variant(sheet, line, words, other):
            said_again = "the title's words in another order"
            yield whole_line(line, Role.REPEATED, "title_variant", said_again, 0.9, SOFT)


def _strewn_copies(sheet: Sheet, index: int, bare: str) -> frozenset[int]:
    """Return the lines that repeat a title of four words or more beside running text, if it stands three times."""
    if bare.count(" ") < MIN_WORDS or not 0 <= index < len(sheet.lines):
        return frozenset()
    size = len(sheet.lines[index].text)
    same = [x for x in sheet.open_lines() if x.index != index and abs(len(x.text) - size) <= 6]
    copies = [x.index for x in same if _bare(sheet.folded[x.start : x.end]) == bare]
    # A refrain stands among short lines.
    beside = [
        i for i in copies if any(0 <= k < len(sheet.lines) and _is_running(sheet.lines[k]) for k in (i - 1, i + 1))
    ]
    return frozenset(copies if len(copies) + 1 >= MANY and beside else ())


def _is_running(line: Line) -> bool:
    return line.ends and line.words >= 8


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


def _short_title(sheet: Sheet) -> Line | None:
    """Return the first line of two words or more that only header lines part from the first paragraph."""
    top = next(sheet.open_lines(), None)
    if top is None or not top.index < sheet.first_prose < len(sheet.lines):
        return None
    first = all(not sheet.is_open(i) for i in range(top.index))
    alone = all(not sheet.is_open(i) for i in range(top.index + 1, sheet.first_prose))
    said = sheet.folded[top.start : top.end].strip(" .:")
    odd = top.bullet or top.ends or top.text[-1] in ":;,-–—" or sheet.whole(top.index) or _LINKS.search(top.text)
    if not (first and alone) or odd or top.words != MIN_WORDS - 1 or said in _openers() or find_dates(top.text):
        return None
    return top


@cache
def _openers() -> frozenset[str]:
    """Return the headings that open a text and are no title: "Executive summary"."""
    return frozenset(fold(p) for phrases in load_list("openers")["opener"].values() for p in phrases)


def _candidates(sheet: Sheet) -> Iterator[Line]:
    if sheet.first_prose >= len(sheet.lines):
        # Verse, lists: without prose only the first line can be told from the others, and only if it stands apart.
        top = next(sheet.open_lines(), None)
        lines = [top] if top is not None and _stands_apart(sheet, top) else []
    else:
        lines = list(sheet.lines[max(0, sheet.first_prose - REACH) : sheet.first_prose])
    yield from (line for line in lines if _is_candidate(sheet, line))


def _is_buttons(sheet: Sheet, line: Line) -> bool:
    """Tell whether most of a line's characters are phrases that are buttons where they stand alone."""
    spans = {(c.start, c.end) for c in sheet.cues(line.index) if c.mode == "whole" and line.start <= c.start < line.end}
    covered = {at for start, end in spans for at in range(start, min(end, line.end))}
    return len(spans) >= BUTTONS and 2 * len(covered) > line.end - line.start


BUTTONS = 3
"""Phrases from which a line is a row of buttons."""


def _stands_apart(sheet: Sheet, line: Line) -> bool:
    if line.index + 1 >= len(sheet.lines):
        return False
    return sheet.lines[line.index + 1].gap > 0 or _has_date_or_byline(sheet, range(line.index + 1, line.index + 2))


def _is_candidate(sheet: Sheet, line: Line) -> bool:
    start, end = sheet.rest(line.index)
    text = sheet.text[start:end]
    if line.bullet or (not sheet.is_open(line.index) and end - start < 20):
        return False
    if _is_marked(line) or _ends_over_header(sheet, line):
        return MIN_WORDS - 1 <= line.words <= MAX_WORDS and not sheet.whole(line.index) and not _LINKS.search(text)
    if line.ends and text[-1:] not in "?!؟？！\"”»)’'":
        return False
    if not MIN_WORDS <= line.words <= MAX_WORDS or text[-1:] in ".:;,…؛،：；" or sheet.whole(line.index):
        return False
    if all(len(word.strip("|/·,")) <= CODE for word in text.split()) or _is_buttons(sheet, line):
        return False
    if (find_dates(text) and line.words <= 14) or is_menu_row(sheet, line):
        return False
    tail = site_tail(sheet, start, end)
    odd = _LINKS.search(text[: tail[0] - start - 3] if tail else text) or _MAIL.match(text)
    return not (odd or sheet.opening(line.index, "caption") or sheet.opening(line.index, "updated"))


def _is_marked(line: Line) -> bool:
    """Tell whether a line has the mark of a document's first heading in Markdown."""
    return line.text.startswith("# ")


def _ends_over_header(sheet: Sheet, line: Line) -> bool:
    """Tell whether a line that ends like a sentence is the first that says something, right over a byline or date."""
    first = line.ends and all(not sheet.is_open(i) for i in range(line.index))
    return (
        first and line.index < sheet.first_prose and _has_date_or_byline(sheet, range(line.index + 1, line.index + 2))
    )


_ARTICLE = re.compile(r"[^\W\d_]{1,3} |[ldn]'")
_MAIL = re.compile(r"(?:from|to|cc|sent|reply-to|subject|von|an|betreff|de|à|objet|para|asunto|от|кому|тема) ?: ", re.I)
"""A line of a letter's head; "Subject: ..." says what the letter is about, but with its label it is no title."""
_LINKS = re.compile(r"https?://|www\.|@|[|›>→‹] ?|(?<=\s)»(?=\s)|\.{3}|©")


def _score(sheet: Sheet, line: Line, is_first: bool, copies: int) -> float:
    """Weigh what speaks for a candidate.

    The weights were fitted by hand-sized steps on 1,091 article pages (two thirds of the gain from length and
    from the date below): the right candidate won on 736 before and on 823 after, of 888 that have one.
    """
    index, first = line.index, sheet.first_prose
    score = 0.5 if is_first else 0.0
    # The first line of the document: in a cleaned document the title, in a whole page mostly a menu.
    score += 1.5 if _is_first(sheet, index) else 0.0
    headed = _has_date_or_byline(sheet, range(1, min(first + 4, 5)))
    score += TOP if index == 0 and headed else 0.0
    score += 3.0 if _is_marked(line) else 0.0
    score += 2.5 if 5 <= line.words <= 18 else 0.0
    score += 1.7 if line.words >= 7 else 0.0
    score += 1.5 if line.gap else 0.0
    score += 1.8 if _has_date_or_byline(sheet, range(index + 1, min(first + 4, index + 5))) else 0.0
    score += 0.8 if _has_date_or_byline(sheet, range(max(0, index - 2), index)) else 0.0
    score += 0.2 if copies > 1 else 0.0
    return score - 0.12 * (first - index) - 0.65 * sheet.likely(index)


def _is_first(sheet: Sheet, index: int) -> bool:
    """Tell whether only furniture, and a kicker of a word or two, stands above a line."""
    if index and (sheet.lines[index - 1].words <= KICKER and not sheet.lines[index - 1].ends):
        index -= 1
    return all(not sheet.is_open(i) or is_menu_row(sheet, sheet.lines[i]) for i in range(index))


KICKER = 2


def _below_another(sheet: Sheet, line: Line, candidates: list[Line]) -> float:
    """Return what a candidate loses as the deck right below a headline, or as the caption below a header."""
    loss = CLOCK if _CLOCK.search(line.text) else 0.0
    above = [c for c in candidates if c.index < line.index and c.words >= DECK_WORDS]
    if any(c.index == line.index - 1 for c in above):
        return loss + DECK
    dates = [i for i in range(line.index) if _has_date_or_byline(sheet, range(i, i + 1))]
    if any(c.index < i <= c.index + 3 for c in above for i in dates):
        return loss + CAPTION
    return loss


TOP = 3.0
"""Of the first line of all, over a date or byline: a deck may follow a headline of two words."""
DECK_WORDS = 5
DECK, CAPTION, CLOCK = 0.5, 0.6, 5.0
"""What a line loses right below a possible headline, below that and a date, and with the time of day in it."""
# On 1,020 real pages titles are right as often with them as without.
_CLOCK = re.compile(r"(?<![\d:])\d{1,2}:\d{2}(?![\d:])")


def _has_date_or_byline(sheet: Sheet, indexes: range) -> bool:
    return any(c.role in (Role.DATE, Role.BYLINE) for i in indexes for c in sheet.claims.get(i, ()))


def _bare(folded: str) -> str:
    return re.sub(r"[\W_]+", " ", folded).strip()


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
