"""Groups of knobs that fold away: what is hidden counts all the same, and stays as it was left."""

import ipywidgets
import pytest
from panels import Fake, slide

from widgets import groups
from widgets.panel import Panel

GROUPS = {"data": ["n", "seed"], "training": ["mode"]}


@pytest.fixture(autouse=True)
def all_folded(monkeypatch):
    monkeypatch.setattr(groups, "opened", set())


@pytest.fixture
def make(monkeypatch):
    """A function that makes a panel with groups, closed at the end."""
    made = []

    def make(**settings):
        knobs = {"groups": GROUPS}
        monkeypatch.setattr("panels.Panel", lambda *a, **k: Panel(*a, **k, **knobs))
        made.append(Fake().panel(**settings))
        return made[-1]

    yield make
    for panel in made:
        panel.close()


def seen(panel):
    """The knobs that the page shows."""

    def within(widget):
        if widget.layout.display == "none":
            return
        yield widget
        for child in getattr(widget, "children", ()):
            yield from within(child)

    shown = list(within(panel.box))
    return [field for field, knob in panel.knobs.items() if knob.control in shown]


def buttons(panel):
    return {group.name: group.button for group in panel.groups}


def test_at_first_only_the_knobs_of_no_group_are_seen(make):
    panel = make()
    assert seen(panel) == ["rate"]
    assert list(buttons(panel)) == ["data", "training"]


def test_each_button_shows_and_hides_its_knobs(make):
    panel = make()
    buttons(panel)["data"].value = True
    assert seen(panel) == ["rate", "n", "seed"]
    buttons(panel)["training"].value = True
    assert seen(panel) == ["rate", "n", "seed", "mode"]
    buttons(panel)["data"].value = False
    assert seen(panel) == ["rate", "mode"]


def test_a_panel_made_again_finds_them_as_they_were_left(make):
    buttons(make())["training"].value = True
    again = make()
    assert seen(again) == ["rate", "mode"]
    buttons(again)["training"].value = False
    assert seen(make()) == ["rate"]


def test_folded_knobs_count_and_can_be_set_by_words_and_by_reset(make):
    panel = make(n=20)
    assert panel.settings["n"] == 20
    assert "20 points" in str(panel)
    panel.set(n=5)
    slide(panel, "seed", 3)
    panel.reset.click()
    assert (panel.settings["n"], panel.settings["seed"]) == (20, 0)
    assert seen(panel) == ["rate"]


def test_to_fold_trains_nothing(make):
    panel = make()
    before = panel.result
    buttons(panel)["data"].value = True
    assert panel.result is before


def test_every_knob_stands_once_on_the_page_and_a_plain_panel_has_no_buttons(make):
    def controls(widget):
        yield from (widget,) if not hasattr(widget, "children") else ()
        for child in getattr(widget, "children", ()):
            yield from controls(child)

    panel = make()
    on_page = list(controls(panel.box))
    assert all(on_page.count(knob.control) == 1 for knob in panel.knobs.values())
    plain = Panel(
        list(panel.knobs.values())[:1], lambda settings, progress: settings, lambda figure: [],
        lambda *shown: None, lambda *shown: "", (3, 2), {},
    )  # fmt: skip
    kinds = [type(widget) for widget in controls(plain.box)]
    assert kinds.count(ipywidgets.ToggleButton) == 1  # Pin
    plain.close()


def test_a_closed_panel_leaves_no_group_behind(make):
    panel = make()
    group = panel.groups[0]
    panel.close()
    assert group.button.comm is None
