"""The panel: whatever is set, in whatever order and by whichever thread, what it shows is true."""

import base64
import gc
import html
import io
import itertools
import json
import math
import threading
import warnings
import weakref
from types import SimpleNamespace

import IPython
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import panels
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from panels import live_widgets, look, settle, slide, wait_for
from PIL import Image

import widgets.panel
from lessons import TrainConfig, data, predict, train
from lessons.numerals import count, short
from widgets import learning_rate, page
from widgets.beliefs import ranges

pytestmark = pytest.mark.usefixtures("compiled")

LIVE_VIEW = "application/vnd.jupyter.widget-view+json"
MAKERS = (learning_rate.panel, learning_rate.valley, learning_rate.sweep)


@pytest.fixture
def fake():
    return panels.Fake()


@pytest.fixture
def panel(fake):
    panel = fake.panel()
    yield panel
    fake.gate.set()
    panel.close()


@pytest.fixture
def live():
    """The panel of lesson 03."""
    panel = learning_rate.panel(epochs=10)
    yield panel
    panel.close()


@pytest.fixture
def at_once(monkeypatch):
    """What takes any time at all goes on in the background."""
    monkeypatch.setattr(widgets.panel, "LIVE_SECONDS", 0.0)
    monkeypatch.setattr(widgets.panel, "LONG_SECONDS", 0.0, raising=False)


# Settings


SETTINGS = [
    {},
    {"rate": 1e-3, "n": 500, "seed": 9},
    {"n": 7, "time": 0},
    {"n": 20, "time": 13, "pinned": {"rate": 2.0}},
    {"time": None, "pinned": None, "lang": "en"},
    {"pinned": {"n": 3, "rate": 5.0, "seed": 1, "mode": "plain"}, "rate": 1e3},
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_settings_make_the_same_panel_again(fake, settings):
    panel = fake.panel(**settings)
    again = fake.panel(**panel.settings)
    assert look(again) == look(panel)
    json.dumps(panel.settings)
    for one in (panel, again):
        one.close()


@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (learning_rate.panel, {"learning_rate": 0.3, "epochs": 20, "time": 7, "seed": 3}),
        (learning_rate.panel, {"data": "digits", "epochs": 5, "pinned": {"learning_rate": 1.0}}),
        (learning_rate.panel, {"learning_rate": 1e3, "activation": "identity", "data": "xor"}),
        (learning_rate.valley, {"curvature": 37.5, "time": 3, "pinned": {"steps": 2}}),
        (learning_rate.sweep, {"epochs": 3, "pinned": {"data": "xor", "epochs": 2}}),
    ],
)
def test_settings_make_the_same_lesson_panel_again(make, settings):
    panel = make(**settings)
    assert panel.settings | settings | {"pinned": None} == panel.settings | {"pinned": None}
    again = make(**panel.settings)
    assert look(again) == look(panel)
    json.dumps(panel.settings)
    for one in (panel, again):
        one.close()


def test_set_does_what_the_hand_does(fake, panel):
    other = fake.panel()
    for field, value in (("rate", 320.0), ("n", 33), ("seed", 5), ("rate", 1e-3), ("n", 1)):
        panel.set(**{field: value})
        slide(other, field, value)
        settle(other)
        assert look(panel) == look(other)
    panel.set(n=40, time=3)
    slide(other, "n", 40)
    settle(other)
    other.clock.value = 3
    assert look(panel) == look(other)
    panel.set(pinned=panel.knob_settings())
    other.pin.value = True
    assert look(panel) == look(other)
    other.close()


@pytest.mark.parametrize(
    ("make", "field", "values"),
    [
        (learning_rate.panel, "learning_rate", [1e-6, 0.32, 1e3]),
        (learning_rate.panel, "data", ["digits", "moons"]),
        (learning_rate.valley, "curvature", [1.0, 50.0]),
        (learning_rate.sweep, "activation", ["tanh"]),
    ],
)
def test_set_does_what_the_hand_does_in_lessons(make, field, values):
    few = {} if make is learning_rate.valley else {"epochs": 5}
    panel, other = make(**few), make(**few)
    for value in values:
        panel.set(**{field: value})
        slide(other, field, value)
        settle(other)
        assert look(panel) == look(other)
    for one in (panel, other):
        one.close()


def test_set_returns_when_the_picture_is_there(fake, panel, at_once):
    threading.Timer(0.3, fake.gate.set).start()
    panel.set(mode="slow", n=4)
    assert panel.job is None
    assert str(panel) == "4 points at 1, shown to 4."
    assert panel.working.layout.visibility == "hidden"


