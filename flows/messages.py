"""What a run says of itself to a person: on its page in Prefect, and in the terminal.

Text of documents is foreign text: it is escaped before Markdown, and never printed raw.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.publish import Published
from pipeline.slices import stream_rows
from pipeline.staged import StagedTables
from pipeline.validate import Outcome, Status, Verdict

MAX_ROWS = 200
"""Rows of a table artifact. Prefect keeps artifacts in its database and shows them whole."""

_ROWS_AT_ONCE = 16_384


def documents_rows(folder: Path) -> tuple[list[dict[str, Any]], str]:
    """Return a row a document (the first by file name, up to MAX_ROWS) and the table's description."""
    columns = [
        "source_path",
        "title",
        "language",
        "text_chars",
        "body_chars",
        "metadata_chars",
        "dropped_chars",
        "sentence_count",
    ]
    documents = StagedTables(folder).dataset("documents")
    first, count = documents.schema.empty_table().select(columns), 0
    for rows in stream_rows(documents, columns, _ROWS_AT_ONCE):
        first = pa.concat_tables([first, rows]).sort_by("source_path").slice(0, MAX_ROWS).combine_chunks()
        count += rows.num_rows
    shown = [
        {**row, "source_path": escape_markdown(row["source_path"]), "title": escape_markdown(row["title"] or "")}
        for row in first.to_pylist()
    ]
    more = f" The first {MAX_ROWS} of {count:,} by file name." if count > MAX_ROWS else ""
    return shown, f"Characters and sentences of each document, by what became of them.{more}"


def validation_markdown(verdict: Verdict, max_share: float) -> str:
    """Return the verdict as Markdown: the answer first, then what did not pass, then the counts a table."""
    stopping = verdict.stopping(max_share)
    passed, failed, errors = (verdict.count(s) for s in (Status.PASSED, Status.FAILED, Status.ERROR))
    head = "**Nothing is published**" if stopping else "**Fit to publish**"
    lines = [f"{head}: {passed} expectations passed, {failed} failed, {errors} could not run.", ""]
    other = [o for o in verdict.outcomes if o.status is not Status.PASSED]
    if other:
        lines += ["| severity | where | expectation | rows | why it matters | found |", "|---|---|---|---|---|---|"]
        lines += [_outcome_row(o) for o in other]
        lines.append("")
    lines += ["| table | expectations | passed |", "|---|---|---|"]
    for table in dict.fromkeys(o.table for o in verdict.outcomes):
        of_table = [o for o in verdict.outcomes if o.table == table]
        good = sum(o.status is Status.PASSED for o in of_table)
        lines.append(f"| {table} | {len(of_table)} | {good} |")
    return "\n".join(lines)


def version_markdown(published: Published, rows: Mapping[str, int]) -> str:
    """Return what a run published, as Markdown: the version, where it is, its rows by table."""
    what = "Published" if published.is_new else "Nothing new: the tables equal those of"
    path = escape_markdown(str(published.path.resolve()))
    lines = [
        f"{what} **{published.name}**, in {path}; its page is report.html there.",
        "",
        "| table | rows |",
        "|---|---|",
    ]
    return "\n".join([*lines, *(f"| {name} | {count:,} |" for name, count in rows.items())])


def escape_markdown(text: str) -> str:
    r"""Return text that Markdown and HTML show as it is, on one line.

    >>> print(escape_markdown("<b>*x*|"))
    &lt;b&gt;\*x\*\|
    """
    flat = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"\\{c}" if c in "\\`*_[]|#!" else c for c in flat)


def _outcome_row(outcome: Outcome) -> str:
    where = f"{outcome.table}.{outcome.column}" if outcome.column else outcome.table
    cells = (
        outcome.severity if outcome.status is Status.FAILED else "could not run",
        where,
        outcome.expectation,
        f"{outcome.unexpected:,}",
        outcome.reason,
        outcome.detail[:300],
    )
    return "| " + " | ".join(escape_markdown(c) for c in cells) + " |"
