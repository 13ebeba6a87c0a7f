"""Names from a learner's data are shown as they are, in every panel that takes such data."""

import html
import inspect
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from lessons import data
from widgets import (
    activations,
    batch_normalization,
    batch_size,
    epoch_batch_iteration,
    fonts,
    learning_rate,
    nine_steps,
)
from widgets.artists import rasterize
from widgets.beliefs import ROW_ROOM, update_beliefs
from widgets.learning_rate import network
from widgets.names import about_stand_ins, one_line, readable, shorten
from widgets.picture import Picture, texts

LESSONS = (
    activations, batch_normalization, batch_size, epoch_batch_iteration, learning_rate, nine_steps
)  # fmt: skip
PANELS = [
    make
    for lesson in LESSONS
    for make in vars(lesson).values()
    if inspect.isfunction(make) and "data" in inspect.signature(make).parameters
]

LITERAL = (
    "cost_$$", "fee $10-$20$", r"\frac{", "height_%", "a^b_{c", "<b>bold</b> & <i>", "\"it's\"",
    "площадь", "الطول", "η ± 1", "{0} {name!r} %s",
)  # fmt: skip
# A name, and how it is written.
CHANGED = {
    "two\nlines\tand\r": r"two\nlines\tand\r",
    "no\u00a0break": "no break",
    "\ufeffheight": r"\ufeffheight",
    "\u202ethgieh": r"\u202ethgieh",
    "\ud800": r"\ud800",
}
# DejaVu Sans does not have them; a machine may have another font.
FOREIGN = ("身高", "키 (cm)", "📏")
EMPTY = ("", "  ")
NAMES = (*LITERAL, *CHANGED, *FOREIGN, *EMPTY)

# Only in fonts for formulas that matplotlib brings along.
ELSEWHERE = "Ⓩ"


def own_plane(*names, n=40):
    """Samples of your own with two features of these names."""
    y = np.arange(n) % 2
    X = np.random.default_rng(0).normal(size=(n, 2)) + y[:, None]
    return replace(data.from_arrays(X, y), feature_names=names)


def own_images(*classes, n=60):
    """Images of your own, in classes of these names."""
    y = np.arange(n) % len(classes)
    X = np.random.default_rng(0).normal(size=(n, 64)) + 9 * np.eye(64)[y]
    return replace(data.from_arrays(X, y), classes=classes)


@pytest.fixture(params=PANELS)
def show(request, monkeypatch):
    """Make a panel of a split that trains for a moment; it is closed afterwards."""
    # It trains many times.
    monkeypatch.setattr(network, "largest_stable_learning_rate", lambda *_: 1.0)
    made = []

    def make(split):
        made.append(request.param(data=split, epochs=1, batch_size=512))
        return made[-1]

    yield make
    for panel in made:
        panel.close()


def expected(name, stand_in):
    """What is to be written for a name, on this machine."""
    if name in EMPTY or (name in FOREIGN and fonts.lacking(name)):
        return stand_in
    return CHANGED.get(name, name)


def written_in(panel):
    return {text.get_text() for text in texts(panel.figure)}


def leave_marks(panel, *written):
    """Whether the picture changes near these texts when they are hidden."""
    before = np.array(panel.picture.pixels())
    artists = [artist for artist in texts(panel.figure) if artist.get_text() in written]
    for artist in artists:
        artist.set_visible(False)
    panel.picture.background = None
    panel.picture.render()
    hidden = np.array(panel.picture.pixels())
    for artist in artists:
        artist.set_visible(True)
    panel.picture.background = None
    return (before != hidden).sum() > 20 * len(artists)


@pytest.fixture(autouse=True)
def forget():
    """Look for fonts anew, before a test and after it."""
    caches = fonts.find_face, fonts.other_fonts, readable, rasterize
    for function in caches:
        function.cache_clear()
    yield
    for function in caches:
        function.cache_clear()


@pytest.fixture
def no_other_fonts(monkeypatch):
    """A machine that has but our own font, and the one that has a box for everything."""
    few = [e for e in fonts.fontManager.ttflist if e.name == fonts.OWN or "Last" in e.name]
    monkeypatch.setattr(fonts.fontManager, "ttflist", few)


# --- panels --------------------------------------------------------------------------------------


def test_the_panels_that_take_data_of_your_own_are_found():
    assert learning_rate.panel in PANELS


