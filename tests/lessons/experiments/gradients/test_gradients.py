"""The smallest network, updates made again, symmetry, autopsies, and the stored table of depths."""

from dataclasses import replace

import numpy as np
import pytest

from lessons import TrainConfig, data, train
from lessons.experiments.gradients import depths, equalized, smallest, symmetry, updates
from lessons.experiments.gradients.autopsy import entries, steepest_rise
from lessons.parameters import Layer

pytestmark = pytest.mark.usefixtures("compiled")


# --- the smallest network -----------------------------------------------------------------------


@pytest.mark.parametrize("depth", [1, 2, 7, 30])
def test_the_gradient_is_that_of_finite_differences(depth):
    def loss(weights):
        return 0.5 * (np.prod(weights) - 1) ** 2

    for w in (0.7, 1.05):
        weights, step = np.full(depth, w), 1e-6
        up, down = weights.copy(), weights.copy()
        up[0] += step
        down[0] -= step
        slope = (loss(up) - loss(down)) / (2 * step)
        assert smallest.gradient(w, depth) == pytest.approx(slope, rel=1e-5, abs=1e-9)


def test_one_weight_is_a_straight_walk_to_the_target():
    # With a single layer the distance shrinks by 1 - η per step.
    assert smallest.descend(0.2, 1, 0.1, 50) == pytest.approx(1 - 0.8 * 0.9**50)
    assert smallest.arrives([0.0, 5.0], 1, [0.5]).all()


@pytest.mark.filterwarnings("error")
def test_a_walk_that_diverges_has_not_arrived():
    assert not smallest.arrives([1.9], 30, [1.0]).any()


# --- updates made again -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"batch_norm": True},
        {"clip_norm": 0.1, "clip_value": 0.02},
        {"batch_size": 499, "batch_norm": True},  # the last batch of an epoch has one sample
        {"activation": "identity", "hidden": (16,) * 8, "learning_rate": 0.3},
    ],
    ids=str,
)
def test_an_update_made_again_has_the_norms_that_were_written_down(settings):
    split = data.circle(seed=1)
    config = TrainConfig(**{"epochs": 3, "dtype": "float64", "seed": 1} | settings)
    run = train(config, split, snapshots="update")
    orders = updates.orders_of(run, split)
    for u in range(min(run.updates + 1, len(run.batch_loss))):
        made = updates.look_at(run, split, orders, u)
        finite = np.isfinite(run.grad_norm[u])
        assert np.allclose(made.norms[finite], run.grad_norm[u][finite], rtol=1e-6, atol=1e-12)
        assert (made.weight_norms[finite] <= made.norms[finite] * (1 + 1e-12)).all()


def test_what_clipping_leaves_is_the_step_that_was_made():
    split = data.moons(n=50, seed=2)
    config = TrainConfig(epochs=1, batch_size=50, clip_value=0.03, dtype="float64")
    run = train(config, split, snapshots="update")
    made = updates.look_at(run, split, updates.orders_of(run, split), 0)
    before, after = (run.snapshots.vectors[k] for k in (0, 1))
    assert made.clipped == pytest.approx(np.linalg.norm(after - before) / config.learning_rate)


def test_clipping_by_norm_turns_nothing_and_by_value_does():
    split = data.circle()
    for clip, turns in (({"clip_norm": 1e-3}, False), ({"clip_value": 1e-3}, True)):
        run = train(TrainConfig(epochs=1, **clip), split, snapshots="update")
        angle = updates.look_at(run, split, updates.orders_of(run, split), 0).angle
        assert (angle > 20) if turns else (angle < 1e-3)


def test_angles():
    a = np.array([1.0, 0.0])
    for degrees in (0, 1e-3, 45, 90, 179):
        turned = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
        assert updates.angle_between(3 * a, turned) == pytest.approx(degrees, abs=1e-6)
    assert np.isnan(updates.angle_between(a, 0 * a))
    assert np.isnan(updates.angle_between(a, np.array([np.inf, 0])))


def test_gradients_before_the_first_update_are_those_of_the_run():
    split = data.circle(n=500, seed=3)
    n = len(split.X_train)
    config = TrainConfig(hidden=(16,) * 4, batch_size=n, epochs=1, dtype="float64", seed=3)
    run = train(config, split, snapshots="update")
    again = updates.look_at(run, split, updates.orders_of(run, split), 0)
    norms = [np.linalg.norm(g) for g in updates.weight_gradients(config, split)]
    assert np.allclose(norms, again.weight_norms)


# --- symmetry -----------------------------------------------------------------------------------


