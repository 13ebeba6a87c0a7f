"""The panels of lesson 04: every mark in their pictures says what the numbers say."""

import itertools
import warnings

import numpy as np
import panels
import pytest
from matplotlib.transforms import Bbox
from panels import kept, xy

from lessons import TrainConfig, data, predict, train
from lessons.experiments import batch_size as lesson
from lessons.experiments.batch_size.races import BUDGETS, winner
from lessons.verdict import short
from widgets import batch_size
from widgets.artists import Words
from widgets.batch_size import costs, gradients, races, walks
from widgets.batch_size.questions import ends, measure_noise
from widgets.edges import PALE
from widgets.learning_rate.network import SETS
from widgets.picture import moving_artists
from widgets.style import RED

pytestmark = pytest.mark.usefixtures("compiled")


racing_made, noisy_made = kept(batch_size.panel), kept(batch_size.noise)
costly_made = kept(lambda: batch_size.cost(width=4))
wandering_made = kept(batch_size.paths)


@pytest.fixture
def racing(racing_made):
    racing_made.set(**racing_made.start)
    return racing_made


@pytest.fixture
def noisy(noisy_made):
    noisy_made.set(**noisy_made.start)
    return noisy_made


@pytest.fixture
def costly(costly_made):
    costly_made.set(**costly_made.start)
    return costly_made


@pytest.fixture
def wandering(wandering_made):
    wandering_made.set(**wandering_made.start)
    return wandering_made


# Races


def test_every_racer_is_a_complete_training_of_its_own(racing):
    racing.set(batch_size=8, learning_rate=0.2, rule="linear", seed=3, epochs=10, time=10)
    assert [racer.batch_size for racer in racing.result.racers] == [1, 8, 500]
    for racer in racing.result.racers:
        rate = 0.2 * racer.batch_size / 32
        assert racer.rate == pytest.approx(rate)
        config = TrainConfig(
            batch_size=racer.batch_size, learning_rate=racer.rate, seed=3, epochs=10
        )
        expected = train(config, data.circle(seed=3)).train_loss
        assert np.array_equal(racer.run.train_loss[:11], expected)
    assert racing.run is racing.result.yours.run


def test_curves_end_at_the_lines(racing):
    racing.set(batch_size=16)
    one, yours, everyone = racing.result.racers
    for track, budget in zip(racing.artists.tracks, BUDGETS, strict=True):
        line = racing.result.lines[budget]
        for racer, curve, end, label in zip(
            (one, everyone, yours), track.curves, track.ends, track.names, strict=True
        ):
            x, y = xy(curve)
            assert x[-1] == 1
            assert y[-1] == pytest.approx(np.clip(racer.loss_at(budget, line), *races.LOSSES))
            assert np.allclose(x[:-1] * line, racer.spent(budget)[: len(x) - 1])
            assert np.array_equal(y[:-1], np.clip(racer.loss[: len(x) - 1], *races.LOSSES))
            assert [v[0] for v in xy(end)] == [1, y[-1]]
            assert label.get_text() == {1: "1", 16: "16", 500: "all"}[racer.batch_size]
    lines = [track.line.get_text() for track in racing.artists.tracks]
    assert lines[:2] == ["10 epochs", "160 updates"]


@pytest.fixture
def quiet(monkeypatch):
    """Seconds per epoch as on a quiet machine; the tests may run on one that is not."""
    monkeypatch.setattr(races, "pace", lambda name, size, engine: (0.9 + 12 / size) / 1000)
    monkeypatch.setattr(races, "finished", {})


@pytest.mark.parametrize("seed", range(5))
def test_three_different_winners_at_first(racing, quiet, seed):
    racing.set(seed=seed)
    best = [winner(racing.result.racers, racing.result.lines, budget) for budget in BUDGETS]
    assert [racer.batch_size for racer in best] == [1, 500, 32]
    texts = [track.winner.get_text() for track in racing.artists.tracks]
    assert texts == ["batch of 1 ahead", "all 500 ahead", "batch of 32 ahead"]


