"""Colors: what is drawn stands out from its ground, in both styles and for every kind of eyes.

How an artist stands out is measured where it was drawn: it is put alone on its ground, which is
white paper with the maps and shades of the picture, and the pixels that it changed are compared
with what was there before, and with each other where they are at most two pixels apart, since a
halo sets a mark off as well. The sharpest of these contrasts counts, the full color of a stroke:
its edges are blurred, and nobody reads by them. Words need 4.5 : 1, marks 3 : 1, as WCAG 2.2 says.

Grounds are not asked to stand out: maps and shades, the lines of grids, and the gaps between cells.
"""

import itertools

import colors
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Patch
from matplotlib.text import Text
from panels import settle
from PIL import Image

from widgets import (
    activations,
    batch_normalization,
    batch_size,
    digits,
    epoch_batch_iteration,
    gradients,
    learning_rate,
    loss_functions,
    nine_steps,
    optimizers,
    overfitting,
    playground,
    regularization,
    schedules,
    search,
    style,
)
from widgets.artists import Layer, PixelMap, Words
from widgets.dark import GROUND, dark, darken
from widgets.epoch_batch_iteration import cells
from widgets.picture import is_empty, texts

WORDS, MARKS = 4.5, 3.0
# CIEDE2000: differences of 1 are just noticed, and of 10 seen at a glance.
APART = 11
# Fewer pixels than a dot has are the tip of something that lies outside.
DOT = 10
GROUNDS = {style.LIGHT, style.USED, "#ffffff"}
NAMES = {
    color: name for name, color in vars(style).items() if str(color).startswith("#")
} | {letters: style.ink(letters) for letters in style.INK.values()}  # fmt: skip

