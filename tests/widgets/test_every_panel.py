"""What holds for every panel of every lesson. Each is built once, and goes through all tests."""

import re

import ipywidgets
import pytest
from lesson_panels import PANELS
from panels import pixels

from lessons.activations import ACTIVATIONS
from lessons.initializers import INITIALIZERS
from widgets.artists import Words
from widgets.options import menu
from widgets.picture import texts

pytestmark = pytest.mark.slow

ROOMS = 352, 560, 700
ONE_NAME = "batch_size", "epochs", "activation", "data", "seed", "init"


@pytest.fixture(scope="module", params=PANELS)
def built(request, compiled):
    """A panel of a lesson, for all tests of this file."""
    panel = PANELS[request.param]()
    yield panel
    panel.close()


@pytest.fixture
def panel(built):
    """That panel, as it was at first."""
    yield built
    if built.picture.fit(10_000, 1.0):
        built.paint()
    if built.job or built.settings != built.start:
        built.set(**built.start)


@pytest.fixture(scope="module")
def labels_so_far():
    """The name of each field, on the panels that were there before."""
    return {}


@pytest.fixture(scope="module")
def names_so_far():
    """What links call the panels that were there before."""
    return set()


# --- names --------------------------------------------------------------------------------------


def test_menus_show_names_in_print(panel):
    for field, registry in (("activation", ACTIVATIONS), ("init", INITIALIZERS)):
        if field in panel.knobs:
            knob = panel.knobs[field]
            assert dict(knob.control.options) == menu(registry)
            assert [knob.shown(name) for name in registry] == list(menu(registry))


def test_a_knob_has_the_name_that_it_has_elsewhere(panel, labels_so_far):
    for field in panel.knobs.keys() & set(ONE_NAME):
        label = panel.knobs[field].label
        assert labels_so_far.setdefault(field, label) == label


def test_the_width_of_layers_and_a_learning_rate_are_called_so(panel):
    for field in panel.knobs.keys() & {"width", "units"}:
        assert panel.knobs[field].label == "units per layer"
    if "learning_rate" in panel.knobs:
        assert panel.knobs["learning_rate"].label.startswith("learning rate η")


def test_there_are_panels_with_each_of_these_knobs(labels_so_far):
    assert labels_so_far.keys() == set(ONE_NAME)


# --- narrow pages -------------------------------------------------------------------------------


def test_no_word_is_cut_off(panel):
    for room in ROOMS:
        panel.picture.fit(room, 1.0)
        panel.paint()
        shape = panel.picture.shape
        assert panel.picture.density == 1
        assert shape["width"] == room
        cut = [
            (text, [round(edge) for edge in box])
            for text, box in boxes_of_texts(panel.picture)
            if box[0] < -3 or box[1] < -3 or box[2] > room + 3 or box[3] > shape["height"] + 3
        ]
        assert cut == [], f"on a page {room} pixels wide"


def boxes_of_texts(picture):
    """Yield each text that is seen: its words, left, top, right and bottom in pixels."""
    figure, renderer = picture.figure, picture.canvas.get_renderer()
    height = figure.bbox.height
    for text in (*texts(figure), *ticks(figure)):
        if not text.get_visible() or not text.get_text().strip():
            continue
        if isinstance(text, Words):
            x0, y0, x1, y1 = box_of_words(text)
        else:
            x0, y0, x1, y1 = text.get_window_extent(renderer).extents
        yield text.get_text(), (x0, height - y1, x1, height - y0)


def ticks(figure):
    """The labels of all ticks that are within their axes."""
    for axes in filter(lambda axes: axes.axison, figure.axes):
        for axis in (axes.xaxis, axes.yaxis):
            for tick in axis._update_ticks():
                yield from (tick.label1, tick.label2)


def box_of_words(text):
    lines, width = text.sprite.shape[:2]
    x, y = text.get_transform().transform(text.get_position())
    left = x - {"left": 0, "center": width / 2, "right": width}[text.get_ha()]
    bottom = y - {"bottom": 0, "center": lines / 2, "top": lines}[text.get_va()]
    return left, bottom, left + width, bottom + lines


# --- touch --------------------------------------------------------------------------------------


def labels(panel):
    """The names of knobs that a learner sees, and the settings that they are."""
    found = {knob.control.description: field for field, knob in panel.knobs.items()}
    return found | ({panel.clock.description: "time"} if panel.clock else {})