def test_the_winner_has_its_color_and_the_words_agree(racing):
    for size, rule in itertools.product((1, 4, 512), lesson.RULES):
        racing.set(batch_size=size, rule=rule)
        for track, budget in zip(racing.artists.tracks, BUDGETS, strict=True):
            losses = [r.loss_at(budget, racing.result.lines[budget]) for r in racing.result.racers]
            best = racing.result.racers[int(np.argmin(losses))]
            assert races.name(best, racing.result) in track.winner.get_text()
            assert track.winner.get_color() == races.color_of(best, racing.result)
            assert races.name(best, racing.result) in str(racing)
        rates = [text.get_text() for text in racing.artists.key]
        assert f"η {short(racing.result.yours.rate)}" in " ".join(rates)


def test_an_extreme_of_yours_is_drawn_once(racing):
    for size, expected in ((1, ["all", "1"]), (512, ["1", "all"])):
        racing.set(batch_size=size)
        for track in racing.artists.tracks:
            texts = [label.get_text() for label in track.names if label.get_text()]
            assert texts == expected
            assert sum(len(xy(curve)[0]) > 0 for curve in track.curves) == 2


def test_the_open_dot_is_the_epoch_of_the_map(racing):
    for size, time in itertools.product((4, 32, 512), (0, 7, 20)):
        racing.set(epochs=20, batch_size=size, time=time)
        assert f"after {time} epoch" in (title := racing.artists.beliefs.title.get_text()) or (
            time == 0 and "before training" in title
        )
        x, y = xy(racing.artists.tracks[0].now)
        assert (x[0], y[0]) == (time / 20, racing.run.train_loss[time])
        x, _ = xy(racing.artists.tracks[1].now)
        spent = time * racing.result.yours.updates / 320
        assert x.tolist() == ([spent] if spent <= 1 else [])
    believed = predict(racing.run.snapshots[20], racing.run.config, data.circle().X_train)
    assert believed.shape == (500, 2)


def test_the_words_say_what_yours_did(racing):
    racing.set(batch_size=64, epochs=5, time=5)
    run = racing.run
    assert f"training loss {short(run.train_loss[5])}" in repr(racing)
    assert f"validation {short(run.val_loss[5])}" in repr(racing)
    assert "5 epochs, 40 updates" in repr(racing)
    # What was measured on this machine is not stored.
    assert "measured here" in str(racing)
    assert "measured" not in repr(racing)


def test_a_divergence_is_marked_and_told(racing):
    racing.set(data="gaussians", learning_rate=10.0, rule="linear", batch_size=512)
    assert racing.run.status == "diverged"
    assert "It diverged." in str(racing)
    for track in racing.artists.tracks[:2]:
        assert xy(track.lost)[1].tolist() == [races.LOSSES[1]]
        assert track.lost.get_color() == RED
        assert track.winner.get_text() == "batch of 1 ahead"
        # Who did not arrive has no name at the end, but the legend tells.
        assert [label.get_text() for label in track.names if label.get_text()] == ["1"]
    assert racing.artists.key[1].get_text().endswith("\ndiverged")
    racing.set(**racing.start)
    assert all(len(xy(track.lost)[0]) == 0 for track in racing.artists.tracks)


def test_a_curve_that_swings_out_of_its_axes_at_every_update_is_no_solid_block(racing):
    racing.set(**racing.start)
    racing.set(learning_rate=10.0)
    everyone = [track.curves[1] for track in racing.artists.tracks]
    assert [curve.get_alpha() for curve in everyone][:2] == [None, PALE]
    racing.set(**racing.start)
    assert [curve.get_alpha() for curve in everyone] == [None] * 3


def test_a_race_that_nobody_ends_names_nobody(racing):
    racing.set(data="gaussians", learning_rate=10.0, rule="square root", batch_size=512)
    # How far the third race goes is measured, and where others work, too, it may go anywhere.
    for track in racing.artists.tracks[:2]:
        assert track.winner.get_text() == "nobody arrived"
        assert [label.get_text() for label in track.names] == ["", "", ""]
        assert len(xy(track.lost)[0]) == 2
    racing.set(**racing.start)


def test_a_pinned_race_stays(racing):
    racing.set(batch_size=8, pinned={"batch_size": 128, "learning_rate": 0.05})
    rate = lesson.scaled_rate(0.05, 128, "square root")
    expected = train(TrainConfig(batch_size=128, learning_rate=rate, epochs=10), data.circle())
    x, y = xy(racing.artists.tracks[0].pinned)
    # Between them there may be others, where another race ends within an epoch.
    assert np.allclose(np.interp(np.arange(11) / 10, x, y), expected.train_loss)


