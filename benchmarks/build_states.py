"""Write the states that the class `<state>` of a topic lexicon does not know, from CLDR's names, beside the lexicon.

A phrase such as `visit to <state>` must not hold for Kenya and fail for Malawi. The classes in the lexicons are
written by hand, with peoples and capitals; this adds the bare names of the other members of the United Nations:

    python benchmarks/build_states.py src/pipeline/resources

One file a language, `taxonomy/<language>/states.yml`; not edited by hand. Left out are names of fewer than five letters
(three where a character is a syllable or more), which are too often something else (Russian "того", Turkish "mali"),
names that the gazetteer of the language blocks, and homographs. English is left alone: its weights were trained with
the class as it is, and with 193 more names they lose .003 (docs/topics.md).
"""

from __future__ import annotations

import sys
import textwrap
import tomllib
from pathlib import Path

from pipeline.taxonomy import load_taxonomy

_CODES = """
AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN CO CR
CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD GE GH GM GN GQ GR GT GW GY HN HR HT HU ID IE IL IN
IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MD ME MG MH MK ML MM MN MR MT MU
MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PS PT PW PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM
SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VN VU WS XK YE ZA ZM ZW
"""
STATES = tuple(_CODES.split())
"""The members of the United Nations, Kosovo, Palestine, Taiwan, the Vatican; not Monaco, first a football club."""
_HOMOGRAPHS = {
    "az": {"Butan"}, "bg": {"Бутан"}, "cs": {"Dominika", "Komory", "Svatá Lucie"}, "el": {"Αγία Λουκία", "Ντομίνικα"},
    "es": {"Granada", "Guinea", "Dominica"}, "fr": {"Grenade", "Dominique", "Maurice", "Salvador"}, "he": {"האיטי"},
    "it": {"Grenada"}, "pt": {"Camarões", "Granada", "Guiné"}, "ro": {"Dominica", "Sfânta Lucia"}, "ru": {"Бутан"},
    "sr": {"Доминика", "Света Луција"}, "tr": {"Butan", "Dominika"}, "uk": {"Бутан"}, "zh": {"多米尼克"},
}  # fmt: skip
"""Names that are first a town, a person, a gas, a weapon, chambers, shrimps."""
_SHORTEST, _SHORTEST_SYLLABIC = 5, 3
_SHORT = {
    "az": "Çili Laos Oman Peru", "bg": "Лаос Перу", "cs": "Keňa Laos Peru Togo", "de": "Laos Peru Togo",
    "es": "Laos Chad Togo",
    "fa": "قبرس شیلی نیجر گینه توگو گابن", "fr": "Laos", "he": "נפאל פנמה סנגל ליטא מלטה לאוס גאנה טוגו",
    "hi": "समोआ टोगो",
    "hy": "Չիլի Օման Լաոս Եմեն", "id": "Togo", "it": "Laos Togo", "nl": "Laos Togo Fiji", "pl": "Laos Togo",
    "pt": "Laos Togo Fiji",
    "ro": "Laos Togo Fiji", "ru": "Чили Кипр Лаос Перу Оман Гана", "sr": "Лаос Гана Фиџи", "tr": "Laos Peru Şili Togo",
    "uk": "Чилі Куба Кіпр Лаос Перу Оман Гана", "zh": "贝宁 文莱 不丹 斐济 加蓬 加纳 冰岛 乍得 多哥 汤加",
}  # fmt: skip
"""Shorter names that are no other word."""
_SYLLABIC = ("zh", "ja", "ko")
_DECLINED = {
    "ru": "ая", "uk": "ая", "pl": "a", "cs": "aeo", "sr": "аео", "ro": "a", "el": "αηο", "ka": "ი",
    "tr": "", "az": "", "hy": "", "ko": "", "de": "",
}  # fmt: skip
"""Languages in which a name takes endings, and the last letters that are an ending already."""
_STEM = 6
"""Letters of the shortest stem: Russian "дани~" would be Denmark and tribute, Polish "panam~" Panama and gentlemen."""
_CASES = {
    "ru": {"ия": "ия ии ию ией", "а": "а ы е у ой"},
    "uk": {"ія": "ія ії ію ією", "а": "а и і у ою"},
}
"""The cases of names whose stem is shorter."""
_APART = str.maketrans("-–—", "   ")


def main(resources: Path) -> None:
    """Write a file for each language whose lexicon lacks states."""
    for old in resources.glob("taxonomy/*/states.yml"):
        old.unlink()
    for language in load_taxonomy().languages:
        names = _missing(resources, language) if language != "en" else []
        if not names:
            continue
        body = ", ".join(f'"{name}"' if "'" in name or "’" in name else name for name in names)
        body = textwrap.fill(body, 120, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
        (resources / "taxonomy" / language / "states.yml").write_text(
            "# The other members of the United Nations, from CLDR; written by benchmarks/build_states.py.\n"
            f"language: {language}\nclasses:\n  state: [\n{body}\n  ]\n",
            encoding="utf-8",
        )
        print(language, len(names))


def _missing(resources: Path, language: str) -> list[str]:
    """Return the names, as a lexicon writes them, that the class of the language does not cover."""
    matcher = load_taxonomy().matcher(language)
    by_hand = resources / "entities" / f"{language}.toml"
    gazetteer = tomllib.loads(by_hand.read_text(encoding="utf-8")) if by_hand.is_file() else {}
    left_out = {name for value in gazetteer.get("blocked", {}).values() for name in value.split("|")}
    left_out |= _HOMOGRAPHS.get(language, set())
    rows = (resources / "entities" / "names" / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
    named = dict(row.split("\t") for row in rows if "\t" in row)
    safe = _SHORT.get(language, "").split()
    shortest = _SHORTEST_SYLLABIC if language in _SYLLABIC else _SHORTEST
    out: dict[str, None] = {}
    for name in (name for code in STATES for name in named.get(code, "").split("|")):
        is_short = len(name) < shortest and name not in safe
        if is_short or name in left_out or any(c in name for c in "().,·・&") or "-ва" in name:
            continue
        if not matcher.find(name).world:
            out.update(dict.fromkeys(_written(" ".join(name.translate(_APART).split()), language)))
    return list(out)


def _written(name: str, language: str) -> list[str]:
    """Return a name with the sign for endings where the language declines it; of several words as it is."""
    if language not in _DECLINED or " " in name:
        return [name]
    for last, cases in _CASES.get(language, {}).items():
        if name.endswith(last) and len(name) - 1 < _STEM:
            return [name.removesuffix(last) + case for case in cases.split()]
    if name[-1] not in _DECLINED[language]:
        return [f"{name}~"]
    return [f"{name[:-1]}~" if len(name) > _STEM else name]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
