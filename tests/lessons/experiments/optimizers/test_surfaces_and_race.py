"""The surfaces of lesson 07 and the race over them: slopes, minima, and the trainer's own rules."""

import numpy as np
import pytest

from lessons import TrainConfig
from lessons.experiments.optimizers.race import race, starts_around
from lessons.experiments.optimizers.surfaces import SURFACES, ravine, surface
from lessons.optimizers import OPTIMIZERS, decoupled

PLACES = [("ravine", 100.0, 30.0), ("ravine", 1.0, 0.0), *((name, 1.0, 0.0) for name in SURFACES)]
RATES = 0.001, 0.01, 0.1, 1e6


@pytest.mark.parametrize("place", PLACES)
def test_gradients_are_finite_differences(place):
    made, w, h = surface(*place), np.random.default_rng(0).uniform(-2, 2, (2, 50)), 1e-6
    for axis in (0, 1):
        step = np.zeros((2, 1))
        step[axis] = h
        slope = (made.loss(w + step) - made.loss(w - step)) / (2 * h)
        assert np.allclose(made.gradient(w)[axis], slope, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("place", PLACES)
def test_the_least_loss_is_0_at_the_minima_only(place):
    made = surface(*place)
    minima = np.transpose(made.minima)
    assert np.allclose(made.loss(minima), 0, atol=1e-15)
    assert np.allclose(made.gradient(minima), 0)
    w = np.random.default_rng(0).uniform(-2, 2, (2, 10_000))
    away = np.min([np.hypot(*(w - np.reshape(m, (2, 1)))) for m in made.minima], axis=0) > 0.1
    assert (made.loss(w[:, away]) > 0).all()


def test_the_ravine_has_its_curvatures_whatever_the_angle():
    for angle in (0.0, 30.0, 90.0):
        gradient = ravine(50.0, angle).gradient(np.eye(2))
        assert np.allclose(np.linalg.eigvalsh(gradient), [1, 50])


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_a_path_is_what_the_textbook_steps_make(name, l2):
    """The same run, one rate and one start, step by step."""
    place, config, start = ravine(), TrainConfig(l2=l2), (-1.5, 0.3)
    made = race(place, config, start, RATES, 30, (name,))
    for r, rate in enumerate(RATES[:3]):
        optimizer, w = OPTIMIZERS[name](config), np.array(start)
        state, path = optimizer.init(w), [w]
        for _ in range(30):
            g = place.gradient(w)
            if decoupled(name):
                w = w - rate * l2 * w
            else:
                g = g + l2 * w
            w, state = optimizer.update(w, g, state, rate)
            path.append(w)
        assert np.allclose(made.paths[:, 0, :, r], path, rtol=1e-9, atol=1e-12)


def test_the_final_loss_is_the_median_of_eight_starts():
    place, start = surface("rosenbrock", 1.0, 0.0), (-1.0, 0.5)
    made = race(place, TrainConfig(), start, [0.001], 50, ("adam",))
    alone = [
        place.loss(race(place, TrainConfig(), one, [0.001], 50, ("adam",)).paths[-1, 0, :, 0])
        for one in starts_around(start).T
    ]
    assert made.final[0, 0] == pytest.approx(np.median(alone))


@pytest.mark.filterwarnings("error")
def test_a_rate_far_too_large_is_infinitely_bad_and_never_the_best():
    made = race(ravine(), TrainConfig(), (-1.5, 0.1), RATES, 200)
    for name in ("sgd", "momentum", "nesterov"):
        assert made.final[made.names.index(name), 3] > 1e100
        assert made.best(name) < 3


def test_without_decay_adamw_is_adam():
    made = race(ravine(), TrainConfig(), (-1.5, 0.1), RATES, 50, ("adam", "adamw"))
    assert np.array_equal(made.paths[:, 0], made.paths[:, 1])