def test_several_knobs_are_one_computation(fake, panel):
    before = len(fake.computed)
    panel.set(rate=2.0, n=5, seed=1, time=2)
    assert len(fake.computed) == before + 1


ERRORS = [
    (
        {"speed": 1},
        "there is no knob 'speed', only rate, n, seed, mode, pinned, lang, time, hide, lock",
    ),
    ({"rate": 0}, "rate must be a number from 0.001 to 1000, got 0"),
    ({"rate": math.nan}, "rate must be a number from 0.001 to 1000, got nan"),
    ({"n": 2.5}, "n must be a whole number from 1 to 500, got 2.5"),
    ({"seed": True}, "seed must be a whole number from 0 to 9, got True"),
    ({"mode": "odd"}, "mode must be one of " + ", ".join(panels.MODES) + ", got 'odd'"),
    ({"time": 11}, "time must be a whole number from 0 to 10, got 11"),
    ({"n": 5, "time": 6}, "time must be a whole number from 0 to 5, got 6"),
    ({"time": -1}, "time must be a whole number from 0 to 10, got -1"),
    ({"time": 1.0}, "time must be a whole number from 0 to 10, got 1.0"),
    ({"time": True}, "time must be a whole number from 0 to 10, got True"),
    ({"time": "3"}, "time must be a whole number from 0 to 10, got '3'"),
    ({"lang": "tlh"}, "lang must be one of en, got 'tlh'"),
    ({"pinned": 3}, "pinned must be a dict of settings or None, got 3"),
    ({"pinned": {"rate": -1}}, "rate must be a number from 0.001 to 1000, got -1"),
    ({"pinned": {"time": 3}}, "pinned must hold knobs only (rate, n, seed, mode), got 'time'"),
    ({"pinned": {"x": 3}}, "pinned must hold knobs only (rate, n, seed, mode), got 'x'"),
    ({"hide": "seed"}, "hide must be a list of knobs (rate, n, seed, mode), got 'seed'"),
    ({"hide": ["x"]}, "hide must be a list of knobs (rate, n, seed, mode), got ['x']"),
    ({"hide": [["n"]]}, "hide must be a list of knobs (rate, n, seed, mode), got [['n']]"),
    ({"lock": ["n"]}, "lock must be a dict of values of knobs (rate, n, seed, mode), got ['n']"),
    (
        {"lock": {"x": 1}},
        "lock must be a dict of values of knobs (rate, n, seed, mode), got {'x': 1}",
    ),
    ({"lock": {"n": 0}}, "n must be a whole number from 1 to 500, got 0"),
]


@pytest.mark.parametrize(("settings", "text"), ERRORS)
def test_nonsense_is_refused_in_words_and_changes_nothing(fake, panel, settings, text):
    panel.set(rate=3.0, time=4, pinned={"n": 6})
    before, computed = look(panel), len(fake.computed)
    with pytest.raises(ValueError) as caught:
        # The good values before the bad one are not taken either.
        panel.set(**{"seed": 7} | settings)
    assert str(caught.value) == text
    assert look(panel) == before
    assert len(fake.computed) == computed
    assert panel.message.value == ""
    panel.set(rate=5.0)
    assert str(panel) == "10 points at 5, shown to 4. Pinned, with rate = 3, n = 6."


@pytest.mark.parametrize(("settings", "text"), ERRORS)
def test_a_panel_cannot_be_made_of_nonsense(fake, settings, text):
    before = live_widgets()
    with pytest.raises(ValueError) as caught:
        fake.panel(**settings)
    assert str(caught.value) == text
    del caught
    assert live_widgets() == before


def test_pinning_what_cannot_be_computed_changes_nothing(panel):
    before = look(panel)
    with pytest.raises(ZeroDivisionError):
        panel.set(rate=2.0, pinned={"mode": "compute fails"})
    assert look(panel) == before


values = (
    st.none() | st.booleans() | st.text(max_size=5) | st.floats() | st.integers(-5, 600)
    | st.lists(st.integers(), max_size=2) | st.sampled_from(["plain", "en"])
    | st.dictionaries(st.sampled_from(["rate", "n", "time", "x"]), st.integers(-1, 20), max_size=2)
)  # fmt: skip


@given(
    settings=st.dictionaries(
        st.sampled_from(["rate", "n", "seed", "mode", "time", "pinned", "lang", "x"]),
        values,
        max_size=3,
    )
)
@hypothesis_settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_is_either_set_or_refused_whole(panel, settings):
    before = look(panel)
    try:
        panel.set(**settings)
    except ValueError as error:
        assert look(panel) == before
        assert "got" in str(error) or "there is no knob" in str(error)
    else:
        assert panel.settings | settings | {"time": 0, "pinned": 0} == panel.settings | {
            "time": 0, "pinned": 0,
        }  # fmt: skip
        assert f"{panel.settings['n']} points" in str(panel)


