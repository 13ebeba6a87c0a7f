"""The panels of lesson 07: every mark in their pictures says what the numbers say."""

import numpy as np
import panels
import pytest
from lesson_panels import PANELS
from panels import kept, xy

from lessons import Progress, TrainConfig, data, train
from lessons.experiments.optimizers import memory as averaging
from lessons.experiments.optimizers import step_matrix
from lessons.experiments.optimizers.inputs import INPUTS, rescaled
from lessons.experiments.optimizers.race import race
from lessons.experiments.optimizers.surfaces import surface
from lessons.experiments.optimizers.sweeps import settled
from lessons.numerals import short
from widgets import optimizers
from widgets.optimizers import ends, momentum_map
from widgets.optimizers.knobs import BEST, SAME
from widgets.optimizers.names import NAMES
from widgets.optimizers.race import sweep_rates
from widgets.style import LIGHT

pytestmark = pytest.mark.usefixtures("compiled")


race_panel = kept(optimizers.panel)
map_panel = kept(optimizers.momentum)
memory_panel = kept(optimizers.memory)
rates_panel = kept(lambda: optimizers.rates(data="moons", epochs=3))


@pytest.fixture
def racing(race_panel):
    race_panel.set(**race_panel.start)
    return race_panel


@pytest.fixture
def mapped(map_panel):
    map_panel.set(**map_panel.start)
    return map_panel


@pytest.fixture
def memory(memory_panel):
    memory_panel.set(**memory_panel.start)
    return memory_panel


@pytest.fixture
def rates(rates_panel):
    rates_panel.set(**rates_panel.start)
    return rates_panel


def part(panel, kind, name):
    return getattr(panel.artists, f"all_{kind}")[list(NAMES).index(name)]


# The race


@pytest.mark.parametrize("place", ["ravine", "saddle", "plateau", "rosenbrock"])
def test_paths_and_losses_are_those_of_a_race_at_the_rate(racing, place):
    racing.set(surface=place, learning_rate=0.001, steps=50, time=40, momentum=0.8, decay=0.1)
    config = TrainConfig(momentum=0.8, l2=0.1)
    made = race(surface(place, 100.0, 30.0), config, (-1.5, 0.1), [0.001], 50)
    for k, name in enumerate(NAMES):
        path = made.paths[:41, k, :, 0]
        assert np.allclose(np.transpose(xy(part(racing, "paths", name))), path, rtol=1e-9)
        assert np.allclose(np.ravel(xy(part(racing, "heads", name))), path[-1])
        losses = surface(place, 100.0, 30.0).loss(path.T)
        assert np.allclose(xy(part(racing, "curves", name))[1], losses, rtol=1e-9)
        assert f"{NAMES[name]} {short(losses[-1])}" in str(racing)


def test_the_best_rate_is_the_lowest_dot_of_each_curve(racing):
    racing.set(rates=BEST, decay=0.05)
    for name in NAMES:
        x, y = xy(part(racing, "sweeps", name))
        assert x.tolist() == sweep_rates()
        assert xy(part(racing, "used", name))[0] == [x[y.argmin()]]
        assert racing.result.rates[name] == x[y.argmin()]
    assert racing.artists.rate.get_xdata() == []
    racing.set(rates=SAME, learning_rate=0.1)
    assert {xy(part(racing, "used", name))[0].item() for name in NAMES} == {0.1}


def test_the_order_of_the_summary_is_that_of_the_losses(racing):
    for settings in ({}, {"rates": BEST}, {"surface": "rosenbrock", "time": 3}):
        racing.set(**settings)
        moment = racing.moment
        told = str(racing).split("lowest first: ")[1]
        losses = [
            np.nan_to_num(racing.result.losses[name][moment], nan=np.inf)
            for name in sorted(NAMES, key=lambda name: told.index(f"{NAMES[name]} "))
        ]
        assert losses == sorted(losses)


def test_who_is_switched_off_is_neither_drawn_nor_told(racing):
    racing.set(show_adam=False, show_rmsprop=False)
    for name in ("adam", "rmsprop"):
        for kind in ("paths", "heads", "curves", "sweeps", "used"):
            assert len(xy(part(racing, kind, name))[0]) == 0
        assert f"{NAMES[name]} " not in str(racing)
    racing.set(**{f"show_{name}": False for name in NAMES})
    assert "Nobody races" in str(racing)
    assert not any(end.get_text() for end in racing.artists.ends)


