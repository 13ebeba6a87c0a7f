"""Artists made for speed: pixels that do not depend on when, where or how often they are drawn."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from widgets.artists import Layer, PixelMap, words

BLANK = 255


@pytest.fixture
def axes():
    figure = Figure(figsize=(3, 2), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.add_axes([0, 0, 1, 1])
    axes.set(xlim=(0, 300), ylim=(0, 200))
    axes.set_axis_off()
    return axes


def pixels_of(artist):
    """Draw one artist on a fresh white sheet; rows from the top, channels R, G, B."""
    canvas = artist.get_figure().canvas
    renderer = canvas.get_renderer()
    renderer.clear()
    artist.draw(renderer)
    sheet = np.array(renderer.buffer_rgba()).astype(float)
    return np.rint(BLANK + (sheet[..., :3] - BLANK) * sheet[..., 3:] / 255).astype(int)


def inked(pixels):
    """Rows and columns of the smallest box around all that is not white."""
    rows, columns = np.nonzero((pixels < BLANK).any(axis=2))
    return rows.min(), rows.max() + 1, columns.min(), columns.max() + 1


# The map


def test_first_row_of_the_map_is_at_the_bottom_and_first_column_at_the_left(axes):
    corners = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [0, 0, 0]]], np.uint8)
    for smooth in (True, False):
        pixel_map = PixelMap(axes)
        pixel_map.smooth = smooth
        pixel_map.set_data(corners)
        assert pixel_map.get_array() is corners
        drawn = pixels_of(pixel_map)
        assert drawn.shape == (200, 300, 3)
        assert drawn[-1, 0].tolist() == [255, 0, 0]
        assert drawn[-1, -1].tolist() == [0, 255, 0]
        assert drawn[0, 0].tolist() == [0, 0, 255]
        assert drawn[0, -1].tolist() == [0, 0, 0]


def test_smooth_map_blends_and_the_other_shows_squares(axes):
    pixel_map = PixelMap(axes)
    pixel_map.set_data(np.array([[[0] * 3, [255] * 3]], np.uint8))
    blended = np.unique(pixels_of(pixel_map))
    assert len(blended) > 100
    pixel_map.smooth = False
    squares = pixels_of(pixel_map)
    assert set(np.unique(squares)) == {0, 255}
    assert (squares[:, :150] == 0).all()
    assert (squares[:, 150:] == 255).all()


def test_a_finer_map_than_the_screen_keeps_every_line():
    figure = Figure(figsize=(2.9, 1), dpi=100)
    FigureCanvasAgg(figure)
    pixel_map = PixelMap(figure.add_axes([0, 0, 1, 1]))
    pixel_map.smooth = False
    cells = np.full((100, 300, 3), 0, np.uint8)
    cells[:, 9::10] = 255  # a gap of one pixel after each cell
    pixel_map.set_data(cells)
    row = pixels_of(pixel_map)[50, :, 0]
    cell = (np.arange(290) / 290 * 30).astype(int)
    assert all(row[cell == k].max() > 100 for k in range(30))


def test_map_fills_its_axes_and_nothing_else():
    figure = Figure(figsize=(3, 2), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.add_axes([0.1, 0.2, 0.5, 0.6])
    pixel_map = PixelMap(axes)
    pixel_map.set_data(np.zeros((4, 4, 3), np.uint8))
    drawn = pixels_of(pixel_map)
    assert inked(drawn) == (40, 160, 30, 180)
    assert (drawn[40:160, 30:180] == 0).all()
    pixel_map.set_visible(False)
    assert (pixels_of(pixel_map) == BLANK).all()


# Words

PLACES = [
    (100, 100), (100.3, 99.7), (100.5, 100.5), (0, 0), (299, 199), (-8.25, 50), (290, 50),
    (50, -4), (50, 196.4), (-500, 50), (50, 1e6),
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("align", [("left", "bottom"), ("center", "center"), ("right", "top")])
def test_words_have_the_same_pixels_every_time_they_are_drawn(axes, place, align):
    ha, va = align
    label = words(axes, *place, "gone: η 0.1", color="red", ha=ha, va=va)
    first = pixels_of(label)
    assert np.array_equal(pixels_of(label), first)
    assert np.array_equal(pixels_of(label), first)
    fresh = words(axes, *place, "gone: η 0.1", color="red", ha=ha, va=va)
    assert np.array_equal(pixels_of(fresh), first)


@pytest.mark.parametrize(("right", "up"), [(-120, 0), (190, 0), (0, -106), (0, 90), (-120, 90)])
def test_words_partly_outside_lose_only_what_is_outside(axes, right, up):
    whole = pixels_of(words(axes, 100, 100, "validation"))
    part = pixels_of(words(axes, 100 + right, 100 + up, "validation"))
    room = np.pad(whole, ((200, 200), (300, 300), (0, 0)), constant_values=BLANK)
    expected = room[200 + up : 400 + up, 300 - right : 600 - right]
    assert (expected < BLANK).any()
    assert np.array_equal(part, expected)


def test_words_far_outside_draw_nothing(axes):
    for place in ((-500, 50), (50, 1e6), (1e7, -1e7)):
        assert (pixels_of(words(axes, *place, "gone")) == BLANK).all()


def test_words_change_with_every_property(axes):
    label = words(axes, 100, 100, "loss 0.1")
    seen = [pixels_of(label)]
    changes = [
        {"text": "loss 0.2"}, {"color": "blue"}, {"fontsize": 14}, {"fontweight": "bold"},
        {"ha": "right"}, {"va": "top"}, {"position": (120, 100)}, {"visible": False},
    ]  # fmt: skip
    for change in changes:
        label.set(**change)
        drawn = pixels_of(label)
        assert not any(np.array_equal(drawn, before) for before in seen), change
        seen.append(drawn)


def test_words_return_to_the_pixels_they_had(axes):
    label = words(axes, 100.4, 100.4, "one two")
    first = pixels_of(label)
    for text in ("two", "three four", "one", "one two"):
        label.set_text(text)
        last = pixels_of(label)
    assert np.array_equal(last, first)


@pytest.mark.parametrize("ha", ["left", "center", "right"])
@pytest.mark.parametrize("va", ["bottom", "center", "top"])
def test_words_stand_where_their_alignment_says(axes, ha, va):
    top, bottom, left, right = inked(pixels_of(words(axes, 150, 100, "Hxxg", ha=ha, va=va)))
    across = {"left": left, "center": (left + right) / 2, "right": right}[ha]
    up = {"bottom": bottom, "center": (top + bottom) / 2, "top": top}[va]
    assert abs(across - 150) <= 3
    assert abs(up - 100) <= 4


def test_words_are_as_wide_as_matplotlib_draws_them(axes):
    label = words(axes, 20, 100, "training 0.065 of 1,600 updates")
    from_sprites, plain = pixels_of(label), label.get_window_extent()
    _, _, left, right = inked(from_sprites)
    assert abs((right - left) - plain.width) < 10


def test_empty_words_draw_nothing(axes):
    assert (pixels_of(words(axes, 100, 100)) == BLANK).all()
    assert (pixels_of(words(axes, 100, 100, " ")) == BLANK).all()


def test_words_on_a_ground_hide_what_lies_below(axes):
    label = words(axes, 100, 100, "loss", color="black", ground="yellow")
    plain = words(axes, 100, 100, "loss", color="black")
    assert inked(pixels_of(label))[0] <= inked(pixels_of(plain))[0]
    top, bottom, left, right = inked(pixels_of(label))
    box = pixels_of(label)[top:bottom, left:right]
    assert box[..., 2].max() == 0  # yellow and black, and what is between
    assert {tuple(pixel) for pixel in box.reshape(-1, 3)} > {(255, 255, 0)}
    assert box[..., 0].min() < 30
    ink = BLANK - pixels_of(plain)[top:bottom, left:right, 0]
    assert np.abs(BLANK - box[..., 0] - ink).max() <= 1


def test_words_follow_the_density_of_the_picture(axes):
    label = words(axes, 100, 100, "loss")
    top, bottom, left, right = inked(pixels_of(label))
    axes.get_figure().set_dpi(200)
    fine = inked(pixels_of(label))
    assert abs((fine[1] - fine[0]) - 2 * (bottom - top)) <= 2
    assert abs((fine[3] - fine[2]) - 2 * (right - left)) <= 2


# Layers


@pytest.fixture
def dots(axes):
    """Dots of which one lies across the edge of the axes."""
    axes.set_position([0.1, 0.2, 0.7, 0.7])
    return axes.plot([20, 150, 299], [30, 90, 120], "o", ms=9.3, mec="white")[0]


def test_a_layer_shows_what_its_artists_show(axes, dots):
    layer = Layer(axes, [dots])
    assert list(layer) == [dots]
    for dpi in (100, 200):
        axes.get_figure().set_dpi(dpi)
        alone, kept = pixels_of(dots), pixels_of(layer)
        assert (kept < BLANK).any()
        # What is half covered is rounded once more.
        assert np.abs(alone - kept).max() <= 3


def test_a_layer_follows_its_artists_and_the_limits(axes, dots):
    layer = Layer(axes, [dots])
    first = pixels_of(layer)
    dots.set_data([60], [60])
    moved = pixels_of(layer)
    assert (moved != first).any()
    assert np.abs(moved - pixels_of(dots)).max() <= 3
    axes.set_xlim(0, 100)
    assert (pixels_of(layer) != moved).any()
    assert np.abs(pixels_of(layer) - pixels_of(dots)).max() <= 3


def test_a_layer_is_drawn_anew_only_when_something_has_changed(axes, dots, monkeypatch):
    layer, draws, draw = Layer(axes, [dots]), [], dots.draw
    monkeypatch.setattr(dots, "draw", lambda renderer: (draws.append(1), draw(renderer)))
    pixels_of(layer), pixels_of(layer)
    assert len(draws) == 1
    dots.set_color("red")
    pixels_of(layer), pixels_of(layer)
    assert len(draws) == 2


def test_artists_of_an_animated_layer_are_not_part_of_the_background(axes, dots):
    Layer(axes, [dots]).set_animated(True)
    assert dots.get_animated()