# Errors in what a lesson declares


BROKEN = ["compute fails", "update fails", "describe fails", "frame fails"]


@pytest.mark.parametrize("mode", BROKEN)
def test_an_error_in_a_callback_is_shown_in_words_and_the_next_knob_works(fake, panel, mode):
    before = (panel.image.value, panel.summary.value, str(panel))
    slide(panel, "mode", mode)
    settle(panel)
    assert f"{mode} &lt;here&gt;" in panel.message.value
    assert "move a knob to go on" in panel.message.value
    assert (panel.image.value, panel.summary.value, str(panel)) == before
    slide(panel, "mode", "plain")
    settle(panel)
    assert panel.message.value == ""
    slide(panel, "rate", 7.1)
    settle(panel)
    assert str(panel) == "10 points at 7.1, shown to 10."


@pytest.mark.parametrize("mode", BROKEN)
def test_an_error_through_set_is_raised_and_the_panel_works_on(panel, mode):
    before = (panel.image.value, str(panel))
    with pytest.raises(ZeroDivisionError, match=mode):
        panel.set(mode=mode)
    assert (panel.image.value, str(panel)) == before
    panel.set(mode="plain", rate=7.0)
    assert str(panel) == "10 points at 7, shown to 10."
    assert panel.message.value == ""


@pytest.mark.parametrize("mode", BROKEN)
def test_an_error_in_the_background_is_shown_too(panel, at_once, mode):
    slide(panel, "mode", mode)
    wait_for(lambda: mode in panel.message.value)
    slide(panel, "mode", "plain")
    settle(panel)
    wait_for(lambda: panel.message.value == "")


def test_errors_of_the_other_controls_are_shown(fake, panel):
    slide(panel, "mode", "update fails")
    settle(panel)
    for act in (
        lambda: setattr(panel.clock, "value", 3),
        lambda: setattr(panel.pin, "value", True),
    ):
        panel.message.value = ""
        act()
        assert "update fails" in panel.message.value


def test_an_error_without_words_gets_its_name(panel):
    panel.complain(KeyError())
    assert "KeyError" in panel.message.value


# Long runs


def test_a_long_run_shows_progress_and_can_be_stopped(fake, panel, at_once):
    slide(panel, "mode", "slow")
    wait_for(lambda: panel.working.layout.visibility == "visible")
    assert panel.bar.value == 0.25
    assert str(panel) == "10 points at 1, shown to 10."
    panel.stop.click()
    settle(panel)
    assert str(panel) == "10 points at 1, shown to 10, stopped by hand."
    assert html.escape(str(panel)) in panel.summary.value
    assert panel.working.layout.visibility == "hidden"
    slide(panel, "mode", "plain")
    settle(panel)
    assert "stopped" not in str(panel)


def test_the_newest_value_wins(fake, panel, at_once):
    seen = []
    panel.on_change(lambda panel: seen.append(panel.result.settings["rate"]))
    slide(panel, "mode", "slow")
    for rate in (2.0, 3.2, 4.0, 5.0):
        before = panel.job
        slide(panel, "rate", rate)
        assert before.progress.cancelled
    assert not panel.job.progress.cancelled
    fake.gate.set()
    settle(panel)
    assert str(panel) == "10 points at 5, shown to 10."
    assert panel.settings["rate"] == 5.0
    # Of the four before it none was shown: the picture went from the first to the last.
    assert [rate for rate in seen if rate not in (1.0, 5.0)] == []
    assert fake.computed[-1]["rate"] == 5.0


def test_set_during_a_run_in_the_background(fake, panel, at_once):
    slide(panel, "mode", "slow")
    assert panel.job is not None
    panel.set(mode="plain", rate=9.0)
    assert str(panel) == "10 points at 9, shown to 10."
    fake.gate.set()
    settle(panel)
    assert str(panel) == "10 points at 9, shown to 10."


def test_other_controls_during_a_run_show_the_last_result(fake, panel, at_once):
    slide(panel, "mode", "slow")
    slide(panel, "n", 100)
    assert panel.job is not None
    panel.clock.value = 4
    assert str(panel) == "10 points at 1, shown to 4."
    panel.pin.value = True
    assert panel.settings["pinned"] == {"rate": 1.0, "n": 10, "seed": 0, "mode": "plain"}
    assert panel.settings["n"] == 100
    panel.knobs["n"].check(panel.settings["n"])
    fake.gate.set()
    settle(panel)
    assert str(panel) == "100 points at 1, shown to 4. Pinned, with n = 10, mode = plain."