# Paths


@pytest.mark.parametrize("seed", range(5))
def test_small_batches_wander_and_all_samples_go_straight(wandering, seed):
    wandering.set(seed=seed)
    one, yours, everyone = (path.detours[-1] for path in wandering.result.paths)
    # "Many times as long as the way it makes", and "almost straight".
    assert one > 5
    assert one > 2 * yours
    assert 1.5 * everyone < yours
    assert everyone < 1.5


def test_paths_are_those_of_complete_trainings(wandering):
    wandering.set(batch_size=64, learning_rate=0.05, seed=2, time=100)
    for path in wandering.result.paths:
        config = TrainConfig(batch_size=path.batch_size, learning_rate=0.05, seed=2, epochs=160)
        w = train(config, data.circle(seed=2), snapshots="update").snapshots.vectors[:161]
        steps = np.linalg.norm(np.diff(w.astype(float), axis=0), axis=1)
        distance = np.linalg.norm(w[100] - w[0].astype(float))
        assert path.detours[100] == pytest.approx(steps[:100].sum() / distance)
        # A picture in a plane is never longer than what it shows.
        flat = np.linalg.norm(np.diff(path.points, axis=0), axis=1)
        assert (flat <= steps * (1 + 1e-6) + 1e-6).all()
        assert f"{short(path.detours[100])} (" in str(wandering)
    everyone = wandering.result.paths[-1]
    assert everyone.points[-1] == pytest.approx([distance_to_end(everyone), 0], abs=1e-6)
    assert [len(xy(curve)[0]) for curve in wandering.artists.curves] == [101] * 3
    assert [xy(dot)[0].tolist() for dot in wandering.artists.now] == [[100]] * 3


def test_the_plane_says_what_it_does_not_show(wandering):
    wandering.set(batch_size=32, time=100)
    small = wandering.result.paths[0]
    here = np.linalg.norm(np.diff(small.points[:101], axis=0), axis=1).sum()
    here /= np.linalg.norm(small.points[100])
    first, second = (text.get_text() for text in wandering.artists.hidden)
    assert first == f"path of 1: {short(here)} as seen here,"
    assert second == f"{short(small.detours[100])} in all 354 directions"
    # Most of the zigzag of the smallest batch is where the plane does not show it.
    assert here < 0.5 * small.detours[100]


def distance_to_end(path):
    return np.linalg.norm(path.points[-1])


def test_every_path_stays_in_the_picture(wandering):
    for name, rate, seed in itertools.product(SETS, (1e-3, 0.3), (0, 1)):
        wandering.set(data=name, learning_rate=rate, seed=seed)
        for path in wandering.result.paths:
            assert len(path.points) == 161
            x, y = path.points.T / walks.reach(wandering.result)
            assert walks.ALONG[0] <= x.min() <= x.max() <= walks.ALONG[1]
            assert walks.ACROSS[0] <= y.min() <= y.max() <= walks.ACROSS[1]
            assert path.detours.min() > 1 - 1e-6
            assert path.detours.max() < walks.DETOURS[1]


# Noise


def test_dots_are_batch_gradients_along_and_across_the_full_one(noisy):
    for size, replacement, time in ((1, False, 0), (64, True, 50), (500, False, 5)):
        noisy.set(batch_size=size, replacement=replacement, time=time)
        run, split = noisy.run, data.circle()
        each = lesson.sample_gradients(
            run.snapshots[time], run.config, split.X_train, split.y_train
        )
        mean, sigma = each.mean(axis=0), lesson.deviation(each)
        batches = lesson.draw_batches(500, size, gradients.DOTS, replacement) @ each
        along = batches @ mean / np.linalg.norm(mean) / sigma
        assert np.allclose(noisy.moment.dots[:, 0], along, atol=1e-4)
        assert noisy.moment.gradients.full == pytest.approx(np.linalg.norm(mean) / sigma)
        assert noisy.moment.gradients.sigma == pytest.approx(sigma)
        # Across is a right angle: together the two are never longer than the gradient itself.
        assert (
            np.linalg.norm(noisy.moment.dots, axis=1)
            <= np.linalg.norm(batches, axis=1) / sigma + 1e-4
        ).all()
        # "A step against an orange gradient would lead uphill."
        assert np.array_equal(noisy.moment.uphill, batches @ mean < 0)
        uphill = noisy.artists.uphill
        assert len(xy(uphill)[0]) == np.sum(batches @ mean < 0)
        assert uphill.get_color() == RED


