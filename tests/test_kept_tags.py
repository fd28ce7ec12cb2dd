"""A changed taxonomy tags again only what it can touch, and the tables are those of a run from nothing."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow.compute as pc
import pytest

import pipeline
from pipeline import stage_digests as staging
from pipeline.divide import Batch
from pipeline.last_taxonomy import TaggedBy, compare_taxonomies, keep_taxonomy
from pipeline.plan import make_plan
from pipeline.run import Run, tag_one
from pipeline.settings import Settings, TagSettings
from pipeline.stage_digests import phrases_apart
from pipeline.verdict import Verdict
from pipeline.version import open_version

PACKAGE = Path(pipeline.__file__).parent
PHRASES = "extends: packaged\nlexicons:\n  - language: en\n    topics:\n      energy:\n        strong: [{}]\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tag=TagSettings(taxonomy=str(tmp_path / "mine.yml")))


@pytest.fixture
def say(tmp_path: Path) -> Callable[[str], None]:
    """Write the user's taxonomy."""
    return lambda text: (tmp_path / "mine.yml").write_text(text, encoding="utf-8") and None


def built(folder: Path, output: Path, suites: Path, settings: Settings) -> str:
    """Publish without judging, and return what was done in words."""
    with Run(make_plan(folder, output, settings, suites), settings, suites) as run:
        for label in run.batches:
            run.clean(label)
            run.tag(label)
        run.tabulate()
        run.publish(Verdict(()))
        return run.describe()


def digests(output: Path) -> dict[str, str]:
    root = open_version(output).path
    return {
        str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(root.rglob("*.parquet"))
    }


def test_a_new_phrase_tags_only_the_documents_that_hold_it(
    corpus_folder: Path, suites: Path, tmp_path: Path, settings: Settings, say: Callable[[str], None]
) -> None:
    output = tmp_path / "out"
    assert built(corpus_folder, output, suites, Settings()) == "5 cleaned, 0 tagged again, 0 kept"
    say(PHRASES.format("nobody wrote this"))
    assert built(corpus_folder, output, suites, settings) == "0 cleaned, 0 tagged again, 5 kept"
    first = sorted(corpus_folder.iterdir())[0]
    first.write_text(first.read_text(encoding="utf-8") + "\n\nThe ministry praised the pancake tariff.\n", "utf-8")
    built(corpus_folder, output, suites, settings)
    before = open_version(output).sentence_topics()
    say(PHRASES.format("pancake tariff"))
    assert built(corpus_folder, output, suites, settings) == "0 cleaned, 1 tagged again, 4 kept"
    after = open_version(output).sentence_topics()
    assert (
        pc.sum(pc.equal(after.column("topic"), "energy")).as_py()
        == 1 + pc.sum(pc.equal(before.column("topic"), "energy")).as_py()
    )
    versions = pc.unique(after.column("taxonomy_version")).to_pylist()
    assert versions == [open_version(output).facts["taxonomy_version"]]
    built(corpus_folder, tmp_path / "full", suites, settings)
    assert digests(output) == digests(tmp_path / "full")


@pytest.mark.parametrize("seed", range(3))
def test_any_history_of_taxonomies_ends_where_a_full_run_ends(
    seed: int, corpus_folder: Path, suites: Path, tmp_path: Path, settings: Settings, say: Callable[[str], None]
) -> None:
    rng = random.Random(seed)
    output = tmp_path / "out"
    words = sorted({w for p in corpus_folder.iterdir() for w in re.findall(r"[a-z]{4,}", p.read_text("utf-8"))})
    paths = sorted(corpus_folder.iterdir())
    built(corpus_folder, output, suites, Settings())
    for _ in range(3):
        say(any_taxonomy(rng, words))
        if rng.random() < 0.4:
            path = rng.choice(paths)
            path.write_text(f"{path.read_text('utf-8')}\n\nThe {rng.choice(words)} {rng.choice(words)}.\n", "utf-8")
        built(corpus_folder, output, suites, settings)
    built(corpus_folder, tmp_path / "full", suites, settings)
    assert digests(output) == digests(tmp_path / "full")


def any_taxonomy(rng: random.Random, words: list[str]) -> str:
    """A file that extends the packaged taxonomy by phrases of the documents' own words."""

    def some(pattern: str) -> str:
        return f'["{pattern.format(*rng.sample(words, 2))}"]'

    lines = ["extends: packaged", "lexicons:", "  - language: en"]
    if rng.random() < 0.5:
        lines.append(f"    {rng.choice(['exclude', 'mute', 'off_domain'])}: {some('{0} {1}')}")
    if rng.random() < 0.5:
        lines.append(f"    classes: {{state: {some('{0}')}}}")
    lines.append("    topics:")
    for topic in rng.sample(["energy", "sanctions", "history"], rng.randint(1, 2)):
        pattern = rng.choice(["{0} {1}", "{0}% .. {1}", "<state> .. {0}", "{0} & <org>", "zz {0}"])
        lines.append(f"      {topic}:\n        {rng.choice(['strong', 'weak', 'context'])}: {some(pattern)}")
    return "\n".join(lines) + "\n"


