"""Which words of a text are forms of a word of the lexicon.

A word of the lexicon is one exact form, an English noun or verb with its regular forms, or a stem
with the listed endings of its language; clitics of Arabic and Hebrew and the plural of Persian are
cut off. What is not listed does not match: no stemmer guesses here.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_SOFT = re.compile("[\u00ad\u0640\u200d\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0670\u0301]")
_YEAR = re.compile(r"(?:1[0-9]{3})(?:s|er|年)?$")
_DECADE = re.compile(r"(?:20[0-9]{2})$")
_ISE = re.compile(r"(?<=[a-z]{3})iz(e|es|ed|ing|ation|ations|ational)$")
YEARS = ("<past>", "<recent>", "<dated>")
"""Keys of the years 1000-1999 and 2000-2099, and of a past year with a Turkish case ending (1842'de)."""
_SOLAR = re.compile(r"(?:1[34][0-9]{2})$")
_SOLAR_2000 = 1379
"""The Persian year that began in March 2000."""
_DIGITS = {ord(c): str(i % 10) for i, c in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_COMMAS = frozenset(",،，、")
_STOPS = frozenset(";:.!?()[]؛؟۔।॥。；：！？—")


_INNER = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u00ad\u200c\u200d"
_MARKS = r"[,;:.!?()\[\]،؛؟。，；：！？、—]"
_TOKEN = re.compile(rf"(?:[A-Za-z]\.){{2,}}|\w[\w{_INNER}]*(?:['’ʼ]\w[\w{_INNER}]*)*|{_MARKS}")
_TOKEN_HE = re.compile(_TOKEN.pattern.replace("['’ʼ]", "['’ʼ\"״׳]"))
_NAGARI = "\u0900-\u0903\u093a-\u093c\u093e-\u094f\u0951-\u0957\u0962\u0963"
"""Vowel signs and the virama, which Python counts as no letters."""
_TOKEN_HI = re.compile(rf"\w[\w{_INNER}{_NAGARI}]*|{_MARKS}|[।॥]")
_TOKEN_FA = re.compile(rf"\w[\w{_INNER.replace(chr(0x200C), '')}]*|{_MARKS}")
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff]")
_TOKEN_HAN = re.compile(rf"[\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff]|[A-Za-z0-9]+|{_MARKS}")
_KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9f"
_LATIN = "A-Za-z0-9\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
_JA_SINGLE = "\u3005\u30fb\u3041-\u309f\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN_JA = re.compile(rf"[{_KATAKANA}]+|[{_JA_SINGLE}]|[{_LATIN}]+|{_MARKS}")
_HANGUL = "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"
_TOKEN_KO = re.compile(rf"[{_HANGUL}]+|[\u3400-\u4dbf\u4e00-\u9fff]|[{_LATIN}]+|{_MARKS}")
_EDGES = {
    "zh": re.compile(rf"(?<={HAN.pattern})"),
    "ja": re.compile(
        rf"(?<=[{_JA_SINGLE}])|(?<=[{_KATAKANA}])(?=[^{_KATAKANA}~|! ])|(?<=[{_LATIN}~])(?=[{_JA_SINGLE}])"
        rf"|(?<=[{_LATIN}])(?=[{_KATAKANA}])"
    ),
    "ko": re.compile(
        rf"(?<=[{_LATIN}])(?=[{_HANGUL}])|(?<=[{_HANGUL}])(?=[{_LATIN}])|(?<=[\u3400-\u4dbf\u4e00-\u9fff])"
    ),
}
"""Where a word of a phrase ends without a space. In Japanese a run of katakana is one word, as in a text."""
_TOKENS = {
    "zh": _TOKEN_HAN, "ja": _TOKEN_JA, "ko": _TOKEN_KO, "fa": _TOKEN_FA, "he": _TOKEN_HE, "hi": _TOKEN_HI,
}  # fmt: skip
_REMEMBERED = 200_000
_LONGEST_REMEMBERED = 40
"""Characters. Chinese writes whole sentences without a space, and they do not come again."""


class Coder:
    """Turns a text into a string with a character a word, as `code_word` says; "" for a word that does not count."""

    def __init__(self, language: str, code_word: Callable[[str], str]) -> None:
        self.token = _TOKENS.get(language, _TOKEN)
        self.words = Memory(code_word)
        self._is_apart = self.token not in (_TOKEN_HAN, _TOKEN_JA, _TOKEN_KO)
        """Whether letters without a space between them are one word."""
        self._pieces = Memory(self._code_piece)

    def code(self, text: str) -> str:
        """Return the text in code. No word holds a space, so that what stands between spaces has one code anywhere."""
        return "".join(map(self._pieces.__getitem__, text.split()))

    def _code_piece(self, piece: str) -> str:
        # Most are one word, or one with a comma or full stop behind it: they need not be taken apart by the pattern.
        if self._is_apart:
            if piece.isalpha():
                return self.words[piece]
            if piece[-1] in ",." and piece[:-1].isalpha():
                return self.words[piece[:-1]] + self.words[piece[-1]]
        return "".join(map(self.words.__getitem__, self.token.findall(piece)))


class Memory(dict[str, str]):
    """What `make` gives for a word, made once. What is long is not kept, and all is forgotten when it grows large."""

    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, word: str) -> str:
        """Make it, and keep it."""
        made = self._make(word)
        if len(word) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[word] = made
        return made


