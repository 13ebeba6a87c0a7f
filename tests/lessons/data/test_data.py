"""Data sets: shapes, independence, geometry against closed forms, and every error in words."""

import dataclasses
import inspect
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits, make_circles, make_moons
from sklearn.preprocessing import StandardScaler

from lessons import data

CLASSIFIED = ("spiral", "circle", "xor", "gaussians", "moons")
GENERATED = (*CLASSIFIED, "wave", "bumps")
PARTS = ("train", "val", "test")

every_set = pytest.mark.parametrize("name", data.DATASETS)
generated_sets = pytest.mark.parametrize("name", GENERATED)
classified_sets = pytest.mark.parametrize("name", CLASSIFIED)


def arrays_of(split):
    return [getattr(split, f"{letter}_{part}") for part in PARTS for letter in "Xy"]


def same(first, second):
    pairs = zip(arrays_of(first), arrays_of(second), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def rows_of(X):
    return {row.tobytes() for row in X}


def message(function, *args, error=ValueError, **kwargs):
    with pytest.raises(error) as caught:
        function(*args, **kwargs)
    return str(caught.value)


# Every data set of the registry


def test_registry_names_its_functions():
    assert set(data.DATASETS) == {*GENERATED, "digits"}
    for name, function in data.DATASETS.items():
        assert getattr(data, name) is function
        assert function().name == name


@every_set
def test_types_shapes_and_names(name):
    split = data.DATASETS[name]()
    d = split.X_train.shape[1]
    assert len(split.feature_names) == d
    assert split.task in ("classification", "regression")
    for part in PARTS:
        X, y = getattr(split, f"X_{part}"), getattr(split, f"y_{part}")
        assert X.dtype == np.float32
        assert X.shape == (len(y), d)
        assert X.flags.c_contiguous
        assert y.shape == (len(y),)
        assert y.dtype == (np.int64 if split.task == "classification" else np.float32)
        if split.task == "classification":
            assert set(y.tolist()) == set(range(len(split.classes)))


@every_set
def test_same_seed_same_bits_and_another_seed_other_samples(name):
    function = data.DATASETS[name]
    assert same(function(seed=3), function(seed=3))
    assert not np.array_equal(function(seed=3).X_train, function(seed=4).X_train)


@every_set
def test_parts_share_no_sample(name):
    split = data.DATASETS[name](**({} if name == "digits" else {"noise": 0}))
    train, val, test = (rows_of(getattr(split, f"X_{part}")) for part in PARTS)
    assert not train & val
    assert not train & test
    assert not val & test


@every_set
def test_arrays_are_read_only(name):
    for array in arrays_of(data.DATASETS[name]()):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_split_is_frozen_and_survives_pickling():
    split = data.spiral(n=20)
    with pytest.raises(dataclasses.FrozenInstanceError):
        split.name = "other"
    assert same(pickle.loads(pickle.dumps(split)), split)


def test_repr_is_one_line_without_arrays():
    assert repr(data.wave()) == (
        "Split 'wave' (regression): 500 training, 167 validation, 167 test samples; 1 features"
    )


def test_generated_sets_and_the_registry_do_not_import_scikit_learn_or_pandas():
    code = (
        "import sys; from lessons import data;"
        f"[data.DATASETS[name]() for name in {GENERATED}];"
        "print([m for m in ('sklearn', 'pandas') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr


# Generated sets


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


# Digits


def test_digits_are_scikit_learns_scaled_to_one():
    split = data.digits()
    scans = load_digits()
    theirs = {
        (x.astype(np.float32) / 16).tobytes(): t for x, t in zip(*scans_of(scans), strict=True)
    }
    ours = [(x.tobytes(), y) for part in PARTS for x, y in zip(*part_of(split, part), strict=True)]
    assert len(ours) == 1797
    assert all(theirs[x] == y for x, y in ours)
    assert len(set(x for x, _ in ours)) == len(theirs)
    assert (split.X_train.min(), split.X_train.max()) == (0, 1)
    assert split.classes == tuple(range(10))
    assert split.feature_names == tuple(scans.feature_names)


def scans_of(scans):
    return scans.data, scans.target


def part_of(split, part):
    return getattr(split, f"X_{part}"), getattr(split, f"y_{part}")


def test_digits_are_stratified_and_split_once():
    split = data.digits()
    share = np.bincount(load_digits().target) / 1797
    for part in PARTS:
        count = np.bincount(getattr(split, f"y_{part}"))
        assert np.abs(count - share * count.sum()).max() < 1.5
    assert data.digits() is data.digits(val=np.float64(0.2), seed=np.int64(0))


# Bad arguments of the registry's functions

SHARES = [
    ({"seed": -1}, "seed must be an integer ≥ 0, got -1"),
    ({"seed": 1.5}, "seed must be an integer ≥ 0, got 1.5"),
    ({"seed": True}, "seed must be an integer ≥ 0, got True"),
    ({"seed": None}, "seed must be an integer ≥ 0, got None"),
    ({"seed": [1]}, "seed must be an integer ≥ 0, got [1]"),
    ({"val": 1}, "val must be a number ≥ 0 and < 1, got 1"),
    ({"val": -0.1}, "val must be a number ≥ 0 and < 1, got -0.1"),
    ({"test": float("nan")}, "test must be a number ≥ 0 and < 1, got nan"),
    ({"test": "0.2"}, "test must be a number ≥ 0 and < 1, got '0.2'"),
    ({"test": False}, "test must be a number ≥ 0 and < 1, got False"),
    ({"val": 0.5, "test": 0.5}, "val + test must be < 1, got 1.0"),
]
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


@every_set
@pytest.mark.parametrize(("arguments", "text"), SHARES)
def test_bad_shares_and_seeds(name, arguments, text):
    assert message(data.DATASETS[name], **arguments) == text


@generated_sets
@pytest.mark.parametrize(("arguments", "text"), GENERATOR)
def test_bad_arguments_of_generated_sets(name, arguments, text):
    assert message(data.DATASETS[name], **arguments) == text


@generated_sets
def test_numpy_numbers_are_numbers_and_loud_noise_stays_finite(name):
    function = data.DATASETS[name]
    assert same(function(n=np.int64(20), noise=np.float64(0.5)), function(n=20, noise=0.5))
    assert all(np.isfinite(a).all() for a in arrays_of(function(n=20, noise=1e6)))


# Arrays

X = np.arange(80.0).reshape(40, 2)
Y = np.arange(40) % 2


@given(
    count=st.integers(10, 200),
    val=st.sampled_from([0, 0.1, 0.2, 1 / 3]),
    test=st.sampled_from([0, 0.1, 0.25, 0.5]),
    seed=st.integers(0, 2**70),
    task=st.sampled_from(["classification", "regression"]),
)
def test_from_arrays_gives_every_row_to_one_part(count, val, test, seed, task):
    features = np.arange(count)[:, None]
    split = data.from_arrays(features, np.arange(count) // (count // 2), val, test, seed, task)
    assert (len(split.y_val), len(split.y_test)) == (round(count * val), round(count * test))
    rows = np.concatenate([split.X_train, split.X_val, split.X_test])[:, 0]
    assert sorted(rows.tolist()) == list(range(count))
    labels = np.concatenate([split.y_train, split.y_val, split.y_test])
    assert np.array_equal(labels, rows // (count // 2))


def test_from_arrays_leaves_the_callers_arrays_alone():
    features = X.astype(np.float32)
    target = Y.astype(np.float32)
    split = data.from_arrays(features, target, val=0, test=0)
    assert np.array_equal(split.X_train, X)
    features[0] = target[0] = 99
    assert split.X_train.max() < 99
    assert split.y_train.max() < 99
    assert split.X_val.shape == split.X_test.shape == (0, 2)
    assert split.feature_names == ("x1", "x2")


def test_from_arrays_depends_on_its_seed():
    assert same(data.from_arrays(X, Y, seed=1), data.from_arrays(X, Y, seed=1))
    assert not same(data.from_arrays(X, Y, seed=1), data.from_arrays(X, Y, seed=2))


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([7, -2], (-2, 7)),
        ([True, False], (False, True)),
        (["pear", "fir"], ("fir", "pear")),
        ([10**30, 1], (1, 10**30)),
        (pd.Series(["b", "a"] * 20), ("a", "b")),
        (pd.Series(["b", "a"] * 20, dtype="category"), ("a", "b")),
    ],
)
def test_labels_become_class_numbers(labels, classes):
    labels = labels if len(labels) == 40 else labels * 20
    split = data.from_arrays(X, labels)
    assert (split.task, split.classes) == ("classification", classes)
    original = {row.tobytes(): label for row, label in zip(X.astype("f4"), labels, strict=True)}
    for row, k in zip(split.X_val, split.y_val, strict=True):
        assert split.classes[k] == original[row.tobytes()]


@pytest.mark.parametrize(
    ("target", "task", "expected"),
    [
        (Y, None, "classification"),
        (Y.astype(float), None, "regression"),
        (Y.astype(float), "classification", "classification"),
        (Y, "regression", "regression"),
        (np.arange(40), "regression", "regression"),
        (np.ones((40, 3)), None, "regression"),
    ],
)
def test_task_goes_by_the_type_unless_it_is_said(target, task, expected):
    split = data.from_arrays(X, target, task=task)
    assert split.task == expected
    assert split.y_train.dtype == (np.int64 if expected == "classification" else np.float32)
    assert split.y_train.shape[1:] == target.shape[1:]
    assert bool(split.classes) == (expected == "classification")


def test_classes_are_stratified():
    labels = np.repeat([0, 1, 2], [100, 60, 40])
    split = data.from_arrays(np.arange(200)[:, None], labels)
    assert np.bincount(split.y_train).tolist() == [60, 36, 24]
    assert np.bincount(split.y_val).tolist() == [20, 12, 8]
    assert np.bincount(split.y_test).tolist() == [20, 12, 8]
    assert split.notes == ()


def test_a_class_too_small_to_stratify_is_noted():
    split = data.from_arrays(X, ["often"] * 39 + ["once"])
    assert split.notes == (
        "Not stratified: too few samples for every class in every part "
        "(the rarest, 'once', has 1 of 40 samples).",
    )
    assert [len(split.y_train), len(split.y_val), len(split.y_test)] == [24, 8, 8]


def replaced(array, index, value):
    array = array.copy()
    array[index] = value
    return array


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        *((({"X": X, "y": Y} | arguments), text) for arguments, text in SHARES),
        (
            {"X": X[:, 0], "y": Y},
            "X must have shape (samples, features), got shape (40,): "
            "reshape one feature with X.reshape(-1, 1)",
        ),
        ({"X": X[:0], "y": Y[:0]}, "X must have shape (samples, features), got shape (0, 2)"),
        ({"X": [[1], [1, 2]], "y": Y}, "X must have rows of equal length, got [[1], [1, 2]]"),
        ({"X": X.astype(str), "y": Y}, "X must be numbers (or see from_table), got type <U32"),
        (
            {"X": replaced(X, (3, 1), np.nan), "y": Y},
            "X must be finite, at most 3.4e38, got 1 NaN, infinite or larger (column 1)",
        ),
        (
            {"X": replaced(X, (slice(4), 0), 1e39), "y": Y},
            "X must be finite, at most 3.4e38, got 4 NaN, infinite or larger (column 0)",
        ),
        ({"X": X, "y": Y[:5]}, "y must have 40 rows, like X, got shape (5,)"),
        ({"X": X, "y": 5}, "y must have 40 rows, like X, got shape ()"),
        (
            {"X": X, "y": np.column_stack([Y, Y])},
            "y must have shape (samples,) for classification, got shape (40, 2)",
        ),
        (
            {"X": X, "y": np.ones((40, 0))},
            "y must have shape (samples,) or (samples, targets), got shape (40, 0)",
        ),
        ({"X": X, "y": ["a", None] * 20}, "y must have no missing values, got 20 missing of 40"),
        ({"X": X, "y": [0.5, np.nan] * 20}, "y must have no missing values, got 20 missing of 40"),
        (
            {"X": X, "y": [0.5, np.inf] * 20},
            "y must be finite, at most 3.4e38, got 20 infinite or larger",
        ),
        ({"X": X, "y": Y.astype(complex)}, "y must be numbers or text, got type complex128"),
        ({"X": X, "y": Y.astype("M8[D]")}, "y must be numbers or text, got type datetime64[D]"),
        (
            {"X": X, "y": ["a", "b"] * 20, "task": "regression"},
            "y must be numbers for regression, got 'a'",
        ),
        ({"X": X, "y": np.zeros(40, int)}, "y must have at least two classes, got only 0"),
        (
            {"X": X, "y": np.array(["a", 1] * 20, dtype=object)},
            "y must be labels of one type, got int, str",
        ),
        (
            {"X": np.ones((300, 2)), "y": np.arange(300)},
            "y must have at most 100 different labels, "
            "got 300: say task='regression' or task='classification'",
        ),
        (
            {"X": X, "y": Y, "task": "clustering"},
            "task must be one of classification, regression or None, got 'clustering'",
        ),
        ({"X": X[:2], "y": Y[:2]}, "the data must be enough rows for val=0.2 and test=0.2, got 2"),
    ],
)
def test_bad_arrays(arguments, text):
    assert message(data.from_arrays, **arguments) == text


