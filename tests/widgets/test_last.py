"""What is shown is written down when it has come to rest, for who saves the notebook."""

import base64
import io
import json
import os
import threading
import time

import numpy as np
import panels
import pytest
from PIL import Image

from widgets import last, rest
from widgets.tasks import Choice, Goal, Goals, Prediction


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(rest, "REST", 0.05)


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    """The folder of the connection file; as if this were a kernel."""
    connection = tmp_path / "kernel-k.json"
    connection.touch()
    monkeypatch.setattr(last, "connection_file", lambda: connection)
    return tmp_path


def show(thing):
    """Show it, with an ear at what it tells the page."""
    thing._repr_mimebundle_()
    thing.told = []
    thing.pulse.send = lambda content, buffers=None: thing.told.append(content)
    return thing


def at_rest(thing):
    """Wait until nothing is left to write of it."""
    panels.wait_for(lambda: thing not in rest.due and thing.told)


def written(thing, widget=None, runtime=None):
    return last.read({"kernel": "k", "model_id": (widget or thing.box).model_id}, runtime)


@pytest.fixture
def panel(runtime):
    panel = show(panels.Fake().panel())
    yield panel
    panel.close()


# Things


def test_what_a_panel_shows_is_written_when_it_rests(panel, runtime):
    first = panel.outputs()
    panels.slide(panel, "rate", 100.0)
    assert written(panel, runtime=runtime) == {}
    at_rest(panel)
    (bundle, about), (words, _) = panel.outputs()
    now = written(panel, runtime=runtime)
    assert now["text/plain"] == bundle["text/plain"] != first[0][0]["text/plain"]
    assert now["alt"] == about["image/png"]["alt"] == str(panel)
    assert written(panel, panel.pulse, runtime) == {
        kind: words[kind] for kind in words if "text" in kind
    }
    stored, shown = (
        Image.open(io.BytesIO(base64.b64decode(png)))
        for png in (now["image/png"], bundle["image/png"])
    )
    assert np.array_equal(np.array(stored), np.array(shown))
    assert panel.told == [{"unsaved": True}]


