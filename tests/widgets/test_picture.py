"""The picture: a frame put together from kept parts is the frame drawn from scratch."""

import io
import subprocess
import sys
from types import SimpleNamespace

import matplotlib as mpl
import matplotlib.style as styles
import numpy as np
import pytest
from PIL import Image

from widgets import learning_rate
from widgets.artists import PixelMap, words
from widgets.picture import Picture, moving_artists

pytestmark = pytest.mark.usefixtures("compiled")

SIZE = 3, 2
# What matplotlib looks up while it draws could be fixed only for everyone at once, and another
# thread may be drawing. These move a tick or some pixels' shade.
READ_WHILE_DRAWING = {
    "_internal.classic_mode", "axes.autolimit_mode", "path.simplify_threshold", "text.hinting",
}  # fmt: skip


def draw(figure):
    axes = figure.add_axes([0.15, 0.2, 0.7, 0.7])
    axes.set(xlim=(0, 10), ylim=(0, 1), title="still")
    return SimpleNamespace(
        line=axes.plot([], [])[0],
        dots=[axes.plot([], [], "o", clip_on=False, zorder=5)[0], PixelMap(axes)],
        nested=SimpleNamespace(label=words(axes, 5, 0.5)),
        still=SimpleNamespace(axes=axes, title=axes.title),
    )


def move(picture, step):
    artists, x = picture.artists, np.linspace(0, 10, 20)
    artists.line.set_data(x, 0.5 + 0.5 * np.sin(x + step))
    artists.dots[0].set_data([step % 10], [1])
    artists.dots[1].set_data(np.full((2, 2, 3), 20 * step % 250, np.uint8))
    artists.nested.label.set(text=f"step {step}", x=step % 7, color=f"C{step % 3}")


def pixels(picture):
    picture.render()
    return np.array(picture.canvas.buffer_rgba())


@pytest.fixture
def picture():
    return Picture(SIZE, draw)


@pytest.fixture
def draws(picture, monkeypatch):
    """A list that grows whenever the background is drawn."""
    calls, original = [], picture.canvas.draw
    monkeypatch.setattr(picture.canvas, "draw", lambda: (calls.append(1), original()))
    return calls


# Frames


@pytest.mark.parametrize("density", [0.7, 1, 2])
def test_a_frame_after_many_is_the_frame_drawn_from_scratch(picture, density):
    picture.set_density(density)
    for step in range(30):
        move(picture, step)
        if step == 12:
            picture.artists.still.axes.set_xlim(0, 20)
        after_many = pixels(picture)
    fresh = Picture(SIZE, draw)
    fresh.set_density(density)
    fresh.artists.still.axes.set_xlim(0, 20)
    move(fresh, 29)
    assert np.array_equal(pixels(fresh), after_many)
    # Nothing in it hangs on the background that was kept.
    picture.background = None
    assert np.array_equal(pixels(picture), after_many)


@pytest.mark.slow
@pytest.mark.parametrize("make", [learning_rate.panel, learning_rate.valley, learning_rate.sweep])
def test_a_panel_after_many_moves_shows_what_a_new_one_shows(make):
    panel = make(seed=0) if make is not learning_rate.valley else make()
    moves = {
        learning_rate.panel: [
            {"learning_rate": 1e3, "data": "digits"}, {"epochs": 3, "time": 1},
            {"data": "moons", "pinned": {"learning_rate": 1.0}}, {"epochs": 20},
        ],
        learning_rate.valley: [
            {"learning_rate": 10.0}, {"steps": 150, "time": 7}, {"pinned": {"curvature": 2}},
        ],
        learning_rate.sweep: [{"data": "xor", "epochs": 2}, {"pinned": {"batch_size": 500}}],
    }[make]  # fmt: skip
    for settings in moves:
        panel.set(**settings)
    fresh = make(**panel.settings)
    assert np.array_equal(pixels(fresh.picture), pixels(panel.picture))
    panel.picture.background = None
    assert np.array_equal(pixels(panel.picture), pixels(fresh.picture))
    panel.close()
    fresh.close()


def test_background_is_drawn_once_and_again_only_when_something_in_it_changes(picture, draws):
    for step in range(20):
        move(picture, step)
        picture.render()
    assert len(draws) == 1
    changes = [
        lambda axes: axes.set_xlim(0, 30),
        lambda axes: axes.set_title("another"),
        lambda axes: axes.set_xlabel("x"),
    ]
    for number, change in enumerate(changes, 2):
        change(picture.artists.still.axes)
        for step in range(3):
            move(picture, step)
            picture.render()
        assert len(draws) == number


