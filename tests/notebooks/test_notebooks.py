"""The lessons as files: executed, clean, compared for real, and no longer than they should be."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
from reference import ROOT
from stored import LESSONS, load_tool, outputs

every_notebook = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
LIVE_VIEW = "application/vnd.jupyter.widget-view+json"


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_lessons():
    assert {path.stem for path in LESSONS} >= {"00_start_here", "03_learning_rate"}


@every_notebook
def test_is_executed_from_top_to_bottom(path):
    counts = [cell.execution_count for cell in code_cells(nbformat.read(path, 4))]
    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_stores_neither_errors_nor_warnings_nor_what_needs_a_kernel(path):
    notebook = nbformat.read(path, 4)
    assert "widgets" not in notebook.metadata
    for output in outputs(notebook):
        assert output.output_type != "error"
        assert output.get("name") != "stderr"
        assert LIVE_VIEW not in output.get("data", {})


@every_notebook
def test_is_short_enough_to_be_read_in_one_sitting(path):
    assert len(nbformat.read(path, 4).cells) <= 25
    assert path.stat().st_size < 3_000_000


@every_notebook
def test_every_panel_leaves_a_picture_for_readers_without_a_kernel(path):
    pictures = [
        output
        for output in outputs(nbformat.read(path, 4))
        if "image/png" in output.get("data", {})
    ]
    assert pictures
    assert all("text/plain" in output.data for output in pictures)


@every_notebook
def test_cleaning_again_changes_nothing(path):
    notebook = nbformat.read(path, 4)
    before = json.dumps(notebook, sort_keys=True)
    load_tool().clean(notebook)
    assert json.dumps(notebook, sort_keys=True) == before


def printed(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def run_nbval(path):
    options = ["-q", "-p", "no:cacheprovider", "-p", "nbval", "--nbval"]
    command = [sys.executable, "-m", "pytest", *options, str(path)]
    # Other plug-ins take time to load and play no part here.
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    result = subprocess.run(
        command, env=environment, capture_output=True, text=True, cwd=path.parent
    )
    return result.returncode, result.stdout


def test_strict_nbval_sees_one_changed_digit(tmp_path):
    notebook = nbformat.read(ROOT / "notebooks" / "00_start_here.ipynb", 4)
    # All of the lesson is run elsewhere: here the cell that will be tampered with, and what it
    # needs: the panel, and the check, after which the fast engine is there.
    check, panel, cell = (
        cell
        for cell in code_cells(notebook)
        if any(words in cell.source for words in ("start.check()", "\npanel = ", "updates made:"))
    )
    notebook.cells = [check, panel, cell]
    path = tmp_path / "lesson.ipynb"
    nbformat.write(notebook, path)
    code, report = run_nbval(path)
    assert code == 0, report

    cell.outputs[0].text = printed(cell).replace("1,600", "1,601")
    nbformat.write(notebook, path)
    code, report = run_nbval(path)
    assert code == 1
    assert "1,601" in report