# Tables


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.normal(50, 10, 60),
            "rooms": rng.integers(1, 6, 60),
            "kind": ["x", "y", "z"] * 20,
            "price": rng.normal(1e5, 2e4, 60),
        }
    )


def test_table_and_csv_give_the_same_split(table, tmp_path, monkeypatch):
    table.to_csv(tmp_path / "houses.csv", index=False)
    monkeypatch.chdir(tmp_path)
    split = data.from_table(table, "kind")
    assert split.name == "table"
    assert split.feature_names == ("age", "rooms", "price")
    assert split.classes == ("x", "y", "z")
    assert split.notes == ()
    for path in ("houses.csv", tmp_path / "houses.csv"):
        from_csv = data.from_table(path, "kind")
        assert from_csv.name == "houses"
        assert same(from_csv, split)


def test_features_are_standardized_with_training_statistics(table):
    numbers = table[["age", "rooms", "price"]].to_numpy()
    split = data.from_table(table, "kind", seed=5)
    raw = data.from_arrays(numbers, table["kind"], seed=5)
    scaler = StandardScaler().fit(raw.X_train.astype(float))
    for part in PARTS:
        expected = scaler.transform(getattr(raw, f"X_{part}").astype(float))
        assert np.allclose(getattr(split, f"X_{part}"), expected, atol=1e-5)
        assert np.array_equal(getattr(split, f"y_{part}"), getattr(raw, f"y_{part}"))
    assert np.allclose(split.X_train.mean(axis=0), 0, atol=1e-6)
    assert np.allclose(split.X_train.std(axis=0), 1, atol=1e-5)
    assert np.abs(split.X_val.mean(axis=0)).max() > 0.01
    assert np.allclose(split.scaler.mean_, scaler.mean_)


