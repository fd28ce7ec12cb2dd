"""Write report.html: one page that tells a person what came in, what became of it, and why.

The page is one file that needs nothing else: no script, no font, no picture, no other host; a content
security policy in the page itself says so to the browser. Its charts are SVG in the template, so that
they follow the reader's colours, width and paper. It is made from the staged tables alone and has no
clock in it: the same tables give the same page. Every text from a document is escaped by Jinja. With
more documents than fit into `MAX_BYTES` the page shows a sample and says which.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .diff import Columns, compare_tables, summarise
from .model import SourceStatus
from .schemas import TABLES
from .settings import OutputSettings
from .staged import StagedTables, Tables
from .validate import Outcome, Status, Verdict
from .visible import show_controls

if TYPE_CHECKING:
    import jinja2

    from .version import Version

REPORT = "report.html"
MAX_BYTES = 5_000_000
"""Bytes of a page. A browser on a phone opens 5 MB of HTML in about a second."""

_COMPARED = 200
_SOURCE_COLUMNS = [c for c in TABLES["sources"].names if c not in ("source_sha256", "encoding")]
_SUMS = ("text_chars", "body_chars", "metadata_chars", "dropped_chars", "sentence_count")
_FOLLOWED = 1_000
# Copies, and near copies, of which the page says what they are copies of.
_ORDER = {"dropped": 1, "metadata": 2, "body": 3}
_DOCUMENT_BYTES = 3_000_000
_ROWS_AT_ONCE = 65_536


def write_report(
    folder: Path,
    verdict: Verdict,
    *,
    previous: Version | None = None,
    may_differ: Columns | None = None,
    name: str | None = None,
    max_quarantine_share: float = OutputSettings().max_quarantine_share,
) -> Path:
    """Write `folder`/report.html from the tables staged in `folder` and return its path.

    `previous` is the version to compare with, in the columns that `may_differ` names (`diff.compare_tables`), and
    `name` what the page calls the run. With `max_quarantine_share` the page knows whether the verdict stops the
    publication.
    """
    tables = StagedTables(folder)
    budget = _DOCUMENT_BYTES
    page = render_report(tables, verdict, previous, name, max_quarantine_share, budget, may_differ)
    while len(page) > MAX_BYTES and budget:
        budget = budget // 2 if budget > 100_000 else 0
        page = render_report(tables, verdict, previous, name, max_quarantine_share, budget, may_differ)
    path = folder / REPORT
    path.write_bytes(page)
    return path


@dataclass(frozen=True, slots=True)
class Promise:
    """What the outcomes with one reason say together: the reason, whether it holds, and what was found."""

    reason: str
    table: str
    status: Status
    severity: str
    found: str
    consequence: str


def render_report(
    tables: Tables,
    verdict: Verdict,
    previous: Version | None = None,
    name: str | None = None,
    max_quarantine_share: float = 0.01,
    budget: int = _DOCUMENT_BYTES,
    may_differ: Columns | None = None,
) -> bytes:
    """Return the page as UTF-8. `budget` are the bytes that documents shown block by block may take."""
    from .report_counts import add_up, count_missing, first_rows, listed, nearest, paths_of, stream, tally
    from .report_data import LISTED, count_rules
    from .report_documents import CHOSEN_BY, choose_documents, fetch_shown
    from .report_topics import count_topics
    from .slices import release_memory

    # What assembling the tables took is free by now, but not given back.
    release_memory()
    rules = count_rules(tables)
    topics = count_topics(tables)
    release_memory()
    shown = fetch_shown(
        tables,
        choose_documents(stream(tables, "documents", CHOSEN_BY)),
        [key for rule in rules for key in rule.examples],
        {topic.topic: topic.examples for topic in topics.rows},
        budget,
    )
    release_memory()
    difference = None
    if previous is not None:
        difference = compare_tables(previous, tables, previous.name, "this run", limit=_COMPARED, may_differ=may_differ)
    status = tally(tables, "sources", "status")
    sites = tally(tables, "documents", "site")
    lacking = count_missing(tables, "documents", ("title", "author", "published_on", "site"))
    alone = count_missing(tables, "documents", ["duplicate_of"])["duplicate_of"]
    copies = first_rows(tables, "sources", _SOURCE_COLUMNS, _FOLLOWED, status="duplicate")
    near = nearest(tables, _FOLLOWED)
    named = {row["doc_id"] for row in copies} | {row["duplicate_of"] for row in near}
    stopping = verdict.stopping(max_quarantine_share)
    release_memory()
    html = _template().render(
        name=name,
        stopping=stopping,
        promises=_promises(verdict, stopping),
        passed=verdict.count(Status.PASSED),
        outcomes=len(verdict.outcomes),
        sums=add_up(tables, "documents", _SUMS),
        rows={table: tables.dataset(table).count_rows() for table in TABLES},
        status={str(s): 0 for s in SourceStatus} | status,
        media_types=listed(tally(tables, "sources", "media_type")),
        languages=listed(tally(tables, "documents", "language"), 16),
        sites=listed({site: count for site, count in sites.items() if site is not None}, 16),
        lacking=lacking,
        rules=rules,
        # A page is made of rejected tables too, so a value that no table should hold is shown, not dropped.
        dispositions=sorted({r.disposition for r in rules}, key=lambda d: (_ORDER.get(d, 0), d)),
        topics=topics,
        shown=shown,
        rejected=first_rows(tables, "sources", _SOURCE_COLUMNS, LISTED, status="rejected"),
        reasons=listed(tally(tables, "sources", "reason", status="rejected"), 16),
        copies=copies[:LISTED],
        path_of=paths_of(tables, sorted(doc_id for doc_id in named if doc_id is not None)),
        near=near[:LISTED],
        near_count=tables.dataset("documents").count_rows() - alone,
        repeated=_repeated(tables),
        quarantine=tables.dataset("quarantine").head(LISTED).to_pylist(),
        quarantined=listed(tally(tables, "quarantine", "table")),
        difference=difference,
        summarise=summarise,
        limit=LISTED,
        max_megabytes=MAX_BYTES // 1_000_000,
    )
    return str(html).encode("utf-8")


def _repeated(tables: Tables) -> dict[str, Any]:
    """Return how many sentences stand in the corpus before, and those that do most often."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from .slices import fetch_rows, stream_rows

    sentences = tables.dataset("sentences")
    keys = ["duplicate_of_doc", "duplicate_of_index"]
    # Not as Python records, and piece by piece: there may be millions of sentences that occur twice.
    pieces = [
        rows.filter(rows.column(keys[0]).is_valid()).group_by(keys).aggregate([([], "count_all")])
        for rows in stream_rows(sentences, keys, _ROWS_AT_ONCE)
    ]
    if not pieces:
        return {"count": 0, "top": []}
    counted = pa.concat_tables(pieces).group_by(keys).aggregate([("count_all", "sum")])
    count = int(pc.sum(counted.column("count_all_sum")).as_py() or 0)
    order = [("count_all_sum", "descending"), *((key, "ascending") for key in keys)]
    most = counted.take(pc.select_k_unstable(counted, k=8, sort_keys=order)) if counted.num_rows > 8 else counted
    top = most.sort_by(order).to_pylist()
    found = fetch_rows(sentences, [r[keys[0]] for r in top], ["doc_id", "sentence_index", "text"])
    columns = (found.column(name).to_pylist() for name in found.column_names)
    texts = {(doc_id, index): text for doc_id, index, text in zip(*columns, strict=True)}
    return {
        "count": count,
        "top": [(texts.get((r[keys[0]], r[keys[1]]), ""), r["count_all_sum"] + 1) for r in top],
    }


