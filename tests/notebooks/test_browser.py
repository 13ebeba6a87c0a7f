"""The lessons as a learner meets them: in a real JupyterLab, with a mouse and a keyboard."""

import lab
import pytest

START, RATE = "00_start_here.ipynb", "03_learning_rate.ipynb"

# Which panel of a lesson, counted from the top, the tests take in hand.
PANEL = {START: 0, RATE: 1}

every_lesson = pytest.mark.parametrize("lesson", [START, RATE], indirect=True)
rate_lesson = pytest.mark.parametrize("lesson", [RATE], indirect=True)


@pytest.fixture(scope="module")
def lesson(request, server, page):
    """The name of a lesson which is open, and has been run from top to bottom."""
    page.errors.clear()
    lab.open_notebook(page, server, request.param)
    lab.run_all(page)
    return request.param


@pytest.fixture
def panel(lesson, page):
    """The index of a panel that is as new; afterwards nothing may have gone wrong in the page."""
    index = PANEL[lesson]
    lab.click(page, "reset", index)
    lab.settle(page, index)
    yield index
    assert page.errors == []
    assert lab.trouble(page) == []


def assert_changed(page, panel, before):
    lab.wait_for_change(page, before[0], panel)
    picture, summary = lab.look(page, panel)
    assert picture != before[0]
    assert summary != before[1]


@every_lesson
def test_run_all_shows_a_picture(page, panel):
    picture, summary = lab.look(page, panel)
    assert picture[:4] in (b"\x89PNG", b"RIFF") or picture[:2] == b"\xff\xd8"
    assert summary


@every_lesson
def test_every_panel_has_its_picture_and_its_text(page, panel):
    for index in range(page.locator(".knobs-panel").count()):
        assert lab.picture(page, index)
        assert lab.summary(page, index)


@every_lesson
def test_pictures_have_a_pixel_for_each_of_the_screen(page, panel):
    lab.wait_for_pictures(page)
    wide = page.viewport_size
    before = lab.picture(page, panel)
    page.set_viewport_size({"width": 1000, "height": 800})
    lab.wait_for_change(page, before, panel)
    lab.wait_for_pictures(page)
    small = lab.picture(page, panel)
    page.set_viewport_size(wide)
    lab.wait_for_change(page, small, panel)
    lab.wait_for_pictures(page)
    lab.settle(page, panel)
    assert lab.picture(page, panel) == before


@every_lesson
def test_dragging_changes_picture_and_text(page, panel):
    before = lab.look(page, panel)
    lab.drag(page, "learning_rate", 0.2, panel)
    assert_changed(page, panel, before)


@every_lesson
def test_reset_brings_back_the_first_picture(page, panel):
    first = lab.look(page, panel)
    lab.drag(page, "learning_rate", 0.2, panel)
    lab.wait_for_change(page, first[0], panel)
    lab.click(page, "reset", panel)
    assert lab.look(page, panel) == first


@rate_lesson
@pytest.mark.parametrize("key", ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"])
def test_a_key_moves_the_knob(page, panel, key):
    before, reading = lab.look(page, panel), lab.reading(page, "learning_rate", panel)
    lab.press(page, "learning_rate", key, panel=panel)
    assert_changed(page, panel, before)
    assert lab.reading(page, "learning_rate", panel) != reading


@rate_lesson
def test_arrow_keys_lead_back(page, panel):
    before = lab.look(page, panel)
    lab.press(page, "learning_rate", "ArrowRight", 5, panel)
    lab.wait_for_change(page, before[0], panel)
    lab.press(page, "learning_rate", "ArrowLeft", 5, panel)
    assert lab.look(page, panel) == before


@rate_lesson
def test_click_on_the_track(page, panel):
    before = lab.look(page, panel)
    lab.click_track(page, "learning_rate", 0.15, panel)
    assert_changed(page, panel, before)


@rate_lesson
def test_both_ends_of_the_slider(page, panel):
    for fraction in (0, 1):
        before = lab.look(page, panel)
        lab.drag(page, "learning_rate", fraction, panel)
        assert_changed(page, panel, before)


@rate_lesson
def test_a_drag_ends_with_the_picture_of_its_last_value(page, panel):
    """However fast the hand, what stands still is what the knob says: the newest value wins."""
    before = lab.look(page, panel)
    lab.drag(page, "learning_rate", 0.9, panel, moves=60)
    lab.wait_for_change(page, before[0], panel)
    dragged = lab.look(page, panel)
    lab.press(page, "learning_rate", "ArrowLeft", panel=panel)
    lab.wait_for_change(page, dragged[0], panel)
    lab.press(page, "learning_rate", "ArrowRight", panel=panel)
    assert lab.look(page, panel) == dragged


@rate_lesson
def test_time_runs_backwards_too(page, panel):
    end = lab.look(page, panel)
    lab.drag(page, "time", 0.2, panel)
    lab.wait_for_change(page, end[0], panel)
    lab.drag(page, "time", 1, panel)
    assert lab.look(page, panel)[0] == end[0]


@rate_lesson
def test_play_moves_the_time(page, panel):
    lab.drag(page, "time", 0, panel)
    start, reading = lab.look(page, panel), lab.reading(page, "time", panel)
    lab.click(page, "play", panel)
    second = lab.wait_for_change(page, start[0], panel)
    lab.wait_for_change(page, second, panel)
    lab.click(page, "play", panel)
    lab.settle(page, panel)
    assert lab.reading(page, "time", panel) != reading


@rate_lesson
def test_pin_keeps_the_curve_for_comparison(page, panel):
    lab.drag(page, "learning_rate", 0.3, panel)
    plain = lab.look(page, panel)
    lab.click(page, "reset", panel)
    lab.settle(page, panel)
    lab.click(page, "pin", panel)
    lab.settle(page, panel)
    lab.drag(page, "learning_rate", 0.3, panel)
    assert lab.look(page, panel)[0] != plain[0]


@every_lesson
def test_reload_after_save(page, panel):
    """The kernel lives on: the same picture comes back, and the knob still turns it."""
    lab.drag(page, "learning_rate", 0.3, panel)
    before = lab.look(page, panel)
    lab.save(page)
    lab.reload(page)
    assert lab.look(page, panel) == before
    assert lab.trouble(page) == []
    lab.drag(page, "learning_rate", 0.7, panel)
    assert_changed(page, panel, before)


@every_lesson
def test_settings_that_come_with_the_kit(server, page, lesson):
    kernels = server.lab_settings("@jupyterlab/apputils-extension:kernels-settings")
    assert kernels["commsOverSubshells"] == "disabled"
    assert page.get_by_text("official Jupyter news").count() == 0
