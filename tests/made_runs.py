"""Plans and builds without Prefect, what a version's files hold, and edits of a folder by chance."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from pipeline.plan import Plan, make_plan
from pipeline.publish import Published
from pipeline.settings import Settings
from pipeline.version import open_version

SETTINGS = Settings()
Build = Callable[..., Published]


def plan_for(folder: Path, output: Path, suites: Path, settings: Settings = SETTINGS, *, full: bool = False) -> Plan:
    return make_plan(folder, output, settings, suites, full=full)


def digests(output: Path) -> dict[str, str]:
    """sha256 of every Parquet file of the version that is served, by path below it."""
    root = open_version(output).path
    return {
        str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(root.rglob("*.parquet"))
    }


def edit(rng: random.Random, folder: Path, step: int) -> None:
    paths = sorted(p for p in folder.iterdir() if p.is_file())
    path = rng.choice(paths)
    match rng.choice(["change", "rename", "copy", "remove", "spoil"]):
        case "change":
            path.write_text(path.read_text(encoding="utf-8") + f"\n\nSentence number {step} came later.\n", "utf-8")
        case "rename":
            path.rename(folder / f"{rng.randrange(10**6):06d}.txt")
        case "copy":
            shutil.copy(path, folder / f"{rng.randrange(10**6):06d}.txt")
        case "remove" if len(paths) > 2:
            path.unlink()
        case _:
            (folder / f"{rng.randrange(10**6):06d}.txt").write_bytes(b" \n")
