"""Write the names of countries and regions in many languages, from CLDR by way of Babel, into the resources.

Run by hand when CLDR moves on; the product reads only the files written here, so Babel is not needed at run time:

    python benchmarks/build_gazetteer.py src/pipeline/resources/entities/names

One file a language, one line a territory: its code, a tab, its names with a bar between. Nothing is added to
CLDR here; other names, demonyms, capitals and endings are written by hand in resources/entities/<language>.toml.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import babel
from babel import Locale
from babel.core import get_cldr_version

LANGUAGES = (
    *(
        "ar",
        "az",
        "bg",
        "bn",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "fa",
        "fi",
        "fr",
        "he",
        "hi",
        "hu",
        "hy",
        "id",
        "it",
        "ja",
    ),
    *("ka", "kk", "ko", "ky", "nb", "nl", "pl", "pt", "ro", "ru", "sr", "sv", "sw", "tg", "th", "tr", "uk", "ur", "uz"),
    *("vi", "zh"),
)
# Codes that are no place people write about (pseudo-locales, outlying rocks), or that are organisations (EU, UN, EZ),
# or whose CLDR name is a label of its own ("Hong Kong SAR China"); the usual names of the last stand in the lexicons.
SKIPPED = frozenset(
    {
        "001",
        "AC",
        "BV",
        "CP",
        "CQ",
        "DG",
        "EA",
        "EU",
        "EZ",
        "HM",
        "IC",
        "QO",
        "TA",
        "UM",
        "UN",
        "XA",
        "XB",
        "ZZ",
        "HK",
        "MO",
        "PS",
        "CD",
        "CG",
        "GS",
        "TF",
        "IO",
    }
)


def names_of(name: str) -> list[str]:
    """Return the forms of one CLDR name that occur in running text, the first the usual one."""
    whole = name.replace("ʼ", "'").replace("’", "'").strip()
    inside = re.search(r"\s*[（(]([^()（）]+)[）)]\s*$", whole)
    forms = [whole[: inside.start()], inside[1]] if inside else [whole]
    for form in list(forms):
        if " & " in form:
            forms.append(form.replace(" & ", " and "))
        if form.startswith("St. "):
            forms += [f.replace("St. ", "Saint ") for f in list(forms) if f.startswith("St. ")]
    return list(dict.fromkeys(f for f in forms if len(f) > 1))


def main(folder: Path) -> None:
    """Write one file a language into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        territories = Locale(language).territories
        lines = [f"# CLDR {get_cldr_version()} territory names, through Babel {babel.__version__}; see ../README.md"]
        lines += [
            f"{code}\t{'|'.join(names_of(name))}" for code, name in sorted(territories.items()) if code not in SKIPPED
        ]
        (folder / f"{language}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(LANGUAGES)} languages, {sum(p.stat().st_size for p in folder.glob('*.tsv')):,} bytes in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
