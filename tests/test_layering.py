"""Imports go one way: notebooks, widgets, lessons, public libraries."""

import ast
import sys

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from reference import ROOT, run_python

LIBRARIES = {
    "lessons": {
        *("numpy", "scipy", "numba", "llvmlite", "sklearn", "pandas", "joblib", "psutil"),
        "distributed",  # where `make cluster` has installed it
    },
    "widgets": {
        "numpy",
        "matplotlib",
        "PIL",
        "ipywidgets",
        "traitlets",
        "anywidget",
        "IPython",
        "ipykernel",
        "jupyter_core",
        "nbconvert",
    },
    "notebooks": {"numpy", "scipy", "sklearn", "pandas", "matplotlib", "IPython", "ipywidgets"},
}
BELOW = {
    "lessons": {"lessons"},
    "widgets": {"lessons", "widgets"},
    "notebooks": {"lessons", "widgets"},
}
# Engines are chosen by `train`, and one of them cannot be imported everywhere.
ENGINES = {"lessons.kernels", "lessons.fast", "lessons.readable"}
TEXTBOOK = {
    "activations", "batch_norm", "clipping", "initializers", "losses", "network", "optimizers",
    "parameters", "regularization", "schedules",
}  # fmt: skip
LINES = 350

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


def name_of(path):
    """The dotted name of a module of ours."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def graph(sources):
    """Of each module, by dotted name, the modules of ours that it imports, anywhere in it."""
    return {
        name: {
            full if (full := f"{module}.{part}") in sources else module
            for module, parts in imported(source)
            for part in parts or ("",)
        }
        & sources.keys()
        for name, source in sources.items()
    }


def circle(arrows):
    """A list of modules, each of which imports the next, and the last the first; or None."""
    seen = set()

    def search(name, trail):
        if name in trail:
            return trail[trail.index(name) :]
        if name in seen:
            return None
        seen.add(name)
        found = (search(other, [*trail, name]) for other in sorted(arrows[name]))
        return next(filter(None, found), None)

    return next(filter(None, (search(name, []) for name in sorted(arrows))), None)


def floor(name):
    """How high a module of lessons/ stands: it imports what stands as high, or lower."""
    part = name.split(".")[1] if "." in name else "lessons"
    if part == "checks":
        return 0
    if part in TEXTBOOK or part == "data":
        return 1
    return {"experiments": 3, "lessons": 4}.get(part, 2)


def experiment(name):
    """The lesson whose experiment a module is, or None."""
    parts = name.split(".")
    return parts[2] if parts[:2] == ["lessons", "experiments"] and len(parts) > 3 else None


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


SOURCES = {name_of(path): path.read_text(encoding="utf-8") for path in MODULES}
ARROWS = graph(SOURCES)


def test_imports_never_run_in_a_circle():
    assert circle(ARROWS) is None


def test_a_circle_is_found():
    sources = {
        "a": "import b",
        "b": "def f():\n    from c import d",
        "c": "",
        "c.d": "import a",
    }
    assert circle(graph(sources)) == ["a", "b", "c.d"]
    assert circle(graph(sources | {"c.d": "import c"})) is None


@pytest.mark.parametrize("name", [name for name in ARROWS if name.startswith("lessons")])
def test_the_textbook_knows_no_run_and_neither_knows_an_experiment(name):
    assert [other for other in ARROWS[name] if floor(other) > floor(name)] == []


def test_floors_are_told_apart():
    names = ["lessons.checks", "lessons.network", "lessons.data", "lessons.data.split"]
    names += ["lessons.plan", "lessons.kernels.lanes", "lessons.experiments.batch_size.noise"]
    assert [floor(name) for name in [*names, "lessons"]] == [0, 1, 1, 1, 2, 2, 3, 4]


@pytest.mark.parametrize("name", [name for name in ARROWS if experiment(name)])
def test_no_lesson_measures_with_the_experiments_of_another(name):
    others = {experiment(other) for other in ARROWS[name]} - {None, experiment(name)}
    assert others == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_longer_than_one_idea_needs(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES


WORDS = sorted(path.stem.split("_", 1)[1] for path in NOTEBOOKS)


@pytest.mark.parametrize("word", [word for word in WORDS if word != "start_here"])
def test_a_lesson_has_one_word_in_all_places(word):
    for folder in ("widgets", "lessons/experiments"):
        assert (ROOT / folder / word / "__init__.py").is_file()
        assert any((ROOT / "tests" / folder / word).glob("test_*.py"))


def test_no_folder_of_a_lesson_is_without_its_notebook():
    for folder in ("lessons/experiments", "tests/lessons/experiments", "tests/notebooks"):
        words = {path.name for path in (ROOT / folder).iterdir() if path.is_dir()}
        assert words - {"__pycache__"} <= set(WORDS)


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
    if module.name not in ("kernels", "fast"):
        __import__(f"lessons.{module.name}")
print([m for m in ("ipywidgets", "matplotlib", "IPython", "widgets") if m in sys.modules])
"""
    assert run_python(code) == "[]"
