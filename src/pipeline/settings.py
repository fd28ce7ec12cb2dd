"""Every number that someone may want to change, with its type, default and reason.

Settings are grouped by the stage that reads them, because a stage's digest covers its own group
only: a changed tag setting must not clean a document again.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .errors import UsageError

_MOST_DOTS = 1_000


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ReadSettings(_Group):
    """What counts as an input."""

    max_bytes: Annotated[int, Field(ge=1)] = 5_000_000
    """Bytes above which a document is rejected as too large, expanded where it is compressed."""
    # 5 MB: War and Peace has 3.2. One line of 19 MB took 19 s and 2.2 GB to clean, so 5 MB keep within 10 s and 1 GB.
    max_lines: Annotated[int, Field(ge=1)] = 100_000
    """Lines above which a document is rejected as too large."""
    # 100,000 lines that are all different take 10 s to clean; an article has 100, a book 20,000.
    max_html_bytes: Annotated[int, Field(ge=1)] = 5_000_000
    """Bytes above which an HTML page is rejected."""
    max_records: Annotated[int, Field(ge=1)] = 10_000_000
    """Records of one file after which reading stops and the rest is rejected in one row."""
    # 10 million: a file of records is to be divided long before. 50,000 members of a zip take 32 MB, others nothing.
    max_archive_bytes: Annotated[int, Field(ge=1)] = 100_000_000_000
    """Bytes to which one file of records may expand; a growth of more than 200 times stops it earlier."""
    # 100 GB: a WARC of Common Crawl expands to 5 GB.
    text_fields: tuple[str, ...] = ("text", "content", "body", "raw_content", "maintext", "article", "full_text")
    """Fields of a JSON line or of a CSV or Parquet row that hold its text; the first that is not null decides."""
    html_fields: tuple[str, ...] = ("html",)
    """Fields that hold a page as HTML, looked at when there is no text."""
    id_fields: tuple[str, ...] = ("id", "metadata.id")
    """Fields that hold a record's own name."""
    url_fields: tuple[str, ...] = ("url", "metadata.url")
    """Fields that hold a page's address; a dot leads into a nested field, as datatrove and Dolma write them."""
    title_fields: tuple[str, ...] = ("title", "metadata.title")
    """Fields that state the title."""
    date_fields: tuple[str, ...] = (
        "date",
        "metadata.date",
        "date_publish",
        "publish_date",
        "published_at",
        "published",
    )
    """Fields that state the day of publication. Empty it where `date` is the day of the crawl, as in FineWeb."""
    author_fields: tuple[str, ...] = ("author", "metadata.author", "authors", "byline")
    """Fields that state the author, or a list of authors."""


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
    redact: Literal["none", "pii"] = "none"
    """Publish texts as they are ("none"), or with marks of equal length instead of personal data ("pii")."""
    # "none": mark what is personal only where a version is to be shared; the marks cannot be taken back.


class TagSettings(_Group):
    """How sentences get topics."""

    taxonomy: str | None = None
    """Path of a user's taxonomy file; None means the one that ships."""
    threshold: Annotated[float, Field(gt=0)] = 1.0
    """Score at which a topic is given."""
    encoder: str | None = None
    """Folder of all-MiniLM-L6-v2, which reads English sentences in context too; None: words and phrases alone."""
    # Out of fold it brings +.02 of F1 and costs some 30 ms for a sentence with a phrase, so it is not the default.


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


@dataclass(frozen=True, slots=True)
class Stated:
    """A setting as a run uses it: its dotted name, its value, where that was said, and what it means."""

    name: str
    value: Any
    origin: str
    """The word default, a file and line, an environment variable, or the command line."""
    meaning: str


def load_settings(path: Path | None = None, given: Mapping[str, Any] | None = None) -> Settings:
    """Return the settings of this call.

    The last that speaks wins: the defaults, `[tool.corpus]` of ./pyproject.toml, ./corpus.toml, environment
    variables such as CORPUS_CLEAN_POLICY, `given` (dotted names from the command line; None is not given).
    `path` stands in for the two files. Raises UsageError that names the place and the setting.
    """
    return _load(path, given)[0]