SPOILS = ("missing", "cut", "changed", "another's", "other code", "other names", "other weights", "threshold")


@pytest.mark.parametrize("spoil", SPOILS)
def test_tags_are_kept_only_where_all_that_they_rest_on_is_known(
    spoil: str,
    corpus_folder: Path,
    suites: Path,
    tmp_path: Path,
    settings: Settings,
    say: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    output = tmp_path / "out"
    say(PHRASES.format("nobody wrote this"))
    built(corpus_folder, output, suites, settings)
    (cache,) = (output / ".cache").glob("taxonomy-*")
    match spoil:
        case "missing":
            cache.unlink()
        case "cut":
            cache.write_bytes(cache.read_bytes()[:-1])
        case "changed":
            content = bytearray(cache.read_bytes())
            content[-1] ^= 1
            cache.write_bytes(content)
        case "another's":
            cache.unlink()
            tag = open_version(output).facts["digests"]["tag"]
            keep_taxonomy(TaggedBy(cache, f"{tag[:16]} and no more", phrases_apart(settings)), None)
        case "other code":
            pretend_changed(monkeypatch, "tag.py")
        case "other names":
            pretend_changed(monkeypatch, "resources/entities/en.toml")
        case "other weights":
            pretend_changed(monkeypatch, "resources/taxonomy/weights.yml")
        case _:
            settings = Settings(tag=settings.tag.model_copy(update={"threshold": 1.5}))
    say(PHRASES.format("nobody wrote that"))
    assert built(corpus_folder, output, suites, settings) == "0 cleaned, 5 tagged again, 0 kept"
    built(corpus_folder, tmp_path / "full", suites, settings)
    assert digests(output) == digests(tmp_path / "full")


def pretend_changed(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    digest, changed = staging._file_digest, PACKAGE / name
    assert changed.is_file()
    monkeypatch.setattr(staging, "_file_digest", lambda path, at: "other" if path == changed else digest(path, at))


def test_the_taxonomy_of_the_last_version_alone_is_kept(
    corpus_folder: Path, suites: Path, tmp_path: Path, settings: Settings, say: Callable[[str], None]
) -> None:
    output = tmp_path / "out"
    built(corpus_folder, output, suites, Settings())
    say(PHRASES.format("nobody wrote this"))
    built(corpus_folder, output, suites, settings)
    tag, rest = make_plan(corpus_folder, output, settings, suites).digests["tag"], phrases_apart(settings)
    assert [p.name for p in (output / ".cache").glob("*taxonomy-*")] == [f"taxonomy-{tag[:16]}-{rest[:16]}"]


def test_before_it_starts_a_run_says_whether_it_searches_for_phrases_or_tags_all_again(
    corpus_folder: Path, suites: Path, tmp_path: Path, settings: Settings, say: Callable[[str], None]
) -> None:
    output = tmp_path / "out"
    built(corpus_folder, output, suites, Settings())
    say(PHRASES.format("nobody wrote this"))
    said = make_plan(corpus_folder, output, settings, suites).describe()
    assert said == "0 to clean, 5 to search for changed phrases, 0 kept"
    stricter = Settings(tag=settings.tag.model_copy(update={"threshold": 1.5}))
    said = make_plan(corpus_folder, output, stricter, suites).describe()
    assert said == "0 to clean, 5 to tag again, 0 kept"


def test_a_change_is_told_anew_when_a_users_file_changes_in_a_living_process(
    tmp_path: Path, settings: Settings, say: Callable[[str], None]
) -> None:
    file = TaggedBy(tmp_path / ".cache" / "taxonomy", "first", "rest")
    say(PHRASES.format("nobody wrote this"))
    keep_taxonomy(file, settings.tag.taxonomy)
    for number, word in enumerate(("pancake", "waffle")):
        say(PHRASES.format(f"{word} tariff"))
        change = compare_taxonomies(file, settings.tag.taxonomy, f"tag {number}")
        assert change is not None
        assert change.touches("en", [f"The {word} tariff fell."])
        assert not change.touches("en", ["A tariff fell."])


def test_a_list_of_untouched_documents_is_not_taken_for_that_of_another_version(
    corpus_folder: Path, suites: Path, tmp_path: Path, settings: Settings, say: Callable[[str], None]
) -> None:
    output = tmp_path / "out"
    built(corpus_folder, output, suites, Settings())
    say(PHRASES.format("nobody wrote this"))
    plan = make_plan(corpus_folder, output, settings, suites)
    assert plan.previous is not None and plan.tagged_by is not None
    batch = Batch(tmp_path / "batch", doc_ids=tuple(plan.retag.to_pylist()))
    given = batch, plan.previous.path, settings, plan.digests, False
    assert tag_one(*given, plan.tagged_by).counts["tags_kept"] == 5
    assert tag_one(*given, plan.tagged_by).taken_over
    assert (batch.folder / "tagged" / "untouched.arrow").is_file()
    other = replace(plan.tagged_by, path=tmp_path / "other", tag="another version's")
    keep_taxonomy(other, None)
    assert not tag_one(*given, other).taken_over
    assert not tag_one(*given, None).taken_over
    assert not (batch.folder / "tagged" / "untouched.arrow").exists()
