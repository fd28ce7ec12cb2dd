"""Tell the language of a text.

Letters first that one language of a script uses: Azerbaijani by ə, Ukrainian by і, ї, є, ґ, Pashto, Kurdish and
Uyghur by theirs. Then scripts: one that only one language of the web uses decides. What is left is a choice among the
languages of one script, by letter statistics (`language_ngrams.py`) and, between close relatives, by
function words. Too few letters are `und`, and so is a text that fits none of the languages: romanised
Persian is not Indonesian. Nothing is drawn at random: any thread, process and order gives the same answer.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from .language_ngrams import Fit, fit_languages
from .model import UNDETERMINED, Block, Disposition, Language, Role
from .sentence_rules import load_rules

SAMPLE_CHARS = 1_000
"""Characters looked at. 1,000 in four slices give the answers of whole documents (langdetect: 36 ms -> 3.4 ms)."""
_SLICES = 4
_MIN_LETTERS = 12
# Below 12 letters two words decide; of 25 characters 91 % are right, of 8 under 70 %.
_DENSE = 3
# A Han, kana or Hangul character says as much as three letters. Latin letters count half beside another script:
# names and words of technology stand in texts of every script, Hebrew prose in no English sentence.
_BLOCK_LETTERS = 200
_BLOCK_SAMPLE = 400
# Characters looked at in a block: its whole beginning or four slices; 1,000 would cost more than splitting it.
_BLOCK_CONFIDENCE = 0.8
_LINE_CONFIDENCE = 0.7
_BLOCK_WORDS = 0.12
# Share of function words below which a block is names and figures. Running text has 0.2 (Russian) to 0.45.
_ONE_SCRIPT = 0.9
# Share of letters from which a line is of one script.
_STRAY = 0.005
# Share of letters that a name or a quotation may bring in.
_MIN_TRIGRAMS = 20
_KNOWN_LATIN, _KNOWN_OTHER, _KNOWN_ALONE = 0.5, 0.4, 0.75
# Share of a text's trigrams that its language must know. Of 9,000 sentences of the development sets 0.2 % lie
# below the first two. Romanised Persian, Russian, Urdu and Arabic lie between the first and the last: there a
# text of seven words or more without an accent has to show function words too.
_FEW_WORDS, _MIN_WORDS = 0.05, 7
_SURE, _RIVAL, _WORD_ODDS = 0.95, 24.0, 6.0
# Below this confidence function words help to decide among the languages within 24 log odds of the best: one
# weighs as much as three n-grams.
_WORD = re.compile(r"[^\W\d_]+(?:['’ʻ‘`][^\W\d_]+)*")
_NOISE = re.compile(r"(?:https?://|www\.)\S{1,2000}|\S{1,64}@\S{1,255}|[@#]\w{1,60}")


def detect_language(text: str) -> Language:
    """Return the language of a text: ISO 639-1 code or "und", confidence in 0..1, and the method.

    Methods: "none" (too few letters), "script" (its script decides), "letters" (letters of its alphabet
    decide), "langdetect" (n-grams among the languages of the script) and "words" (of two close relatives, its
    function words).

    >>> detect_language("Երևանը Հայաստանի մայրաքաղաքն է").code
    'hy'
    """
    return _detect(_sample(text, SAMPLE_CHARS))


def detect_document(blocks: Sequence[Block]) -> Language:
    """Return the language of a document, read on its running body text."""
    body = [b.text for b in blocks if b.disposition is Disposition.BODY]
    running = [b.text for b in blocks if b.role in (Role.PARAGRAPH, Role.LIST_ITEM, Role.QUOTE)]
    return detect_language("\n".join(running if sum(map(len, running)) >= SAMPLE_CHARS else body))


def looks_foreign(text: str, document_language: str) -> bool:
    """Tell whether a line, too short for `detect_block`, is of another language than its document.

    Its script or letters decide, or its letter statistics together with a function word of the one language
    and none of the other: a brand's name in Latin letters is no foreign sentence.
    """
    if document_language == UNDETERMINED.code:
        return False
    if _is_of_other_script(text, document_language):
        return True
    found = detect_language(text)
    if found.code in (UNDETERMINED.code, document_language):
        return False
    if found.method in ("script", "letters"):
        return found.confidence >= _BLOCK_CONFIDENCE
    own, other = (_share_of(text, load_rules(code).openers) for code in (found.code, document_language))
    # "Zeven gewonden bij kettingbotsing op de A27" has one word that Spanish has, too.
    sure = other == 0 or (found.confidence >= _SURE and own >= 2 * other)
    return found.confidence >= _LINE_CONFIDENCE and own > 0 and sure


def _is_of_other_script(text: str, language: str) -> bool:
    """Tell whether nearly all of a text is in a script, other than Latin, that a language is not written in.

    Latin letters stand in texts of every language.
    """
    counts = _count_scripts(_sample(text, _BLOCK_SAMPLE))
    script, letters = max(counts.items(), key=lambda item: (item[1], item[0]), default=("latin", 0))
    own = _scripts_of(language)
    return script not in own | {"latin", "other"} and letters >= _ONE_SCRIPT * counts.total() and bool(own)


@cache
def _scripts_of(language: str) -> frozenset[str]:
    data = _load()
    stated = {rule.script for rules in data.letters.values() for rule in rules if rule.language == language}
    sole = {script for script, code in data.sole.items() if code == language}
    known = stated | sole | {script for script, codes in data.candidates.items() if language in codes}
    # Japanese is written in both.
    return frozenset(known | {"han"} if "kana" in known else known)


def detect_block(text: str, document_language: str) -> str:
    """Return the language of a block of a document, as a code: the document's unless the block says otherwise.

    A block has a language of its own from 200 letters on, where its letter statistics and its function
    words agree on one; names and figures alone, in whatever language, do not change it.
    """
    if len(text) < _BLOCK_LETTERS:
        return document_language
    rules = load_rules(document_language)
    if rules.plain_share and _share_of(text, rules.openers) >= rules.plain_share:
        return document_language
    if sum(map(str.isalpha, text[: 3 * _BLOCK_LETTERS])) < _BLOCK_LETTERS:
        return document_language
    found = _detect(_sample(text, _BLOCK_SAMPLE))
    if found.code in ("und", document_language) or found.confidence < _BLOCK_CONFIDENCE:
        return document_language
    words = load_rules(found.code).openers
    if found.method == "langdetect" and words and _share_of(text, words) < _BLOCK_WORDS:
        return document_language
    return document_language if _is_names(text) else found.code


def _is_names(text: str) -> bool:
    """Say whether most words open with a capital: a list of names has no language."""
    first = [word[0] for word in text[:_BLOCK_SAMPLE].split()]
    return sum(map(str.isupper, first)) > sum(map(str.islower, first))


def _share_of(text: str, openers: frozenset[str]) -> float:
    words = text[:_BLOCK_SAMPLE].lower().split()
    return sum(map(openers.__contains__, words)) / max(1, len(words))


def _detect(sample: str) -> Language:
    scripts = _count_scripts(sample)
    total = sum(scripts.values())
    if total == 0:
        return UNDETERMINED
    script, letters = max(scripts.items(), key=lambda item: (item[1] * (1 if item[0] == "latin" else 2), item[0]))
    data = _load()
    if letters < _MIN_LETTERS:
        return UNDETERMINED
    share = round(letters / total, 4)
    by_letters = _by_letters(sample.lower(), script, letters)
    if by_letters is not None:
        return Language(by_letters, share, "letters")
    if script in data.sole:
        return Language(data.sole[script], share, "script")
    return _by_ngrams(sample, script)


def _sample(text: str, size: int) -> str:
    if len(text) > size:
        part = size // _SLICES
        step = (len(text) - part) / (_SLICES - 1)
        text = " ".join(text[round(i * step) : round(i * step) + part] for i in range(_SLICES))
    return unicodedata.normalize("NFC", _NOISE.sub(" ", text))


@dataclass(frozen=True, slots=True)
class _Letters:
    """Letters that tell one language of a script, and the share of all letters from which they do."""

    script: str
    language: str
    letters: str
    share: float
    least: int = 1
    also: str = ""
    without: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Words:
    """Words that tell a language from relatives which the n-grams take it for."""

    language: str
    of: frozenset[str]
    words: frozenset[str]
    share: float
    least: int = 2


@dataclass(frozen=True, slots=True)
class _Data:
    ranges: Mapping[int, str]
    sole: Mapping[str, str]
    dense: frozenset[str]
    letters: Mapping[str, tuple[_Letters, ...]]
    words: tuple[_Words, ...]
    candidates: Mapping[str, tuple[str, ...]]
    common: frozenset[str]


@cache
def _load() -> _Data:
    path = files("pipeline") / "resources" / "languages" / "languages.toml"
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return _Data(
        ranges={
            block: name
            for name, s in raw["script"].items()
            for a, b in s["ranges"]
            for block in range(a >> 4, (b >> 4) + 1)
        },
        sole={name: s["language"] for name, s in raw["script"].items() if "language" in s},
        dense=frozenset(name for name, s in raw["script"].items() if s.get("dense")),
        letters={
            script: tuple(_Letters(**rule) for rule in raw["letters"] if rule["script"] == script)
            for script in raw["script"]
        },
        words=tuple(
            _Words(r["language"], frozenset(r["of"]), frozenset(" ".join(r["words"]).split()), r["share"], r["least"])
            for r in raw["words"]
        ),
        common=frozenset(code for s in raw["script"].values() for code in s.get("common", ())),
        candidates={name: tuple(s["candidates"]) for name, s in raw["script"].items() if "candidates" in s},
    )


def _count_scripts(sample: str) -> Counter[str]:
    ranges = _load().ranges
    counts: Counter[str] = Counter()
    dense = _load().dense
    for char, n in Counter(sample).items():
        script = ranges.get(ord(char) >> 4, "other")
        if char.isalpha():
            counts[script] += n * (_DENSE if script in dense else 1)
        elif char > "\u0900" and unicodedata.category(char)[0] == "M":
            # The vowels of Thai, Burmese and Hindi are marks: without them half of a text is not there.
            counts[script] += n
    if counts["kana"]:
        # Japanese is written in both; Chinese quotes a kana now and then.
        if counts["kana"] * 20 >= counts["han"]:
            counts["kana"] += counts.pop("han", 0)
        else:
            counts.pop("kana")
    return +counts


def _by_letters(lower: str, script: str, letters: int) -> str | None:
    def count(alphabet: str) -> int:
        return sum(map(lower.count, alphabet))

    for rule in _load().letters.get(script, ()):
        if count(rule.letters) < max(rule.least, rule.share * letters):
            continue
        if rule.words and not set(rule.words.split()).intersection(_WORD.findall(lower)):
            continue
        if count(rule.without) <= _STRAY * letters and (not rule.also or count(rule.also)):
            return rule.language
    return None


def _by_ngrams(sample: str, script: str) -> Language:
    data = _load()
    fit = fit_languages(sample, script, data.common) if script in data.candidates else None
    if fit is None:
        return UNDETERMINED
    words = _WORD.findall(sample.lower())
    if fit.confidence < _SURE:
        fit = fit.support({c: _count_openers(words, c) for c in fit.rivals(_RIVAL)}, _WORD_ODDS)
    for rule in data.words:
        of = not rule.of or fit.language in rule.of
        found = [word for word in words if word in rule.words] if of else []
        if len(set(found)) >= rule.least and len(found) >= rule.share * len(words):
            return Language(rule.language, fit.confidence, "words")
    if fit.trigrams >= _MIN_TRIGRAMS and not _fits(fit, script, words):
        return UNDETERMINED
    return Language(fit.language, fit.confidence, "langdetect")


def _count_openers(words: Sequence[str], language: str) -> int:
    own = load_rules(language).own_words
    return sum(map(own.__contains__, words))


def _fits(fit: Fit, script: str, words: Sequence[str]) -> bool:
    """Say whether a text is in the language that fits it best, rather than in none that we know."""
    if fit.known < (_KNOWN_LATIN if script == "latin" else _KNOWN_OTHER):
        return False
    if script != "latin" or fit.known >= _KNOWN_ALONE or len(words) < _MIN_WORDS or not "".join(words).isascii():
        return True
    return _count_openers(words, fit.language) >= _FEW_WORDS * len(words)