def test_close_during_a_run_stops_it_and_shows_nothing(fake, panel, at_once):
    before = str(panel)
    slide(panel, "mode", "slow")
    job = panel.job
    panel.close()
    assert job.wait(panels.DEADLINE)
    assert job.progress.cancelled
    assert str(panel) == before


def test_a_long_real_run_is_stopped_with_true_words(at_once):
    panel = learning_rate.panel(epochs=5)
    slide(panel, "batch_size", 1)
    slide(panel, "epochs", 1000)
    wait_for(lambda: panel.job is None or panel.job.progress.fraction > 0)
    panel.stop.click()
    settle(panel)
    run = panel.run
    assert run.status == "cancelled"
    assert "stopped by hand" in str(panel)
    done = len(run.snapshots) - 1
    assert f"→ {short(run.train_loss[done])}, validation" in str(panel)
    assert f"{count(run.updates)} update" in str(panel)
    assert "No learning rate learns" not in str(panel)
    assert np.isfinite(panel.artists.losses.curves[1].get_ydata()[: done + 1]).all()
    panel.set(epochs=5, batch_size=32)
    assert panel.run.status == "finished"
    panel.close()


@pytest.mark.parametrize("compiling", [True, False])
def test_a_cell_waits_for_what_follows_the_picture_unless_that_waits_for_the_compiler(
    fake, monkeypatch, compiling
):
    begun, compute = threading.Event(), fake.compute

    def rest(progress):
        begun.set()
        if compiling:
            fake.gate.wait()
        return SimpleNamespace(settings={"rate": 2.0, "n": 20, "mode": "plain"}, stopped=False)

    def with_rest(settings, progress):
        result = compute(settings, progress)
        result.rest = rest
        return result

    monkeypatch.setattr(fake, "compute", with_rest)
    monkeypatch.setattr(widgets.panel, "compiling_for_long", lambda: compiling)
    panel = fake.panel()
    begun.wait()
    assert str(panel).startswith("10 points" if compiling else "20 points")
    fake.gate.set()
    wait_for(lambda: str(panel).startswith("20 points"))
    panel.close()


@pytest.fixture
def with_rest(fake, monkeypatch):
    """A panel whose results gain ten points afterwards, when the gate is open."""
    compute = fake.compute

    def computed(settings, progress):
        result = compute(settings, progress)

        def rest(progress):
            while not fake.gate.wait(0.002) and not progress.cancelled:
                pass
            more = settings | {"n": settings["n"] + 10}
            return SimpleNamespace(settings=more, stopped=False)

        result.rest = rest
        return result

    monkeypatch.setattr(fake, "compute", computed)
    fake.gate.set()
    panel = fake.panel()
    yield panel
    panel.close()


@pytest.mark.parametrize("pinned", [False, True])
def test_what_there_is_of_the_rest_is_shown_meanwhile_but_not_what_is_pinned(
    fake, with_rest, monkeypatch, pinned
):
    """A rest that says what there is so far: 15 points."""
    fake.gate.clear()
    compute, begun = fake.compute, threading.Event()

    def computed(settings, progress):
        result = compute(settings, progress)
        whole = result.rest

        def rest(progress):
            more = settings | {"n": settings["n"] + 5}
            progress.so_far = lambda: SimpleNamespace(settings=more, stopped=False)
            begun.set()
            return whole(progress)

        result.rest = rest if settings["rate"] == 2.0 else None
        return result

    monkeypatch.setattr(with_rest, "compute", computed)
    seen = []
    with_rest.on_change(lambda panel: seen.append(points(panel)[0]))
    if pinned:
        slide(with_rest, "rate", 2.0)
        begun.wait()
        with_rest.pin.value = True
        begun.clear()
        slide(with_rest, "rate", 3.2)
        seen.clear()
    else:
        slide(with_rest, "rate", 2.0)
    begun.wait()
    if not pinned:
        wait_for(lambda: 15 in seen)
    fake.gate.set()
    settle(with_rest)
    assert points(with_rest) == ([10, 20] if pinned else [20, 0])
    assert (15 in seen) != pinned


def points(panel):
    return [panel.artists.curve.get_xdata().size, panel.artists.ghost.get_xdata().size]


def test_what_is_pinned_through_set_gets_its_rest_as_by_the_button(fake, with_rest):
    panel = with_rest
    panel.pin.value = True
    panel.set(n=50)
    by_button = points(panel), str(panel), repr(panel)
    panel.set(pinned=None)
    panel.set(pinned={"n": 10})
    assert (points(panel), str(panel), repr(panel)) == by_button
    assert points(panel) == [60, 20]
    again = fake.panel(**panel.settings)
    assert (points(again), str(again), repr(again)) == by_button
    again.close()


