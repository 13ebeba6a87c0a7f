"""The panel of lesson 01: every number in the table, and every mark, is that of the update."""

import itertools
import warnings

import numpy as np
import panels
import pytest
from panels import xy

from lessons.experiments import nine_steps as lesson
from lessons.verdict import short
from widgets import nine_steps
from widgets.artists import Words
from widgets.nine_steps import landscape, plots, questions
from widgets.nine_steps.arithmetic import PALE, number
from widgets.style import BLACK

SEEDS = range(5)
seeds = pytest.mark.parametrize("seed", SEEDS)


@pytest.fixture(scope="module")
def only_panel():
    panel = nine_steps.panel()
    yield panel
    panel.close()


@pytest.fixture
def panel(only_panel):
    """The panel as it is at first."""
    only_panel.set(**only_panel.start)
    return only_panel


def trained(seed=0, rate=0.1, batch_size=4, updates=60):
    ready = lesson.prepare(*lesson.throw_ball(seed=seed), seed)
    return ready, lesson.train(ready, rate, batch_size, updates, seed)


def texts(column):
    return [cell.get_text() for cell in column]


# The table


@seeds
def test_the_table_holds_the_arithmetic_of_the_update(panel, seed):
    batch_size = (1, 3, 4, 6, 24)[seed]
    panel.set(seed=seed, batch_size=batch_size, time=4 * 7)
    _, training = trained(seed, batch_size=batch_size)
    made = training.updates[6]
    (x, y, guess), (residual, square), slopes, moved = panel.artists.arithmetic.sections
    rows, empty = min(batch_size, 4), [""] * (4 - min(batch_size, 4))

    def written(values):
        return [number(value) for value in values[:rows]] + empty

    assert texts(x) == written(made.x)
    assert texts(y) == written(made.y)
    assert texts(guess) == written(made.prediction)
    assert texts(residual) == written(made.prediction - made.y)
    assert texts(square) == [*written((made.prediction - made.y) ** 2), number(made.loss)]
    for k, power in enumerate((2, 1, 0)):
        each = 2 * (made.prediction - made.y) * made.x**power
        assert texts(slopes[k]) == [*written(each), number(each.mean())]
    for column, values in zip(
        moved, (made.old, -0.1 * made.gradient, made.old - 0.1 * made.gradient), strict=True
    ):
        assert texts(column) == [number(value) for value in values]
    heading = panel.artists.arithmetic.heading.get_text()
    assert heading.startswith("Update 7 of 60: a batch of ")
    assert f"{batch_size} sample" in heading


def test_phases_light_up_in_turn(panel):
    table = panel.artists.arithmetic
    for time, phase in ((0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 1), (240, 4)):
        panel.set(time=time)
        assert panel.moment.phase == phase
        assert [band.get_visible() for band in table.bands] == [k == phase for k in (1, 2, 3, 4)]
        computed = [
            table.sections[0][2],
            *table.sections[1],
            *table.sections[2],
            table.sections[3][2],
        ]
        steps = [1, 2, 2, 3, 3, 3, 4]
        for column, step in zip(computed, steps, strict=True):
            assert column[0].get_color() == (BLACK if step <= phase else PALE)


def test_the_time_knob_counts_four_phases_to_an_update(panel):
    for updates in (1, 60, 200):
        panel.set(updates=updates, time=None)
        assert panel.settings["time"] == 4 * updates
        assert panel.moment.number == updates
        assert panel.moment.phase == 4


@pytest.mark.parametrize(
    "value, text",
    [
        (0.0, "0.000"), (-0.0004, "0.000"), (-0.000501, "−0.001"), (-99.9994, "−99.999"),
        (-99.9999, "−100.0"), (-999.94, "−999.9"), (-999.97, "−1e+03"), (-1e5, "−1e+05"),
        (3e-9, "0.000"), (1e300, "1e+300"),
    ],
)  # fmt: skip
def test_numbers_keep_their_digits_and_their_place(value, text):
    assert number(value) == text
    assert len(text) <= 7


# The pictures


