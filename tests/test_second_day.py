"""A lesson that was run and saved is whole when it is opened the next day."""

import asyncio
import importlib.util
import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import lab
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from panels import Fake

from widgets import originals, start
from widgets.page import VIEW
from widgets.server import STATE, Served, leave_out_dead_views, lives

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAME = "small.ipynb"
CELLS = [
    "from widgets import learning_rate, start\nstart.predict()",
    "panel = learning_rate.panel(data='circle', epochs=20)\npanel",
    "start.goals(panel)",
]
SLIDE = "Run the cell to slide"
STOPPED = "The kernel has stopped: Run → Restart Kernel and Run All"


def load_tool():
    spec = importlib.util.spec_from_file_location("notebooks", ROOT / "tools" / "notebooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outputs(notebook):
    return [output for cell in notebook["cells"] for output in cell.get("outputs", [])]


# What a panel leaves in the notebook


def test_a_panel_stores_its_picture_and_under_it_the_same_words_on_every_machine():
    panel = Fake().panel()
    (bundle, about), (words, nothing) = panel.outputs()
    assert about == {"image/png": {"alt": str(panel)}}
    assert bundle["text/plain"] == repr(panel)
    assert words["text/plain"] == f"{panel!r} · {SLIDE}"
    assert unescape(words["text/html"]) == f"<p>{panel!r} · {SLIDE}</p>"
    assert bundle[VIEW]["model_id"] == panel.box.model_id
    assert words[VIEW]["model_id"] == panel.pulse.model_id
    assert nothing == {}
    panel.close()
    assert all(VIEW not in bundle for bundle, _ in panel.outputs())


def test_cleaning_keeps_the_words_for_pictures_and_drops_what_differs():
    output = nbformat.v4.new_output(
        "display_data",
        {VIEW: {"model_id": "a", "kernel": "k"}, "image/png": "", "text/plain": "words"},
        metadata={"image/png": {"alt": "words"}, "other": 1},
    )
    notebook = new_notebook(cells=[new_code_cell("panel", outputs=[output])])
    load_tool().clean(notebook)
    (cleaned,) = outputs(notebook)
    assert set(cleaned.data) == {"image/png", "text/plain"}
    assert cleaned.metadata == {"image/png": {"alt": "words"}}


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_stored_picture_has_words_in_it_and_under_it(path):
    stored = outputs(nbformat.read(path, 4))
    pictures = [at for at, output in enumerate(stored) if "image/png" in output.get("data", {})]
    assert pictures
    for at in pictures:
        assert stored[at].metadata["image/png"]["alt"]
        assert stored[at + 1].data["text/plain"] == f"{stored[at].data['text/plain']} · {SLIDE}"
        assert f"{SLIDE}</p>" in stored[at + 1].data["text/html"]


# What the server leaves out


@pytest.mark.parametrize(
    ("view", "kernel", "process", "alive"),
    [
        ({"kernel": "k", "processes": [7, 1]}, "k", 7, True),
        ({"kernel": "k", "processes": [8, 7]}, "k", 7, True),
        ({"kernel": "k", "processes": [6, 1]}, "k", 7, False),
        ({"kernel": "k", "processes": [7, 1]}, "j", 7, False),
        ({"kernel": "k", "processes": [7, 1]}, None, None, False),
        ({"kernel": "k", "processes": [7, 1]}, "k", None, True),
        ({}, "k", 7, True),
        ({}, None, None, False),
    ],
)
def test_a_view_lives_as_long_as_the_process_that_made_it(view, kernel, process, alive):
    assert lives(view, kernel, process) is alive


def saved(*bundles, **metadata):
    """A notebook as Lab saves it, with one cell and these outputs."""
    stored = [nbformat.v4.new_output("display_data", bundle) for bundle in bundles]
    return new_notebook(cells=[new_code_cell("show()", outputs=stored)], metadata=metadata)


def test_dead_views_give_way_to_what_is_stored_beside_them():
    dead = {VIEW: {"model_id": "a"}}
    notebook = saved({**dead, "text/plain": "words"}, dead, {"text/plain": "more"})
    leave_out_dead_views(notebook, None, None)
    assert [output.data for output in outputs(notebook)] == [
        {"text/plain": "words"},
        {"text/plain": "more"},
    ]


def test_views_whose_state_is_stored_need_no_kernel():
    notebook = saved({VIEW: {"model_id": "a"}}, widgets={STATE: {"state": {"a": {}}}})
    leave_out_dead_views(notebook, None, None)
    assert VIEW in outputs(notebook)[0].data


@pytest.mark.parametrize("awaited", [True, False])
@pytest.mark.parametrize(("path", "views"), [("/a.ipynb", 1), ("b.ipynb", 0)])
def test_every_manager_of_contents_is_served(awaited, path, views):
    def get(path, content=True, **options):
        notebook = saved({VIEW: {"kernel": "k", "processes": [7]}, "text/plain": ""})
        return {"type": "notebook", "content": notebook if content else None}

    async def get_later(path, **options):
        return get(path, **options)

    async def list_sessions():
        return [{"path": "a.ipynb", "kernel": {"id": "k"}}]

    contents = SimpleNamespace(get=get_later if awaited else get, allow_hidden=False)
    kernel = SimpleNamespace(provisioner=SimpleNamespace(pid=7))
    served = Served(
        contents,
        SimpleNamespace(list_sessions=list_sessions),
        SimpleNamespace(get_kernel=lambda name: kernel),
    )
    model = asyncio.run(served.get(path))
    assert sum(VIEW in output.data for output in outputs(model["content"])) == views
    assert asyncio.run(served.get(path, content=False))["content"] is None
    assert served.allow_hidden is False


# A way back


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


# In a real Lab

OUTPUTS = """() => [...document.querySelectorAll(".jp-OutputArea-output")].map(
    node => [node.dataset.mimeType, node.innerText])"""
TRUSTED = (
    """() => [...jupyterapp.shell.currentWidget.content.model.cells].map(cell => cell.trusted)"""
)
CAPTION = ".jp-OutputArea-output[data-mime-type='text/html']"
EXECUTE = """([code, wait]) => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const done = kernel.requestExecute({code}).done;
    return wait ? done.then(reply => reply.content.status) : null;
}"""
RESTART = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
# What ipywidgets puts before each widget that has lost its kernel.
BROKEN_CHAINS = """() => [...document.querySelectorAll(".jp-OutputArea-output *")].filter(node => {
    const before = getComputedStyle(node, "::before");
    return before.content.includes("\uf127") && before.display !== "none";
}).length"""
# How often the page asks whether the kernel is there.
COUNT = """() => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const send = kernel.sendShellMessage.bind(kernel);
    window.asked = 0;
    kernel.sendShellMessage = (message, ...others) => {
        if (message.content.data?.method === "custom") window.asked++;
        return send(message, ...others);
    };
}"""


@pytest.fixture
def lesson(server, page):
    """A small lesson that has been run and saved by Lab."""
    path = server.root / NAME
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    load_tool().clean(notebook)
    nbformat.write(notebook, path)
    page.errors.clear()
    lab.open_notebook(page, server, NAME)
    lab.run_all(page)
    lab.save(page)
    assert page.errors == []
    return path


def request(server, method, path):
    return server._request(method, f"api/{path}")


def kernel_of(server):
    (session,) = [one for one in server.get("api/sessions") if one["path"] == NAME]
    return session["kernel"]["id"]


def shut_down(server):
    for session in server.get("api/sessions"):
        request(server, "DELETE", f"sessions/{session['id']}")


def open_again(page, server):
    page.goto("about:blank")
    shut_down(server)
    page.errors.clear()
    lab.open_notebook(page, server, NAME)
    page.wait_for_selector(CAPTION)


def assert_reads_well(page, path):
    """Every output is there once, in its stored form, and nothing is red."""
    stored = [output["data"] for output in outputs(json.loads(path.read_text()))]
    shown = page.evaluate(OUTPUTS)
    assert [mime for mime, _ in shown] == ["text/plain", "image/png", "text/html", "text/plain"]
    for at in (0, 3):
        assert shown[at][1].strip() == "".join(stored[at]["text/plain"])
    assert shown[2][1].strip() == "".join(stored[2]["text/plain"])
    assert shown[2][1].strip().endswith(SLIDE)
    assert lab.trouble(page) == []
    assert page.errors == []


def test_opened_without_its_kernel_it_shows_pictures_and_words(lesson, server, page):
    on_disk = lesson.read_bytes()
    open_again(page, server)
    assert lesson.read_bytes() == on_disk
    assert VIEW.encode() in on_disk
    assert_reads_well(page, lesson)
    assert all(page.evaluate(TRUSTED))
    # Saved in this form, it is trusted and whole again.
    lab.save(page)
    open_again(page, server)
    assert_reads_well(page, lesson)
    assert all(page.evaluate(TRUSTED))


def test_opened_as_committed_it_shows_pictures_and_words(lesson, server, page):
    notebook = nbformat.read(lesson, 4)
    load_tool().clean(notebook)
    nbformat.write(notebook, lesson)
    open_again(page, server)
    assert_reads_well(page, lesson)


def test_a_kernel_that_was_restarted_is_not_taken_for_the_one_that_made_the_views(
    lesson, server, page
):
    page.goto("about:blank")
    request(server, "POST", f"kernels/{kernel_of(server)}/restart")
    page.errors.clear()
    lab.open_notebook(page, server, NAME)
    assert_reads_well(page, lesson)


def test_reloaded_while_its_kernel_lives_it_slides_and_shows_nothing_twice(lesson, page):
    lab.reload(page)
    before = lab.look(page)
    assert SLIDE not in "".join(page.locator(".jp-OutputArea").all_inner_texts())
    heights = "nodes => nodes.map(node => node.getBoundingClientRect().height)"
    assert page.locator(".jp-OutputArea-child").evaluate_all(heights)[2] == 0
    lab.drag(page, "learning_rate", 0.8)
    lab.wait_for_change(page, before[0])
    assert page.errors == []


def assert_exported(html, path):
    stored = outputs(json.loads(path.read_text()))
    (alt,) = [output["metadata"]["image/png"]["alt"] for output in stored if output["metadata"]]
    (picture,) = re.findall(r"<img[^>]*data:image/png[^>]*>", html)
    assert unescape(re.search(r'alt="([^"]*)"', picture)[1]) == alt
    assert SLIDE in html


def test_exported_it_has_its_pictures_with_words_for_them(lesson, server, page):
    fetch = "async path => (await fetch(path)).text()"
    assert_exported(page.evaluate(fetch, f"{server.url}nbconvert/html/{NAME}"), lesson)
    for option in ("--stdout", "--execute"):
        command = [sys.executable, "-m", "nbconvert", "--to", "html", "--stdout", option, lesson]
        result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=90)
        assert_exported(result.stdout, lesson)
        assert "alternative text" not in result.stderr