def test_what_is_pinned_before_its_rest_is_there_gets_it(fake, with_rest):
    panel = with_rest
    fake.gate.clear()
    slide(panel, "n", 50)
    panel.pin.value = True
    assert points(panel) == [50, 50]
    fake.gate.set()
    settle(panel)
    assert points(panel) == [60, 60]


def test_the_rest_of_what_is_no_longer_pinned_is_not_shown(fake, with_rest):
    panel = with_rest
    panel.set(n=50)
    fake.gate.clear()
    panel.retrain(0)
    panel.pin.value = True
    fake.gate.set()
    wait_for(lambda: points(panel)[0] == 60)
    panel.pin.value = False
    settle(panel)
    assert points(panel) == [60, 0]


def test_stopping_by_hand_leaves_what_is_pinned_as_it_is(fake, with_rest):
    panel = with_rest
    fake.gate.clear()
    slide(panel, "n", 50)
    panel.pin.value = True
    panel.stop.click()
    settle(panel)
    assert points(panel)[1] == 50
    assert panel.job is None
    fake.gate.set()
    panel.set(rate=2.0)
    assert points(panel) == [60, 60]


def test_a_sweep_that_is_stopped_does_not_call_the_rest_diverged(at_once):
    panel = learning_rate.sweep(epochs=2)
    slide(panel, "epochs", 1000)
    slide(panel, "batch_size", 1)
    wait_for(lambda: panel.working.layout.visibility == "visible")
    panel.stop.click()
    settle(panel)
    made = len(panel.result.sweep.rates)
    assert made < 37
    assert "diverged" not in str(panel)
    assert f"{made} of 37" in str(panel)
    assert f"{made} of 37" in repr(panel)
    panel.close()


# Time


def test_time_goes_back_and_forth_through_one_run(fake, panel):
    computed = len(fake.computed)
    frames = {}
    for time in (10, 0, 5, 10, 5, 0):
        panel.clock.value = time
        assert str(panel) == f"10 points at 1, shown to {time}."
        assert panel.artists.now.get_xdata()[0] == time
        assert frames.setdefault(time, panel.image.value) == panel.image.value
        assert panel.settings["time"] == time
    assert len(set(frames.values())) == 3
    assert len(fake.computed) == computed


def test_time_shows_the_parameters_of_that_epoch(live):
    corner = [[low for low, high in ranges(live.result.split)]]
    for time in (10, 0, 4, 10):
        live.set(time=time)
        expected = predict(live.run.snapshots[time], live.run.config, np.float32(corner))
        assert np.allclose(live.moment.beliefs[0, 0], expected, atol=0.02)
        assert live.artists.losses.now.get_xdata()[0] == time
        assert live.artists.losses.dots[1].get_ydata()[0] == live.run.train_loss[time]


def test_time_stays_at_the_end_and_is_cut_where_the_run_ends(panel):
    panel.set(n=50)
    assert (panel.clock.value, panel.clock.max, panel.play.max) == (50, 50, 50)
    panel.set(n=5)
    assert (panel.clock.value, panel.clock.max) == (5, 5)
    panel.set(n=50, time=20)
    panel.set(rate=3.0)
    assert panel.settings["time"] == 20
    panel.set(n=8)
    assert (panel.settings["time"], panel.clock.value) == (8, 8)
    assert str(panel) == "8 points at 3, shown to 8."
    panel.set(time=None)
    panel.set(n=60)
    assert panel.settings["time"] == 60


def test_numpy_integers_are_times(panel):
    panel.set(time=np.int64(3))
    assert panel.settings["time"] == 3


def test_play_and_time_are_linked_in_the_browser(panel):
    assert (panel.played.source, panel.played.target) == (
        (panel.play, "value"),
        (panel.clock, "value"),
    )


def test_time_of_a_run_that_diverged_ends_where_it_did():
    panel = learning_rate.panel(learning_rate=1e3, activation="identity", epochs=20)
    assert panel.run.status == "diverged"
    last = len(panel.run.snapshots) - 1
    assert last < 20
    for time in (20, 11, last, 0):
        panel.set(time=time)
        assert panel.moment.epoch == min(time, last)
    panel.close()


# Pin and reset


def test_pin_keeps_a_curve_until_it_is_let_go(panel):
    assert panel.artists.ghost.get_xdata().size == 0
    panel.set(rate=2.0)
    bare = look(panel)
    panel.pin.value = True
    assert panel.settings["pinned"] == {"rate": 2.0, "n": 10, "seed": 0, "mode": "plain"}
    panel.set(rate=5.0, n=30)
    assert panel.artists.ghost.get_ydata().tolist() == [2.0] * 10
    assert panel.artists.curve.get_ydata().tolist() == [5.0] * 30
    panel.pin.value = False
    assert panel.settings["pinned"] is None
    assert panel.artists.ghost.get_xdata().size == 0
    panel.set(rate=2.0, n=10)
    assert look(panel) == bare


