"""What a run promises of files of many records, of damaged caches and versions, and of clocks."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.halves import CACHE
from pipeline.plan import Plan, make_plan
from pipeline.run import build_version
from pipeline.settings import Settings
from pipeline.validation_process import ValidationProcess
from pipeline.version import open_version
from tests.made_records import PROSE, json_lines, page, response, warc_gz, warc_record, zip_of

SETTINGS = Settings(batch_documents=3)
Build = Callable[[Path, Path], None]


@pytest.fixture
def build(validation: ValidationProcess, suites: Path) -> Build:
    def call(folder: Path, output: Path) -> None:
        plan = plan_for(folder, output, suites)
        if not plan.up_to_date:
            build_version(plan, SETTINGS, suites, validation.judge)

    return call


def plan_for(folder: Path, output: Path, suites: Path) -> Plan:
    return make_plan(folder, output, SETTINGS, suites)


def digests(output: Path) -> dict[str, str]:
    root = open_version(output).path
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in root.rglob("*.parquet")}


def row(i: int, **more: Any) -> dict[str, Any]:
    return {"id": f"r{i}", "text": PROSE.format(f"Nord {i}"), "url": f"https://example.org/{i}", **more}


def fill(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.jsonl").write_bytes(json_lines(*(row(i) for i in range(12)), b"{bad", row(2)))
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(json_lines(*(row(i, title=f"Title {i}") for i in range(4)))))
    (folder / "c.zip").write_bytes(zip_of({f"{i}.html": page(f"Zip {i}").encode() for i in range(4)}))
    crawl = [warc_record(b"GET / HTTP/1.1\r\n\r\n", "request")]
    crawl += [warc_record(response(page(f"Crawl {i}").encode()), url=f"http://example.org/{i}") for i in range(4)]
    (folder / "d.warc.gz").write_bytes(warc_gz(crawl))
    (folder / "e.txt").write_text(PROSE.format("Sued"))


def edit(rng: random.Random, folder: Path) -> None:
    match rng.choice(["insert", "drop", "rename", "page", "unpack", "crawl"]):
        case "insert":
            lines = (folder / "a.jsonl").read_bytes()
            (folder / "a.jsonl").write_bytes(json_lines(row(rng.randrange(100, 999))) + lines)
        case "drop":
            lines = (folder / "a.jsonl").read_bytes().splitlines(keepends=True)
            del lines[rng.randrange(len(lines))]
            (folder / "a.jsonl").write_bytes(b"".join(lines))
        case "rename":
            for path in folder.glob("*b.jsonl.gz"):
                path.rename(folder / f"{rng.randrange(9)}b.jsonl.gz")
        case "page":
            members = {f"{i}.html": page(f"Zip {i + rng.randrange(2)}").encode() for i in range(4)}
            (folder / "c.zip").write_bytes(zip_of(members))
        case "unpack":
            (folder / "0.html").write_text(page(f"Zip {rng.randrange(4)}"))
        case "crawl":
            data = (folder / "d.warc.gz").read_bytes()
            extra = warc_record(response(page(f"Crawl {rng.randrange(9)}").encode()), url="http://example.org/new")
            (folder / "d.warc.gz").write_bytes(data + gzip.compress(extra))


@pytest.mark.parametrize("seed", range(3))
def test_any_history_of_edits_of_records_ends_where_a_full_run_ends(
    seed: int, build: Build, tmp_path: Path, suites: Path
) -> None:
    rng = random.Random(seed)
    folder, output = tmp_path / "in", tmp_path / "out"
    fill(folder)
    build(folder, output)
    for _ in range(3):
        edit(rng, folder)
        build(folder, output)
    build(folder, tmp_path / "full")
    assert digests(output) == digests(tmp_path / "full")
    assert plan_for(folder, output, suites).up_to_date


def test_a_line_put_before_others_costs_one_document(build: Build, tmp_path: Path, suites: Path) -> None:
    folder, output = tmp_path / "in", tmp_path / "out"
    fill(folder)
    build(folder, output)
    path = folder / "a.jsonl"
    path.write_bytes(json_lines(row(500)) + path.read_bytes())
    plan = plan_for(folder, output, suites)
    assert [s.source_path for s in plan.clean] == ["a.jsonl#0"]


def test_sources_tell_of_every_record(build: Build, tmp_path: Path) -> None:
    fill(tmp_path / "in")
    build(tmp_path / "in", tmp_path / "out")
    version = open_version(tmp_path / "out")
    rows = {r["source_path"]: r for r in version.sources().to_pylist()}
    assert len(rows) == 14 + 4 + 4 + 5 + 1
    assert (rows["a.jsonl#12"]["reason"], rows["a.jsonl#2"]["status"]) == ("malformed", "duplicate")
    assert rows["a.jsonl#3"]["detail"] == "id r3; from https://example.org/3."
    documents = {d["source_path"]: d for d in version.documents().to_pylist()}
    assert documents["b.jsonl.gz#1"]["title"] == "Title 1" and documents["d.warc.gz#2"]["site"] == "example.org"
    assert documents["c.zip#0/0.html"]["media_type"] == "text/html"


def test_damage_of_caches_and_versions_costs_work_and_changes_nothing(
    build: Build, tmp_path: Path, suites: Path
) -> None:
    folder, output = tmp_path / "in", tmp_path / "out"
    fill(folder)
    build(folder, output)
    sound = digests(output)
    for entry in (output / CACHE / "listings").iterdir():
        entry.write_bytes(entry.read_bytes()[:-20])
    assert plan_for(folder, output, suites).up_to_date
    (part,) = (open_version(output).path / "documents").glob("*.parquet")
    part.chmod(0o644)
    part.write_bytes(part.read_bytes()[:-20])
    build(folder, output)
    assert digests(output) == sound


@pytest.mark.parametrize("year", [1970, 2100])
def test_a_clock_set_back_or_forward_changes_nothing(build: Build, tmp_path: Path, suites: Path, year: int) -> None:
    folder, output = tmp_path / "in", tmp_path / "out"
    fill(folder)
    build(folder, output)
    when = (year - 1970) * 31_557_600
    for path in (*folder.rglob("*"), *output.rglob("*")):
        os.utime(path, (when, when), follow_symlinks=False)
    assert plan_for(folder, output, suites).up_to_date
    (folder / "new.txt").write_text(PROSE.format("new"))
    build(folder, output)
    build(folder, tmp_path / "full")
    assert digests(output) == digests(tmp_path / "full")