def test_adam_and_adamw_share_a_label_until_weights_decay(racing):
    labels = [end.get_text() for end in racing.artists.ends]
    assert any(text.startswith("Adam, AdamW ") for text in labels)
    assert len(xy(part(racing, "paths", "adamw"))[0]) == 0
    racing.set(show_adam=False)
    assert len(xy(part(racing, "paths", "adamw"))[0]) == 201
    racing.set(show_adam=True)
    racing.set(decay=0.3)
    labels = [end.get_text() for end in racing.artists.ends]
    assert sum(text.startswith("Adam") for text in labels) == 2
    assert "weight decay 0.3" in str(racing)


@pytest.mark.filterwarnings("error")
def test_a_rate_far_too_large_is_told_and_drawn_out_of_the_picture(racing):
    racing.set(surface="rosenbrock", learning_rate=10.0)
    labels = [end.get_text() for end in racing.artists.ends]
    assert any("diverged" in text or "↑" in text for text in labels)
    assert np.isfinite(np.concatenate([xy(part(racing, "paths", name)) for name in NAMES], 1)).all()
    assert "SGD diverged" in str(racing)


def test_the_ground_is_lighter_where_the_loss_is_lower(racing):
    for place in ("ravine", "saddle", "plateau", "rosenbrock"):
        racing.set(surface=place)
        gray = racing.artists.ground.get_array()[..., 0].astype(float)
        grid = np.linspace(-2, 2, len(gray))
        loss = surface(place, 100.0, 30.0).loss(np.array(np.meshgrid(grid, grid)))
        ranks = [np.median(gray[loss <= np.quantile(loss, q)]) for q in (0.05, 0.5, 1)]
        assert ranks == sorted(ranks, reverse=True)
        assert ranks[0] > ranks[-1]


def test_a_pinned_race_shows_its_lowest(racing):
    racing.set(learning_rate=0.001, pinned={"learning_rate": 0.01})
    assert racing.artists.pinned_text.get_text().startswith("Nesterov, pinned: η 0.01"[:12])
    expected = race(surface("ravine", 100.0, 30.0), TrainConfig(), (-1.5, 0.1), [0.01], 200)
    path = expected.paths[:, expected.names.index("nesterov"), :, 0]
    losses = surface("ravine", 100.0, 30.0).loss(path.T)
    assert np.allclose(xy(racing.artists.pinned)[1], losses, rtol=1e-6)
    assert "Pinned, with learning rate η = 0.01: Nesterov lowest" in str(racing)


def test_the_start_the_step_and_the_rate_are_touched(racing):
    panels.touch(racing, "map", (-1.5, 0.1), (0.52, -1.03))
    assert (racing.settings["start_w1"], racing.settings["start_w2"]) == (0.5, -1.05)
    assert np.ravel(xy(racing.artists.start)).tolist() == [0.5, -1.05]
    panels.touch(racing, "losses", (33.2, 1e-3))
    assert racing.moment == 33
    racing.set(rates=BEST)
    panels.touch(racing, "sweep", (0.31, 1e-3))
    assert (racing.settings["rates"], racing.settings["learning_rate"]) == (SAME, 0.32)


# Momentum


@pytest.mark.parametrize("method", step_matrix.METHODS)
@pytest.mark.parametrize("condition", [1.0, 10.0, 1000.0])
def test_the_map_is_gray_beyond_the_edge_and_strongest_at_the_best(mapped, method, condition):
    mapped.set(method=method, condition=condition)
    pixels = mapped.artists.ground.get_array().astype(int)
    rows, columns = pixels.shape[:2]
    product = (np.arange(columns) + 0.5) / columns * momentum_map.LAST
    mu = (np.arange(rows) + 0.5)[:, None] / rows
    factors = step_matrix.slowest(method, condition, product, mu)
    gray = np.array([int(LIGHT[i : i + 2], 16) for i in (1, 3, 5)])
    assert (np.abs(pixels[factors >= 1] - gray) <= 1).all()
    inside = pixels[factors < 1][:, 0]
    order = np.argsort(factors[factors < 1])
    assert (np.diff(inside[order]) >= 0).all()
    edge, heights = xy(mapped.artists.edge)
    assert np.allclose(edge, step_matrix.edge(method, heights))


