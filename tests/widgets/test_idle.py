"""Knobs that change nothing where the others are: hidden from everyone, and yet there."""

import json

import pytest
from panels import Fake, slide


def idle_of(settings):
    """In mode "slow" the height counts, else the seed does."""
    return ("seed",) if settings["mode"] == "slow" else ("rate",)


@pytest.fixture
def fake():
    return Fake()


@pytest.fixture
def panel(fake):
    fake.gate.set()
    fake.idle = idle_of
    made = fake.panel()
    yield made
    made.close()


def hidden(panel):
    """The knobs that the page does not show."""
    return [name for name, knob in panel.knobs.items() if knob.control.layout.display == "none"]


def test_a_panel_hides_what_does_not_count_however_its_knobs_are_moved(panel):
    assert hidden(panel) == ["rate"]
    slide(panel, "mode", "slow")
    assert hidden(panel) == ["seed"]
    panel.set(mode="plain")
    assert hidden(panel) == ["rate"]
    panel.set(mode="slow")
    panel.reset.click()
    assert hidden(panel) == ["rate"]
    panel.move({"mode": "slow"})
    assert hidden(panel) == ["seed"]


def test_a_panel_that_says_nothing_hides_nothing(fake):
    panel = fake.panel()
    assert hidden(panel) == []
    panel.close()


def test_knobs_are_hidden_before_a_long_run_is_done(panel, fake, monkeypatch):
    monkeypatch.setattr("widgets.panel.LIVE_SECONDS", 0)
    fake.gate.clear()
    panel.long = True
    slide(panel, "mode", "slow")
    assert panel.job and hidden(panel) == ["seed"]
    fake.gate.set()


def test_what_is_hidden_keeps_its_value_and_stays_in_settings_and_keys(panel):
    panel.set(rate=20.0, seed=3, mode="slow")
    panel.set(mode="plain")
    settings = panel.settings
    assert (settings["rate"], settings["seed"]) == (20.0, 3)
    positions = json.loads(panel.key(panel.computed, None))[0]
    assert positions == ["20", 10, 3, "plain"]
    slide(panel, "mode", "slow")
    assert panel.knobs["rate"].value == 20.0


def test_a_hidden_knob_can_be_set_and_is_checked(panel):
    panel.set(rate=5.0)
    assert panel.settings["rate"] == 5.0 and hidden(panel) == ["rate"]
    with pytest.raises(ValueError, match="rate must be"):
        panel.set(rate=-1)


def test_reset_moves_what_is_hidden_too(panel):
    panel.set(rate=5.0)
    panel.reset.click()
    assert panel.settings["rate"] == 1.0


def test_a_pinned_setting_differs_by_knobs_that_count_in_both(panel):
    panel.set(pinned={"rate": 5.0, "seed": 2})
    assert panel.pinned_beside(panel.computed).differences == ("seed = 2",)
    assert panel.pinned_settings["rate"] == 5.0
    panel.set(mode="slow")
    assert panel.pinned_beside(panel.computed).differences == ("mode = plain",)


# What a teacher hides or locks


def test_what_a_teacher_hides_is_set_and_not_shown(fake):
    panel = fake.panel(seed=4, hide=["seed", "mode"])
    assert hidden(panel) == ["seed", "mode"]
    assert str(panel) == "10 points at 1, shown to 10."
    assert panel.settings["seed"] == 4
    assert panel.settings["hide"] == ["seed", "mode"]
    slide(panel, "n", 7)
    panel.reset.click()
    assert hidden(panel) == ["seed", "mode"]
    panel.set(hide=[])
    assert hidden(panel) == []
    assert "hide" not in panel.settings
    panel.close()


def test_what_is_idle_or_hidden_is_not_shown(fake):
    fake.idle = idle_of
    panel = fake.panel(hide=["seed"])
    assert hidden(panel) == ["rate", "seed"]
    panel.close()


def test_what_a_teacher_locks_is_shown_and_no_hand_moves_it(fake):
    panel = fake.panel(lock={"rate": 2.0, "seed": 3})
    assert hidden(panel) == []
    locked = [field for field, knob in panel.knobs.items() if knob.control.disabled]
    assert locked == ["rate", "seed"]
    assert panel.settings["lock"] == {"rate": 2.0, "seed": 3}
    assert str(panel) == "10 points at 2, shown to 10."
    panel.set(rate=5.0)
    assert panel.settings["lock"] == {"rate": 5.0, "seed": 3}
    panel.set(lock={})
    assert not any(knob.control.disabled for knob in panel.knobs.values())
    panel.close()


@pytest.mark.parametrize("settings", [{"hide": ["rate"]}, {"lock": {"n": 10}}, {}])
def test_a_panel_of_its_settings_is_the_same_panel(fake, settings):
    panel = fake.panel(**settings)
    other, opened = fake.panel(**panel.settings), fake.panel(n=3, hide=["mode"], lock={"seed": 2})
    opened.open(panel.link())
    assert panel.settings == other.settings == opened.settings
    assert hidden(panel) == hidden(other) == hidden(opened)
    for each in (panel, other, opened):
        each.close()


@pytest.mark.parametrize("fixed", [{"hide": ["rate"]}, {"lock": {"rate": 2.0}}])
def test_a_hand_on_the_picture_moves_only_what_it_may(fake, fixed):
    panel = fake.panel(rate=2.0, **fixed)
    assert panel.possible({"rate": 100.0, "n": 7, "time": 3}) == {"n": 7, "time": 3}
    panel.close()