def fields_named(panel, help):
    """The settings whose knobs a help names, each or all that stand behind a button."""
    behind, names = re.search(r"; the knobs? (behind )?(.+) do(es)? the same", help).group(1, 2)
    if not behind:
        return {labels(panel)[name] for name in names.split(", ")}
    rows = {group.name: group.row.children for group in panel.groups}
    controls = [control for name in names.split(", ") for control in rows[name]]
    return {field for field, knob in panel.knobs.items() if knob.control in controls}


def test_every_help_names_a_knob_that_is_there(panel):
    for area in panel.areas():
        assert fields_named(panel, area["help"])


def test_areas_do_not_cover_each_other(panel):
    boxes = [area["box"] for area in panel.areas()]
    for k, (left, bottom, width, height) in enumerate(boxes):
        assert left >= 0 and bottom >= 0 and left + width <= 1 and bottom + height <= 1
        for other_left, other_bottom, other_width, other_height in boxes[:k]:
            beside = left >= other_left + other_width or other_left >= left + width
            assert (
                beside or bottom >= other_bottom + other_height or other_bottom >= bottom + height
            )


def test_drags_to_anywhere_move_what_the_help_names_and_nothing_else(panel):
    named = set()
    for area in panel.areas():
        panel.set(**panel.start)
        (left, bottom, width, height), fields = area["box"], fields_named(panel, area["help"])
        panel.on_touch(area["name"], "down", left + 0.4 * width, bottom + 0.6 * height)
        for x, y in ((0.9, 0.3), (0, 0), (1, 1), (-0.3, 3), (2, -1), (30, 0.5), (-30, -30)):
            panel.on_touch(area["name"], "move", left + x * width, bottom + y * height)
            assert panel.message.value == ""
            changed = {name for name, value in panel.settings.items() if value != panel.start[name]}
            # What no control shows is drawn; the knob that is named shows other drawings.
            changed -= {field for field, knob in panel.knobs.items() if knob.is_drawn}
            # A training of another length can have less time.
            assert changed <= fields
            named |= changed
        assert fields & named


# --- idle knobs ---------------------------------------------------------------------------------


def has_few_positions(knob):
    """Whether it is a menu or a box."""
    return knob.is_menu or isinstance(knob.control, ipywidgets.Checkbox)


def by_menus(panel):
    """Settings that differ by one menu from the first ones, and those with no box ticked."""
    boxes = [f for f, knob in panel.knobs.items() if isinstance(knob.control, ipywidgets.Checkbox)]
    yield dict.fromkeys(boxes, False)
    for field, knob in panel.knobs.items():
        if has_few_positions(knob):
            yield from ({field: option} for option in knob.values)


def test_an_idle_knob_changes_nothing(panel):
    """Text and picture stay the same, to the pixel."""
    tried = set()
    first = panel.knob_settings()
    for changes in by_menus(panel):
        idle = set(panel.idle(first | changes)) - tried
        tried |= idle
        if idle:
            panel.set(**first | changes)
            before, text = pixels(panel), str(panel)
        for field in idle:
            values = panel.knobs[field].values
            panel.set(**{field: values[0] if values[0] != first[field] else values[-1]})
            assert str(panel) == text, field
            assert (pixels(panel) == before).all(), field


def test_no_knob_vanishes_under_a_hand_that_slides_another(panel):
    """Only menus and boxes decide which knobs are idle; but for the last, which moves no other."""
    settings = panel.knob_settings()
    *_, last = (field for field, knob in panel.knobs.items() if not knob.is_drawn)
    here = {*panel.idle(settings)}
    for field, knob in panel.knobs.items():
        if not has_few_positions(knob) and not knob.is_drawn:
            for value in (knob.values[0], knob.values[-1]):
                assert {*panel.idle(settings | {field: value})} ^ here <= {last}, field


# --- links --------------------------------------------------------------------------------------


def test_a_link_opens_it_as_it_is(panel):
    before, start = (str(panel), panel.settings), panel.start
    link = panel.link()
    for knob in panel.knobs.values():
        if knob.values:
            panel.apply({knob.field: knob.values[-1]})
    if panel.steps:
        panel.time = 0
    panel.open(link)
    assert (str(panel), panel.settings) == before
    assert panel.start == panel.settings == start
    assert panel.name in link


def test_links_tell_all_panels_apart(built, names_so_far):
    assert built.name not in names_so_far
    names_so_far.add(built.name)
