"""The parts of a picture on a narrow page: none cut off, letters as they were."""

import pytest
from matplotlib.figure import Figure

from widgets.arrangement import LEAST, Arrangement

# As drawn: two axes with room for labels, a heading over both, a scale below both.
SIZE = 8, 4
BLOCKS = (0, 0, 400, 300), (400, 0, 800, 300), (0, 300, 800, 400)
PLACES = (50, 40, 300, 200), (450, 40, 300, 200), (50, 330, 700, 20)


@pytest.fixture
def arrangement():
    figure = Figure(SIZE, dpi=100)
    arrangement = Arrangement(figure, SIZE, BLOCKS)
    for left, top, width, height in PLACES:
        figure.add_axes([left / 800, 1 - (top + height) / 400, width / 800, height / 400])
    return arrangement


def places(arrangement):
    """Left, top, width and height of all axes, in pixels."""
    boxes = [axes.bbox for axes in arrangement.figure.axes]
    height = arrangement.figure.bbox.height
    return [
        [round(number) for number in (box.x0, height - box.y1, box.width, box.height)]
        for box in boxes
    ]


def test_a_wide_page_shows_it_as_it_was_drawn(arrangement):
    assert not arrangement.fit(10_000)
    assert not arrangement.narrow
    assert places(arrangement) == [list(place) for place in PLACES]


def test_where_blocks_have_room_beside_each_other_they_stay_there():
    figure = Figure(SIZE, dpi=100)
    blocks = [(0, 0, 300, 400), (300, 0, 600, 400), (600, 0, 800, 400)]
    arrangement = Arrangement(figure, SIZE, blocks)
    assert arrangement.fit(650)
    at = [block.at for block in arrangement.placed]
    assert at == [(0, 0), (300, 0), (0, 400)]
    assert (arrangement.width, arrangement.height) == (650, 800)


def test_a_narrow_page_has_them_below_each_other_with_all_the_room_for_labels(arrangement):
    assert arrangement.fit(360)
    assert arrangement.narrow
    assert places(arrangement) == [[50, 40, 260, 200], [50, 340, 260, 200], [50, 630, 260, 20]]
    assert arrangement.figure.bbox.size.tolist() == [360, 700]


def test_back_on_a_wide_page_all_is_where_it_was(arrangement):
    arrangement.fit(360)
    assert arrangement.fit(900)
    assert places(arrangement) == [list(place) for place in PLACES]


def test_texts_of_the_figure_go_with_their_block(arrangement):
    text = arrangement.figure.text(450 / 800, 1 - 20 / 400, "heading")
    arrangement.fit(360)
    at = text.get_transform().transform(text.get_position())
    assert at == pytest.approx([50, 700 - 320])


def test_axes_in_true_shape_keep_it(arrangement):
    axes = arrangement.figure.axes[0]
    axes.set(xlim=(0, 3), ylim=(0, 2), aspect="equal")
    arrangement.fit(360)
    axes.apply_aspect()
    assert axes.bbox.width / axes.bbox.height == pytest.approx(1.5)
    assert axes.bbox.width == pytest.approx(260)


def test_pages_narrower_than_all_phones_show_it_smaller(arrangement):
    arrangement.fit(100)
    assert arrangement.width == LEAST


def test_lines_follow_when_the_page_changes_twice(arrangement):
    figure = arrangement.figure
    (line,) = figure.axes[0].plot([0.6, 0.9], [0.5, 0.5], transform=figure.transFigure)
    for room in (360, 500, 360):
        arrangement.fit(room)
        path = line.get_transform().transform_path(line.get_path())
        left = figure.transFigure.transform((0.6, 0.5))[0]
        assert path.vertices[0, 0] == pytest.approx(left)