@dataclass(frozen=True, slots=True)
class Morphology:
    """The listed endings of a language, and whether they pile up (Turkish) or come once (Russian)."""

    endings: frozenset[str] = frozenset()
    chain: bool = False
    spellings: Mapping[str, str] = field(default_factory=dict)
    """Characters that stand for another one: traditional Chinese for simplified."""


class WordForms:
    """Which key a word of a text gets: the exact form, else the longest stem with a listed ending."""

    def __init__(self, language: str, morphology: Morphology) -> None:
        self.language = language
        self.endings = frozenset(fold(e, language) for e in morphology.endings)
        self.chain = morphology.chain
        self.apart = PERSIAN_PLURALS if language == "fa" else ()
        """Endings that are written apart from their word."""
        self.spellings = str.maketrans(dict(morphology.spellings))
        self.exact: set[str] = set()
        self.capitals: set[str] = set()
        self.stems: dict[str, str] = {}
        self.tails: set[str] = set()
        self._heads: set[str] = set()
        """How the stems begin: most words of a text begin like none, above all in English."""
        self._bare: dict[str, list[str]] = {}
        self._read = 0
        self._ordered: tuple[list[str], list[str]] = ([], [])

    def learn(self, word: str, plural: bool) -> list[str]:
        """Note one word of a phrase and return the keys that stand for it, before `expand`."""
        if word.startswith("~~"):
            tail = fold(word[2:], self.language)
            self.tails.add(tail)
            return [f"~{tail}"]
        if self.language == "ar" and word.startswith("ال") and len(word) > 4:
            word = word[2:]
        if word.endswith("~"):
            stem = fold(word.rstrip("~"), self.language)
            stems = [stem]
            softer = _SOFTER.get(self.language, {})
            if len(stem) > _SOFTENED and stem[-1] in softer:
                stems.append(stem[:-1] + softer[stem[-1]])
            for one in stems:
                self._heads.add(one[:2])
                self.stems[one] = "~~" if word.endswith("~~") or self.stems.get(one) == "~~" else "~"
            return [f"{one}~" for one in stems]
        bare = word.rstrip("!%")
        if len(bare) > 1 and bare.isupper():
            self.capitals.add(bare)
            return [f"={bare}"]
        forms = [bare]
        if word.endswith("%"):
            forms = _verb_forms(bare, doubled=word.endswith("%%"))
        elif plural and not word.endswith("!") and bare.isalpha() and len(bare) > 2:
            forms += _plural(bare)
        folded = [k for f in forms for k in [fold(f, self.language)] if k]
        self.exact.update(folded)
        return folded

    def expand(self, alternatives: Sequence[str]) -> list[str]:
        """Return every key a text may hold for these: a stem also stands for the known forms it covers."""
        out = dict.fromkeys(alternatives)
        if self.language in ("ar", "he"):
            out.update(dict.fromkeys(self._with_clitic(alternatives)))
        for key in alternatives:
            if key.endswith("~") and key != "~":
                stem = key[:-1]
                words, stems = self._sorted()
                out.update(dict.fromkeys(w for w in _beginning(stem, words) if self._covers(stem, w)))
                out.update(dict.fromkeys(f"{s}~" for s in _beginning(stem, stems) if self._reaches(stem, s)))
            elif key.startswith("~"):
                out.update(dict.fromkeys(w for w in self.exact if w.endswith(key[1:])))
                out.update(dict.fromkeys(f"{s}~" for s in self.stems if s.endswith(key[1:])))
                out.update(dict.fromkeys(f"~{t}" for t in self.tails if t.endswith(key[1:])))
            elif key.upper() in self.capitals:
                out[f"={key.upper()}"] = None
        return list(out)

    def _sorted(self) -> tuple[list[str], list[str]]:
        """Return the exact forms and the stems in order; sorted again only when one was added."""
        words, stems = self._ordered
        if len(words) != len(self.exact) or len(stems) != len(self.stems):
            self._ordered = words, stems = sorted(self.exact), sorted(self.stems)
        return words, stems

    def _with_clitic(self, alternatives: Sequence[str]) -> Iterator[str]:
        """Yield the known words that are one of these after a clitic: a phrase elsewhere may hold "the sanctions"."""
        if self._read != len(self.exact):
            self._read = len(self.exact)
            self._bare = {}
            for word in sorted(self.exact):
                for bare in _candidates(word, self.language)[1:]:
                    self._bare.setdefault(bare, []).append(word)
        for key in alternatives:
            yield from self._bare.get(key, ())
            stem = key[:-1]
            if stem and key.endswith("~"):
                for bare, words in self._bare.items():
                    if bare.startswith(stem) and self._covers(stem, bare):
                        yield from words

    def key(self, token: str) -> str:
        """Return the key of a word of a text, "" for an ending that is written apart."""
        if token in self.apart:
            return ""
        if token in _COMMAS:
            return ","
        if token in _STOPS:
            return ";"
        bare = token.replace(".", "")
        if not bare:
            return ";"
        if self.language in ("ja", "ko") and not bare.isascii():
            bare = unicodedata.normalize("NFKC", bare)
        name = bare.replace("’", "'").partition("'")[0] if self.language in ("tr", "az") else bare
        if self.language in ("fr", "it"):
            name = bare.replace("’", "'").rpartition("'")[2]
        if name in self.capitals:
            return f"={name}"
        if bare.endswith("s"):
            stem = bare[:-1].rstrip("'’")
            if stem in self.capitals:
                return f"={stem}"
        if bare[0].isdigit():
            year = self._year(bare)
            if year:
                return year
        folded = fold(bare, self.language).translate(self.spellings)
        for form in _candidates(folded, self.language):
            if form in self.exact:
                return form
            if form[:2] in self._heads:
                for size in range(len(form), 1, -1):
                    stem = form[:size]
                    if stem in self.stems and self._covers(stem, form):
                        return f"{stem}~"
            if self.tails:
                for start in range(1, len(form) - 2):
                    if form[start:] in self.tails:
                        return f"~{form[start:]}"
        return "_"

    def _year(self, number: str) -> str:
        """Return the key of a number that is a year, "" for any other."""
        number, _, case = number.translate(_DIGITS).replace("’", "'").partition("'")
        if self.language == "fa" and _SOLAR.match(number):
            return "<past>" if int(number) < _SOLAR_2000 else "<recent>"
        if _YEAR.match(number):
            return "<dated>" if case and self.language in ("tr", "az") else "<past>"
        return "<recent>" if _DECADE.match(number) else ""

    def _reaches(self, stem: str, longer: str) -> bool:
        """Say whether a form of the longer stem may be a form of the stem too: what is between begins an ending."""
        rest = longer[len(stem) :]
        if not rest:
            return False
        if self.stems.get(stem) == "~~" or any(e.startswith(rest) for e in self.endings):
            return True
        if not self.chain:
            return False
        reach = {0}
        for _ in range(_PILED):
            reach = {i + len(e) for i in reach for e in self.endings if rest.startswith(e, i)}
            if any(e.startswith(rest[i:]) for i in reach for e in self.endings):
                return True
        return False

    def _covers(self, stem: str, form: str) -> bool:
        rest = form[len(stem):]  # fmt: skip
        if not rest or self.stems.get(stem) == "~~":
            return True
        endings = self.endings
        if not self.chain or rest in endings:
            return rest in endings
        reach = {0}
        for _ in range(_PILED):
            reach = {i + len(x) for i in reach for x in endings if rest.startswith(x, i)}
            if len(rest) in reach:
                return True
        return False