def touch(page):
    before = lab.reading(page, "learning_rate")
    lab.press(page, "learning_rate", "ArrowLeft")
    assert lab.reading(page, "learning_rate") != before


def stop_says(page):
    """Wait for the sentence; the time that a learner is left without it is at most 5 s."""
    touch(page)
    note = lab.panel(page).locator(".knobs-message", has_text=STOPPED)
    note.wait_for(state="visible", timeout=5000)


@pytest.mark.parametrize("how", ["restarted", "restarted elsewhere", "shut down"])
def test_a_stopped_kernel_is_told_in_place_and_the_picture_stays(lesson, server, page, how):
    before = lab.look(page)
    if how == "restarted":
        page.evaluate(RESTART)
    elif how == "restarted elsewhere":
        request(server, "POST", f"kernels/{kernel_of(server)}/restart")
    else:
        shut_down(server)
    stop_says(page)
    touch(page)
    assert (lab.picture(page), lab.summary(page)) == before
    assert lab.panel(page).inner_text().count(STOPPED) == 1
    assert page.evaluate(BROKEN_CHAINS) == 0
    page.locator(".knobs-prediction input").first.click()
    page.locator(".knobs-reply", has_text=STOPPED).wait_for(timeout=5000)


def test_a_busy_kernel_is_not_called_stopped(lesson, page, tmp_path):
    before, done = lab.look(page), tmp_path / "done"
    code = f"import pathlib, time\nwhile not pathlib.Path({str(done)!r}).exists(): time.sleep(0.05)"
    page.evaluate(EXECUTE, [code, False])
    touch(page)
    page.wait_for_timeout(6000)
    assert STOPPED not in lab.panel(page).inner_text()
    done.touch()
    lab.wait_for_change(page, before[0])
    lab.settle(page)
    assert STOPPED not in lab.panel(page).inner_text()
    assert page.errors == []


