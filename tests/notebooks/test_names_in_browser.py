"""Names from a learner's data in a real JupyterLab: text is text, not a formula and not HTML."""

import lab

NOTEBOOK = "names.ipynb"
NAME = "身 $10-$20$ \\(x\\) <b>&amp;"
CODE = f"""
import numpy as np
from dataclasses import replace
from lessons import data
from widgets import fonts, learning_rate
# Where no font has a character of a name, the summary speaks of that name.
fonts.fontManager.ttflist = [e for e in fonts.fontManager.ttflist if e.name == fonts.OWN]
X, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 2
split = replace(data.from_arrays(X, y), feature_names=({NAME!r}, "other"))
learning_rate.panel(data=split, epochs=1)
"""
# The same words where Lab does typeset them, so that the test knows when it has.
PROOF = """
import ipywidgets
ipywidgets.HTMLMath("fee $10-$20$")
"""


def test_a_summary_shows_dollars_and_tags_as_they_are(server, page):
    lab.write_notebook(server, NOTEBOOK, [CODE, PROOF])
    page.errors.clear()
    lab.open_notebook(page, server, NOTEBOOK)
    lab.run_all(page)
    page.wait_for_selector(".widget-htmlmath-content mjx-container", state="attached")
    lab.settle(page)
    shown = lab.panel(page).locator(".knobs-summary")
    assert f"x1 stands for “{NAME}”" in lab.summary(page)
    assert shown.locator("b, mjx-container").count() == 0
    assert lab.panel(page).locator("img.knobs-picture").get_attribute("alt") == lab.summary(page)
    assert page.errors == []
