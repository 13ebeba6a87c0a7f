"""The dark style: a map of colors that keeps hues and mixtures, and of which only screens know."""

import io

import colors
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from panels import Fake
from PIL import Image

from widgets import style
from widgets.dark import BITS, GROUND, PARTNERS, dark, darken
from widgets.picture import Picture

GROUND_RGB = np.array(to_rgb(GROUND))
EVERYWHERE = np.random.default_rng(0).random((2000, 3))


def image_of(pixels):
    rgbx = np.full((*pixels.shape[:2], 4), 255, np.uint8)
    rgbx[..., :3] = pixels
    return Image.frombuffer("RGBX", pixels.shape[1::-1], rgbx.tobytes(), "raw", "RGBX", 0, 1)


def test_white_is_the_ground_and_every_color_of_the_style_its_partner():
    assert dark([(1, 1, 1)])[0] == pytest.approx(GROUND_RGB)
    for color, partner in PARTNERS.items():
        assert dark([to_rgb(color)])[0] == pytest.approx(to_rgb(partner), abs=1e-9)


@pytest.mark.parametrize("color", PARTNERS)
def test_what_is_mixed_with_white_is_mixed_with_the_ground_just_so(color):
    """Edges of letters, transparent bands, maps of classes: none needs to know of the style."""
    share = np.linspace(0, 1, 11)[:, None]
    mixed = dark(1 - share * (1 - np.array(to_rgb(color))))
    expected = GROUND_RGB + share * (np.array(to_rgb(PARTNERS[color])) - GROUND_RGB)
    assert mixed == pytest.approx(expected, abs=1e-9)


def test_grays_stay_gray_and_turn_round():
    gray = np.linspace(0, 1, 256)
    found = dark(np.repeat(gray[:, None], 3, axis=1))
    assert np.ptp(found, axis=1).max() < 0.01
    assert (np.diff(found[:, 0]) < 0).all()
    assert found[0] == pytest.approx([1, 1, 1], abs=0.01)


def test_hues_stay():
    """Where there is a hue at all, in both styles; of the style's own ones, to the eye."""
    for color, partner in PARTNERS.items():
        hues = []
        for shown in (color, partner):
            _, a, b = colors.lab(to_rgb(shown))
            hues.append((np.degrees(np.arctan2(b, a)), np.hypot(a, b)))
        (before, _), (after, colorful) = hues
        turned = abs((after - before + 180) % 360 - 180)
        assert colorful < 10 or turned < 30, (color, partner, turned)


def test_the_more_ink_the_more_light():
    for share in (0.2, 0.5, 0.9):
        more = colors.luminance(dark(1 - (1 - EVERYWHERE)))
        less = colors.luminance(dark(1 - share * (1 - EVERYWHERE)))
        assert (less <= more + 1e-9).all()


def test_nowhere_does_it_jump():
    step = 1 / 255
    for channel in range(3):
        moved = EVERYWHERE * (1 - step)
        moved[:, channel] += step
        apart = np.abs(dark(moved) - dark(EVERYWHERE)).max(axis=1)
        # Near white there is hardly any ink, and what hue it has does not count.
        assert apart.max() < 12 * step


def test_pixels_are_looked_up_as_finely_as_eyes_see():
    pixels = np.random.default_rng(1).integers(0, 256, (40, 50, 3), np.uint8)
    found = np.asarray(darken(image_of(pixels)).convert("RGB"))
    exact = 255 * dark(pixels.reshape(-1, 3) / 255).reshape(pixels.shape)
    assert np.percentile(np.abs(found - exact), 99) <= 2 ** (8 - BITS) + 1
    paper = np.asarray(darken(image_of(np.full((3, 3, 3), 255, np.uint8))).convert("RGB"))
    assert (paper == np.rint(255 * GROUND_RGB)).all()


# --- the picture --------------------------------------------------------------------------------


@pytest.fixture
def panel():
    shown = Fake().panel(rate=10.0)
    yield shown
    shown.close()


def brightness(encoded):
    return np.asarray(Image.open(io.BytesIO(encoded)).convert("L")).mean()


def test_the_screen_gets_the_style_and_back_again(panel):
    light = panel.image.value
    panel.picture.dark = True
    panel.paint()
    assert brightness(panel.image.value) < 40 < 215 < brightness(light)
    panel.set(rate=1.0)
    assert brightness(panel.image.value) < 40
    panel.set(rate=10.0)
    panel.picture.dark = False
    panel.paint()
    assert panel.image.value == light


def test_what_is_stored_is_light(panel):
    stored, stills = panel.bundle(), panel.stills()
    panel.picture.dark = True
    panel.paint()
    assert panel.bundle() == stored
    assert panel.stills() == stills
    for density in (0.7, 2):
        panel.picture.set_density(density)
        panel.paint()
        assert panel.bundle() == stored


def test_letters_are_written_in_the_ink_of_their_color():
    def draw(figure):
        axes = figure.add_axes([0, 0, 1, 1])
        axes.axis("off")
        return axes.text(0.1, 0.3, "HHHH", fontsize=40, color=style.ORANGE)

    picture = Picture((2, 1), draw)
    picture.render()
    shown = np.asarray(picture.pixels().convert("RGB")).reshape(-1, 3)
    darkest = shown[shown.sum(axis=1).argmin()] / 255
    assert darkest == pytest.approx(to_rgb(style.INK[style.ORANGE]), abs=0.02)