def test_regression_target_is_standardized_and_can_be_turned_back(table):
    split = data.from_table(table[["age", "rooms", "price"]], "price")
    assert split.y_train.dtype == np.float32
    assert np.allclose([split.y_train.mean(), split.y_train.std() - 1], 0, atol=1e-5)
    back = split.target_scaler.inverse_transform(split.y_test[:, None])[:, 0]
    assert all(np.abs(table["price"] - price).min() < 0.1 for price in back)
    assert split.notes == ("Target 'price' is shown as (price - 9.889e+04) / 1.991e+04.",)


def test_arrays_are_not_standardized():
    split = data.from_arrays(X, Y)
    assert split.scaler is split.target_scaler is None


def test_rows_with_missing_values_are_dropped_and_counted(table):
    table.loc[:4, "age"] = np.nan
    table.loc[3:9, "kind"] = None
    before = table.copy()
    split = data.from_table(table, "kind")
    assert split.notes == ("Dropped 10 of 60 rows with missing values (age: 5, kind: 7).",)
    assert sum(len(getattr(split, f"y_{part}")) for part in PARTS) == 50
    pd.testing.assert_frame_equal(table, before)


def test_empty_and_constant_columns_are_dropped(table):
    table = table.assign(nothing=np.nan, year=1999, land="NL")
    split = data.from_table(table, "kind")
    assert split.feature_names == ("age", "rooms", "price")
    assert split.notes == (
        "Dropped empty columns: nothing.",
        "Dropped columns with a single value: year, land.",
    )