@pytest.mark.parametrize("method", step_matrix.METHODS)
def test_dotted_lines_stand_where_it_begins_and_ends_to_swing(mapped, method):
    mapped.set(method=method)
    for border, inwards in zip(mapped.artists.borders, (1e-6, -1e-6), strict=True):
        product, mu = (values[10:-10] for values in xy(border))
        assert step_matrix.swings(method, product + inwards, mu).all()
        assert not step_matrix.swings(method, product - inwards, mu).any()


def test_the_run_is_that_of_the_point(mapped):
    mapped.set(method="Nesterov", product=1.2, momentum=0.7, condition=50, steps=80, time=60)
    path = step_matrix.descend("Nesterov", [1.0, 50.0], 1.2 / 50, 0.7, 80)
    for line, w in zip(mapped.artists.lines, path.T, strict=True):
        assert np.array_equal(xy(line)[1], w[:61])
    assert np.allclose(xy(mapped.artists.distance)[1], np.linalg.norm(path, axis=1)[:61])
    y = xy(mapped.artists.computed)[1]
    rho = float(step_matrix.slowest("Nesterov", 50.0, 1.2, 0.7))
    assert np.allclose(y[1:] / y[:-1], rho)
    assert f"computed {rho:.4f}, measured in this run the same" in str(mapped)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"product": 1.0, "momentum": 0.0, "condition": 1.0}, "computed 0.0000"),
        ({"product": 4.4, "momentum": 0.0, "steps": 300}, "It diverges"),
        ({"product": 2.0, "momentum": 0.0}, "It neither shrinks nor grows"),
        ({"product": 0.02, "momentum": 0.0}, "no weight swings"),
        ({"product": 1.0, "momentum": 0.3}, "w2 swings."),
        ({"product": 1.9, "momentum": 0.0}, "κ = 100: w2 jumps across the minimum at every step."),
        (
            {"product": 4.0, "momentum": 0.9, "steps": 20},
            "κ = 100: w1 swings, w2 jumps across the minimum at every step.",
        ),
        ({"product": 3.3, "momentum": 0.67}, "w1 and w2 swing."),
    ],
)
@pytest.mark.filterwarnings("error")
def test_the_words_are_true_at_the_ends_of_the_map(mapped, settings, words):
    mapped.set(**settings)
    assert words in str(mapped)
    assert ("diverges" in str(mapped)) == (mapped.result.distances[-1] > 2)


def test_the_map_is_touched(mapped):
    panels.touch(mapped, "map", (2.51, 0.333), (3.02, 0.404))
    assert (mapped.settings["product"], mapped.settings["momentum"]) == (3.02, 0.4)
    assert np.ravel(xy(mapped.artists.here)).tolist() == [3.02, 0.4]
    for area in ("weights", "distances"):
        panels.touch(mapped, area, (41.6, 0.5))
        assert mapped.moment == 42
        mapped.set(time=0)


# Memory


def test_the_average_is_that_of_the_samples(memory):
    for settings in ({}, {"corrected": True}, {"forget": 0.001, "signal": "wave"}):
        memory.set(**settings)
        beta, corrected = 1 - memory.settings["forget"], memory.settings["corrected"]
        samples = xy(memory.artists.samples)[1]
        expected = averaging.averages(samples, beta, corrected)
        assert np.allclose(xy(memory.artists.average)[1], [0, *expected])


def test_weights_are_added_up_to_the_first_sample(memory):
    memory.set(forget=0.01, time=50)
    windows, share = xy(memory.artists.sum)
    assert share[windows == 1] == pytest.approx(1 - 0.99**50)
    memory.set(corrected=True)
    assert xy(memory.artists.sum)[1].max() == pytest.approx(1)
    memory.set(forget=0.1, time=200)
    windows, share = xy(memory.artists.sum)
    assert share[windows == 1] == pytest.approx(1 - 0.9**10)
    assert "window: 10 samples" in memory.artists.window_text.get_text()


def test_adams_longest_step_is_told(memory):
    memory.set(forget=0.001)
    assert "the longest step is 6.6 η at update 12" in str(memory)
    assert np.allclose(xy(memory.artists.peak), [[12], [6.57]], atol=0.01)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("forget", [1e-4, 1.0])
