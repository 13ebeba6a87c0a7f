"""A hand that touches the picture: where it is in the units of an axes, and what that moves."""

from types import SimpleNamespace

import numpy as np
import pytest
from panels import Fake, in_picture, touch

from widgets.knobs import drawn, int_slider
from widgets.panel import Panel
from widgets.touch import to_time


def to_height(touch):
    """Drag the curve; the knob rate does the same."""
    return {"rate": touch.y / touch.start[1] * touch.settings["rate"]}


def to_count(touch):
    """Go to so many points; the knob n does the same."""
    return {"n": float(round(touch.x))}


def nowhere(touch):
    """Touch without an answer."""
    return {}


class Touched(Fake):
    """The fake panel, whose curve can be touched."""

    def __init__(self, touch):
        super().__init__()
        self.touch = touch

    def panel(self, **settings):
        panel = super().panel(**settings)
        panel.figure.axes[0].set_label("curve")
        panel.touch = self.touch
        return panel


@pytest.fixture
def panel():
    panel = Touched({"curve": to_height}).panel()
    yield panel
    panel.close()


def test_what_is_dragged_goes_with_the_pointer(panel):
    touch(panel, "curve", (100, 1.0), (100, 10.0))
    assert panel.settings["rate"] == 10
    touch(panel, "curve", (100, 10.0), (100, 1.0), (300, 100.0))
    assert panel.settings["rate"] == 100
    # Only values that the hand can reach by the knob as well.
    touch(panel, "curve", (100, 1.0), (100, 1.03))
    assert panel.settings["rate"] == 100
    touch(panel, "curve", (100, 1.0), (100, 1e6))
    assert panel.settings["rate"] == 1000


def test_what_counts_is_moved_by_whole_numbers(panel):
    panel.touch = {"curve": to_count}
    touch(panel, "curve", (3.0, 1.0))
    assert panel.settings["n"] == 3
    assert type(panel.settings["n"]) is int


def test_time_goes_where_the_pointer_is(panel):
    panel.touch = {"curve": to_time}
    touch(panel, "curve", (3.2, 1.0))
    assert panel.settings["time"] == 3
    assert panel.clock.value == 3
    touch(panel, "curve", (3, 1.0), (7, 1.0), (-50, 1.0))
    assert panel.settings["time"] == 0
    touch(panel, "curve", (400, 1.0))
    assert panel.settings["time"] == 10
    assert panel.time is None


def test_a_touch_without_an_answer_moves_nothing(panel):
    before = panel.settings, panel.image.value
    panel.touch = {"curve": nowhere}
    touch(panel, "curve", (3, 1.0), (7, 1.0))
    assert (panel.settings, panel.image.value) == before


def test_the_page_is_told_where_and_what(panel):
    (area,) = panel.areas()
    assert area["name"] == "curve"
    assert np.allclose(area["box"], [0.1, 0.1, 0.8, 0.8])
    assert area["help"] == "Drag the curve; the knob rate does the same."


def test_the_stage_answers_every_touch(panel):
    panel._repr_mimebundle_()
    said = []
    panel.stage.send = lambda message, buffers=None: said.append(message)
    point = in_picture(panel, "curve", (100, 1.0))
    for phase in ("down", "move"):
        message = {"name": "curve", "phase": phase, "x": point[0], "y": point[1]}
        panel.stage._handle_custom_msg({"touch": message}, [])
    assert said.count({"touched": True}) == 2
    assert isinstance(panel, Panel)


# --- strokes: what is drawn ----------------------------------------------------------------------


def points_in(text):
    """The points that a drawn text writes down."""
    return [tuple(map(float, part.split(","))) for part in text.split()]


def to_line(touch):
    """Draw a line; the knob n counts its points."""
    end = " 0,0" if touch.over else ""
    return {"line": " ".join(f"{x:.0f},{y:.3g}" for x, y in touch.path) + end}


@pytest.fixture
def pad():
    """A panel of what was drawn; it counts the points."""
    knobs = [drawn("line", "line", points_in), int_slider("n", "n", "Nothing", 1, 5, 1)]
    computed = []

    def draw(figure):
        figure.add_axes([0.1, 0.1, 0.8, 0.8], xlim=(0, 10), ylim=(0, 1), label="pad")
        return SimpleNamespace()

    def compute(settings, progress):
        computed.append(settings["line"])
        return len(points_in(settings["line"]))

    panel = Panel(
        knobs, compute, draw, lambda *shown: None, lambda result, moment: f"{result} points",
        (3, 2), {}, touch={"pad": to_line},
    )  # fmt: skip
    panel.was_computed = computed
    yield panel
    panel.close()


def test_a_stroke_has_all_points_where_the_pointer_was(pad):
    place = lambda x, y: tuple(in_picture(pad, "pad", (x, y)))  # noqa: E731
    pad.on_touch("pad", "down", *place(1, 0.5))
    assert pad.settings["line"] == "1,0.5"
    pad.on_touch("pad", "move", *place(4, 0.5), [place(2, 0.25), place(3, 0.75)])
    assert pad.settings["line"] == "1,0.5 2,0.25 3,0.75 4,0.5"
    assert str(pad) == "4 points"
    pad.on_touch("pad", "up", *place(4, 0.5))
    assert pad.settings["line"] == "1,0.5 2,0.25 3,0.75 4,0.5 0,0"
    pad.on_touch("pad", "down", *place(7, 0.5))
    assert pad.settings["line"] == "7,0.5"
    assert pad.message.value == ""


def test_what_was_drawn_is_a_plain_setting(pad):
    pad.set(line="1,2 3,4")
    assert str(pad) == "2 points"
    with pytest.raises(ValueError, match="line must be a text that was drawn, got 'scribble'"):
        pad.set(line="scribble")
    with pytest.raises(ValueError, match="line must be a text that was drawn, got 3"):
        pad.set(line=3)
    assert pad.settings["line"] == "1,2 3,4"
    assert pad.knobs["line"].control.layout.display == "none"


def test_to_take_the_pointer_up_trains_nothing_anew(panel):
    touch(panel, "curve", (100, 1.0), (100, 10.0))
    before = panel.settings, panel.job, panel.result
    panel.on_touch("curve", "up", *in_picture(panel, "curve", (100, 10.0)))
    assert (panel.settings, panel.job, panel.result) == before


def test_what_was_drawn_has_a_place_of_its_own_and_no_neighbors(pad):
    keys = []
    for line in ("1,2", "1,2 3,4"):
        pad.set(line=line)
        keys.append(pad.key(pad.settings, None))
    assert keys[0] != keys[1]
    assert list(pad.neighbors("line")) == []
    assert [place.settings["n"] for place in pad.neighbors("n")] == [2, 3, 4, 5]
