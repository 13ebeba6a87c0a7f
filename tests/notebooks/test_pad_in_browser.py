"""Digits are drawn on the pad of lesson 15 in a real Lab: by mouse, finger, pen and keyboard."""

import math
from itertools import pairwise

import lab
import pytest

# A small notebook, so that nothing else has to be trained first.
CELLS = ["from widgets import digits\npad = digits.pad()\npad"]
NAME, PANEL = "pad.ipynb", 0
# Notes in `pointers` by what kinds of pointer an area is touched.
NOTE_POINTERS = """area => {
    window.pointers = [];
    area.addEventListener("pointerdown", ({pointerType}) => pointers.push(pointerType));
}"""


@pytest.fixture(scope="module")
def lesson(server, page):
    lab.write_notebook(server, NAME, CELLS)
    lab.open_notebook(page, server, NAME)
    lab.run_all(page)
    return page


@pytest.fixture
def areas(lesson):
    """What can be touched: the pad, clear, undo, in this order; nothing of one's own is drawn."""
    lab.click(lesson, "reset", PANEL)
    areas = lab.panel(lesson, PANEL).locator(".knobs-touch > div")
    areas.first.evaluate(lab.IN_SIGHT)
    lab.settle(lesson, PANEL)
    assert "Stored drawing" in words(lesson)
    yield [areas.nth(k) for k in range(3)]
    assert lesson.errors == []


def words(page):
    return lab.look(page, PANEL)[1]


def drawn(page):
    """The setting of the kernel that holds what was drawn: a list of strokes, lists of numbers."""
    lab.settle(page, PANEL)
    text = lab.ask(page, "pad.settings['strokes']").strip("'")
    return [[int(number) for number in part.split(" ")] for part in text.split(";") if part]


def at(area, x, y):
    """Where a place of the pad is, in the window; x and y from 0 to 1, y upwards."""
    box = area.bounding_box()
    return box["x"] + x * box["width"], box["y"] + (1 - y) * box["height"]


def ring(n=40):
    """Points of a 0."""
    angles = [math.pi / 2 + 2 * math.pi * k / n for k in range(n + 1)]
    return [(0.5 + 0.25 * math.cos(a), 0.5 + 0.4 * math.sin(a)) for a in angles]