PANELS = {
    nine_steps.panel: [{"learning_rate": 3.0, "time": 3}, {"pinned": {"learning_rate": 0.01}}],
    epoch_batch_iteration.panel: [{"batch_size": 3}, {"batch_size": 7, "drop_last": True}],
    epoch_batch_iteration.gradients: [{"batch_size": 8, "pinned": {"batch_size": 9}}],
    epoch_batch_iteration.fits: [{"noise": 1.0, "samples": 6, "pinned": {"noise": 0.0}}],
    learning_rate.panel: [
        {"learning_rate": 1e3}, {"data": "digits", "epochs": 3, "pinned": {"learning_rate": 0.3}},
    ],
    learning_rate.valley: [{"learning_rate": 10.0}, {"pinned": {"curvature": 2}}],
    learning_rate.sweep: [{"activation": "tanh", "epochs": 5, "pinned": {"epochs": 2}}],
    batch_size.panel: [{"learning_rate": 10.0}, {"pinned": {"batch_size": 8}}],
    batch_size.noise: [{"batch_size": 1, "pinned": {"batch_size": 4}}],
    batch_size.paths: [{"learning_rate": 0.3, "pinned": {"batch_size": 4}}],
    batch_size.cost: [{"batch_size": 512, "pinned": {"width": 8}}],
    loss_functions.lines: [{"out": 8.0, "outliers": 12, "pinned": {"delta": 100.0}}],
    loss_functions.margin: [{"z": 2.0, "pinned": {"z": -2.0}}],
    loss_functions.panel: [
        {"samples": "training", "wrong": 0.2, "pinned": {"loss": "hinge"}},
        {"data": "wave", "wrong": 0.1, "loss": "mae"},
    ],
    activations.panel: [{"learning_rate": 20.0}, {"pinned": {"learning_rate": 0.01}}],
    activations.functions: [{"z": 6.0, "pinned": {"activation": "gelu"}}],
    activations.softmax: [{"shift": 120.0, "pinned": {"z1": -2}}, {"z2": 2.0}],
    optimizers.panel: [
        {"rates": "each at its best", "surface": "rosenbrock", "decay": 0.1},
        {"pinned": {"learning_rate": 0.1}},
    ],
    optimizers.momentum: [{"product": 4.2, "pinned": {"momentum": 0.9}}, {"method": "Nesterov"}],
    optimizers.memory: [{"forget": 0.001, "pinned": {"corrected": True}}],
    optimizers.rates: [{"epochs": 5, "l2": 0.01, "pinned": {"epochs": 2}}],
    schedules.panel: [
        {"schedule": "yours", "pinned": {"schedule": "cosine"}},
        {"data": "moons, noise 0.1", "learning_rate": 1.0, "noise": False, "batch_size": 500},
    ],
    schedules.compare: [{"updates": 100, "pinned": {"updates": 200}}],
    schedules.floor: [
        {"sigma": 3.0, "pinned": {"sigma": 1.0}},
        {"task": "network, noise stays", "updates": 300, "learning_rate": 0.032},
    ],
    search.grids: [
        {"response": "an idealized valley", "pinned": {"side": 5}},
        {"low": 1e-4, "place": "in the middles"},
    ],
    search.curse: [{"m": 20, "pinned": {"n": 10}}, {"differ": "the learning rate, too"}],
    gradients.chain: [
        {"activation": "relu", "init": "large_normal", "w": 1.4, "pinned": {"width": 16}},
    ],
    gradients.panel: [
        {"activation": "identity", "init": "he_normal", "learning_rate": 0.3},
        {"clip_value": 0.01, "time": 9, "pinned": {"activation": "tanh"}},
    ],
    gradients.symmetry: [{"init": "he_normal", "pinned": {"init": "zeros"}}],
    overfitting.panel: [
        {"capacity": 128, "norm": "high degrees costly", "pinned": {"n": 30}},
        {"model": "network", "epochs": 30},
    ],
    overfitting.learning: [{"units": 1, "epochs": 30, "pinned": {"units": 4}}],
    overfitting.stopping: [{"patience": 1, "epochs": 100, "pinned": {"patience": 5}}],
    overfitting.variance: [{"units": 1, "epochs": 30, "pinned": {"units": 4}}],
    regularization.minimum: [{"strength": 5.0, "pinned": {"strength": 0.1}}],
    regularization.zeros: [{"learning_rate": 0.9}, {"time": 20, "pinned": {"l1": 0.1}}],
    regularization.panel: [
        {"l1": 1.0}, {"l2": 0.0, "dropout": 0.9, "pinned": {"l2": 0.01}, "epochs": 50},
    ],
    regularization.strengths: [
        {"task": "digits", "against": "early stopping", "pinned": {"task": "spiral"}},
    ],
    regularization.decay: [{"l2": 0.001, "learning_rate": 1.0, "pinned": {"l2": 0.01}}],
    regularization.dropout: [
        {"dropout": 0.9, "depth": 4, "pinned": {"dropout": 0.5}}, {"depth": 1, "time": 3},
    ],
    batch_normalization.panel: [{"learning_rate": 100.0, "pinned": {"learning_rate": 1.0}}],
    batch_normalization.steps: [{"gamma": 4.0, "beta": 5.0}],
    batch_normalization.rates: [{"epochs": 5, "depth": 6, "pinned": {"epochs": 2}}],
    batch_normalization.modes: [{"batch_size": 1, "pinned": {"batch_size": 64}}],
    playground.panel: [
        {"data": "bumps", "val": True, "shown": "1.2", "pinned": {"learning_rate": 1.0}},
        {"layers": 6, "discrete": True, "f3": True, "seeds": True, "units3": 2, "time": 20},
        {"data": "painted", "brush": 3, "size": 1.0,
         "paint": "0 30 -150 150;1 30 150 150;2 30 150 -150;3 30 -150 -150"},
    ],
    digits.panel: [{"layers": 0, "learning_rate": 100.0}, {"truth": 1, "answer": 1, "pinned": {}}],
    digits.pad: [{"drawing": "nothing"}, {"placing": "as drawn", "pinned": {"pen": 2.0}}],
    search.panel: [
        {"right": -8, "seeds": 3, "epochs": 5, "pinned": {"learning_rate": 1.0, "epochs": 5}},
        {"data": "bumps", "up": "units", "seeds": 3, "epochs": 5}, {"seeds": 0},
    ],
}  # fmt: skip
SHOWN = [(make, settings) for make in PANELS for settings in ({}, *PANELS[make])]


