"""Curves that leave their axes: out of them goes the line, and the edge says how far."""

from types import SimpleNamespace

import numpy as np
import pytest

from widgets.edges import PALE, draw_exits, show_curve, show_exits, show_point
from widgets.picture import Picture

BOX = [0.1, 0.1, 0.6, 0.8]
LOG = {"yscale": "log", "ylim": (1e-3, 10), "xlim": (0, 10)}
LINEAR = {"ylim": (-2, 2), "xlim": (0, 10)}


def picture_of(axes_settings, lines=1, values=True):
    def draw(figure):
        axes = figure.add_axes(BOX)
        axes.set(**axes_settings)
        curves = [axes.plot([], [], color="#222222")[0] for _ in range(lines)]
        dot = axes.plot([], [], "o", clip_on=False)[0]
        return SimpleNamespace(curves=curves, exits=draw_exits(axes, curves, values), dot=dot)

    return Picture((4, 3), draw)


def show(artists, *histories):
    for line, y in zip(artists.curves, histories, strict=True):
        show_curve(line, np.arange(len(y)), y)
    show_exits(artists.exits, artists.curves)


def marks(artists, k=0):
    """Where the arrows of a curve stand, and what is written beside them."""
    exit = artists.exits[k]
    places = [[float(value[0]) for value in arrow.get_data()] if len(arrow.get_xdata()) else None
              for arrow in exit.arrows]  # fmt: skip
    return places, [text.get_text() for text in exit.values]


@pytest.mark.parametrize("settings", [LOG, LINEAR])
def test_a_curve_that_stays_inside_has_no_arrow(settings):
    artists = picture_of(settings).artists
    show(artists, [1.0, 0.5, 2.0, 1.0])
    assert marks(artists) == ([None, None], ["", ""])
    show(artists, [])
    assert marks(artists) == ([None, None], ["", ""])


@pytest.mark.parametrize(
    ("settings", "history", "places", "values"),
    [
        (LOG, [1, 100, 2e127], [[0.5, 10], None], ["to 2e127", ""]),
        (LOG, [1, 1e-2, 1e-4, 1e-29], [None, [1.5, 1e-3]], ["", "to 1e−29"]),
        (LOG, [100, 43, 1, 1], [[0, 10], None], ["to 100", ""]),
        (LOG, [1, 100, 1, 1e-5], [[0.5, 10], [2.6, 1e-3]], ["to 100", "to 1e−5"]),
        (LOG, [1, np.nan, 20], [[2, 10], None], ["to 20", ""]),
        (LINEAR, [0, 4, 0, -6], [[0.5, 2], [2 + 1 / 3, -2]], ["to 4", "to −6"]),
    ],
)
def test_an_arrow_stands_where_a_curve_leaves_with_its_farthest_value(
    settings, history, places, values
):
    artists = picture_of(settings).artists
    show(artists, history)
    found, written = marks(artists)
    for place, expected in zip(found, places, strict=True):
        assert place == (expected and pytest.approx(expected))
    assert written == values


def test_the_line_holds_the_values_as_they_are():
    artists = picture_of(LOG).artists
    history = [1, 1e-29, np.nan, 2e127]
    show(artists, history)
    assert np.array_equal(artists.curves[0].get_ydata(), history, equal_nan=True)


def test_infinity_is_drawn_as_a_way_out_without_a_number():
    artists = picture_of(LOG).artists
    show(artists, np.array([1, 2, np.inf], np.float32))
    assert np.isfinite(artists.curves[0].get_ydata()).all()
    places, values = marks(artists)
    assert 1 <= places[0][0] < 1.1
    assert values == ["", ""]


@pytest.mark.parametrize("settings", [LOG, LINEAR])
@pytest.mark.parametrize("far", [1e300, np.inf])
@pytest.mark.parametrize("style", ["-", (0, (4, 2))])
def test_a_curve_is_drawn_up_to_the_edge_and_not_along_it(settings, far, style):
    picture = picture_of(settings)
    show(picture.artists, [1, 1, far, far, far, far, far, far, far, far, far])
    picture.artists.curves[0].set_linestyle(style)
    for exit in picture.artists.exits:
        exit.arrows[0].set_data([], [])
    picture.render()
    pixels = np.asarray(picture.pixels().convert("L"))
    top = round(300 * (1 - BOX[1] - BOX[3]))
    left = round(400 * BOX[0])
    width = 400 * BOX[2]
    inside = pixels[top + 2 : top + 40, left + 2 : left + round(width)]
    dark = np.flatnonzero((inside < 128).any(axis=0))
    assert len(dark)
    assert np.all(dark < 0.25 * width)


def test_two_values_at_one_edge_are_written_one_below_the_other():
    artists = picture_of(LOG, lines=3).artists
    show(artists, [1, 100], [1, 1], [1, 2000])
    first, _, last = (exit.values[0] for exit in artists.exits)
    assert (first.get_text(), last.get_text()) == ("to 100", "to 2,000")
    apart = first.get_position()[1] - last.get_position()[1]
    assert apart * 0.8 * 300 >= 1.2 * first.get_fontsize() * 100 / 72


@pytest.mark.parametrize(("at", "side"), [(1, "left"), (9, "right")])
def test_a_value_stands_on_the_side_with_more_room(at, side):
    artists = picture_of(LOG).artists
    show(artists, [1.0] * at + [1e5])
    assert artists.exits[0].values[0].get_ha() == side


def test_where_a_label_says_the_value_only_the_arrow_is_drawn():
    artists = picture_of(LOG, values=False).artists
    show(artists, [1, 100])
    assert marks(artists) == ([[0.5, 10], None], [])


@pytest.mark.parametrize(
    ("y", "marker", "at"),
    [
        (1, "o", 1),
        (10, "o", 10),
        (43, "^", 10),
        (np.inf, "^", 10),
        (1e-9, "v", 1e-3),
        (0, "v", 1e-3),
    ],
)
def test_a_dot_beyond_the_axis_is_an_arrow_on_its_edge(y, marker, at):
    dot = picture_of(LOG).artists.dot
    show_point(dot, 3, y)
    assert dot.get_marker() == marker
    assert dot.get_xydata().tolist() == [[3, at]]


def test_a_dot_on_no_number_is_not_drawn():
    dot = picture_of(LOG).artists.dot
    show_point(dot, 3, np.nan)
    assert len(dot.get_xdata()) == 0


def test_a_curve_that_leaves_its_axes_at_every_step_is_pale():
    picture = picture_of(LINEAR)
    curve = picture.artists.curves[0]
    swinging = 3.0 * (-1.0) ** np.arange(40)
    for y, alpha in ((swinging, PALE), (np.ones(40), None), (swinging[:10], None)):
        show(picture.artists, y)
        assert curve.get_alpha() == alpha
    # A few spikes of a long run are no block.
    show(picture.artists, np.where(np.arange(1000) % 20 == 0, 3.0, 0.0))
    assert curve.get_alpha() is None
