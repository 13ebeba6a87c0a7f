"""The pad: a digit is drawn, brought to the size of a scan, and read while the pen moves."""

from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace

import numpy as np
from matplotlib.colors import to_rgb

from lessons import data, predict, train
from lessons.engines import engine_at_hand
from lessons.experiments.digits.drawing import (
    PAD,
    PLACINGS,
    bitmap,
    counted,
    from_text,
    place,
    to_text,
)
from lessons.experiments.digits.hand import EACH, stored
from lessons.experiments.digits.varied import NETWORK
from lessons.numerals import percent
from widgets.artists import PixelMap, words
from widgets.digits.cells import pixels
from widgets.knobs import choice, drawn, float_slider, int_slider, name_slider
from widgets.panel import Panel
from widgets.style import BLACK, BLUE, GRAY, GREEN, LIGHT, RED, SMALL
from widgets.touch import thinned

SIZE = 8.6, 3.6
BLOCKS = (0, 0, 345, 360), (345, 0, 595, 360), (595, 0, 860, 360)
OWN, NOTHING = "own", "nothing"
# Points that are closer than this, in parts of the pad, are one; more than so many are too many.
APART, MOST = 0.015, 3000
DRAWINGS = {f"{digit}, no. {k % EACH + 1}": f"{digit}-{k % EACH + 1}"
            for k, (digit, _) in enumerate(stored())}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Result:
    """A drawing, and how it is read.

    Attributes: strokes, in parts of the pad; dots, (32, 32); image, (64,), as the network gets it;
    probabilities, (10,); digit, that is meant; own, whether a hand of today drew it.
    """

    strokes: list
    dots: np.ndarray
    image: np.ndarray
    probabilities: np.ndarray
    digit: int
    own: bool

    @property
    def outcome(self):
        """How it is read, for a comparison with other settings."""
        return reading(self) if self.strokes else "nothing was drawn"


@cache
def trained():
    """Return a network that has learned scans, for a pad that was given none."""
    return train(NETWORK, data.digits(), engine_at_hand(), None, "fit")


def pad(run=None, lang="en", **settings):
    """Draw a digit, and see how a network reads it.

    Parameters: run, a Run on the digits, or what `lessons.load` has read; without one a network of
    64 units is trained. settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> drawing = pad()
    >>> drawing
    Stored drawing of 8: read as 3, wrongly.
    >>> drawing.close()
    """
    network = run or trained()
    if network.params[0].W.shape[0] != 64 or len(network.params[-1].b) != 10:
        raise ValueError("run must have learned the digits: 64 inputs and 10 classes")
    knobs = [
        name_slider("drawing", "drawing", "Yours, or one of 100 that are stored",
                    {"your own": OWN, "nothing": NOTHING} | DRAWINGS, "8-6", 272),
        choice("placing", "brought to 8 × 8", "What is done with the drawing before it is read",
               PLACINGS, "boxed", 190),
        float_slider("pen", "pen", "Thickness of the line, in dots of the bitmap", 1, 10, 5, 0.5,
                     155),
        int_slider("meant", "you mean", "Which digit your own drawing is to be read as", 0, 9, 4,
                   186),
        drawn("strokes", "strokes", checked_strokes),
    ]  # fmt: skip

    def compute(settings, progress):
        return read(network, settings)

    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings, brief=brief,
        touch={"pad": to_stroke, "clear": to_nothing, "undo": to_one_less}, blocks=BLOCKS,
        # The last in its row: nothing moves when it comes or goes.
        idle=lambda settings: () if settings["drawing"] == OWN else ("meant",),
    )  # fmt: skip


def checked_strokes(text):
    """Raise ValueError for a text that is no drawing, or an endless one."""
    if sum(map(len, from_text(text))) > MOST:
        raise ValueError(f"a drawing must have at most {MOST} points")


# --- what the hand does -------------------------------------------------------------------------


def to_stroke(touch):
    """Draw here with mouse, finger or pen; the knob drawing does the same."""
    stroke = np.clip(thinned(touch.path, APART), 0, 1)
    strokes = [*own_strokes(touch.settings), to_text([stroke])]
    text = ";".join(strokes)
    if text.count(" ") > 2 * MOST - 10:
        return {}
    return {"drawing": OWN, "strokes": text}


def to_nothing(touch):
    """Wipe the pad; the knob drawing does the same."""
    return {"drawing": NOTHING}


def to_one_less(touch):
    """Take the last stroke back; the knob drawing does the same."""
    strokes = own_strokes(touch.settings)
    return {"drawing": OWN, "strokes": ";".join(strokes[:-1])} if strokes else {}


def own_strokes(settings):
    """Return the strokes of the hand, each as text, if it is they that are shown."""
    own = settings["drawing"] == OWN and settings["strokes"]
    return settings["strokes"].split(";") if own else []


# --- compute ------------------------------------------------------------------------------------


