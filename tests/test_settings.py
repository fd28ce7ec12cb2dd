from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.settings import CleanSettings, Settings, load_settings


def test_a_file_wins_over_defaults_and_a_flag_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "corpus.toml"
    file.write_text('batch_documents = 7\n[tag]\nthreshold = 2.5\n[clean]\npolicy = "page"\n')
    settings = load_settings(file, {"tag.threshold": 3.0, "tag.taxonomy": None})
    assert (settings.batch_documents, settings.tag.threshold, settings.clean.policy) == (7, 3.0, "page")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("batch_documents = 0", "mine.toml:1: batch_documents"),
        ("[clean]\npolicy = 'all'", "mine.toml:2: clean.policy"),
        ("[clean]\npolcy = 'page'", "mine.toml:2: there is no setting 'clean.polcy'"),
        ("clean = 'all'", "mine.toml:1: there is no setting 'clean'"),
        ("[clean", "cannot be read as TOML"),
        ("[read]\nmax_bytes = = 2", "line 2"),
    ],
)
def test_a_bad_setting_is_refused_with_file_and_name(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=r"mine\.toml") as error:
        load_settings(file)
    assert said in str(error.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nothing\.toml"):
        load_settings(tmp_path / "nothing.toml")


def test_a_groups_digest_covers_that_group_only() -> None:
    changed = Settings(clean=CleanSettings(repeat_min=3))
    assert changed.digest("tag") == Settings().digest("tag")
    assert changed.digest("clean") != Settings().digest("clean")
