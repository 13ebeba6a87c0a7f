"""The panels of lesson 02: every mark in their pictures says what the numbers say."""

import threading
import warnings

import numpy as np
import panels
import pytest
from matplotlib.transforms import Bbox
from panels import kept, xy

from lessons import Progress, TrainConfig, evaluate, gradient_at, predict, train
from lessons.experiments import epoch_batch_iteration as counting
from lessons.numerals import count, short
from widgets import epoch_batch_iteration as lesson
from widgets.artists import Words
from widgets.epoch_batch_iteration import (
    cells,
    curves,
    directions,
    questions,
    samples,
    sheet,
    three_fits,
)
from widgets.loss_curves import LIMITS
from widgets.picture import moving_artists

pytestmark = pytest.mark.usefixtures("compiled")


cell_panel = kept(lesson.panel)
gradient_panel = kept(lesson.gradients)
fit_panel = kept(lambda: lesson.fits(epochs=300))


@pytest.fixture
def panel(cell_panel):
    cell_panel.set(**cell_panel.start)
    return cell_panel


@pytest.fixture
def fan(gradient_panel):
    gradient_panel.set(**gradient_panel.start)
    return gradient_panel


@pytest.fixture
def fit(fit_panel):
    fit_panel.set(**fit_panel.start)
    return fit_panel


# The cells


def cell_colors(panel):
    """The color of every sample's cell: that of its middle, read from the picture."""
    n = len(panel.result.split.X_train)
    where = cells.grid(n, *sheet.GRID)
    pixels = panel.artists.maps[0].get_array()
    middles = [np.argwhere(where == k).mean(axis=0).round().astype(int) for k in range(n)]
    return np.array([pixels[row, column] for row, column in middles])


@pytest.mark.parametrize("shuffle", [True, False])
def test_every_cell_has_the_color_of_its_batch_and_of_what_became_of_it(panel, shuffle):
    for time in (0, 1, 7, 8, 15):
        panel.set(samples=60, batch_size=16, epochs=5, shuffle=shuffle, time=time)
        epoch, batch = counting.where(time, 60, 16) if time else (1, 0)
        order = panel.result.orders[epoch - 1]
        full = cells.batch_colors(4)
        colors = cell_colors(panel)
        for place, sample in enumerate(order):
            its_batch = place // 16 + 1
            expected = full[its_batch - 1]
            if its_batch < batch:
                expected = cells.rgb(cells.USED)
            elif its_batch > batch:
                expected = cells.paler(expected)
            assert np.array_equal(colors[sample], expected)


def test_the_batch_that_is_lit_is_the_one_that_was_trained_on(panel):
    panel.set(samples=60, batch_size=16, time=6)
    lit = (cell_colors(panel) == cells.batch_colors(4)[1]).all(axis=1)
    split, config = panel.result.split, panel.run.config
    steps = train(config, split, snapshots="update").snapshots
    loss = evaluate(steps[5], config, split.X_train[lit], split.y_train[lit])[0]
    assert loss == pytest.approx(panel.run.batch_loss[5], rel=1e-4)


