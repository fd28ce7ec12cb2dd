"""Load the sentence rules of a language and compile its one candidate pattern.

Rules are data, one TOML file a language in `resources/sentences/`; a language without a file takes
`default.toml`, and every file is read on top of it. A pattern names every place where a sentence may
end; `segment.py` asks the rules whether it does. Patterns use possessive runs behind a look-behind, so
that each character is looked at a bounded number of times whatever the input.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FULL_STOPS = ".．"
"""The marks that also end abbreviations, initials, ordinals and list numbers."""
SOFT_MARKS = "?!…‥⁇⁈⁉‼"
"""Marks that end a sentence before white space."""
HARD_MARKS = "。！？｡؟।॥։۔።፧፨။៕៖܀܁܂᙮᠃᠉"
"""Marks that end a sentence even where no white space follows."""
CLOSERS = "\"'”’»›“‘)]}」』】》〉）］｝〕〗〙〛❞❜＂＇"
"""Quotes and brackets that stay with the sentence before. The low-high quotes “ ‘ close in German."""
OPENERS = "\"'“‘«‹„‚”»([{「『【《〈（［｛〔〖¿¡❝❛`*_#"
"""Characters that may stand before the first letter of a sentence."""
EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u203c\u2049\u20e3\u2122\u2139\u2194-\u21aa\u231a-\u23ff\ufe0f\u200d"
"""A character class of emoji, their joiners and selectors."""
EMOTICON = r"[:;=8xX][-'^o]?(?:[)(\]\[|\\/*]{1,6}|[DPpOо](?!\w))|<3|\^_*\^"
"""A sideways or Japanese face."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one language knows of its sentence ends. Words are lower case and without their last full stop."""

    language: str
    pattern: re.Pattern[str]
    marks: str
    never: frozenset[str]
    """Abbreviations that stand before what they belong to: titles, "e.g.", "vs."."""
    number: frozenset[str]
    """Abbreviations that belong to a number behind them: "No. 5", "fig. 2"."""
    opener: frozenset[str]
    """Abbreviations that end a sentence only before a word that opens one: "Inc.", "U.S."."""
    capital: frozenset[str]
    """Abbreviations that end a sentence before any capital: "etc.", "a.m."."""
    openers: frozenset[str]
    """Words that open sentences: articles, pronouns, conjunctions."""
    months: frozenset[str]
    """Words that follow an ordinal day."""
    ordinals: bool
    """A number and a full stop may be an ordinal: "3. Oktober"."""


@cache
def load_rules(language: str) -> Rules:
    """Return the rules of `language` (ISO 639-1, any case, region ignored); unknown languages get the default."""
    code = language.lower().replace("_", "-").split("-")[0]
    base = _read("default")
    own = _read(code) if code != "default" else {}
    if not own and code != "default":
        return load_rules("default")
    like = own.get("like")
    for other in like if isinstance(like, list) else []:
        base = _merge(base, _read(str(other)))
    data = _merge(base, own)
    soft = SOFT_MARKS + str(data.get("soft_marks", ""))
    hard = HARD_MARKS + str(data.get("hard_marks", ""))
    return Rules(
        language=code,
        pattern=_compile(soft, hard),
        marks=FULL_STOPS + soft + hard,
        never=_words(data, "never"),
        number=_words(data, "number"),
        opener=_words(data, "opener"),
        capital=_words(data, "capital"),
        openers=_words(data, "openers"),
        months=_words(data, "months"),
        ordinals=bool(data.get("ordinals", False)),
    )


def _compile(soft: str, hard: str) -> re.Pattern[str]:
    marks = re.escape(FULL_STOPS + soft + hard)
    closers = re.escape(CLOSERS)
    tail = rf"[{closers}]*+(?:[ \u00a0]?+\[[\w ,:;–-]{{1,24}}\])*+"
    faces = rf"(?:[ \u00a0]{{0,2}}(?:[{EMOJI}]++|(?:{EMOTICON})))*+"
    return re.compile(
        rf"(?<![{marks}])(?P<mark>[{marks}]++)(?P<tail>{tail}{faces})(?P<gap>\s*+)"
        rf"|(?P<face>(?:[{EMOJI}]++|(?<!\S)(?:{EMOTICON})|(?<=\w)[)(]{{1,9}}+)(?=\s)(?P<facegap>\s*+))"
    )


def _read(code: str) -> dict[str, object]:
    path = files("pipeline") / "resources" / "sentences" / f"{code}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _merge(base: dict[str, object], own: dict[str, object]) -> dict[str, object]:
    merged = dict(base)
    for key, value in own.items():
        old = merged.get(key)
        merged[key] = old + value if isinstance(old, list) and isinstance(value, list) else value
    return merged


def _words(data: dict[str, object], key: str) -> frozenset[str]:
    value = data.get(key, [])
    if not isinstance(value, list):
        raise TypeError(f"{key} must be a list of words, not {value!r}")
    return frozenset(word for line in value for word in str(line).split())