def test_names_of_columns_are_written_as_they_are(show):
    panel = show(own_plane(*NAMES[:2]))
    for names in zip(NAMES[::2], (*NAMES[1::2], NAMES[0]), strict=True):
        panel.result = replace(panel.result, split=own_plane(*names))
        panel.redraw()
        written = {expected(*pair) for pair in zip(names, ("x1", "x2"), strict=True)}
        assert written <= written_in(panel)
        assert leave_marks(panel, *written), written
        lacking = [name for name in names if name in FOREIGN and fonts.lacking(name)]
        assert ("no font" in str(panel)) == bool(lacking)


@pytest.mark.parametrize("k", range(0, len(NAMES), 7))
def test_names_of_classes_are_written_as_they_are(show, k):
    names = (*NAMES[k : k + 7], "1")
    panel = show(own_images(*names))
    shown = written_in(panel)
    for guess in set(panel.moment.beliefs.argmax(axis=1)):
        written = shorten(expected(names[guess], f"#{guess}"), ROW_ROOM)
        assert {written, f"✗{written}"} & shown


def test_the_name_of_pinned_data_is_written_as_it_is(show):
    panel = show(replace(own_plane("a", "b"), name="$\n{"))
    panel.set(pinned={})
    panel.set(data="circle")
    assert r"pinned: $\n{" in written_in(panel)
    assert leave_marks(panel, r"pinned: $\n{")


def test_long_names_stay_beside_their_axes(show):
    panel = show(own_plane("W" * 300, "_j" * 50_000))
    axes = panel.figure.axes[0]
    renderer = panel.picture.canvas.get_renderer()
    across, up = (axis.label.get_window_extent(renderer) for axis in (axes.xaxis, axes.yaxis))
    assert axes.bbox.x0 < across.x0 < across.x1 < axes.bbox.x1
    assert axes.bbox.y0 < up.y0 < up.y1 < axes.bbox.y1
    assert up.x0 >= 0
    low, high = axes.get_ylim()
    ticks = [tick for tick in axes.get_yticklabels() if low <= tick.get_position()[1] <= high]
    assert up.x1 <= min(tick.get_window_extent(renderer).x0 for tick in ticks)


def test_words_in_place_of_numerals_do_not_cover_the_images(show):
    panel = show(own_images("a long name", "another one"))
    axes = panel.figure.axes[0]
    cell = axes.bbox.height / 6
    panel.picture.render()
    for answer in panel.artists.beliefs.answers[:10]:
        low = answer.get_transform().transform(answer.get_position())[1]
        top = low + np.flatnonzero(answer.sprite[..., 3].any(axis=1)).max()
        # An image ends two twelfths of its cell above the bottom.
        above = (top - axes.bbox.y0) % cell
        assert above < cell * 2 / 12 + 1


def test_names_that_no_font_has_are_explained_in_the_summary(show, no_other_fonts):
    panel = show(own_plane("身高", "weight"))
    sentence = "This machine has no font with 身, 高: in the picture, x1 stands for “身高”."
    assert str(panel).endswith(sentence)
    assert sentence in html.unescape(panel.summary.value)
    assert sentence not in repr(panel)  # which is the same on every machine
    assert {"x1", "weight"} <= written_in(panel)


def test_other_data_with_the_same_limits_has_its_own_names(show):
    panel = show(own_plane("first", "second"))
    split = replace(panel.result.split, feature_names=("third", "fourth"))
    update_beliefs(panel.artists.beliefs, split, panel.moment.beliefs, 1)
    assert {"third", "fourth"} <= written_in(panel)


def test_columns_without_names_are_shown(show):
    assert {"x1", "x2"} <= written_in(show(own_plane()))


def test_a_message_shows_a_name_as_it_is(show):
    with pytest.raises(ValueError, match="<i>&"):
        show(replace(own_plane("a", "b"), task="regression", name="<i>&"))
    panel = show(own_plane("a", "b"))
    panel.complain(ValueError("<i>& $x$"))
    assert "&lt;i&gt;&amp; $x$" in panel.message.value


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*NAMES, 7, True, None, 0.5, "x\n" * 1000], ids=ascii)
def test_a_name_becomes_one_line_that_can_be_drawn(name):
    written = readable(name, "x1")
    assert written.strip()
    assert "\n" not in written
    assert written.isprintable()
    assert fonts.lacking(written) == ""
    assert fonts.width(written) <= 20