def read(network, settings):
    """Bring the drawing to 8 × 8, and ask the network."""
    name, digit = settings["drawing"], settings["meant"]
    text = {OWN: settings["strokes"], NOTHING: ""}.get(name)
    if text is None:
        digit, number = map(int, name.split("-"))
        text = stored()[EACH * digit + number - 1][1]
    strokes = from_text(text)
    dots = bitmap(place(strokes, settings["placing"], settings["pen"]), settings["pen"])
    image = counted(dots)
    probabilities = predict(network.params, network.config, image[None])[0]
    return Result(strokes, dots, image, probabilities, digit, name == OWN)


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: the pad, the bitmap and the scan, and the probabilities."""
    axes = figure.add_axes([30 / 860, 35 / 360, 280 / 860, 280 / 360])
    axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[], label="pad", aspect="equal")
    for side in axes.spines.values():
        side.set(visible=True, color=GRAY)
    axes.text(0, 1.03, "Draw a digit here", transform=axes.transAxes)
    words_below(figure, axes)
    images = []
    for bottom, name in ((190, "32 × 32 dots, on or off"), (22, "8 × 8 counts: what is read")):
        small = figure.add_axes([400 / 860, bottom / 360, 136 / 860, 136 / 360])
        small.set(xticks=[], yticks=[], xlim=(0, 8), ylim=(0, 8), aspect="equal")
        for side in small.spines.values():
            side.set(visible=True, color=LIGHT)
        small.text(0, 1.04, name, transform=small.transAxes, fontsize=SMALL)
        image = PixelMap(small)
        image.smooth = False
        images.append(image)
    return SimpleNamespace(
        line=PixelMap(axes), images=images, bars=draw_bars(figure),
        hint=words(axes, 0.5, 0.5, color=GRAY, ha="center", va="center"),
    )  # fmt: skip


def words_below(figure, axes):
    """Make the words that can be touched below the pad."""
    for left, name in ((30, "clear"), (100, "undo")):
        button = figure.add_axes([left / 860, 6 / 360, 62 / 860, 22 / 360], label=name)
        button.set(xticks=[], yticks=[])
        for side in button.spines.values():
            side.set(visible=True, color=LIGHT)
        button.text(0.5, 0.5, name, ha="center", va="center", fontsize=SMALL)


def draw_bars(figure):
    """Make the artists of the ten probabilities."""
    axes = figure.add_axes([650 / 860, 35 / 360, 150 / 860, 280 / 360])
    axes.set(xlim=(0, 1), ylim=(9.5, -0.5), xticks=[0, 0.5, 1], yticks=range(10))
    axes.set_xticklabels(["0%", "50%", "100%"])
    axes.tick_params(axis="y", length=0)
    axes.text(0, 1.03, "Probability", transform=axes.transAxes)
    return SimpleNamespace(
        bars=list(axes.barh(range(10), np.zeros(10), height=0.7, color=BLUE)),
        numbers=[words(axes, 0, k, fontsize=SMALL, va="center") for k in range(10)],
        pinned=axes.plot([], [], "o", color=GRAY, ms=6, mfc="none", clip_on=False)[0],
        note=words(axes, 1, 1.03, transform=axes.transAxes, fontsize=SMALL, color=GRAY,
                   ha="right"),
        meant=axes.plot([], [], ">", color=BLACK, ms=6, clip_on=False)[0],
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to a drawing."""
    artists.line.set_data(sheet(result.strokes))
    artists.hint.set_text("" if result.strokes else "draw, or choose a drawing above")
    artists.images[0].set_data(pixels(result.dots.ravel().astype(float)))
    artists.images[1].set_data(pixels(result.image))
    bars, answer = artists.bars, int(result.probabilities.argmax())
    blank = not result.strokes
    for k, (bar, number) in enumerate(zip(bars.bars, bars.numbers, strict=True)):
        share = 0.0 if blank else float(result.probabilities[k])
        bar.set_width(share)
        bar.set_color(GREEN if k == result.digit else BLUE)
        number.set_text("" if blank else percent(share))
        number.set_position((share + 0.03, k))
        number.set_fontweight("bold" if k == answer else "normal")
        right = GREEN if answer == result.digit else RED
        number.set_color(right if k == answer else BLACK)
    bars.meant.set_data([-0.14], [result.digit])
    bars.pinned.set_data((pinned.probabilities, range(10)) if pinned else ([], []))
    bars.note.set_text("○ pinned" if pinned else "")


def sheet(strokes):
    """Return the pixels of what was drawn, (140, 140, 3), the lowest row first."""
    side = PAD // 2
    dark = np.zeros((side, side), bool)
    for stroke in strokes:
        for x, y in (side * along(stroke)).astype(int):
            dark[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3] = True
    ink, paper = (255 * np.array(to_rgb(color)) for color in (BLACK, "white"))
    return np.where(dark[..., None], ink, paper).astype(np.uint8)


def along(stroke):
    """Return so many points of a stroke that a line without gaps passes through them."""
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    at = np.concatenate([[0], np.cumsum(lengths)])
    steps = np.linspace(0, at[-1], max(2, int(at[-1] * PAD / 2)))
    return np.column_stack([np.interp(steps, at, stroke[:, k]) for k in (0, 1)])


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say how the drawing is read, and how surely."""
    return f"{what(result)}: {reading(result)}." if result.strokes else "Nothing is drawn yet."


def what(result):
    return "Your drawing" if result.own else "Stored drawing"


def reading(result):
    """Say the most probable digits."""
    order = np.argsort(-result.probabilities, kind="stable")
    first, second = (f"{k} with {percent(result.probabilities[k])}" for k in order[:2])
    verdict = "which was meant" if order[0] == result.digit else f"{result.digit} was meant"
    return f"read as {first}, {verdict}; then {second}"


def brief(result, moment):
    """Say only as what it is read: probabilities depend on the last digits."""
    if not result.strokes:
        return describe(result, moment)
    answer = int(result.probabilities.argmax())
    right = "rightly" if answer == result.digit else "wrongly"
    return f"{what(result)} of {result.digit}: read as {answer}, {right}."
