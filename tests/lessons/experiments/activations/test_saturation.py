"""Where activations are flat, and which units are dead, against the run's own record."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from lessons import TrainConfig, data, train
from lessons.activations import ACTIVATIONS
from lessons.experiments.activations.saturation import (
    FLAT,
    count_dead,
    flat_ranges,
    flat_shares,
    largest_slope,
    mean_output,
)

every_activation = pytest.mark.parametrize("name", ACTIVATIONS)


@every_activation
def test_the_mean_for_normal_inputs_is_the_integral(name):
    function = ACTIVATIONS[name].function
    exact, _ = quad(
        lambda z: function(np.array([z]))[0] * norm.pdf(z), -8, 8, points=[0], limit=200
    )
    assert mean_output(name) == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "z", "slope"),
    [("identity", 0, 1), ("sigmoid", 0, 0.25), ("tanh", 0, 1), ("silu", 2.3994, 1.0998),
     ("gelu", 2**0.5, 1.1289), ("elu", 0, 1)],
)  # fmt: skip
def test_largest_slopes(name, z, slope):
    at, found = largest_slope(name)
    assert at == pytest.approx(z, abs=0.002)
    assert found == pytest.approx(slope, abs=1e-4)


@every_activation
def test_flat_ranges_are_where_the_slope_is_small(name):
    z = np.random.default_rng(0).uniform(-6, 6, 500)
    inside = np.zeros(500, bool)
    edge = np.zeros(500, bool)
    for start, end in flat_ranges(name):
        inside |= (start <= z) & (z <= end)
        edge |= (np.abs(z - start) < 0.002) | (np.abs(z - end) < 0.002)
    flat = np.abs(ACTIVATIONS[name].derivative(z)) < FLAT
    assert np.array_equal(inside[~edge], flat[~edge])


@every_activation
@pytest.mark.parametrize("seed", range(5))
def test_shares_are_those_of_the_run(name, seed):
    split = data.moons(n=120, seed=seed)
    config = TrainConfig(activation=name, hidden=(6, 5), epochs=5, learning_rate=0.5, seed=seed)
    run = train(config, split, "numpy")
    shares = flat_shares(run.params, config, split.X_train)
    assert [share.mean() for share in shares] == pytest.approx(run.flat[-1], abs=1e-6)
    assert [np.mean(share == 1) for share in shares] == pytest.approx(run.dead[-1], abs=1e-6)
    assert count_dead(shares) == (sum(int((share == 1).sum()) for share in shares), 11)
