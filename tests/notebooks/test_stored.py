"""What a panel leaves in the notebook, for readers without a kernel."""

from html import unescape

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from panels import Fake
from stored import LESSONS, SLIDE, load_tool, outputs

from widgets.page import VIEW


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