def explain_settings(path: Path | None = None, given: Mapping[str, Any] | None = None) -> list[Stated]:
    """Return every setting with its value and its origin, in the order of the groups; errors as `load_settings`."""
    settings, origins = _load(path, given)
    stated = []
    for name, (group, key) in _names().items():
        holder: BaseModel = getattr(settings, group) if group else settings
        meaning = type(holder).model_fields[key].description or ""
        stated.append(Stated(name, getattr(holder, key), origins.get(name, "default"), meaning))
    return stated


def _load(path: Path | None, given: Mapping[str, Any] | None) -> tuple[Settings, dict[str, str]]:
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name, value, origin in _said(path, given):
        if name not in _names():
            raise UsageError(f"{origin}: there is no setting {name!r}. `corpus settings` lists them.")
        values[name], origins[name] = value, origin
    nested: dict[str, Any] = {}
    for name, value in values.items():
        group, key = _names()[name]
        (nested.setdefault(group, {}) if group else nested)[key] = value
    try:
        return Settings.model_validate(nested), origins
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"] if not isinstance(part, int))
        where = next((o for n, o in origins.items() if n == name), "settings")
        raise UsageError(f"{where}: {name}: {first['msg']} (found {first['input']!r})") from None


def _said(path: Path | None, given: Mapping[str, Any] | None) -> Iterator[tuple[str, Any, str]]:
    """Yield (dotted name, value, origin), the weaker before the stronger."""
    if path is not None:
        yield from _said_in(path, ())
    else:
        for file, below in ((Path("pyproject.toml"), ("tool", "corpus")), (Path("corpus.toml"), ())):
            if file.is_file():
                yield from _said_in(file, below)
    for variable, text in sorted(os.environ.items()):
        name = next((n for n in _names() if _variable(n) == variable), None)
        group = next((g for g in Settings.model_fields if variable.startswith(f"{_PREFIX}{g.upper()}_")), None)
        if name or group:
            yield name or variable.removeprefix(_PREFIX).lower(), _read_value(text), f"the variable {variable}"
    for name, value in (given or {}).items():
        if value is not None:
            yield name, _read_value(value) if isinstance(value, str) else value, "command line"


def _said_in(file: Path, below: Sequence[str]) -> Iterator[tuple[str, Any, str]]:
    try:
        text = file.read_text(encoding="utf-8")
        # A key of n dots costs the parser memory by n squared: 100 kB of "a.a.a" took more than 24 GB.
        for number, line in enumerate(text.split("\n"), 1):
            if line.count(".") > _MOST_DOTS:
                raise UsageError(f"{file}:{number}: more than {_MOST_DOTS} dots in a line. Divide it over lines.")
        tables: Any = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{file}: cannot be read as TOML: {error}") from None
    for part in below:
        tables = tables.get(part, {})
    for key, value in tables.items():
        if isinstance(value, dict) and key in Settings.model_fields:
            for inner, deep in value.items():
                yield f"{key}.{inner}", deep, f"{file}:{_line_of(text, inner, (*below, key))}"
        else:
            yield key, value, f"{file}:{_line_of(text, key, below)}"


def _line_of(text: str, key: str, table: Sequence[str]) -> int:
    """Return the line, from 1, where `key` is set in `table`; 1 where it is written in another way."""
    here: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            here = [part.strip().strip("\"'") for part in stripped.strip("[] ").split(".")]
        elif here == list(table) and stripped.partition("=")[0].strip().strip("\"'") == key:
            return number
    return 1


def _read_value(text: str) -> Any:
    """Read a list or a quoted string as TOML does; anything else stays text, which the field's type reads."""
    if text[:1] not in ("[", '"', "'"):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        return text


@cache
def _names() -> dict[str, tuple[str, str]]:
    """Return (group, key) of each dotted name; the group is empty for settings of the whole run."""
    names: dict[str, tuple[str, str]] = {}
    for key, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, _Group):
            names.update({f"{key}.{inner}": (key, inner) for inner in field.annotation.model_fields})
        else:
            names[key] = ("", key)
    return names


def _variable(name: str) -> str:
    """Return the environment variable of a setting.

    >>> _variable("clean.policy")
    'CORPUS_CLEAN_POLICY'
    """
    return _PREFIX + name.replace(".", "_").upper()


_PREFIX = "CORPUS_"
