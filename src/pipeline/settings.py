"""Every number that someone may want to change, with its type, default and reason.

Settings are grouped by the stage that reads them, because a stage's digest covers its own group
only: a changed tag setting must not clean a document again.
"""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .errors import UsageError


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReadSettings(_Group):
    """What counts as an input."""

    max_bytes: Annotated[int, Field(ge=1)] = 20_000_000
    """Bytes above which a file is rejected as too large."""
    # 20 MB: 200 times the largest page of the 1,536 development pages; a larger "page" is a dump.
    max_html_bytes: Annotated[int, Field(ge=1)] = 5_000_000
    """Bytes above which an HTML page is rejected."""


class CleanSettings(_Group):
    """How boilerplate is told from body."""

    policy: Literal["auto", "article", "page"] = "auto"
    """Keep the article body only ("article"), or the page's main content ("page")."""
    html_engine: Literal["blocks", "trafilatura"] = "blocks"
    """Who decides what is body on HTML: our line model, or trafilatura on the same ledger."""
    profile_families: Annotated[int, Field(ge=2, le=6)] = 3
    """Signal families that make a region a fake profile."""
    # 3 of 6: 0 false claims on 2,392 real pages; 2 of 6 gave up to 3.
    repeat_min: Annotated[int, Field(ge=2)] = 2
    """Copies that make a line a repeat."""
    label_siblings: Annotated[int, Field(ge=2)] = 3
    """Neighbouring paragraphs of the shape "Label: text" that make the opener a label."""
    # 3: without this guard the rule was wrong 12 of 15 times on running text.


class TagSettings(_Group):
    """How sentences get topics."""

    taxonomy: str | None = None
    """Path of a user's taxonomy file; None means the one that ships."""
    threshold: Annotated[float, Field(gt=0)] = 1.0
    """Score at which a topic is given."""


class OutputSettings(_Group):
    """How tables are written."""

    compression_level: Annotated[int, Field(ge=1, le=22)] = 3
    """zstd level. 3 writes 1e6 sentences in 1.4 s and 48 MB; 9 takes 5.4 s for 42 MB."""
    row_group_rows: Annotated[int, Field(ge=1_000)] = 122_880
    """Rows a row group. Groups of 10,000 cost 15 % of size, 122,880 cost 2 %."""
    bucket_rows: Annotated[int, Field(ge=1_000)] = 200_000
    """Rows of one table above which a version is split into doc_id-prefix buckets."""
    max_quarantine_share: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Share of a table's rows that may be quarantined before the run stops."""


class Settings(_Group):
    """All settings of a run."""

    read: ReadSettings = ReadSettings()
    clean: CleanSettings = CleanSettings()
    tag: TagSettings = TagSettings()
    output: OutputSettings = OutputSettings()
    batch_documents: Annotated[int, Field(ge=1)] = 1_000
    """Documents a batch: a Prefect task costs about 31 ms of CPU, a document about 5."""

    def digest(self, *groups: str) -> str:
        """Return the sha256 of the named groups (all when none is named), as 64 hex digits."""
        names = groups or tuple(sorted(type(self).model_fields))
        parts = []
        for name in names:
            value = getattr(self, name)
            parts.append(f"{name}={value.model_dump_json() if isinstance(value, BaseModel) else value!r}")
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def load_settings(path: Path | None = None, **overrides: dict[str, Any]) -> Settings:
    """Return the settings of a TOML file over the defaults, and `overrides` (by group) over both.

    Without `path`, `corpus.toml` in the current folder is read if there is one. Raises UsageError that
    names the file and the setting.
    """
    file = path or Path("corpus.toml")
    given: dict[str, Any] = {}
    if path is not None or file.is_file():
        try:
            given = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UsageError(f"{file}: cannot be read as TOML: {error}") from None
    for group, values in overrides.items():
        given[group] = {**given.get(group, {}), **{k: v for k, v in values.items() if v is not None}}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{file}: {name}: {first['msg']} (found {first['input']!r})") from None
