"""Generated sets: sizes, one draw behind every setting, geometry against closed forms."""

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import make_circles, make_moons
from splits import GENERATED, PARTS, arrays_of, message, same

from lessons import data

generated_sets = pytest.mark.parametrize("name", GENERATED)


@generated_sets
def test_signature_and_sizes(name):
    function = data.DATASETS[name]
    assert str(inspect.signature(function)) == "(n=500, noise=0.1, seed=0, val=0.2, test=0.2)"
    split = function()
    assert [len(a) for a in arrays_of(split)] == [500, 500, 167, 167, 167, 167]


@given(
    name=st.sampled_from(GENERATED),
    n=st.integers(2, 300),
    seed=st.integers(0, 2**70),
    val=st.floats(0, 0.45),
    test=st.floats(0, 0.45),
)
def test_sizes_and_balance_for_any_arguments(name, n, seed, val, test):
    split = data.DATASETS[name](n=n, seed=seed, val=val, test=test)
    rest = 1 - val - test
    assert len(split.X_train) == n
    assert len(split.X_val) == len(split.y_val) == round(n * val / rest)
    assert len(split.X_test) == len(split.y_test) == round(n * test / rest)
    assert split.X_val.shape[1:] == split.X_train.shape[1:]
    if split.task == "classification":
        for part in PARTS:
            count = np.bincount(getattr(split, f"y_{part}"), minlength=2)
            assert abs(count[0] - count[1]) <= 1


@pytest.mark.parametrize(
    ("name", "first", "first_val"),
    [
        ("spiral", [-1.5254, -0.5001], [2.2225, 0.9070]),
        ("circle", [-1.8166, -0.8343], [1.7686, -0.6835]),
        ("xor", [0.1432, 1.3754], [1.5989, 0.3052]),
        ("gaussians", [-0.6509, -1.2860], [-0.4729, -0.7076]),
        ("moons", [-1.2200, 0.9757], [-2.1541, -0.1957]),
        ("wave", [0.2605], [1.7813]),
        ("bumps", [0.2280, 1.5240], [1.5586, -0.3088]),
        ("plane", [0.2280, 1.5240], [1.5586, -0.3088]),
    ],
)
def test_the_samples_everyone_sees_stay_the_same(name, first, first_val):
    split = data.DATASETS[name]()
    assert np.allclose(split.X_train[0], first, atol=1e-4)
    assert np.allclose(split.X_val[0], first_val, atol=1e-4)


@generated_sets
def test_training_samples_do_not_depend_on_the_shares(name):
    function = data.DATASETS[name]
    first, second = function(val=0, test=0), function(val=0.1, test=0.6)
    assert np.array_equal(first.X_train, second.X_train)
    assert np.array_equal(first.y_train, second.y_train)
    assert first.X_val.shape == first.X_test.shape == (0, first.X_train.shape[1])
    assert first.y_val.shape == (0,)


@generated_sets
def test_a_larger_n_adds_samples_to_those_of_a_smaller(name):
    few, many = data.DATASETS[name](n=100), data.DATASETS[name](n=250)
    assert np.array_equal(few.X_train, many.X_train[:100])
    assert np.array_equal(few.y_train, many.y_train[:100])


@generated_sets
def test_noise_scales_one_draw_of_gaussian_errors(name):
    function = data.DATASETS[name]
    clean, some, more = (function(n=20_000, noise=noise) for noise in (0, 0.1, 0.3))
    moved = "y_train" if clean.task == "regression" else "X_train"
    kept = "X_train" if clean.task == "regression" else "y_train"
    assert np.array_equal(getattr(clean, kept), getattr(more, kept))
    error = getattr(some, moved).astype(float) - getattr(clean, moved)
    assert np.allclose(3 * error, getattr(more, moved) - getattr(clean, moved), atol=2e-6)
    assert np.std(error) == pytest.approx(0.1, rel=0.02)
    assert np.mean(error) == pytest.approx(0, abs=0.003)


@generated_sets
def test_features_are_of_order_one(name):
    X = data.DATASETS[name](n=5000).X_train
    assert np.abs(X.mean(axis=0)).max() < 0.1
    assert 0.7 < X.std(axis=0).min() <= X.std(axis=0).max() < 1.4
    assert np.abs(X).max() < 3


# The clean shapes, against closed forms


def clean(name):
    split = data.DATASETS[name](n=2000, noise=0)
    return split.X_train.astype(float), split.y_train


def test_spiral_radius_is_its_angle_over_pi():
    X, y = clean("spiral")
    arm = X * np.where(y == 0, 1, -1)[:, None]
    t = np.pi * np.hypot(*arm.T)
    assert np.allclose(
        arm, np.column_stack([np.sin(t), np.cos(t)]) * (t / np.pi)[:, None], atol=1e-5
    )
    assert 0 <= t.min() < 0.05
    assert 7.8 < t.max() <= 2.5 * np.pi + 1e-6


