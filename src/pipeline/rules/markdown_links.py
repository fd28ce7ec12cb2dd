"""Claim the lines of Markdown that are links and no more: menus, teasers, share buttons, contents.

Where a page was written as Markdown, it says what leads elsewhere. Of the lines that were links but for a tenth and
that the model kept below the level here, on 172 real pages in the Markdown of two converters, 23 of 726 were content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import Role
from .sheet import Claim, Sheet, whole_line

WHOLE, MOST = 0.9, 0.6
"""Share of a line's characters from which it is a link and no more, and from which it is mostly one."""
BELOW_WHOLE, BELOW_MOST = 0.7, 0.4
"""Probability of being content below which such lines go: references and names in the midst of a text are above it."""
_SHARES = re.compile(
    r"(?:facebook\.com/(?:sharer|share|dialog)|(?:twitter|x)\.com/(?:intent|share|home\?status)|plus\.google\.com/share"
    r"|linkedin\.com/(?:shareArticle|sharing|cws)|pinterest\.[a-z.]{2,6}/pin/create|reddit\.com/submit|t\.me/share"
    r"|telegram\.me/share|(?:api|web)\.whatsapp\.com/send|wa\.me/\?|whatsapp://|vk\.com/share|vkontakte\.ru/share"
    r"|connect\.ok\.ru/offer|tumblr\.com/(?:share|widgets/share)|service\.weibo\.com/share|line\.me/R/msg|b\.hatena\.ne\.jp"
    r"|getpocket\.com/(?:save|edit)|digg\.com/submit|mailto:\?|addtoany\.com|xing\.com/(?:spi|social))",
    re.I,
)
_SCRIPTS = re.compile(r"javascript:|#?$", re.I)


def claim_linked_lines(sheet: Sheet) -> Iterator[Claim]:
    """Claim lines that are links, where the page has prose and the model does not believe in them."""
    if not any(line.targets for line in sheet.lines) or sheet.first_prose == len(sheet.lines):
        return
    jumping = {line.index for line in sheet.lines if line.linked >= WHOLE and line.jumps}
    for line in sheet.lines:
        if line.linked < MOST or not sheet.is_open(line.index):
            continue
        if all(map(_SHARES.search, line.targets)):
            yield whole_line(line, Role.PROMOTION, "share", "links that share the page", 0.9)
        elif line.linked >= WHOLE and all(map(_SCRIPTS.match, line.targets)) and not line.ends:
            yield whole_line(line, Role.NAVIGATION, "widget", "a link that only runs a script", 0.9, BELOW_WHOLE)
        elif line.index in jumping and (len(line.targets) > 1 or {line.index - 1, line.index + 1} & jumping):
            yield whole_line(line, Role.CONTENTS, "jumps", "links to places in the page", 0.9)
        else:
            role = Role.PROMOTION if line.words > _SHORT or line.ends else Role.NAVIGATION
            below = BELOW_WHOLE if line.linked >= WHOLE else BELOW_MOST
            yield whole_line(line, role, "linked_line", "a line that is a link", 0.7, below)


_SHORT = 8
"""Words up to which a link is a menu's."""