def test_few_texts_become_columns_of_zero_and_one(table):
    table["heating"] = pd.Categorical(["gas", "wood"] * 30, categories=["wood", "gas", "oil"])
    split = data.from_table(table, "kind")
    assert split.feature_names == ("age", "rooms", "price", "heating=gas", "heating=wood")
    assert split.notes == ("Turned column 'heating' into 2 columns of 0 and 1, one per value.",)
    raw = split.scaler.inverse_transform(split.X_train)[:, 3:]
    assert np.allclose(raw.sum(axis=1), 1)
    assert np.allclose(np.abs(raw - 0.5), 0.5, atol=1e-6)


def test_numbers_stored_as_text_are_read(table):
    expected = data.from_table(table, "price", seed=1)
    text = table.assign(age=table["age"].astype(str), price=table["price"].astype(str))
    split = data.from_table(text, "price", seed=1)
    assert same(split, expected)
    assert split.notes[:2] == (
        "Read the text in column 'price' as numbers.",
        "Read the text in column 'age' as numbers.",
    )


def test_whole_numbers_with_gaps_are_still_classes(table):
    table["rooms"] = table["rooms"].astype(float)
    assert data.from_table(table, "rooms").task == "regression"
    table.loc[7, "rooms"] = np.nan
    split = data.from_table(table, "rooms")
    assert (split.task, split.classes) == ("classification", (1, 2, 3, 4, 5))
    assert data.from_table(table, "rooms", task="regression").task == "regression"