@seeds
def test_model_samples_and_residuals(panel, seed):
    panel.set(seed=seed, time=4 * 3 + 2)
    ready, training = trained(seed)
    made, fit = training.updates[3], panel.artists.fit
    assert np.array_equal(xy(fit.training), (ready.x_train, ready.y_train))
    assert np.array_equal(xy(fit.validation), (ready.x_val, ready.y_val))
    assert np.array_equal(xy(fit.batch), (made.x, made.y))
    x, y = xy(fit.curve)
    assert y == pytest.approx(lesson.predict(made.old, x))
    assert xy(fit.best)[1] == pytest.approx(
        np.polyval(np.polyfit(ready.x_train, ready.y_train, 2), x)
    )
    xs, ys = (values.reshape(-1, 3) for values in xy(fit.residuals))
    assert np.array_equal(xs[:, 0], made.x)
    assert np.array_equal(xs[:, 1], made.x)
    assert ys[:, 1] - ys[:, 0] == pytest.approx(made.prediction - made.y)
    assert np.isnan(ys[:, 2]).all()
    # An update later the model is the new one, and the samples are the same.
    panel.set(time=4 * 3 + 4)
    assert xy(fit.curve)[1] == pytest.approx(lesson.predict(made.new, x))
    assert np.array_equal(xy(fit.batch)[0], made.x)


