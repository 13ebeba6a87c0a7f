"""A lesson that was run and saved is whole when it is opened the next day, in a real Lab."""

import base64
import io
import json
import re
import subprocess
import sys
import time
from html import unescape

import lab
import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image
from stored import SLIDE, load_tool, outputs

from widgets import originals
from widgets.page import VIEW

NAME = "small.ipynb"
CELLS = [
    "from widgets import learning_rate, start\nstart.predict()",
    "panel = learning_rate.panel(data='circle', epochs=20)\npanel",
    "start.goals(panel)",
]
STOPPED = "The kernel has stopped: Run → Restart Kernel and Run All"

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
RESTED = """
from widgets import last
view = {"kernel": last.kernel_id(), "model_id": panel.box.model_id}
assert last.read(view, last.connection_file().parent)["alt"] == str(panel)
"""
RESTART = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
# What ipywidgets puts before each widget that has lost its kernel.
BROKEN_CHAINS = """() => [...document.querySelectorAll(".jp-OutputArea-output *")].filter(node => {
    const before = getComputedStyle(node, "::before");
    return before.content.includes("\uf127") && before.display !== "none";
}).length"""
DIRTY = "() => jupyterapp.shell.currentWidget.context.model.dirty"
EXPORT = """() => {
    window.exported = null;
    window.open = address => { window.exported = address; };
    jupyterapp.commands.execute("notebook:export-to-format", {format: "html"});
}"""
FETCH = "async address => (await fetch(address)).text()"
# How often the page asks whether the kernel is there.
COUNT = """() => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const send = kernel.sendShellMessage.bind(kernel);
    window.asked = 0;
    kernel.sendShellMessage = (message, ...others) => {
        const {method, content} = message.content.data ?? {};
        if (method === "custom" && !Object.keys(content).length) window.asked++;
        return send(message, ...others);
    };
}"""


@pytest.fixture
def lesson(request, server, page):
    """A small lesson that has been run and saved by Lab; where nobody left the page, run again."""
    path = server.root / NAME
    if not page.evaluate("() => window.opened"):
        notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS])
        load_tool().clean(notebook)
        nbformat.write(notebook, path)
        lab.open_notebook(page, server, NAME)
        page.evaluate("() => { window.opened = true; }")
    page.errors.clear()
    lab.run_all(page)
    lab.save(page)
    assert page.errors == []
    yield path
    if "how" in request.fixturenames:
        # The page of a kernel that was stopped can run no cells for a while.
        page.goto("about:blank")


def ask(server, method, path):
    return server._request(method, f"api/{path}")


def kernel_of(server):
    (session,) = [one for one in server.get("api/sessions") if one["path"] == server.folder + NAME]
    return session["kernel"]["id"]


def open_again(page, server):
    page.goto("about:blank")
    server.stop_kernels()
    page.errors.clear()
    lab.open_notebook(page, server, NAME)
    page.wait_for_selector(CAPTION)


def assert_reads_well(page, path):
    """Every output is there once, in its stored form, and nothing is red."""
    kept = [output["data"] for output in outputs(json.loads(path.read_text()))]
    shown = page.evaluate(OUTPUTS)
    assert [mime for mime, _ in shown] == ["text/plain", "image/png", "text/html", "text/plain"]
    for at in (0, 3):
        assert shown[at][1].strip() == "".join(kept[at]["text/plain"])
    assert shown[2][1].strip() == "".join(kept[2]["text/plain"])
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
    ask(server, "POST", f"kernels/{kernel_of(server)}/restart")
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


def play(page):
    """Answer, slide, pin and slide on; wait until all is at rest, and Lab knows of it."""
    page.locator(".knobs-prediction input").nth(1).click()
    page.locator(".knobs-reply", has_text="Right.").wait_for()
    lab.drag(page, "learning_rate", 0.7)
    lab.settle(page)
    lab.click(page, "pin")
    lab.drag(page, "learning_rate", 0.3)
    page.locator(".knobs-goals", has_text="☑ Pin a curve").wait_for()
    lab.settle(page)
    deadline = time.monotonic() + lab.CHANGE_TIMEOUT
    while page.evaluate(EXECUTE, [RESTED, True]) != "ok":
        assert time.monotonic() < deadline, "what is written does not follow what is shown"
        page.wait_for_timeout(100)
    page.wait_for_function(DIRTY, timeout=5000)


def stored(path):
    """The outputs of the prediction, of the panel, and of the goals."""
    quiz, panel, _, goals = outputs(nbformat.read(path, 4))
    return quiz.data["text/plain"], panel, goals.data["text/plain"]


