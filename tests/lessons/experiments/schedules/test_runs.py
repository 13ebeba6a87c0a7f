"""Lesson 08: what is measured on networks is what it says."""

import numpy as np
import pytest

from lessons import TrainConfig, data, gradient_at, train
from lessons.experiments.gradient_noise import (
    deviation,
    expected_noise,
    length_and_deviation,
    sample_gradients,
)
from lessons.experiments.schedules import (
    comparison,
    endings,
    high_peaks,
    lengths,
    tables,
    warm_up,
)
from lessons.experiments.schedules.noise import noise_along
from lessons.experiments.settled import has_learned
from lessons.schedules import Constant, ReduceOnPlateau

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.mark.parametrize("make", [data.moons, data.bumps])
def test_length_and_deviation_are_those_of_the_samples_gradients(make):
    split = make(n=60)
    config = TrainConfig(hidden=(5, 4), activation="tanh", epochs=3, dtype="float64")
    where = train(config, split).params, config, split.X_train, split.y_train
    each = sample_gradients(*where)
    length, sigma = length_and_deviation(*where)
    assert length == pytest.approx(np.linalg.norm(each.mean(axis=0)))
    assert length == pytest.approx(np.linalg.norm(gradient_at(*where)))
    assert sigma == pytest.approx(deviation(each))


def test_noise_along_a_run_is_that_of_its_snapshots():
    split, config = data.moons(n=100), TrainConfig(epochs=4, batch_size=20)
    run = train(config, split)
    lengths_, noise = noise_along(run, split, [0, 4])
    for k, epoch in enumerate((0, 4)):
        each = sample_gradients(run.snapshots[epoch], config, split.X_train, split.y_train)
        assert lengths_[k] == pytest.approx(np.linalg.norm(each.mean(axis=0)), rel=1e-4)
        assert noise[k] == pytest.approx(expected_noise(deviation(each), 100, 20), rel=1e-4)
    whole = train(TrainConfig(epochs=1, batch_size=1000), split)
    assert noise_along(whole, split, [0])[1] == 0


def test_ends_are_the_losses_of_the_trainer():
    split, config = data.wave(n=100, noise=0.3), TrainConfig(batch_size=10, epochs=20)
    pairs = [("cosine", 0.03), ("reduce_on_plateau", 0.03), ("constant", 1e6)]
    found = comparison.ends(config, split, pairs)
    run = train(comparison.with_schedule(config, "cosine", 0.03), split)
    assert found[0].tolist() == [run.train_loss[-1], run.val_loss[-1]]
    assert run.learning_rate[100] == pytest.approx(0.015)
    plateau = comparison.with_schedule(config, "reduce_on_plateau", 0.03).schedule
    assert plateau == ReduceOnPlateau(0.03, patience=2)
    assert found[2].tolist() == [np.inf, np.inf]


def test_the_best_peak_has_the_lowest_mean_so_that_one_failure_counts():
    train_losses = np.array([[[0.1, 0.1, 9.0], [0.2, 0.2, 0.2], [np.inf, 0.0, 0.0]]])
    assert comparison.Ends(("step",), (0.1, 0.2, 0.4), train_losses).best("step") == 0.2


def test_an_ending_changes_what_it_says_and_nothing_before():
    split = data.wave(noise=0.3, seed=1)
    runs = {e: train(endings.config_of("wave", e, 1), split) for e in endings.ENDINGS}
    first = runs["on as before"]
    for name, (divided, size) in endings.ENDINGS.items():
        run = runs[name]
        before = np.array_equal(run.train_loss[:61], first.train_loss[:61])
        assert before
        assert run.updates == 3000 + 20 * 500 // size
        assert set(run.learning_rate[3000:]) == {0.056 / divided}
    assert endings.endings("wave", 1)[3] == pytest.approx(
        runs["same rate, full batches"].train_loss[80] / first.train_loss[60]
    )


def test_who_learned_is_told_by_the_kits_criterion():
    case = "bumps, SGD 0.32"
    load, config = warm_up.CASES[case]
    for seed in range(3):
        run = train(TrainConfig(learning_rate=0.32, epochs=60, seed=seed), load(seed))
        assert warm_up.learned(case, [Constant(0.32)], seed) == has_learned(run, load(seed))
    assert warm_up.by_length(case, 0)[0] == warm_up.by_way(case, 0)[0]
    assert config.learning_rate == 0.32


def test_a_run_made_for_another_length_has_the_rates_of_that():
    made = {name: schedule(0.1) for name, (_, schedule) in lengths.LENGTHS.items()}
    cut, own = made["made for 100, cut at 60"], made["made for 60 epochs, run for 60"]
    assert cut(2999) > 0.03
    assert own(3000) == 0
    assert made["made for 60, run for 100"](4999) == 0
    assert made["100 epochs taken as 100 updates"](100) == 0
    shapes = {name: make(0.1) for name, make in lengths.SHAPES.items()}
    means = {
        name: np.mean([shape(u) for u in range(lengths.UPDATES)]) for name, shape in shapes.items()
    }
    assert means["constant at its mean"] == pytest.approx(means["cyclical, 5 cycles"], rel=0.02)
    assert shapes["cyclical, 5 cycles"](4999) < 0.011
    assert shapes["cyclical, 4.5 cycles"](4999) > 0.099


# --- the stored tables --------------------------------------------------------------------------


def test_the_tables_hold_all_of_20_seeds():
    for task in comparison.TASKS:
        assert len(tables.stored("swept", task)) == len(comparison.NAMES) * len(comparison.PEAKS)
        for part in ("training", "validation"):
            rows = tables.stored(f"judged, {part}", task)
            assert [name for name, _ in rows] == list(comparison.NAMES)
            assert {len(values) for values in rows.values()} == {20}
    for task in ("a straight line", "network, noise stays", "network that can fit all"):
        assert len(tables.stored("floor", task)) == 36
    assert all(len(tables.stored("warm-up", case)) == 11 for case in warm_up.CASES)
    assert all(len(tables.stored("high peak", case)) == 5 for case in high_peaks.CASES)
    assert all(len(tables.stored("ending", task)) == 4 for task in endings.TASKS)
    assert len(tables.stored("length", "wave")) == 12


def test_the_chosen_peaks_are_the_best_of_the_stored_sweeps():
    for task in comparison.TASKS:
        swept = tables.stored("swept", task)
        for name, peak in tables.chosen(task).items():
            means = {float(p): v.mean() for (n, p), v in swept.items() if n == name}
            assert means[peak] == min(means.values())


def test_rows_of_the_tables_are_made_anew():
    judged = comparison.judge("wave", {"cosine": 0.032}, [0, 1])["cosine"]
    stored = tables.stored("judged, training", "wave")["cosine", "0.032"][:2]
    # Other vectors add in another order.
    assert judged[:, 0] == pytest.approx(stored, rel=0.03)
    ending = tables.stored("ending", "moons")["a tenth of the rate", ""][0]
    assert endings.endings("moons", 0)[1] == pytest.approx(ending, rel=0.2)
