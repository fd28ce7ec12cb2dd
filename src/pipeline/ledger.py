"""Write a page's ledger: its claims and the verdicts on the rest, as blocks.

A claim is a block as it stands. What no rule claimed becomes a block by its line's verdict: kept, it gets the role
that its shape says; dropped, the name that its words give it. A "Label:" that opens a bullet or one of several
sibling paragraphs is cut off. Every character is white space or in one block: a page that breaks this law is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .blocks import Line
from .errors import ContractError
from .labels import label_openers
from .model import Block, Role
from .rules import body
from .rules.sheet import Claim, Sheet, trim


@dataclass(slots=True, eq=False)
class Verdict:
    """What becomes of the unclaimed part of a line."""

    # Final and not frozen, as `Line` is: there is one a line.
    keep: Final[bool]
    rule: Final[str]
    evidence: Final[str]
    confidence: Final[float]


UNCLAIMED = Verdict(True, "unclaimed", "", 0.5)
"""The verdict where nobody judged."""


def write_blocks(sheet: Sheet, verdicts: Mapping[int, Verdict], siblings: int) -> tuple[Block, ...]:
    """Return the blocks in order: claims as they are, the rest by its verdict.

    `siblings` is the number of neighbouring paragraphs with an opener from which openers are labels.
    """
    blocks = tuple(_label_blocks(_blocks(sheet, verdicts), siblings))
    _assert_ledger(sheet.text, blocks)
    return blocks


def _blocks(sheet: Sheet, verdicts: Mapping[int, Verdict]) -> list[Block]:
    blocks: list[Block] = []
    following = _following(sheet, verdicts)
    for line, below in zip(sheet.lines, following, strict=True):
        verdict = verdicts.get(line.index, UNCLAIMED)
        claims = sheet.claims.get(line.index)
        if not claims:
            blocks.append(_unclaimed_block(sheet, line, line.start, line.text, verdict, below))
            continue
        at = line.start
        for claim in claims:
            blocks += _rest(sheet, line, (at, claim.start), verdict, below)
            # A header line that is all separators leaves a part without characters; that is no block.
            if claim.start < claim.end:
                blocks.append(_claimed_block(sheet.text, claim))
            at = claim.end
        blocks += _rest(sheet, line, (at, line.end), verdict, below)
    return blocks


def _claimed_block(text: str, claim: Claim) -> Block:
    start, end = claim.start, claim.end
    return Block(start, end, text[start:end], claim.role, claim.rule, claim.evidence, round(claim.confidence, 4))


def _following(sheet: Sheet, verdicts: Mapping[int, Verdict]) -> list[Line | None]:
    """Return for each line the next one that a verdict keeps."""
    below: list[Line | None] = []
    following: Line | None = None
    for line in reversed(sheet.lines):
        below.append(following)
        verdict = verdicts.get(line.index)
        if verdict and verdict.keep:
            following = line
    return below[::-1]


def _rest(sheet: Sheet, line: Line, part: tuple[int, int], verdict: Verdict, below: Line | None) -> tuple[Block, ...]:
    """Return the block of what claims leave between them, if it is more than white space."""
    start, end = trim(sheet.text, *part)
    return (_unclaimed_block(sheet, line, start, sheet.text[start:end], verdict, below),) if start < end else ()


def _unclaimed_block(sheet: Sheet, line: Line, start: int, text: str, verdict: Verdict, below: Line | None) -> Block:
    """Return the block of a part of a line that no rule claimed, by the line's verdict."""
    if verdict.keep:
        parted = verdict.rule == "table" and ("\t" in text or "  " in text)
        role, rule = (Role.TABLE, "table_row") if parted else body.body_role(line, text, below)
        rule = f"{verdict.rule}:{rule}" if verdict.rule == "deletion_guard" else rule
    else:
        role, rule = _dropped_role(sheet, line), verdict.rule
    return Block(start, start + len(text), text, role, rule, verdict.evidence, round(verdict.confidence, 4))


def _dropped_role(sheet: Sheet, line: Line) -> Role:
    """Name what the model dropped, by its words."""
    if line.index in sheet.ground.phrases:
        if sheet.having(line.index, "rights") or "legal" in sheet.whole(line.index):
            return Role.LEGAL
        if sheet.opening(line.index, "contact"):
            return Role.CONTACT
    if line.words <= 8 and not line.ends:
        return Role.NAVIGATION
    return Role.PROMOTION


def _label_blocks(blocks: Sequence[Block], siblings: int) -> Iterator[Block]:
    """Yield the blocks, the "Label:" that opens a bullet or one of several sibling paragraphs cut off."""
    spots = [i for i, b in enumerate(blocks) if b.role is Role.PARAGRAPH or b.role is Role.LIST_ITEM]
    bullets = [blocks[i].role is Role.LIST_ITEM for i in spots]
    ends = label_openers([blocks[i].text for i in spots], bullets, siblings)
    done = 0
    for i, end in zip(spots, ends, strict=True):
        block = blocks[i]
        rest = block.text[end:].lstrip() if end else ""
        if not rest:
            continue
        yield from blocks[done:i]
        said = "opens a bullet or a row of siblings"
        yield Block(block.start, block.start + end, block.text[:end], Role.LABEL, "label", said, block.confidence)
        start = block.end - len(rest)
        yield Block(start, block.end, rest, block.role, block.rule, block.evidence, block.confidence)
        done = i + 1
    yield from blocks[done:]


def _assert_ledger(text: str, blocks: Sequence[Block]) -> None:
    """Check the ledger's law: blocks in order, apart from each other, and only white space between them."""
    at = 0
    for block in (*blocks, None):
        start = block.start if block else len(text)
        between = text[at:start]
        if start < at or (between and not between.isspace()) or (block and block.start >= block.end):
            raise ContractError(
                f"Characters {at} to {start} lie in no block or in two: {between[:60]!r}. "
                "This is a fault of the cleaner: report the document."
            )
        if block:
            at = block.end