def name_of(value):
    if callable(value):
        return f"{value.__module__.split('.')[1]}.{value.__name__}"
    return ",".join(value) or "first settings"


@pytest.fixture(scope="module", params=SHOWN, ids=lambda shown: "-".join(map(name_of, shown)))
def panel(request, compiled):
    make, settings = request.param
    shown = make(**settings)
    settle(shown)
    yield shown
    shown.close()


# --- contrast -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_words_and_marks_stand_out_in_both_styles(panel):
    seen, faint = 0, []
    for artist, before, after in each_alone(panel.picture):
        seen += 1
        needed = WORDS if isinstance(artist, Text) else MARKS
        for name, style_ in (("light", as_rgb), ("dark", lambda image: as_rgb(darken(image)))):
            found = sharpest(style_(before), style_(after))
            if found < needed:
                faint.append(f"{name} {found:.2f}: {artist}, {shown_color(artist)}")
    assert seen > 10
    assert not faint, "\n".join(faint)


@pytest.mark.slow
def test_letters_are_dark_enough_on_paper_at_both_ends_of_time(panel):
    """Those, too, that get another color when they move."""
    now, faint = panel.time, set()
    for time in {0, now} if panel.steps else {now}:
        if panel.steps:
            panel.set(time=time)
        for text in filter(is_written, texts(panel.figure)):
            letters = style.ink(text.get_color()) if isinstance(text, Words) else text.get_color()
            if colors.contrast(np.array(to_rgb(letters)), np.ones(3)) < WORDS:
                faint.add((letters, text.get_text()))
    assert not faint


def is_written(text):
    return text.get_visible() and bool(text.get_text())


def test_every_color_of_the_style_can_be_read_as_letters():
    for color in NAMES.keys() - GROUNDS:
        letters = np.array(to_rgb(style.ink(color)))
        assert colors.contrast(letters, np.ones(3)) >= WORDS, NAMES[color]
        assert colors.contrast(dark([letters])[0], np.array(to_rgb(GROUND))) >= WORDS, NAMES[color]


def each_alone(picture):
    """Yield every artist with the part of the frame that it changes, before and after."""
    moving, still = [], []
    for artist in picture.moving:
        moving += list(artist) if isinstance(artist, Layer) else [artist]
    still += [text for text in texts(picture.figure) if text not in moving]
    still += [line for axes in picture.figure.axes for line in axes.lines if line not in moving]
    still = [artist for artist in still if artist.get_visible() and not artist.get_animated()]
    for artist in still:
        artist.set_animated(True)
    canvas = picture.canvas
    canvas.draw()
    renderer = canvas.get_renderer()
    for artist in filter(is_shade, moving):
        artist.draw(renderer)
    ground = canvas.copy_from_bbox(picture.figure.bbox)
    before = np.array(canvas.buffer_rgba())
    for artist in moving + still:
        if is_shade(artist) or is_empty(artist) or shown_color(artist) in GROUNDS:
            continue
        canvas.restore_region(ground)
        artist.draw(renderer)
        after = np.asarray(canvas.buffer_rgba())
        rows, columns = np.nonzero(whole(after) != whole(before))
        if len(rows) >= DOT:
            part = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
            yield artist, as_image(before[part]), as_image(after[part])
    for artist in still:
        artist.set_animated(False)
    picture.background = None


def is_shade(artist):
    """Return whether others stand on it: a map, or an area that lets them through."""
    return isinstance(artist, PixelMap) or (
        isinstance(artist, Patch) and artist.get_alpha() is not None
    )


def shown_color(artist):
    """Return the color of an artist as the style writes it; None for areas."""
    color = getattr(artist, "get_color", lambda: None)()
    return None if color is None else to_hex(color)


def whole(pixels):
    """View each pixel as one number: to compare its bytes one by one takes ten times longer."""
    return pixels.view(np.uint32)[..., 0]


def as_image(pixels):
    height, width = pixels.shape[:2]
    return Image.frombuffer("RGBX", (width, height), pixels.tobytes(), "raw", "RGBX", 0, 1)


