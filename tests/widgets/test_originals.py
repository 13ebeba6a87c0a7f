"""A way back to a lesson as it came."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from stored import load_tool

from widgets import originals, start


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with two lessons, one of them saved over, whose originals are kept elsewhere."""
    kept, here = tmp_path / "kept", tmp_path / "here"
    kept.mkdir()
    here.mkdir()
    for name in ("03_learning_rate", "04_batch_size"):
        (kept / f"{name}.ipynb").write_text("original")
        (here / f"{name}.ipynb").write_text("original")
    (here / "03_learning_rate.ipynb").write_text("mine")
    (here / "03_learning_rate-Copy1.ipynb").write_text("a copy")
    monkeypatch.setattr(originals, "KEPT", kept)
    monkeypatch.setattr(originals, "NOTEBOOKS", here)
    monkeypatch.chdir(here)
    return here


def texts(folder):
    return sorted(path.read_text() for path in folder.glob("03*"))


@pytest.mark.parametrize(
    "lesson", ["03", 3, "learning_rate", "03_learning_rate", "03_learning_rate.ipynb"]
)
def test_a_fresh_copy_keeps_yours_beside_it(folder, lesson, capsys):
    start.fresh_copy(lesson)
    assert (folder / "03_learning_rate.ipynb").read_text() == "original"
    (mine,) = folder.glob("03_learning_rate (mine, *).ipynb")
    assert re.fullmatch(r".*\(mine, \d{4}-\d\d-\d\d \d\d\.\d\d\)\.ipynb", mine.name)
    assert mine.read_text() == "mine"
    assert mine.name in capsys.readouterr().out


def test_many_fresh_copies_lose_nothing(folder):
    for text in ("second", "third"):
        start.fresh_copy("03")
        (folder / "03_learning_rate.ipynb").write_text(text)
    start.fresh_copy("03")
    assert texts(folder) == ["a copy", "mine", "original", "second", "third"]


def test_a_fresh_copy_of_what_is_as_it_came_changes_nothing(folder, capsys):
    start.fresh_copy("04")
    assert "nothing to do" in capsys.readouterr().out
    assert len(list(folder.iterdir())) == 3


def test_a_lesson_that_was_deleted_comes_back(folder):
    (folder / "04_batch_size.ipynb").unlink()
    start.fresh_copy("04")
    assert (folder / "04_batch_size.ipynb").read_text() == "original"


def test_without_a_lesson_it_tells_how_and_does_nothing(folder, capsys):
    start.fresh_copy()
    assert capsys.readouterr().out.endswith("Lessons: 03, 04\n")
    assert texts(folder) == ["a copy", "mine"]


@pytest.mark.parametrize("lesson", ["05", "", "rate", "3.0", "../03_learning_rate", True])
def test_a_lesson_that_there_is_not_is_refused_in_words(folder, lesson):
    with pytest.raises(ValueError, match="lesson must be one of 03, 04, or a name, got"):
        start.fresh_copy(lesson)


def test_without_an_original_nothing_is_touched(folder):
    (originals.KEPT / "03_learning_rate.ipynb").unlink()
    with pytest.raises(FileNotFoundError, match="no original of 03_learning_rate is kept"):
        start.fresh_copy("03")
    assert texts(folder) == ["a copy", "mine"]


def test_only_lessons_as_they_came_are_kept(tmp_path, monkeypatch, capsys):
    tool, kept = load_tool(), tmp_path / "kept"
    monkeypatch.setattr(tool, "FOLDER", tmp_path)
    monkeypatch.setattr(tool, "KEPT", kept)
    notebook = new_notebook(cells=[new_code_cell("1 + 1")])
    nbformat.write(notebook, tmp_path / "02_saved.ipynb")
    tool.clean(notebook)
    nbformat.write(notebook, tmp_path / "01_clean.ipynb")
    nbformat.write(notebook, tmp_path / "01_clean (mine).ipynb")
    tool.keep()
    assert [path.name for path in kept.iterdir()] == ["01_clean.ipynb"]
    assert "02_saved.ipynb was saved over" in capsys.readouterr().out

    original = (kept / "01_clean.ipynb").read_bytes()
    notebook.metadata["language_info"]["version"] = "3"
    nbformat.write(notebook, tmp_path / "01_clean.ipynb")
    tool.keep()
    assert (kept / "01_clean.ipynb").read_bytes() == original