def test_the_ring_lies_on_the_law_and_the_measured_dots_near_it(noisy):
    for size, replacement in itertools.product((1, 32, 256), (True, False)):
        noisy.set(batch_size=size, replacement=replacement)
        x, y = xy(noisy.artists.here)
        law = lesson.expected_noise(1, 500, size, replacement)
        assert (x[0], y[0]) == (size, pytest.approx(law))
        assert f"expected noise {law:.2f} σ" in repr(noisy)
    for line, replacement in zip(noisy.artists.measured, (False, True), strict=True):
        sizes, measured = xy(line)
        law = lesson.expected_noise(1, 500, sizes, replacement)
        visible = np.isfinite(measured)
        assert visible[:-1].all()
        assert visible[-1] == replacement
        assert np.allclose(measured[visible], law[visible], rtol=0.3)


def test_the_full_gradient_is_a_line_and_an_arrow(noisy):
    noisy.set(time=20)
    full = noisy.moment.gradients.full
    assert xy(noisy.artists.full)[1].tolist() == [full, full]
    assert xy(noisy.artists.arrow)[0].tolist() == [0, full]


def test_all_samples_leave_no_noise(noisy):
    noisy.set(batch_size=500)
    assert np.ptp(noisy.moment.dots, axis=0).max() < 1e-5
    assert "no noise at all" in str(noisy)
    noisy.set(replacement=True)
    assert np.ptp(noisy.moment.dots, axis=0).max() > 0.01


# Cost


def test_bytes_are_what_the_lesson_counts(costly):
    for size in (1, 48, 512):
        costly.set(batch_size=size)
        assert [v[0] for v in xy(costly.artists.here)] == [
            size, lesson.activation_bytes((2, 4, 4, 2), size)
        ]  # fmt: skip
    assert "batch of 512: 41 kB" in costly.artists.texts[0].get_text()
    assert costly.artists.parameters.get_ydata()[0] == lesson.parameter_bytes((2, 4, 4, 2))
    assert "measured" not in repr(costly).lower()


def test_times_are_shares_of_a_batch_of_one(costly):
    shares = xy(costly.artists.line)[1]
    seconds = costly.result.seconds
    assert shares[0] == 1
    assert np.allclose(shares, np.clip(seconds / seconds[0], *costs.SHARES))
    assert shares[-1] < 0.5
    assert set(xy(costly.artists.powers)[0]) == {2**k for k in range(10)}
    assert all(size % 16 == 0 for size in xy(costly.artists.multiples)[0])
    assert "Measured here" in str(costly)


def test_a_measurement_can_be_stopped(costly):
    progress = panels.Progress()
    progress.cancel()
    assert costs.measure_all(8, "auto", progress) is None


# Legibility, speed, warnings