def test_equal_names_of_other_types_are_written_as_they_are():
    names = (1, True, 1.0, np.int64(1), 0, False)
    assert [readable(name, "#1") for name in names] == list(map(str, names))


def test_letters_keep_what_joins_them():
    assert one_line("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.parametrize("room", [1, 3, 5.5, 12])
@pytest.mark.parametrize("text", ["W" * 30, "i" * 500, "class number 1", "площадь участка"])
def test_a_short_name_keeps_its_beginning_and_its_end(text, room):
    short = shorten(text, room)
    assert fonts.width(short) <= max(room, fonts.width("…"))
    if short not in ("…", text):
        beginning, end = short.split("…")
        assert text.startswith(beginning) and text.endswith(end) and end


def test_of_many_names_that_no_font_has_a_few_are_explained(no_other_fonts):
    names = {f"#{k}": chr(0x4E00 + k) for k in range(50)} | {"#50": "known"}
    sentence = about_stand_ins(names)
    assert "known" not in sentence
    assert sentence.count("stands for") == 3
    assert len(sentence) < 200


# --- fonts ---------------------------------------------------------------------------------------


def test_a_character_is_looked_for_in_all_fonts():
    assert fonts.lacking(f"a{ELSEWHERE}") == ""
    own, other = fonts.in_faces(f"a{ELSEWHERE}")
    assert own == ("a", fonts.own_face())
    assert "STIX" in other[1][0]
    assert fonts.families(f"a{ELSEWHERE}") == [fonts.OWN, "STIXGeneral"]


def test_where_no_font_has_it_a_character_is_lacking(no_other_fonts):
    assert fonts.lacking(f"a{ELSEWHERE}b{ELSEWHERE}") == ELSEWHERE
    assert readable(f"a{ELSEWHERE}", "x1") == "x1"
    assert fonts.families(ELSEWHERE) == [fonts.OWN]


def test_fonts_are_read_once_and_only_when_a_name_needs_it(monkeypatch):
    reads = []
    monkeypatch.setattr(fonts, "plain_fonts", lambda: reads.append(1) or [])
    fonts.lacking("height η ← ✗")
    assert not reads
    for character in "身高重":
        fonts.lacking(character)
    assert len(reads) == 1


def test_bold_words_take_from_the_plain_font_what_the_bold_one_lacks():
    lacks = set(fonts.get_font(fonts.own_face()[0]).get_charmap())
    lacks -= set(fonts.get_font(fonts.own_face("bold")[0]).get_charmap())
    character = chr(max(lacks))
    assert fonts.find_face(character, "bold") == fonts.own_face()
    assert fonts.find_face("a", "bold") == fonts.own_face("bold") != fonts.own_face()


def test_words_are_drawn_with_the_fonts_that_have_their_characters():
    font = ("normal", 20, 100)
    alone, before, after = (rasterize(t, "k", font) for t in (ELSEWHERE, f"a{ELSEWHERE}", "a"))
    assert alone[..., 3].any()
    assert len(alone) == len(before) == len(after)
    assert abs(before.shape[1] - alone.shape[1] - after.shape[1]) <= 1


# --- pictures ------------------------------------------------------------------------------------


def draw(figure):
    axes = figure.add_axes([0.2, 0.3, 0.7, 0.5])
    axes.set(xscale="log", xlim=(1, 100), title=f"$x^2$ {ELSEWHERE}", xlabel="$")
    return SimpleNamespace(moving=axes.text(1, 0.5, "$y$"), still=axes)


def test_only_ticks_are_formulas():
    picture = Picture((3, 2), draw)
    axes = picture.artists.still
    for high in (100, 1e9):  # which needs more ticks
        axes.set_xlim(1, high)
        picture.render()
        ticks = axes.get_xticklabels()
        assert {"$" in tick.get_text() for tick in ticks} == {True}
        assert all(tick.get_parse_math() for tick in ticks)
    for text in (axes.title, axes.xaxis.label, picture.artists.moving):
        assert not text.get_parse_math()


def test_still_texts_are_drawn_with_the_fonts_that_have_their_characters():
    picture = Picture((3, 2), draw)
    picture.render()  # which warns of a missing glyph
    with_it = np.array(picture.pixels())
    picture.artists.still.set_title("$x^2$ ")
    picture.render()
    assert (with_it != np.array(picture.pixels())).any()