def part_words(phrase: str, language: str) -> str:
    """Put the words of a phrase apart where the script of the language does not.

    >>> part_words("サイバー~~攻撃", "ja"), part_words("20세기~", "ko")
    ('サイバー~~ 攻 撃 ', '20 세기~')
    """
    edges = _EDGES.get(language)
    return edges.sub(" ", phrase) if edges else phrase


def _beginning(stem: str, words: Sequence[str]) -> Iterator[str]:
    """Yield the words of a sorted list that begin with a stem."""
    for place in range(bisect_left(words, stem), len(words)):
        if not words[place].startswith(stem):
            return
        yield words[place]


def fold(word: str, language: str) -> str:
    """Fold a word for matching: case, soft hyphens, vowel points, spelling variants; length may change.

    >>> fold("Türkiye’s", "en"), fold("IŞIK", "tr"), fold("Straße", "de"), fold("organization", "en")
    ('turkiye', 'ışık', 'strasse', 'organisation')
    """
    plain = word.isascii()
    if not plain:
        word = _SOFT.sub("", unicodedata.normalize("NFC", word)).replace("’", "'").replace("ʼ", "'")
    if language in ("tr", "az"):
        word = word.replace("I", "ı").replace("İ", "i")
        word = word.split("'")[0]
    word = word.casefold()
    if language == "sr":
        word = word.translate(_SERBIAN)
    if not plain and language in ("en", "fr", "es", "pt", "it", "ro", "el", "sr"):
        word = "".join([c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c)])
    if language == "en":
        word = word.removesuffix("'s").rstrip("'")
        if "iz" in word:
            word = _ISE.sub(r"is\1", word)
        return word.replace("defense", "defence").replace("labor", "labour").replace("center", "centre")
    if language in ("fr", "it"):
        return word.rpartition("'")[2]
    if language in ("ru", "uk", "be"):
        return word.replace("ё", "е").replace("'", "")
    if language in ("ar", "fa", "ur"):
        return word.translate(_ARABIC)
    if language == "he":
        return word.translate(_HEBREW)
    if language == "hi":
        return _NASAL.sub("ं", word.translate(_HINDI))
    return word