EXTREMES = {
    "racing": [
        {}, {"batch_size": 1}, {"batch_size": 512}, {"epochs": 1}, {"epochs": 100},
        {"learning_rate": 1e-3}, {"learning_rate": 10.0, "rule": "linear"},
        {"data": "digits", "epochs": 2}, {"batch_size": 128, "learning_rate": 1e-3, "epochs": 1},
        {"data": "gaussians", "learning_rate": 10.0, "rule": "linear", "batch_size": 512},
    ],
    "noisy": [
        {}, {"batch_size": 1, "time": 0}, {"batch_size": 500, "time": 50},
        {"data": "gaussians", "time": 0}, {"data": "xor", "time": 50, "replacement": True},
    ],
    "costly": [{}, {"batch_size": 1}, {"batch_size": 512}],
    "wandering": [
        {}, {"batch_size": 1}, {"batch_size": 512}, {"time": 0}, {"time": 80, "batch_size": 2},
        {"learning_rate": 1e-3, "data": "digits"}, {"learning_rate": 0.3, "data": "gaussians"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", EXTREMES)
def test_texts_stay_in_the_picture_and_apart(request, name):
    panel = request.getfixturevalue(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for settings in EXTREMES[name]:
            first = {k: v for k, v in panel.start.items() if k != "time" or name != "racing"}
            panel.set(**first | settings)
            boxes = text_boxes(panel)
            width, height = panel.figure.bbox.width, panel.figure.bbox.height
            for text, box in boxes:
                assert box.x0 >= 0 and box.x1 <= width, (settings, text)
                assert box.y0 >= 0 and box.y1 <= height, (settings, text)
            for (one, a), (other, b) in itertools.combinations(boxes, 2):
                assert not a.shrunk(0.96, 0.7).overlaps(b.shrunk(0.96, 0.7)), (settings, one, other)


def text_boxes(panel):
    """The boxes of all moving words that are shown, in pixels."""
    boxes = []
    for artist in moving_artists(panel.artists):
        if isinstance(artist, Words) and artist.get_text() and artist.sprite is not None:
            artist.draw(panel.picture.canvas.get_renderer())
            height, width = artist.sprite.shape[:2]
            x, y = artist.get_transform().transform(artist.get_unitless_position())
            left = x - {"left": 0, "center": width / 2, "right": width}[artist.get_ha()]
            bottom = y - {"bottom": 0, "center": height / 2, "top": height}[artist.get_va()]
            boxes.append((artist.get_text(), Bbox.from_bounds(left, bottom, width, height)))
    return boxes


@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (races.panel, {"batch_size": 64, "epochs": 3, "time": 2, "data": "xor"}),
        (gradients.noise, {"batch_size": 64, "replacement": True, "time": 9, "data": "xor"}),
        (walks.paths, {"batch_size": 64, "learning_rate": 0.2, "time": 9, "data": "xor"}),
    ],
)
def test_the_same_settings_give_the_same_panel(make, settings):
    first = make(**settings)
    again = make(**first.settings)
    assert repr(first) == repr(again)
    assert first.settings == again.settings
    for panel in (first, again):
        panel.close()


def test_nonsense_is_refused_in_words():
    cases = (
        (races.panel, "batch_size", 0, "batch_size must be a whole number from 1 to 512, got 0"),
        (races.panel, "rule", "cubic", "rule must be one of none, square root, linear, got"),
        (
            gradients.noise,
            "batch_size",
            501,
            "batch_size must be a whole number from 1 to 500, got 501",
        ),
        (gradients.noise, "replacement", "no", "replacement must be True or False, got 'no'"),
        (costs.cost, "width", 65, "width must be a whole number from 4 to 64, got 65"),
    )
    for make, field, value, message in cases:
        with pytest.raises(ValueError, match=message):
            make(**{field: value})


# Questions


@pytest.mark.parametrize("make", ["predict_noise", "predict_larger", "predict_gap"])
def test_every_answer_has_a_reply_from_a_run(make):
    quiz = getattr(batch_size, make)()
    assert sum(choice.right for choice in quiz.choices) == 1
    replies = set()
    for choice in quiz.choices:
        quiz.choose(choice.answer)
        assert quiz.reply.startswith("Right." if choice.right else "Not quite.")
        assert any(letter.isdigit() for letter in quiz.reply)
        replies.add(quiz.reply)
    assert len(replies) == len(quiz.choices)
    quiz.close()


def test_the_right_answers_are_right():
    assert measure_noise(64) == pytest.approx(measure_noise(16) / 2, rel=0.05)
    assert ends(320)[0] > ends(32)[0]
    assert ends(320)[1] == 40


def test_goals_are_open_at_first_and_can_all_be_reached(racing, quiet):
    racing.set(**racing.start)
    goals = batch_size.goals(racing)
    assert "0 of 3" in str(goals)
    racing.set(batch_size=1, rule="none", learning_rate=10.0)
    racing.set(batch_size=512, rule="none", learning_rate=0.1)
    assert "0 of 3" in str(goals)
    racing.set(batch_size=512, rule="square root", learning_rate=0.2, epochs=20)
    assert "☑ Circle" in str(goals)
    racing.set(batch_size=32, rule="linear", learning_rate=0.3)
    assert "☑ Be ahead" in str(goals)
    racing.set(data="digits", epochs=3, batch_size=8, rule="none", learning_rate=0.1)
    assert "3 of 3" in str(goals)
    goals.close()