def array(picture):
    return np.array(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


def without_outputs(path):
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        for output in cell.outputs:
            output.data = sorted(output.data)
            output.metadata = sorted(output.metadata)
    return notebook


def test_what_was_shown_last_is_there_the_next_day(lesson, server, page):
    page.wait_for_timeout(1500)
    assert not page.evaluate(DIRTY), "nothing has moved, and there is something to save"
    before = lesson.read_bytes(), stored(lesson), without_outputs(lesson)
    play(page)
    lab.save(page)
    quiz, panel, goals = stored(lesson)
    assert panel.metadata["image/png"]["alt"] == lab.summary(page)
    assert "(x)" in quiz
    assert "\nRight. " in quiz
    assert "☑ Pin a curve" in goals
    shown, kept = array(lab.picture(page)), array(base64.b64decode(panel.data["image/png"]))
    assert shown.shape == kept.shape
    assert np.abs(shown - kept).mean() < 3
    _, run, _ = before[1]
    assert panel.data["image/png"] != run.data["image/png"]
    assert panel.data["text/plain"] != run.data["text/plain"]
    assert without_outputs(lesson) == before[2]
    open_again(page, server)
    assert_reads_well(page, lesson)
    assert all(page.evaluate(TRUSTED))


def test_lab_goes_on_saving_without_a_question(lesson, page):
    for place in (0.7, 0.3):
        lab.drag(page, "learning_rate", place)
        lab.settle(page)
        page.wait_for_function(DIRTY, timeout=5000)
        lab.save(page)
        assert page.locator(".jp-Dialog").count() == 0
    assert page.errors == []


def test_a_hand_that_moves_on_and_on_costs_next_to_nothing(lesson, page):
    page.evaluate(COUNT)
    lab.drag(page, "learning_rate", 0.7)
    lab.press(page, "learning_rate", "ArrowLeft", 20)
    lab.settle(page)
    assert page.evaluate("() => window.asked") in (1, 2)


@pytest.mark.parametrize("how", ["restarted", "shut down"])
def test_what_was_shown_last_is_saved_after_its_kernel_has_gone(lesson, server, page, how):
    play(page)
    summary = lab.summary(page)
    page.wait_for_timeout(1500)
    if how == "restarted":
        page.evaluate(RESTART)
    else:
        server.stop_kernels()
    lab.save(page)
    quiz, panel, goals = stored(lesson)
    assert panel.metadata["image/png"]["alt"] == summary
    assert "(x)" in quiz
    assert "☑" in goals


def export(page, sanitized):
    """The HTML that Lab makes of the notebook; it asks first whether to sanitize that."""
    page.evaluate(EXPORT)
    page.locator(".jp-Dialog input[type=checkbox]").set_checked(sanitized, timeout=5000)
    page.locator(".jp-Dialog .jp-mod-accept").click(timeout=5000)
    address = page.wait_for_function("() => window.exported", timeout=15000).json_value()
    return page.evaluate(FETCH, address)


def test_lab_exports_what_is_shown(lesson, page):
    _, run, _ = stored(lesson)
    play(page)
    html = export(page, sanitized=False)
    assert_exported(html, lesson)
    _, panel, _ = stored(lesson)
    assert panel.metadata["image/png"]["alt"] == lab.summary(page)
    picture = panel.data["image/png"].replace("\n", "")
    assert picture != run.data["image/png"].replace("\n", "")
    assert picture in html
    assert picture in export(page, sanitized=True)


def assert_exported(html, path):
    kept = outputs(json.loads(path.read_text()))
    (alt,) = [output["metadata"]["image/png"]["alt"] for output in kept if output["metadata"]]
    (picture,) = re.findall(r"<img[^>]*data:image/png[^>]*>", html)
    assert unescape(re.search(r'alt="([^"]*)"', picture)[1]) == alt
    assert SLIDE in html


def test_exported_it_has_its_pictures_with_words_for_them(lesson, server, page):
    assert_exported(
        page.evaluate(FETCH, f"{server.url}nbconvert/html/{server.folder}{NAME}"), lesson
    )
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


@pytest.mark.parametrize("how", ["restarted", "restarted elsewhere", "shut down"])
def test_a_stopped_kernel_is_told_in_place_and_the_picture_stays(lesson, server, page, how):
    # Who was heard a moment ago is missed all the same.
    touch(page)
    before = lab.look(page)
    if how == "restarted":
        page.evaluate(RESTART)
    elif how == "restarted elsewhere":
        ask(server, "POST", f"kernels/{kernel_of(server)}/restart")
    else:
        server.stop_kernels()
    stop_says(page)
    touch(page)
    # What was drawn ahead may still be shown, where it belongs.
    now = lab.picture(page), lab.summary(page)
    assert now == before or f"Learning rate {lab.reading(page, 'learning_rate')}." in now[1]
    assert lab.panel(page).inner_text().count(STOPPED) == 1
    assert page.evaluate(BROKEN_CHAINS) == 0
    page.locator(".knobs-prediction input").first.click()
    page.locator(".knobs-reply", has_text=STOPPED).wait_for(timeout=5000)


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