def draw_by_mouse(page, area, points, pause=5):
    page.mouse.move(*at(area, *points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*at(area, *point))
        page.wait_for_timeout(pause)
    page.mouse.up()


def test_a_mouse_draws_a_digit_that_is_read(lesson, areas):
    before = lab.picture(lesson, PANEL)
    draw_by_mouse(lesson, areas[0], ring())
    (stroke,) = drawn(lesson)
    assert "Your drawing: read as 0" in words(lesson)
    assert lab.picture(lesson, PANEL) != before
    # All of the way is there, however busy the kernel was: left, below, right, and up again.
    x, y = stroke[::2], stroke[1::2]
    assert len(x) > 30
    assert (min(x), max(x)) == pytest.approx((70, 210), abs=6)
    assert (min(y), max(y)) == pytest.approx((28, 252), abs=6)
    gaps = [math.hypot(*gap) for gap in zip(differences(x), differences(y), strict=True)]
    assert max(gaps) < 40


def differences(numbers):
    return [after - before for before, after in pairwise(numbers)]


def test_a_quick_hand_loses_no_part_of_its_way(lesson, areas):
    lesson.mouse.move(*at(areas[0], 0.5, 0.9))
    lesson.mouse.down()
    for point in ring(120)[1:]:
        lesson.mouse.move(*at(areas[0], *point))
    lesson.mouse.up()
    (stroke,) = drawn(lesson)
    assert len(stroke) > 100
    assert "Your drawing: read as 0" in words(lesson)


def test_a_finger_draws_two_strokes_and_the_page_stays_where_it_is(lesson, areas):
    touch = lab.finger(lesson)
    top = areas[0].bounding_box()["y"]
    for line in ([(0.25, 0.9), (0.2, 0.45), (0.8, 0.45)], [(0.65, 0.75), (0.65, 0.4), (0.65, 0.1)]):
        (x, y), *rest = line
        touch("touchStart", at(areas[0], x, y))
        for end in rest:
            for k in range(1, 11):
                touch(
                    "touchMove", at(areas[0], x + k * (end[0] - x) / 10, y + k * (end[1] - y) / 10)
                )
            x, y = end
        touch("touchEnd")
    assert len(drawn(lesson)) == 2
    assert areas[0].bounding_box()["y"] == top
    assert "Your drawing: read as 4" in words(lesson)
    touch("touchStart", at(areas[2], 0.5, 0.5))
    touch("touchEnd")
    assert len(drawn(lesson)) == 1
    touch("touchStart", at(areas[1], 0.5, 0.5))
    touch("touchEnd")
    lab.settle(lesson, PANEL)
    assert "Nothing is drawn yet." in words(lesson)


def test_a_pen_draws_as_a_finger_does(lesson, areas):
    """A pen hovers over the pad without leaving a trace, and draws where it touches it."""
    areas[0].evaluate(NOTE_POINTERS)
    pen = lab.pen(lesson)
    points = ring()
    for point in points[:5]:
        pen("mouseMoved", at(areas[0], *point))
    assert drawn(lesson) == []
    pen("mousePressed", at(areas[0], *points[0]))
    for point in points[1:]:
        pen("mouseMoved", at(areas[0], *point))
    pen("mouseReleased", at(areas[0], *points[-1]))
    (stroke,) = drawn(lesson)
    assert len(stroke) > 30
    assert "Your drawing: read as 0" in words(lesson)
    pen("mouseMoved", at(areas[0], 0.1, 0.1))
    assert drawn(lesson) == [stroke]
    assert lesson.evaluate("pointers") == ["pen"]


def test_arrow_keys_go_through_the_stored_drawings(lesson, areas):
    """Lab takes the arrow keys of a menu, and leaves those of a slider."""
    cell = lesson.evaluate("jupyterapp.shell.currentWidget.content.activeCellIndex")
    assert lab.reading(lesson, "drawing", PANEL) == "8, no. 6"
    lab.press(lesson, "drawing", "ArrowLeft", 3, PANEL)
    lab.settle(lesson, PANEL)
    assert lab.reading(lesson, "drawing", PANEL) == "8, no. 3"
    assert "8 was meant" in words(lesson) or "read as 8" in words(lesson)
    lab.press(lesson, "drawing", "End", 1, PANEL)
    lab.settle(lesson, PANEL)
    assert lab.reading(lesson, "drawing", PANEL) == "9, no. 10"
    # From the left end on: one's own, nothing, and the first that is stored.
    draw_by_mouse(lesson, areas[0], ring())
    assert "Your drawing: read as 0" in words(lesson)
    lab.press(lesson, "drawing", "ArrowRight", 1, PANEL)
    lab.settle(lesson, PANEL)
    assert "Nothing is drawn yet." in words(lesson)
    lab.press(lesson, "drawing", "ArrowRight", 1, PANEL)
    lab.settle(lesson, PANEL)
    assert lab.reading(lesson, "drawing", PANEL) == "0, no. 1"
    lab.press(lesson, "drawing", "Home", 1, PANEL)
    lab.settle(lesson, PANEL)
    assert "Your drawing: read as 0" in words(lesson)
    now = lesson.evaluate("jupyterapp.shell.currentWidget.content.activeCellIndex")
    assert now == cell


def test_the_picture_follows_the_pen(lesson, areas):
    """While the pen moves, frames are painted: more than one for the whole stroke."""
    lab.panel(lesson, PANEL).evaluate(lab.LISTEN)
    draw_by_mouse(lesson, areas[0], ring(), pause=25)
    lab.settle(lesson, PANEL)
    assert lesson.evaluate("painted.length") >= 8