@pytest.mark.parametrize(("width", "stored"), [(150, 150), (283, 283), (300, 300), (600, 300)])
def test_the_picture_is_written_as_it_is_seen_and_never_larger_than_its_own_size(
    panel, runtime, width, stored
):
    panels.put_on_screen(panel, width)
    panels.slide(panel, "rate", 100.0)
    at_rest(panel)
    png = base64.b64decode(written(panel, runtime=runtime)["image/png"])
    assert Image.open(io.BytesIO(png)).size == (stored, 2 * stored // 3)


def test_a_hand_that_moves_on_is_not_followed(panel, runtime, monkeypatch):
    monkeypatch.setattr(rest, "REST", 0.5)
    for rate in np.geomspace(1, 100, 40):
        panel.set(rate=rate)
        time.sleep(0.02)
        assert panel.told == []
    at_rest(panel)
    assert len(panel.told) == 1
    assert written(panel, runtime=runtime)["alt"] == str(panel)


def test_a_hand_does_not_wait_while_a_picture_is_encoded(panel, monkeypatch):
    encoding, done = threading.Event(), threading.Event()
    compact = panel.picture.compact

    def slow(frame):
        encoding.set()
        assert done.wait(panels.DEADLINE)
        return compact(frame)

    monkeypatch.setattr(panel.picture, "compact", slow)
    panels.slide(panel, "rate", 100.0)
    assert encoding.wait(panels.DEADLINE)
    panels.slide(panel, "rate", 10.0)
    assert "10 points at 10," in str(panel)
    done.set()
    panels.wait_for(lambda: len(panel.told) == 2)


def test_another_screen_is_nothing_to_save(panel, runtime):
    panels.put_on_screen(panel, 150)
    assert panel not in rest.due


def test_what_is_not_shown_and_what_no_kernel_runs_is_not_written(panel, runtime, monkeypatch):
    hidden = panels.Fake().panel()
    hidden.set(rate=10.0)
    assert hidden not in rest.due
    hidden.close()
    monkeypatch.undo()
    panel.set(rate=10.0)
    assert panel not in rest.due
    assert last.write({"a": {}}) == []
    assert not last.folder_of("k", runtime).exists()


def test_what_is_closed_leaves_nothing_behind(panel, runtime):
    panel.set(rate=10.0)
    at_rest(panel)
    assert len(list(last.folder_of("k", runtime).iterdir())) == 2
    panel.close()
    assert list(last.folder_of("k", runtime).iterdir()) == []
    # A change that was noted before.
    panel.settled()
    assert list(last.folder_of("k", runtime).iterdir()) == []


def test_answers_and_goals_are_written(panel, runtime):
    quiz = show(Prediction("1 + 1?", [Choice("2", "Yes.", right=True), Choice("11", "No.")]))
    goals = show(Goals(panel, [Goal("Go high.", lambda panel: panel.settings["rate"] > 10)]))
    quiz.choose("2")
    panel.set(rate=5.0)
    at_rest(quiz)
    at_rest(panel)
    assert written(quiz, runtime=runtime) == {"text/plain": str(quiz)}
    assert "(x) 2" in str(quiz)
    assert goals.told == []
    panel.set(rate=50.0)
    at_rest(goals)
    assert written(goals, runtime=runtime) == {"text/plain": str(goals)}
    assert "1 of 1" in str(goals)
    quiz.close()
    goals.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_is_reported_and_does_not_end_it_for_the_others(panel, runtime, monkeypatch):
    reported = []
    monkeypatch.setattr(threading, "excepthook", reported.append)

    class Broken:
        def settled(self):
            raise ZeroDivisionError

    rest.at_rest(Broken())
    panels.wait_for(lambda: reported and not rest.watchers[0].is_alive())
    assert reported[0].exc_type is ZeroDivisionError
    panel.set(rate=10.0)
    at_rest(panel)
    assert written(panel, runtime=runtime)["alt"] == str(panel)


# Files


@pytest.fixture
def view(runtime):
    last.write({"m": {"text/plain": "words", "image/png": "AAAA", "alt": "a"}})
    return {"kernel": "k", "model_id": "m"}


def test_where_nothing_can_be_written_nothing_is(panel, runtime):
    last.folder_of("k", runtime).touch()
    assert last.write({"m": {}}) == []
    panel.set(rate=10.0)
    panels.wait_for(lambda: panel not in rest.due)
    panel.settled()
    assert panel.told == []


def test_only_words_and_pictures_of_a_moderate_size_are_read(view, runtime):
    path = last.folder_of("k", runtime) / "m.json"
    found = last.read(view, runtime)
    assert found == {"text/plain": "words", "image/png": "AAAA", "alt": "a"}
    for harmful in ({"text/javascript": "x", "text/plain": 1}, [found], "words", None):
        path.write_text(json.dumps(harmful))
        assert last.read(view, runtime) == {}
    path.write_text('{"alt": "a"')
    assert last.read(view, runtime) == {}
    path.write_text(json.dumps({"alt": "a" * last.LIMIT}))
    assert last.read(view, runtime) == {}


@pytest.mark.parametrize("view", [{}, {"kernel": None, "model_id": ["m"]}, {"model_id": "m"}])
def test_views_of_others_have_nothing_written(view, runtime):
    last.write({"m": {"alt": "a"}, "None": {"alt": "b"}})
    assert last.read(view, runtime) == {}


@pytest.mark.parametrize("field", ["kernel", "model_id"])
@pytest.mark.parametrize("name", ["../knobs-k/m", "/etc/passwd", "", ".", "m\n"])
def test_a_view_names_no_other_file(view, runtime, field, name):
    (runtime / "knobs-").mkdir()
    (runtime / "knobs-" / "m.json").write_text('{"alt": "a"}')
    assert last.read(view | {field: name}, runtime) == {}


def test_files_outlive_their_kernel_for_a_week(view, runtime, monkeypatch):
    def age(name, days):
        folder = last.folder_of(name, runtime)
        folder.mkdir(exist_ok=True)
        then = time.time() - 86400 * days
        os.utime(folder, (then, then))

    for name, days in (("gone", last.DAYS + 1), ("just-gone", last.DAYS - 1), ("k", 99)):
        age(name, days)
    connection = runtime / "kernel-new.json"
    monkeypatch.setattr(last, "connection_file", lambda: connection)
    last.write({"m": {}})
    assert {folder.name for folder in runtime.glob("knobs-*")} == {
        "knobs-just-gone", "knobs-k", "knobs-new"
    }  # fmt: skip
