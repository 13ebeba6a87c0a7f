"""Panels slide in Jupyter Notebook and in Voilà, too, with their stage. Only CI installs these."""

import lab
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

CELL = """from widgets import learning_rate
panel = learning_rate.panel(data="circle", epochs=20)
panel"""
NAME = "one_panel.ipynb"


@pytest.fixture
def path(server):
    notebook = new_notebook(cells=[new_code_cell(CELL)])
    notebook.metadata.kernelspec = {
        "name": "python3",
        "display_name": "Python",
        "language": "python",
    }
    nbformat.write(notebook, server.root / NAME)
    return server.folder + NAME


def notebook(page, server, path):
    pytest.importorskip("notebook")
    page.goto(f"{server.url}notebooks/{path}?token={server.token}")
    lab.wait_for_kernel(page)
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")


def voila(page, server, path):
    pytest.importorskip("voila")
    page.goto(f"{server.url}voila/render/{path}?token={server.token}")


@pytest.mark.parametrize("open_in", [notebook, voila])
def test_a_panel_slides_and_moves_at_once(server, page, path, open_in):
    open_in(page, server, path)
    panel = page.locator(".knobs-panel")
    handle = panel.locator(".knob-learning_rate .noUi-handle")
    handle.wait_for(timeout=60_000)
    panel.locator("img.knobs-picture").wait_for()
    panel.evaluate(lab.LISTEN)
    before = panel.locator(".knobs-summary").inner_text()
    handle.hover()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.down()
    # What the learner looks at is drawn ahead; by the time that it is there, one move shows it.
    for step in range(1, 60):
        page.evaluate("() => { painted.length = 0; }")
        page.mouse.move(x + 3 * step, y)
        page.wait_for_function("() => painted.length")
        if page.evaluate("() => painted[0].ahead"):
            break
    page.mouse.up()
    assert page.evaluate("() => painted[0].ahead")
    assert panel.locator(".knobs-summary").inner_text() != before
    assert lab.trouble(page) == []
