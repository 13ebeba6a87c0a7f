"""The stage in a real Lab: frames that are there before the hand, themes, views, reloads."""

import io

import lab
import numpy as np
import pytest
from PIL import Image

LESSON, PANEL = "03_learning_rate.ipynb", 1

THE_PANEL = (
    "next(thing for _, things in __import__('widgets.page', fromlist=['shown']).shown.values() "
    "for thing in things if 'batch_size' in getattr(thing, 'knobs', ()))"
)
COMMAND = "([command, options]) => jupyterapp.commands.execute(command, options)"


@pytest.fixture(scope="module")
def lesson(server, page):
    """Lesson 03, run, with its second panel in sight."""
    lab.open_notebook(page, server, LESSON)
    lab.run_all(page)
    lab.settle(page, PANEL)
    lab.panel(page, PANEL).evaluate(lab.LISTEN)
    return page


@pytest.fixture
def onlooker(lesson):
    """A learner who does not look at a knob yet."""
    lesson.mouse.move(0, 0)
    lesson.evaluate("() => { document.activeElement.blur(); painted.length = 0; }")
    wait_until(lesson, "ahead.field is None")
    yield lesson
    assert lesson.errors == []


# The next position to either side. On a busy machine all of them would take long.
NEAREST_DRAWN = (
    "stage.held.keys() >= {place.key for _, place in "
    f"zip(range(2), {THE_PANEL}.neighbors('learning_rate'))}}"
)


def ask(page, expression):
    return lab.ask(page, f"{THE_PANEL}.{expression}")


def wait_until(page, expression):
    """Wait for what the kernel does by itself and tells nobody."""
    for _ in range(300):
        if ask(page, expression) == "True":
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it did not come about: {expression}")


def pixels(page):
    return np.array(Image.open(io.BytesIO(lab.picture(page, PANEL))).convert("L")).astype(int)


def count(page):
    return int(ask(page, "stage.number"))


@pytest.mark.parametrize("how", ["pointer", "focus"])
def test_a_knob_that_is_looked_at_moves_its_picture_at_once(onlooker, how):
    handle = lab.knob(onlooker, "learning_rate", PANEL).locator(".noUi-handle")
    if how == "pointer":
        handle.hover()
    else:
        handle.focus()
    wait_until(onlooker, "ahead.field == 'learning_rate'")
    wait_until(onlooker, NEAREST_DRAWN)
    onlooker.evaluate("() => { painted.length = 0; }")
    lab.press(onlooker, "learning_rate", "ArrowRight", panel=PANEL)
    onlooker.wait_for_function("() => painted.length")
    picture, words = lab.look(onlooker, PANEL)
    assert [detail["ahead"] for detail in onlooker.evaluate("() => painted")] == [True]
    # What was there at once is what the kernel drew for the move.
    assert ask(onlooker, "image.value.tobytes()") == repr(picture)
    assert ask(onlooker, "text") == repr(words)


def test_nothing_is_drawn_for_a_learner_who_reads(onlooker):
    before = count(onlooker)
    # By force: in the middle of the picture is what can be touched, over the picture.
    lab.panel(onlooker, PANEL).locator("img.knobs-picture").hover(force=True)
    onlooker.wait_for_timeout(1000)
    assert count(onlooker) == before


def test_words_are_spoken_once_the_hand_rests(onlooker):
    spoken = lab.panel(onlooker, PANEL).locator(".knobs-stage [role=status]")
    spoken.evaluate(
        "node => { window.said = [];"
        "new MutationObserver(() => said.push(node.textContent)).observe(node, {childList: true}) }"
    )
    lab.press(onlooker, "learning_rate", "ArrowRight", 10, PANEL)
    _, words = lab.look(onlooker, PANEL)
    onlooker.wait_for_function("() => said.length")
    assert onlooker.evaluate("() => said") == [words]
    summary = lab.panel(onlooker, PANEL).locator(".knobs-summary")
    assert summary.locator("[role=status], [aria-live]").count() == 0


def test_the_theme_of_the_page_is_followed(onlooker):
    light = lab.look(onlooker, PANEL)
    for theme, is_dark in (("JupyterLab Dark", True), ("JupyterLab Light", False)):
        onlooker.evaluate(COMMAND, ["apputils:change-theme", {"theme": theme}])
        wait_until(onlooker, f"picture.dark is {is_dark}")
        lab.settle(onlooker, PANEL)
        assert (np.median(pixels(onlooker)) < 40) == is_dark
        if is_dark:
            # On the ground of the page itself, and moved as before.
            lab.press(onlooker, "learning_rate", "ArrowRight", panel=PANEL)
            lab.settle(onlooker, PANEL)
            assert np.median(pixels(onlooker)) < 40
            lab.press(onlooker, "learning_rate", "ArrowLeft", panel=PANEL)
    assert lab.look(onlooker, PANEL) == light


def test_after_a_reload_the_picture_is_there_and_moves_at_once(server, onlooker):
    lab.save(onlooker)
    before = lab.look(onlooker, PANEL)
    lab.reload(onlooker)
    lab.panel(onlooker, PANEL).evaluate(lab.LISTEN)
    assert lab.look(onlooker, PANEL) == before
    lab.press(onlooker, "learning_rate", "ArrowRight", panel=PANEL)
    # The page tells a little later where one looks; before that there is nothing to draw, either.
    wait_until(onlooker, "ahead.field == 'learning_rate'")
    wait_until(onlooker, NEAREST_DRAWN)
    onlooker.evaluate("() => { painted.length = 0; }")
    lab.press(onlooker, "learning_rate", "ArrowRight", panel=PANEL)
    onlooker.wait_for_function("() => painted.length")
    assert onlooker.evaluate("() => painted[0].ahead")


VIEWS = (
    "() => [...document.querySelectorAll('.knobs-panel:has(.knob-batch_size):has(.knobs-play)')]"
)


def test_two_views_of_a_panel_show_the_same(onlooker):
    # The last of these tests: the other view stays open.
    lab.panel(onlooker, PANEL).click(position={"x": 2, "y": 2})
    onlooker.evaluate(COMMAND, ["notebook:create-output-view", {}])
    onlooker.wait_for_function(f"() => ({VIEWS})().length === 2")
    onlooker.evaluate(COMMAND, ["application:activate-previous-tab", {}])
    lab.press(onlooker, "learning_rate", "ArrowRight", 3, PANEL)
    lab.settle(onlooker, PANEL)
    same = "new Set(views.map(view => view.querySelector('img.knobs-picture').src)).size === 1"
    onlooker.wait_for_function(f"() => {{ const views = ({VIEWS})(); return {same}; }}")
    words = (
        "views => new Set(views.map(view => view.querySelector('.knobs-summary').innerText)).size"
    )
    assert onlooker.evaluate(f"() => ({words})(({VIEWS})())") == 1