@pytest.mark.parametrize("samples", [20, 5000])
@pytest.mark.parametrize("time", [0, 1, 20])
def test_the_ends_of_its_knobs_show_something(memory, forget, samples, time):
    memory.set(
        forget=forget, samples=samples, time=time, corrected=True, noise=0.0, signal="constant"
    )
    assert "nan" not in str(memory)
    assert memory.moment == time
    average = 1.0 if time else 0.0
    assert f"corrected, is {average:.2f}" in str(memory)


# The network


def test_every_dot_is_a_training(rates):
    result = rates.result
    for k, name in enumerate(result.sweeps.names):
        for r, seed in ((2, 0), (4, 2)):
            config = TrainConfig(
                optimizer=name, learning_rate=ends.RATES[r], epochs=3, seed=seed,
                beta2=0.99 if name == "rmsprop" else 0.999,
            )  # fmt: skip
            assert result.sweeps.loss[k, r, seed] == settled(train(config, data.moons(seed=seed)))
        x, y = xy(rates.artists.curves[k])
        assert x.tolist() == list(ends.RATES)
        assert np.allclose(y, np.median(result.sweeps.loss[k], axis=1))


def test_rows_say_the_best_rate_and_the_pairs(rates):
    sweeps = rates.result.sweeps
    for k, name in enumerate(sweeps.names):
        row = rates.artists.rows[k]
        best = np.median(sweeps.loss[k], axis=1).argmin()
        assert xy(row.best)[0] == [ends.RATES[best]]
        text = row.lowest.get_text()
        assert text.startswith(short(np.median(sweeps.loss[k], axis=1)[best]))
        if name != "sgd":
            sgd = np.median(sweeps.loss[0], axis=1).argmin()
            wins = np.sum(sweeps.loss[k, best] < sweeps.loss[0, sgd])
            assert f"below SGD in {wins} of 3" in text
    assert rates.artists.rows[-1].lowest.get_text() == "is Adam where λ = 0"


def test_weight_decay_lets_adamw_run(rates):
    rates.set(l2=0.1)
    assert rates.result.sweeps.loss.shape == (7, 9, 3)
    adam, adamw = rates.result.sweeps.loss[-2:]
    assert not np.array_equal(adam, adamw)
    assert "189 complete trainings" in str(rates)


def test_badly_scaled_inputs_are_trained_with(rates):
    rates.set(inputs=INPUTS[2])
    config = TrainConfig(epochs=3, learning_rate=ends.RATES[3], seed=1)
    expected = settled(train(config, rescaled(data.moons(seed=1), INPUTS[2])))
    assert rates.result.sweeps.loss[0, 3, 1] == expected


def test_the_first_picture_has_one_seed_and_what_is_stopped_ends_there():
    settings = {"data": "moons", "inputs": INPUTS[0], "epochs": 2, "batch_size": 32, "l2": 0.0}
    first = ends.compute(settings | {"seed": 0}, Progress())
    assert first.seeds == 1
    whole = first.rest(Progress())
    assert (whole.seeds, whole.rest) == (3, None)
    assert np.array_equal(whole.sweeps.loss[:, :, :1], first.sweeps.loss)
    progress = Progress()
    progress.cancel()
    stopped = first.rest(progress)
    assert stopped.rest is None
    assert ends.describe(stopped, None) == "Stopped by hand: 54 trainings are complete."


@pytest.mark.filterwarnings("error")
def test_what_was_stopped_before_its_first_training_shows_nothing(rates):
    progress = Progress()
    progress.cancel()
    rates.result = ends.compute(rates.settings, progress)
    rates.redraw()
    assert str(rates) == "Stopped by hand: 0 trainings are complete."
    for row in rates.artists.rows[:-1]:
        assert row.lowest.get_text() == ""
        assert len(xy(row.best)[0]) == len(xy(row.learns)[0]) == 0


@pytest.mark.filterwarnings("error")
def test_where_nobody_learns_the_words_say_so(rates):
    rates.set(data="spiral", epochs=1)
    assert "No rate ends below half of guessing." in str(rates)
    assert not any(len(xy(row.learns)[0]) for row in rates.artists.rows)


# All


def test_the_lesson_has_four_panels():
    assert [name for name in PANELS if name.startswith("optimizers.")] == [
        "optimizers.memory", "optimizers.momentum", "optimizers.panel", "optimizers.rates",
    ]  # fmt: skip
