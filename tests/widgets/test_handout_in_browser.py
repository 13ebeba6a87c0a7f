"""A handout, opened from disk in a real browser: it slides without a kernel."""

import lab
import panels
import pytest


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A page of knobs that slide alone, and of two that slide in a grid."""
    panel = panels.Fake().panel(n=20, seed=3)
    path = panel.handout(tmp_path_factory.mktemp("out") / "page.html", ["rate", ("seed", "time")])
    panel.close()
    with lab.browser() as page:
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(path.as_uri())
        yield page
        assert page.errors == []
        assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []


def words(page):
    return page.locator("#words").text_content()


def readings(page):
    return page.locator("label span").all_text_contents()


def press(page, label, key):
    page.get_by_label(label).focus()
    page.keyboard.press(key)


def test_it_slides_by_keyboard_and_other_lines_go_back(page):
    assert words(page) == "20 points at 1, shown to 20."
    assert readings(page) == ["1", "3", "20"]
    press(page, "rate", "Home")
    assert words(page) == "20 points at 0.001, shown to 20."
    press(page, "epoch", "ArrowLeft")
    assert words(page) == "20 points at 1, shown to 19."
    press(page, "seed", "End")
    assert words(page) == "20 points at 1, shown to 19."
    assert readings(page) == ["1", "9", "19"]
    press(page, "rate", "ArrowRight")
    assert readings(page)[1:] == ["3", "20"]


def test_picture_and_words_are_one_frame_also_for_ears(page):
    seen = {}
    for key in ("Home", "End"):
        press(page, "rate", key)
        picture = page.locator("img")
        assert picture.get_attribute("alt") == words(page)
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 300
        seen[words(page)] = picture.get_attribute("src")
        told = page.get_by_label("rate").get_attribute("aria-valuetext")
        assert told == readings(page)[0]
    assert len(set(seen.values())) == len(seen) == 2
    # Heard when the hand rests.
    page.wait_for_function("spoken.textContent === words.textContent")
    assert page.get_by_role("status").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"


def test_a_mouse_slides_it(page):
    box = page.get_by_label("rate").bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    seen = set()
    for k in range(10):
        page.mouse.move(box["x"] + 8 + k * box["width"] / 10, box["y"] + box["height"] / 2)
        seen.add(words(page))
    page.mouse.up()
    assert len(seen) > 5


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_page(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def ground(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_it_is_dark_where_the_page_is_and_light_on_paper(page):
    assert ground(page) == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    assert ground(page) == "rgb(17, 17, 17)"
    assert "invert" in page.locator("img").evaluate("image => getComputedStyle(image).filter")
    page.emulate_media(color_scheme="dark", media="print")
    assert ground(page) == "rgb(255, 255, 255)"
    assert page.locator("img").evaluate("image => getComputedStyle(image).filter") == "none"
    page.emulate_media(color_scheme="light", media="screen")
