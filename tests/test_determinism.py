"""The same input, settings and code give the same bytes, whatever the machine is like.

Each variant is a process of its own that differs from the plain one in everything at once: hash seed, locale, time
zone, order of the file system, number of workers, current folder and umask. All files of the version are compared, the
page and the manifest too; the manifest says when the version was made, and that alone is left out.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.made_records import PROSE, json_lines, page

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.engine

LETTERS = {
    "de": "Der Minister traf am 24. Januar 2025 in Berlin ein. Er sprach über die Straße nach Süden, z. B. über Öl.",
    "fr": "Le ministre est arrivé à Paris le 24 janvier 2025. Il a parlé de l’énergie et du gaz avec M. Dupont.",
    "ru": "Министр прибыл в Баку 24 января 2025 г. Он говорил о газе, нефти и т. д. Переговоры продолжатся в Москве.",
    "uk": "Міністр прибув до Києва 24 січня 2025 р. Він говорив про енергетику. Переговори триватимуть і надалі.",
    "tr": "Bakan 24 Ocak 2025’te İstanbul’a geldi. IĞDIR ve ISPARTA illerinde enerji üzerine konuştu. Yine gelecek.",
    "az": "Nazir 24 yanvar 2025-ci ildə Bakıya gəldi. O, enerji və qaz haqqında danışdı. Danışıqlar davam edəcək.",
    "fa": "وزیر انرژی روز دوشنبه وارد تهران شد. او درباره گاز و نفت سخن گفت. گفت‌وگوها ادامه خواهد یافت.",
    "ar": "وصل الوزير إلى القاهرة يوم الاثنين. وتحدث عن الطاقة والغاز والنفط. وستستمر المحادثات في بغداد.",
    "hy": "Նախարարը երկուշաբթի ժամանեց Երևան։ Նա խոսեց գազի և էներգետիկայի մասին։ Բանակցությունները շարունակվում են։",
    "he": "השר הגיע לירושלים ביום שני. הוא דיבר על אנרגיה וגז. השיחות יימשכו בשבוע הבא, כך נמסר.",
    "zh": "部长周一抵达北京。他谈到了能源和天然气。谈判将在下周继续进行，官员们说。",
    "ja": "大臣は月曜日に東京に到着した。彼はエネルギーとガスについて語った。協議は来週も続く。",
}
VARIANTS: tuple[tuple[dict[str, str], str, str, int], ...] = (
    ({"PYTHONHASHSEED": "1", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kabul"}, "1", "reversed", 0o077),
    ({"PYTHONHASHSEED": "4242", "LC_ALL": "de_DE.UTF-8", "TZ": "America/St_Johns"}, "2", "shuffled", 0o002),
    ({"PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "UTC", "PYTHONUTF8": "0"}, "5", "reversed", 0o022),
)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Path:
    """The seeds and a dozen documents in as many languages; a page, records, a packed file and a copy."""
    folder = tmp_path_factory.mktemp("documents")
    for path in seeds.iterdir():
        shutil.copy(path, folder)
    for language, text in LETTERS.items():
        (folder / f"{language}.txt").write_text(f"{text}\n\n{text}\n\nShare this article\n", encoding="utf-8")
    (folder / "page.html").write_text(page("Nord"), encoding="utf-8")
    (folder / "copy.txt").write_bytes((folder / "de.txt").read_bytes())
    (folder / "packed.txt.gz").write_bytes(gzip.compress((PROSE * 2).encode(), mtime=0))
    rows = ({"id": name, "text": PROSE.format(name) * 2} for name in ("b", "a", "ı", "İ"))
    (folder / "Ünïcode.jsonl").write_bytes(json_lines(*rows))
    return folder


@pytest.fixture(scope="module")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """A folder with the Turkish and German locales, compiled here; None where the machine has no localedef."""
    folder = tmp_path_factory.mktemp("locales")
    compiler = shutil.which("localedef")
    for name in ("tr_TR", "de_DE"):
        if compiler is None or not Path(f"/usr/share/i18n/locales/{name}").exists():
            return None
        subprocess.run([compiler, "-i", name, "-f", "UTF-8", str(folder / f"{name}.UTF-8")], check=True)
    return folder


def build(source: Path, output: Path, workers: str, order: str, environment: dict[str, str], umask: int) -> Any:
    output.mkdir()
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "building.py"), str(source), str(output / "out"), workers, order],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]), **environment},
        cwd=output,
        umask=umask,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def plain(documents: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("plain") / "here"
    return build(documents, folder, "1", "sorted", {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"}, 0o022)


@pytest.mark.parametrize(
    ("environment", "workers", "order", "umask"), VARIANTS, ids=lambda v: v.get("LC_ALL") if isinstance(v, dict) else ""
)
def test_another_machine_gives_the_same_bytes(
    environment: dict[str, str],
    workers: str,
    order: str,
    umask: int,
    plain: Any,
    documents: Path,
    locales: Path | None,
    tmp_path: Path,
) -> None:
    wanted = environment["LC_ALL"]
    if locales is None:
        environment = {**environment, "LC_ALL": "C"}
    else:
        environment = {**environment, "LOCPATH": str(locales)} if wanted != "C" else environment
    other = build(documents, tmp_path / "elsewhere", workers, order, environment, umask)
    assert other["locale"] == environment["LC_ALL"]
    assert {name for name in plain["files"] if other["files"].get(name) != plain["files"][name]} == set()
    assert other["files"].keys() == plain["files"].keys()
    assert other["name"] == plain["name"]


def test_the_plain_build_covers_what_depends_on_a_machine(plain: Any) -> None:
    tables = {name.split("/")[0] for name in plain["files"]}
    assert {"sources", "documents", "blocks", "sentences", "mentions", "report.html", "manifest.json"} <= tables
