"""Write the generated pages of this folder anew: `make docs`.

The data dictionary and the command reference come from the program; the notebook is executed on the
version in output/. Tests hold the committed pages equal to what comes out here.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

from flows.cli import cli
from flows.references import command_reference, data_dictionary
from pipeline.schemas import TABLES

DOCS = Path(__file__).parent


def main() -> None:
    """Write the pages."""
    (DOCS / "data-dictionary.md").write_text(data_dictionary(list(TABLES)), encoding="utf-8")
    (DOCS / "commands.md").write_text(command_reference(cli), encoding="utf-8")
    notebook = DOCS / "analysis.ipynb"
    nbformat.write(execute(notebook, DOCS.parent), notebook)


def execute(notebook: Path, folder: Path) -> nbformat.NotebookNode:
    """Return the notebook with the outputs it gives in `folder`, and nothing of when and where it ran."""
    found = nbformat.read(notebook, as_version=4)
    client = NotebookClient(found, timeout=300, record_timing=False, resources={"metadata": {"path": str(folder)}})
    client.execute()
    for cell in found.cells:
        cell.metadata.clear()
    found.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return found


if __name__ == "__main__":
    main()
