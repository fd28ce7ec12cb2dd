"""What a lexicon holds and a matcher finds: phrases, and the places where they stand in a text.

`topic_model` compiles phrases and finds them, `topic_signals` reads what was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a phrase does for its topic."""

    STRONG = "strong"
    WEAK = "weak"
    CONTEXT = "context"
    OFF = "off"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line of the lexicon.

    `topic` is "" for an excluded phrase, "*" for an off-domain word, "!" for text about the text.
    """

    text: str
    topic: str
    kind: Kind
    group: str = ""
    where: str = ""
    own: bool = field(default=False, compare=False)
    """Whether it comes from a user's file."""
    rule: str = field(init=False, repr=False, compare=False)
    """How evidence names it: its second-level topic and kind."""

    def __post_init__(self) -> None:
        """Name the rule once: evidence asks for it again and again."""
        object.__setattr__(self, "rule", f"{self.group}:{self.kind}" if self.group else str(self.kind))

    @property
    def order(self) -> tuple[str, str, str]:
        """Its place among phrases found over the same words."""
        return self.topic, self.kind, self.text


class Hit(NamedTuple):
    """A phrase found: its first and last word, and the phrase. `Matcher.place_words` says where the words stand."""

    first: int
    last: int
    phrase: Phrase


class Found(NamedTuple):
    """The phrases of one text in reading order, and whether it names a state, region or organisation."""

    hits: Sequence[Hit] = ()
    world: bool = False
