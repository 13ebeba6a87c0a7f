"""The compiled code: lanes, elementary functions in units in the last place, threads."""

import importlib
import re
import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from reference import settings_and_samples
from scipy import special

from lessons import Progress, TrainConfig, data, decision_map, predict, train
from lessons.activations import ACTIVATIONS
from lessons.data import DATASETS
from lessons.losses import LOSSES
from lessons.optimizers import OPTIMIZERS

numba = pytest.importorskip("numba", exc_type=ImportError)
kernels, compiling, elementary, lanes, layers = (
    importlib.import_module(f"lessons.kernels{name}")
    for name in ("", ".compiling", ".elementary", ".lanes", ".layers")
)
LANES, compiled = lanes.LANES, compiling.compiled

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("registry", "names"),
    [
        (ACTIVATIONS, kernels.ACTIVATIONS),
        (LOSSES, kernels.LOSSES),
        (OPTIMIZERS, kernels.OPTIMIZERS),
    ],
    ids=["activations", "losses", "optimizers"],
)
def test_every_entry_of_a_registry_has_its_kernel(registry, names):
    assert set(names) == set(registry)
    assert len(set(names)) == len(names)


# Lanes


@pytest.mark.parametrize(
    ("features", "width"),
    [("+sse2,-avx", 4), ("+avx,+avx2,-avx512f", 8), ("+avx2,+avx512f", 16), ("+neon", 4)],
)
def test_width_is_that_of_the_processor(features, width):
    assert lanes.widest_vector(features.split(",")) == width


