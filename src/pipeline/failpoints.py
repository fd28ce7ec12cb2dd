"""Named places where a test makes a run die, so that what a crash leaves behind can be tested.

Set `CORPUS_FAILPOINT` to `POINT:ACTION` or `POINT@N:ACTION`: at the N-th passing (the first when not
given) of `POINT` (`*` is any point) the process is killed, ended, or gets an error. Unset, which is
always outside the tests, a point costs one comparison.

A point stands before each step that changes the disk. The state after one step is the state before the
next, so dying at every point in turn shows every state that a crash can leave.
"""

from __future__ import annotations

import errno
import os
import re
import signal
from dataclasses import dataclass
from enum import StrEnum

VARIABLE = "CORPUS_FAILPOINT"


class Point(StrEnum):
    """The steps that change the disk."""

    FOLDER_MADE = "folder_made"
    FILE_OPENED = "file_opened"
    FILE_WRITTEN = "file_written"
    FILE_SYNCED = "file_synced"
    FOLDER_SYNCED = "folder_synced"
    HARD_LINKED = "hard_linked"
    RENAMED = "renamed"
    LINKED = "linked"
    REMOVED = "removed"
    PUBLISHED = "published"
    """The version stands under `versions/`, and `latest` still names the one before."""


class InjectedError(Exception):
    """What the action `raise` raises; nothing catches it."""


@dataclass(slots=True)
class _Armed:
    point: str
    left: int
    action: str


def failpoint(point: Point) -> None:
    """Do what `CORPUS_FAILPOINT` says about `point`; almost always nothing."""
    if _armed is not None and _armed.point in ("*", point):
        _armed.left -= 1
        if _armed.left == 0:
            _act(_armed.action, point)


def arm(value: str | None) -> None:
    """Take `value` for the environment variable's; None disarms. Raises ValueError on a wrong form."""
    global _armed
    if not value:
        _armed = None
        return
    found = re.fullmatch(r"(\*|[a-z_]+)(?:@([1-9]\d*))?:(kill|term|enospc|raise)", value)
    if found is None or (found[1] != "*" and found[1] not in set(Point)):
        raise ValueError(f"{VARIABLE}={value!r} is not POINT[@N]:kill|term|enospc|raise; points: {', '.join(Point)}")
    _armed = _Armed(found[1], int(found[2] or 1), found[3])


def _act(action: str, point: Point) -> None:
    match action:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "term":
            os.kill(os.getpid(), signal.SIGTERM)
        case "enospc":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(point))
        case _:
            raise InjectedError(point)


_armed: _Armed | None = None
arm(os.environ.get(VARIABLE))
