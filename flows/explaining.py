"""`corpus explain`: a document in the terminal, block by block, coloured by what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from flows.options import HELP
from flows.printing import json_text, plain
from pipeline.errors import UsageError

_COLOUR = {"body": "green", "metadata": "cyan", "dropped": "red"}


@click.command(context_settings=HELP)
@click.argument("doc")
@click.option("--output", default="output", type=click.Path(path_type=Path), help="Folder that holds the versions.")
@click.option("--version", "name", help="A version by name; the latest when not given.")
@click.option("--block", "number", type=click.IntRange(min=0), help="Only this block, with its sentences and topics.")
@click.option("--dropped", is_flag=True, help="Only what went.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def explain(doc: str, output: Path, name: str | None, number: int | None, dropped: bool, as_json: bool) -> None:
    """Say why each block of DOC is there or gone: role, rule, evidence.

    DOC is a doc_id or a file name, whole or its beginning, or a file that is in no version yet.

    Example: corpus explain 001_8e88b69024fe2551.txt --dropped
    """
    from pipeline.explain import explain_document, explain_file
    from pipeline.version import list_versions, open_version

    file = Path(doc)
    if list_versions(output) and not (file.is_file() and not _known(output, name, file)):
        found = explain_document(open_version(output, name), doc)
    elif file.is_file():
        found = explain_file(file)
    else:
        raise UsageError(
            f"{output} holds no version, and there is no file {doc}. Build a version with `corpus run`, "
            "say where one is with --output, or name a file."
        )
    blocks = [b for b in found.blocks if number is None or b["block_index"] == number]
    if number is not None and not blocks:
        raise UsageError(f"{doc} has no block {number}: it has {len(found.blocks):,}, counted from 0.")
    if dropped:
        blocks = [b for b in blocks if b["disposition"] == "dropped"]
    if as_json:
        click.echo(json_text({"document": found.document, "blocks": blocks}))
        return
    _print_document(found.document)
    for block in blocks:
        _print_block(block, whole=number is not None)
    if not blocks:
        click.echo("nothing was dropped" if number is None else f"block {number} was not dropped")


def _known(output: Path, name: str | None, file: Path) -> bool:
    from pipeline.version import open_version

    paths = open_version(output, name).table("documents").column("source_path").to_pylist()
    return any(Path(p).name == file.name for p in paths)


def _print_document(document: dict[str, Any]) -> None:
    for key in ("source_path", "title", "author", "published_on", "site", "language"):
        if document.get(key) is not None:
            click.echo(f"{key:12s} {plain(document[key])}")
    if document.get("text_chars"):
        shares = ", ".join(
            f"{document[f'{d}_chars'] / document['text_chars']:.0%} {d}" for d in ("body", "metadata", "dropped")
        )
        click.echo(f"{'characters':12s} {document['text_chars']:,}: {shares}")
    click.echo()


def _print_block(block: dict[str, Any], *, whole: bool) -> None:
    colour = _COLOUR[block["disposition"]]
    head = f"{block['block_index']:>4} {block['disposition']:8s} {block['role']:13s} {block['rule']}"
    click.secho(head, fg=colour, bold=True, nl=False)
    click.echo(f"  {plain(block['evidence'])}" if block["evidence"] else "")
    text = plain(block["text"])
    click.secho(f"     {text if whole or len(text) <= 150 else text[:150] + ' ...'}", fg=colour)
    if not whole:
        return
    for sentence in block["sentences"]:
        place = f"[{sentence['start']}:{sentence['end']}]"
        click.echo(f"     sentence {sentence['sentence_index']} {place} {plain(sentence['text'])}")
        for topic in sentence["topics"]:
            terms = ", ".join(map(plain, topic["terms"]))
            click.echo(f"       {topic['topic']} {topic['score']:.2f} (confidence {topic['confidence']:.2f}): {terms}")
        if sentence["mentions"]:
            click.echo(
                "       names " + ", ".join(f"{plain(m['text'])} = {m['entity_id']}" for m in sentence["mentions"])
            )