@pytest.mark.parametrize(
    "column",
    [
        [True, False] * 30,
        [10**30 + i * 10**28 for i in range(60)],
        [2**62 + i * 2**40 for i in range(60)],
        pd.array([1, 2, 3] * 20, dtype="Int64"),
    ],
)
def test_numbers_of_every_kind_are_one_standardized_feature(table, column):
    split = data.from_table(table.assign(more=column), "kind")
    assert split.feature_names[-1] == "more"
    assert split.X_train[:, -1].std() == pytest.approx(1, abs=1e-5)


def test_column_names_may_be_integers(table):
    split = data.from_table(table.set_axis(range(4), axis=1), 2)
    assert split.feature_names == ("0", "1", "3")


REFUSED = "feature columns must be numbers, or text with at most 10 different values, got "
LEAVE_OUT = ": leave such columns out (table.drop(columns=[...])) or make numbers of them"


@pytest.mark.parametrize(
    ("change", "arguments", "text"),
    [
        *((lambda t: t, arguments, text) for arguments, text in SHARES),
        (
            lambda t: t,
            {"target": "cost"},
            "target must be one of the columns ['age', 'rooms', 'kind', 'price'], got 'cost'",
        ),
        (
            lambda t: t,
            {"target": ["age"]},
            "target must be one of the columns ['age', 'rooms', 'kind', 'price'], got ['age']",
        ),
        (
            lambda t: t,
            {"task": "regression"},
            "target 'kind' must be numbers for regression, got 'x'",
        ),
        (lambda t: t[:0], {}, "table must have at least one row, got none"),
        (lambda t: t[:2], {}, "the data must be enough rows for val=0.2 and test=0.2, got 2"),
        (lambda t: t[["kind"]], {}, "table must have a feature column beside the target, got none"),
        (
            lambda t: t[["kind"]].assign(a=1),
            {},
            "table must have a feature column that varies, got none",
        ),
        (
            lambda t: t.assign(kind="x"),
            {},
            "target 'kind' must have at least two classes, got only 'x'",
        ),
        (
            lambda t: t.assign(price=2.5),
            {"target": "price"},
            "target 'price' must have more than one value, got only 2.5",
        ),
        (
            lambda t: t.assign(age=[np.inf] + [1.0] * 59),
            {},
            "features must be finite, at most 3.4e38, got 1 NaN, infinite or larger (column age)",
        ),
        (
            lambda t: t.assign(age=[np.nan, 1.0] * 30, rooms=[1.0, np.nan] * 30),
            {},
            "table must have rows that miss no value, got none (age: 30, rooms: 30)",
        ),
        (
            lambda t: pd.concat([t, t[["age"]]], axis=1),
            {},
            "table must have no repeated column names, got age more than once",
        ),
        (
            lambda t: t.set_axis(pd.MultiIndex.from_product([["a"], t.columns]), axis=1),
            {},
            "table must have one row of column names, got several",
        ),
        (
            lambda t: t.assign(name=[f"No. {i}" for i in range(60)]),
            {},
            f"{REFUSED}'name' (60 different texts, such as 'No. 0'){LEAVE_OUT}",
        ),
        (
            lambda t: t.assign(day=pd.date_range("2020", periods=60, unit="s"), z=1j),
            {},
            f"{REFUSED}'day' (datetime64[s]), 'z' (complex128){LEAVE_OUT}",
        ),
        (
            lambda t: [1, 2],
            {},
            "table must be a pandas DataFrame or the path of a CSV file, got [1, 2]",
        ),
    ],
)
def test_bad_tables(table, change, arguments, text):
    assert message(data.from_table, change(table), **({"target": "kind"} | arguments)) == text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("a,a,kind\n1,2,x\n", "table must have no repeated column names, got a more than once"),
        ("a,kind\n", "table must have at least one row, got none"),
        ("a;kind\n1;x\n", "target must be one of the columns ['a;kind'], got 'kind'"),
        ("", "table must be a comma-separated file in UTF-8, got {path}: No columns to parse"),
        (
            "a,kind\n1,x\n1,2,3\n",
            "table must be a comma-separated file in UTF-8, got {path}: Error",
        ),
        ("a,kind\n1,\xe9\n", "table must be a comma-separated file in UTF-8, got {path}: 'utf-8'"),
    ],
)
def test_bad_files(tmp_path, content, text):
    path = tmp_path / "file.csv"
    path.write_bytes(content.encode("latin-1"))
    assert message(data.from_table, path, "kind").startswith(text.format(path=path))


def test_missing_file_says_where_it_looked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = message(data.from_table, "none.csv", "kind", error=FileNotFoundError)
    assert text == f"table must be an existing CSV file, got none.csv (in {tmp_path})"