def test_sliding_a_rate_never_draws_the_background_again(monkeypatch):
    for make in (learning_rate.panel, learning_rate.valley):
        panel = make()
        calls = []
        monkeypatch.setattr(panel.picture.canvas, "draw", lambda calls=calls: calls.append(1))
        for rate in (1e-3, 0.5, 5.0, 10.0):
            panel.set(learning_rate=rate)
        panel.set(time=2)
        panel.set(pinned={"learning_rate": 0.02})
        assert calls == []
        panel.close()


def test_moving_artists_are_all_but_the_still_ones(picture):
    artists = picture.artists
    assert set(picture.moving) == {artists.line, *artists.dots, artists.nested.label}
    assert list(moving_artists([1, "text", None])) == []
    assert [a.get_zorder() for a in picture.moving] == sorted(
        a.get_zorder() for a in picture.moving
    )


# Encoding


@pytest.mark.parametrize("width", [100, 211, 283, 300, 450, 600])
def test_jpeg_is_as_wide_as_the_screen_shows_it_and_png_the_same_for_all(picture, width):
    move(picture, 3)
    at_one = pixels(picture)[..., :3]
    stored = picture.png()
    picture.set_density(width / 300)
    shown = pixels(picture)[..., :3]
    jpeg = Image.open(io.BytesIO(picture.encoded()[0]))
    assert (jpeg.format, jpeg.size) == ("JPEG", (width, 2 * width // 3))
    assert np.abs(np.array(jpeg).astype(int) - shown).mean() < 3
    assert picture.png() == stored
    png = Image.open(io.BytesIO(stored))
    assert (png.format, png.mode, png.size) == ("PNG", "RGB", (300, 200))
    assert np.array_equal(np.array(png), at_one)
    # Storing leaves the frame on the screen as it was.
    assert np.array_equal(np.array(picture.pixels().convert("RGB")), shown)


def test_background_is_opaque(picture):
    assert (pixels(picture)[..., 3] == 255).all()


# Matplotlib's global state


@pytest.mark.slow
def test_no_pyplot_is_imported():
    code = (
        "import sys\n"
        "from widgets import learning_rate as lr\n"
        "panels = lr.panel(epochs=2), lr.valley(), lr.sweep(epochs=1)\n"
        "[panel._repr_mimebundle_() for panel in panels]\n"
        "print('matplotlib.pyplot' in sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.stdout.strip(), result.stderr) == ("False", "")


def tour():
    """Make panels and move them; return all the pictures."""
    frames = []
    panel = learning_rate.panel(epochs=20)
    for settings in ({"epochs": 100}, {"data": "digits"}, {"data": "xor", "learning_rate": 1e3}):
        panel.set(**settings)
        frames.append(pixels(panel.picture))
    panel.close()
    panel = learning_rate.valley()
    panel.set(steps=200)
    frames.append(pixels(panel.picture))
    panel.close()
    return frames


def test_making_and_moving_panels_leaves_rc_params_alone():
    with mpl.rc_context({"lines.linewidth": 7.5, "font.size": 30}):
        before = dict(mpl.rcParams)
        tour()
        assert dict(mpl.rcParams) == before


@pytest.fixture(scope="module")
def plain_tour(compiled):
    return tour()


@pytest.mark.slow
@pytest.mark.parametrize("style", ["classic", "dark_background", "fivethirtyeight", "ggplot",
                                   "Solarize_Light2", "seaborn-v0_8-poster"])  # fmt: skip
def test_styles_do_not_reach_the_panels(style, plain_tour):
    settings = {k: v for k, v in styles.library[style].items() if k not in READ_WHILE_DRAWING}
    with mpl.rc_context(settings):
        for plain, styled in zip(plain_tour, tour(), strict=True):
            assert np.array_equal(plain, styled)


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {"font.family": "serif", "font.size": 25, "mathtext.fontset": "cm"},
        {"figure.facecolor": "black", "axes.facecolor": "red", "figure.dpi": 20},
        {"xtick.major.size": 20, "ytick.minor.visible": True, "xtick.labelsize": 30},
        {"axes.titlelocation": "right", "axes.formatter.limits": (0, 0)},
        {"figure.autolayout": True, "axes.grid": True, "text.color": "pink"},
        {"lines.antialiased": False, "path.sketch": (1, 100, 2)},
    ],
)
def test_settings_changed_later_do_not_reach_a_panel(settings):
    def moved(context):
        panel = learning_rate.panel(epochs=10)
        with mpl.rc_context(context):
            panel.set(epochs=37, data="moons", learning_rate=0.3)
            frame = pixels(panel.picture)
        panel.close()
        return frame

    assert np.array_equal(moved({}), moved(settings))