# One expression for each operation, and what NumPy makes of it.
OPERATIONS = {
    "add": (lambda a, b: a + b, np.add),
    "subtract": (lambda a, b: a - b, np.subtract),
    "multiply": (lambda a, b: a * b, np.multiply),
    "divide": (lambda a, b: a / b, np.divide),
    "negate": (lambda a, b: -a, lambda a, b: -a),
    "number on the left": (lambda a, b: 2 - a, lambda a, b: 2 - a),
    "number on the right": (lambda a, b: a / 2, lambda a, b: a / 2),
    "max": (lambda a, b: max(a, b), np.maximum),
    "min": (lambda a, b: min(a, b), np.minimum),
    "abs": (lambda a, b: abs(a), lambda a, b: np.abs(a)),
    "where": (lambda a, b: lanes.where(a > b, a, 0), lambda a, b: np.where(a > b, a, 0)),
    "less": (lambda a, b: lanes.where(a < b, 1, b), lambda a, b: np.where(a < b, 1, b)),
    "equal": (lambda a, b: lanes.where(a == b, 1, b), lambda a, b: np.where(a == b, 1, b)),
    "root": (lambda a, b: lanes.root(abs(a)), lambda a, b: np.sqrt(np.abs(a))),
    "nearest": (lambda a, b: lanes.nearest(a), lambda a, b: np.rint(a)),
    "sign": (lambda a, b: lanes.sign(a), lambda a, b: np.sign(a)),
    "lane": (lambda a, b: lanes.with_lane(a, 1, lanes.lane(b, 0)), None),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_is_numpys(name, dtype):
    operation, expected = OPERATIONS[name]
    operation = compiled(operation)

    @compiled
    def apply(a, b, out):
        x, y = lanes.load(lanes.address(a), 0), lanes.load(lanes.address(b), 0)
        lanes.store(lanes.address(out), 0, operation(x, y))

    rng = np.random.default_rng(0)
    a, b = (np.rint(4 * rng.normal(size=LANES)).astype(dtype) for _ in range(2))
    a[0], b = 0, np.where(b == 0, 1, b).astype(dtype)
    out = np.full(LANES, NAN, dtype)
    apply(a, b, out)
    if name == "lane":
        assert out.tolist() == [a[0], b[0], *a[2:]]
    else:
        assert np.array_equal(out, expected(a, b).astype(dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_transposed_and_summed(dtype):
    @compiled
    def use(source, starts, out):
        x, y = lanes.address(source), lanes.address(out)
        lanes.store_transposed(y, 1, x, lanes.address(starts), 2)
        out[0] = lanes.total(lanes.load(x, 3))

    source = np.random.default_rng(0).integers(-99, 99, 40 * LANES).astype(dtype)
    starts = np.random.default_rng(1).integers(0, 38 * LANES, LANES)
    out = np.zeros(LANES**2 + 2, dtype)
    use(source, starts, out)
    rows = np.array([source[start + 2 : start + 2 + LANES] for start in starts])
    assert np.array_equal(out[1:-1].reshape(LANES, LANES), rows.T)
    assert (out[0], out[-1]) == (source[3 : 3 + LANES].sum(), 0)


@compiled
def all_three(theta, H, Z, G, below, gradient, T, n_in, n_out, m):
    t, h, g, starts = (
        lanes.address(theta), lanes.address(H), lanes.address(G), np.zeros(LANES, np.int64)
    )  # fmt: skip
    z, b, bias = lanes.address(Z), lanes.address(below), n_in * n_out
    layers.weighted_sums(t, 0, n_out, 1, n_in, n_out, bias, h, 0, n_in, z, 0, n_out, m)
    layers.weighted_sums(t, 0, 1, n_out, n_out, n_in, -1, g, 0, n_out, b, 0, n_in, m)
    layers.weight_gradient(
        lanes.address(gradient), 0, n_in, n_out, h, 0, n_in, g, 0, n_out, m, lanes.address(T),
        lanes.address(starts),
    )  # fmt: skip


def in_blocks(values):
    """Lay out (units, samples) as (blocks, units, LANES), with zeros where no sample is."""
    n, m = values.shape
    full = np.zeros((n, -(-m // LANES) * LANES))
    full[:, :m] = values
    return np.ascontiguousarray(full.reshape(n, -1, LANES).swapaxes(0, 1))


def from_blocks(blocks, m):
    return blocks.swapaxes(0, 1).reshape(blocks.shape[1], -1)[:, :m]


@pytest.mark.slow
@pytest.mark.parametrize("n_out", [1, 2, 7, 8, 9, 16, 19, 35])
@pytest.mark.parametrize("n_in", [1, 2, 3, 8, 17])
@pytest.mark.parametrize("m", [1, LANES, LANES + 1, 2 * LANES, 3 * LANES])
def test_sums_over_units_and_samples_against_numpy(n_in, n_out, m):
    rng = np.random.default_rng(n_in + 100 * n_out)
    theta = rng.normal(size=n_in * n_out + n_out)
    W, b = theta[:-n_out].reshape(n_in, n_out), theta[-n_out:]
    h, g = rng.normal(size=(n_in, m)), rng.normal(size=(n_out, m))
    H, G = in_blocks(h), in_blocks(g)
    Z, below, gradient = np.zeros_like(G), np.zeros_like(H), np.zeros(theta.size)
    all_three(theta, H, Z, G, below, gradient, np.zeros((2 * (m + LANES), LANES)), n_in, n_out, m)
    assert np.allclose(from_blocks(Z, m), W.T @ h + b[:, None])
    assert np.allclose(from_blocks(below, m), W @ g)
    assert np.allclose(gradient[:-n_out].reshape(n_in, n_out), h @ g.T)
    assert np.allclose(gradient[-n_out:], g.sum(axis=1))


# exp, log, log1p, normal


def in_a_loop(function):
    """Compile a function of lanes into one of arrays."""

    @compiled
    def loop(x, out):
        for i in range(0, len(x), LANES):
            lanes.store(lanes.address(out), i, function(lanes.load(lanes.address(x), i)))

    def call(x):
        full = np.ones(-(-len(x) // LANES) * LANES, x.dtype)
        full[: len(x)] = x
        out = np.empty_like(full)
        loop(full, out)
        return out[: len(x)]

    return call


def part(function, i):
    return in_a_loop(compiled(lambda x: function(x)[i]))


NAMES = ("exp", "exp_and_less_1", "log", "log1p")
arrays = {name: in_a_loop(getattr(elementary, name)) for name in NAMES if "_and_" not in name}
arrays["exp_and_less_1"] = part(elementary.exp_and_less_1, 1)
normals = [part(elementary.normal, i) for i in range(2)]
EXACT = {"exp": np.exp, "exp_and_less_1": np.expm1, "log": np.log, "log1p": np.log1p}
# The docstrings claim the error between these arguments.
CLAIMED = {
    "exp": (-INF, 0),
    "exp_and_less_1": (-INF, 0),
    "log": (1e-37, 8e37),
    "log1p": (0, 1),
}

every_function = pytest.mark.parametrize("name", NAMES)


def every_599th_float():
    """Single-precision numbers of every size and both signs, all but NaN and infinity."""
    bits = np.arange(0, 2**32, 599, dtype=np.uint32)
    numbers = bits.view(np.float32)
    return numbers[np.isfinite(numbers)]


@every_function
def test_error_in_units_in_the_last_place_is_what_the_docstring_says(name):
    claimed = int(re.search(r"within (\d+) ulp", getattr(elementary, name).__doc__)[1])
    low, high = CLAIMED[name]
    x = every_599th_float()
    x = x[(x >= low) & (x <= high)]
    exact = EXACT[name](x.astype(np.float64))
    ulp = np.spacing(np.abs(exact.astype(np.float32))).astype(np.float64)
    error = np.abs(arrays[name](x).astype(np.float64) - exact) / ulp
    assert error.max() <= claimed
    assert error.max() > claimed / 2  # a claim far from the truth is not one either
    assert len(x) > 1_000_000


def test_error_of_the_normal_distribution_grows_as_the_docstring_says():
    claimed = int(re.search(r"within (\d+) \+ x² ulp", elementary.normal.__doc__)[1])
    x = np.linspace(-13.1, 13.1, 1_000_003).astype(np.float32)
    wide = x.astype(np.float64)
    exact = special.erfc(-wide / np.sqrt(2)) / 2, np.exp(-(wide**2) / 2) / np.sqrt(2 * np.pi)
    for found, value in zip((normal(x) for normal in normals), exact, strict=True):
        error = np.abs(found - value) / np.spacing(value.astype(np.float32))
        assert (error <= claimed + wide**2).all()


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (NAN, {"exp": NAN, "exp_and_less_1": NAN, "log": NAN, "log1p": NAN}),
        (INF, {"log": INF}),
        (-INF, {"exp": 0, "exp_and_less_1": -1}),
        (-3e38, {"exp": 0, "exp_and_less_1": -1}),
        (-104, {"exp": 0, "exp_and_less_1": -1}),
        (0, {"exp": 1, "exp_and_less_1": 0, "log1p": 0}),
        (1, {"log": 0}),
        (1e-45, {"log1p": 0}),
        (-1e-38, {"exp": 1, "exp_and_less_1": 0}),
    ],
)
def test_ends_of_the_number_line(x, expected):
    for name, value in expected.items():
        values = arrays[name](np.full(37, x, np.float32))
        assert np.allclose(values, value, rtol=0, atol=2e-38, equal_nan=True)
        if abs(x) >= 100:
            assert (values == value).all()


@pytest.mark.parametrize("x", [-INF, -3e38, -1000, -15, 15, 1000, 3e38, INF])
def test_far_out_the_normal_distribution_is_0_or_1(x):
    cdf, density = (normal(np.full(LANES, x, np.float32)) for normal in normals)
    assert (cdf == (x > 0)).all()
    assert not density.any()


def test_the_normal_distribution_of_nan_is_nan():
    assert np.isnan([normal(np.full(LANES, NAN, np.float32)) for normal in normals]).all()


def test_values_keep_their_bounds():
    x = -np.abs(every_599th_float())
    assert 0 <= arrays["exp"](x).min() < arrays["exp"](x).max() == 1
    assert -1 == arrays["exp_and_less_1"](x).min() < arrays["exp_and_less_1"](x).max() <= 0


@every_function
def test_double_precision_is_the_librarys(name):
    x = np.concatenate([np.linspace(-30, 30, 1001), [-800, 800, -INF, INF, NAN]])
    x = np.abs(x) if name.startswith("log") else -np.abs(x)
    with np.errstate(over="ignore", divide="ignore"):
        assert np.allclose(arrays[name](x), EXACT[name](x), rtol=1e-14, equal_nan=True)


# Compilation


def single_precision_signatures(kernel):
    return [s for s in kernel.signatures if s[0].dtype == numba.types.float32]


def test_nothing_is_ever_compiled_a_second_time():
    unlike = [
        data.from_arrays(np.ones((9, 2)) * np.arange(9)[:, None], np.arange(9) % 3, 0, 0),
        data.from_arrays(np.random.default_rng(0).normal(size=(9, 3)), np.ones((9, 2)), 0, 0),
        data.from_arrays(np.asfortranarray(np.eye(9)), np.linspace(0, 1, 9), val=0.2),
        replace(data.moons(n=9), X_train=np.eye(9, 2, dtype=np.float32)),
        replace(data.moons(n=9), X_train=np.frombuffer(bytes(73), np.float32, 18, 1).reshape(9, 2)),
    ]
    for split in [*(make() for make in DATASETS.values()), *unlike]:
        for hidden in ((), (3,), (2, 3, 4)):
            for shuffle in (True, False):
                config = TrainConfig(
                    hidden=hidden, shuffle=shuffle, drop_last=not shuffle, batch_size=4,
                    optimizer="momentum" if shuffle else "sgd", epochs=1,
                )  # fmt: skip
                run = train(config, split, engine="numba")
                predict(run.params, config, split.X_train, engine="auto")
    assert len(single_precision_signatures(kernels.train)) == 1
    assert len(single_precision_signatures(kernels.run_through)) == 1


# Threads


def test_python_goes_on_while_the_kernel_trains():
    # 500 samples in 2000 epochs are one call of the kernel. If that held Python's lock, this
    # thread could see the fraction before the call and after it, and none in between.
    progress, seen = Progress(), set()
    config = TrainConfig(hidden=(64, 64), batch_size=4, epochs=2000)
    thread = threading.Thread(target=train, args=(config, data.spiral(), "numba", progress))
    thread.start()
    while thread.is_alive() and len(seen) < 5:
        seen.add(progress.fraction)
    progress.cancel()
    thread.join()
    assert len(seen) == 5
    assert max(seen) < 1


def test_runs_side_by_side_do_not_touch_each_other():
    config, split = TrainConfig(epochs=20), data.spiral()
    alone = train(config, split, "numba")
    runs = {}
    threads = [
        threading.Thread(target=lambda i=i: runs.update({i: train(config, split, "numba")}))
        for i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(runs[i].batch_loss, alone.batch_loss) for i in range(4))


# Predictions


@given(settings_and_samples())
def test_both_engines_give_the_same_predictions(case):
    config, split = case
    # A variance near 0 would make rounding large.
    config = replace(config, dtype="float32", bn_eps=0.1)
    params = train(config, split, engine="numpy").params
    X = np.random.default_rng(0).normal(size=(150, split.X_train.shape[1]))
    for inputs in (X, np.asfortranarray(X), X[:1], X[:0], X.astype(np.float32)):
        slow, fast = (predict(params, config, inputs, engine) for engine in ("numpy", "auto"))
        assert fast.shape == slow.shape
        assert fast.dtype == slow.dtype
        assert np.allclose(fast, slow, rtol=1e-3, atol=1e-4, equal_nan=True)


def test_the_fast_map_is_the_map():
    run = train(TrainConfig(hidden=(16, 16, 16), activation="gelu"), data.spiral())
    maps = [
        decision_map(run.params, run.config, (-2, 2), (-1, 3), engine=engine)
        for engine in ("numpy", "auto")
    ]
    assert np.allclose(*maps, atol=1e-4)
