"""`corpus topics lint | evaluate | diff`: the loop by which an analyst makes the taxonomy better."""

from __future__ import annotations

import sys
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.options import HELP
from flows.printing import json_text, plain, print_table
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.taxonomy import Taxonomy
    from pipeline.topic_tools import Passage

PACKAGED = "packaged"

_OUTPUT = click.option(
    "--output", default="output", type=click.Path(path_type=Path), help="Folder that holds the versions."
)
_TAXONOMY = click.option("--taxonomy", default=PACKAGED, help="A taxonomy file; the packaged one when not given.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(context_settings=HELP)
def topics() -> None:
    """Check, measure and compare taxonomies.

    Example: corpus topics lint
    """


@topics.command(context_settings=HELP)
@_TAXONOMY
@_OUTPUT
@click.option("--language", default="en", help="Whose lexicon.")
@click.option(
    "--gold", type=click.Path(path_type=Path), help="Labelled sentences (JSON lines) to measure precision on."
)
@click.option("--all", "everything", is_flag=True, help="Every phrase, not only those with a problem.")
@_JSON
def lint(taxonomy: str, output: Path, language: str, gold: Path | None, everything: bool, as_json: bool) -> None:
    """List phrases that are dead, shadowed or fire where they should not.

    Phrases are counted on the latest version in OUTPUT, and on labelled sentences if there are any.

    Example: corpus topics lint --language en
    """
    from pipeline.topic_tools import lint_phrases, read_labelled

    found = lint_phrases(_load(taxonomy), language, _passages(output), read_labelled(gold) if gold else ())
    shown = found if everything else [r for r in found if r.problem and r.problem != "dead"]
    if as_json:
        click.echo(json_text([asdict(r) for r in shown]))
        return
    rows = [(r.problem, r.topic, r.phrase, r.kind, r.count, f"{r.right}/{r.labelled}", r.where) for r in shown]
    if rows:
        print_table(["problem", "topic", "phrase", "kind", "matches", "right", "where"], rows, len(rows))
    dead = sum(r.problem == "dead" for r in found)
    problems = sum(bool(r.problem) and r.problem != "dead" for r in found)
    click.echo(f"{len(found):,} phrases: {problems} with a problem, {dead:,} without a match in this corpus")


@topics.command(context_settings=HELP)
@click.argument("gold", type=click.Path(path_type=Path))
@_TAXONOMY
@_JSON
def evaluate(gold: Path, taxonomy: str, as_json: bool) -> None:
    """Score a taxonomy on labelled sentences: JSON lines with `text` and `topics`.

    Example: corpus topics evaluate labelled.jsonl --taxonomy my.yml
    """
    from pipeline.topic_tools import evaluate_topics, read_labelled

    result = evaluate_topics(_load(taxonomy), read_labelled(gold))
    if as_json:
        click.echo(json_text(asdict(result)))
        return
    rows = [(m.topic, m.wanted, m.given, f"{m.precision:.2f}", f"{m.recall:.2f}", f"{m.f1:.2f}") for m in result.topics]
    print_table(["topic", "wanted", "given", "precision", "recall", "F1"], rows, len(rows))
    if len(result.sites) > 1:
        sites = [(site, n, f"{f1:.2f}") for site, n, f1 in result.sites]
        print_table(["site", "sentences", "micro F1"], sites, len(sites))
    (low, high), (least, most) = result.micro_interval, result.macro_interval
    click.echo(
        f"{result.sentences:,} sentences: micro F1 {result.micro:.3f} ({low:.3f} to {high:.3f}), "
        f"macro F1 {result.macro:.3f} ({least:.3f} to {most:.3f}); "
        f"{result.untouched_share:.1%} of the sentences with no topic got one"
    )


@topics.command(context_settings=HELP)
@click.argument("before")
@click.argument("after")
@_OUTPUT
@_JSON
def diff(before: str, after: str, output: Path, as_json: bool) -> None:
    """Show which sentences of the latest version gain or lose which topic, and through which phrase.

    BEFORE and AFTER are taxonomy files, or "packaged".

    Example: corpus topics diff packaged my.yml
    """
    from pipeline.topic_tools import diff_taxonomies

    changes = list(diff_taxonomies(_load(before), _load(after), _passages(output)))
    if as_json:
        click.echo(json_text([asdict(c) for c in changes]))
        return
    for change in changes:
        text = plain(change.sentence)
        sign, colour = ("+", "green") if change.gained else ("-", "red")
        short = text if len(text) <= 90 else f"{text[:90]} ..."
        terms = ", ".join(f'"{plain(t)}"' for t in change.terms)
        click.secho(f"{sign} {change.topic}  {short}  {terms}", fg=colour)
    gained = sum(c.gained for c in changes)
    click.echo(f"{gained} gained, {len(changes) - gained} lost", err=not sys.stdout.isatty() and not changes)


def _load(taxonomy: str) -> Taxonomy:
    from pipeline.taxonomy import load_taxonomy

    return load_taxonomy(None if taxonomy == PACKAGED else taxonomy)


def _passages(output: Path) -> list[Passage]:
    """Return the latest version's sentences as they stand in the documents, by document and heading."""
    from pipeline.topic_tools import Passage
    from pipeline.version import list_versions, open_version

    if not list_versions(output):
        raise UsageError(f"{output} holds no version to look at. Build one with `corpus run`.")
    version = open_version(output)
    texts = version.table("documents", ["doc_id", "text"]).to_pydict()
    text_of = dict(zip(texts["doc_id"], texts["text"], strict=True))
    rows = version.table("sentences", ["doc_id", "heading", "language", "start", "end"]).to_pylist()
    passages = []
    for (doc, heading, language), group in groupby(rows, key=lambda r: (r["doc_id"], r["heading"], r["language"])):
        sentences = tuple(text_of[doc][r["start"] : r["end"]] for r in group)
        passages.append(Passage(doc, sentences, heading, language))
    return passages
