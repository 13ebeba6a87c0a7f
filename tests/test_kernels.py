"""The compiled code: exp, tanh and erf in units in the last place, compilation, cache, threads."""

import importlib
import re
import threading

import numpy as np
import pytest
from reference import run_python
from scipy import special

from lessons import Progress, TrainConfig, data, train
from lessons.activations import ACTIVATIONS
from lessons.data import DATASETS
from lessons.losses import LOSSES
from lessons.optimizers import OPTIMIZERS

numba = pytest.importorskip("numba", exc_type=ImportError)
kernels = importlib.import_module("lessons.kernels")

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("registry", "codes"),
    [(ACTIVATIONS, kernels.ACTIVATION_CODES), (LOSSES, kernels.LOSS_CODES)],
    ids=["activations", "losses"],
)
def test_every_entry_of_a_registry_has_a_code_of_its_own(registry, codes):
    assert set(codes) == set(registry)
    assert sorted(codes.values()) == list(range(len(codes)))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_has_its_place_in_the_fast_engine(optimizer):
    # On one sample the third step tells momentum, decay and plain descent apart.
    config = TrainConfig(optimizer=optimizer, epochs=3, batch_size=64, dtype="float64")
    split = data.wave(n=20)
    fast, slow = (train(config, split, engine).snapshots.vectors for engine in ("numba", "numpy"))
    assert np.allclose(fast, slow, rtol=1e-9)
    if optimizer != "sgd":
        plain = train(TrainConfig(epochs=3, batch_size=64, dtype="float64"), split)
        assert not np.allclose(fast, plain.snapshots.vectors, rtol=1e-3)


# exp, tanh, erf


def in_a_loop(function):
    """Compile a loop over an array, which becomes vector instructions, as it does in training."""

    @numba.njit(**kernels.OPTIONS)
    def loop(x, out):
        for i in range(len(x)):
            out[i] = function(x[i])

    def call(x):
        out = np.empty_like(x)
        loop(x, out)
        return out

    return call


compiled = {name: in_a_loop(getattr(kernels, name)) for name in ("exp", "tanh", "erf")}
EXACT = {"exp": np.exp, "tanh": np.tanh, "erf": special.erf}
# The docstrings claim the error between these magnitudes of the argument.
CLAIMED = {"exp": (0, 87.3), "tanh": (1e-35, INF), "erf": (1e-35, INF)}

every_function = pytest.mark.parametrize("name", compiled)


def every_599th_float():
    """Single-precision numbers of every size and both signs, all but NaN and infinity."""
    bits = np.arange(0, 2**32, 599, dtype=np.uint32)
    numbers = bits.view(np.float32)
    return numbers[np.isfinite(numbers)]


@every_function
def test_error_in_units_in_the_last_place_is_what_the_docstring_says(name):
    claimed = int(re.search(r"within (\d+) ulp", getattr(kernels, name).__doc__)[1])
    low, high = CLAIMED[name]
    x = every_599th_float()
    x = x[(np.abs(x) >= low) & (np.abs(x) <= high)]
    exact = EXACT[name](x.astype(np.float64))
    ulp = np.spacing(np.abs(exact.astype(np.float32))).astype(np.float64)
    error = np.abs(compiled[name](x).astype(np.float64) - exact) / ulp
    assert error.max() <= claimed
    assert error.max() > claimed / 2  # a claim far from the truth is not one either
    assert len(x) > 1_000_000


@every_function
@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (NAN, {"exp": NAN, "tanh": NAN, "erf": NAN}),
        (INF, {"exp": INF, "tanh": 1, "erf": 1}),
        (-INF, {"exp": 0, "tanh": -1, "erf": -1}),
        (3e38, {"exp": INF, "tanh": 1, "erf": 1}),
        (-3e38, {"exp": 0, "tanh": -1, "erf": -1}),
        (100, {"exp": INF, "tanh": 1, "erf": 1}),
        (-100, {"exp": 0, "tanh": -1, "erf": -1}),
        (0, {"exp": 1, "tanh": 0, "erf": 0}),
        (1e-45, {"exp": 1, "tanh": 0, "erf": 0}),
        (-1e-38, {"exp": 1, "tanh": 0, "erf": 0}),
    ],
)
def test_ends_of_the_number_line(name, x, expected):
    # More than one, so that the vector instructions are tried, and not only what is left over.
    values = compiled[name](np.full(37, x, np.float32))
    assert np.allclose(values, expected[name], rtol=0, atol=2e-38, equal_nan=True)
    if abs(x) >= 100:
        assert (values == expected[name]).all()


@every_function
def test_values_keep_their_bounds(name):
    values = compiled[name](every_599th_float())
    if name == "exp":
        assert values.min() >= 0
    else:
        assert np.abs(values).max() <= 1 + 8 * 2**-24


@every_function
def test_double_precision_is_the_librarys(name):
    x = np.concatenate([np.linspace(-30, 30, 1001), [-800, 800, -INF, INF, NAN]])
    with np.errstate(over="ignore"):
        assert np.allclose(compiled[name](x), EXACT[name](x), rtol=1e-14, equal_nan=True)


# Compilation and cache


def single_precision_signatures():
    return [s for s in kernels.train.signatures if s[0].dtype == numba.types.float32]


def test_nothing_is_ever_compiled_a_second_time():
    unlike = [
        data.from_arrays(np.ones((9, 2)) * np.arange(9)[:, None], np.arange(9) % 3, 0, 0),
        data.from_arrays(np.random.default_rng(0).normal(size=(9, 3)), np.ones((9, 2)), 0, 0),
        data.from_arrays(np.asfortranarray(np.eye(9)), np.linspace(0, 1, 9), val=0.2),
    ]
    for split in [*(make() for make in DATASETS.values()), *unlike]:
        for hidden in ((), (3,), (2, 3, 4)):
            for shuffle in (True, False):
                config = TrainConfig(
                    hidden=hidden, shuffle=shuffle, drop_last=not shuffle, batch_size=4,
                    optimizer="momentum" if shuffle else "sgd", epochs=1,
                )  # fmt: skip
                train(config, split, engine="numba")
    assert len(single_precision_signatures()) == 1


# Compiling all of the training takes long; `update` is one function of it.
ONE_KERNEL = """
import numpy as np
from lessons import kernels
array = np.ones(3, np.float32)
assert kernels.update(array, 0 * array, array.copy(), 0.9, 0.1)
hits = sum(kernels.update.stats.cache_hits.values())
print(type(kernels.train._cache).__name__, hits, array[0].round(6))
"""


def test_the_cache_on_disk_is_used_by_the_next_process(tmp_path):
    results = [run_python(ONE_KERNEL, NUMBA_CACHE_DIR=str(tmp_path)).split() for _ in range(2)]
    assert results == [["FunctionCache", "0", "0.9"], ["FunctionCache", "1", "0.9"]]


def test_kernels_work_where_no_cache_can_be_written(tmp_path):
    # A folder inside a file can be made by nobody, not even by root.
    (tmp_path / "file").touch()
    result = run_python(
        ONE_KERNEL,
        NUMBA_CACHE_DIR=str(tmp_path / "file" / "cache"),
        NUMBA_CACHE_LOCATOR_CLASSES="UserProvidedCacheLocator",
    )
    assert result.split() == ["NullCache", "0", "0.9"]


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
