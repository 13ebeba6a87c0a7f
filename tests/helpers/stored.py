"""Notebooks as files: what they store, and the tool that cleans them."""

import importlib.util

from reference import ROOT

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SLIDE = "Run the cell to slide"


def load_tool():
    spec = importlib.util.spec_from_file_location("notebooks", ROOT / "tools" / "notebooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outputs(notebook):
    return [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
