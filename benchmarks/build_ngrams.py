"""Write the letter statistics of languages into the resources, from langdetect's profiles and seven of its successor's.

Run by hand when a profile or a list of candidates changes; the product reads only the file written here, so
langdetect is not needed at run time:

    python benchmarks/build_ngrams.py src/pipeline/resources/languages

Nothing is drawn or estimated here: counts are copied, n-grams rarer than one in 10,000 of their length left out, and
the characters that langdetect takes for one another are listed. Read as JSON, the same cost each process 0.3 s.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import langdetect
import numpy as np
from langdetect.utils.ngram import NGram
from numpy.typing import NDArray

OWN = Path(__file__).parent / "profiles"
RARE = 1e-4
# Share below which an n-gram is left out. Half of the profiles are cut there and the others at 1e-5, which
# spread the same probability over three times as many n-grams and lose to the former by that alone.


def main() -> None:
    """Write `ngrams.npz` into the folder that holds `languages.toml`."""
    folder = Path(sys.argv[1])
    arrays = build(tomllib.loads((folder / "languages.toml").read_text(encoding="utf-8"))["script"])
    np.savez_compressed(folder / "ngrams.npz", allow_pickle=False, **arrays)
    print(f"{sum(map(np.size, arrays.values())):,} numbers")


def build(scripts: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """Return what `pipeline.language_ngrams` reads, for the candidates of each script."""
    arrays: dict[str, NDArray[Any]] = {"folded": folded_characters()}
    for script, data in scripts.items():
        if "candidates" in data:
            arrays |= {f"{script}_{name}": array for name, array in count_ngrams(sorted(data["candidates"])).items()}
    return arrays


def count_ngrams(languages: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return the n-grams of some languages, and how often each language has which."""
    rows: dict[str, int] = {}
    cells: list[tuple[int, int, int]] = []
    for column, language in enumerate(languages):
        profile = read_profile(language)
        for gram, count in profile["freq"].items():
            if count >= RARE * profile["n_words"][len(gram) - 1]:
                cells.append((rows.setdefault(gram, len(rows)), column, count))
    row, column_of, count_of = zip(*cells, strict=True)
    return {
        "languages": np.frombuffer(" ".join(languages).encode(), np.uint8),
        "grams": np.frombuffer("\n".join(rows).encode(), np.uint8),
        "row": np.array(row, np.uint16),
        "column": np.array(column_of, np.uint8),
        "count": np.array(count_of, np.uint32),
    }


def read_profile(language: str) -> dict[str, Any]:
    """Return a language's profile, of our own where there is one."""
    own = OWN / f"{language}.json"
    path = own if own.is_file() else Path(langdetect.__file__).parent / "profiles" / language
    profile: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return profile


def folded_characters() -> NDArray[np.uint16]:
    """Return the character that the profiles have for each character of the basic plane."""
    return np.array([ord(NGram.normalize(chr(code))) for code in range(0x10000)], np.uint16)


if __name__ == "__main__":
    main()
