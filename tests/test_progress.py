from __future__ import annotations

import io
import sys

import pytest

from flows import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run_of_two_batches() -> None:
    for _ in range(2):
        progress.announce("clean", documents=1_000, characters=4_000_000)
        progress.announce("tag", documents=1_000, characters=4_000_000)
    progress.announce("publish")


def test_a_bar_counts_documents_and_names_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with progress.shown(clean=2_000, retag=500):
        run_of_two_batches()
    assert "2,000 of 2,500 documents" in terminal.getvalue()
    assert "publish" in terminal.getvalue()


@pytest.mark.parametrize("quiet", [True, False])
def test_nothing_is_shown_where_nobody_looks(monkeypatch: pytest.MonkeyPatch, quiet: bool) -> None:
    monkeypatch.setattr(sys, "stderr", out := Terminal() if quiet else io.StringIO())
    with progress.shown(clean=2_000, retag=0, quiet=quiet):
        run_of_two_batches()
    assert out.getvalue() == ""


def test_a_listener_hears_nothing_after_it_left() -> None:
    heard: list[progress.Step] = []
    with progress.listening(heard.append):
        progress.announce("clean", 1, 10)
    progress.announce("tag", 1, 10)
    assert heard == [progress.Step("clean", 1, 10)]