def test_circle_has_two_radii_as_in_scikit_learn():
    X, y = clean("circle")
    assert np.allclose(np.hypot(*X.T), np.where(y == 0, 1.8, 0.9), atol=1e-6)
    theirs, label = make_circles(factor=0.5)
    assert np.allclose(1.8 * np.hypot(*theirs.T), np.where(label == 0, 1.8, 0.9))


def test_xor_is_true_where_the_signs_differ():
    X, y = clean("xor")
    assert np.array_equal((X[:, 0] > 0) ^ (X[:, 1] > 0), y == 1)
    assert np.abs(X).min() >= 0.1 - 1e-6
    assert np.abs(X).max() <= 1.7 + 1e-6
    quadrants = np.bincount(2 * (X[:, 0] > 0) + (X[:, 1] > 0))
    assert quadrants.min() > 400


def test_gaussians_have_their_centers_variance_and_error_rate():
    X, y = clean("gaussians")
    for label, center in enumerate((-0.8, 0.8)):
        cloud = X[y == label]
        assert np.allclose(cloud.mean(axis=0), center, atol=0.05)
        assert np.allclose(np.cov(cloud.T), 0.16 * np.eye(2), atol=0.03)
    for noise, rate in ((0.1, 0.003), (0.5, 0.039), (1, 0.147)):
        split = data.gaussians(n=20_000, noise=noise)
        wrong = np.mean((split.X_train.sum(axis=1) > 0) != split.y_train)
        assert wrong == pytest.approx(rate, rel=0.1, abs=1e-3)


def test_moons_lie_on_the_half_circles_of_scikit_learn():
    def distance_from_circle(X, y):
        raw = X / 1.5 + [0.5, 0.25]
        center = np.where(y[:, None] == 0, [0, 0], [1, 0.5])
        upward = np.where(y == 0, raw[:, 1] >= -1e-6, raw[:, 1] <= 0.5 + 1e-6)
        return np.abs(np.hypot(*(raw - center).T) - 1), upward

    theirs, label = make_moons(random_state=0)
    for X, y in (clean("moons"), ((theirs - [0.5, 0.25]) * 1.5, label)):
        distance, upward = distance_from_circle(X, y)
        assert distance.max() < 1e-6
        assert upward.all()


def test_wave_is_a_sine():
    X, y = clean("wave")
    assert np.allclose(y, np.sin(2 * X[:, 0]), atol=1e-6)
    assert X.min() < -1.95
    assert X.max() > 1.95


def test_bumps_are_the_sum_over_four_centers():
    X, y = clean("bumps")
    surface = np.zeros(len(X))
    for a in (-1, 1):
        for b in (-1, 1):
            surface += a * b * np.exp(-2 * np.sum((X - [a, b]) ** 2, axis=1))
    assert np.allclose(y, surface, atol=1e-6)


def test_a_plane_is_the_mean_of_its_coordinates():
    X, y = clean("plane")
    assert np.allclose(y, (X[:, 0] + X[:, 1]) / 2, atol=1e-6)


GENERATOR = [
    ({"n": 1}, "n must be an integer ≥ 2, got 1"),
    ({"n": 100.0}, "n must be an integer ≥ 2, got 100.0"),
    ({"n": True}, "n must be an integer ≥ 2, got True"),
    ({"n": "100"}, "n must be an integer ≥ 2, got '100'"),
    ({"n": [100]}, "n must be an integer ≥ 2, got [100]"),
    ({"n": 10**7}, "n must be at most 6000000 with val=0.2 and test=0.2, got 10000000"),
    ({"noise": -1}, "noise must be a number ≥ 0, got -1"),
    ({"noise": float("nan")}, "noise must be a number ≥ 0, got nan"),
    ({"noise": float("inf")}, "noise must be a number ≥ 0, got inf"),
    ({"noise": None}, "noise must be a number ≥ 0, got None"),
    ({"noise": True}, "noise must be a number ≥ 0, got True"),
    ({"noise": [0.1]}, "noise must be a number ≥ 0, got [0.1]"),
    ({"noise": 1e39}, "noise must be a number ≥ 0 and at most 1e6, got 1e+39"),
]


@generated_sets
@pytest.mark.parametrize(("arguments", "text"), GENERATOR)
def test_bad_arguments_of_generated_sets(name, arguments, text):
    assert message(data.DATASETS[name], **arguments) == text


@generated_sets
def test_numpy_numbers_are_numbers_and_loud_noise_stays_finite(name):
    function = data.DATASETS[name]
    assert same(function(n=np.int64(20), noise=np.float64(0.5)), function(n=20, noise=0.5))
    assert all(np.isfinite(a).all() for a in arrays_of(function(n=20, noise=1e6)))