def test_pin_through_set_lights_the_button(fake, panel):
    panel.set(pinned={"rate": 4.0})
    assert panel.pin.value is True
    assert panel.artists.ghost.get_ydata().tolist() == [4.0] * 10
    computed = len(fake.computed)
    panel.set(pinned=None)
    assert panel.pin.value is False
    assert len(fake.computed) == computed + 1
    assert panel.artists.ghost.get_ydata().size == 0


def test_what_is_not_said_about_a_pinned_curve_is_as_the_knobs_will_be(fake):
    panel = fake.panel(n=20, pinned={"rate": 4.0})
    assert panel.settings["pinned"] == {"rate": 4.0, "n": 20, "seed": 0, "mode": "plain"}
    panel.set(seed=5, n=3, pinned={"n": 7})
    assert panel.settings["pinned"] == {"rate": 1.0, "n": 7, "seed": 5, "mode": "plain"}
    panel.close()


def test_pin_after_an_error_is_of_what_is_shown(panel):
    slide(panel, "mode", "compute fails")
    settle(panel)
    panel.pin.value = True
    assert panel.settings["pinned"]["mode"] == "plain"


@pytest.mark.parametrize("settings", [{}, {"rate": 8.0, "n": 20, "time": 3, "pinned": {"n": 2}}])
def test_reset_puts_everything_back(fake, settings):
    panel = fake.panel(**settings)
    before = look(panel)
    panel.set(rate=1e3, n=77, seed=4, time=70, pinned={"rate": 0.5})
    assert look(panel) != before
    panel.reset.click()
    settle(panel)
    assert look(panel) == before
    panel.close()


def test_reset_ends_a_run_in_the_background(fake, panel, at_once):
    before = look(panel)
    slide(panel, "mode", "slow")
    panel.reset.click()
    settle(panel)
    wait_for(lambda: look(panel) == before)


# Listeners, and two panels


def test_listeners_are_called_now_and_after_every_change(panel):
    texts = []
    panel.on_change(lambda panel: texts.append(str(panel)))
    panel.set(rate=2.0)
    panel.clock.value = 4
    slide(panel, "n", 12)
    settle(panel)
    assert texts == [
        "10 points at 1, shown to 10.", "10 points at 2, shown to 10.",
        "10 points at 2, shown to 4.", "12 points at 2, shown to 4.",
    ]  # fmt: skip
    panel.close()
    assert panel.listeners == []


def test_two_panels_do_not_disturb_each_other(fake):
    first, second = fake.panel(rate=1.0), fake.panel(rate=2.0)
    before = look(second)
    for rate in (3.0, 4.0):
        first.set(rate=rate, pinned={"n": 3}, time=2)
        assert look(second) == before
    first.close()
    second.set(n=9)
    assert str(second) == "9 points at 2, shown to 9."
    second.close()


def test_it_is_drawn_anew_while_its_knob_is_already_at_another_value_between_steps(
    fake, panel, at_once
):
    """As when a hand on the picture is quicker than a long run, and the page changes its size."""
    panel.set(rate=6.0)
    panel.move({"rate": 3.0, "mode": "slow"})
    assert panel.job is not None
    panel.redraw()
    assert str(panel) == "10 points at 6, shown to 10."
    assert list(panel.neighbors("rate")) == []
    fake.gate.set()
    settle(panel)
    assert str(panel) == "10 points at 3, shown to 10."
    assert len(list(panel.neighbors("rate"))) == 60
    assert panel.message.value == ""


def test_two_threads_may_set_at_once(panel):
    def turn(seeds):
        for seed in seeds:
            panel.set(seed=seed, rate=float(seed + 1))

    threads = [threading.Thread(target=turn, args=([k, 5 - k] * 20,)) for k in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settle(panel)
    assert str(panel) == f"10 points at {panel.settings['rate']:.3g}, shown to 10."
    assert panel.settings["rate"] in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)


# From one extreme to the other