@seeds
def test_losses_are_those_of_the_training(panel, seed):
    for time in (0, 15, 240):
        panel.set(seed=seed, time=time)
        ready, training = trained(seed)
        losses, done = panel.artists.losses, time // 4
        curves = zip(losses.curves, (training.val_loss, training.train_loss), strict=True)
        for dot, (curve, history) in zip(losses.dots, curves, strict=False):
            assert np.array_equal(xy(curve), (np.arange(61), history))
            assert np.array_equal(xy(dot), ([done], [history[done]]))
        made = training.updates[max(0, -(-time // 4) - 1)]
        assert xy(losses.dots[2])[1] == pytest.approx([made.loss])
        lowest = lesson.loss(
            lesson.least_squares(ready.x_train, ready.y_train), ready.x_train, ready.y_train
        )
        assert xy(losses.best)[1] == pytest.approx([lowest, lowest])
        written = texts(losses.ends)
        assert f"training {short(training.train_loss[done])}" in written
        assert f"validation {short(training.val_loss[done])}" in written
        assert f"this batch {short(made.loss)}" in written
        assert training.train_loss.min() >= lowest


@seeds
def test_the_landscape_is_the_training_loss_over_two_weights(panel, seed):
    panel.set(seed=seed, time=19)
    ready, training = trained(seed)
    land, w = panel.artists.landscape, training.weights[4]
    x, y = ready.x_train, ready.y_train
    drawn = 0
    for line, level in zip(land.levels, landscape.LEVELS, strict=True):
        for w1, w3 in np.transpose(xy(line))[::12]:
            assert lesson.loss([w1, w[1], w3], x, y) == pytest.approx(level)
            drawn += 1
    assert drawn > 20
    assert np.array_equal(xy(land.path), training.weights[:5, [0, 2]].T)
    assert np.array_equal(xy(land.ahead), training.weights[4:, [0, 2]].T)
    assert np.ravel(xy(land.head)) == pytest.approx(w[[0, 2]])
    assert np.ravel(xy(land.best)) == pytest.approx(lesson.least_squares(x, y)[[0, 2]])
    assert short(w[1]).replace("-", "−") in land.held.get_text()
    # Start, path and target are in the picture.
    for axis, limits in ((0, landscape.W1), (1, landscape.W3)):
        values = np.concatenate([xy(land.path)[axis], xy(land.ahead)[axis], xy(land.best)[axis]])
        assert limits[0] < values.min() <= values.max() < limits[1]


@seeds
def test_the_gradient_points_up_and_the_step_down(panel, seed):
    panel.set(seed=seed, time=4 * 4 + 3)
    _, training = trained(seed)
    made, land = training.updates[4], panel.artists.landscape
    assert land.gradient.get_visible()
    assert not land.step.get_visible()
    shown = land.gradient.get_xy()[3] - made.old[[0, 2]]
    scale = landscape.scale_for(np.hypot(*made.gradient[[0, 2]]))
    assert shown == pytest.approx(scale * made.gradient[[0, 2]])
    assert 0.3 < np.hypot(*shown) <= landscape.LONGEST
    assert land.arrow_text.get_text().startswith(f"{landscape.SCALES[scale]}, uphill")
    panel.set(time=4 * 4 + 4)
    assert land.step.get_visible()
    assert not land.gradient.get_visible()
    assert land.step.get_xy()[3] == pytest.approx(made.new[[0, 2]])


@seeds
def test_one_unit_is_as_long_both_ways_and_full_batches_start_at_right_angles(panel, seed):
    box = panel.figure.axes[2].get_position()
    width, height = box.width * 860, box.height * 460
    one = width / np.ptp(landscape.W1)
    assert one == pytest.approx(height / np.ptp(landscape.W3), rel=0.01)
    # A short walk along the level line through the present weights leaves the loss as it is.
    ready, training = trained(seed, batch_size=24)
    made = training.updates[3]
    g = made.gradient[[0, 2]]
    along = 1e-6 * np.array([-g[1], 0, g[0]])
    x, y = ready.x_train, ready.y_train
    rise = lesson.loss(made.old + along, x, y) - lesson.loss(made.old, x, y)
    assert abs(rise) < 1e-9


def test_a_path_that_leaves_keeps_its_direction(panel):
    panel.set(learning_rate=3.0, batch_size=24, time=None)
    _, training = trained(rate=3.0, batch_size=24)
    drawn, last = np.transpose(xy(panel.artists.landscape.path))[-1], training.weights[-1, [0, 2]]
    assert np.abs(drawn).max() == pytest.approx(plots.FAR)
    assert drawn / np.hypot(*drawn) == pytest.approx(last / np.hypot(*last))
    assert f"w2 held at {short(training.weights[-1, 1])}".replace("-", "−") == (
        panel.artists.landscape.held.get_text()
    )


def test_a_pinned_training_is_drawn_beside_the_new_one(panel):
    panel.set(learning_rate=0.02, pinned={"learning_rate": 0.3, "batch_size": 24})
    _, training = trained(rate=0.3, batch_size=24)
    assert np.array_equal(xy(panel.artists.losses.pinned)[1], training.train_loss)
    assert np.array_equal(xy(panel.artists.landscape.pinned), training.weights[:, [0, 2]].T)
    assert "η 0.3, batch 24" in texts(panel.artists.losses.ends)
    end = short(training.train_loss[-1])
    assert f"Pinned, with learning rate η = 0.3, batch size = 24: training loss {end}." in str(
        panel
    )


def test_losses_beyond_the_axis_leave_it_and_keep_their_order(panel):
    panel.set(learning_rate=3.0, time=None)
    losses, training = panel.artists.losses, panel.result.training
    assert training.train_loss[-1] > training.val_loss[-1] > training.updates[-1].loss > 1e100
    for curve, history in zip(losses.curves, (training.val_loss, training.train_loss), strict=True):
        assert np.array_equal(xy(curve)[1], history)
    assert all(len(exit.arrows[0].get_xdata()) == 1 for exit in losses.exits[:2])
    assert [dot.get_marker() for dot in losses.dots] == ["^"] * 3
    heights = {end.get_text().split()[0]: end.get_position()[1] for end in losses.ends[:3]}
    assert heights["training"] > heights["validation"] > heights["this"]
    assert all(end.get_text().endswith("↑") for end in losses.ends[:3])


# What is said


@seeds
def test_too_large_a_rate_diverges_and_says_so(panel, seed):
    panel.set(seed=seed, learning_rate=3.0, time=None)
    assert "diverged, the steps are too large" in str(panel)
    assert panel.artists.losses.warning.get_text() == "diverged"
    assert panel.artists.landscape.gone.get_text().startswith("outside: w1")
    panel.set(updates=200, batch_size=24)
    training = panel.result.training
    assert training.diverged
    assert f"diverged at update {len(training.updates) + 1}" in str(panel)
    assert xy(panel.artists.losses.broken)[0] == [len(training.updates)]


def test_a_short_step_that_happens_to_lead_up_is_not_called_too_large(panel):
    rose = 0
    for seed in range(21):
        panel.set(seed=seed, batch_size=1, updates=1, learning_rate=1e-3)
        first, last = panel.result.training.train_loss
        assert str(panel).endswith(": higher than it began.") == (last > first)
        assert "too large" not in str(panel)
        rose += last > first
    assert rose > 0


@seeds
def test_a_batch_of_one_jitters_and_a_full_batch_does_not(panel, seed):
    def rises(batch_size):
        panel.set(seed=seed, batch_size=batch_size, updates=40, learning_rate=0.1)
        return int(np.sum(np.diff(panel.result.training.train_loss) > 0))

    assert rises(24) == 0
    assert rises(1) >= 10


@seeds
def test_the_default_training_comes_down_to_the_target(panel, seed):
    panel.set(seed=seed)
    assert questions.way_down(panel.result) > 0.95
    assert f"{100 * questions.way_down(panel.result):.1f}% of the way down" in str(panel)


def test_a_rate_far_too_small_hardly_moves(panel):
    panel.set(learning_rate=1e-3)
    assert questions.way_down(panel.result) < 0.3


EXTREMES = [
    dict(zip(("learning_rate", "batch_size", "updates", "seed"), values, strict=True))
    for values in itertools.product((1e-3, 3.0), (1, 24), (1, 200), (4,))
] + [
    {"learning_rate": rate, "updates": 200, "shift_w1": w1, "shift_w3": w3}
    for rate, w1, w3 in itertools.product((1e-3, 3.0), (-4.0, 4.0), (-4.0, 4.0))
]


@pytest.mark.parametrize("settings", EXTREMES)
def test_every_extreme_stays_in_the_picture(panel, settings):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pinned = {"learning_rate": 3.0, "updates": 100}
        for time in (0, 3, 4 * settings["updates"]):
            panel.set(**settings, time=time, pinned=pinned if time == 3 else None)
            check(panel)


def test_every_seed_stays_in_the_picture(panel):
    for seed in range(21):
        panel.set(seed=seed, time=(0, 3, 240)[seed % 3])
        check(panel)
        assert panel.artists.landscape.gone.get_text() == ""
        assert panel.artists.fit.gone.get_text() == ""
        ready = panel.result.ready
        for x, y in ((ready.x_train, ready.y_train), (ready.x_val, ready.y_val)):
            assert plots.X[0] < x.min() <= x.max() < plots.X[1]
            assert plots.Y[0] < y.min() <= y.max() < plots.Y[1]


def check(panel):
    """Nothing is cut off, on top of something else, infinite, or complained about."""
    assert panel.message.value == ""
    for word in ("nan", "inf "):
        assert word not in str(panel)
    shown = panels.pixels(panel)
    for edge in (shown[:2], shown[-2:], shown[:, :2], shown[:, -2:]):
        assert edge.min() > 225
    renderer, boxes = panel.picture.canvas.get_renderer(), []
    for text in panel.picture.moving:
        if isinstance(text, Words) and text.get_text():
            assert "nan" not in text.get_text()
            boxes.append(text.get_window_extent(renderer))
            assert 0 <= boxes[-1].x0 < boxes[-1].x1 <= 860, text.get_text()
            assert 0 <= boxes[-1].y0 < boxes[-1].y1 <= 460, text.get_text()
    x0, y0, x1, y1 = np.transpose([box.extents for box in boxes])
    wide = np.minimum.outer(x1, x1) - np.maximum.outer(x0, x0)
    high = np.minimum.outer(y1, y1) - np.maximum.outer(y0, y0)
    assert np.minimum(wide, high)[~np.eye(len(boxes), dtype=bool)].max() <= 3
    for line in panel.picture.moving:
        if hasattr(line, "get_xdata"):
            assert not np.isinf(np.concatenate(xy(line))).any()


def test_what_is_not_allowed_is_named(panel):
    with pytest.raises(ValueError, match=r"learning_rate must be a number from 0\.001 to 3"):
        panel.set(learning_rate=5)
    with pytest.raises(ValueError, match="time must be a whole number from 0 to 240"):
        panel.set(time=241)


# Predictions and goals


@pytest.mark.parametrize("predict", [nine_steps.predict_gradient, nine_steps.predict_test])
def test_every_answer_has_a_reply_and_one_is_right(predict, monkeypatch):
    monkeypatch.setattr(questions, "REPETITIONS", 4)
    questions.picked_by_test.cache_clear()
    question = predict()
    replies = []
    for choice in question.choices:
        question.choose(choice.answer)
        assert question.reply.startswith("Right." if choice.right else "Not quite.")
        assert "nan" not in question.reply
        replies.append(question.reply)
    assert len(set(replies)) == len(replies)
    assert sum(choice.right for choice in question.choices) == 1
    questions.picked_by_test.cache_clear()
    question.close()


def test_the_replies_about_the_gradient_say_what_the_runs_did():
    ready, _ = questions.load(0)
    x, y, w = ready.x_train, ready.y_train, lesson.initialize(0)
    g = lesson.gradient(w, x, y)
    assert g[0] > 0
    for factor in (0.1, -0.1, -1.0):
        before, after = questions.one_step(factor)
        assert before == short(lesson.loss(w, x, y))
        assert after == short(lesson.loss(w + factor * g, x, y))
    # Uphill is higher, a tenth downhill lower, and the whole gradient is too far.
    assert lesson.loss(w + 0.1 * g, x, y) > lesson.loss(w, x, y) > lesson.loss(w - 0.1 * g, x, y)
    assert lesson.loss(w - g, x, y) > lesson.loss(w, x, y)


def test_goals_are_open_at_first_and_can_be_reached(panel):
    goals = nine_steps.goals(panel)
    assert not goals.done
    # What the lesson says to do first reaches none of them.
    panel.set(learning_rate=3.0)
    panel.set(**panel.start)
    for time in range(4 * 20):
        panel.set(time=time)
    panel.set(learning_rate=0.5, batch_size=24)
    assert not goals.done
    panel.set(**onto_the_cross(panel))
    assert len(goals.done) == 1
    panel.set(shift_w1=0, shift_w3=0, learning_rate=0.35, updates=8)
    assert len(goals.done) == 2
    panel.set(**panel.start)
    panel.set(batch_size=12)
    number = first_that_misleads(panel)
    panel.play.playing = True
    panel.set(time=4 * number)
    assert len(goals.done) == 2, "playing past it is not finding it"
    panel.play.playing = False
    panel.set(time=4 * number - 1)
    assert len(goals.done) == 2
    panel.set(time=4 * number)
    assert len(goals.done) == 3
    goals.close()


def onto_the_cross(panel):
    """Settings that start the path where the knobs come closest to the cross."""
    away = panel.result.best - lesson.initialize(panel.computed["seed"])
    return {f"shift_{name}": round(20 * away[k]) / 20 for name, k in (("w1", 0), ("w3", 2))}


def first_that_misleads(panel):
    """The number of the first update that lowers the loss of its batch and raises that of all."""
    training = panel.result.training
    lower = [lesson.loss(made.new, made.x, made.y) < made.loss for made in training.updates]
    return int(np.flatnonzero(lower & (np.diff(training.train_loss) > 0))[0]) + 1


def test_phases_0_and_1_show_nothing_that_is_computed_later(panel):
    fit = panel.artists.fit
    for time, guesses, residuals in ((0, False, False), (1, True, False), (2, True, True)):
        panel.set(time=time)
        assert fit.guesses.get_visible() == guesses
        assert fit.residuals.get_visible() == residuals


def test_a_long_step_ends_at_the_new_weights(panel):
    panel.set(batch_size=1, time=8)
    made = panel.moment.update
    assert np.hypot(*(made.new - made.old)[[0, 2]]) > landscape.LONGEST
    assert panel.artists.landscape.step.get_xy()[3] == pytest.approx(made.new[[0, 2]])


@pytest.mark.parametrize("seed", range(21))
def test_the_goals_are_not_a_matter_of_one_seed(panel, seed):
    panel.set(seed=seed, learning_rate=0.5, batch_size=24)
    assert not questions.diverged_from_the_cross(panel)
    panel.set(**onto_the_cross(panel))
    assert questions.diverged_from_the_cross(panel)
    panel.set(shift_w1=0, shift_w3=0)
    assert any(quick_at(panel, rate, size) for rate, size in QUICK)
    # Neither with the batch size of the start, nor with its rate, is it won at once.
    panel.set(learning_rate=0.1, batch_size=4)
    assert not questions.diverged_from_the_cross(panel)
    panel.set(updates=60, batch_size=12)
    panel.set(time=4 * first_that_misleads(panel))
    assert questions.misled(panel)
    panel.set(batch_size=4, time=None)
    assert not questions.misled(panel)


QUICK = list(itertools.product((0.32, 0.45), range(24, 9, -1)))


def quick_at(panel, rate, batch_size):
    panel.set(learning_rate=rate, batch_size=batch_size, updates=8)
    return questions.quick(panel)
