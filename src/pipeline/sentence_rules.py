"""Load the sentence rules of a language and compile its one candidate pattern.

Rules are data, one TOML file a language in `resources/sentences/`; a language without a file takes
`default.toml`, and every file is read on top of it. The pattern matches every place where a sentence may
end; `segment.py` asks the rules whether it does. A match opens with one character class and runs on
possessively, so that every character is looked at once whatever the input.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

FULL_STOPS = ".．"
"""The marks that also end abbreviations, initials, ordinals and list numbers."""
SOFT_MARKS = "?!…‥⁇⁈⁉‼"
"""Marks that end a sentence before white space."""
HARD_MARKS = "。！？｡؟।॥։۔።፧፨။៕៖܀܁܂᙮᠃᠉។"
"""Marks that end a sentence even where no white space follows."""
CLOSERS = "\"'”’»›“‘)]}」』】》〉）］｝〕〗〙〛❞❜＂＇"
"""Quotes and brackets that stay with the sentence before. “ and ‘ close in German."""
OPENERS = "\"'“‘«‹„‚”»([{「『【《〈（［｛〔〖¿¡❝❛`*_"
"""Characters that may stand before the first letter of a sentence."""
EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u203c\u2049\u20e3\u2139\u2194-\u21aa\u231a-\u23ff\ufe0f\u200d"
"""A character class of emoji, their joiners and selectors."""
POINTERS = "✔✅☑▶➡👉❗❓📌📍🔹🔸🔻🔺🔵🔴🟢⚡🔔📢"
"""Emoji that open a list item rather than close a sentence."""
_FACE_REST = r"(?:[-'^o]?(?:[)(\]\[\\/*]{1,9}+|[DPpOо](?!\w))|3|_{0,3}\^)"
EMOTICON = rf"[:;=8<^]{_FACE_REST}"
"""A sideways or Japanese face."""

_NAMES = ("never", "number", "opener", "capital", "openers", "months", "days", "marks")


@dataclass(frozen=True, slots=True)
class Rules:
    """What one language knows of its sentence ends. Words are lower case and without their last full stop."""

    language: str
    pattern: re.Pattern[str]
    """Groups: mark, tail (closers, notes, faces behind it) and gap (white space), or face and facegap."""
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
    own_words: frozenset[str]
    """The openers of this language's file alone, which tell it from the languages whose rules it shares."""
    months: frozenset[str]
    """Words that follow an ordinal day."""
    days: frozenset[str]
    """Words that go on behind a clock: "5 p.m. Friday"."""
    marks: frozenset[str]
    """Names that are written with a mark: "Yahoo! and"."""
    known: frozenset[str]
    """All abbreviations, whatever their kind."""
    ordinals: bool
    """A number and a full stop may be an ordinal: "3. Oktober"."""
    own_marks: tuple[str, ...]
    """The language's own final marks; in a stretch that has one, a full stop ends nothing: Armenian, Hindi."""
    endings: tuple[str, ...]
    """Abbreviations that close a longer word and belong to the number behind it: "Hauptstr. 5"."""
    bare_numbers: bool
    """The number of an item is a sentence of its own: "2." before "Затвердити"."""
    weak_ellipsis: bool
    """Three dots do not end a sentence by themselves: scripts without capitals show no other sign."""
    plain_share: float
    """Share of `openers` among a text's words from which it is in this language for certain; 0: never."""
    semicolon: bool
    """A semicolon before a capital that opens a sentence ends one: Spanish and French write lower case otherwise."""
    unmarked: re.Pattern[str] | None
    """A sentence without a final mark: white space before an opener with a capital and a word in lower case."""
    spaced_quotes: bool
    """A straight quote has a space on both sides: French."""
    dateline: re.Pattern[str] | None
    """A whole stretch that its colon ends: the dateline of an agency's report."""
    speech: re.Pattern[str] | None
    """What goes on behind a closing quote without white space: 说, と."""


