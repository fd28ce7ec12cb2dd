"""Gather texts whose language is known from the translations in Debian packages, for `language.py --texts`.

usage: python benchmarks/language_texts.py UNPACKED OUT

    apt-get download wesnoth-1.16-data gnome-user-docs firefox-esr-l10n-{az,be,bs,uz}
    apt-get source --download-only netcfg debconf tasksel
    dpkg -x and tar unpack each into UNPACKED

Reads catalogues (.mo, .po), help pages (.page) and language packs (.xpi). Writes OUT/0 and OUT/1, a JSON list of
texts for each language: a message goes to a half by the digest of its original, so that no half holds a
translation of the other's. Texts that three languages share, or that are English in another language's file,
were not translated and are left out.
"""

from __future__ import annotations

import argparse
import gettext
import hashlib
import html
import json
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

MIN_CHARS, MIN_DENSE = 60, 20
DENSE = frozenset(("zh", "ja", "ko", "th", "my", "km", "lo", "bo"))
OTHER = frozenset(("en@shaw", "ang@latin", "racv", "C"))
# Shavian and Old English, and dialects without a code of their own.
CODES = {"nb": "no", "nn": "no"}
_MARKUP = re.compile(r"<[^>]{0,200}>|\{[^{}]*\}|%[sd]|\$\w+|&[\w.]+;")
_ENTRY = re.compile(r'msgid ((?:"(?:[^"\\]|\\.)*"\s*)+)msgstr ((?:"(?:[^"\\]|\\.)*"\s*)+)')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_MESSAGE = re.compile(r"\s*[\w.-]+\s*=\s*(\S.{60,})|\s{3,}(\S.{60,})")
_ENGLISH = frozenset(
    ("the", "to", "and", "you", "this", "for", "with", "are", "be", "was", "by", "from", "that", "your", "can", "not")
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("unpacked", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    halves: tuple[defaultdict[str, dict[str, None]], ...] = (defaultdict(dict), defaultdict(dict))
    for locale, original, text in messages(args.unpacked):
        if locale in OTHER:
            continue
        language, text = code_of(locale), clean(text)
        if len(text) >= (MIN_DENSE if language in DENSE else MIN_CHARS) and "|" not in text:
            halves[hashlib.sha1(original.encode(), usedforsecurity=False).digest()[0] & 1][language].setdefault(text)
    shared = Counter(text for half in halves for texts in half.values() for text in texts)
    for number, half in enumerate(halves):
        folder = args.out / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        for language, texts in half.items():
            other = halves[0][language] if number else {}
            kept = [t for t in texts if shared[t] < 3 and t not in other and (language == "en" or not is_english(t))]
            (folder / f"{language}.json").write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def code_of(locale: str) -> str:
    """Return the language of a locale; a script or variant stays behind a hyphen: "sr-latin"."""
    head = re.split(r"[_@-]", locale)[0].lower()
    return f"{head}-latin" if "latin" in locale else CODES.get(head, head)


def clean(text: str) -> str:
    text = html.unescape(_MARKUP.sub(" ", text)).replace("_", "").replace("~", "")
    return re.sub(r"[ \t]+", " ", text).strip()


def is_english(text: str) -> bool:
    words = text.lower().split()
    return "the" in words and sum(word in _ENGLISH for word in words) >= 0.15 * len(words)


def messages(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield locale, original or place, and translation."""
    for path in sorted(folder.rglob("*.mo")):
        try:
            catalogue = gettext.GNUTranslations(path.open("rb"))._catalog  # type: ignore[attr-defined]
        except (ValueError, OSError):
            continue
        for key, text in catalogue.items():
            if isinstance(key, str) and isinstance(text, str) and key and text != key:
                yield path.parent.parent.name, key.split("\x04")[-1], text
    for path in sorted(folder.rglob("*.po")):
        for entry in _ENTRY.finditer(path.read_text(encoding="utf-8", errors="replace")):
            key, text = ("".join(_STRING.findall(g)).replace("\\n", "\n").replace('\\"', '"') for g in entry.groups())
            if key and text not in ("", key):
                yield path.stem, key, text
    for path in sorted(folder.rglob("*.page")):
        for i, text in enumerate(re.findall(r"<p>(.*?)</p>", path.read_text(encoding="utf-8"), re.DOTALL)):
            if path.parts[-3] != "C":
                yield path.parts[-3], f"{path.name}{i // 5}", " ".join(text.split())
    for path in sorted(folder.rglob("*.xpi")):
        pack = zipfile.ZipFile(path)
        for name in sorted(pack.namelist()):
            if name.endswith((".ftl", ".properties")):
                for line in pack.read(name).decode("utf-8", "replace").split("\n"):
                    if not line.startswith("#") and (m := _MESSAGE.match(line)):
                        yield path.name.split("langpack-")[1].split("@")[0], name + line.split("=")[0], m[1] or m[2]


if __name__ == "__main__":
    main()