def test_units_are_told_apart_by_a_single_bit():
    W, after = np.full((3, 4), 0.1, np.float32), np.ones((4, 2), np.float32)
    params = [Layer(W, np.zeros(4, np.float32)), Layer(after, np.zeros(2, np.float32))]
    assert symmetry.distinct_units(params, 0) == 1
    W[1, 2] = np.nextafter(W[1, 2], np.float32(1))
    assert symmetry.distinct_units(params, 0) == 2
    after[3, 0] = 2
    assert symmetry.distinct_units(params, 0) == 3
    W[1, 2], after[3, 0] = W[0, 0], 1
    params[0].b[1] = -0.0
    assert symmetry.distinct_units(params, 0) == 1


@pytest.mark.parametrize("engine", ["numba", "numpy"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_equal_units_stay_equal_in_both_engines(engine, activation):
    config = TrainConfig(hidden=(8, 8), init="constant", activation=activation, epochs=5)
    run = train(config, data.circle(), engine)
    assert symmetry.has_moved(run, 0)
    for layer in (0, 1):
        assert set(symmetry.history(run, layer)) == {1}


# --- autopsy ------------------------------------------------------------------------------------


def test_the_record_of_a_broken_run_ends_with_what_is_not_finite():
    config = TrainConfig(hidden=(16,) * 16, activation="identity")
    run = train(config, data.circle())
    found = entries(run, run.failure.update)
    assert [entry.update for entry in found] == list(range(run.failure.update + 1))[-4:]
    assert np.isfinite([entry.loss for entry in found[:-1]]).all()
    assert not np.isfinite([found[-1].loss, found[-1].norm]).all()
    assert [entry.loss for entry in found[:-1]] == sorted(entry.loss for entry in found[:-1])
    losses = run.batch_loss[: run.stopped_at]
    assert steepest_rise(run) >= (losses[1:] / losses[:-1]).max()


def test_the_record_of_a_run_that_holds():
    run = train(TrainConfig(epochs=1), data.circle())
    last = entries(run, len(run.batch_loss) - 1)
    assert len(last) == 4
    assert last[-1].norm == pytest.approx(np.linalg.norm(run.grad_norm[-1]))
    assert last[-1].largest == run.grad_norm[-1].argmax()


# --- how deep -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "batch_norm", "depth"),
    [(("relu", "he_normal"), False, 8), (("sigmoid", "xavier_normal"), False, 4)],
)
def test_a_row_of_the_table_comes_out_again(kind, batch_norm, depth):
    (row,) = [
        row for row in depths.stored()
        if (row.activation, row.init) == kind and (row.batch_norm, row.depth) == (batch_norm, depth)
    ]  # fmt: skip
    assert row.rate == depths.RATES[depths.best_place(row.at_rates)]
    config = depths.config_of(*kind, batch_norm, depth, row.rate)
    # Other machines round otherwise, and a seed or two may fall on the other side.
    assert abs(depths.count_learned(config, depths.FRESH) - row.learned) <= 2


def test_the_table_is_whole():
    rows = depths.stored()
    assert len(rows) == len(depths.KINDS) * 2 * len(depths.DEPTHS)
    assert all(len(row.at_rates) == len(depths.RATES) for row in rows)
    assert all(0 <= count <= 20 for row in rows for count in (row.learned, *row.at_rates))
    # Best rates lie inside the rates; the lesson names the one that does not.
    at_an_end = [
        (row.activation, row.init, row.depth) for row in rows
        if max(row.at_rates) > 0 and row.rate in (depths.RATES[0], depths.RATES[-1])
    ]  # fmt: skip
    assert at_an_end == [("relu", "large_normal", 8)]


def test_the_deepest_is_the_last_before_a_failure():
    row = depths.stored()[0]
    rows = [replace(row, depth=d, learned=n) for d, n in ((2, 20), (4, 17), (8, 3), (16, 20))]
    assert depths.deepest(rows) == 4
    assert depths.deepest(rows[2:]) == 0


def test_equalized_layers_keep_their_direction():
    rng = np.random.default_rng(0)
    layers = [Layer(s * rng.normal(size=(3, 2)), s * rng.normal(size=2)) for s in (1e-9, 1e3)]
    for before, after in zip(layers, equalized.equalized(layers), strict=True):
        length = np.sqrt((after.W**2).sum() + (after.b**2).sum())
        assert length == pytest.approx(1)
        assert np.allclose(after.W / before.W, (after.b / before.b)[0])
    whole = equalized.of_one_length(layers)
    assert sum((layer.W**2).sum() + (layer.b**2).sum() for layer in whole) == pytest.approx(2)
    assert np.ptp([after.W / before.W for before, after in zip(layers, whole, strict=True)]) < 1e-6
    still = [Layer(np.zeros((1, 1)), np.zeros(1))]
    assert equalized.of_one_length(still)[0].W.tolist() == [[0.0]]
    assert equalized.equalized(still)[0].W.tolist() == [[0.0]]