@cache
def load_rules(language: str) -> Rules:
    """Return the rules of `language` (ISO 639-1, any case, region ignored); unknown languages get the default."""
    code = language.lower().replace("_", "-").split("-")[0]
    if code != language:
        return load_rules(code)
    if not code.isalpha() or not _path(code).is_file():
        return load_rules("default")
    data = _read("default") if code == "default" else _merge(_read("default"), _inherit(code))
    words = {name: _words(data, name) for name in _NAMES}
    return Rules(
        language=code,
        pattern=_compile(SOFT_MARKS + str(data.get("soft_marks", ""))),
        known=words["never"] | words["number"] | words["opener"] | words["capital"],
        ordinals=bool(data.get("ordinals", False)),
        own_marks=_strings(data, "own_marks"),
        endings=_strings(data, "endings"),
        own_words=_words(_read(code), "openers"),
        bare_numbers=bool(data.get("bare_numbers", False)),
        weak_ellipsis=bool(data.get("weak_ellipsis", False)),
        plain_share=float(str(data.get("plain_share", 0))),
        semicolon=bool(data.get("semicolon", False)),
        unmarked=_compile_unmarked(words["openers"]) if data.get("unmarked") else None,
        spaced_quotes=bool(data.get("spaced_quotes", False)),
        dateline=re.compile(str(data["dateline"])) if "dateline" in data else None,
        speech=re.compile(str(data["speech"])) if "speech" in data else None,
        **words,
    )


def _compile(soft: str) -> re.Pattern[str]:
    marks = re.escape(FULL_STOPS + soft + HARD_MARKS)
    closers = re.escape(CLOSERS)
    # Chinese “ opens the next sentence where German “ closes the last.
    wide = re.escape("".join(c for c in CLOSERS if c not in "“‘"))
    # Urdu has it so too, with white space behind: ”…؟“.
    quotes = rf"(?:(?<=[{HARD_MARKS}])[{wide}{marks}]*+(?:[“‘](?=\s))?+|(?<![{HARD_MARKS}])[{closers}{marks}]*+)"
    # A French quote closes behind a space: "Oui. » Il".
    quotes += r"(?:[ \u00a0\u202f][»›”](?=\s))?+"
    notes = r"(?:[ \u00a0]?\[[\w ,:;–-]{1,24}\]|[¹²³⁰⁴-⁹]{1,4}+)*+"
    faces = rf"(?:[ \u00a0]{{0,2}}(?:(?![{POINTERS}])[{EMOJI}]++|(?:{EMOTICON})(?!\w)|[)(]{{2,9}}+))*+"
    # Runs of a face are bounded: one that no white space follows is tried again at its every character.
    alone = (
        rf"(?<=[{EMOJI}])[{EMOJI}]{{0,20}}+(?:[ \u00a0]?[{EMOJI}]{{1,20}}+){{0,9}}+|(?<=\))[)(]{{0,9}}+"
        rf"|(?<=[:;=8<^]){_FACE_REST}"
    )
    return re.compile(
        rf"[{marks}){EMOJI}:;=8<^](?:"
        rf"(?<=[{marks}])(?P<mark>[{marks}]*+)(?P<tail>{quotes}{notes}{faces})(?P<gap>\s*+)"
        rf"|(?P<face>{alone})(?=\s)(?P<facegap>\s*+))"
    )


def _compile_unmarked(openers: frozenset[str]) -> re.Pattern[str]:
    capital = [("İ" if word[0] == "i" else word[0].upper()) + word[1:] for word in sorted(openers) if len(word) > 1]
    first = "".join(sorted({word[0] for word in capital}))
    # The first letter is asked for at once: tried word by word at every space, this is half of the time.
    return re.compile(rf"[ \u00a0](?=[{first}])(?<=[^\W\d_]{{2}}.)(?=(?:{'|'.join(capital)})[ \u00a0][^\W\d_])")


def _path(code: str) -> Traversable:
    return files("pipeline") / "resources" / "sentences" / f"{code}.toml"


def _read(code: str) -> dict[str, object]:
    data: dict[str, object] = tomllib.loads(_path(code).read_text(encoding="utf-8"))
    return data


def _inherit(code: str) -> dict[str, object]:
    own = _read(code)
    base: dict[str, object] = {}
    like = own.pop("like", [])
    for other in like if isinstance(like, list) else []:
        base = _merge(base, _inherit(str(other)))
    return _merge(base, own)


def _merge(base: dict[str, object], own: dict[str, object]) -> dict[str, object]:
    merged = dict(base)
    for key, value in own.items():
        old = merged.get(key)
        merged[key] = old + value if isinstance(old, list) and isinstance(value, list) else value
    return merged


def _words(data: dict[str, object], key: str) -> frozenset[str]:
    value = data.get(key, [])
    if not isinstance(value, list):
        raise TypeError(f"{key} must be a list of lines of words, not {value!r}")
    return frozenset(word for line in value for word in str(line).split())


def _strings(data: dict[str, object], key: str) -> tuple[str, ...]:
    value = data.get(key, [])
    return tuple(map(str, value)) if isinstance(value, list) else ()