_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ی", "ي": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه"})
_SERBIAN = str.maketrans(
    dict(zip("абвгдежзијклмнопрстћуфхцчш", "abvgdežzijklmnoprstćufhcčš", strict=True))
    | {"ђ": "dj", "đ": "dj", "љ": "lj", "њ": "nj", "џ": "dž"}
)
"""Serbian is read in both scripts, and without its diacritics, as it is often typed."""
_HINDI = str.maketrans({"ँ": "ं", "\u093c": None, "\u200c": None})
_NASAL = re.compile("ङ्(?=[क-घ])|ञ्(?=[च-झ])|ण्(?=[ट-ढ])|न्(?=[त-ध])|म्(?=[प-भ])")
"""हिन्दी and हिंदी, सम्बन्ध and संबंध: the nasal before a consonant of its own place."""
_HEBREW = str.maketrans("ךםןףץ", "כמנפצ", "\"״'׳")
"""Final letters, which change when an ending follows, and the marks of abbreviations and of foreign sounds."""
_PILED = 5
"""Suffixes that may follow a Turkish stem."""
_SOFTER = {"tr": {"k": "ğ", "ç": "c", "p": "b"}, "az": {"q": "ğ", "k": "y"}}
"""Turkish and Azerbaijani: the last consonant of a stem before a vowel (elektrik, elektriğe; bazarlıq, bazarlığı)."""
_SOFTENED = 3
"""Stems up to this length keep their consonant (top, topu)."""
PERSIAN_PLURALS = ("ها", "های", "هایی", "هاي")
_ARABIC_CLITICS = ("وبال", "ولل", "وال", "بال", "کال", "فال", "ال", "لل", "و", "ف", "ب", "ل", "ک", "س")
_HEBREW_CLITICS = (
    "כשה", "ומה", "ושה", "ולה", "ובה", "שבה", "שמה", "שלה", "וה", "של", "שה", "כש", "מה", "בה", "לה", "וב", "ול",
    "ומ", "וש", "וכ", "שב", "שמ", "ה", "ו", "ב", "ל", "מ", "ש", "כ",
)  # fmt: skip


def _candidates(form: str, language: str) -> list[str]:
    """Return the readings of a folded word: itself, then without a clitic that is written with it."""
    if language == "fa":
        return [form, *(form[: -len(e)] for e in PERSIAN_PLURALS if form.endswith(e) and len(form) > len(e) + 2)]
    if language in ("ar", "he"):
        clitics = _ARABIC_CLITICS if language == "ar" else _HEBREW_CLITICS
        return [form, *(form[len(c):] for c in clitics if form.startswith(c) and len(form) - len(c) > 2)]  # fmt: skip
    return [form]


def _plural(noun: str) -> list[str]:
    if noun.endswith("is"):
        return [f"{noun[:-2]}es"]
    if noun.endswith("s") and not noun.endswith(("ss", "us", "gas")):
        return []
    return [_with_s(noun)]


def _with_s(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"


def _verb_forms(verb: str, doubled: bool) -> list[str]:
    stem = verb + verb[-1] if doubled else verb
    if verb.endswith("e"):
        return [verb, f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"]
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return [verb, _with_s(verb), f"{verb[:-1]}ied", f"{verb}ing"]
    return [verb, _with_s(verb), f"{stem}ed", f"{stem}ing"]
