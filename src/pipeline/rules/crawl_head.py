"""Claim what a crawler writes above a page's text.

A reader service says what the page says of itself: its title, its address, when it was published. Title and date are
metadata that needs no guess; the address is the document's name at its source. Another writes " date 2025-01-24 " in
front of the first line, whatever that is: the headline, the first paragraph or a button.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..blocks import CRAWLED
from ..model import Role
from .sheet import Claim, Sheet, whole_line
from .site import site_tail
from .title import trim_title

HEAD_LINES = 8
_TITLE = re.compile(r"Title:\s{1,3}(?=\S)")
_ADDRESS = re.compile(r"URL Source:\s{1,3}\S{1,2000}$")
_TIME = re.compile(r"Published Time:\s{1,3}\S")
_REST = re.compile(r"(?:Markdown Content:|Number of Pages:\s{1,3}\d+|Warning:\s.{1,300}|Usage:\s.{1,300})$")


def claim_crawl_head(sheet: Sheet) -> Iterator[Claim]:
    """Claim a head of "Title: ...", "URL Source: ..." and what stands with them on a page's first lines."""
    lines = sheet.lines[:HEAD_LINES]
    if lines and CRAWLED.fullmatch(lines[0].text):
        # Where it stood in front of another line, the two were cut apart (`blocks.cut_lines`).
        yield whole_line(lines[0], Role.DATE, "date_prefix", "label and ISO date before the text", 0.95)
    if not any(_ADDRESS.match(line.text) for line in lines[:3]):
        return
    said = "the head of a reader service"
    for line in lines:
        if title := _TITLE.match(line.text):
            start = line.start + title.end()
            yield Claim(line.start, line.start + len("Title:"), Role.MACHINE_ARTIFACT, "crawl_head", said)
            if tail := site_tail(sheet, start, line.end):
                yield Claim(tail[0], line.end, Role.SITE, "site_tail", "the site's name behind the headline", 0.9)
                start, end = trim_title(sheet.text, start, tail[0])
                yield Claim(start, end, Role.TITLE, "crawl_title", said, 0.95)
            else:
                yield Claim(start, line.end, Role.TITLE, "crawl_title", said, 0.95)
        elif _ADDRESS.match(line.text):
            yield whole_line(line, Role.DOCUMENT_ID, "crawl_head", said)
        elif _TIME.match(line.text):
            yield whole_line(line, Role.DATE, "date", said, 0.95)
        elif _REST.match(line.text):
            yield whole_line(line, Role.MACHINE_ARTIFACT, "crawl_head", said)
