"""A picture is touched in a real Lab, by a mouse and by a finger: z of lesson 06 follows."""

import lab
import pytest

LESSON, PANEL = "06_activations.ipynb", 0
# The function is drawn from z = -6 to 6.
WIDTH = 12
SCROLLED = """() => {
    let node = document.querySelector(".knobs-panel");
    while (node && node.scrollTop === 0) node = node.parentElement;
    return node ? node.scrollTop : 0;
}"""


@pytest.fixture(scope="module")
def lesson(server, page):
    lab.open_notebook(page, server, LESSON)
    lab.run_all(page)
    return page


@pytest.fixture
def area(lesson):
    """What can be touched, in the middle of the window; z is 2."""
    lab.click(lesson, "reset", PANEL)
    area = lab.panel(lesson, PANEL).locator(".knobs-touch > div")
    area.evaluate(lab.IN_SIGHT)
    lab.settle(lesson, PANEL)
    assert lab.reading(lesson, "z", PANEL) == "2"
    yield area
    assert lesson.errors == []


def point(area, z):
    """Where a z is, in the window."""
    box = area.bounding_box()
    return box["x"] + (z / WIDTH + 0.5) * box["width"], box["y"] + 0.4 * box["height"]


def shows(page, z):
    _, words = lab.look(page, PANEL)
    return f"at z = {z}:" in words and lab.reading(page, "z", PANEL) == z


def test_a_mouse_drags_z_along_the_function(lesson, area):
    before = lab.picture(lesson, PANEL)
    lesson.mouse.move(*point(area, 2))
    assert area.locator("div").is_visible()
    assert area.get_attribute("title") == (
        "Drag the point along the function; the knob z does the same."
    )
    assert area.evaluate("node => getComputedStyle(node).cursor") == "pointer"
    lesson.mouse.down()
    for z in (1, 0, -1, -2, -3):
        lesson.mouse.move(*point(area, z))
        lesson.wait_for_timeout(20)
    assert shows(lesson, "−3")
    assert lab.picture(lesson, PANEL) != before
    # Held fast, it goes on beyond the axes, as far as the knob does.
    lesson.mouse.move(point(area, 6)[0] + 60, 10)
    assert shows(lesson, "6")
    lesson.mouse.up()
    lesson.mouse.move(*point(area, 0))
    assert shows(lesson, "6")


def test_a_finger_drags_z_and_the_page_stays_where_it_is(lesson, area):
    touch, before = lab.finger(lesson), lesson.evaluate(SCROLLED)
    touch("touchStart", point(area, 2))
    for k, z in enumerate((1, 0, -1, -2, -3)):
        x, y = point(area, z)
        touch("touchMove", (x, y - 20 * k))
    assert shows(lesson, "−3")
    touch("touchEnd")
    assert lesson.evaluate(SCROLLED) == before


def test_beside_the_area_a_finger_scrolls_the_page_and_touches_nothing(lesson, area):
    touch, before = lab.finger(lesson), lesson.evaluate(SCROLLED)
    image = lab.panel(lesson, PANEL).locator("img.knobs-picture").bounding_box()
    # At the right of the axes, where the picture only has words.
    x, y = image["x"] + 0.9 * image["width"], image["y"] + 0.5 * image["height"]
    touch("touchStart", (x, y))
    for k in range(1, 11):
        touch("touchMove", (x, y - 15 * k))
    touch("touchEnd")
    lesson.wait_for_function(f"before => ({SCROLLED})() > before + 50", arg=before)
    assert shows(lesson, "2")
