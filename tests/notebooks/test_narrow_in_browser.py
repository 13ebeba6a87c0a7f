"""A narrow page in a real Lab: parts of a picture stand below each other, knobs below all."""

import lab
import pytest

LESSON, PANEL = "06_activations.ipynb", 0
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 820, "height": 800}
SIDEWAYS = """() => Math.max(
    ...[...document.querySelectorAll(".jp-WindowedPanel-outer, .jp-OutputArea-output")]
        .map(node => node.scrollWidth - node.clientWidth)
)"""


@pytest.fixture(scope="module")
def lesson(server, page):
    lab.open_notebook(page, server, LESSON)
    lab.run_all(page)
    yield page
    assert page.errors == []


def sizes(page):
    """Width and height of the picture on the page, and where knobs, picture and words begin."""
    panel = lab.panel(page, PANEL)
    boxes = [panel.locator(name).first.bounding_box() for name in (
        "img.knobs-picture", "[class*=knob-]", ".knobs-summary")]  # fmt: skip
    return boxes[0]["width"], boxes[0]["height"], *(box["y"] for box in boxes)


def resize(page, size):
    image = lab.panel(page, PANEL).locator("img.knobs-picture")
    # Lab lays out only what is in sight.
    image.evaluate(lab.IN_SIGHT)
    before = image.get_attribute("height")
    page.set_viewport_size(size)
    page.wait_for_function(
        "([image, before]) => image.getAttribute('height') !== before",
        arg=[image.element_handle(), before],
    )
    lab.settle(page, PANEL)
    lab.wait_for_pictures(page)


def test_a_page_made_narrow_and_wide_again(lesson):
    wide = sizes(lesson)
    assert wide[0] > 800
    assert wide[3] < wide[2] < wide[4]
    resize(lesson, NARROW)
    width, height, picture, knobs, words = sizes(lesson)
    # Lab leaves less than half of the window to the notebook.
    assert 340 <= width < 420
    assert height > width
    assert picture < words < knobs
    assert lesson.evaluate(SIDEWAYS) <= 0
    # What is touched is what is there.
    area = lab.panel(lesson, PANEL).locator(".knobs-touch > div")
    area.evaluate(lab.IN_SIGHT)
    box = area.bounding_box()
    lesson.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 0.4 * box["height"])
    lab.settle(lesson, PANEL)
    assert lab.reading(lesson, "z", PANEL) == "−3"
    assert "value 0.04743" in lab.look(lesson, PANEL)[1]
    lab.press(lesson, "z", "ArrowRight", panel=PANEL)
    lab.settle(lesson, PANEL)
    assert sizes(lesson)[:2] == (width, height)
    resize(lesson, WIDE)
    assert sizes(lesson)[:2] == wide[:2]