def test_a_hand_that_moves_on_and_on_costs_next_to_nothing(lesson, page):
    page.evaluate(COUNT)
    lab.drag(page, "learning_rate", 0.7)
    lab.press(page, "learning_rate", "ArrowLeft", 20)
    lab.settle(page)
    assert page.evaluate("() => window.asked") in (1, 2)


def test_a_cell_brings_a_lesson_back_while_its_tab_is_open(server, page):
    name = "03_learning_rate"
    path, original = server.root / f"{name}.ipynb", originals.KEPT / f"{name}.ipynb"
    notebook = new_notebook(cells=[new_code_cell("mine = 1")])
    load_tool().clean(notebook)
    nbformat.write(notebook, path)
    page.errors.clear()
    lab.open_notebook(page, server, path.name)
    code = "from widgets import start; start.fresh_copy('03')"
    assert page.evaluate(EXECUTE, [code, True]) == "ok"
    assert path.read_bytes() == original.read_bytes()
    (mine,) = server.root.glob(f"{name} (mine, *).ipynb")
    assert nbformat.read(mine, 4).cells[0].source == "mine = 1"
    # A tab that is opened anew shows the lesson as it came.
    lab.open_notebook(page, server, path.name)
    page.wait_for_selector(CAPTION)
    assert lab.trouble(page) == []
    assert page.errors == []
