"""Stores in memory that count what is fetched, list as real ones do and fail when told to; a folder of all inputs."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.implementations.memory import MemoryFileSystem

from pipeline.model import Source
from pipeline.read import list_sources
from pipeline.remote import RemoteFolder, folder_of
from pipeline.settings import ReadSettings, Settings

SETTINGS = Settings()
TEXT = "The ministers met in Baku on Monday. They spoke of gas, of oil and of the railway to the north.\n"


class Store(MemoryFileSystem):
    """An object store in memory: it states an etag, counts what is fetched, and fails when told to."""

    protocol = "store"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    cachable = False
    fetched: ClassVar[Counter[str]] = Counter()
    failing: ClassVar[dict[str, list[Exception]]] = {}
    says: ClassVar[str] = "ETag"
    sizes: ClassVar[bool] = True
    grown: ClassVar[str] = ""

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(super()._strip_protocol(path.removeprefix("store:/")))

    def info(self, path: str, **given: Any) -> dict[str, Any]:
        found = dict(super().info(path, **given))
        return self._stated(found)

    def find(self, path: str, **given: Any) -> dict[str, Any]:
        found = super().find(path, **given)
        return {name: self._stated(dict(entry)) for name, entry in found.items()}

    def _stated(self, entry: dict[str, Any]) -> dict[str, Any]:
        if entry["type"] == "file" and self.says:
            content = self.store[entry["name"]].getvalue()
            entry[self.says] = hashlib.md5(content).hexdigest() if self.says == "ETag" else 1_000_000_000.0
        if not self.sizes:
            entry["size"] = None
        return entry

    def _open(self, path: str, mode: str = "rb", **given: Any) -> Any:
        if mode == "rb":
            name = path.removeprefix("/bucket/")
            self.fetched[name] += 1
            if self.failing.get(name):
                raise self.failing[name].pop(0)
        if mode == "rb" and self.grown:
            return io.BytesIO(self.store[path].getvalue() + self.grown.encode())
        return super()._open(path, mode, **given)


class Shelves(fsspec.AbstractFileSystem):
    """A store that lists a folder at a time, as most do, and does not always answer."""

    protocol = "shelves"
    cachable = False
    broken: ClassVar[set[str]] = set()

    def info(self, path: str, **given: Any) -> dict[str, Any]:
        return {"name": path, "type": "directory", "size": 0}

    def ls(self, path: str, detail: bool = True, **given: Any) -> list[Any]:
        name = self._strip_protocol(path)
        if name in self.broken:
            raise OSError(5, "no answer")
        deeper = {"name": f"{name}/deeper", "type": "directory", "size": 0}
        return [{"name": f"{name}/a.txt", "type": "file", "size": len(TEXT)}, *([deeper] if name == "root" else [])]

    def _open(self, path: str, mode: str = "rb", **given: Any) -> Any:
        return io.BytesIO(TEXT.encode())


def put(name: str, content: bytes | str) -> None:
    Store().pipe_file(f"/bucket/{name}", content.encode() if isinstance(content, str) else content)


def put_folder(folder: Path) -> None:
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        put(path.relative_to(folder).as_posix(), path.read_bytes())


def remote(tmp_path: Path) -> RemoteFolder:
    found = folder_of("store://bucket", tmp_path / "out" / ".cache")
    assert isinstance(found, RemoteFolder)
    return found


def listed(tmp_path: Path, settings: ReadSettings = SETTINGS.read) -> list[Source]:
    return list_sources(remote(tmp_path), settings, tmp_path / "out" / ".cache" / "listings")


def reasons(sources: list[Source]) -> dict[str, str | None]:
    return {source.source_path: source.reason for source in sources}


def put_mixed(folder: Path) -> Path:
    """Write one of each kind of input."""
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "a.txt").write_text(TEXT)
    (folder / "b.html").write_text(f"<html><body><p>{TEXT}</p><p>{TEXT[::-1]}</p></body></html>")
    (folder / "deep" / "er" / "same.txt").write_text(TEXT)
    (folder / "deep" / "empty.txt").write_text(" \n")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8")
    (folder / "a.zip#7.txt").write_text(TEXT + "A name like a record's.")
    (folder / "lines.jsonl").write_text(json.dumps({"text": TEXT + "One."}) + "\n" + json.dumps({"text": TEXT}) + "\n{")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "x.txt").write_text(TEXT)
    with zipfile.ZipFile(folder / "pages.zip", "w") as archive:
        archive.writestr("news/c.txt", TEXT + "Two.")
    with tarfile.open(folder / "pages.tar.gz", "w:gz") as tar:
        member = tarfile.TarInfo("d.txt")
        member.size = len(TEXT)
        tar.addfile(member, io.BytesIO(TEXT.encode()))
    rows = {"text": [TEXT + "Three.", TEXT + "Four."], "url": ["https://a.example/1", None]}
    pq.write_table(pa.table(rows), folder / "rows.parquet")
    return folder
