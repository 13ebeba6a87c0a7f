"""Samples are painted on the map of lesson 14 in a real Lab: by a mouse and by a finger."""

import ast
import math

import lab
import pytest

# A small notebook, so that nothing else has to be trained first.
CELLS = ["from widgets import playground\npanel = playground.panel()\npanel"]
NAME, PANEL = "brush.ipynb", 0
# How far the map goes, both ways.
REACH = 2.7
BLUE, ORANGE, GREEN, PURPLE, ERASE = range(5)
# The kernel's own view: strokes, each with its kind; samples by class; updates of the run.
STATE = (
    "([part[0] for part in panel.settings['paint'].split(';') if part], "
    "[int((panel.result.samples.y_train == k).sum() + (panel.result.samples.y_val == k).sum()) "
    "for k in range(4)], panel.run.updates, panel.settings['data'])"
)


@pytest.fixture(scope="module")
def lesson(server, page):
    lab.write_notebook(server, NAME, CELLS)
    lab.open_notebook(page, server, NAME)
    lab.run_all(page)
    return page


@pytest.fixture
def areas(lesson):
    """What can be touched, by the word that it is helped with; nothing is painted."""
    lab.click(lesson, "reset", PANEL)
    areas = lab.panel(lesson, PANEL).locator(".knobs-touch > div")
    found = {
        name: areas.and_(lesson.locator(f"[title^='{help}']"))
        for name, help in (("map", "Paint"), ("brush", "Choose"), ("undo", "Take the last"),
                           ("clear", "Take all"))
    }  # fmt: skip
    found["map"].evaluate(lab.IN_SIGHT)
    lab.settle(lesson, PANEL)
    assert state(lesson)[0] == [] and state(lesson)[3] == "spiral"
    yield found
    assert lesson.errors == []
    message = lab.panel(lesson, PANEL).locator(".knobs-message").text_content()
    assert message.strip() == ""


def state(page):
    lab.settle(page, PANEL)
    return ast.literal_eval(lab.ask(page, STATE))


def at(area, x, y):
    """Where coordinates of the map are, in the window."""
    box = area.bounding_box()
    return (
        box["x"] + (x + REACH) / (2 * REACH) * box["width"],
        box["y"] + (REACH - y) / (2 * REACH) * box["height"],
    )


def row(areas, kind):
    """Where a brush stands in the palette, in the window."""
    box = areas["brush"].bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + (kind + 0.5) * box["height"] / 5


def middle(area):
    box = area.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def ring(radius, n=30):
    angles = [2 * math.pi * k / n for k in range(n + 1)]
    return [(radius * math.cos(a), radius * math.sin(a)) for a in angles]


def by_mouse(page, area, points, pause=10):
    page.mouse.move(*at(area, *points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*at(area, *point))
        page.wait_for_timeout(pause)
    page.mouse.up()


def test_a_mouse_paints_erases_undoes_and_clears_and_the_run_follows(lesson, areas):
    by_mouse(lesson, areas["map"], ring(0.4))
    strokes, (blue, orange, *others), updates, data = state(lesson)
    assert strokes == ["0"] and data == "painted"
    assert blue >= 3 * 10 and orange == 0 and others == [0, 0]
    lesson.mouse.click(*row(areas, ORANGE))
    before = lab.look(lesson, PANEL)
    by_mouse(lesson, areas["map"], ring(1.8))
    strokes, both, more, _ = state(lesson)
    assert strokes == ["0", "1"]
    assert both[0] == blue and both[1] >= 3 * 20
    assert more > updates
    picture, words = lab.look(lesson, PANEL)
    assert picture != before[0] and "of class 1 (orange)" in words
    # The upper half of the ring is taken away.
    lesson.mouse.click(*row(areas, ERASE))
    by_mouse(lesson, areas["map"], ring(1.8)[:16])
    strokes, (blue, orange, *_), _, _ = state(lesson)
    assert strokes == ["0", "1", "4"]
    assert blue == both[0] and 0.3 * both[1] < orange < 0.7 * both[1]
    lesson.mouse.click(*middle(areas["undo"]))
    assert lab.look(lesson, PANEL) != (picture, words)  # Another brush is chosen now.
    assert state(lesson)[:2] == (["0", "1"], both)
    lesson.mouse.click(*middle(areas["clear"]))
    assert "These points are an example" in lab.look(lesson, PANEL)[1]
    lesson.mouse.click(*middle(areas["undo"]))
    assert state(lesson)[:2] == (["0", "1"], both)


def test_a_finger_paints_classes_and_the_page_stays_where_it_is(lesson, areas):
    touch, top = lab.finger(lesson), areas["map"].bounding_box()["y"]

    def tap(place):
        touch("touchStart", place)
        touch("touchEnd")

    def line(x):
        touch("touchStart", at(areas["map"], x, -2))
        for k in range(1, 21):
            touch("touchMove", at(areas["map"], x, -2 + 0.2 * k))
        touch("touchEnd")

    line(-1)
    tap(row(areas, ORANGE))
    line(1)
    strokes, (blue, orange, *_), _, _ = state(lesson)
    assert strokes == ["0", "1"]
    assert min(blue, orange) >= 3 * 10
    assert areas["map"].bounding_box()["y"] == top
    tap(row(areas, ERASE))
    line(1)
    # One in seven of the samples is further from the stroke than the eraser reaches.
    assert state(lesson)[1][1] < orange / 2
    tap(middle(areas["undo"]))
    assert state(lesson)[1] == [blue, orange, 0, 0]
    tap(row(areas, PURPLE))
    line(0)
    assert state(lesson)[1][PURPLE] >= 3 * 10
    assert "of class 3 (purple)" in lab.look(lesson, PANEL)[1]
    tap(middle(areas["clear"]))
    assert "These points are an example" in lab.look(lesson, PANEL)[1]


def test_the_picture_follows_the_brush(lesson, areas):
    """While the stroke is drawn, frames are painted: more than one for all of it."""
    lab.panel(lesson, PANEL).evaluate(lab.LISTEN)
    by_mouse(lesson, areas["map"], ring(1.5), pause=40)
    lab.settle(lesson, PANEL)
    assert lesson.evaluate("painted.length") >= 8


def test_what_was_painted_comes_back_with_the_menu(lesson, areas):
    by_mouse(lesson, areas["map"], ring(1.0))
    before = lab.look(lesson, PANEL)
    lab.choose(lesson, "data", "moons", PANEL)
    assert lab.look(lesson, PANEL) != before
    lab.choose(lesson, "data", "your own points", PANEL)
    assert lab.look(lesson, PANEL) == before
