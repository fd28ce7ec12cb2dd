from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import cli
from pipeline.errors import UsageError
from pipeline.settings import Settings, explain_settings, load_settings

NAMED = "clean.policy"


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_last_that_speaks_wins(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def now(flag: str | None = None) -> tuple[str, str]:
        (stated,) = (s for s in explain_settings(given={NAMED: flag}) if s.name == NAMED)
        return stated.value, stated.origin

    assert now() == ("auto", "default")
    (empty / "pyproject.toml").write_text('[project]\nname = "x"\n\n[tool.corpus.clean]\npolicy = "page"\n')
    assert now() == ("page", "pyproject.toml:5")
    (empty / "corpus.toml").write_text('batch_documents = 5\n[clean]\npolicy = "article"\n')
    assert now() == ("article", "corpus.toml:3")
    monkeypatch.setenv("CORPUS_CLEAN_POLICY", "page")
    assert now() == ("page", "the variable CORPUS_CLEAN_POLICY")
    assert now(flag="auto") == ("auto", "command line")
    assert load_settings().batch_documents == 5


def test_a_named_file_stands_in_for_those_of_the_folder(empty: Path) -> None:
    (empty / "corpus.toml").write_text("batch_documents = 5\n")
    (empty / "other.toml").write_text('[clean]\npolicy = "page"\n')
    settings = load_settings(Path("other.toml"))
    assert (settings.batch_documents, settings.clean.policy) == (Settings().batch_documents, "page")


def test_a_number_may_come_as_text(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORPUS_BATCH_DOCUMENTS", "7")
    assert load_settings(given={"tag.threshold": "2.5"}) == Settings(
        batch_documents=7, tag=Settings().tag.model_copy(update={"threshold": 2.5})
    )


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("CORPUS_CLEAN_POLCY", "page", "CORPUS_CLEAN_POLCY: there is no setting 'clean_polcy'"),
        ("CORPUS_CLEAN_POLICY", "all", "CORPUS_CLEAN_POLICY: clean.policy"),
    ],
)
def test_a_bad_variable_is_refused_by_name(
    empty: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError, match=said):
        load_settings()


def test_other_variables_of_the_same_beginning_are_left_alone(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORPUS_TESTS_NO_MOUNT", "1")
    assert load_settings() == Settings()


def test_every_setting_says_what_it_means() -> None:
    assert [s.name for s in explain_settings() if not s.meaning] == []


def test_the_settings_command_shows_value_and_origin(empty: Path) -> None:
    result = CliRunner().invoke(cli, ["settings", "--json", "--set", "clean.policy=page"])
    shown = json.loads(result.output)
    assert (shown[NAMED]["value"], shown[NAMED]["origin"]) == ("page", "command line")
    assert "clean.policy" in CliRunner().invoke(cli, ["settings"]).output


@pytest.mark.parametrize("assignment", ["clean.policy", "=page"])
def test_an_assignment_without_a_name_or_value_is_refused(empty: Path, assignment: str) -> None:
    result = CliRunner().invoke(cli, ["settings", "--set", assignment])
    assert isinstance(result.exception, UsageError)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_a_script_that_asks_this_command(shell: str) -> None:
    result = CliRunner().invoke(cli, ["completion", shell])
    assert result.exit_code == 0
    assert f"_CORPUS_COMPLETE={shell}_complete" in result.output


def test_completion_knows_the_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    from click.shell_completion import BashComplete

    found = BashComplete(cli, {}, "corpus", "_CORPUS_COMPLETE").get_completions([], "ver")
    assert [item.value for item in found] == ["verify", "versions"]
