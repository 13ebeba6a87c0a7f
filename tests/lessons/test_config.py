"""TrainConfig: defaults, what every field accepts, and the error for everything else."""

import dataclasses
import inspect
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons import TrainConfig
from lessons.activations import ACTIVATIONS
from lessons.config import CHECKS
from lessons.initializers import INITIALIZERS
from lessons.losses import LOSSES
from lessons.optimizers import OPTIMIZERS
from lessons.schedules import SCHEDULES, Cosine, ReduceOnPlateau, Warmup

FIELDS = [field.name for field in dataclasses.fields(TrainConfig)]
DEFAULTS = {
    "hidden": (16, 16), "activation": "relu", "init": "he_normal", "loss": "auto",
    "optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.9, "beta1": 0.9, "beta2": 0.999,
    "epsilon": 1e-8, "schedule": "constant", "batch_size": 32, "epochs": 100, "drop_last": False,
    "shuffle": True, "l1": 0.0, "l2": 0.0, "dropout": 0.0, "batch_norm": False, "bn_eps": 1e-5,
    "bn_momentum": 0.1, "clip_norm": None, "clip_value": None, "patience": None,
    "dtype": "float32", "seed": 0,
}  # fmt: skip

NAN, INF = float("nan"), float("inf")
NOT_NUMBERS = [None, "1", "", b"1", [1], (1,), {}, 1j, np.array([1.0, 2.0]), object(), True, False]
NO_INTEGERS = [*NOT_NUMBERS, NAN, INF, -INF, 1.5, 2.0, np.float64(3), -1, np.int64(-5)]
NO_REALS = [*NOT_NUMBERS, NAN, INF, -INF, np.float32("nan"), 10**400, -(10**400), Fraction(10**400)]
NEGATIVE = [-1, -1e-300, np.float32(-0.5)]
NO_CLIPS = [*[value for value in NO_REALS if value is not None], *NEGATIVE, 0]
NO_NAMES = [None, 1, 1.5, True, "", "Relu", "nonsense", ["relu"], np.array(["relu", "tanh"])]
NO_BOOLEANS = [None, 0, 1, 0.0, "True", "", [], [True], np.array([True, False])]
NO_WIDTHS = [
    None,
    16,
    True,
    "",
    "16",
    b"",
    b"16",
    {},
    {16},
    {16: 16},
    np.array(16),
    (0,),
    (-1,),
    (1.5,),
    (True,),
    ("16",),
    (None,),
    ((4,),),
    [[4]],
]

# For each field: what is allowed, in the words of the error, and values that are not.
BAD = {
    "hidden": ("a tuple of integers ≥ 1", NO_WIDTHS),
    "activation": ("one of " + ", ".join(ACTIVATIONS), NO_NAMES),
    "init": ("one of " + ", ".join(INITIALIZERS), NO_NAMES),
    "loss": ("one of " + ", ".join(("auto", *LOSSES)), NO_NAMES),
    "optimizer": ("one of " + ", ".join(OPTIMIZERS), NO_NAMES),
    "learning_rate": ("a number ≥ 0", [*NO_REALS, *NEGATIVE]),
    "momentum": ("a number ≥ 0 and < 1", [*NO_REALS, *NEGATIVE, 1, 2]),
    "beta1": ("a number ≥ 0 and < 1", [*NO_REALS, *NEGATIVE, 1.0]),
    "beta2": ("a number ≥ 0 and < 1", [*NO_REALS, *NEGATIVE, 1]),
    "epsilon": ("a number > 0", [*NO_REALS, *NEGATIVE, 0, 0.0]),
    "schedule": (
        f"one of {', '.join(SCHEDULES)}, a function update -> rate, or a number ≥ 0",
        [*NO_REALS, *NEGATIVE, "Cosine", "nonsense", ["cosine"], np.array(["cosine"])],
    ),
    "batch_size": ("an integer ≥ 1 or a function epoch -> batch size", [*NO_INTEGERS, 0]),
    "epochs": ("an integer ≥ 1", [*NO_INTEGERS, 0]),
    "drop_last": ("True or False", NO_BOOLEANS),
    "shuffle": ("True or False", NO_BOOLEANS),
    "l1": ("a number ≥ 0", [*NO_REALS, *NEGATIVE]),
    "l2": ("a number ≥ 0", [*NO_REALS, *NEGATIVE]),
    "dropout": ("a number ≥ 0 and < 1", [*NO_REALS, *NEGATIVE, 1]),
    "batch_norm": (
        "False, True, 'before' or 'after'",
        [*NO_BOOLEANS, "Before", "between", ["after"], np.array(["after"])],
    ),
    "bn_eps": ("a number > 0", [*NO_REALS, *NEGATIVE, 0]),
    "bn_momentum": ("a number between 0 and 1", [*NO_REALS, *NEGATIVE, 1.001]),
    "clip_norm": ("a number > 0 or None", NO_CLIPS),
    "clip_value": ("a number > 0 or None", NO_CLIPS),
    "patience": ("an integer ≥ 1 or None", [v for v in NO_INTEGERS if v is not None] + [0]),
    "dtype": ("one of float32, float64", [*NO_NAMES, "float16", np.float32]),
    "seed": ("an integer ≥ 0", NO_INTEGERS),
}
# And values which are.
GOOD = {
    "hidden": [(), (1,), [8, 4], (3, 2, 1, 5), np.array([4, 4]), range(1, 3)],
    "activation": list(ACTIVATIONS),
    "init": list(INITIALIZERS),
    "loss": ["auto", *LOSSES],
    "optimizer": list(OPTIMIZERS),
    "learning_rate": [0, 1, 1e-300, 1e300, Fraction(1, 3)],
    "momentum": [0, 0.999, Fraction(1, 2)],
    "beta1": [0, 0.5],
    "beta2": [0, 0.5],
    "epsilon": [1e-300, 1],
    "schedule": [
        *SCHEDULES,
        Warmup(5, Cosine(0.1, 20)),
        ReduceOnPlateau(0.1),
        lambda update: 0.1,
        0,
        0.5,
        Fraction(1, 3),
    ],
    "batch_size": [1, 10**9, lambda epoch: 2**epoch],
    "epochs": [1, 10**9],
    "drop_last": [True, False],
    "shuffle": [True, False],
    "l1": [0, 0.1],
    "l2": [0, 0.1],
    "dropout": [0, 0.5],
    "batch_norm": [False, True, "before", "after"],
    "bn_eps": [1e-3],
    "bn_momentum": [0, 0.5, 1],
    "clip_norm": [None, 1, 0.5],
    "clip_value": [None, 1, 0.5],
    "patience": [None, 1, 10],
    "dtype": ["float32", "float64"],
    "seed": [0, 1, 2**64, 10**30],
}
every_field = pytest.mark.parametrize("name", FIELDS)


