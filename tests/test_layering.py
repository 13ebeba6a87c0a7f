"""Imports go one way: notebooks, widgets, lessons, public libraries."""

import ast
import sys

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from reference import ROOT, run_python

LIBRARIES = {
    "lessons": {"numpy", "scipy", "numba", "llvmlite", "sklearn", "pandas", "joblib"},
    "widgets": {
        "numpy",
        "matplotlib",
        "PIL",
        "ipywidgets",
        "traitlets",
        "anywidget",
        "IPython",
        "ipykernel",
    },
    "notebooks": {"numpy", "scipy", "sklearn", "pandas", "matplotlib", "IPython", "ipywidgets"},
}
BELOW = {
    "lessons": {"lessons"},
    "widgets": {"lessons", "widgets"},
    "notebooks": {"lessons", "widgets"},
}
# Engines are chosen by `train`, and one of them cannot be imported everywhere.
ENGINES = {"lessons.kernels", "lessons.readable"}

MODULES = [path for name in ("lessons", "widgets") for path in (ROOT / name).rglob("*.py")]
NOTEBOOKS = [
    path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
]


def imported(source):
    """Yield every module that the source imports, with the names taken from it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ()
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full, from the top"
            yield node.module, tuple(alias.name for alias in node.names)
        elif isinstance(node, ast.Call):
            function = ast.unparse(node.func)
            assert function not in ("__import__", "importlib.import_module"), function


def wrong(source, layer):
    """Every import that a file of this layer may not make."""
    allowed = set(sys.stdlib_module_names) | LIBRARIES[layer] | BELOW[layer]
    found = []
    for module, names in imported(source):
        modules = {module, *(f"{module}.{name}" for name in names)}
        top = module.split(".")[0]
        private = top in ("lessons", "widgets") and any("._" in m for m in modules)
        engine = layer != "lessons" and modules & ENGINES
        if top not in allowed or private or engine:
            found.append(module)
    return found


def code_of(notebook):
    """The Python of a notebook, its magics turned into calls."""
    cells = nbformat.read(notebook, as_version=4).cells
    transform = TransformerManager().transform_cell
    return "\n".join(transform(cell.source) for cell in cells if cell.cell_type == "code")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_import_only_from_below(path):
    assert wrong(path.read_text(encoding="utf-8"), path.relative_to(ROOT).parts[0]) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_import_only_from_below(path):
    assert wrong(code_of(path), "notebooks") == []


def test_there_is_something_to_look_at():
    names = {path.relative_to(ROOT).as_posix() for path in MODULES}
    assert {"lessons/trainer.py", "lessons/kernels/__init__.py", "widgets/panel.py"} <= names
    assert NOTEBOOKS


@pytest.mark.parametrize(
    ("layer", "source", "found"),
    [
        ("lessons", "import numpy as np\nfrom lessons.run import Run", []),
        ("lessons", "import ipywidgets", ["ipywidgets"]),
        ("lessons", "from matplotlib import pyplot", ["matplotlib"]),
        ("lessons", "def f():\n    from widgets.panel import Panel", ["widgets.panel"]),
        ("widgets", "from lessons import train\nimport matplotlib.pyplot", []),
        ("widgets", "import numba", ["numba"]),
        ("widgets", "from sklearn.datasets import load_digits", ["sklearn.datasets"]),
        ("widgets", "from lessons import kernels", ["lessons"]),
        ("widgets", "from lessons.kernels import train", ["lessons.kernels"]),
        ("widgets", "from notebooks import x\nimport tests.lab", ["notebooks", "tests.lab"]),
        ("notebooks", "from widgets import learning_rate\nimport pandas", []),
        ("notebooks", "from widgets.panel import _Panel", ["widgets.panel"]),
        ("notebooks", "import torch\nfrom tests import lab", ["torch", "tests"]),
    ],
)
def test_a_wrong_import_is_found(layer, source, found):
    assert wrong(source, layer) == found


def test_compiled_code_lives_in_one_folder():
    # The kernels' cache on disk notices edits in that folder only.
    users = {
        path.relative_to(ROOT).parent.as_posix()
        for path in MODULES
        for module, names in imported(path.read_text(encoding="utf-8"))
        if module.split(".")[0] in ("numba", "llvmlite") and names
    }
    assert users == {"lessons/kernels"}


def test_lessons_load_no_widget_and_no_picture():
    code = """
import pkgutil, sys
import lessons
for module in pkgutil.iter_modules(lessons.__path__):
    if module.name != "kernels":
        __import__(f"lessons.{module.name}")
print([m for m in ("ipywidgets", "matplotlib", "IPython", "widgets") if m in sys.modules])
"""
    assert run_python(code) == "[]"
