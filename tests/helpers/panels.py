"""What the tests of panels share: a cheap panel to play with, and how to look at one."""

import gc
import io
import itertools
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
from ipywidgets.widgets import widget
from matplotlib.transforms import Bbox
from PIL import Image

from lessons import Progress, data
from widgets.artists import Words, words
from widgets.knobs import choice, int_slider, log_slider
from widgets.panel import Panel

MODES = ("plain", "slow", "compute fails", "update fails", "describe fails", "frame fails")
DEADLINE = 20


class Fake:
    """A panel whose curve is n points of one height, and that fails or waits when told to.

    In mode "slow" it computes until the event `gate` is set, or until it is cancelled.
    """

    def __init__(self):
        self.gate = threading.Event()
        self.computed = []
        self.idle = None

    def panel(self, **settings):
        knobs = [
            log_slider("rate", "rate", "Height of the curve", 1e-3, 1e3, 1.0),
            int_slider("n", "n", "Points", 1, 500, 10),
            int_slider("seed", "seed", "Nothing", 0, 9, 0),
            choice("mode", "mode", "What goes wrong", MODES, "plain"),
        ]
        return Panel(
            knobs, self.compute, self.draw, self.update, self.describe, (3, 2), settings,
            steps=lambda settings: settings["n"], frame=self.frame, idle=self.idle,
        )  # fmt: skip

    def compute(self, settings, progress: Progress):
        self.computed.append(settings)
        fail_if(settings, "compute fails")
        if settings["mode"] == "slow":
            progress.report(1, 4)
            while not self.gate.wait(0.002) and not progress.cancelled:
                pass
        return SimpleNamespace(settings=settings, stopped=progress.cancelled)

    def frame(self, result, moment):
        fail_if(result.settings, "frame fails")
        return moment

    def draw(self, figure):
        axes = figure.add_axes([0.1, 0.1, 0.8, 0.8])
        axes.set(xlim=(0, 500), ylim=(1e-3, 1e3), yscale="log")
        lines = [axes.plot([], [])[0] for _ in range(3)]
        return SimpleNamespace(curve=lines[0], now=lines[1], ghost=lines[2], text=words(axes, 0, 1))

    def update(self, artists, result, moment, pinned):
        fail_if(result.settings, "update fails")
        for line, shown in ((artists.curve, result), (artists.ghost, pinned)):
            n, rate = (shown.settings["n"], shown.settings["rate"]) if shown else (0, 1)
            line.set_data(np.arange(n), np.full(n, rate))
        artists.now.set_data([moment, moment], [1e-3, 1e3])
        artists.text.set_text(f"{result.settings['rate']:.3g}")

    def describe(self, result, moment):
        fail_if(result.settings, "describe fails")
        settings = result.settings
        stopped = ", stopped by hand" if result.stopped else ""
        return f"{settings['n']} points at {settings['rate']:.3g}, shown to {moment}{stopped}."


def fail_if(settings, mode):
    if settings["mode"] == mode:
        raise ZeroDivisionError(f"{mode} <here>")


def slide(panel, field, value):
    """Do what the page does when a hand moves a knob, to a value that the hand can reach."""
    panel.knobs[field].control.value = value


def kept(make, scope="module", **settings):
    """A fixture: one panel for all tests of a file, or of another scope, closed at the end."""

    @pytest.fixture(scope=scope)
    def made(compiled):
        panel = make(**settings)
        yield panel
        panel.close()

    return made


def xy(line):
    """Where the points of a line are, in its data."""
    return np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)


def in_picture(panel, name, point):
    """A point in the data of an axes, as the page tells it: in parts of the picture."""
    axes = next(axes for axes in panel.figure.axes if axes.get_label() == name)
    return axes.transData.transform(point) / panel.figure.bbox.size


def touch(panel, name, *points):
    """Put a pointer down on an axes, by its label, and move it to further points, in its data."""
    for k, point in enumerate(points):
        panel.on_touch(name, "move" if k else "down", *in_picture(panel, name, point))
    assert panel.message.value == ""


def wait_for(condition):
    """Wait until a condition holds that another thread brings about."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def settle(panel):
    """Wait until a panel has nothing left to do."""

    def idle():
        with panel.lock:
            return panel.job is None

    wait_for(idle)


def look(panel):
    """Everything a learner and a reader get to see, to be compared."""
    return (panel.image.value, panel.summary.value, str(panel), repr(panel), panel.settings)


def pixels(panel):
    """The picture on the page, as an array."""
    return np.array(Image.open(io.BytesIO(panel.image.value)))


def put_on_screen(panel, pixels):
    """Show the picture on a page that has so many pixels of the screen for it, or a sharper one."""
    own = panel.picture.shape["width"]
    with panel.stage.hold_trait_notifications():
        panel.stage.set_trait("room", min(pixels, own))
        panel.stage.set_trait("ratio", max(1, pixels / own))


def live_widgets():
    """How many widgets Jupyter's registry holds."""
    gc.collect()
    return len(widget._instances)


def blobs(classes, features=2, n=60, seed=0):
    """Your own data: so many classes, so many features."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % classes
    X = rng.normal(size=(n, features)) + 3 * rng.normal(size=(classes, features))[y]
    return data.from_arrays(X, y, seed=seed)


def check_words(panel):
    """Words stay in the picture, and apart from each other."""
    width, height = panel.figure.bbox.size
    renderer = panel.picture.canvas.get_renderer()
    shown = [t for t in panel.picture.moving if isinstance(t, Words) and t.get_text()]
    boxes = {text: text.get_window_extent(renderer) for text in shown}
    for text, box in boxes.items():
        inside = 0 <= box.x0 < box.x1 <= width and 0 <= box.y0 < box.y1 <= height
        assert inside, f"{text.get_text()!r} at {box}: {panel.settings}"
    for one, other in itertools.combinations(boxes, 2):
        both = Bbox.intersection(boxes[one], boxes[other])
        apart = both is None or min(both.width, both.height) <= 3
        assert apart, f"{one.get_text()!r}, {other.get_text()!r}: {panel.settings}"


def check_answers(prediction, facts=()):
    """Every answer has a reply of its own, with all of the facts, and one of them is right."""
    replies = []
    for one in prediction.choices:
        prediction.choose(one.answer)
        replies.append(prediction.reply)
        assert prediction.reply.startswith("Right." if one.right else "Not quite.")
        assert all(fact in prediction.reply for fact in facts), prediction.reply
    assert len(set(replies)) == len(replies)
    assert sum(one.right for one in prediction.choices) == 1
    prediction.close()
