"""What every data set of the registry promises."""

import subprocess
import sys

import numpy as np
import pytest
from splits import GENERATED, PARTS, SHARES, arrays_of, message, same

from lessons import data

every_set = pytest.mark.parametrize("name", data.DATASETS)


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


def test_generated_sets_and_the_registry_do_not_import_scikit_learn_or_pandas():
    code = (
        "import sys; from lessons import data;"
        f"[data.DATASETS[name]() for name in {GENERATED}];"
        "print([m for m in ('sklearn', 'pandas') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr


def rows_of(X):
    return {row.tobytes() for row in X}


@every_set
@pytest.mark.parametrize(("arguments", "text"), SHARES)
def test_bad_shares_and_seeds(name, arguments, text):
    assert message(data.DATASETS[name], **arguments) == text
