"""Let trafilatura decide which rendered lines of an HTML page are content.

Its text is laid over the rendered lines: a line is kept when its words stand in that text in order, so that
the ledger stays whole. trafilatura runs in one worker process with a time limit a page, because its time
explodes on pages over about a megabyte; and its process-wide cache, which silently drops paragraphs that
an earlier page held too, is cleared before every page.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from .model import Page

MAX_CHARS = 1_000_000
"""Characters of HTML above which trafilatura is not asked: 4 MB took it 27 s, 5 MB over 100 s."""
SECONDS = 10.0
KEPT = "trafilatura"
"""The feature that says whether trafilatura keeps a line: 1, 0, or -1 where it gave no answer."""


def mark_lines(page: Page, html: str) -> Page:
    """Return the page with `{KEPT: 1.0 or 0.0}` as the features of its lines, -1.0 when there is no answer."""
    text = extract_text(html) if len(html) <= MAX_CHARS else None
    if text is None:
        why = "too large" if len(html) > MAX_CHARS else "no answer in time"
        note = f"trafilatura was not used: {why}."
        markup = tuple(replace(m, features={KEPT: -1.0}) for m in page.markup)
        return replace(page, markup=markup, detail=f"{page.detail} {note}" if page.detail else note)
    kept = cover_lines([page.text[m.start : m.end] for m in page.markup], text)
    markup = tuple(replace(m, features={KEPT: float(k)}) for m, k in zip(page.markup, kept, strict=True))
    return replace(page, markup=markup)


def extract_text(html: str, seconds: float = SECONDS) -> str | None:
    """Return what trafilatura takes for the content ("" for none), or None when it fails or takes too long."""
    with _LOCK:
        return _WORKER.ask(html, seconds)


def cover_lines(lines: Sequence[str], text: str) -> list[bool]:
    r"""Tell of each line whether its words stand in `text`.

    Most runs of three words of a longer line must; a short line must be a line of `text` of its own, between
    those that the longer lines around it were found in.

    >>> cover_lines(["Menu", "A line of five words.", "Menu", "The end"], "A line of five words.\nThe end")
    [False, True, False, True]
    """
    target = [_WORD.findall(row.lower()) for row in text.splitlines()]
    place: dict[tuple[str, ...], int] = {}
    whole: dict[tuple[str, ...], list[int]] = {}
    for i, words in enumerate(target):
        whole.setdefault(tuple(words), []).append(i)
        for k in range(len(words) - 2):
            place.setdefault(tuple(words[k : k + 3]), i)
    told = [_WORD.findall(line.lower()) for line in lines]
    anchors: list[int | None] = []
    for words in told:
        runs = [tuple(words[k : k + 3]) for k in range(len(words) - 2)]
        found = [place[run] for run in runs if run in place]
        anchors.append(min(found) if len(words) > 3 and len(found) >= 0.7 * len(runs) else None)
    # A short line may only stand between the longer ones around it.
    limits = [len(target)] * len(told)
    limit = len(target)
    for i in range(len(told) - 1, -1, -1):
        limits[i] = limit
        anchor = anchors[i]
        limit = limit if anchor is None else anchor
    kept = []
    at = 0
    for words, anchor, limit in zip(told, anchors, limits, strict=True):
        if anchor is not None:
            at = max(at, anchor)
        rows = [i for i in whole.get(tuple(words), ()) if at <= i <= limit] if 0 < len(words) <= 3 else []
        kept.append(anchor is not None or bool(rows))
        at = rows[0] if rows else at
    return kept


_WORD = re.compile(r"\w+")


class _Worker:
    """A process that runs trafilatura; started when first asked, and again after it was stopped."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def ask(self, html: str, seconds: float) -> str | None:
        """Send one page and wait for its text."""
        process = self.process = self.process if self.process and self.process.poll() is None else _start()
        if process.stdin is None or process.stdout is None:
            return None
        try:
            process.stdin.write(json.dumps(html).encode() + b"\n")
            process.stdin.flush()
        except OSError:
            self.stop()
            return None
        answer = _read_line(process.stdout.fileno(), time.monotonic() + seconds)
        if answer is None:
            self.stop()
            return None
        text = json.loads(answer)
        return text if isinstance(text, str) else None

    def stop(self) -> None:
        """End the process, if it runs."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    pipe.close()
            self.process = None


_WORKER = _Worker()
_LOCK = Lock()
atexit.register(_WORKER.stop)


def _start() -> subprocess.Popen[bytes]:
    code = "from pipeline.trafilatura_engine import serve; serve()"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    if process.stdout is not None:
        # The import takes seconds on a busy machine and is not the page's fault.
        _read_line(process.stdout.fileno(), time.monotonic() + 60.0)
    return process


def _read_line(handle: int, deadline: float) -> bytes | None:
    """Read up to a line break, or None when the deadline passes or the other side is gone."""
    parts: list[bytes] = []
    while (left := deadline - time.monotonic()) > 0:
        ready, _, _ = select.select([handle], [], [], left)
        if not ready:
            return None
        chunk = os.read(handle, 1 << 16)
        if not chunk:
            return None
        parts.append(chunk)
        if chunk.endswith(b"\n"):
            return b"".join(parts)
    return None


def serve() -> None:
    """Answer pages on standard input with their text on standard output, a JSON string a line."""
    from trafilatura import extract
    from trafilatura.meta import reset_caches

    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    out.write(b"ready\n")
    out.flush()
    for row in sys.stdin.buffer:
        reset_caches()
        try:
            text = extract(json.loads(row), include_comments=False, include_tables=True) or ""
        # Whatever a page makes trafilatura raise, the answer is that there is none.
        except Exception:
            text = None
        out.write(json.dumps(text).encode() + b"\n")
        out.flush()
