"""Write the table of run-time dependencies in third-party.md anew: `python docs/licences.py`.

The dependencies are those that the product's own metadata asks for here and, in turn, theirs; the versions are those
of the lock. A licence is what the package states: a licence expression, else the classifier, else the short text.
A test holds the committed table complete.
"""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PAGE = Path(__file__).parent / "third-party.md"
BEGIN, END = "<!-- licences -->", "<!-- end of licences -->"
# What packages state in other words.
SAID = {
    "MIT License": "MIT",
    "The MIT License (MIT)": "MIT",
    "BSD License": "BSD",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "ISC License (ISCL)": "ISC",
    "Apache 2.0": "Apache-2.0",
}


def main() -> None:
    """Put the table between the marks of the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{table()}{END}{after}", encoding="utf-8")


def table() -> str:
    """Return the table as Markdown."""
    rows = [f"| {name} | {licence_of(found)} |" for name, found in sorted(dependencies().items())]
    return "\n".join(["| package | licence |", "|---|---|", *rows, ""])


def dependencies() -> dict[str, Distribution]:
    """Return the installed packages that the product needs at run time, by normal name."""
    return _closure([text for text in _wanted() if "extra ==" not in text], set())


def _wanted() -> list[str]:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return list(project["dependencies"])


def _closure(wanted: list[str], seen: set[str]) -> dict[str, Distribution]:
    found: dict[str, Distribution] = {}
    for text in wanted:
        requirement = Requirement(text)
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        asked = ("", *requirement.extras)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        if name in seen:
            continue
        seen.add(name)
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = package
        inner = []
        for line in package.requires or []:
            below = Requirement(line)
            if below.marker is None or any(below.marker.evaluate({"extra": extra}) for extra in asked):
                below.marker = None
                inner.append(str(below))
        found |= _closure(inner, seen)
    return found


def licence_of(package: Distribution) -> str:
    """Return the licence that a package states.

    >>> licence_of(distribution("click"))
    'BSD-3-Clause'
    """
    metadata = package.metadata
    if stated := metadata.get("License-Expression"):
        return str(stated)
    first = (metadata.get("License") or "").strip().splitlines()
    short = first[0].strip() if first and len(first[0]) < 40 and "Copyright" not in first[0] else ""
    classes = [c.split(" :: ")[-1] for c in metadata.get_all("Classifier") or [] if c.startswith("License :: ")]
    known = " or ".join(SAID.get(c, c) for c in classes)
    return (
        SAID.get(short, short)
        if short and (not known or short not in ("BSD", "Dual License"))
        else known or "not stated"
    )


if __name__ == "__main__":
    main()