def test_every_rate_from_the_smallest_to_the_largest_gets_a_true_sentence():
    panel = learning_rate.panel()
    split = data.spiral()
    seen = set()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for rate in np.geomspace(1e-6, 1e3, 40):
            panel.set(learning_rate=float(np.clip(rate, 1e-6, 1e3)))
            run, text = panel.run, str(panel)
            again = train(TrainConfig(learning_rate=run.config.learning_rate), split)
            assert np.array_equal(again.train_loss, run.train_loss, equal_nan=True)
            assert f"Learning rate {short(rate)}." in text
            assert f"{count(again.updates)} update" in text
            losses = again.train_loss
            assert f"Training loss {short(losses[0])} → " in text
            if run.status == "finished":
                assert f"{short(losses[0])} → {short(losses[-1])}" in text
                assert "diverged" not in text
                assert (
                    f"validation {short(again.val_loss[0])} → {short(again.val_loss[-1])}" in text
                )
            else:
                assert "diverged at update" in text
            stable = panel.result.stable
            assert f"about {short(stable)}" in text
            rising = losses[-1] > losses[0]
            assert ("ended higher" in text) <= rising
            assert ("still falling" in text) <= (losses[-1] < losses[-11])
            assert ("barely moved" in text) <= (abs(losses[-1] / losses[0] - 1) <= 0.01)
            seen.add(text)
            assert html.escape(text) in panel.summary.value
    assert len(seen) == 40
    assert any("barely moved" in text for text in seen)
    panel.close()


def test_the_valley_stays_true_beyond_all_numbers():
    panel = learning_rate.valley(learning_rate=10, curvature=50, steps=200)
    assert "nan" not in str(panel)
    assert "it diverges" in str(panel)
    for head in panel.artists.heads:
        assert np.isfinite(np.array(head.get_data(), float)).all()
    # Nothing sits in the valley's middle, as if it had arrived.
    assert abs(panel.artists.heads[1].get_ydata()[0]) > 1e3
    assert all(text.get_text() for text in panel.artists.gone)
    panel.close()


# Threads


@pytest.mark.slow
def test_slider_messages_on_another_thread_while_a_cell_draws_with_pyplot(tmp_path):
    serial, panel = learning_rate.panel(epochs=6), learning_rate.panel(epochs=6)
    rates = itertools.islice(itertools.cycle(panel.knobs["learning_rate"].steps), 260)
    moves = [("learning_rate", rate) for rate in rates]
    # Another number of epochs makes the panel draw its background anew, ticks and all.
    moves += [("epochs", epochs) for epochs in (10, 3, 20, 6, 2, 30, 1, 10) * 5]
    serial.set(**dict(moves))
    errors = []

    def hand():
        try:
            for field, value in moves:
                slide(panel, field, value)
        except Exception as error:
            errors.append(error)

    with mpl.rc_context({"backend": "agg"}):
        thread = threading.Thread(target=hand)
        thread.start()
        drawn = 0
        while thread.is_alive() or drawn < 2:
            with mpl.rc_context({"font.size": 20, "axes.linewidth": 5, "lines.linewidth": 9}):
                figure = plt.figure()
                plt.semilogy([1, 2, 3], label=f"$x^{drawn}$")
                plt.title(f"$\\frac{{1}}{{{drawn}}}$")
                plt.savefig(tmp_path / "figure.png")
                plt.close(figure)
            drawn += 1
        thread.join()
    settle(panel)
    assert errors == []
    assert panel.message.value == ""
    assert panel.settings == serial.settings
    assert str(panel) == str(serial)
    assert panel.image.value == serial.image.value
    serial.close()
    panel.close()


def test_a_move_is_not_lost_while_the_panel_moves_its_own_controls(panel):
    # The other thread holds the lock and has muted the controls, as in the middle of a redraw.
    with panel.lock:
        panel.muted = True
        thread = threading.Thread(target=slide, args=(panel, "rate", 6.3))
        thread.start()
        wait_for(lambda: panel.knobs["rate"].value == 6.3)
        thread.join(0.1)
        panel.muted = False
    thread.join()
    settle(panel)
    assert str(panel) == "10 points at 6.3, shown to 10."


# Closing


@pytest.mark.parametrize("make", MAKERS)
def test_a_panel_that_is_not_shown_goes_with_its_last_name(make):
    gc.collect()
    before = live_widgets()
    panel = make(**({} if make is learning_rate.valley else {"epochs": 2}))
    assert live_widgets() > before
    gone = weakref.ref(panel)
    del panel
    gc.collect()
    assert gone() is None
    assert live_widgets() == before


def test_close_can_be_called_twice_and_leaves_the_text(panel):
    panel.close()
    panel.close()
    assert panel.closed
    assert str(panel) == "10 points at 1, shown to 10."


# The page


