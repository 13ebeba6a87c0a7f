"""Execute every lesson again and clean it, so that no output is ever edited by hand.

    make notebooks
    python tools/notebooks.py keep    keep the clean ones for `widgets.start.fresh_copy`

What stays: source, text, pictures with their alternative text, and execution counts; strict nbval
compares all but the pictures. What goes: live views of widgets, which need a kernel, and everything
that differs from run to run.
"""

import shutil
import sys
from copy import deepcopy
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from widgets.last import VIEW
from widgets.originals import KEPT, lessons_in

FOLDER = Path(__file__).parent.parent / "notebooks"
PICTURE = "image/png"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def execute(path):
    """Run one notebook from top to bottom and write it back, clean."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=60,
        kernel_name="python3",
        coalesce_streams=True,
        resources={"metadata": {"path": str(FOLDER)}},
    )
    client.execute()
    clean(notebook)
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


def clean(notebook):
    """Remove what needs a kernel or differs from run to run."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata = nbformat.from_dict({})
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(VIEW, None)
            if "metadata" in output:
                kept = {kind: about for kind, about in output.metadata.items() if kind == PICTURE}
                output.metadata = nbformat.from_dict(kept)


def keep():
    """Copy the lessons that are as they came to where learners do not save over them.

    Lab leaves its marks on what it saves: such a lesson never replaces an original.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    for name in sorted(lessons_in(FOLDER)):
        path, kept = FOLDER / f"{name}.ipynb", KEPT / f"{name}.ipynb"
        if is_clean(nbformat.read(path, as_version=4)):
            shutil.copyfile(path, kept)
        elif not kept.exists():
            print(f"{path.name} was saved over: there is no original to keep of it.")


def is_clean(notebook):
    """Return whether there is nothing to remove."""
    cleaned = deepcopy(notebook)
    clean(cleaned)
    return cleaned == notebook


def main():
    for path in sorted(FOLDER.glob("*.ipynb")):
        print(path.name, flush=True)
        execute(path)


if __name__ == "__main__":
    sys.exit(keep() if sys.argv[1:] == ["keep"] else main())
