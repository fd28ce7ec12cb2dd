"""Make pages of other languages out of English ones, for training and measuring the line model.

Nearly all labelled pages are English, so a model could learn English instead of pages. Here every word is replaced by
a word of another language: a stopword by the stopword of the same rank, a phrase of links and buttons by one of the
same purpose, any other word by a made-up word in the language's letters. Case, order, numbers, punctuation and
labels stay; spaces go where the language has none. Deterministic: a word has one translation a language.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[1] / "src" / "pipeline" / "resources" / "line_model"

LETTERS = {
    "ru": "оеаинтсрвлкмдпуяыьгзбчйхжшюц",
    "uk": "оаинвіетрсклдумпязбгьчйхжшюї",
    "fa": "ایرندمشتهوسکبلزگفقخجحعپ",
    "ar": "ايلنمرتوهبسعدفكقحجشصخطز",
    "he": "יוהלאתמרבשנדחקעספגצכט",
    "hy": "աենրիտկոսմւլվդյպբգհթչշ",
    "ka": "აეირსოდლნმტბუვგკთშხ",
    "hi": "करनसतमपलहयवदजगबचटडअइउआएशभ",
    "zh": "中国人民发展经济政府学生工作公司城市社会时间历史世界美方面关系战争军事能源",
    "ja": "日本会社政府経済東京学生時間世界問題関係開発研究アイスルトンカリテ",
    "ko": "정부경제사회국제대학시장문제연구개발회사서울미국중국관계전쟁기술",
    "tr": "aeinrlıkdmytsubüoşzgçhvğcöp",
    "az": "aəinrldıkmytsubüoşzqçhvğcöx",
    "de": "enisratdhulcgmobwfkzpvüäöß",
    "fr": "esaitnrulodcpmévqfbghàxèê",
    "es": "eaosrnidlctumpbgvyqhfzóíáñ",
    "it": "eaionlrtscdpumvghfbqzàèò",
    "pt": "aeosrindmutclpvghqbfzãçéê",
    "pl": "aioezrnwsctkydpmujlłbgąęśżć",
    "el": "αοιετσνηυρπκμλςδγωχθφβάόίέή",
}
"""Letters by falling frequency."""

_CASELESS = {"fa", "ar", "he", "ka", "hi", "zh", "ja", "ko"}
_UNSPACED = {"zh", "ja"}
_PUNCTUATION = {
    "zh": str.maketrans(".,?!:;", "。，？！：；"),
    "ja": str.maketrans(".,?!:", "。、？！："),
    "ar": str.maketrans(",;?", "،؛؟"),
    "fa": str.maketrans(",;?", "،؛؟"),
    "hy": str.maketrans(".", "։"),
    "hi": str.maketrans(".", "।"),
}
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SPACED = re.compile(r"(?<=[一-鿿ぁ-ヿ。，、]) (?=[一-鿿ぁ-ヿ。，、])")
_SCRIPT = {
    "ru": "[а-я]", "uk": "[а-яіїє]", "fa": "[ا-ی]", "ar": "[ا-ي]", "he": "[א-ת]", "hy": "[ա-և]", "ka": "[ა-ჰ]",
    "hi": "[ऀ-ॿ]", "zh": "[一-鿿]", "ja": "[ぁ-ヿ一-鿿]", "ko": "[가-힣]", "el": "[α-ωά-ώ]",
}  # fmt: skip


def translate_lines(lines: Sequence[str], language: str) -> list[str]:
    """Return the lines as if in `language`."""
    phrases = _phrases(language)
    out = []
    for line in lines:
        key = " ".join(_WORD.findall(line.lower()))
        if key in phrases:
            text = phrases[key]
            found = _WORD.search(line)
            start, end = (found.start() if found else 0), [m.end() for m in _WORD.finditer(line)][-1]
            if line[start].isupper() and language not in _CASELESS:
                text = text[0].upper() + text[1:]
            line = line[:start] + text + line[end:]
        else:
            line = _WORD.sub(lambda m: _translate(m.group(), language), line)
        if language in _PUNCTUATION:
            # A mark inside a number or address stays.
            line = re.sub(r"[.,?!:;](?=\s|$|[\"”’)\]])", lambda m: m.group().translate(_PUNCTUATION[language]), line)
        if language in _UNSPACED:
            line = _SPACED.sub("", line)
        out.append(line)
    return out


@cache
def _stopwords() -> dict[str, list[str]]:
    rows = (RESOURCES / "stopwords.txt").read_text("utf-8").splitlines()
    return {r.split(":")[0]: r.split(":", 1)[1].split() for r in rows if r and r[0] != "#"}


@cache
def _translate(word: str, language: str) -> str:
    stops = _stopwords()
    small = word.lower().replace("’", "'")
    phrases = _phrases(language)
    if small in stops["en"]:
        rank = stops["en"].index(small)
        new = stops[language][rank % len(stops[language])]
    elif small in phrases:
        new = phrases[small]
    else:
        new = _make_word(small, language)
    if language in _CASELESS:
        return new
    if len(word) > 1 and word.isupper():
        return new.upper()
    return new[0].upper() + new[1:] if word[0].isupper() else new


def _make_word(word: str, language: str) -> str:
    letters = LETTERS[language]
    digest = hashlib.sha256(f"{language}/{word}".encode()).digest()
    size = (
        1 + digest[0] % 3
        if language in {"zh", "ja"}
        else 2 + digest[0] % 3
        if language == "ko"
        else max(2, min(len(word), 14))
    )
    # The square leans towards the frequent letters.
    return "".join(letters[int((b / 256) ** 2 * len(letters))] for b in digest[1 : size + 1])


@cache
def _phrases(language: str) -> dict[str, str]:
    lists = tomllib.loads((RESOURCES / "phrases.toml").read_text("utf-8"))
    out: dict[str, str] = {}
    for phrases in lists.values():
        rows = phrases.strip().split("\n")
        english = [p.strip() for p in rows[0].split(";") if p.strip()]
        others = [p.strip() for row in rows[1:] for p in row.split(";") if p.strip()]
        script = _SCRIPT.get(language)
        if script:
            pool = [p for p in others if re.search(script, p)]
        else:
            pool = [p for p in others if re.fullmatch(r"[a-zà-ɏ '’]+", p)]
        if not pool:
            continue
        for phrase in english:
            pick = int(hashlib.sha256(f"{language}/{phrase}".encode()).hexdigest()[:8], 16) % len(pool)
            # Long phrases stand as whole lines; single words also inside lines.
            out[phrase] = pool[pick]
    return {k: v for k, v in out.items() if len(k) > 2}
