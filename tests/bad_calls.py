"""Bad calls and files that change under a run: each is made here and says what came of it (`test_bad_inputs.py`)."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import RejectedError, UsageError
from pipeline.pages import read_page
from pipeline.plan import make_plan
from pipeline.read import list_sources
from pipeline.settings import Settings, TagSettings, load_settings
from tests.made_records import PROSE

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
SETTINGS = Settings()
TEXT = f"{PROSE.format('Nord')} The engineers begin their work in spring.\n\n{PROSE.format('Sued')}\n"


# --- while it is read -------------------------------------------------------------------------------


def vanishes(folder: Path) -> str:
    path = folder / "a.txt"
    path.write_text(TEXT)
    (source,) = list_sources(folder, SETTINGS.read)
    path.unlink()
    with pytest.raises(RejectedError) as caught:
        read_page(folder, source, SETTINGS.read)
    return f"rejected: {caught.value.reason}"


def changes(folder: Path) -> str:
    path = folder / "a.txt"
    path.write_text(TEXT)
    (source,) = list_sources(folder, SETTINGS.read)
    path.write_text(TEXT + "More.")
    with pytest.raises(RejectedError) as caught:
        read_page(folder, source, SETTINGS.read)
    return f"rejected: {caught.value.reason}"


def unreadable(folder: Path) -> str:
    (folder / "a.txt").write_text(TEXT)
    real = os.open

    def refuse(path: bytes, *rest: int) -> int:
        if os.fsencode(path).endswith(b"a.txt"):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest)

    with pytest.MonkeyPatch.context() as patch:  # root may read everything, so file modes would prove nothing
        patch.setattr(os, "open", refuse)
        (source,) = list_sources(folder, SETTINGS.read)
    return f"rejected: {source.reason}"


# --- a run ------------------------------------------------------------------------------------------


def refused(call: Callable[[], object], *said: str) -> str:
    with pytest.raises(UsageError) as caught:
        call()
    for words in said:
        assert words in str(caught.value)
    return "run refused"


def plan(folder: Path, settings: Settings = SETTINGS, suites: Path = ROOT / "expectations") -> object:
    (folder / "in").mkdir()
    (folder / "in" / "a.txt").write_text(TEXT)
    return make_plan(folder / "in", folder / "out", settings, suites)


def bad_taxonomy(folder: Path) -> str:
    file = folder / "my.yml"
    file.write_text("extends: packaged\nlexicons:\n- language: en\n  language: en\n  topics: {}\n")
    return refused(lambda: plan(folder, Settings(tag=TagSettings(taxonomy=str(file)))), "my.yml:4", "given twice")


def yaml_bomb(folder: Path) -> str:
    file = folder / "my.yml"
    file.write_text("extends: packaged\ntopics:\n- &a {id: a, definition: A}\n- *a\n")
    return refused(lambda: plan(folder, Settings(tag=TagSettings(taxonomy=str(file)))), "my.yml:3", "alias")


def bad_settings(folder: Path) -> str:
    file = folder / "corpus.toml"
    file.write_text("[read]\nmax_bytes = = 2\n")
    return refused(lambda: load_settings(file), "corpus.toml", "line 2")


def wrong_setting(folder: Path) -> str:
    file = folder / "corpus.toml"
    file.write_text("[read]\nmax_bytes = 0\n")
    return refused(lambda: load_settings(file), "corpus.toml:2", "read.max_bytes")


def deep_settings(folder: Path) -> str:
    file = folder / "corpus.toml"
    file.write_text("a = " + "[" * 100_000 + "]" * 100_000)
    return refused(lambda: load_settings(file), "corpus.toml", "recursion")


def dotted_settings(folder: Path) -> str:
    file = folder / "corpus.toml"
    file.write_text("\na" + ".a" * 100_000 + " = 1")
    return refused(lambda: load_settings(file), "corpus.toml:2", "dots")


def deep_suite(folder: Path) -> str:
    suites = folder / "suites"
    shutil.copytree(ROOT / "expectations", suites)
    (suites / "sentences.json").write_text('{"expectations": ' + "[" * 100_000)
    return refused(lambda: plan(folder, suites=suites), "sentences.json", "not JSON")


def bad_suite(folder: Path) -> str:
    suites = folder / "suites"
    shutil.copytree(ROOT / "expectations", suites)
    (suites / "sentences.json").write_text('{"expectations": [\n {"type": }\n]}')
    return refused(lambda: plan(folder, suites=suites), "sentences.json", "line 2")


def wrong_suite(folder: Path) -> str:
    suites = folder / "suites"
    shutil.copytree(ROOT / "expectations", suites)
    (suites / "sentences.json").write_text(json.dumps({"expectations": ["expect_much"]}))
    return refused(lambda: plan(folder, suites=suites), "sentences.json", "expectation 0")


def no_suites(folder: Path) -> str:
    (folder / "suites").mkdir()
    return refused(lambda: plan(folder, suites=folder / "suites"), "holds no suites")


def no_folder(folder: Path) -> str:
    return refused(
        lambda: make_plan(folder / "nothing", folder / "out", SETTINGS, ROOT / "expectations"), "is not a folder"
    )


ON_A_RUN: dict[str, Callable[[Path], str]] = {
    "a file that vanishes before it is read": vanishes,
    "a file that changes before it is read": changes,
    "a file that may not be read": unreadable,
    "a taxonomy with a key given twice": bad_taxonomy,
    "a taxonomy with an alias, as a bomb has": yaml_bomb,
    "settings that are no TOML": bad_settings,
    "a setting out of its range": wrong_setting,
    "settings nested 100,000 deep": deep_settings,
    "a setting's name of 100,000 parts": dotted_settings,
    "an expectation suite nested 100,000 deep": deep_suite,
    "an expectation suite that is no JSON": bad_suite,
    "an expectation suite of another form": wrong_suite,
    "a folder without suites": no_suites,
    "an input folder that is not there": no_folder,
}