def _promises(verdict: Verdict, stopping: Sequence[Outcome]) -> list[Promise]:
    """Put outcomes with one reason together, what does not hold first."""
    order = {Status.ERROR: 0, Status.FAILED: 1, Status.PASSED: 2}
    found: dict[tuple[str, str, Status, str], list[Outcome]] = {}
    for outcome in verdict.outcomes:
        reason = outcome.reason or outcome.expectation.replace("_", " ")
        found.setdefault((reason, outcome.table, outcome.status, outcome.severity), []).append(outcome)
    promises = [
        Promise(
            reason,
            table,
            status,
            severity,
            "" if status is Status.PASSED else "; ".join(_found(o) for o in outcomes)[:600],
            "" if status is Status.PASSED else _consequence(outcomes, stopping),
        )
        for (reason, table, status, severity), outcomes in found.items()
    ]
    return sorted(promises, key=lambda p: (order[p.status], p.table, p.reason, p.severity))


def _found(outcome: Outcome) -> str:
    column = f"{outcome.column}: " if outcome.column else ""
    rows = f"{outcome.unexpected:,} of {outcome.rows:,} rows; " if outcome.on_rows else ""
    return f"{column}{rows}{outcome.detail}"


def _consequence(outcomes: Sequence[Outcome], stopping: Sequence[Outcome]) -> str:
    if any(o in stopping for o in outcomes):
        return "Stops the publication."
    if outcomes[0].severity == "critical":
        return "The rows were moved to quarantine."
    return "Published, with this warning." if outcomes[0].severity == "warning" else "Noted."


@cache
def _template() -> jinja2.Template:
    import jinja2

    folder = resources.files(__package__) / "resources" / "report"
    files = {f: (folder / f).read_text("utf-8") for f in ("report.html.j2", "charts.html.j2", "report.css")}
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(files),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = tomllib.loads((folder / "words.toml").read_text("utf-8"))
    environment.globals.update(words=words, css=environment.get_template("report.css").render())
    environment.filters.update(num=_number, pct=_percent, visible=show_controls, words=_words, one=_one_line)
    return environment.get_template("report.html.j2")


def _number(value: float) -> str:
    """Write a count for reading.

    >>> _number(1234567)
    '1,234,567'
    """
    return f"{value:,}"


def _percent(share: float) -> str:
    """Write a share for reading.

    >>> _percent(0.5), _percent(0.0321), _percent(0.00001), _percent(0), _percent(0.9999)
    ('50 %', '3.2 %', '<0.1 %', '0 %', '>99.9 %')
    """
    if share in (0, 1):
        return f"{share:.0%}".replace("%", " %")
    if share < 0.001:
        return "<0.1 %"
    if share > 0.999:
        return ">99.9 %"
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def _one_line(text: str, most: int = 280) -> str:
    from .report_documents import shorten

    return show_controls(shorten(text, most))


def _words(name: str) -> str:
    """Write an identifier as words.

    >>> _words("fake_profile")
    'fake profile'
    """
    return name.replace("_", " ")