def test_shuffled_colors_change_every_epoch_and_unshuffled_ones_lie_in_stripes(panel):
    def batch_of(time, **settings):
        panel.set(time=time, **settings)
        return panel.moment.batch_of

    assert not np.array_equal(batch_of(3), batch_of(15))
    first, second = batch_of(3, shuffle=False), batch_of(15)
    assert np.array_equal(first, second)
    assert np.array_equal(first, np.arange(1200) // 100)


def test_left_out_samples_are_hatched_in_cells_and_bar(panel):
    panel.set(samples=60, batch_size=16, drop_last=True, time=3)
    where, gray = cells.grid(60, *sheet.GRID), cells.rgb(cells.GRAY)
    hatched = (panel.artists.maps[0].get_array() == gray).all(axis=2)
    out = np.unique(where[hatched])
    assert np.array_equal(out, np.sort(panel.result.orders[0, 48:]))
    in_bar = (panel.artists.maps[1].get_array() == gray).all(axis=2)
    assert np.flatnonzero(in_bar.any(axis=0)).min() >= 360 * 48 / 60
    assert "3 batches of 16, 12 left out" in str(panel)
    assert panel.artists.out_text.get_text() == "hatched: left out"
    panel.set(drop_last=False)
    assert panel.artists.out_text.get_text() == ""
    panel.set(drop_last=True, batch_size=15)
    assert "4 batches of 15, none left out" in str(panel)
    assert panel.artists.epoch_text.get_text() == "one epoch: 4 batches of 15, none left out"


def test_every_sample_has_a_cell_of_its_own_however_many_there_are():
    for n in (1, 2, 39, 40, 41, 1200, 2999, 3000):
        where = cells.grid(n, *sheet.GRID)
        assert where.shape == sheet.GRID[::-1]
        assert np.array_equal(np.unique(where[where >= 0]), np.arange(n))
        sizes = np.bincount(where[where >= 0])
        assert (sizes == sizes[0]).all()


@pytest.mark.parametrize("sizes", [(1000, 64), (1200, 100), (10, 4), (3, 1), (1200, 1200)])
def test_the_bar_has_a_part_per_batch_as_wide_as_the_batch(sizes):
    n, size = sizes
    row = cells.bar(n, size, *sheet.BAR)[0]
    widths = np.bincount(row[row >= 0] // size)
    expected = 360 / n * np.array([min(size, n - start) for start in range(0, n, size)])
    assert len(widths) == counting.batches_per_epoch(n, size)
    assert np.abs(widths - expected).max() <= 2


def test_the_counters_count(panel):
    for settings, texts in (
        ({}, ["epoch 2 of 5", "batch 3 of 12", "update 15 of 60"]),
        ({"time": 60}, ["epoch 5 of 5", "batch 12 of 12", "update 60 of 60"]),
        ({"time": 0}, ["epoch 1 of 5", "batch 0 of 12", "update 0 of 60"]),
        ({"samples": 1000, "batch_size": 64, "time": 17},
         ["epoch 2 of 5", "batch 1 of 16", "update 17 of 80"]),
    ):  # fmt: skip
        panel.set(**panel.start | settings)
        assert [label.get_text() for label in panel.artists.counters] == texts


def test_losses_are_those_of_the_run(panel):
    for settings in ({}, {"batch_size": 1}, {"order": "sorted", "shuffle": False, "time": 30}):
        panel.set(**panel.start | settings)
        per_epoch, run = panel.moment.batches, panel.run
        x, y = xy(panel.artists.batches)
        losses, band = run.batch_loss, xy(panel.artists.band)[1]
        if len(losses) <= sheet.POINTS:
            assert np.array_equal(y, losses)
            assert np.allclose(x, (np.arange(len(losses)) + 0.5) / per_epoch)
            assert len(band) == 0
        else:
            assert len(y) <= sheet.POINTS
            assert (band.min(), band.max()) == (losses.min(), losses.max())
            assert np.all((band[::2] <= y) & (y <= band[1::2]))
        (at,), (height,) = xy(panel.artists.this)
        assert height == np.clip(losses[panel.moment.update - 1], *LIMITS)
        assert at == pytest.approx((panel.moment.update - 0.5) / per_epoch)
        assert np.array_equal(xy(panel.artists.losses.curves[1])[1], run.train_loss)


def test_a_run_that_went_wrong_is_told_and_the_rate_is_named(panel):
    assert "higher" not in str(panel)
    panel.set(batch_size=1)
    first, *_, last = panel.run.train_loss
    assert last > first
    assert "at a learning rate of 0.5: training loss" in str(panel)
    assert f"→ {short(last)}, higher than it began" in str(panel)
    label = panel.artists.losses.x_label.get_text()
    assert label == "epochs of 1,200 updates, learning rate 0.5"


def test_with_one_class_nothing_is_called_guessing(panel):
    def labels():
        return [end.get_text() for end in panel.artists.losses.ends]

    assert "guessing" in labels()
    panel.set(samples=1)
    assert not any(label.startswith("guessing") for label in labels())


def test_the_classes_of_a_batch_are_counted(panel):
    panel.set(order="sorted", shuffle=False, time=14)
    assert "100 of the outer ring, 0 inner" in panel.artists.mix_text.get_text()
    assert [bar.get_width() for bar in panel.artists.mix] == [250, 0]
    panel.set(time=24)
    assert "0 of the outer ring, 100 inner" in panel.artists.mix_text.get_text()
    panel.set(order="mixed")
    assert "50 of the outer ring, 50 inner" in panel.artists.mix_text.get_text()


def test_without_a_complete_batch_nothing_is_trained_and_words_say_so(panel):
    panel.set(samples=100, batch_size=128, drop_last=True)
    assert panel.run is None
    assert panel.clock.max == 0
    assert "no batch is left and nothing is trained" in str(panel)
    assert panel.artists.nothing.get_text()
    assert not any(a.get_visible() for a in moving_artists(panel.artists.losses))
    config = TrainConfig(batch_size=128, drop_last=True)
    with pytest.raises(ValueError, match="batch_size must be at most 100"):
        train(config, panel.result.split)
    panel.set(drop_last=False)
    assert panel.run.updates == 5
    assert panel.artists.nothing.get_text() == ""
    assert all(a.get_visible() for a in moving_artists(panel.artists.losses))


def test_a_panel_starts_where_its_settings_have_a_moment():
    for settings, time in (({"batch_size": 1200}, 5), ({"samples": 100, "batch_size": 10}, 15)):
        panel = lesson.panel(**settings)
        assert panel.moment.update == time
        again = lesson.panel(**panel.settings)
        assert again.settings == panel.settings
        panel.close()
        again.close()
    with pytest.raises(ValueError, match="batch_size must be a whole number"):
        lesson.panel(batch_size=0)
    with pytest.raises(ValueError, match="there is no knob 'batches'"):
        lesson.panel(batches=3)


# The gradients


def test_arrows_are_the_gradients(fan):
    for settings in ({}, {"batch_size": 16, "time": 40}, {"batch_size": 1200, "time": 3}):
        fan.set(**settings)
        run, split, moment = fan.run, fan.result.split, fan.moment
        order = fan.result.orders[moment.epoch - 1]
        size = run.config.batch_size
        batch = order[(moment.batch - 1) * size : moment.batch * size]
        params = run.snapshots[moment.update - 1]
        g = gradient_at(params, run.config, split.X_train[batch], split.y_train[batch])
        f = gradient_at(params, run.config, split.X_train, split.y_train)
        arrow = np.array([fan.artists.this.U[0], fan.artists.this.V[0]])
        assert np.hypot(*arrow) == pytest.approx(np.linalg.norm(g) / np.linalg.norm(f), rel=1e-3)
        assert arrow[0] == pytest.approx(g @ f / (f @ f), rel=1e-3, abs=1e-3)
        assert (fan.artists.full.U[0], fan.artists.full.V[0]) == (1, 0)
        # Those of other batches are drawn too, at most 24 of them.
        others = xy(fan.artists.others)[0][1::3]
        assert min(moment.batches, 24) - 1 <= len(others) <= min(moment.batches - 1, 24)


def test_the_same_samples_are_followed_through_the_epochs(fan):
    run, split = fan.run, fan.result.split
    first = fan.result.orders[0, :100]
    X, y = split.X_train[first], split.y_train[first]
    gs = [gradient_at(run.snapshots[12 * e], run.config, X, y) for e in range(6)]
    angle, ratio = counting.compare(np.array(gs), gs[0])
    assert np.allclose(xy(fan.artists.angles), [np.arange(6), angle])
    assert np.allclose(xy(fan.artists.ratios), [np.arange(6), np.clip(ratio, 0.1, 10)])


def test_a_pinned_batch_is_followed_too_and_named(fan):
    before = xy(fan.artists.angles)[1], xy(fan.artists.ratios)[1]
    fan.set(pinned={"batch_size": 100}, batch_size=10)
    assert fan.artists.pinned_text.get_text() == "pinned: batch 100"
    for line, heights in zip(fan.artists.pinned, before, strict=True):
        assert np.array_equal(xy(line)[1], heights)
    fan.set(pinned=None)
    assert fan.artists.pinned_text.get_text() == ""
    assert all(len(xy(line)[0]) == 0 for line in fan.artists.pinned)


def test_gradients_that_end_beyond_the_frame_are_counted(fan):
    fan.set(time=1)
    assert fan.artists.beyond.get_text() == ""
    for settings in ({"batch_size": 8, "time": 100}, {"batch_size": 1, "time": 9}):
        fan.set(**settings)
        angles, lengths = np.radians(fan.moment.angles), fan.moment.ratios
        along, across = lengths * np.cos(angles), lengths * np.sin(angles)
        axes = fan.artists.this.axes
        (left, right), (_, top) = axes.get_xlim(), axes.get_ylim()
        outside = np.sum((along < left) | (along > right) | (across > top))
        assert outside > 0
        assert fan.artists.beyond.get_text() == f"{outside} beyond this frame"


def test_a_smaller_last_batch_is_told(fan):
    fan.set(batch_size=500, time=3)
    assert fan.moment.size == 200
    assert "batch 3 of 3, of 200 samples, in epoch 1." in str(fan)
    fan.set(time=2)
    assert "of 200 samples" not in str(fan)


def test_angles_are_drawn_as_they_are(fan):
    axes = fan.artists.this.axes
    origin, right, up = axes.transData.transform([(0, 0), (1, 0), (0, 1)])
    assert np.hypot(*(right - origin)) == pytest.approx(np.hypot(*(up - origin)))


def test_the_words_about_uphill_count_the_arrows_in_the_shaded_half(fan):
    for settings in ({}, {"batch_size": 1, "time": 9}, {"batch_size": 16, "time": 300}):
        fan.set(**settings)
        count = int(np.sum(fan.moment.angles > 90))
        words = {0: "none points", 1: "1 points"}.get(count, f"{count} point")
        assert f"{words} more than 90° away" in str(fan)
        in_shade = np.sum(xy(fan.artists.others)[0][1::3] < 0) + (fan.artists.this.U[0] < 0)
        assert in_shade == count


@pytest.mark.parametrize("seed", range(5))
def test_in_the_panel_too_smaller_batches_spread_wider(fan, seed):
    spread = []
    for size in (10, 100, 1200):
        fan.set(batch_size=size, seed=seed, time=1)
        spread.append(np.median(fan.moment.angles))
    assert spread[0] > spread[1] > spread[2]
    assert spread[2] < 0.1


# The fits


def test_curves_are_what_the_network_predicts(fit):
    for time in (0, 40, 300):
        fit.set(time=time)
        run = fit.run
        lines = [line.get_ydata() for line in fit.artists.fits]
        epochs = time, *(moment.epoch for moment in fit.result.moments)
        for line, epoch in zip(lines, epochs, strict=True):
            assert np.allclose(line, predict(run.snapshots[epoch], run.config, three_fits.X_GRID))
        name = counting.stage(run.train_loss, run.val_loss, time)
        assert fit.artists.titles[0].get_text().endswith(name)
        assert fit.artists.fits[0].get_color() == three_fits.COLORS[name]


def test_three_moments_are_marked_on_the_curve_of_validation(fit):
    run, epochs = fit.run, [moment.epoch for moment in fit.result.moments]
    assert epochs[1] == run.best_epoch
    for mark, epoch, label in zip(fit.artists.moments, epochs, fit.artists.epochs, strict=True):
        assert [float(v[0]) for v in xy(mark)] == [epoch, run.val_loss[epoch]]
        assert label.get_text() == f"epoch {count(epoch)}"
    names = [title.get_text() for title in fit.artists.titles[1:]]
    for artists in (fit.artists.moments, fit.artists.fits[1:]):
        assert [artist.get_color() for artist in artists] == [three_fits.COLORS[n] for n in names]
    assert names == [counting.stage(run.train_loss, run.val_loss, epoch) for epoch in epochs]
    assert names == ["underfit", "at its best", "overfit"]


def test_a_fit_is_shown_once(fit):
    fit.set(epochs=1)
    assert [moment.epoch for moment in fit.result.moments] == [1, 1, 1]
    assert [line.get_visible() for line in fit.artists.fits[1:]] == [True, False, False]
    assert [label.get_text() for label in fit.artists.epochs] == ["epoch 1", "the same", "the same"]
    fit.set(epochs=300)
    assert all(line.get_visible() for line in fit.artists.fits[1:])


def test_a_fit_beyond_the_frame_is_told(fit):
    assert fit.artists.beyond.get_text() == ""
    fit.set(noise=1.0, epochs=1000, time=None)
    highest = fit.moment.fit.max()
    assert highest > three_fits.HEIGHTS[1]
    assert fit.artists.beyond.get_text() == f"beyond this frame: to {highest:.1f}"


def test_losses_beyond_the_axis_stand_below_each_other_in_their_order(fit):
    fit.set(noise=0.0, epochs=1000, time=None)
    ends = {end.get_text().split()[0]: end for end in fit.artists.losses.ends if end.get_text()}
    assert fit.run.train_loss[-1] < fit.run.val_loss[-1] < LIMITS[0]
    assert ends["training"].get_position()[1] < ends["validation"].get_position()[1]
    assert ends["training"].get_text().endswith("↓")
    assert fit.artists.moments[2].get_marker() == "v"


def test_without_noise_it_does_not_overfit(fit):
    fit.set(noise=0.0)
    assert fit.moment.stage in ("best yet", "at its best")
    assert "overfit" not in str(fit)


# Predictions and goals


def test_goals_are_not_reached_at_first_and_can_be_reached(panel):
    goals = lesson.goals(panel)
    assert goals.done == {}
    panel.set(samples=1000, epochs=10, batch_size=64)
    assert len(goals.done) == 1
    panel.set(batch_size=512, drop_last=True)
    assert len(goals.done) == 2
    panel.set(**panel.start | {"order": "sorted", "shuffle": False, "epochs": 50})
    assert len(goals.done) == 2
    panel.set(batch_size=1024)
    assert len(goals.done) == 3
    goals.close()


def test_every_answer_has_its_reply():
    for question in (lesson.predict_updates(), lesson.predict_order()):
        replies = []
        for choice in question.choices:
            question.choose(choice.answer)
            assert question.reply.startswith("Right." if choice.right else "Not quite.")
            replies.append(question.reply)
        assert len(set(replies)) == len(replies)
        assert sum(choice.right for choice in question.choices) == 1
        question.close()


def test_the_right_answers_are_right():
    updates, order = lesson.predict_updates(), lesson.predict_order()
    (numbers,) = (choice.answer for choice in updates.choices if choice.right)
    even, uneven = (len(counting.cut(np.arange(n), b)) for n, b in ((1200, 100), (1000, 64)))
    assert numbers == f"{even} and {uneven}"
    (answer,) = (choice.answer for choice in order.choices if choice.right)
    assert answer.startswith("It learns one class, forgets it")
    updates.close()
    order.close()


@pytest.mark.parametrize("seed", range(5))
def test_what_the_replies_say_about_sorted_data_holds_for_other_seeds(seed):
    shuffled, split = questions.train_once("sorted", True, seed)
    plain, _ = questions.train_once("sorted", False, seed)
    assert shuffled.val_accuracy[-1] > 0.9
    assert plain.val_accuracy[-1] < 0.6
    # "… and jumps … where the other class begins."
    losses = plain.batch_loss.reshape(5, -1)
    assert (split.y_train[600] == 1) and (split.y_train[599] == 0)
    assert (losses[1:, 6] > 4 * losses[1:, 5]).all()
    assert (losses[1:, 0] > 4 * losses[:-1, -1]).all()


# All of them, at the ends of their knobs

EXTREMES = {
    "cell_panel": [
        {"samples": 1}, {"samples": 3000}, {"batch_size": 1}, {"batch_size": 4096},
        {"batch_size": 4096, "drop_last": True}, {"samples": 1, "batch_size": 1, "drop_last": True},
        {"epochs": 1}, {"epochs": 50}, {"shuffle": False, "order": "sorted", "seed": 20},
        {"time": 0}, {"samples": 2, "order": "sorted", "batch_size": 1},
        {"samples": 3000, "batch_size": 1, "epochs": 3}, {"pinned": {"batch_size": 32}},
    ],
    "gradient_panel": [
        {"batch_size": 1}, {"batch_size": 1200}, {"batch_size": 1024}, {"epochs": 1},
        {"epochs": 20, "seed": 20}, {"time": 0}, {"pinned": {"batch_size": 10}},
    ],
    "fit_panel": [
        {"samples": 1}, {"samples": 256, "epochs": 1000}, {"noise": 0.0}, {"noise": 1.0},
        {"units": 1}, {"epochs": 1}, {"seed": 20}, {"time": 0},
        {"epochs": 3000}, {"pinned": {"samples": 64}},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "settings"), [(name, s) for name, cases in EXTREMES.items() for s in cases], ids=str
)
def test_every_end_of_every_knob_shows_something(request, name, settings):
    shown = request.getfixturevalue(name)
    first = {k: v for k, v in shown.start.items() if k != "time"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shown.set(**first | {"time": None} | settings)
    assert shown.message.value == ""
    assert panels.pixels(shown).std() > 10
    text = str(shown)
    assert text.endswith((".", ")"))
    assert "nan" not in text.split()
    assert_no_words_overlap(shown)


def assert_no_words_overlap(panel):
    """No two moving texts share pixels, and none leaves the picture."""
    renderer = panel.picture.canvas.get_renderer()
    boxes = []
    for artist in moving_artists(panel.artists):
        if isinstance(artist, Words) and artist.get_visible() and artist.get_text():
            height, width = artist.sprite.shape[:2]
            x, y = artist.get_transform().transform(artist.get_unitless_position())
            left = x - {"left": 0, "center": width / 2, "right": width}[artist.get_ha()]
            bottom = y - {"bottom": 0, "center": height / 2, "top": height}[artist.get_va()]
            # The line box is taller than the letters in it.
            box = Bbox.from_bounds(left + 1, bottom + 4, width - 2, height - 8)
            boxes.append((artist.get_text(), box))
    assert boxes
    for text, box in boxes:
        assert 0 <= box.x0 < box.x1 <= renderer.width, text
        assert 0 <= box.y0 < box.y1 <= renderer.height, text
    for i, (text, box) in enumerate(boxes):
        for other, others in boxes[:i]:
            assert not box.overlaps(others), (text, other)


LONG = {
    "cell_panel": {"batch_size": 1, "epochs": 50},
    "gradient_panel": {"batch_size": 1, "epochs": 20},
    "fit_panel": {"epochs": 3000},
}


@pytest.mark.parametrize("updates", [0, 200])
@pytest.mark.parametrize("name", LONG)
def test_a_run_that_was_stopped_is_shown_as_far_as_it_came(request, monkeypatch, name, updates):
    shown = request.getfixturevalue(name)
    shown.set(**shown.start)
    progress = Progress()

    def stop():
        panels.wait_for(lambda: progress.shared[0] >= updates)
        progress.cancel()

    if updates:  # with time enough to stop it
        for module in (samples, curves, directions):
            monkeypatch.setattr(module, "engine_at_hand", lambda: "numpy")
        hand = threading.Thread(target=stop)
        hand.start()
    else:
        progress.cancel()
    result = shown.compute(shown.computed | LONG[name], progress)
    if updates:
        hand.join()
    assert result.run.status == "cancelled"
    assert (result.run.updates > 0) == (updates > 0)
    moment = shown.frame(result, 1_000_000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shown.update(shown.artists, result, moment, None)
        shown.picture.render()
    text = shown.describe(result, moment)
    assert "Stopped by hand." in text
    assert "nan" not in text.split()
    shown.set(**shown.start)