def test_fields_and_defaults_are_those_of_the_design():
    assert dataclasses.asdict(TrainConfig()) == DEFAULTS
    assert list(DEFAULTS) == FIELDS
    assert set(BAD) == set(GOOD) == set(CHECKS) == set(FIELDS)
    for name, value in DEFAULTS.items():
        assert type(getattr(TrainConfig(), name)) is type(value)


@every_field
def test_bad_values_are_named_with_what_is_allowed_and_what_came(name):
    allowed, values = BAD[name]
    for value in values:
        with pytest.raises(ValueError) as caught:
            TrainConfig(**{name: value})
        text = str(caught.value)
        assert text.startswith(f"{name} must be {allowed}"), value
        assert text.endswith(f", got {value!r}")


@every_field
def test_good_values_are_kept(name):
    for value in GOOD[name]:
        assert getattr(TrainConfig(**{name: value}), name) == plain(value)


def plain(value):
    """What a config makes of a value: rows become tuples, fractions floats."""
    if isinstance(value, list | range | np.ndarray):
        return tuple(value)
    return float(value) if isinstance(value, Fraction) else value


junk = st.one_of(
    st.none(), st.booleans(), st.text(max_size=5), st.binary(max_size=3), st.complex_numbers(),
    st.integers(-(2**53), 2**53), st.floats(), st.fractions(),
    st.lists(st.integers(-3, 3), max_size=3),
    st.sampled_from(["relu", "mse", "sgd", "adam", "float64", "cosine", "after", "auto", len]),
)  # fmt: skip


@given(name=st.sampled_from(FIELDS), value=junk)
def test_any_value_is_either_kept_or_refused_in_words(name, value):
    try:
        config = TrainConfig(**{name: value})
    except ValueError as error:
        assert str(error).startswith(f"{name} must be ")
        assert str(error).endswith(f", got {value!r}")
    else:
        kept = getattr(config, name)
        assert kept == plain(value)
        assert hash(config) == hash(dataclasses.replace(config))


# The dataclass


def test_keyword_only_frozen_hashable_picklable():
    assert all(p.kind is p.KEYWORD_ONLY for p in inspect.signature(TrainConfig).parameters.values())
    with pytest.raises(TypeError):
        TrainConfig((16,))
    with pytest.raises(TypeError):
        TrainConfig(learning_ratte=0.1)
    config = TrainConfig(hidden=[4], schedule=Cosine(0.1, 20), seed=3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.seed = 4
    same = TrainConfig(hidden=(4,), schedule=Cosine(0.1, 20), seed=3)
    assert config == same != TrainConfig(hidden=(4,), seed=3)
    assert len({config, same}) == 1
    assert pickle.loads(pickle.dumps(config)) == config


def test_replace_checks_again():
    config = dataclasses.replace(TrainConfig(seed=3), learning_rate=1)
    assert (config.seed, config.learning_rate) == (3, 1.0)
    with pytest.raises(ValueError, match="epochs must be an integer ≥ 1, got 0"):
        dataclasses.replace(config, epochs=0)


@pytest.mark.parametrize(
    ("name", "value", "plain"),
    [
        ("hidden", np.array([4, 2], np.int8), (4, 2)),
        ("learning_rate", np.float32(0.5), 0.5),
        ("learning_rate", np.float16(0.5), 0.5),
        ("learning_rate", np.int64(2), 2.0),
        ("learning_rate", 1, 1.0),
        ("batch_size", np.uint8(7), 7),
        ("seed", np.int64(7), 7),
        ("drop_last", np.True_, True),
        ("shuffle", np.False_, False),
        ("activation", np.str_("tanh"), "tanh"),
        ("schedule", np.str_("cosine"), "cosine"),
        ("schedule", np.float32(0.5), 0.5),
        ("schedule", 1, 1.0),
        ("batch_norm", np.True_, True),
        ("batch_norm", np.str_("after"), "after"),
        ("clip_value", np.float32(0.5), 0.5),
    ],
)
def test_numpy_scalars_become_plain_values(name, value, plain):
    kept = getattr(TrainConfig(**{name: value}), name)
    assert kept == plain
    assert type(kept) is type(plain)
    assert repr(TrainConfig(**{name: value})) == repr(TrainConfig(**{name: plain}))


def test_schedules_and_functions_are_kept_as_they_are():
    for value in (ReduceOnPlateau(0.1), Cosine(0.1, 20), abs):
        assert TrainConfig(schedule=value).schedule is value
    assert TrainConfig(batch_size=abs).batch_size is abs