@pytest.mark.parametrize("make", MAKERS)
def test_bundle_has_text_picture_and_view(make):
    panel = make(**({} if make is learning_rate.valley else {"epochs": 2}))
    bundle = panel._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/png", LIVE_VIEW}
    assert bundle["text/plain"] == repr(panel)
    png = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    width, height = panel.figure.get_size_inches()
    assert png.size == (round(100 * width), round(100 * height))
    assert png.size == (int(panel.image.width), int(panel.image.height))
    assert bundle[LIVE_VIEW]["model_id"] == panel.box.model_id
    panel.close()
    closed = panel._repr_mimebundle_()
    assert set(closed) == {"text/plain", "image/png"}
    assert closed["image/png"] == bundle["image/png"]


def test_a_panel_that_is_not_shown_has_no_part_in_the_browser(panel):
    assert panel.stage is None
    panel._repr_mimebundle_()
    part = panel.stage
    assert part in panel.box.children
    panel._repr_mimebundle_()
    assert panel.stage is part
    panel.close()
    assert part.comm is None


def test_a_closed_panel_gets_no_part_in_the_browser(panel):
    panel.close()
    panel._repr_mimebundle_()
    assert panel.stage is None


@pytest.mark.parametrize("width", [150, 291, 300, 600])
def test_the_picture_is_as_fine_as_the_screen_and_the_same_size_on_the_page(panel, width):
    panel._repr_mimebundle_()
    panels.put_on_screen(panel, width)
    assert panels.pixels(panel).shape == (2 * width // 3, width, 3)
    png = Image.open(io.BytesIO(base64.b64decode(panel.bundle()["image/png"])))
    assert png.size == (300, 200)
    assert panel.image.width == "300"


def test_classes_for_style_sheets_and_tests(panel):
    names = {name for part in page.family(panel.box) for name in getattr(part, "_dom_classes", ())}
    assert names >= {
        "knobs-panel", "knobs-picture", "knobs-summary", "knobs-message", "knobs-pin",
        "knobs-reset", "knobs-stop", "knobs-play", "knobs-progress", "knob-time",
        "knob-rate", "knob-n", "knob-seed", "knob-mode",
    }  # fmt: skip


class Kernel:
    """Stands in for the kernel: says which cell runs."""

    def __init__(self):
        self.request, self.executions = {}, 0

    def run(self, cell, code=""):
        """Begin to run a cell; every call is another execution."""
        self.executions += 1
        self.request = {
            "metadata": {"cellId": cell} if cell else {},
            "content": {"code": code},
            "header": {"msg_id": f"execution {self.executions}"},
        }

    def get_parent(self):
        return self.request


@pytest.fixture
def kernel(monkeypatch):
    kernel = Kernel()
    shell = SimpleNamespace(kernel=kernel, user_ns={"Out": {}}, user_ns_hidden={})
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    monkeypatch.setattr(page, "shown", {})
    return kernel


def show(thing):
    thing._repr_mimebundle_()
    return thing


def test_running_a_cell_again_closes_what_it_showed(fake, kernel):
    kernel.run("a")
    first, second = show(fake.panel()), show(fake.panel())
    kernel.run("b")
    other = show(fake.panel())
    kernel.run("a")
    third = show(fake.panel())
    assert [p.closed for p in (first, second, other, third)] == [True, True, False, False]
    kernel.run("a")
    assert LIVE_VIEW in third._repr_mimebundle_()
    assert not third.closed
    third.close()
    other.close()


def test_a_panel_shown_in_two_cells_lives_until_both_show_something_else(fake, kernel):
    kernel.run("a")
    panel = show(fake.panel())
    show(panel)
    kernel.run("b")
    show(panel)
    kernel.run("a")
    next_a = show(fake.panel())
    assert not panel.closed
    kernel.run("b")
    next_b = show(fake.panel())
    assert panel.closed
    next_a.close()
    next_b.close()
    assert [things for _, things in page.shown.values()] == [[], []]


def test_where_cells_have_no_id_their_code_names_them(fake, kernel):
    kernel.run(None, "panel()")
    first = show(fake.panel())
    kernel.run(None, "panel(3)")
    second = show(fake.panel())
    kernel.run(None, "panel()")
    third = show(fake.panel())
    assert (first.closed, second.closed) == (True, False)
    second.close()
    third.close()


def test_what_is_shown_lives_without_a_name_and_what_was_closed_leaves_no_result(fake, kernel):
    shell = IPython.get_ipython()
    kernel.run("a")
    gone = weakref.ref(show(fake.panel()))
    gc.collect()
    assert gone() is not None
    shell.user_ns["Out"][1] = shell.user_ns_hidden["_1"] = gone()
    kernel.run("a")
    again = show(fake.panel())
    gc.collect()
    assert gone() is None
    assert shell.user_ns["Out"] == {}
    again.close()


def test_outside_a_notebook_nothing_is_kept(fake, monkeypatch):
    monkeypatch.setattr(page, "shown", {})
    show(fake.panel()).close()
    assert page.shown == {}
