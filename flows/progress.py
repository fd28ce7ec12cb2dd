"""Tell a person at a terminal how far a run is; say nothing when nobody looks.

Tasks announce what they begin and what they did; the command shows it as a bar with documents, megabytes
a second and the time that is left. Without a listener an announcement costs nothing, so a scheduled run
takes the same path.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_WEIGHT = {"clean": 4, "tag": 1}
"""A document's part of the bar in each step: cleaning takes about four times as long as tagging."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a task announces: the step's name, and for a batch how much of it was done."""

    name: str
    documents: int = 0
    characters: int = 0


Listener = Callable[[Step], None]
_listeners: list[Listener] = []


def announce(name: str, documents: int = 0, characters: int = 0) -> None:
    """Tell whoever listens that a step began (no documents) or that a batch of it is done."""
    for listener in list(_listeners):
        listener(Step(name, documents, characters))


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call `listener` with every step announced meanwhile."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


@contextmanager
def shown(clean: int, retag: int, *, quiet: bool = False) -> Iterator[None]:
    """Show a bar on standard error, if that is a terminal; `clean` and `retag` are counts of documents."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.fields[step]:<9}"),
        BarColumn(),
        TextColumn("{task.fields[count]}"),
        TimeRemainingColumn(),
    )
    total = clean * _WEIGHT["clean"] + (clean + retag) * _WEIGHT["tag"]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, step="reading", count=f"{clean + retag:,} documents")
        done = 0
        characters = 0

        def show(step: Step) -> None:
            nonlocal done, characters
            bar.update(task, step=step.name)
            if step.documents == 0:
                return
            bar.advance(task, step.documents * _WEIGHT[step.name])
            if step.name == "clean":
                characters += step.characters
            else:
                done += step.documents
            seconds = bar.tasks[0].elapsed or 0
            rate = f", {characters / 1e6 / seconds:.1f} MB/s" if seconds > 1 and characters else ""
            bar.update(task, count=f"{done:,} of {clean + retag:,} documents{rate}")

        with listening(show):
            yield