def as_rgb(image):
    return np.asarray(image.convert("RGB")) / 255


def sharpest(before, after):
    """Return the largest contrast of what was drawn, with what was there and with its neighbors."""
    drawn = (before != after).any(axis=-1)
    best = colors.contrast(before[drawn], after[drawn]).max(initial=1)
    light = np.full(drawn.shape, np.nan)
    light[drawn] = colors.luminance(after[drawn]) + 0.05
    light = np.pad(light, 2, constant_values=np.nan)
    for shift in itertools.product(range(3), range(-2, 3)):
        ratio = light / np.roll(light, shift, (0, 1))
        # NaN, where one of the two was not drawn, counts for nothing.
        best = np.fmax(best, np.fmax.reduce(np.maximum(ratio, 1 / ratio), axis=None))
    return best


def test_the_measure_sees_a_faint_word_and_a_halo():
    paper, word, halo = np.ones((9, 9, 3)), np.ones((9, 9, 3)), np.full((9, 9, 3), 0.8)
    word[4, 2:7] = to_rgb("#c8c8c8")
    assert sharpest(paper, word) == pytest.approx(1.67, abs=0.01)
    # The same mark on a gray ground, without a white halo and with one.
    mark = halo.copy()
    mark[3:6, 3:6] = to_rgb(style.ORANGE)
    assert sharpest(halo, mark) < MARKS
    mark[2, 2:7] = mark[6, 2:7] = 1
    assert sharpest(halo, mark) == pytest.approx(
        colors.contrast(to_rgb(style.ORANGE), (1, 1, 1)), abs=0.01
    )


# --- color vision -------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("vision", colors.VISION)
@pytest.mark.parametrize("dim", [False, True], ids=["light", "dark"])
def test_colors_of_a_picture_differ_for_all_kinds_of_eyes(panel, vision, dim):
    used = sorted(meanings(panel.picture))
    assert len(used) > 1
    shown = {color: dark([to_rgb(color)])[0] if dim else to_rgb(color) for color in used}
    for one, other in itertools.combinations(used, 2):
        apart = colors.difference(shown[one], shown[other], vision)
        assert apart >= APART, f"{NAMES[one]} and {NAMES[other]}: {apart:.1f}"


def meanings(picture):
    """Return the colors of the style that a picture uses; letters mean what their color means."""
    lines = [line for axes in picture.figure.axes for line in axes.lines]
    moving = [part for a in picture.moving for part in (a if isinstance(a, Layer) else [a])]
    back = {letters: color for color, letters in style.INK.items()}
    artists = [*moving, *lines, *texts(picture.figure)]
    used = {shown_color(artist) for artist in artists if not is_empty(artist)}
    return {back.get(color, color) for color in used if color in NAMES} - GROUNDS


@pytest.mark.parametrize("vision", colors.VISION)
@pytest.mark.parametrize("dim", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("count", [2, 3, 5, 12, 60])
def test_cells_show_whose_turn_it_is_for_all_kinds_of_eyes(vision, dim, count):
    """Which of the batches to come a cell is in, the bar tells by its place, too."""
    full = cells.batch_colors(count)
    look = dark if dim else np.asarray
    now, pale, used = (
        look(c / 255) for c in (full, cells.paler(full), cells.rgb(style.USED)[None])
    )
    for others in (pale, used):
        assert colors.difference(now[:, None], others[None], vision).min() >= APART
    ground = to_rgb(GROUND) if dim else (1, 1, 1)
    assert colors.contrast(now, ground).min() >= MARKS


def test_differences_are_those_of_the_standard():
    """Sharma, Wu and Dalal (2005) list pairs with their differences; so does every gray."""
    pairs = [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, -1.0, 2.0), (50.0, 0.0, 0.0), 2.3669),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ]
    for one, other, expected in pairs:
        assert colors.ciede2000(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-4)
    # Who sees no red or no green sees gray as others do.
    for vision in colors.VISION:
        assert colors.lab([0.5, 0.5, 0.5], vision) == pytest.approx([53.39, 0, 0], abs=0.02)
